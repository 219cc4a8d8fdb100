//! Every word a person reads: texts by key from `www/locales/*.json`, numbers and dates through the browser's `Intl`.
//!
//! A locale file is one flat map. A value is a text with `{name}` placeholders, or an object of such texts by plural
//! category (`one`, `other`, … as `Intl.PluralRules` names them). The map is installed once, before the page is mounted,
//! so that texts are plain strings and never signals.

mod intl;
mod piece;
mod template;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

pub(crate) use intl::{bytes, compact, count, date, duration, number, percent};
pub(crate) use piece::{Piece, name, pieces, plain, strong};
pub(crate) use template::Part;

/// The languages that `www/locales` has, the default first.
pub(crate) const LANGUAGES: [&str; 1] = ["en"];

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

/// The language to load: `lang` in the address, else the browser's first one that is there, else English.
pub(crate) fn preferred_language() -> &'static str {
    let asked = asked_language();
    let wanted = asked.into_iter().chain(intl::browser_languages());
    let there = |tag: String| LANGUAGES.into_iter().find(|language| primary(&tag) == *language);
    wanted.into_iter().find_map(there).unwrap_or(LANGUAGES[0])
}

/// Makes `json`, the locale file of `language`, the page's texts, and tells the document its language and direction
/// (the key `locale.direction`: `ltr` or `rtl`).
///
/// # Errors
/// What serde says about a file that is no map of texts and plural forms.
pub(crate) fn install(language: &str, json: &str) -> Result<(), serde_json::Error> {
    let entries = serde_json::from_str(json)?;
    CATALOG.with_borrow_mut(|catalog| *catalog = Catalog { entries, missing: BTreeSet::new() });
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

/// What to say about a failure: the text `failure.<code>` (with `{message}` filled), else `message` as it came.
pub(crate) fn failure(code: &str, message: &str) -> String {
    let key = format!("failure.{code}");
    let known = CATALOG.with_borrow(|catalog| catalog.entries.contains_key(&key));
    if known { text_with(&key, &[("message", message)]) } else { message.to_owned() }
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

fn asked_language() -> Option<String> {
    let address = web_sys::window()?.location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&address).ok()?.get("lang")
}

/// `pt` of `pt-BR`.
fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}
