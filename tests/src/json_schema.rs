//! A validator of the part of JSON Schema (draft 2020-12) that the published schema of checklists uses. A keyword that
//! it does not know is a panic, so that nothing of a schema goes unchecked.

use serde_json::{Map, Value};

/// What is wrong with `value`, each with its path; empty where it fits.
///
/// # Panics
/// If the schema uses a keyword that is not known here.
pub fn errors(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Validator { root: schema, found: &mut found }.check(schema, value, "$");
    found
}

struct Validator<'a> {
    root: &'a Value,
    found: &'a mut Vec<String>,
}

impl Validator<'_> {
    fn check(&mut self, schema: &Value, value: &Value, path: &str) {
        let Some(keywords) = schema.as_object() else {
            assert!(schema.is_boolean(), "a schema is an object or a boolean, not {schema}");
            if *schema == Value::Bool(false) {
                self.found.push(format!("{path}: nothing may be here"));
            }
            return;
        };
        for (keyword, wanted) in keywords {
            self.keyword(keyword, wanted, keywords, value, path);
        }
    }

    fn keyword(
        &mut self,
        keyword: &str,
        wanted: &Value,
        all: &Map<String, Value>,
        value: &Value,
        path: &str,
    ) {
        let number = |wanted: &Value| wanted.as_f64().unwrap_or_default();
        let size = |wanted: &Value| wanted.as_u64().unwrap_or_default() as usize;
        let holds = match keyword {
            "$schema" | "$defs" | "title" | "description" | "patternProperties" | "additionalProperties" => {
                true
            }
            "$ref" => {
                let place = wanted.as_str().unwrap_or_default().trim_start_matches('#');
                let schema = self.root.pointer(place).unwrap_or_else(|| panic!("no schema at {wanted}"));
                return self.check(schema, value, path);
            }
            "type" => match wanted {
                Value::Array(types) => types.iter().any(|wanted| is_a(value, wanted)),
                wanted => is_a(value, wanted),
            },
            "enum" => wanted.as_array().is_some_and(|all| all.contains(value)),
            "const" => value == wanted,
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= size(wanted)),
            "minimum" => value.as_f64().is_none_or(|it| it >= number(wanted)),
            "maximum" => value.as_f64().is_none_or(|it| it <= number(wanted)),
            "minItems" => value.as_array().is_none_or(|items| items.len() >= size(wanted)),
            "maxItems" => value.as_array().is_none_or(|items| items.len() <= size(wanted)),
            "required" => self.required(wanted, value, path),
            "anyOf" => self.n_that_fit(wanted, value) > 0,
            "oneOf" => self.n_that_fit(wanted, value) == 1,
            "not" => !errors_in(self.root, wanted, value).is_empty(),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.check(wanted, item, &format!("{path}[{index}]"));
                }
                true
            }
            "properties" => return self.properties(all, value, path),
            other => panic!("the keyword {other} is not known to this validator"),
        };
        if !holds {
            self.found.push(format!("{path}: does not fit {keyword}"));
        }
        if keyword == "additionalProperties" && !all.contains_key("properties") {
            self.properties(all, value, path);
        }
    }

    fn required(&mut self, wanted: &Value, value: &Value, path: &str) -> bool {
        let names = wanted.as_array().into_iter().flatten().filter_map(Value::as_str);
        let missing: Vec<_> = names.filter(|name| value.is_object() && value.get(name).is_none()).collect();
        self.found.extend(missing.iter().map(|name| format!("{path}.{name}: is missing")));
        true
    }

    /// The fields of an object; those that begin with `$` are always allowed, as the only pattern in use says.
    fn properties(&mut self, schema: &Map<String, Value>, value: &Value, path: &str) {
        let known = schema.get("properties");
        for (name, field) in value.as_object().into_iter().flatten() {
            let place = format!("{path}.{name}");
            match (known.and_then(|known| known.get(name)), schema.get("additionalProperties")) {
                (Some(schema), _) => self.check(schema, field, &place),
                (None, Some(rest))
                    if !(name.starts_with('$') && schema.contains_key("patternProperties")) =>
                {
                    self.check(rest, field, &place);
                }
                _ => {}
            }
        }
    }

    fn n_that_fit(&self, schemas: &Value, value: &Value) -> usize {
        let schemas = schemas.as_array().into_iter().flatten();
        schemas.filter(|schema| errors_in(self.root, schema, value).is_empty()).count()
    }
}

fn errors_in(root: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Validator { root, found: &mut found }.check(schema, value, "$");
    found
}

fn is_a(value: &Value, kind: &Value) -> bool {
    match kind.as_str().unwrap_or_default() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no type is called {other}"),
    }
}
