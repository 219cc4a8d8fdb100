//! The answer in words, as a picture and as tables: pure functions of the engine's answer.

use cairn_charts::{ChartSpec, Heat, HeatCell, HeatRow, Picture};
use cairn_engine::analysis::rfm::{RfmAnswer, RfmCell, RfmName, RfmQuery, RfmSegment};

use crate::text::{count, number, percent, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData};

/// What people call a segment.
pub fn segment_name(name: RfmName) -> String {
    text(match name {
        RfmName::Champions => "rfm.champions",
        RfmName::Loyal => "rfm.loyal",
        RfmName::PotentialLoyalists => "rfm.potential_loyalists",
        RfmName::New => "rfm.new",
        RfmName::Promising => "rfm.promising",
        RfmName::NeedAttention => "rfm.need_attention",
        RfmName::AboutToSleep => "rfm.about_to_sleep",
        RfmName::AtRisk => "rfm.at_risk",
        RfmName::CannotLose => "rfm.cannot_lose",
        RfmName::Hibernating => "rfm.hibernating",
    })
}

/// How many customers, what the best of them bring, and how many are about to be lost.
pub fn sentence(answer: &RfmAnswer) -> String {
    if answer.n_users == 0 {
        return text("rfm.nobody");
    }
    let mut said = vec![plural_with("rfm.said", answer.n_users, &[("n", strong(count(answer.n_users)))])];
    let of = |name: RfmName| answer.segments.iter().find(|segment| segment.name == name);
    let share = |n: u64| strong(percent(n as f64 / answer.n_users as f64, 0));
    if let Some(best) = of(RfmName::Champions) {
        let value = best.value.zip(answer.value.filter(|&all| all > 0.0)).map(|(own, all)| own / all);
        said.push(match value {
            Some(value) => {
                let values = [("share", share(best.n_users)), ("value", strong(percent(value, 0)))];
                text_with("rfm.said_champions_value", &values)
            }
            None => text_with("rfm.said_champions", &[("share", share(best.n_users))]),
        });
    }
    let leaving = [RfmName::AtRisk, RfmName::CannotLose].into_iter().filter_map(of);
    let n_leaving: u64 = leaving.map(|segment| segment.n_users).sum();
    said.push(plural_with("rfm.said_risk", n_leaving, &[("n", strong(count(n_leaving)))]));
    said.join(" ")
}

/// The picture: a row for each class of recency, the freshest on top, a column for each class of frequency.
pub fn chart(answer: &RfmAnswer) -> ChartSpec {
    let cells = || answer.grid.iter().flatten();
    let largest = cells().map(|cell| cell.n_users).max().unwrap_or_default().max(1) as f64;
    let cell = |cell: &RfmCell| {
        let values = [
            ("segment", segment_name(cell.name)),
            ("n", count(cell.n_users)),
            ("share", percent(cell.n_users as f64 / answer.n_users.max(1) as f64, 1)),
        ];
        HeatCell {
            share: cell.n_users as f64 / largest,
            text: count(cell.n_users),
            label: text_with("rfm.mark", &values),
            is_open: false,
        }
    };
    let row = |(class, row): (usize, &Vec<RfmCell>)| HeatRow {
        name: text_with("rfm.recency_class", &[("n", count(class as u64 + 1))]),
        note: count(row.iter().map(|cell| cell.n_users).sum()),
        cells: row.iter().map(cell).collect(),
    };
    let rows = if answer.n_users == 0 {
        Vec::new()
    } else {
        answer.grid.iter().enumerate().rev().map(row).collect()
    };
    let columns = (1..=5).map(|n| text_with("rfm.frequency_class", &[("n", count(n))])).collect();
    ChartSpec { picture: Picture::Heat(Heat { columns, rows }), empty: text("rfm.nobody") }
}

/// The segments.
pub fn table(answer: &RfmAnswer) -> TableData {
    let columns = vec![
        Column::text(text("rfm.column_segment")),
        Column::number(text("column.users")),
        Column::number(text("column.user_share")),
        Column::number(text("rfm.column_recency")),
        Column::number(text("rfm.column_frequency")),
        Column::number(text("rfm.column_mean_value")),
        Column::number(text("rfm.column_value")),
        Column::number(text("rfm.column_value_share")),
    ];
    let row = |segment: &RfmSegment| {
        let all = answer.value.filter(|&all| all > 0.0);
        let share = segment.user_rate.map(|rate| rate.rate);
        vec![
            Cell::text(segment_name(segment.name)),
            Cell::count(segment.n_users),
            Cell::percent(share, 1).with_bar(share.unwrap_or_default()),
            Cell::number(segment.mean_recency_days, 1),
            Cell::number(segment.mean_frequency, 1),
            Cell::number(segment.mean_value, 2),
            Cell::number(segment.value, 2),
            Cell::percent(segment.value.zip(all).map(|(own, all)| own / all), 1),
        ]
    };
    TableData { columns, rows: answer.segments.iter().map(row).collect() }
}

/// Who moved from which segment to which; none without a comparison.
pub fn moves(answer: &RfmAnswer) -> Option<TableData> {
    let moves = answer.moves.as_ref()?;
    let name = |at: usize| answer.segments.get(at).map(|it| segment_name(it.name)).unwrap_or_default();
    let columns = vec![
        Column::text(text("rfm.column_then")),
        Column::text(text("rfm.column_now")),
        Column::number(text("column.users")),
    ];
    let new = std::iter::once((text("rfm.not_yet"), &moves.n_new));
    let known = moves.n_users.iter().enumerate().map(|(from, row)| (name(from), row));
    let mut rows: Vec<(u64, Vec<Cell>)> = Vec::new();
    for (from, row) in known.chain(new) {
        for (to, &n) in row.iter().enumerate().filter(|&(_, &n)| n > 0) {
            rows.push((n, vec![Cell::text(from.clone()), Cell::text(name(to)), Cell::count(n)]));
        }
    }
    rows.sort_by_key(|&(n, _)| std::cmp::Reverse(n));
    Some(TableData { columns, rows: rows.into_iter().map(|(_, cells)| cells).collect() })
}

/// Where classes are cut, and how ties are dealt with.
pub fn rule(query: &RfmQuery, answer: &RfmAnswer) -> String {
    let listed = |cuts: &[f64]| cuts.iter().map(|&cut| number(cut, 1)).collect::<Vec<_>>().join(" · ");
    let Some(cuts) = &answer.cuts else { return text("rfm.rule") };
    let values = [("recency", listed(&cuts.recency_days)), ("frequency", listed(&cuts.frequency))];
    let key = if query.cuts.is_some() { "rfm.rule_own" } else { "rfm.rule_quintiles" };
    format!("{} {}", text_with(key, &values), text("rfm.rule"))
}
