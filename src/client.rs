//! The workers: spawned from what the page holds in memory, spoken to by numbered requests, watched, and replaced when
//! they die. Nothing here knows what a query means.

mod assets;
mod link;
mod pool;

pub use assets::{Assets, LOCKED, fetch_bytes, fetch_text, lock_down};
use link::Link;
pub use pool::Pool;
