//! From sums to the answer: small nodes put together, everything named, ordered and cut to its limit.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::answer::{
    JourneyAnswer, JourneyEdge, JourneyGroup, JourneyNode, JourneyPath, JourneyRun, JourneyUsers,
};
use super::query::{JourneyItem, JourneyQuery};
use super::tally::{CUT_OUT, Code, Count, EdgeCount, FIRST, NodeCount, OTHER, Sums};
use crate::kernel::items::Items;
use crate::kernel::order::sort_by_key;
use crate::table::Table;

/// What stands for several of the tables' entries, and whether it is only one.
#[derive(Clone, Copy, Debug, Default)]
struct Joined<T> {
    sum: T,
    n: u32,
}

/// The answer to a checked query; `kept` are the items that are told apart.
pub(super) fn answer(query: &JourneyQuery, sums: Sums, kept: &[u32], table: &Table) -> JourneyAnswer {
    // The query was checked against a table of the same columns and dictionaries.
    let items = Items::new(&query.items, table).ok();
    let name = |code: Code| match code {
        OTHER => JourneyItem::Other,
        CUT_OUT => JourneyItem::Middle,
        code => {
            let item = kept[usize::from(code - FIRST)];
            JourneyItem::Item {
                name: items.as_ref().map(|items| items.name(item).to_owned()).unwrap_or_default(),
            }
        }
    };
    let n_groups = query.compare.len();
    let shown = shown(&sums.nodes, query.node_limit);
    let nodes = nodes(&sums, &shown);
    let edges = edges(&sums, &shown, query.edge_limit);
    let n_items = items.as_ref().map_or(0, Items::len) as u64;
    let groups = query.compare.iter().enumerate().map(|(at, named)| JourneyGroup {
        name: named.name.clone(),
        n_users: sums.group_users[at],
        n_runs: sums.all.group_runs[at],
    });
    let users = query.users_of.as_ref();
    JourneyAnswer {
        n_users: sums.all.n_users,
        n_runs: sums.all.n_runs,
        n_runs_without: sums.n_without,
        groups: groups.collect(),
        nodes: nodes.into_iter().map(|node| node.named(&name, n_groups)).collect(),
        edges: edges.into_iter().map(|edge| edge.named(&name, n_groups)).collect(),
        n_paths: sums.paths.len() as u64,
        paths: paths(&sums.paths, query.path_limit, &name, n_groups),
        n_items,
        n_items_folded: n_items.saturating_sub(kept.len() as u64),
        users: users.map(|_| JourneyUsers { n_users: sums.n_users, users: sums.users.in_order() }),
        runs: sums
            .runs
            .in_order()
            .into_iter()
            .map(|(user, _, start_millis, n_events, codes)| JourneyRun {
                user,
                start_millis,
                n_events,
                items: codes.into_iter().map(&name).collect(),
            })
            .collect(),
    }
}

/// The nodes that are shown apart.
fn shown(nodes: &BTreeMap<(u32, Code), NodeCount>, limit: Option<u32>) -> BTreeSet<(u32, Code)> {
    let mut ranked: Vec<((u32, Code), u64)> =
        nodes.iter().map(|(&key, count)| (key, count.runs.n_runs)).collect();
    sort_by_key(&mut ranked, |&((step, code), n_runs)| (step, Reverse(n_runs), code));
    let limit = limit.map_or(usize::MAX, |limit| limit as usize);
    let mut shown = BTreeSet::new();
    for of_step in ranked.chunk_by(|a, b| a.0.0 == b.0.0) {
        let apart = of_step.iter().filter(|((_, code), _)| *code != OTHER);
        shown.extend(apart.take(limit).map(|&(key, _)| key));
    }
    shown
}

struct ShownNode {
    step: u32,
    code: Code,
    count: Joined<NodeCount>,
    n_in: u64,
    n_out: u64,
}

fn nodes(sums: &Sums, shown: &BTreeSet<(u32, Code)>) -> Vec<ShownNode> {
    let place = |step: u32, code: Code| (step, if shown.contains(&(step, code)) { code } else { OTHER });
    let mut joined: BTreeMap<(u32, Code), Joined<NodeCount>> = BTreeMap::new();
    for (&(step, code), count) in &sums.nodes {
        let node = joined.entry(place(step, code)).or_default();
        node.sum.merge(count);
        node.n += 1;
    }
    let (mut n_in, mut n_out) = (BTreeMap::new(), BTreeMap::new());
    for (&(step, from, to), count) in &sums.edges {
        *n_out.entry(place(step, from)).or_insert(0) += count.runs.n_runs;
        *n_in.entry(place(step + 1, to)).or_insert(0) += count.runs.n_runs;
    }
    let number = |of: &BTreeMap<(u32, Code), u64>, key| of.get(key).copied().unwrap_or(0);
    let mut all: Vec<ShownNode> = joined
        .iter()
        .map(|(key, &count)| ShownNode {
            step: key.0,
            code: key.1,
            count,
            n_in: number(&n_in, key),
            n_out: number(&n_out, key),
        })
        .collect();
    sort_by_key(&mut all, |node| {
        (node.step, node.code == OTHER, Reverse(node.count.sum.runs.n_runs), node.code)
    });
    all
}

