//! The question as a sentence: who starts, who returns, and how time is cut.

use cairn_engine::analysis::retention::{Average, Bins, Criterion, Entry, RetentionQuery};
use leptos::prelude::*;

use crate::panel::breakdown::breakdown_field;
use crate::panel::calendar::periods;
use crate::panel::frame::QuestionForm;
use crate::panel::question::{Part, Question, part};
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
            <Sentence key="retention.more" slots=how(question) />
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
