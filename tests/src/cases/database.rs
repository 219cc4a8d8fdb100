//! Funnels of the database functions: ClickHouse's `windowFunnel` and those like it.

use std::collections::BTreeMap;

use cairn_engine::Query;
use cairn_engine::analysis::funnel::{
    FunnelQuery, Order, Preset, Repeats, Reuse, Search, Step, StrictKind, Tie,
};
use serde::Deserialize;
use serde_json::Value;

use super::Problem;
use super::compare::{Expected, Prepared};
use super::data::{self, Layout};
use super::format::Case;
use super::rules::{Family, Rule, Translator};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already")]
struct Funnel {
    kind: String,
    steps: Vec<Rule>,
    window_ms: Option<i64>,
    window: Option<String>,
    entry_bins: Option<Value>,
    hold: Option<Value>,
    breakdown: Option<Value>,
    count: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FunnelExpect {
    level_by_user: Option<BTreeMap<String, u64>>,
    levels: Option<Vec<u64>>,
    users: Option<u64>,
}

/// Translates a funnel.
pub(super) fn funnel(case: &Case) -> Result<Prepared, Problem> {
    let funnel = Funnel::deserialize(&case.query).map_err(|error| error.to_string())?;
    let missing = [
        (funnel.window.is_some(), "windows that end with the day"),
        (funnel.entry_bins.is_some(), "entry bins"),
        (funnel.hold.is_some(), "held properties"),
        (funnel.breakdown.is_some(), "breakdowns of database functions"),
        (funnel.count.is_some(), "counting attempts"),
    ];
    if let Some((_, what)) = missing.iter().find(|(is_used, _)| *is_used) {
        return Err(Problem::NotBuilt(format!("funnel: {what}: not built yet")));
    }
    let mut translator = Translator::new(Family::Database);
    let step = |rule: &Rule| Ok(Step { rule: translator.rule(rule)?, ..Step::default() });
    let steps = funnel.steps.iter().map(step).collect::<Result<_, Problem>>()?;
    let query = FunnelQuery { steps, window_millis: funnel.window_ms, ..FunnelQuery::default() };
    let query = with_rules(query, &case.semantics, &case.modes)?;
    let expect = FunnelExpect::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let expected = Expected {
        levels: expect.levels,
        level_by_user: expect.level_by_user,
        n_users: expect.users,
        ..Expected::default()
    };
    let table = data::table(case, &Layout { columns: translator.columns, ..Layout::default() })?;
    Ok(Prepared { table, query: Query::Funnel(query), expected, missing_key: String::new() })
}

fn with_rules(query: FunnelQuery, semantics: &str, modes: &[String]) -> Result<FunnelQuery, Problem> {
    match semantics {
        "clickhouse" | "databend" => {}
        other => return Err(Problem::NotBuilt(format!("funnel: rules of {other}: not built yet"))),
    }
    let is_strict = modes.iter().any(|mode| mode == "strict_order");
    let order = if is_strict { Order::Strict } else { Order::Ordered };
    let mut query = FunnelQuery { order, ..query }.with_preset(Preset::Clickhouse);
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
