//! Finds the bytes that give a delimited text its structure, 64 bytes at a time.

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

const BLOCK: usize = 64;

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

/// One bit for each byte that equals one of the needles.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn mask_of(block: &[u8; BLOCK], needles: [u8; 3]) -> u64 {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, v128_or};
    let [a, b, c] = needles.map(|needle| u8x16_splat(needle));
    let mut mask = 0;
    for (part, bytes) in block.as_chunks::<16>().0.iter().enumerate() {
        let bytes = load(bytes);
        let hits = v128_or(v128_or(u8x16_eq(bytes, a), u8x16_eq(bytes, b)), u8x16_eq(bytes, c));
        mask |= u64::from(u8x16_bitmask(hits)) << (16 * part);
    }
    mask
}

/// Sixteen bytes as one vector, made of two words: from single bytes, the compiler would make sixteen loads.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn load(bytes: &[u8; 16]) -> core::arch::wasm32::v128 {
    let [low, high] = [0, 8].map(|at| bytes[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word)));
    core::arch::wasm32::u64x2(low, high)
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use mask_of_words as mask_of;

/// The same without vectors, eight bytes in a word at a time.
#[cfg_attr(all(target_arch = "wasm32", target_feature = "simd128"), cfg(test))]
#[inline(always)]
fn mask_of_words(block: &[u8; BLOCK], needles: [u8; 3]) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let [a, b, c] = needles.map(|needle| ONES * u64::from(needle));
    // A byte is zero exactly if adding 0x7f to its low bits sets no high bit and it has none itself.
    let nonzero = |word: u64| ((word & LOW) + LOW) | word;
    let mut mask = 0;
    for (part, bytes) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        let misses = nonzero(word ^ a) & nonzero(word ^ b) & nonzero(word ^ c);
        // The multiplication gathers the eight high bits in the top byte.
        let hits = (!misses & !LOW) >> 7;
        mask |= (hits.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * part);
    }
    mask
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
