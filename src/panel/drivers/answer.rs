//! The answer in words, as a picture and as a table: pure functions of the engine's answer.

use cairn_charts::{Bar, Bars, ChartSpec, Picture};
use cairn_engine::analysis::drivers::{Driver, DriversAnswer, DriversQuery, Factor, Target};
use cairn_engine::rule::{
    Condition, Did, EventRule, NamedSegment, Op, Owner, PropertyTest, Segment, Times, Within,
};
use cairn_engine::stats::interval::{Rate, wilson};

use super::form::owner;
use crate::panel::shared::{CHANCE, p_value, step_name, strong_rate};
use crate::text::{count, name, number, percent, plain, plural, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData, Value};

/// So many of either direction have a bar.
const CHART_BARS: usize = 8;

/// The answer in a few sentences: how many get there, and what goes with it most and least.
pub fn sentence(query: &DriversQuery, answer: &DriversAnswer, saved: &[NamedSegment]) -> String {
    let n_users = answer.n_reached + answer.n_missed;
    let Some(rate) = wilson(answer.n_reached, n_users) else { return text("drivers.nobody") };
    let mut said = vec![said_target(query, n_users, rate, saved)];
    let clear = |driver: &&Driver| driver.q_value < CHANCE;
    let (more, less) = (answer.more.iter().find(clear), answer.less.iter().find(clear));
    said.extend(more.map(|driver| driver_text("drivers.said_more", driver)));
    said.extend(less.map(|driver| driver_text("drivers.said_less", driver)));
    if more.is_none() && less.is_none() {
        said.push(text("drivers.said_none"));
    }
    if answer.n_compared > 0 {
        let n_clear = answer.more.iter().chain(&answer.less).filter(clear).count() as u64;
        let values = [("clear", count(n_clear)), ("n", count(answer.n_compared))];
        said.push(plural_with("drivers.said_compared", answer.n_compared, &values));
    }
    if answer.n_open > 0 {
        said.push(plural("drivers.said_open", answer.n_open));
    }
    said.join(" ")
}

/// How many get there.
fn said_target(query: &DriversQuery, n_users: u64, rate: Rate, saved: &[NamedSegment]) -> String {
    let mut values = vec![("n", strong(count(n_users))), ("rate", strong_rate(rate))];
    match &query.target {
        Target::Funnel { funnel } => {
            let step = |index: Option<usize>| {
                let found = index.and_then(|index| Some((index, funnel.steps.get(index)?)));
                found.map(|(index, step)| name(step_name(index, step))).unwrap_or_default()
            };
            let last = funnel.steps.iter().rposition(|step| !step.optional);
            values.extend([("first", step(Some(0))), ("last", step(last))]);
            plural_with("funnels.said", n_users, &values)
        }
        Target::Segment { segment } => {
            let named = saved.iter().find(|named| named.segment == *segment);
            let segment = named.map_or_else(|| text("drivers.in_a_segment"), |named| name(&named.name));
            values.push(("segment", segment));
            plural_with("drivers.said_segment", n_users, &values)
        }
    }
}

fn driver_text(key: &str, driver: &Driver) -> String {
    let without = driver.rate_without.map(|rate| percent(rate.rate, 0)).unwrap_or_default();
    let values = [
        ("factor", name(factor_name(&driver.factor))),
        ("n", count(driver.n_users)),
        ("with", driver.rate_with.map(strong_rate).unwrap_or_default()),
        ("without", without),
    ];
    text_with(key, &values)
}

/// What people read for a factor.
pub fn factor_name(factor: &Factor) -> String {
    match factor {
        Factor::Event { event } => event.clone(),
        Factor::EventProperty { event, property, value } => {
            let values = [("event", event.clone()), ("property", property.clone()), ("value", value.clone())];
            text_with("drivers.event_value", &values)
        }
        Factor::UserProperty { property, value } => {
            text_with("drivers.value", &[("property", property.clone()), ("value", value.clone())])
        }
    }
}

/// The drivers that have a bar, in the picture's order: the strongest above, and the strongest against at the end.
fn shown(answer: &DriversAnswer) -> Vec<&Driver> {
    let less: Vec<&Driver> = answer.less.iter().take(CHART_BARS).collect();
    answer.more.iter().take(CHART_BARS).chain(less.into_iter().rev()).collect()
}

