//! The answer from the oracle's fates: groups, counts, rates and times, each by its definition.

use std::collections::{BTreeMap, BTreeSet};

use super::oracle::Fate;
use super::rows::{Row, looked_at};
use super::units::{fates, sessions};
use crate::analysis::funnel::difference;
use crate::analysis::funnel::{
    Durations, FunnelAnswer, FunnelGroup, FunnelQuery, FunnelResult, FunnelStep, GroupKey, InstantTimes,
    Order, Tie, tally,
};
use crate::rule::{Attribution, Breakdown, NamedSegment, Owner, Segment};
use crate::stats::interval::wilson;
use crate::testing::{Sheet, SheetRow};

/// The answer as its documentation describes it, from the fates that the oracle finds.
pub(super) fn naive_answer(query: &FunnelQuery, sheet: &Sheet) -> FunnelAnswer {
    let users = sheet.users();
    let end = users.values().flatten().map(|row| row.time).max().unwrap_or(0);
    let mut overall = Vec::new();
    let mut groups: BTreeMap<GroupKey, Vec<Fate>> = BTreeMap::new();
    for (&user, rows) in &users {
        for looked in sessions(query, looked_at(query, rows)) {
            let whole = fates(query, &looked, end);
            for (key, part) in parts(query, user, rows, &looked) {
                let fates = part.map_or(whole.clone(), |part| fates(query, &part, end));
                let entered = fates.into_iter().filter(|fate| *fate != Fate::Absent);
                let entered: Vec<Fate> = entered.collect();
                if !entered.is_empty() {
                    groups.entry(key).or_default().extend(entered);
                }
            }
            overall.extend(whole);
        }
    }
    let group = |(key, result)| FunnelGroup { key, result, difference: None, trend: Vec::new() };
    let overall = naive_result(query, &overall);
    let mut groups: Vec<FunnelGroup> = ordered(query, &groups).into_iter().map(group).collect();
    // Its own tests say what it must be.
    difference::compare(query.breakdown.as_ref(), &overall, &mut groups);
    FunnelAnswer { overall, groups, trend: Vec::new() }
}

/// The groups in the answer's order, those beyond the limit together.
fn ordered(query: &FunnelQuery, groups: &BTreeMap<GroupKey, Vec<Fate>>) -> Vec<(GroupKey, FunnelResult)> {
    let result = |key: &GroupKey| naive_result(query, groups.get(key).map_or(&[][..], |fates| &fates[..]));
    let limit = match &query.breakdown {
        None => return Vec::new(),
        Some(Breakdown::Segments { segments }) => {
            let key = |named: &NamedSegment| GroupKey::Segment { name: named.name.clone() };
            return segments.iter().map(|named| (key(named), result(&key(named)))).collect();
        }
        Some(Breakdown::Property { limit, .. }) => limit.map_or(usize::MAX, |limit| limit as usize),
    };
    let mut ranked: Vec<(GroupKey, FunnelResult)> =
        groups.keys().map(|key| (key.clone(), result(key))).collect();
    let reached = |result: &FunnelResult| -> Vec<u64> {
        result.steps.iter().rev().map(|step| step.n_reached).collect()
    };
    ranked
        .sort_by(|a, b| reached(&b.1).cmp(&reached(&a.1)).then_with(|| order_of(&a.0).cmp(&order_of(&b.0))));
    if ranked.len() > limit {
        let rest = ranked.split_off(limit);
        let fates: Vec<Fate> = rest.iter().flat_map(|(key, _)| groups[key].clone()).collect();
        ranked.push((GroupKey::Other, naive_result(query, &fates)));
    }
    ranked
}

/// Missing first, then by value.
fn order_of(key: &GroupKey) -> Option<(Option<jiff::Timestamp>, &str)> {
    match key {
        GroupKey::Value { value } => Some((value.parse().ok(), value)),
        _ => None,
    }
}

