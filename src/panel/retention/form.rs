//! The question as a sentence: who starts, who returns, and how time is cut.

use cairn_engine::analysis::retention::{Average, Bins, Criterion, Entry, RetentionQuery, Value};
use cairn_engine::rule::{Condition, Owner};
use cairn_engine::table::Kind;
use leptos::prelude::*;

use crate::panel::breakdown::breakdown_field;
use crate::panel::calendar::periods;
use crate::panel::conditions::{AddCondition, Conditions};
use crate::panel::frame::QuestionForm;
use crate::panel::question::{Part, Question, part};
use crate::panel::rows::Rows;
use crate::panel::shared::{listed_numbers, numbers_text};
use crate::session::Facts;
use crate::text::text;
use crate::view::{Choice, Sentence};

/// The most columns that the form asks for.
const MOST_COLUMNS: f64 = 400.0;

/// The question before the person has changed it: all events, by week, a quarter of a year long.
pub fn first() -> RetentionQuery {
    RetentionQuery { columns: Some(13), ..RetentionQuery::default() }
}

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn RetentionForm(
    /// The question.
    question: Question<RetentionQuery>,
) -> impl IntoView {
    view! {
        <QuestionForm>
            <Sentence key="retention.sentence" slots=who_and_when(question) />
            <ConditionsOn question label=text("retention.add_to_start") part=part!(start.conditions) />
            <ConditionsOn question label=text("retention.add_to_return") part=part!(returns.conditions) />
            <Sentence key="retention.more" slots=how(question) />
            <Sentence key="retention.further" slots=further(question) />
        </QuestionForm>
    }
}

fn who_and_when(question: Question<RetentionQuery>) -> Vec<(&'static str, AnyView)> {
    let columns = Part {
        get: |query: &RetentionQuery| f64::from(query.columns.unwrap_or(13)),
        set: |query, n| query.columns = Some(n as u32),
    };
    vec![
        ("start", question.event("retention.start", "start", part!(start.event))),
        ("return", question.event("retention.return", "return", part!(returns.event))),
        ("criterion", question.select("retention.criterion", "criterion", criteria(), part!(criterion))),
        ("period", question.select("period.label", "period", periods(), part!(period))),
        ("columns", question.number("retention.columns", "columns", (1.0..=MOST_COLUMNS, 1.0), columns)),
    ]
}

/// The conditions on one of the two events.
#[component]
fn ConditionsOn(
    question: Question<RetentionQuery>,
    label: String,
    part: Part<RetentionQuery, Vec<Condition>>,
) -> impl IntoView {
    let rows = Rows::new(question.value(part.get), move |conditions| {
        question.change(|query| (part.set)(query, conditions));
    });
    view! { <div class="row"><Conditions rows /><AddCondition rows label /></div> }
}

fn further(question: Question<RetentionQuery>) -> Vec<(&'static str, AnyView)> {
    let facts = expect_context::<Facts>();
    let occurrences = Part {
        get: |query: &RetentionQuery| f64::from(query.min_occurrences),
        set: |query, n| query.min_occurrences = n as u32,
    };
    let brackets = Part {
        get: |query: &RetentionQuery| numbers_text(&query.brackets),
        set: |query, typed| query.brackets = listed_numbers(&typed),
    };
    let value = Part {
        get: |query: &RetentionQuery| query.value.as_ref().map(|value| value.property.clone()),
        set: |query, property| query.value = property.map(|property| Value { property, on: Owner::Event }),
    };
    let properties = move |none: &'static str, of: fn(Kind) -> bool| {
        Signal::derive(move || {
            let found = facts.properties().into_iter().filter(move |(_, kind)| of(*kind));
            let found = found.map(|(name, _)| Choice::new(Some(name.clone()), name));
            std::iter::once(Choice::new(None, text(none))).chain(found).collect::<Vec<_>>()
        })
    };
    let (held, numbers) = (
        properties("retention.hold_none", |_| true),
        properties("retention.value_none", |kind| kind == Kind::Number),
    );
    vec![
        (
            "occurrences",
            question.number("retention.occurrences", "min_occurrences", (1.0..=1000.0, 1.0), occurrences),
        ),
        ("brackets", question.text("retention.brackets", "brackets", brackets)),
        ("hold", question.select("retention.hold", "hold", held, part!(hold))),
        ("value", question.select("retention.value", "value", numbers, value)),
    ]
}

fn how(question: Question<RetentionQuery>) -> Vec<(&'static str, AnyView)> {
    vec![
        ("entry", question.select("retention.entry", "entry", entries(), part!(entry))),
        ("bins", question.select("retention.bins", "bins", bins(), part!(bins))),
        ("average", question.select("retention.average", "average", averages(), part!(average))),
        ("breakdown", breakdown_field(question, part!(breakdown))),
    ]
}

fn entries() -> Vec<Choice<Entry>> {
    vec![
        Choice::new(Entry::FirstInRange, text("retention.first_in_range")),
        Choice::new(Entry::FirstEver, text("retention.first_ever")),
        Choice::new(Entry::FirstMatching, text("retention.first_matching")),
        Choice::new(Entry::Recurring, text("retention.recurring")),
    ]
}

fn criteria() -> Vec<Choice<Criterion>> {
    vec![
        Choice::new(Criterion::On, text("retention.on")),
        Choice::new(Criterion::OnOrAfter, text("retention.on_or_after")),
        Choice::new(Criterion::OnOrBefore, text("retention.on_or_before")),
    ]
}

fn bins() -> Vec<Choice<Bins>> {
    vec![
        Choice::new(Bins::Calendar, text("retention.calendar")),
        Choice::new(Bins::Elapsed, text("retention.elapsed")),
        Choice::new(Bins::ElapsedHourFloored, text("retention.elapsed_hour_floored")),
    ]
}

fn averages() -> Vec<Choice<Average>> {
    vec![
        Choice::new(Average::Pooled, text("retention.pooled")),
        Choice::new(Average::Simple, text("retention.simple")),
        Choice::new(Average::MatureOnly, text("retention.mature_only")),
    ]
}
