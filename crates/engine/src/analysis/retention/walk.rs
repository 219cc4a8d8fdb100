//! The walk over one user's rows: which cohorts the user is in, and in which columns the user returned.

use std::ops;

use super::frame::Frame;
use super::query::{Entry, RetentionQuery, Tie};
use super::quick::{self, Quick};
use super::values::{Values, key, shared};
use crate::analysis::funnel::groups::{Group, value};
use crate::error::QueryError;
use crate::kernel::rows::RuleRows;
use crate::kernel::scope::{ScopeFilter, rows_between};
use crate::rule::EventRule;
use crate::table::{Bucket, Column, Table, UserIdx};
use crate::time::Millis;

/// One user in one cohort.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entrance<'w> {
    /// The cohort.
    pub(super) row: usize,
    /// The table's row of the start event.
    pub(super) start: u32,
    /// Columns with enough returns, in order, each once. That of the start is not among them if start and return are the
    /// same rule.
    pub(super) hits: &'w [u32],
    /// Columns with what their returns add up to, in order.
    pub(super) sums: &'w [(u32, f64)],
}

/// Walks over users' rows, one user after the other. Its memory is kept from user to user.
#[derive(Debug)]
pub(super) struct Walker<'t> {
    pub(super) table: &'t Table,
    pub(super) frame: Frame,
    scope: ScopeFilter<'t>,
    rules: Rules,
    starts: RuleRows<'t>,
    /// None if it is the same rule.
    returns: Option<RuleRows<'t>>,
    /// The start rule's names alone, where a user's first event of that name is asked for.
    heads: Option<RuleRows<'t>>,
    values: Option<Values<'t>>,
    /// The property whose values are followed apart.
    shared: Option<&'t Column>,
    whole: Unit,
    part: Unit,
    scratch: Scratch,
    /// What is used instead of all this, where it can be.
    quick: Option<Quick>,
}

/// The query's rules, as far as the walk needs them.
#[derive(Clone, Copy, Debug)]
struct Rules {
    entry: Entry,
    tie: Tie,
    min_occurrences: u32,
    is_same: bool,
}

/// Rows of a user, or of a user's one value, in order.
#[derive(Debug, Default)]
struct Unit {
    starts: Vec<u32>,
    returns: Vec<u32>,
    heads: Vec<u32>,
}

/// Memory of the walk.
#[derive(Debug, Default)]
struct Scratch {
    /// Returns of one period each, in order.
    runs: Vec<Run>,
    hits: Vec<u32>,
    sums: Vec<(u32, f64)>,
    /// Rows with the keys of their values: starts, returns, heads.
    valued: [Vec<(u64, u32)>; 3],
}

/// Returns of one period: which of the unit's they are.
#[derive(Clone, Copy, Debug)]
struct Run {
    period: usize,
    first: usize,
    end: usize,
}

impl<'t> Walker<'t> {
    /// Prepares a query that has been checked.
    ///
    /// # Errors
    /// As [`RetentionQuery::check`].
    pub(super) fn new(query: &RetentionQuery, table: &'t Table) -> Result<Self, QueryError> {
        let rows =
            |rule: &EventRule, field: &str| RuleRows::new(rule, table).map_err(|error| error.within(field));
        let is_same = query.is_same();
        let heads = (query.entry == Entry::FirstEver).then(|| without_conditions(&query.start));
        let frame = Frame::new(query, table)?;
        Ok(Self {
            quick: Quick::can_answer(query, &frame).then(Quick::default),
            frame,
            scope: ScopeFilter::new(&query.scope, table)?,
            rules: Rules {
                entry: query.entry,
                tie: query.tie,
                min_occurrences: query.min_occurrences,
                is_same,
            },
            starts: rows(&query.start, "start")?,
            returns: (!is_same).then(|| rows(&query.returns, "return")).transpose()?,
            heads: heads.map(|rule| rows(&rule, "start")).transpose()?,
            values: query.value.as_ref().map(|value| Values::new(value, table)).transpose()?,
            shared: shared(query, table)?,
            whole: Unit::default(),
            part: Unit::default(),
            scratch: Scratch::default(),
            table,
        })
    }

    /// Makes a bucket's rows known; its users may be walked then.
    pub(super) fn enter(&mut self, bucket: Bucket<'_>) {
        self.starts.enter(bucket);
        self.returns.iter_mut().chain(&mut self.heads).for_each(|rows| rows.enter(bucket));
    }

