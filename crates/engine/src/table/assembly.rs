//! Builds one shard's table from the parcels that were sent to it: sorts rows by user, time and input order, translates
//! the senders' codes into the data set's, narrows columns. One column at a time is in memory twice.

use std::ops::Range;

use super::column::{Codes, Column, Numbers, TextColumn};
use super::dictionary::Dictionary;
use super::parcel::{Form, Header, Lane};
use super::users::{Users, bucket_of};
use crate::time::Millis;

/// Where the bodies of parcels wait.
pub trait Store: std::fmt::Debug {
    /// Puts a part of a parcel's body into `bytes`, in place of what was there.
    fn read(&self, parcel: usize, range: Range<usize>, bytes: &mut Vec<u8>);
}

/// Bodies in this memory.
impl Store for Vec<Vec<u8>> {
    fn read(&self, parcel: usize, range: Range<usize>, bytes: &mut Vec<u8>) {
        bytes.clear();
        bytes.extend_from_slice(&self[parcel][range]);
    }
}

/// A shard that is being built: its rows are in order, its columns are made one by one.
#[derive(Debug)]
pub struct Assembly {
    headers: Vec<Header>,
    store: Box<dyn Store>,
    /// Where each parcel's rows of each bucket go while they are in input order: `[bucket * parcels + parcel]`.
    run_starts: Vec<u32>,
    /// For each row of the table, its place by bucket and input order.
    order: Vec<u32>,
    /// The users.
    pub users: Users,
    /// Every row's instant.
    pub times: Vec<Millis>,
}

impl Assembly {
    /// Puts the rows of all parcels in order. The parcels come in input order; `ids` are each sender's users of this
    /// shard, in the order of their indexes. Users without a row are dropped. O(rows + users × log), plus a sort of
    /// each user's rows whose times are not in order already.
    ///
    /// # Panics
    /// If there are 2³² rows or more, or a parcel has a user that its sender did not name: bugs of the caller.
    pub fn new(headers: Vec<Header>, store: Box<dyn Store>, ids: &[&Dictionary]) -> Self {
        let (run_starts, n_rows) = run_starts(&headers);
        let users = Users::new(Dictionary::default(), vec![0]);
        let mut assembly = Self { headers, store, run_starts, order: Vec::new(), users, times: Vec::new() };
        let (sorted, translations) = users_in_order(ids);
        let row_users = assembly.gather_codes(n_rows, |header| header.users, &translations, |code| code);
        let mut times = assembly.gather_times(n_rows, |header| header.times);
        let mut starts = vec![0_u32; sorted.len() + 1];
        for &user in &row_users {
            starts[user as usize + 1] += 1;
        }
        for user in 0..sorted.len() {
            starts[user + 1] += starts[user];
        }
        assembly.order = order_rows(&row_users, &times, &starts);
        drop(row_users);
        times = assembly.sort(&times);
        let has_rows = |user: &usize| starts[*user] < starts[user + 1];
        let present: Vec<usize> = (0..sorted.len()).filter(has_rows).collect();
        let ids = Dictionary::from_entries(present.iter().map(|&user| sorted[user]));
        let row_starts = present.iter().map(|&user| starts[user]).chain([n_rows as u32]).collect();
        Self { users: Users::new(ids, row_starts), times, ..assembly }
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.order.len()
    }

    /// A column of texts. `translations` have for each sender, by its code, the code in `dictionary`.
    pub fn texts(&self, column: usize, dictionary: Dictionary, translations: &[Vec<u32>]) -> TextColumn {
        let lane = |header: &Header| header.column(column);
        let n = self.n_rows();
        let codes = match dictionary.len() {
            0..=0xff => Codes::U8(self.sort(&self.gather_codes(n, lane, translations, |code| code as u8))),
            0x100..=0xffff => {
                Codes::U16(self.sort(&self.gather_codes(n, lane, translations, |code| code as u16)))
            }
            _ => Codes::U32(self.sort(&self.gather_codes(n, lane, translations, |code| code))),
        };
        TextColumn { codes, dictionary }
    }

