//! A first funnel, proposed from the data: the commonest way to the rarest valuable event.
//!
//! The rule, in full:
//!
//! 1. Candidates are the events that at least 1 % of the users did (and at least two users), at most
//!    [`MAX_CANDIDATES`] of them, those of most users first.
//! 2. The goal is the candidate that the fewest users did, among those that brought revenue; if none did, among those
//!    that usually come late (for most other candidates, most users who did both did the other one first) and whose
//!    name does not sound like a loss ([`LOSSES`]); if there is none, among all.
//! 3. The way are the events that most users who reached the goal did before it (their first times compared), at most
//!    [`MAX_STEPS`] − 1: those that most of them did. They are put in the order in which users usually do them.
//! 4. The window is the shortest of [`WINDOWS`] that holds nine tenths of the times from the first step to the goal.

use serde::{Deserialize, Serialize};

use super::funnel::{FunnelQuery, Step as FunnelStep};
use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::scope::ScopeFilter;
use crate::rule::Scope;
use crate::table::{Bucket, Column, Numbers, Role, Table, UserIdx};
use crate::time::Millis;

/// How many events are compared with each other.
pub const MAX_CANDIDATES: usize = 40;

/// How many steps are proposed at most.
pub const MAX_STEPS: usize = 4;

/// The windows that are proposed, in milliseconds: an hour, then 1, 7, 14, 30 and 90 days.
pub const WINDOWS: [i64; 6] =
    [3_600_000, Millis::DAY, 7 * Millis::DAY, 14 * Millis::DAY, 30 * Millis::DAY, 90 * Millis::DAY];

/// Parts of names that speak of a loss or of trouble, which nobody has for a goal.
pub const LOSSES: [&str; 12] = [
    "cancel",
    "churn",
    "unsubscri",
    "delete",
    "remove",
    "refund",
    "error",
    "fail",
    "reject",
    "ticket",
    "logout",
    "log_out",
];

/// Asks for a first funnel.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(r#"{"kind": "suggest_funnel"}"#)?;
/// assert!(matches!(query, Query::SuggestFunnel(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SuggestFunnelQuery {
    /// Which users and rows to look at.
    pub scope: Scope,
}

/// A proposed funnel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SuggestFunnelAnswer {
    /// The funnel, ready to run; none if the scope holds no event.
    pub query: Option<FunnelQuery>,
}

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

/// The first round counts, the second compares the candidates; their codes, those of most users first.
#[derive(Debug, Serialize, Deserialize)]
pub enum State {
    /// Count users by event.
    Count,
    /// Compare these events.
    Compare {
        /// Their codes.
        codes: Vec<u32>,
        /// How many users did each.
        n_users: Vec<u64>,
        /// Which of them brought revenue.
        paid: Vec<bool>,
    },
}

/// Counts of users. The matrices hold `[a * n + b]` for candidates `a` and `b`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_users: u64,
    by_code: Vec<u64>,
    paid_by_code: Vec<u64>,
    /// Users whose first `a` is earlier than their first `b`.
    before: Vec<u64>,
    /// The same users by the shortest window that holds the time between, the last for longer ones.
    within: Vec<[u64; WINDOWS.len() + 1]>,
}

/// A round's scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    revenue: Option<&'t Numbers>,
    /// By code: the place among the candidates, if it is one.
    place: Vec<Option<usize>>,
    first: Vec<Option<Millis>>,
    seen: Vec<bool>,
    paid: Vec<bool>,
    is_counting: bool,
}

impl Analysis for SuggestFunnel {
    type State = State;
    type Partial = Partial;
    type Answer = SuggestFunnelAnswer;
    type Prepared<'t> = Prepared<'t>;

    fn start(&self) -> State {
        State::Count
    }

