//! Parcels: the rows of one block that belong to one shard, as bytes that can travel to it and wait there.
//!
//! ```text
//! block (input order)        parcels (by bucket, then input order)
//! u2 u1 u3 u1 u2 …     ─►    shard 0: │ bucket 0: u1 u1 │ bucket 1: u3 │ …    shard 1: │ bucket 128: u2 u2 │ …
//! ```
//!
//! Sorting by bucket while the block is in the processor's cache is the first step of sorting the table: a shard then
//! works bucket by bucket, on rows that are few enough for its cache too.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::builder::{Block, BlockColumn};
use super::column::Column;
use super::shards::Shards;
use super::users::{BUCKETS, BucketId, bucket_of};
use crate::time::Millis;

/// Some of one block's rows.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// What it holds, and where in the body.
    pub header: Header,
    /// The values.
    pub body: Vec<u8>,
}

/// What a parcel holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Who packed it: its codes are those of this sender's dictionaries.
    pub sender: u32,
    /// Which reading of which part of the input it was. Parcels of one reading come in input order.
    pub reading: u32,
    /// Where the rows of each of the shard's buckets end.
    pub(crate) bucket_ends: Vec<u32>,
    pub(crate) users: Lane,
    pub(crate) times: Lane,
    pub(crate) columns: Vec<Lane>,
}

/// Where one column's values lie in a parcel's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lane {
    start: u32,
    len: u32,
    pub(crate) form: Form,
}

/// How the values are written, little-endian.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Form {
    /// Nothing is written: no row has a value, or the values stand elsewhere.
    #[default]
    Nothing,
    /// All rows have this code.
    Same(u32),
    /// Codes.
    U8,
    U16,
    U32,
    /// Numbers; NaN for a missing one.
    F32,
    F64,
    /// Instants, as milliseconds after this one in 32 bits.
    After(i64),
    /// Instants.
    I64,
}

impl Header {
    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.bucket_ends.last().map_or(0, |&end| end as usize)
    }

    /// Puts the columns into another order: `places` has for each column where it is now, if it is there.
    pub(crate) fn arrange(&mut self, places: &[Option<usize>]) {
        self.columns =
            places.iter().map(|place| place.map_or_else(Lane::default, |at| self.column(at))).collect();
    }

    /// Where the lane of a column lies; nothing if the sender did not know the column yet.
    pub(crate) fn column(&self, index: usize) -> Lane {
        self.columns.get(index).copied().unwrap_or_default()
    }
}

impl Lane {
    /// The lane's bytes in the body.
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// Packs blocks into parcels. It knows for each user in which shard and bucket they are.
#[derive(Clone, Debug)]
pub struct Packer {
    shards: Shards,
    /// By the sender's code of the user.
    users: Vec<Place>,
    /// How many users each shard has.
    n_users: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    bucket: u8,
    /// Counts the sender's users of the shard.
    index: u32,
}

impl Packer {
    /// A packer for these shards that knows no user.
    pub fn new(shards: Shards) -> Self {
        Self { shards, users: Vec::new(), n_users: vec![0; shards.n()] }
    }

    /// The shards.
    pub fn shards(&self) -> Shards {
        self.shards
    }

    /// How many users it knows.
    pub fn n_known(&self) -> usize {
        self.users.len()
    }

    /// Takes in the user with the next code.
    pub fn add_user(&mut self, id: &[u8]) {
        let bucket = bucket_of(id);
        let index = &mut self.n_users[self.shards.of(bucket)];
        self.users.push(Place { bucket: bucket.0, index: *index });
        *index += 1;
    }

    /// Forgets all users but the first `n`.
    pub fn truncate(&mut self, n: usize) {
        for place in self.users.drain(n..) {
            self.n_users[self.shards.of(BucketId(place.bucket))] -= 1;
        }
    }

    /// The codes of a shard's users, in the order of their indexes in the shard's parcels.
    pub fn users_of(&self, shard: usize) -> impl Iterator<Item = u32> + '_ {
        let buckets = self.shards.buckets(shard);
        (0_u32..)
            .zip(&self.users)
            .filter(move |(_, place)| buckets.contains(&usize::from(place.bucket)))
            .map(|(code, _)| code)
    }

    /// A parcel for each shard, of those rows of a block that belong to it. O(rows × columns).
    ///
    /// # Panics
    /// If a row's user is not known: a bug of the caller.
    pub fn pack(&self, block: &Block, sender: u32, reading: u32) -> Vec<Parcel> {
        let (order, ends) = self.order(&block.users);
        let mut row_start = 0;
        let parcel = |shard: usize| {
            let ends = &ends[self.shards.buckets(shard)];
            let row_end = ends.last().map_or(row_start, |&end| end as usize);
            let rows = &order[row_start..row_end];
            let mut body = Body::default();
            let header = Header {
                sender,
                reading,
                bucket_ends: ends.iter().map(|end| end - row_start as u32).collect(),
                users: body
                    .codes(rows.iter().map(|&row| self.users[block.users[row as usize] as usize].index)),
                times: body.times(rows.iter().map(|&row| block.times[row as usize])),
                columns: block.columns.iter().map(|column| body.column(column, rows)).collect(),
            };
            row_start = row_end;
            Parcel { header, body: body.bytes }
        };
        (0..self.shards.n()).map(parcel).collect()
    }

