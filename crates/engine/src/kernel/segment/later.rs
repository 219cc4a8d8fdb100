//! The same rules asked of some of a user's rows: whether what users did in a stretch of time puts them into a segment.

use std::ops::Range;

use super::{Counter, check_did, rows_within};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::condition::Test;
use crate::rule::{Did, Owner, Segment};
use crate::table::{Table, UserIdx};
use crate::time::Millis;

/// A segment that is asked of a part of each user's rows. Only what users did and what stands on their events can be asked
/// so: what a user is over the whole data would tell what the rows do not.
#[derive(Debug)]
pub struct RowsTest<'t> {
    table: &'t Table,
    now: Millis,
    rule: Rule<'t>,
}

#[derive(Debug)]
enum Rule<'t> {
    AllOf(Vec<Rule<'t>>),
    AnyOf(Vec<Rule<'t>>),
    Not(Box<Rule<'t>>),
    Did(Did, Counter<'t>),
    /// On any of the rows.
    OnRow(Test<'t>),
}

impl<'t> RowsTest<'t> {
    /// Compiles a segment. `now` is what "the last d days" ends at.
    ///
    /// # Errors
    /// If it does not fit the table, or asks what rows alone do not tell; the field is relative to the segment.
    pub fn new(segment: &Segment, table: &'t Table, now: Millis) -> Result<Self, QueryError> {
        Ok(Self { table, now, rule: Rule::new(segment, table)? })
    }

    /// Whether these rows of the user's put the user into the segment. A window of a rule counts only where it meets them.
    pub fn holds(&self, user: UserIdx, rows: &Range<usize>) -> bool {
        self.rule.holds(self, user, rows)
    }
}

impl<'t> Rule<'t> {
    fn new(segment: &Segment, table: &'t Table) -> Result<Self, QueryError> {
        let all = |of: &[Segment]| {
            let part = |(index, part): (usize, &Segment)| {
                Self::new(part, table).map_err(|error| error.within(&format!("of[{index}]")))
            };
            of.iter().enumerate().map(part).collect::<Result<Vec<_>, _>>()
        };
        Ok(match segment {
            Segment::AllOf { of } => Self::AllOf(all(of)?),
            Segment::AnyOf { of } => Self::AnyOf(all(of)?),
            Segment::Not { of } => {
                Self::Not(Box::new(Self::new(of, table).map_err(|error| error.within("of"))?))
            }
            Segment::Did(did) => {
                check_did(did, table)?;
                Self::Did(did.clone(), Counter::new(did, table)?)
            }
            Segment::Property(test) if test.on == Owner::Event => Self::OnRow(Test::property(test, table)?),
            Segment::Property(_) => {
                return Err(of_the_whole("on", "is about the whole user; choose `event`"));
            }
            Segment::List { .. }
            | Segment::Cluster(_)
            | Segment::Retention(_)
            | Segment::Lifecycle(_)
            | Segment::Stickiness(_)
            | Segment::Measured(_)
            | Segment::Funnel(_) => {
                return Err(of_the_whole("kind", "looks at the whole data; ask for what users did instead"));
            }
        })
    }

    fn holds(&self, test: &RowsTest<'_>, user: UserIdx, rows: &Range<usize>) -> bool {
        match self {
            Self::AllOf(of) => of.iter().all(|rule| rule.holds(test, user, rows)),
            Self::AnyOf(of) => of.iter().any(|rule| rule.holds(test, user, rows)),
            Self::Not(of) => !of.holds(test, user, rows),
            Self::Did(did, counter) => {
                let within = rows_within(did.within, test.table, user, test.now);
                let start = within.start.max(rows.start);
                let end = within.end.min(rows.end).max(start);
                did.is_met(counter.count(user, start..end))
            }
            Self::OnRow(condition) => rows.clone().any(|row| condition.holds(row, user)),
        }
    }
}

fn of_the_whole(field: &str, explanation: &str) -> QueryError {
    QueryError::new(field, QueryProblem::Conflict { explanation: explanation.to_owned() })
}
