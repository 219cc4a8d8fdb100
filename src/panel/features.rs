//! Features: the numbers by which users are told apart, how they are distributed and which go together.

mod answer;
mod form;
mod words;

use cairn_engine::analysis::feature::FeatureQuery;
use leptos::prelude::*;

pub use form::scalings;
pub use words::{cluster_name, feature_name, trait_text};

use super::Panel;
use super::frame::{AnswerFrame, PanelFrame};
use super::question::Question;
use crate::text::text;
use crate::view::{Chart, DataTable};

/// The panel.
#[component]
pub fn Features() -> impl IntoView {
    let question = Question::of(Panel::Features, FeatureQuery::default);
    let sentence = question.shown(|_, found| answer::sentence(found));
    let spec = question.shown(|_, found| Some(answer::pairs_chart(found)));
    let table = question.shown(|_, found| answer::table(found));
    let correlations = question.shown(|_, found| answer::correlations(found));
    let stale = question.stale();
    view! {
        <PanelFrame panel=Panel::Features question spec name="features">
            <p class="soft prose">{text("features.lead")}</p>
            <form::FeaturesForm question />
            <AnswerFrame question sentence>
                <figure class="figure">
                    <figcaption class="small soft">{text("features.pairs")}</figcaption>
                    <Chart spec label=sentence stale />
                </figure>
                <DataTable caption=text("features.table") data=table file_name="features" stale />
                <DataTable caption=text("features.correlations") data=correlations file_name="correlations" stale />
                <p class="rule">{question.shown(|_, found| answer::rule(found))}</p>
            </AnswerFrame>
        </PanelFrame>
    }
}
