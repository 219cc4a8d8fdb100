//! The segment builder: a form that reads as a sentence, with the live count of who is in.

use cairn_engine::Query;
use cairn_engine::analysis::segment::{SegmentAnswer, SegmentQuery};
use cairn_engine::rule::{
    Did, EventRule, NamedSegment, Owner as ValueOwner, PropertyTest, Segment, Times, Within,
};
use leptos::prelude::*;

use super::tree::{Body, DidFields, GroupFields, Joint, Node};
use crate::panel::conditions::{AddCondition, Conditions, TestFields, first_test};
use crate::panel::question::Question;
use crate::panel::rows::Rows;
use crate::panel::shared::event_choices;
use crate::panel::{Panel, Place};
use crate::session::{Facts, Session};
use crate::text::{count, failure, percent, plural_with, strong, text, text_with};
use crate::view::{Choice, Combobox, Glyph, Icon, IconButton, Label, NumberField, Select, Spoken, TextField};

/// The largest count and number of days that the form takes.
const MOST: f64 = 100_000.0;

/// Whom the tree's signals belong to: the builder, not the handler or effect that happens to make them.
#[derive(Clone, Copy)]
struct Grower(StoredValue<Option<Owner>>);

impl Grower {
    fn grow<T>(self, make: impl FnOnce() -> T) -> Option<T> {
        self.0.get_value().map(|owner| owner.with(make))
    }
}

/// The builder. Its rule is the panel's draft.
#[component]
pub fn Builder() -> impl IntoView {
    let (session, facts) = (expect_context::<Session>(), expect_context::<Facts>());
    provide_context(Grower(StoredValue::new(Owner::current())));
    let start = session.drafts.with_untracked(|drafts| match drafts.get(&Place::Main(Panel::Segments)) {
        Some(Query::Segment(query)) => query.segments.first().cloned(),
        _ => None,
    });
    let start = start.unwrap_or_else(|| untrack(|| first_segment(facts)));
    let (root, name) = (GroupFields::new(&start.segment), RwSignal::new(start.name));
    let query = Memo::new(move |_| {
        let segments = vec![NamedSegment { name: name.get(), segment: root.segment() }];
        SegmentQuery { segments, ..SegmentQuery::default() }
    });
    Effect::new(move || session.set_draft(Place::Main(Panel::Segments), Query::Segment(query.get())));
    let question = Question::about_everyone(move || Some(query.get()));
    let save = move |_| {
        let segment = untrack(|| root.segment());
        let name = name.get_untracked();
        session.save_segment(NamedSegment {
            name: if name.trim().is_empty() { text("segments.unnamed") } else { name },
            segment,
        });
    };
    view! {
        <div class="question">
            <Group group=root />
            <p class="answer-text" role="status"><Spoken text=move || size_text(question) /></p>
            <div class="row row-apart">
                <TextField label=Label::above(text("segments.name")) value=name on_change=move |text| name.set(text) placeholder=text("segments.name_example") />
                <button class="button button-primary" type="button" on:click=save>{text("segments.save")}</button>
            </div>
        </div>
    }
}

/// How many are in the segment, or what is wrong with its rule.
fn size_text(question: Question<SegmentQuery>) -> String {
    if let Some(found) = &question.asked().read().failure {
        return failure(&found.code, &found.message);
    }
    let said =
        question.found().with(|found| found.as_ref().and_then(|found| found.with(|_, answer| said(answer))));
    said.unwrap_or_else(|| text("answer.waiting"))
}

fn said(answer: &SegmentAnswer) -> String {
    let Some(size) = answer.segments.first() else { return String::new() };
    let share = size.user_rate.map(|rate| percent(rate.rate, 1)).unwrap_or_default();
    let n = strong(count(size.n_users));
    plural_with("segments.size", size.n_users, &[("n", n), ("all", count(answer.n_users)), ("share", share)])
}

/// Parts joined by "and" or "or", with buttons for more.
#[component]
fn Group(group: GroupFields) -> impl IntoView {
    let (facts, grower) = (expect_context::<Facts>(), expect_context::<Grower>());
    let joints = vec![
        Choice::new(Joint::And, text("segments.all_of")),
        Choice::new(Joint::Or, text("segments.any_of")),
    ];
    let add = move |make: fn(Facts) -> Option<Segment>| {
        if let Some(part) = untrack(|| make(facts)) {
            grower.grow(|| group.push(&part));
        }
    };
    view! {
        <div class="rule-group stack" role="group" aria-label=text("segments.group")>
            <div class="row">
                <span>{text("segments.users_who")}</span>
                <Select label=Label::unseen(text("segments.joint")) choices=Signal::stored(joints) value=group.joint on_change=move |joint| group.joint.set(joint) />
            </div>
            <ul class="rule-list">
                <For each=move || group.parts.get() key=|node| node.id let(node)>
                    <li class="rule-part">
                        <div class="rule-fields">{part_view(node)}</div>
                        <IconButton label=text("segments.remove_part") icon=Icon::Close on_press=move |()| group.remove(node.id) />
                    </li>
                </For>
            </ul>
            <div class="row">
                <button class="button button-quiet" type="button" on:click=move |_| add(|facts| Some(did_first(facts)))>
                    <Glyph icon=Icon::Add />{text("segments.add_did")}
                </button>
                <button class="button button-quiet" type="button" on:click=move |_| add(property_first)>
                    <Glyph icon=Icon::Add />{text("segments.add_property")}
                </button>
                <button class="button button-quiet" type="button" on:click=move |_| add(|facts| Some(Segment::AnyOf { of: vec![did_first(facts)] }))>
                    <Glyph icon=Icon::Add />{text("segments.add_group")}
                </button>
            </div>
        </div>
    }
}

