//! Saved centroids: whether they are sound, and the users who are nearest to one of them.

use super::condition::Test;
use super::features::{Curve, FeatureScan, Measure, Scale, measures, standardize};
use super::scope::ScopeFilter;
use crate::error::{QueryError, QueryProblem};
use crate::rule::{ClusterRule, ScaledFeature, Scaling, Scope};
use crate::stats::kmeans::{Nearest, Points};
use crate::table::{Bitmap, BucketId, Table};

/// How many amounts a saved scale by ranks may hold.
const MAX_RANKS: i64 = 1001;

/// Checks a cluster rule.
///
/// # Errors
/// As [`check_centroids`], or if the cluster is none of its centroids or a condition does not fit the table.
pub fn check_cluster(rule: &ClusterRule, table: &Table) -> Result<(), QueryError> {
    check_centroids(&rule.features, &rule.centroids, table)?;
    check_place(rule)?;
    Test::conditions(&rule.conditions, table).map(drop)
}

fn check_place(rule: &ClusterRule) -> Result<(), QueryError> {
    QueryError::check_range("cluster", i64::from(rule.cluster), 0, rule.centroids.len() as i64 - 1)
}

/// The measures of scaled features, if centroids fit them.
///
/// # Errors
/// If there is no centroid or no feature, a centroid's shape does not fit the features, a number is not finite, or a
/// feature needs a column that the table lacks.
pub fn check_centroids(
    features: &[ScaledFeature],
    centroids: &[Vec<f64>],
    table: &Table,
) -> Result<Vec<Measure>, QueryError> {
    let empty =
        |field, hint: &str| Err(QueryError::new(field, QueryProblem::Empty { hint: hint.to_owned() }));
    if features.is_empty() {
        return empty("features", "clusters need the features that their centroids are made of");
    }
    if centroids.is_empty() {
        return empty("centroids", "clusters need their centroids");
    }
    let measures = measures(features.iter().map(|scaled| &scaled.feature), table)?;
    for (index, scaled) in features.iter().enumerate() {
        check_finite(scaled.mean, || format!("features[{index}].mean"))?;
        check_finite(scaled.deviation, || format!("features[{index}].deviation"))?;
        check_ranks(scaled).map_err(|error| error.within(&format!("features[{index}]")))?;
    }
    for (index, centroid) in centroids.iter().enumerate() {
        let n_features = features.len() as i64;
        QueryError::check_range(
            &format!("centroids[{index}]"),
            centroid.len() as i64,
            n_features,
            n_features,
        )?;
        for (at, &value) in centroid.iter().enumerate() {
            check_finite(value, || format!("centroids[{index}][{at}]"))?;
        }
    }
    Ok(measures)
}

fn check_ranks(scaled: &ScaledFeature) -> Result<(), QueryError> {
    let most = if scaled.scaling == Scaling::Rank { MAX_RANKS } else { 0 };
    QueryError::check_range("ranks", scaled.ranks.len() as i64, 0, most)?;
    for (at, &amount) in scaled.ranks.iter().enumerate() {
        check_finite(amount, || format!("ranks[{at}]"))?;
    }
    if !scaled.ranks.is_sorted() {
        let explanation = "must ascend: they are amounts from the least to the greatest".to_owned();
        return Err(QueryError::new("ranks", QueryProblem::Conflict { explanation }));
    }
    Ok(())
}

fn check_finite(value: f64, field: impl Fn() -> String) -> Result<(), QueryError> {
    if value.is_finite() {
        return Ok(());
    }
    let (value, wanted) = (value.to_string(), "finite number".to_owned());
    Err(QueryError::new(field(), QueryProblem::BadValue { value, wanted }))
}

/// The users whose nearest centroid is the rule's cluster, of those with a row in the rule's range that meets its
/// conditions. O(rows + users × features × centroids).
///
/// # Errors
/// As [`check_cluster`].
pub fn in_cluster(rule: &ClusterRule, table: &Table) -> Result<Bitmap, QueryError> {
    let measures = check_centroids(&rule.features, &rule.centroids, table)?;
    check_place(rule)?;
    let conditions = rule.conditions.clone();
    let scope = Scope { from: rule.from, to: rule.to, conditions, ..Scope::default() };
    let scales = rule.features.iter().map(|scaled| Scale { mean: scaled.mean, deviation: scaled.deviation });
    let scales: Vec<Scale> = scales.collect();
    let curves = rule.features.iter().zip(&measures).map(|(scaled, &measure)| Curve::saved(scaled, measure));
    let curves = curves.collect();
    let filter = ScopeFilter::new(&scope, table)?;
    let mut scan = FeatureScan::new(measures, table, filter, rule.now)?.scaled_by(curves);
    let mut members = Bitmap::empty(table.users.len());
    let (mut columns, mut nearest) = (Vec::new(), Nearest::default());
    for bucket in BucketId::all() {
        scan.bucket(table.bucket(bucket));
        scan.scaled_into(&mut columns);
        standardize(&mut columns, &scales);
        nearest.find(Points::new(&columns), &rule.centroids);
        for (user, &label) in scan.users.iter().zip(&nearest.labels) {
            if label == rule.cluster {
                members.insert(user.0 as usize);
            }
        }
    }
    Ok(members)
}
