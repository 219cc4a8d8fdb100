//! The parts of JSON (RFC 8259): strings, numbers, words, and whole values to be passed over.

use memchr::memchr2;

use super::batch::Cell;

/// Why a text cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It is not JSON.
    Bad,
    /// It ends too early: more of it may make it whole.
    Cut,
}

/// Where a text is being read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lexer<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) at: usize,
}

/// A string's bytes between its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawString {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) is_escaped: bool,
}

/// How deep arrays and objects may lie in each other, as in serde_json.
pub(crate) const MAX_DEPTH: usize = 128;

impl<'t> Lexer<'t> {
    /// The next byte that is not white space, which is passed over.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<u8, Stop> {
        loop {
            match self.text.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(&byte) => return Ok(byte),
                None => return Err(Stop::Cut),
            }
        }
    }

    /// Passes over white space and `byte`.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8) -> Result<(), Stop> {
        if self.peek()? != byte {
            return Err(Stop::Bad);
        }
        self.at += 1;
        Ok(())
    }

    /// A string, whose opening quote comes next. Control characters are let through: they do no harm.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<RawString, Stop> {
        let start = self.at + 1;
        let (mut from, mut is_escaped) = (start, false);
        loop {
            let rest = self.text.get(from..).ok_or(Stop::Cut)?;
            let found = from + memchr2(b'"', b'\\', rest).ok_or(Stop::Cut)?;
            if self.text[found] == b'"' {
                self.at = found + 1;
                return Ok(RawString { start, end: found, is_escaped });
            }
            (from, is_escaped) = (found + self.escape_len(found)?, true);
        }
    }

    fn escape_len(&self, at: usize) -> Result<usize, Stop> {
        match self.text.get(at + 1).ok_or(Stop::Cut)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(2),
            b'u' => {
                let digits = &self.text[at + 2..self.text.len().min(at + 6)];
                match digits.iter().all(u8::is_ascii_hexdigit) {
                    false => Err(Stop::Bad),
                    true if digits.len() < 4 => Err(Stop::Cut),
                    true => Ok(6),
                }
            }
            _ => Err(Stop::Bad),
        }
    }

    /// A number, as it is written.
    pub(crate) fn number(&mut self) -> Result<Cell, Stop> {
        let start = self.at;
        self.at += usize::from(self.text[start] == b'-');
        if self.text.get(self.at).ok_or(Stop::Cut)? == &b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            self.at += usize::from(matches!(self.text.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        match self.text.get(self.at) {
            None | Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t') => Ok(Cell::new(start, self.at)),
            Some(_) => Err(Stop::Bad),
        }
    }

    fn digits(&mut self) -> Result<(), Stop> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let run = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += run;
        match (run, run == rest.len()) {
            (0, true) => Err(Stop::Cut),
            (0, false) => Err(Stop::Bad),
            _ => Ok(()),
        }
    }

    /// `true`, `false`, `null`, and the `NaN` that Python's programs write where they have no number.
    pub(crate) fn word(&mut self) -> Result<&'static str, Stop> {
        let rest = &self.text[self.at..];
        let word = ["true", "false", "null", "NaN"]
            .into_iter()
            .find(|word| word.as_bytes()[0] == rest[0])
            .ok_or(Stop::Bad)?;
        if rest.len() < word.len() && word.as_bytes().starts_with(rest) {
            return Err(Stop::Cut);
        }
        if !rest.starts_with(word.as_bytes()) {
            return Err(Stop::Bad);
        }
        self.at += word.len();
        Ok(word)
    }

    /// Passes over a value of any kind, which must be JSON throughout.
    pub(crate) fn skip_value(&mut self, depth: usize) -> Result<(), Stop> {
        if depth > MAX_DEPTH {
            return Err(Stop::Bad);
        }
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.number().map(drop),
            b'[' => {
                self.at += 1;
                self.skip_members(b']', |lexer| lexer.skip_value(depth + 1))
            }
            b'{' => {
                self.at += 1;
                self.skip_members(b'}', |lexer| {
                    if lexer.peek()? != b'"' {
                        return Err(Stop::Bad);
                    }
                    lexer.string()?;
                    lexer.take(b':')?;
                    lexer.skip_value(depth + 1)
                })
            }
            _ => self.word().map(drop),
        }
    }

    fn skip_members(&mut self, close: u8, skip: impl Fn(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if self.peek()? == close {
            self.at += 1;
            return Ok(());
        }
        loop {
            skip(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == close => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Stop::Bad),
            }
        }
    }

    /// Passes over an object that is not JSON inside, by its braces: to where the next record may start.
    pub(crate) fn skip_braces(&mut self) -> Result<(), Stop> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => match self.string() {
                    Err(Stop::Bad) => self.at += 1,
                    other => drop(other?),
                },
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => self.at += 1,
            }
        }
    }
}

