//! The rounds that move every centroid to the mean of the users who are nearest to it.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::rounds::{Model, Rest};
use crate::kernel::features::{FeatureScan, standardize};
use crate::kernel::sums::PerBucket;
use crate::stats::kmeans::{Nearest, Points, Sums};
use crate::table::Bucket;

/// Rounds after which the clusters are taken as they are.
pub(super) const MAX_ROUNDS: u64 = 100;

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
    columns: Vec<Vec<f64>>,
    nearest: Nearest,
}

impl<'t> Scan<'t> {
    pub(super) fn new(features: FeatureScan<'t>, model: Model) -> Self {
        Self { features, model, columns: Vec::new(), nearest: Nearest::default() }
    }

    pub(super) fn bucket(&mut self, bucket: Bucket<'_>, found: &mut Found) {
        self.features.bucket(bucket);
        if self.features.users.is_empty() {
            return;
        }
        self.features.scaled_into(&mut self.columns);
        standardize(&mut self.columns, &self.model.scales);
        let points = Points::new(&self.columns);
        self.nearest.find(points, &self.model.centroids);
        let mut sums = Sums::new(self.model.centroids.len(), points.n_dims());
        sums.add(points, &self.nearest.labels);
        found.sums.insert(bucket.id, sums);
    }
}

impl Found {
    pub(super) fn merged(self, other: Self) -> Self {
        Self { sums: self.sums.merged(other.sums) }
    }

    /// The model with its centroids moved, and in their canonical order: by users, then by coordinates. A centroid
    /// without users stays where it is.
    pub(super) fn moved(self, mut model: Model) -> Model {
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
        let mut order: Vec<usize> = (0..model.centroids.len()).collect();
        let by_coordinates = |a: &Vec<f64>, b: &Vec<f64>| {
            a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|order| order.is_ne())
        };
        order.sort_by(|&a, &b| {
            let size = |at: usize| Reverse(all.n_points[at]);
            let coordinates = || by_coordinates(&model.centroids[a], &model.centroids[b]);
            size(a).cmp(&size(b)).then_with(|| coordinates().unwrap_or(std::cmp::Ordering::Equal))
        });
        model.centroids = order.into_iter().map(|at| model.centroids[at].clone()).collect();
        model
    }
}
