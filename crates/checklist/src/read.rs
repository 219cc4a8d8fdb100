//! Typed reading of a `Value`, noting at which JSON path each thing went wrong. Readers go on with a stand-in after a
//! problem, so that all problems are found in one go; a definition with a problem is never handed out.

use crate::problem::Problem;
use crate::value::Value;

/// What was found while reading: problems stop the definition, warnings do not.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<Problem>,
    /// What the definition names, for references to it.
    pub(crate) known: Known,
}

/// The ids of each kind that a definition has, in its order.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) tasks: Ids,
    pub(crate) tours: Ids,
    pub(crate) levels: Ids,
    pub(crate) paths: Ids,
    pub(crate) arms: Ids,
}

/// Ids of one kind; `None` where an item has none, so that places in the list are places in the definition.
#[derive(Clone, Default)]
pub(crate) struct Ids(pub(crate) Vec<Option<String>>);

impl Report {
    pub(crate) fn problem(&mut self, path: &str, message: impl Into<String>) {
        self.problems.push(Problem { path: path.to_owned(), message: message.into() });
    }

    pub(crate) fn warning(&mut self, path: &str, message: impl Into<String>) {
        self.warnings.push(Problem { path: path.to_owned(), message: message.into() });
    }

    /// The place of the id that `value` names; a problem, and no place, where there is none.
    pub(crate) fn find(&mut self, path: &str, value: &Value, kind: &str, ids: &Ids) -> Option<usize> {
        let found = value.text().and_then(|id| ids.0.iter().position(|known| known.as_deref() == Some(id)));
        if found.is_none() {
            let known = ids.0.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
            let message = match value.text() {
                Some(id) if known.is_empty() => format!("no {kind} has the id \"{id}\"; there are none"),
                Some(id) => format!("no {kind} has the id \"{id}\"; there are: {known}"),
                None => format!("must be a {kind}'s id, not {}", value.kind()),
            };
            self.problem(path, message);
        }
        found
    }
}

/// More than any list of a definition may hold.
const MOST_IDS: usize = 1_000;

impl Ids {
    /// The ids of the list `value`; ids that are there twice are problems.
    pub(crate) fn of(value: Option<&Value>, path: &str, kind: &str, report: &mut Report) -> Ids {
        // Longer lists are refused as such; comparing all of their ids would keep the page from answering for long.
        let items = value.and_then(Value::list).map_or(&[][..], |items| &items[..items.len().min(MOST_IDS)]);
        let id = |item: &Value| item.get("id").and_then(Value::text).map(|id| id.trim().to_owned());
        let ids: Vec<Option<String>> = items.iter().map(id).collect();
        for (index, id) in ids.iter().enumerate() {
            if id.is_some() && ids[..index].contains(id) {
                let message = format!("is used by an earlier {kind}; ids must be unique");
                report.problem(&format!("{path}[{index}].id"), message);
            }
        }
        Ids(ids)
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
    /// most often a slip of the pen, and sometimes the field of a newer widget. `$schema`, `$comment` and the like
    /// are for editors and authors.
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
            if !known.contains(&name.as_str()) && !name.starts_with('$') {
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
        self.value.get(name).filter(|value| !matches!(value, Value::Null))
    }

    /// Whether the field is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    /// A problem with a field of this object.
    pub(crate) fn problem(&mut self, name: &str, message: impl Into<String>) {
        let place = self.at(name);
        self.report.problem(&place, message);
    }

    /// The value of a field that must be there.
    pub(crate) fn required(&mut self, name: &str) -> Option<&'a Value> {
        let value = self.field(name);
        if value.is_none() {
            self.problem(name, "is missing");
        }
        value
    }

