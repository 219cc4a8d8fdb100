//! Kernels: one verb per file, over the columns of a table.

pub(crate) mod byte_mask;
pub mod calendar;
pub mod centroids;
pub mod condition;
pub mod exact_sum;
pub mod features;
pub mod find;
pub mod period;
pub mod quantile;
pub mod ranks;
pub mod scope;
pub mod segment;
pub mod sessions;
pub mod sums;
pub mod user_value;
