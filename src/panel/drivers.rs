//! Drivers: what goes with converting or with being in a segment, and which early behavior tells a later one.

mod aha;
mod answer;
mod form;

use cairn_engine::analysis::drivers::DriversQuery;
use cairn_engine::analysis::funnel::FunnelQuery;
use leptos::prelude::*;

use super::frame::{AnswerFrame, PanelFrame};
use super::funnels::proposed;
use super::question::{Picked, Picks, Question};
use super::{Panel, Place};
use crate::session::Session;
use crate::text::text;
use crate::view::{Chart, DataTable};

/// The panel.
#[component]
pub fn Drivers() -> impl IntoView {
    let session = expect_context::<Session>();
    let question = Question::<DriversQuery>::proposed(Panel::Drivers);
    let funnel = funnel(session);
    Effect::new(move || funnel.get().iter().for_each(|funnel| question.propose(form::first(funnel))));
    let sentence =
        question.shown(move |query, found| answer::sentence(query, found, &session.segments.read()));
    let spec = question.shown(|_, found| Some(answer::chart(found)));
    let table = question.shown(|_, found| answer::table(found));
    let stale = question.stale();
    let picks = Picks::new(question, answer::segment);
    view! {
        <PanelFrame panel=Panel::Drivers question spec name="drivers">
            <form::DriversForm question funnel />
            <AnswerFrame question sentence>
                <figure class="figure">
                    <Chart spec label=sentence stale on_select=picks.on_select() />
                </figure>
                <Picked picks />
                <DataTable caption=text("drivers.table") data=table file_name="drivers" stale />
                <p class="rule">{question.value(answer::rule)}</p>
            </AnswerFrame>
            <aha::Aha />
        </PanelFrame>
    }
}

/// The funnel of the panel of funnels; before there is one, the one that the data propose.
fn funnel(session: Session) -> Memo<Option<FunnelQuery>> {
    let own = Memo::new(move |_| session.draft::<FunnelQuery>(Place::Main(Panel::Funnels)));
    let first = proposed(move || own.read().is_none());
    Memo::new(move |_| own.get().or_else(|| first.get()))
}
