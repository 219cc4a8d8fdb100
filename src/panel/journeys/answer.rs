//! The answer in words, as a picture and as tables: pure functions of it.

use cairn_charts::{ChartSpec, Flow, FlowLink, FlowNode, Picture, Tone};
use cairn_engine::analysis::journey::{JourneyAnswer, JourneyItem, JourneyNode, JourneyPath, JourneyQuery};
use cairn_engine::rule::SessionRule;

use crate::text::{count, name, percent, plain, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData};

/// How many items have a color of their own.
const TONES: usize = 8;
/// How many ways on a mark tells of.
const TOLD: usize = 3;

/// What people read for an item.
pub fn item_name(item: &JourneyItem) -> String {
    match item {
        JourneyItem::Item { name } => name.clone(),
        JourneyItem::Middle => "…".to_owned(),
        JourneyItem::Other => text("group.other"),
    }
}

/// A path's items, one after the other.
pub fn path_text(items: &[JourneyItem]) -> String {
    items.iter().map(item_name).collect::<Vec<_>>().join(" → ")
}

fn share(n: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| n as f64 / of as f64)
}

fn share_text(n: u64, of: u64) -> String {
    share(n, of).map(|share| percent(share, 0)).unwrap_or_default()
}

/// The answer in a few sentences: what most runs begin with, the most frequent way, what sets the groups apart.
pub fn sentence(answer: &JourneyAnswer) -> String {
    let Some(first) = answer.nodes.iter().max_by_key(|node| (node.n_started, std::cmp::Reverse(node.step)))
    else {
        return text("journeys.nobody");
    };
    let mut said = vec![plural_with(
        "journeys.said",
        answer.n_runs,
        &[
            ("n", strong(count(answer.n_runs))),
            ("users", strong(count(answer.n_users))),
            ("first", name(item_name(&first.item))),
            ("share", strong(share_text(first.n_started, answer.n_runs))),
        ],
    )];
    if let Some(path) = answer.paths.first() {
        let values = [
            ("path", name(path_text(&path.items))),
            ("share", strong(share_text(path.n_runs, answer.n_runs))),
        ];
        said.push(text_with("journeys.said_path", &values));
    }
    said.extend(difference(answer));
    if answer.n_items_folded > 0 {
        said.push(text_with("journeys.said_folded", &[("n", count(answer.n_items_folded))]));
    }
    said.join(" ")
}

/// The listed path whose share differs most between the two groups.
fn difference(answer: &JourneyAnswer) -> Option<String> {
    let [one, other] = answer.groups.as_slice() else { return None };
    let shares = |path: &JourneyPath| {
        Some((share(path.group_runs[0], one.n_runs)?, share(path.group_runs[1], other.n_runs)?))
    };
    let found = answer.paths.iter().filter_map(|path| Some((path, shares(path)?)));
    let (path, (own, others)) =
        found.max_by(|(_, a), (_, b)| (a.0 - a.1).abs().total_cmp(&(b.0 - b.1).abs()))?;
    let values = [
        ("path", name(path_text(&path.items))),
        ("group", name(&one.name)),
        ("share", strong(percent(own, 0))),
        ("others", percent(others, 0)),
    ];
    Some(text_with("journeys.said_difference", &values))
}

