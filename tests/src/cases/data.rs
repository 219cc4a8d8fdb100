//! A case's events as a table: each property of an event is a text column `event.NAME`, each of a user a text column
//! `user.NAME` that all of the user's rows hold.

use std::collections::{BTreeMap, BTreeSet};

use cairn_engine::Millis;
use cairn_engine::table::rows::{Rows, Value as Cell, text_column};
use cairn_engine::table::users::mix;
use cairn_engine::table::{ColumnInfo, Table};
use serde_json::Value;

use super::format::{Case, Event, Generator, Time};

/// A column that joins several properties of an event, for breakdowns by several at once: the values stand side by side
/// with `::` between them, and it is missing where all of them are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Joined(pub(super) Vec<String>);

impl Joined {
    /// The name of the column.
    pub(super) fn column(&self) -> String {
        format!("event.{}", self.0.join("::"))
    }

    /// What stands for the missing value.
    pub(super) fn missing(&self) -> String {
        vec![""; self.0.len()].join("::")
    }

    fn text(&self, event: &Event) -> Option<String> {
        let texts: Vec<Option<String>> =
            self.0.iter().map(|name| event.properties.get(name).and_then(text_of)).collect();
        let given = texts.iter().any(Option::is_some);
        given.then(|| texts.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join("::"))
    }
}

/// The name that a row has which is no event.
const NO_EVENT: &str = "";

/// The column of an event's property.
pub(super) fn event_column(property: &str) -> String {
    format!("event.{property}")
}

/// The column of a user's property.
pub(super) fn user_column(property: &str) -> String {
    format!("user.{property}")
}

/// A property's value as text; none if it is not set.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The instant of a time with a zone.
///
/// # Errors
/// If the text is no such time.
pub(super) fn instant(text: &str) -> Result<Millis, String> {
    let timestamp: Result<jiff::Timestamp, _> = text.parse();
    timestamp.map(|timestamp| Millis(timestamp.as_millisecond())).map_err(|error| format!("{text}: {error}"))
}

/// The case's rows. `named` are properties that the query names, which get a column even if no row has them.
///
/// # Errors
/// If a time cannot be read, or there are no events at all.
pub(super) fn table(case: &Case, named: &BTreeSet<String>, joined: Option<&Joined>) -> Result<Table, String> {
    let events = case.events.as_deref().unwrap_or_default();
    let mut columns = named.clone();
    columns.extend(events.iter().flat_map(|event| event.properties.keys()).map(|name| event_column(name)));
    columns.extend(case.users.iter().flat_map(|user| user.properties.keys()).map(|name| user_column(name)));
    columns.extend(joined.map(Joined::column));
    let infos: Vec<ColumnInfo> = columns.iter().map(text_column).collect();
    let mut rows = Rows::new(infos);
    let users: BTreeMap<&str, _> =
        case.users.iter().map(|user| (user.user.as_str(), &user.properties)).collect();
    for event in events {
        let time = match &event.time {
            Time::Millis(millis) => Millis(*millis),
            Time::Text(text) => instant(text)?,
        };
        let cell = |column: &String| -> Option<String> {
            if let Some(joined) = joined.filter(|joined| joined.column() == *column) {
                return joined.text(event);
            }
            let (owner, name) = column.split_once('.')?;
            let properties =
                if owner == "user" { *users.get(event.user.as_str())? } else { &event.properties };
            properties.get(name).and_then(text_of)
        };
        let texts: Vec<Option<String>> = columns.iter().map(cell).collect();
        let cells: Vec<Cell<'_>> =
            texts.iter().map(|text| text.as_deref().map_or(Cell::Missing, Cell::Text)).collect();
        rows.push(&event.user, time, event.event.as_deref().unwrap_or(NO_EVENT), &cells);
    }
    for run in case.event_runs.iter().flatten() {
        for n in 0..run.count {
            rows.push(&run.user, Millis(run.from + run.step * n as i64), &run.event, &[]);
        }
    }
    if let Some(generator) = &case.generator {
        generate(generator, &mut rows);
    }
    if case.events.is_none() && case.event_runs.is_none() && case.generator.is_none() {
        return Err("the case has no events".to_owned());
    }
    Ok(rows.build())
}

fn generate(generator: &Generator, rows: &mut Rows) {
    let mut state = generator.seed;
    let mut draw = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(state)
    };
    let total: u64 = generator.events.iter().map(|(_, weight)| weight).sum();
    for _ in 0..generator.count {
        let user = format!("u{}", draw() % generator.users);
        let time = generator.start_ms + (draw() % generator.instants) as i64 * generator.grain_ms;
        let mut left = draw() % total;
        let mut names = generator.events.iter();
        let name = names.find(|(_, weight)| match left.checked_sub(*weight) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        });
        if let Some((name, _)) = name {
            rows.push(&user, Millis(time), name, &[]);
        }
    }
}
