//! Other tools' rules, as values of the query's fields.

use serde::{Deserialize, Serialize};

use super::options::{
    Count, Entry, InstantTimes, OnExclusion, OpenUsers, Order, Range, Reuse, Search, StrictKind, Tie,
    TimeFrom, WindowFrom,
};
use super::query::FunnelQuery;

/// Whose rules a query follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// The defaults.
    Cairn,
    /// PostHog's: all events lie in the range, events of one instant are read loosely, an exclusion removes the user, or
    /// for steps in any order throws the user's progress away.
    Posthog,
    /// ClickHouse's `windowFunnel`: one row may fill several steps, per level the latest start is kept, and in strict
    /// order some events end the story. Its modes are further fields: `strict_increase` is `tie: never`, `strict_order`
    /// is `order: strict`, with `allow_reentry` `strict_kind: event_breaks`, `strict_deduplication` is `repeats: stop`,
    /// and `strict_once` is `reuse: once` with `search: exhaustive`. Databend's function follows the same rules.
    Clickhouse,
    /// Mixpanel's, as its public documentation describes them: one attempt after the other, events up to 2 s apart in
    /// either order, an exclusion ends the attempt. It has no strict order, which stays Cairn's.
    Mixpanel,
    /// Amplitude's, as its public documentation describes them: the longest chain counts, of several the earliest; events
    /// of one second in either order; an exclusion removes the user.
    Amplitude,
    /// Google Analytics 4's closed funnel, as its public documentation describes it: the window is each step's own, since
    /// the step before.
    Ga4,
    /// Umami's: the window is each step's own, since the step before, and one event may fill several steps.
    Umami,
    /// OpenPanel's: ClickHouse's `windowFunnel` with `strict_increase`.
    Openpanel,
    /// `finderFunnel` of ByConity: from every start, the first event that matches fills the next step, and one event fills
    /// one. Its `finderFunnelByTimes` is
    /// `count: attempts`, its days are `calendar_days: 1`, its numbered slots `entry_bins`.
    Byconity,
    /// `window_funnel` of DuckDB's community extension `behavioral`: from every start, the first event that matches fills
    /// the next step. Its modes are further fields: `strict` is `repeats: break_chain`, `strict_order` is `order: strict`
    /// with `strict_kind: earlier_step_breaks`, as this preset has it, `strict_increase` and `timestamp_dedup` are
    /// `tie: never`, `strict_once` is `reuse: once`, `allow_reentry` is `entry: restart`.
    DuckdbBehavioral,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Cairn,
        Self::Posthog,
        Self::Clickhouse,
        Self::Mixpanel,
        Self::Amplitude,
        Self::Ga4,
        Self::Umami,
        Self::Openpanel,
        Self::Byconity,
        Self::DuckdbBehavioral,
    ];
}

impl FunnelQuery {
    /// The same question under another tool's rules. Only the rules of a valid chain change; scope, steps, order, the
    /// window's length, exclusions, held properties, the unit, breakdown and trend stay.
    #[must_use]
    pub fn with_preset(self, preset: Preset) -> Self {
        let rules = match preset {
            Preset::Cairn => Self::default(),
            Preset::Posthog => posthog(self.order),
            Preset::Clickhouse => clickhouse(self.order),
            Preset::Mixpanel => mixpanel(self.order),
            Preset::Amplitude => amplitude(self.order),
            Preset::Ga4 => Self { window_from: previous_unless_unordered(self.order), ..dropping() },
            Preset::Umami => {
                Self { window_from: previous_unless_unordered(self.order), reuse: Reuse::Many, ..dropping() }
            }
            Preset::Openpanel => Self {
                tie: Tie::Never,
                search: if self.order == Order::Ordered {
                    Search::LatestStartOnly
                } else {
                    Search::Exhaustive
                },
                reuse: Reuse::Many,
                ..dropping()
            },
            Preset::Byconity => byconity(self.order, self.count),
            Preset::DuckdbBehavioral => duckdb_behavioral(self.order),
        };
        Self {
            scope: self.scope,
            steps: self.steps,
            order: self.order,
            window_millis: self.window_millis,
            calendar_days: self.calendar_days,
            sessions: self.sessions,
            session: self.session,
            exclusions: self.exclusions,
            hold: self.hold,
            count: self.count,
            breakdown: self.breakdown,
            trend: self.trend,
            entry_bins: self.entry_bins,
            ..rules
        }
    }
}

/// Cairn's rules, but that users who may still convert count as lost: no other tool tells them apart.
fn dropping() -> FunnelQuery {
    FunnelQuery { open: OpenUsers::Dropped, ..FunnelQuery::default() }
}

fn posthog(order: Order) -> FunnelQuery {
    // In any order it counts from the earliest of the steps, and an exclusion throws all progress away.
    let (time_from, on_exclusion) = match order {
        Order::Unordered => (TimeFrom::EarliestStart, OnExclusion::ResetProgress),
        Order::Ordered | Order::Strict => (TimeFrom::LatestStart, OnExclusion::RemoveUser),
    };
    FunnelQuery {
        range: Range::AllEvents,
        tie: Tie::Loose,
        time_from,
        instant_times: InstantTimes::LeftOut,
        on_exclusion,
        ..dropping()
    }
}

fn clickhouse(order: Order) -> FunnelQuery {
    FunnelQuery {
        strict_kind: match order {
            Order::Strict => StrictKind::Stop,
            Order::Ordered | Order::Unordered => StrictKind::Restart,
        },
        reuse: Reuse::Many,
        search: Search::LatestStartOnly,
        ..dropping()
    }
}

fn mixpanel(order: Order) -> FunnelQuery {
    match order {
        Order::Ordered => FunnelQuery {
            tie: Tie::Grace(2_000),
            entry: Entry::Attempts,
            on_exclusion: OnExclusion::EndAttempt,
            ..dropping()
        },
        Order::Strict | Order::Unordered => dropping(),
    }
}

fn amplitude(order: Order) -> FunnelQuery {
    FunnelQuery {
        tie: Tie::Bucket(1_000),
        time_from: TimeFrom::EarliestStart,
        on_exclusion: match order {
            Order::Unordered => OnExclusion::VoidChain,
            Order::Ordered | Order::Strict => OnExclusion::RemoveUser,
        },
        ..dropping()
    }
}

fn byconity(order: Order, count: Count) -> FunnelQuery {
    let is_by_first_match = order == Order::Ordered && count != Count::Attempts;
    FunnelQuery {
        search: if is_by_first_match { Search::FirstMatch } else { Search::Exhaustive },
        ..dropping()
    }
}

fn duckdb_behavioral(order: Order) -> FunnelQuery {
    match order {
        Order::Ordered | Order::Strict => FunnelQuery {
            strict_kind: if order == Order::Strict {
                StrictKind::EarlierStepBreaks
            } else {
                StrictKind::Restart
            },
            reuse: Reuse::ManyAfterStart,
            search: Search::FirstMatch,
            ..dropping()
        },
        Order::Unordered => dropping(),
    }
}

/// Steps in any order have no step before.
fn previous_unless_unordered(order: Order) -> WindowFrom {
    match order {
        Order::Ordered | Order::Strict => WindowFrom::PreviousStep,
        Order::Unordered => WindowFrom::FirstStep,
    }
}
