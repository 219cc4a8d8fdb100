//! Maps by small whole-number keys: fast, and the same in every run. Nothing may depend on their order.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::table::users::mix;

/// A map whose hash is [`mix`], which needs no entropy.
pub type MixedMap<K, V> = HashMap<K, V, BuildHasherDefault<Mixer>>;

/// Hashes words one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = mix((self.0 ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15));
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}
