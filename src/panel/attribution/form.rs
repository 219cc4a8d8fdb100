//! The question as a sentence: what is a conversion, what a touch, what it is called, and how far back it counts.

use cairn_engine::analysis::attribution::{AttributionQuery, ChannelRule, MissingChannel};
use cairn_engine::rule::EventRule;
use cairn_engine::table::{Kind, Role, Schema};
use cairn_engine::time::Millis;
use leptos::prelude::*;

use crate::panel::frame::QuestionForm;
use crate::panel::question::{Part, Question, part};
use crate::session::Facts;
use crate::text::{text, text_with};
use crate::view::{Choice, Sentence};

/// The question before the person has changed it: touches are called by the channel's column, if there is one, and conversions
/// are worth what the column of revenue says.
pub fn first(schema: &Schema, conversion: EventRule) -> AttributionQuery {
    let of_role = |role, kind| {
        let found = schema.columns.iter().find(|column| column.role == role && column.kind == kind);
        found.map(|column| column.name.clone())
    };
    let channel = of_role(Role::Channel, Kind::Text).map_or(ChannelRule::Event, by);
    AttributionQuery {
        channel,
        conversion,
        value: of_role(Role::Revenue, Kind::Number),
        ..AttributionQuery::default()
    }
}

fn by(property: String) -> ChannelRule {
    ChannelRule::Property { property, missing: MissingChannel::LeftOut }
}

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn AttributionForm(
    /// The question.
    question: Question<AttributionQuery>,
) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let touch = Part {
        get: |query: &AttributionQuery| query.touches.first().and_then(super::event),
        set: |query, event: Option<String>| {
            query.touches = event.map(EventRule::event).into_iter().collect();
        },
    };
    let days = Part {
        get: |query: &AttributionQuery| query.lookback_millis.unwrap_or(0) as f64 / Millis::DAY as f64,
        set: |query, days| {
            query.lookback_millis = Some((days * Millis::DAY as f64) as i64);
            query.lookback_days = None;
        },
    };
    let channels = Signal::derive(move || channels(facts));
    let values = Signal::derive(move || values(facts));
    let what = vec![
        ("conversion", question.event("attribution.conversion", "conversion", part!(conversion.event))),
        ("touch", question.event("attribution.touch", "touches", touch)),
        ("channel", question.find("attribution.channel", "channel", channels, part!(channel))),
    ];
    let how = vec![
        ("days", question.number("attribution.days", "lookback_millis", (0.0..=3_650.0, 1.0), days)),
        ("value", question.select("attribution.value", "value", values, part!(value))),
    ];
    view! {
        <QuestionForm>
            <Sentence key="attribution.sentence" slots=what />
            <Sentence key="attribution.more" slots=how />
        </QuestionForm>
    }
}

/// The event, or a text column, alone or with the event, or the address of a page.
fn channels(facts: Facts) -> Vec<Choice<ChannelRule>> {
    let texts = facts.properties().into_iter().filter(|(_, kind)| *kind == Kind::Text).map(|(name, _)| name);
    let texts: Vec<String> = texts.collect();
    let column = |name: &String| Choice::new(by(name.clone()), name.clone());
    let address = |name: &String| {
        let channel = ChannelRule::Source { url: Some(name.clone()), referrer: None, by: Default::default() };
        Choice::new(channel, text_with("attribution.by_address", &[("property", name.clone())]))
    };
    let is_address = |name: &&String| {
        let name = name.to_lowercase();
        ["url", "address", "page", "location", "href"].iter().any(|word| name.contains(word))
    };
    let own = texts.iter().map(column);
    let addresses = texts.iter().filter(is_address).map(address);
    let event = Choice::new(ChannelRule::Event, text("attribution.by_event"));
    own.chain(addresses).chain(std::iter::once(event)).collect()
}

/// Counted only, or worth what a number column says.
fn values(facts: Facts) -> Vec<Choice<Option<String>>> {
    let numbers = facts.properties().into_iter().filter(|(_, kind)| *kind == Kind::Number);
    let column = |(name, _): (String, Kind)| Choice::new(Some(name.clone()), name);
    let none = Choice::new(None, text("attribution.counted"));
    std::iter::once(none).chain(numbers.map(column)).collect()
}
