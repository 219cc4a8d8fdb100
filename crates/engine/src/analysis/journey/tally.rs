//! Counts runs by node, edge and path.

use std::collections::BTreeMap;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use super::query::{JourneyItem, JourneyPlace, JourneyQuery, MAX_GROUPS};
use super::runs::{Found, MIDDLE, Node, Rest, Run};
use crate::kernel::items::Items;
use crate::kernel::mixed::MixedMap;
use crate::kernel::smallest::Smallest;
use crate::time::Millis;

/// An item as it is counted: [`OTHER`], [`CUT_OUT`], or an item that is told apart, from [`FIRST`] on.
pub(super) type Code = u16;
pub(super) const OTHER: Code = 0;
pub(super) const CUT_OUT: Code = 1;
pub(super) const FIRST: Code = 2;

/// How many users of a place are listed.
const MAX_USERS: u32 = 10_000;

/// Runs and users of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Count {
    pub(super) n_runs: u64,
    pub(super) n_users: u64,
    pub(super) group_runs: [u64; MAX_GROUPS],
    /// The user counted last, and one; users come one after the other.
    #[serde(skip)]
    last_user: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NodeCount {
    pub(super) runs: Count,
    pub(super) n_started: u64,
    pub(super) n_ended: u64,
    pub(super) n_cut: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EdgeCount {
    pub(super) runs: Count,
    pub(super) sum_millis: u128,
}

/// A run for the list: user, which of the user's it is, first instant, rows, items.
pub(super) type ListedRun = (String, u32, Millis, u64, Vec<Code>);

/// What one shard, or all of them, have counted. Nodes are (step, item), edges (step, from, to).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Sums {
    pub(super) all: Count,
    pub(super) group_users: [u64; MAX_GROUPS],
    pub(super) n_without: u64,
    pub(super) nodes: BTreeMap<(u32, Code), NodeCount>,
    pub(super) edges: BTreeMap<(u32, Code, Code), EdgeCount>,
    pub(super) paths: BTreeMap<Vec<Code>, Count>,
    pub(super) runs: Smallest<ListedRun>,
    pub(super) n_users: u64,
    pub(super) users: Smallest<String>,
}

/// Counts the runs of one shard.
#[derive(Debug)]
pub(super) struct Tally {
    /// For each item its code.
    codes: Vec<Code>,
    place: Option<Place>,
    all: Count,
    group_users: [u64; MAX_GROUPS],
    n_without: u64,
    nodes: MixedMap<(u32, Code), NodeCount>,
    edges: MixedMap<(u32, Code, Code), EdgeCount>,
    paths: MixedMap<Box<[Code]>, Count>,
    path: Vec<Code>,
    run_limit: u32,
    runs: Smallest<ListedRun>,
    listed: Count,
    users: Smallest<String>,
}

/// A [`JourneyPlace`] in codes; a part that no item has is none.
#[derive(Clone, Debug)]
enum Place {
    Node(usize, Option<Code>),
    Edge(usize, Option<Code>, Option<Code>),
    End(Option<Code>),
    Path(Option<Vec<Code>>),
}

impl Count {
    fn add(&mut self, run: &Found<'_>) -> bool {
        self.n_runs += 1;
        let mut groups = run.groups;
        while groups != 0 {
            self.group_runs[groups.trailing_zeros() as usize] += 1;
            groups &= groups - 1;
        }
        let is_new = self.last_user != run.user.0 + 1;
        self.n_users += u64::from(is_new);
        self.last_user = run.user.0 + 1;
        is_new
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.n_runs += other.n_runs;
        self.n_users += other.n_users;
        self.group_runs.iter_mut().zip(other.group_runs).for_each(|(mine, other)| *mine += other);
    }
}

impl NodeCount {
    pub(super) fn merge(&mut self, other: &Self) {
        self.runs.merge(&other.runs);
        self.n_started += other.n_started;
        self.n_ended += other.n_ended;
        self.n_cut += other.n_cut;
    }
}

impl EdgeCount {
    pub(super) fn merge(&mut self, other: &Self) {
        self.runs.merge(&other.runs);
        self.sum_millis += other.sum_millis;
    }
}

impl Sums {
    pub(super) fn merge(&mut self, other: Self) {
        self.all.merge(&other.all);
        self.group_users.iter_mut().zip(other.group_users).for_each(|(mine, other)| *mine += other);
        self.n_without += other.n_without;
        self.n_users += other.n_users;
        other.nodes.iter().for_each(|(key, count)| self.nodes.entry(*key).or_default().merge(count));
        other.edges.iter().for_each(|(key, count)| self.edges.entry(*key).or_default().merge(count));
        other.paths.into_iter().for_each(|(key, count)| self.paths.entry(key).or_default().merge(&count));
        self.runs.merge(other.runs);
        self.users.merge(other.users);
    }
}

