//! The round that finds the features' scales and a sample of users.

use std::f64::consts::SQRT_2;

use serde::{Deserialize, Serialize};

use crate::kernel::features::{Curve, FeatureScan, Measure, Scale, standardize};
use crate::kernel::sample::Sample;
use crate::kernel::sums::PerBucket;
use crate::rule::Scaling;
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
    /// What is made of the kept measures before they are standardized.
    pub(super) curves: Vec<Curve>,
    /// The scales of the kept measures.
    pub(super) scales: Vec<Scale>,
    /// The sample's kept measures in deviations from their means, a column each, users in the order of their hashes.
    pub(super) columns: Vec<Vec<f64>>,
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
        let known = |column: &Vec<f64>| column.iter().copied().filter(|value| !value.is_nan()).collect();
        let moments = self.columns.iter().map(known);
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
    pub(super) fn finish(mut self, measures: &[Measure], scaling: Scaling, limit: usize) -> Option<Measured> {
        let mut all = vec![Moments::default(); measures.len()];
        for moments in self.moments.in_order() {
            all.iter_mut().zip(moments).for_each(|(all, moments)| *all = all.merged(moments));
        }
        self.sample.cut(limit);
        if self.sample.is_empty() {
            return None;
        }
        let varies = |place: &u32| all[*place as usize].deviation() > 0.0;
        let places = || 0..measures.len() as u32;
        let mut kept: Vec<u32> = places().filter(varies).collect();
        if kept.is_empty() {
            kept = places().collect();
        }
        let mut measured = Measured { kept, curves: Vec::new(), scales: Vec::new(), columns: Vec::new() };
        for &place in &measured.kept {
            let (place, mut column) = (place as usize, self.sample.column(place as usize));
            let (mut curve, mut moments) = (Curve::of(scaling, measures[place]), all[place]);
            if scaling == Scaling::Rank && !measures[place].is_indicator() {
                curve = Curve::ranks(&mut column.clone());
                column.iter_mut().for_each(|value| *value = curve.apply(*value));
                moments = column.iter().copied().filter(|value| !value.is_nan()).collect();
            }
            let deviation = if measures[place].is_indicator() { SQRT_2 } else { moments.deviation() };
            measured.scales.push(Scale { mean: moments.mean, deviation });
            measured.curves.push(curve);
            measured.columns.push(column);
        }
        standardize(&mut measured.columns, &measured.scales);
        Some(measured)
    }
}
