//! One shard's part of a round: every user followed, and added to the tallies of the groups.

use super::Partial;
use super::groups::{self, Group, Split};
use super::matcher::Matcher;
use super::query::{FunnelQuery, Order, Range};
use super::quick::{self, Found, Quick, StepRows};
use super::rules::{Event, Outcome, Rules, Run, Window};
use super::sweep::Sweep;
use super::tallies::{AllOutlines, Tallies, Whole};
use super::trend::{self, Follower};
use super::unordered;
use super::walk::Walker;
use crate::error::QueryError;
use crate::table::{Bitmap, Bucket, Column, Table, UserIdx};
use crate::time::Millis;

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    matcher: Matcher<'t>,
    split: Split<'t>,
    pub(super) rules: Rules,
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

/// Which of a user's events are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Events {
    /// All that mean something.
    All,
    /// Those of a group.
    Part,
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
            Range::Entry => table.schema.end(),
            Range::AllEvents => table.schema.end().min(to),
        };
        let (matcher, split) = (Matcher::new(query, table)?, Split::new(query, table)?);
        let periods = trend::periods(query, table)?;
        let is_plain = periods.is_none() && split.is_of_users() && quick::is_plain(query, &matcher);
        let rules = Rules::new(query, to, end);
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
        let sweep = self.sweep.as_mut();
        let swept = sweep.and_then(|sweep| sweep.follow(&self.rules, &self.events, &mut self.run));
        visit(self, user, swept.map_or(Followed::NotYet, Followed::Swept));
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

    fn add_user(&mut self, query: &FunnelQuery, user: UserIdx) {
        let outcome = self.walker.follow(&self.rules, &self.events);
        if self.split.is_by_user() {
            let group = self.split.group_of(self.table, user, step_rows(&self.events));
            self.add(query, &group, outcome);
            self.follow_trend(Events::All, [None, Some(&group)].into_iter());
            return;
        }
        self.tallies.overall().add(query, outcome, self.walker.counted());
        let mut groups = Vec::new();
        if let Split::BySegments(segments) = &self.split {
            groups.extend(segments_of(segments, user));
        }
        for group in &groups {
            self.tallies.of(group).add(query, outcome, self.walker.counted());
        }
        // From here on the walker's chain is another one.
        self.follow_trend(Events::All, [None].into_iter().chain(groups.iter().map(Some)));
        match self.split {
            Split::None | Split::ByUser(..) | Split::ByFirst(_) | Split::ByLast(_) | Split::BySegments(_) => {
            }
            Split::ByEach(column) => {
                self.list_values(user, column, |_| true);
                self.add_each_value(query);
            }
            Split::ByStep(column, 0) if self.rules.order == Order::Unordered => {
                self.list_values(user, column, |event| event.steps != 0);
                self.add_starting_values(query);
            }
            Split::ByStep(column, step) => {
                self.list_values(user, column, |event| event.steps >> step & 1 == 1);
                self.add_step_values(query, step);
            }
        }
    }

    /// Adds the user whom the walker has just followed to a group, unless there is nothing to add.
    fn add(&mut self, query: &FunnelQuery, group: &Group, outcome: Outcome) {
        if outcome != Outcome::Absent {
            self.tallies.of(group).add(query, outcome, self.walker.counted());
        }
    }

    /// Adds the chains of each period to these groups' trends, if there are any; none stands for everybody.
    fn follow_trend<'g>(&mut self, events: Events, groups: impl Iterator<Item = Option<&'g Group>>) {
        let events = match events {
            Events::All => &self.events,
            Events::Part => &self.part,
        };
        if let Some(follower) = &mut self.follower {
            follower.follow(&mut self.walker, events);
            groups.for_each(|group| follower.count(group));
        }
    }

    /// Lists the values of the events that `counts`, each with its events' places, in order.
    fn list_values(&mut self, user: UserIdx, column: &'t Column, counts: impl Fn(&Event) -> bool) {
        self.values.clear();
        let counted = (0_u32..).zip(&self.events).filter(|(_, event)| counts(event));
        self.values.extend(
            counted.map(|(place, event)| (groups::value(self.table, column, event.row, user), place)),
        );
        self.values.sort();
    }

    /// For each value a funnel of the events that carry it.
    fn add_each_value(&mut self, query: &FunnelQuery) {
        let values = std::mem::take(&mut self.values);
        for same in values.chunk_by(|a, b| a.0 == b.0) {
            self.part.clear();
            self.part.extend(same.iter().map(|&(_, place)| self.events[place as usize]));
            let outcome = self.walker.follow(&self.rules, &self.part);
            self.add(query, &same[0].0, outcome);
            self.follow_trend(Events::Part, [Some(&same[0].0)].into_iter());
        }
        self.values = values;
    }

    /// For each value a funnel in any order that only the events that carry it may begin.
    fn add_starting_values(&mut self, query: &FunnelQuery) {
        let values = std::mem::take(&mut self.values);
        for same in values.chunk_by(|a, b| a.0 == b.0) {
            let starts = same.iter().map(|&(_, place)| place);
            unordered::keep_begun(&self.rules, &self.events, starts, &mut self.part);
            let outcome = self.walker.follow(&self.rules, &self.part);
            self.add(query, &same[0].0, outcome);
            self.follow_trend(Events::Part, [Some(&same[0].0)].into_iter());
        }
        self.values = values;
    }

    /// For each value a funnel where only the events that carry it fill the step.
    fn add_step_values(&mut self, query: &FunnelQuery, step: u32) {
        let values = std::mem::take(&mut self.values);
        for same in values.chunk_by(|a, b| a.0 == b.0) {
            self.part.clone_from(&self.events);
            for event in &mut self.part {
                event.steps &= !(1 << step);
            }
            for &(_, place) in same {
                self.part[place as usize].steps |= 1 << step;
            }
            self.matcher.keep_meaningful(&mut self.part);
            let outcome = self.walker.follow(&self.rules, &self.part);
            self.add(query, &same[0].0, outcome);
            self.follow_trend(Events::Part, [Some(&same[0].0)].into_iter());
        }
        self.values = values;
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
