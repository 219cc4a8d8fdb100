//! The answer in words, as a picture and as tables: pure functions of the engine's answer.

use cairn_charts::{Bar, Bars, ChartSpec, Picture};
use cairn_engine::analysis::feature::{FeatureAnswer, FeatureSummary};
use cairn_engine::rule::Feature;

use super::words::feature_name;
use crate::text::{count, name, number, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData};

/// How many pairs the picture draws.
const PAIRS: usize = 12;

/// Two features and their correlation.
struct Pair<'a> {
    a: &'a Feature,
    b: &'a Feature,
    correlation: f64,
}

/// All pairs that have a correlation, the strongest first. Two values of one property exclude each other, which is no news.
fn pairs(answer: &FeatureAnswer) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    for (at, row) in answer.correlations.iter().enumerate() {
        for (other, correlation) in row[..at].iter().enumerate() {
            let (a, b) = (&answer.features[other].feature, &answer.features[at].feature);
            let are_values = matches!((a, b), (Feature::Is { property: x, .. }, Feature::Is { property: y, .. }) if x == y);
            if let (Some(correlation), false) = (*correlation, are_values) {
                pairs.push(Pair { a, b, correlation });
            }
        }
    }
    pairs.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
    pairs
}

/// How many users and features, and which two go together most.
pub fn sentence(answer: &FeatureAnswer) -> String {
    if answer.n_users == 0 {
        return text("answer.nobody_active");
    }
    let values = [("n", strong(count(answer.n_users))), ("features", count(answer.features.len() as u64))];
    let mut said = vec![plural_with("features.said", answer.n_users, &values)];
    if let Some(pair) = pairs(answer).first() {
        let key = if pair.correlation > 0.0 { "features.said_together" } else { "features.said_apart" };
        let named = |feature| name(feature_name(feature));
        let values = [("a", named(pair.a)), ("b", named(pair.b)), ("r", number(pair.correlation, 2))];
        said.push(text_with(key, &values));
    }
    said.join(" ")
}

/// The strongest correlations.
pub fn pairs_chart(answer: &FeatureAnswer) -> ChartSpec {
    let bar = |pair: &Pair<'_>| {
        let values = [("a", feature_name(pair.a)), ("b", feature_name(pair.b))];
        let name = text_with("features.pair", &values);
        let shown = number(pair.correlation, 2);
        Bar {
            value: pair.correlation,
            label: format!("{name}: {shown}"),
            text: shown,
            name,
            ..Bar::default()
        }
    };
    let bars = pairs(answer).iter().take(PAIRS).map(bar).collect();
    ChartSpec { picture: Picture::Bars(Bars { bars }), empty: text("features.no_pairs") }
}

/// Every feature with its distribution.
pub fn table(answer: &FeatureAnswer) -> TableData {
    let columns = vec![
        Column::text(text("features.column_feature")),
        Column::number(text("features.column_known")),
        Column::number(text("features.column_mean")),
        Column::number(text("features.column_deviation")),
        Column::number(text("features.column_least")),
        Column::number(text("features.column_quarter")),
        Column::number(text("features.column_median")),
        Column::number(text("features.column_three_quarters")),
        Column::number(text("features.column_most")),
    ];
    let row = |of: &FeatureSummary| {
        let quartile = |at: usize| Cell::number(of.quartiles.map(|quartiles| quartiles[at]), 2);
        vec![
            Cell::text(feature_name(&of.feature)),
            Cell::count(of.n_known),
            Cell::number(of.mean, 2),
            Cell::number(of.deviation, 2),
            Cell::number(of.least, 2),
            quartile(0),
            quartile(1),
            quartile(2),
            Cell::number(of.most, 2),
        ]
    };
    TableData { columns, rows: answer.features.iter().map(row).collect() }
}

/// Every pair.
pub fn correlations(answer: &FeatureAnswer) -> TableData {
    let columns = vec![
        Column::text(text("features.column_first")),
        Column::text(text("features.column_second")),
        Column::number(text("features.column_correlation")),
    ];
    let row = |pair: &Pair<'_>| {
        vec![
            Cell::text(feature_name(pair.a)),
            Cell::text(feature_name(pair.b)),
            Cell::number(Some(pair.correlation), 3),
        ]
    };
    TableData { columns, rows: pairs(answer).iter().map(row).collect() }
}

/// What was counted, and of how many.
pub fn rule(answer: &FeatureAnswer) -> String {
    text_with("features.rule", &[("n", count(answer.n_sampled))])
}
