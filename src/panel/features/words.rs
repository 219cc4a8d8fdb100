//! Features in words.

use cairn_engine::analysis::cluster::Trait;
use cairn_engine::rule::{Feature, Touch};

use crate::text::{name, number, percent, text, text_with};

/// What a feature measures: "times *payment*", "days active".
pub fn feature_name(feature: &Feature) -> String {
    match feature {
        Feature::EventCount { event } => text_with("feature.event_count", &[("event", event)]),
        Feature::Events => text("feature.events"),
        Feature::DaysActive => text("feature.days_active"),
        Feature::Recency => text("feature.recency"),
        Feature::Tenure => text("feature.tenure"),
        Feature::Span => text("feature.span"),
        Feature::Revenue => text("feature.revenue"),
        Feature::Property { property } => text_with("feature.property", &[("property", property)]),
        Feature::EventShare { event } => text_with("feature.event_share", &[("event", event)]),
        Feature::Sessions => text("feature.sessions"),
        Feature::Breadth => text("feature.breadth"),
        Feature::DaysUntil { event } => text_with("feature.days_until", &[("event", event)]),
        Feature::Mean { property } => text_with("feature.mean", &[("property", property)]),
        Feature::Sum { property } => text_with("feature.sum", &[("property", property)]),
        Feature::Is { property, value, touch: Touch::Last } => {
            text_with("feature.is", &[("property", property), ("value", value)])
        }
        Feature::Is { property, value, touch: Touch::First } => {
            text_with("feature.is_first", &[("property", property), ("value", value)])
        }
    }
}

/// A trait as a clause: "invite 4.2 times (others 0.3)".
pub fn trait_text(of: &Trait) -> String {
    let values = [
        ("feature", name(feature_name(&of.feature))),
        ("mean", of.mean.map(|mean| number(mean, 1)).unwrap_or_default()),
        ("rest", of.rest_mean.map(|mean| number(mean, 1)).unwrap_or_default()),
        ("did", of.did_rate.map(|rate| percent(rate.rate, 0)).unwrap_or_default()),
        ("rest_did", of.rest_did_rate.map(|rate| percent(rate.rate, 0)).unwrap_or_default()),
    ];
    let key = match (of.rest_mean.is_some(), of.did_rate.is_some()) {
        (false, _) => "trait.alone",
        (true, false) => "trait.mean",
        (true, true) => "trait.did",
    };
    text_with(key, &values)
}

/// A name for a cluster from what sets it apart most: "Much *payment*, few *days since last event*".
pub fn cluster_name(traits: &[Trait]) -> String {
    let clause = |of: &Trait| {
        let difference = of.difference?.difference;
        let key = if difference > 0.0 { "cluster.more" } else { "cluster.less" };
        Some(text_with(key, &[("feature", feature_name(&of.feature))]))
    };
    let clauses: Vec<String> = traits.iter().filter_map(clause).take(2).collect();
    if clauses.is_empty() { text("cluster.everyone") } else { clauses.join(&text("list.joint")) }
}
