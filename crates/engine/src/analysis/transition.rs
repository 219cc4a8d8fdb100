//! Transitions: what follows what, wherever in a run it happens.
//!
//! ```text
//! a a b a b │ c        from a: to a 1, to b 2        from b: to a 1, end 1        from c: end 1
//! ```
//!
//! One round; two where the data hold more than [`MAX_TOLD_APART`] items, the most frequent of which are then told apart.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::journey::{JourneyItem, JourneyQuery, NeighborRepeats};
use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::items::Items;
use crate::kernel::order::sort_by_key;
use crate::kernel::scope::ScopeFilter;
use crate::kernel::sessions::Sessions;
use crate::kernel::transitions::{Counts, LEFT_OUT, Places};
use crate::rule::{ItemRules, SameInstant, Scope, SessionRule};
use crate::table::{Bucket, Table, UserIdx};

/// How many items can be told apart.
pub const MAX_TOLD_APART: u32 = 500;

/// Asks what follows what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TransitionQuery {
    /// Which users and rows. What it leaves out is gone before runs are cut.
    pub scope: Scope,
    /// What rows are called, and which are left out.
    pub items: ItemRules,
    /// Where a run ends and the next one starts.
    pub sessions: SessionRule,
    /// The order of rows of one instant.
    pub tie: SameInstant,
    /// Whether equal neighbors count as a transition to itself.
    pub repeats: NeighborRepeats,
    /// How many items are told apart, the ones of most rows; the others are put together. From 1 to [`MAX_TOLD_APART`].
    pub item_limit: u32,
}

impl Default for TransitionQuery {
    fn default() -> Self {
        let JourneyQuery { scope, items, sessions, tie, .. } = JourneyQuery::default();
        Self { scope, items, sessions, tie, repeats: NeighborRepeats::Keep, item_limit: 12 }
    }
}

/// What follows what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TransitionAnswer {
    /// The items, those of most rows first, equal ones by name; "other" comes last.
    pub items: Vec<TransitionItem>,
    /// The transitions that occur, the most frequent first, then in the items' order.
    pub transitions: Vec<Transition>,
}

/// An item in any place of a run. `n_rows` is `n_started` and all transitions to it, and `n_ended` and all from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TransitionItem {
    /// The item.
    pub item: JourneyItem,
    /// Rows; joined ones count once.
    pub n_rows: u64,
    /// Runs that start with it.
    pub n_started: u64,
    /// Runs that end with it.
    pub n_ended: u64,
    /// `n_ended` ÷ `n_rows`.
    pub ended_rate: f64,
}

/// From an item to the one after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transition {
    /// The first item.
    pub from: JourneyItem,
    /// The second item; it may be the same.
    pub to: JourneyItem,
    /// How often.
    pub n_rows: u64,
    /// `n_rows` ÷ the rows of `from`.
    pub rate: f64,
}

impl TransitionQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the item limit is out of range or a rule does not fit the table; the error names the field.
    pub fn check(&self, table: &Table) -> Result<Transitions, QueryError> {
        QueryError::check_range("item_limit", i64::from(self.item_limit), 1, i64::from(MAX_TOLD_APART))?;
        ScopeFilter::check(&self.scope, table)?;
        Prepared::new(self, table, None)?;
        Ok(Transitions { query: self.clone() })
    }
}

/// A checked [`TransitionQuery`].
#[derive(Debug)]
pub struct Transitions {
    query: TransitionQuery,
}

/// What a round starts from.
#[derive(Debug, Serialize, Deserialize)]
pub enum State {
    /// Count what follows what, or first rows by item if there are too many items.
    Start,
    /// Count what follows what; these items are told apart, in order.
    Count(Vec<u32>),
}

/// What a scan finds; only the present round's part holds anything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_rows: Vec<u64>,
    cells: Vec<u64>,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    items: Items<'t>,
    sessions: Sessions<'t>,
    scope: Option<ScopeFilter<'t>>,
    tie: SameInstant,
    repeats: NeighborRepeats,
    counts: Option<Told>,
    rows: Vec<u32>,
}