impl Tally {
    /// Nothing counted yet; `kept` are the items that are told apart.
    pub(super) fn new(query: &JourneyQuery, items: &Items<'_>, kept: &[u32]) -> Self {
        let mut codes = vec![OTHER; items.len()];
        for (code, &item) in (FIRST..).zip(kept) {
            if let Some(place) = codes.get_mut(item as usize) {
                *place = code;
            }
        }
        let code = |item: &JourneyItem| match item {
            JourneyItem::Item { name } => items.find(name).map(|item| codes[item as usize]),
            JourneyItem::Middle => Some(CUT_OUT),
            JourneyItem::Other => Some(OTHER),
        };
        // Steps that no run has are as good as the last one there can be.
        let at = |step: &u32| (*step as usize).wrapping_sub(1);
        let place = query.users_of.as_ref().map(|place| match place {
            JourneyPlace::Node { step, item } => Place::Node(at(step), code(item)),
            JourneyPlace::Edge { step, from, to } => Place::Edge(at(step), code(from), code(to)),
            JourneyPlace::End { item } => Place::End(code(item)),
            JourneyPlace::Path { items } => Place::Path(items.iter().map(code).collect()),
        });
        Self {
            codes,
            place,
            all: Count::default(),
            group_users: [0; MAX_GROUPS],
            n_without: 0,
            nodes: MixedMap::default(),
            edges: MixedMap::default(),
            paths: MixedMap::default(),
            path: Vec::new(),
            run_limit: query.run_limit,
            runs: Smallest::new(query.run_limit),
            listed: Count::default(),
            users: Smallest::new(MAX_USERS),
        }
    }

    /// Counts a run. O(nodes).
    pub(super) fn add(&mut self, run: Run<'_>) {
        let Run::Found(run) = run else {
            self.n_without += 1;
            return;
        };
        if self.all.add(&run) {
            self.group_users.iter_mut().enumerate().for_each(|(at, n)| *n += u64::from(run.groups >> at & 1));
        }
        self.path.clear();
        self.path.extend(run.nodes.iter().map(|node| match node.item {
            MIDDLE => CUT_OUT,
            item => self.codes[item as usize],
        }));
        self.add_nodes(&run);
        match self.paths.get_mut(self.path.as_slice()) {
            Some(count) => count.add(&run),
            None => self.paths.entry(self.path.as_slice().into()).or_default().add(&run),
        };
        if self.run_limit > 0 {
            self.runs.push((run.id.to_owned(), run.index, run.start, run.n_rows, self.path.clone()));
        }
        if self.is_there(run.first_step) && self.listed.add(&run) {
            self.users.push(run.id.to_owned());
        }
    }

    fn add_nodes(&mut self, run: &Found<'_>) {
        let last = run.nodes.len() - 1;
        for (at, &code) in self.path.iter().enumerate() {
            let step = (run.first_step + at) as u32;
            let node = self.nodes.entry((step, code)).or_default();
            node.runs.add(run);
            node.n_started += u64::from(at == 0);
            if at == last {
                match run.rest {
                    Rest::Over => node.n_ended += 1,
                    Rest::CutOff => node.n_cut += 1,
                }
                continue;
            }
            let edge = self.edges.entry((step, code, self.path[at + 1])).or_default();
            edge.runs.add(run);
            edge.sum_millis += millis_between(&run.nodes[at], &run.nodes[at + 1]);
        }
    }

    /// Whether the present path passes the place whose users are asked for.
    fn is_there(&self, first_step: usize) -> bool {
        let code_at = |step: usize| step.checked_sub(first_step).and_then(|at| self.path.get(at)).copied();
        match &self.place {
            None => false,
            Some(Place::Node(step, item)) => item.is_some() && code_at(*step) == *item,
            Some(Place::Edge(step, from, to)) => {
                from.is_some()
                    && to.is_some()
                    && code_at(*step) == *from
                    && code_at(step.wrapping_add(1)) == *to
            }
            Some(Place::End(item)) => item.is_some() && self.path.last().copied() == *item,
            Some(Place::Path(items)) => items.as_deref() == Some(&self.path),
        }
    }

    pub(super) fn finish(self) -> Sums {
        Sums {
            all: self.all,
            group_users: self.group_users,
            n_without: self.n_without,
            nodes: sorted(self.nodes),
            edges: sorted(self.edges),
            paths: self.paths.into_iter().map(|(path, count)| (path.into_vec(), count)).collect(),
            runs: self.runs,
            n_users: self.listed.n_users,
            users: self.users,
        }
    }
}

fn sorted<K: Ord + Hash, V>(map: MixedMap<K, V>) -> BTreeMap<K, V> {
    map.into_iter().collect()
}

fn millis_between(from: &Node, to: &Node) -> u128 {
    u128::from(to.reached.since(from.left).unsigned_abs())
}
