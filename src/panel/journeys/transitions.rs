//! What follows what, wherever in a run: a matrix.

use cairn_engine::analysis::journey::JourneyQuery;
use cairn_engine::analysis::transition::{Transition, TransitionAnswer, TransitionQuery};
use leptos::prelude::*;

use super::answer::item_name;
use crate::panel::frame::{AnswerFrame, Section};
use crate::panel::question::Question;
use crate::text::{name, percent, strong, text, text_with};
use crate::view::{Cell, Column, DataTable, TableData};

/// The section. It looks at the same runs as the journeys, before they are cut to a start and an end.
#[component]
pub fn TransitionMatrix(
    /// The journeys' question.
    journeys: Question<JourneyQuery>,
) -> impl IntoView {
    let runs = journeys.value(|query| (query.items.clone(), query.sessions, query.tie));
    let question = Question::about(move || {
        let (items, sessions, tie) = runs.get();
        Some(TransitionQuery { items, sessions, tie, ..TransitionQuery::default() })
    });
    let sentence = question.shown(|_, found| sentence(found));
    let table = question.shown(|_, found| table(found));
    let loops = question.shown(|_, found| loops(found));
    let stale = question.stale();
    view! {
        <Section title=text("transitions.title")>
            <AnswerFrame question sentence>
                <DataTable caption=text("transitions.table") data=table file_name="transitions" stale />
                <DataTable caption=text("transitions.loops") data=loops file_name="loops" stale />
                <p class="rule">{text("transitions.rule")}</p>
            </AnswerFrame>
        </Section>
    }
}

/// The most frequent transition to something else, and the item that is repeated most.
fn sentence(answer: &TransitionAnswer) -> String {
    let mut said = Vec::new();
    if let Some(most) = answer.transitions.iter().find(|one| one.from != one.to) {
        let values = [
            ("from", name(item_name(&most.from))),
            ("to", name(item_name(&most.to))),
            ("rate", strong(percent(most.rate, 0))),
        ];
        said.push(text_with("transitions.said", &values));
    }
    if let Some(most) = answer.transitions.iter().find(|one| one.from == one.to) {
        let values = [("item", name(item_name(&most.from))), ("rate", strong(percent(most.rate, 0)))];
        said.push(text_with("transitions.said_repeat", &values));
    }
    if said.is_empty() { text("transitions.nothing") } else { said.join(" ") }
}

fn table(answer: &TransitionAnswer) -> TableData {
    let mut columns =
        vec![Column::text(text("journeys.column_from")), Column::number(text("transitions.column_rows"))];
    columns.extend(answer.items.iter().map(|item| Column::number(item_name(&item.item))));
    columns.push(Column::number(text("transitions.column_end")));
    let rows = answer.items.iter().map(|from| {
        let mut cells = vec![Cell::text(item_name(&from.item)), Cell::count(from.n_rows)];
        cells.extend(answer.items.iter().map(|to| {
            let one = answer.transitions.iter().find(|one| one.from == from.item && one.to == to.item);
            one.map_or_else(Cell::missing, |one| Cell::percent(Some(one.rate), 1).with_bar(one.rate))
        }));
        cells.push(Cell::percent(Some(from.ended_rate), 1));
        cells
    });
    TableData { columns, rows: rows.collect() }
}

/// What is done over and over: an item right after itself, or two that take turns.
fn loops(answer: &TransitionAnswer) -> TableData {
    let columns = vec![
        Column::text(text("transitions.column_loop")),
        Column::number(text("transitions.column_times")).with_hint(text("transitions.hint_times")),
        Column::number(text("transitions.column_rate")).with_hint(text("transitions.hint_rate")),
    ];
    let back = |one: &Transition| {
        answer.transitions.iter().find(|other| other.from == one.to && other.to == one.from)
    };
    let found = answer.transitions.iter().filter_map(|one| {
        let other = back(one)?;
        let path = [item_name(&one.from), item_name(&one.to)];
        // Of two that take turns, the more frequent way stands for both.
        let is_first = (other.n_rows, &one.from) <= (one.n_rows, &one.to);
        is_first.then(|| (path.join(if one.from == one.to { " → " } else { " ⇄ " }), other.n_rows, one.rate))
    });
    let mut loops: Vec<(String, u64, f64)> = found.collect();
    loops.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let row = |(path, n, rate): (String, u64, f64)| {
        vec![Cell::text(path), Cell::count(n), Cell::percent(Some(rate), 1).with_bar(rate)]
    };
    TableData { columns, rows: loops.into_iter().map(row).collect() }
}
