//! Gives equal texts equal codes: the hash table in front of a dictionary.

use crate::table::Dictionary;
use crate::table::users::mix;

/// A dictionary that grows while texts are met, in the order of their first occurrence.
///
/// Texts are hashed under a seed, so that nobody can prepare a file whose texts all fall on one place; no result
/// depends on it. Looking up is O(length), expected.
#[derive(Clone, Debug)]
pub(crate) struct Interner {
    text: Vec<u8>,
    ends: Vec<u32>,
    /// A power of two of places, at most 5/8 of them taken; linear probing.
    places: Vec<Place>,
    seed: [u64; 2],
    /// Short texts met lately, each where its hash puts it: most columns hold few texts, and all of them are here.
    recent: Box<[Recent; RECENT]>,
}

/// A text of at most 16 bytes, which its words tell all about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Recent {
    words: Words,
    code: u32,
}

/// No text has these words.
const NOTHING: Recent = Recent { words: Words { low: 0, high: 0, len: u32::MAX }, code: FREE };

/// How many recent texts are kept.
const RECENT: usize = 128;

/// A place in the table: the upper half of a text's hash, and the text's code or [`FREE`].
#[derive(Clone, Copy, Debug)]
struct Place {
    hash: u32,
    code: u32,
}

const FREE: u32 = u32::MAX;

const NO_PLACE: Place = Place { hash: 0, code: FREE };

/// From how many texts on several are looked up at a time, and how many these are.
const MANY: usize = 4096;
const TOGETHER: usize = 16;

impl Interner {
    /// No texts.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            text: Vec::new(),
            ends: Vec::new(),
            places: vec![NO_PLACE; 64],
            seed: [mix(seed.wrapping_add(1)), mix(seed.wrapping_add(2))],
            recent: Box::new([NOTHING; RECENT]),
        }
    }

    /// Number of texts.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all texts: must stay below 4 GiB, which the caller has to see to.
    pub(crate) fn n_bytes(&self) -> usize {
        self.text.len()
    }

    /// The text with this code.
    #[inline]
    pub(crate) fn get(&self, code: u32) -> &[u8] {
        let at = code as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.text[start..self.ends[at] as usize]
    }

    /// The code of `text`, counted from 0; a new one if it has not been met. The text must be UTF-8.
    #[inline]
    pub(crate) fn intern(&mut self, text: &[u8]) -> u32 {
        let Some(words) = Words::of(text) else {
            let hash = hash_long(text, self.seed);
            let at = self.search(hash, |known| known == text);
            return self.code_at(at, hash, text);
        };
        let hash = words.hash(self.seed);
        let recent = (hash >> 25) as usize;
        if self.recent[recent].words == words {
            return self.recent[recent].code;
        }
        let at = self.search(hash, |known| Words::of(known) == Some(words));
        let code = self.code_at(at, hash, text);
        self.recent[recent] = Recent { words, code };
        code
    }

    /// Interns texts one after the other, and calls `take` with each code. Where there are too many texts for the caches of
    /// the processor, several are looked up at a time, so that one need not wait for the memory of the one before.
    pub(crate) fn intern_each<'t>(
        &mut self,
        texts: impl Iterator<Item = &'t [u8]>,
        mut take: impl FnMut(u32),
    ) {
        if self.len() < MANY {
            texts.for_each(|text| take(self.intern(text)));
            return;
        }
        let mut texts = texts.fuse();
        let mut lookups: [(&[u8], Place, u32); TOGETHER] = [(&[], NO_PLACE, 0); TOGETHER];
        loop {
            let mut n = 0;
            for (lookup, text) in lookups.iter_mut().zip(&mut texts) {
                *lookup = (text, NO_PLACE, hash(text, self.seed));
                n += 1;
            }
            if n == 0 {
                return;
            }
            for (_, place, hash) in &mut lookups[..n] {
                *place = self.places[self.home(*hash)];
            }
            for &(text, place, hash) in &lookups[..n] {
                let is_there =
                    place.hash == hash && place.code != FREE && are_equal(self.get(place.code), text);
                take(if is_there { place.code } else { self.intern(text) });
            }
        }
    }

    /// The code of `text`, if it has been met.
    pub(crate) fn find(&self, text: &[u8]) -> Option<u32> {
        let hash = hash(text, self.seed);
        let code = self.places[self.search(hash, |known| known == text)].code;
        (code != FREE).then_some(code)
    }

    /// The code in a place that was found, or a new one if it is free.
    #[inline]
    fn code_at(&mut self, at: usize, hash: u32, text: &[u8]) -> u32 {
        match self.places[at].code {
            FREE => self.add(at, hash, text),
            code => code,
        }
    }

    /// The place of the text that is known to be equal, or the free one where it belongs.
    #[inline]
    fn search(&self, hash: u32, is_equal: impl Fn(&[u8]) -> bool) -> usize {
        let mask = self.places.len() - 1;
        let mut at = self.home(hash);
        loop {
            let place = self.places[at];
            if place.code == FREE || (place.hash == hash && is_equal(self.get(place.code))) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    /// Where the search for a hash starts: its upper bits.
    #[inline]
    fn home(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.places.len() as u64) >> 32) as usize
    }

    #[cold]
    fn add(&mut self, at: usize, hash: u32, text: &[u8]) -> u32 {
        let code = self.ends.len() as u32;
        self.places[at] = Place { hash, code };
        self.text.extend_from_slice(text);
        self.ends.push(self.text.len() as u32);
        if self.ends.len() * 8 > self.places.len() * 5 {
            self.grow();
        }
        code
    }

    /// Forgets all texts but the first `n`. O(places).
    pub(crate) fn truncate(&mut self, n: usize) {
        if n < self.len() {
            self.ends.truncate(n);
            self.text.truncate(self.ends.last().map_or(0, |&end| end as usize));
            self.recent.fill(NOTHING);
            self.place_again(self.places.len());
        }
    }

    fn grow(&mut self) {
        self.place_again(self.places.len() * 2);
    }

    /// Puts the texts that are there into so many places.
    fn place_again(&mut self, n_places: usize) {
        let new = vec![NO_PLACE; n_places];
        let old = std::mem::replace(&mut self.places, new);
        let mask = self.places.len() - 1;
        let is_there = |place: &Place| (place.code as usize) < self.ends.len();
        for place in old.into_iter().filter(is_there) {
            let mut at = self.home(place.hash);
            while self.places[at].code != FREE {
                at = (at + 1) & mask;
            }
            self.places[at] = place;
        }
    }

    /// The texts, in the order of their codes.
    pub(crate) fn into_dictionary(self) -> Dictionary {
        // All texts are UTF-8, so that nothing is replaced here and the ends stay right.
        let text = String::from_utf8(self.text)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Dictionary::from_parts(text, self.ends)
    }
}

