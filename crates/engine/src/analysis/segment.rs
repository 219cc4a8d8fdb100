//! Segments: how many users each one holds, how they overlap, and who the users are.

use serde::{Deserialize, Serialize};

use super::{Analysis, Answer, Step};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::order::sort_by;
use crate::kernel::scope::{ScopeFilter, now};
use crate::kernel::segment;
use crate::rule::{NamedSegment, Scope};
use crate::stats::interval::{Rate, wilson};
use crate::table::{Bitmap, Bucket, Table, UserIdx};

/// Asks how many users segments hold. The segments' rules look at each user's whole history; the scope decides which
/// users and which events are counted.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "segment", "segments": [
///         {"name": "Buyers", "segment": {"kind": "did", "rule": {"event": "payment"}, "times": "at_least", "n": 3,
///                                        "within": {"kind": "last_days", "days": 30}}}],
///         "list": {"segment": 0, "limit": 100}}"#,
/// )?;
/// assert!(matches!(query, Query::Segment(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SegmentQuery {
    /// Which users and rows are counted.
    pub scope: Scope,
    /// The segments, at most [`MAX_SEGMENTS`].
    pub segments: Vec<NamedSegment>,
    /// Whose user ids to list; none = no list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<UserList>,
}

/// Which user ids to list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UserList {
    /// Index of the segment.
    pub segment: u32,
    /// Only ids that come after this one in the order of their bytes, for the next page; none = from the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How many ids at most; 1 to [`MAX_LISTED`].
    pub limit: u32,
}

/// How many segments a query may name.
pub const MAX_SEGMENTS: usize = 64;

/// How many user ids an answer may list.
pub const MAX_LISTED: u32 = 100_000;

/// How many users segments hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SegmentAnswer {
    /// Users with at least one row in scope.
    pub n_users: u64,
    /// Rows in scope.
    pub n_events: u64,
    /// The segments, in the query's order.
    pub segments: Vec<SegmentSize>,
    /// `overlap[i][j]`: users in scope who are in both segment `i` and segment `j`; symmetric, and `overlap[i][i]` is
    /// the segment's `n_users`.
    pub overlap: Vec<Vec<u64>>,
    /// Users in scope who are in none of the segments.
    pub n_users_in_none: u64,
    /// The listed user ids, in the order of their bytes; empty if no list was asked for.
    pub users: Vec<String>,
}

/// How large a segment is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SegmentSize {
    /// Its name.
    pub name: String,
    /// Its users in scope.
    pub n_users: u64,
    /// `n_users` out of all users in scope, with Wilson's 95 % interval; none if nobody is in scope.
    pub user_rate: Option<Rate>,
    /// Rows in scope of its users.
    pub n_events: u64,
}

impl SegmentQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope or a rule does not fit the table, there are too many segments, or the list names none of them.
    pub fn check(&self, table: &Table) -> Result<Segments, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        QueryError::check_range("segments", self.segments.len() as i64, 0, MAX_SEGMENTS as i64)?;
        for (index, named) in self.segments.iter().enumerate() {
            segment::check(&named.segment, table)
                .map_err(|error| error.within(&format!("segments[{index}].segment")))?;
        }
        if let Some(list) = &self.list {
            if self.segments.is_empty() {
                let hint = "name the segment whose users to list".to_owned();
                return Err(QueryError::new("segments", QueryProblem::Empty { hint }));
            }
            QueryError::check_range(
                "list.segment",
                i64::from(list.segment),
                0,
                self.segments.len() as i64 - 1,
            )?;
            QueryError::check_range("list.limit", i64::from(list.limit), 1, i64::from(MAX_LISTED))?;
        }
        Ok(Segments(self.clone()))
    }
}

/// A checked [`SegmentQuery`].
#[derive(Debug)]
pub struct Segments(SegmentQuery);

/// What a scan finds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_users: u64,
    n_events: u64,
    n_users_in_none: u64,
    /// Events of each segment's users.
    n_events_by_segment: Vec<u64>,
    /// Users by pairs of segments, row by row; those of one segment are on the diagonal.
    overlap: Vec<u64>,
    /// More ids than asked for at most, in any order, the least ones by bytes among them.
    listed: Vec<String>,
}