/// Appends a string's text without its escapes. A surrogate without its other half becomes U+FFFD.
pub(crate) fn unescape(raw: &[u8], output: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        output.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((&kind, more)) = rest.split_first() else { return };
        rest = more;
        match kind {
            b'b' => output.push(8),
            b'f' => output.push(12),
            b'n' => output.push(b'\n'),
            b'r' => output.push(b'\r'),
            b't' => output.push(b'\t'),
            b'u' => {
                let (character, n_used) = unescape_unit(rest);
                output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = rest.get(n_used..).unwrap_or_default();
            }
            other => output.push(other),
        }
    }
    output.extend_from_slice(rest);
}

/// The character of four hexadecimal digits, or of a pair of them, and how many bytes it takes.
fn unescape_unit(text: &[u8]) -> (char, usize) {
    let unit = |digits: Option<&[u8]>| u16::from_str_radix(std::str::from_utf8(digits?).ok()?, 16).ok();
    let Some(first) = unit(text.get(..4)) else { return (char::REPLACEMENT_CHARACTER, 4) };
    if let Some(character) = char::from_u32(u32::from(first)) {
        return (character, 4);
    }
    let second = if text.get(4..6) == Some(b"\\u") { unit(text.get(6..10)) } else { None };
    match second.and_then(|second| char::decode_utf16([first, second]).next()?.ok()) {
        Some(character) => (character, 10),
        None => (char::REPLACEMENT_CHARACTER, 4),
    }
}

/// Copies a JSON value without the white space outside its strings.
pub(crate) fn compact(value: &[u8], output: &mut Vec<u8>) {
    let (mut is_inside, mut is_escaped) = (false, false);
    for &byte in value {
        if is_inside || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            output.push(byte);
        }
        if byte == b'"' && !is_escaped {
            is_inside = !is_inside;
        }
        is_escaped = is_inside && byte == b'\\' && !is_escaped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn skip(text: &[u8]) -> Result<(), Stop> {
        let mut lexer = Lexer { text, at: 0 };
        lexer.skip_value(0)?;
        match lexer.peek() {
            Err(Stop::Cut) => Ok(()),
            _ => Err(Stop::Bad),
        }
    }

    fn oracle(text: &[u8]) -> bool {
        serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn a_text_is_json_exactly_if_serde_json_says_so(
            text in r#"([\[\]{}:, ]|"a?"|"\\u00e9"|"\\n"|0|-1|2\.5|1e9|01|true|null|"x|\\){0,12}"#,
        ) {
            prop_assert_eq!(skip(text.as_bytes()).is_ok(), oracle(text.as_bytes()));
        }

        #[test]
        fn a_text_that_is_cut_is_not_taken_for_a_bad_one(
            text in r#"\{"a":\[1,"b\\u00e9",[1-9][0-9]?\.5,true,null\],"c":\{"d":-1e5\}\}"#,
            cut in any::<prop::sample::Index>(),
        ) {
            prop_assert!(skip(text.as_bytes()).is_ok());
            prop_assert_eq!(skip(&text.as_bytes()[..cut.index(text.len())]), Err(Stop::Cut));
        }

        #[test]
        fn escapes_are_read_as_serde_json_reads_them(text in any::<String>(), units in any::<Vec<u16>>()) {
            let plain = serde_json::to_string(&text).unwrap();
            let escaped: String = String::from_utf16_lossy(&units).encode_utf16().map(|u| format!("\\u{u:04x}")).collect();
            for json in [plain, format!("\"{escaped}\"")] {
                let mut lexer = Lexer { text: json.as_bytes(), at: 0 };
                let raw = lexer.string().unwrap();
                let mut output = Vec::new();
                unescape(&json.as_bytes()[raw.start..raw.end], &mut output);
                prop_assert_eq!(String::from_utf8(output).unwrap(), serde_json::from_str::<String>(&json).unwrap());
            }
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert_eq!(skip("[".repeat(100_000).as_bytes()), Err(Stop::Bad));
        assert_eq!(skip(format!("{}1{}", "[".repeat(127), "]".repeat(127)).as_bytes()), Ok(()));
    }

    #[test]
    fn half_a_surrogate_pair_is_replaced() {
        let mut output = Vec::new();
        unescape(br"a\ud83d\u0041\ude00\ud83d", &mut output);
        assert_eq!(String::from_utf8(output).unwrap(), "a\u{fffd}A\u{fffd}\u{fffd}");
    }

    #[test]
    fn white_space_goes_but_not_inside_strings() {
        let mut output = Vec::new();
        compact(b"[ 1,\n \"a \\\" b\" ,{ \"c\\\\\" : 2 } ]", &mut output);
        assert_eq!(output, b"[1,\"a \\\" b\",{\"c\\\\\":2}]");
    }
}
