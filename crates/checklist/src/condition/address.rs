//! Patterns of page addresses.

/// Whether an address fits a pattern, in which `*` stands for any text, and all else for itself.
pub(super) fn fits(pattern: &str, page: &str) -> bool {
    let (rest, fragment) = page.split_at(page.find('#').unwrap_or(page.len()));
    if pattern.starts_with('#') {
        return fits_text(pattern, fragment);
    }
    let (base, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let path = match base.split_once("://") {
        Some((_, after)) if pattern.starts_with('/') => &after[after.find('/').unwrap_or(after.len())..],
        _ => base,
    };
    let mut wanted = path.to_owned();
    if pattern.contains('?') {
        wanted.push_str(query);
    }
    if pattern.contains('#') {
        wanted.push_str(fragment);
    }
    fits_text(pattern, &wanted)
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
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
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
