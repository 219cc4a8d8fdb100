//! Patterns of page addresses.

use crate::search::split_once;

/// Whether an address fits a pattern, in which `*` stands for any text, and all else for itself.
pub(super) fn fits(pattern: &str, page: &str) -> bool {
    let (rest, fragment) = split_before(page, '#');
    if pattern.starts_with('#') {
        return fits_text(pattern, fragment);
    }
    let (base, query) = split_before(rest, '?');
    let path = if pattern.starts_with('/') { without_origin(base) } else { base };
    let mut wanted = path.to_owned();
    if pattern.contains('?') {
        wanted.push_str(query);
    }
    if pattern.contains('#') {
        wanted.push_str(fragment);
    }
    fits_text(pattern, &wanted)
}

/// The path of an address, without origin, query and fragment.
pub(crate) fn path(address: &str) -> &str {
    without_origin(address.split(['?', '#']).next().unwrap_or_default())
}

fn without_origin(address: &str) -> &str {
    split_once(address, "://").map_or(address, |(_, rest)| split_before(rest, '/').1)
}

/// What stands before a mark, and the rest with the mark; all and nothing where it is missing.
fn split_before(text: &str, mark: char) -> (&str, &str) {
    text.find(mark).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

/// Whether a pattern can be one.
pub(super) fn is_pattern(pattern: &str) -> bool {
    ["/", "#", "http://", "https://", "*"].iter().any(|start| pattern.starts_with(start))
}

/// Each part between two stars is taken at its first place after the part before, the last at the end. O(text × pattern).
fn fits_text(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = split_once(rest, part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_path_is_compared_without_query_and_fragment_unless_the_pattern_has_them() {
        let page = "https://app.example/projects/7?tab=all#top";
        for pattern in [
            "/projects/7",
            "/projects/*",
            "/*/7",
            "*",
            "https://app.example/projects/*",
            "/projects/7?tab=*",
            "#top",
            "/projects/*#top",
            "/projects/7?tab=all#*",
        ] {
            assert!(fits(pattern, page), "{pattern}");
        }
        for pattern in
            ["/projects", "/projects/", "/projects/7/*", "#to", "/projects/7?tab=one", "/7", "/projects/*8"]
        {
            assert!(!fits(pattern, page), "{pattern}");
        }
    }

    #[test]
    fn a_router_in_the_fragment_has_its_own_paths() {
        assert!(fits("#/team/*", "https://app.example/demo/#/team/invite"));
        assert!(fits("/demo/#/team", "https://app.example/demo/#/team"));
        assert!(!fits("/demo/#/team", "https://app.example/demo/#/team/invite"));
    }

    #[test]
    fn parts_between_stars_do_not_overlap() {
        assert!(!fits("/ab*ba", "https://x/aba"));
        assert!(fits("/a*a*a", "https://x/aaa") && !fits("/a*a*a", "https://x/aa"));
    }
}
