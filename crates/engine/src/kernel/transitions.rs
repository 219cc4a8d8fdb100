//! Counts what follows what: the fast way, for rows that are named by their event alone and cut by gaps alone.

use super::sessions::Gap;
use crate::table::{Bucket, Codes, Table};
use crate::time::Millis;

/// How often each item follows each, square, in rows of "from". The last row and column stand for no item: what a run
/// starts with stands in the last row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    width: usize,
    cells: Vec<u64>,
}

impl Counts {
    /// Zeros for so many items.
    pub fn new(n_items: usize) -> Self {
        Self { width: n_items + 1, cells: vec![0; (n_items + 1) * (n_items + 1)] }
    }

    /// How often `to` follows `from`.
    pub fn get(&self, from: usize, to: usize) -> u64 {
        self.cells[from * self.width + to]
    }

    /// How many runs start with `item`.
    pub fn n_started(&self, item: usize) -> u64 {
        self.get(self.width - 1, item)
    }

    /// Counts one more.
    #[inline]
    pub fn add(&mut self, from: Option<usize>, to: usize) {
        self.cells[from.unwrap_or(self.width - 1) * self.width + to] += 1;
    }

    /// Counts so many more. `from` is the number of items for the start of a run.
    pub fn add_many(&mut self, from: usize, to: usize, n: u64) {
        self.cells[from * self.width + to] += n;
    }

    /// All numbers, row by row.
    pub fn cells(&self) -> &[u64] {
        &self.cells
    }

    /// Adds one bucket's rows, each named by `by_code` of its event's code, which are below the number of items. A run ends
    /// where the user does, and where the gap cuts. O(rows), about two nanoseconds each.
    pub fn add_bucket(&mut self, bucket: Bucket<'_>, by_code: &[u16], gap: Option<Gap>) {
        let table = bucket.table;
        let gap = gap.unwrap_or(Gap::NEVER);
        match &table.events().codes {
            Codes::U8(codes) => self.add_rows(bucket, table, codes, by_code, gap),
            Codes::U16(codes) => self.add_rows(bucket, table, codes, by_code, gap),
            Codes::U32(codes) => self.add_rows(bucket, table, codes, by_code, gap),
        }
    }

    fn add_rows<C: Copy + Into<u32>>(
        &mut self,
        bucket: Bucket<'_>,
        table: &Table,
        codes: &[C],
        by_code: &[u16],
        gap: Gap,
    ) {
        let start = (self.width - 1) * self.width;
        for user in bucket.users() {
            let rows = table.users.rows(user);
            let mut from = start;
            let mut before = Millis(i64::MAX);
            for (&code, &time) in codes[rows.clone()].iter().zip(&table.times[rows]) {
                let to = usize::from(by_code[code.into() as usize]);
                // Chosen rather than jumped to: whether a gap cuts is beyond foreseeing.
                let row = if gap.cuts(before, time) { start } else { from };
                self.cells[row + to] += 1;
                from = to * self.width;
                before = time;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rule::GapEdge;
    use crate::table::BucketId;
    use crate::testing::small_sheets;

    proptest! {
        #[test]
        fn every_row_is_counted_after_the_one_before_it(sheet in small_sheets(), days in 0..4_i64) {
            let table = sheet.table();
            let gap = Gap::new(days * Millis::DAY / 2, GapEdge::Cuts);
            let by_code: Vec<u16> = (0..table.events().n_codes() as u16).collect();
            let mut counts = Counts::new(by_code.len());
            BucketId::all().for_each(|id| counts.add_bucket(table.bucket(id), &by_code, Some(gap)));
            let mut naive = Counts::new(by_code.len());
            for rows in sheet.users().values() {
                for (at, row) in rows.iter().enumerate() {
                    let code = |name: &str| table.events().dictionary.code(name).unwrap() as usize;
                    let before = at.checked_sub(1).map(|at| rows[at]);
                    let before = before.filter(|before| row.time - before.time < days * Millis::DAY / 2);
                    naive.add(before.map(|before| code(&before.event)), code(&row.event));
                }
            }
            prop_assert_eq!(counts, naive);
        }
    }
}
