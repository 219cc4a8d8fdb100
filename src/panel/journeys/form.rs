//! The question: where runs start and end, how they are cut, and who is compared.

use cairn_engine::Query;
use cairn_engine::analysis::journey::{JourneyPoint, JourneyQuery};
use cairn_engine::rule::{Did, EventRule, GapEdge, NamedSegment, Segment, SessionRule, Times, Within};
use leptos::prelude::*;

use crate::panel::Panel;
use crate::panel::shared::field_error;
use crate::session::{Asked, Facts, Session};
use crate::text::{count, text, text_with};
use crate::view::{Choice, Combobox, Label, NumberField, Select, Sentence};

/// A pause of a day, as a gap.
const DAY_MILLIS: i64 = 86_400_000;

/// The session's draft, and how it is changed.
#[derive(Clone, Copy)]
pub struct Draft {
    query: Memo<JourneyQuery>,
    session: Session,
}

impl Draft {
    /// The draft that `query` shows.
    pub fn new(query: Memo<JourneyQuery>) -> Self {
        Self { query, session: expect_context::<Session>() }
    }

    /// Changes the draft.
    pub fn change(self, change: impl FnOnce(&mut JourneyQuery)) {
        let mut query = self.query.get_untracked();
        change(&mut query);
        self.session.set_draft(Panel::Journeys, Query::Journey(Box::new(query)));
    }
}

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn JourneyForm(
    /// The query that the form shows.
    draft: Memo<JourneyQuery>,
    /// The state of its answer, for errors beside their fields.
    asked: RwSignal<Asked>,
) -> impl IntoView {
    let to = Draft::new(draft);
    let start = point_field(
        "start",
        draft,
        asked,
        |query| &query.start,
        move |point| {
            to.change(|query| query.start = point);
        },
    );
    let end = point_field(
        "end",
        draft,
        asked,
        |query| &query.end,
        move |point| {
            to.change(|query| query.end = point);
        },
    );
    view! {
        <form class="question" aria-label=text("journeys.question") on:submit=|event| event.prevent_default()>
            <Sentence
                key="journeys.sentence"
                slots=vec![
                    ("start", start.into_any()),
                    ("end", end.into_any()),
                    ("steps", steps_field(draft, to, asked).into_any()),
                    ("sessions", sessions_field(draft, to, asked).into_any()),
                    ("compare", compare_field(draft, to, asked).into_any()),
                ]
            />
        </form>
    }
}

fn point_field(
    field: &'static str,
    draft: Memo<JourneyQuery>,
    asked: RwSignal<Asked>,
    pick: fn(&JourneyQuery) -> &Option<JourneyPoint>,
    on_change: impl Fn(Option<JourneyPoint>) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let choices = Memo::new(move |_| {
        let any = Choice::new(None, text(&format!("journeys.any_{field}")));
        let events = facts.events().into_iter();
        let event = |(name, n): (String, u64)| Choice::new(Some(name.clone()), name).with_detail(count(n));
        std::iter::once(any).chain(events.map(event)).collect::<Vec<_>>()
    });
    let value =
        Signal::derive(move || draft.with(|query| pick(query).as_ref().and_then(|point| point.item.clone())));
    let error = Signal::derive(move || field_error(&asked.read(), field));
    let change = move |item: Option<String>| {
        on_change(item.map(|item| JourneyPoint { item: Some(item), rule: EventRule::default() }));
    };
    view! {
        <Combobox
            label=Label::unseen(text(&format!("journeys.{field}"))).with_error(error)
            choices
            value
            on_change=change
        />
    }
}

fn steps_field(draft: Memo<JourneyQuery>, to: Draft, asked: RwSignal<Asked>) -> impl IntoView {
    let error = Signal::derive(move || field_error(&asked.read(), "n_steps"));
    view! {
        <NumberField
            label=Label::unseen(text("journeys.steps")).with_error(error)
            value=Signal::derive(move || f64::from(draft.read().n_steps))
            on_change=move |n: f64| to.change(|query| query.n_steps = n as u32)
            range=2.0..=20.0
        />
    }
}

fn sessions_field(draft: Memo<JourneyQuery>, to: Draft, asked: RwSignal<Asked>) -> impl IntoView {
    let day = SessionRule::Gap { gap_millis: DAY_MILLIS, edge: GapEdge::Cuts };
    let choices = vec![
        Choice::new(SessionRule::Auto, text("journeys.by_session")),
        Choice::new(day, text("journeys.by_day")),
        Choice::new(SessionRule::History, text("journeys.by_history")),
    ];
    let error = Signal::derive(move || field_error(&asked.read(), "sessions"));
    view! {
        <Select
            label=Label::unseen(text("journeys.sessions")).with_error(error)
            choices=Signal::stored(choices)
            value=Signal::derive(move || draft.read().sessions)
            on_change=move |rule| to.change(|query| query.sessions = rule)
        />
    }
}

fn compare_field(draft: Memo<JourneyQuery>, to: Draft, asked: RwSignal<Asked>) -> impl IntoView {
    let (facts, session) = (expect_context::<Facts>(), expect_context::<Session>());
    let choices = Memo::new(move |_| {
        let none = Choice::new(Vec::new(), text("journeys.no_comparison"));
        let saved = session.segments.get().into_iter().map(|saved| {
            let label = text_with("journeys.compare_segment", &[("name", saved.name.clone())]);
            Choice::new(against(saved.name, saved.segment), label)
        });
        let events = facts.events().into_iter().map(|(event, n)| {
            let label = text_with("journeys.compare_event", &[("event", event.clone())]);
            Choice::new(against(event.clone(), did(event)), label).with_detail(count(n))
        });
        std::iter::once(none).chain(saved).chain(events).collect::<Vec<_>>()
    });
    let error = Signal::derive(move || field_error(&asked.read(), "compare"));
    view! {
        <Combobox
            label=Label::unseen(text("journeys.compare")).with_error(error)
            choices
            value=Signal::derive(move || draft.read().compare.clone())
            on_change=move |compare| to.change(|query| query.compare = compare)
        />
    }
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
