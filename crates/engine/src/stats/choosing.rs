//! How many clusters there are: rules that look at the same points, and seldom agree.
//!
//! Beside the silhouette these are Calinski & Harabasz' ratio, the gap statistic, which compares with points that have no
//! clusters and so can say that there is one only, and stability, which asks whether clusters come back when the points
//! are drawn anew.

use super::kmeans::{Points, best_of};
use super::moments::Moments;
use super::random::Random;

/// Calinski & Harabasz' (1974) ratio: variance between the clusters by variance within them, each by its degrees of
/// freedom; the greater the better. `inertia` is the sum of squares within `k` clusters, `total` that within one. None for
/// a single cluster, for as many clusters as points, and where nothing varies within the clusters.
///
/// ```
/// use cairn_engine::stats::choosing::calinski_harabasz;
/// assert_eq!(calinski_harabasz(110.0, 10.0, 2, 12), Some(100.0));
/// assert_eq!(calinski_harabasz(110.0, 110.0, 1, 12), None);
/// ```
pub fn calinski_harabasz(total: f64, inertia: f64, k: usize, n_points: usize) -> Option<f64> {
    let is_known = 1 < k && k < n_points && inertia > 0.0;
    let between = (total - inertia).max(0.0) / k.saturating_sub(1) as f64;
    is_known.then(|| between / (inertia / (n_points - k) as f64))
}

/// How much tighter clusters are than those of points without any.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// The expected logarithm of the inertia of points without clusters, minus that of these points.
    pub gap: f64,
    /// Its simulation error, `s_k`.
    pub error: f64,
}

/// The gap statistic (Tibshirani, Walther & Hastie 2001) of numbers of clusters, given their inertias: points without
/// clusters are drawn evenly from the ranges of the coordinates (their reference distribution "a"), `n_draws` times, and
/// clustered by the best of two starts. None where an inertia is 0.
pub fn gaps(points: Points<'_>, inertias: &[(usize, f64)], n_draws: usize, seed: u64) -> Vec<Option<Gap>> {
    let mut random = Random::new(seed);
    let ranges: Vec<(f64, f64)> = (0..points.n_dims()).map(|dim| range(points.column(dim))).collect();
    let mut expected = vec![Moments::default(); inertias.len()];
    for _ in 0..n_draws {
        let mut draw = |&(low, high): &(f64, f64)| -> Vec<f64> {
            (0..points.len()).map(|_| low + (high - low) * random.next_f64()).collect()
        };
        let columns: Vec<Vec<f64>> = ranges.iter().map(&mut draw).collect();
        for (moments, &(k, _)) in expected.iter_mut().zip(inertias) {
            let inertia = best_of(Points::new(&columns), k, 2, seed ^ k as u64).inertia;
            if inertia > 0.0 {
                moments.add(libm::log(inertia));
            }
        }
    }
    let gap = |(moments, &(_, inertia)): (&Moments, &(usize, f64))| {
        let is_known = inertia > 0.0 && moments.n as usize == n_draws;
        let error = moments.deviation() * libm::sqrt(1.0 + 1.0 / n_draws as f64);
        is_known.then(|| Gap { gap: moments.mean - libm::log(inertia), error })
    };
    expected.iter().zip(inertias).map(gap).collect()
}

/// The least number of clusters whose gap is no less than the next one's minus its error; none if there is none such.
pub fn by_gap(tried: &[(u32, Option<Gap>)]) -> Option<u32> {
    let is_enough = |pair: &&[(u32, Option<Gap>)]| match (pair[0].1, pair[1].1) {
        (Some(this), Some(next)) => this.gap >= next.gap - next.error,
        _ => false,
    };
    tried.windows(2).find(is_enough).map(|pair| pair[0].0)
}

fn range(column: &[f64]) -> (f64, f64) {
    let wider = |(low, high): (f64, f64), &value: &f64| (low.min(value), high.max(value));
    column.iter().fold((f64::INFINITY, f64::NEG_INFINITY), wider)
}