    /// A column that was sent as codes and holds something else: `values` has what each translated code stands for.
    pub fn values<T: Copy + Default>(
        &self,
        column: usize,
        translations: &[Vec<u32>],
        values: &[T],
    ) -> Vec<T> {
        let lane = |header: &Header| header.column(column);
        self.sort(&self.gather_codes(self.n_rows(), lane, translations, |code| values[code as usize]))
    }

    /// A column of numbers.
    pub fn numbers(&self, column: usize) -> Numbers {
        let is_wide = |header: &Header| header.column(column).form == Form::F64;
        if self.headers.iter().any(is_wide) {
            let mut flat = vec![f64::NAN; self.n_rows()];
            self.each(column_lane(column), |runs, lane, bytes| match lane.form {
                Form::F32 => runs.copy(bytes, &mut flat, |value| f64::from(f32::from_le_bytes(value))),
                Form::F64 => runs.copy(bytes, &mut flat, f64::from_le_bytes),
                _ => {}
            });
            Numbers::F64(self.sort(&flat))
        } else {
            let mut flat = vec![f32::NAN; self.n_rows()];
            self.each(column_lane(column), |runs, lane, bytes| {
                if lane.form == Form::F32 {
                    runs.copy(bytes, &mut flat, f32::from_le_bytes);
                }
            });
            Numbers::F32(self.sort(&flat))
        }
    }

    /// A column of instants.
    pub fn instants(&self, column: usize) -> Vec<Millis> {
        self.sort(&self.gather_times(self.n_rows(), column_lane(column)))
    }

    /// The parcels' rows: all values of one lane, by bucket and input order.
    fn gather_codes<T: Copy + Default>(
        &self,
        n_rows: usize,
        lane: impl Fn(&Header) -> Lane,
        translations: &[Vec<u32>],
        narrow: impl Fn(u32) -> T,
    ) -> Vec<T> {
        let mut flat = vec![T::default(); n_rows];
        self.each(lane, |runs, lane, bytes| {
            let translation = &translations[runs.header.sender as usize];
            let code = |code: u32| narrow(translation[code as usize]);
            match lane.form {
                Form::U8 => runs.copy(bytes, &mut flat, |[byte]| code(u32::from(byte))),
                Form::U16 => runs.copy(bytes, &mut flat, |word| code(u32::from(u16::from_le_bytes(word)))),
                Form::U32 => runs.copy(bytes, &mut flat, |word| code(u32::from_le_bytes(word))),
                Form::Same(same) => runs.fill(&mut flat, code(same)),
                _ => runs.fill(&mut flat, narrow(super::MISSING)),
            }
        });
        flat
    }

    fn gather_times(&self, n_rows: usize, lane: impl Fn(&Header) -> Lane) -> Vec<Millis> {
        let mut flat = vec![Column::NO_TIME; n_rows];
        self.each(lane, |runs, lane, bytes| match lane.form {
            Form::After(base) => {
                runs.copy(bytes, &mut flat, |word| Millis(base + i64::from(u32::from_le_bytes(word))));
            }
            Form::I64 => runs.copy(bytes, &mut flat, |word| Millis(i64::from_le_bytes(word))),
            _ => {}
        });
        flat
    }

    /// Calls `take` with every parcel's lane and its bytes.
    fn each(&self, lane: impl Fn(&Header) -> Lane, mut take: impl FnMut(Runs<'_>, Lane, &[u8])) {
        let mut bytes = Vec::new();
        for (parcel, header) in self.headers.iter().enumerate() {
            let lane = lane(header);
            self.store.read(parcel, lane.range(), &mut bytes);
            let starts = self.run_starts.iter().copied().skip(parcel).step_by(self.headers.len());
            let runs = Runs { header, starts: starts.collect() };
            take(runs, lane, &bytes);
        }
    }

    /// Values by bucket and input order, in the table's order.
    fn sort<T: Copy>(&self, flat: &[T]) -> Vec<T> {
        self.order.iter().map(|&place| flat[place as usize]).collect()
    }
}

fn column_lane(column: usize) -> impl Fn(&Header) -> Lane {
    move |header| header.column(column)
}

/// The rows of one parcel, bucket by bucket.
struct Runs<'a> {
    header: &'a Header,
    /// Where each bucket's rows go.
    starts: Vec<u32>,
}

