//! Points to cluster: users with one event each and eight numbers, in order of time, streamed to a writer.

use std::io::{self, Write};

use super::calendar::{DAY, midnight, push_digits, push_iso};
use super::random::Random;

/// Numbers of each user.
const N_DIMS: usize = 8;

/// A number is given in millionths.
const UNIT: u64 = 1_000_000;

/// Writes the header and one row for each of `rows` users: `user_id,time,event,x1,…,x8`, about 100 bytes. Numbers are
/// sums of three even ones from 0 to 1, and half more where the row's number has a bit of that dimension: 256 places
/// that overlap widely, so that k-means does not come to rest in a few rounds.
pub(crate) fn write(seed: u64, rows: u64, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut random = Random::stream(seed, "points", 0);
    let mut line = b"user_id,time,event,x1,x2,x3,x4,x5,x6,x7,x8\n".to_vec();
    out.write_all(&line)?;
    for row in 0..rows {
        line.clear();
        line.push(b'u');
        push_digits(&mut line, row as i64, 7);
        line.push(b',');
        push_iso(&mut line, midnight(2026, 1, 1) + (row as f64 / rows as f64 * (90 * DAY) as f64) as i64);
        line.extend_from_slice(b",measured");
        for dim in 0..N_DIMS {
            let even: u64 = (0..3).map(|_| random.below(UNIT)).sum();
            let millionths = even + (row >> dim & 1) * UNIT / 2;
            line.push(b',');
            push_digits(&mut line, (millionths / UNIT) as i64, 1);
            line.push(b'.');
            push_digits(&mut line, (millionths % UNIT) as i64, 6);
        }
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::sample::random::fnv1a;

    #[test]
    fn the_same_seed_gives_the_same_points_in_their_range() {
        let mut bytes = Vec::new();
        write(1, 1_000, &mut bytes).unwrap();
        assert_eq!(fnv1a(&bytes), 15_623_568_982_947_365_568);
        let text = String::from_utf8(bytes).unwrap();
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
        assert_eq!(rows.len(), 1_000);
        let numbers = rows.iter().flat_map(|row| row[3..].iter().map(|cell| cell.parse::<f64>().unwrap()));
        let (sum, n) = numbers.fold((0.0, 0), |(sum, n), number| {
            assert!((0.0..3.5).contains(&number), "{number}");
            (sum + number, n + 1)
        });
        assert_eq!(n, 8_000);
        // Three times a half, and a half for every other row.
        assert!((sum / 8_000.0 - 1.75).abs() < 0.03, "{}", sum / 8_000.0);
    }
}
