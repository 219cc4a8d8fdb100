//! Typed reading of a `Value`, noting at which JSON path each thing went wrong.

use crate::problem::Problem;
use crate::value::Value;

/// What was found while reading: problems stop the definition, warnings do not.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<Problem>,
}

impl Report {
    pub(crate) fn problem(&mut self, path: &str, message: impl Into<String>) {
        self.problems.push(Problem { path: path.to_owned(), message: message.into() });
    }

    pub(crate) fn warning(&mut self, path: &str, message: impl Into<String>) {
        self.warnings.push(Problem { path: path.to_owned(), message: message.into() });
    }
}

/// An object being read: its value, its path, and the report to write into.
pub(crate) struct Fields<'a> {
    pub(crate) value: &'a Value,
    pub(crate) path: &'a str,
    pub(crate) report: &'a mut Report,
}

impl<'a> Fields<'a> {
    /// Opens `value` as an object whose fields are all among `known`. An unknown field is a warning, because it is
    /// most often a slip of the pen, and sometimes the field of a newer widget.
    pub(crate) fn open(
        value: &'a Value,
        path: &'a str,
        known: &[&str],
        report: &'a mut Report,
    ) -> Option<Self> {
        let Some(fields) = value.map() else {
            report.problem(path, format!("must be an object, not {}", value.kind()));
            return None;
        };
        for (name, _) in fields {
            if !known.contains(&name.as_str()) {
                let known = known.join(", ");
                report.warning(
                    &format!("{path}.{name}"),
                    format!("unknown field, ignored; known here: {known}"),
                );
            }
        }
        Some(Fields { value, path, report })
    }

    /// The path of a field of this object.
    pub(crate) fn at(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    /// A field that may be missing; `null` counts as missing.
    pub(crate) fn field(&self, name: &str) -> Option<&'a Value> {
        self.value.get(name).filter(|value| **value != Value::Null)
    }

    /// A text field that may be missing; text of nothing but spaces is a problem.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let value = self.field(name)?;
        match value.text().map(str::trim) {
            None => self.wrong(name, "must be text", value),
            Some("") => self.report.problem(&self.at(name), "must not be empty"),
            Some(text) => return Some(text.to_owned()),
        }
        None
    }

    /// A text field that must be there.
    pub(crate) fn required_text(&mut self, name: &str) -> Option<String> {
        self.required(name)?;
        self.text(name)
    }

    /// A whole number between `least` and `most` that may be missing.
    pub(crate) fn whole(&mut self, name: &str, least: u32, most: u32) -> Option<u32> {
        let value = self.field(name)?;
        let whole = value.integer().and_then(|number| u32::try_from(number).ok());
        match whole.filter(|number| (least..=most).contains(number)) {
            Some(number) => Some(number),
            None => {
                let message = format!("must be a whole number from {least} to {most}");
                self.report.problem(&self.at(name), message);
                None
            }
        }
    }

    /// The items of a list, each with its path; empty where the field is missing.
    pub(crate) fn items(&mut self, name: &str) -> Vec<(String, &'a Value)> {
        let Some(value) = self.field(name) else { return Vec::new() };
        let Some(items) = value.list() else {
            self.wrong(name, "must be a list", value);
            return Vec::new();
        };
        let place = self.at(name);
        items.iter().enumerate().map(|(index, item)| (format!("{place}[{index}]"), item)).collect()
    }

    /// The value of a field that must be there.
    pub(crate) fn required(&mut self, name: &str) -> Option<&'a Value> {
        let value = self.field(name);
        if value.is_none() {
            self.report.problem(&self.at(name), "is missing");
        }
        value
    }

    fn wrong(&mut self, name: &str, must: &str, value: &Value) {
        self.report.problem(&self.at(name), format!("{must}, not {}", value.kind()));
    }
}
