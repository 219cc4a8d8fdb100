//! JSON as the checklist reads it.

use cairn_checklist::Value;
use serde_json::Value as Json;

/// The checklist's own value for JSON; nothing for a number that no f64 holds.
pub fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => number.as_f64().map_or(Value::Null, Value::Number),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(fields) => {
            Value::Map(fields.iter().map(|(name, it)| (name.clone(), value(it))).collect())
        }
    }
}
