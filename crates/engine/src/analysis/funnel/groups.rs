//! Which groups of the breakdown a user belongs to.

use serde::{Deserialize, Serialize};

use super::answer::GroupKey;
use super::options::{Order, Tie};
use super::query::FunnelQuery;
use crate::error::{QueryError, QueryProblem};
use crate::kernel::scope::now;
use crate::kernel::segment;
use crate::kernel::user_value::{NO_ROW, value_rows};
use crate::rule::{Attribution, Breakdown, Owner};
use crate::table::{Bitmap, Column, MISSING, Table, UserIdx};
use crate::time::Millis;

/// A group, in the form that shards exchange. Codes of dictionaries are the same on all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::analysis) enum Group {
    Missing,
    /// A text column's code.
    Text(u32),
    /// A number's bits, turned so that they have the numbers' order.
    Number(u64),
    Time(Millis),
    User(String),
    /// Index of a segment.
    Segment(u32),
}

/// How users are split.
#[derive(Debug)]
pub(super) enum Split<'t> {
    /// They are not.
    None,
    /// By the value in one row for each user, or [`NO_ROW`].
    ByUser(&'t Column, Vec<u32>),
    /// By the first value among the user's step events.
    ByFirst(&'t Column),
    /// By the last one.
    ByLast(&'t Column),
    /// Each value apart, with the events that carry it.
    ByEach(&'t Column),
    /// Each value of the events that match a step apart, with those of them that carry it. In any order, for step 0: each
    /// value apart, with the attempts that an event which carries it began.
    ByStep(&'t Column, u32),
    /// By segments.
    BySegments(Vec<Bitmap>),
}

/// Whether events before the first that fills step 0 matter: to a chain in any order, to the breakdown, or because they
/// may be taken to happen with it.
pub(super) fn looks_at_all(query: &FunnelQuery) -> bool {
    let by_event = matches!(
        &query.breakdown,
        Some(Breakdown::Property {
            on: Owner::Event,
            attribution: Attribution::FirstTouch | Attribution::LastTouch | Attribution::Step { .. },
            ..
        })
    );
    by_event || query.order == Order::Unordered || matches!(query.tie, Tie::Grace(_) | Tie::Bucket(_))
}

/// Checks a query's breakdown without doing the work.
///
/// # Errors
/// If a property is unknown, a segment does not fit the table, or a number is out of range.
pub(super) fn check(query: &FunnelQuery, table: &Table) -> Result<(), QueryError> {
    check_breakdown(query.breakdown.as_ref(), table)?;
    match &query.breakdown {
        Some(Breakdown::Property { attribution: Attribution::Step { step }, .. })
            if *step as usize >= query.steps.len() =>
        {
            let (found, most) = (i64::from(*step), query.steps.len() as i64 - 1);
            Err(out_of_range("breakdown.attribution.step", found, 0, most))
        }
        _ => Ok(()),
    }
}

/// Checks a breakdown without doing the work; what its attribution means to the analysis is another question.
///
/// # Errors
/// If a property is unknown, a segment does not fit the table, or the limit is 0.
pub(in crate::analysis) fn check_breakdown(
    breakdown: Option<&Breakdown>,
    table: &Table,
) -> Result<(), QueryError> {
    match breakdown {
        None => Ok(()),
        Some(Breakdown::Property { property, limit, .. }) => {
            find(property, table)?;
            if *limit == Some(0) {
                return Err(out_of_range("breakdown.limit", 0, 1, i64::from(u32::MAX)));
            }
            Ok(())
        }
        Some(Breakdown::Segments { segments }) if segments.is_empty() => {
            let hint = "name at least one segment, or leave the breakdown out".to_owned();
            Err(QueryError::new("breakdown.segments", QueryProblem::Empty { hint }))
        }
        Some(Breakdown::Segments { segments }) => {
            segments.iter().enumerate().try_for_each(|(index, named)| {
                segment::check(&named.segment, table)
                    .map_err(|error| error.within(&format!("breakdown.segments[{index}].segment")))
            })
        }
    }
}

pub(super) fn out_of_range(field: &str, found: i64, least: i64, most: i64) -> QueryError {
    QueryError::new(field, QueryProblem::OutOfRange { found, least, most })
}

/// A breakdown's column.
pub(in crate::analysis) fn find<'t>(property: &str, table: &'t Table) -> Result<&'t Column, QueryError> {
    let problem = || QueryProblem::UnknownProperty { name: property.to_owned() };
    let index =
        table.schema.find(property).ok_or_else(|| QueryError::new("breakdown.property", problem()))?;
    Ok(table.column(index))
}

impl<'t> Split<'t> {
    /// Prepares the split of a query that has been checked.
    ///
    /// # Errors
    /// As [`check`].
    pub(super) fn new(query: &FunnelQuery, table: &'t Table) -> Result<Self, QueryError> {
        Ok(match &query.breakdown {
            None => Self::None,
            Some(Breakdown::Property { property, on, attribution, .. }) => {
                let column = find(property, table)?;
                match (on, attribution) {
                    (Owner::User | Owner::UserFirst, _) => {
                        Self::ByUser(column, value_rows(table, column, *on))
                    }
                    (Owner::Event, Attribution::FirstTouch) => Self::ByFirst(column),
                    (Owner::Event, Attribution::LastTouch) => Self::ByLast(column),
                    (Owner::Event, Attribution::Step { step }) => Self::ByStep(column, *step),
                    (Owner::Event, Attribution::EachValue) => Self::ByEach(column),
                }
            }
            Some(Breakdown::Segments { segments }) => {
                let now = now(&query.scope, table);
                let select = |named: &crate::rule::NamedSegment| segment::select(&named.segment, table, now);
                Self::BySegments(segments.iter().map(select).collect::<Result<_, _>>()?)
            }
        })
    }

    /// Whether every user has one group, see [`Split::group_of`].
    pub(super) fn is_by_user(&self) -> bool {
        matches!(self, Self::ByUser(..) | Self::ByFirst(_) | Self::ByLast(_))
    }

    /// Whether a user's groups are told by what the user did on the whole, and not event by event.
    pub(super) fn is_of_users(&self) -> bool {
        self.is_by_user() || matches!(self, Self::None | Self::BySegments(_))
    }

    /// The user's one group, where users have one, given the rows that match a step.
    pub(super) fn group_of(
        &self,
        table: &Table,
        user: UserIdx,
        step_rows: impl DoubleEndedIterator<Item = u32>,
    ) -> Group {
        let value = |column: &Column, row| value(table, column, row, user);
        let is_set = |group: &Group| *group != Group::Missing;
        let found = match self {
            Self::ByUser(column, rows) => {
                Some(rows[user.0 as usize]).filter(|&row| row != NO_ROW).map(|row| value(column, row))
            }
            Self::ByFirst(column) => step_rows.map(|row| value(column, row)).find(is_set),
            Self::ByLast(column) => step_rows.rev().map(|row| value(column, row)).find(is_set),
            _ => None,
        };
        found.unwrap_or(Group::Missing)
    }
}

/// The first of a user's rows that holds a value.
pub(in crate::analysis) fn first_row(column: &Column, mut rows: impl Iterator<Item = u32>) -> Option<u32> {
    rows.find(|&row| is_set(column, row))
}

fn is_set(column: &Column, row: u32) -> bool {
    match column {
        Column::Text(text) => text.codes.get(row as usize) != MISSING,
        Column::Number(numbers) => numbers.get(row as usize).is_some(),
        Column::Time(times) => times[row as usize] != Column::NO_TIME,
        Column::User | Column::EventTime => true,
    }
}

/// The group of a row's value.
#[inline]
pub(in crate::analysis) fn value(table: &Table, column: &Column, row: u32, user: UserIdx) -> Group {
    let row = row as usize;
    match column {
        Column::Text(text) => match text.codes.get(row) {
            MISSING => Group::Missing,
            code => Group::Text(code),
        },
        Column::Number(numbers) => numbers.get(row).map_or(Group::Missing, number),
        Column::Time(times) => match times[row] {
            Column::NO_TIME => Group::Missing,
            time => Group::Time(time),
        },
        Column::EventTime => Group::Time(table.times[row]),
        Column::User => Group::User(table.users.id(user).to_owned()),
    }
}

fn number(value: f64) -> Group {
    let bits = (value + 0.0).to_bits();
    Group::Number(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
}

impl Group {
    /// The group as it stands in the answer.
    pub(super) fn key(&self, query: &FunnelQuery, table: &Table) -> GroupKey {
        self.key_in(query.breakdown.as_ref(), table)
    }

    /// The same for any analysis' breakdown.
    pub(in crate::analysis) fn key_in(&self, breakdown: Option<&Breakdown>, table: &Table) -> GroupKey {
        if let Self::Segment(index) = self {
            return segment_key(breakdown, *index);
        }
        let column = match breakdown {
            Some(Breakdown::Property { property, .. }) => find(property, table).ok(),
            _ => None,
        };
        self.value_key(column)
    }

    /// The group of a value of this column as it stands in the answer.
    pub(in crate::analysis) fn value_key(&self, column: Option<&Column>) -> GroupKey {
        let text = match self {
            Self::Missing | Self::Segment(_) => return GroupKey::Missing,
            Self::Text(code) => match column {
                Some(Column::Text(text)) => text.dictionary.decode(*code).unwrap_or_default().to_owned(),
                _ => String::new(),
            },
            Self::Number(bits) => {
                let bits = if bits >> 63 == 1 { bits & !(1 << 63) } else { !bits };
                f64::from_bits(bits).to_string()
            }
            Self::Time(time) => match jiff::Timestamp::from_millisecond(time.0) {
                Ok(timestamp) => timestamp.to_string(),
                Err(_) => time.0.to_string(),
            },
            Self::User(id) => id.clone(),
        };
        GroupKey::Value { value: text }
    }
}

fn segment_key(breakdown: Option<&Breakdown>, index: u32) -> GroupKey {
    let name = match breakdown {
        Some(Breakdown::Segments { segments }) => segments[index as usize].name.clone(),
        _ => String::new(),
    };
    GroupKey::Segment { name }
}
