//! A pattern's text, cut into words and signs.

use super::PatternError;

/// One word or sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name, quoted or not.
    Name(String),
    /// A number with a unit, in milliseconds.
    Duration(i64),
    /// A whole number.
    Number(u32),
    /// Any of the signs.
    Sign(&'static str),
    /// The end of the text.
    End,
}

/// The signs, longer ones before those that they begin with.
const SIGNS: [&str; 20] = [
    "->>", "->", "<=", ">=", "==", "<", ">", "[^", "[", "]", "(", ")", "{", "}", "|", "*", "+", "?", ",", ".",
];

/// The words of a text with the places of their first characters; the end is the last one.
pub(super) fn words(text: &str) -> Result<Vec<(usize, Token)>, PatternError> {
    let characters: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut at = 0;
    // Inside braces and after a comparison stand numbers, everywhere else digits may begin a name.
    while at < characters.len() {
        if characters[at].is_whitespace() {
            at += 1;
            continue;
        }
        let start = at;
        let token = if characters[at] == '"' {
            quoted(&characters, &mut at)?
        } else if let Some(sign) = sign(&characters[at..]) {
            at += sign.len();
            Token::Sign(sign)
        } else {
            while at < characters.len() && !ends_name(&characters[at..]) {
                at += 1;
            }
            let name: String = characters[start..at].iter().collect();
            match words.last() {
                Some((_, Token::Sign("<" | "<=" | ">" | ">=" | "=="))) => duration(&name, start)?,
                Some((_, Token::Sign("{"))) => number(&name, start)?,
                Some((_, Token::Sign(","))) if in_braces(&words) => number(&name, start)?,
                _ => Token::Name(name),
            }
        };
        words.push((start, token));
    }
    words.push((characters.len(), Token::End));
    Ok(words)
}

fn in_braces(words: &[(usize, Token)]) -> bool {
    let open = words.iter().rposition(|(_, token)| matches!(token, Token::Sign("{" | "}")));
    open.is_some_and(|at| words[at].1 == Token::Sign("{"))
}

/// The sign that the characters begin with. A dot is one only where no name goes on: `.` and `.*`, but not `page.view`.
fn sign(characters: &[char]) -> Option<&'static str> {
    let begins = |sign: &&&str| {
        let mut rest = characters.iter();
        sign.chars().all(|wanted| rest.next() == Some(&wanted))
    };
    let found = SIGNS.iter().find(begins).copied()?;
    let is_name = found == "." && !ends_name(&characters[1..]);
    (!is_name).then_some(found)
}

fn ends_name(characters: &[char]) -> bool {
    match characters {
        [] => true,
        ['-', '>', ..] => true,
        [first, ..] => first.is_whitespace() || "\"<>=[]^(){}|*+?,".contains(*first),
    }
}

fn quoted(characters: &[char], at: &mut usize) -> Result<Token, PatternError> {
    let start = *at;
    let mut name = String::new();
    loop {
        *at += 1;
        match characters.get(*at) {
            None => {
                return Err(PatternError::new(start, "the quotation mark is not closed; add a second \""));
            }
            Some('"') if characters.get(*at + 1) == Some(&'"') => {
                name.push('"');
                *at += 1;
            }
            Some('"') => break,
            Some(other) => name.push(*other),
        }
    }
    *at += 1;
    Ok(Token::Name(name))
}

fn duration(text: &str, at: usize) -> Result<Token, PatternError> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let unit = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => {
            let problem =
                format!("\"{text}\" is not a length of time; write it as 500ms, 30s, 10m, 2h, 7d or 1w");
            return Err(PatternError::new(at, problem));
        }
    };
    let number: Option<i64> = text[..digits].parse().ok();
    match number.and_then(|number| number.checked_mul(unit)).filter(|&millis| millis <= 1 << 53) {
        Some(millis) => Ok(Token::Duration(millis)),
        None => Err(PatternError::new(
            at,
            format!("\"{text}\" is not a length of time that can be computed with"),
        )),
    }
}

fn number(text: &str, at: usize) -> Result<Token, PatternError> {
    match text.parse() {
        Ok(number) => Ok(Token::Number(number)),
        Err(_) => Err(PatternError::new(at, format!("\"{text}\" is not a whole number of times"))),
    }
}
