//! The round that finds the features' scales and a sample of users.

use serde::{Deserialize, Serialize};

use super::sample::Sample;
use crate::kernel::features::{FeatureScan, Scale, standardize};
use crate::kernel::sums::PerBucket;
use crate::stats::moments::Moments;
use crate::table::users::{mix, user_hash};
use crate::table::{Bucket, Table};

/// Moments of every measure, and a sample of users with their scaled amounts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Found {
    moments: PerBucket<Vec<Moments>>,
    sample: Sample,
}

/// Measures users bucket by bucket.
#[derive(Debug)]
pub struct Scan<'t> {
    features: FeatureScan<'t>,
    table: &'t Table,
    limit: usize,
    seed: u64,
    columns: Vec<Vec<f64>>,
}

/// Where every kept measure's zero and unit lie, and the sample.
#[derive(Debug)]
pub(super) struct Measured {
    /// Places of the measures that are not the same for everybody; of all, if none is left.
    pub(super) kept: Vec<u32>,
    /// The scales of the kept measures.
    pub(super) scales: Vec<Scale>,
    sample: Sample,
}

impl<'t> Scan<'t> {
    pub(super) fn new(features: FeatureScan<'t>, table: &'t Table, limit: usize, seed: u32) -> Self {
        // Mixed, because seed 0 would order the sample by bucket.
        Self { features, table, limit, seed: mix(u64::from(seed) + 1), columns: Vec::new() }
    }

    pub(super) fn bucket(&mut self, bucket: Bucket<'_>, found: &mut Found) {
        self.features.bucket(bucket);
        if self.features.users.is_empty() {
            return;
        }
        self.features.scaled_into(&mut self.columns);
        let moments = self.columns.iter().map(|column| column.iter().copied().collect());
        found.moments.insert(bucket.id, moments.collect());
        for (at, &user) in self.features.users.iter().enumerate() {
            let hash = user_hash(self.table.users.id(user).as_bytes(), self.seed);
            found.sample.add(hash, self.columns.iter().map(|column| column[at]), self.limit);
        }
    }
}

impl Found {
    pub(super) fn merged(self, other: Self) -> Self {
        Self { moments: self.moments.merged(other.moments), sample: self.sample.merged(other.sample) }
    }

    /// The scales and a sample of at most `limit` users; none if nobody was measured.
    pub(super) fn finish(mut self, n_measures: usize, limit: usize) -> Option<Measured> {
        let mut all = vec![Moments::default(); n_measures];
        for moments in self.moments.in_order() {
            all.iter_mut().zip(moments).for_each(|(all, moments)| *all = all.merged(moments));
        }
        let varies = |place: &u32| all[*place as usize].deviation() > 0.0;
        let places = || 0..n_measures as u32;
        let mut kept: Vec<u32> = places().filter(varies).collect();
        if kept.is_empty() {
            kept = places().collect();
        }
        let scale = |moments: &Moments| Scale { mean: moments.mean, deviation: moments.deviation() };
        let scales = kept.iter().map(|&place| scale(&all[place as usize])).collect();
        self.sample.cut(limit);
        (all.first()?.n > 0).then_some(Measured { kept, scales, sample: self.sample })
    }
}

impl Measured {
    /// The sample's kept measures in deviations from their means, a column each, users in the order of their hashes.
    pub(super) fn sample_columns(&self) -> Vec<Vec<f64>> {
        let mut columns: Vec<Vec<f64>> =
            self.kept.iter().map(|&place| self.sample.column(place as usize)).collect();
        standardize(&mut columns, &self.scales);
        columns
    }
}
