//! Next events: what comes after (or before) a chain of events that starts at a base.
//!
//! ```text
//! base first_match, steps home → product
//! user 1     home search home product cart        the first home is the base; search is no product: none
//! user 2     home product cart                    cart
//! ```
//!
//! As ClickHouse's `sequenceNextNode` does it (`search: neighbors`), or with other events between the steps and with every
//! possible base tried (`search: anywhere`). One round, O(rows × steps), times the candidates where every base is tried.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Analysis, Answer, Step};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::condition::Test;
use crate::kernel::order::sort_by_key;
use crate::kernel::scope::ScopeFilter;
use crate::kernel::smallest::Smallest;
use crate::rule::{EventRule, SameInstant, Scope};
use crate::table::{Bucket, Table, UserIdx};

/// The most steps of a chain.
pub const MAX_STEPS: usize = 64;

/// Asks which event comes after a chain of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NextEventQuery {
    /// Which users and rows.
    pub scope: Scope,
    /// Whether the chain and its answer lie after the base or before it.
    pub direction: Direction,
    /// Where the chain starts.
    pub base: Base,
    /// What the base must meet.
    pub base_rule: EventRule,
    /// The steps of the chain, at most [`MAX_STEPS`]; the first one is met by the base itself.
    pub steps: Vec<EventRule>,
    /// How the chain is looked for.
    pub search: ChainSearch,
    /// The order of rows of one instant.
    pub tie: SameInstant,
    /// How many users are listed, the first ones by the bytes of their ids.
    pub user_limit: u32,
}

impl Default for NextEventQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            direction: Direction::default(),
            base: Base::default(),
            base_rule: EventRule::default(),
            steps: Vec::new(),
            search: ChainSearch::default(),
            tie: SameInstant::default(),
            user_limit: 100,
        }
    }
}

/// Which way a chain goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Direction {
    #[default]
    Forward,
    Backward,
}

/// Where a chain starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// At the user's first event.
    Head,
    /// At the user's last event.
    Tail,
    /// At the first event that meets the base's rule and the first step.
    #[default]
    FirstMatch,
    /// At the last such event.
    LastMatch,
}

/// How a chain is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChainSearch {
    /// One base, which must meet its rule, and its neighbors, which must meet the steps in turn. Without steps the answer is
    /// the base itself.
    #[default]
    Neighbors,
    /// Other events may lie between the steps, and are passed over. The head is the first event that meets the base's rule,
    /// the tail the last one. `first_match` and `last_match` take, among all events that meet it, the first or the last one,
    /// in the direction of the chain, with a whole chain and an event after it. Without steps there is no answer.
    Anywhere,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NextEventAnswer {
    /// Users with at least one row in scope.
    pub n_users: u64,
    /// Users without a chain, or with none that anything comes after.
    pub n_without: u64,
    /// The events that come next, those of most users first, equal ones by name.
    pub events: Vec<NextEventCount>,
    /// The users asked for.
    pub users: Vec<NextEventUser>,
}

/// An event that comes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NextEventCount {
    /// The event.
    pub event: String,
    /// Users.
    pub n_users: u64,
}

/// A user, and what comes next for the user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NextEventUser {
    /// Who.
    pub user: String,
    /// The event; none without a chain or anything after it.
    pub event: Option<String>,
}

impl NextEventQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If there are too many steps, or a rule or the scope does not fit the table; the error names the field.
    pub fn check(&self, table: &Table) -> Result<NextEvent, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        if self.steps.len() > MAX_STEPS {
            let (found, most) = (self.steps.len() as i64, MAX_STEPS as i64);
            return Err(QueryError::new("steps", QueryProblem::OutOfRange { found, least: 0, most }));
        }
        rules(self, table)?;
        Ok(NextEvent { query: self.clone() })
    }
}

type Rules<'t> = (Test<'t>, Vec<Test<'t>>);

fn rules<'t>(query: &NextEventQuery, table: &'t Table) -> Result<Rules<'t>, QueryError> {
    let step = |(index, rule): (usize, &EventRule)| {
        Test::rule(rule, table).map_err(|error| error.within(&format!("steps[{index}]")))
    };
    let base = Test::rule(&query.base_rule, table).map_err(|error| error.within("base_rule"))?;
    Ok((base, query.steps.iter().enumerate().map(step).collect::<Result<_, _>>()?))
}

/// A checked [`NextEventQuery`].
#[derive(Debug)]
pub struct NextEvent {
    query: NextEventQuery,
}

/// What a scan finds: users by the code of what comes next.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_users: u64,
    n_without: u64,
    events: BTreeMap<u32, u64>,
    users: Smallest<NextEventUser>,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    base: Test<'t>,
    steps: Vec<Test<'t>>,
    rows: Vec<usize>,
}

