//! The choices: sums over users in, steps and a window out. All of it is exact arithmetic on integers.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{Ends, MAX_BETWEEN, SuggestedFunnel, TargetReason, UNWELCOME};
use crate::table::Table;
use crate::time::Millis;

/// What is known of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EventFacts {
    /// Users who did it, users whose history begins with it, and users to whom it brought money.
    pub(super) n_users: u64,
    pub(super) n_beginning: u64,
    pub(super) n_paying: u64,
    /// Users who did other events too, and the sum of its places among what they did for the first time, in thousandths
    /// from the first (0) to the last (1000).
    pub(super) n_placed: u64,
    pub(super) place_sum: u64,
}

impl EventFacts {
    pub(super) fn add(&mut self, other: &Self) {
        self.n_users += other.n_users;
        self.n_beginning += other.n_beginning;
        self.n_paying += other.n_paying;
        self.n_placed += other.n_placed;
        self.place_sum += other.place_sum;
    }

    /// Whether it comes, on average, in the later half of users' histories.
    fn is_late(&self) -> bool {
        self.n_placed > 0 && self.place_sum >= 500 * self.n_placed
    }
}

/// The windows that are proposed.
const WINDOWS: [i64; 6] =
    [Millis::DAY / 24, Millis::DAY, 7 * Millis::DAY, 14 * Millis::DAY, 30 * Millis::DAY, 90 * Millis::DAY];

/// What users did who started: on their way to the target, or, if they did not arrive, ever after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WayFacts {
    pub(super) n_started: u64,
    n_arrived: u64,
    /// Of those who arrived, how many took no longer than each of the windows, but longer than the one before.
    n_within: [u64; WINDOWS.len()],
    events: Vec<PassFacts>,
}

/// How many passed an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct PassFacts {
    /// Users who arrived, and users who did not.
    n_arrived: u64,
    n_others: u64,
    /// For those who arrived, the sum of its places on the way, counted from 1.
    place_sum: u64,
}

impl WayFacts {
    pub(super) fn resize(&mut self, n_codes: usize) {
        self.events.resize(n_codes, PassFacts::default());
    }

    /// Adds a user who arrived after `length` milliseconds.
    pub(super) fn arrive(&mut self, length: i64) {
        self.n_arrived += 1;
        if let Some(window) = WINDOWS.iter().position(|&window| length <= window) {
            self.n_within[window] += 1;
        }
    }

    /// Adds an event that a user passed: for one who arrived with its place on the way.
    pub(super) fn pass(&mut self, code: u32, place: Option<u64>) {
        let facts = &mut self.events[code as usize];
        match place {
            Some(place) => {
                facts.n_arrived += 1;
                facts.place_sum += place;
            }
            None => facts.n_others += 1,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.n_started += other.n_started;
        self.n_arrived += other.n_arrived;
        self.n_within.iter_mut().zip(&other.n_within).for_each(|(mine, other)| *mine += other);
        add_all(&mut self.events, &other.events, |mine, other| {
            mine.n_arrived += other.n_arrived;
            mine.n_others += other.n_others;
            mine.place_sum += other.place_sum;
        });
    }

    /// The shortest window that holds nine in ten of the ways; the longest if none does, or if there is no way.
    fn window(&self) -> i64 {
        let mut n_so_far = 0;
        let holds_enough = |&(_, n_within): &(&i64, &u64)| {
            n_so_far += n_within;
            self.n_arrived > 0 && 10 * n_so_far >= 9 * self.n_arrived
        };
        WINDOWS.iter().zip(&self.n_within).find(holds_enough).map_or(WINDOWS[5], |(&window, _)| window)
    }

    /// The events in between, in the order in which users come to them.
    fn between(&self) -> Vec<u32> {
        let n_others = self.n_started - self.n_arrived;
        // How much larger the share of those who arrived is than that of the others, times a number common to all.
        let lead = |facts: &PassFacts| match n_others {
            0 => i128::from(facts.n_arrived),
            _ => {
                i128::from(facts.n_arrived) * i128::from(n_others)
                    - i128::from(facts.n_others) * i128::from(self.n_arrived)
            }
        };
        let common = |facts: &PassFacts| facts.n_arrived > 0 && 2 * facts.n_arrived >= self.n_arrived;
        let mut candidates: Vec<(u32, &PassFacts)> =
            (0..).zip(&self.events).filter(|(_, facts)| common(facts) && lead(facts) > 0).collect();
        candidates.sort_by_key(|&(code, facts)| (Reverse(lead(facts)), Reverse(facts.n_arrived), code));
        candidates.truncate(MAX_BETWEEN);
        candidates.sort_by(|a, b| {
            let cross = |x: &PassFacts, y: &PassFacts| u128::from(x.place_sum) * u128::from(y.n_arrived);
            cross(a.1, b.1).cmp(&cross(b.1, a.1)).then(a.0.cmp(&b.0))
        });
        candidates.into_iter().map(|(code, _)| code).collect()
    }
}

/// The first and the last step; none if there are no two events.
pub(super) fn ends(events: &[EventFacts], n_users: u64, table: &Table) -> Option<Ends> {
    let (target, because) = target(events, n_users, table)?;
    let others = || (0_u32..).zip(events).filter(|&(code, facts)| code != target && facts.n_users > 0);
    let (start, _) =
        others().max_by_key(|&(code, facts)| (facts.n_beginning, facts.n_users, Reverse(code)))?;
    Some(Ends { start, target, because })
}

fn target(events: &[EventFacts], n_users: u64, table: &Table) -> Option<(u32, TargetReason)> {
    let enough = |n: u64| n > 0 && 100 * n >= n_users;
    let is_welcome = |code: u32| {
        let name = name(code, table).to_lowercase().replace(['_', '-'], " ");
        !UNWELCOME.iter().any(|part| name.contains(part))
    };
    let find = |welcome: &dyn Fn(u32) -> bool| {
        let welcome = || (0_u32..).zip(events).filter(|&(code, facts)| facts.n_users > 0 && welcome(code));
        let paying = welcome().filter(|(_, facts)| enough(facts.n_paying));
        let best = paying.max_by_key(|&(code, facts)| (facts.n_paying, Reverse(code)));
        let late = || welcome().filter(|(_, facts)| enough(facts.n_users) && facts.is_late());
        best.map(|(code, _)| (code, TargetReason::Revenue)).or_else(|| {
            let rarest = late().min_by_key(|&(code, facts)| (facts.n_users, code));
            rarest.map(|(code, _)| (code, TargetReason::RarestLate))
        })
    };
    find(&is_welcome).or_else(|| find(&|_| true))
}

/// The proposal between two events.
pub(super) fn funnel(ends: Ends, ways: &WayFacts, table: &Table) -> SuggestedFunnel {
    let codes = [ends.start].into_iter().chain(ways.between()).chain([ends.target]);
    SuggestedFunnel {
        steps: codes.map(|code| name(code, table).to_owned()).collect(),
        window_millis: ways.window(),
        target_because: ends.because,
        n_started: ways.n_started,
        n_arrived: ways.n_arrived,
    }
}

fn name(code: u32, table: &Table) -> &str {
    table.events().dictionary.decode(code).unwrap_or_default()
}

pub(super) fn add_all<T: Clone + Default>(sums: &mut Vec<T>, more: &[T], add: impl Fn(&mut T, &T)) {
    sums.resize(sums.len().max(more.len()), T::default());
    for (sum, value) in sums.iter_mut().zip(more) {
        add(sum, value);
    }
}
