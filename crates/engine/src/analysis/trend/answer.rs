//! The answer, and how it is made of cells.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::cells::{Amount, Cells};
use super::groups::{EVERYONE, GroupSet};
use super::window::Window;
use super::{Accumulate, Trend, TrendQuery};
use crate::analysis::funnel::GroupKey;
use crate::kernel::order::sort_by_key;
use crate::rule::Breakdown;
use crate::table::Table;
use crate::time::Millis;

/// How numbers developed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrendAnswer {
    /// The periods that are shown, in order; at least one.
    pub periods: Vec<TrendPeriod>,
    /// The earlier ones beside them, the first with the first; empty if none were asked for.
    pub compared: Vec<TrendPeriod>,
    /// The series in the query's order and then the formulas, each for everyone and then for every group: the group with
    /// most rows of all series first, those with as many by value, "Other" last; segments in the query's order.
    pub lines: Vec<TrendLine>,
    /// The annotations, in order of time.
    pub annotations: Vec<PlacedAnnotation>,
}

/// One period of the calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrendPeriod {
    /// Its name in the scope's zone: `2026-03-01T13:00`, `2026-03-01` (a day, or the week that starts then), `2026-03`,
    /// `2026-Q1` or `2026`.
    pub label: String,
    /// Its first instant.
    pub start_millis: Millis,
    /// The next one's first instant.
    pub end_millis: Millis,
    /// Whether all of it lies in the scope's range, and none of it after the end of the data.
    pub is_complete: bool,
    /// Whether any of it lies between the first and the last event of the whole data set.
    pub has_data: bool,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrendLine {
    /// Which series or formula it is.
    pub of: LineOf,
    /// Its name: the query's, or the event's; empty for "any event" without a name.
    pub name: String,
    /// The group; none for everyone.
    pub group: Option<GroupKey>,
    /// A value for each period; none where there is nothing to tell.
    pub values: Vec<Option<f64>>,
    /// The measure over all shown periods at once: users are those who are different over all of them.
    pub total: Option<f64>,
    /// A value for each compared period; none besides where a period lies outside of the data. Empty without comparison.
    pub compared: Vec<Option<f64>>,
    /// The measure over all compared periods at once.
    pub compared_total: Option<f64>,
    /// The moving average: the mean of the values of the last n periods that have one; none before n periods are there, and
    /// for a period that is not complete. Empty if none was asked for.
    pub smoothed: Vec<Option<f64>>,
}

/// Which series or formula a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineOf {
    /// A series.
    Series {
        /// Its index.
        index: u32,
    },
    /// A formula.
    Formula {
        /// Its index.
        index: u32,
    },
}

/// Something that happened, and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlacedAnnotation {
    /// When.
    pub at: Millis,
    /// What.
    pub text: String,
    /// Index of the shown period that holds it; none if none does.
    pub period: Option<u32>,
}

/// What a series amounts to in one window.
struct Course {
    values: Vec<Option<f64>>,
    total: Option<f64>,
}

/// The answer, from the cells of each series and, for quantile measures, the quantiles of its cells and stretches.
pub(super) fn answer(
    trend: &Trend,
    groups: &GroupSet,
    cells: &[Cells],
    quantiles: &[Vec<Option<f64>>],
    table: &Table,
) -> TrendAnswer {
    let (query, windows) = (&trend.query, &trend.windows);
    let span = (table.schema.start(), table.schema.end());
    let periods = windows.shown.periods(span);
    let compared = windows.compared.as_ref().map(|window| window.periods(span)).unwrap_or_default();
    let maker =
        Maker { trend, cells, quantiles, has_data: compared.iter().map(|period| period.has_data).collect() };
    let mut lines = Vec::new();
    let places = maker.places(groups);
    for index in 0..query.series.len() + query.formulas.len() {
        for &place in &places {
            lines.push(maker.line(index, place, groups.key(query, table, place), &periods));
        }
    }
    let mut annotations: Vec<PlacedAnnotation> = query
        .annotations
        .iter()
        .map(|annotation| {
            let holds = |period: &TrendPeriod| {
                period.start_millis <= annotation.at && annotation.at < period.end_millis
            };
            let period = periods.iter().position(holds).map(|at| at as u32);
            PlacedAnnotation { at: annotation.at, text: annotation.text.clone(), period }
        })
        .collect();
    sort_by_key(&mut annotations, |annotation| annotation.at);
    TrendAnswer { periods, compared, lines, annotations }
}

/// Makes lines of cells.
struct Maker<'a> {
    trend: &'a Trend,
    cells: &'a [Cells],
    quantiles: &'a [Vec<Option<f64>>],
    /// For each compared period.
    has_data: Vec<bool>,
}

