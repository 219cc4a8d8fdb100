//! The question, and when users count as new.

use serde::{Deserialize, Serialize};

use super::Lifecycle;
use crate::error::{QueryError, QueryProblem};
use crate::kernel::activity::Activity;
use crate::kernel::period::Periods;
use crate::kernel::scope::{ScopeFilter, zone};
use crate::kernel::user_value::{NO_ROW, value_rows};
use crate::rule::{EventRule, Owner, Scope};
use crate::table::{Column, Table, UserIdx};
use crate::time::{Millis, Period};

/// Asks how many users are new, returning, resurrecting and dormant in each period.
///
/// ```
/// use cairn_engine::analysis::lifecycle::LifecycleQuery;
/// let query: LifecycleQuery =
///     serde_json::from_str(r#"{"rule": {"event": "open"}, "period": "month", "new_by": {"kind": "first_event"}}"#)?;
/// assert_eq!(query.rule.event.as_deref(), Some("open"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct LifecycleQuery {
    /// Which users and rows. The range chooses whole periods: those that it touches.
    pub scope: Scope,
    /// Which events make a user active.
    pub rule: EventRule,
    /// The unit of time.
    pub period: Period,
    /// When a user is new.
    pub new_by: NewBy,
}

/// When a user is new: in the period that holds this instant, if the user is active in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NewBy {
    /// The user's first event that counts as activity, over the whole data.
    #[default]
    FirstActivity,
    /// The user's first event of any kind, over the whole data.
    FirstEvent,
    /// A property of the user: the first time known. Without one the user is never new.
    Property {
        /// A time column.
        property: String,
    },
}

/// The most periods that an answer holds.
pub const MAX_PERIODS: usize = 20_000;

impl LifecycleQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope, the rule or the property does not fit the table, or there are too many periods.
    pub fn check(&self, table: &Table) -> Result<Lifecycle, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        Activity::new(&self.rule, &Scope::default(), table).map_err(|error| error.within("rule"))?;
        if let NewBy::Property { property } = &self.new_by {
            times(property, table)?;
        }
        self.periods(table)?;
        Ok(Lifecycle(self.clone()))
    }

    /// The periods that the range touches, and the one before them.
    pub(super) fn periods(&self, table: &Table) -> Result<Periods, QueryError> {
        let zone = zone(&self.scope).map_err(|error| error.within("scope"))?;
        let from = self.scope.from.unwrap_or(table.schema.start());
        let to = self.scope.to.unwrap_or(table.schema.end()).max(from);
        let cut = |from| Periods::covering(self.period, self.scope.week_start, &zone, from, to);
        let periods = cut(cut(from)?.start(0).plus(-1))?;
        if periods.len() > MAX_PERIODS + 1 {
            let explanation = format!(
                "gives {} periods, and {MAX_PERIODS} are possible; choose a longer one, or a shorter range of time",
                periods.len() - 1
            );
            return Err(QueryError::new("period", QueryProblem::Conflict { explanation }));
        }
        Ok(periods)
    }
}

/// When each user is new.
#[derive(Debug)]
pub(super) enum Births<'t> {
    FirstActivity,
    FirstEvent(&'t Table),
    Property(&'t [Millis], Vec<u32>),
}

impl<'t> Births<'t> {
    pub(super) fn new(query: &LifecycleQuery, table: &'t Table) -> Result<Self, QueryError> {
        Ok(match &query.new_by {
            NewBy::FirstActivity => Self::FirstActivity,
            NewBy::FirstEvent => Self::FirstEvent(table),
            NewBy::Property { property } => {
                let (column, times) = times(property, table)?;
                Self::Property(times, value_rows(table, column, Owner::UserFirst))
            }
        })
    }

    /// The instant that makes a user new, if there is one.
    pub(super) fn of(&self, user: UserIdx, activity: &mut Activity<'_>) -> Option<Millis> {
        match self {
            Self::FirstActivity => activity.first(user),
            Self::FirstEvent(table) => table.users.rows(user).next().map(|row| table.times[row]),
            Self::Property(times, rows) => {
                let row = rows[user.0 as usize];
                (row != NO_ROW).then(|| times[row as usize])
            }
        }
    }
}

fn times<'t>(property: &str, table: &'t Table) -> Result<(&'t Column, &'t [Millis]), QueryError> {
    let fail = |problem| Err(QueryError::new("new_by.property", problem));
    let name = property.to_owned();
    let Some(index) = table.schema.find(property) else {
        return fail(QueryProblem::UnknownProperty { name });
    };
    let column = table.column(index);
    let found = match column {
        Column::Time(times) => return Ok((column, times)),
        Column::EventTime => return Ok((column, &table.times)),
        Column::Number(_) => "numbers",
        Column::Text(_) | Column::User => "texts",
    };
    fail(QueryProblem::WrongKind { name, found: found.to_owned(), wanted: "times".to_owned() })
}
