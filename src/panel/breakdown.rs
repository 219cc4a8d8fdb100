//! "Broken down by": the field that splits an answer into groups.

use cairn_engine::rule::{Attribution, Breakdown, Owner};
use cairn_engine::table::Kind as ColumnKind;
use leptos::prelude::*;

use super::question::{Kind, Part, Question};
use crate::session::{Facts, Session};
use crate::text::text;
use crate::view::Choice;

/// How many values a breakdown keeps before the rest becomes "Other".
const LIMIT: u32 = 7;

/// The field: nothing, the saved segments, or a text property.
pub fn breakdown_field<Q: Kind>(question: Question<Q>, part: Part<Q, Option<Breakdown>>) -> AnyView {
    let session = expect_context::<Session>();
    let value = question.value(part.get);
    // Segments saved since are part of "by segment" too.
    Effect::new(move || {
        let saved = session.segments.get();
        if matches!(value.get_untracked(), Some(Breakdown::Segments { .. })) {
            let breakdown = (!saved.is_empty()).then_some(Breakdown::Segments { segments: saved });
            question.change(|query| (part.set)(query, breakdown));
        }
    });
    question.select("breakdown.label", "breakdown", breakdown_choices(value), part)
}

/// The breakdowns to choose from: none, the saved segments, each text property. The chosen one stands as it came.
fn breakdown_choices(chosen: Signal<Option<Breakdown>>) -> Signal<Vec<Choice<Option<Breakdown>>>> {
    let (facts, session) = (expect_context::<Facts>(), expect_context::<Session>());
    let choices = Memo::new(move |_| {
        let chosen = chosen.get();
        let none = Choice::new(None, text("breakdown.none"));
        let segments = match &chosen {
            Some(Breakdown::Segments { segments }) => segments.clone(),
            _ => session.segments.get(),
        };
        let by_segments = (!segments.is_empty())
            .then(|| Choice::new(Some(Breakdown::Segments { segments }), text("breakdown.segments")));
        let texts = facts.properties().into_iter().filter(|(_, kind)| *kind == ColumnKind::Text);
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
