//! The question as a sentence: what is to be reached, and what may go with it.

use cairn_engine::analysis::drivers::{DriversQuery, Factors, Target};
use cairn_engine::analysis::funnel::FunnelQuery;
use cairn_engine::rule::{NamedSegment, Owner, Scope};
use leptos::prelude::*;

use crate::panel::frame::QuestionForm;
use crate::panel::question::{Part, Question, part};
use crate::panel::shared::step_name;
use crate::session::{Facts, Session};
use crate::text::{count, text, text_with};
use crate::view::{Choice, Sentence};

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
    /// The question.
    question: Question<DriversQuery>,
    /// The funnel of the panel of funnels.
    funnel: Memo<Option<FunnelQuery>>,
) -> impl IntoView {
    let (session, facts) = (expect_context::<Session>(), expect_context::<Facts>());
    let chosen = question.value(|query| query.target.clone());
    let all_targets =
        Signal::derive(move || targets(funnel.read().as_ref(), &session.segments.read(), &chosen.read()));
    let all_factors = question.value(move |query| factor_choices(facts, owner(query)));
    let least = Part {
        get: |query: &DriversQuery| query.min_users as f64,
        set: |query, n| query.min_users = n as u64,
    };
    let what = vec![
        ("target", question.select("drivers.target", "target", all_targets, part!(target))),
        ("factors", question.find("drivers.factors", "factors", all_factors, part!(factors))),
    ];
    let how = vec![
        ("on", question.select("drivers.on", "on", owners(), Part { get: owner, set: set_owner })),
        ("least", question.number("drivers.min_users", "min_users", (1.0..=1_000_000.0, 1.0), least)),
    ];
    view! {
        <QuestionForm>
            <Sentence key="drivers.sentence" slots=what />
            <Sentence key="drivers.more" slots=how />
        </QuestionForm>
    }
}

fn owners() -> Vec<Choice<Owner>> {
    vec![
        Choice::new(Owner::UserFirst, text("drivers.first_value")),
        Choice::new(Owner::User, text("drivers.last_value")),
    ]
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
            let steps = funnel.steps.iter().enumerate().map(|(index, step)| step_name(index, step));
            text_with("drivers.in_funnel", &[("steps", steps.collect::<Vec<_>>().join(" → "))])
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
pub fn owner(query: &DriversQuery) -> Owner {
    let of = |factors: &Factors| match factors {
        Factors::UserProperties { on, .. } => Some(*on),
        _ => None,
    };
    query.factors.iter().find_map(of).unwrap_or(Owner::UserFirst)
}

fn set_owner(query: &mut DriversQuery, owner: Owner) {
    for factors in &mut query.factors {
        if let Factors::UserProperties { on, .. } = factors {
            *on = owner;
        }
    }
}
