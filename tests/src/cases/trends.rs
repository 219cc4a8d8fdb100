//! PostHog's funnels over time.

use std::collections::{BTreeMap, BTreeSet};

use cairn_engine::analysis::funnel::{FunnelAnswer, FunnelPeriod, FunnelQuery, GroupKey};
use cairn_engine::rule::{Scope, Segment};
use cairn_engine::table::Table;
use cairn_engine::time::{Millis, Period};
use cairn_engine::{Answer, Query, run};
use serde::Deserialize;
use serde_json::Value;

use super::compare::same;
use super::data::instant;
use super::format::Case;
use super::posthog::{Translated, translate, week_start};
use super::{Problem, Ready};

/// What a trend has besides its funnel.
#[derive(Debug, Deserialize)]
struct Trend {
    interval: Period,
    from_step: usize,
    to_step: usize,
}

/// What a trend's test asserts, under the names of the format.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TrendExpect {
    rows: Vec<Row>,
    bins: Option<usize>,
    breakdown: BTreeMap<String, Vec<Row>>,
    breakdown_count: Option<usize>,
    breakdown_values: Option<Vec<String>>,
    users_converted: BTreeMap<String, Vec<String>>,
    users_converted_count: BTreeMap<String, usize>,
    users_dropped: BTreeMap<String, Vec<String>>,
    users_dropped_count: BTreeMap<String, usize>,
}

/// One period. What is absent is not compared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    start: String,
    entered: Option<u64>,
    converted: Option<u64>,
    /// In percent, with two decimals.
    rate: Option<f64>,
}

/// A case ready to run.
pub(super) struct Prepared {
    table: Table,
    query: Query,
    funnel: FunnelQuery,
    trend: Trend,
    expected: TrendExpect,
    missing_key: String,
}

/// Translates a trend.
pub(super) fn prepare(case: &Case) -> Result<Prepared, Problem> {
    let trend = Trend::deserialize(&case.query).map_err(|error| error.to_string())?;
    let mut query = case.query.clone();
    if let Value::Object(fields) = &mut query {
        ["interval", "from_step", "to_step"].iter().for_each(|field| drop(fields.remove(*field)));
    }
    let Translated { table, query, missing_key } = translate(case, &query)?;
    let scope = Scope { zone: Some(case.timezone.clone()), week_start: week_start(case)?, ..query.scope };
    let funnel = FunnelQuery { scope, trend: Some(trend.interval), ..query };
    let last = funnel.steps.len() - 1;
    if trend.from_step > trend.to_step || trend.to_step > last {
        return Err(Problem::Wrong(format!("from_step and to_step lie in order between 0 and {last}")));
    }
    let expected = TrendExpect::deserialize(&case.expect).map_err(|error| error.to_string())?;
    Ok(Prepared { table, query: Query::Funnel(funnel.clone()), funnel, trend, expected, missing_key })
}

impl Ready for Prepared {
    fn query(&self) -> &Query {
        &self.query
    }

    fn check(&self) -> Result<(), Problem> {
        let answer = self.run(&self.funnel)?;
        let expected = &self.expected;
        self.check_rows("rows", &expected.rows, &answer.trend)?;
        if let Some(n_periods) = expected.bins {
            same("bins", &n_periods, &answer.trend.len())?;
        }
        // The values beyond the limit are no group of a trend.
        let named = answer.groups.iter().filter(|group| group.key != GroupKey::Other);
        let groups: BTreeMap<String, &[FunnelPeriod]> =
            named.map(|group| (self.name(&group.key), group.trend.as_slice())).collect();
        if let Some(values) = &expected.breakdown_values {
            let values: BTreeSet<&String> = values.iter().collect();
            same("breakdown_values", &values, &groups.keys().collect())?;
        }
        if let Some(n_groups) = expected.breakdown_count {
            same("breakdown_count", &n_groups, &groups.len())?;
        }
        for (name, rows) in &expected.breakdown {
            let Some(periods) = groups.get(name) else {
                let names: Vec<&String> = groups.keys().collect();
                return Err(Problem::Wrong(format!("breakdown: expected a group {name:?}, got {names:?}")));
            };
            self.check_rows(&format!("breakdown {name:?}"), rows, periods)?;
        }
        self.check_users()
    }
}

