//! Attribution: which channels conversions are owed to, and how far the models agree.

mod answer;
mod form;

use cairn_engine::analysis::attribution::AttributionQuery;
use cairn_engine::rule::EventRule;
use leptos::prelude::*;

use super::Panel;
use super::frame::{AnswerFrame, PanelFrame};
use super::funnels::proposed;
use super::question::Question;
use crate::session::Facts;
use crate::text::text;
use crate::view::{Chart, DataTable};

/// The panel.
#[component]
pub fn Attribution() -> impl IntoView {
    let facts = expect_context::<Facts>();
    let question = Question::<AttributionQuery>::proposed(Panel::Attribution);
    // What the first funnel leads to is a conversion.
    let funnel = proposed(move || true);
    let goal = move || funnel.get()?.steps.last().map(|step| step.rule.clone());
    Effect::new(move || {
        if let Some((schema, conversion)) = facts.schema().zip(goal()) {
            question.propose(form::first(&schema, conversion));
        }
    });
    let sentence = question.shown(answer::sentence);
    let spec = question.shown(|query, found| Some(answer::chart(query, found)));
    let table = question.shown(answer::table);
    let counts = question.shown(answer::counts);
    let paths = question.shown(answer::paths);
    let stale = question.stale();
    view! {
        <PanelFrame panel=Panel::Attribution question spec name="attribution">
            <form::AttributionForm question />
            <AnswerFrame question sentence>
                <figure class="figure">
                    <Chart spec label=sentence stale />
                </figure>
                <DataTable caption=text("attribution.table") data=table file_name="attribution" stale />
                <DataTable caption=text("attribution.counts") data=counts file_name="channels" stale />
                <DataTable caption=text("attribution.paths") data=paths file_name="paths-to-conversion" stale />
                <p class="rule">{text("attribution.rule")}</p>
            </AnswerFrame>
        </PanelFrame>
    }
}

/// The event of a rule that is nothing but an event.
fn event(rule: &EventRule) -> Option<String> {
    rule.event.clone()
}
