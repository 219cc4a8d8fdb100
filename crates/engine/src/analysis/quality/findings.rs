//! What stands out, by rules that are stated, and what each of them can spoil.

use serde::{Deserialize, Serialize};

use super::{ColumnQuality, DayVerdict, QualityAnswer};
use crate::kernel::order::sort_by_key;
use crate::table::{Kind, Role};

/// Something that stands out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The column that it was found in, if it was found in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// How many: rows, or what the kind says.
    pub n: u64,
    /// What it can spoil.
    pub affects: Vec<Affected>,
}

/// What can stand out, the most serious first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Rows of users who do more than a person can, see [`BusyUsers`](super::BusyUsers).
    BusyUsers,
    /// Days in silences, see [`Silence`](super::Silence).
    SilentDays,
    /// Rows that repeat another one in all columns.
    Duplicates,
    /// Rows before 2000: dates that were never set.
    #[serde(rename = "before_2000")]
    Before2000,
    /// Rows after the scope's `now`.
    AfterNow,
    /// Rows far before or after all others, see [`Stray`](super::Stray).
    Strays,
    /// Rows at the first instant of a day, if they are at least 99 in 100: times are dates, and the order within a day is
    /// not known.
    DatesOnly,
    /// The same, if they are between 1 and 99 in 100: a part of the data only knows the date.
    Midnight,
    /// Rows in the listed masses at one instant, see [`Mass`](super::Mass), unless 99 in 100 times are whole minutes.
    SameInstant,
    /// Rows that share user, event and instant with another one, but not all columns.
    DoubleSent,
    /// Days with far too few events, but some.
    LowDays,
    /// Days with far too many events.
    HighDays,
    /// Groups of look-alikes.
    LookAlikes,
    /// Rows whose text stands for "no value", such as `null`.
    Placeholders,
    /// Rows of a text column of which at least 9 in 10, but not all, are numbers, or times, that are something else.
    MixedTypes,
    /// Rows without a value, in a column where at least half and at most 99 in 100 rows have one, or in one with the role
    /// session, channel or variant.
    Missing,
    /// A column without any value; `n` is the number of rows.
    EmptyColumn,
}

/// Analyses that a finding can spoil.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "named after the analyses")]
pub enum Affected {
    Trends,
    Funnels,
    Retention,
    Journeys,
    Sessions,
    Segments,
    Clusters,
    Breakdowns,
}

impl FindingKind {
    /// What it can spoil.
    pub fn affects(self) -> &'static [Affected] {
        use Affected::{Breakdowns, Clusters, Funnels, Journeys, Retention, Segments, Sessions, Trends};
        match self {
            Self::BusyUsers => &[Trends, Journeys, Sessions, Clusters],
            Self::SilentDays | Self::LowDays => &[Trends, Retention, Funnels],
            Self::HighDays => &[Trends, Retention],
            Self::Duplicates | Self::DoubleSent => &[Trends, Journeys, Clusters],
            Self::Before2000 | Self::AfterNow | Self::Strays => &[Trends, Retention, Funnels, Clusters],
            Self::DatesOnly | Self::Midnight => &[Funnels, Journeys, Sessions],
            Self::SameInstant => &[Trends, Funnels, Journeys],
            Self::LookAlikes => &[Funnels, Segments, Breakdowns],
            Self::Placeholders => &[Segments, Breakdowns],
            Self::MixedTypes => &[Trends, Segments],
            Self::Missing => &[Breakdowns, Segments],
            Self::EmptyColumn => &[Breakdowns],
        }
    }
}

/// Everything that stands out, the most serious first, then in the columns' order.
pub(super) fn find(answer: &QualityAnswer) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |kind: FindingKind, column: Option<&str>, n: u64| {
        if n > 0 {
            let (column, affects) = (column.map(str::to_owned), kind.affects().to_vec());
            findings.push(Finding { kind, column, n, affects });
        }
    };
    let clock = &answer.clock;
    let is_most = |n: u64| answer.n_events > 0 && n * 100 >= answer.n_events * 99;
    let n_days = |verdict| answer.days.iter().filter(|day| day.verdict == verdict).count() as u64;
    let strays = [&clock.early, &clock.late].into_iter().flatten().map(|stray| stray.n_events).sum();
    add(FindingKind::BusyUsers, None, answer.busy.n_events);
    add(FindingKind::SilentDays, None, answer.silences.iter().map(|silence| u64::from(silence.n_days)).sum());
    add(FindingKind::Duplicates, None, answer.n_duplicates);
    add(FindingKind::Before2000, None, clock.n_before_2000);
    add(FindingKind::AfterNow, None, clock.n_after_now);
    add(FindingKind::Strays, None, strays);
    if is_most(clock.n_midnight) {
        add(FindingKind::DatesOnly, None, clock.n_midnight);
    } else if clock.n_midnight * 100 >= answer.n_events {
        add(FindingKind::Midnight, None, clock.n_midnight);
    }
    if !is_most(clock.n_whole_minutes) {
        add(FindingKind::SameInstant, None, clock.masses.iter().map(|mass| mass.n_events).sum());
    }
    add(FindingKind::DoubleSent, None, answer.n_double_sent);
    add(FindingKind::LowDays, None, n_days(DayVerdict::Low));
    add(FindingKind::HighDays, None, n_days(DayVerdict::High));
    for column in &answer.columns {
        of_column(column, answer.n_events, |kind, n| add(kind, Some(&column.name), n));
    }
    sort_by_key(&mut findings, |finding| finding.kind);
    findings
}

fn of_column(column: &ColumnQuality, n_events: u64, mut add: impl FnMut(FindingKind, u64)) {
    let n_set = n_events - column.n_missing;
    if n_set == 0 {
        add(FindingKind::EmptyColumn, n_events);
        return;
    }
    let is_mostly_set = n_set * 2 >= n_events && column.n_missing * 100 >= n_events;
    if is_mostly_set || matches!(column.role, Role::Session | Role::Channel | Role::Variant) {
        add(FindingKind::Missing, column.n_missing);
    }
    add(FindingKind::LookAlikes, column.look_alikes.len() as u64);
    if let (Kind::Text, Some(looks)) = (column.kind, column.looks) {
        add(FindingKind::Placeholders, looks.n_placeholders);
        let n_values = n_set - looks.n_placeholders;
        for n_alike in [looks.n_numbers, looks.n_times] {
            if n_alike * 10 >= n_values * 9 {
                add(FindingKind::MixedTypes, n_values - n_alike);
            }
        }
    }
}
