//! Trends: how numbers develop, period by period.

mod answer;
mod form;
mod measure;
mod users;

use cairn_engine::analysis::trend::{Measure, TrendQuery, TrendSeries};
use cairn_engine::time::{Millis, Period};
use leptos::prelude::*;

use super::Panel;
use super::frame::{AnswerFrame, PanelFrame};
use super::question::{Picked, Picks, Question};
use crate::session::{Facts, Session};
use crate::text::text;
use crate::view::{Chart, DataTable, Later};

/// The panel.
#[component]
pub fn Trends() -> impl IntoView {
    let session = expect_context::<Session>();
    let question = Question::<TrendQuery>::proposed(Panel::Trends);
    propose(question);
    let sentence = question.shown(answer::sentence);
    let spec = question.shown(|query, found| Some(answer::chart(query, found)));
    let table = question.shown(answer::table);
    let notes = question.shown(answer::notes);
    let stale = question.stale();
    let picks = Picks::new(question, users::segments);
    view! {
        <PanelFrame panel=Panel::Trends question spec name="trend">
            <Later><form::TrendForm question /></Later>
            <AnswerFrame question sentence>
                <figure class="figure">
                    <Chart spec label=sentence height=340 stale on_select=picks.on_select() />
                    <ol class="small soft" hidden=move || notes.read().is_empty()>
                        {move || notes.get().into_iter().map(|note| view! { <li><bdi>{note}</bdi></li> }).collect_view()}
                    </ol>
                </figure>
                <Picked picks />
                <DataTable caption=text("trends.table") data=table file_name="trend" stale />
                <p class="rule">{question.value(move |query| answer::rule(query, &session.zone()))}</p>
            </AnswerFrame>
        </PanelFrame>
    }
}

/// Begins with how many users there are, by a period that gives some dozens of points.
fn propose(question: Question<TrendQuery>) {
    let facts = expect_context::<Facts>();
    Effect::new(move || {
        let Some(schema) = facts.schema() else { return };
        let length = schema.span.map_or(0, |(first, last)| last.since(first));
        let period = match length / Millis::DAY {
            ..4 => Period::Hour,
            4..150 => Period::Day,
            150..1_000 => Period::Week,
            _ => Period::Month,
        };
        let series = vec![TrendSeries { measure: Measure::Users, ..TrendSeries::default() }];
        question.propose(TrendQuery { series, period, ..TrendQuery::default() });
    });
}
