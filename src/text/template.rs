//! Texts with `{name}` placeholders.

/// A piece of a text with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Words to show as they are.
    Text(String),
    /// The name of a placeholder.
    Slot(String),
}

/// Cuts `template` at its placeholders. A brace that opens no `{name}` is a brace.
pub(super) fn parts(template: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut words = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        words.push_str(&rest[..open]);
        rest = &rest[open..];
        let Some(name) = slot_at(rest) else {
            words.push('{');
            rest = &rest[1..];
            continue;
        };
        if !words.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut words)));
        }
        rest = &rest[name.len() + 2..];
        parts.push(Part::Slot(name.to_owned()));
    }
    words.push_str(rest);
    if !words.is_empty() {
        parts.push(Part::Text(words));
    }
    parts
}

/// `template` with each `{name}` replaced by its value; one without a value stays as it is.
pub(super) fn fill<S: AsRef<str>>(template: &str, values: &[(&str, S)]) -> String {
    let value_of =
        |slot: &str| values.iter().find(|(name, _)| *name == slot).map(|(_, value)| value.as_ref());
    let piece = |part: Part| match part {
        Part::Text(words) => words,
        Part::Slot(slot) => value_of(&slot).map_or_else(|| format!("{{{slot}}}"), str::to_owned),
    };
    parts(template).into_iter().map(piece).collect()
}

/// The name of the placeholder that `text` starts with: `{`, lower-case letters, digits and `_`, `}`.
fn slot_at(text: &str) -> Option<&str> {
    let name = &text[1..text.find('}')?];
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    (plain && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{Part, fill, parts};

    #[test]
    fn placeholders_are_filled_wherever_they_stand() {
        let values = [("n", "12"), ("file", "a.csv")];
        assert_eq!(fill("{n} rows of {file}", &values), "12 rows of a.csv");
        assert_eq!(fill("{file}: {n}", &values), "a.csv: 12");
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_is_not_filled_again() {
        assert_eq!(fill("{a} {b}", &[("a", "{b}"), ("b", "x")]), "{b} x");
    }

    #[test]
    fn a_placeholder_without_a_value_stays_visible() {
        assert_eq!(fill::<&str>("{n} rows", &[]), "{n} rows");
    }

    #[test]
    fn braces_that_are_no_placeholder_are_text() {
        let text = |words: &str| vec![Part::Text(words.to_owned())];
        for words in ["{", "a { b", "{}", "{A}", "{ n }", "}{", "ö{ü"] {
            assert_eq!(parts(words), text(words));
        }
        assert_eq!(parts("{{n}}"), [text("{"), vec![Part::Slot("n".into())], text("}")].concat());
    }
}
