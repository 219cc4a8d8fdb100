//! Which groups of the breakdown a row counts in.

use serde::{Deserialize, Serialize};

use super::TrendQuery;
use crate::analysis::funnel::GroupKey;
use crate::analysis::funnel::groups::{Group, value};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::scope::now;
use crate::kernel::segment;
use crate::kernel::user_value::{NO_ROW, value_rows};
use crate::rule::{Attribution, Breakdown, NamedSegment, Owner};
use crate::table::{Bitmap, Codes, Column, Table, UserIdx};

/// The place of everyone among the groups.
pub(super) const EVERYONE: usize = 0;

/// Stands for no place.
const NOWHERE: u32 = u32::MAX;

/// The groups that are counted apart, in the order of their places after [`EVERYONE`], "Other" last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct GroupSet {
    pub(super) kept: Vec<Group>,
    /// Whether there are others.
    pub(super) has_other: bool,
}

impl GroupSet {
    /// How many places there are.
    pub(super) fn n_places(&self) -> usize {
        1 + self.kept.len() + usize::from(self.has_other)
    }

    /// The key of the group at a place; none for everyone.
    pub(super) fn key(&self, query: &TrendQuery, table: &Table, place: usize) -> Option<GroupKey> {
        let group = match self.kept.get(place.checked_sub(1)?) {
            None => return Some(GroupKey::Other),
            Some(group) => group,
        };
        Some(match (group, &query.breakdown) {
            (Group::Segment(index), Some(Breakdown::Segments { segments })) => {
                GroupKey::Segment { name: segments[*index as usize].name.clone() }
            }
            (group, Some(Breakdown::Property { property, .. })) => {
                group.value_key(find(property, table).ok())
            }
            (group, _) => group.value_key(None),
        })
    }
}

/// Checks a query's breakdown without doing the work.
pub(super) fn check(query: &TrendQuery, table: &Table) -> Result<(), QueryError> {
    match &query.breakdown {
        None => Ok(()),
        Some(Breakdown::Property { property, on, attribution, limit }) => {
            find(property, table)?;
            if *on == Owner::Event && !matches!(attribution, Attribution::FirstTouch | Attribution::EachValue)
            {
                let explanation =
                    "a trend counts each row under its own value; choose \"each_value\"".to_owned();
                return Err(QueryError::new("breakdown.attribution", QueryProblem::Conflict { explanation }));
            }
            let most = i64::from(TrendQuery::MAX_GROUPS);
            QueryError::check_range("breakdown.limit", limit.map_or(1, i64::from), 1, most)
        }
        Some(Breakdown::Segments { segments }) => check_segments(segments, table),
    }
}

fn check_segments(segments: &[NamedSegment], table: &Table) -> Result<(), QueryError> {
    if segments.is_empty() {
        let hint = "name at least one segment, or leave the breakdown out".to_owned();
        return Err(QueryError::new("breakdown.segments", QueryProblem::Empty { hint }));
    }
    segments.iter().enumerate().try_for_each(|(index, named)| {
        segment::check(&named.segment, table)
            .map_err(|error| error.within(&format!("breakdown.segments[{index}].segment")))
    })
}

fn find<'t>(property: &str, table: &'t Table) -> Result<&'t Column, QueryError> {
    let problem = || QueryProblem::UnknownProperty { name: property.to_owned() };
    let index =
        table.schema.find(property).ok_or_else(|| QueryError::new("breakdown.property", problem()))?;
    Ok(table.column(index))
}

/// The most places that a checked query can have.
pub(super) fn most(query: &TrendQuery, table: &Table) -> usize {
    match &query.breakdown {
        None => 1,
        Some(Breakdown::Segments { segments }) => 1 + segments.len(),
        Some(Breakdown::Property { property, .. }) => {
            let n_values = match find(property, table) {
                Ok(Column::Text(text)) => text.n_codes(),
                _ => usize::MAX,
            };
            2 + n_values.min(limit(query))
        }
    }
}

/// How many values a query keeps apart.
pub(super) fn limit(query: &TrendQuery) -> usize {
    match &query.breakdown {
        Some(Breakdown::Property { limit, .. }) => limit.unwrap_or(TrendQuery::MAX_GROUPS) as usize,
        _ => usize::MAX,
    }
}