    /// A text field that may be missing; text of nothing but spaces is a problem.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let value = self.field(name)?;
        match value.text().map(str::trim) {
            None => self.problem(name, format!("must be text, not {}", value.kind())),
            Some("") => self.problem(name, "must not be empty"),
            Some(text) => return Some(text.to_owned()),
        }
        None
    }

    /// A text field that must be there.
    pub(crate) fn required_text(&mut self, name: &str) -> String {
        self.required(name).and_then(|_| self.text(name)).unwrap_or_default()
    }

    /// A field that is true or false and may be missing.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.field(name)? {
            Value::Bool(flag) => Some(*flag),
            other => {
                self.problem(name, format!("must be true or false, not {}", other.kind()));
                None
            }
        }
    }

    /// A field that is one of some words.
    pub(crate) fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let place = self.place_of_word(name, &mut words.iter().map(|(word, _)| *word))?;
        words.get(place).map(|(_, meaning)| *meaning)
    }

    /// What of [`Fields::word`] is the same for every type.
    fn place_of_word(&mut self, name: &str, words: &mut dyn Iterator<Item = &str>) -> Option<usize> {
        let value = self.field(name)?;
        let words: Vec<&str> = words.collect();
        let found = words.iter().position(|word| value.text() == Some(word));
        if found.is_none() {
            self.problem(name, format!("must be one of: {}", words.join(", ")));
        }
        found
    }

    /// A whole number between `least` and `most` that may be missing.
    pub(crate) fn whole(&mut self, name: &str, least: u32, most: u32) -> Option<u32> {
        let value = self.field(name)?;
        let whole = value.integer().and_then(|number| u32::try_from(number).ok());
        let found = whole.filter(|number| (least..=most).contains(number));
        if found.is_none() {
            self.problem(name, format!("must be a whole number from {least} to {most}"));
        }
        found
    }

    /// A share from 0 to 1 that may be missing.
    pub(crate) fn share(&mut self, name: &str) -> Option<f64> {
        let value = self.field(name)?;
        let found = value.number().filter(|share| (0.0..=1.0).contains(share));
        if found.is_none() {
            self.problem(name, "must be a share from 0 to 1");
        }
        found
    }

    /// The items of a list, each with its path; empty where the field is missing.
    pub(crate) fn items(&mut self, name: &str) -> Vec<(String, &'a Value)> {
        let Some(value) = self.field(name) else { return Vec::new() };
        let Some(items) = value.list() else {
            self.problem(name, format!("must be a list, not {}", value.kind()));
            return Vec::new();
        };
        let place = self.at(name);
        items.iter().enumerate().map(|(index, item)| (format!("{place}[{index}]"), item)).collect()
    }

    /// The items of a list of 1 to `most` objects; the field may be missing, an empty list may not.
    pub(crate) fn each<T>(
        &mut self,
        name: &str,
        most: usize,
        known: &[&str],
        read: impl Fn(&mut Fields<'_>) -> T,
    ) -> Vec<T> {
        let mut all = Vec::new();
        self.each_item(name, most, known, &mut |fields| all.push(read(fields)));
        all
    }

    /// What of [`Fields::each`] is the same for every type, so that it is compiled once.
    fn each_item(&mut self, name: &str, most: usize, known: &[&str], read: &mut dyn FnMut(&mut Fields<'_>)) {
        let items = self.items(name);
        let length = self.field(name).and_then(Value::list).map(<[Value]>::len);
        if length.is_some_and(|length| !(1..=most).contains(&length)) {
            self.problem(name, format!("must hold 1 to {most} {name}"));
            return;
        }
        for (path, item) in &items {
            if let Some(mut fields) = Fields::open(item, path, known, self.report) {
                read(&mut fields);
            }
        }
    }

    /// An object that may be missing.
    pub(crate) fn object<T>(
        &mut self,
        name: &str,
        known: &[&str],
        read: impl FnOnce(&mut Fields<'_>) -> T,
    ) -> Option<T> {
        let (mut read, mut found) = (Some(read), None);
        self.with_object(name, known, &mut |fields| found = read.take().map(|read| read(fields)));
        found
    }

    /// What of [`Fields::object`] is the same for every type.
    fn with_object(&mut self, name: &str, known: &[&str], read: &mut dyn FnMut(&mut Fields<'_>)) {
        let Some(value) = self.field(name) else { return };
        let place = self.at(name);
        if let Some(mut fields) = Fields::open(value, &place, known, self.report) {
            read(&mut fields);
        }
    }

    /// The places of the ids that the list `name` names, in its order, each once.
    pub(crate) fn references(&mut self, name: &str, kind: &str, ids: &Ids) -> Vec<usize> {
        let mut found = Vec::new();
        for (place, item) in self.items(name) {
            found.extend(self.report.find(&place, item, kind, ids).filter(|index| !found.contains(index)));
        }
        found
    }
}
