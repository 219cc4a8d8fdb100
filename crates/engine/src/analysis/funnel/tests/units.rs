//! Units of a user: sessions, attempts and held values, each by its definition.

use std::collections::{BTreeMap, BTreeSet};

use super::oracle::{Chain, Fate, Naive, fate_of_all};
use super::rows::Row;
use crate::analysis::funnel::{
    Count, Entry, FunnelQuery, Hold, OnExclusion, Order, Range, Reuse, Search, Tie, TimeFrom,
};

/// The rows of each unit that is followed on its own.
pub(super) fn sessions<'a>(query: &FunnelQuery, rows: Vec<Row<'a>>) -> Vec<Vec<Row<'a>>> {
    if query.count != Count::Sessions {
        return vec![rows];
    }
    let mut sessions: BTreeMap<usize, Vec<Row<'a>>> = BTreeMap::new();
    for row in rows {
        sessions.entry(row.session).or_default().push(row);
    }
    sessions.into_values().collect()
}

/// What becomes of the units among these rows, which are of one user, or of one session.
pub(super) fn fates(query: &FunnelQuery, rows: &[Row<'_>], end: i64) -> Vec<Fate> {
    if query.count != Count::Attempts {
        return vec![fate(query, rows, end)];
    }
    let end = last_end(query, end);
    let parts = held_parts(query, rows);
    parts.iter().flat_map(|rows| Naive { query, rows, end }.attempts()).collect()
}

fn last_end(query: &FunnelQuery, end: i64) -> i64 {
    match (query.range, query.scope.to) {
        (Range::AllEvents, Some(to)) => end.min(to.0),
        _ => end,
    }
}

/// What becomes of a user with these rows: the best of what becomes of the values that are held.
pub(super) fn fate(query: &FunnelQuery, rows: &[Row<'_>], end: i64) -> Fate {
    if query.hold.is_none() {
        return fate_of_all(query, rows, end);
    }
    let fates: Vec<Fate> = held_parts(query, rows).iter().map(|part| fate_of_all(query, part, end)).collect();
    let entered = fates.iter().filter_map(Fate::entered);
    let best = entered.max_by(|(a, _), (b, _)| {
        let level = |chain: &[(usize, i64)]| chain[chain.len() - 1].0;
        let end = |chain: &[(usize, i64)]| chain[chain.len() - 1].1;
        let by_end = match query.time_from {
            TimeFrom::LatestStart => end(b).cmp(&end(a)).then(a[0].1.cmp(&b[0].1)),
            TimeFrom::EarliestStart => std::cmp::Ordering::Equal,
        };
        level(a).cmp(&level(b)).then(by_end).then_with(|| b.cmp(a))
    });
    let Some((chain, _)) = best else {
        return if fates.contains(&Fate::Removed) { Fate::Removed } else { Fate::Absent };
    };
    let filled = |step: usize| chain.iter().any(|&(filled, _)| filled == step);
    let converted = (0..query.steps.len()).all(|step| query.steps[step].optional || filled(step));
    let open = !converted && fates.iter().filter_map(Fate::entered).any(|(_, open)| open);
    Fate::Entered { chain: chain.to_vec(), open }
}

/// The rows of each held value; all rows if nothing is held.
fn held_parts<'a>(query: &FunnelQuery, rows: &[Row<'a>]) -> Vec<Vec<Row<'a>>> {
    let Some(Hold { properties, steps }) = &query.hold else { return vec![rows.to_vec()] };
    let held: BTreeSet<usize> = match &steps[..] {
        [] => (0..query.steps.len()).collect(),
        steps => steps.iter().map(|&step| step as usize).collect(),
    };
    let value = |row: &Row<'_>| {
        let cell = |name: &String| match name.as_str() {
            "p" => row.row.cells[0].clone(),
            "time" => row.row.time.to_string(),
            _ => row.row.user.clone(),
        };
        let cells: Vec<String> = properties.iter().map(cell).collect();
        (!cells.contains(&String::new())).then_some(cells)
    };
    let mut values: BTreeSet<Option<Vec<String>>> = rows.iter().map(value).collect();
    if held.contains(&0) && values.len() > 1 {
        values.remove(&None);
    } else if !held.contains(&0) || values.is_empty() {
        values.insert(None);
    }
    let part = |wanted: &Option<Vec<String>>| {
        let of_value = |row: &Row<'a>| {
            if wanted.is_some() && value(row) == *wanted {
                return Some(row.clone());
            }
            let mut other = row.clone();
            other.steps.retain(|step| !held.contains(step));
            // Under the first match it is the first event of the first held step that decides the value.
            let first = *held.first().unwrap();
            if query.search == Search::FirstMatch
                && first > 0
                && row.steps.contains(&first)
                && value(row).is_some()
            {
                other.spoils.insert(first - 1);
            }
            (row.steps.is_empty() || other.means_something()).then_some(other)
        };
        rows.iter().filter_map(of_value).collect()
    };
    values.iter().map(part).collect()
}

