//! From where on something counts as wrong, as a sentence.

use cairn_engine::Query;
use cairn_engine::analysis::quality::QualityQuery;
use leptos::prelude::*;

use crate::panel::Panel;
use crate::panel::shared::field_error;
use crate::session::{Asked, Session};
use crate::text::text;
use crate::view::{Label, NumberField, Sentence};

/// More events than any person has.
const MOST: f64 = 1_000_000.0;

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn QualityForm(
    /// The query that the form shows.
    draft: Memo<QualityQuery>,
    /// The state of its answer, for errors beside their fields.
    asked: RwSignal<Asked>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let set = move |change: &dyn Fn(&mut QualityQuery)| {
        let mut query = draft.get_untracked();
        change(&mut query);
        session.set_draft(Panel::Quality, Query::Quality(query));
    };
    let label = move |key: &str, field: &'static str| {
        Label::unseen(text(key)).with_error(Signal::derive(move || field_error(&asked.read(), field)))
    };
    let slots = vec![
        (
            "minute",
            view! {
                <NumberField
                    label=label("quality.per_minute", "most_per_minute")
                    value=Signal::derive(move || draft.read().most_per_minute as f64)
                    on_change=move |n: f64| set(&|query| query.most_per_minute = n as u64)
                    range=1.0..=MOST
                />
            }
            .into_any(),
        ),
        (
            "day",
            view! {
                <NumberField
                    label=label("quality.per_day", "most_per_day")
                    value=Signal::derive(move || draft.read().most_per_day as f64)
                    on_change=move |n: f64| set(&|query| query.most_per_day = n as u64)
                    range=1.0..=MOST
                />
            }
            .into_any(),
        ),
        (
            "hours",
            view! {
                <NumberField
                    label=label("quality.hours", "most_hours")
                    value=Signal::derive(move || f64::from(draft.read().most_hours))
                    on_change=move |n: f64| set(&|query| query.most_hours = n as u32)
                    range=1.0..=24.0
                />
            }
            .into_any(),
        ),
        (
            "score",
            view! {
                <NumberField
                    label=label("quality.score", "score")
                    value=Signal::derive(move || draft.read().score)
                    on_change=move |score: f64| set(&|query| query.score = score)
                    range=0.5..=100.0
                    step=0.5
                />
            }
            .into_any(),
        ),
    ];
    view! {
        <form class="question" aria-label=text("quality.question") on:submit=|event| event.prevent_default()>
            <Sentence key="quality.sentence" slots />
        </form>
    }
}
