//! Lifecycle: who is new, stays, comes back and goes; and on how many days users are active.

mod answer;
mod stickiness;

use cairn_engine::analysis::lifecycle::{LifecycleAnswer, LifecycleQuery, LifecycleRule, NewBy, State};
use cairn_engine::rule::{NamedSegment, Segment};
use cairn_engine::table::Kind;
use leptos::prelude::*;

use super::Panel;
use super::calendar::periods;
use super::frame::{AnswerFrame, PanelFrame, QuestionForm};
use super::question::{Picked, Picks, Question, part};
use crate::session::Facts;
use crate::text::text;
use crate::view::{Chart, Choice, DataTable, Sentence};

/// The panel.
#[component]
pub fn Lifecycle() -> impl IntoView {
    let question = Question::of(Panel::Lifecycle, LifecycleQuery::default);
    let sentence = question.shown(answer::sentence);
    let spec = question.shown(|query, found| Some(answer::chart(query, found)));
    let table = question.shown(answer::table);
    let stale = question.stale();
    let picks = Picks::new(question, segment);
    view! {
        <PanelFrame panel=Panel::Lifecycle question spec name="lifecycle">
            <LifecycleForm question />
            <AnswerFrame question sentence>
                <figure class="figure">
                    <Chart spec label=sentence height=340 stale on_select=picks.on_select() />
                </figure>
                <Picked picks />
                <DataTable caption=text("lifecycle.table") data=table file_name="lifecycle" stale />
                <p class="rule">{question.value(answer::rule)}</p>
            </AnswerFrame>
            <stickiness::Stickiness rule=question.value(|query| query.rule.clone()) />
        </PanelFrame>
    }
}

#[component]
fn LifecycleForm(question: Question<LifecycleQuery>) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let births = Signal::derive(move || {
        let times = facts.properties().into_iter().filter(|(_, kind)| *kind == Kind::Time);
        let first = [
            Choice::new(NewBy::FirstActivity, text("lifecycle.first_activity")),
            Choice::new(NewBy::FirstEvent, text("lifecycle.first_event")),
        ];
        let by =
            times.map(|(property, _)| Choice::new(NewBy::Property { property: property.clone() }, property));
        first.into_iter().chain(by).collect::<Vec<_>>()
    });
    let slots = vec![
        ("event", question.event("lifecycle.event", "rule", part!(rule.event))),
        ("period", question.select("period.label", "period", periods(), part!(period))),
        ("new_by", question.select("lifecycle.new_by", "new_by", births, part!(new_by))),
    ];
    view! { <QuestionForm><Sentence key="lifecycle.sentence" slots /></QuestionForm> }
}

/// The segment that a part of a column offers.
fn segment(query: &LifecycleQuery, found: &LifecycleAnswer, datum: &[usize]) -> Option<NamedSegment> {
    let [column, part] = datum else { return None };
    let period = answer::shown(found).get(*column)?;
    let state = *[State::New, State::Returning, State::Resurrecting, State::Dormant].get(*part)?;
    let rule = LifecycleRule { query: query.clone(), period: period.start_millis, state };
    let name = answer::segment_name(query, period, *part);
    Some(NamedSegment { name, segment: Segment::Lifecycle(Box::new(rule)) })
}
