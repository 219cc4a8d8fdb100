//! PostHog's histograms of how long users take to convert.

use cairn_engine::analysis::time_to_convert::{TimeToConvertAnswer, TimeToConvertQuery};
use cairn_engine::table::Table;
use cairn_engine::{Answer, Query, run};
use serde::Deserialize;
use serde_json::Value;

use super::compare::{same, same_time};
use super::format::Case;
use super::posthog::{Translated, translate};
use super::{Problem, Ready};

/// What the histogram has besides its funnel.
#[derive(Debug, Deserialize)]
struct Times {
    from_step: Option<u32>,
    to_step: Option<u32>,
    bins: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    bins: Option<Vec<Bin>>,
    average_ms: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bin {
    from_ms: u64,
    count: u64,
}

/// A case ready to run.
pub(super) struct Prepared {
    table: Table,
    query: Query,
    expected: Expected,
}

/// Translates a histogram.
pub(super) fn prepare(case: &Case) -> Result<Prepared, Problem> {
    let times = Times::deserialize(&case.query).map_err(|error| error.to_string())?;
    let expected = Expected::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let mut query = case.query.clone();
    if let Value::Object(fields) = &mut query {
        ["from_step", "to_step", "bins"].iter().for_each(|field| drop(fields.remove(*field)));
    }
    let Translated { table, query: funnel, .. } = translate(case, &query)?;
    let query = TimeToConvertQuery {
        funnel,
        from_step: times.from_step.unwrap_or(0),
        to_step: times.to_step,
        bins: times.bins,
    };
    Ok(Prepared { table, query: Query::TimeToConvert(query), expected })
}

impl Ready for Prepared {
    fn query(&self) -> &Query {
        &self.query
    }

    fn check(&self) -> Result<(), Problem> {
        let answer = match run(&self.table, &self.query) {
            Ok(Answer::TimeToConvert(answer)) => answer,
            Ok(other) => return Err(Problem::Wrong(format!("times were answered with {other:?}"))),
            Err(error) => return Err(Problem::Wrong(error.to_string())),
        };
        if let Some(average) = self.expected.average_ms {
            let mean = answer.times.as_ref().map(|times| times.mean_millis);
            same_time("average_ms", Some(average), mean)?;
        }
        match &self.expected.bins {
            Some(bins) => check_bins(bins, &answer),
            None => Ok(()),
        }
    }
}

/// PostHog always has one bin more than asked for; those that the engine does not have must be empty.
fn check_bins(expected: &[Bin], answer: &TimeToConvertAnswer) -> Result<(), Problem> {
    let pairs = |bin: &Bin| (bin.from_ms, bin.count);
    let found: Vec<(u64, u64)> = answer.bins.iter().map(|bin| (bin.from_millis, bin.n_users)).collect();
    let held = expected.iter().rposition(|bin| bin.count > 0).map_or(0, |last| last + 1);
    same("bins", &expected[..held].iter().map(pairs).collect(), &found)?;
    let width = answer.bins.first().map(|bin| bin.to_millis - bin.from_millis);
    for pair in expected.windows(2) {
        same("width of a bin", &width, &Some(pair[1].from_ms - pair[0].from_ms))?;
    }
    Ok(())
}
