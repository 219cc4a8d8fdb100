//! PostHog's correlations: what goes with converting.

use std::collections::BTreeSet;

use cairn_engine::analysis::drivers::{
    Driver, DriversAnswer, DriversQuery, Factor, Factors, Odds, Rank, Target,
};
use cairn_engine::rule::{Owner, Scope};
use cairn_engine::table::Table;
use cairn_engine::{Answer, Query, run};
use serde::Deserialize;
use serde_json::Value;

use super::compare::same;
use super::data::{event_column, user_column};
use super::format::Case;
use super::posthog::{Translated, translate};
use super::{Problem, Ready};

/// How many of either direction PostHog lists.
const LIMIT: u32 = 10;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already")]
struct Asked {
    kind: String,
    funnel: Value,
    of: String,
    #[serde(default)]
    event_names: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    exclude_events: Vec<String>,
    #[serde(default)]
    exclude_properties: Vec<String>,
    min_people: u64,
    min_share: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    rows: Option<Vec<Row>>,
    row_count: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    event: String,
    success: Option<u64>,
    failure: Option<u64>,
    odds_ratio: Option<f64>,
    direction: Option<String>,
}

/// A case ready to run.
pub(super) struct Prepared {
    table: Table,
    query: Query,
    expected: Expected,
}

/// Translates a correlation.
pub(super) fn prepare(case: &Case) -> Result<Prepared, Problem> {
    let asked = Asked::deserialize(&case.query).map_err(|error| error.to_string())?;
    let expected = Expected::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let Translated { table, query: mut funnel, .. } = translate(case, &asked.funnel)?;
    let scope = std::mem::take(&mut funnel.scope);
    let query = DriversQuery {
        scope: Scope { zone: Some(case.timezone.clone()), ..scope },
        target: Target::Funnel { funnel: Box::new(funnel) },
        factors: vec![factors(&asked, &table)?],
        exclude_events: asked.exclude_events.clone(),
        min_users: asked.min_people,
        min_share: asked.min_share,
        odds: Odds::PlusOne,
        rank: Rank::OddsRatio,
        limit: Some(LIMIT),
        exclude_properties: Vec::new(),
    };
    Ok(Prepared { table, query: Query::Drivers(Box::new(query)), expected })
}

/// The factors that are asked for. The columns of the case's table hold events' properties and users' apart, so the
/// properties are named one by one.
fn factors(asked: &Asked, table: &Table) -> Result<Factors, Problem> {
    let columns = |column: fn(&str) -> String, names: &[String]| -> Vec<String> {
        let names: BTreeSet<String> = names.iter().map(|name| column(name)).collect();
        let excluded: BTreeSet<String> = asked.exclude_properties.iter().map(|name| column(name)).collect();
        let prefix = column("");
        let all = table.schema.columns.iter().map(|info| info.name.clone());
        let of_kind = all.filter(|name| name.starts_with(&prefix) && !excluded.contains(name));
        of_kind.filter(|name| names.is_empty() || names.contains(name)).collect()
    };
    let factors = match asked.of.as_str() {
        "events" => return Ok(Factors::Events),
        "event_properties" => Factors::EventProperties {
            events: asked.event_names.clone(),
            properties: columns(event_column, &[]),
        },
        "user_properties" => {
            let is_all = asked.names.iter().any(|name| name == "$all");
            let names = if is_all { &[][..] } else { &asked.names };
            Factors::UserProperties { properties: columns(user_column, names), on: Owner::User }
        }
        other => return Err(Problem::Wrong(format!("there is no correlation of {other}"))),
    };
    Ok(factors)
}

impl Ready for Prepared {
    fn query(&self) -> &Query {
        &self.query
    }

    fn check(&self) -> Result<(), Problem> {
        let answer = match run(&self.table, &self.query) {
            Ok(Answer::Drivers(answer)) => answer,
            Ok(other) => return Err(Problem::Wrong(format!("drivers were answered with {other:?}"))),
            Err(error) => return Err(Problem::Wrong(error.to_string())),
        };
        let found: Vec<(&Driver, &str)> = listed(&answer).collect();
        if let Some(n_rows) = self.expected.row_count {
            same("row_count", &n_rows, &found.len())?;
        }
        let Some(rows) = &self.expected.rows else { return Ok(()) };
        for row in rows {
            let is_it = |(driver, _): &&(&Driver, &str)| name(&driver.factor) == row.event;
            let Some((driver, direction)) = found.iter().find(is_it) else {
                let names: Vec<String> = found.iter().map(|(driver, _)| name(&driver.factor)).collect();
                return Err(Problem::Wrong(format!("expected a row {:?}, got {names:?}", row.event)));
            };
            row.check(driver, direction)?;
        }
        check_order(rows, &found)
    }
}

/// The rows, those that go with converting first.
fn listed(answer: &DriversAnswer) -> impl Iterator<Item = (&Driver, &'static str)> {
    let more = answer.more.iter().map(|driver| (driver, "success"));
    more.chain(answer.less.iter().map(|driver| (driver, "failure")))
}

/// The expected rows of one direction come in the same order, unless their ratios are equal.
fn check_order(rows: &[Row], found: &[(&Driver, &str)]) -> Result<(), Problem> {
    let place = |row: &Row| found.iter().position(|(driver, _)| name(&driver.factor) == row.event);
    for pair in rows.windows(2) {
        let is_ordered = pair[0].direction == pair[1].direction && pair[0].odds_ratio != pair[1].odds_ratio;
        if is_ordered && place(&pair[0]) > place(&pair[1]) {
            let problem = format!("expected {:?} before {:?}", pair[0].event, pair[1].event);
            return Err(Problem::Wrong(problem));
        }
    }
    Ok(())
}

impl Row {
    fn check(&self, driver: &Driver, direction: &str) -> Result<(), Problem> {
        let what = |part: &str| format!("{}: {part}", self.event);
        if let Some(success) = self.success {
            same(&what("success"), &success, &driver.n_reached)?;
        }
        if let Some(failure) = self.failure {
            same(&what("failure"), &failure, &(driver.n_users - driver.n_reached))?;
        }
        if let Some(expected) = &self.direction {
            same(&what("direction"), expected, &direction.to_owned())?;
        }
        let ratio = driver.odds_ratio.ratio;
        match self.odds_ratio {
            // The cases hold nine digits.
            Some(expected) if (expected - ratio).abs() > 1e-8 * expected.abs().max(1.0) => {
                same(&what("odds_ratio"), &expected, &ratio)
            }
            _ => Ok(()),
        }
    }
}

fn name(factor: &Factor) -> String {
    let bare = |column: &str| column.split_once('.').map_or(column, |(_, name)| name).to_owned();
    match factor {
        Factor::Event { event } => event.clone(),
        Factor::EventProperty { event, property, value } => format!("{event}::{}::{value}", bare(property)),
        Factor::UserProperty { property, value } => format!("{}::{value}", bare(property)),
    }
}
