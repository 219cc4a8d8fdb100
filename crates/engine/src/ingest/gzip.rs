//! Gzip, pushed piece by piece.

use std::io::Write;

use flate2::write::MultiGzDecoder;

use super::error::IngestProblem;

/// Unpacks a gzip stream of one or more members (RFC 1952).
#[derive(Debug)]
pub(crate) struct Gunzip {
    decoder: MultiGzDecoder<Vec<u8>>,
}

/// Compressed bytes that are unpacked at once: a thousandfold at most, so that what is unpacked stays below 8 MiB.
const PIECE: usize = 8 << 10;

impl Gunzip {
    /// Whether a file that starts so is compressed by gzip.
    pub(crate) fn is_gzip(start: &[u8]) -> bool {
        start.starts_with(&[0x1f, 0x8b])
    }

    /// A new stream.
    pub(crate) fn new() -> Self {
        Self { decoder: MultiGzDecoder::new(Vec::new()) }
    }

    /// Takes the next compressed bytes and hands what they unpack to, in pieces, to `take`.
    ///
    /// # Errors
    /// If the stream is damaged, or those of `take`.
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), IngestProblem>,
    ) -> Result<(), IngestProblem> {
        for piece in bytes.chunks(PIECE) {
            self.decoder.write_all(piece).map_err(|error| damaged(&error))?;
            let unpacked = self.decoder.get_mut();
            if !unpacked.is_empty() {
                take(unpacked)?;
                unpacked.clear();
            }
        }
        Ok(())
    }

    /// Ends the stream and returns the last of what it unpacks to.
    ///
    /// # Errors
    /// If the stream is not whole.
    pub(crate) fn finish(self) -> Result<Vec<u8>, IngestProblem> {
        self.decoder.finish().map_err(|error| damaged(&error))
    }
}

fn damaged(error: &std::io::Error) -> IngestProblem {
    IngestProblem::BadGzip { detail: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn pack(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(pieces: &[&[u8]]) -> Result<Vec<u8>, IngestProblem> {
        let (mut gunzip, mut all) = (Gunzip::new(), Vec::new());
        for piece in pieces {
            gunzip.push(piece, |unpacked| {
                all.extend_from_slice(unpacked);
                Ok(())
            })?;
        }
        all.extend(gunzip.finish()?);
        Ok(all)
    }

    #[test]
    fn members_follow_each_other_wherever_the_pieces_are_cut() {
        let packed = [pack(b"user,ti"), pack(b""), pack(b"me\nu1,5\n")].concat();
        for cut in 0..=packed.len() {
            assert_eq!(
                unpack(&[&packed[..cut], &packed[cut..]]).unwrap(),
                b"user,time\nu1,5\n",
                "cut at {cut}"
            );
        }
        let bytes: Vec<&[u8]> = packed.chunks(1).collect();
        assert_eq!(unpack(&bytes).unwrap(), b"user,time\nu1,5\n");
    }

    #[test]
    fn a_stream_that_is_cut_or_changed_is_damaged() {
        let packed = pack(b"user,time,event\nu1,2026-03-01,login\n");
        for cut in 1..packed.len() {
            assert!(unpack(&[&packed[..cut]]).is_err(), "cut at {cut}");
        }
        let mut changed = packed.clone();
        let last = changed.len() - 5;
        changed[last] ^= 1;
        assert!(matches!(unpack(&[&changed]), Err(IngestProblem::BadGzip { .. })));
    }

    #[test]
    fn a_bomb_is_unpacked_in_pieces_of_bounded_size() {
        let packed = pack(&vec![0; 64 << 20]);
        let (mut gunzip, mut largest, mut total) = (Gunzip::new(), 0, 0);
        let take = |unpacked: &[u8]| {
            largest = largest.max(unpacked.len());
            total += unpacked.len();
            Ok(())
        };
        gunzip.push(&packed, take).unwrap();
        total += gunzip.finish().unwrap().len();
        assert_eq!(total, 64 << 20);
        assert!(largest <= 16 << 20, "{largest}");
    }
}
