//! The number of clusters and the first centroids, found on a sample of users.

use super::tree::Grown;
use super::{
    ClusterCount, ClusterMethod, ClusterQuery, Judge, KRule, Suggestion, Tree, TriedCount, TriedGap,
};
use crate::stats::choosing::{Gap, by_gap, calinski_harabasz, gaps, stability};
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

/// Users that gap and stability are reckoned on, and how many draws each takes.
const DRAWN_USERS: usize = 1_024;
const GAP_DRAWS: usize = 10;
const STABILITY_DRAWS: usize = 20;

/// What was found on the sample.
#[derive(Debug)]
pub(super) struct Choice {
    /// Every number of clusters tried, ascending.
    pub(super) tried: Vec<TriedCount>,
    /// The chosen number of centroids.
    pub(super) centroids: Vec<Vec<f64>>,
    /// The tree that they were cut from.
    pub(super) tree: Option<Tree>,
}

/// How many users the sample should hold: [`START_USERS`], fewer where that were too much work, but no fewer than
/// [`TRIAL_USERS`].
pub(super) fn sample_size(query: &ClusterQuery, n_features: usize, n_clusters: u32) -> usize {
    let work = match query.method {
        ClusterMethod::Kmeans => n_features * n_clusters as usize * query.n_restarts as usize,
        ClusterMethod::Hierarchical { .. } => 1,
    };
    (START_WORK / work.max(1)).clamp(TRIAL_USERS, START_USERS)
}

/// Tries numbers of clusters on the first [`TRIAL_USERS`] users of a sample, chooses one, and finds its centroids on the
/// whole sample. `columns` hold the users' coordinates; there is at least one user.
pub(super) fn choose(columns: &[Vec<f64>], query: &ClusterQuery) -> Choice {
    let n_users = columns.first().map_or(0, Vec::len);
    let first = |limit: usize| -> Vec<Vec<f64>> {
        columns.iter().map(|column| column[..n_users.min(limit)].to_vec()).collect()
    };
    let (trial, drawn) = (first(TRIAL_USERS), first(DRAWN_USERS));
    let trial = Points::new(&trial);
    let grown = match query.method {
        ClusterMethod::Kmeans => None,
        ClusterMethod::Hierarchical { linkage } => Some(Grown::new(Points::new(columns), linkage)),
    };
    let best = |points: Points<'_>, k: u32| {
        let seed = mix((u64::from(query.seed) << 32) | u64::from(k));
        best_of(points, k as usize, query.n_restarts as usize, seed)
    };
    let clusterings = differing(query.k, |k| match &grown {
        None => best(trial, k),
        Some(grown) => grown.clustering(trial, k as usize),
    });
    let mut tried = judged(trial, &clusterings);
    if query.judge == Judge::Full {
        judge_fully(Points::new(&drawn), &mut tried, u64::from(query.seed));
    }
    let chosen = chosen(&tried);
    let k = tried.get(chosen).map_or(1, |tried| tried.k);
    let whole = n_users > trial.len();
    let centroids = match &grown {
        None if whole => best(Points::new(columns), k).centroids,
        _ => clusterings.into_iter().nth(chosen).map(|chosen| chosen.centroids).unwrap_or_default(),
    };
    let tree = grown.map(|grown| grown.tree(Points::new(columns), &centroids));
    Choice { tried, centroids, tree }
}

/// The clusterings of the numbers to try. Once fewer clusters come out than were asked for, that many points differ, and
/// greater numbers say nothing new.
fn differing(count: ClusterCount, find: impl Fn(u32) -> Clustering) -> Vec<Clustering> {
    let numbers: Vec<u32> = match count {
        ClusterCount::Fixed { k } => vec![k],
        ClusterCount::Auto { least, most } => [1].into_iter().chain(least..=most).collect(),
    };
    let mut found: Vec<Clustering> = Vec::new();
    for k in numbers {
        let clustering = find(k);
        let n_found = clustering.centroids.len();
        if found.iter().all(|before| before.centroids.len() < n_found) {
            found.push(clustering);
        }
        if n_found < k as usize {
            break;
        }
    }
    found
}

