//! Which groups a user's units are added to, and the parts of the user's events that make them.

use super::super::groups::{self, Group, Split};
use super::super::options::Order;
use super::super::query::FunnelQuery;
use super::super::rules::{Event, Outcome};
use super::super::unordered;
use super::{Prepared, segments_of, step_rows};
use crate::table::{Column, UserIdx};

/// Which of a user's events are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Events {
    /// All that mean something.
    All,
    /// Those of a group.
    Part,
}

impl<'t> Prepared<'t> {
    /// Adds the units of the user in [`Prepared::events`] to the groups that they belong to.
    pub(super) fn add_user(&mut self, query: &FunnelQuery, user: UserIdx) {
        if self.split.is_by_user() {
            let group = self.split.group_of(self.table, user, step_rows(&self.events));
            self.add_units(query, Events::All, &group);
            self.follow_trend(Events::All, [None, Some(&group)].into_iter());
            return;
        }
        let mut groups = Vec::new();
        if let Split::BySegments(segments) = &self.split {
            groups.extend(segments_of(segments, user));
        }
        let tallies = &mut self.tallies;
        self.walker.each_unit(&self.rules, &self.events, |outcome, chain| {
            tallies.overall().add(query, outcome, chain);
            groups.iter().for_each(|group| tallies.of(group).add(query, outcome, chain));
        });
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

    /// Adds the units of these events to a group, unless there is nothing to add.
    fn add_units(&mut self, query: &FunnelQuery, events: Events, group: &Group) {
        let events = match events {
            Events::All => &self.events,
            Events::Part => &self.part,
        };
        let tallies = &mut self.tallies;
        self.walker.each_unit(&self.rules, events, |outcome, chain| {
            if outcome != Outcome::Absent {
                tallies.of(group).add(query, outcome, chain);
            }
        });
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
            self.add_units(query, Events::Part, &same[0].0);
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
            self.add_units(query, Events::Part, &same[0].0);
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
            self.add_units(query, Events::Part, &same[0].0);
            self.follow_trend(Events::Part, [Some(&same[0].0)].into_iter());
        }
        self.values = values;
    }
}
