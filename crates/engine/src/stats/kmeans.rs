//! k-means on plain points: starts, rounds, and the best of several.
//!
//! Points lie column by column, so that the distance loops run over neighbors in memory; sums are f64 in the points'
//! order. Nothing here knows of users or tables.

mod centers;
mod tracked;

use serde::{Deserialize, Serialize};

pub use self::centers::Centers;
pub use self::tracked::Tracked;
use super::random::Random;

/// Points in the plane, or in more dimensions, column by column: coordinate `d` of point `i` is `columns[d][i]`.
#[derive(Clone, Copy, Debug)]
pub struct Points<'a> {
    columns: &'a [Vec<f64>],
    len: usize,
}

impl<'a> Points<'a> {
    /// Points of these coordinates, which are finite. Without a column there is no point.
    ///
    /// # Panics
    /// If the columns are not equally long.
    pub fn new(columns: &'a [Vec<f64>]) -> Self {
        let len = columns.first().map_or(0, Vec::len);
        assert!(columns.iter().all(|column| column.len() == len), "a value for each point in each column");
        Self { columns, len }
    }

    /// Number of points.
    pub const fn len(self) -> usize {
        self.len
    }

    /// Whether there is no point.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Number of dimensions.
    pub const fn n_dims(self) -> usize {
        self.columns.len()
    }

    /// One coordinate of all points.
    pub fn column(self, dim: usize) -> &'a [f64] {
        &self.columns[dim]
    }

    /// One point's coordinates.
    pub fn point(self, index: usize) -> Vec<f64> {
        self.columns.iter().map(|column| column[index]).collect()
    }
}

/// Points in clusters.
#[derive(Clone, Debug, PartialEq)]
pub struct Clustering {
    /// Each cluster's mean; every cluster has at least one point.
    pub centroids: Vec<Vec<f64>>,
    /// Each point's cluster: the nearest centroid, of equally near ones the first.
    pub labels: Vec<u32>,
    /// Sum over all points of the squared distance to their centroid.
    pub inertia: f64,
}

/// Rounds of Lloyd after which a start is taken as it is.
pub const MAX_ROUNDS: usize = 100;

/// At most `k` clusters: the best by inertia of `n_starts` runs of [`lloyd`] from [`greedy_starts`]; of equally good ones
/// the first. Fewer than `k` come out where fewer points differ, and none without points. The order of the points is
/// part of the input. O(starts × rounds × points × k × dimensions).
///
/// ```
/// use cairn_engine::stats::kmeans::{Points, best_of};
/// let points = [vec![1.0, 2.0, 3.0, 101.0, 102.0, 103.0]];
/// let found = best_of(Points::new(&points), 2, 10, 1);
/// assert_eq!(found.inertia, 4.0);
/// assert_eq!(found.labels[..3], [found.labels[0]; 3]);
/// ```
pub fn best_of(points: Points<'_>, k: usize, n_starts: usize, seed: u64) -> Clustering {
    let mut random = Random::new(seed);
    let origin = mean_point(points);
    let mut tracked = Tracked::new(points, &origin);
    let mut runs = (0..n_starts.max(1)).map(|_| {
        let starts = greedy_starts(points, k, &mut random);
        tracked.forget(starts.len());
        rounds(points, &mut tracked, &origin, starts)
    });
    let first = runs.next().unwrap_or_else(|| lloyd(points, Vec::new()));
    runs.fold(first, |best, run| if run.inertia < best.inertia { run } else { best })
}

/// At most `k` starting centroids by greedy k-means++ (Arthur & Vassilvitskii 2007, section 7): the first is a point
/// drawn evenly; each further one is the best of 2 + ⌊ln k⌋ points drawn with probability in proportion to their squared
/// distance from the centroids so far, the best being the one that leaves the least sum of squared distances. Fewer come
/// out where fewer points differ.
pub fn greedy_starts(points: Points<'_>, k: usize, random: &mut Random) -> Vec<Vec<f64>> {
    if points.is_empty() || k == 0 {
        return Vec::new();
    }
    let n_candidates = 2 + libm::log(k as f64) as usize;
    let mut centroids = vec![points.point(random.below(points.len()))];
    // The squared distance of every point from the nearest centroid so far, and from that or each candidate.
    let mut nearest = vec![f64::INFINITY; points.len()];
    let mut with = vec![vec![0.0; points.len()]; n_candidates];
    keep_nearer(points, &centroids, &nearest, &mut with[..1]);
    std::mem::swap(&mut nearest, &mut with[0]);
    while centroids.len() < k {
        let total: f64 = nearest.iter().sum();
        if total <= 0.0 {
            break;
        }
        let candidates: Vec<Vec<f64>> =
            (0..n_candidates).map(|_| points.point(drawn(&nearest, random.next_f64() * total))).collect();
        keep_nearer(points, &candidates, &nearest, &mut with);
        let left: Vec<f64> = with.iter().map(|distances| distances.iter().sum()).collect();
        let best =
            (0..n_candidates).fold(0, |best, other| if left[other] < left[best] { other } else { best });
        centroids.extend(candidates.into_iter().nth(best));
        std::mem::swap(&mut nearest, &mut with[best]);
    }
    centroids
}

