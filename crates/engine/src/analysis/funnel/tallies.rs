//! The tallies of all groups of one shard, and what the shards ask each other about them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::groups::Group;
use super::tally::{Outline, Sums, Tally};
use super::trend::Trends;

/// Stands for a code whose group has no tally yet.
const NONE: u32 = u32::MAX;

/// One shard's users by group.
#[derive(Debug)]
pub struct Tallies {
    whole: Whole,
    /// Nobody, if the groups together are all users.
    overall: Tally,
    groups: Vec<(Group, Tally)>,
    /// The groups' places; those of codes stand in a table of their own, since they are looked up most.
    places: BTreeMap<Group, u32>,
    by_code: Vec<u32>,
}

/// Where all users together stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// In a tally of their own.
    Apart,
    /// In the groups' tallies, since every user is in one of them.
    InGroups,
}

/// What the shards exchange first. The default has seen nobody.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct AllSums {
    pub(super) overall: Sums,
    pub(super) groups: BTreeMap<Group, Sums>,
    pub(super) trends: Trends,
}

/// What stands in the answer, but for the lengths of time that are still to be found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AllOutlines {
    pub(super) overall: Outline,
    pub(super) groups: Vec<(Member, Outline)>,
    pub(super) trends: Trends,
}

/// What makes a group of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Member {
    One(Group),
    /// All groups that are not named.
    Others,
}

impl Tallies {
    /// Nobody yet.
    pub(super) fn new(whole: Whole) -> Self {
        Self {
            whole,
            overall: Tally::default(),
            groups: Vec::new(),
            places: BTreeMap::new(),
            by_code: Vec::new(),
        }
    }

    /// The tally of all users.
    pub(super) fn overall(&mut self) -> &mut Tally {
        &mut self.overall
    }

    /// The tally of a group.
    #[inline]
    pub(super) fn of(&mut self, group: &Group) -> &mut Tally {
        let place = match group {
            Group::Text(code) => self.place_of_code(*code),
            _ => match self.places.get(group) {
                Some(&place) => place,
                None => self.add(group),
            },
        };
        &mut self.groups[place as usize].1
    }

    fn place_of_code(&mut self, code: u32) -> u32 {
        let at = code as usize;
        if at >= self.by_code.len() {
            self.by_code.resize(at + 1, NONE);
        }
        if self.by_code[at] == NONE {
            self.by_code[at] = self.add(&Group::Text(code));
        }
        self.by_code[at]
    }

    #[cold]
    fn add(&mut self, group: &Group) -> u32 {
        let place = self.groups.len() as u32;
        self.groups.push((group.clone(), Tally::default()));
        self.places.insert(group.clone(), place);
        place
    }

    /// What the shards exchange first.
    pub(super) fn sums(&self) -> AllSums {
        let groups = self.groups.iter().map(|(group, tally)| (group.clone(), tally.sums()));
        let mut sums =
            AllSums { overall: self.overall.sums(), groups: groups.collect(), trends: Trends::default() };
        if self.whole == Whole::InGroups {
            sums.groups.values().for_each(|group| sums.overall.merge(group));
        }
        sums
    }

    /// The lengths that the outlines want: one list after the other, those of `overall` first.
    pub(super) fn pick(&self, wanted: &AllOutlines) -> Vec<Vec<u64>> {
        let mut found = vec![Vec::new(); wanted.n_lists()];
        let (of_overall, mut rest) = found.split_at_mut(wanted.overall.n_lists());
        self.overall.pick(&wanted.overall, of_overall);
        if self.whole == Whole::InGroups {
            self.groups.iter().for_each(|(_, tally)| tally.pick(&wanted.overall, of_overall));
        }
        let named: BTreeSet<&Group> = wanted.groups.iter().filter_map(|(member, _)| member.group()).collect();
        for (member, outline) in &wanted.groups {
            let of_member;
            (of_member, rest) = rest.split_at_mut(outline.n_lists());
            match member {
                Member::One(group) => {
                    if let Some(&place) = self.places.get(group) {
                        self.groups[place as usize].1.pick(outline, of_member);
                    }
                }
                Member::Others => {
                    let others = self.groups.iter().filter(|(group, _)| !named.contains(group));
                    others.for_each(|(_, tally)| tally.pick(outline, of_member));
                }
            }
        }
        found
    }
}

impl AllSums {
    /// Adds another shard's users.
    pub(super) fn merge(&mut self, other: Self) {
        self.overall.merge(&other.overall);
        for (group, sums) in other.groups {
            self.groups.entry(group).or_default().merge(&sums);
        }
        self.trends.merge(other.trends);
    }
}

impl AllOutlines {
    /// How many lists of lengths there are.
    pub(super) fn n_lists(&self) -> usize {
        self.overall.n_lists() + self.groups.iter().map(|(_, outline)| outline.n_lists()).sum::<usize>()
    }

    /// Whether no length is to be found any more.
    pub(super) fn is_complete(&self) -> bool {
        self.overall.is_complete() && self.groups.iter().all(|(_, outline)| outline.is_complete())
    }
}

impl Member {
    /// The group; none for the others.
    pub(super) fn group(&self) -> Option<&Group> {
        match self {
            Self::One(group) => Some(group),
            Self::Others => None,
        }
    }
}
