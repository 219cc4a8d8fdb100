//! Which of 64 bytes equal a given one, as the bits of a word: with vectors where there are any.

/// How many bytes are looked at together.
pub(crate) const BLOCK: usize = 64;

/// One bit for each byte that equals one of the needles, lowest first.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub(crate) fn mask_of<const N: usize>(block: &[u8; BLOCK], needles: [u8; N]) -> u64 {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, v128_or};
    let needles = needles.map(|needle| u8x16_splat(needle));
    let mut mask = 0;
    for (part, bytes) in block.as_chunks::<16>().0.iter().enumerate() {
        let bytes = load(bytes);
        let hits = needles.map(|needle| u8x16_eq(bytes, needle)).into_iter().reduce(|a, b| v128_or(a, b));
        mask |= hits.map_or(0, |hits| u64::from(u8x16_bitmask(hits))) << (16 * part);
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
pub(crate) use mask_of_words as mask_of;

/// The same without vectors, eight bytes in a word at a time.
#[cfg_attr(all(target_arch = "wasm32", target_feature = "simd128"), cfg(test))]
#[inline(always)]
pub(crate) fn mask_of_words<const N: usize>(block: &[u8; BLOCK], needles: [u8; N]) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let needles = needles.map(|needle| ONES * u64::from(needle));
    // A byte is zero exactly if adding 0x7f to its low bits sets no high bit and it has none itself.
    let nonzero = |word: u64| ((word & LOW) + LOW) | word;
    let mut mask = 0;
    for (part, bytes) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        let misses = needles.iter().fold(!0, |misses, needle| misses & nonzero(word ^ needle));
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
        fn a_bit_stands_for_each_byte_that_equals_a_needle(
            bytes in proptest::collection::vec(prop_oneof![0_u8..4, any::<u8>()], BLOCK),
            needles in [0_u8..5, 0_u8..255],
        ) {
            let block: &[u8; BLOCK] = bytes.first_chunk().unwrap();
            let expected = (0..BLOCK).filter(|&at| needles.contains(&block[at])).fold(0, |mask, at| mask | 1 << at);
            prop_assert_eq!(mask_of(block, needles), expected);
            prop_assert_eq!(mask_of_words(block, needles), expected);
        }
    }
}
