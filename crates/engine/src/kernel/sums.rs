//! Sums of f64, and whatever else depends on the order of adding, that come out the same however buckets are spread over
//! shards.

use serde::{Deserialize, Serialize};

use crate::kernel::order::sort_by_key;
use crate::table::BucketId;

/// A sum kept apart per bucket, sparse and in bucket order. Adding floating-point numbers in another order changes the
/// last bits; so the order is fixed: inside a bucket as the scan meets them, and over buckets from 0 to 255.
///
/// ```
/// use cairn_engine::kernel::sums::BucketSums;
/// use cairn_engine::table::BucketId;
/// let (mut a, mut b) = (BucketSums::default(), BucketSums::default());
/// a.add(BucketId(7), 1e16);
/// b.add(BucketId(3), 1.0);
/// a.add(BucketId(9), -1e16);
/// let (ab, ba) = (a.clone().merged(b.clone()), b.merged(a));
/// assert_eq!(ab.total(), ba.total());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BucketSums(Vec<(BucketId, f64)>);

impl BucketSums {
    /// Adds a value that was met in `bucket`. Amortized O(1) when buckets come in order.
    pub fn add(&mut self, bucket: BucketId, value: f64) {
        match self.0.binary_search_by_key(&bucket, |&(id, _)| id) {
            Ok(at) => self.0[at].1 += value,
            Err(at) => self.0.insert(at, (bucket, value)),
        }
    }

    /// The sums of both. The two must not share a bucket, as two shards never do.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        let mut all = self.0;
        all.extend(other.0);
        sort_by_key(&mut all, |&(id, _)| id);
        Self(all)
    }

    /// The sum, added in bucket order; 0 if empty.
    pub fn total(&self) -> f64 {
        self.0.iter().map(|&(_, value)| value).sum()
    }
}

/// One value for each bucket that has been scanned, kept apart so that they can be joined in bucket order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PerBucket<T>(Vec<(BucketId, T)>);

impl<T> Default for PerBucket<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> PerBucket<T> {
    /// Adds the value of a bucket, which has none yet.
    pub fn insert(&mut self, bucket: BucketId, value: T) {
        self.0.push((bucket, value));
    }

    /// The values of both. The two must not share a bucket, as two shards never do.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The values in bucket order.
    pub fn in_order(mut self) -> impl ExactSizeIterator<Item = T> {
        sort_by_key(&mut self.0, |&(id, _)| id);
        self.0.into_iter().map(|(_, value)| value)
    }
}
