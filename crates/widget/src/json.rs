//! JSON text to `Value` and back, by the browser's own parser.

use cairn_checklist::Value;
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Deeper than any definition is, and shallow enough for the stack.
const DEEPEST: usize = 64;

/// Parses JSON text.
///
/// # Errors
///
/// What the browser says about malformed text, or that it is nested too deep.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    let value = JSON::parse(text).map_err(|error| {
        let error = error.unchecked_into::<js_sys::Error>();
        String::from(error.message())
    })?;
    from_js(&value, 0)
}

/// JSON text; what cannot be printed, which a `Value` never is, gives "null".
pub(crate) fn print(value: &Value) -> String {
    JSON::stringify(&to_js(value)).map_or_else(|_| "null".to_owned(), String::from)
}

/// The value as plain JavaScript objects.
pub(crate) fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(value) => JsValue::from_bool(*value),
        Value::Number(value) => JsValue::from_f64(*value),
        Value::Text(value) => JsValue::from_str(value),
        Value::List(items) => {
            let list = Array::new();
            for item in items {
                list.push(&to_js(item));
            }
            list.into()
        }
        Value::Map(fields) => {
            let object = Object::new();
            for (name, value) in fields {
                // Setting a field of a fresh plain object cannot fail.
                let _ = Reflect::set(&object, &JsValue::from_str(name), &to_js(value));
            }
            object.into()
        }
    }
}

fn from_js(value: &JsValue, depth: usize) -> Result<Value, String> {
    if depth > DEEPEST {
        return Err(format!("nested more than {DEEPEST} levels deep"));
    }
    if let Some(text) = value.as_string() {
        return Ok(Value::Text(text));
    }
    if let Some(number) = value.as_f64() {
        return Ok(Value::Number(number));
    }
    if let Some(truth) = value.as_bool() {
        return Ok(Value::Bool(truth));
    }
    if Array::is_array(value) {
        let items = value.unchecked_ref::<Array>().iter();
        return items.map(|item| from_js(&item, depth + 1)).collect::<Result<_, _>>().map(Value::List);
    }
    if !value.is_object() {
        return Ok(Value::Null);
    }
    let object = value.unchecked_ref::<Object>();
    let read = |name: JsValue| {
        let value = Reflect::get(object, &name).unwrap_or(JsValue::NULL);
        Ok((name.as_string().unwrap_or_default(), from_js(&value, depth + 1)?))
    };
    Object::keys(object).iter().map(read).collect::<Result<_, _>>().map(Value::Map)
}
