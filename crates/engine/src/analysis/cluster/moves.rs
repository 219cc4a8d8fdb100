//! The rounds that move every centroid to the mean of the users who are nearest to it.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::points::{PointsRound, ShardPoints};
use super::rounds::{Model, Rest};
use crate::kernel::features::FeatureScan;
use crate::kernel::order::sort_by;
use crate::kernel::sums::PerBucket;
use crate::stats::kmeans::Sums;
use crate::table::Bucket;

/// Centroids that all move less than this, in standard deviations, stand still.
const STILL: f64 = 1e-9;

/// Sums of the users nearest to each centroid.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Found {
    sums: PerBucket<Sums>,
}

/// Finds each user's nearest centroid, bucket by bucket.
#[derive(Debug)]
pub struct Scan<'t> {
    features: FeatureScan<'t>,
    model: Model,
    round: PointsRound,
    points: ShardPoints,
}

impl<'t> Scan<'t> {
    pub(super) fn new(features: FeatureScan<'t>, model: Model, mut points: ShardPoints) -> Self {
        let round = points.begin(&model);
        Self { features, model, round, points }
    }

    pub(super) fn bucket(&mut self, bucket: Bucket<'_>, found: &mut Found) {
        if let Some(tracked) = self.points.bucket(&self.round, bucket, &mut self.features, &self.model) {
            found.sums.insert(bucket.id, tracked.sums());
        }
    }

    /// The points, for the next round.
    pub(super) fn into_points(self) -> ShardPoints {
        self.points
    }
}

impl Found {
    pub(super) fn merged(self, other: Self) -> Self {
        Self { sums: self.sums.merged(other.sums) }
    }

    /// The model with its centroids moved, and each centroid's users. A centroid without users stays where it is.
    pub(super) fn moved(self, mut model: Model) -> (Model, Vec<u64>) {
        let n_dims = model.scales.len();
        let mut all = Sums::new(model.centroids.len(), n_dims);
        self.sums.in_order().for_each(|sums| all.merge(&sums));
        let mut farthest: f64 = 0.0;
        for (cluster, centroid) in model.centroids.iter_mut().enumerate() {
            if let Some(mean) = all.mean(cluster) {
                let way = |(a, b): (&f64, &f64)| (a - b) * (a - b);
                farthest = farthest.max(centroid.iter().zip(&mean).map(way).sum());
                *centroid = mean;
            }
        }
        model.n_rounds += 1;
        model.rest = if farthest <= STILL * STILL { Rest::Still } else { Rest::Moving };
        model.moved_from = (0..model.centroids.len() as u32).collect();
        (model, all.n_points)
    }
}

/// The model with its centroids in their canonical order: by users, then by coordinates.
pub(super) fn sorted(mut model: Model, n_points: &[u64]) -> Model {
    let by_coordinates =
        |a: &Vec<f64>, b: &Vec<f64>| a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|order| order.is_ne());
    sort_by(&mut model.moved_from, |&a, &b| {
        let (a, b) = (a as usize, b as usize);
        let size = |at: usize| Reverse(n_points[at]);
        let coordinates = || by_coordinates(&model.centroids[a], &model.centroids[b]);
        size(a).cmp(&size(b)).then_with(|| coordinates().unwrap_or(std::cmp::Ordering::Equal))
    });
    model.centroids = model.moved_from.iter().map(|&at| model.centroids[at as usize].clone()).collect();
    model
}
