//! Journeys: which ways users take, what follows what, and who has done things in a certain order.

mod answer;
mod form;
mod pattern;
mod places;
mod transitions;

use cairn_engine::analysis::journey::JourneyQuery;
use cairn_engine::{Answer, Query};
use leptos::prelude::*;

use super::Panel;
use super::shared::{AnswerFrame, TakeAway, found};
use crate::session::Session;
use crate::text::text;
use crate::view::{Chart, DataTable};

/// The panel.
#[component]
pub fn Journeys() -> impl IntoView {
    let session = expect_context::<Session>();
    let draft = Memo::new(move |_| match session.drafts.read().get(&Panel::Journeys) {
        Some(Query::Journey(query)) => JourneyQuery::clone(query),
        _ => JourneyQuery::default(),
    });
    let query = Memo::new(move |_| {
        Some(Query::Journey(Box::new(JourneyQuery { scope: session.scope(), ..draft.get() })))
    });
    let asked = session.ask(query);
    let stale = Signal::derive(move || asked.read().running.is_some());
    let found = found(asked, |answer| match answer {
        Answer::Journey(answer) => Some(answer),
        _ => None,
    });
    let sentence =
        Signal::derive(move || found.get().map(|found| answer::sentence(&found)).unwrap_or_default());
    let spec = Signal::derive(move || found.get().map(|found| answer::chart(&found)));
    let paths = Signal::derive(move || found.get().map(|found| answer::paths(&found)).unwrap_or_default());
    let edges = Signal::derive(move || found.get().map(|found| answer::edges(&found)).unwrap_or_default());
    view! {
        <section class="panel" aria-labelledby="panel-title">
            <header class="panel-head">
                <h1 id="panel-title" class="panel-title">{text("journeys.title")}</h1>
                <div class="panel-actions"><TakeAway asked spec name="journeys" /></div>
            </header>
            <form::JourneyForm draft asked />
            <AnswerFrame asked sentence>
                <figure class="figure">
                    <Chart spec label=sentence height=420 stale />
                </figure>
                <places::Places draft found />
                <DataTable caption=text("journeys.paths") data=paths file_name="paths" stale />
                <DataTable caption=text("journeys.edges") data=edges file_name="edges" stale />
                <p class="rule">{move || answer::rule(&draft.get())}</p>
            </AnswerFrame>
            <transitions::TransitionMatrix draft />
            <pattern::PatternSearch />
        </section>
    }
}
