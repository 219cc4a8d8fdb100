//! Cairn's engine: event files in, answers out.
//!
//! The engine is pure. It knows no browser, no clock, no entropy and no I/O: bytes, seeds, time zones and "now" are
//! handed to it, so that the same input gives the same bytes natively and in WebAssembly, on one shard or on many.
//!
//! Data flows one way: [`ingest`] turns bytes into a [`Table`](table::Table), a [`Query`] is checked against it and
//! [`run`] gives an [`Answer`].

pub mod analysis;
pub mod error;
pub mod ingest;
pub mod kernel;
pub mod rule;
pub mod stats;
pub mod table;
#[cfg(test)]
mod testing;
pub mod time;

pub use analysis::{Answer, Plan, Query, run};
pub use error::{Failure, QueryError};
pub use time::Millis;
