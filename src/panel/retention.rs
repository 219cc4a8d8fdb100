//! Retention: who comes back, how long after they started.

mod answer;
pub(super) mod form;

use cairn_engine::analysis::retention::{CellRule, Outcome, RetentionAnswer, RetentionQuery};
use cairn_engine::rule::{NamedSegment, Segment};
use cairn_engine::{Answer, Query};
use leptos::prelude::*;

use super::Panel;
use super::shared::{AnswerFrame, Picked, TakeAway};
use crate::session::{Asked, Session};
use crate::text::text;
use crate::view::{Chart, DataTable};

/// The panel.
#[component]
pub fn Retention() -> impl IntoView {
    let session = expect_context::<Session>();
    let draft = Memo::new(move |_| match session.drafts.read().get(&Panel::Retention) {
        Some(Query::Retention(query)) => query.clone(),
        _ => form::first(),
    });
    let query =
        Memo::new(move |_| Some(Query::Retention(RetentionQuery { scope: session.scope(), ..draft.get() })));
    let asked = session.ask(query);
    let stale = Signal::derive(move || asked.read().running.is_some());
    let found = Memo::new(move |_| found(&asked.read()));
    let zone = Signal::derive(move || session.zone());
    let sentence = Signal::derive(move || {
        found.with(|found| {
            found.as_ref().map(|(query, found)| answer::sentence(query, found)).unwrap_or_default()
        })
    });
    let spec = Signal::derive(move || {
        found.with(|found| found.as_ref().map(|(query, found)| answer::heat(query, found, &zone.read())))
    });
    let curves = Signal::derive(move || {
        found.with(|found| found.as_ref().map(|(query, found)| answer::curves(query, found)))
    });
    let table = Signal::derive(move || {
        found.with(|found| {
            found.as_ref().map(|(query, found)| answer::table(query, found, &zone.read())).unwrap_or_default()
        })
    });
    let picked = RwSignal::new(Vec::new());
    // A cell of an older answer is no cell of this one.
    Effect::new(move || {
        found.track();
        picked.set(Vec::new());
    });
    let pick = move |datum: Vec<usize>| {
        picked.set(found.with_untracked(|found| {
            let picks =
                found.as_ref().map(|(query, found)| segments(query, found, &datum, &zone.get_untracked()));
            picks.unwrap_or_default()
        }));
    };
    view! {
        <section class="panel" aria-labelledby="panel-title">
            <header class="panel-head">
                <h1 id="panel-title" class="panel-title">{text("retention.title")}</h1>
                <div class="panel-actions"><TakeAway asked spec name="retention" /></div>
            </header>
            <form::RetentionForm draft asked />
            <AnswerFrame asked sentence>
                <figure class="figure">
                    <Chart spec label=sentence stale on_select=pick />
                </figure>
                <Picked picked />
                <figure class="figure">
                    <Chart spec=curves label=text("retention.curves") height=260 stale />
                </figure>
                <DataTable caption=text("retention.table") data=table file_name="retention" stale />
                <p class="rule">{move || answer::rule(&draft.get())}</p>
            </AnswerFrame>
        </section>
    }
}

/// The last good answer, with the query that it belongs to.
fn found(asked: &Asked) -> Option<(RetentionQuery, RetentionAnswer)> {
    let answered = asked.answer.as_ref()?;
    match (&answered.query, &answered.answer) {
        (Query::Retention(query), Answer::Retention(answer)) => Some((query.clone(), answer.clone())),
        _ => None,
    }
}

/// The segments that a cell offers: those who returned, and those who stayed away.
fn segments(
    query: &RetentionQuery,
    found: &RetentionAnswer,
    datum: &[usize],
    zone: &str,
) -> Vec<(NamedSegment, u64)> {
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
        let name = answer::segment_name(&query, found, cohort, *column, outcome, zone);
        (NamedSegment { name, segment: Segment::Retention(Box::new(rule)) }, n_users)
    };
    let all = [
        segment(Outcome::Returned, cell.n_users),
        segment(Outcome::StayedAway, cohort.n_users - cell.n_users),
    ];
    all.into_iter().filter(|(_, n_users)| *n_users > 0).collect()
}