fn judged(trial: Points<'_>, clusterings: &[Clustering]) -> Vec<TriedCount> {
    let labelings: Vec<&[u32]> = clusterings.iter().map(|clustering| clustering.labels.as_slice()).collect();
    let most = clusterings.iter().map(|clustering| clustering.centroids.len()).max().unwrap_or(0);
    let total = total_squares(trial);
    let judged = |(clustering, silhouette): (&Clustering, Option<f64>)| TriedCount {
        k: clustering.centroids.len() as u32,
        silhouette,
        inertia: clustering.inertia,
        n_users: trial.len() as u64,
        calinski_harabasz: calinski_harabasz(
            total,
            clustering.inertia,
            clustering.centroids.len(),
            trial.len(),
        ),
        gap: None,
        stability: None,
    };
    clusterings.iter().zip(silhouettes(trial, &labelings, most)).map(judged).collect()
}

/// Adds the gap statistic and stability, both of k-means whatever the method.
fn judge_fully(points: Points<'_>, tried: &mut [TriedCount], seed: u64) {
    let clusterings: Vec<Clustering> =
        tried.iter().map(|tried| best_of(points, tried.k as usize, 3, seed)).collect();
    let inertias: Vec<(usize, f64)> =
        tried.iter().zip(&clusterings).map(|(tried, found)| (tried.k as usize, found.inertia)).collect();
    let gaps = gaps(points, &inertias, GAP_DRAWS, mix(seed));
    for ((tried, found), gap) in tried.iter_mut().zip(&clusterings).zip(gaps) {
        tried.gap = gap.map(|Gap { gap, error }| TriedGap { gap, error });
        let k = found.centroids.len();
        let stable = (k > 1).then(|| stability(points, &found.labels, k, STABILITY_DRAWS, mix(seed + 1)));
        tried.stability = stable.map(|means| means.into_iter().fold(1.0, f64::min));
    }
}

fn total_squares(points: Points<'_>) -> f64 {
    let squares = |dim: usize| {
        let moments: crate::stats::moments::Moments = points.column(dim).iter().copied().collect();
        moments.squares
    };
    (0..points.n_dims()).map(squares).sum()
}

/// The place of the greatest silhouette; of equal ones the first, and the first of all if there is none.
fn chosen(tried: &[TriedCount]) -> usize {
    greatest(tried, |tried| tried.silhouette).map_or(0, |(at, _)| at)
}

fn greatest(tried: &[TriedCount], value: impl Fn(&TriedCount) -> Option<f64>) -> Option<(usize, f64)> {
    let mut best: Option<(usize, f64)> = None;
    for (at, tried) in tried.iter().enumerate() {
        if let Some(value) = value(tried)
            && best.is_none_or(|(_, before)| value > before)
        {
            best = Some((at, value));
        }
    }
    best
}

/// What each rule says of the numbers tried; nothing of a single one.
pub(super) fn suggested(tried: &[TriedCount], judge: Judge) -> Vec<Suggestion> {
    if tried.len() < 2 {
        return Vec::new();
    }
    let by_silhouette = greatest(tried, |tried| tried.silhouette)
        .map(|(at, silhouette)| if silhouette > WEAK { tried[at].k } else { 1 });
    let by_ratio = greatest(tried, |tried| tried.calinski_harabasz).map(|(at, _)| tried[at].k);
    let mut said = vec![(KRule::Silhouette, by_silhouette), (KRule::CalinskiHarabasz, by_ratio)];
    if judge == Judge::Full {
        let gap = |tried: &TriedCount| tried.gap.map(|TriedGap { gap, error }| Gap { gap, error });
        let gaps: Vec<(u32, Option<Gap>)> = tried.iter().map(|tried| (tried.k, gap(tried))).collect();
        let is_stable = |tried: &&TriedCount| tried.stability.is_some_and(|least| least >= STABLE);
        let stable = tried.iter().filter(is_stable).map(|tried| tried.k).max().unwrap_or(1);
        said.extend([(KRule::Gap, by_gap(&gaps)), (KRule::Stability, Some(stable))]);
    }
    said.into_iter().map(|(rule, k)| Suggestion { rule, k }).collect()
}

/// A silhouette up to this one says that there is no structure (Kaufman & Rousseeuw 1990).
const WEAK: f64 = 0.25;

/// A mean similarity from this one on says that a cluster is stable (Hennig 2007).
const STABLE: f64 = 0.75;