/// The index at which the running sum of the weights first exceeds `at`; never one of weight 0.
fn drawn(weights: &[f64], at: f64) -> usize {
    let mut sum = 0.0;
    let mut last = 0;
    for (index, &weight) in weights.iter().enumerate() {
        if weight > 0.0 {
            sum += weight;
            last = index;
            if sum > at {
                break;
            }
        }
    }
    last
}

/// For each candidate, the squared distance of every point from it or from the nearest centroid so far.
fn keep_nearer(points: Points<'_>, candidates: &[Vec<f64>], nearest: &[f64], with: &mut [Vec<f64>]) {
    let mut tile = Tile::new(points.n_dims());
    for start in (0..points.len()).step_by(LANES) {
        let end = tile.fill(points, start);
        for (candidate, with) in candidates.iter().zip(&mut *with) {
            let distances = tile.squared_distances(candidate);
            for ((with, &nearest), distance) in
                with[start..end].iter_mut().zip(&nearest[start..end]).zip(distances)
            {
                *with = if distance < nearest { distance } else { nearest };
            }
        }
    }
}

/// Lloyd's rounds from given centroids: every point goes to its nearest centroid, every centroid to the mean of its
/// points, until no point changes its cluster or [`MAX_ROUNDS`] are over. A cluster left without points starts anew at
/// the point that is farthest from its centroid. Inertia never rises from round to round.
pub fn lloyd(points: Points<'_>, centroids: Vec<Vec<f64>>) -> Clustering {
    let origin = mean_point(points);
    rounds(points, &mut Tracked::new(points, &origin), &origin, centroids)
}

fn mean_point(points: Points<'_>) -> Vec<f64> {
    points.columns.iter().map(|column| column.iter().sum::<f64>() / points.len().max(1) as f64).collect()
}

fn rounds(
    points: Points<'_>,
    tracked: &mut Tracked,
    origin: &[f64],
    mut centroids: Vec<Vec<f64>>,
) -> Clustering {
    let mut before: Option<Vec<Vec<f64>>> = None;
    for _ in 0..MAX_ROUNDS {
        let centers = Centers::new(centroids.clone(), origin, before.as_deref());
        if tracked.track(&centers) == 0 {
            break;
        }
        let moved = means(points, &tracked.sums(), &centroids);
        before = Some(std::mem::replace(&mut centroids, moved));
    }
    let mut nearest = Nearest::new(points.len());
    nearest.find(points, &centroids);
    drop_empty(&mut centroids, &mut nearest.labels);
    let inertia = nearest.distances.iter().sum();
    Clustering { centroids, labels: nearest.labels, inertia }
}

/// The means of the centroids' points. One that has none goes to the point that is farthest from its nearest centroid.
fn means(points: Points<'_>, sums: &Sums, centroids: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut distances = Vec::new();
    let mut taken = Vec::new();
    let mean = |cluster: usize| {
        sums.mean(cluster).unwrap_or_else(|| {
            if distances.is_empty() {
                let mut nearest = Nearest::new(points.len());
                nearest.find(points, centroids);
                distances = nearest.distances;
            }
            let at = farthest(&distances, &taken);
            taken.push(at);
            points.point(at)
        })
    };
    (0..centroids.len()).map(mean).collect()
}

/// The place of the greatest distance, of equal ones the first, `taken` ones apart.
fn farthest(distances: &[f64], taken: &[usize]) -> usize {
    let free = (0..distances.len()).filter(|at| !taken.contains(at));
    free.reduce(|best, at| if distances[at] > distances[best] { at } else { best }).unwrap_or(0)
}

fn drop_empty(centroids: &mut Vec<Vec<f64>>, labels: &mut [u32]) {
    let mut n_points = vec![0_u32; centroids.len()];
    labels.iter().for_each(|&label| n_points[label as usize] += 1);
    if n_points.contains(&0) {
        let before = |label: usize| n_points[..label].iter().filter(|&&n| n > 0).count() as u32;
        labels.iter_mut().for_each(|label| *label = before(*label as usize));
        let mut filled = n_points.iter().map(|&n| n > 0);
        centroids.retain(|_| filled.next().unwrap_or(false));
    }
}

/// Each point's nearest centroid, and memory for it that is used again.
#[derive(Clone, Debug, Default)]
pub struct Nearest {
    /// The index of the nearest centroid, of equally near ones the first.
    pub labels: Vec<u32>,
    /// The squared distance to it.
    pub distances: Vec<f64>,
}

