//! Clusters: groups of users who behave alike, found by k-means over behavioral features, and what sets each apart.

use serde::{Deserialize, Serialize};

mod answer;
mod choice;
mod describe;
mod map;
mod measure;
mod moves;
mod points;
mod rounds;
pub(super) mod survey;
mod tree;

pub use crate::kernel::features::MAX_FEATURES;
pub use answer::{
    Cluster, ClusterAnswer, ClusterMap, ClusterNote, Difference, KRule, MapAxis, MapCell, Outlier, Structure,
    Suggestion, Trait, Tree, TreeMerge, TriedCount, TriedGap,
};
pub use rounds::Clusters;
pub use survey::{DEFAULT_EVENTS, LEAST_SHARE_PERCENT};

use super::Answer;
use crate::error::{QueryError, QueryProblem};
use crate::kernel::centroids::check_centroids;
use crate::kernel::features::{self, MAX_COORDINATE};
use crate::kernel::scope::ScopeFilter;
use crate::rule::{Feature, ScaledFeature, Scaling, Scope};
use crate::table::Table;

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
    /// How clusters are found.
    pub method: ClusterMethod,
    /// How many clusters.
    pub k: ClusterCount,
    /// What every number of clusters that is tried is judged by.
    pub judge: Judge,
    /// Into how many cells each side of the map is cut, up to [`MAX_MAP_SIDE`]; 0 = no map.
    pub map: u32,
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
        Self {
            scope,
            features: None,
            scaling: Scaling::Auto,
            method: ClusterMethod::default(),
            k,
            judge: Judge::Quick,
            map: 0,
            seed: 1,
            n_restarts: 10,
            start: None,
        }
    }
}

/// How clusters are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClusterMethod {
    /// Lloyd's k-means over all users, from the best of several starts on a sample.
    #[default]
    Kmeans,
    /// A tree of a sample, cut into clusters; then every user goes to the nearest of the clusters' centroids, so that the
    /// clusters can be kept as rules.
    Hierarchical {
        /// What the distance of two clusters is.
        #[serde(default)]
        linkage: ClusterLinkage,
    },
}

/// What the distance of two clusters is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClusterLinkage {
    /// By how much joining them raises the inertia (Ward's D2).
    #[default]
    Ward,
    /// The mean distance of their users.
    Average,
    /// The greatest distance.
    Complete,
    /// The least distance.
    Single,
}

/// What numbers of clusters are judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Judge {
    /// Silhouette and Calinski & Harabasz' ratio.
    #[default]
    Quick,
    /// The gap statistic and stability too, which take many k-means of drawn points: seconds.
    Full,
}

/// How many cells a side of the map may have.
pub const MAX_MAP_SIDE: u32 = 256;

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
        check_range("map", self.map, 0, MAX_MAP_SIDE)?;
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

impl From<ClusterAnswer> for Answer {
    fn from(answer: ClusterAnswer) -> Self {
        Self::Cluster(answer)
    }
}

#[cfg(test)]
mod tests;
