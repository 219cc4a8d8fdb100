//! What follows what, wherever in a run: a matrix.

use cairn_engine::analysis::journey::JourneyQuery;
use cairn_engine::analysis::transition::{TransitionAnswer, TransitionQuery};
use cairn_engine::{Answer, Query};
use leptos::prelude::*;

use super::answer::item_name;
use crate::panel::shared::{AnswerFrame, found};
use crate::session::Session;
use crate::text::{name, percent, strong, text, text_with};
use crate::view::{Cell, Column, DataTable, TableData};

/// The section. It looks at the same runs as the journeys, before they are cut to a start and an end.
#[component]
pub fn TransitionMatrix(
    /// The journeys' query.
    draft: Memo<JourneyQuery>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let query = Memo::new(move |_| {
        let JourneyQuery { items, sessions, tie, .. } = draft.get();
        let scope = session.scope();
        Some(Query::Transition(TransitionQuery { scope, items, sessions, tie, ..TransitionQuery::default() }))
    });
    let asked = session.ask(query);
    let stale = Signal::derive(move || asked.read().running.is_some());
    let found = found(asked, |answer| match answer {
        Answer::Transition(answer) => Some(answer),
        _ => None,
    });
    let sentence = Signal::derive(move || found.get().map(|found| sentence(&found)).unwrap_or_default());
    let table = Signal::derive(move || found.get().map(|found| table(&found)).unwrap_or_default());
    view! {
        <div class="stack">
            <h2 class="card-title">{text("transitions.title")}</h2>
            <AnswerFrame asked sentence>
                <DataTable caption=text("transitions.table") data=table file_name="transitions" stale />
                <p class="rule">{text("transitions.rule")}</p>
            </AnswerFrame>
        </div>
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