    fn prepare<'t>(&self, state: &State, table: &'t Table) -> Result<Prepared<'t>, QueryError> {
        let n_codes = table.events().n_codes();
        let mut place = vec![None; n_codes];
        let mut n = 0;
        if let State::Compare { codes, .. } = state {
            n = codes.len();
            for (index, &code) in codes.iter().enumerate() {
                place[code as usize] = Some(index);
            }
        }
        let revenue = table.schema.with_role(Role::Revenue).and_then(|index| match table.column(index) {
            Column::Number(numbers) => Some(numbers),
            _ => None,
        });
        Ok(Prepared {
            table,
            scope: ScopeFilter::new(&self.scope, table)?,
            revenue,
            place,
            first: vec![None; n],
            seen: vec![false; n_codes],
            paid: vec![false; n_codes],
            is_counting: matches!(state, State::Count),
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        let (n_codes, n) = (prepared.seen.len(), prepared.first.len());
        partial.by_code.resize(n_codes, 0);
        partial.paid_by_code.resize(n_codes, 0);
        partial.before.resize(n * n, 0);
        partial.within.resize(n * n, Default::default());
        for user in bucket.users() {
            if !prepared.scope.has_user(user) {
                continue;
            }
            if prepared.is_counting {
                prepared.count(user, partial);
            } else {
                prepared.compare(user, partial);
            }
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.n_users += b.n_users;
        add(&mut a.by_code, &b.by_code);
        add(&mut a.paid_by_code, &b.paid_by_code);
        add(&mut a.before, &b.before);
        a.within.resize(a.within.len().max(b.within.len()), Default::default());
        for (sums, more) in a.within.iter_mut().zip(&b.within) {
            for (sum, value) in sums.iter_mut().zip(more) {
                *sum += value;
            }
        }
        a
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, SuggestFunnelAnswer> {
        let State::Compare { codes, n_users, paid } = state else {
            return Step::Again(candidates(&all));
        };
        let name =
            |place: usize| table.events().dictionary.decode(codes[place]).unwrap_or_default().to_owned();
        let names: Vec<String> = (0..codes.len()).map(name).collect();
        let found = Compared { names: &names, n_users: &n_users, paid: &paid, before: &all.before };
        let query = found.goal().map(|goal| found.funnel(goal, &all.within));
        Step::Done(SuggestFunnelAnswer { query })
    }
}

impl From<SuggestFunnelAnswer> for Answer {
    fn from(answer: SuggestFunnelAnswer) -> Self {
        Self::SuggestFunnel(answer)
    }
}

/// The events worth comparing, those of most users first, equal ones by code.
fn candidates(all: &Partial) -> State {
    let least = all.n_users.div_ceil(100).max(2);
    let mut chosen: Vec<usize> = (1..all.by_code.len()).filter(|&code| all.by_code[code] >= least).collect();
    if chosen.is_empty() {
        chosen = (1..all.by_code.len()).filter(|&code| all.by_code[code] > 0).collect();
    }
    chosen.sort_by_key(|&code| (std::cmp::Reverse(all.by_code[code]), code));
    chosen.truncate(MAX_CANDIDATES);
    State::Compare {
        codes: chosen.iter().map(|&code| code as u32).collect(),
        n_users: chosen.iter().map(|&code| all.by_code[code]).collect(),
        paid: chosen.iter().map(|&code| all.paid_by_code[code] > 0).collect(),
    }
}

impl Prepared<'_> {
    fn rows(&self, user: UserIdx) -> impl Iterator<Item = usize> + use<'_> {
        let rows = self.table.users.rows(user);
        let within = self.scope.time_range(&self.table.times[rows.clone()]);
        let in_scope = move |row: &usize| self.scope.meets_conditions(*row, user);
        (rows.start + within.start..rows.start + within.end).filter(in_scope)
    }

    fn count(&mut self, user: UserIdx, partial: &mut Partial) {
        let (mut seen, mut paid) = (std::mem::take(&mut self.seen), std::mem::take(&mut self.paid));
        seen.fill(false);
        paid.fill(false);
        let mut any = false;
        for row in self.rows(user) {
            let code = self.table.events().codes.get(row) as usize;
            any = true;
            seen[code] = true;
            paid[code] |= self.revenue.and_then(|revenue| revenue.get(row)).is_some_and(|value| value > 0.0);
        }
        partial.n_users += u64::from(any);
        for (code, sum) in partial.by_code.iter_mut().enumerate() {
            *sum += u64::from(seen[code]);
            partial.paid_by_code[code] += u64::from(paid[code]);
        }
        (self.seen, self.paid) = (seen, paid);
    }

    fn compare(&mut self, user: UserIdx, partial: &mut Partial) {
        let mut first = std::mem::take(&mut self.first);
        first.fill(None);
        for row in self.rows(user) {
            if let Some(place) = self.place[self.table.events().codes.get(row) as usize] {
                first[place].get_or_insert(self.table.times[row]);
            }
        }
        for (a, &from) in first.iter().enumerate() {
            for (b, &to) in first.iter().enumerate() {
                if let (Some(from), Some(to)) = (from, to)
                    && from < to
                {
                    let took = to.since(from);
                    let window = WINDOWS.iter().position(|&window| took <= window).unwrap_or(WINDOWS.len());
                    partial.before[a * first.len() + b] += 1;
                    partial.within[a * first.len() + b][window] += 1;
                }
            }
        }
        self.first = first;
    }
}

