//! The answer in words, as a picture and as a table: pure functions of the engine's answer.

use cairn_charts::{ChartSpec, Funnel, FunnelBar, FunnelGroup as ChartGroup, FunnelWords, Picture, Tone};
use cairn_engine::analysis::funnel::{
    FunnelAnswer, FunnelGroup, FunnelOutcome, FunnelQuery, FunnelResult, FunnelStep, GroupDifference,
    GroupKey, Order, Preset,
};
use cairn_engine::rule::Breakdown;
use cairn_engine::stats::interval::Rate;

use super::form::{preset_key, preset_of};
use super::stuck::stuck;
use crate::panel::shared::{CHANCE, group_name, p_value, strong_rate};
use crate::text::{count, duration, name, percent, plain, plural, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData};

/// Groups beyond this number are in the table only.
const CHART_GROUPS: usize = 8;

/// The answer in a few sentences: how many convert, and where the largest loss is; with a breakdown, which group gets
/// stuck where.
pub fn sentence(query: &FunnelQuery, answer: &FunnelAnswer) -> String {
    let all = &answer.overall;
    let (Some(first), Some(last)) = (all.steps.first(), all.steps.iter().rev().find(|step| !step.optional))
    else {
        return String::new();
    };
    if all.n_entered == 0 {
        return text_with("funnels.nobody", &[("first", name(&first.name))]);
    }
    let rate = all.conversion_rate.map(strong_rate).unwrap_or_default();
    let took = all.time_to_convert.map(|times| duration(times.median_millis));
    let mut said = vec![plural_with(
        "funnels.said",
        all.n_entered,
        &[
            ("n", strong(count(all.n_entered))),
            ("first", name(&first.name)),
            ("last", name(&last.name)),
            ("rate", rate),
        ],
    )];
    if let Some(took) = took {
        said.push(text_with("funnels.said_time", &[("time", strong(took))]));
    }
    said.extend(largest_loss(all).map(|(from, to)| loss_text("funnels.said_loss", from, to)));
    said.extend(stuck_text(query, answer));
    if all.n_open > 0 {
        said.push(plural("funnels.said_open", all.n_open));
    }
    said.join(" ")
}

/// Which group gets stuck where, or that none does; nothing without groups to compare.
fn stuck_text(query: &FunnelQuery, answer: &FunnelAnswer) -> Option<String> {
    let Some(found) = stuck(answer) else {
        return (answer.groups.len() > 1).then(|| text("funnels.said_alike"));
    };
    let property = match &query.breakdown {
        Some(Breakdown::Property { property, .. }) => property.as_str(),
        _ => "",
    };
    let key = match found.group {
        GroupKey::Missing => "funnels.said_stuck_missing",
        GroupKey::Segment { .. } => "funnels.said_stuck_segment",
        GroupKey::Value { .. } | GroupKey::Other => "funnels.said_stuck",
    };
    let step = |index: usize| name(step_name(index, &answer.overall.steps[index]));
    let values = [
        ("property", name(property)),
        ("group", name(group_name(found.group))),
        ("from", step(found.from)),
        ("to", step(found.to)),
        ("rate", strong_rate(found.own)),
        ("others", percent(found.others.rate, 0)),
    ];
    Some(text_with(key, &values))
}

/// The two required steps between which most users are lost.
fn largest_loss(result: &FunnelResult) -> Option<(&FunnelStep, &FunnelStep)> {
    let required: Vec<&FunnelStep> = result.steps.iter().filter(|step| !step.optional).collect();
    let pairs = required.windows(2).map(|pair| (pair[0], pair[1]));
    pairs.filter(|(_, to)| to.n_dropped > 0).max_by_key(|(_, to)| to.n_dropped)
}

fn loss_text(key: &str, from: &FunnelStep, to: &FunnelStep) -> String {
    let lost = to.rate_from_previous.map(|rate| percent(1.0 - rate.rate, 0)).unwrap_or_default();
    let n = count(to.n_dropped);
    text_with(key, &[("from", name(&from.name)), ("to", name(&to.name)), ("share", strong(lost)), ("n", n)])
}

