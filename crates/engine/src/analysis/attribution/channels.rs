//! What each touch is called. Decided once per entry of the dictionaries, so that a row costs a look-up.

use super::query::{ChannelRule, MissingChannel};
use super::source::Sources;
use crate::analysis::funnel::GroupKey;
use crate::error::{QueryError, QueryProblem};
use crate::table::{Column, MISSING, Table, TextColumn};

/// A channel as shards know it: an event's code and a value's, each 0 where it does not matter. The same on all shards,
/// since their dictionaries are.
pub(super) type Key = (u32, u32);

/// A compiled [`ChannelRule`].
#[derive(Debug)]
pub(super) struct Channels<'t> {
    events: &'t TextColumn,
    by: By<'t>,
}

#[derive(Debug)]
enum By<'t> {
    Event,
    Property(&'t TextColumn, MissingChannel),
    EventProperty(&'t TextColumn),
    Source(Sources<'t>),
}

impl<'t> Channels<'t> {
    /// Compiles the rule.
    ///
    /// # Errors
    /// If a column is not there or holds no text, or a source has none; the field is relative to the rule.
    pub(super) fn new(rule: &ChannelRule, table: &'t Table) -> Result<Self, QueryError> {
        let by = match rule {
            ChannelRule::Event => By::Event,
            ChannelRule::Property { property, missing } => {
                By::Property(text_column(property, "property", table)?, *missing)
            }
            ChannelRule::EventProperty { property } => {
                By::EventProperty(text_column(property, "property", table)?)
            }
            ChannelRule::Source { url, referrer, by } => {
                let column = |name: &Option<String>, field| {
                    name.as_ref().map(|name| text_column(name, field, table)).transpose()
                };
                let (url, referrer) = (column(url, "url")?, column(referrer, "referrer")?);
                if url.is_none() && referrer.is_none() {
                    let hint = "name the column of the page's address, of the referrer, or both".to_owned();
                    return Err(QueryError::new("url", QueryProblem::Empty { hint }));
                }
                By::Source(Sources::new(url, referrer, *by))
            }
        };
        Ok(Self { events: table.events(), by })
    }

    /// The channel of a row; none if it is no touch.
    pub(super) fn of(&self, row: usize) -> Option<Key> {
        match &self.by {
            By::Event => Some((self.events.codes.get(row), 0)),
            By::Property(text, missing) => match text.codes.get(row) {
                MISSING if *missing == MissingChannel::LeftOut => None,
                code => Some((0, code)),
            },
            By::EventProperty(text) => Some((self.events.codes.get(row), text.codes.get(row))),
            By::Source(sources) => Some((0, sources.of(row)?)),
        }
    }

    /// What a channel is called.
    pub(super) fn name(&self, (event, value): Key) -> GroupKey {
        let event = self.events.dictionary.decode(event);
        let value = match &self.by {
            By::Event => None,
            By::Property(text, _) | By::EventProperty(text) => text.dictionary.decode(value),
            By::Source(sources) => Some(sources.name(value)),
        };
        match (event, value) {
            (Some(event), Some(value)) => GroupKey::Value { value: format!("{event} / {value}") },
            (Some(one), None) | (None, Some(one)) => GroupKey::Value { value: one.to_owned() },
            (None, None) => GroupKey::Missing,
        }
    }
}

fn text_column<'t>(name: &str, field: &str, table: &'t Table) -> Result<&'t TextColumn, QueryError> {
    let unknown = || QueryError::new(field, QueryProblem::UnknownProperty { name: name.to_owned() });
    match table.column(table.schema.find(name).ok_or_else(unknown)?) {
        Column::Text(text) => Ok(text),
        other => {
            let found = if matches!(other, Column::Number(_)) { "numbers" } else { "no text" }.to_owned();
            let problem = QueryProblem::WrongKind { name: name.to_owned(), found, wanted: "text".to_owned() };
            Err(QueryError::new(field, problem))
        }
    }
}