/// What is counted once the items are known.
#[derive(Debug)]
struct Told {
    /// For each item its place; the one after the last is "other".
    places: Vec<u16>,
    counts: Counts,
    /// For each event's code its place, if rows can be counted the fast way.
    by_code: Option<Places>,
}

impl<'t> Prepared<'t> {
    fn new(query: &TransitionQuery, table: &'t Table, kept: Option<&[u32]>) -> Result<Self, QueryError> {
        let items = Items::new(&query.items, table).map_err(|error| error.within("items"))?;
        let sessions = Sessions::new(query.sessions, table).map_err(|error| error.within("sessions"))?;
        let all: Vec<u32> = (0..items.len() as u32).collect();
        let kept = kept.or((items.len() <= MAX_TOLD_APART as usize).then_some(&all));
        let is_plain = query.scope.conditions.is_empty()
            && query.tie == SameInstant::InputOrder
            && query.repeats == NeighborRepeats::Keep
            && (sessions.gap().is_some() || query.sessions == SessionRule::History);
        let counts = kept.map(|kept| Told::new(&items, kept, is_plain));
        Ok(Self {
            table,
            items,
            sessions,
            scope: None,
            tie: query.tie,
            repeats: query.repeats,
            counts,
            rows: Vec::new(),
        })
    }

    fn scan(&mut self, bucket: Bucket<'_>, partial: &mut Partial) {
        if let (Some(Told { counts, by_code: Some(by_code), .. }), Some(scope)) =
            (&mut self.counts, &self.scope)
        {
            counts.add_bucket(bucket, by_code, scope, self.sessions.gap());
            return;
        }
        for user in bucket.users() {
            self.collect(user);
            let Self { items, sessions, counts, rows, repeats, .. } = self;
            let item = |row: u32| items.of(row as usize, user).unwrap_or_default();
            let Some(Told { places, counts, .. }) = counts else {
                partial.n_rows.resize(items.len(), 0);
                rows.iter().for_each(|&row| partial.n_rows[item(row) as usize] += 1);
                continue;
            };
            for session in sessions.cut(rows) {
                let mut before: Option<u32> = None;
                for item in session.iter().map(|&row| item(row)) {
                    if *repeats == NeighborRepeats::Keep || before != Some(item) {
                        let place = |item: u32| usize::from(places[item as usize]);
                        counts.add(before.map(place), place(item));
                    }
                    before = Some(item);
                }
            }
        }
    }

    fn collect(&mut self, user: UserIdx) {
        let Self { table, items, scope, rows, .. } = self;
        rows.clear();
        let Some(scope) = scope else { return };
        let counts = |row: &usize| scope.meets_conditions(*row, user) && items.of(*row, user).is_some();
        rows.extend(scope.rows(table, user).filter(counts).map(|row| row as u32));
        if self.tie == SameInstant::ByName {
            rows.sort_by_key(|&row| (table.times[row as usize], items.of(row as usize, user)));
        }
    }
}

impl Told {
    fn new(items: &Items<'_>, kept: &[u32], is_plain: bool) -> Self {
        let mut places = vec![kept.len() as u16; items.len()];
        for (place, &item) in (0..).zip(kept) {
            places[item as usize] = place;
        }
        let by_code = is_plain.then(|| items.by_event()).flatten().map(|by_event| {
            by_event.iter().map(|item| item.map_or(LEFT_OUT, |item| places[item as usize])).collect()
        });
        Self { places, counts: Counts::new(kept.len() + 1), by_code }
    }
}

