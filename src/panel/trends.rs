//! Trends: how numbers develop, period by period.

mod answer;
mod form;

use cairn_engine::analysis::trend::{Measure, TrendAnswer, TrendQuery, TrendSeries};
use cairn_engine::time::{Millis, Period};
use cairn_engine::{Answer, Query};
use leptos::prelude::*;

use super::Panel;
use super::shared::{AnswerFrame, TakeAway};
use crate::session::{Asked, Facts, Session};
use crate::text::text;
use crate::view::{Chart, DataTable, Later};

/// The panel.
#[component]
pub fn Trends() -> impl IntoView {
    let session = expect_context::<Session>();
    let draft = Memo::new(move |_| match session.drafts.read().get(&Panel::Trends) {
        Some(Query::Trend(query)) => Some(query.clone()),
        _ => None,
    });
    propose(session, draft);
    let query = Memo::new(move |_| {
        let draft = draft.get()?;
        Some(Query::Trend(TrendQuery { scope: session.scope(), ..draft }))
    });
    let asked = session.ask(query);
    let stale = Signal::derive(move || asked.read().running.is_some());
    let found = Memo::new(move |_| found(&asked.read()));
    let sentence = Signal::derive(move || {
        found.with(|found| {
            found.as_ref().map(|(query, found)| answer::sentence(query, found)).unwrap_or_default()
        })
    });
    let spec = Signal::derive(move || {
        found.with(|found| found.as_ref().map(|(query, found)| answer::chart(query, found)))
    });
    let table = Signal::derive(move || {
        found.with(|found| {
            found.as_ref().map(|(query, found)| answer::table(query, found)).unwrap_or_default()
        })
    });
    view! {
        <section class="panel" aria-labelledby="panel-title">
            <header class="panel-head">
                <h1 id="panel-title" class="panel-title">{text("trends.title")}</h1>
                <div class="panel-actions"><TakeAway asked spec name="trend" /></div>
            </header>
            <Later><form::TrendForm draft asked /></Later>
            <AnswerFrame asked sentence>
                <figure class="figure">
                    <Chart spec label=sentence height=340 stale />
                </figure>
                <DataTable caption=text("trends.table") data=table file_name="trend" stale />
                <p class="rule">{move || draft.get().map(|query| answer::rule(&query, &session.zone()))}</p>
            </AnswerFrame>
        </section>
    }
}

/// The last good answer, with the query that it belongs to.
fn found(asked: &Asked) -> Option<(TrendQuery, TrendAnswer)> {
    let answered = asked.answer.as_ref()?;
    match (&answered.query, &answered.answer) {
        (Query::Trend(query), Answer::Trend(answer)) => Some((query.clone(), answer.clone())),
        _ => None,
    }
}

/// Begins with how many users there are, by a period that gives some dozens of points.
fn propose(session: Session, draft: Memo<Option<TrendQuery>>) {
    let facts = expect_context::<Facts>();
    Effect::new(move || {
        let Some(schema) = facts.schema() else { return };
        if draft.read_untracked().is_none() {
            let length = schema.span.map_or(0, |(first, last)| last.since(first));
            let period = match length / Millis::DAY {
                ..4 => Period::Hour,
                4..150 => Period::Day,
                150..1_000 => Period::Week,
                _ => Period::Month,
            };
            let series = vec![TrendSeries { measure: Measure::Users, ..TrendSeries::default() }];
            session.set_draft(
                Panel::Trends,
                Query::Trend(TrendQuery { series, period, ..TrendQuery::default() }),
            );
        }
    });
}
