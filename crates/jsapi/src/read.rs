//! Reading what a caller passes, with errors that name the field.

use cairn_engine::error::Position;
use cairn_engine::ingest::Mapping;
use cairn_engine::{Failure, Query};
use serde::Deserialize;
use serde_json::Value;
use serde_path_to_error::{Deserializer, Track};

use crate::{Thrown, thrown};

/// Reads a query.
pub(crate) fn query(text: &str) -> Result<Query, Thrown> {
    let fault = Fault { code: "bad_query", within: "" };
    let (kind, fields) = kind_and_fields(text).map_err(|problem| fault.whole(&problem))?;
    let Some(kind) = kind else { return Err(fault.at("kind", "is missing; it says what is asked")) };
    let mut track = Track::new();
    let read = Query::read(&kind, Deserializer::new(fields, &mut track));
    read.map_err(|error| fault.at(&track.path().to_string(), &error.to_string()))
}

/// Reads a mapping.
pub(crate) fn mapping(text: &str) -> Result<Mapping, Thrown> {
    let fault = Fault { code: "bad_mapping", within: "mapping" };
    let value: Value = serde_json::from_str(text).map_err(|error| fault.whole(&error.to_string()))?;
    let mut track = Track::new();
    let read = Mapping::deserialize(Deserializer::new(value, &mut track));
    read.map_err(|error| fault.at(&track.path().to_string(), &error.to_string()))
}

fn kind_and_fields(text: &str) -> Result<(Option<String>, Value), String> {
    let value = serde_json::from_str(text).map_err(|error| format!("the query is not JSON: {error}"))?;
    let Value::Object(mut fields) = value else {
        return Err("the query is not an object; the smallest is { \"kind\": \"overview\" }".to_owned());
    };
    let kind =
        fields.remove("kind").map(|kind| kind.as_str().map_or_else(|| kind.to_string(), str::to_owned));
    Ok((kind, Value::Object(fields)))
}

/// What is at fault, and in which argument.
struct Fault {
    code: &'static str,
    /// The argument's name, if its fields are to be named with it.
    within: &'static str,
}

impl Fault {
    fn whole(&self, problem: &str) -> Thrown {
        thrown(Failure { code: self.code.to_owned(), message: problem.to_owned(), position: None })
    }

    /// `path` is serde's, in which `.` is the value itself.
    fn at(&self, path: &str, problem: &str) -> Thrown {
        let path = path.trim_matches('.');
        let joint = if self.within.is_empty() || path.is_empty() || path.starts_with('[') { "" } else { "." };
        let field = format!("{}{joint}{path}", self.within);
        let message = if field.is_empty() { problem.to_owned() } else { format!("{field}: {problem}") };
        let position = (!field.is_empty()).then(|| Position { field: Some(field), ..Position::default() });
        thrown(Failure { code: self.code.to_owned(), message, position })
    }
}
