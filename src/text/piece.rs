//! Numbers and names inside a sentence, set off by Unicode's isolates.
//!
//! An isolate keeps a Latin name in an Arabic sentence, or the other way round, from turning the words around it. The
//! characters are invisible, so a text with isolates is still a text; a view can show what they hold in its own way.

/// Left-to-right isolate, around numbers.
const NUMBER: char = '\u{2066}';
/// First-strong isolate, around names, whose direction is their own.
const NAME: char = '\u{2068}';
/// The end of either.
const END: char = '\u{2069}';

/// A piece of a text with isolates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Words to show as they are.
    Words(String),
    /// What [`strong`] set off.
    Number(String),
    /// What [`name`] set off.
    Name(String),
}

/// A number that should catch the eye in the sentence that it is put into.
pub(crate) fn strong(number: impl AsRef<str>) -> String {
    isolate(NUMBER, number.as_ref())
}

/// A name from the data, such as an event's, for a sentence.
pub(crate) fn name(name: impl AsRef<str>) -> String {
    isolate(NAME, name.as_ref())
}

/// Cuts a text at its isolates, which do not hold each other.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find([NUMBER, NAME]) {
        let Some(length) = rest[start..].find(END) else { break };
        if start > 0 {
            found.push(Piece::Words(rest[..start].to_owned()));
        }
        let held = plain(&rest[start..start + length]);
        found.push(if rest[start..].starts_with(NUMBER) { Piece::Number(held) } else { Piece::Name(held) });
        rest = &rest[start + length + END.len_utf8()..];
    }
    if !rest.is_empty() {
        found.push(Piece::Words(rest.to_owned()));
    }
    found
}

/// The text without isolates, for attributes and files.
pub(crate) fn plain(text: &str) -> String {
    text.replace([NUMBER, NAME, END], "")
}

/// Data may hold isolates too; here they would open or end ours.
fn isolate(start: char, held: &str) -> String {
    format!("{start}{}{END}", plain(held))
}

#[cfg(test)]
mod tests {
    use super::{Piece, name, pieces, plain, strong};

    #[test]
    fn numbers_and_names_are_found_between_words() {
        let text = format!("Of {} users, {} got to {}.", strong("1,204"), strong("16%"), name("دفع"));
        let words = |words: &str| Piece::Words(words.to_owned());
        let number = |number: &str| Piece::Number(number.to_owned());
        let expected = [
            words("Of "),
            number("1,204"),
            words(" users, "),
            number("16%"),
            words(" got to "),
            Piece::Name("دفع".to_owned()),
            words("."),
        ];
        assert_eq!(pieces(&text), expected);
        assert_eq!(plain(&text), "Of 1,204 users, 16% got to دفع.");
    }

    #[test]
    fn isolates_in_the_data_do_not_end_a_name() {
        assert_eq!(pieces(&name("a\u{2069}b\u{2066}")), [Piece::Name("ab".to_owned())]);
    }

    #[test]
    fn an_isolate_without_an_end_is_words() {
        assert_eq!(pieces("a\u{2066}b"), [Piece::Words("a\u{2066}b".to_owned())]);
        assert!(pieces("").is_empty());
    }
}
