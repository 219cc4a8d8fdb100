//! Retention against numbers worked out by hand, and against a naive oracle.

mod by_hand;
mod oracle;
mod random;
