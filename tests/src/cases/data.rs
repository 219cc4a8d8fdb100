//! A case's events as a table: each property of an event is a text column `event.NAME`, each of a user a text column
//! `user.NAME` that all of the user's rows hold.

use std::collections::{BTreeMap, BTreeSet};

use cairn_engine::Millis;
use cairn_engine::rule::Owner;
use cairn_engine::table::Table;
use cairn_engine::table::rows::{Rows, Value as Cell, number_column, text_column};
use cairn_engine::table::users::mix;
use cairn_engine::table::{ColumnInfo, Kind, Role};
use serde_json::Value;

use super::format::{Case, Event, Generator, Properties, Time};

/// The column that a breakdown groups by: one property's value, or several joined by `::`. It is missing where all of
/// them are missing or empty, which the cases take for the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SplitColumn {
    pub(super) owner: Owner,
    pub(super) properties: Vec<String>,
    pub(super) addresses: Addresses,
}

/// What becomes of values that are web addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Addresses {
    AsTheyAre,
    /// Without `/`, `?` and `#` at the end.
    Trimmed,
}

impl SplitColumn {
    /// The name of the column.
    pub(super) fn name(&self) -> String {
        let joined = self.properties.join("::");
        let name = if self.owner == Owner::User { user_column(&joined) } else { event_column(&joined) };
        match self.addresses {
            Addresses::AsTheyAre => name,
            Addresses::Trimmed => format!("{name} (trimmed)"),
        }
    }

    /// What the cases call the group without a value.
    pub(super) fn missing(&self) -> String {
        vec![""; self.properties.len()].join("::")
    }

    fn text(&self, properties: &Properties) -> Option<String> {
        let text = |name: &String| properties.get(name).and_then(text_of).map(|text| self.trimmed(text));
        let texts: Vec<String> = self.properties.iter().map(|name| text(name).unwrap_or_default()).collect();
        texts.iter().any(|text| !text.is_empty()).then(|| texts.join("::"))
    }

    fn trimmed(&self, text: String) -> String {
        match (self.addresses, text.trim_end_matches(['/', '?', '#'])) {
            (Addresses::AsTheyAre, _) => text,
            (Addresses::Trimmed, "") => "/".to_owned(),
            (Addresses::Trimmed, address) => address.to_owned(),
        }
    }
}

/// The name that a row has which is no event.
pub(super) const NO_EVENT: &str = "";

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

/// How a case's events become rows, beyond what the case itself says.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Columns that the query names; they are there even if no row has a value.
    pub(super) columns: BTreeSet<String>,
    pub(super) split: Option<SplitColumn>,
    /// The property of events that is mapped to the role user, if it is not the user; rows without it are left out.
    pub(super) unit: Option<String>,
    /// A property that is read as a number too, in a column of its own.
    pub(super) number: Option<NumberColumn>,
    /// Whether the users' `created_at` is a column.
    pub(super) creation: Creation,
}

/// The number column of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NumberColumn {
    pub(super) owner: Owner,
    pub(super) property: String,
}

impl NumberColumn {
    /// The name of the column.
    pub(super) fn name(&self) -> String {
        format!("number.{}", self.property)
    }

    fn number(&self, of_event: &Properties, of_user: Option<&Properties>) -> Option<f64> {
        let properties = if self.owner == Owner::User { of_user? } else { of_event };
        properties.get(&self.property).and_then(text_of)?.parse().ok()
    }
}

/// Whether the users' `created_at` is a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Creation {
    #[default]
    LeftOut,
    Column,
}

/// The column of the users' `created_at`.
pub(super) const CREATED_AT: &str = "created_at";

/// The case's rows.
///
/// # Errors
/// If a time cannot be read, or there are no events at all.
pub(super) fn table(case: &Case, layout: &Layout) -> Result<Table, String> {
    if case.events.is_none() && case.event_runs.is_none() && case.generator.is_none() {
        return Err("the case has no events".to_owned());
    }
    let events = case.events.as_deref().unwrap_or_default();
    let mut columns = layout.columns.clone();
    columns.extend(events.iter().flat_map(|event| event.properties.keys()).map(|name| event_column(name)));
    columns.extend(case.users.iter().flat_map(|user| user.properties.keys()).map(|name| user_column(name)));
    columns.extend(layout.split.as_ref().map(SplitColumn::name));
    let mut infos: Vec<ColumnInfo> = columns.iter().map(text_column).collect();
    infos.extend(layout.number.as_ref().map(|number| number_column(number.name())));
    let creation = ColumnInfo { name: CREATED_AT.to_owned(), kind: Kind::Time, role: Role::Other };
    infos.extend((layout.creation == Creation::Column).then_some(creation));
    let mut rows = Rows::new(infos);
    let users: BTreeMap<&str, &Properties> =
        case.users.iter().map(|user| (user.user.as_str(), &user.properties)).collect();
    let created = |user: &str| case.users.iter().find(|other| other.user == user)?.created_at.as_deref();
    for event in events {
        let unit = match &layout.unit {
            None => Some(event.user.clone()),
            Some(property) => {
                event.properties.get(property).and_then(text_of).filter(|text| !text.is_empty())
            }
        };
        let Some(unit) = unit else { continue };
        let of_user = users.get(event.user.as_str()).copied();
        let cell = |column: &String| cell(column, layout.split.as_ref(), &event.properties, of_user);
        let texts: Vec<Option<String>> = columns.iter().map(cell).collect();
        let mut cells: Vec<Cell<'_>> =
            texts.iter().map(|text| text.as_deref().map_or(Cell::Missing, Cell::Text)).collect();
        if let Some(number) = &layout.number {
            cells.push(number.number(&event.properties, of_user).map_or(Cell::Missing, Cell::Number));
        }
        if layout.creation == Creation::Column {
            let time = created(&event.user).map(instant).transpose()?;
            cells.push(time.map_or(Cell::Missing, Cell::Time));
        }
        rows.push(&unit, event.instant()?, event.event.as_deref().unwrap_or(NO_EVENT), &cells);
    }
    for run in case.event_runs.iter().flatten() {
        for n in 0..run.count {
            rows.push(&run.user, Millis(run.from + run.step * n as i64), &run.event, &[]);
        }
    }
    if let Some(generator) = &case.generator {
        generate(generator, &mut rows);
    }
    Ok(rows.build())
}

impl Event {
    fn instant(&self) -> Result<Millis, String> {
        match &self.time {
            Time::Millis(millis) => Ok(Millis(*millis)),
            Time::Text(text) => instant(text),
        }
    }
}

/// The text that an event of a user has in a column.
fn cell(
    column: &str,
    split: Option<&SplitColumn>,
    of_event: &Properties,
    of_user: Option<&Properties>,
) -> Option<String> {
    let (owner, name) = column.split_once('.')?;
    let properties = if owner == "user" { of_user? } else { of_event };
    match split.filter(|split| split.name() == column) {
        Some(split) => split.text(properties),
        None => properties.get(name).and_then(text_of),
    }
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
