//! Which shard holds which buckets.

use std::ops::Range;

use super::users::{BUCKETS, BucketId};

/// How buckets are dealt out: each of `n` shards holds a run of whole buckets, as many as any other, give or take one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shards {
    n: usize,
}

impl Shards {
    /// One shard that holds everything.
    pub const ONE: Self = Self { n: 1 };

    /// `n` shards; at least 1, at most [`BUCKETS`].
    pub fn new(n: usize) -> Self {
        Self { n: n.clamp(1, BUCKETS) }
    }

    /// How many there are.
    pub fn n(self) -> usize {
        self.n
    }

    /// The buckets of a shard, by number.
    ///
    /// ```
    /// use cairn_engine::table::Shards;
    /// assert_eq!(Shards::new(3).buckets(0), 0..86);
    /// assert_eq!(Shards::new(3).buckets(2), 171..256);
    /// ```
    pub fn buckets(self, shard: usize) -> Range<usize> {
        let start = |shard: usize| (shard * BUCKETS).div_ceil(self.n);
        start(shard)..start(shard + 1)
    }

    /// The same as ids.
    pub fn bucket_ids(self, shard: usize) -> impl ExactSizeIterator<Item = BucketId> {
        self.buckets(shard).map(|bucket| BucketId(bucket as u8))
    }

    /// The shard that holds a bucket.
    pub fn of(self, bucket: BucketId) -> usize {
        usize::from(bucket.0) * self.n / BUCKETS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bucket_is_in_the_shard_that_is_said_to_hold_it() {
        for n in 1..=BUCKETS {
            let shards = Shards::new(n);
            let dealt: Vec<usize> =
                (0..n).flat_map(|shard| shards.buckets(shard).map(move |_| shard)).collect();
            let said: Vec<usize> = BucketId::all().map(|bucket| shards.of(bucket)).collect();
            assert_eq!(dealt, said, "{n} shards");
        }
    }
}
