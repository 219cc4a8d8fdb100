//! Runs a funnel and compares the answer with what a case expects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use cairn_engine::analysis::funnel::{FunnelAnswer, FunnelQuery, FunnelResult, FunnelStep, GroupKey};
use cairn_engine::rule::{Breakdown, Owner, Segment};
use cairn_engine::table::Table;
use cairn_engine::{Answer, Query, run};
use serde::{Deserialize, Deserializer};

use super::{Problem, Ready};

/// A case ready to run.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) table: Table,
    pub(super) query: Query,
    pub(super) expected: Expected,
    /// What the case calls the group without a value.
    pub(super) missing_key: String,
}

/// What a case expects of a funnel; what it leaves open is absent. Steps are counted from 1.
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) steps: Option<Vec<StepRow>>,
    pub(super) groups: BTreeMap<String, Vec<StepRow>>,
    pub(super) group_values: Option<Vec<String>>,
    pub(super) n_groups: Option<usize>,
    pub(super) levels: Option<Vec<u64>>,
    pub(super) level_by_user: Option<BTreeMap<String, u64>>,
    pub(super) n_users: Option<u64>,
    pub(super) users_at_step: BTreeMap<usize, Vec<String>>,
    pub(super) users_at_step_includes: BTreeMap<usize, Vec<String>>,
    pub(super) n_users_at_step: BTreeMap<usize, usize>,
    pub(super) users_at_step_by_group: BTreeMap<String, BTreeMap<usize, Vec<String>>>,
    pub(super) n_users_at_step_by_group: BTreeMap<String, BTreeMap<usize, usize>>,
    pub(super) users_dropped_before: BTreeMap<usize, Vec<String>>,
    pub(super) n_users_dropped_before: BTreeMap<usize, usize>,
    pub(super) users_exactly_at: BTreeMap<usize, Vec<String>>,
    pub(super) n_users_exactly_at: BTreeMap<usize, usize>,
}

/// One step of a table. A time that is present but null means that there must be none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct StepRow {
    event: Option<String>,
    step: Option<u64>,
    count: Option<u64>,
    #[serde(deserialize_with = "present")]
    average_ms: Option<Option<f64>>,
    #[serde(deserialize_with = "present")]
    median_ms: Option<Option<f64>>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<f64>>, D::Error> {
    Option::<f64>::deserialize(deserializer).map(Some)
}

impl Ready for Prepared {
    fn query(&self) -> &Query {
        &self.query
    }

    fn check(&self) -> Result<(), Problem> {
        let Query::Funnel(query) = &self.query else {
            return Err(Problem::Wrong("only funnels are compared here".to_owned()));
        };
        let answer = self.run(query)?;
        let expected = &self.expected;
        if let Some(steps) = &expected.steps {
            check_steps("steps", steps, &answer.overall)?;
        }
        self.check_groups(&answer)?;
        if let Some(levels) = &expected.levels {
            let reached: Vec<u64> = answer.overall.steps.iter().map(|step| step.n_reached).collect();
            same("levels", levels, &reached)?;
        }
        if let Some(n_users) = expected.n_users {
            same("users", &n_users, &(self.table.users.len() as u64))?;
        }
        if expected.needs_users() {
            self.check_users(query)?;
        }
        Ok(())
    }
}

impl Prepared {
    pub(super) fn run(&self, query: &FunnelQuery) -> Result<FunnelAnswer, Problem> {
        match run(&self.table, &Query::Funnel(query.clone())) {
            Ok(Answer::Funnel(answer)) => Ok(answer),
            Ok(other) => Err(Problem::Wrong(format!("a funnel was answered with {other:?}"))),
            Err(error) => Err(Problem::Wrong(error.to_string())),
        }
    }

    pub(super) fn name(&self, key: &GroupKey) -> String {
        match key {
            GroupKey::Value { value } => value.clone(),
            GroupKey::Segment { name } => name.clone(),
            GroupKey::Missing => self.missing_key.clone(),
            GroupKey::Other => "Other".to_owned(),
        }
    }

