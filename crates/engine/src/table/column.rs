//! Columns, as narrow as their values.

use super::dictionary::{Dictionary, MISSING};
use crate::time::Millis;

/// The values of one property for all rows, in the table's order.
#[derive(Debug)]
pub enum Column {
    /// Texts, as codes into a dictionary that is sorted by bytes.
    Text(TextColumn),
    /// Numbers.
    Number(Numbers),
    /// Instants; [`Column::NO_TIME`] where the value is missing.
    Time(Vec<Millis>),
    /// The user's id; the values are [`Table::users`](super::Table::users).
    User,
    /// The event's instant; the values are [`Table::times`](super::Table::times).
    EventTime,
}

impl Column {
    /// Stands for a missing instant.
    pub const NO_TIME: Millis = Millis(i64::MIN);

    /// Bytes held.
    pub fn n_bytes(&self) -> u64 {
        match self {
            Self::Text(text) => text.codes.n_bytes() + text.dictionary.n_bytes(),
            Self::Number(Numbers::F32(values)) => (values.len() * size_of::<f32>()) as u64,
            Self::Number(Numbers::F64(values)) => (values.len() * size_of::<f64>()) as u64,
            Self::Time(values) => (values.len() * size_of::<Millis>()) as u64,
            Self::User | Self::EventTime => 0,
        }
    }
}

/// A text column.
#[derive(Debug)]
pub struct TextColumn {
    /// One code per row; [`MISSING`] where there is no value.
    pub codes: Codes,
    /// What the codes stand for.
    pub dictionary: Dictionary,
}

impl TextColumn {
    /// The text in `row`, if there is one.
    pub fn text(&self, row: usize) -> Option<&str> {
        self.dictionary.decode(self.codes.get(row))
    }

    /// How many codes there are, [`MISSING`] among them: the length of a look-up table by code.
    pub fn n_codes(&self) -> usize {
        self.dictionary.len() + 1
    }
}

/// Codes in the narrowest of three widths that holds them all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the widths")]
pub enum Codes {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

impl Codes {
    /// Codes below `n_codes`, in the width that fits.
    pub fn collect(n_codes: usize, codes: impl Iterator<Item = u32>) -> Self {
        if n_codes <= 1 << 8 {
            Self::U8(codes.map(|code| code as u8).collect())
        } else if n_codes <= 1 << 16 {
            Self::U16(codes.map(|code| code as u16).collect())
        } else {
            Self::U32(codes.collect())
        }
    }

    /// The code in `row`.
    pub fn get(&self, row: usize) -> u32 {
        match self {
            Self::U8(codes) => u32::from(codes[row]),
            Self::U16(codes) => u32::from(codes[row]),
            Self::U32(codes) => codes[row],
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len(),
            Self::U32(codes) => codes.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes held.
    pub fn n_bytes(&self) -> u64 {
        let width = match self {
            Self::U8(_) => 1,
            Self::U16(_) => 2,
            Self::U32(_) => 4,
        };
        (self.len() * width) as u64
    }
}

/// Numbers, as f32 where every value survives that. NaN stands for a missing value; the data never hold one.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the widths")]
pub enum Numbers {
    F32(Vec<f32>),
    F64(Vec<f64>),
}

impl Numbers {
    /// The value in `row`, if there is one.
    pub fn get(&self, row: usize) -> Option<f64> {
        let value = match self {
            Self::F32(values) => f64::from(values[row]),
            Self::F64(values) => values[row],
        };
        (!value.is_nan()).then_some(value)
    }

    /// Values in the narrower width if all of them survive it bit for bit.
    pub fn narrow(values: Vec<f64>) -> Self {
        let lossless = |value: &f64| value.is_nan() || f64::from(*value as f32).to_bits() == value.to_bits();
        if values.iter().all(lossless) {
            Self::F32(values.into_iter().map(|value| value as f32).collect())
        } else {
            Self::F64(values)
        }
    }
}

/// Whether a code stands for a value.
pub const fn is_set(code: u32) -> bool {
    code != MISSING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_take_the_narrowest_width_that_holds_them() {
        assert!(matches!(Codes::collect(256, [255].into_iter()), Codes::U8(_)));
        assert!(matches!(Codes::collect(257, [256].into_iter()), Codes::U16(_)));
        assert!(matches!(Codes::collect(65_537, [65_536].into_iter()), Codes::U32(_)));
    }

    #[test]
    fn numbers_narrow_only_without_loss() {
        assert!(matches!(Numbers::narrow(vec![0.5, -3.0, f64::NAN]), Numbers::F32(_)));
        assert!(matches!(Numbers::narrow(vec![0.1]), Numbers::F64(_)));
        assert!(matches!(Numbers::narrow(vec![16_777_217.0]), Numbers::F64(_)));
        assert_eq!(Numbers::narrow(vec![0.5, f64::NAN]).get(1), None);
    }
}
