//! Retention: who comes back, how long after they started.

mod answer;
mod form;

use cairn_engine::analysis::retention::{CellRule, Outcome, RetentionAnswer, RetentionQuery};
use cairn_engine::rule::{NamedSegment, Segment};
use leptos::prelude::*;

use super::Panel;
use super::frame::{AnswerFrame, PanelFrame};
use super::question::{Picked, Picks, Question};
use crate::text::text;
use crate::view::{Chart, DataTable};

/// The panel.
#[component]
pub fn Retention() -> impl IntoView {
    let question = Question::of(Panel::Retention, form::first);
    let sentence = question.shown(answer::sentence);
    let spec = question.shown(|query, found| Some(answer::heat(query, found)));
    let curves = question.shown(|query, found| Some(answer::curves(query, found)));
    let table = question.shown(answer::table);
    let stale = question.stale();
    let picks = Picks::new(question, segments);
    view! {
        <PanelFrame panel=Panel::Retention question spec name="retention">
            <form::RetentionForm question />
            <AnswerFrame question sentence>
                <figure class="figure">
                    <Chart spec label=sentence stale on_select=picks.on_select() />
                </figure>
                <Picked picks />
                <figure class="figure">
                    <Chart spec=curves label=text("retention.curves") height=260 stale />
                </figure>
                <DataTable caption=text("retention.table") data=table file_name="retention" stale />
                <p class="rule">{question.value(answer::rule)}</p>
            </AnswerFrame>
        </PanelFrame>
    }
}

/// The segments that a cell offers: those who returned, and those who stayed away.
fn segments(query: &RetentionQuery, found: &RetentionAnswer, datum: &[usize]) -> Vec<(NamedSegment, u64)> {
    let [row, column] = datum else { return Vec::new() };
    let Some(cohort) = answer::shown(found).get(*row).copied() else { return Vec::new() };
    let Some(cell) = cohort.cells.get(*column) else { return Vec::new() };
    let query = RetentionQuery { breakdown: None, value: None, ..query.clone() };
    let segment = |outcome, n_users| {
        let rule = CellRule {
            query: query.clone(),
            cohort: Some(cohort.start_millis),
            column: Some(*column as u32),
            outcome,
        };
        let name = answer::segment_name(&query, found, cohort, *column, outcome);
        (NamedSegment { name, segment: Segment::Retention(Box::new(rule)) }, n_users)
    };
    let all = [
        segment(Outcome::Returned, cell.n_users),
        segment(Outcome::StayedAway, cohort.n_users - cell.n_users),
    ];
    all.into_iter().filter(|(_, n_users)| *n_users > 0).collect()
}
