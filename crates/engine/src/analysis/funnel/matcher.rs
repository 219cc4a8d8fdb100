//! What each row means to the funnel: which steps it matches and which chains it spoils.

use std::ops;

use super::groups;
use super::options::{Entry, Occurrence, Order, Range, Tie, WindowFrom};
use super::query::FunnelQuery;
use super::rules::{Event, bits};
use crate::error::QueryError;
use crate::kernel::condition::{Test, Truth};
use crate::kernel::find::CodeSet;
use crate::kernel::scope::ScopeFilter;
use crate::rule::EventRule;
use crate::table::{Codes, Table, TextColumn, UserIdx};
use crate::time::Millis;

/// The steps and exclusions, compiled against a table.
#[derive(Debug)]
pub(super) struct Matcher<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    steps: Vec<Test<'t>>,
    exclusions: Vec<(Test<'t>, u32)>,
    /// For each step that only the user's first event fills: what that event must match.
    firsts: Vec<(u32, Test<'t>)>,
    by_code: Vec<CodeMasks>,
    /// Whether every row of an event matches just these, whoever's and whenever it is.
    is_exact: bool,
    /// Whether rows of an event mean anything, where the event alone decides that.
    means: Vec<bool>,
    meaning: Meaning,
    leading: Leading,
    keep: Keep,
    starts: Starts,
    tie: Tie,
    /// The first instant that matters, the last one at which a chain may start, and the last one that matters at all.
    from: Millis,
    last_start: Millis,
    last: Millis,
}

/// What is known of all rows of one event, whatever their properties.
#[derive(Clone, Copy, Debug, Default)]
struct CodeMasks {
    steps: u32,
    kills: u32,
    /// Steps and exclusions that must be decided row by row.
    maybe_steps: u32,
    maybe_exclusions: u32,
}

impl CodeMasks {
    fn may_match(self) -> u32 {
        self.steps | self.maybe_steps
    }
}

/// Which events may start a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Starts {
    /// Those that match step 0.
    First,
    /// Of these, only the user's first one.
    FirstOnce,
    /// Any that matches a step.
    Any,
}

/// What decides what a row means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// Its event alone.
    ByEvent,
    /// Its properties, its time or its place among the user's rows too.
    ByRow,
}

/// What becomes of rows before the first that matches step 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leading {
    /// They may matter.
    Kept,
    /// They may be dropped.
    Dropped,
}

/// Which rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    /// Those that match a step or an exclusion.
    Matching,
    /// All in scope: in strict order any other row breaks a chain.
    All,
}

impl<'t> Matcher<'t> {
    /// Compiles a query that has been checked.
    ///
    /// # Errors
    /// As [`FunnelQuery::check`].
    pub(super) fn new(query: &FunnelQuery, table: &'t Table) -> Result<Self, QueryError> {
        let steps = compile_steps(query, table)?;
        let exclusions = compile_exclusions(query, table)?;
        let events = table.events();
        let by_code = (0..events.n_codes() as u32).map(|code| known(events, code, &steps, &exclusions));
        let by_code: Vec<CodeMasks> = by_code.collect();
        let by_event = by_code.iter().all(|known| known.maybe_steps | known.maybe_exclusions == 0)
            && query.steps.iter().all(|step| step.occurrence == Occurrence::Any)
            && query.order != Order::Strict
            && query.scope.conditions.is_empty()
            && (query.order == Order::Unordered || (query.scope.to.is_none() && query.entry != Entry::First));
        let to = query.scope.to.unwrap_or(Millis(i64::MAX));
        let scope = ScopeFilter::new(&query.scope, table)?;
        let last = match (query.range, query.window_millis) {
            (Range::AllEvents, _) => to,
            (Range::Entry, Some(millis)) if has_one_length(query) => to.plus(millis),
            (Range::Entry, _) => Millis(i64::MAX),
        };
        Ok(Self {
            table,
            scope,
            is_exact: by_event
                && query.scope.segment.is_none()
                && query.scope.from.is_none()
                && query.scope.to.is_none(),
            meaning: if by_event { Meaning::ByEvent } else { Meaning::ByRow },
            leading: if groups::looks_at_all(query) { Leading::Kept } else { Leading::Dropped },
            tie: query.tie,
            steps,
            exclusions,
            firsts: compile_firsts(query, table)?,
            means: by_code.iter().map(|known| known.steps | known.kills != 0).collect(),
            by_code,
            keep: if query.order == Order::Strict { Keep::All } else { Keep::Matching },
            starts: match (query.order, query.entry) {
                (Order::Unordered, _) => Starts::Any,
                (_, Entry::First) => Starts::FirstOnce,
                (_, Entry::Any | Entry::Attempts | Entry::Restart) => Starts::First,
            },
            from: query.scope.from.unwrap_or(Millis(i64::MIN)),
            last_start: to,
            last,
        })
    }

