//! The rounds: what a shard counts.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cells::{Cells, Seen, Who};
use super::groups::{EVERYONE, GroupSet, Sorter, Split, known, limit};
use super::window::Windows;
use super::{Measure, Trend, TrendAnswer, TrendQuery, TrendSeries, answer};
use crate::analysis::Step;
use crate::analysis::funnel::groups::Group;
use crate::error::QueryError;
use crate::kernel::condition::{Test, Truth};
use crate::kernel::find::{CodeSet, Marks};
use crate::kernel::order::{sort_by, sort_by_key};
use crate::kernel::ranks::RankBins;
use crate::kernel::scope::ScopeFilter;
use crate::table::{Bucket, Column, Numbers, Table, UserIdx};

/// What a round starts from.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// The groups, if they had to be found.
    groups: Option<GroupSet>,
    /// What the round for quantiles starts from.
    near: Option<Near>,
}

/// What the last round starts from: what was counted, and where quantiles lie.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Near {
    cells: Vec<Cells>,
    wanted: Vec<Vec<RankBins>>,
}

/// What a scan finds: the sizes of groups, or the cells of each series, or the values near the quantiles.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    sizes: Vec<(Group, u64)>,
    cells: Vec<Cells>,
    near: Vec<Vec<Vec<f64>>>,
}

/// A round's look-up tables and counters.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    windows: Windows,
    series: Vec<Counter<'t>>,
    /// For each event, the series that may count it, and the rows of events that some may count.
    by_event: Vec<Vec<Hit>>,
    counted: Marks,
    task: Task<'t>,
}

#[derive(Debug)]
enum Task<'t> {
    /// Find out how large the groups are.
    Size { sorter: Sorter<'t>, by_code: Vec<u64>, others: BTreeMap<Group, u64> },
    /// Count.
    Count { split: Split<'t>, stride: usize },
    /// Count again, to find the values near the quantiles.
    Pick {
        split: Split<'t>,
        stride: usize,
        stretches: Vec<std::ops::Range<usize>>,
        wanted: Vec<Vec<RankBins>>,
    },
}

/// One series' counter.
#[derive(Debug)]
struct Counter<'t> {
    test: Test<'t>,
    measure: Measure,
    numbers: Option<&'t Numbers>,
    cells: Cells,
    seen: Seen,
    /// By cell, for quantiles.
    values: Vec<Vec<f64>>,
}

/// A series that may count a row of some event.
#[derive(Clone, Copy, Debug)]
struct Hit {
    series: usize,
    /// Whether the event alone does not decide.
    depends: bool,
}

impl<'t> Prepared<'t> {
    pub(super) fn new(trend: &Trend, state: &State, table: &'t Table) -> Result<Self, QueryError> {
        let query = &trend.query;
        let groups = state.groups.clone().or_else(|| known(query, table));
        let n_groups = groups.as_ref().map_or(0, GroupSet::n_places);
        let stride = trend.windows.n_cells();
        let task = match (groups, &state.near, Sorter::new(query, table)?) {
            (None, _, Some(sorter)) => Task::Size { sorter, by_code: Vec::new(), others: BTreeMap::new() },
            (groups, near, _) => {
                let split = Split::new(query, table, &groups.unwrap_or_default())?;
                match near {
                    None => Task::Count { split, stride },
                    Some(near) => {
                        let stretches = stretches(&trend.windows, n_groups);
                        Task::Pick { split, stride, stretches, wanted: near.wanted.clone() }
                    }
                }
            }
        };
        let counter = |series: &TrendSeries| Counter::new(series, table, n_groups, stride);
        let series = query.series.iter().map(counter).collect::<Result<Vec<_>, _>>()?;
        let by_event = by_event(&series, table);
        let counted = Marks::new(CodeSet::new(by_event.len(), |code| !by_event[code as usize].is_empty()));
        let scope = ScopeFilter::new(&query.scope, table)?;
        Ok(Self { table, scope, windows: trend.windows.clone(), series, by_event, counted, task })
    }

    pub(super) fn scan(&mut self, bucket: Bucket<'_>) {
        let Self { table, scope, windows, series, by_event, counted, task } = self;
        let (codes, has_conditions) = (&table.events().codes, scope.has_conditions());
        counted.enter(codes, bucket.rows());
        for user in bucket.users().filter(|&user| scope.has_user(user)) {
            let mut offset = 0;
            for (at, window) in windows.iter().enumerate() {
                for row in counted.within(window.rows(table, user)) {
                    if has_conditions && !scope.meets_conditions(row, user) {
                        continue;
                    }
                    let period = (offset + window.index(table.times[row])) as u32;
                    let who = Who { user: user.0, period, window: at as u64 };
                    count(table, series, task, &by_event[codes.get(row) as usize], row, who);
                }
                offset += window.len();
            }
        }
    }

