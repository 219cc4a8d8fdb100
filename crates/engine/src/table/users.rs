//! Users: their ids, their buckets, and where their rows lie.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::dictionary::Dictionary;

/// How many buckets users fall into. A shard is a set of whole buckets.
pub const BUCKETS: usize = 256;

/// One of the [`BUCKETS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BucketId(pub u8);

impl BucketId {
    /// All buckets, in order.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        (0..=u8::MAX).map(Self).collect::<Vec<_>>().into_iter()
    }
}

/// A user's place in the table's order (by bucket, then by id).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserIdx(pub u32);

/// The bucket of a user id: the top byte of the 64-bit FNV-1a hash of its bytes, after a final mix.
///
/// The hash is part of the format: shards, saved work and samples rely on it. It never changes.
///
/// ```
/// use cairn_engine::table::{bucket_of, BucketId};
/// assert_eq!(bucket_of(b"u_1"), BucketId(189));
/// assert_eq!(bucket_of(b""), BucketId(245));
/// assert_eq!(bucket_of("größe".as_bytes()), BucketId(190));
/// ```
pub fn bucket_of(id: &[u8]) -> BucketId {
    BucketId((user_hash(id, 0) >> 56) as u8)
}

/// A fixed 64-bit hash of a user id under a seed, for buckets (seed 0), samples and assignments: FNV-1a over the bytes,
/// xor the seed, then splitmix64's finalizer. O(length).
pub fn user_hash(id: &[u8], seed: u64) -> u64 {
    let fnv = id.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    mix(fnv ^ seed)
}

/// The finalizer of splitmix64 (Steele, Lea & Flood 2014): a bijection that spreads every input bit over the output.
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The users of a table.
#[derive(Debug)]
pub struct Users {
    ids: Dictionary,
    row_starts: Vec<u32>,
    bucket_starts: Vec<u32>,
}

impl Users {
    /// Users from their ids in the table's order (by bucket, then bytes) and the row at which each one starts, with the
    /// number of rows at the end: `row_starts.len() == ids.len() + 1`.
    ///
    /// # Panics
    /// If the ids are not in the table's order or the lengths do not fit: a bug of the builder.
    pub fn new(ids: Dictionary, row_starts: Vec<u32>) -> Self {
        assert_eq!(row_starts.len(), ids.len() + 1, "one start per user and the end");
        let mut bucket_starts = vec![0_u32; BUCKETS + 1];
        let mut previous: Option<(BucketId, &[u8])> = None;
        for id in ids.iter() {
            let key = (bucket_of(id.as_bytes()), id.as_bytes());
            assert!(previous.is_none_or(|before| before < key), "users in order, each once");
            bucket_starts[usize::from(key.0.0) + 1] += 1;
            previous = Some(key);
        }
        for bucket in 0..BUCKETS {
            bucket_starts[bucket + 1] += bucket_starts[bucket];
        }
        Self { ids, row_starts, bucket_starts }
    }

    /// Number of users.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no user.
    pub fn is_empty(&self) -> bool {
        self.ids.len() == 0
    }

    /// The user's id, as it stands in the data.
    pub fn id(&self, user: UserIdx) -> &str {
        self.ids.entry(user.0)
    }

    /// The user with this id. O(log n).
    pub fn find(&self, id: &str) -> Option<UserIdx> {
        let range = self.bucket(bucket_of(id.as_bytes()));
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.ids.entry(middle).as_bytes().cmp(id.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(UserIdx(middle)),
            }
        }
        None
    }

    /// The user's rows.
    pub fn rows(&self, user: UserIdx) -> Range<usize> {
        self.row_start(user.0)..self.row_start(user.0 + 1)
    }

    /// All users, in the table's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = UserIdx> + use<> {
        (0..self.ids.len() as u32).map(UserIdx)
    }

    /// Users of one bucket, as a range of indexes.
    pub fn bucket(&self, id: BucketId) -> Range<u32> {
        let at = usize::from(id.0);
        self.bucket_starts[at]..self.bucket_starts[at + 1]
    }

    /// The first row of the user at `index`; the number of rows for `index == len()`.
    pub fn row_start(&self, index: u32) -> usize {
        self.row_starts[index as usize] as usize
    }

    /// Bytes held.
    pub fn n_bytes(&self) -> u64 {
        self.ids.n_bytes() + (self.row_starts.len() * size_of::<u32>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(ids: &[&str]) -> Users {
        let mut ids: Vec<&str> = ids.to_vec();
        ids.sort_by_key(|id| (bucket_of(id.as_bytes()), id.as_bytes().to_vec()));
        let starts = (0..=ids.len() as u32).map(|n| n * 2).collect();
        Users::new(Dictionary::from_entries(ids), starts)
    }

    #[test]
    fn every_user_is_found_by_id_and_a_stranger_is_not() {
        let names: Vec<String> = (0..1000).map(|n| format!("u_{n}")).collect();
        let users = users(&names.iter().map(String::as_str).collect::<Vec<_>>());
        for name in &names {
            let found = users.find(name).unwrap();
            assert_eq!(users.id(found), name);
            assert_eq!(users.rows(found).len(), 2);
        }
        assert_eq!(users.find("u_1000"), None);
    }

    #[test]
    fn buckets_hold_every_user_once_and_are_about_equally_full() {
        let names: Vec<String> = (0..25_600).map(|n| format!("user-{n}")).collect();
        let users = users(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let sizes: Vec<usize> = BucketId::all().map(|id| users.bucket(id).len()).collect();
        assert_eq!(sizes.iter().sum::<usize>(), names.len());
        assert!(sizes.iter().all(|&size| (50..=160).contains(&size)), "{sizes:?}");
    }
}