    /// The table.
    pub(super) fn table(&self) -> &'t Table {
        self.table
    }

    /// Whether a row may match several steps.
    pub(super) fn overlaps(&self) -> bool {
        self.by_code.iter().any(|known| known.may_match().count_ones() > 1)
    }

    /// The codes of the events that may be of a step.
    pub(super) fn codes_of(&self, step: usize) -> CodeSet {
        CodeSet::new(self.by_code.len(), |code| self.by_code[code as usize].may_match() >> step & 1 == 1)
    }

    /// Whether every row of an event is of the same steps, whoever's and whenever it is.
    pub(super) fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// Those of a user's rows that are of a step, of those whose event may be: the bits of `rows` count from `first_row`.
    pub(super) fn confirm(&self, user: UserIdx, first_row: usize, step: usize, mut rows: u64) -> u64 {
        if !self.scope.has_user(user) {
            return 0;
        }
        let last = if step == 0 { self.last_start } else { self.last };
        let mut confirmed = 0;
        while rows != 0 {
            let bit = rows & rows.wrapping_neg();
            rows &= !bit;
            let row = first_row + bit.trailing_zeros() as usize;
            let time = self.table.times[row];
            if time < self.from || time > last || !self.scope.meets_conditions(row, user) {
                continue;
            }
            let known = self.by_code[self.table.events().codes.get(row) as usize];
            if known.steps >> step & 1 == 0 && !self.steps[step].holds(row, user) {
                continue;
            }
            confirmed |= bit;
            if step == 0 && self.starts == Starts::FirstOnce {
                break;
            }
        }
        confirmed
    }

    /// Collects the events of a user in order of time; none if the user is out of scope.
    pub(super) fn collect(&self, user: UserIdx, events: &mut Vec<Event>) {
        events.clear();
        self.collect_true(user, events);
        if let Tie::Bucket(_) = self.tie {
            events.iter_mut().for_each(|event| event.time = self.tie.cut(event.time));
        }
    }

    /// The same at their true times.
    fn collect_true(&self, user: UserIdx, events: &mut Vec<Event>) {
        if !self.scope.has_user(user) {
            return;
        }
        let rows = self.table.users.rows(user);
        let times = &self.table.times[rows.clone()];
        let start = times.partition_point(|&time| time < self.from);
        let end = times.partition_point(|&time| time <= self.last).max(start);
        let rows = rows.start + start..rows.start + end;
        match (self.meaning, &self.table.events().codes) {
            (Meaning::ByEvent, Codes::U8(codes)) => self.collect_known(&codes[rows.clone()], rows, events),
            (Meaning::ByEvent, Codes::U16(codes)) => self.collect_known(&codes[rows.clone()], rows, events),
            (Meaning::ByEvent, Codes::U32(codes)) => self.collect_known(&codes[rows.clone()], rows, events),
            (Meaning::ByRow, _) => self.collect_by_row(user, rows, events),
        }
    }

    /// The quick way, where the event decides everything.
    fn collect_known<C: Copy + Into<u32>>(
        &self,
        codes: &[C],
        rows: ops::Range<usize>,
        events: &mut Vec<Event>,
    ) {
        let known = |code: &C| self.by_code[(*code).into() as usize];
        let times = &self.table.times[rows.clone()];
        let first = match self.leading {
            Leading::Kept => 0,
            Leading::Dropped => {
                let Some(entry) = codes.iter().position(|code| known(code).steps & 1 == 1) else { return };
                // What shares the first entry's instant may stand before it.
                times[..entry].iter().rposition(|&time| time < times[entry]).map_or(0, |before| before + 1)
            }
        };
        for (block, codes) in (first..).step_by(32).zip(codes[first..].chunks(32)) {
            // No branch for a row that means nothing: which rows do is beyond foreseeing.
            let bit = |(at, code): (usize, &C)| u32::from(self.means[(*code).into() as usize]) << at;
            let meaningful = codes.iter().enumerate().map(bit).fold(0, |all, bit| all | bit);
            for at in bits(meaningful) {
                let CodeMasks { steps, kills, .. } = known(&codes[at]);
                let row = block + at;
                let (time, row) = (times[row], (rows.start + row) as u32);
                events.push(Event { time, steps, kills, row, value: Event::NO_VALUE });
            }
        }
    }

    fn collect_by_row(&self, user: UserIdx, rows: ops::Range<usize>, events: &mut Vec<Event>) {
        for row in rows {
            let known = self.by_code[self.table.events().codes.get(row) as usize];
            let nothing = known.steps | known.kills | known.maybe_steps | known.maybe_exclusions == 0;
            if nothing && self.keep == Keep::Matching {
                continue;
            }
            if self.scope.has_conditions() && !self.scope.meets_conditions(row, user) {
                continue;
            }
            let event = self.event(row, user, known);
            if event.steps | event.kills != 0 || self.keep == Keep::All {
                events.push(event);
            }
        }
        self.keep_first_events(user, events);
        self.keep_starts(events);
        self.keep_meaningful(events);
    }

    /// Drops events that have lost all their meaning, unless they may break a chain.
    pub(super) fn keep_meaningful(&self, events: &mut Vec<Event>) {
        if self.keep == Keep::Matching {
            events.retain(|event| event.steps | event.kills != 0);
        }
    }

    fn event(&self, row: usize, user: UserIdx, known: CodeMasks) -> Event {
        let mut event = Event {
            time: self.table.times[row],
            steps: known.steps,
            kills: known.kills,
            row: row as u32,
            value: Event::NO_VALUE,
        };
        for step in bits(known.maybe_steps) {
            event.steps |= u32::from(self.steps[step].holds(row, user)) << step;
        }
        for index in bits(known.maybe_exclusions) {
            let (test, kills) = &self.exclusions[index];
            if test.holds(row, user) {
                event.kills |= kills;
            }
        }
        event
    }

    /// Takes steps away from all events but the first, where the query says so.
    fn keep_first_events(&self, user: UserIdx, events: &mut [Event]) {
        for (step, head) in &self.firsts {
            let first = self.table.users.rows(user).find(|&row| {
                head.holds(row, user)
                    && (!self.scope.has_conditions() || self.scope.meets_conditions(row, user))
            });
            for event in events.iter_mut().filter(|event| first != Some(event.row as usize)) {
                event.steps &= !(1 << step);
            }
        }
    }

    /// Takes step 0 away from events that may not start a chain.
    fn keep_starts(&self, events: &mut [Event]) {
        if self.starts == Starts::Any {
            return;
        }
        let in_range = events.partition_point(|event| event.time <= self.last_start);
        let first = events[..in_range].iter().position(|event| event.steps & 1 == 1);
        let keep = match (self.starts, first) {
            (Starts::FirstOnce, Some(first)) => first + 1,
            _ => in_range,
        };
        for event in &mut events[keep..] {
            event.steps &= !1;
        }
    }
}

