//! The question as a sentence: what is to be reached, and what may go with it.

use cairn_engine::Query;
use cairn_engine::analysis::drivers::{DriversQuery, Factors, Target};
use cairn_engine::analysis::funnel::FunnelQuery;
use cairn_engine::rule::{NamedSegment, Owner, Scope};
use leptos::prelude::*;

use crate::panel::Panel;
use crate::panel::shared::field_error;
use crate::session::{Asked, Facts, Session};
use crate::text::{count, text, text_with};
use crate::view::{Choice, Combobox, Label, NumberField, Select, Sentence};

/// The question before the person has changed it: what goes with converting in this funnel?
pub fn first(funnel: &FunnelQuery) -> DriversQuery {
    DriversQuery { target: of_funnel(funnel), ..DriversQuery::default() }
}

/// A funnel as a target: scope, breakdown and trend are no part of it.
fn of_funnel(funnel: &FunnelQuery) -> Target {
    let funnel = FunnelQuery { scope: Scope::default(), breakdown: None, trend: None, ..funnel.clone() };
    Target::Funnel { funnel: Box::new(funnel) }
}

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn DriversForm(
    /// The query that the form shows.
    draft: Memo<Option<DriversQuery>>,
    /// The funnel of the panel of funnels.
    funnel: Memo<Option<FunnelQuery>>,
    /// The state of the answer, for errors beside their fields.
    asked: RwSignal<Asked>,
) -> impl IntoView {
    let (session, facts) = (expect_context::<Session>(), expect_context::<Facts>());
    let shown = Memo::new(move |_| draft.get().unwrap_or_default());
    let change = move |with: &dyn Fn(&mut DriversQuery)| {
        let mut query = shown.get_untracked();
        with(&mut query);
        session.set_draft(Panel::Drivers, Query::Drivers(Box::new(query)));
    };
    let label = move |key: &str, field: &'static str| {
        Label::unseen(text(key)).with_error(Signal::derive(move || field_error(&asked.read(), field)))
    };
    let targets = Signal::derive(move || {
        let funnel = funnel.get();
        targets(funnel.as_ref(), &session.segments.read(), &shown.read().target)
    });
    let target = view! {
        <Select label=label("drivers.target", "target") choices=targets
            value=Signal::derive(move || shown.read().target.clone())
            on_change=move |target| change(&|query| query.target.clone_from(&target)) />
    };
    let factors = view! {
        <Combobox label=label("drivers.factors", "factors")
            choices=Signal::derive(move || factor_choices(facts, owner(&shown.read().factors)))
            value=Signal::derive(move || shown.read().factors.clone())
            on_change=move |factors| change(&|query| query.factors.clone_from(&factors)) />
    };
    let values = vec![
        Choice::new(Owner::UserFirst, text("drivers.first_value")),
        Choice::new(Owner::User, text("drivers.last_value")),
    ];
    let on = view! {
        <Select label=label("drivers.on", "on") choices=Signal::stored(values)
            value=Signal::derive(move || owner(&shown.read().factors))
            on_change=move |on| change(&|query| set_owner(&mut query.factors, on)) />
    };
    let least = view! {
        <NumberField label=label("drivers.min_users", "min_users") range=1.0..=1_000_000.0
            value=Signal::derive(move || shown.read().min_users as f64)
            on_change=move |n: f64| change(&|query| query.min_users = n as u64) />
    };
    view! {
        <form class="question" aria-label=text("funnels.question") on:submit=|event| event.prevent_default()>
            <Sentence key="drivers.sentence"
                slots=vec![("target", target.into_any()), ("factors", factors.into_any())] />
            <Sentence key="drivers.more" slots=vec![("on", on.into_any()), ("least", least.into_any())] />
        </form>
    }
}

/// The funnel of its panel, the saved segments, and what is chosen, as it came.
fn targets(funnel: Option<&FunnelQuery>, saved: &[NamedSegment], chosen: &Target) -> Vec<Choice<Target>> {
    let in_segment = |named: &NamedSegment| {
        let target = Target::Segment { segment: named.segment.clone() };
        Choice::new(target, text_with("drivers.in_segment", &[("segment", named.name.clone())]))
    };
    let of_funnel = funnel.map(|funnel| {
        let target = of_funnel(funnel);
        let label = target_name(&target);
        Choice::new(target, label)
    });
    let mut all: Vec<Choice<Target>> = of_funnel.into_iter().chain(saved.iter().map(in_segment)).collect();
    if !all.iter().any(|choice| choice.value == *chosen) {
        all.insert(0, Choice::new(chosen.clone(), target_name(chosen)));
    }
    all
}

/// A target in words: its steps, or that it is a segment.
fn target_name(target: &Target) -> String {
    match target {
        Target::Segment { .. } => text("drivers.in_a_segment"),
        Target::Funnel { funnel } => {
            let name = |(index, step): (usize, &cairn_engine::analysis::funnel::Step)| {
                let number = || text_with("funnels.step", &[("n", (index + 1).to_string())]);
                step.name.clone().or_else(|| step.rule.event.clone()).unwrap_or_else(number)
            };
            let steps: Vec<String> = funnel.steps.iter().enumerate().map(name).collect();
            text_with("drivers.in_funnel", &[("steps", steps.join(" → "))])
        }
    }
}

fn factor_choices(facts: Facts, on: Owner) -> Vec<Choice<Vec<Factors>>> {
    let of_users = || Factors::UserProperties { properties: Vec::new(), on };
    let fixed = [
        Choice::new(vec![Factors::Events, of_users()], text("drivers.all_factors")),
        Choice::new(vec![Factors::Events], text("drivers.events")),
        Choice::new(vec![of_users()], text("drivers.user_properties")),
    ];
    let of_event = |(event, n): (String, u64)| {
        let factors = Factors::EventProperties { events: vec![event.clone()], properties: Vec::new() };
        Choice::new(vec![factors], text_with("drivers.event_properties", &[("event", event)]))
            .with_detail(count(n))
    };
    fixed.into_iter().chain(facts.events().into_iter().map(of_event)).collect()
}

/// Whose value counts, where users' properties are asked for; else the first one.
fn owner(factors: &[Factors]) -> Owner {
    let of = |factors: &Factors| match factors {
        Factors::UserProperties { on, .. } => Some(*on),
        _ => None,
    };
    factors.iter().find_map(of).unwrap_or(Owner::UserFirst)
}

fn set_owner(factors: &mut [Factors], owner: Owner) {
    for factors in factors {
        if let Factors::UserProperties { on, .. } = factors {
            *on = owner;
        }
    }
}