/// All that a text of at most 16 bytes is: its first and last bytes, which overlap if it is short, and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Words {
    low: u64,
    high: u64,
    len: u32,
}

impl Words {
    /// The words of a text, if it is short.
    #[inline(always)]
    fn of(text: &[u8]) -> Option<Self> {
        let len = text.len();
        let (low, high) = match len {
            0 => (0, 0),
            1..4 => (u64::from(text[0]) | u64::from(text[len / 2]) << 8, u64::from(text[len - 1])),
            4..8 => (word4(text, 0), word4(text, len - 4)),
            8..=16 => (word8(text, 0), word8(text, len - 8)),
            _ => return None,
        };
        Some(Self { low, high, len: len as u32 })
    }

    /// A hash under a seed: both words are xored with a secret, multiplied and folded, as in wyhash and foldhash.
    #[inline(always)]
    fn hash(self, seed: [u64; 2]) -> u32 {
        spread(fold(self.low ^ seed[0] ^ u64::from(self.len), self.high ^ seed[1]))
    }
}

/// Whether two texts are the same; quick for short ones.
#[inline(always)]
fn are_equal(a: &[u8], b: &[u8]) -> bool {
    match (Words::of(a), Words::of(b)) {
        (None, None) => a == b,
        (a, b) => a == b,
    }
}

/// The hash of a text of any length.
fn hash(text: &[u8], seed: [u64; 2]) -> u32 {
    Words::of(text).map_or_else(|| hash_long(text, seed), |words| words.hash(seed))
}

/// The hash of a text of more than 16 bytes: two words at a time, the last two overlapping those before.
fn hash_long(text: &[u8], seed: [u64; 2]) -> u32 {
    let mut state = seed[0] ^ text.len() as u64;
    let (blocks, _) = text.as_chunks::<16>();
    for block in blocks {
        state = fold(word8(block, 0) ^ state, word8(block, 8) ^ seed[1]).rotate_left(23);
    }
    let last =
        text.last_chunk::<16>().map_or(0, |last| fold(word8(last, 0) ^ state, word8(last, 8) ^ seed[1]));
    spread(last)
}

