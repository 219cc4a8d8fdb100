//! What ByConity's tests assert by slot of the entry, by group, and by attempt.

use std::collections::BTreeMap;

use cairn_engine::analysis::funnel::{EntryBins, FunnelPeriod, FunnelQuery, FunnelResult};
use cairn_engine::rule::Segment;
use cairn_engine::{Query, time::Millis};

use super::super::compare::{Prepared, same};
use super::super::{Problem, Ready};

/// The group of the users who did not reach the step whose value makes the groups.
const UNREACHED: &str = "$unreached";

/// What a test asserts; what it leaves open is absent.
#[derive(Debug)]
pub(super) struct BinExpect {
    /// The step, counted from 1, whose value makes the groups: a chain that does not reach it is of none.
    pub(super) at_step: Option<usize>,
    pub(super) levels: Option<BTreeMap<String, Vec<u64>>>,
    pub(super) times: Option<BTreeMap<String, Vec<Vec<i64>>>>,
    pub(super) by_group: Option<BTreeMap<String, u64>>,
    pub(super) levels_by_group: Option<BTreeMap<String, Vec<u64>>>,
    pub(super) times_by_group: Option<BTreeMap<String, Vec<Vec<i64>>>>,
    pub(super) attempts: Option<Vec<u64>>,
    pub(super) attempts_by_group: Option<BTreeMap<String, Vec<u64>>>,
    pub(super) times_to_convert: Option<BTreeMap<String, Vec<i64>>>,
}

/// A case ready to run.
#[derive(Debug)]
pub(super) struct Binned {
    pub(super) prepared: Prepared,
    pub(super) expected: BinExpect,
}

impl Ready for Binned {
    fn query(&self) -> &Query {
        &self.prepared.query
    }

    fn check(&self) -> Result<(), Problem> {
        self.prepared.check()?;
        let Query::Funnel(query) = &self.prepared.query else {
            return Err(Problem::Wrong("only funnels are compared here".to_owned()));
        };
        self.check_users(query)?;
        self.check_attempts(query)?;
        if self.expected.by_group.is_some() || self.expected.levels_by_group.is_some() {
            self.check_groups(query)?;
        }
        Ok(())
    }
}

impl Binned {
    fn check_users(&self, query: &FunnelQuery) -> Result<(), Problem> {
        for (user, expected) in self.expected.levels.iter().flatten() {
            let answer = self.prepared.run(&of_user(query, user))?;
            same(&format!("level_by_entry_bin of {user}"), expected, &levels(&answer.trend))?;
        }
        for (user, expected) in self.expected.times.iter().flatten() {
            for (index, expected) in expected.iter().enumerate() {
                let answer = self.prepared.run(&of_user(&of_bin(query, index)?, user))?;
                let what = format!("times_by_entry_bin of {user}, {index}");
                same(&what, &since_first(expected), &lengths(&answer.overall))?;
            }
        }
        Ok(())
    }

    fn check_attempts(&self, query: &FunnelQuery) -> Result<(), Problem> {
        let expected = &self.expected;
        if expected.attempts.is_none()
            && expected.attempts_by_group.is_none()
            && expected.times_to_convert.is_none()
        {
            return Ok(());
        }
        let answer = self.prepared.run(query)?;
        if let Some(attempts) = &expected.attempts {
            same("attempts_by_level", attempts, &reached(&answer.overall))?;
        }
        let groups = || answer.groups.iter().map(|group| (self.prepared.name(&group.key), &group.result));
        if let Some(attempts) = &expected.attempts_by_group {
            let got = groups().map(|(name, result)| (name, reached(result))).collect();
            same("attempts_by_group", attempts, &got)?;
        }
        for (name, times) in expected.times_to_convert.iter().flatten() {
            let found =
                groups().find(|(group, _)| group == name).and_then(|(_, result)| result.time_to_convert);
            let (n, sum) =
                found.map_or((0, 0.0), |found| (found.n_users, found.mean_millis * found.n_users as f64));
            let expected = (times.len() as u64, times.iter().sum::<i64>());
            same(
                &format!("time_to_convert_ms of {name}: number and sum"),
                &expected,
                &(n, sum.round() as i64),
            )?;
        }
        Ok(())
    }

