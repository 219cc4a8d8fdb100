//! Finds the bytes that give a delimited text its structure, 64 bytes at a time.

use crate::kernel::byte_mask::{BLOCK, mask_of};

/// Positions of three bytes in a text, in order.
///
/// ```text
/// text   u1,2026-03-01,login\nu2,…
/// mask   ..x..........x.....x...x      one bit for each byte of a block, lowest first
/// ```
#[derive(Debug)]
pub(crate) struct Structure<'t> {
    blocks: std::slice::ChunksExact<'t, u8>,
    needles: [u8; 3],
    base: usize,
    mask: u64,
    is_tail: bool,
}

impl<'t> Structure<'t> {
    /// Looks for any of `needles`, none of which may be zero.
    pub(crate) fn new(text: &'t [u8], needles: [u8; 3]) -> Self {
        // One block before the text, so that the first one is fetched like all others.
        Self {
            blocks: text.chunks_exact(BLOCK),
            needles,
            base: 0_usize.wrapping_sub(BLOCK),
            mask: 0,
            is_tail: false,
        }
    }

    #[cold]
    fn fetch_tail(&mut self) {
        // Zeros fill the last block, and match no needle.
        let rest = self.blocks.remainder();
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        self.mask = mask_of(&block, self.needles);
        self.is_tail = true;
    }
}

impl Iterator for Structure<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            if self.is_tail {
                return None;
            }
            self.base = self.base.wrapping_add(BLOCK);
            match self.blocks.next().and_then(<[u8]>::first_chunk) {
                Some(block) => self.mask = mask_of(block, self.needles),
                None => self.fetch_tail(),
            }
        }
        let bit = self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some(self.base + bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_needle_is_found_and_nothing_else(
            text in proptest::collection::vec(prop_oneof![Just(b','), Just(b'\n'), Just(0xac), any::<u8>()], 0..300),
        ) {
            let needles = [b',', b'\n', b'\r'];
            let found: Vec<usize> = Structure::new(&text, needles).collect();
            let expected: Vec<usize> = (0..text.len()).filter(|&at| needles.contains(&text[at])).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
