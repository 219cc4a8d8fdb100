//! From where on something counts as wrong, as a sentence.

use cairn_engine::analysis::quality::QualityQuery;
use leptos::prelude::*;

use crate::panel::frame::QuestionForm;
use crate::panel::question::{Part, Question, part};
use crate::view::Sentence;

/// More events than any person has.
const MOST: f64 = 1_000_000.0;

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn QualityForm(
    /// The question.
    question: Question<QualityQuery>,
) -> impl IntoView {
    let per_minute = Part {
        get: |query: &QualityQuery| query.most_per_minute as f64,
        set: |query, n| query.most_per_minute = n as u64,
    };
    let per_day = Part {
        get: |query: &QualityQuery| query.most_per_day as f64,
        set: |query, n| query.most_per_day = n as u64,
    };
    let hours = Part {
        get: |query: &QualityQuery| f64::from(query.most_hours),
        set: |query, n| query.most_hours = n as u32,
    };
    let events = (1.0..=MOST, 1.0);
    let slots = vec![
        ("minute", question.number("quality.per_minute", "most_per_minute", events.clone(), per_minute)),
        ("day", question.number("quality.per_day", "most_per_day", events, per_day)),
        ("hours", question.number("quality.hours", "most_hours", (1.0..=24.0, 1.0), hours)),
        ("score", question.number("quality.score", "score", (0.5..=100.0, 0.5), part!(score))),
    ];
    view! { <QuestionForm><Sentence key="quality.sentence" slots /></QuestionForm> }
}
