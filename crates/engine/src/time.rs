//! Instants, zones and the scope's calendar: every time inside the engine is UTC milliseconds.

use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z, negative before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// One second, as a length of time.
    pub const SECOND: i64 = 1_000;
    /// One day of exactly 24 hours, as a length of time.
    pub const DAY: i64 = 86_400_000;

    /// The instant `length` milliseconds later, held at the ends of the range instead of wrapping.
    #[must_use]
    pub const fn plus(self, length: i64) -> Self {
        Self(self.0.saturating_add(length))
    }

    /// Milliseconds from `earlier` to `self`; negative if `earlier` is later. Saturates.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The first day of a week, for calendar bins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the days of the week")]
pub enum WeekStart {
    #[default]
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A unit of the calendar that time is cut into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the units of the calendar")]
pub enum Period {
    Hour,
    Day,
    #[default]
    Week,
    Month,
    Quarter,
    Year,
}

impl Period {
    /// The usual length in milliseconds: a month counts as 30 days, a quarter as 91, a year as 365. What a calendar makes of
    /// it is in [`Periods`](crate::kernel::period::Periods).
    #[must_use]
    pub const fn usual_millis(self) -> i64 {
        match self {
            Self::Hour => Millis::DAY / 24,
            Self::Day => Millis::DAY,
            Self::Week => 7 * Millis::DAY,
            Self::Month => 30 * Millis::DAY,
            Self::Quarter => 91 * Millis::DAY,
            Self::Year => 365 * Millis::DAY,
        }
    }
}
