//! Funnels: how many users pass from step to step, and where each group gets stuck.

mod answer;
mod form;
mod stuck;

use cairn_engine::Query;
use cairn_engine::analysis::funnel::FunnelQuery;
use cairn_engine::analysis::suggest::SuggestFunnelQuery;
use leptos::prelude::*;

use super::Panel;
use super::frame::{AnswerFrame, PanelFrame};
use super::question::Question;
use crate::text::text;
use crate::view::{Chart, DataTable, Later};

/// The panel.
#[component]
pub fn Funnels() -> impl IntoView {
    let question = Question::<FunnelQuery>::proposed(Panel::Funnels);
    propose(question);
    let sentence = question.shown(answer::sentence);
    let spec = question.shown(|_, found| Some(answer::chart(found)));
    let table = question.shown(|_, found| answer::table(found));
    let stale = question.stale();
    view! {
        <PanelFrame panel=Panel::Funnels question spec name="funnel">
            <Later><form::FunnelForm question /></Later>
            <AnswerFrame question sentence>
                <figure class="figure">
                    <Chart spec label=sentence height=340 stale />
                </figure>
                <DataTable caption=text("funnels.table") data=table file_name="funnel" stale />
                <p class="rule">{question.value(answer::rule)}</p>
            </AnswerFrame>
        </PanelFrame>
    }
}

/// Proposes a funnel from the data where the person has none yet.
fn propose(question: Question<FunnelQuery>) {
    let proposed =
        Question::about_everyone(move || (!question.is_posed()).then(SuggestFunnelQuery::default)).found();
    Effect::new(move || {
        let query = proposed.get().and_then(|found| found.with(|_, answer| answer.query.clone())?);
        if let Some(Query::Funnel(query)) = query.as_deref() {
            question.propose(query.clone());
        }
    });
}
