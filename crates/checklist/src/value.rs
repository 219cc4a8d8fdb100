//! `Value`: JSON in memory. The browser (or serde_json, in tests) does the parsing; this crate only reads the tree,
//! which keeps a JSON parser out of the wasm.

/// One JSON value. Objects keep the order of their fields; of two fields with one name the last counts, as in
/// `JSON.parse`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, and whatever JavaScript has that JSON has not (a function, a symbol).
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The field `name` of an object; `None` for a missing field and for anything that is not an object. O(fields).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Map(fields) => fields.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The number as a whole one; `None` for a fraction, and beyond 2^53, where doubles skip integers.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        let number = self.number()?;
        (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
    }

    /// The items of an array.
    #[must_use]
    pub fn list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The fields of an object, in order.
    #[must_use]
    pub fn map(&self) -> Option<&[(String, Value)]> {
        match self {
            Value::Map(fields) => Some(fields),
            _ => None,
        }
    }

    /// What this is, as an error message calls it: "a number", "text", "a list", …
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Text(value.to_owned())
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! JSON text to `Value` for the tests of this crate, through serde_json.

    use super::Value;

    /// Parses `json`, which must be valid.
    pub(crate) fn parse(json: &str) -> Value {
        from_json(&serde_json::from_str(json).expect("the test's JSON is valid"))
    }

    /// The JSON text of `value`.
    pub(crate) fn print(value: &Value) -> String {
        to_json(value).to_string()
    }

    fn from_json(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(*value),
            serde_json::Value::Number(value) => {
                Value::Number(value.as_f64().expect("a JSON number is finite"))
            }
            serde_json::Value::String(value) => Value::Text(value.clone()),
            serde_json::Value::Array(items) => Value::List(items.iter().map(from_json).collect()),
            serde_json::Value::Object(fields) => {
                Value::Map(fields.iter().map(|(key, value)| (key.clone(), from_json(value))).collect())
            }
        }
    }

    fn to_json(value: &Value) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(value) => (*value).into(),
            Value::Text(value) => value.clone().into(),
            Value::List(items) => items.iter().map(to_json).collect(),
            Value::Map(fields) => fields.iter().map(|(key, value)| (key.clone(), to_json(value))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Value;
    use super::testing::parse;

    #[test]
    fn the_last_of_two_fields_with_one_name_counts() {
        let value = Value::Map(vec![("a".into(), 1.0.into()), ("a".into(), 2.0.into())]);
        assert_eq!(value.get("a"), Some(&Value::Number(2.0)));
    }

    #[test]
    fn a_fraction_and_a_number_beyond_two_to_the_53_are_no_integers() {
        assert_eq!(parse("3").integer(), Some(3));
        assert_eq!(parse("3.5").integer(), None);
        assert_eq!(parse("1e300").integer(), None);
    }

    #[test]
    fn a_field_of_something_that_is_no_object_is_missing() {
        assert_eq!(parse("[1]").get("a"), None);
        assert_eq!(parse("null").get("a"), None);
    }
}
