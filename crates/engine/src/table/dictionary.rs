//! Dictionaries: the distinct texts of a column, stored end to end.

/// The code of a missing text. Codes count from 1: code `n` is entry `n − 1`.
pub const MISSING: u32 = 0;

/// Distinct texts in a fixed order. In a finished table that order is by bytes, so that codes do not depend on the order
/// of the input; users keep the table's order instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dictionary {
    text: String,
    ends: Vec<u32>,
}

impl Dictionary {
    /// A dictionary of these entries, in their order. They must be distinct.
    pub fn from_entries<'a>(entries: impl IntoIterator<Item = &'a str>) -> Self {
        let mut dictionary = Self::default();
        for entry in entries {
            dictionary.push(entry);
        }
        dictionary
    }

    /// A dictionary of the entries that stand end to end in `text` and end before `ends`, which must be ascending and
    /// lie between characters. They must be distinct.
    pub(crate) fn from_parts(text: String, ends: Vec<u32>) -> Self {
        Self { text, ends }
    }

    /// Adds an entry, which must be new.
    ///
    /// # Panics
    /// If the texts are longer than 4 GiB in all, more than one wasm memory can hold.
    pub fn push(&mut self, entry: &str) {
        self.text.push_str(entry);
        assert!(u32::try_from(self.text.len()).is_ok(), "a dictionary holds at most 4 GiB of text");
        self.ends.push(self.text.len() as u32);
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The entry at `index`, counted from 0.
    pub fn entry(&self, index: u32) -> &str {
        let index = index as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.text[start..self.ends[index] as usize]
    }

    /// The text of `code`; none for [`MISSING`].
    pub fn decode(&self, code: u32) -> Option<&str> {
        code.checked_sub(1).map(|index| self.entry(index))
    }

    /// The code of `text`, if it is there and the dictionary is sorted by bytes, as those of a finished table are.
    /// O(log n).
    pub fn code(&self, text: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.len() as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.entry(middle).as_bytes().cmp(text.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle + 1),
            }
        }
        None
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len() as u32).map(|index| self.entry(index))
    }

    /// Bytes held.
    pub fn n_bytes(&self) -> u64 {
        (self.text.len() + self.ends.len() * size_of::<u32>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_texts_lead_to_each_other() {
        let dictionary = Dictionary::from_entries(["", "a", "ab", "b"]);
        for (index, text) in ["", "a", "ab", "b"].into_iter().enumerate() {
            let code = index as u32 + 1;
            assert_eq!(dictionary.code(text), Some(code));
            assert_eq!(dictionary.decode(code), Some(text));
        }
        assert_eq!(dictionary.code("aa"), None);
        assert_eq!(dictionary.decode(MISSING), None);
    }
}
