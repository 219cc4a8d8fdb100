//! Local times to instants.

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::time::Millis;

/// Turns local times of one zone into instants. The zone's rules are asked once for each stretch between two clock
/// changes, not once a row.
#[derive(Clone, Debug)]
pub(crate) struct LocalZone {
    zone: TimeZone,
    /// Stretches of local time that have one offset and occur once.
    stretches: Vec<Stretch>,
    last: Stretch,
}

/// Local times from `start` to before `end`, in milliseconds, that are `offset` milliseconds ahead of UTC.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: i64,
    end: i64,
    offset: i64,
}

/// How often a local time occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occurs {
    /// Once, as usual.
    Once,
    /// Twice, as the clocks were set back; the earlier instant is meant.
    Twice,
    /// Never, as the clocks were set forward; it is moved forward by the length of the gap.
    Never,
}

impl LocalZone {
    /// The zone with this IANA name, if there is one.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok()?;
        Some(Self { zone, stretches: Vec::new(), last: Stretch { start: 0, end: 0, offset: 0 } })
    }

    /// The instant of a local time, as jiff's `compatible` disambiguation finds it. Times beyond jiff's range (the years
    /// −9999 to 9999) are held at its ends. O(1) in runs of one stretch, else O(stretches met).
    #[inline]
    pub(crate) fn instant(&mut self, local: i64) -> (Millis, Occurs) {
        if self.last.start <= local && local < self.last.end {
            return (Millis(local - self.last.offset), Occurs::Once);
        }
        self.search(local)
    }

    fn search(&mut self, local: i64) -> (Millis, Occurs) {
        let found = self.stretches.iter().find(|stretch| stretch.start <= local && local < stretch.end);
        if let Some(&stretch) = found {
            self.last = stretch;
            return (Millis(local - stretch.offset), Occurs::Once);
        }
        let datetime = TimeZone::UTC.to_datetime(timestamp(local));
        let ambiguous = self.zone.to_ambiguous_timestamp(datetime);
        let (occurs, offset) = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => (Occurs::Once, offset),
            AmbiguousOffset::Gap { before, .. } => (Occurs::Never, before),
            AmbiguousOffset::Fold { before, .. } => (Occurs::Twice, before),
        };
        let offset = i64::from(offset.seconds()) * 1000;
        if occurs == Occurs::Once {
            let stretch = self.stretch(local, offset);
            self.stretches.push(stretch);
            self.last = stretch;
        }
        (Millis(local - offset), occurs)
    }

    /// The stretch around a local time that occurs once.
    fn stretch(&self, local: i64, offset: i64) -> Stretch {
        let instant = local - offset;
        let offset_at = |millis: i64| i64::from(self.zone.to_offset(timestamp(millis)).seconds()) * 1000;
        // A change of the clocks at the instant itself belongs to this stretch, and `preceding` leaves it out.
        let start = self.zone.preceding(timestamp(instant + 1)).next().map_or(i64::MIN / 2, |change| {
            let at = change.timestamp().as_millisecond();
            at + offset.max(offset_at(at - 1))
        });
        let end = self.zone.following(timestamp(instant)).next().map_or(i64::MAX / 2, |change| {
            let at = change.timestamp().as_millisecond();
            at + offset.min(offset_at(at))
        });
        Stretch { start, end, offset }
    }
}

fn timestamp(millis: i64) -> Timestamp {
    let beyond = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis).unwrap_or(beyond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hours_that_the_clocks_of_berlin_skip_and_repeat_are_told() {
        let mut berlin = LocalZone::named("Europe/Berlin").unwrap();
        let mut at = |text: &str| {
            let local = text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(TimeZone::UTC).unwrap();
            let (instant, occurs) = berlin.instant(local.timestamp().as_millisecond());
            (timestamp(instant.0).to_string(), occurs)
        };
        assert_eq!(at("2024-03-31T01:59:59"), ("2024-03-31T00:59:59Z".to_owned(), Occurs::Once));
        assert_eq!(at("2024-03-31T02:30:00"), ("2024-03-31T01:30:00Z".to_owned(), Occurs::Never));
        assert_eq!(at("2024-03-31T03:00:00"), ("2024-03-31T01:00:00Z".to_owned(), Occurs::Once));
        assert_eq!(at("2024-10-27T02:30:00"), ("2024-10-27T00:30:00Z".to_owned(), Occurs::Twice));
        assert_eq!(at("2024-10-27T03:00:00"), ("2024-10-27T02:00:00Z".to_owned(), Occurs::Once));
        assert!(LocalZone::named("Europe/Atlantis").is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn instants_are_those_that_jiff_finds_one_by_one(
            zone in prop::sample::select(vec![
                "Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia", "UTC",
                "Africa/Casablanca", "Asia/Kolkata", "America/Sao_Paulo",
            ]),
            steps in proptest::collection::vec(prop_oneof![0..10_000_000_i64, 0..3_000_000_000_i64], 1..400),
            start in -1_000_000_000_000_i64..1_900_000_000_000,
        ) {
            let mut local = LocalZone::named(zone).unwrap();
            let rules = TimeZone::get(zone).unwrap();
            let mut millis = start;
            for step in steps {
                millis += step;
                let datetime = TimeZone::UTC.to_datetime(timestamp(millis));
                let expected = rules.to_ambiguous_zoned(datetime).compatible().unwrap().timestamp();
                prop_assert_eq!(local.instant(millis).0, Millis(expected.as_millisecond()));
            }
        }
    }
}
