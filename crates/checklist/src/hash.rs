//! The fixed hash that stored keys are made with: the same in every browser and every version.

use crate::value::Value;

/// FNV-1a, 64 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>).
pub(crate) struct Fnv(u64);

impl Fnv {
    pub(crate) fn new() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn value(&self) -> u64 {
        self.0
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0xff]);
    }

    pub(crate) fn json(&mut self, value: &Value) {
        match value {
            Value::Bool(value) => self.bytes(&[1, u8::from(*value)]),
            Value::Number(value) => self.bytes(&value.to_bits().to_le_bytes()),
            Value::Text(value) => self.text(value),
            Value::List(items) => items.iter().for_each(|item| self.json(item)),
            Value::Null | Value::Map(_) => self.bytes(&[0]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fnv;

    #[test]
    fn the_hash_is_the_published_one() {
        // From the test vectors of the FNV reference code: fnv1a-64 of "foobar".
        let mut hash = Fnv::new();
        hash.bytes(b"foobar");
        assert_eq!(hash.0, 0x8594_4171_f739_67e8);
    }
}
