//! What is found of clusters, as plain data.

use serde::{Deserialize, Serialize};

use crate::rule::{Feature, ScaledFeature, Segment};
use crate::stats::interval::Rate;
use crate::time::Millis;

/// Groups of users who behave alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClusterAnswer {
    /// Users in scope, each in one cluster.
    pub n_users: u64,
    /// The instant that recency and tenure are measured from.
    pub now: Millis,
    /// What users were compared by, with the scaling, in the order of every centroid's coordinates.
    pub features: Vec<ScaledFeature>,
    /// Features that are the same for every user in scope, and so were left out. If all are, they stay in `features`.
    pub constant_features: Vec<Feature>,
    /// Every number of clusters tried, in ascending order. Where the number is chosen from the data, a single cluster is
    /// among them, for comparison of the inertia: it has no silhouette and is never chosen, unless all users are alike.
    /// Empty where the centroids were given.
    pub tried: Vec<TriedCount>,
    /// Mean silhouette of the chosen number of clusters (as in `tried`); none for a single cluster or if none was tried.
    pub silhouette: Option<f64>,
    /// What that silhouette says; none for a single cluster.
    pub structure: Option<Structure>,
    /// Sum over all users of the squared distance to their centroid, in scaled units.
    pub inertia: f64,
    /// Sum over all users of the squared distance to the mean of all, in scaled units: the inertia of one cluster.
    /// `1 − inertia / total_inertia` is the share of the variance that the clusters explain.
    pub total_inertia: f64,
    /// Rounds over all users until the clusters stood still.
    pub n_rounds: u64,
    /// What a person should know about this answer, in a fixed order.
    pub notes: Vec<ClusterNote>,
    /// What each rule says of the number of clusters; empty unless several were tried.
    pub suggested: Vec<Suggestion>,
    /// The tree, if the clusters were cut from one.
    pub tree: Option<Tree>,
    /// The map, if one was asked for and there are users.
    pub map: Option<ClusterMap>,
    /// Users far from all others, the farthest first; at most 20, and 5 of a cluster.
    pub outliers: Vec<Outlier>,
    /// The clusters, the largest first, equally large ones by their centroids.
    pub clusters: Vec<Cluster>,
}

/// One number of clusters tried on a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TriedCount {
    /// The number of clusters.
    pub k: u32,
    /// Mean silhouette over the sample (Rousseeuw 1987), exact, −1 to 1; none for a single cluster.
    pub silhouette: Option<f64>,
    /// Sum over the sample of the squared distance to the nearest centroid, in scaled units.
    pub inertia: f64,
    /// Users in the sample.
    pub n_users: u64,
    /// Calinski & Harabasz' ratio (1974), variance between by variance within; none for a single cluster.
    pub calinski_harabasz: Option<f64>,
    /// The gap statistic; none unless asked for.
    pub gap: Option<TriedGap>,
    /// How surely the weakest cluster comes back when users are drawn anew: its mean Jaccard similarity (Hennig 2007), 0 to
    /// 1, 0.75 being stable. None unless asked for, and for a single cluster.
    pub stability: Option<f64>,
}

/// The gap statistic (Tibshirani, Walther & Hastie 2001), of at most 1,024 users against 10 draws without clusters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TriedGap {
    /// How much lower the inertia's logarithm is than without clusters.
    pub gap: f64,
    /// Its simulation error.
    pub error: f64,
}

/// What one rule says of the number of clusters. Rules seldom agree; none is to be trusted alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Suggestion {
    /// The rule.
    pub rule: KRule,
    /// Its number of clusters; none if it cannot say.
    pub k: Option<u32>,
}

/// A rule for the number of clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KRule {
    /// The greatest mean silhouette; one cluster if that is 0.25 or less.
    Silhouette,
    /// The greatest ratio of Calinski & Harabasz, which cannot say one.
    CalinskiHarabasz,
    /// The least number whose gap is no less than the next one's minus its error.
    Gap,
    /// The greatest number of which every cluster is stable (0.75); one if there is none.
    Stability,
}

/// The tree that clusters were cut from, from its last join down: at most 64 branches of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tree {
    /// Users in the sample that it was made of: all, if there are no more than 16,384.
    pub n_users: u64,
    /// What it joins: that many users, or as many groups of users near to each other where there are more than 10,000 (8,000
    /// for other linkages than Ward's).
    pub n_leaves: u64,
    /// Sampled users in each branch.
    pub branches: Vec<u64>,
    /// The joins of branches, by ascending height: one fewer than branches.
    pub merges: Vec<TreeMerge>,
    /// Share of the sampled users whom the nearest centroid gives the cluster that the tree gave them.
    pub agreement_rate: f64,
}