fn add(sums: &mut Vec<u64>, more: &[u64]) {
    sums.resize(sums.len().max(more.len()), 0);
    for (sum, value) in sums.iter_mut().zip(more) {
        *sum += value;
    }
}

/// The candidates compared.
struct Compared<'a> {
    names: &'a [String],
    n_users: &'a [u64],
    paid: &'a [bool],
    before: &'a [u64],
}

impl Compared<'_> {
    fn before(&self, a: usize, b: usize) -> u64 {
        self.before[a * self.names.len() + b]
    }

    /// Whether users who did both usually did `a` first.
    fn leads(&self, a: usize, b: usize) -> bool {
        self.before(a, b) > self.before(b, a)
    }

    fn goal(&self) -> Option<usize> {
        let all: Vec<usize> = (0..self.names.len()).collect();
        let only = |wanted: &dyn Fn(usize) -> bool| {
            all.iter().copied().filter(|&place| wanted(place)).collect::<Vec<_>>()
        };
        let paid = only(&|place| self.paid[place]);
        let late = only(&|place| self.is_late(place) && !sounds_like_loss(&self.names[place]));
        let from = [paid, late, all].into_iter().find(|places| !places.is_empty())?;
        // Candidates come from most users to least; of equally rare ones the first by name.
        from.into_iter().min_by(|&a, &b| {
            self.n_users[a].cmp(&self.n_users[b]).then_with(|| self.names[a].cmp(&self.names[b]))
        })
    }

    fn is_late(&self, place: usize) -> bool {
        let others = (0..self.names.len()).filter(|&other| other != place);
        let (earlier, later) = others.fold((0, 0), |(earlier, later), other| {
            (earlier + usize::from(self.leads(other, place)), later + usize::from(self.leads(place, other)))
        });
        earlier > later
    }

    fn funnel(&self, goal: usize, within: &[[u64; WINDOWS.len() + 1]]) -> FunnelQuery {
        let mut way: Vec<usize> = (0..self.names.len())
            .filter(|&place| place != goal && self.before(place, goal) * 2 > self.n_users[goal])
            .collect();
        way.sort_by(|&a, &b| {
            self.before(b, goal).cmp(&self.before(a, goal)).then_with(|| self.names[a].cmp(&self.names[b]))
        });
        way.truncate(MAX_STEPS - 1);
        // Fewest leaders first: the number of chosen events that usually come before.
        let leaders = |&place: &usize| way.iter().filter(|&&other| self.leads(other, place)).count();
        let mut ordered: Vec<(usize, usize)> = way.iter().map(|place| (leaders(place), *place)).collect();
        ordered.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| self.names[a.1].cmp(&self.names[b.1])));
        let places: Vec<usize> = ordered.into_iter().map(|(_, place)| place).chain([goal]).collect();
        let window = places.first().map(|&start| window(&within[start * self.names.len() + goal]));
        FunnelQuery {
            steps: places.iter().map(|&place| FunnelStep::event(self.names[place].clone())).collect(),
            window_millis: window.or(Some(FunnelQuery::DEFAULT_WINDOW_MILLIS)),
            ..FunnelQuery::default()
        }
    }
}

/// The shortest window that holds nine tenths of the times; the longest if none does.
fn window(within: &[u64; WINDOWS.len() + 1]) -> i64 {
    let all: u64 = within.iter().sum();
    if all == 0 {
        return FunnelQuery::DEFAULT_WINDOW_MILLIS;
    }
    let mut held = 0;
    for (window, n) in WINDOWS.iter().zip(within) {
        held += n;
        if held * 10 >= all * 9 {
            return *window;
        }
    }
    WINDOWS[WINDOWS.len() - 1]
}

fn sounds_like_loss(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    LOSSES.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests;
