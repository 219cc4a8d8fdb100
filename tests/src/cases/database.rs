//! Funnels of the database functions: ClickHouse's `windowFunnel` and those like it, and ByConity's `finderFunnel`.

mod bins;

use std::collections::BTreeMap;

use cairn_engine::Query;
use cairn_engine::analysis::funnel::{
    Count, Entry, EntryBins, FunnelQuery, Hold, Order, Preset, Repeats, Reuse, Search, Step, StrictKind, Tie,
};
use cairn_engine::rule::{Attribution, Breakdown, Owner, Scope};
use cairn_engine::time::Millis;
use serde::Deserialize;

use self::bins::{BinExpect, Binned};
use super::compare::{Expected, Prepared};
use super::data::{self, Layout, event_column};
use super::format::Case;
use super::rules::{Family, Rule, Translator};
use super::{Problem, Ready};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already")]
struct Funnel {
    kind: String,
    steps: Vec<Rule>,
    window_ms: Option<i64>,
    window: Option<WindowName>,
    entry_bins: Option<Bins>,
    hold: Option<Held>,
    breakdown: Option<Split>,
    count: Option<Unit>,
}

/// A window that is no length of time.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WindowName {
    CalendarDay,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Attempts,
}

/// Step 1 must lie in one of these.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bins {
    start_ms: i64,
    step_ms: i64,
    count: u32,
}

/// The property that events of these steps, counted from 1, share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    property: String,
    steps: Vec<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    property: String,
    attribution: AtStep,
    #[serde(default)]
    values_apart: bool,
}

/// The step, counted from 1, whose event's value counts.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AtStep {
    step: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FunnelExpect {
    level_by_user: Option<BTreeMap<String, u64>>,
    levels: Option<Vec<u64>>,
    users: Option<u64>,
    level_by_entry_bin: Option<BTreeMap<String, Vec<u64>>>,
    times_by_entry_bin: Option<BTreeMap<String, Vec<Vec<i64>>>>,
    level_by_group: Option<BTreeMap<String, u64>>,
    level_by_group_and_entry_bin: Option<BTreeMap<String, Vec<u64>>>,
    times_by_group_and_entry_bin: Option<BTreeMap<String, Vec<Vec<i64>>>>,
    attempts_by_level: Option<Vec<u64>>,
    attempts_by_group: Option<BTreeMap<String, Vec<u64>>>,
    time_to_convert_ms_by_group: Option<BTreeMap<String, Vec<i64>>>,
}

/// Translates a funnel.
pub(super) fn funnel(case: &Case) -> Result<Box<dyn Ready>, Problem> {
    let funnel = Funnel::deserialize(&case.query).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Database);
    let step = |rule: &Rule| Ok(Step { rule: translator.rule(rule)?, ..Step::default() });
    let steps = funnel.steps.iter().map(step).collect::<Result<_, Problem>>()?;
    let mut columns = translator.columns;
    columns.extend(funnel.hold.iter().map(|hold| event_column(&hold.property)));
    columns.extend(funnel.breakdown.iter().map(|split| event_column(&split.property)));
    let query = with_windows(FunnelQuery { steps, ..FunnelQuery::default() }, &funnel, &case.timezone)?;
    let query = with_rules(query, &case.semantics, &case.modes)?;
    let expect = FunnelExpect::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let expected = Expected {
        levels: expect.levels,
        level_by_user: expect.level_by_user,
        n_users: expect.users,
        ..Expected::default()
    };
    let in_bins = BinExpect {
        at_step: funnel.breakdown.as_ref().map(|split| split.attribution.step as usize),
        levels: expect.level_by_entry_bin,
        times: expect.times_by_entry_bin,
        by_group: expect.level_by_group,
        levels_by_group: expect.level_by_group_and_entry_bin,
        times_by_group: expect.times_by_group_and_entry_bin,
        attempts: expect.attempts_by_level,
        attempts_by_group: expect.attempts_by_group,
        times_to_convert: expect.time_to_convert_ms_by_group,
    };
    let table = data::table(case, &Layout { columns, ..Layout::default() })?;
    let prepared = Prepared { table, query: Query::Funnel(query), expected, missing_key: String::new() };
    Ok(Box::new(Binned { prepared, expected: in_bins }))
}

