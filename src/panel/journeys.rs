//! Journeys: which ways users take, what follows what, and who has done things in a certain order.

mod answer;
mod form;
mod pattern;
mod places;
mod transitions;

use cairn_engine::analysis::journey::JourneyQuery;
use leptos::prelude::*;

use super::Panel;
use super::frame::{AnswerFrame, PanelFrame};
use super::question::Question;
use crate::text::text;
use crate::view::{Chart, DataTable};

/// The panel.
#[component]
pub fn Journeys() -> impl IntoView {
    let question = Question::of(Panel::Journeys, JourneyQuery::default);
    let sentence = question.shown(|_, found| answer::sentence(found));
    let spec = question.shown(|_, found| Some(answer::chart(found)));
    let paths = question.shown(|_, found| answer::paths(found));
    let edges = question.shown(|_, found| answer::edges(found));
    let stale = question.stale();
    view! {
        <PanelFrame panel=Panel::Journeys question spec name="journeys">
            <form::JourneyForm question />
            <AnswerFrame question sentence>
                <figure class="figure">
                    <Chart spec label=sentence height=420 stale />
                </figure>
                <places::Places question />
                <DataTable caption=text("journeys.paths") data=paths file_name="paths" stale />
                <DataTable caption=text("journeys.edges") data=edges file_name="edges" stale />
                <p class="rule">{question.value(answer::rule)}</p>
            </AnswerFrame>
            <transitions::TransitionMatrix journeys=question />
            <pattern::PatternSearch />
        </PanelFrame>
    }
}