impl Runs<'_> {
    fn each(&self) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
        let ends = &self.header.bucket_ends;
        self.starts.iter().enumerate().map(|(bucket, &to)| {
            let start = bucket.checked_sub(1).map_or(0, |before| ends[before]);
            (to as usize, start as usize..ends[bucket] as usize)
        })
    }

    #[inline]
    fn copy<const W: usize, T>(&self, bytes: &[u8], flat: &mut [T], decode: impl Fn([u8; W]) -> T) {
        let (values, _) = bytes.as_chunks::<W>();
        for (to, rows) in self.each() {
            let target = &mut flat[to..to + rows.len()];
            for (target, value) in target.iter_mut().zip(&values[rows]) {
                *target = decode(*value);
            }
        }
    }

    fn fill<T: Copy>(&self, flat: &mut [T], value: T) {
        for (to, rows) in self.each() {
            flat[to..to + rows.len()].fill(value);
        }
    }
}

/// Where the rows of each bucket and parcel start, and how many rows there are.
fn run_starts(headers: &[Header]) -> (Vec<u32>, usize) {
    let n_buckets = headers.first().map_or(0, |header| header.bucket_ends.len());
    let mut starts = Vec::with_capacity(n_buckets * headers.len());
    let mut total = 0_u32;
    for bucket in 0..n_buckets {
        for header in headers {
            let start = bucket.checked_sub(1).map_or(0, |before| header.bucket_ends[before]);
            starts.push(total);
            let next = total.checked_add(header.bucket_ends[bucket] - start);
            total = next.unwrap_or_else(|| panic!("row numbers fit into 32 bits"));
        }
    }
    (starts, total as usize)
}

/// The distinct ids by bucket and then by bytes, and for each sender and index the id's place among them.
fn users_in_order<'a>(ids: &[&'a Dictionary]) -> (Vec<&'a str>, Vec<Vec<u32>>) {
    let mut keyed: Vec<(u8, &'a str, u32, u32)> = Vec::with_capacity(ids.iter().map(|ids| ids.len()).sum());
    for (sender, ids) in (0..).zip(ids) {
        keyed
            .extend((0..).zip(ids.iter()).map(|(index, id)| (bucket_of(id.as_bytes()).0, id, sender, index)));
    }
    keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.as_bytes().cmp(b.1.as_bytes())));
    let mut sorted: Vec<&'a str> = Vec::new();
    let mut places: Vec<Vec<u32>> = ids.iter().map(|ids| vec![0; ids.len()]).collect();
    for (_, id, sender, index) in keyed {
        if sorted.last() != Some(&id) {
            sorted.push(id);
        }
        places[sender as usize][index as usize] = sorted.len() as u32 - 1;
    }
    (sorted, places)
}

/// For each row of the table its place by bucket and input order; `starts` are the users' first rows. Rows are moved
/// within their bucket only, since its users stand together.
fn order_rows(row_users: &[u32], times: &[Millis], starts: &[u32]) -> Vec<u32> {
    let mut next = starts.to_vec();
    let mut order = vec![0_u32; row_users.len()];
    for (place, &user) in (0_u32..).zip(row_users) {
        let row = &mut next[user as usize];
        order[*row as usize] = place;
        *row += 1;
    }
    for bounds in starts.windows(2) {
        let rows = &mut order[bounds[0] as usize..bounds[1] as usize];
        if !rows.is_sorted_by_key(|&place| times[place as usize]) {
            rows.sort_by_key(|&place| times[place as usize]);
        }
    }
    order
}
