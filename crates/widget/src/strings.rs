//! The widget's own words, in the languages of `locales/*.json`.

use cairn_checklist::Value;

use crate::json;

const LANGUAGES: [(&str, &str); 3] = [
    ("en", include_str!("../locales/en.json")),
    ("de", include_str!("../locales/de.json")),
    ("ar", include_str!("../locales/ar.json")),
];

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Strings {
    words: Value,
    /// The language that was found, for the `lang` attribute of what the widget says.
    pub(crate) language: &'static str,
}

impl Strings {
    /// The words for a language tag; for "de-AT" those of "de", and English where there are none.
    pub(crate) fn new(tag: &str) -> Strings {
        let base = tag.split('-').next().unwrap_or(tag);
        let found = LANGUAGES.iter().find(|(language, _)| language.eq_ignore_ascii_case(base));
        let (language, text) = found.unwrap_or(&LANGUAGES[0]);
        Strings { words: json::parse(text).unwrap_or(Value::Null), language }
    }

    /// The text `name` with each `{field}` filled in; a text that is missing shows its name.
    pub(crate) fn get(&self, name: &str, fields: &[(&str, &str)]) -> String {
        fill(self.words.get(name).and_then(Value::text).unwrap_or(name), fields)
    }

    /// The text `name`, which has no fields.
    pub(crate) fn plain(&self, name: &str) -> String {
        self.get(name, &[])
    }

    #[cfg(test)]
    pub(crate) fn of(words: Value) -> Strings {
        Strings { words, language: "en" }
    }
}

/// Fills in fields from left to right in one pass, so that a brace inside a filled-in text stays as it is.
fn fill(template: &str, fields: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        filled.push_str(fields.iter().find(|(field, _)| *field == name).map_or("", |(_, text)| text));
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, fill};

    #[test]
    fn fields_are_filled_in_once_and_a_brace_in_a_text_stays() {
        assert_eq!(
            fill("{task}: {done} of {total}", &[("task", "{done}"), ("done", "1"), ("total", "3")]),
            "{done}: 1 of 3"
        );
        assert_eq!(fill("a {b", &[]), "a {b");
        assert_eq!(fill("{unknown}!", &[]), "!");
    }

    #[test]
    fn every_language_has_the_same_texts_with_the_same_fields() {
        let shape = |text: &str| -> Vec<(String, Vec<String>)> {
            let lines = text.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\": "));
            let fields = |text: &str| {
                let mut fields: Vec<_> = text
                    .split('{')
                    .skip(1)
                    .filter_map(|it| it.split_once('}'))
                    .map(|it| it.0.to_owned())
                    .collect();
                fields.sort();
                fields
            };
            lines.map(|(name, text)| (name.to_owned(), fields(text))).collect()
        };
        let english = shape(LANGUAGES[0].1);
        assert!(english.len() > 10);
        for (language, text) in LANGUAGES {
            assert_eq!(shape(text), english, "{language}");
        }
    }
}
