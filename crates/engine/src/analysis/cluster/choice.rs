//! The number of clusters and the first centroids, found on a sample of users.

use super::{ClusterCount, TriedCount};
use crate::stats::kmeans::{Clustering, Points, best_of};
use crate::stats::silhouette::silhouettes;
use crate::table::users::mix;

/// Users that every number of clusters is tried on. Silhouettes take every pair of them.
const TRIAL_USERS: usize = 2_048;

/// Users that the first centroids are found on, if the work allows it.
const START_USERS: usize = 16_384;

/// Distances, times features, that all starts together may take in each of their rounds. The default query (10 starts,
/// 10 clusters, 18 features) stays below it with [`START_USERS`].
const START_WORK: usize = START_USERS * 10 * 10 * 20;

/// What was found on the sample.
#[derive(Debug)]
pub(super) struct Choice {
    /// Every number of clusters tried, ascending.
    pub(super) tried: Vec<TriedCount>,
    /// The chosen number of centroids.
    pub(super) centroids: Vec<Vec<f64>>,
}

/// How many users the sample should hold: [`START_USERS`], fewer where that were too much work, but no fewer than
/// [`TRIAL_USERS`].
pub(super) fn sample_size(n_features: usize, n_clusters: u32, n_restarts: u32) -> usize {
    let work = n_features * n_clusters as usize * n_restarts as usize;
    (START_WORK / work.max(1)).clamp(TRIAL_USERS, START_USERS)
}

/// Tries numbers of clusters on the first [`TRIAL_USERS`] users of a sample, chooses one, and finds its centroids on the
/// whole sample. `columns` hold the users' coordinates; there is at least one user.
pub(super) fn choose(columns: &[Vec<f64>], count: ClusterCount, n_restarts: u32, seed: u32) -> Choice {
    let best = |points: Points<'_>, k: u32| {
        let seed = mix((u64::from(seed) << 32) | u64::from(k));
        best_of(points, k as usize, n_restarts as usize, seed)
    };
    let n_users = columns.first().map_or(0, Vec::len);
    let trial: Vec<Vec<f64>> =
        columns.iter().map(|column| column[..n_users.min(TRIAL_USERS)].to_vec()).collect();
    let trial = Points::new(&trial);
    let mut clusterings: Vec<Clustering> = Vec::new();
    for k in numbers(count) {
        let clustering = best(trial, k);
        let n_found = clustering.centroids.len();
        // Once fewer come out than were asked for, that many points differ, and greater numbers say nothing new.
        if clusterings.iter().all(|before| before.centroids.len() < n_found) {
            clusterings.push(clustering);
        }
        if n_found < k as usize {
            break;
        }
    }
    let tried = judged(trial, &clusterings);
    let chosen = chosen(&tried);
    let k = tried.get(chosen).map_or(1, |tried| tried.k);
    let whole = n_users > trial.len();
    let centroids = if whole {
        best(Points::new(columns), k).centroids
    } else {
        clusterings.swap_remove(chosen).centroids
    };
    Choice { tried, centroids }
}

fn numbers(count: ClusterCount) -> Vec<u32> {
    match count {
        ClusterCount::Fixed { k } => vec![k],
        ClusterCount::Auto { least, most } => [1].into_iter().chain(least..=most).collect(),
    }
}

fn judged(trial: Points<'_>, clusterings: &[Clustering]) -> Vec<TriedCount> {
    let labelings: Vec<&[u32]> = clusterings.iter().map(|clustering| clustering.labels.as_slice()).collect();
    let most = clusterings.iter().map(|clustering| clustering.centroids.len()).max().unwrap_or(0);
    let judged = |(clustering, silhouette): (&Clustering, Option<f64>)| TriedCount {
        k: clustering.centroids.len() as u32,
        silhouette,
        inertia: clustering.inertia,
        n_users: trial.len() as u64,
    };
    clusterings.iter().zip(silhouettes(trial, &labelings, most)).map(judged).collect()
}

/// The place of the greatest silhouette; of equal ones the first, and the first of all if there is none.
fn chosen(tried: &[TriedCount]) -> usize {
    let mut best: Option<(usize, f64)> = None;
    for (at, tried) in tried.iter().enumerate() {
        if let Some(silhouette) = tried.silhouette
            && best.is_none_or(|(_, before)| silhouette > before)
        {
            best = Some((at, silhouette));
        }
    }
    best.map_or(0, |(at, _)| at)
}
