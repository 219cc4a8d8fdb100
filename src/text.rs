//! Every word a person reads: texts by key from `www/locales/*.json`, numbers and dates through the browser's `Intl`.
//!
//! A locale file is one flat map. A value is a text with `{name}` placeholders, or an object of such texts by plural
//! category (`one`, `other`, … as `Intl.PluralRules` names them). The map is installed once, before the page is mounted,
//! so that texts are plain strings and never signals; another language is another visit to the page.

mod intl;
mod language;
mod piece;
mod template;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

pub(crate) use intl::{
    bytes, compact, count, date, decimal_mark, duration, instant, language_name, number, percent,
};
pub(crate) use language::{LANGUAGES, language, preferred_language, switch_to};
pub(crate) use piece::{Piece, name, pieces, plain, strong};
pub(crate) use template::Part;

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Text(String),
    Forms(BTreeMap<String, String>),
}

#[derive(Default)]
struct Catalog {
    entries: BTreeMap<String, Entry>,
    missing: BTreeSet<String>,
}

thread_local! {
    static CATALOG: RefCell<Catalog> = RefCell::default();
}

/// Makes `json`, the locale file of `language`, the page's texts, and tells the document its language and direction
/// (the key `locale.direction`: `ltr` or `rtl`).
///
/// # Errors
/// What serde says about a file that is no map of texts and plural forms.
pub(crate) fn install(language: &'static str, json: &str) -> Result<(), serde_json::Error> {
    let entries = serde_json::from_str(json)?;
    CATALOG.with_borrow_mut(|catalog| *catalog = Catalog { entries, missing: BTreeSet::new() });
    language::set(language);
    intl::set_language(language);
    if let Some(root) = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element()) {
        // A document refuses an attribute only if its name is malformed.
        let _ = root.set_attribute("lang", language);
        let _ = root.set_attribute("dir", &text("locale.direction"));
    }
    Ok(())
}

/// The text of `key`. A missing key gives the key itself and is logged once.
pub(crate) fn text(key: &str) -> String {
    template_of(key, None)
}

/// The text of `key` with its placeholders filled; a placeholder without a value stays visible.
pub(crate) fn text_with<S: AsRef<str>>(key: &str, values: &[(&str, S)]) -> String {
    template::fill(&template_of(key, None), values)
}

/// The form of `key` for `n`, with `{n}` filled by the formatted number.
pub(crate) fn plural(key: &str, n: u64) -> String {
    plural_with::<&str>(key, n, &[])
}

/// Like [`plural`], with further placeholders; a value for `n` stands in for the formatted number.
pub(crate) fn plural_with<S: AsRef<str>>(key: &str, n: u64, values: &[(&str, S)]) -> String {
    let counted = count(n);
    let mut all: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    all.push(("n", &counted));
    template::fill(&template_of(key, Some(n as f64)), &all)
}

/// The form of `key` for an amount with decimals, with `{n}` filled by the number formatted with `digits` of them.
pub(crate) fn plural_number(key: &str, n: f64, digits: u8) -> String {
    template::fill(&template_of(key, Some(n)), &[("n", number(n, digits))])
}

/// The text of `key` cut at its placeholders, for sentences that hold controls or emphasized numbers.
pub(crate) fn parts(key: &str) -> Vec<Part> {
    template::parts(&template_of(key, None))
}

/// What to say about a failure: the text `failure.<code>` with `{message}` filled, or `message` as it came where there is no
/// such text. Inside other words the message, which is in English, keeps its own direction.
pub(crate) fn failure(code: &str, message: &str) -> String {
    let key = format!("failure.{code}");
    let is_known = CATALOG.with_borrow(|catalog| catalog.entries.contains_key(&key));
    match is_known.then(|| template_of(&key, None)) {
        Some(template) if template != "{message}" => template::fill(&template, &[("message", name(message))]),
        _ => message.to_owned(),
    }
}

/// The template of `key`: the form for `n`, or `other` where no number was given or no such form is there.
fn template_of(key: &str, n: Option<f64>) -> String {
    let found = CATALOG.with_borrow(|catalog| match catalog.entries.get(key)? {
        Entry::Text(text) => Some(text.clone()),
        Entry::Forms(forms) => {
            let form = n.and_then(|n| forms.get(&intl::plural_category(n)));
            form.or_else(|| forms.get("other")).cloned()
        }
    });
    found.unwrap_or_else(|| {
        if CATALOG.with_borrow_mut(|catalog| catalog.missing.insert(key.to_owned())) {
            leptos::logging::error!("The locale file has no text for {key:?}.");
        }
        key.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::template::{Part, parts};
    use super::{Entry, LANGUAGES};

    /// Each language with its file and the plural categories that it needs, as CLDR has them.
    const LOCALES: [(&str, &str, &[&str]); 3] = [
        ("en", include_str!("../www/locales/en.json"), &["one", "other"]),
        ("de", include_str!("../www/locales/de.json"), &["one", "other"]),
        ("ar", include_str!("../www/locales/ar.json"), &["few", "many", "one", "other", "two", "zero"]),
    ];

    fn read(json: &str) -> BTreeMap<String, Entry> {
        serde_json::from_str(json).unwrap()
    }

    fn slots(template: &str) -> BTreeSet<String> {
        let slot = |part| match part {
            Part::Slot(name) => Some(name),
            Part::Text(_) => None,
        };
        parts(template).into_iter().filter_map(slot).collect()
    }

    #[test]
    fn every_language_of_the_page_has_a_file_that_is_compared_here() {
        assert_eq!(LOCALES.map(|(language, ..)| language), LANGUAGES);
    }

    #[test]
    fn every_locale_has_the_keys_of_english_and_no_others() {
        let english: Vec<String> = read(LOCALES[0].1).into_keys().collect();
        for (language, json, _) in LOCALES {
            let keys: Vec<String> = read(json).into_keys().collect();
            let missing: Vec<&String> = english.iter().filter(|key| !keys.contains(key)).collect();
            let unknown: Vec<&String> = keys.iter().filter(|key| !english.contains(key)).collect();
            assert!(
                missing.is_empty() && unknown.is_empty(),
                "{language} lacks {missing:?} and has {unknown:?}"
            );
        }
    }

    /// A form for one or two may say the number in words, so it may hold fewer placeholders.
    #[test]
    fn every_text_has_the_placeholders_of_the_english_one_and_every_plural_the_forms_of_its_language() {
        let english = read(LOCALES[0].1);
        for (language, json, categories) in LOCALES {
            for (key, entry) in read(json) {
                match (&english[&key], entry) {
                    (Entry::Text(first), Entry::Text(text)) => {
                        assert_eq!(slots(&text), slots(first), "{language}: {key}");
                    }
                    (Entry::Forms(first), Entry::Forms(forms)) => {
                        assert_eq!(
                            forms.keys().map(String::as_str).collect::<Vec<_>>(),
                            categories,
                            "{language}: {key}"
                        );
                        let all = slots(&first["other"]);
                        assert_eq!(slots(&forms["other"]), all, "{language}: {key}");
                        assert!(forms.values().all(|form| slots(form).is_subset(&all)), "{language}: {key}");
                    }
                    _ => panic!("{language}: {key} has plural forms in one language and none in the other"),
                }
            }
        }
    }

    #[test]
    fn every_locale_says_which_way_it_is_written() {
        for (language, json, _) in LOCALES {
            let Entry::Text(direction) = &read(json)["locale.direction"] else { panic!("{language}") };
            assert_eq!(direction, if language == "ar" { "rtl" } else { "ltr" }, "{language}");
        }
    }
}