/// A round's members of each segment.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    members: Vec<Bitmap>,
    /// The segments of the user at hand.
    own: Vec<usize>,
}

impl Analysis for Segments {
    type State = ();
    type Partial = Partial;
    type Answer = SegmentAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        let now = now(&self.0.scope, table);
        let select = |named: &NamedSegment| segment::select(&named.segment, table, now);
        Ok(Prepared {
            table,
            scope: ScopeFilter::new(&self.0.scope, table)?,
            members: self.0.segments.iter().map(select).collect::<Result<_, _>>()?,
            own: Vec::new(),
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        let n_segments = self.0.segments.len();
        partial.n_events_by_segment.resize(n_segments, 0);
        partial.overlap.resize(n_segments * n_segments, 0);
        for user in bucket.users() {
            let n_events = prepared.scope.n_rows(prepared.table, user);
            if n_events == 0 {
                continue;
            }
            prepared.find_own(user);
            partial.count(n_events, &prepared.own);
            if let Some(list) = &self.0.list
                && prepared.own.contains(&(list.segment as usize))
            {
                partial.list(list, prepared.table.users.id(user));
            }
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.n_users += b.n_users;
        a.n_events += b.n_events;
        a.n_users_in_none += b.n_users_in_none;
        add(&mut a.n_events_by_segment, &b.n_events_by_segment);
        add(&mut a.overlap, &b.overlap);
        a.listed.extend(b.listed);
        if let Some(list) = &self.0.list {
            a.keep_least(list.limit as usize);
        }
        a
    }

    fn step(&self, (): (), mut all: Partial, _: &Table) -> Step<(), SegmentAnswer> {
        let n_segments = self.0.segments.len();
        all.keep_least(self.0.list.as_ref().map_or(0, |list| list.limit as usize));
        all.n_events_by_segment.resize(n_segments, 0);
        all.overlap.resize(n_segments * n_segments, 0);
        let size = |(at, named): (usize, &NamedSegment)| {
            let n_users = all.overlap[at * n_segments + at];
            SegmentSize {
                name: named.name.clone(),
                n_users,
                user_rate: wilson(n_users, all.n_users),
                n_events: all.n_events_by_segment[at],
            }
        };
        Step::Done(SegmentAnswer {
            n_users: all.n_users,
            n_events: all.n_events,
            segments: self.0.segments.iter().enumerate().map(size).collect(),
            overlap: (0..n_segments)
                .map(|at| all.overlap[at * n_segments..][..n_segments].to_vec())
                .collect(),
            n_users_in_none: all.n_users_in_none,
            users: all.listed,
        })
    }
}

impl Prepared<'_> {
    fn find_own(&mut self, user: UserIdx) {
        let members = self.members.iter().enumerate();
        self.own.clear();
        self.own.extend(members.filter(|(_, members)| members.contains(user.0 as usize)).map(|(at, _)| at));
    }
}

impl Partial {
    fn count(&mut self, n_events: u64, own: &[usize]) {
        self.n_users += 1;
        self.n_events += n_events;
        self.n_users_in_none += u64::from(own.is_empty());
        let n_segments = self.n_events_by_segment.len();
        for &one in own {
            self.n_events_by_segment[one] += n_events;
            for &other in own {
                self.overlap[one * n_segments + other] += 1;
            }
        }
    }

    fn list(&mut self, list: &UserList, id: &str) {
        if list.after.as_ref().is_none_or(|after| after.as_bytes() < id.as_bytes()) {
            self.listed.push(id.to_owned());
            if self.listed.len() >= 2 * list.limit as usize {
                self.keep_least(list.limit as usize);
            }
        }
    }

    fn keep_least(&mut self, limit: usize) {
        sort_by(&mut self.listed, Ord::cmp);
        self.listed.truncate(limit);
    }
}

fn add(sums: &mut Vec<u64>, more: &[u64]) {
    sums.resize(sums.len().max(more.len()), 0);
    for (sum, value) in sums.iter_mut().zip(more) {
        *sum += value;
    }
}

impl From<SegmentAnswer> for Answer {
    fn from(answer: SegmentAnswer) -> Self {
        Self::Segment(answer)
    }
}

#[cfg(test)]
mod tests;
