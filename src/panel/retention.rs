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
    let values = question.shown(answer::values);
    let has_value = question.shown(|query, _| query.value.is_some());
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
                <Show when=move || has_value.get()>
                    <DataTable caption=text("retention.values") data=values file_name="retention-values" stale />
                </Show>
                <p class="rule">{question.value(answer::rule)}</p>
            </AnswerFrame>
        </PanelFrame>
    }
}

/// The segments that a cell offers: those who returned, and those who stayed away.
fn segments(query: &RetentionQuery, found: &RetentionAnswer, datum: &[usize]) -> Vec<NamedSegment> {
    let [row, column] = datum else { return Vec::new() };
    let Some(cohort) = answer::shown(found).get(*row).copied() else { return Vec::new() };
    let Some(cell) = cohort.cells.get(*column) else { return Vec::new() };
    let query = RetentionQuery { breakdown: None, value: None, ..query.clone() };
    let segment = |outcome| {
        let rule = CellRule {
            query: query.clone(),
            cohort: Some(cohort.start_millis),
            column: Some(*column as u32),
            outcome,
        };
        let name = answer::segment_name(&query, found, cohort, *column, outcome);
        NamedSegment { name, segment: Segment::Retention(Box::new(rule)) }
    };
    let returned = (cell.n_users > 0).then(|| segment(Outcome::Returned));
    let away = (cell.n_users < cohort.n_users).then(|| segment(Outcome::StayedAway));
    returned.into_iter().chain(away).collect()
}
