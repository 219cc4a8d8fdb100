//! From where on something counts as wrong, as a sentence.

use std::ops::RangeInclusive;

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
    let field = |key, field, bound| view! { <BoundField draft asked key field bound /> }.into_any();
    let slots = vec![
        ("minute", field("quality.per_minute", "most_per_minute", Bound::PerMinute)),
        ("day", field("quality.per_day", "most_per_day", Bound::PerDay)),
        ("hours", field("quality.hours", "most_hours", Bound::Hours)),
        ("score", field("quality.score", "score", Bound::Score)),
    ];
    view! {
        <form class="question" aria-label=text("quality.question") on:submit=|event| event.prevent_default()>
            <Sentence key="quality.sentence" slots />
        </form>
    }
}

/// From where on something counts as wrong.
#[derive(Clone, Copy, Debug)]
enum Bound {
    PerMinute,
    PerDay,
    Hours,
    Score,
}

impl Bound {
    fn of(self, query: &QualityQuery) -> f64 {
        match self {
            Self::PerMinute => query.most_per_minute as f64,
            Self::PerDay => query.most_per_day as f64,
            Self::Hours => f64::from(query.most_hours),
            Self::Score => query.score,
        }
    }

    fn set(self, query: &mut QualityQuery, to: f64) {
        match self {
            Self::PerMinute => query.most_per_minute = to as u64,
            Self::PerDay => query.most_per_day = to as u64,
            Self::Hours => query.most_hours = to as u32,
            Self::Score => query.score = to,
        }
    }

    /// The numbers that make sense, and how finely they are set.
    fn range(self) -> (RangeInclusive<f64>, f64) {
        match self {
            Self::PerMinute | Self::PerDay => (1.0..=MOST, 1.0),
            Self::Hours => (1.0..=24.0, 1.0),
            Self::Score => (0.5..=100.0, 0.5),
        }
    }
}

#[component]
fn BoundField(
    draft: Memo<QualityQuery>,
    asked: RwSignal<Asked>,
    key: &'static str,
    field: &'static str,
    bound: Bound,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let set = move |to: f64| {
        let mut query = draft.get_untracked();
        bound.set(&mut query, to);
        session.set_draft(Panel::Quality, Query::Quality(query));
    };
    let error = Signal::derive(move || field_error(&asked.read(), field));
    let (range, step) = bound.range();
    view! {
        <NumberField
            label=Label::unseen(text(key)).with_error(error)
            value=Signal::derive(move || bound.of(&draft.read()))
            on_change=set
            range
            step
        />
    }
}