    /// The rows by bucket, in input order within one, and where each bucket ends.
    fn order(&self, users: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let bucket = |user: u32| usize::from(self.users[user as usize].bucket);
        let mut next = vec![0_u32; BUCKETS + 1];
        for &user in users {
            next[bucket(user) + 1] += 1;
        }
        for at in 0..BUCKETS {
            next[at + 1] += next[at];
        }
        let mut order = vec![0; users.len()];
        for (row, &user) in (0_u32..).zip(users) {
            let place = &mut next[bucket(user)];
            order[*place as usize] = row;
            *place += 1;
        }
        next.pop();
        (order, next)
    }
}

/// A body that is being written.
#[derive(Default)]
struct Body {
    bytes: Vec<u8>,
    /// One lane's codes, numbers or instants, in the parcel's order.
    codes: Vec<u32>,
    numbers: Vec<f64>,
    times: Vec<i64>,
}

impl Body {
    fn column(&mut self, column: &BlockColumn, rows: &[u32]) -> Lane {
        match column {
            BlockColumn::Text(codes) => self.codes(rows.iter().map(|&row| codes[row as usize])),
            BlockColumn::Number(values) => self.numbers(rows.iter().map(|&row| values[row as usize])),
            BlockColumn::Time(values) => self.times(rows.iter().map(|&row| values[row as usize])),
            BlockColumn::Constant { code, .. } => Lane { form: Form::Same(*code), ..Lane::default() },
            BlockColumn::Elsewhere => Lane::default(),
        }
    }

    /// Codes, in the narrowest width that holds them all.
    fn codes(&mut self, codes: impl Iterator<Item = u32>) -> Lane {
        refill(&mut self.codes, codes);
        let (low, high) =
            self.codes.iter().fold((u32::MAX, 0), |(low, high), &code| (low.min(code), high.max(code)));
        match high {
            _ if low > high => Lane::default(),
            _ if low == high => Lane { form: Form::Same(high), ..Lane::default() },
            0..=0xff => write(&mut self.bytes, Form::U8, &self.codes, |code| [code as u8]),
            0x100..=0xffff => {
                write(&mut self.bytes, Form::U16, &self.codes, |code| (code as u16).to_le_bytes())
            }
            _ => write(&mut self.bytes, Form::U32, &self.codes, u32::to_le_bytes),
        }
    }

    /// Numbers, as f32 if all of them survive that; nothing if all are missing.
    fn numbers(&mut self, values: impl Iterator<Item = f64>) -> Lane {
        refill(&mut self.numbers, values);
        let is_lossless =
            |value: &f64| value.is_nan() || f64::from(*value as f32).to_bits() == value.to_bits();
        if self.numbers.iter().all(|value| value.is_nan()) {
            Lane::default()
        } else if self.numbers.iter().all(is_lossless) {
            write(&mut self.bytes, Form::F32, &self.numbers, |value| (value as f32).to_le_bytes())
        } else {
            write(&mut self.bytes, Form::F64, &self.numbers, f64::to_le_bytes)
        }
    }

    /// Instants, as 32 bits after the first one if no instant is missing and they lie within 49 days.
    fn times(&mut self, values: impl Iterator<Item = Millis>) -> Lane {
        refill(&mut self.times, values.map(|value| value.0));
        let (low, high) = self
            .times
            .iter()
            .fold((i64::MAX, i64::MIN), |(low, high), &time| (low.min(time), high.max(time)));
        match high.checked_sub(low) {
            _ if high == Column::NO_TIME.0 => Lane::default(),
            Some(0..=0xffff_ffff) if low > Column::NO_TIME.0 => {
                write(&mut self.bytes, Form::After(low), &self.times, |time| {
                    ((time - low) as u32).to_le_bytes()
                })
            }
            _ => write(&mut self.bytes, Form::I64, &self.times, i64::to_le_bytes),
        }
    }
}

fn refill<T>(buffer: &mut Vec<T>, values: impl Iterator<Item = T>) {
    buffer.clear();
    buffer.extend(values);
}

fn write<T: Copy, const W: usize>(
    bytes: &mut Vec<u8>,
    form: Form,
    values: &[T],
    encode: impl Fn(T) -> [u8; W],
) -> Lane {
    let start = bytes.len();
    bytes.resize(start + values.len() * W, 0);
    for (place, &value) in bytes[start..].as_chunks_mut::<W>().0.iter_mut().zip(values) {
        *place = encode(value);
    }
    Lane { start: start as u32, len: (values.len() * W) as u32, form }
}
