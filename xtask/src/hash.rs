//! FNV-1a, 64 bits: names versions of files. It guards against stale caches, not against an attacker.

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// A running hash.
#[derive(Clone, Copy)]
pub(crate) struct Fnv(u64);

impl Fnv {
    /// The hash of nothing.
    pub(crate) fn new() -> Self {
        Self(OFFSET)
    }

    /// The hash of what was hashed so far, followed by `bytes`.
    pub(crate) fn with(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME)))
    }

    /// Sixteen hexadecimal digits.
    pub(crate) fn hex(self) -> String {
        format!("{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the test vectors of the FNV reference (draft-eastlake-fnv, appendix C).
    #[test]
    fn the_published_vectors_hold() {
        assert_eq!(Fnv::new().with(b"").hex(), "cbf29ce484222325");
        assert_eq!(Fnv::new().with(b"a").hex(), "af63dc4c8601ec8c");
        assert_eq!(Fnv::new().with(b"foobar").hex(), "85944171f73967e8");
    }

    #[test]
    fn hashing_in_parts_equals_hashing_at_once() {
        assert_eq!(Fnv::new().with(b"foo").with(b"bar").hex(), "85944171f73967e8");
    }
}
