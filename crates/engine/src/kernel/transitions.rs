//! Counts what follows what: the fast way, for rows that are named by their event alone and cut by gaps alone.

use std::ops::Range;

use super::scope::ScopeFilter;
use super::sessions::Gap;
use crate::table::{Bucket, Codes};
use crate::time::Millis;

/// For each event's code the place of its item; [`LEFT_OUT`] for rows that are passed over.
pub type Places = Vec<u16>;

/// The place of rows that are passed over.
pub const LEFT_OUT: u16 = u16::MAX;

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

    /// Adds the rows of one bucket that lie in the scope's range, each named by its event's code; whether they meet the
    /// scope's conditions is not asked. A run ends where the user does, and where the gap cuts. O(rows), one to two
    /// nanoseconds each.
    pub fn add_bucket(
        &mut self,
        bucket: Bucket<'_>,
        places: &[u16],
        scope: &ScopeFilter<'_>,
        gap: Option<Gap>,
    ) {
        match &bucket.table.events().codes {
            Codes::U8(codes) => self.add_codes(bucket, codes, places, scope, gap),
            Codes::U16(codes) => self.add_codes(bucket, codes, places, scope, gap),
            Codes::U32(codes) => self.add_codes(bucket, codes, places, scope, gap),
        }
    }

    fn add_codes<C: Copy + Into<u32>>(
        &mut self,
        bucket: Bucket<'_>,
        codes: &[C],
        places: &[u16],
        scope: &ScopeFilter<'_>,
        gap: Option<Gap>,
    ) {
        // Where a row's line begins, and whether the row counts at all; looked up at once.
        let width = self.width;
        let start = (width - 1) * width;
        let lines: Vec<Line> = places.iter().map(|&place| Line::new(place, width)).collect();
        let times = &bucket.table.times;
        for user in bucket.users() {
            let rows: Range<usize> = scope.rows(bucket.table, user);
            let mut from = start;
            match gap {
                None => codes[rows].iter().for_each(|&code| {
                    let line = lines[code.into() as usize];
                    self.cells[from + line.place as usize] += line.one();
                    from = line.next(from);
                }),
                Some(gap) => {
                    let mut before = Millis(i64::MAX);
                    for (&code, &time) in codes[rows.clone()].iter().zip(&times[rows]) {
                        let line = lines[code.into() as usize];
                        // Chosen rather than jumped to: whether a gap cuts is beyond foreseeing.
                        let row = if gap.cuts(before, time) { start } else { from };
                        self.cells[row + line.place as usize] += line.one();
                        from = line.next(row);
                        before = Millis((time.0 & !line.keeps as i64) | (before.0 & line.keeps as i64));
                    }
                }
            }
        }
    }
}

/// What a code does. Rows that are passed over do the same as others, to no effect: which they are is beyond foreseeing.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// The column of its item.
    place: u32,
    /// Where the line of what follows it begins.
    from: u32,
    /// All ones if its rows are passed over, else 0: what comes next follows what was before.
    keeps: isize,
}

impl Line {
    fn new(place: u16, width: usize) -> Self {
        match place {
            LEFT_OUT => Self { place: 0, from: 0, keeps: -1 },
            _ => Self { place: place.into(), from: u32::from(place) * width as u32, keeps: 0 },
        }
    }

    #[inline]
    fn one(self) -> u64 {
        (self.keeps + 1) as u64
    }

    #[inline]
    fn next(self, from: usize) -> usize {
        self.from as usize | (from & self.keeps as usize)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rule::{GapEdge, Scope};
    use crate::table::BucketId;
    use crate::testing::small_sheets;

    proptest! {
        #[test]
        fn every_row_is_counted_after_the_one_before_it(
            sheet in small_sheets(),
            days in prop::option::of(0..4_i64),
            left_out in 0_u16..4,
            from in prop::option::of(0..3 * Millis::DAY),
        ) {
            let table = sheet.table();
            let longest = days.map_or(i64::MAX, |days| days * Millis::DAY / 2);
            let gap = days.map(|_| Gap::new(longest, GapEdge::Cuts));
            let place = |code| if code == left_out { LEFT_OUT } else { code };
            let places: Places = (0..table.events().n_codes() as u16).map(place).collect();
            let scope = Scope { from: from.map(Millis), ..Scope::default() };
            let filter = ScopeFilter::new(&scope, &table).unwrap();
            let mut counts = Counts::new(places.len());
            BucketId::all().for_each(|id| counts.add_bucket(table.bucket(id), &places, &filter, gap));
            let mut naive = Counts::new(places.len());
            for rows in sheet.users().values() {
                let code = |name: &str| table.events().dictionary.code(name).unwrap() as usize;
                let counted: Vec<(i64, usize)> = rows
                    .iter()
                    .filter(|row| from.is_none_or(|from| row.time >= from))
                    .map(|row| (row.time, code(&row.event)))
                    .filter(|&(_, code)| code != usize::from(left_out))
                    .collect();
                for (at, &(time, code)) in counted.iter().enumerate() {
                    let before = at.checked_sub(1).map(|at| counted[at]);
                    naive.add(before.filter(|before| time - before.0 < longest).map(|before| before.1), code);
                }
            }
            prop_assert_eq!(counts, naive);
        }
    }
}
