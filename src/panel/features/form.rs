//! Which features, and on which scale they are compared.

use cairn_engine::analysis::feature::{FeatureAnswer, FeatureQuery};
use cairn_engine::rule::{Feature, Scaling};
use cairn_engine::table::Kind;
use leptos::prelude::*;

use super::words::feature_name;
use crate::panel::frame::QuestionForm;
use crate::panel::question::{Question, part};
use crate::session::Facts;
use crate::text::{text, text_with};
use crate::view::{Choice, Combobox, Disclosure, Icon, IconButton, Label, Sentence};

/// The form. What the person changes is asked at once.
#[component]
pub fn FeaturesForm(
    /// The question.
    question: Question<FeatureQuery>,
) -> impl IntoView {
    let slots = vec![("scaling", question.select("features.scaling", "scaling", scalings(), part!(scaling)))];
    view! {
        <QuestionForm>
            <Sentence key="features.sentence" slots />
            <Disclosure summary=text("features.edit")><FeatureList question /></Disclosure>
        </QuestionForm>
    }
}

/// The features, each with a button that takes it out, and a field that adds one.
#[component]
fn FeatureList(question: Question<FeatureQuery>) -> impl IntoView {
    let facts = expect_context::<Facts>();
    // Where the data have chosen, the answer knows what.
    let used = Memo::new(move |_| {
        let of_answer = |found: &FeatureAnswer| {
            found.features.iter().map(|summary| summary.feature.clone()).collect::<Vec<_>>()
        };
        let chosen = question.value(|query| query.features.clone()).get();
        chosen.unwrap_or_else(|| question.shown(move |_, found| of_answer(found)).get())
    });
    let change = move |change: &dyn Fn(&mut Vec<Feature>)| {
        let mut features = used.get_untracked();
        change(&mut features);
        // Without any there is nothing to ask; then the data choose again.
        question.change(|query| query.features = (!features.is_empty()).then_some(features));
    };
    let addable = Signal::derive(move || {
        let used = used.read();
        let unused = offered(facts).into_iter().filter(|feature| !used.contains(feature));
        unused.map(|feature| Choice::new(Some(feature.clone()), feature_name(&feature))).collect::<Vec<_>>()
    });
    let item = move |feature: Feature| {
        let label = text_with("features.remove", &[("feature", feature_name(&feature))]);
        let shown = feature_name(&feature);
        let remove = move |_| change(&|features| features.retain(|other| *other != feature));
        view! {
            <li class="row"><bdi>{shown}</bdi><IconButton icon=Icon::Close label on_press=remove /></li>
        }
    };
    let add = move |feature: Option<Feature>| {
        if let Some(feature) = feature {
            change(&|features| features.push(feature.clone()));
        }
    };
    let reset = move |_| question.change(|query| query.features = None);
    view! {
        <ul class="row" aria-label=text("features.used")>
            {move || used.get().into_iter().map(item).collect_view()}
        </ul>
        <div class="row">
            <Combobox label=Label::unseen(text("features.add")).with_error(question.error("features"))
                choices=addable value=Signal::stored(None) on_change=add placeholder=text("features.add") />
            <button class="button" type="button" on:click=reset>{text("features.reset")}</button>
        </div>
    }
}

/// How features can be scaled.
pub fn scalings() -> Vec<Choice<Scaling>> {
    vec![
        Choice::new(Scaling::Auto, text("features.scaling_auto")),
        Choice::new(Scaling::Linear, text("features.scaling_linear")),
        Choice::new(Scaling::Log, text("features.scaling_log")),
        Choice::new(Scaling::Rank, text("features.scaling_rank")),
    ]
}

/// All features that these data offer: those of users, of the commonest events, and of columns.
fn offered(facts: Facts) -> Vec<Feature> {
    let mut all = vec![
        Feature::Events,
        Feature::Sessions,
        Feature::DaysActive,
        Feature::Breadth,
        Feature::Recency,
        Feature::Tenure,
        Feature::Span,
    ];
    for (event, _) in facts.events() {
        all.push(Feature::EventCount { event: event.clone() });
        all.push(Feature::EventShare { event: event.clone() });
        all.push(Feature::DaysUntil { event });
    }
    for (property, kind) in facts.properties() {
        if kind == Kind::Number {
            all.push(Feature::Sum { property: property.clone() });
            all.push(Feature::Mean { property: property.clone() });
            all.push(Feature::Property { property });
        }
    }
    all
}