    fn check_groups(&self, query: &FunnelQuery) -> Result<(), Problem> {
        let answer = self.prepared.run(query)?;
        let at_step = self.expected.at_step.unwrap_or(1) as u64;
        let mut groups: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for group in &answer.groups {
            let reached =
                levels(&group.trend).into_iter().map(|level| if level >= at_step { level } else { 0 });
            groups.insert(self.prepared.name(&group.key), reached.collect());
        }
        let unreached =
            levels(&answer.trend).into_iter().map(|level| if level < at_step { level } else { 0 });
        groups.insert(UNREACHED.to_owned(), unreached.collect());
        groups.retain(|_, levels| levels.iter().any(|&level| level > 0));
        if let Some(expected) = &self.expected.by_group {
            let best = |levels: &Vec<u64>| levels.iter().copied().max().unwrap_or(0);
            same(
                "level_by_group",
                expected,
                &groups.iter().map(|(name, levels)| (name.clone(), best(levels))).collect(),
            )?;
        }
        if let Some(expected) = &self.expected.levels_by_group {
            same("level_by_group_and_entry_bin", expected, &groups)?;
        }
        self.check_group_times(query, &groups)
    }

    /// Where a slot's best chain could stand for several groups, a test gives its times with one of them.
    fn check_group_times(
        &self,
        query: &FunnelQuery,
        groups: &BTreeMap<String, Vec<u64>>,
    ) -> Result<(), Problem> {
        let Some(expected) = &self.expected.times_by_group else { return Ok(()) };
        for (name, bins) in expected {
            for (index, expected) in bins.iter().enumerate().filter(|(_, times)| !times.is_empty()) {
                let answer = self.prepared.run(&of_bin(query, index)?)?;
                let group = answer.groups.iter().find(|group| self.prepared.name(&group.key) == *name);
                let result =
                    if name == UNREACHED { Some(&answer.overall) } else { group.map(|group| &group.result) };
                let what = format!("times of {name}, {index}");
                same(&what, &since_first(expected), &result.map(lengths).unwrap_or_default())?;
            }
        }
        let has_times = |index: usize| {
            expected.values().any(|bins| bins.get(index).is_some_and(|times| !times.is_empty()))
        };
        let n_bins = groups.values().map(Vec::len).max().unwrap_or(0);
        for index in 0..n_bins {
            let is_reached = groups.values().any(|levels| levels[index] > 0);
            same(&format!("whether there are times in {index}"), &has_times(index), &is_reached)?;
        }
        Ok(())
    }
}

fn of_user(query: &FunnelQuery, user: &str) -> FunnelQuery {
    let mut query = query.clone();
    query.scope.segment = Some(Segment::List { users: vec![user.to_owned()] });
    query
}

/// The funnel of those who entered in one slot.
fn of_bin(query: &FunnelQuery, index: usize) -> Result<FunnelQuery, Problem> {
    let Some(EntryBins { start, step_millis, .. }) = query.entry_bins else {
        return Err(Problem::Wrong("times by slot need entry_bins".to_owned()));
    };
    let start: Millis = start.plus(step_millis * index as i64);
    let mut query = FunnelQuery { entry_bins: None, ..query.clone() };
    (query.scope.from, query.scope.to) = (Some(start), Some(start.plus(step_millis - 1)));
    Ok(query)
}

/// By slot, how many steps the best chain has; of one user.
fn levels(bins: &[FunnelPeriod]) -> Vec<u64> {
    let level = |bin: &FunnelPeriod| bin.n_reached.iter().filter(|&&n| n > 0).count() as u64;
    bins.iter().map(level).collect()
}

fn reached(result: &FunnelResult) -> Vec<u64> {
    result.steps.iter().map(|step| step.n_reached).collect()
}

/// Times since the first step; the slot tells when that was.
fn since_first(times: &[i64]) -> Vec<i64> {
    times.iter().map(|time| time - times[0]).collect()
}

fn lengths(result: &FunnelResult) -> Vec<i64> {
    let filled = result.steps.iter().filter(|step| step.n_reached > 0);
    filled.map(|step| step.from_first.map_or(0, |found| found.mean_millis.round() as i64)).collect()
}
