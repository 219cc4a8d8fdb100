//! The columnar table: rows sorted by user, then time, then input order.
//!
//! ```text
//! bucket 0              bucket 1                 … 255    fixed hash of the user id's bytes
//! ├ user "a7" ┬ row 0   ├ user "b1" ┬ row 5               users of a bucket in order of their id's bytes
//! │           ├ row 1   │           └ row 6               rows of a user in order of time, then of input
//! │           └ row 2   …
//! ```
//!
//! A shard is a run of whole buckets; with one worker, all of them. Rows come to it in parcels:
//!
//! ```text
//! Block (rows in input order) ─► Packer ─► Parcel for each shard ─► Assembly ─► Table
//! ```

pub mod assembly;
pub mod bitmap;
pub mod builder;
pub mod column;
pub mod dictionary;
pub mod memo;
pub mod parcel;
pub mod rows;
pub mod schema;
pub mod shards;
pub mod users;

pub use bitmap::Bitmap;
pub use column::{Codes, Column, Numbers, TextColumn};
pub use dictionary::{Dictionary, MISSING};
pub use schema::{ColumnIdx, ColumnInfo, Facts, Kind, Role, Schema};
pub use shards::Shards;
pub use users::{BUCKETS, BucketId, UserIdx, Users, bucket_of};

use std::ops::Range;

use assembly::Assembly;
use memo::Memo;

use crate::rule::Segment;
use crate::time::Millis;

/// A loaded data set, or one shard of it.
#[derive(Debug)]
pub struct Table {
    /// What the columns are.
    pub schema: Schema,
    /// Who the users are and where their rows lie.
    pub users: Users,
    /// Every row's instant.
    pub times: Vec<Millis>,
    /// Rows at the same instant as the row before, which is the same user's.
    pub ties: Bitmap,
    /// The columns, in the schema's order.
    pub columns: Vec<Column>,
    /// Users found by a segment's rule, at an instant that counts as now.
    pub segments: Memo<(Segment, Millis), Bitmap>,
}

impl Table {
    /// The table of rows that are in order, with its columns. The facts in the schema are this table's own.
    ///
    /// # Panics
    /// If the roles user, time and event are not given once each: a bug of the caller.
    pub fn new(infos: Vec<ColumnInfo>, columns: Vec<Column>, rows: Assembly) -> Self {
        let Assembly { users, times, .. } = rows;
        let facts = Facts { span: span(&times), n_events: times.len() as u64, n_users: users.len() as u64 };
        let ties = ties(&users, &times);
        let schema = Schema::new(infos, &facts);
        Self { schema, users, times, ties, columns, segments: Memo::default() }
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.times.len()
    }

    /// The event column: which event each row is.
    ///
    /// # Panics
    /// If the table was built with an event column that is not text, which [`crate::ingest`] never does.
    pub fn events(&self) -> &TextColumn {
        match &self.columns[self.schema.event.0 as usize] {
            Column::Text(text) => text,
            _ => unreachable!("the event column is text"),
        }
    }

    /// The column at `index`.
    pub fn column(&self, index: ColumnIdx) -> &Column {
        &self.columns[index.0 as usize]
    }

    /// One bucket's users and rows.
    pub fn bucket(&self, id: BucketId) -> Bucket<'_> {
        Bucket { table: self, id }
    }

    /// Bytes that the table holds.
    pub fn n_bytes(&self) -> u64 {
        let columns: u64 = self.columns.iter().map(Column::n_bytes).sum();
        let times = (self.times.len() * size_of::<Millis>()) as u64;
        columns + self.users.n_bytes() + times + self.ties.n_bytes()
    }
}

fn ties(users: &Users, times: &[Millis]) -> Bitmap {
    let mut ties = Bitmap::empty(times.len());
    for user in users.iter() {
        let rows = users.rows(user);
        for row in rows.start + 1..rows.end {
            if times[row] == times[row - 1] {
                ties.insert(row);
            }
        }
    }
    ties
}

fn span(times: &[Millis]) -> Option<(Millis, Millis)> {
    let &first = times.first()?;
    Some(times.iter().fold((first, first), |(low, high), &time| (low.min(time), high.max(time))))
}

/// The unit of work: the users of one bucket.
#[derive(Clone, Copy, Debug)]
pub struct Bucket<'t> {
    /// The table.
    pub table: &'t Table,
    /// Which bucket of it.
    pub id: BucketId,
}

impl Bucket<'_> {
    /// The bucket's users, in order of their id's bytes.
    pub fn users(&self) -> impl ExactSizeIterator<Item = UserIdx> + use<> {
        let range = self.table.users.bucket(self.id);
        (range.start..range.end).map(UserIdx)
    }

    /// The rows of all of the bucket's users.
    pub fn rows(&self) -> Range<usize> {
        let range = self.table.users.bucket(self.id);
        self.table.users.row_start(range.start)..self.table.users.row_start(range.end)
    }
}
