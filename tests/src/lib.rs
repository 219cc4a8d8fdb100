//! What the tests across crates share.

pub mod cases;
pub mod checklist;
pub mod corpus;
pub mod json_schema;
pub mod native;
pub mod typescript;
