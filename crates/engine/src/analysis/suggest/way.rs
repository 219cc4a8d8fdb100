//! The goal, and the way that leads to it: pure functions of the counts.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::compare::{Candidates, Pairs};
use crate::analysis::funnel::FunnelQuery;
use crate::kernel::order::sort_by_key;
use crate::table::Table;
use crate::time::Millis;

/// How many steps are proposed at most, the goal among them.
pub const MAX_STEPS: usize = 6;

/// Share of a step's users who did the next one too, from which on the next one says nothing.
pub const PASSED_BY_ALL: f64 = 0.98;

/// The windows that are proposed, in milliseconds: an hour, then 1, 7, 14, 30 and 90 days.
pub const WINDOWS: [i64; 6] =
    [3_600_000, Millis::DAY, 7 * Millis::DAY, 14 * Millis::DAY, 30 * Millis::DAY, 90 * Millis::DAY];

/// What words of names begin with that speak of something that a business wants.
pub const GAINS: [&str; 13] = [
    "purchas", "pay", "paid", "order", "subscri", "upgrade", "buy", "bought", "sale", "sold", "booked",
    "booking", "conver",
];

/// Parts of names that speak of a loss or of trouble, which nobody has for a goal.
pub const LOSSES: [&str; 17] = [
    "cancel",
    "churn",
    "unsubscri",
    "delete",
    "remove",
    "refund",
    "return",
    "abandon",
    "expire",
    "error",
    "fail",
    "reject",
    "decline",
    "bug",
    "ticket",
    "logout",
    "log_out",
];

/// A funnel, in the form that shards exchange.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// The events' codes, the goal last.
    pub(super) steps: Vec<u32>,
    /// The window.
    pub(super) window_millis: i64,
}

/// The candidates compared. They are known by their place, which goes from most users to least.
pub(super) struct Compared<'a> {
    candidates: &'a Candidates,
    names: Vec<&'a str>,
    pairs: &'a Pairs,
}

impl<'a> Compared<'a> {
    /// The candidates with the counts of all shards.
    pub(super) fn new(candidates: &'a Candidates, pairs: &'a Pairs, table: &'a Table) -> Self {
        let name = |&code: &u32| table.events().dictionary.decode(code).unwrap_or_default();
        Self { candidates, names: candidates.codes.iter().map(name).collect(), pairs }
    }

    /// The proposed way; none if there is no candidate.
    pub(super) fn way(&self) -> Option<Way> {
        let goal = self.goal()?;
        let mut places = self.leading_to(goal);
        if places.is_empty() {
            places.extend(self.usual_start(goal));
        }
        places.push(goal);
        self.prune(&mut places);
        let within = places.first().map(|start| self.pairs.within[self.pair(*start, goal)]);
        Some(Way {
            steps: places.iter().map(|&place| self.candidates.codes[place]).collect(),
            window_millis: within.map_or(FunnelQuery::DEFAULT_WINDOW_MILLIS, |within| window(&within)),
        })
    }