/// The picture: odds ratios on a scale on which double and half are equally long.
pub fn chart(answer: &DriversAnswer) -> ChartSpec {
    let bar = |driver: &&Driver| {
        let odds = driver.odds_ratio;
        let rate = |rate: Option<Rate>| rate.map(|rate| percent(rate.rate, 0)).unwrap_or_default();
        let values = [
            ("factor", factor_name(&driver.factor)),
            ("n", count(driver.n_users)),
            ("with", rate(driver.rate_with)),
            ("without", rate(driver.rate_without)),
            ("ratio", ratio(odds.ratio)),
            ("low", ratio(odds.low)),
            ("high", ratio(odds.high)),
            ("q", p_value(driver.q_value)),
        ];
        Bar {
            name: factor_name(&driver.factor),
            value: odds.ratio.ln(),
            text: text_with("drivers.times", &[("ratio", ratio(odds.ratio))]),
            note: text_with(
                "drivers.against",
                &[("with", rate(driver.rate_with)), ("without", rate(driver.rate_without))],
            ),
            interval: Some((odds.low.ln(), odds.high.ln())),
            tone: None,
            label: plain(&text_with("drivers.mark", &values)),
        }
    };
    let bars = shown(answer).iter().map(bar).collect();
    ChartSpec { picture: Picture::Bars(Bars { bars }), empty: text("drivers.empty") }
}

/// A ratio with as many digits as it is worth.
fn ratio(value: f64) -> String {
    number(
        value,
        if value >= 100.0 {
            0
        } else if value >= 10.0 {
            1
        } else {
            2
        },
    )
}

/// The table: a row for each factor, the strongest of each direction first.
pub fn table(answer: &DriversAnswer) -> TableData {
    let columns = vec![
        Column::text(text("drivers.column_factor")),
        Column::number(text("column.users")),
        Column::number(text("drivers.column_with")).with_hint(text("drivers.hint_with")),
        Column::number(text("column.interval")).with_hint(text("hint.interval")),
        Column::number(text("drivers.column_without")).with_hint(text("drivers.hint_without")),
        Column::number(text("drivers.column_odds")).with_hint(text("drivers.hint_odds")),
        Column::number(text("drivers.column_odds_interval")),
        Column::number(text("drivers.column_lift")).with_hint(text("drivers.hint_lift")),
        Column::number(text("drivers.column_p")).with_hint(text("drivers.hint_p")),
        Column::number(text("drivers.column_q")).with_hint(text("drivers.hint_q")),
        Column::text(text("drivers.column_verdict")),
    ];
    TableData { columns, rows: answer.more.iter().chain(&answer.less).map(row).collect() }
}

fn row(driver: &Driver) -> Vec<Cell> {
    let (with, without, odds) = (driver.rate_with, driver.rate_without, driver.odds_ratio);
    let verdict = match (driver.q_value < CHANCE, odds.ratio > 1.0) {
        (false, _) => "drivers.verdict_none",
        (true, true) => "drivers.verdict_more",
        (true, false) => "drivers.verdict_less",
    };
    let interval = format!("{}–{}", ratio(odds.low), ratio(odds.high));
    vec![
        Cell::text(factor_name(&driver.factor)),
        Cell::count(driver.n_users),
        Cell::percent(with.map(|rate| rate.rate), 1).with_bar(with.map_or(0.0, |rate| rate.rate)),
        Cell::percent_range(with.map(|rate| (rate.low, rate.high)), 1),
        Cell::percent(without.map(|rate| rate.rate), 1),
        Cell::new(ratio(odds.ratio), Value::Number(odds.ratio)),
        Cell::new(interval, Value::Range(odds.low, odds.high)),
        Cell::number(driver.lift, 2),
        Cell::new(p_value(driver.p_value), Value::Number(driver.p_value)),
        Cell::new(p_value(driver.q_value), Value::Number(driver.q_value)),
        Cell::text(text(verdict)),
    ]
}

/// The users of a bar as a segment: who did it ever, or has the value.
pub fn segment(query: &DriversQuery, answer: &DriversAnswer, datum: &[usize]) -> Option<NamedSegment> {
    let driver = *shown(answer).get(*datum.first()?)?;
    let is = |property: &str, value: &str, on| PropertyTest {
        property: property.to_owned(),
        on,
        op: Op::Eq,
        values: vec![value.to_owned()],
    };
    let did = |rule| Segment::Did(Did { rule, times: Times::AtLeast, n: 1, within: Within::Ever });
    let segment = match &driver.factor {
        Factor::Event { event } => did(EventRule::event(event)),
        Factor::EventProperty { event, property, value } => {
            let conditions = vec![Condition::Property(is(property, value, Owner::Event))];
            did(EventRule { conditions, ..EventRule::event(event) })
        }
        Factor::UserProperty { property, value } => Segment::Property(is(property, value, owner(query))),
    };
    Some(NamedSegment { name: factor_name(&driver.factor), segment })
}

/// What was counted and how, in one line.
pub fn rule(query: &DriversQuery) -> String {
    let target = match &query.target {
        Target::Funnel { .. } => "drivers.rule_funnel",
        Target::Segment { .. } => "drivers.rule_segment",
    };
    [target, "drivers.rule_rest", "drivers.not_cause"].map(text).join(" ")
}