impl Nearest {
    /// Room for `n_points`.
    pub fn new(n_points: usize) -> Self {
        Self { labels: vec![0; n_points], distances: vec![0.0; n_points] }
    }

    /// Finds the nearest of at least one centroid for every point. O(points × centroids × dimensions).
    pub fn find(&mut self, points: Points<'_>, centroids: &[Vec<f64>]) {
        self.labels.resize(points.len(), 0);
        self.distances.resize(points.len(), 0.0);
        let mut tile = Tile::new(points.n_dims());
        for start in (0..points.len()).step_by(LANES) {
            let end = tile.fill(points, start);
            let (labels, best) = tile.nearest(centroids);
            self.distances[start..end].copy_from_slice(&best[..end - start]);
            for (found, label) in self.labels[start..end].iter_mut().zip(labels) {
                *found = label as u32;
            }
        }
    }
}

/// How many points the distance loop takes at once: enough to fill the registers, few enough to stay in them.
const LANES: usize = 8;

/// Some neighboring points, dimension by dimension, so that the distance loop has a fixed length and no bounds to check.
struct Tile(Vec<[f64; LANES]>);

impl Tile {
    fn new(n_dims: usize) -> Self {
        Self(vec![[0.0; LANES]; n_dims])
    }

    /// Takes the points from `start` on, and returns the index after the last one taken. Lanes beyond the last point
    /// keep what they held.
    fn fill(&mut self, points: Points<'_>, start: usize) -> usize {
        let end = points.len().min(start + LANES);
        for (lanes, column) in self.0.iter_mut().zip(points.columns) {
            lanes[..end - start].copy_from_slice(&column[start..end]);
        }
        end
    }

    /// Squared distances from a centroid, added dimension by dimension.
    fn squared_distances(&self, centroid: &[f64]) -> [f64; LANES] {
        let mut sums = [0.0; LANES];
        for (lanes, &center) in self.0.iter().zip(centroid) {
            for (sum, &value) in sums.iter_mut().zip(lanes) {
                *sum += (value - center) * (value - center);
            }
        }
        sums
    }

    /// The nearest centroids, of equally near ones the first, and the squared distances to them.
    fn nearest(&self, centroids: &[Vec<f64>]) -> ([u64; LANES], [f64; LANES]) {
        let (mut best, mut labels) = ([f64::INFINITY; LANES], [0; LANES]);
        for (label, centroid) in (0..).zip(centroids) {
            let distances = self.squared_distances(centroid);
            for lane in 0..LANES {
                let nearer = distances[lane] < best[lane];
                best[lane] = if nearer { distances[lane] } else { best[lane] };
                labels[lane] = if nearer { label } else { labels[lane] };
            }
        }
        (labels, best)
    }
}

/// Sums of points by cluster, for their means.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sums {
    n_dims: usize,
    /// Points of each cluster.
    pub n_points: Vec<u64>,
    /// Coordinate sums, cluster by cluster.
    pub values: Vec<f64>,
}

impl Sums {
    /// Sums of nothing.
    pub fn new(n_clusters: usize, n_dims: usize) -> Self {
        Self { n_dims, n_points: vec![0; n_clusters], values: vec![0.0; n_clusters * n_dims] }
    }

    /// Adds every point to the sums of its cluster, in the points' order.
    pub fn add(&mut self, points: Points<'_>, labels: &[u32]) {
        let mut tile = Tile::new(points.n_dims());
        for (start, labels) in (0..points.len()).step_by(LANES).zip(labels.chunks(LANES)) {
            tile.fill(points, start);
            // Point by point: neighbors often share a cluster, and an addition to the same sum waits for the last one.
            for (lane, &label) in labels.iter().enumerate() {
                self.n_points[label as usize] += 1;
                let sums = &mut self.values[label as usize * self.n_dims..][..self.n_dims];
                for (sum, lanes) in sums.iter_mut().zip(&tile.0) {
                    *sum += lanes[lane];
                }
            }
        }
    }

    /// Adds sums of other points, of as many clusters and dimensions.
    pub fn merge(&mut self, other: &Self) {
        self.n_points.iter_mut().zip(&other.n_points).for_each(|(mine, more)| *mine += more);
        self.values.iter_mut().zip(&other.values).for_each(|(mine, more)| *mine += more);
    }

    /// The mean of a cluster; none if it has no point.
    pub fn mean(&self, cluster: usize) -> Option<Vec<f64>> {
        let n_points = self.n_points[cluster];
        let sums = &self.values[cluster * self.n_dims..][..self.n_dims];
        (n_points > 0).then(|| sums.iter().map(|sum| sum / n_points as f64).collect())
    }
}

#[cfg(test)]
pub(crate) mod tests;
