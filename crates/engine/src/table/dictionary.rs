//! Dictionaries: the distinct texts of a column, stored end to end.

use serde::{Deserialize, Serialize};

/// The code of a missing text. Codes count from 1: code `n` is entry `n − 1`.
pub const MISSING: u32 = 0;

/// Distinct texts in a fixed order. In a finished table that order is by bytes, so that codes do not depend on the order
/// of the input; users keep the table's order instead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// A sender's dictionary, sorted by bytes, with the codes that its entries had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sorted {
    entries: Dictionary,
    /// For each entry its code, counted from 1.
    codes: Vec<u32>,
}

impl Sorted {
    /// The entries of a dictionary that is in any order. O(n log n).
    pub fn of(dictionary: &Dictionary) -> Self {
        let mut codes: Vec<u32> = (1..=dictionary.len() as u32).collect();
        let text = |code: u32| dictionary.entry(code - 1).as_bytes();
        codes.sort_unstable_by(|&a, &b| text(a).cmp(text(b)));
        let entries = Dictionary::from_entries(codes.iter().map(|&code| dictionary.entry(code - 1)));
        Self { entries, codes }
    }
}

/// The dictionary of all senders' entries, sorted by bytes, and for each sender, by its code, the code in it;
/// [`MISSING`] stays what it is. It does not depend on which sender has which entry. O(entries × senders).
pub fn unite(senders: &[&Sorted]) -> (Dictionary, Vec<Vec<u32>>) {
    let mut united = Dictionary::default();
    let mut translations: Vec<Vec<u32>> =
        senders.iter().map(|sorted| vec![MISSING; sorted.codes.len() + 1]).collect();
    let mut next = vec![0_usize; senders.len()];
    let entry = |sender: usize, at: usize| {
        (at < senders[sender].codes.len()).then(|| senders[sender].entries.entry(at as u32))
    };
    while let Some(least) =
        (0..senders.len()).filter_map(|sender| entry(sender, next[sender])).min_by_key(|text| text.as_bytes())
    {
        united.push(least);
        for (sender, at) in next.iter_mut().enumerate() {
            if entry(sender, *at) == Some(least) {
                translations[sender][senders[sender].codes[*at] as usize] = united.len() as u32;
                *at += 1;
            }
        }
    }
    (united, translations)
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

    #[test]
    fn united_dictionaries_are_sorted_and_translate_every_code() {
        let senders = [vec!["b", "a", "ä"], vec![], vec!["c", "b"]];
        let dictionaries = senders.map(Dictionary::from_entries);
        let (united, translations) =
            unite(&dictionaries.map(|dictionary| Sorted::of(&dictionary)).each_ref());
        assert_eq!(united.iter().collect::<Vec<_>>(), ["a", "b", "c", "ä"]);
        assert_eq!(translations, [vec![0, 2, 1, 4], vec![0], vec![0, 3, 2]]);
    }
}