/// The groups of a query whose groups are known before anything is counted; none if the largest have to be found first.
pub(super) fn known(query: &TrendQuery, table: &Table) -> Option<GroupSet> {
    let kept = match &query.breakdown {
        None => Vec::new(),
        Some(Breakdown::Segments { segments }) => (0..segments.len() as u32).map(Group::Segment).collect(),
        Some(Breakdown::Property { property, .. }) => match find(property, table) {
            Ok(Column::Text(text)) if text.n_codes() <= limit(query) => {
                std::iter::once(Group::Missing).chain((1..text.n_codes() as u32).map(Group::Text)).collect()
            }
            _ => return None,
        },
    };
    Some(GroupSet { kept, has_other: false })
}

/// How a row's places are found.
#[derive(Debug)]
pub(super) enum Split<'t> {
    /// Everyone only.
    None,
    /// A place for each code of a text column.
    ByCode(&'t Codes, Vec<u32>),
    /// The places of values that have no codes.
    ByValue(&'t Column, GroupSet),
    /// A place for each user.
    ByUser(Vec<u32>),
    /// Any number of places for each user.
    BySegments(Vec<Bitmap>),
}

impl<'t> Split<'t> {
    pub(super) fn new(query: &TrendQuery, table: &'t Table, groups: &GroupSet) -> Result<Self, QueryError> {
        Ok(match &query.breakdown {
            None => Self::None,
            Some(Breakdown::Segments { segments }) => {
                let now = now(&query.scope, table);
                let select = |named: &NamedSegment| segment::select(&named.segment, table, now);
                Self::BySegments(segments.iter().map(select).collect::<Result<_, _>>()?)
            }
            Some(Breakdown::Property { property, on, .. }) => {
                let column = find(property, table)?;
                match (on, column) {
                    (Owner::Event, Column::Text(text)) => {
                        let code = |code| if code == 0 { Group::Missing } else { Group::Text(code) };
                        let places = (0..text.n_codes() as u32).map(|at| groups.place(&code(at)));
                        Self::ByCode(&text.codes, places.collect())
                    }
                    (Owner::Event, _) => Self::ByValue(column, groups.clone()),
                    (Owner::User | Owner::UserFirst, _) => {
                        let rows = value_rows(table, column, *on);
                        let users = table.users.iter().zip(rows);
                        Self::ByUser(
                            users
                                .map(|(user, row)| groups.place(&group_at(table, column, row, user)))
                                .collect(),
                        )
                    }
                }
            }
        })
    }

    /// The row's place, if rows have one each besides everyone's.
    #[inline]
    pub(super) fn place(&self, table: &Table, row: usize, user: UserIdx) -> Option<usize> {
        let place = match self {
            Self::None | Self::BySegments(_) => return None,
            Self::ByCode(codes, places) => places[codes.get(row) as usize],
            Self::ByValue(column, groups) => groups.place(&value(table, column, row as u32, user)),
            Self::ByUser(places) => places[user.0 as usize],
        };
        (place != NOWHERE).then_some(place as usize)
    }
}

fn group_at(table: &Table, column: &Column, row: u32, user: UserIdx) -> Group {
    if row == NO_ROW { Group::Missing } else { value(table, column, row, user) }
}

impl GroupSet {
    /// The place of a group; for one that is not kept that of "Other", or [`NOWHERE`] if only the compared window has it.
    /// O(log groups).
    fn place(&self, group: &Group) -> u32 {
        match self.kept.binary_search(group) {
            Ok(at) => 1 + at as u32,
            Err(_) if self.has_other => 1 + self.kept.len() as u32,
            Err(_) => NOWHERE,
        }
    }
}

/// Finds the group of a row before the largest are known.
#[derive(Debug)]
pub(super) enum Sorter<'t> {
    ByRow(&'t Column),
    ByUser(&'t Column, Vec<u32>),
}

impl<'t> Sorter<'t> {
    /// For a query with a breakdown by a property.
    pub(super) fn new(query: &TrendQuery, table: &'t Table) -> Result<Option<Self>, QueryError> {
        let Some(Breakdown::Property { property, on, .. }) = &query.breakdown else { return Ok(None) };
        let column = find(property, table)?;
        Ok(Some(match on {
            Owner::Event => Self::ByRow(column),
            owner => Self::ByUser(column, value_rows(table, column, *owner)),
        }))
    }

    pub(super) fn group(&self, table: &Table, row: usize, user: UserIdx) -> Group {
        match self {
            Self::ByRow(column) => value(table, column, row as u32, user),
            Self::ByUser(column, rows) => group_at(table, column, rows[user.0 as usize], user),
        }
    }
}
