//! Clusters: groups found in what users do, each described by what sets it apart.

use cairn_charts::{Bar, Bars, ChartSpec, Picture};
use cairn_engine::analysis::cluster::{
    Cluster, ClusterAnswer, ClusterCount, ClusterNote, ClusterQuery, Structure, Trait,
};
use cairn_engine::rule::NamedSegment;
use leptos::prelude::*;

use super::ways;
use crate::panel::Panel;
use crate::panel::features::{cluster_name, feature_name, scalings, trait_text};
use crate::panel::frame::{AnswerFrame, TakeAway};
use crate::panel::question::{Part, Question, part};
use crate::session::Session;
use crate::text::{count, name as isolated, number, percent, plural, plural_with, strong, text, text_with};
use crate::view::{Cell, Chart, Choice, Column, DataTable, Sentence, TableData};

/// How many traits a card lists.
const TRAITS: usize = 3;

/// How many traits a card draws.
const DRAWN_TRAITS: usize = 6;

/// The largest seed that the form takes.
const SEEDS: f64 = 1_000_000.0;

/// The section.
#[component]
pub fn Clusters() -> impl IntoView {
    let session = expect_context::<Session>();
    let question = Question::beside(Panel::Segments, ClusterQuery::default, Some);
    let seed = Part {
        get: |query: &ClusterQuery| f64::from(query.seed),
        set: |query, seed| query.seed = seed as u32,
    };
    let slots = vec![
        ("k", question.select("cluster.k", "k", counts(), part!(k))),
        ("seed", question.number("cluster.seed", "seed", (0.0..=SEEDS, 1.0), seed)),
    ];
    let ways = vec![
        ("method", question.select("cluster.method", "method", ways::methods(), part!(method))),
        ("scaling", question.select("features.scaling", "scaling", scalings(), part!(scaling))),
        ("judge", question.select("cluster.judge", "judge", ways::judges(), part!(judge))),
    ];
    let said = question.shown(|_, found| sentence(found));
    let cards =
        move || question.found().with(|found| found.as_ref()?.with(|_, answer| cards(session, answer)));
    let table = question.shown(|_, found| table(found));
    let tried = question.shown(|_, found| ways::tried(found));
    let suggested = question.shown(|_, found| ways::suggested(found));
    let has_tried = Memo::new(move |_| tried.read().rows.len() > 1);
    let outliers = question.shown(|_, found| ways::outliers(found));
    let has_outliers = Memo::new(move |_| !outliers.read().rows.is_empty());
    let all = question.shown(|_, found| {
        found.clusters.iter().enumerate().map(|(index, cluster)| saved(index, cluster)).collect::<Vec<_>>()
    });
    let save_all = move |_| all.get_untracked().into_iter().for_each(|saved| session.save_segment(saved));
    view! {
        <div class="question">
            <Sentence key="cluster.sentence" slots />
            <Sentence key="cluster.ways" slots=ways />
        </div>
        <AnswerFrame question sentence=said>
            <div class="row row-apart">
                <button class="button button-primary" type="button" on:click=save_all>{text("cluster.save_all")}</button>
                <TakeAway question spec=Signal::stored(None::<ChartSpec>) name="clusters" />
            </div>
            <div class="split">{cards}</div>
            <DataTable caption=text("cluster.table") data=table file_name="clusters" />
            <Show when=move || has_tried.get()>
                <p class="prose">{move || suggested.get()}</p>
                <DataTable caption=text("cluster.tried") data=tried file_name="clusters-tried" />
            </Show>
            <Show when=move || has_outliers.get()>
                <DataTable caption=text("cluster.outliers") data=outliers file_name="outliers" />
            </Show>
            <p class="rule">{text("cluster.rule")}</p>
        </AnswerFrame>
    }
}

fn counts() -> Vec<Choice<ClusterCount>> {
    let auto = Choice::new(ClusterCount::default(), text("cluster.auto"));
    let fixed = (2..=10).map(|k| Choice::new(ClusterCount::Fixed { k }, k.to_string()));
    std::iter::once(auto).chain(fixed).collect()
}