impl Maker<'_> {
    /// The places in the answer's order, without those of values that no shown row has.
    fn places(&self, groups: &GroupSet) -> Vec<usize> {
        let (stride, n_shown) = (self.trend.windows.n_cells(), self.trend.windows.shown.len());
        let size = |place: usize| -> u64 {
            let own = place * stride..place * stride + n_shown;
            self.cells.iter().flat_map(|cells| &cells.n[own.clone()]).sum()
        };
        let mut places: Vec<usize> = (EVERYONE + 1..groups.n_places()).collect();
        if matches!(self.trend.query.breakdown, Some(Breakdown::Property { .. })) {
            places.retain(|&place| size(place) > 0);
            let is_other = |place: usize| place > groups.kept.len();
            sort_by_key(&mut places, |&place| (is_other(place), Reverse(size(place))));
        }
        std::iter::once(EVERYONE).chain(places).collect()
    }

    /// The line of a series, or, with an index beyond them, of a formula.
    fn line(
        &self,
        index: usize,
        place: usize,
        group: Option<GroupKey>,
        periods: &[TrendPeriod],
    ) -> TrendLine {
        let query = &self.trend.query;
        let shown = self.course(index, place, 0);
        let mut compared = if query.compare.is_some() {
            self.course(index, place, 1)
        } else {
            Course { values: Vec::new(), total: None }
        };
        for (value, &has_data) in compared.values.iter_mut().zip(&self.has_data) {
            *value = value.filter(|_| has_data);
        }
        compared.total = compared.total.filter(|_| self.has_data.contains(&true));
        TrendLine {
            of: self.line_of(index),
            name: self.name(index),
            group,
            smoothed: smoothed(query, &shown.values, periods),
            values: shown.values,
            total: shown.total,
            compared: compared.values,
            compared_total: compared.total,
        }
    }

    fn line_of(&self, index: usize) -> LineOf {
        match index.checked_sub(self.trend.query.series.len()) {
            None => LineOf::Series { index: index as u32 },
            Some(index) => LineOf::Formula { index: index as u32 },
        }
    }

    fn name(&self, index: usize) -> String {
        let query = &self.trend.query;
        match query.series.get(index) {
            Some(series) => series.name.clone().or_else(|| series.rule.event.clone()).unwrap_or_default(),
            None => {
                let formula = &query.formulas[index - query.series.len()];
                formula.name.clone().unwrap_or_else(|| formula.formula.clone())
            }
        }
    }

    fn course(&self, index: usize, place: usize, window: usize) -> Course {
        let n_series = self.trend.query.series.len();
        if index < n_series {
            return self.series_course(index, place, window);
        }
        let series: Vec<Course> = (0..n_series).map(|at| self.series_course(at, place, window)).collect();
        let formula = &self.trend.formulas[index - n_series];
        let value = |at: usize| {
            let values: Vec<Option<f64>> = series.iter().map(|course| course.values[at]).collect();
            formula.value(&values)
        };
        let totals: Vec<Option<f64>> = series.iter().map(|course| course.total).collect();
        Course { values: (0..series[0].values.len()).map(value).collect(), total: formula.value(&totals) }
    }

    fn series_course(&self, index: usize, place: usize, window: usize) -> Course {
        let (query, windows) = (&self.trend.query, &self.trend.windows);
        let (cells, measure) = (&self.cells[index], &query.series[index].measure);
        let offset: usize = windows.iter().take(window).map(Window::len).sum();
        let start = place * windows.n_cells() + offset;
        let n_periods = windows.iter().nth(window).map_or(0, Window::len);
        let quantile = |at: usize| self.quantiles.get(index).and_then(|all| all.get(at)).copied().flatten();
        let mut running = Amount::default();
        let value = |cell: usize| {
            cells.add_to(&mut running, cell, measure);
            match query.accumulate {
                Accumulate::Period => cells.amount(cell).with_quantile(quantile(cell)).value(measure),
                Accumulate::Running => running.value(measure),
            }
        };
        let values = (start..start + n_periods).map(value).collect();
        let stretch = cells.n.len() + place * windows.iter().count() + window;
        Course { values, total: running.with_quantile(quantile(stretch)).value(measure) }
    }
}

fn smoothed(query: &TrendQuery, values: &[Option<f64>], periods: &[TrendPeriod]) -> Vec<Option<f64>> {
    let Some(n) = query.moving_average.map(|n| n as usize) else { return Vec::new() };
    let mean = |at: usize| {
        let first = (at + 1).checked_sub(n).filter(|_| periods[at].is_complete)?;
        let held: Vec<f64> = values[first..=at].iter().copied().flatten().collect();
        let mean = held.iter().sum::<f64>() / held.len() as f64;
        mean.is_finite().then_some(mean)
    };
    (0..values.len()).map(mean).collect()
}