    fn goal(&self) -> Option<usize> {
        let only = |wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
            (0..self.names.len()).filter(|&place| wanted(place)).collect()
        };
        let no_loss = |place: usize| !sounds_like_loss(self.names[place]);
        let paid = only(&|place| self.candidates.paid[place] && no_loss(place));
        let gain = only(&|place| sounds_like_gain(self.names[place]) && no_loss(place));
        let late = only(&|place| self.is_late(place) && no_loss(place));
        let from = [paid, gain, late, only(&|_| true)].into_iter().find(|places| !places.is_empty())?;
        // Of equally rare ones the first by name.
        from.into_iter().min_by_key(|&place| (self.candidates.n_did[place], place))
    }

    /// Whether most other candidates usually come first.
    fn is_late(&self, place: usize) -> bool {
        let others = || (0..self.names.len()).filter(|&other| other != place);
        let earlier = others().filter(|&other| self.leads(other, place)).count();
        let later = others().filter(|&other| self.leads(place, other)).count();
        earlier > later
    }

    /// The events on the way to the goal, in the order in which users usually do them.
    fn leading_to(&self, goal: usize) -> Vec<usize> {
        let way: Vec<usize> =
            (0..self.names.len()).filter(|&place| place != goal && self.leads_to(place, goal)).collect();
        // Fewest leaders first: the number of events on the way that usually come before.
        let leaders = |&place: &usize| way.iter().filter(|&&other| self.leads(other, place)).count();
        let mut ordered = way.clone();
        sort_by_key(&mut ordered, |place| (leaders(place), *place));
        ordered
    }

    fn leads_to(&self, place: usize, goal: usize) -> bool {
        let (n_users, n_did, n_goal) =
            (self.candidates.n_users, self.candidates.n_did[place], self.candidates.n_did[goal]);
        let (both, no_later) = (self.pairs.both[self.pair(place, goal)], self.no_later(place, goal));
        let skipped = n_goal - both;
        let (n_others, others_skipped) = (n_users - n_goal, n_users - n_did - skipped);
        no_later * 2 > n_goal && no_later * 4 >= both * 3 && 2 * skipped * n_others <= others_skipped * n_goal
    }

    /// The event that the most users who reached the goal did no later, if most did.
    fn usual_start(&self, goal: usize) -> Option<usize> {
        let most_did = (0..self.names.len())
            .filter(|&place| place != goal && self.no_later(place, goal) * 2 > self.candidates.n_did[goal]);
        most_did.min_by_key(|&place| (Reverse(self.no_later(place, goal)), place))
    }

    /// Users who did `place` no later than the goal.
    fn no_later(&self, place: usize, goal: usize) -> u64 {
        self.pairs.both[self.pair(place, goal)] - self.pairs.before[self.pair(goal, place)]
    }

    /// Whether users who did both usually did `a` first.
    fn leads(&self, a: usize, b: usize) -> bool {
        self.pairs.before[self.pair(a, b)] > self.pairs.before[self.pair(b, a)]
    }

    /// Leaves out the steps that say least; the first one and the goal stay.
    fn prune(&self, places: &mut Vec<usize>) {
        while places.len() > 2 {
            let passed = |index: usize| {
                let (from, to) = (places[index - 1], places[index]);
                self.pairs.both[self.pair(from, to)] as f64 / self.candidates.n_did[from] as f64
            };
            let by_loss = (1..places.len()).map(|index| (index, passed(index)));
            let most = by_loss.max_by(|a, b| a.1.total_cmp(&b.1).then(Reverse(a.0).cmp(&Reverse(b.0))));
            let Some((index, share)) = most else { return };
            if places.len() <= MAX_STEPS && share < PASSED_BY_ALL {
                return;
            }
            places.remove(index.min(places.len() - 2));
        }
    }

    fn pair(&self, a: usize, b: usize) -> usize {
        a * self.names.len() + b
    }
}

/// The shortest window that holds nine tenths of the times; the longest if none does.
fn window(within: &[u64; WINDOWS.len() + 1]) -> i64 {
    let all: u64 = within.iter().sum();
    if all == 0 {
        return FunnelQuery::DEFAULT_WINDOW_MILLIS;
    }
    let mut held = 0;
    for (window, n) in WINDOWS.iter().zip(within) {
        held += n;
        if held * 10 >= all * 9 {
            return *window;
        }
    }
    WINDOWS[WINDOWS.len() - 1]
}

fn sounds_like_loss(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    LOSSES.iter().any(|part| name.contains(part))
}

/// Whether a word of the name begins like a gain: `new_order`, `OrderPlaced` and `newOrder`, but not `border_changed`.
fn sounds_like_gain(name: &str) -> bool {
    let starts_word = |at: usize| {
        let before = name[..at].chars().next_back();
        let is_upper = name[at..].starts_with(|first: char| first.is_ascii_uppercase());
        before.is_none_or(|before| !before.is_alphabetic() || (before.is_lowercase() && is_upper))
    };
    let lower = name.to_ascii_lowercase();
    GAINS.iter().any(|part| lower.match_indices(part).any(|(at, _)| starts_word(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_begins_a_word_and_a_loss_stands_anywhere() {
        for name in
            ["purchase", "new_order", "OrderPlaced", "newOrder", "PAYMENT", "user paid", "trial:converted"]
        {
            assert!(sounds_like_gain(name), "{name}");
        }
        for name in ["border_changed", "display", "resale", "größe", "visit", ""] {
            assert!(!sounds_like_gain(name), "{name}");
        }
        for name in ["Unsubscribed", "payment_failed", "order_refunded", "checkout_bug"] {
            assert!(sounds_like_loss(name), "{name}");
        }
    }

    #[test]
    fn a_window_holds_nine_tenths() {
        assert_eq!(window(&[9, 1, 0, 0, 0, 0, 0]), WINDOWS[0]);
        assert_eq!(window(&[8, 2, 0, 0, 0, 0, 0]), WINDOWS[1]);
        assert_eq!(window(&[0, 0, 0, 0, 0, 0, 5]), WINDOWS[5]);
        assert_eq!(window(&[0; 7]), FunnelQuery::DEFAULT_WINDOW_MILLIS);
    }
}
