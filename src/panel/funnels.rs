//! Funnels: how many users pass from step to step, and where each group gets stuck.

mod answer;
mod form;
mod stuck;
mod times;

use cairn_engine::analysis::funnel::{FunnelAnswer, FunnelQuery};
use cairn_engine::analysis::suggest::SuggestFunnelQuery;
use cairn_engine::{Answer, Query};
use leptos::prelude::*;

use super::Panel;
use super::shared::{AnswerFrame, TakeAway};
use crate::session::{Asked, Session};
use crate::text::text;
use crate::view::{Chart, DataTable, Disclosure, Later};

/// The panel.
#[component]
pub fn Funnels() -> impl IntoView {
    let session = expect_context::<Session>();
    let draft = Memo::new(move |_| match session.drafts.read().get(&Panel::Funnels) {
        Some(Query::Funnel(query)) => Some(query.clone()),
        _ => None,
    });
    propose(session, draft);
    let query = Memo::new(move |_| {
        let draft = draft.get()?;
        Some(Query::Funnel(FunnelQuery { scope: session.scope(), ..draft }))
    });
    let asked = session.ask(query);
    let stale = Signal::derive(move || asked.read().running.is_some());
    let found = Memo::new(move |_| found(&asked.read()));
    let sentence = Signal::derive(move || {
        found.with(|found| {
            found.as_ref().map(|(query, found)| answer::sentence(query, found)).unwrap_or_default()
        })
    });
    let spec =
        Signal::derive(move || found.with(|found| found.as_ref().map(|(_, found)| answer::chart(found))));
    let table = Signal::derive(move || {
        found.with(|found| found.as_ref().map(|(_, found)| answer::table(found)).unwrap_or_default())
    });
    view! {
        <section class="panel" aria-labelledby="panel-title">
            <header class="panel-head">
                <h1 id="panel-title" class="panel-title">{text("funnels.title")}</h1>
                <div class="panel-actions"><TakeAway asked spec name="funnel" /></div>
            </header>
            <Later><form::FunnelForm draft asked /></Later>
            <AnswerFrame asked sentence>
                <figure class="figure">
                    <Chart spec label=sentence height=340 stale />
                </figure>
                <DataTable caption=text("funnels.table") data=table file_name="funnel" stale />
                <p class="rule">{move || draft.get().map(|query| answer::rule(&query))}</p>
                <Disclosure summary=text("times.title")><times::Times funnel=query /></Disclosure>
            </AnswerFrame>
        </section>
    }
}

/// The last good answer, with the query that it belongs to.
fn found(asked: &Asked) -> Option<(FunnelQuery, FunnelAnswer)> {
    let answered = asked.answer.as_ref()?;
    match (&answered.query, &answered.answer) {
        (Query::Funnel(query), Answer::Funnel(answer)) => Some((query.clone(), answer.clone())),
        _ => None,
    }
}

/// Proposes a funnel from the data where the person has none yet.
pub(super) fn propose(session: Session, draft: Memo<Option<FunnelQuery>>) {
    let wanted = Memo::new(move |_| {
        draft.read().is_none().then(|| Query::SuggestFunnel(SuggestFunnelQuery::default()))
    });
    let proposed = session.ask(wanted);
    Effect::new(move || {
        let asked = proposed.read();
        let Some(Answer::SuggestFunnel(answer)) = asked.answer.as_ref().map(|answered| &answered.answer)
        else {
            return;
        };
        if draft.read_untracked().is_none()
            && let Some(query) = &answer.query
        {
            session.set_draft(Panel::Funnels, Query::clone(query));
        }
    });
}
