//! The fields of every case, whatever it asks.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// Every kind of query that the format knows.
pub(super) const KINDS: [&str; 14] = [
    "funnel",
    "funnel_trends",
    "time_to_convert",
    "retention",
    "paths",
    "lifecycle",
    "stickiness",
    "correlation",
    "sequence_match",
    "sequence_count",
    "sequence_events",
    "next_node",
    "sessions",
    "attribution",
];

/// One case. What it asks and expects is read by the translation of its kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "some fields are for people; naming them all lets unknown ones be refused")]
pub(super) struct Case {
    pub(super) id: String,
    source: String,
    also: Option<Value>,
    license: String,
    note: Option<String>,
    /// Whose rules.
    pub(super) semantics: String,
    /// Switches of those rules.
    #[serde(default)]
    pub(super) modes: Vec<String>,
    pub(super) timezone: String,
    pub(super) week_start: Option<String>,
    time_unit: Option<String>,
    now: Option<String>,
    pub(super) events: Option<Vec<Event>>,
    pub(super) event_runs: Option<Vec<EventRun>>,
    pub(super) generator: Option<Generator>,
    #[serde(default)]
    pub(super) users: Vec<User>,
    /// Information: whether one event may match several steps, the exact answer where the tool misses it, and what
    /// ClickHouse gives where it differs.
    overlap: Option<Value>,
    exhaustive: Option<Value>,
    clickhouse_gives: Option<Value>,
    pub(super) query: Value,
    pub(super) expect: Value,
}

/// Values by name; null = not set.
pub(super) type Properties = BTreeMap<String, Value>;

/// One row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    pub(super) user: String,
    pub(super) time: Time,
    /// None = a row that is no event.
    pub(super) event: Option<String>,
    #[serde(default)]
    pub(super) properties: Properties,
}

/// Milliseconds, or a time with a zone.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Time {
    Millis(i64),
    Text(String),
}

/// Equal rows at equal distances.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventRun {
    pub(super) user: String,
    pub(super) event: String,
    pub(super) count: u64,
    pub(super) from: i64,
    pub(super) step: i64,
}

/// Rows drawn from splitmix64, three draws each: the user's number, the instant and the event.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Generator {
    pub(super) seed: u64,
    pub(super) users: u64,
    pub(super) count: u64,
    pub(super) start_ms: i64,
    pub(super) grain_ms: i64,
    pub(super) instants: u64,
    /// Names and weights.
    pub(super) events: Vec<(String, u64)>,
}

/// A user's own properties.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    pub(super) user: String,
    #[serde(default)]
    pub(super) properties: Properties,
    pub(super) created_at: Option<String>,
}
