//! Frequency and recency: how often users do something, and how long ago they did it last.

mod answer;

use cairn_engine::analysis::frequency::{FrequencyAnswer, FrequencyQuery};
use cairn_engine::rule::{Did, EventRule, NamedSegment, Segment, Times, Within};
use leptos::prelude::*;

use super::Panel;
use super::conditions::{AddCondition, Conditions};
use super::frame::{AnswerFrame, PanelFrame, QuestionForm};
use super::question::{Part, Picked, Picks, Question, part};
use super::rows::Rows;
use super::shared::{listed_numbers, numbers_text};
use crate::text::text;
use crate::view::{Chart, DataTable, Disclosure, Sentence};

/// The panel.
#[component]
pub fn Frequency() -> impl IntoView {
    let question = Question::of(Panel::Frequency, FrequencyQuery::default);
    let sentence = question.shown(answer::sentence);
    let spec = question.shown(|query, found| Some(answer::chart(query, found)));
    let table = question.shown(answer::table);
    let days = question.shown(|_, found| answer::days(found));
    let stale = question.stale();
    let picks = Picks::new(question, segment);
    view! {
        <PanelFrame panel=Panel::Frequency question spec name="frequency">
            <FrequencyForm question />
            <AnswerFrame question sentence>
                <figure class="figure">
                    <Chart spec label=sentence stale on_select=picks.on_select() />
                </figure>
                <Picked picks />
                <DataTable caption=text("frequency.table") data=table file_name="frequency" stale />
                <Disclosure summary=text("frequency.days")>
                    <DataTable caption=text("frequency.days") data=days file_name="days-active" stale />
                </Disclosure>
                <p class="rule">{text("frequency.rule")}</p>
            </AnswerFrame>
        </PanelFrame>
    }
}

#[component]
fn FrequencyForm(question: Question<FrequencyQuery>) -> impl IntoView {
    let conditions = Rows::new(question.value(|query| query.rule.conditions.clone()), move |conditions| {
        question.change(|query| query.rule.conditions = conditions);
    });
    let events = Part {
        get: |query: &FrequencyQuery| numbers_text(&query.events_from),
        set: |query, typed| query.events_from = listed_numbers(&typed),
    };
    let days = Part {
        get: |query: &FrequencyQuery| numbers_text(&query.days_from),
        set: |query, typed| query.days_from = listed_numbers(&typed),
    };
    let slots = vec![
        ("event", question.event("frequency.event", "rule", part!(rule.event))),
        ("events", question.text("frequency.events_from", "events_from", events)),
        ("days", question.text("frequency.days_from", "days_from", days)),
    ];
    view! {
        <QuestionForm>
            <Sentence key="frequency.sentence" slots />
            <div class="row"><Conditions rows=conditions /><AddCondition rows=conditions /></div>
        </QuestionForm>
    }
}

/// The users of a cell: those with so many events, the last one so long ago.
fn segment(query: &FrequencyQuery, found: &FrequencyAnswer, place: &[usize]) -> Option<NamedSegment> {
    let [row, column] = *place else { return None };
    found.grid.get(row)?.get(column)?;
    let did = |rule: EventRule, times, n, within| Segment::Did(Did { rule, times, n, within });
    let times = |times, n| did(query.rule.clone(), times, n, Within::Ever);
    let lately = |times, n, days| did(query.rule.clone(), times, n, Within::LastDays { days });
    let (least, next) = (*query.events_from.get(column)?, query.events_from.get(column + 1));
    let (newest, older) = (*query.days_from.get(row)?, query.days_from.get(row + 1));
    let mut of = vec![times(Times::AtLeast, least)];
    of.extend(next.map(|next| times(Times::AtMost, next - 1)));
    of.extend((newest > 0).then(|| lately(Times::AtMost, 0, newest)));
    of.extend(older.map(|&older| lately(Times::AtLeast, 1, older)));
    of.extend(query.scope.segment.clone());
    Some(NamedSegment { name: answer::cell_name(query, row, column), segment: Segment::AllOf { of } })
}
