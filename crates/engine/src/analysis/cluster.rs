//! Clusters: groups of users who behave alike, found by k-means over behavioral features, and what sets each apart.

use serde::{Deserialize, Serialize};

mod choice;
mod describe;
mod measure;
mod moves;
mod points;
mod rounds;
pub(super) mod survey;

pub use crate::kernel::features::MAX_FEATURES;
pub use rounds::Clusters;
pub use survey::{DEFAULT_EVENTS, LEAST_SHARE_PERCENT};

use super::Answer;
use crate::error::{QueryError, QueryProblem};
use crate::kernel::centroids::check_centroids;
use crate::kernel::features::{self, MAX_COORDINATE};
use crate::kernel::scope::ScopeFilter;
use crate::rule::{Feature, ScaledFeature, Scaling, Scope, Segment};
use crate::stats::interval::Rate;
use crate::table::Table;
use crate::time::Millis;

/// Asks for groups of users who behave alike. Users without a row in scope are in none.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "cluster", "k": {"kind": "fixed", "k": 3}, "seed": 7,
///         "features": [{"kind": "event_count", "event": "payment"}, {"kind": "days_active"}]}"#,
/// )?;
/// assert!(matches!(query, Query::Cluster(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ClusterQuery {
    /// Which users, and which of their rows the features look at. Recency and tenure are measured from its `now`.
    pub scope: Scope,
    /// What users are compared by, 1 to [`MAX_FEATURES`] features. None = chosen from the data: the counts of the
    /// [`DEFAULT_EVENTS`] events that tell users apart most, of those that at least [`LEAST_SHARE_PERCENT`] % of the
    /// users did, and then events, days active, recency, tenure, span, and revenue if a number column has that role.
    /// What tells users apart most is measured by the entropy of the users' distribution over no such event, 1, 2 to 3,
    /// 4 to 7, … of them; equal ones by name. With one event only, its count is left to `events`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<Feature>>,
    /// How the features are scaled.
    pub scaling: Scaling,
    /// How many clusters.
    pub k: ClusterCount,
    /// Seed of the sample and of the starts. The same seed gives the same clusters.
    pub seed: u32,
    /// How many starts are tried, on a sample of at most 16,384 users, of which the one with the least inertia is kept
    /// and continued on all users; 1 to [`MAX_RESTARTS`].
    pub n_restarts: u32,
    /// Clusters found before, to be found again in these data; `scaling`, `k`, `seed` and `n_restarts` then say nothing,
    /// and `features` must be left out. None = clusters are found anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<ClusterStart>,
}

/// Clusters to start from: saved ones, whose scaling is kept, so that distances mean what they meant; or any centroids
/// over any scaling, as mean 0 and deviation 1 for none.
///
/// Every cluster keeps its place: the rule of the answer's cluster that was number i here has `cluster` i. One that is
/// left without users is not among the answer's clusters, but among the centroids of its rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClusterStart {
    /// The features with their scaling, in the centroids' order.
    pub features: Vec<ScaledFeature>,
    /// One row per cluster, 1 to [`MAX_CLUSTERS`]: scaled coordinates, as many as there are features.
    pub centroids: Vec<Vec<f64>>,
    /// How many times at most the centroids move to the mean of their users, 0 to [`MAX_ROUNDS`]; fewer if they stand
    /// still before. 0 sorts the users by the centroids as they are.
    #[serde(default)]
    pub n_rounds: u32,
}

impl Default for ClusterQuery {
    fn default() -> Self {
        let (scope, k) = (Scope::default(), ClusterCount::default());
        Self { scope, features: None, scaling: Scaling::Auto, k, seed: 1, n_restarts: 10, start: None }
    }
}

/// How many clusters to make. Fewer come out where fewer users differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClusterCount {
    /// The number with the greatest mean silhouette on a sample of at most 2,048 users; of equal ones the least.
    Auto {
        /// The least number tried; at least 2.
        #[serde(default = "two")]
        least: u32,
        /// The greatest number tried; at most [`MAX_AUTO_CLUSTERS`].
        #[serde(default = "ten")]
        most: u32,
    },
    /// This number, 1 to [`MAX_CLUSTERS`].
    Fixed {
        /// The number.
        k: u32,
    },
}

impl Default for ClusterCount {
    fn default() -> Self {
        Self::Auto { least: two(), most: ten() }
    }
}

const fn two() -> u32 {
    2
}

const fn ten() -> u32 {
    10
}

/// How many clusters may be asked for.
pub const MAX_CLUSTERS: u32 = 64;

/// How many clusters are tried at most when the number is chosen from the data.
pub const MAX_AUTO_CLUSTERS: u32 = 20;

/// How many starts may be asked for.
pub const MAX_RESTARTS: u32 = 100;

/// Rounds after which the clusters are taken as they are.
pub const MAX_ROUNDS: u32 = 100;

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

impl ClusterQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope or a feature does not fit the table, or a number is out of its range.
    pub fn check(&self, table: &Table) -> Result<Clusters, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        if let Some(start) = &self.start {
            return self.check_start(start, table).map_err(|error| error.within("start"));
        }
        let given = match &self.features {
            Some(features) if features.is_empty() => {
                let hint = "name at least one feature, or leave the choice to the data".to_owned();
                return Err(QueryError::new("features", QueryProblem::Empty { hint }));
            }
            Some(features) => Some(features::measures(features.iter(), table)?),
            None => None,
        };
        match self.k {
            ClusterCount::Fixed { k } => check_range("k.k", k, 1, MAX_CLUSTERS)?,
            ClusterCount::Auto { least, most } => {
                check_range("k.least", least, 2, MAX_AUTO_CLUSTERS)?;
                check_range("k.most", most, least, MAX_AUTO_CLUSTERS)?;
            }
        }
        check_range("n_restarts", self.n_restarts, 1, MAX_RESTARTS)?;
        Ok(Clusters::new(self.clone(), given))
    }

    fn check_start(&self, start: &ClusterStart, table: &Table) -> Result<Clusters, QueryError> {
        if self.features.is_some() {
            let explanation = "holds the features already; leave out the query's own \"features\"".to_owned();
            return Err(QueryError::new("", QueryProblem::Conflict { explanation }));
        }
        let measures = check_centroids(&start.features, &start.centroids, table)?;
        check_range("centroids", start.centroids.len() as u32, 1, MAX_CLUSTERS)?;
        check_range("n_rounds", start.n_rounds, 0, MAX_ROUNDS)?;
        for (index, centroid) in start.centroids.iter().enumerate() {
            if let Some(at) = centroid.iter().position(|value| value.abs() > MAX_COORDINATE) {
                let (field, value) = (format!("centroids[{index}][{at}]"), centroid[at].to_string());
                let wanted = format!("number between -{MAX_COORDINATE:e} and {MAX_COORDINATE:e}");
                return Err(QueryError::new(field, QueryProblem::BadValue { value, wanted }));
            }
        }
        Ok(Clusters::new(self.clone(), Some(measures)))
    }
}

fn check_range(field: &str, found: u32, least: u32, most: u32) -> Result<(), QueryError> {
    QueryError::check_range(field, i64::from(found), i64::from(least), i64::from(most))
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

impl From<ClusterAnswer> for Answer {
    fn from(answer: ClusterAnswer) -> Self {
        Self::Cluster(answer)
    }
}

#[cfg(test)]
mod tests;
