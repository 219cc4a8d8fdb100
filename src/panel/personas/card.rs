//! A persona as a card: what is computed of it, and nothing else.

use cairn_charts::{Bar, Bars, ChartSpec, Picture};
use cairn_engine::analysis::persona::{Persona, PersonaAnswer, PersonaQuery, PersonaTrait};
use leptos::prelude::*;

use super::answer::{facts, trait_clause};
use crate::panel::features::feature_name;
use crate::text::{name as isolated, number, percent, plural_with, text, text_with};
use crate::view::{Badge, Chart, Stat, Tint};

/// How many traits a card tells, and how many it draws.
const TOLD: usize = 4;
const DRAWN: usize = 6;

/// A card for each persona.
pub fn cards(_: &PersonaQuery, answer: &PersonaAnswer) -> impl IntoView + use<> {
    answer.personas.iter().map(card).collect_view()
}

fn card(persona: &Persona) -> impl IntoView + use<> {
    let name = persona.name.clone();
    let share = persona.user_rate.map(|rate| percent(rate.rate, 0)).unwrap_or_default();
    let stats = facts(persona)
        .into_iter()
        .map(|(label, value, note)| view! { <Stat label value note /> })
        .collect_view();
    let told =
        persona.traits.iter().take(TOLD).map(|of| view! { <li>{trait_clause(of)}</li> }).collect_view();
    let negative =
        persona.is_negative.then(|| view! { <Badge tint=Tint::Warning>{text("personas.negative")}</Badge> });
    let typical = persona.typical_user.as_ref().map(|user| {
        view! { <p class="small soft">{text_with("cluster.typical", &[("user", isolated(user))])}</p> }
    });
    let picture = (!persona.traits.is_empty()).then(|| {
        let label = text_with("cluster.chart_label", &[("name", name.clone())]);
        view! { <Chart spec=Signal::stored(Some(chart(&persona.traits))) label /> }
    });
    let small =
        persona.traits.is_empty().then(|| view! { <p class="soft">{text("personas.nothing_told")}</p> });
    view! {
        <article class="card stack">
            <div class="card-head"><h2 class="card-title"><bdi>{name}</bdi></h2>{negative}</div>
            <p class="strong">{plural_with("cluster.size", persona.n_users, &[("share", share)])}</p>
            <dl class="stats">{stats}</dl>
            <ul class="stack small">{told}</ul>
            {picture}
            {typical}
            {small}
        </article>
    }
}

/// Standardized differences from everybody else, the largest first.
fn chart(traits: &[PersonaTrait]) -> ChartSpec {
    let bar = |of: &PersonaTrait| Bar {
        name: feature_name(&of.feature),
        value: of.difference.difference,
        text: text_with("cluster.deviations", &[("n", number(of.difference.difference, 1))]),
        interval: of.difference.interval,
        label: trait_clause(of),
        ..Bar::default()
    };
    let bars = traits.iter().take(DRAWN).map(bar).collect();
    ChartSpec { picture: Picture::Bars(Bars { bars }), empty: text("cluster.everyone") }
}
