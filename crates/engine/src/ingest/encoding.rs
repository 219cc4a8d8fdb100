//! Characters: any of the encodings to UTF-8, in pieces.

use super::preview::Encoding;

/// Turns bytes of one encoding into UTF-8, without the byte order mark. What is not valid stays invalid: it is mended
/// where its line is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decoder {
    encoding: Encoding,
    /// Bytes of the mark that are still to be left out.
    mark: usize,
    /// The first byte of a cut UTF-16 unit.
    half_unit: Option<u8>,
    /// The first unit of a cut surrogate pair.
    half_pair: Option<u16>,
}

/// A byte that is in no UTF-8 text: stands for what UTF-16 has no character for.
const INVALID: u8 = 0xff;

impl Encoding {
    /// The encoding of a text that starts so: what its byte order mark says, else UTF-8.
    pub(crate) fn of(start: &[u8]) -> Self {
        match start {
            [0xef, 0xbb, 0xbf, ..] => Self::Utf8Bom,
            [0xff, 0xfe, ..] => Self::Utf16le,
            [0xfe, 0xff, ..] => Self::Utf16be,
            _ => Self::Utf8,
        }
    }

    /// Length of the byte order mark.
    pub(crate) fn mark_len(self) -> usize {
        match self {
            Self::Utf8 => 0,
            Self::Utf8Bom => 3,
            Self::Utf16le | Self::Utf16be => 2,
        }
    }
}

impl Decoder {
    /// A decoder of a whole text, mark and all.
    pub(crate) fn new(encoding: Encoding) -> Self {
        Self { encoding, mark: encoding.mark_len(), half_unit: None, half_pair: None }
    }

    /// A decoder of a piece from somewhere in a text.
    pub(crate) fn within(encoding: Encoding) -> Self {
        Self { mark: 0, ..Self::new(encoding) }
    }

    /// The UTF-8 of the next piece: the piece itself, but for its mark, or what is put into `output`.
    pub(crate) fn decode<'a>(&mut self, bytes: &'a [u8], output: &'a mut Vec<u8>) -> &'a [u8] {
        let n_mark = self.mark.min(bytes.len());
        self.mark -= n_mark;
        let bytes = &bytes[n_mark..];
        if matches!(self.encoding, Encoding::Utf8 | Encoding::Utf8Bom) {
            return bytes;
        }
        output.clear();
        let mut rest = bytes;
        if let (Some(first), [second, more @ ..]) = (self.half_unit, rest) {
            self.half_unit = None;
            self.add_unit([first, *second], output);
            rest = more;
        }
        let (units, last) = rest.as_chunks::<2>();
        for unit in units {
            self.add_unit(*unit, output);
        }
        if let [half] = last {
            self.half_unit = Some(*half);
        }
        output
    }

    /// What a cut unit or pair at the end of the text leaves behind.
    pub(crate) fn finish(self) -> &'static [u8] {
        if self.half_unit.is_some() || self.half_pair.is_some() { &[INVALID] } else { &[] }
    }

    fn add_unit(&mut self, bytes: [u8; 2], output: &mut Vec<u8>) {
        let unit = match self.encoding {
            Encoding::Utf16be => u16::from_be_bytes(bytes),
            _ => u16::from_le_bytes(bytes),
        };
        if let Some(first) = self.half_pair.take() {
            if let Some(Ok(character)) = char::decode_utf16([first, unit]).next() {
                return push(character, output);
            }
            output.push(INVALID);
        }
        match unit {
            0xd800..=0xdbff => self.half_pair = Some(unit),
            _ => match char::from_u32(u32::from(unit)) {
                Some(character) => push(character, output),
                None => output.push(INVALID),
            },
        }
    }
}

fn push(character: char, output: &mut Vec<u8>) {
    output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(encoding: Encoding, pieces: &[&[u8]]) -> Vec<u8> {
        let mut decoder = Decoder::new(encoding);
        let (mut all, mut output) = (Vec::new(), Vec::new());
        for piece in pieces {
            all.extend_from_slice(decoder.decode(piece, &mut output));
        }
        all.extend_from_slice(decoder.finish());
        all
    }

    proptest! {
        #[test]
        fn utf_16_is_decoded_as_the_standard_library_does_in_any_pieces(
            units in proptest::collection::vec(prop_oneof![any::<u16>(), 0xd7f0..0xe010_u16, 0..128_u16], 0..40),
            cut in any::<prop::sample::Index>(),
            other_cut in any::<prop::sample::Index>(),
        ) {
            let expected = String::from_utf16_lossy(&units);
            for (encoding, mark) in [(Encoding::Utf16le, [0xff, 0xfe]), (Encoding::Utf16be, [0xfe, 0xff])] {
                let to_bytes = if encoding == Encoding::Utf16le { u16::to_le_bytes } else { u16::to_be_bytes };
                let bytes: Vec<u8> = mark.into_iter().chain(units.iter().flat_map(|&unit| to_bytes(unit))).collect();
                prop_assert_eq!(Encoding::of(&bytes), encoding);
                let (low, high) = (cut.index(bytes.len() + 1), other_cut.index(bytes.len() + 1));
                let (low, high) = (low.min(high), low.max(high));
                let decoded = decode(encoding, &[&bytes[..low], &bytes[low..high], &bytes[high..]]);
                prop_assert_eq!(String::from_utf8_lossy(&decoded), expected.as_str());
            }
        }
    }

    #[test]
    fn the_mark_of_utf_8_is_left_out_even_if_it_comes_in_pieces() {
        assert_eq!(decode(Encoding::Utf8Bom, &[b"\xef", b"\xbb", b"\xbfa", b"b"]), b"ab");
        assert_eq!(decode(Encoding::Utf8, &[b"\xff", b"a"]), b"\xffa");
    }
}
