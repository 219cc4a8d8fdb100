//! The question: where runs start and end, how they are cut, and who is compared.

use cairn_engine::analysis::journey::{JourneyPoint, JourneyQuery};
use cairn_engine::rule::{Did, EventRule, GapEdge, NamedSegment, Segment, SessionRule, Times, Within};
use leptos::prelude::*;

use crate::panel::frame::QuestionForm;
use crate::panel::question::{Part, Question, part};
use crate::session::{Facts, Session};
use crate::text::{count, text, text_with};
use crate::view::{Choice, Sentence};

/// A pause of a day, as a gap.
const DAY_MILLIS: i64 = 86_400_000;

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn JourneyForm(
    /// The question.
    question: Question<JourneyQuery>,
) -> impl IntoView {
    let start = Part {
        get: |query: &JourneyQuery| item_of(query.start.as_ref()),
        set: |query, item| query.start = item.map(point),
    };
    let end = Part {
        get: |query: &JourneyQuery| item_of(query.end.as_ref()),
        set: |query, item| query.end = item.map(point),
    };
    let steps = Part {
        get: |query: &JourneyQuery| f64::from(query.n_steps),
        set: |query, n| query.n_steps = n as u32,
    };
    let slots = vec![
        ("start", question.find("journeys.start", "start", points("journeys.any_start"), start)),
        ("end", question.find("journeys.end", "end", points("journeys.any_end"), end)),
        ("steps", question.number("journeys.steps", "n_steps", (2.0..=20.0, 1.0), steps)),
        ("sessions", question.select("journeys.sessions", "sessions", sessions(), part!(sessions))),
        ("compare", question.find("journeys.compare", "compare", compares(), part!(compare))),
    ];
    view! { <QuestionForm><Sentence key="journeys.sentence" slots /></QuestionForm> }
}

fn item_of(point: Option<&JourneyPoint>) -> Option<String> {
    point.and_then(|point| point.item.clone())
}

fn point(item: String) -> JourneyPoint {
    JourneyPoint { item: Some(item), rule: EventRule::default() }
}

/// Where runs may start or end: anywhere, or at an event.
fn points(anywhere: &'static str) -> Signal<Vec<Choice<Option<String>>>> {
    let facts = expect_context::<Facts>();
    Signal::derive(move || {
        let events = facts.events().into_iter();
        let event = |(name, n): (String, u64)| Choice::new(Some(name.clone()), name).with_detail(count(n));
        std::iter::once(Choice::new(None, text(anywhere))).chain(events.map(event)).collect()
    })
}

fn sessions() -> Vec<Choice<SessionRule>> {
    let day = SessionRule::Gap { gap_millis: DAY_MILLIS, edge: GapEdge::Cuts };
    vec![
        Choice::new(SessionRule::Auto, text("journeys.by_session")),
        Choice::new(day, text("journeys.by_day")),
        Choice::new(SessionRule::History, text("journeys.by_history")),
    ]
}

/// Whom to compare with all others: nobody, a saved segment, those who did something.
fn compares() -> Signal<Vec<Choice<Vec<NamedSegment>>>> {
    let (facts, session) = (expect_context::<Facts>(), expect_context::<Session>());
    Signal::derive(move || {
        let none = Choice::new(Vec::new(), text("journeys.no_comparison"));
        let saved = session.segments.get().into_iter().map(|saved| {
            let label = text_with("journeys.compare_segment", &[("name", saved.name.clone())]);
            Choice::new(against(saved.name, saved.segment), label)
        });
        let events = facts.events().into_iter().map(|(event, n)| {
            let label = text_with("journeys.compare_event", &[("event", event.clone())]);
            Choice::new(against(event.clone(), did(event)), label).with_detail(count(n))
        });
        std::iter::once(none).chain(saved).chain(events).collect()
    })
}

/// A segment, and everybody else.
fn against(name: String, segment: Segment) -> Vec<NamedSegment> {
    let others = NamedSegment {
        name: text_with("journeys.others", &[("name", name.clone())]),
        segment: Segment::Not { of: Box::new(segment.clone()) },
    };
    vec![NamedSegment { name, segment }, others]
}

fn did(event: String) -> Segment {
    Segment::Did(Did { rule: EventRule::event(event), times: Times::AtLeast, n: 1, within: Within::Ever })
}