/// One part. Groups hold parts, so the type has to be hidden.
fn part_view(node: Node) -> AnyView {
    let not = move |yes: &str, no: &str| {
        let choices = vec![Choice::new(false, text(yes)), Choice::new(true, text(no))];
        view! { <Select label=Label::unseen(text("segments.not")) choices=Signal::stored(choices) value=node.is_not on_change=move |is_not| node.is_not.set(is_not) /> }
    };
    match node.body {
        Body::Property(test) => {
            view! { {not("segments.have", "segments.have_not")} <OwnerField test /> <TestFields test on_change=move |changed| test.set(changed) /> }
                .into_any()
        }
        Body::Did(fields) => {
            view! { {not("segments.did", "segments.did_not")} <DidView fields /> }.into_any()
        }
        Body::Group(group) => view! { {not("segments.are", "segments.are_not")} <Group group /> }.into_any(),
        Body::Kept(segment) => {
            view! { {not("segments.are", "segments.are_not")} <code>{segment.with_value(kept_text)}</code> }
                .into_any()
        }
    }
}

/// Which of the user's values counts.
#[component]
fn OwnerField(test: RwSignal<PropertyTest>) -> impl IntoView {
    let choices = vec![
        Choice::new(ValueOwner::User, text("owner.user")),
        Choice::new(ValueOwner::UserFirst, text("owner.user_first")),
        Choice::new(ValueOwner::Event, text("owner.event")),
    ];
    view! {
        <Select
            label=Label::unseen(text("owner.label"))
            choices=Signal::stored(choices)
            value=Signal::derive(move || test.read().on)
            on_change=move |owner| test.update(|test| test.on = owner)
        />
    }
}

#[component]
fn DidView(fields: DidFields) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let events = Signal::derive(move || event_choices(facts));
    let conditions = Rows::new(fields.conditions.into(), move |conditions| fields.conditions.set(conditions));
    let times = vec![
        Choice::new(Times::AtLeast, text("times.at_least")),
        Choice::new(Times::Exactly, text("times.exactly")),
        Choice::new(Times::AtMost, text("times.at_most")),
    ];
    view! {
        <Combobox label=Label::unseen(text("segments.event")) choices=events value=fields.event on_change=move |event| fields.event.set(event) />
        <Select label=Label::unseen(text("times.label")) choices=Signal::stored(times) value=fields.times on_change=move |times| fields.times.set(times) />
        <NumberField
            label=Label::unseen(text("segments.n"))
            value=Signal::derive(move || fields.n.get() as f64)
            on_change=move |n: f64| fields.n.set(n as u64)
            range=0.0..=MOST
        />
        <span>{text("segments.times")}</span>
        <WithinFields within=fields.within />
        <AddCondition rows=conditions />
        <Conditions rows=conditions />
    }
}

/// "ever", "in the last n days", "within n days of their first event".
#[component]
fn WithinFields(within: RwSignal<Within>) -> impl IntoView {
    let days = Memo::new(move |_| match within.get() {
        Within::LastDays { days } | Within::FirstDays { days } => days,
        _ => 30,
    });
    let kind = Signal::derive(move || match within.get() {
        Within::LastDays { .. } => 1_u8,
        Within::FirstDays { .. } => 2,
        _ => 0,
    });
    let of = move |kind: u8, days: u32| match kind {
        1 => Within::LastDays { days },
        2 => Within::FirstDays { days },
        _ => Within::Ever,
    };
    let choices = vec![
        Choice::new(0_u8, text("within.ever")),
        Choice::new(1, text("within.last")),
        Choice::new(2, text("within.first")),
    ];
    view! {
        <Select label=Label::unseen(text("within.label")) choices=Signal::stored(choices) value=kind on_change=move |kind| within.set(of(kind, days.get_untracked())) />
        <Show when=move || kind.get() != 0>
            <NumberField
                label=Label::unseen(text("within.days_label"))
                value=Signal::derive(move || f64::from(days.get()))
                on_change=move |n: f64| within.set(of(kind.get_untracked(), n as u32))
                range=1.0..=MOST
            />
            <span>{text("within.days")}</span>
        </Show>
    }
}

/// A rule to begin with: did the most frequent event in the last 30 days.
fn first_segment(facts: Facts) -> NamedSegment {
    NamedSegment { name: String::new(), segment: Segment::AllOf { of: vec![did_first(facts)] } }
}

fn did_first(facts: Facts) -> Segment {
    let event = facts.events().into_iter().next().map(|(name, _)| name);
    Segment::Did(Did {
        rule: EventRule { event, ..EventRule::default() },
        times: Times::AtLeast,
        n: 1,
        within: Within::LastDays { days: 30 },
    })
}

fn property_first(facts: Facts) -> Option<Segment> {
    let (property, kind) = facts.properties().into_iter().next()?;
    Some(Segment::Property(PropertyTest { on: ValueOwner::User, ..first_test(facts, property, kind) }))
}

fn kept_text(segment: &Segment) -> String {
    match segment {
        Segment::Cluster(rule) => {
            text_with("segments.kept_cluster", &[("n", (rule.cluster + 1).to_string())])
        }
        Segment::List { users } => plural_with::<&str>("segments.kept_list", users.len() as u64, &[]),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
