//! What one shard finds, and how shards' findings are joined.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::PathCount;
use super::channels::Key;
use super::models::Touch;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::smallest::Smallest;
use crate::kernel::sums::PerBucket;
use crate::time::Millis;

/// What a scan finds; in the first round, touches by channel only.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    pub(super) n_touches: BTreeMap<Key, u64>,
    pub(super) n_conversions: u64,
    pub(super) n_users: u64,
    pub(super) value: ExactSum,
    pub(super) n_unattributed: u64,
    pub(super) unattributed: ExactSum,
    pub(super) n_lost: u64,
    /// By channel.
    pub(super) tallies: Vec<Tally>,
    /// By bucket, for each channel and model what it gets: conversions and value.
    pub(super) credits: PerBucket<Vec<[f64; 2]>>,
    /// What follows what, as a chain's cells.
    pub(super) cells: Vec<(u32, u64)>,
    pub(super) paths: BTreeMap<Vec<u8>, PathTally>,
    pub(super) lengths: BTreeMap<u64, u64>,
    /// None before the first.
    pub(super) listed: Option<Smallest<Listed>>,
}

/// What is counted of a channel.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) n_credited: u64,
    pub(super) n_conversions: u64,
    pub(super) n_first: u64,
    pub(super) n_last: u64,
    pub(super) n_assisted: u64,
    pub(super) millis: u128,
}

/// What is counted of a path.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct PathTally {
    pub(super) n_conversions: u64,
    pub(super) n_lost: u64,
    pub(super) value: ExactSum,
}

/// A conversion that may be listed: its instant, its user and its touches.
pub(super) type Listed = (Millis, String, Vec<(u8, u64, u64)>);

impl Partial {
    /// The tally of a path, of which the last touches count.
    pub(super) fn path(&mut self, channels: &[u8]) -> &mut PathTally {
        let channels = &channels[channels.len().saturating_sub(PathCount::MAX_TOUCHES)..];
        // A path that is known needs no memory of its own.
        if !self.paths.contains_key(channels) {
            self.paths.insert(channels.to_vec(), PathTally::default());
        }
        match self.paths.get_mut(channels) {
            Some(tally) => tally,
            None => unreachable!("it has been inserted"),
        }
    }

    /// Counts the channels of a conversion's touches.
    pub(super) fn tally(&mut self, touches: &[Touch]) {
        let mut seen = 0_u64;
        for touch in touches {
            let tally = &mut self.tallies[usize::from(touch.channel)];
            tally.n_credited += 1;
            tally.millis += u128::from(touch.millis);
            tally.n_conversions += u64::from(seen & (1 << touch.channel) == 0);
            seen |= 1 << touch.channel;
        }
        let last = touches.last().map_or(0, |touch| 1 << touch.channel);
        for (channel, tally) in self.tallies.iter_mut().enumerate() {
            tally.n_assisted += (seen & !last) >> channel & 1;
        }
        if let [first, ..] = touches {
            self.tallies[usize::from(first.channel)].n_first += 1;
        }
        if let [.., last] = touches {
            self.tallies[usize::from(last.channel)].n_last += 1;
        }
    }

    /// Lists a conversion, if it is among the earliest.
    pub(super) fn list(&mut self, limit: u32, conversion: Listed) {
        self.listed.get_or_insert_with(|| Smallest::new(limit)).push(conversion);
    }

    /// Adds another shard's users.
    pub(super) fn merge(&mut self, other: Self) {
        other.n_touches.into_iter().for_each(|(key, n)| *self.n_touches.entry(key).or_default() += n);
        self.n_conversions += other.n_conversions;
        self.n_users += other.n_users;
        self.value.merge(&other.value);
        self.n_unattributed += other.n_unattributed;
        self.unattributed.merge(&other.unattributed);
        self.n_lost += other.n_lost;
        self.tallies.resize_with(self.tallies.len().max(other.tallies.len()), Tally::default);
        for (mine, more) in self.tallies.iter_mut().zip(other.tallies) {
            mine.n_credited += more.n_credited;
            mine.n_conversions += more.n_conversions;
            mine.n_first += more.n_first;
            mine.n_last += more.n_last;
            mine.n_assisted += more.n_assisted;
            mine.millis += more.millis;
        }
        self.credits = std::mem::take(&mut self.credits).merged(other.credits);
        self.cells.extend(other.cells);
        for (path, tally) in other.paths {
            let own = self.paths.entry(path).or_default();
            own.n_conversions += tally.n_conversions;
            own.n_lost += tally.n_lost;
            own.value.merge(&tally.value);
        }
        other.lengths.into_iter().for_each(|(length, n)| *self.lengths.entry(length).or_default() += n);
        match (&mut self.listed, other.listed) {
            (Some(mine), Some(more)) => mine.merge(more),
            (mine, more) => *mine = mine.take().or(more),
        }
    }
}