/// Two branches joined, numbered from 0, then the joins in their order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TreeMerge {
    /// One of them.
    pub a: u32,
    /// The other one.
    pub b: u32,
    /// Their distance, in scaled units.
    pub height: f64,
}

/// Users on a plane: the two directions in which they spread most (principal components).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClusterMap {
    /// Across and up. Users beyond its ends are counted at the edge.
    pub axes: [MapAxis; 2],
    /// How many cells each side has.
    pub side: u32,
    /// The cells with users, by row, column and cluster.
    pub cells: Vec<MapCell>,
}

/// A direction, found on the sample of at most 16,384 users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MapAxis {
    /// A weight for each feature; their squares sum to 1, or they are all 0 if nothing is left to spread.
    pub weights: Vec<f64>,
    /// Share of all variance that lies along it.
    pub variance_rate: f64,
    /// Where the map starts, in scaled units from the mean of all.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

/// Users of one cluster in one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MapCell {
    /// Column, from 0 at the left.
    pub x: u32,
    /// Row, from 0 at the bottom.
    pub y: u32,
    /// Place of the cluster in the answer.
    pub cluster: u32,
    /// Its users there.
    pub n_users: u64,
}

/// A user far from all others: more than three times as far from the centroid as the cluster's users are (root of the mean
/// square), in a cluster of at least ten.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outlier {
    /// The user's id.
    pub user: String,
    /// Place of the cluster in the answer.
    pub cluster: u32,
    /// How many times as far as the cluster's users.
    pub times: f64,
    /// The feature in which the user differs most from the centroid.
    pub feature: Feature,
}

/// What a mean silhouette says, by Kaufman & Rousseeuw (1990, table 4 of chapter 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Structure {
    /// Up to 0.25: no substantial structure. The clusters cut up what hangs together; one cluster (k = 1) describes the
    /// users as well.
    None,
    /// Up to 0.5: weak, and possibly artificial.
    Weak,
    /// Up to 0.7: reasonable.
    Reasonable,
    /// Above 0.7: strong.
    Strong,
}

/// What a person should know about the clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ClusterNote {
    /// Nobody is in scope; there are no clusters.
    NoUsers,
    /// Every feature is the same for every user; all users are one cluster.
    AllAlike,
    /// Fewer clusters could be made than were asked for, because too few users differ.
    FewerClusters {
        /// The number asked for: the fixed one, or the greatest one to try.
        asked: u32,
    },
    /// The clusters still moved after the last round allowed.
    NotConverged,
}

/// A group of users who behave alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cluster {
    /// Its users.
    pub n_users: u64,
    /// `n_users` out of all users in scope, with Wilson's 95 % interval.
    pub user_rate: Option<Rate>,
    /// Sum over its users of the squared distance to its centroid, in scaled units.
    pub inertia: f64,
    /// The id of its most typical user: the nearest one to its centroid, of equally near ones the first by bytes.
    pub typical_user: String,
    /// What it is like, one entry per feature: what sets it apart most comes first.
    pub traits: Vec<Trait>,
    /// The rule that finds its users, ready to be a filter, a breakdown or a checklist's target.
    pub segment: Segment,
}

/// One feature of a cluster, compared with all other users in scope ("the rest").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trait {
    /// The feature.
    pub feature: Feature,
    /// Mean over the cluster's users, missing amounts left out, in plain units: events, days, money; none if all are missing.
    pub mean: Option<f64>,
    /// Mean over the rest, in plain units; none if there is no rest, or no value in it.
    pub rest_mean: Option<f64>,
    /// For event counts: the share of the cluster's users who did it at least once, with Wilson's 95 % interval.
    pub did_rate: Option<Rate>,
    /// For event counts: the same share of the rest; none if there is no rest.
    pub rest_did_rate: Option<Rate>,
    /// How far the cluster lies from the rest; none if there is no rest.
    pub difference: Option<Difference>,
}

/// A standardized difference: the cluster's mean minus the rest's, both on the feature's scale, in standard deviations
/// of all users in scope (in units of √2 for [`Feature::Is`]). Traits are sorted by its size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Difference {
    /// The difference; positive where the cluster has more.
    pub difference: f64,
    /// The ends of its 95 % interval (Welch 1947); none where a group has one user only or neither group varies. The
    /// clusters were made to differ, so it says how precisely the difference is known, not that the clusters are real.
    pub interval: Option<(f64, f64)>,
}

impl Structure {
    /// What a mean silhouette says.
    pub fn of(silhouette: f64) -> Self {
        match silhouette {
            s if s > 0.7 => Self::Strong,
            s if s > 0.5 => Self::Reasonable,
            s if s > 0.25 => Self::Weak,
            _ => Self::None,
        }
    }
}