impl ShownNode {
    fn named(self, name: &impl Fn(Code) -> JourneyItem, n_groups: usize) -> JourneyNode {
        let NodeCount { runs, n_started, n_ended, n_cut } = self.count.sum;
        JourneyNode {
            step: self.step + 1,
            item: name(self.code),
            n_runs: runs.n_runs,
            n_users: (self.count.n == 1).then_some(runs.n_users),
            n_in: self.n_in,
            n_started,
            n_out: self.n_out,
            n_ended,
            n_cut,
            group_runs: runs.group_runs[..n_groups].to_vec(),
        }
    }
}

struct ShownEdge {
    step: u32,
    from: Code,
    to: Code,
    count: Joined<EdgeCount>,
}

fn edges(sums: &Sums, shown: &BTreeSet<(u32, Code)>, limit: Option<u32>) -> Vec<ShownEdge> {
    let place = |step: u32, code: Code| if shown.contains(&(step, code)) { code } else { OTHER };
    let mut joined: BTreeMap<(u32, Code, Code), Joined<EdgeCount>> = BTreeMap::new();
    for (&(step, from, to), count) in &sums.edges {
        let edge = joined.entry((step, place(step, from), place(step + 1, to))).or_default();
        edge.sum.merge(count);
        edge.n += 1;
    }
    let mut all: Vec<ShownEdge> =
        joined.into_iter().map(|((step, from, to), count)| ShownEdge { step, from, to, count }).collect();
    let last_other = |code: Code| (code == OTHER, code);
    sort_by_key(&mut all, |edge| {
        (Reverse(edge.count.sum.runs.n_runs), edge.step, last_other(edge.from), last_other(edge.to))
    });
    if let Some(limit) = limit {
        all.truncate(limit as usize);
        keep_connected(&mut all, &sums.nodes);
    }
    all
}

/// Leaves out edges that no run can have taken from where it started over edges that are listed.
fn keep_connected(edges: &mut Vec<ShownEdge>, nodes: &BTreeMap<(u32, Code), NodeCount>) {
    let starts = nodes.iter().filter(|(_, count)| count.n_started > 0).map(|(&key, _)| key);
    let mut reached: BTreeSet<(u32, Code)> = starts.collect();
    let mut by_step: Vec<(u32, Code, Code)> =
        edges.iter().map(|edge| (edge.step, edge.from, edge.to)).collect();
    by_step.sort_unstable();
    for (step, from, to) in by_step {
        if reached.contains(&(step, from)) {
            reached.insert((step + 1, to));
        }
    }
    edges.retain(|edge| reached.contains(&(edge.step, edge.from)));
}

impl ShownEdge {
    fn named(self, name: &impl Fn(Code) -> JourneyItem, n_groups: usize) -> JourneyEdge {
        let EdgeCount { runs, sum_millis } = self.count.sum;
        JourneyEdge {
            step: self.step + 1,
            from: name(self.from),
            to: name(self.to),
            n_runs: runs.n_runs,
            n_users: (self.count.n == 1).then_some(runs.n_users),
            mean_millis: sum_millis as f64 / runs.n_runs as f64,
            group_runs: runs.group_runs[..n_groups].to_vec(),
        }
    }
}

fn paths(
    paths: &BTreeMap<Vec<Code>, Count>,
    limit: u32,
    name: &impl Fn(Code) -> JourneyItem,
    n_groups: usize,
) -> Vec<JourneyPath> {
    let mut ranked: Vec<(&Vec<Code>, &Count)> = paths.iter().collect();
    ranked.sort_by_key(|(_, count)| Reverse(count.n_runs));
    ranked.truncate(limit as usize);
    let path = |(codes, count): (&Vec<Code>, &Count)| JourneyPath {
        items: codes.iter().map(|&code| name(code)).collect(),
        n_runs: count.n_runs,
        n_users: count.n_users,
        group_runs: count.group_runs[..n_groups].to_vec(),
    };
    ranked.into_iter().map(path).collect()
}
