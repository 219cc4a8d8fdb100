//! A shard's users as points, with all that is worth keeping of them from one round to the next.

use std::collections::BTreeMap;

use super::rounds::Model;
use crate::kernel::features::{FeatureScan, standardize};
use crate::stats::kmeans::{Centers, Points, Tracked};
use crate::table::{Bucket, BucketId};

/// The users of a shard in their features' deviations from the mean, by bucket, with their nearest centroids and the
/// bounds that save looking for them again. All of it follows from the table and the rounds so far: without it a round
/// starts anew from the rows.
#[derive(Debug, Default)]
pub struct ShardPoints {
    /// What points are relative to: the mean of the centroids of the first round that was seen.
    origin: Vec<f64>,
    /// The last round that was seen, and its centroids.
    last: Option<(u64, Vec<Vec<f64>>)>,
    /// Buckets with users in scope, and the last round that each has seen.
    buckets: BTreeMap<BucketId, (u64, Tracked)>,
    columns: Vec<Vec<f64>>,
}

/// A round over [`ShardPoints`].
#[derive(Debug)]
pub(super) struct PointsRound {
    centers: Centers,
    n_rounds: u64,
    /// Where each centroid was in the round before, if points of that round may be used and places have changed.
    moved_from: Option<Vec<u32>>,
    /// Whether the round before is known.
    follows: bool,
}

impl ShardPoints {
    /// Begins a round with the model's centroids.
    pub(super) fn begin(&mut self, model: &Model) -> PointsRound {
        let follows = matches!(&self.last, Some((round, centroids))
            if round + 1 == model.n_rounds && centroids.len() == model.centroids.len());
        if !follows {
            self.origin = mean(&model.centroids);
            self.buckets.clear();
        }
        let before = self.last.take().filter(|_| follows).map(|(_, centroids)| {
            let place = |&from: &u32| centroids[from as usize].clone();
            model.moved_from.iter().map(place).collect::<Vec<_>>()
        });
        let in_place = (0..).zip(&model.moved_from).all(|(at, &from): (u32, _)| at == from);
        self.last = Some((model.n_rounds, model.centroids.clone()));
        PointsRound {
            centers: Centers::new(model.centroids.clone(), &self.origin, before.as_deref()),
            n_rounds: model.n_rounds,
            moved_from: (!in_place).then(|| model.moved_from.clone()),
            follows,
        }
    }

    /// A bucket's points with their nearest centroids; none without users in scope. `features` is asked for the bucket
    /// unless its points are here already.
    pub(super) fn bucket(
        &mut self,
        round: &PointsRound,
        bucket: Bucket<'_>,
        features: &mut FeatureScan<'_>,
        model: &Model,
    ) -> Option<&Tracked> {
        if !self.buckets.contains_key(&bucket.id) {
            features.bucket(bucket);
            self.add(bucket.id, features, model);
        }
        self.track(round, bucket.id)
    }

    /// Takes in the users that the features were last computed for.
    pub(super) fn add(&mut self, bucket: BucketId, features: &FeatureScan<'_>, model: &Model) {
        if features.users.is_empty() || self.buckets.contains_key(&bucket) {
            return;
        }
        features.scaled_into(&mut self.columns);
        standardize(&mut self.columns, &model.scales);
        let tracked = Tracked::new(Points::new(&self.columns), &self.origin);
        self.buckets.insert(bucket, (model.n_rounds, tracked));
    }

    /// Finds the nearest centroids of a bucket's points.
    pub(super) fn track(&mut self, round: &PointsRound, bucket: BucketId) -> Option<&Tracked> {
        let (seen, tracked) = self.buckets.get_mut(&bucket)?;
        if !round.follows || *seen + 1 != round.n_rounds {
            tracked.forget(round.centers.centroids().len());
        } else if let Some(from) = &round.moved_from {
            tracked.reorder(from);
        }
        *seen = round.n_rounds;
        tracked.track(&round.centers);
        Some(tracked)
    }
}

fn mean(centroids: &[Vec<f64>]) -> Vec<f64> {
    let n_dims = centroids.first().map_or(0, Vec::len);
    let sum = |dim: usize| centroids.iter().map(|centroid| centroid[dim]).sum::<f64>();
    (0..n_dims).map(|dim| sum(dim) / centroids.len() as f64).collect()
}
