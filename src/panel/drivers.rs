//! Drivers: what goes with converting or with being in a segment, and which early behavior tells a later one.

mod aha;
mod answer;
mod form;

use cairn_engine::analysis::drivers::{DriversAnswer, DriversQuery};
use cairn_engine::analysis::funnel::FunnelQuery;
use cairn_engine::{Answer, Query};
use leptos::prelude::*;

use super::Panel;
use super::funnels::propose;
use super::shared::{AnswerFrame, Picked, TakeAway};
use crate::session::{Asked, Session};
use crate::text::text;
use crate::view::{Chart, DataTable};

/// The panel.
#[component]
pub fn Drivers() -> impl IntoView {
    let session = expect_context::<Session>();
    let funnel = Memo::new(move |_| own_funnel(session));
    propose(session, funnel);
    let draft = Memo::new(move |_| match session.drafts.read().get(&Panel::Drivers) {
        Some(Query::Drivers(query)) => Some((**query).clone()),
        _ => funnel.get().map(|funnel| form::first(&funnel)),
    });
    let query = Memo::new(move |_| {
        let query = DriversQuery { scope: session.scope(), ..draft.get()? };
        Some(Query::Drivers(Box::new(query)))
    });
    let asked = session.ask(query);
    let stale = Signal::derive(move || asked.read().running.is_some());
    let found = Memo::new(move |_| found(&asked.read()));
    let sentence = Signal::derive(move || {
        let segments = session.segments.read();
        found.with(|found| {
            found.as_ref().map(|(query, found)| answer::sentence(query, found, &segments)).unwrap_or_default()
        })
    });
    let spec =
        Signal::derive(move || found.with(|found| found.as_ref().map(|(_, found)| answer::chart(found))));
    let table = Signal::derive(move || {
        found.with(|found| found.as_ref().map(|(_, found)| answer::table(found)).unwrap_or_default())
    });
    let picked = RwSignal::new(Vec::new());
    // A bar of an older answer is no bar of this one.
    Effect::new(move || {
        found.track();
        picked.set(Vec::new());
    });
    let pick = move |datum: Vec<usize>| {
        picked.set(found.with_untracked(|found| {
            let segment = found.as_ref().and_then(|(query, found)| answer::segment(query, found, &datum));
            segment.into_iter().collect()
        }));
    };
    view! {
        <section class="panel" aria-labelledby="panel-title">
            <header class="panel-head">
                <h1 id="panel-title" class="panel-title">{text("drivers.title")}</h1>
                <div class="panel-actions"><TakeAway asked spec name="drivers" /></div>
            </header>
            <form::DriversForm draft funnel asked />
            <AnswerFrame asked sentence>
                <figure class="figure">
                    <Chart spec label=sentence stale on_select=pick />
                </figure>
                <Picked picked />
                <DataTable caption=text("drivers.table") data=table file_name="drivers" stale />
                <p class="rule">{move || draft.get().map(|query| answer::rule(&query))}</p>
            </AnswerFrame>
            <aha::Aha />
        </section>
    }
}

/// The funnel of the panel of funnels, if there is one.
fn own_funnel(session: Session) -> Option<FunnelQuery> {
    match session.drafts.read().get(&Panel::Funnels) {
        Some(Query::Funnel(query)) => Some(query.clone()),
        _ => None,
    }
}

/// The last good answer, with the query that it belongs to.
fn found(asked: &Asked) -> Option<(DriversQuery, DriversAnswer)> {
    let answered = asked.answer.as_ref()?;
    match (&answered.query, &answered.answer) {
        (Query::Drivers(query), Answer::Drivers(answer)) => Some(((**query).clone(), answer.clone())),
        _ => None,
    }
}
