//! Exact quantiles of whole numbers that lie on several shards, in two rounds and without sorting them.
//!
//! ```text
//! round 1   shard: values ─► Spread (how many in each bin, sum)  ─┐ merge ─► Wanted (the bins that hold the quantiles)
//! round 2   shard: values ─► those in the wanted bins            ─┘ merge ─► quantiles
//! ```
//!
//! A bin is a 64th of a doubling, so that a few percent of the values travel, whatever their distribution; and none of a
//! bin that has but one possible value, however many are equal.

use serde::{Deserialize, Serialize};

/// Bins per doubling, as a power of two.
const BIN_BITS: u32 = 6;

/// The greatest value that has a bin of its own; those beyond, which no length of time between two dates reaches, share it.
const GREATEST: u64 = (1 << 54) - 4;

/// How many bins there are.
const N_BINS: usize = 54 << BIN_BITS;

/// Up to so many values are binned by sorting: a table of all bins would be mostly empty.
const FEW: usize = 256;

/// Values of one shard, in no order. The default holds none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// How often each value occurs of those that have a bin of their own; empty before there is one.
    small: Vec<u32>,
    /// The others that fit; nearly all do.
    short: Vec<u32>,
    long: Vec<u64>,
}

/// How values are distributed: what shards exchange. The default has seen none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    sum: u128,
    /// Bins that hold values, in order, with how many they hold.
    bins: Vec<(u16, u32)>,
}

/// What is to be known besides a [`Spread`] for its quantiles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Bins whose values are wanted, in order, with how many values lie before each.
    bins: Vec<(u16, u64)>,
}

/// The bin of a value: the top bits of `value + 1` as a floating-point number, which grow with it.
fn bin(value: u64) -> u16 {
    let bits = ((value.min(GREATEST) + 1) as f64).to_bits();
    ((bits >> (52 - BIN_BITS)) - ONE) as u16
}

/// Values below this one have a bin of their own.
const N_SMALL: usize = (2 << BIN_BITS) - 1;

/// The only value that a bin can hold, if there is but one.
fn only_value(bin: u16) -> Option<u64> {
    let least = f64::from_bits((u64::from(bin) + ONE) << (52 - BIN_BITS)) as u64 - 1;
    (least < N_SMALL as u64).then_some(least)
}

/// The top bits of 1.0.
const ONE: u64 = 1023 << BIN_BITS;

impl Values {
    /// Adds a value.
    #[inline]
    pub fn push(&mut self, value: u64) {
        match u32::try_from(value) {
            Ok(short) if short >= N_SMALL as u32 => self.short.push(short),
            Ok(short) => {
                if self.small.is_empty() {
                    self.small.resize(N_SMALL, 0);
                }
                self.small[short as usize] += 1;
            }
            Err(_) => self.long.push(value),
        }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.small.iter().map(|&n| n as usize).sum::<usize>() + self.n_large()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values with how often they occur, in no order; one may come several times.
    pub fn counted(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let small = (0..).zip(&self.small).filter(|&(_, &n)| n > 0);
        small.map(|(value, &n)| (value, u64::from(n))).chain(self.large().map(|value| (value, 1)))
    }

    fn n_large(&self) -> usize {
        self.short.len() + self.long.len()
    }

    fn large(&self) -> impl Iterator<Item = u64> + '_ {
        self.short.iter().map(|&value| u64::from(value)).chain(self.long.iter().copied())
    }

    /// How they are distributed. O(values).
    pub fn spread(&self) -> Spread {
        let small = (0_u64..).zip(&self.small).filter(|&(_, &n)| n > 0);
        let small_sum: u128 = small.clone().map(|(value, &n)| u128::from(value) * u128::from(n)).sum();
        let mut bins: Vec<(u16, u32)> = small.map(|(value, &n)| (bin(value), n)).collect();
        self.bin_large(&mut bins);
        Spread { sum: small_sum + self.large().map(u128::from).sum::<u128>(), bins }
    }

