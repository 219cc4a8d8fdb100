//! Which language the page speaks, and how a person chooses another one.

use std::cell::Cell;

use web_sys::UrlSearchParams;

use super::intl;

/// The languages that `www/locales` has, the default first.
pub(crate) const LANGUAGES: [&str; 3] = ["en", "de", "ar"];

/// Where the browser keeps the person's choice.
const SAVED: &str = "cairn-language";

/// The parameter of the address that asks for a language.
const ASKED: &str = "lang";

thread_local! {
    static LANGUAGE: Cell<&'static str> = const { Cell::new(LANGUAGES[0]) };
}

/// The language that the page speaks.
pub(crate) fn language() -> &'static str {
    LANGUAGE.get()
}

/// The language to load: `lang` in the address, else the one that the person chose, else the browser's first one that is
/// there, else English.
pub(crate) fn preferred_language() -> &'static str {
    first_known(asked().into_iter().chain(saved()).chain(intl::browser_languages()))
}

/// Opens the page anew in `language` and remembers the choice. What the address holds stays; what was loaded goes.
pub(crate) fn switch_to(language: &str) {
    let Some(window) = web_sys::window() else { return };
    let location = window.location();
    let search = location.search().unwrap_or_default();
    let Ok(parameters) = UrlSearchParams::new_with_str(&search) else { return };
    // An address that asks for a language would win over the choice; where nothing can be kept, it is the way to choose.
    parameters.delete(ASKED);
    if save(language).is_none() {
        parameters.set(ASKED, language);
    }
    let wanted = parameters.to_string().as_string().unwrap_or_default();
    let is_there = wanted == search.trim_start_matches('?');
    // A browser never refuses its own address.
    let _ = if is_there { location.reload() } else { location.set_search(&wanted) };
}

/// Notes which language is installed.
pub(super) fn set(language: &'static str) {
    LANGUAGE.set(language);
}

/// `pt` of `pt-BR`.
pub(super) fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

fn first_known(tags: impl IntoIterator<Item = String>) -> &'static str {
    let known = |tag: String| LANGUAGES.into_iter().find(|language| primary(&tag) == *language);
    tags.into_iter().find_map(known).unwrap_or(LANGUAGES[0])
}

fn asked() -> Option<String> {
    let address = web_sys::window()?.location().search().ok()?;
    UrlSearchParams::new_with_str(&address).ok()?.get(ASKED)
}

fn saved() -> Option<String> {
    web_sys::window()?.local_storage().ok()??.get_item(SAVED).ok()?
}

/// None if the browser keeps nothing for this page.
fn save(language: &str) -> Option<()> {
    web_sys::window()?.local_storage().ok()??.set_item(SAVED, language).ok()
}

#[cfg(test)]
mod tests {
    use super::first_known;

    #[test]
    fn the_first_language_that_is_there_is_taken_whatever_its_region() {
        let first = |tags: &[&str]| first_known(tags.iter().map(|tag| (*tag).to_owned()));
        assert_eq!(first(&["fr-CA", "AR-eg", "de"]), "ar");
        assert_eq!(first(&["de_AT"]), "de");
        assert_eq!(first(&["xx", ""]), "en");
        assert_eq!(first(&[]), "en");
    }
}
