//! A set of users or rows, one bit each.

/// A fixed number of bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
    len: usize,
}

impl Bitmap {
    /// `len` bits, all clear.
    pub fn empty(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// `len` bits, all set.
    pub fn full(len: usize) -> Self {
        let mut all = Self::empty(len);
        all.negate();
        all
    }

    /// Number of bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Bytes held.
    pub fn n_bytes(&self) -> u64 {
        (self.words.len() * size_of::<u64>()) as u64
    }

    /// Whether there are no bits at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether bit `index` is set.
    pub fn contains(&self, index: usize) -> bool {
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// Sets bit `index`.
    pub fn insert(&mut self, index: usize) {
        assert!(index < self.len, "bit {index} of {}", self.len);
        self.words[index / 64] |= 1 << (index % 64);
    }

    /// The 64 bits from `start` on, the first one lowest; those beyond the end are clear.
    #[inline]
    pub fn window(&self, start: usize) -> u64 {
        let (at, shift) = (start / 64, start % 64);
        let word = |at: usize| self.words.get(at).copied().unwrap_or(0);
        // Shifted twice, since a word cannot be shifted by all of its bits.
        word(at) >> shift | word(at + 1) << 1 << (63 - shift)
    }

    /// Number of set bits.
    pub fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Keeps what is in both.
    pub fn intersect(&mut self, other: &Self) {
        self.combine(other, |a, b| a & b);
    }

    /// Adds what is in the other.
    pub fn unite(&mut self, other: &Self) {
        self.combine(other, |a, b| a | b);
    }

    /// Turns every bit over.
    pub fn negate(&mut self) {
        for word in &mut self.words {
            *word = !*word;
        }
        if let (Some(last), used @ 1..) = (self.words.last_mut(), self.len % 64) {
            *last &= (1 << used) - 1;
        }
    }

    /// Indexes of the set bits, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }

    fn combine(&mut self, other: &Self, operation: impl Fn(u64, u64) -> u64) {
        assert_eq!(self.len, other.len, "sets over the same users");
        for (word, &more) in self.words.iter_mut().zip(&other.words) {
            *word = operation(*word, more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negated_set_holds_the_others_and_nothing_past_the_end() {
        let mut set = Bitmap::empty(70);
        set.insert(0);
        set.insert(69);
        set.negate();
        assert_eq!(set.count(), 68);
        assert!(!set.contains(69) && set.contains(1));
        assert_eq!(set.iter().last(), Some(68));
        assert_eq!(Bitmap::full(128).count(), 128);
    }

    #[test]
    fn a_window_starts_at_any_bit_and_is_clear_beyond_the_end() {
        let mut set = Bitmap::empty(130);
        [0, 63, 65, 66, 128, 129].into_iter().for_each(|bit| set.insert(bit));
        assert_eq!(set.window(0), 1 << 63 | 1);
        assert_eq!(set.window(1), 1 << 62);
        assert_eq!(set.window(63), 0b1101);
        assert_eq!(set.window(127), 0b110);
        assert_eq!(set.window(129), 1);
    }
}