/// How surely each cluster comes back (Hennig 2007): points are drawn with replacement as many as there are, and clustered
/// anew by the best of two starts, `n_draws` times; of each cluster's drawn points the greatest Jaccard similarity with one
/// of the new clusters is taken, and its mean over the draws. Above 0.75 a cluster is stable, above 0.85 highly so. A
/// cluster of which nothing is drawn counts nothing in that draw. 0 to 1 for each of `k` clusters.
pub fn stability(points: Points<'_>, labels: &[u32], k: usize, n_draws: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let mut similar = vec![Moments::default(); k];
    for _ in 0..n_draws {
        let drawn: Vec<usize> = (0..points.len()).map(|_| random.below(points.len())).collect();
        let columns: Vec<Vec<f64>> = (0..points.n_dims())
            .map(|dim| drawn.iter().map(|&at| points.column(dim)[at]).collect())
            .collect();
        let found = best_of(Points::new(&columns), k, 2, random.next_u64());
        for (moments, similarity) in similar.iter_mut().zip(jaccard(labels, &drawn, &found.labels, k)) {
            if let Some(similarity) = similarity {
                moments.add(similarity);
            }
        }
    }
    similar.iter().map(|moments| moments.mean).collect()
}

/// For each old cluster, the greatest Jaccard similarity of its drawn points with a new cluster; points that were drawn
/// several times count once.
fn jaccard(labels: &[u32], drawn: &[usize], new_labels: &[u32], k: usize) -> Vec<Option<f64>> {
    let mut is_seen = vec![false; labels.len()];
    let (mut both, mut old, mut new) = (vec![vec![0_u32; k]; k], vec![0_u32; k], vec![0_u32; k]);
    for (&at, &new_label) in drawn.iter().zip(new_labels) {
        if !std::mem::replace(&mut is_seen[at], true) {
            both[labels[at] as usize][new_label as usize] += 1;
            old[labels[at] as usize] += 1;
            new[new_label as usize] += 1;
        }
    }
    let best = |label: usize| {
        let similarity = |other: usize| {
            let common = both[label][other];
            f64::from(common) / f64::from((old[label] + new[other] - common).max(1))
        };
        (old[label] > 0).then(|| (0..k).map(similarity).fold(0.0, f64::max))
    };
    (0..k).map(best).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::kmeans::tests::{iris, ruspini};

    fn inertias(points: Points<'_>, most: usize) -> Vec<(usize, f64)> {
        (1..=most).map(|k| (k, best_of(points, k, 20, 1).inertia)).collect()
    }

    #[test]
    fn the_ratio_is_what_scikit_learn_gives() {
        let iris = iris();
        let points = Points::new(&iris);
        let found = inertias(points, 4);
        for (&(k, inertia), expected) in found[1..].iter().zip(IRIS_RATIOS) {
            let ratio = calinski_harabasz(found[0].1, inertia, k, 150).unwrap();
            assert!((ratio - expected).abs() < 1e-6, "{k}: {ratio} for {expected}");
        }
    }

    /// From tests/reference/clusters.py, scikit-learn 1.9.1: k = 2, 3, 4.
    const IRIS_RATIOS: [f64; 3] = [513.924_545_98, 561.627_756_63, 530.765_808_187];

    #[test]
    fn ruspini_has_four_clusters_by_its_gap_and_they_come_back() {
        let ruspini = ruspini();
        let points = Points::new(&ruspini);
        let tried = inertias(points, 6);
        let gaps = gaps(points, &tried, 50, 1);
        let by_k: Vec<(u32, Option<Gap>)> = (1..).zip(gaps.iter().copied()).collect();
        assert_eq!(by_gap(&by_k), Some(4), "as Tibshirani's clusGap in R finds: {gaps:?}");
        let labels = best_of(points, 4, 10, 1).labels;
        let stable = stability(points, &labels, 4, 50, 1);
        assert!(stable.iter().all(|&mean| mean > 0.85), "{stable:?}");
    }

    #[test]
    fn points_without_clusters_are_one_by_their_gap_and_do_not_come_back() {
        let mut random = Random::new(5);
        let even: Vec<Vec<f64>> = (0..3).map(|_| (0..300).map(|_| random.next_f64()).collect()).collect();
        let points = Points::new(&even);
        let tried = inertias(points, 5);
        let by_k: Vec<(u32, Option<Gap>)> = (1..).zip(gaps(points, &tried, 20, 1)).collect();
        assert_eq!(by_gap(&by_k), Some(1));
        let labels = best_of(points, 5, 10, 1).labels;
        let weakest = stability(points, &labels, 5, 20, 1).into_iter().fold(1.0, f64::min);
        assert!(weakest < 0.75, "{weakest}");
    }

    #[test]
    fn points_that_are_all_the_same_say_nothing() {
        let points = [vec![1.0; 5]];
        assert_eq!(gaps(Points::new(&points), &[(1, 0.0)], 3, 1), [None]);
        assert_eq!(stability(Points::new(&points), &[0; 5], 1, 3, 1), [1.0]);
    }
}
