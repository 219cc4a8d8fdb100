//! A sample of users that does not depend on shards: those with the least hashes under the query's seed.

use serde::{Deserialize, Serialize};

/// The sampled users' hashes, and their values row by row. More users than asked for are kept until [`Sample::cut`].
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Sample {
    hashes: Vec<u64>,
    values: Vec<f64>,
}

impl Sample {
    /// Adds a user with values, and now and then lets go of what is beyond the `limit` least hashes. Amortized
    /// O(values + 1).
    pub fn add(&mut self, hash: u64, values: impl Iterator<Item = f64>, limit: usize) {
        self.hashes.push(hash);
        self.values.extend(values);
        if self.hashes.len() >= 2 * limit {
            self.cut(limit);
        }
    }

    /// The users of both samples.
    pub fn merged(mut self, other: Self) -> Self {
        self.hashes.extend(other.hashes);
        self.values.extend(other.values);
        self
    }

    /// Keeps the users with the `limit` least hashes, in the order of their hashes; of equal hashes in that of their
    /// values.
    pub fn cut(&mut self, limit: usize) {
        let width = if self.hashes.is_empty() { 0 } else { self.values.len() / self.hashes.len() };
        let row = |at: usize| &self.values[at * width..(at + 1) * width];
        let mut order: Vec<usize> = (0..self.hashes.len()).collect();
        order.sort_unstable_by(|&a, &b| {
            let by_values =
                || row(a).iter().zip(row(b)).map(|(x, y)| x.total_cmp(y)).find(|order| order.is_ne());
            self.hashes[a].cmp(&self.hashes[b]).then_with(|| by_values().unwrap_or(std::cmp::Ordering::Equal))
        });
        order.truncate(limit);
        let values = order.iter().flat_map(|&at| row(at)).copied().collect();
        self.hashes = order.iter().map(|&at| self.hashes[at]).collect();
        self.values = values;
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Number of users.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// One column of values.
    pub fn column(&self, at: usize) -> Vec<f64> {
        let width = self.values.len().checked_div(self.hashes.len()).unwrap_or(0);
        self.values.iter().skip(at).step_by(width.max(1)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_hashes_stay_whatever_came_first() {
        let rows = [(9, 0.9), (2, 0.2), (7, 0.7), (2, 0.1), (5, 0.5), (1, 0.1)];
        let sampled = |rows: &[(u64, f64)]| {
            let mut sample = Sample::default();
            rows.iter().for_each(|&(hash, value)| sample.add(hash, [value, -value].into_iter(), 2));
            sample
        };
        for at in 0..rows.len() {
            let mut sample = sampled(&rows[at..]).merged(sampled(&rows[..at]));
            sample.cut(2);
            assert_eq!(
                (sample.hashes.as_slice(), sample.column(0)),
                (&[1, 2][..], vec![0.1, 0.1]),
                "split at {at}"
            );
            assert_eq!(sample.column(1), [-0.1, -0.1]);
        }
    }
}
