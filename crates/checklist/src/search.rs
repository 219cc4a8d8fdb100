//! Searching in text. The standard library's search for a text is linear in the worst case, and brings 4 kB for that;
//! what is searched here is short.

/// What stands before and after the first `part` in `text`; `None` where it is not there. O(text × part).
pub(crate) fn split_once<'a>(text: &'a str, part: &str) -> Option<(&'a str, &'a str)> {
    let places = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    places
        .filter_map(|at| text.split_at_checked(at))
        .find_map(|(before, rest)| Some((before, rest.strip_prefix(part)?)))
}

#[cfg(test)]
mod tests {
    use super::split_once;

    #[test]
    fn the_first_place_counts_and_the_empty_text_is_everywhere() {
        assert_eq!(split_once("a://b://c", "://"), Some(("a", "b://c")));
        assert_eq!(split_once("ääb", "b"), Some(("ää", "")));
        assert_eq!(split_once("", ""), Some(("", "")));
        assert_eq!(split_once("aab", "ab"), Some(("a", "")));
        assert_eq!(split_once("ab", "c"), None);
    }
}