/// The upper bits of a product, where every bit of the state has left its mark.
#[inline(always)]
fn spread(state: u64) -> u32 {
    (state.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

/// Multiplies 64 by 64 bits by halves, crosswise, and folds.
#[inline(always)]
fn fold(x: u64, y: u64) -> u64 {
    let (x_low, x_high) = (x & 0xffff_ffff, x >> 32);
    let (y_low, y_high) = (y & 0xffff_ffff, y >> 32);
    x_low.wrapping_mul(y_high) ^ x_high.wrapping_mul(y_low).rotate_right(32)
}

#[inline(always)]
fn word8(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

#[inline(always)]
fn word4(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |chunk| u64::from(u32::from_le_bytes(*chunk)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    /// The longest way from a text's home to its place.
    fn longest_search(interner: &Interner) -> usize {
        let len = interner.places.len();
        let distance = |(at, place): (usize, &Place)| (at + len - interner.home(place.hash)) % len;
        interner
            .places
            .iter()
            .enumerate()
            .filter(|(_, place)| place.code != FREE)
            .map(distance)
            .max()
            .unwrap()
    }

    #[test]
    fn texts_that_differ_in_few_bits_do_not_crowd() {
        let families: [fn(u32) -> Vec<u8>; 6] = [
            |n| n.to_le_bytes().to_vec(),
            |n| n.to_be_bytes().repeat(2),
            |n| format!("user-{n}@example.com").into_bytes(),
            |n| [[0_u8; 12].as_slice(), &n.to_le_bytes()].concat(),
            |n| [n.to_le_bytes().as_slice(), &[0xff; 29]].concat(),
            |n| vec![b'a'; n as usize % 3_000],
        ];
        for (number, family) in families.into_iter().enumerate() {
            let mut interner = Interner::new(7);
            for n in 0..40_000 {
                interner.intern(&family(n));
            }
            assert!(longest_search(&interner) < 200, "family {number}: {}", longest_search(&interner));
        }
    }

    #[test]
    fn seeds_move_texts_to_other_places() {
        let texts: Vec<String> = (0..1000).map(|n| format!("u{n}")).collect();
        let order = |seed| {
            texts.iter().map(|text| hash(text.as_bytes(), Interner::new(seed).seed)).collect::<Vec<_>>()
        };
        let (one, two) = (order(1), order(2));
        assert!(one.iter().zip(&two).filter(|(a, b)| a == b).count() < 5);
    }

    #[test]
    fn many_texts_looked_up_together_get_the_codes_that_they_get_one_by_one() {
        // New ones among those that were there, twice in a row and of every length class, while the table grows.
        let text = |n: u64| match mix(n) % 4 {
            0 => format!("user-{}", mix(n) % 9_000),
            1 => format!("{}@customers.example.com", mix(n / 2) % 9_000),
            _ => format!("u{}", mix(n / 3) % 20_000),
        };
        let texts: Vec<String> = (0..60_000).map(text).collect();
        let (mut together, mut one_by_one) = (Interner::new(3), Interner::new(3));
        let mut codes = Vec::new();
        for texts in texts.chunks(1_001) {
            together.intern_each(texts.iter().map(String::as_bytes), |code| codes.push(code));
        }
        let expected: Vec<u32> = texts.iter().map(|text| one_by_one.intern(text.as_bytes())).collect();
        assert!(together.len() > 4 * MANY);
        assert_eq!(codes, expected);
    }

    proptest! {
        #[test]
        fn equal_texts_get_equal_codes_in_the_order_of_first_sight(
            texts in proptest::collection::vec("[ab]{0,3}|[a-c]{14,18}|[ab]{30,34}", 0..400), seed in any::<u64>(),
        ) {
            let mut interner = Interner::new(seed);
            let mut codes: HashMap<&str, u32> = HashMap::new();
            for text in &texts {
                let next = codes.len() as u32;
                let expected = *codes.entry(text).or_insert(next);
                prop_assert_eq!(interner.intern(text.as_bytes()), expected);
                prop_assert_eq!(interner.find(text.as_bytes()), Some(expected));
            }
            prop_assert_eq!(interner.find(b"z"), None);
            let n_kept = codes.len() / 2;
            let mut shorter = interner.clone();
            shorter.truncate(n_kept);
            for (text, &code) in &codes {
                let expected = Some(code).filter(|&code| (code as usize) < n_kept);
                prop_assert_eq!(shorter.find(text.as_bytes()), expected);
            }
            prop_assert_eq!(shorter.intern(b"z"), n_kept as u32);
            let dictionary = interner.into_dictionary();
            prop_assert_eq!(dictionary.len(), codes.len());
            for (text, code) in codes {
                prop_assert_eq!(dictionary.entry(code), text);
            }
        }
    }
}