/// The picture.
pub fn chart(answer: &JourneyAnswer) -> ChartSpec {
    let mut by_runs: Vec<(&JourneyItem, u64)> = Vec::new();
    for node in &answer.nodes {
        match by_runs.iter_mut().find(|(item, _)| *item == &node.item) {
            Some((_, n)) => *n += node.n_runs,
            None => by_runs.push((&node.item, node.n_runs)),
        }
    }
    by_runs.retain(|(item, _)| matches!(item, JourneyItem::Item { .. }));
    by_runs.sort_by_key(|&(_, n)| std::cmp::Reverse(n));
    let tone = |item: &JourneyItem| match by_runs.iter().take(TONES).position(|(other, _)| *other == item) {
        Some(place) => Tone::Series(place as u8),
        None => Tone::Other,
    };
    let node = |node: &JourneyNode| FlowNode {
        step: node.step as usize - 1,
        name: item_name(&node.item),
        value: node.n_runs as f64,
        ended: node.n_ended as f64,
        text: count(node.n_runs),
        tone: Some(tone(&node.item)),
        label: mark_label(answer, node),
    };
    let place = |step: u32, item: &JourneyItem| {
        answer.nodes.iter().position(|node| node.step == step && node.item == *item)
    };
    let link = |edge: &cairn_engine::analysis::journey::JourneyEdge| {
        let (from, to) = (place(edge.step, &edge.from)?, place(edge.step + 1, &edge.to)?);
        Some(FlowLink { from, to, value: edge.n_runs as f64 })
    };
    let flow = Flow {
        nodes: answer.nodes.iter().map(node).collect(),
        links: answer.edges.iter().filter_map(link).collect(),
        ended: text("journeys.ended"),
    };
    ChartSpec { picture: Picture::Flow(flow), empty: text("journeys.nobody") }
}

fn mark_label(answer: &JourneyAnswer, node: &JourneyNode) -> String {
    let onward = answer.edges.iter().filter(|edge| edge.step == node.step && edge.from == node.item);
    let told: Vec<String> =
        onward.take(TOLD).map(|edge| format!("{} {}", item_name(&edge.to), count(edge.n_runs))).collect();
    let values = [
        ("step", node.step.to_string()),
        ("item", item_name(&node.item)),
        ("n", count(node.n_runs)),
        ("ended", count(node.n_ended)),
        ("onward", told.join(", ")),
    ];
    let key = if told.is_empty() { "journeys.mark_last" } else { "journeys.mark" };
    plain(&text_with(key, &values))
}

/// The most frequent whole paths.
pub fn paths(answer: &JourneyAnswer) -> TableData {
    let mut columns = vec![
        Column::text(text("journeys.column_path")),
        Column::number(text("journeys.column_runs")),
        Column::number(text("journeys.column_share")).with_hint(text("journeys.hint_share")),
        Column::number(text("journeys.column_users")),
    ];
    columns.extend(answer.groups.iter().map(|group| Column::number(group.name.clone())));
    let row = |path: &JourneyPath| {
        let whole = share(path.n_runs, answer.n_runs);
        let mut cells = vec![
            Cell::text(path_text(&path.items)),
            Cell::count(path.n_runs),
            Cell::percent(whole, 1).with_bar(whole.unwrap_or(0.0)),
            Cell::count(path.n_users),
        ];
        let groups = answer.groups.iter().zip(&path.group_runs);
        cells.extend(groups.map(|(group, &n)| Cell::percent(share(n, group.n_runs), 1)));
        cells
    };
    TableData { columns, rows: answer.paths.iter().map(row).collect() }
}

/// From where to where, by step.
pub fn edges(answer: &JourneyAnswer) -> TableData {
    let mut columns = vec![
        Column::text(text("journeys.column_step")),
        Column::text(text("journeys.column_from")),
        Column::text(text("journeys.column_to")),
        Column::number(text("journeys.column_runs")),
        Column::number(text("journeys.column_users")),
        Column::number(text("journeys.column_time")),
    ];
    columns.extend(answer.groups.iter().map(|group| Column::number(group.name.clone())));
    let rows = answer.edges.iter().map(|edge| {
        let mut cells = vec![
            Cell::count(u64::from(edge.step)),
            Cell::text(item_name(&edge.from)),
            Cell::text(item_name(&edge.to)),
            Cell::count(edge.n_runs),
            edge.n_users.map_or_else(Cell::missing, Cell::count),
            Cell::duration(Some(edge.mean_millis)),
        ];
        cells.extend(edge.group_runs.iter().map(|&n| Cell::count(n)));
        cells
    });
    TableData { columns, rows: rows.collect() }
}

/// What was counted and how, in one line.
pub fn rule(query: &JourneyQuery) -> String {
    let sessions = text(match query.sessions {
        SessionRule::Auto | SessionRule::Column => "journeys.rule_session",
        SessionRule::Gap { .. } => "journeys.rule_gap",
        SessionRule::History => "journeys.rule_history",
    });
    format!("{sessions} {}", text("journeys.rule_rest"))
}