/// The picture.
pub fn chart(answer: &FunnelAnswer) -> ChartSpec {
    let shown: Vec<(String, Option<Tone>, &FunnelResult)> = if answer.groups.is_empty() {
        vec![(String::new(), None, &answer.overall)]
    } else {
        let tone = |key: &GroupKey| (*key == GroupKey::Other).then_some(Tone::Other);
        let groups = drawn_groups(answer).into_iter();
        groups.map(|group| (group_name(&group.key), tone(&group.key), &group.result)).collect()
    };
    let groups = shown.into_iter().map(|(name, tone, result)| {
        let bars =
            result.steps.iter().enumerate().map(|(index, step)| bar(&name, index, step, result)).collect();
        ChartGroup { name, tone, bars }
    });
    let words = FunnelWords {
        reached: text("funnels.reached"),
        open: text("funnels.open"),
        lost: text("funnels.lost"),
    };
    let steps = answer.overall.steps.iter().enumerate().map(|(index, step)| step_name(index, step)).collect();
    let is_empty = answer.overall.n_entered == 0;
    let groups = if is_empty { Vec::new() } else { groups.collect() };
    ChartSpec { picture: Picture::Funnel(Funnel { steps, groups, words }), empty: text("funnels.empty") }
}

/// The groups that are in the picture, in its order.
pub fn drawn_groups(answer: &FunnelAnswer) -> Vec<&FunnelGroup> {
    answer.groups.iter().filter(|group| group.result.n_entered > 0).take(CHART_GROUPS).collect()
}

/// The name of the segment of a bar.
pub fn segment_name(
    answer: &FunnelAnswer,
    group: Option<&GroupKey>,
    index: usize,
    outcome: FunnelOutcome,
) -> String {
    let key = match outcome {
        FunnelOutcome::Reached => "funnels.segment_reached",
        FunnelOutcome::Dropped => "funnels.segment_dropped",
        FunnelOutcome::Open => "funnels.segment_open",
    };
    let steps = answer.overall.steps.iter().enumerate();
    let step = steps.skip(index).map(|(index, step)| step_name(index, step)).next().unwrap_or_default();
    let named = text_with(key, &[("step", step)]);
    match group {
        Some(group) => {
            text_with("funnels.segment_group", &[("segment", named), ("group", group_name(group))])
        }
        None => named,
    }
}

fn bar(group: &str, index: usize, step: &FunnelStep, result: &FunnelResult) -> FunnelBar {
    let reached = step.n_reached as f64;
    let at_risk = step.rate_from_first.filter(|rate| rate.rate > 0.0).map(|rate| reached / rate.rate);
    let interval = step.rate_from_first.zip(at_risk).map(|(rate, n)| (rate.low * n, rate.high * n));
    let conversion = step.rate_from_previous.map(|rate| percent(rate.rate, 0)).unwrap_or_default();
    let share = step.rate_from_first.map(|rate| percent(rate.rate, 1)).unwrap_or_default();
    FunnelBar {
        reached,
        open: step.n_open as f64,
        lost: step.n_dropped as f64,
        interval: interval.filter(|_| index > 0),
        label: mark_label(group, index, step, result),
        value: count(step.n_reached),
        conversion: if index == 0 { String::new() } else { conversion },
        share,
    }
}

fn mark_label(group: &str, index: usize, step: &FunnelStep, result: &FunnelResult) -> String {
    let name = step_name(index, step);
    let n = count(step.n_reached);
    let rate = step.rate_from_first.map(rate_text).unwrap_or_default();
    let lost = count(step.n_dropped);
    let open = count(step.n_open);
    let entered = count(result.n_entered);
    let values = [
        ("group", group),
        ("step", name.as_str()),
        ("n", n.as_str()),
        ("rate", rate.as_str()),
        ("lost", lost.as_str()),
        ("open", open.as_str()),
        ("entered", entered.as_str()),
    ];
    let key = match (group.is_empty(), index) {
        (true, 0) => "funnels.mark_first",
        (true, _) => "funnels.mark",
        (false, 0) => "funnels.group_mark_first",
        (false, _) => "funnels.group_mark",
    };
    text_with(key, &values)
}

