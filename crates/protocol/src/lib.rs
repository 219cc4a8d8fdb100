//! What the page and its workers say to each other: plain serde data, and handles to what only the browser can carry.
//!
//! On the wire a message is `{ text, handles }`: `text` is the JSON of an [`Envelope`], and `handles` the `File`s and
//! buffers that it refers to by [`Handle`]. The rules:
//!
//! A pool of workers holds a data set; the page speaks to the first of them, and they to each other ([`Peer`]).
//!
//! 1. A worker says [`Reply::Ready`] first, with the id of its build; the page queues until then.
//! 2. Every request gets exactly one terminal reply ([`Reply::is_terminal`]).
//! 3. A [`Request::Run`] carries its whole query; a pool's only state is its data set and what follows from it.
//! 4. Long work gives way between buckets and between slices of a file, so that [`Request::Cancel`] is heard within
//!    100 ms.
//! 5. A worker with an open request says something at least once a second.
//! 6. A worker that fails for good says [`Reply::Died`] under [`RequestId::NONE`], if it still can.

mod peer;

pub use peer::{LoadStep, Peer};

use cairn_engine::ingest::{FileRecipe, LoadReport, Mapping, Preview};
use cairn_engine::table::Schema;
use cairn_engine::{Failure, Query};
use serde::{Deserialize, Serialize};

/// The build that this code belongs to: a worker of another build is refused.
pub const BUILD: &str = match option_env!("CAIRN_BUILD_ID") {
    Some(id) => id,
    None => "dev",
};

/// A message with the number of the request that it is or belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// The request.
    pub id: RequestId,
    /// What is said.
    pub body: T,
}

/// A request's number, counted up by the page from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub u32);

impl RequestId {
    /// The number of messages that belong to no request.
    pub const NONE: Self = Self(0);
}

/// A place in the message's list of handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handle(pub u32);

/// What the page asks of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Request {
    /// Join a pool of workers. Members other than the first hear nothing else from the page, and never reply.
    Join {
        /// The worker's place in the pool.
        place: u32,
        /// The ports to the other workers, by their places.
        ports: Vec<(u32, Handle)>,
    },
    /// Look at places of a file and say what it seems to hold.
    Preview {
        /// The `File`.
        file: Handle,
        /// Its name.
        name: String,
        /// What the person has chosen so far.
        mapping: Box<Mapping>,
    },
    /// Read whole files into the pool's tables, replacing what was there.
    Load {
        /// The `File`s.
        files: Vec<Handle>,
        /// For each of them its name, what [`Reply::Previewed`] said of it, and what its columns mean, as the person left
        /// it.
        recipes: Vec<FileRecipe>,
    },
    /// Answer a query on the whole data set.
    Run {
        /// The query.
        query: Box<Query>,
    },
    /// Stop working on another request, which then ends with [`Reply::Canceled`].
    Cancel {
        /// The request to stop.
        target: RequestId,
    },
}

/// What a worker says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reply {
    /// The worker is up.
    Ready {
        /// The build it comes from; it must equal the page's.
        build: String,
    },
    /// How far a load has come. Not terminal.
    Progress(Progress),
    /// How far a query has come; said now and then while it takes long. Not terminal.
    Scanning {
        /// The round, counted from 1; nobody knows how many there will be.
        round: u32,
        /// Share of the buckets that this round has scanned, 0..=1.
        share: f64,
    },
    /// A file's preview.
    Previewed {
        /// What the file seems to hold.
        preview: Box<Preview>,
    },
    /// The files were loaded.
    Loaded(Box<Loaded>),
    /// A query was answered.
    Answered {
        /// The answer, as the engine wrote it: the JSON that the page shows and the person takes away.
        answer: String,
    },
    /// A request was canceled, or the cancellation of one was heard.
    Canceled,
    /// A request cannot be met.
    Failed {
        /// What is wrong.
        failure: Failure,
    },
    /// The worker is lost.
    Died {
        /// What happened.
        failure: Failure,
    },
}

impl Reply {
    /// Whether the reply ends its request.
    pub const fn is_terminal(&self) -> bool {
        !matches!(self, Self::Ready { .. } | Self::Progress(_) | Self::Scanning { .. } | Self::Died { .. })
    }
}

/// How far a load has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes of the files read so far.
    pub n_bytes: u64,
    /// Bytes of the files.
    pub n_bytes_total: u64,
    /// Rows read so far.
    pub n_rows: u64,
    /// What is being done.
    pub stage: Stage,
}

/// What a load is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Reading the files.
    Reading,
    /// Reading them again, since a column turned out to hold text.
    ReadingAgain,
    /// Sorting the rows.
    Sorting,
}

/// What came of a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    /// The columns, and the facts of the data set.
    pub schema: Schema,
    /// What was read, and what was skipped and why.
    pub report: LoadReport,
    /// Bytes that the table holds in all workers' memory.
    pub n_table_bytes: u64,
    /// How long it took, in milliseconds.
    pub took_millis: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_the_wire() {
        let query = Box::new(Query::Overview(cairn_engine::analysis::overview::OverviewQuery::default()));
        let sent = Envelope { id: RequestId(7), body: Request::Run { query } };
        let text = serde_json::to_string(&sent).unwrap();
        assert_eq!(serde_json::from_str::<Envelope<Request>>(&text).unwrap(), sent);
    }

    #[test]
    fn only_progress_ready_and_death_leave_a_request_open() {
        let failure = Failure { code: "x".to_owned(), message: "y".to_owned(), position: None };
        assert!(Reply::Canceled.is_terminal());
        assert!(Reply::Failed { failure: failure.clone() }.is_terminal());
        assert!(!Reply::Died { failure }.is_terminal());
        assert!(!Reply::Ready { build: String::new() }.is_terminal());
    }
}