/// The groups of a user, each with the rows that make its funnel if they are not simply all.
fn parts<'a>(
    query: &FunnelQuery,
    user: &str,
    rows: &[&'a SheetRow],
    looked: &[Row<'a>],
) -> Vec<(GroupKey, Option<Vec<Row<'a>>>)> {
    let (property, on, attribution) = match &query.breakdown {
        None => return Vec::new(),
        Some(Breakdown::Segments { segments }) => {
            let holds = |named: &&NamedSegment| match &named.segment {
                Segment::List { users } => users.iter().any(|listed| listed == user),
                _ => panic!("only lists"),
            };
            let key = |named: &NamedSegment| (GroupKey::Segment { name: named.name.clone() }, None);
            return segments.iter().filter(holds).map(key).collect();
        }
        Some(Breakdown::Property { property, on, attribution, .. }) => (property, *on, *attribution),
    };
    let value = |row: &SheetRow| match property.as_str() {
        "p" => row.cells[0].clone(),
        "user" => row.user.clone(),
        _ => jiff::Timestamp::from_millisecond(row.time).unwrap().to_string(),
    };
    let key = |value: String| {
        if value.is_empty() { GroupKey::Missing } else { GroupKey::Value { value } }
    };
    let mut of_user = rows.iter().map(|row| value(row)).filter(|value| !value.is_empty());
    let touches = looked.iter().filter(|row| !row.steps.is_empty()).map(|row| value(row.row));
    let mut touches = touches.filter(|value| !value.is_empty());
    let single = match (on, attribution) {
        (Owner::User, _) => of_user.next_back(),
        (Owner::UserFirst, _) => of_user.next(),
        (_, Attribution::FirstTouch) => touches.next(),
        (_, Attribution::LastTouch) => touches.next_back(),
        (_, Attribution::EachValue) => {
            let values: BTreeSet<String> = looked.iter().map(|row| value(row.row)).collect();
            let part =
                |wanted: &String| looked.iter().filter(|row| value(row.row) == *wanted).cloned().collect();
            return values.iter().map(|wanted| (key(wanted.clone()), Some(part(wanted)))).collect();
        }
        (_, Attribution::Step { step: 0 }) if query.order == Order::Unordered => {
            let of_steps = looked.iter().filter(|row| !row.steps.is_empty());
            let values: BTreeSet<String> = of_steps.map(|row| value(row.row)).collect();
            let part = |wanted: &String| begun(query, looked, |row| value(row.row) == *wanted);
            return values.iter().map(|wanted| (key(wanted.clone()), Some(part(wanted)))).collect();
        }
        (_, Attribution::Step { step }) => {
            let step = step as usize;
            let of_step = looked.iter().filter(|row| row.steps.contains(&step));
            let values: BTreeSet<String> = of_step.map(|row| value(row.row)).collect();
            let part = |wanted: &String| {
                let mut part = looked.to_vec();
                for row in part.iter_mut().filter(|row| value(row.row) != *wanted) {
                    row.steps.remove(&step);
                }
                part.retain(|row| query.order == Order::Strict || row.means_something());
                part
            };
            return values.iter().map(|wanted| (key(wanted.clone()), Some(part(wanted)))).collect();
        }
    };
    vec![(key(single.unwrap_or_default()), None)]
}

/// The rows that belong to attempts which a row that `starts` began. An attempt goes on while less than a window lies
/// between its rows and nothing throws its progress away.
fn begun<'a>(query: &FunnelQuery, rows: &[Row<'a>], starts: impl Fn(&Row<'_>) -> bool) -> Vec<Row<'a>> {
    let at = |time: i64| rows.iter().filter(move |row| row.time == time && row.means_something());
    let is_loose = |time: i64| {
        query.tie == Tie::Loose && at(time).any(|row| !row.means_the_same(at(time).next().unwrap()))
    };
    let clears = |time: i64| at(time).any(Row::spoils);
    let mut kept: Vec<Row<'a>> = Vec::new();
    let mut last: Option<i64> = None;
    let times: BTreeSet<i64> = rows.iter().map(|row| row.time).collect();
    for time in times {
        let steps = || at(time).filter(|row| !row.steps.is_empty());
        let begins = steps().any(&starts);
        let deadline = |last: i64| at(last).map(|row| row.deadline).next().unwrap();
        let goes_on = last.is_some_and(|last| time <= deadline(last));
        let survives = goes_on && (!clears(time) || is_loose(time));
        for row in at(time) {
            let mut row = row.clone();
            if !begins && !survives {
                row.steps.clear();
            }
            kept.push(row);
        }
        let goes_further = begins || (survives && !clears(time));
        last = match (goes_further, clears(time)) {
            (true, _) if begins || steps().next().is_some() => Some(time),
            (_, true) => None,
            _ => last,
        };
    }
    kept.retain(Row::means_something);
    kept
}

/// The users who entered: their chains, and whether they are open.
struct Entrants<'a> {
    query: &'a FunnelQuery,
    chains: Vec<(&'a [(usize, i64)], bool)>,
}

fn naive_result(query: &FunnelQuery, fates: &[Fate]) -> FunnelResult {
    let users = Entrants { query, chains: fates.iter().filter_map(Fate::entered).collect() };
    let last = (0..query.steps.len()).rfind(|&step| !query.steps[step].optional).unwrap();
    let n_entered = users.count(|chain, _| has(chain, 0));
    let n_converted = users.count(|chain, _| has(chain, last));
    let n_open = users.count(|_, open| open);
    let steps: Vec<FunnelStep> = (0..query.steps.len()).map(|step| users.step(step, n_entered)).collect();
    FunnelResult {
        n_entered,
        n_converted,
        n_open,
        n_removed: fates.iter().filter(|fate| **fate == Fate::Removed).count() as u64,
        n_with_ties: users.count(|chain, _| chain.windows(2).any(|pair| pair[0].1 >= pair[1].1)),
        conversion_rate: wilson(n_converted, n_entered - n_open),
        time_to_convert: steps[last].from_first,
        steps,
    }
}

fn has(chain: &[(usize, i64)], step: usize) -> bool {
    time(chain, step).is_some()
}

fn time(chain: &[(usize, i64)], step: usize) -> Option<i64> {
    chain.iter().find(|filled| filled.0 == step).map(|filled| filled.1)
}

impl Entrants<'_> {
    fn count(&self, holds: impl Fn(&[(usize, i64)], bool) -> bool) -> u64 {
        self.chains.iter().filter(|&&(chain, open)| holds(chain, open)).count() as u64
    }

    fn durations(&self, from: usize, to: usize) -> Option<Durations> {
        let length =
            |&(chain, _): &(&[(usize, i64)], bool)| Some((time(chain, to)? - time(chain, from)?).max(0));
        let counts = |&length: &i64| length > 0 || self.query.instant_times == InstantTimes::Counted;
        durations(self.chains.iter().filter_map(length).filter(counts).collect())
    }

    fn step(&self, step: usize, n_entered: u64) -> FunnelStep {
        let optional = self.query.steps[step].optional;
        let name = tally::name(self.query, step);
        let n_reached = self.count(|chain, _| has(chain, step));
        let Some(previous) = (0..step).rfind(|&earlier| !self.query.steps[earlier].optional) else {
            let rate_from_first = wilson(n_reached, n_entered);
            return FunnelStep { name, optional, n_reached, rate_from_first, ..FunnelStep::default() };
        };
        let n_previous = self.count(|chain, _| has(chain, previous));
        // Users who are open and have not reached this step; for an optional one, the required step before it.
        let barrier = if optional { previous } else { step };
        let n_open_before = self.count(|chain, open| open && !has(chain, barrier));
        let n_open = self.count(|chain, open| open && has(chain, previous) && !has(chain, barrier));
        let is_dropped = |chain: &[(usize, i64)], open: bool| {
            !optional && !open && has(chain, previous) && !has(chain, step)
        };
        FunnelStep {
            name,
            optional,
            n_reached,
            n_open,
            n_dropped: self.count(is_dropped),
            rate_from_first: wilson(n_reached, n_entered - n_open_before),
            rate_from_previous: wilson(n_reached, n_previous - n_open),
            from_previous: self.durations(previous, step),
            from_first: self.durations(0, step),
        }
    }
}

fn durations(mut lengths: Vec<i64>) -> Option<Durations> {
    lengths.sort_unstable();
    let quantile = |share: f64| {
        let place = (lengths.len() - 1) as f64 * share;
        let (low, high) = (lengths[place.floor() as usize] as f64, lengths[place.ceil() as usize] as f64);
        low + place.fract() * (high - low)
    };
    (!lengths.is_empty()).then(|| Durations {
        n_users: lengths.len() as u64,
        mean_millis: lengths.iter().sum::<i64>() as f64 / lengths.len() as f64,
        p10_millis: quantile(0.1),
        median_millis: quantile(0.5),
        p90_millis: quantile(0.9),
    })
}
