//! What the tests across crates share.

pub mod cases;
pub mod corpus;
pub mod native;
pub mod typescript;
