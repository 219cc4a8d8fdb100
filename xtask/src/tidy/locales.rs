//! The texts: every language has the same keys with the same placeholders, and what Rust asks for exists.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::shell::{Context, Result};
use crate::tidy::Findings;
use crate::tidy::sources::{File, TESTS_BEGIN};

const FOLDER: &str = "www/locales/";

/// The language that the others are compared with.
const FIRST: &str = "www/locales/en.json";

/// The functions of the page's `text` module whose first argument is a key.
const FUNCTIONS: [&str; 6] = ["text", "text_with", "plural", "plural_with", "plural_number", "parts"];

/// The keys of a language, each with its placeholders.
type Keys = BTreeMap<String, BTreeSet<String>>;

/// Checks the locale files and the page's use of them.
pub(super) fn check(files: &[File], findings: &mut Findings) -> Result {
    let mut languages = BTreeMap::new();
    for file in files.iter().filter(|file| file.path.starts_with(FOLDER) && file.path.ends_with(".json")) {
        let json: Value = serde_json::from_str(&file.text).or_cannot(format!("read {}", file.path))?;
        languages.insert(file.path.as_str(), keys(&file.path, &json, findings));
    }
    let Some(first) = languages.remove(FIRST) else {
        findings.skipped.push(format!("{FIRST} is not there, so no text is looked up in it"));
        return Ok(());
    };
    for (path, language) in &languages {
        compare(&first, path, language, findings);
    }
    for file in files.iter().filter(|file| file.path.starts_with("src/") && file.path.ends_with(".rs")) {
        let code = file.text.split(TESTS_BEGIN).next().unwrap_or_default();
        for key in asked_keys(code).into_iter().filter(|key| !first.contains_key(*key)) {
            findings.error(&file.path, format!("asks for the text `{key}`, which {FIRST} does not have"));
        }
    }
    Ok(())
}

/// A locale is a flat map from key to text, or to texts by plural form.
fn keys(path: &str, json: &Value, findings: &mut Findings) -> Keys {
    let mut keys = Keys::new();
    for (key, value) in json.as_object().into_iter().flatten() {
        let mut found = BTreeSet::new();
        match value {
            Value::String(text) => found.extend(placeholders(text)),
            Value::Object(forms) if forms.contains_key("other") => {
                found.extend(forms.values().filter_map(Value::as_str).flat_map(placeholders));
            }
            _ => findings
                .error(path, format!("`{key}` is neither a text nor a set of plural forms with `other`")),
        }
        keys.insert(key.clone(), found);
    }
    keys
}

fn compare(first: &Keys, path: &str, language: &Keys, findings: &mut Findings) {
    for (key, placeholders) in first {
        match language.get(key) {
            None => findings.error(path, format!("lacks `{key}`")),
            Some(found) if found != placeholders => {
                findings.error(
                    path,
                    format!("`{key}` has the placeholders {found:?}, and {FIRST} {placeholders:?}"),
                );
            }
            Some(_) => {}
        }
    }
    for key in language.keys().filter(|key| !first.contains_key(*key)) {
        findings.error(path, format!("has `{key}`, which {FIRST} lacks"));
    }
}

fn placeholders(text: &str) -> Vec<String> {
    let pieces = text.split('{').skip(1);
    pieces.filter_map(|piece| piece.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

/// The literal keys in calls like `text("funnel.title")`; keys that are put together at run time are not seen.
fn asked_keys(code: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    for function in FUNCTIONS {
        for (at, _) in code.match_indices(function) {
            let is_inside_a_name =
                code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
            let rest = &code[at + function.len()..];
            let rest = rest.strip_prefix("::<&str>").unwrap_or(rest);
            let argument =
                rest.strip_prefix('(').map(str::trim_start).and_then(|rest| rest.strip_prefix('"'));
            if let (false, Some((key, _))) =
                (is_inside_a_name, argument.and_then(|rest| rest.split_once('"')))
            {
                keys.push(key);
            }
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> = files
            .iter()
            .map(|(path, text)| File { path: path.to_string(), text: text.to_string() })
            .collect();
        let mut findings = Findings::default();
        check(&files, &mut findings).unwrap();
        findings.errors
    }

    #[test]
    fn a_key_that_one_language_lacks_or_has_alone_is_found() {
        let found =
            errors(&[(FIRST, r#"{"a": "A", "b": "B"}"#), ("www/locales/de.json", r#"{"a": "A", "c": "C"}"#)]);
        assert_eq!(
            found,
            [
                "www/locales/de.json: lacks `b`",
                "www/locales/de.json: has `c`, which www/locales/en.json lacks"
            ]
        );
    }

    #[test]
    fn plural_forms_may_differ_but_not_their_placeholders() {
        let english = r#"{"n": {"one": "{n} user", "other": "{n} users"}}"#;
        let polish = r#"{"n": {"one": "{n}", "few": "{n}", "many": "{n}", "other": "{n}"}}"#;
        assert!(errors(&[(FIRST, english), ("www/locales/pl.json", polish)]).is_empty());
        assert_eq!(errors(&[(FIRST, english), ("www/locales/pl.json", r#"{"n": {"other": "x"}}"#)]).len(), 1);
        assert_eq!(errors(&[(FIRST, r#"{"n": {"one": "x"}}"#)]).len(), 1);
    }

    #[test]
    fn a_key_that_the_page_asks_for_must_exist() {
        let code = "let a = text(\"a\"); text_with::<&str>(\n  \"b\", &[]); context(\"c\"); text(&key)";
        assert_eq!(asked_keys(code), ["a", "b"]);
        assert_eq!(errors(&[(FIRST, r#"{"a": "A"}"#), ("src/app.rs", code)]).len(), 1);
        let test = format!("//! A.\n{TESTS_BEGIN}\nmod tests {{ fn f() {{ text(\"b\") }} }}");
        assert!(errors(&[(FIRST, r#"{"a": "A"}"#), ("src/app.rs", &test)]).is_empty());
    }
}
