//! Time to convert: how long users take from one step of a funnel to another, as a histogram and percentiles.
//!
//! ```text
//! users    ▂ █ ▆ ▃ ▂ ▁ ▁   ▁          bins of one width, from the shortest time on
//!          ├─────┼──────────┤
//!          1 min 12 min     2 h       shortest, median, longest
//! ```
//!
//! Two rounds: lengths of time are counted, then put into bins, whose width hangs on the shortest and the longest one.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::funnel::{self, FunnelQuery, InstantTimes};
use super::{Analysis, Answer, Step};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::quantile::{Spread, Values, Wanted};
use crate::table::{Bucket, Table};
use crate::time::Millis;

/// The percentiles that an answer gives.
const PERCENTS: [u32; 7] = [5, 10, 25, 50, 75, 90, 95];

/// Asks how long users take from one step of a funnel to another. Users count whose chain fills both; the chain is the one
/// that the funnel counts. The funnel's breakdown and trend change nothing.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "time_to_convert", "funnel": {"steps": [{"rule": {"event": "signup"}}, {"rule": {"event": "pay"}}]}}"#,
/// )?;
/// assert!(matches!(query, Query::TimeToConvert(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TimeToConvertQuery {
    /// The funnel, with its scope.
    pub funnel: FunnelQuery,
    /// Index of the step that the time starts at, from 0.
    pub from_step: u32,
    /// Index of the step that it ends at; none = the last one that is not optional.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_step: Option<u32>,
    /// How many bins the histogram has, 1 to [`TimeToConvertQuery::MAX_BINS`]; none = the cube root of the number of users,
    /// rounded up, 60 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bins: Option<u32>,
}

/// How long users take from one step to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimeToConvertAnswer {
    /// Users who reached both steps; without those who took no time where the funnel leaves these out.
    pub n_users: u64,
    /// Their times; none if there are no users.
    pub times: Option<ConversionTimes>,
    /// The histogram: from the shortest time on as many bins as reach the longest one; empty if there are no users. There
    /// is one more than asked for where the longest time lies on the edge of the last one.
    pub bins: Vec<TimeBin>,
}

/// Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConversionTimes {
    /// Arithmetic mean.
    pub mean_millis: f64,
    /// The shortest.
    pub min_millis: u64,
    /// The longest.
    pub max_millis: u64,
    /// The 5th, 10th, 25th, 50th, 75th, 90th and 95th percentile, of type 7 (Hyndman & Fan 1996), so that they may end in
    /// fractions.
    pub percentiles: Vec<Percentile>,
}

/// The time within which a share of the users converts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Percentile {
    /// The share in percent.
    pub percent: u32,
    /// The time.
    pub millis: f64,
}

/// One bin of the histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimeBin {
    /// The shortest time in it, inclusive.
    pub from_millis: u64,
    /// Where it ends, exclusive.
    pub to_millis: u64,
    /// Users.
    pub n_users: u64,
}

impl TimeToConvertQuery {
    /// The most bins that can be asked for.
    pub const MAX_BINS: u32 = 200;

    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the funnel does not fit the table or has one step only, or a number is out of range.
    pub fn check(&self, table: &Table) -> Result<TimeToConvert, QueryError> {
        let query = FunnelQuery { breakdown: None, trend: None, ..self.funnel.clone() };
        let funnel = query.check(table).map_err(|error| error.within("funnel"))?;
        if query.steps.len() < 2 {
            let hint = "a time needs two steps to lie between; add another one".to_owned();
            return Err(QueryError::new("funnel.steps", QueryProblem::Empty { hint }));
        }
        let (last, from) = (query.steps.len() as i64 - 1, i64::from(self.from_step));
        QueryError::check_range("from_step", from, 0, last - 1)?;
        let to = self.to_step.map_or(query.last_required() as i64, i64::from);
        QueryError::check_range("to_step", to, from + 1, last)?;
        let bins = self.bins.map_or(1, i64::from);
        QueryError::check_range("bins", bins, 1, i64::from(Self::MAX_BINS))?;
        Ok(TimeToConvert { funnel, query, from: from as usize, to: to as usize, bins: self.bins })
    }
}

/// A checked [`TimeToConvertQuery`].
#[derive(Debug)]
pub struct TimeToConvert {
    funnel: funnel::Funnel,
    query: FunnelQuery,
    from: usize,
    to: usize,
    bins: Option<u32>,
}

/// What a round starts from.
#[derive(Debug, Serialize, Deserialize)]
pub enum State {
    /// Count the users.
    Count,
    /// Put them into bins.
    Measure(Outline),
}

/// What is known after the first round.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outline {
    spread: Spread,
    min: u64,
    max: u64,
    /// Width of a bin.
    width: u64,
    wanted: Wanted,
}

/// What a scan finds; only the present round's part holds anything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    spread: Spread,
    /// The shortest and the longest time.
    ends: Option<(u64, u64)>,
    /// Users by bin.
    bins: Vec<u64>,
    /// Times that quantiles lie between.
    found: Vec<u64>,
}

