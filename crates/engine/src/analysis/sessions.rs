//! Sessions: how many, how long, where they begin and end, and how many end with one event.
//!
//! ```text
//! a user's rows   09:00 visit  09:10 buy   │   14:00 visit      gap 30 min
//!                 session 1: 10 min        │   session 2: bounce
//!                 entry visit, exit buy    │   entry and exit visit
//! ```
//!
//! Two rounds: the first counts, the second gathers the lengths that quantiles lie between.

mod scan;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::overview::ValueCount;
use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::period::Periods;
use crate::kernel::scope::{ScopeFilter, zone};
use crate::kernel::sessions::Sessions;
use crate::rule::{Scope, SessionRule};
use crate::stats::interval::Rate;
use crate::table::{Bucket, Table};
use crate::time::{Millis, Period};
use scan::{Partial, Prepared, State};

/// Asks what sessions are like.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(r#"{"kind": "sessions", "session": {"kind": "gap", "gap_millis": 600000}}"#)?;
/// assert!(matches!(query, Query::Sessions(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SessionsQuery {
    /// Which users and rows; sessions are made of those rows only.
    pub scope: Scope,
    /// What makes a session.
    pub session: SessionRule,
    /// The calendar period of `periods`; a session belongs to the one that its first row lies in.
    pub period: Period,
}

impl Default for SessionsQuery {
    fn default() -> Self {
        Self { scope: Scope::default(), session: SessionRule::default(), period: Period::Day }
    }
}

/// What sessions are like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionsAnswer {
    /// Sessions.
    pub n_sessions: u64,
    /// Users with at least one.
    pub n_users: u64,
    /// Rows in them.
    pub n_events: u64,
    /// Sessions of one row.
    pub n_bounces: u64,
    /// `n_bounces` ÷ `n_sessions`, with Wilson's 95 % interval; none without sessions.
    pub bounce_rate: Option<Rate>,
    /// From a session's first row to its last, in milliseconds; a bounce takes 0. None without sessions.
    pub durations: Option<SessionSpread>,
    /// Rows of a session; none without sessions.
    pub events_per_session: Option<SessionSpread>,
    /// Sessions of a user, of users with at least one; none without.
    pub sessions_per_user: Option<SessionSpread>,
    /// Sessions by their first event, the most first, equal ones by name.
    pub entries: Vec<ValueCount>,
    /// Sessions by their last event, likewise.
    pub exits: Vec<ValueCount>,
    /// Every period from the first session's to the last's, in order; empty without sessions.
    pub periods: Vec<SessionPeriod>,
}

/// How a number is distributed. Quantiles are of type 7 (Hyndman & Fan 1996).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names say it")]
pub struct SessionSpread {
    pub mean: f64,
    pub p10: f64,
    pub p25: f64,
    pub median: f64,
    pub p75: f64,
    pub p90: f64,
    pub max: f64,
}

/// One period's sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionPeriod {
    /// Its name, as in [`TrendPeriod`](super::trend::TrendPeriod).
    pub label: String,
    /// Its first instant.
    pub start_millis: Millis,
    /// Sessions that begin in it.
    pub n_sessions: u64,
    /// Different users with such a session.
    pub n_users: u64,
    /// Such sessions of one row.
    pub n_bounces: u64,
    /// Mean length of such sessions in milliseconds; none without.
    pub mean_millis: Option<f64>,
}

impl SessionsQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope does not fit the table, no column has the role session where the rule needs one, or there would be too
    /// many periods.
    pub fn check(&self, table: &Table) -> Result<SessionsPlan, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        Sessions::new(self.session, table).map_err(|error| error.within("session"))?;
        let (from, to) = (self.scope.from, self.scope.to);
        let data = table.schema.span.or(from.or(to).map(|only| (only, only))).unwrap_or_default();
        let from = from.map_or(data.0, |from| from.max(data.0));
        let to = to.map_or(data.1, |to| to.min(data.1));
        let zone = zone(&self.scope).map_err(|error| error.within("scope"))?;
        let periods = Periods::covering(self.period, self.scope.week_start, &zone, from, to)?;
        Ok(SessionsPlan { query: self.clone(), periods })
    }
}

/// A checked [`SessionsQuery`].
#[derive(Debug)]
pub struct SessionsPlan {
    query: SessionsQuery,
    periods: Periods,
}

impl Analysis for SessionsPlan {
    type State = State;
    type Partial = Partial;
    type Answer = SessionsAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = scan::Amounts;

    fn start(&self) -> State {
        State::default()
    }

    fn prepare<'t>(
        &self,
        state: &State,
        table: &'t Table,
        kept: scan::Amounts,
    ) -> Result<Prepared<'t>, QueryError> {
        Prepared::new(self, state, table, kept)
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        prepared.scan(bucket, partial);
    }

    fn finish(&self, prepared: Prepared<'_>, partial: &mut Partial) -> scan::Amounts {
        prepared.finish(partial)
    }

    fn merge(&self, a: Partial, b: Partial) -> Partial {
        a.merged(b)
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, SessionsAnswer> {
        match state.first {
            None => Step::Again(State { first: Some(Box::new(all)) }),
            Some(first) => Step::Done(scan::answer(&self.periods, *first, all, table)),
        }
    }
}

impl From<SessionsAnswer> for Answer {
    fn from(answer: SessionsAnswer) -> Self {
        Self::Sessions(answer)
    }
}