impl Naive<'_> {
    /// Drops every chain that could have filled a step earlier, or that could have gone on, all steps before at the same
    /// times.
    pub(super) fn keep_first_matches(&self, chains: &mut Vec<Chain>) {
        let times = |chain: &Chain| -> Vec<i64> { chain.iter().map(|&(_, row)| self.time(row)).collect() };
        let mut first: BTreeMap<Vec<i64>, i64> = BTreeMap::new();
        for mut times in chains.iter().map(times) {
            let Some(last) = times.pop() else { continue };
            let earliest = first.entry(times).or_insert(last);
            *earliest = last.min(*earliest);
        }
        chains.retain(|chain| {
            let times = times(chain);
            let is_first = |n: usize| n == 0 || first[&times[..n]] == times[n];
            (0..times.len()).all(is_first) && !first.contains_key(&times)
        });
    }

    /// The first of the attempts that get furthest.
    pub(super) fn best_attempt(&self) -> Fate {
        let attempts = self.attempts();
        let level = |fate: &Fate| fate.entered().map_or(0, |(chain, _)| chain.len());
        let Some(furthest) = attempts.iter().map(level).max() else { return Fate::Absent };
        let best = attempts.iter().find(|attempt| level(attempt) == furthest).and_then(Fate::entered);
        let chain = best.map(|(chain, _)| chain.to_vec()).unwrap_or_default();
        let is_open = attempts.iter().filter_map(Fate::entered).any(|(_, open)| open);
        Fate::Entered { open: is_open && furthest < self.query.steps.len(), chain }
    }

    /// All attempts, in order.
    pub(super) fn attempts(&self) -> Vec<Fate> {
        let (mut used, mut fates) = (BTreeSet::new(), Vec::new());
        // Where another attempt may start: after this row, and not before this instant.
        let (mut first, mut from) = (0, i64::MIN);
        assert_eq!(self.query.order, Order::Ordered);
        loop {
            let may_start = |&row: &usize| {
                self.rows[row].steps.contains(&0) && !used.contains(&row) && self.time(row) >= from
            };
            let Some(start) = (first..self.rows.len()).find(may_start) else { return fates };
            let (chain, over) = self.attempt(start, &used);
            used.extend(chain.iter().map(|&(_, row)| row));
            first = start + 1;
            let ends_with = |over: i64| if self.query.entry == Entry::Attempts { over } else { i64::MIN };
            let converted = chain.len() == self.query.steps.len();
            from = ends_with(match over {
                _ if converted => chain.iter().map(|&(_, row)| self.time(row)).max().unwrap(),
                Over::Spoilt(time) if self.query.on_exclusion == OnExclusion::EndAttempt => time,
                Over::Spoilt(_) | Over::Window => self.limit(&chain).saturating_add(1),
            });
            let open = !converted && over == Over::Window && self.might_go_on(&chain);
            let chain = chain.iter().map(|&(step, row)| (step, self.time(row))).collect();
            fates.push(Fate::Entered { chain, open });
        }
    }

    /// The attempt that starts with a row, and what ended it if it is not complete.
    fn attempt(&self, start: usize, used: &BTreeSet<usize>) -> (Chain, Over) {
        let mut chain = vec![(0, start)];
        for step in 1..self.query.steps.len() {
            let (last, previous) = chain[chain.len() - 1];
            let time = self.time(previous);
            let limits = &self.query.steps[step];
            let can_fill = |&row: &usize| {
                let since = self.time(row) - time;
                let in_order = match self.query.tie {
                    Tie::Never => since > 0,
                    Tie::Grace(grace) => since >= -grace,
                    _ => since >= 0,
                };
                let mine = |row: usize| chain.iter().any(|&(_, filled)| filled == row);
                let is_free = match self.query.reuse {
                    Reuse::Once => !mine(row),
                    Reuse::Many => true,
                    Reuse::ManyAfterStart => row != start,
                };
                self.rows[row].steps.contains(&step)
                    && in_order
                    && limits.after_millis.is_none_or(|after| since >= after)
                    && is_free
                    && !used.contains(&row)
            };
            let limit = self.limit(&chain);
            let found = (0..self.rows.len()).find(can_fill).filter(|&row| self.time(row) <= limit);
            let until = found.map_or(limit, |row| self.time(row));
            if let Some(spoilt) = self.spoilers(last).filter(|&at| time < at && at <= until).min() {
                return (chain, Over::Spoilt(spoilt));
            }
            let Some(found) = found else { return (chain, Over::Window) };
            chain.push((step, found));
        }
        (chain, Over::Window)
    }

    /// The last instant at which the chain's next step may come.
    fn limit(&self, chain: &Chain) -> i64 {
        let (step, last) = chain[chain.len() - 1];
        let within = self.query.steps.get(step + 1).and_then(|step| step.within_millis);
        let within = within.map_or(i64::MAX, |within| self.time(last) + within);
        self.rows[self.window_start(chain)].deadline.min(within)
    }
}

/// What ended an attempt that is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    /// An exclusion at this instant.
    Spoilt(i64),
    /// Nothing but time.
    Window,
}