/// A round's funnel, or the times that the first round found.
#[derive(Debug)]
pub struct Prepared<'t> {
    funnel: Option<funnel::Prepared<'t>>,
    outline: Option<Outline>,
    times: Values,
}

impl Analysis for TimeToConvert {
    type State = State;
    type Partial = Partial;
    type Answer = TimeToConvertAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = Option<Values>;

    fn start(&self) -> State {
        State::Count
    }

    fn prepare<'t>(
        &self,
        state: &State,
        table: &'t Table,
        kept: Option<Values>,
    ) -> Result<Prepared<'t>, QueryError> {
        let outline = match state {
            State::Count => None,
            State::Measure(outline) => Some(outline.clone()),
        };
        let funnel = match kept {
            Some(_) => None,
            None => Some(self.funnel.prepare(&funnel::State::Count, table, None)?),
        };
        Ok(Prepared { funnel, outline, times: kept.unwrap_or_default() })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, _: &mut Partial) {
        let Prepared { funnel, times, .. } = prepared;
        let Some(funnel) = funnel else { return };
        let least = u64::from(self.query.instant_times == InstantTimes::LeftOut);
        funnel.each_passage(&self.query, bucket, |passage| {
            if let Some((from, to)) = passage.time(self.from).zip(passage.time(self.to)) {
                let length = to.since(from).unsigned_abs();
                if length >= least {
                    times.push(length);
                }
            }
        });
    }

    fn finish(&self, prepared: Prepared<'_>, partial: &mut Partial) -> Option<Values> {
        let Prepared { outline, times, .. } = prepared;
        match outline {
            None => {
                partial.spread = times.spread();
                let found = || times.counted().map(|(time, _)| time);
                partial.ends = found().min().zip(found().max());
            }
            Some(outline) => {
                partial.bins = outline.bins(&times);
                times.pick(&outline.wanted, &mut partial.found);
            }
        }
        Some(times)
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.spread.merge(&b.spread);
        a.ends = match (a.ends, b.ends) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        a.bins.resize(a.bins.len().max(b.bins.len()), 0);
        a.bins.iter_mut().zip(b.bins).for_each(|(mine, more)| *mine += more);
        a.found.extend(b.found);
        a
    }

    fn step(&self, state: State, mut all: Partial, _: &Table) -> Step<State, TimeToConvertAnswer> {
        match (state, all.ends) {
            (State::Measure(outline), _) => Step::Done(outline.answer(&all.bins, &mut all.found)),
            (State::Count, Some(ends)) => {
                Step::Again(State::Measure(Outline::new(all.spread, ends, self.bins)))
            }
            (State::Count, None) => {
                Step::Done(TimeToConvertAnswer { n_users: 0, times: None, bins: Vec::new() })
            }
        }
    }
}

impl Outline {
    /// Bins are as wide as the range divided by their number, rounded up to whole seconds; a minute where all times are
    /// equal.
    fn new(spread: Spread, (min, max): (u64, u64), bins: Option<u32>) -> Self {
        let n_bins = bins.map_or_else(|| n_bins(spread.n()), u64::from);
        let second = Millis::SECOND.unsigned_abs();
        let width = match max - min {
            0 => 60 * second,
            range => range.div_ceil(n_bins).div_ceil(second) * second,
        };
        let wanted = spread.wanted(&PERCENTS.map(share));
        Self { spread, min, max, width, wanted }
    }

    fn bins(&self, times: &Values) -> Vec<u64> {
        let mut bins = vec![0; ((self.max - self.min) / self.width) as usize + 1];
        times.counted().for_each(|(time, n)| bins[((time - self.min) / self.width) as usize] += n);
        bins
    }

    fn answer(&self, bins: &[u64], found: &mut [u64]) -> TimeToConvertAnswer {
        let n_users = self.spread.n();
        let quantiles = self.wanted.quantiles(n_users, found, PERCENTS.map(share));
        let times = self.spread.mean().zip(quantiles).map(|(mean_millis, quantiles)| {
            let percentiles = PERCENTS.iter().zip(quantiles);
            ConversionTimes {
                mean_millis,
                min_millis: self.min,
                max_millis: self.max,
                percentiles: percentiles.map(|(&percent, millis)| Percentile { percent, millis }).collect(),
            }
        });
        let bin = |(from_millis, &n_users): (u64, &u64)| TimeBin {
            from_millis,
            to_millis: from_millis + self.width,
            n_users,
        };
        let starts = (0..).map(|index| self.min + index * self.width);
        TimeToConvertAnswer { n_users, times, bins: starts.zip(bins).map(bin).collect() }
    }
}

/// The cube root of the number of users, rounded up, 60 at most.
fn n_bins(n_users: u64) -> u64 {
    (1..60).find(|n| n * n * n >= n_users).unwrap_or(60)
}

fn share(percent: u32) -> f64 {
    f64::from(percent) / 100.0
}

impl From<TimeToConvertAnswer> for Answer {
    fn from(answer: TimeToConvertAnswer) -> Self {
        Self::TimeToConvert(answer)
    }
}
