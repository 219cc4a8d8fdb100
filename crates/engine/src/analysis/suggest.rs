//! The first funnel, proposed from the data: from where users begin, over what those do who get there, to the event that
//! matters.
//!
//! The rule, so that a person can follow it:
//!
//! 1. **The target** is the event that brings money to the most users (a positive value in the column with the role
//!    revenue). Without one it is the rarest of the events that come late: done by at least 1 % of the users, and on
//!    average in the later half of what a user does for the first time. Events whose names speak of failing or leaving
//!    ([`UNWELCOME`]) are targets only if no other is left.
//! 2. **The start** is the event, other than the target, that most users' histories begin with.
//! 3. **In between** come up to [`MAX_BETWEEN`] events that at least half of those do who get from the start to the
//!    target, on their way: those first that the others, who started too, do the least. They stand in the order in which
//!    users come to them on average.
//! 4. **The window** is the shortest of an hour, 1, 7, 14, 30 and 90 days that holds nine in ten of these ways.
//!
//! Only the first time that a user does an event counts; events of one instant keep the file's order. Ties go to the
//! name that comes first. Two rounds, each O(rows).

mod pick;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::pick::{EventFacts, WayFacts};
use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::scope::ScopeFilter;
use crate::rule::Scope;
use crate::table::{Bucket, Column, Numbers, Role, Table, UserIdx};
use crate::time::Millis;

/// Asks for a first funnel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SuggestFunnelQuery {
    /// Which users and rows.
    pub scope: Scope,
}

/// A first funnel, if the data hold two events that one can lead from and to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SuggestFunnelAnswer {
    /// The proposal; none if fewer than two different events are in scope.
    pub suggestion: Option<SuggestedFunnel>,
}

/// A proposed funnel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SuggestedFunnel {
    /// The events of the steps, first to last: 2 to [`MAX_BETWEEN`] + 2, all different.
    pub steps: Vec<String>,
    /// The conversion window.
    pub window_millis: i64,
    /// Why the last step was chosen.
    pub target_because: TargetReason,
    /// Users who did the first step.
    pub n_started: u64,
    /// Of them, those who did the last step for the first time after it.
    pub n_arrived: u64,
}

/// Why an event is the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TargetReason {
    /// It brings money to more users than any other.
    Revenue,
    /// It is the rarest of those that come late.
    RarestLate,
}

/// The most steps between the first and the last.
pub const MAX_BETWEEN: usize = 3;

/// Parts of the names of events that nobody wants to lead users to, in lower case.
pub const UNWELCOME: [&str; 20] = [
    "abort",
    "bounce",
    "cancel",
    "churn",
    "complain",
    "crash",
    "declin",
    "delete",
    "downgrad",
    "error",
    "exception",
    "expire",
    "fail",
    "log out",
    "logout",
    "refund",
    "reject",
    "sign out",
    "timeout",
    "unsubscribe",
];

impl SuggestFunnelQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope does not fit the table.
    pub fn check(&self, table: &Table) -> Result<SuggestFunnel, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        Ok(SuggestFunnel { scope: self.scope.clone() })
    }
}

/// A checked [`SuggestFunnelQuery`].
#[derive(Debug)]
pub struct SuggestFunnel {
    scope: Scope,
}

/// What a round looks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum State {
    /// Facts about every event.
    Survey,
    /// What lies between two of them.
    Between(Ends),
}

/// Codes of the first and the last step, and why the last was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends {
    start: u32,
    target: u32,
    because: TargetReason,
}

/// What a round finds: facts by event code.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_users: u64,
    events: Vec<EventFacts>,
    ways: WayFacts,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    revenue: Option<&'t Numbers>,
    state: State,
    seen: Vec<u32>,
    paid: Vec<u32>,
    /// The user's events in the order of their first times.
    firsts: Vec<First>,
    paying: Vec<u32>,
}

/// The first time that a user did an event.
#[derive(Clone, Copy, Debug)]
struct First {
    code: u32,
    time: Millis,
}

impl Analysis for SuggestFunnel {
    type State = State;
    type Partial = Partial;
    type Answer = SuggestFunnelAnswer;
    type Prepared<'t> = Prepared<'t>;