    fn bin_large(&self, bins: &mut Vec<(u16, u32)>) {
        if self.n_large() <= FEW {
            let mut values: Vec<u64> = self.large().collect();
            values.sort_unstable();
            let run = |run: &[u64]| (bin(run[0]), run.len() as u32);
            bins.extend(values.chunk_by(|&a, &b| bin(a) == bin(b)).map(run));
            return;
        }
        let mut counts = vec![0_u32; N_BINS];
        let (mut least, mut greatest) = (u64::MAX, 0);
        for value in self.large() {
            (least, greatest) = (least.min(value), greatest.max(value));
            counts[usize::from(bin(value))] += 1;
        }
        let held = (bin(least)..=bin(greatest)).map(|bin| (bin, counts[usize::from(bin)]));
        bins.extend(held.filter(|&(_, count)| count > 0));
    }

    /// Adds those that lie in wanted bins to `found`, in no order, but for bins that tell their values. O(values).
    pub fn pick(&self, wanted: &Wanted, found: &mut Vec<u64>) {
        let unknown = || wanted.bins.iter().map(|&(bin, _)| bin).filter(|&bin| only_value(bin).is_none());
        let Some(last) = unknown().next_back() else { return };
        let mut is_wanted = vec![false; usize::from(last) + 1];
        unknown().for_each(|bin| is_wanted[usize::from(bin)] = true);
        let is_wanted = |value: &u64| is_wanted.get(usize::from(bin(*value))).is_some_and(|&is| is);
        found.extend(self.large().filter(is_wanted));
    }
}

impl Spread {
    /// Number of values.
    pub fn n(&self) -> u64 {
        self.bins.iter().map(|&(_, count)| u64::from(count)).sum()
    }

    /// Arithmetic mean; none if there are no values.
    pub fn mean(&self) -> Option<f64> {
        let n = self.n();
        (n > 0).then(|| self.sum as f64 / n as f64)
    }

    /// Adds other values. O(bins).
    pub fn merge(&mut self, other: &Self) {
        self.sum += other.sum;
        let (mut mine, mut theirs) = (self.bins.iter().peekable(), other.bins.iter().peekable());
        let mut both = Vec::with_capacity(self.bins.len().max(other.bins.len()));
        while let Some(&&(bin, count)) = match (mine.peek(), theirs.peek()) {
            (Some(a), Some(b)) if b.0 < a.0 => theirs.peek(),
            (None, _) => theirs.peek(),
            _ => mine.peek(),
        } {
            let more = mine.next_if(|next| next.0 == bin).map_or(0, |next| next.1);
            let others = theirs.next_if(|next| next.0 == bin).map_or(0, |next| next.1);
            debug_assert!(more == count || others == count, "one of them is the first");
            both.push((bin, more + others));
        }
        self.bins = both;
    }

    /// What is to be asked for the quantiles at these probabilities.
    pub fn wanted(&self, probabilities: &[f64]) -> Wanted {
        let mut places: Vec<u64> = probabilities
            .iter()
            .filter_map(|&probability| place(self.n(), probability))
            .flat_map(|at| [at.low, at.high])
            .collect();
        places.sort_unstable();
        let mut places = places.into_iter().peekable();
        let mut n_before = 0;
        let mut bins = Vec::new();
        for &(bin, count) in &self.bins {
            let end = n_before + u64::from(count);
            if places.peek().is_some_and(|&place| place < end) {
                bins.push((bin, n_before));
                while places.next_if(|&place| place < end).is_some() {}
            }
            n_before = end;
        }
        Wanted { bins }
    }
}

/// Which order statistics a quantile lies between.
pub(super) struct Place {
    pub(super) low: u64,
    pub(super) high: u64,
    /// How far from `low` to `high`.
    pub(super) fraction: f64,
}

/// The quantile of type 7 of numbers in ascending order; none without a number.
pub(crate) fn of_sorted(values: &[f64], probability: f64) -> Option<f64> {
    let at = place(values.len() as u64, probability)?;
    let (low, high) = (values[at.low as usize], values[at.high as usize]);
    Some(low * (1.0 - at.fraction) + high * at.fraction)
}

/// Type 7 (Hyndman & Fan 1996, the default of R and NumPy): at `h = (n − 1) p`, linear between its neighbors.
pub(super) fn place(n: u64, probability: f64) -> Option<Place> {
    let last = n.checked_sub(1)?;
    let at = last as f64 * probability;
    let low = (at as u64).min(last);
    Some(Place { low, high: (low + 1).min(last), fraction: at - low as f64 })
}