impl Analysis for NextEvent {
    type State = ();
    type Partial = Partial;
    type Answer = NextEventAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        let (base, steps) = rules(&self.query, table)?;
        Ok(Prepared {
            table,
            scope: ScopeFilter::new(&self.query.scope, table)?,
            base,
            steps,
            rows: Vec::new(),
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        if partial.n_users == 0 {
            partial.users = Smallest::new(self.query.user_limit);
        }
        let events = prepared.table.events();
        for user in bucket.users() {
            prepared.collect(user, &self.query);
            if prepared.rows.is_empty() {
                continue;
            }
            partial.n_users += 1;
            let next = prepared.next(user, &self.query).map(|row| events.codes.get(row));
            match next {
                Some(code) => *partial.events.entry(code).or_default() += 1,
                None => partial.n_without += 1,
            }
            if self.query.user_limit > 0 {
                let event = next.and_then(|code| events.dictionary.decode(code)).map(str::to_owned);
                partial.users.push(NextEventUser { user: prepared.table.users.id(user).to_owned(), event });
            }
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.n_users += b.n_users;
        a.n_without += b.n_without;
        b.events.into_iter().for_each(|(code, n)| *a.events.entry(code).or_default() += n);
        a.users.merge(b.users);
        a
    }

    fn step(&self, (): (), all: Partial, table: &Table) -> Step<(), NextEventAnswer> {
        let event = |(&code, &n_users): (&u32, &u64)| NextEventCount {
            event: table.events().dictionary.decode(code).unwrap_or_default().to_owned(),
            n_users,
        };
        let mut events: Vec<NextEventCount> = all.events.iter().map(event).collect();
        sort_by_key(&mut events, |count| std::cmp::Reverse(count.n_users));
        let (n_users, n_without) = (all.n_users, all.n_without);
        Step::Done(NextEventAnswer { n_users, n_without, events, users: all.users.in_order() })
    }
}

impl Prepared<'_> {
    /// The user's rows in the order in which the chain goes.
    fn collect(&mut self, user: UserIdx, query: &NextEventQuery) {
        let Self { table, scope, rows, .. } = self;
        rows.clear();
        rows.extend(scope.rows(table, user).filter(|&row| scope.meets_conditions(row, user)));
        if query.tie == SameInstant::ByName {
            // Codes are in the order of their names' bytes.
            rows.sort_by_key(|&row| (table.times[row], table.events().codes.get(row)));
        }
        if query.direction == Direction::Backward {
            rows.reverse();
        }
    }

    fn next(&self, user: UserIdx, query: &NextEventQuery) -> Option<usize> {
        match query.search {
            ChainSearch::Neighbors => self.next_to_neighbors(user, query),
            ChainSearch::Anywhere => self.next_anywhere(user, query),
        }
    }

    fn next_to_neighbors(&self, user: UserIdx, query: &NextEventQuery) -> Option<usize> {
        let is_base = |at: &usize| self.base.holds(self.rows[*at], user);
        let is_match = |at: &usize| {
            is_base(at) && self.steps.first().is_none_or(|step| step.holds(self.rows[*at], user))
        };
        let all = 0..self.rows.len();
        // Head and tail, first and last are meant in time, and the rows come as the chain goes.
        let (first, last) = (all.start, all.end - 1);
        let base = match (query.base, query.direction) {
            (Base::Head, Direction::Forward) | (Base::Tail, Direction::Backward) => {
                Some(first).filter(is_base)
            }
            (Base::Head, Direction::Backward) | (Base::Tail, Direction::Forward) => {
                Some(last).filter(is_base)
            }
            (Base::FirstMatch, Direction::Forward) | (Base::LastMatch, Direction::Backward) => {
                all.clone().find(is_match)
            }
            (Base::FirstMatch, Direction::Backward) | (Base::LastMatch, Direction::Forward) => {
                all.clone().rev().find(is_match)
            }
        }?;
        let rows = &self.rows[base..];
        let fits = |(at, step): (usize, &Test<'_>)| rows.get(at).is_some_and(|&row| step.holds(row, user));
        if !self.steps.iter().enumerate().all(fits) {
            return None;
        }
        rows.get(self.steps.len()).copied()
    }

    fn next_anywhere(&self, user: UserIdx, query: &NextEventQuery) -> Option<usize> {
        let mut bases = (0..self.rows.len()).filter(|&at| self.base.holds(self.rows[at], user));
        let is_first = match (query.base, query.direction) {
            (Base::Head, Direction::Forward) | (Base::Tail, Direction::Backward) => true,
            (Base::Head, Direction::Backward) | (Base::Tail, Direction::Forward) => false,
            (Base::FirstMatch, _) => return bases.find_map(|base| self.chain_from(base, user)),
            (Base::LastMatch, _) => return bases.rev().find_map(|base| self.chain_from(base, user)),
        };
        let base = if is_first { bases.next() } else { bases.next_back() };
        self.chain_from(base?, user)
    }

    /// What comes after the chain that starts at this row and takes each next step as early as it can.
    fn chain_from(&self, base: usize, user: UserIdx) -> Option<usize> {
        let mut rows = self.rows[base..].iter();
        let (first, rest) = self.steps.split_first()?;
        if !rows.next().is_some_and(|&row| first.holds(row, user)) {
            return None;
        }
        for step in rest {
            rows.find(|&&row| step.holds(row, user))?;
        }
        rows.next().copied()
    }
}

impl From<NextEventAnswer> for Answer {
    fn from(answer: NextEventAnswer) -> Self {
        Self::NextEvent(answer)
    }
}
