//! One shard's part of a round: every user followed, and added to the tallies of the groups.

mod add;

use std::ops::Range;

use super::Partial;
use super::bins::Bins;
use super::groups::{Group, Split};
use super::hold::Values;
use super::matcher::Matcher;
use super::options::{self, Count, Order};
use super::query::FunnelQuery;
use super::quick::{self, Found, Quick, StepRows};
use super::rules::{Event, Outcome, Rules, Run, Window};
use super::sessions::UserSessions;
use super::sweep::Sweep;
use super::tallies::{AllOutlines, Tallies, Whole};
use super::trend::Follower;

use super::walk::Walker;
use super::window;
use crate::error::QueryError;
use crate::table::{Bitmap, Bucket, Table, UserIdx};
use crate::time::Millis;

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    matcher: Matcher<'t>,
    split: Split<'t>,
    pub(super) rules: Rules,
    /// The values that are held, if any are.
    values_held: Option<Values<'t>>,
    /// Users' sessions, if the query asks for them.
    sessions: Option<UserSessions<'t>>,
    /// The quick ways, where there are any.
    quick: Option<Quick>,
    sweep: Option<Sweep>,
    pub(super) walker: Walker,
    /// Follows users from each period, if the query asks for a trend.
    follower: Option<Follower>,
    /// The chain that the quick ways found.
    pub(super) run: Run,
    pub(super) events: Vec<Event>,
    part: Vec<Event>,
    values: Vec<(Group, u32)>,
    /// Where each session's events lie, and all of the user's events, where sessions are counted.
    places: Vec<Range<usize>>,
    all: Vec<Event>,
    tallies: Tallies,
    /// What is to be found in the second round.
    wanted: Option<AllOutlines>,
    progress: Progress,
}

/// Whether the tallies are to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Counting,
    /// The round before has made them.
    Counted,
}

/// How far a user came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) struct Level {
    /// The last step that the counted chain fills, from 0.
    pub(in crate::analysis) step: usize,
    /// Whether the user has not converted and may still do so.
    pub(in crate::analysis) window: Window,
}

/// How far a user has been followed.
pub(super) enum Followed<'q> {
    /// By the quick way. The chain is in [`Prepared::run`].
    Quickly(Window, &'q mut Quick),
    /// Event by event; the same.
    Swept(Window),
    /// Not yet: the user's events are in [`Prepared::events`].
    NotYet,
}

impl<'t> Prepared<'t> {
    /// Prepares the first round for a query that has been checked.
    ///
    /// # Errors
    /// As [`FunnelQuery::check`].
    pub(super) fn new(query: &FunnelQuery, table: &'t Table) -> Result<Self, QueryError> {
        let to = query.scope.to.unwrap_or(Millis(i64::MAX));
        let end = match query.range {
            options::Range::Entry => table.schema.end(),
            options::Range::AllEvents => table.schema.end().min(to),
        };
        let (matcher, split) = (Matcher::new(query, table)?, Split::new(query, table)?);
        let periods = Bins::new(query, table)?;
        let is_plain = periods.is_none() && split.is_of_users() && quick::is_plain(query, &matcher);
        let rules = Rules::new(query, window::Window::new(query, table)?, to, end);
        Ok(Self {
            table,
            follower: periods.map(|periods| Follower::new(periods, rules.clone())),
            rules,
            quick: is_plain.then(|| Quick::new(query.steps.len(), &matcher)),
            sweep: is_plain.then(|| Sweep::new(table.schema.start())),
            walker: Walker::new(query.steps.len()),
            run: Run::EMPTY,
            events: Vec::new(),
            part: Vec::new(),
            values: Vec::new(),
            places: Vec::new(),
            all: Vec::new(),
            values_held: Values::new(query, table)?,
            sessions: UserSessions::new(query, table)?,
            tallies: Tallies::new(if split.is_by_user() { Whole::InGroups } else { Whole::Apart }),
            wanted: None,
            progress: Progress::Counting,
            matcher,
            split,
        })
    }

    /// Prepares another round: one that looks for what is wanted, with the tallies that the round before has made.
    pub(super) fn resume(mut self, wanted: Option<AllOutlines>, kept: Option<Tallies>) -> Self {
        if let Some(tallies) = kept {
            (self.tallies, self.progress) = (tallies, Progress::Counted);
        }
        self.wanted = wanted;
        self
    }

    /// Adds a bucket's users to the tallies, unless they are there already.
    pub(super) fn scan(&mut self, query: &FunnelQuery, bucket: Bucket<'_>) {
        if self.progress == Progress::Counted {
            return;
        }
        self.each_user(bucket, |prepared, user, followed| match followed {
            Followed::Quickly(window, quick) => {
                let rows = if prepared.split.is_by_user() { quick.step_rows() } else { StepRows::NONE };
                prepared.add_run(user, window, rows);
            }
            Followed::Swept(window) => {
                let events = std::mem::take(&mut prepared.events);
                prepared.add_run(user, window, step_rows(&events));
                prepared.events = events;
            }
            Followed::NotYet => prepared.add_user(query, user),
        });
    }

    /// What the round looked for; the tallies may be kept for the next one.
    pub(super) fn finish(self, partial: &mut Partial) -> Tallies {
        match self.wanted {
            None => {
                partial.sums = self.tallies.sums();
                partial.sums.trends = self.follower.map(|follower| follower.trends).unwrap_or_default();
            }
            Some(wanted) => partial.found = self.tallies.pick(&wanted),
        }
        self.tallies
    }

