//! Saved segments for the checklist: the rules that it can evaluate in a visitor's own browser, as `segments.json`.

use cairn_engine::analysis::segment::SegmentSize;
use cairn_engine::rule::{ClusterRule, Feature, NamedSegment, Scaling, Segment};
use serde_json::{Value, json};

/// The version of the format.
const VERSION: u32 = 1;

/// Groups with fewer users are not exported.
pub const LEAST_USERS: u64 = 5;

/// What is written, and the names of the segments that are not.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// The file.
    pub json: Value,
    /// Segments with a rule that speaks of the whole data, such as a list of users.
    pub unfit: Vec<String>,
    /// Segments with fewer users than [`LEAST_USERS`].
    pub small: Vec<String>,
}

/// The export of saved segments, given the sizes that are known. `revenue` is the column that revenue is summed from.
pub fn export(segments: &[NamedSegment], sizes: &[SegmentSize], revenue: Option<&str>) -> Export {
    let (mut fit, mut unfit, mut small) = (Vec::new(), Vec::new(), Vec::new());
    for named in segments {
        let size = sizes.iter().find(|size| size.name == named.name);
        if !is_known_on_a_page(&named.segment) {
            unfit.push(named.name.clone());
        } else if size.is_none_or(|size| size.n_users < LEAST_USERS) {
            small.push(named.name.clone());
        } else {
            fit.push(named);
        }
    }
    let mut json = json!({ "version": VERSION, "segments": fit });
    if let Some(revenue) = revenue {
        json["revenue"] = revenue.into();
    }
    Export { json, unfit, small }
}

/// Whether the checklist can tell who is in it from what one visitor did and what the host says of them.
fn is_known_on_a_page(segment: &Segment) -> bool {
    match segment {
        Segment::AllOf { of } | Segment::AnyOf { of } => of.iter().all(is_known_on_a_page),
        Segment::Not { of } => is_known_on_a_page(of),
        Segment::Property(_) | Segment::Did(_) => true,
        Segment::Cluster(rule) => is_known_cluster(rule),
        // These speak of calendar periods, of other users or of numbers that only the workbench computes.
        Segment::List { .. } | Segment::Funnel(_) | Segment::Retention(_) => false,
        Segment::Lifecycle(_) | Segment::Stickiness(_) | Segment::Measured(_) => false,
    }
}

fn is_known_cluster(rule: &ClusterRule) -> bool {
    rule.features.iter().all(|scaled| {
        let is_known = match scaled.feature {
            Feature::EventCount { .. } | Feature::Events | Feature::DaysActive | Feature::Recency => true,
            Feature::Tenure | Feature::Span | Feature::Revenue | Feature::Property { .. } => true,
            Feature::EventShare { .. } | Feature::Sessions | Feature::Breadth => false,
            Feature::DaysUntil { .. } | Feature::Mean { .. } | Feature::Sum { .. } => false,
            Feature::Is { .. } => false,
        };
        is_known && scaled.scaling == Scaling::Auto
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, segment: Value) -> NamedSegment {
        NamedSegment { name: name.to_owned(), segment: serde_json::from_value(segment).expect("a rule") }
    }

    fn size(name: &str, n_users: u64) -> SegmentSize {
        SegmentSize { name: name.to_owned(), n_users, user_rate: None, n_events: 0 }
    }

    #[test]
    fn what_a_page_cannot_know_and_small_groups_stay_here_and_are_named() {
        let did = json!({"kind": "did", "rule": {"event": "invite"}});
        let list = json!({"kind": "not", "of": {"kind": "list", "users": ["u1"]}});
        let cluster = |feature: Value| {
            let features = json!([{"feature": feature, "mean": 0.0, "deviation": 1.0}]);
            json!({"kind": "cluster", "features": features, "centroids": [[0.5]], "cluster": 0, "now": 0})
        };
        let segments = [
            named("inviters", did.clone()),
            named("few", did),
            named("one by one", list),
            named("busy", cluster(json!({"kind": "events"}))),
            named("broad", cluster(json!({"kind": "breadth"}))),
        ];
        let sizes =
            [size("inviters", 5), size("few", 4), size("one by one", 9), size("busy", 9), size("broad", 9)];
        let found = export(&segments, &sizes, Some("amount"));
        let names: Vec<&Value> = found.json["segments"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|segment| &segment["name"])
            .collect();
        assert_eq!(names, ["inviters", "busy"]);
        assert_eq!(
            (found.json["version"].as_u64(), found.json["revenue"].as_str()),
            (Some(1), Some("amount"))
        );
        assert_eq!(
            (found.unfit, found.small),
            (vec!["one by one".to_owned(), "broad".to_owned()], vec!["few".to_owned()])
        );
    }
}
