//! How times are written.

use serde::{Deserialize, Serialize};

/// How a column's times are written. A value without zone or offset is local time in the mapping's zone; a date without
/// a time of day is its midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// Year first: `2026-03-01T10:15:00.250Z`, `2026-03-01 10:15`, `2026/03/01`, `20260301T101500+0100`.
    Iso,
    /// Day, month, year: `01.03.2026 10:15`, `01/03/2026`, `1-3-26`.
    DayFirst,
    /// Month, day, year: `03/01/2026 10:15 AM`, `3/1/26`.
    MonthFirst,
    /// An English month's name: `Mar 1, 2026 10:15`, `1 March 2026`, `Sun, 01 Mar 2026 10:15:00 +0100` (RFC 2822).
    MonthName,
    /// Digits only, year first: `20260301`, `202603011015`, `20260301101500`.
    Compact,
    /// Seconds since 1970 in UTC: `1772360100`, `1772360100.25`.
    EpochSeconds,
    /// Milliseconds since 1970 in UTC.
    EpochMillis,
    /// Microseconds since 1970 in UTC.
    EpochMicros,
    /// Nanoseconds since 1970 in UTC.
    EpochNanos,
}
