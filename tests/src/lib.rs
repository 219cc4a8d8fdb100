//! What the tests across crates share.

pub mod corpus;
pub mod typescript;
