//! Which pieces of a file a preview should look at.

use std::ops::Range;

/// Bytes of the first sample, from the file's start.
const HEAD: u64 = 256 << 10;
/// Bytes of each further sample.
const FURTHER: u64 = 16 << 10;
/// How many samples are taken from a file that is larger than all of them.
const MOST: u64 = 64;

/// The bytes to give to [`preview`](super::preview()) as samples of a file of this size: its first 256 KiB, and up to 63
/// pieces of 16 KiB spread evenly over the rest. They are in order and do not overlap; one empty range for an empty file.
/// Sizes go up to 2^53, as in JavaScript.
///
/// ```
/// use cairn_engine::ingest::sample_places;
/// assert_eq!(sample_places(1_000), [0..1_000]);
/// assert_eq!(sample_places(1 << 30).len(), 64);
/// ```
pub fn sample_places(n_bytes: u64) -> Vec<Range<u64>> {
    let head = n_bytes.min(HEAD);
    let rest = n_bytes - head;
    let n = (MOST - 1).min(rest.div_ceil(FURTHER));
    let start = |index| head + rest * index / n;
    let further = (0..n).map(|index| start(index)..start(index + 1).min(start(index) + FURTHER));
    std::iter::once(0..head).chain(further).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_are_looked_at_whole() {
        assert_eq!(sample_places(0), vec![0..0]);
        assert_eq!(sample_places(HEAD), vec![0..HEAD]);
        assert_eq!(sample_places(HEAD + 1), [0..HEAD, HEAD..HEAD + 1]);
        let whole = HEAD + (MOST - 1) * FURTHER;
        assert!(sample_places(whole).windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(sample_places(whole).last().map(|last| last.end), Some(whole));
    }

    #[test]
    fn places_are_in_order_apart_and_within_the_file() {
        let sizes = (0..53).map(|power| 1_u64 << power).flat_map(|size| [size - 1, size, size + 12_345]);
        for n_bytes in sizes {
            let places = sample_places(n_bytes);
            assert!(places.len() <= MOST as usize && places[0].start == 0, "{n_bytes}");
            assert!(places.iter().all(|place| place.end <= n_bytes), "{n_bytes}");
            assert!(places.windows(2).all(|pair| pair[0].end <= pair[1].start), "{n_bytes}: {places:?}");
        }
    }
}