/// Adds what is neither steps nor another tool's rules.
fn with_windows(query: FunnelQuery, funnel: &Funnel, zone: &str) -> Result<FunnelQuery, Problem> {
    let mut scope = Scope { zone: Some(zone.to_owned()), ..query.scope };
    let entry_bins = funnel.entry_bins.map(|bins| EntryBins {
        start: Millis(bins.start_ms),
        step_millis: bins.step_ms,
        count: bins.count,
    });
    if let Some(EntryBins { start, step_millis, count }) = entry_bins {
        scope.from = Some(start);
        scope.to = Some(start.plus(step_millis * i64::from(count) - 1));
    }
    let index = |step: u32| step.checked_sub(1).ok_or("steps are counted from 1".to_owned());
    let hold = funnel.hold.as_ref().map(|hold| -> Result<Hold, Problem> {
        let steps = hold.steps.iter().map(|&step| index(step)).collect::<Result<_, _>>()?;
        Ok(Hold { properties: vec![event_column(&hold.property)], steps })
    });
    let breakdown = funnel.breakdown.as_ref().map(|split| -> Result<Breakdown, Problem> {
        let step = index(split.attribution.step)?;
        let attribution =
            if split.values_apart { Attribution::EachValue } else { Attribution::Step { step } };
        let property = event_column(&split.property);
        Ok(Breakdown::Property { property, on: Owner::Event, attribution, limit: None })
    });
    Ok(FunnelQuery {
        scope,
        entry_bins,
        window_millis: funnel.window_ms,
        calendar_days: funnel.window.map(|WindowName::CalendarDay| 1),
        hold: hold.transpose()?,
        breakdown: breakdown.transpose()?,
        count: funnel.count.map_or(Count::Users, |Unit::Attempts| Count::Attempts),
        ..query
    })
}

fn with_rules(query: FunnelQuery, semantics: &str, modes: &[String]) -> Result<FunnelQuery, Problem> {
    let is_strict = modes.iter().any(|mode| mode == "strict_order");
    let order = if is_strict { Order::Strict } else { Order::Ordered };
    let query = FunnelQuery { order, ..query };
    match semantics {
        "clickhouse" | "databend" => clickhouse(query.with_preset(Preset::Clickhouse), modes),
        "byconity" if modes.is_empty() => Ok(query.with_preset(Preset::Byconity)),
        "duckdb-behavioral" => duckdb_behavioral(query.with_preset(Preset::DuckdbBehavioral), modes),
        other => Err(Problem::NotBuilt(format!("funnel: rules of {other} with {modes:?}: not built yet"))),
    }
}

fn clickhouse(mut query: FunnelQuery, modes: &[String]) -> Result<FunnelQuery, Problem> {
    let is_strict = query.order == Order::Strict;
    for mode in modes {
        match mode.as_str() {
            "strict_increase" => query.tie = Tie::Never,
            "strict_once" => (query.reuse, query.search) = (Reuse::Once, Search::Exhaustive),
            "strict_order" => {}
            "allow_reentry" if is_strict => query.strict_kind = StrictKind::EventBreaks,
            "allow_reentry" => {}
            "strict_deduplication" => query.repeats = Repeats::Stop,
            other => return Err(Problem::Wrong(format!("there is no mode {other}"))),
        }
    }
    Ok(query)
}

fn duckdb_behavioral(mut query: FunnelQuery, modes: &[String]) -> Result<FunnelQuery, Problem> {
    for mode in modes {
        match mode.as_str() {
            "strict_order" => {}
            "strict" => query.repeats = Repeats::BreakChain,
            "strict_increase" | "timestamp_dedup" => query.tie = Tie::Never,
            "strict_once" => query.reuse = Reuse::Once,
            "allow_reentry" => query.entry = Entry::Restart,
            other => return Err(Problem::Wrong(format!("there is no mode {other}"))),
        }
    }
    Ok(query)
}
