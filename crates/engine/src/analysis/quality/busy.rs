//! Users who do more than a person can.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{BusyUser, BusyUsers, QualityQuery};
use crate::kernel::calendar::Day;
use crate::kernel::order::sort_by;
use crate::time::Millis;

const MINUTE: i64 = 60 * Millis::SECOND;
const HOUR: i64 = 60 * MINUTE;

/// How much one user does, from the user's times in order.
#[derive(Debug, Default)]
pub(super) struct Rates {
    /// The times so far, and the first of them within the minute that ends with the last.
    times: Vec<Millis>,
    start: usize,
    per_minute: u64,
    day: Option<i32>,
    /// Events of the day at hand, and its hours that have some, as bits.
    today: u64,
    hours_today: u32,
    per_day: u64,
    hours: u32,
}

impl Rates {
    pub(super) fn clear(&mut self) {
        let times = std::mem::take(&mut self.times);
        *self = Self { times, ..Self::default() };
        self.times.clear();
    }

    /// Adds the next time with its day. Amortized O(1).
    pub(super) fn add(&mut self, time: Millis, day: Day) {
        self.times.push(time);
        while time.since(self.times[self.start]) >= MINUTE {
            self.start += 1;
        }
        self.per_minute = self.per_minute.max((self.times.len() - self.start) as u64);
        if self.day != Some(day.number) {
            self.day = Some(day.number);
            (self.today, self.hours_today) = (0, 0);
        }
        self.today += 1;
        // A day has up to 25 hours; the days at the ends of the calendar have no first instant to count from.
        self.hours_today |= 1 << (time.since(day.start) / HOUR).clamp(0, 31);
        self.per_day = self.per_day.max(self.today);
        self.hours = self.hours.max(self.hours_today.count_ones());
    }

    pub(super) fn are_beyond(&self, query: &QualityQuery) -> bool {
        self.per_minute > query.most_per_minute
            || self.per_day > query.most_per_day
            || self.hours > query.most_hours
    }

    pub(super) fn of(&self, user: &str, n_events: u64) -> BusyUser {
        let Self { per_minute, per_day, hours, .. } = *self;
        BusyUser { user: user.to_owned(), n_events, per_minute, per_day, hours }
    }
}

/// The users found on a shard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Busy(BusyUsers);

impl Busy {
    pub(super) fn add(&mut self, user: BusyUser) {
        self.0.n_users += 1;
        self.0.n_events += user.n_events;
        self.0.users.push(user);
        if self.0.users.len() >= 2 * QualityQuery::MOST_LISTED {
            self.keep_most();
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.0.n_users += other.0.n_users;
        self.0.n_events += other.0.n_events;
        self.0.users.extend(other.0.users);
        self.keep_most();
    }

    pub(super) fn finish(mut self) -> BusyUsers {
        self.keep_most();
        self.0
    }

    fn keep_most(&mut self) {
        sort_by(&mut self.0.users, |a, b| {
            (Reverse(a.n_events), &a.user).cmp(&(Reverse(b.n_events), &b.user))
        });
        self.0.users.truncate(QualityQuery::MOST_LISTED);
    }
}