/// The table: a row for each step, of each group.
pub fn table(answer: &FunnelAnswer) -> TableData {
    let has_groups = !answer.groups.is_empty();
    let columns = [
        Column::text(text("funnels.column_step")),
        Column::number(text("funnels.column_reached")),
        Column::number(text("funnels.column_rate")).with_hint(text("funnels.hint_rate")),
        Column::number(text("column.interval")).with_hint(text("hint.interval")),
        Column::number(text("funnels.column_previous")),
        Column::number(text("funnels.column_lost")),
        Column::number(text("funnels.column_open")).with_hint(text("funnels.hint_open")),
        Column::number(text("funnels.column_median")),
        Column::number(text("funnels.column_mean")),
    ];
    let group = has_groups.then(|| Column::text(text("column.group")));
    let difference = has_groups
        .then(|| Column::text(text("funnels.column_difference")).with_hint(text("funnels.hint_difference")));
    let mut rows = result_rows(&answer.overall, has_groups.then(|| text("group.everyone")));
    if has_groups {
        rows.iter_mut().for_each(|row| row.push(Cell::missing()));
    }
    for group in &answer.groups {
        let of_group = rows.len();
        rows.extend(result_rows(&group.result, Some(group_name(&group.key))));
        let last = group.result.steps.iter().rposition(|step| !step.optional);
        for (index, row) in rows[of_group..].iter_mut().enumerate() {
            let difference = group.difference.filter(|_| Some(index) == last);
            row.push(difference.map_or_else(Cell::missing, |found| difference_cell(&group.result, found)));
        }
    }
    TableData { columns: group.into_iter().chain(columns).chain(difference).collect(), rows }
}

/// Whether a group converts more or less often than all others, in words.
fn difference_cell(result: &FunnelResult, found: GroupDifference) -> Cell {
    let own = result.conversion_rate.map_or(0.0, |rate| rate.rate);
    let key = match (found.adjusted_p_value < CHANCE, own > found.others.rate) {
        (false, _) => "funnels.difference_none",
        (true, true) => "funnels.difference_more",
        (true, false) => "funnels.difference_less",
    };
    let values = [("others", percent(found.others.rate, 1)), ("p", p_value(found.adjusted_p_value))];
    Cell::text(text_with(key, &values))
}

fn result_rows(result: &FunnelResult, group: Option<String>) -> Vec<Vec<Cell>> {
    let row = |(index, step): (usize, &FunnelStep)| {
        let rate = step.rate_from_first;
        let times = step.from_previous;
        let cells = [
            Cell::text(step_name(index, step)),
            Cell::count(step.n_reached),
            Cell::percent(rate.map(|rate| rate.rate), 1).with_bar(rate.map_or(0.0, |rate| rate.rate)),
            Cell::percent_range(rate.map(|rate| (rate.low, rate.high)), 1),
            Cell::percent(step.rate_from_previous.map(|rate| rate.rate), 1),
            Cell::count(step.n_dropped),
            Cell::count(step.n_open),
            Cell::duration(times.map(|times| times.median_millis)),
            Cell::duration(times.map(|times| times.mean_millis)),
        ];
        group.clone().map(Cell::text).into_iter().chain(cells).collect()
    };
    result.steps.iter().enumerate().map(row).collect()
}

/// What was counted and how, in one line.
pub fn rule(query: &FunnelQuery) -> String {
    let order = text(match query.order {
        Order::Ordered => "funnels.rule_ordered",
        Order::Strict => "funnels.rule_strict",
        Order::Unordered => "funnels.rule_unordered",
    });
    let window = match query.window_millis {
        Some(millis) => text_with("funnels.rule_window", &[("time", duration(millis as f64))]),
        None => text("funnels.rule_no_window"),
    };
    let rest = match preset_of(query) {
        Some(Preset::Cairn) => text("funnels.rule_rest"),
        Some(preset) => text_with("funnels.rule_preset", &[("name", text(preset_key(preset)))]),
        None => text("funnels.rule_own"),
    };
    format!("{order} {window} {rest}")
}

fn step_name(index: usize, step: &FunnelStep) -> String {
    if step.name.is_empty() {
        text_with("funnels.step", &[("n", (index + 1).to_string())])
    } else {
        step.name.clone()
    }
}

fn rate_text(rate: Rate) -> String {
    plain(&strong_rate(rate))
}