/// How many groups, how clear they are, and what to be careful about.
fn sentence(answer: &ClusterAnswer) -> String {
    if answer.clusters.is_empty() {
        return text("cluster.nobody");
    }
    let (n, users) = (answer.clusters.len() as u64, strong(count(answer.n_users)));
    let mut said = vec![plural_with("cluster.said", n, &[("n", strong(count(n))), ("users", users)])];
    if let (Some(structure), Some(silhouette)) = (answer.structure, answer.silhouette) {
        let key = match structure {
            Structure::None => "cluster.structure_none",
            Structure::Weak => "cluster.structure_weak",
            Structure::Reasonable => "cluster.structure_reasonable",
            Structure::Strong => "cluster.structure_strong",
        };
        said.push(text_with(key, &[("silhouette", number(silhouette, 2))]));
    }
    if let Some(tree) = &answer.tree {
        let key = if tree.n_leaves < tree.n_users { "cluster.tree_of_groups" } else { "cluster.tree" };
        let values = [("n", count(tree.n_leaves)), ("share", percent(tree.agreement_rate, 0))];
        said.push(text_with(key, &values));
    }
    said.extend(answer.notes.iter().filter_map(note_text));
    said.join(" ")
}

fn note_text(note: &ClusterNote) -> Option<String> {
    match note {
        ClusterNote::NoUsers => None,
        ClusterNote::AllAlike => Some(text("cluster.all_alike")),
        ClusterNote::FewerClusters { asked } => Some(plural("cluster.fewer", u64::from(*asked))),
        ClusterNote::NotConverged => Some(text("cluster.not_converged")),
    }
}

fn cards(session: Session, answer: &ClusterAnswer) -> impl IntoView + use<> {
    answer.clusters.iter().enumerate().map(|(index, cluster)| card(session, index, cluster)).collect_view()
}

fn card(session: Session, index: usize, cluster: &Cluster) -> impl IntoView + use<> {
    let saved = StoredValue::new(saved(index, cluster));
    let share = cluster.user_rate.map(|rate| percent(rate.rate, 0)).unwrap_or_default();
    let traits =
        cluster.traits.iter().take(TRAITS).map(|of| view! { <li>{trait_text(of)}</li> }).collect_view();
    let spec = traits_chart(&cluster.traits);
    let name = saved.with_value(|saved| saved.name.clone());
    view! {
        <article class="card stack">
            <div class="card-head"><h2 class="card-title"><bdi>{name.clone()}</bdi></h2></div>
            <p class="strong">{plural_with("cluster.size", cluster.n_users, &[("share", share)])}</p>
            <ul class="stack small">{traits}</ul>
            <Chart spec=Signal::stored(Some(spec)) label=text_with("cluster.chart_label", &[("name", name)]) />
            <p class="small soft">{text_with("cluster.typical", &[("user", isolated(&cluster.typical_user))])}</p>
            <button class="button" type="button" on:click=move |_| session.save_segment(saved.get_value())>{text("segments.save")}</button>
        </article>
    }
}

/// Standardized differences from everybody else, the largest first.
fn traits_chart(traits: &[Trait]) -> ChartSpec {
    let bar = |of: &Trait| {
        let found = of.difference?;
        Some(Bar {
            name: feature_name(&of.feature),
            value: found.difference,
            text: text_with("cluster.deviations", &[("n", number(found.difference, 1))]),
            interval: found.interval,
            label: trait_text(of),
            ..Bar::default()
        })
    };
    let bars = traits.iter().filter_map(bar).take(DRAWN_TRAITS).collect();
    ChartSpec { picture: Picture::Bars(Bars { bars }), empty: text("cluster.everyone") }
}

fn table(answer: &ClusterAnswer) -> TableData {
    let columns = vec![
        Column::text(text("cluster.column_name")),
        Column::number(text("column.users")),
        Column::number(text("column.user_share")),
        Column::text(text("cluster.column_feature")),
        Column::number(text("cluster.column_mean")),
        Column::number(text("cluster.column_rest")),
        Column::number(text("cluster.column_difference")).with_hint(text("cluster.hint_difference")),
    ];
    let rows = answer.clusters.iter().enumerate().flat_map(|(index, cluster)| {
        let name = saved(index, cluster).name;
        let row = move |of: &Trait| {
            vec![
                Cell::text(name.clone()),
                Cell::count(cluster.n_users),
                Cell::percent(cluster.user_rate.map(|rate| rate.rate), 1),
                Cell::text(feature_name(&of.feature)),
                Cell::number(of.mean, 2),
                Cell::number(of.rest_mean, 2),
                Cell::number(of.difference.map(|found| found.difference), 2),
            ]
        };
        cluster.traits.iter().map(row).collect::<Vec<_>>()
    });
    TableData { columns, rows: rows.collect() }
}

fn saved(index: usize, cluster: &Cluster) -> NamedSegment {
    let n = (index + 1).to_string();
    let name = text_with("cluster.named", &[("n", n), ("name", cluster_name(&cluster.traits))]);
    NamedSegment { name, segment: cluster.segment.clone() }
}
