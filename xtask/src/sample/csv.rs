//! Writing CSV by RFC 4180: fields are quoted where they must be, or everywhere.

/// Which fields get quotation marks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// Those that hold a comma, a quotation mark or a line break.
    WhereNeeded,
    /// All of them, as some exporters do.
    Always,
}

/// Appends one field, without a separator.
pub(crate) fn push_field(out: &mut Vec<u8>, text: &str, quotes: Quotes) {
    let special = |byte: &u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if quotes == Quotes::WhereNeeded && !text.as_bytes().iter().any(special) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for &byte in text.as_bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// Appends an amount given in hundredths as `29.90`; nothing for `None`.
pub(crate) fn push_amount(out: &mut Vec<u8>, cents: Option<u32>) {
    if let Some(cents) = cents {
        super::calendar::push_digits(out, i64::from(cents / 100), 1);
        out.push(b'.');
        super::calendar::push_digits(out, i64::from(cents % 100), 2);
    }
}

#[cfg(test)]
mod tests {
    use super::{Quotes, push_amount, push_field};

    fn field(text: &str, quotes: Quotes) -> String {
        let mut out = Vec::new();
        push_field(&mut out, text, quotes);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_fields_with_special_characters_are_quoted_where_needed() {
        assert_eq!(field("plain", Quotes::WhereNeeded), "plain");
        assert_eq!(field("a,b", Quotes::WhereNeeded), "\"a,b\"");
        assert_eq!(field("say \"hi\"", Quotes::WhereNeeded), "\"say \"\"hi\"\"\"");
        assert_eq!(field("two\nlines", Quotes::WhereNeeded), "\"two\nlines\"");
    }

    #[test]
    fn every_field_is_quoted_on_request() {
        assert_eq!(field("plain", Quotes::Always), "\"plain\"");
        assert_eq!(field("", Quotes::Always), "\"\"");
    }

    #[test]
    fn amounts_keep_two_decimals_and_none_is_empty() {
        let mut out = Vec::new();
        push_amount(&mut out, Some(2_990));
        out.push(b'|');
        push_amount(&mut out, None);
        out.push(b'|');
        push_amount(&mut out, Some(5));
        assert_eq!(out, b"29.90||0.05");
    }
}
