//! The question: where runs start and end, how they are cut, and who is compared.

use cairn_engine::analysis::journey::{JourneyPoint, JourneyQuery, NeighborRepeats};
use cairn_engine::rule::{
    Did, EventRule, GapEdge, ItemRule, NamedSegment, Segment, SessionRule, Times, Within,
};
use cairn_engine::table::Kind;
use leptos::prelude::*;

use crate::panel::frame::QuestionForm;
use crate::panel::question::{Part, Question, part};
use crate::panel::rows::{RowList, Rows};
use crate::session::{Facts, Session};
use crate::text::{count, text, text_with};
use crate::view::{Choice, Combobox, Icon, IconButton, Label, Sentence, TextField};

/// A pause of a day, as a gap.
const DAY_MILLIS: i64 = 86_400_000;

/// The most exclusions, and the most groupings, that the form takes.
const MOST_ROWS: usize = 50;
/// The most items of a step that are told apart in the form.
const MOST_NODES: f64 = 50.0;

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
        ("start", question.find("journeys.start", "start", points(question, "journeys.any_start"), start)),
        ("end", question.find("journeys.end", "end", points(question, "journeys.any_end"), end)),
        ("steps", question.number("journeys.steps", "n_steps", (2.0..=20.0, 1.0), steps)),
        ("sessions", question.select("journeys.sessions", "sessions", sessions(), part!(sessions))),
        ("compare", question.find("journeys.compare", "compare", compares(), part!(compare))),
    ];
    let exclusions = Rows::new(question.value(|query| query.items.exclude.clone()), move |exclude| {
        question.change(|query| query.items.exclude = exclude);
    });
    let groupings = Rows::new(question.value(|query| query.items.groupings.clone()), move |groupings| {
        question.change(|query| query.items.groupings = groupings);
    });
    let items = question.value(property_of);
    let names = names(items);
    let excluded = move |id| view! { <Excluded rows=exclusions id names /> }.into_any();
    let grouped = move |id| view! { <Grouping rows=groupings id /> }.into_any();
    let exclude = move |()| {
        let used = untrack(|| exclusions.items());
        let free =
            names.get_untracked().into_iter().map(|choice| choice.value).find(|name| !used.contains(name));
        exclusions.push(free.unwrap_or_default());
    };
    view! {
        <QuestionForm>
            <Sentence key="journeys.sentence" slots />
            <Sentence key="journeys.more" slots=items_and_limits(question) />
            <RowList rows=exclusions label=text("journeys.excluded") row=excluded add=text("journeys.exclude") most=MOST_ROWS on_add=exclude />
            <RowList rows=groupings label=text("journeys.groupings") row=grouped add=text("journeys.group") most=MOST_ROWS on_add=move |()| groupings.push("*".to_owned()) />
        </QuestionForm>
    }
}

fn items_and_limits(question: Question<JourneyQuery>) -> Vec<(&'static str, AnyView)> {
    let facts = expect_context::<Facts>();
    let items = Part { get: property_of, set: call_by };
    let properties = Signal::derive(move || {
        let texts = facts.properties().into_iter().filter(|(_, kind)| *kind == Kind::Text);
        let texts = texts.map(|(name, _)| Choice::new(Some(name.clone()), name));
        std::iter::once(Choice::new(None, text("journeys.by_event"))).chain(texts).collect::<Vec<_>>()
    });
    let repeats = vec![
        Choice::new(NeighborRepeats::Join, text("journeys.join")),
        Choice::new(NeighborRepeats::Keep, text("journeys.keep")),
    ];
    let limit = Part {
        get: |query: &JourneyQuery| query.node_limit.map_or(MOST_NODES, f64::from),
        set: |query, n| query.node_limit = Some(n as u32),
    };
    vec![
        ("items", question.select("journeys.items", "items", properties, items)),
        ("repeats", question.select("journeys.repeats", "repeats", repeats, part!(repeats))),
        ("limit", question.number("journeys.limit", "node_limit", (1.0..=MOST_NODES, 1.0), limit)),
    ]
}

/// The property that names the steps; none = the event.
fn property_of(query: &JourneyQuery) -> Option<String> {
    query.items.of.first().and_then(|rule| rule.property.clone())
}

/// Other names are other landmarks, so what was chosen among the old ones goes.
fn call_by(query: &mut JourneyQuery, property: Option<String>) {
    query.items.of = match property {
        Some(property) => vec![ItemRule { property: Some(property), ..ItemRule::default() }],
        None => Vec::new(),
    };
    (query.start, query.end, query.users_of) = (None, None, None);
    query.items.exclude.clear();
}

/// The names that steps may have before they are grouped.
fn names(property: Signal<Option<String>>) -> Signal<Vec<Choice<String>>> {
    let facts = expect_context::<Facts>();
    Signal::derive(move || {
        let names = match property.get() {
            Some(property) => {
                let column = facts.column(&property);
                column.into_iter().flat_map(|column| column.top).map(|top| top.value).collect::<Vec<_>>()
            }
            None => facts.events().into_iter().map(|(name, _)| name).collect(),
        };
        names.into_iter().map(|name| Choice::new(name.clone(), name)).collect()
    })
}

#[component]
fn Excluded(rows: Rows<String>, id: u32, names: Signal<Vec<Choice<String>>>) -> impl IntoView {
    view! {
        <li class="row">
            <Combobox label=Label::unseen(text("journeys.excluded")) choices=names value=rows.value(id, String::clone)
                on_change=move |name| rows.change(id, |item| *item = name) />
            <IconButton label=text("journeys.include") icon=Icon::Close on_press=move |()| rows.remove(id) />
        </li>
    }
}

#[component]
fn Grouping(rows: Rows<String>, id: u32) -> impl IntoView {
    view! {
        <li class="row">
            <TextField label=Label::unseen(text("journeys.grouping")) value=rows.value(id, String::clone)
                on_change=move |pattern| rows.change(id, |item| *item = pattern) />
            <IconButton label=text("journeys.ungroup") icon=Icon::Close on_press=move |()| rows.remove(id) />
        </li>
    }
}

fn item_of(point: Option<&JourneyPoint>) -> Option<String> {
    point.and_then(|point| point.item.clone())
}

fn point(item: String) -> JourneyPoint {
    JourneyPoint { item: Some(item), rule: EventRule::default() }
}

/// Where runs may start or end: anywhere, or at a step of some name.
fn points(question: Question<JourneyQuery>, anywhere: &'static str) -> Signal<Vec<Choice<Option<String>>>> {
    let names = names(question.value(property_of));
    Signal::derive(move || {
        let named = names.get().into_iter().map(|choice| Choice::new(Some(choice.value), choice.label));
        std::iter::once(Choice::new(None, text(anywhere))).chain(named).collect()
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
