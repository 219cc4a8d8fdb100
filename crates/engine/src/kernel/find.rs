//! Finds the rows whose code is one of a set, 64 rows at a time.

use std::ops::Range;

use super::byte_mask::{BLOCK, mask_of};
use crate::table::Codes;

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
    /// use cairn_engine::table::Codes;
    /// let column = Codes::collect(4, [3, 1, 0, 2, 3].into_iter());
    /// let mut words = Vec::new();
    /// CodeSet::new(4, |code| code >= 2).find(&column, 1..5, |word| words.push(word));
    /// assert_eq!(words, [0b1100]);
    /// ```
    pub fn new(n_codes: usize, holds: impl Fn(u32) -> bool) -> Self {
        let holds: Vec<bool> = (0..n_codes as u32).map(holds).collect();
        let codes = (0..).zip(&holds).filter(|(_, holds)| **holds).map(|(code, _)| code).collect();
        Self { codes, holds }
    }

    /// Calls `take` for every 64 rows with a word of which bit i says whether the code of row i is in the set; those beyond
    /// the last row are clear. O(rows).
    pub fn find(&self, column: &Codes, rows: Range<usize>, take: impl FnMut(u64)) {
        match column {
            Codes::U8(codes) => self.find_bytes(&codes[rows], take),
            Codes::U16(codes) => self.find_by_table(&codes[rows], take),
            Codes::U32(codes) => self.find_by_table(&codes[rows], take),
        }
    }

    fn find_bytes(&self, codes: &[u8], take: impl FnMut(u64)) {
        match *self.codes {
            [a] => find_needles(codes, [a as u8], take),
            [a, b] => find_needles(codes, [a as u8, b as u8], take),
            [a, b, c] => find_needles(codes, [a as u8, b as u8, c as u8], take),
            _ => self.find_by_table(codes, take),
        }
    }

    fn find_by_table<C: Copy + Into<u32>>(&self, codes: &[C], take: impl FnMut(u64)) {
        let bit = |(at, &code): (usize, &C)| u64::from(self.holds[code.into() as usize]) << at;
        let word = |block: &[C]| block.iter().enumerate().map(bit).fold(0, |all, bit| all | bit);
        codes.chunks(BLOCK).map(word).for_each(take);
    }
}

fn find_needles<const N: usize>(codes: &[u8], needles: [u8; N], mut take: impl FnMut(u64)) {
    let (blocks, rest) = codes.as_chunks::<BLOCK>();
    blocks.iter().for_each(|block| take(mask_of(block, needles)));
    if !rest.is_empty() {
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        take(mask_of(&block, needles) & !(!0 << rest.len()));
    }
}

/// The rows of one bucket whose code is in a set, for going through users one by one.
#[derive(Clone, Debug)]
pub struct Marks {
    set: CodeSet,
    /// Bit i says whether the code of row `first` + i is in the set.
    words: Vec<u64>,
    first: usize,
}

impl Marks {
    /// Marks for the codes of a set; no bucket is entered yet.
    pub fn new(set: CodeSet) -> Self {
        Self { set, words: Vec::new(), first: 0 }
    }

    /// Marks the rows of a bucket, given by the column of codes and the bucket's rows. O(rows).
    pub fn enter(&mut self, column: &Codes, rows: Range<usize>) {
        self.first = rows.start;
        self.words.clear();
        self.words.reserve(rows.len().div_ceil(BLOCK));
        let words = &mut self.words;
        self.set.find(column, rows, |word| words.push(word));
    }

    /// Whether a row of the bucket entered last is marked.
    #[inline]
    pub fn holds(&self, row: usize) -> bool {
        let at = row - self.first;
        self.words[at / BLOCK] >> (at % BLOCK) & 1 == 1
    }

    /// The marked rows of a part of the bucket entered last, in order.
    ///
    /// ```
    /// use cairn_engine::kernel::find::{CodeSet, Marks};
    /// use cairn_engine::table::Codes;
    /// let column = Codes::collect(4, [3, 1, 0, 2, 3].into_iter());
    /// let mut marks = Marks::new(CodeSet::new(4, |code| code >= 2));
    /// marks.enter(&column, 0..5);
    /// assert_eq!(marks.within(1..5).collect::<Vec<_>>(), [3, 4]);
    /// ```
    #[inline]
    pub fn within(&self, rows: Range<usize>) -> MarkedRows<'_> {
        let (start, end) = (rows.start - self.first, rows.end.max(rows.start) - self.first);
        let at = start / BLOCK;
        let words = &self.words[at.min(self.words.len())..end.div_ceil(BLOCK).min(self.words.len())];
        let mut marked =
            MarkedRows { words, word: 0, base: self.first + at * BLOCK, n_left: end - at * BLOCK };
        marked.next_word();
        marked.word &= !0 << (start % BLOCK);
        marked
    }
}

/// Marked rows, in order.
#[derive(Clone, Debug)]
pub struct MarkedRows<'a> {
    /// Words after the one at hand.
    words: &'a [u64],
    word: u64,
    /// The row of the first bit of the word at hand, and how many rows there are from it on.
    base: usize,
    n_left: usize,
}

impl MarkedRows<'_> {
    #[inline]
    fn next_word(&mut self) -> Option<()> {
        let (first, rest) = self.words.split_first()?;
        (self.word, self.words) = (*first, rest);
        if self.n_left < BLOCK {
            self.word &= !(!0 << self.n_left);
        }
        Some(())
    }
}

impl Iterator for MarkedRows<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            self.n_left = self.n_left.checked_sub(BLOCK)?;
            self.base += BLOCK;
            self.next_word()?;
        }
        let row = self.base + self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(row)
    }
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
            let mut found = Vec::new();
            let set_of_codes = CodeSet::new(n_codes, |code| set.contains(&code));
            set_of_codes.find(&column, start..codes.len(), |word| found.push(word));
            let mut expected = vec![0; (codes.len() - start).div_ceil(BLOCK)];
            for (row, code) in codes[start..].iter().enumerate() {
                expected[row / BLOCK] |= u64::from(set.contains(code)) << (row % BLOCK);
            }
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn the_marked_rows_of_any_part_are_those_of_the_set(
            codes in prop::collection::vec(0_u32..3, 0..300),
            (first, start, n) in (0_usize..40, 0_usize..150, 0_usize..200),
        ) {
            let column = Codes::collect(3, codes.iter().copied());
            let mut marks = Marks::new(CodeSet::new(3, |code| code == 1));
            let first = first.min(codes.len());
            marks.enter(&column, first..codes.len());
            let start = (first + start).min(codes.len());
            let part = start..(start + n).min(codes.len());
            let expected: Vec<usize> = part.clone().filter(|&row| codes[row] == 1).collect();
            prop_assert_eq!(marks.within(part).collect::<Vec<_>>(), expected);
        }
    }
}
