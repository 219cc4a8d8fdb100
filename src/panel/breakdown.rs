//! "Broken down by": the field that splits an answer into groups.

use cairn_engine::rule::{Attribution, Breakdown};
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
    let (facts, session) = (expect_context::<Facts>(), expect_context::<Session>());
    let choices = Memo::new(move |_| {
        let none = Choice::new(None, text("funnels.no_breakdown"));
        let saved = session.segments.get();
        let by_segments = (!saved.is_empty())
            .then(|| Choice::new(Some(Breakdown::Segments { segments: saved }), text("funnels.by_segments")));
        let texts = facts.properties().into_iter().filter(|(_, kind)| *kind == Kind::Text);
        let chosen = value.get();
        let by_property = texts.map(|(name, _)| Choice::new(Some(by_property(&name, chosen.as_ref())), name));
        std::iter::once(none).chain(by_segments).chain(by_property).collect::<Vec<_>>()
    });
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

/// The breakdown by a property: as it came, if it is the chosen one (a proposal's or an address's), else with the
/// form's own limit.
fn by_property(name: &str, chosen: Option<&Breakdown>) -> Breakdown {
    if let Some(breakdown @ Breakdown::Property { property, .. }) = chosen
        && property == name
    {
        return breakdown.clone();
    }
    Breakdown::Property {
        property: name.to_owned(),
        on: cairn_engine::rule::Owner::Event,
        attribution: Attribution::FirstTouch,
        limit: Some(LIMIT),
    }
}