impl Wanted {
    /// Quantiles of type 7 of `n` values at these probabilities (0..=1), given all values in the wanted bins; none if `n` is 0.
    /// O(found log found).
    ///
    /// ```
    /// use cairn_engine::kernel::quantile::Values;
    /// let mut values = Values::default();
    /// [40, 10, 30, 20].into_iter().for_each(|value| values.push(value));
    /// let (spread, mut found) = (values.spread(), Vec::new());
    /// let wanted = spread.wanted(&[0.1, 0.5, 1.0]);
    /// values.pick(&wanted, &mut found);
    /// assert_eq!(wanted.quantiles(spread.n(), &mut found, [0.1, 0.5, 1.0]), Some([13.0, 25.0, 40.0]));
    /// ```
    ///
    /// # Panics
    /// If values are missing: a bug of the caller.
    pub fn quantiles<const N: usize>(
        &self,
        n: u64,
        found: &mut [u64],
        probabilities: [f64; N],
    ) -> Option<[f64; N]> {
        found.sort_unstable();
        let value = |place: u64| {
            let at = self.bins.partition_point(|&(_, n_before)| n_before <= place) - 1;
            let (bin_of_place, n_before) = self.bins[at];
            if let Some(value) = only_value(bin_of_place) {
                return value as f64;
            }
            let start = found.partition_point(|&value| bin(value) < bin_of_place);
            found[start + (place - n_before) as usize] as f64
        };
        let quantile = |probability| {
            let Place { low, high, fraction } = place(n, probability)?;
            let low = value(low);
            Some(low + fraction * (value(high) - low))
        };
        let mut quantiles = [0.0; N];
        for (quantile_at, probability) in quantiles.iter_mut().zip(probabilities) {
            *quantile_at = quantile(probability)?;
        }
        Some(quantiles)
    }

    /// Whether nothing is wanted, because there are no values.
    pub fn is_empty(&self) -> bool {
        self.bins.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_sorting(values: &[u64], probability: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let place = (sorted.len() - 1) as f64 * probability;
        let (low, fraction) = (place.floor(), place.fract());
        let high = sorted[(place.ceil() as usize).min(sorted.len() - 1)] as f64;
        let low = sorted[low as usize] as f64;
        low + fraction * (high - low)
    }

    fn values_of(values: &[u64]) -> Values {
        let mut all = Values::default();
        values.iter().for_each(|&value| all.push(value));
        all
    }

    #[test]
    fn bins_grow_with_their_values_up_to_the_largest() {
        let mut values: Vec<u64> =
            (0..53).flat_map(|bit| [(1 << bit) - 1, 1 << bit, (1 << bit) + 1]).collect();
        values.extend(0..5000);
        values.extend([(1 << 53) - 1, GREATEST, u64::MAX]);
        values.sort_unstable();
        assert!(values.is_sorted_by_key(|&value| bin(value)));
        assert_eq!(bin(0), 0);
        assert!(values.iter().all(|&value| usize::from(bin(value)) < N_BINS));
    }

    #[test]
    fn no_values_have_no_quantiles_and_no_mean() {
        let spread = Values::default().spread();
        let wanted = spread.wanted(&[0.5]);
        assert!(wanted.is_empty());
        assert_eq!(wanted.quantiles(spread.n(), &mut [], [0.5]), None);
        assert_eq!(spread.mean(), None);
    }

    proptest! {
        #[test]
        fn shards_together_give_what_sorting_gives(
            shards in prop::collection::vec(
                prop::collection::vec(prop_oneof![0_u64..8, 0_u64..5000, 0_u64..1 << 53], 0..400),
                1..4,
            ),
            probabilities in [0.0..=1.0, 0.0..=1.0, 0.0..=1.0_f64],
        ) {
            let all = shards.concat();
            let shards: Vec<Values> = shards.iter().map(|shard| values_of(shard)).collect();
            let mut spread = Spread::default();
            shards.iter().for_each(|shard| spread.merge(&shard.spread()));
            prop_assert_eq!(&spread, &values_of(&all).spread());
            let wanted = spread.wanted(&probabilities);
            let mut found = Vec::new();
            shards.iter().for_each(|shard| shard.pick(&wanted, &mut found));
            let expected = (!all.is_empty()).then(|| probabilities.map(|probability| by_sorting(&all, probability)));
            prop_assert_eq!(wanted.quantiles(spread.n(), &mut found, probabilities), expected);
        }
    }
}