impl Analysis for Transitions {
    type State = State;
    type Partial = Partial;
    type Answer = TransitionAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) -> State {
        State::Start
    }

    fn prepare<'t>(&self, state: &State, table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        let kept = match state {
            State::Start => None,
            State::Count(kept) => Some(kept.as_slice()),
        };
        let scope = Some(ScopeFilter::new(&self.query.scope, table)?);
        Ok(Prepared { scope, ..Prepared::new(&self.query, table, kept)? })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        prepared.scan(bucket, partial);
    }

    fn finish(&self, prepared: Prepared<'_>, partial: &mut Partial) {
        partial.cells = prepared.counts.map(|told| told.counts.cells().to_vec()).unwrap_or_default();
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        for (mine, other) in [(&mut a.n_rows, b.n_rows), (&mut a.cells, b.cells)] {
            mine.resize(mine.len().max(other.len()), 0);
            mine.iter_mut().zip(other).for_each(|(mine, other)| *mine += other);
        }
        a
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, TransitionAnswer> {
        let kept = match state {
            State::Count(kept) => kept,
            State::Start if all.n_rows.is_empty() => (0..MAX_TOLD_APART).collect(),
            State::Start => {
                let mut kept: Vec<u32> = (0..all.n_rows.len() as u32).collect();
                sort_by_key(&mut kept, |&item| (std::cmp::Reverse(all.n_rows[item as usize]), item));
                kept.truncate(self.query.item_limit as usize);
                kept.sort_unstable();
                return Step::Again(State::Count(kept));
            }
        };
        Step::Done(self.answer(&all.cells, &kept, table))
    }
}

impl Transitions {
    fn answer(&self, cells: &[u64], kept: &[u32], table: &Table) -> TransitionAnswer {
        let items = Items::new(&self.query.items, table).ok();
        // The square has a line for each item told apart, one for "other" and one for the starts.
        let width = (cells.len() as f64).sqrt() as usize;
        let cell = |from: usize, to: usize| cells.get(from * width + to).copied().unwrap_or(0);
        let n_lines = width.saturating_sub(1);
        let n_rows: Vec<u64> = (0..n_lines).map(|to| (0..width).map(|from| cell(from, to)).sum()).collect();
        let other = n_lines.saturating_sub(1);
        let mut ranked: Vec<usize> = (0..n_lines).filter(|&at| n_rows[at] > 0).collect();
        sort_by_key(&mut ranked, |&at| (at == other, std::cmp::Reverse(n_rows[at]), at));
        let n_apart =
            (self.query.item_limit as usize).min(ranked.len() - usize::from(ranked.contains(&other)));
        // Lines that are not told apart come together at the end.
        let place = |line: usize| ranked.iter().position(|&at| at == line).map(|at| at.min(n_apart));
        let n_places = n_apart + usize::from(ranked.len() > n_apart);
        let mut counts = Counts::new(n_places);
        let mut sums = vec![(0, 0); n_places];
        for from in 0..width {
            for to in 0..n_lines {
                let (n, Some(to_place)) = (cell(from, to), place(to)) else { continue };
                sums[to_place].0 += n;
                match place(from).filter(|_| from < n_lines) {
                    Some(from_place) => {
                        counts.add_many(from_place, to_place, n);
                        sums[from_place].1 += n;
                    }
                    None => counts.add_many(n_places, to_place, n),
                }
            }
        }
        let name = |place: usize| match ranked.get(place).filter(|_| place < n_apart) {
            Some(&line) => JourneyItem::Item {
                name: items.as_ref().map(|items| items.name(kept[line]).to_owned()).unwrap_or_default(),
            },
            None => JourneyItem::Other,
        };
        let item = |(place, &(n_rows, n_left)): (usize, &(u64, u64))| TransitionItem {
            item: name(place),
            n_rows,
            n_started: counts.n_started(place),
            n_ended: n_rows - n_left,
            ended_rate: (n_rows - n_left) as f64 / n_rows as f64,
        };
        let mut pairs: Vec<(u64, usize, usize)> = (0..n_places)
            .flat_map(|from| (0..n_places).map(move |to| (from, to)))
            .map(|(from, to)| (counts.get(from, to), from, to))
            .filter(|&(n, ..)| n > 0)
            .collect();
        sort_by_key(&mut pairs, |&(n, from, to)| (std::cmp::Reverse(n), from, to));
        let transition = |(n_rows, from, to): (u64, usize, usize)| Transition {
            from: name(from),
            to: name(to),
            n_rows,
            rate: n_rows as f64 / sums[from].0 as f64,
        };
        TransitionAnswer {
            items: sums.iter().enumerate().map(item).collect(),
            transitions: pairs.into_iter().map(transition).collect(),
        }
    }
}

impl From<TransitionAnswer> for Answer {
    fn from(answer: TransitionAnswer) -> Self {
        Self::Transition(answer)
    }
}
