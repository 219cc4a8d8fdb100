//! Finds the rows whose code is one of a set, 64 rows at a time.

use std::ops::Range;

use super::byte_mask::{BLOCK, mask_of};
use crate::table::{Bitmap, Codes};

/// A set of a column's codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSet {
    codes: Vec<u32>,
    holds: Vec<bool>,
}

impl CodeSet {
    /// The codes for which `holds` says so, of a column of so many codes.
    ///
    /// ```
    /// use cairn_engine::kernel::find::CodeSet;
    /// use cairn_engine::table::{Bitmap, Codes};
    /// let column = Codes::collect(4, [3, 1, 0, 2, 3].into_iter());
    /// let mut found = Bitmap::empty(0);
    /// CodeSet::new(4, |code| code >= 2).find(&column, 1..5, &mut found);
    /// assert_eq!(found.iter().collect::<Vec<_>>(), [2, 3]);
    /// ```
    pub fn new(n_codes: usize, holds: impl Fn(u32) -> bool) -> Self {
        let holds: Vec<bool> = (0..n_codes as u32).map(holds).collect();
        let codes = (0..).zip(&holds).filter(|(_, holds)| **holds).map(|(code, _)| code).collect();
        Self { codes, holds }
    }

    /// Puts the rows whose code is in the set into `found`, counted from the first of `rows`. O(rows).
    pub fn find(&self, column: &Codes, rows: Range<usize>, found: &mut Bitmap) {
        match column {
            Codes::U8(codes) => self.find_bytes(&codes[rows], found),
            Codes::U16(codes) => self.find_by_table(&codes[rows], found),
            Codes::U32(codes) => self.find_by_table(&codes[rows], found),
        }
    }

    fn find_bytes(&self, codes: &[u8], found: &mut Bitmap) {
        match *self.codes {
            [a] => find_needles(codes, [a as u8], found),
            [a, b] => find_needles(codes, [a as u8, b as u8], found),
            [a, b, c] => find_needles(codes, [a as u8, b as u8, c as u8], found),
            _ => self.find_by_table(codes, found),
        }
    }

    fn find_by_table<C: Copy + Into<u32>>(&self, codes: &[C], found: &mut Bitmap) {
        let bit = |(at, &code): (usize, &C)| u64::from(self.holds[code.into() as usize]) << at;
        let word = |block: &[C]| block.iter().enumerate().map(bit).fold(0, |all, bit| all | bit);
        found.refill(codes.len(), codes.chunks(BLOCK).map(word));
    }
}

fn find_needles<const N: usize>(codes: &[u8], needles: [u8; N], found: &mut Bitmap) {
    let (blocks, rest) = codes.as_chunks::<BLOCK>();
    let last = (!rest.is_empty()).then(|| {
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        mask_of(&block, needles) & !(!0 << rest.len())
    });
    found.refill(codes.len(), blocks.iter().map(|block| mask_of(block, needles)).chain(last));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_row_of_the_set_is_found_and_no_other(
            codes in prop::collection::vec(0_u32..6, 0..200),
            n_codes in prop::sample::select(vec![6_usize, 300, 70_000]),
            set in prop::collection::btree_set(0_u32..6, 0..6),
            start in 0_usize..40,
        ) {
            let start = start.min(codes.len());
            let column = Codes::collect(n_codes, codes.iter().copied());
            let mut found = Bitmap::empty(0);
            CodeSet::new(n_codes, |code| set.contains(&code)).find(&column, start..codes.len(), &mut found);
            let expected: Vec<usize> = (0..codes.len() - start).filter(|&row| set.contains(&codes[start + row])).collect();
            prop_assert_eq!(found.len(), codes.len() - start);
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected);
        }
    }
}
