//! What the workers of one pool say to each other, over ports of their own: the page hears none of it.
//!
//! The first worker leads: it hears the page, deals out the parts of files and the rounds of a query, and gathers what
//! comes of them. It is a worker like the others too, and tells itself the same.
//!
//! ```text
//! load    lead ─ Open, Read… ─► members ─ Parcel… ─► members (whose users they are)
//!              ◄ PartRead… ───
//!              ─ Finish ─────►         ─ Manifest ─►         ─ Built ─► lead ─ Seal ─► members
//! query   lead ─ Scan ───────► members ─ Scanned ─► lead, once a round
//! ```

use cairn_engine::ingest::{Part, PartReport, Recipe};
use cairn_engine::table::Facts;
use cairn_engine::table::parcel::Header;
use cairn_engine::{Failure, Query};
use serde::{Deserialize, Serialize};

use crate::{Handle, RequestId};

/// A message from one worker to another, or to itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Peer {
    /// About a load.
    Load {
        /// Which: the lead counts up how often it has files read. What is said of an earlier load than the receiver
        /// knows of comes too late, and counts for nothing.
        load: u32,
        /// What is said.
        step: LoadStep,
    },
    /// Scan the shard for one round of a query.
    Scan {
        /// The page's request.
        id: RequestId,
        /// The round, counted from 1.
        round: u32,
        /// The query.
        query: Box<Query>,
        /// The round's state as `cairn_engine::Plan` encodes it, a `Uint8Array`.
        state: Handle,
    },
    /// How far a scan has come; said now and then while it takes long.
    Scanning {
        /// The page's request.
        id: RequestId,
        /// The round.
        round: u32,
        /// Share of the shard's buckets that have been scanned, 0..=1.
        share: f64,
    },
    /// A shard was scanned.
    Scanned {
        /// The page's request.
        id: RequestId,
        /// The round.
        round: u32,
        /// The shard's partial as `cairn_engine::Plan` encodes it, a `Uint8Array`.
        partial: Handle,
    },
    /// A shard cannot be scanned.
    Failed {
        /// The page's request.
        id: RequestId,
        /// Why.
        failure: Failure,
    },
    /// A request of the page has ended: stop working on it, and forget what was kept for its next round.
    Stop {
        /// The request.
        id: RequestId,
    },
}

/// What is said while files are loaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LoadStep {
    /// Forget what was loaded, and get ready to read parts of files.
    Open {
        /// The `File`s.
        files: Vec<Handle>,
        /// How to read them.
        recipe: Box<Recipe>,
    },
    /// Read a part.
    Read {
        /// Which.
        part: Part,
    },
    /// Forget a reading and what has been read since.
    RollBack {
        /// The reading.
        reading: u32,
    },
    /// A part is being read; said now and then while it takes long.
    Reading {
        /// Which reading it is.
        reading: u32,
        /// Bytes of it so far.
        n_bytes: u64,
        /// Records of it so far.
        n_rows: u64,
    },
    /// A part has been read.
    PartRead {
        /// What came of it.
        report: Box<PartReport>,
    },
    /// A part could not be read.
    PartFailed {
        /// Which reading it was.
        reading: u32,
        /// Why.
        failure: Failure,
    },
    /// Rows that belong to the receiver.
    Parcel {
        /// What they are.
        header: Header,
        /// Their values, a `Uint8Array`.
        body: Handle,
    },
    /// All parts have been read: say what the codes in the parcels mean, and build the table.
    Finish {
        /// The readings that count, in input order.
        readings: Vec<u32>,
        /// Columns that the recipe does not know.
        new_columns: Vec<String>,
    },
    /// What the sender's codes mean to the receiver.
    Manifest {
        /// A `cairn_engine::ingest::Manifest` as postcard writes it, a `Uint8Array`.
        bytes: Handle,
    },
    /// A shard's table is being built; said now and then while it takes long.
    Building,
    /// A shard's table is built.
    Built {
        /// Facts of the shard.
        facts: Facts,
        /// Rows that equal an earlier one.
        n_duplicates: u64,
        /// Bytes that the table holds.
        n_bytes: u64,
    },
    /// A member cannot do what it was told.
    Failed {
        /// Why.
        failure: Failure,
    },
    /// Facts of the whole data set.
    Seal {
        /// The facts.
        facts: Facts,
    },
}