    fn start(&self) -> State {
        State::Survey
    }

    fn prepare<'t>(&self, state: &State, table: &'t Table) -> Result<Prepared<'t>, QueryError> {
        let revenue = match table.schema.with_role(Role::Revenue).map(|index| table.column(index)) {
            Some(Column::Number(numbers)) => Some(numbers),
            _ => None,
        };
        let n_codes = table.events().n_codes();
        Ok(Prepared {
            table,
            scope: ScopeFilter::new(&self.scope, table)?,
            revenue,
            state: state.clone(),
            seen: vec![u32::MAX; n_codes],
            paid: vec![u32::MAX; n_codes],
            firsts: Vec::new(),
            paying: Vec::new(),
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        partial.events.resize(prepared.seen.len(), EventFacts::default());
        partial.ways.resize(prepared.seen.len());
        for user in bucket.users() {
            prepared.collect(user);
            match prepared.state {
                State::Survey => prepared.survey(partial),
                State::Between(ends) => prepared.follow(ends, &mut partial.ways),
            }
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.n_users += b.n_users;
        pick::add_all(&mut a.events, &b.events, EventFacts::add);
        a.ways.add(&b.ways);
        a
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, SuggestFunnelAnswer> {
        match state {
            State::Survey => match pick::ends(&all.events, all.n_users, table) {
                Some(ends) => Step::Again(State::Between(ends)),
                None => Step::Done(SuggestFunnelAnswer { suggestion: None }),
            },
            State::Between(ends) => {
                Step::Done(SuggestFunnelAnswer { suggestion: Some(pick::funnel(ends, &all.ways, table)) })
            }
        }
    }
}

impl Prepared<'_> {
    /// Lists the user's events in the order of their first times, and those that brought money.
    fn collect(&mut self, user: UserIdx) {
        self.firsts.clear();
        self.paying.clear();
        if !self.scope.has_user(user) {
            return;
        }
        let table = self.table;
        let rows = table.users.rows(user);
        let within = self.scope.time_range(&table.times[rows.clone()]);
        let codes = &table.events().codes;
        for row in rows.start + within.start..rows.start + within.end {
            if !self.scope.meets_conditions(row, user) {
                continue;
            }
            let code = codes.get(row);
            if self.seen[code as usize] != user.0 {
                self.seen[code as usize] = user.0;
                self.firsts.push(First { code, time: table.times[row] });
            }
            let pays = self.revenue.and_then(|revenue| revenue.get(row)).is_some_and(|value| value > 0.0);
            if pays && self.paid[code as usize] != user.0 {
                self.paid[code as usize] = user.0;
                self.paying.push(code);
            }
        }
    }

    fn survey(&self, partial: &mut Partial) {
        partial.n_users += u64::from(!self.firsts.is_empty());
        let last = self.firsts.len().saturating_sub(1) as u64;
        for (place, first) in (0..).zip(&self.firsts) {
            let facts = &mut partial.events[first.code as usize];
            facts.n_users += 1;
            facts.n_beginning += u64::from(place == 0);
            if let Some(thousandths) = (place * 1000_u64).checked_div(last) {
                facts.n_placed += 1;
                facts.place_sum += thousandths;
            }
        }
        for &code in &self.paying {
            partial.events[code as usize].n_paying += 1;
        }
    }

    fn follow(&self, ends: Ends, ways: &mut WayFacts) {
        let place = |code| self.firsts.iter().position(|first| first.code == code);
        let Some(start) = place(ends.start) else { return };
        let target = place(ends.target).filter(|&target| target > start);
        let end = target.unwrap_or(self.firsts.len());
        ways.n_started += 1;
        if let Some(target) = target {
            ways.arrive(self.firsts[target].time.since(self.firsts[start].time));
        }
        for (place, first) in
            (1..).zip(&self.firsts[start + 1..end]).filter(|(_, first)| first.code != ends.target)
        {
            ways.pass(first.code, target.map(|_| place));
        }
    }
}

impl From<SuggestFunnelAnswer> for Answer {
    fn from(answer: SuggestFunnelAnswer) -> Self {
        Self::SuggestFunnel(answer)
    }
}
