//! Column names that are there and unique.

use std::collections::BTreeSet;

/// The names of a header's fields: without spaces around them, `column 3` where there is none, and with ` (2)` after
/// the second of two that are equal.
pub(crate) fn from_header(fields: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(fields.len());
    let mut taken = BTreeSet::new();
    // Names that are there as they are go first: `plan`, `plan (2)`, `plan` makes `plan (3)` of the last.
    let trimmed: Vec<&str> = fields.iter().map(|field| field.trim()).collect();
    let given: BTreeSet<&str> = trimmed.iter().copied().collect();
    for (at, name) in trimmed.iter().enumerate() {
        let name = if name.is_empty() { format!("column {}", at + 1) } else { (*name).to_owned() };
        let is_taken = |candidate: &str| {
            taken.contains(candidate) || (candidate != name.as_str() && given.contains(candidate))
        };
        let name = unique(&name, is_taken);
        taken.insert(name.clone());
        names.push(name);
    }
    names
}

/// The name, with the first of ` (2)`, ` (3)` … that makes it one that is not taken.
pub(crate) fn unique(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(name) {
        return name.to_owned();
    }
    (2_u32..).map(|n| format!("{name} ({n})")).find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fields: &[&str], names: &[&str]) {
        let fields: Vec<String> = fields.iter().map(|&field| field.to_owned()).collect();
        assert_eq!(from_header(&fields), names);
    }

    #[test]
    fn every_column_gets_a_name_of_its_own() {
        check(&["user_id", " time ", "", "event", ""], &["user_id", "time", "column 3", "event", "column 5"]);
        check(&["plan", "plan", "plan"], &["plan", "plan (2)", "plan (3)"]);
        check(&["plan", "plan", "plan (2)"], &["plan", "plan (3)", "plan (2)"]);
        check(&["", "column 1"], &["column 1", "column 1 (2)"]);
    }
}
