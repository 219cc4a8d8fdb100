//! PostHog's stickiness.

use cairn_engine::analysis::stickiness::{
    Count, Counted, MinPerPeriod, StickinessAnswer, StickinessQuery, StickySeries,
};
use cairn_engine::rule::Scope;
use cairn_engine::table::Table;
use cairn_engine::time::Period;
use cairn_engine::{Answer, Query, run};
use serde::Deserialize;

use super::compare::same;
use super::data::{self, Layout, instant};
use super::format::Case;
use super::posthog::week_start;
use super::rules::{Family, Rule, Test, Translator};
use super::{Problem, Ready};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already")]
struct Asked {
    kind: String,
    date_from: String,
    date_to: String,
    interval: Period,
    series: Vec<Rule>,
    #[serde(default)]
    cumulative: bool,
    min_per_interval: Option<Least>,
    interval_count: Option<u32>,
    #[serde(rename = "where", default)]
    conditions: Vec<Test>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Least {
    op: String,
    value: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    series: Vec<ExpectedSeries>,
    user_counts: Vec<UserCount>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedSeries {
    counts: Option<Vec<Option<u64>>>,
    total: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserCount {
    op: String,
    intervals: u32,
    count: u64,
}

/// A case ready to run.
pub(super) struct Prepared {
    table: Table,
    query: Query,
    stickiness: StickinessQuery,
    expected: Expected,
}

pub(super) fn prepare(case: &Case) -> Result<Prepared, Problem> {
    let asked = Asked::deserialize(&case.query).map_err(|error| error.to_string())?;
    let expected = Expected::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Posthog);
    let series = |rule: &Rule| translator.rule(&Rule { name: None, ..rule.clone() });
    let series = asked.series.iter().map(series).collect::<Result<_, Problem>>()?;
    let min_per_period = match &asked.min_per_interval {
        None => MinPerPeriod::default(),
        Some(least) => MinPerPeriod { times: compared(&least.op)?, n: least.value },
    };
    let stickiness = StickinessQuery {
        scope: Scope {
            from: Some(instant(&asked.date_from)?),
            to: Some(instant(&asked.date_to)?),
            conditions: translator.conditions(&asked.conditions)?,
            zone: Some(case.timezone.clone()),
            week_start: week_start(case)?,
            ..Scope::default()
        },
        series,
        period: asked.interval,
        join: asked.interval_count.unwrap_or(1),
        min_per_period,
        count: if asked.cumulative { Count::AtLeast } else { Count::Exactly },
    };
    let table = data::table(case, &Layout { columns: translator.columns, ..Layout::default() })?;
    Ok(Prepared { table, query: Query::Stickiness(stickiness.clone()), stickiness, expected })
}

fn compared(op: &str) -> Result<Counted, Problem> {
    match op {
        "gte" => Ok(Counted::AtLeast),
        "lte" => Ok(Counted::AtMost),
        "exact" => Ok(Counted::Exactly),
        other => Err(Problem::Wrong(format!("there is no op {other}"))),
    }
}

impl Ready for Prepared {
    fn query(&self) -> &Query {
        &self.query
    }

    fn check(&self) -> Result<(), Problem> {
        let answer = self.answer(&self.stickiness)?;
        for (index, (expected, series)) in self.expected.series.iter().zip(&answer.series).enumerate() {
            if let Some(counts) = &expected.counts {
                same(&format!("series {index}: number"), &counts.len(), &series.bars.len())?;
                let known = series.bars.iter().zip(counts).map(|(bar, count)| count.map(|_| bar.n_users));
                same(&format!("series {index}"), counts, &known.collect())?;
            }
            if let Some(total) = expected.total {
                same(&format!("series {index}: total"), &total, &series.n_users)?;
            }
        }
        if self.expected.user_counts.is_empty() {
            return Ok(());
        }
        let exact = self.answer(&StickinessQuery { count: Count::Exactly, ..self.stickiness.clone() })?;
        let Some(series) = exact.series.first() else { return Ok(()) };
        self.expected.user_counts.iter().try_for_each(|expected| check_users(expected, series))
    }
}

fn check_users(expected: &UserCount, series: &StickySeries) -> Result<(), Problem> {
    let counted = compared(&expected.op)?;
    let holds = |n: u32| match counted {
        Counted::AtLeast => n >= expected.intervals,
        Counted::AtMost => n <= expected.intervals,
        Counted::Exactly => n == expected.intervals,
    };
    let bars = series.bars.iter().filter(|bar| holds(bar.n_periods));
    same(
        &format!("users {} {}", expected.op, expected.intervals),
        &expected.count,
        &bars.map(|bar| bar.n_users).sum(),
    )
}

impl Prepared {
    fn answer(&self, query: &StickinessQuery) -> Result<StickinessAnswer, Problem> {
        match run(&self.table, &Query::Stickiness(query.clone())) {
            Ok(Answer::Stickiness(answer)) => Ok(answer),
            Ok(other) => Err(Problem::Wrong(format!("stickiness was answered with {other:?}"))),
            Err(error) => Err(Problem::Wrong(error.to_string())),
        }
    }
}
