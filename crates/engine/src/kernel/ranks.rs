//! Exact quantiles of numbers of any sign that lie on several shards, in two rounds.
//!
//! As [`quantile`](super::quantile) does for whole numbers: shards tell how many values lie in each bin, and then only
//! those in the bins that the quantiles lie in. A bin is a 64th of a doubling.

use serde::{Deserialize, Serialize};

use super::quantile::place;

/// How far a value's 64 bits are shifted to give its bin: the sign, the exponent and six bits of the fraction stay.
const BIN_SHIFT: u32 = 46;

/// How numbers are distributed. The default has seen none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranks {
    /// Bins that hold values, in order, with how many they hold.
    bins: Vec<(u32, u32)>,
}

/// Which bins hold the quantiles that are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RankBins {
    n: u64,
    /// Bins in order, with how many values lie before each.
    bins: Vec<(u32, u64)>,
}

/// A number's bits, turned so that they have the numbers' order; −0 is 0.
fn ordered_bits(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn bin(value: f64) -> u32 {
    (ordered_bits(value) >> BIN_SHIFT) as u32
}

impl Ranks {
    /// The distribution of these numbers, none of them NaN; sorts them. O(n log n).
    pub fn of(values: &mut [f64]) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let run = |run: &[f64]| (bin(run[0]), run.len() as u32);
        Self { bins: values.chunk_by(|&a, &b| bin(a) == bin(b)).map(run).collect() }
    }

    /// Number of values.
    pub fn n(&self) -> u64 {
        self.bins.iter().map(|&(_, count)| u64::from(count)).sum()
    }

    /// Adds other values. O(bins).
    pub fn merge(&mut self, other: &Self) {
        if self.bins.is_empty() {
            self.bins.clone_from(&other.bins);
            return;
        }
        let mut both = Vec::with_capacity(self.bins.len().max(other.bins.len()));
        let (mut mine, mut theirs) = (self.bins.iter().peekable(), other.bins.iter().peekable());
        loop {
            let next = match (mine.peek(), theirs.peek()) {
                (Some(a), Some(b)) => a.0.min(b.0),
                (Some(a), None) | (None, Some(a)) => a.0,
                (None, None) => break,
            };
            let count = |side: &mut std::iter::Peekable<std::slice::Iter<'_, (u32, u32)>>| {
                side.next_if(|entry| entry.0 == next).map_or(0, |entry| entry.1)
            };
            both.push((next, count(&mut mine) + count(&mut theirs)));
        }
        self.bins = both;
    }

    /// What is to be asked for the quantiles at these probabilities (0..=1).
    pub fn wanted(&self, probabilities: &[f64]) -> RankBins {
        let n = self.n();
        let places = probabilities.iter().filter_map(|&probability| place(n, probability));
        let mut places: Vec<u64> = places.flat_map(|at| [at.low, at.high]).collect();
        places.sort_unstable();
        let mut places = places.into_iter().peekable();
        let (mut n_before, mut bins) = (0, Vec::new());
        for &(bin, count) in &self.bins {
            let end = n_before + u64::from(count);
            if places.peek().is_some_and(|&place| place < end) {
                bins.push((bin, n_before));
                while places.next_if(|&place| place < end).is_some() {}
            }
            n_before = end;
        }
        RankBins { n, bins }
    }
}

impl RankBins {
    /// Adds those of the values that lie in the bins to `found`. O(values · log bins).
    pub fn pick(&self, values: &[f64], found: &mut Vec<f64>) {
        let is_wanted = |value: f64| self.bins.binary_search_by_key(&bin(value), |&(bin, _)| bin).is_ok();
        found.extend(values.iter().copied().filter(|&value| is_wanted(value)));
    }

    /// The quantile of type 7 at a probability that was asked for, given all values in the bins, ascending; none if there
    /// are no values.
    ///
    /// # Panics
    /// If values are missing: a bug of the caller.
    pub fn quantile(&self, found: &[f64], probability: f64) -> Option<f64> {
        let at = place(self.n, probability)?;
        let value = |place: u64| {
            let (bin_of_place, n_before) = self.bins[self.bins.partition_point(|&(_, n)| n <= place) - 1];
            let start = found.partition_point(|&value| bin(value) < bin_of_place);
            found[start + (place - n_before) as usize] + 0.0
        };
        let (low, high) = (value(at.low), value(at.high));
        let between = low + at.fraction * (high - low);
        // The difference of two huge numbers may be beyond all of them.
        Some(if between.is_finite() { between } else { low * (1.0 - at.fraction) + high * at.fraction })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_sorting(values: &[f64], probability: f64) -> Option<f64> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let place = sorted.len().checked_sub(1)? as f64 * probability;
        let (low, high) = (sorted[place.floor() as usize] + 0.0, sorted[place.ceil() as usize] + 0.0);
        Some(low + place.fract() * (high - low))
    }

    #[test]
    fn quantiles_of_the_largest_numbers_are_finite() {
        let mut values = [f64::MIN, f64::MAX];
        let wanted = Ranks::of(&mut values).wanted(&[0.5]);
        assert_eq!(wanted.quantile(&values, 0.5), Some(0.0));
    }

    proptest! {
        #[test]
        fn shards_together_give_what_sorting_gives(
            shards in prop::collection::vec(
                prop::collection::vec(prop_oneof![-4.0..4.0_f64, -1e9..1e9, Just(0.0), Just(-0.0)], 0..60), 1..4,
            ),
            probabilities in prop::collection::vec(0.0..=1.0_f64, 1..4),
        ) {
            let (mut all, mut found) = (Ranks::default(), Vec::new());
            shards.iter().for_each(|shard| all.merge(&Ranks::of(&mut shard.clone())));
            let wanted = all.wanted(&probabilities);
            shards.iter().for_each(|shard| wanted.pick(shard, &mut found));
            found.sort_unstable_by(f64::total_cmp);
            for probability in probabilities {
                prop_assert_eq!(wanted.quantile(&found, probability), by_sorting(&shards.concat(), probability));
            }
        }
    }
}
