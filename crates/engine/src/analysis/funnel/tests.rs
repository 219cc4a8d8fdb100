//! Tests: a naive oracle, random queries against it, and cases that can be checked by hand.

mod by_hand;
mod fields;
mod oracle;
pub(in crate::analysis) mod passages;
mod random;
mod rows;
mod stage;
mod totals;
mod trend;
mod units;
mod unordered;
