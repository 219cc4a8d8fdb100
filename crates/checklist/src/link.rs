//! Addresses that a definition may hold: links that can only navigate, and pictures that cause no foreign request.

use crate::read::Fields;

/// What a link that could run code is refused with.
pub(crate) const UNSAFE: &str = "must be relative, or begin with https:, http:, mailto: or tel:";

/// Whether a link can only navigate. Browsers drop tabs and line breaks inside an address, and leading control
/// characters, before they look for the scheme, so any control character makes it unsafe.
pub(crate) fn is_safe_link(link: &str) -> bool {
    let safe = ["https", "http", "mailto", "tel"];
    !link.chars().any(char::is_control) && scheme(link).is_none_or(|scheme| safe.contains(&scheme.as_str()))
}

/// A link that must be there.
pub(crate) fn read_link(fields: &mut Fields<'_>, name: &str) -> String {
    let link = fields.required_text(name);
    if !link.is_empty() && !is_safe_link(&link) {
        fields.problem(name, UNSAFE);
    }
    link
}

/// A picture that may be missing: of the same origin, or inside the definition.
pub(crate) fn read_picture(fields: &mut Fields<'_>, name: &str) -> Option<String> {
    let picture = fields.text(name)?;
    let is_relative = scheme(&picture).is_none() && !begins_with_host(&picture);
    let is_data = picture.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("data:image/"));
    if picture.chars().any(char::is_control) || !(is_relative || is_data) {
        fields.problem(
            name,
            "must be a path on the same site, or begin with data:image/: others would be told who looks",
        );
        return None;
    }
    Some(picture)
}

/// Whether an address begins with two slashes, of which browsers take either kind for the other.
fn begins_with_host(address: &str) -> bool {
    let mut start = address.chars();
    [start.next(), start.next()].iter().all(|char| matches!(char, Some('/' | '\\')))
}

/// What stands before the first colon of an address, in small letters, if that colon ends a scheme.
fn scheme(address: &str) -> Option<String> {
    let head = address.split(['/', '?', '#']).next().unwrap_or_default();
    head.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase())
}