    fn check_groups(&self, answer: &FunnelAnswer) -> Result<(), Problem> {
        let groups: BTreeMap<String, &FunnelResult> =
            answer.groups.iter().map(|group| (self.name(&group.key), &group.result)).collect();
        same("names of groups", &answer.groups.len(), &groups.len())?;
        let names: Vec<&String> = groups.keys().collect();
        if let Some(values) = &self.expected.group_values {
            let values: BTreeSet<&String> = values.iter().collect();
            same("breakdown_values", &values.into_iter().collect(), &names)?;
        }
        if let Some(n_groups) = self.expected.n_groups {
            same("breakdown_count", &n_groups, &groups.len())?;
        }
        for (name, rows) in &self.expected.groups {
            let Some(group) = groups.get(name) else {
                return Err(Problem::Wrong(format!("breakdown: expected a group {name:?}, got {names:?}")));
            };
            check_steps(&format!("breakdown {name:?}"), rows, group)?;
        }
        Ok(())
    }

    /// Compares who got how far, by asking for each user alone.
    fn check_users(&self, query: &FunnelQuery) -> Result<(), Problem> {
        let expected = &self.expected;
        let levels = self.reached_by_user(query)?;
        if let Some(level_by_user) = &expected.level_by_user {
            let level = |steps: &BTreeSet<usize>| steps.len() as u64;
            let mut got: BTreeMap<String, u64> =
                levels.overall.iter().map(|(user, steps)| (user.clone(), level(steps))).collect();
            got.retain(|user, level| *level > 0 || level_by_user.contains_key(user));
            same("level_by_user", level_by_user, &got)?;
        }
        let at = |step: usize| select(&levels.overall, |steps| steps.contains(&step));
        let before = |step: usize| {
            select(&levels.overall, |steps| steps.contains(&(step - 1)) && !steps.contains(&step))
        };
        let exactly = |step: usize| select(&levels.overall, |steps| steps.last() == Some(&step));
        check_lists("users_at_step", &expected.users_at_step, at)?;
        check_lists("users_dropped_before_step", &expected.users_dropped_before, before)?;
        check_lists("users_reached_exactly", &expected.users_exactly_at, exactly)?;
        check_counts("users_at_step_count", &expected.n_users_at_step, at)?;
        check_counts("users_dropped_before_step_count", &expected.n_users_dropped_before, before)?;
        check_counts("users_reached_exactly_count", &expected.n_users_exactly_at, exactly)?;
        for (&step, users) in &expected.users_at_step_includes {
            let wanted: BTreeSet<String> = users.iter().cloned().collect();
            same("users_at_step_includes", &wanted, &at(step).intersection(&wanted).cloned().collect())?;
        }
        let none = BTreeMap::new();
        let in_group = |group: &String, step: usize| {
            select(levels.groups.get(group).unwrap_or(&none), |steps| steps.contains(&step))
        };
        for (group, lists) in &expected.users_at_step_by_group {
            check_lists(&format!("users_at_step of {group:?}"), lists, |step| in_group(group, step))?;
        }
        for (group, counts) in &expected.n_users_at_step_by_group {
            check_counts(&format!("users_at_step_count of {group:?}"), counts, |step| in_group(group, step))?;
        }
        Ok(())
    }

    /// The steps that each user reached, overall and in each group.
    fn reached_by_user(&self, query: &FunnelQuery) -> Result<Reached, Problem> {
        let mut reached = Reached::default();
        if query.breakdown.is_none() && query.scope.segment.is_none() {
            let property = self.table.schema.columns[self.table.schema.user.0 as usize].name.clone();
            let attribution = Default::default();
            let breakdown = Breakdown::Property { property, on: Owner::User, attribution, limit: None };
            let answer = self.run(&FunnelQuery { breakdown: Some(breakdown), ..query.clone() })?;
            let by_user = answer.groups.iter().map(|group| (self.name(&group.key), steps_of(&group.result)));
            reached.overall = by_user.collect();
            let others = self.table.users.iter().map(|user| self.table.users.id(user).to_owned());
            for user in others {
                reached.overall.entry(user).or_default();
            }
            return Ok(reached);
        }
        let mut query = query.clone();
        if let Some(Breakdown::Property { limit, .. }) = &mut query.breakdown {
            *limit = None;
        }
        for user in self.table.users.iter() {
            let user = self.table.users.id(user).to_owned();
            query.scope.segment = Some(Segment::List { users: vec![user.clone()] });
            let answer = self.run(&query)?;
            for group in &answer.groups {
                let of_group = reached.groups.entry(self.name(&group.key)).or_default();
                of_group.insert(user.clone(), steps_of(&group.result));
            }
            reached.overall.insert(user, steps_of(&answer.overall));
        }
        Ok(reached)
    }
}