/// Whether one length of time limits all of a chain.
fn has_one_length(query: &FunnelQuery) -> bool {
    query.calendar_days.is_none() && query.sessions.is_none() && query.window_from == WindowFrom::FirstStep
}

/// Compiles the steps' rules.
///
/// # Errors
/// If one does not fit the table; the field starts with `steps[…].rule`.
pub(super) fn compile_steps<'t>(query: &FunnelQuery, table: &'t Table) -> Result<Vec<Test<'t>>, QueryError> {
    let compile = |(index, rule): (usize, &EventRule)| {
        Test::rule(rule, table).map_err(|error| error.within(&format!("steps[{index}].rule")))
    };
    query.steps.iter().map(|step| &step.rule).enumerate().map(compile).collect()
}

/// Compiles the exclusions' rules, each with the steps whose chains it spoils.
///
/// # Errors
/// If one does not fit the table; the field starts with `exclusions[…].rule`.
pub(super) fn compile_exclusions<'t>(
    query: &FunnelQuery,
    table: &'t Table,
) -> Result<Vec<(Test<'t>, u32)>, QueryError> {
    let compile = |(index, exclusion): (usize, &super::Exclusion)| {
        let test = Test::rule(&exclusion.rule, table)
            .map_err(|error| error.within(&format!("exclusions[{index}].rule")))?;
        Ok((test, (exclusion.from..exclusion.to).fold(0, |kills, step| kills | 1 << step)))
    };
    query.exclusions.iter().enumerate().map(compile).collect()
}

fn compile_firsts<'t>(query: &FunnelQuery, table: &'t Table) -> Result<Vec<(u32, Test<'t>)>, QueryError> {
    let compile = |(step, rule): (u32, EventRule)| Ok((step, Test::rule(&rule, table)?));
    (0_u32..)
        .zip(&query.steps)
        .filter_map(|(index, step)| match step.occurrence {
            Occurrence::Any => None,
            Occurrence::FirstMatching => Some((index, step.rule.clone())),
            Occurrence::FirstEver => Some((index, without_conditions(&step.rule))),
        })
        .map(compile)
        .collect()
}

/// The names alone.
fn without_conditions(rule: &EventRule) -> EventRule {
    EventRule {
        event: rule.event.clone(),
        any_of: rule.any_of.iter().map(without_conditions).collect(),
        conditions: Vec::new(),
    }
}

fn known(events: &TextColumn, code: u32, steps: &[Test<'_>], exclusions: &[(Test<'_>, u32)]) -> CodeMasks {
    let mut masks = CodeMasks::default();
    for (index, test) in steps.iter().enumerate() {
        match test.for_event(events, code) {
            Some(Truth::True) => masks.steps |= 1 << index,
            Some(Truth::False) => {}
            None => masks.maybe_steps |= 1 << index,
        }
    }
    for (index, (test, kills)) in exclusions.iter().enumerate() {
        match test.for_event(events, code) {
            Some(Truth::True) => masks.kills |= kills,
            Some(Truth::False) => {}
            None => masks.maybe_exclusions |= 1 << index,
        }
    }
    masks
}
