//! How groups are found and judged: the choices, every number of groups that was tried, and who is in no group really.

use cairn_engine::analysis::cluster::{
    ClusterAnswer, ClusterLinkage, ClusterMethod, Judge, KRule, Outlier, Suggestion, TriedCount,
};

use crate::panel::features::feature_name;
use crate::text::{count, text, text_with};
use crate::view::{Cell, Choice, Column, TableData};

/// The ways to find groups.
pub fn methods() -> Vec<Choice<ClusterMethod>> {
    let tree = |linkage, key: &str| Choice::new(ClusterMethod::Hierarchical { linkage }, text(key));
    vec![
        Choice::new(ClusterMethod::Kmeans, text("cluster.kmeans")),
        tree(ClusterLinkage::Ward, "cluster.ward"),
        tree(ClusterLinkage::Average, "cluster.average"),
        tree(ClusterLinkage::Complete, "cluster.complete"),
        tree(ClusterLinkage::Single, "cluster.single"),
    ]
}

/// What numbers of groups are judged by.
pub fn judges() -> Vec<Choice<Judge>> {
    vec![
        Choice::new(Judge::Quick, text("cluster.judge_quick")),
        Choice::new(Judge::Full, text("cluster.judge_full")),
    ]
}

/// What each rule says, in a sentence.
pub fn suggested(answer: &ClusterAnswer) -> String {
    let clause = |said: &Suggestion| {
        let k = said.k?;
        let values = [("rule", rule_name(said.rule)), ("k", count(u64::from(k)))];
        Some(text_with("cluster.suggested", &values))
    };
    let clauses: Vec<String> = answer.suggested.iter().filter_map(clause).collect();
    text_with("cluster.suggestions", &[("rules", clauses.join(&text("list.joint")))])
}

fn rule_name(rule: KRule) -> String {
    text(match rule {
        KRule::Silhouette => "cluster.by_silhouette",
        KRule::CalinskiHarabasz => "cluster.by_ratio",
        KRule::Gap => "cluster.by_gap",
        KRule::Stability => "cluster.by_stability",
    })
}

/// Every number of groups that was tried.
pub fn tried(answer: &ClusterAnswer) -> TableData {
    let columns = vec![
        Column::number(text("cluster.k")),
        Column::number(text("cluster.by_silhouette")).with_hint(text("cluster.hint_silhouette")),
        Column::number(text("cluster.by_ratio")).with_hint(text("cluster.hint_ratio")),
        Column::number(text("cluster.by_gap")).with_hint(text("cluster.hint_gap")),
        Column::number(text("cluster.by_stability")).with_hint(text("cluster.hint_stability")),
    ];
    let row = |tried: &TriedCount| {
        vec![
            Cell::count(u64::from(tried.k)),
            Cell::number(tried.silhouette, 3),
            Cell::number(tried.calinski_harabasz, 1),
            Cell::number(tried.gap.map(|gap| gap.gap), 3),
            Cell::number(tried.stability, 2),
        ]
    };
    TableData { columns, rows: answer.tried.iter().map(row).collect() }
}

/// Users far from all others.
pub fn outliers(answer: &ClusterAnswer) -> TableData {
    let columns = vec![
        Column::text(text("cluster.column_user")),
        Column::number(text("cluster.column_group")),
        Column::number(text("cluster.column_times")).with_hint(text("cluster.hint_times")),
        Column::text(text("cluster.column_why")),
    ];
    let row = |outlier: &Outlier| {
        vec![
            Cell::text(outlier.user.clone()),
            Cell::count(u64::from(outlier.cluster) + 1),
            Cell::number(Some(outlier.times), 1),
            Cell::text(feature_name(&outlier.feature)),
        ]
    };
    TableData { columns, rows: answer.outliers.iter().map(row).collect() }
}