impl Prepared {
    fn run(&self, query: &FunnelQuery) -> Result<FunnelAnswer, Problem> {
        match run(&self.table, &Query::Funnel(query.clone())) {
            Ok(Answer::Funnel(answer)) => Ok(answer),
            Ok(other) => Err(Problem::Wrong(format!("a funnel was answered with {other:?}"))),
            Err(error) => Err(Problem::Wrong(error.to_string())),
        }
    }

    fn name(&self, key: &GroupKey) -> String {
        match key {
            GroupKey::Value { value } => value.clone(),
            GroupKey::Segment { name } => name.clone(),
            GroupKey::Missing | GroupKey::Other => self.missing_key.clone(),
        }
    }

    /// Users who reached the first step that is asked for, and those of them who reached the last one.
    fn counts(&self, period: &FunnelPeriod) -> (u64, u64) {
        (period.n_reached[self.trend.from_step], period.n_reached[self.trend.to_step])
    }

    fn check_rows(&self, what: &str, rows: &[Row], periods: &[FunnelPeriod]) -> Result<(), Problem> {
        for row in rows {
            let (entered, converted) = self.counts(find(periods, &row.start)?);
            let what = format!("{what}, {}", row.start);
            if let Some(expected) = row.entered {
                same(&format!("{what}: entered"), &expected, &entered)?;
            }
            if let Some(expected) = row.converted {
                same(&format!("{what}: converted"), &expected, &converted)?;
            }
            if let Some(expected) = row.rate {
                let rate = if entered == 0 { 0.0 } else { converted as f64 / entered as f64 * 100.0 };
                same(&format!("{what}: rate"), &expected, &((rate * 100.0).round() / 100.0))?;
            }
        }
        Ok(())
    }

    /// Compares who converted and who did not, by asking for each user alone.
    fn check_users(&self) -> Result<(), Problem> {
        let expected = &self.expected;
        let mut by_user = Vec::new();
        for user in self.table.users.iter() {
            let user = self.table.users.id(user).to_owned();
            let mut query = self.funnel.clone();
            query.scope.segment = Some(Segment::List { users: vec![user.clone()] });
            by_user.push((user, self.run(&query)?.trend));
        }
        let users = |start: &str, has_converted: bool| -> Result<BTreeSet<String>, Problem> {
            let mut users = BTreeSet::new();
            for (user, periods) in &by_user {
                let (entered, converted) = self.counts(find(periods, start)?);
                if entered > 0 && (converted > 0) == has_converted {
                    users.insert(user.clone());
                }
            }
            Ok(users)
        };
        let lists = [(&expected.users_converted, true), (&expected.users_dropped, false)];
        for (lists, has_converted) in lists {
            for (start, list) in lists {
                same(
                    &format!("users, {start}"),
                    &list.iter().cloned().collect(),
                    &users(start, has_converted)?,
                )?;
            }
        }
        let counts = [(&expected.users_converted_count, true), (&expected.users_dropped_count, false)];
        for (counts, has_converted) in counts {
            for (start, count) in counts {
                same(&format!("number of users, {start}"), count, &users(start, has_converted)?.len())?;
            }
        }
        Ok(())
    }
}

fn find<'p>(periods: &'p [FunnelPeriod], start: &str) -> Result<&'p FunnelPeriod, Problem> {
    let start: Millis = instant(start)?;
    let found = periods.iter().find(|period| period.start == start);
    found.ok_or_else(|| Problem::Wrong(format!("no period starts at {}", start.0)))
}