    /// Calls `visit` with how far each user of the bucket came who entered and was not removed, whatever the breakdown, and
    /// with the user's rows that match a step. For analyses that divide one funnel by several properties at once.
    pub(in crate::analysis) fn each_level(
        &mut self,
        bucket: Bucket<'_>,
        mut visit: impl FnMut(Level, &[u32]),
    ) {
        let mut rows = Vec::new();
        self.each_user(bucket, |prepared, _, followed| {
            rows.clear();
            let (window, n_filled) = match followed {
                Followed::Quickly(window, quick) => {
                    rows.extend(quick.step_rows());
                    (window, prepared.run.times().len())
                }
                Followed::Swept(window) => {
                    rows.extend(step_rows(&prepared.events));
                    (window, prepared.run.times().len())
                }
                Followed::NotYet => {
                    let outcome = prepared.walker.follow(&prepared.rules, &prepared.events);
                    let (Outcome::Entered(window), Some(step)) = (outcome, prepared.walker.counted().last())
                    else {
                        return;
                    };
                    rows.extend(step_rows(&prepared.events));
                    (window, step + 1)
                }
            };
            visit(Level { step: n_filled - 1, window }, &rows);
        });
    }

    /// Calls `visit` with each user of the bucket who may have entered.
    pub(super) fn each_user(
        &mut self,
        bucket: Bucket<'_>,
        mut visit: impl FnMut(&mut Self, UserIdx, Followed<'_>),
    ) {
        let Some(mut quick) = self.quick.take() else {
            bucket.users().for_each(|user| self.each_walked(user, &mut visit));
            return;
        };
        quick.enter(bucket);
        for user in bucket.users() {
            match quick.follow(user, &self.rules, &self.matcher, &mut self.run) {
                Found::Absent => {}
                Found::Entered(window) => visit(self, user, Followed::Quickly(window, &mut quick)),
                Found::Unclear => self.each_walked(user, &mut visit),
            }
        }
        self.quick = Some(quick);
    }

    fn each_walked(&mut self, user: UserIdx, visit: &mut impl FnMut(&mut Self, UserIdx, Followed<'_>)) {
        self.matcher.collect(user, &mut self.events);
        let any = if self.rules.order == Order::Unordered { !0 } else { 1 };
        if !self.events.iter().any(|event| event.steps & any != 0) {
            return;
        }
        if let Some(values) = &mut self.values_held {
            values.mark(&mut self.events);
        }
        if self.sessions.is_some() {
            return self.each_session(user, any, visit);
        }
        let sweep = self.sweep.as_mut();
        let swept = sweep.and_then(|sweep| sweep.follow(&self.rules, &self.events, &mut self.run));
        visit(self, user, swept.map_or(Followed::NotYet, Followed::Swept));
    }

    /// The same for a user whose sessions matter: as limits of chains, or as units, each of which must match `any` step.
    fn each_session(
        &mut self,
        user: UserIdx,
        any: u32,
        visit: &mut impl FnMut(&mut Self, UserIdx, Followed<'_>),
    ) {
        let Some(sessions) = &mut self.sessions else { return };
        let of_trend = self.follower.as_mut().map(|follower| &mut follower.rules);
        sessions.enter(user, [&mut self.rules].into_iter().chain(of_trend));
        if self.rules.count != Count::Sessions {
            visit(self, user, Followed::NotYet);
            return;
        }
        sessions.split(&mut self.events, &mut self.places);
        let (all, places) = (std::mem::take(&mut self.events), std::mem::take(&mut self.places));
        self.events = std::mem::take(&mut self.all);
        for place in &places {
            self.events.clear();
            self.events.extend_from_slice(&all[place.clone()]);
            if self.events.iter().any(|event| event.steps & any != 0) {
                visit(self, user, Followed::NotYet);
            }
        }
        self.all = std::mem::replace(&mut self.events, all);
        self.places = places;
    }

    /// Adds a user whose chain is in [`Prepared::run`] and who did the steps in these rows.
    fn add_run(&mut self, user: UserIdx, window: Window, step_rows: impl DoubleEndedIterator<Item = u32>) {
        let (n_steps, times) = (self.rules.n_steps, self.run.times());
        if let Split::BySegments(segments) = &self.split {
            for group in segments_of(segments, user) {
                self.tallies.of(&group).add_run(n_steps, window, times);
            }
        }
        let tally = if self.split.is_by_user() {
            self.tallies.of(&self.split.group_of(self.table, user, step_rows))
        } else {
            self.tallies.overall()
        };
        tally.add_run(n_steps, window, times);
    }
}

/// The rows of events that match a step.
fn step_rows(events: &[Event]) -> impl DoubleEndedIterator<Item = u32> + '_ {
    events.iter().filter(|event| event.steps != 0).map(|event| event.row)
}

/// The segments that hold a user.
fn segments_of(segments: &[Bitmap], user: UserIdx) -> impl Iterator<Item = Group> + '_ {
    let holds = move |(_, members): &(u32, &Bitmap)| members.contains(user.0 as usize);
    (0_u32..).zip(segments).filter(holds).map(|(index, _)| Group::Segment(index))
}
