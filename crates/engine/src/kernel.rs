//! Kernels: one verb per file, over the columns of a table.

pub mod activity;
pub(crate) mod byte_mask;
pub mod calendar;
pub mod centroids;
pub mod condition;
pub mod exact_sum;
pub mod features;
pub mod find;
pub mod items;
pub mod measured;
pub mod mixed;
pub mod order;
pub mod pattern;
pub mod period;
pub mod quantile;
pub mod ranks;
pub mod rows;
pub mod sample;
pub mod scope;
pub mod segment;
pub mod sessions;
pub mod smallest;
pub mod sums;
pub mod transitions;
pub mod user_value;
