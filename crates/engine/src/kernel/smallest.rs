//! The smallest of many values, in bounded memory.

use serde::{Deserialize, Serialize};

/// Keeps the `limit` smallest of the values that it is given, whatever their order and however they are spread over
/// shards. Amortized O(log limit) a value; at most twice `limit` values are held.
///
/// ```
/// use cairn_engine::kernel::smallest::Smallest;
/// let (mut a, mut b) = (Smallest::new(2), Smallest::new(2));
/// [5, 1].into_iter().for_each(|value| a.push(value));
/// [3, 9].into_iter().for_each(|value| b.push(value));
/// a.merge(b);
/// assert_eq!(a.in_order(), [1, 3]);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Smallest<T> {
    limit: u32,
    values: Vec<T>,
}

impl<T> Default for Smallest<T> {
    fn default() -> Self {
        Self { limit: 0, values: Vec::new() }
    }
}

impl<T: Ord> Smallest<T> {
    /// None yet.
    pub fn new(limit: u32) -> Self {
        Self { limit, values: Vec::new() }
    }

    /// Adds a value.
    pub fn push(&mut self, value: T) {
        self.values.push(value);
        if self.values.len() > 2 * self.limit as usize {
            self.shrink();
        }
    }

    /// Adds the values of another one.
    pub fn merge(&mut self, other: Self) {
        self.limit = self.limit.max(other.limit);
        self.values.extend(other.values);
        self.shrink();
    }

    /// The smallest values, the smallest first.
    pub fn in_order(mut self) -> Vec<T> {
        self.shrink();
        self.values
    }

    fn shrink(&mut self) {
        self.values.sort_unstable();
        self.values.truncate(self.limit as usize);
    }
}