/// For each user the steps reached, counted from 1.
type StepsByUser = BTreeMap<String, BTreeSet<usize>>;

#[derive(Debug, Default)]
struct Reached {
    overall: StepsByUser,
    groups: BTreeMap<String, StepsByUser>,
}

impl Expected {
    fn needs_users(&self) -> bool {
        self.level_by_user.is_some()
            || !(self.users_at_step.is_empty()
                && self.users_at_step_includes.is_empty()
                && self.n_users_at_step.is_empty()
                && self.users_at_step_by_group.is_empty()
                && self.n_users_at_step_by_group.is_empty()
                && self.users_dropped_before.is_empty()
                && self.n_users_dropped_before.is_empty()
                && self.users_exactly_at.is_empty()
                && self.n_users_exactly_at.is_empty())
    }
}

fn steps_of(result: &FunnelResult) -> BTreeSet<usize> {
    (1..).zip(&result.steps).filter(|(_, step)| step.n_reached > 0).map(|(number, _)| number).collect()
}

fn select(users: &StepsByUser, wanted: impl Fn(&BTreeSet<usize>) -> bool) -> BTreeSet<String> {
    users.iter().filter(|(_, steps)| wanted(steps)).map(|(user, _)| user.clone()).collect()
}

fn check_lists(
    what: &str,
    lists: &BTreeMap<usize, Vec<String>>,
    users: impl Fn(usize) -> BTreeSet<String>,
) -> Result<(), Problem> {
    lists.iter().try_for_each(|(&step, list)| {
        same(&format!("{what} {step}"), &list.iter().cloned().collect(), &users(step))
    })
}

fn check_counts(
    what: &str,
    counts: &BTreeMap<usize, usize>,
    users: impl Fn(usize) -> BTreeSet<String>,
) -> Result<(), Problem> {
    counts.iter().try_for_each(|(&step, count)| same(&format!("{what} {step}"), count, &users(step).len()))
}

fn check_steps(what: &str, rows: &[StepRow], result: &FunnelResult) -> Result<(), Problem> {
    if rows.is_empty() {
        return same(&format!("{what}: users in a funnel without steps"), &0, &result.n_entered);
    }
    same(&format!("{what}: number"), &rows.len(), &result.steps.len())?;
    for (number, (row, step)) in (1_u64..).zip(rows.iter().zip(&result.steps)) {
        check_step(&format!("{what}, step {number}"), number, row, step)?;
    }
    Ok(())
}

fn check_step(what: &str, number: u64, row: &StepRow, step: &FunnelStep) -> Result<(), Problem> {
    if let Some(event) = &row.event {
        same(&format!("{what}: event"), event, &step.name)?;
    }
    if let Some(expected) = row.step {
        same(&format!("{what}: step"), &expected, &number)?;
    }
    if let Some(count) = row.count {
        same(&format!("{what}: count"), &count, &step.n_reached)?;
    }
    let times = step.from_previous;
    if let Some(average) = row.average_ms {
        same_time(&format!("{what}: average_ms"), average, times.map(|times| times.mean_millis))?;
    }
    if let Some(median) = row.median_ms {
        same_time(&format!("{what}: median_ms"), median, times.map(|times| times.median_millis))?;
    }
    Ok(())
}

/// Whether two times are the same but for rounding in the last digits of seconds.
pub(super) fn same_time(what: &str, expected: Option<f64>, got: Option<f64>) -> Result<(), Problem> {
    match (expected, got) {
        (Some(expected), Some(got)) if (expected - got).abs() <= 1e-6 * expected.abs() => Ok(()),
        _ => same(what, &expected, &got),
    }
}

pub(super) fn same<T: PartialEq + Debug>(what: &str, expected: &T, got: &T) -> Result<(), Problem> {
    if expected == got {
        return Ok(());
    }
    Err(Problem::Wrong(format!("{what}: expected {expected:?}, got {got:?}")))
}