    /// Calls `visit` with each cohort that the user is in, in order.
    pub(super) fn each_entrance(&mut self, user: UserIdx, visit: impl FnMut(Entrance<'_>)) {
        if let Some(quick) = &mut self.quick
            && let Some(marks) = quick::marks(&self.starts, self.returns.as_ref())
        {
            let is_in = self.scope.has_user(user) && self.frame.n_rows > 0;
            is_in.then(|| quick.entrance(self.table, &self.frame, marks, user)).flatten().map(visit);
        } else if self.collect(user) {
            let Self { table, frame, rules, values, whole, scratch, .. } = self;
            Walk { table, frame, rules, values: values.as_ref(), user, unit: whole, scratch }.run(visit);
        }
    }

    /// As [`Walker::each_entrance`], for each value of the shared property apart, in the values' order.
    pub(super) fn each_valued(&mut self, user: UserIdx, mut visit: impl FnMut(&Group, Entrance<'_>)) {
        let Some(shared) = self.shared.filter(|_| self.collect(user)) else { return };
        let table = self.table;
        let mut valued = std::mem::take(&mut self.scratch.valued);
        let units = [&self.whole.starts, &self.whole.returns, &self.whole.heads];
        for (list, rows) in valued.iter_mut().zip(units) {
            list.clear();
            list.extend(rows.iter().map(|&row| (key(table, shared, row), row)));
            list.sort_unstable();
        }
        for starts in valued[0].chunk_by(|a, b| a.0 == b.0) {
            let (key, row) = starts[0];
            let group = &value(table, shared, row, user);
            let of_group = |list: &[(u64, u32)], rows: &mut Vec<u32>| {
                rows.clear();
                let first = list.partition_point(|&(other, _)| other < key);
                let mine = list[first..].iter().take_while(|&&(other, _)| other == key);
                rows.extend(mine.map(|&(_, row)| row));
            };
            let part = &mut self.part;
            let lists = [&mut part.starts, &mut part.returns, &mut part.heads];
            valued.iter().zip(lists).for_each(|(list, rows)| of_group(list, rows));
            let Self { table, frame, rules, values, part, scratch, .. } = self;
            let walk = Walk { table, frame, rules, values: values.as_ref(), user, unit: part, scratch };
            walk.run(|entrance| visit(group, entrance));
        }
        self.scratch.valued = valued;
    }

    /// The instant of a row.
    pub(super) fn time(&self, row: u32) -> Millis {
        self.table.times[row as usize]
    }

    /// Collects the user's rows; false if the user starts nowhere.
    fn collect(&mut self, user: UserIdx) -> bool {
        if !self.scope.has_user(user) || self.frame.n_rows == 0 {
            return false;
        }
        let all = self.table.users.rows(user);
        let (range, after) = self.ranges(user);
        let Unit { starts, returns, heads } = &mut self.whole;
        [&mut *starts, &mut *returns, &mut *heads].into_iter().for_each(Vec::clear);
        let return_rows = self.returns.as_ref().unwrap_or(&self.starts);
        let looks_back = matches!(self.rules.entry, Entry::FirstMatching | Entry::FirstEver);
        if self.rules.is_same && !looks_back {
            return_rows.collect(user, after, returns);
            let in_range = |row: &&u32| (**row as usize) < range.end;
            // Who starts once starts with the first one, whatever follows; conditions are looked at below.
            let is_one = self.rules.entry == Entry::FirstInRange
                && !self.scope.has_conditions()
                && self.shared.is_none();
            let most = if is_one { 1 } else { usize::MAX };
            starts.extend(returns.iter().take(most).take_while(in_range));
        } else {
            self.starts.collect(user, if looks_back { all.clone() } else { range }, starts);
            if starts.is_empty() {
                return false;
            }
            return_rows.collect(user, after, returns);
        }
        if let Some(rows) = &self.heads {
            rows.collect(user, all, heads);
        }
        if self.scope.has_conditions() {
            let scope = &self.scope;
            for rows in [starts, returns, heads] {
                rows.retain(|&row| scope.meets_conditions(row as usize, user));
            }
        }
        !self.whole.starts.is_empty()
    }

    /// The user's rows among which starts may lie, and those among which returns may lie.
    fn ranges(&self, user: UserIdx) -> (ops::Range<usize>, ops::Range<usize>) {
        let Frame { from, to, end, .. } = self.frame;
        (rows_between(self.table, user, from, to), rows_between(self.table, user, from, end))
    }
}

/// The walk over one unit.
struct Walk<'w, 't> {
    table: &'t Table,
    frame: &'w Frame,
    rules: &'w Rules,
    values: Option<&'w Values<'t>>,
    user: UserIdx,
    unit: &'w Unit,
    scratch: &'w mut Scratch,
}

impl Walk<'_, '_> {
    fn run(mut self, mut visit: impl FnMut(Entrance<'_>)) {
        let starts = &self.unit.starts;
        if !self.may_start() {
            return;
        }
        if self.frame.is_calendar() {
            self.cut_into_periods();
        }
        let (mut at, mut after) = (0, 0);
        while let Some(&first) = starts.get(at) {
            let row = self.frame.periods.index(self.time(first));
            let start = self.start_at(at);
            self.scratch.hits.clear();
            self.scratch.sums.clear();
            if self.frame.is_calendar() {
                self.take_calendar(row, start, &mut after);
            } else {
                self.take_elapsed(start);
            }
            visit(Entrance { row, start, hits: &self.scratch.hits, sums: &self.scratch.sums });
            if self.rules.entry != Entry::Recurring {
                return;
            }
            let end = self.frame.periods.end(row);
            while starts.get(at).is_some_and(|&next| self.time(next) < end) {
                at += 1;
            }
        }
    }

    fn time(&self, row: u32) -> Millis {
        self.table.times[row as usize]
    }

    /// Whether the user's first event, where that is asked for, is a start event in the range.
    fn may_start(&self) -> bool {
        let first = self.time(self.unit.starts[0]);
        let is_first = match self.rules.entry {
            Entry::FirstInRange | Entry::Recurring => return true,
            Entry::FirstMatching => true,
            Entry::FirstEver => self.unit.heads.first().is_some_and(|&head| self.time(head) == first),
        };
        is_first && self.frame.from <= first && first <= self.frame.to
    }

    /// The start event: of several at the instant, one that is no return, so that those which are may count as returns.
    fn start_at(&self, at: usize) -> u32 {
        let first = self.unit.starts[at];
        if self.rules.is_same {
            return first;
        }
        let time = self.time(first);
        let mut tied = self.unit.starts[at..].iter().take_while(|&&row| self.time(row) == time);
        tied.find(|row| self.unit.returns.binary_search(row).is_err()).copied().unwrap_or(first)
    }

    fn cut_into_periods(&mut self) {
        let runs = &mut self.scratch.runs;
        runs.clear();
        let mut end = Millis(i64::MIN);
        for (at, &row) in self.unit.returns.iter().enumerate() {
            let time = self.table.times[row as usize];
            if time >= end {
                let period = self.frame.periods.index(time);
                end = self.frame.periods.end(period);
                runs.push(Run { period, first: at, end: at });
            }
            if let Some(run) = runs.last_mut() {
                run.end = at + 1;
            }
        }
    }

    /// `after` is the first run that is later than the cohort's period; it only grows.
    fn take_calendar(&mut self, row: usize, start: u32, after: &mut usize) {
        while let Some(&run) = self.scratch.runs.get(*after).filter(|run| run.period <= row) {
            if run.period == row {
                self.take_later(run.first..run.end, start);
            }
            *after += 1;
        }
        for at in *after..self.scratch.runs.len() {
            let run = self.scratch.runs[at];
            if !self.take(run.period - row, run.first..run.end) {
                return;
            }
        }
    }

    fn take_elapsed(&mut self, start: u32) {
        let (unit, from) = (self.unit, self.time(start));
        let mut first = unit.returns.partition_point(|&row| self.time(row) < from);
        while first < unit.returns.len() {
            let block = self.frame.blocks(from, self.time(unit.returns[first]));
            let in_block = unit.returns[first..]
                .iter()
                .take_while(|&&row| self.frame.blocks(from, self.time(row)) == block);
            let end = first + in_block.count();
            if block == 0 {
                self.take_later(first..end, start);
            } else if !self.take(block, first..end) {
                return;
            }
            first = end;
        }
    }

    /// Takes those returns of the start's period that come after it; all of them if they are what a start is.
    fn take_later(&mut self, returns: ops::Range<usize>, start: u32) {
        if self.rules.is_same {
            if self.values.is_some() {
                self.add_up(0, returns);
            }
            return;
        }
        let (times, tie, from) = (&self.table.times, self.rules.tie, self.time(start));
        let comes_later = |row: &&u32| match tie {
            Tie::StepOrder => times[**row as usize] >= from && **row != start,
            Tie::Never => times[**row as usize] > from,
        };
        let later = self.unit.returns[returns].iter().filter(comes_later);
        if later.clone().count() as u64 >= u64::from(self.rules.min_occurrences) {
            self.scratch.hits.push(0);
            if let Some(values) = self.values {
                self.scratch.sums.push((0, later.map(|&row| values.get(row, self.user)).sum()));
            }
        }
    }

    /// Takes the returns of one later period; false if no column holds it or any after it.
    #[inline]
    fn take(&mut self, offset: usize, returns: ops::Range<usize>) -> bool {
        let Some(column) = self.frame.column(offset) else { return false };
        if returns.len() as u64 >= u64::from(self.rules.min_occurrences) {
            if self.scratch.hits.last() != Some(&(column as u32)) {
                self.scratch.hits.push(column as u32);
            }
            if self.values.is_some() {
                self.add_up(column, returns);
            }
        }
        true
    }

    fn add_up(&mut self, column: usize, returns: ops::Range<usize>) {
        let Some(values) = self.values else { return };
        let rows = self.unit.returns[returns].iter();
        let sum: f64 = rows.map(|&row| values.get(row, self.user)).sum();
        match self.scratch.sums.last_mut() {
            Some((last, total)) if *last == column as u32 => *total += sum,
            _ => self.scratch.sums.push((column as u32, sum)),
        }
    }
}

/// The names alone.
fn without_conditions(rule: &EventRule) -> EventRule {
    EventRule {
        event: rule.event.clone(),
        any_of: rule.any_of.iter().map(without_conditions).collect(),
        conditions: Vec::new(),
    }
}
