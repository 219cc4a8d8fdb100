//! "Broken down by": the field that splits an answer into groups.

use cairn_engine::rule::{Attribution, Breakdown, Owner};
use cairn_engine::table::Kind;
use leptos::prelude::*;

use crate::session::{Facts, Session};
use crate::text::text;
use crate::view::{Choice, Label, Select};

/// How many values a breakdown keeps before the rest becomes "Other".
const LIMIT: u32 = 7;

/// Nothing, the saved segments, or a text property.
#[component]
pub fn BreakdownField(
    /// What is chosen.
    value: RwSignal<Option<Breakdown>>,
    /// What is wrong with it.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let choices = breakdown_choices(value.into());
    // Segments saved since are part of "by segment" too.
    Effect::new(move || {
        let saved = session.segments.get();
        if matches!(value.get_untracked(), Some(Breakdown::Segments { .. })) {
            value.set((!saved.is_empty()).then_some(Breakdown::Segments { segments: saved }));
        }
    });
    view! {
        <Select
            label=Label::unseen(text("funnels.breakdown")).with_error(error)
            choices
            value
            on_change=move |breakdown| value.set(breakdown)
        />
    }
}

/// The breakdowns to choose from: none, the saved segments, each text property. The chosen one stands as it came.
pub fn breakdown_choices(chosen: Signal<Option<Breakdown>>) -> Signal<Vec<Choice<Option<Breakdown>>>> {
    let (facts, session) = (expect_context::<Facts>(), expect_context::<Session>());
    let choices = Memo::new(move |_| {
        let chosen = chosen.get();
        let none = Choice::new(None, text("funnels.no_breakdown"));
        let segments = match &chosen {
            Some(Breakdown::Segments { segments }) => segments.clone(),
            _ => session.segments.get(),
        };
        let by_segments = (!segments.is_empty())
            .then(|| Choice::new(Some(Breakdown::Segments { segments }), text("funnels.by_segments")));
        let texts = facts.properties().into_iter().filter(|(_, kind)| *kind == Kind::Text);
        let by_property = texts.map(|(name, _)| {
            let breakdown = match &chosen {
                Some(breakdown @ Breakdown::Property { property, .. }) if *property == name => {
                    breakdown.clone()
                }
                _ => Breakdown::Property {
                    property: name.clone(),
                    on: Owner::Event,
                    attribution: Attribution::FirstTouch,
                    limit: Some(LIMIT),
                },
            };
            Choice::new(Some(breakdown), name)
        });
        std::iter::once(none).chain(by_segments).chain(by_property).collect()
    });
    choices.into()
}
