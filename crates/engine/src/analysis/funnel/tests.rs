//! Tests: a naive oracle, random queries against it, and cases that can be checked by hand.

mod by_hand;
mod oracle;
mod random;
mod stage;
mod totals;
mod trend;