    /// Completes the shard's part of a round.
    pub(super) fn finish(self, partial: &mut Partial) {
        let mut series = self.series;
        match self.task {
            Task::Size { by_code, others, .. } => {
                let group = |code| if code == 0 { Group::Missing } else { Group::Text(code) };
                let coded = (0_u32..).zip(by_code).filter(|&(_, n)| n > 0).map(|(code, n)| (group(code), n));
                partial.sizes = others.into_iter().chain(coded).collect();
            }
            Task::Count { .. } => {
                series.iter_mut().for_each(|counter| counter.cells.rank(&mut counter.values));
                partial.cells = series.into_iter().map(|counter| counter.cells).collect();
            }
            Task::Pick { stretches, wanted, .. } => {
                let pick =
                    |(counter, wanted): (Counter<'_>, Vec<RankBins>)| counter.pick(&wanted, &stretches);
                partial.near = series.into_iter().zip(wanted).map(pick).collect();
            }
        }
    }
}

/// Counts a row in the series that it belongs to.
#[inline]
fn count(table: &Table, series: &mut [Counter<'_>], task: &mut Task<'_>, hits: &[Hit], row: usize, who: Who) {
    let user = UserIdx(who.user);
    for hit in hits {
        let counter = &mut series[hit.series];
        if hit.depends && !counter.test.holds(row, user) {
            continue;
        }
        let value = match counter.numbers {
            None => None,
            Some(numbers) => match numbers.get(row) {
                None => continue,
                value => value,
            },
        };
        match task {
            Task::Size { sorter, by_code, others } => {
                if who.window == 0 {
                    size(sorter.group(table, row, user), by_code, others);
                }
            }
            Task::Count { split, stride } | Task::Pick { split, stride, .. } => {
                counter.add(EVERYONE, *stride, who, value);
                if let Split::BySegments(members) = split {
                    let places = members.iter().enumerate();
                    for (at, _) in places.filter(|(_, members)| members.contains(user.0 as usize)) {
                        counter.add(at + 1, *stride, who, value);
                    }
                } else if let Some(place) = split.place(table, row, user) {
                    counter.add(place, *stride, who, value);
                }
            }
        }
    }
}

fn size(group: Group, by_code: &mut Vec<u64>, others: &mut BTreeMap<Group, u64>) {
    let code = match group {
        Group::Missing => 0,
        Group::Text(code) => code as usize,
        other => {
            *others.entry(other).or_default() += 1;
            return;
        }
    };
    if by_code.len() <= code {
        by_code.resize(code + 1, 0);
    }
    by_code[code] += 1;
}

/// The series that may count each event.
fn by_event(series: &[Counter<'_>], table: &Table) -> Vec<Vec<Hit>> {
    let events = table.events();
    let hits = |code| {
        let hit = |(series, counter): (usize, &Counter<'_>)| match counter.test.for_event(events, code) {
            Some(Truth::False) => None,
            outcome => Some(Hit { series, depends: outcome.is_none() }),
        };
        series.iter().enumerate().filter_map(hit).collect()
    };
    (0..events.n_codes() as u32).map(hits).collect()
}

/// The cells of each group and window.
fn stretches(windows: &Windows, n_groups: usize) -> Vec<std::ops::Range<usize>> {
    let mut stretches = Vec::new();
    for group in 0..n_groups {
        let mut start = group * windows.n_cells();
        for window in windows.iter() {
            stretches.push(start..start + window.len());
            start += window.len();
        }
    }
    stretches
}

impl<'t> Counter<'t> {
    fn new(
        series: &TrendSeries,
        table: &'t Table,
        n_groups: usize,
        stride: usize,
    ) -> Result<Self, QueryError> {
        let column = series.measure.property().and_then(|name| table.schema.find(name));
        let numbers = match column.map(|index| table.column(index)) {
            Some(Column::Number(numbers)) => Some(numbers),
            _ => None,
        };
        let n_cells = n_groups * stride;
        let n_values = if series.measure.probability().is_some() { n_cells } else { 0 };
        Ok(Self {
            test: Test::rule(&series.rule, table)?,
            measure: series.measure.clone(),
            numbers,
            cells: Cells::new(&series.measure, n_cells),
            seen: Seen::new(n_groups),
            values: vec![Vec::new(); n_values],
        })
    }

    #[inline]
    fn add(&mut self, group: usize, stride: usize, who: Who, value: Option<f64>) {
        let cell = group * stride + who.period as usize;
        self.cells.add(cell, &mut self.seen, who, group);
        if let Some(value) = value {
            match self.values.get_mut(cell) {
                Some(values) => values.push(value),
                None => self.cells.add_value(&self.measure, cell, value),
            }
        }
    }

    /// The values near the quantiles of each cell, and of each stretch of cells.
    fn pick(&self, wanted: &[RankBins], stretches: &[std::ops::Range<usize>]) -> Vec<Vec<f64>> {
        let mut near = vec![Vec::new(); wanted.len()];
        for ((values, wanted), near) in self.values.iter().zip(wanted).zip(&mut near) {
            wanted.pick(values, near);
        }
        for (at, stretch) in stretches.iter().enumerate().take(wanted.len().saturating_sub(self.values.len()))
        {
            let at = self.values.len() + at;
            self.values[stretch.clone()].iter().for_each(|values| wanted[at].pick(values, &mut near[at]));
        }
        near
    }
}

impl Partial {
    pub(super) fn merged(mut self, other: Self, query: &TrendQuery) -> Self {
        self.sizes.extend(other.sizes);
        if self.cells.is_empty() {
            self.cells = other.cells;
        } else {
            for ((mine, theirs), series) in self.cells.iter_mut().zip(other.cells).zip(&query.series) {
                mine.merge_extremes(&theirs, &series.measure);
                mine.merge(theirs);
            }
        }
        if self.near.is_empty() {
            self.near = other.near;
        } else {
            let both = self.near.iter_mut().flatten().zip(other.near.into_iter().flatten());
            both.for_each(|(mine, theirs)| mine.extend(theirs));
        }
        self
    }

    /// The largest groups, and whether there are others.
    fn largest(self, query: &TrendQuery) -> GroupSet {
        let mut sizes: BTreeMap<Group, u64> = BTreeMap::new();
        for (group, n) in self.sizes {
            *sizes.entry(group).or_default() += n;
        }
        let mut sizes: Vec<(Group, u64)> = sizes.into_iter().collect();
        sort_by_key(&mut sizes, |&(_, n)| Reverse(n));
        let has_other = sizes.len() > limit(query);
        let mut kept: Vec<Group> = sizes.into_iter().take(limit(query)).map(|(group, _)| group).collect();
        sort_by(&mut kept, Ord::cmp);
        GroupSet { kept, has_other }
    }
}

/// Ends a round.
pub(super) fn step(trend: &Trend, state: State, all: Partial, table: &Table) -> Step<State, TrendAnswer> {
    let query = &trend.query;
    let Some(groups) = state.groups.clone().or_else(|| known(query, table)) else {
        return Step::Again(State { groups: Some(all.largest(query)), near: None });
    };
    if let Some(near) = state.near {
        let quantiles = all.near.into_iter().zip(&near.wanted).zip(&query.series);
        let quantiles = quantiles.map(|((near, wanted), series)| {
            let probability = series.measure.probability().unwrap_or_default();
            let quantile = |(mut near, wanted): (Vec<f64>, &RankBins)| {
                near.sort_unstable_by(f64::total_cmp);
                wanted.quantile(&near, probability)
            };
            near.into_iter().zip(wanted).map(quantile).collect()
        });
        let quantiles: Vec<Vec<Option<f64>>> = quantiles.collect();
        return Step::Done(answer::answer(trend, &groups, &near.cells, &quantiles, table));
    }
    let stretches = stretches(&trend.windows, groups.n_places());
    let wanted = all.cells.iter().zip(&query.series).map(|(cells, series)| {
        series
            .measure
            .probability()
            .map_or_else(Vec::new, |probability| cells.wanted(probability, &stretches))
    });
    let wanted: Vec<Vec<RankBins>> = wanted.collect();
    if wanted.iter().any(|wanted| !wanted.is_empty()) {
        return Step::Again(State { groups: state.groups, near: Some(Near { cells: all.cells, wanted }) });
    }
    Step::Done(answer::answer(trend, &groups, &all.cells, &[], table))
}
