//! Funnels: how many users get from step to step, how long it takes them, and where they stop.
//!
//! ```text
//! steps      A ──→ B ──→ C          window: C at most so long after A
//! user 1     A  x  B     C          level 3
//! user 2     A     A  B             level 2: the second A starts a chain of its own
//! user 3        B     C             level 0: never entered
//! ```
//!
//! A *chain* fills steps 1..k with events of one user; a user's *level* is the most steps that any valid chain fills.
//! What makes a chain valid is the query's to say, field by field; a [`Preset`] fills those fields as other tools would.

mod answer;
mod query;

pub use answer::{Durations, FunnelAnswer, FunnelGroup, FunnelResult, FunnelStep, GroupKey};
pub use query::{
    Entry, Exclusion, FunnelQuery, InstantTimes, Occurrence, OnExclusion, OpenUsers, Order, Preset, Range,
    Reuse, Search, Step, Tie, TimeFrom,
};
