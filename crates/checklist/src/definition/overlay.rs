//! Texts that replace others: translations, and the texts of an experiment's arm. They are laid over the definition's
//! JSON before it is read, so that every text of a definition can be replaced, and nothing else.

use crate::link::{UNSAFE, is_safe_link};
use crate::read::{Fields, Report};
use crate::value::Value;

/// What may be replaced.
const TEXTS: [&str; 14] = [
    "title",
    "welcome",
    "farewell",
    "detail",
    "action",
    "label",
    "milestone",
    "reward",
    "message",
    "text",
    "low",
    "high",
    "name",
    "link",
];

/// Lists, whose items are found by id or number.
const LISTS: [&str; 7] = ["tasks", "tours", "steps", "nudges", "levels", "questions", "resources"];

/// Objects on the way.
const OBJECTS: [&str; 7] =
    ["action", "reward", "survey", "help", "specialist", "community", "knowledge_base"];

/// What may be there in one language and be missing in the definition.
const OPTIONAL: [&str; 4] = ["title", "welcome", "farewell", "detail"];

/// `locale` of a definition or of an arm, checked; an object by language tag.
pub(super) fn read_locale(fields: &mut Fields<'_>) -> Value {
    let Some(value) = fields.field("locale") else { return Value::Null };
    let place = fields.at("locale");
    match value.map() {
        None => fields.report.problem(&place, format!("must be an object, not {}", value.kind())),
        Some(languages) => {
            for (tag, texts) in languages {
                check_object(texts, &format!("{place}.{tag}"), fields.report);
            }
        }
    }
    value.clone()
}

/// `texts` of an arm, checked.
pub(super) fn read_texts(fields: &mut Fields<'_>, name: &str) -> Value {
    let Some(value) = fields.field(name) else { return Value::Null };
    check_object(value, &fields.at(name), fields.report);
    value.clone()
}

/// The texts for a language tag: of "de-AT", or else of "de".
pub(super) fn find<'a>(locale: &'a Value, tag: &str) -> Option<&'a Value> {
    let base = tag.split('-').next().unwrap_or(tag);
    let find = |wanted: &str| {
        let mut languages = locale.map().unwrap_or_default().iter();
        languages.find(|(tag, _)| tag.eq_ignore_ascii_case(wanted)).map(|(_, texts)| texts)
    };
    find(tag).or_else(|| find(base))
}

/// Replaces the texts of `base` by those of `texts` that have the same place. Items of lists are found by their `id`, or
/// by their number from 0. An action's or reward's text may stand for the whole.
pub(super) fn lay(base: &mut Value, texts: &Value) {
    match (base, texts) {
        (Value::Map(fields), Value::Text(_)) => {
            let label = fields.iter_mut().find(|(name, _)| name == "label" || name == "message");
            if let Some((_, label)) = label {
                *label = texts.clone();
            }
        }
        (Value::Map(fields), Value::Map(all)) => {
            for (name, texts) in all {
                match fields.iter_mut().find(|(field, _)| field == name) {
                    Some((_, value)) => lay(value, texts),
                    None if OPTIONAL.contains(&name.as_str()) => fields.push((name.clone(), texts.clone())),
                    None => {}
                }
            }
        }
        (Value::List(items), Value::Map(all)) => {
            for (key, texts) in all {
                let has_id = |item: &Value| item.get("id").and_then(Value::text) == Some(key);
                let index = items.iter().position(has_id).or_else(|| key.parse().ok());
                if let Some(item) = index.and_then(|index: usize| items.get_mut(index)) {
                    lay(item, texts);
                }
            }
        }
        (Value::List(items), Value::List(all)) => {
            items.iter_mut().zip(all).for_each(|(item, texts)| lay(item, texts));
        }
        (base @ Value::Text(_), Value::Text(_)) => *base = texts.clone(),
        _ => {}
    }
}

/// Checks that `value` holds texts, and only such as can be replaced.
fn check_object(value: &Value, path: &str, report: &mut Report) {
    let known = [&TEXTS[..], &LISTS, &OBJECTS, &["options"]].concat();
    let Some(mut fields) = Fields::open(value, path, &known, report) else { return };
    for (name, value) in fields.value.map().unwrap_or_default() {
        let (name, place) = (name.as_str(), fields.at(name));
        let is_object = value.map().is_some();
        if OBJECTS.contains(&name) && (is_object || !TEXTS.contains(&name)) {
            check_object(value, &place, fields.report);
        } else if LISTS.contains(&name) {
            check_list(value, &place, fields.report);
        } else if name == "options" {
            for (place, option) in fields.items(name) {
                let is_empty = option.text().is_none_or(|text| text.trim().is_empty());
                if is_empty {
                    fields.report.problem(&place, "must be text");
                }
            }
        } else if let (Some(text), "link") = (fields.text(name), name)
            && !is_safe_link(&text)
        {
            fields.problem(name, UNSAFE);
        }
    }
}

/// Texts of a list's items: an object by id or number, or a list in the same order.
fn check_list(value: &Value, path: &str, report: &mut Report) {
    match value {
        Value::Map(items) => {
            items.iter().for_each(|(key, item)| check_object(item, &format!("{path}.{key}"), report));
        }
        Value::List(items) => {
            let each =
                |(index, item): (usize, &Value)| check_object(item, &format!("{path}[{index}]"), report);
            items.iter().enumerate().for_each(each);
        }
        other => report.problem(path, format!("must be an object or a list, not {}", other.kind())),
    }
}
