//! Funnels: how many users pass from step to step, and where each group gets stuck.

mod answer;
mod form;
mod stuck;
mod times;
mod trend;

use cairn_engine::Query;
use cairn_engine::analysis::funnel::{FunnelAnswer, FunnelOutcome, FunnelQuery, FunnelRule};
use cairn_engine::analysis::suggest::SuggestFunnelQuery;
use cairn_engine::rule::{NamedSegment, Segment};
use leptos::prelude::*;

use super::Panel;
use super::frame::{AnswerFrame, PanelFrame};
use super::question::{Picked, Picks, Question};
use crate::text::text;
use crate::view::{Chart, DataTable, Disclosure, Later};

/// The panel.
#[component]
pub fn Funnels() -> impl IntoView {
    let question = Question::<FunnelQuery>::proposed(Panel::Funnels);
    let first = proposed(move || !question.is_posed());
    Effect::new(move || first.get().into_iter().for_each(|query| question.propose(query)));
    let sentence = question.shown(answer::sentence);
    let spec = question.shown(|query, found| {
        Some(if query.trend.is_some() { trend::chart(query, found) } else { answer::chart(found) })
    });
    let table = question.shown(|_, found| answer::table(found));
    let over_time = question.shown(trend::table);
    let has_trend = question.shown(|query, _| query.trend.is_some());
    let picks = Picks::new(question, segments);
    let stale = question.stale();
    view! {
        <PanelFrame panel=Panel::Funnels question spec name="funnel">
            <Later><form::FunnelForm question /></Later>
            <AnswerFrame question sentence>
                <Show when=move || !has_trend.get()>
                    <figure class="figure">
                        <Chart spec label=sentence height=340 stale on_select=picks.on_select() />
                    </figure>
                    <Picked picks />
                </Show>
                <Show when=move || has_trend.get()>
                    <figure class="figure"><Chart spec label=sentence height=340 stale /></figure>
                    <DataTable caption=text("funnels.trend_table") data=over_time file_name="funnel-over-time" stale />
                </Show>
                <DataTable caption=text("funnels.table") data=table file_name="funnel" stale />
                <p class="rule">{question.value(answer::rule)}</p>
                <Disclosure summary=text("times.title")><times::Times funnel=question /></Disclosure>
            </AnswerFrame>
        </PanelFrame>
    }
}

/// The funnel that the data propose, where one is wanted.
pub(super) fn proposed(wanted: impl Fn() -> bool + Send + Sync + 'static) -> Signal<Option<FunnelQuery>> {
    let question = Question::about_everyone(move || wanted().then(SuggestFunnelQuery::default));
    question.shown(|_, answer| match answer.query.as_deref() {
        Some(Query::Funnel(query)) => Some(query.clone()),
        _ => None,
    })
}

/// The segments that a bar offers: those who reached its step, those who were lost before it, those who may still come.
fn segments(query: &FunnelQuery, found: &FunnelAnswer, place: &[usize]) -> Vec<NamedSegment> {
    let [bar_group, index] = *place else { return Vec::new() };
    let (group, result) = match answer::drawn_groups(found).get(bar_group) {
        Some(group) => (Some(group.key.clone()), &group.result),
        None => (None, &found.overall),
    };
    let Some(step) = result.steps.get(index).filter(|step| !step.optional) else { return Vec::new() };
    let outcomes = [
        (FunnelOutcome::Reached, step.n_reached),
        (FunnelOutcome::Dropped, step.n_dropped),
        (FunnelOutcome::Open, step.n_open),
    ];
    let segment = |outcome| {
        let name = answer::segment_name(found, group.as_ref(), index, outcome);
        let query = FunnelQuery { trend: None, ..query.clone() };
        let rule = FunnelRule { query, step: index as u32, outcome, group: group.clone() };
        NamedSegment { name, segment: Segment::Funnel(Box::new(rule)) }
    };
    outcomes.into_iter().filter(|(_, n)| *n > 0).map(|(outcome, _)| segment(outcome)).collect()
}
