//! Who is in which cell: asked for each user alone.

use std::collections::BTreeMap;

use cairn_engine::analysis::retention::{RetentionAnswer, RetentionQuery, RetentionTable};
use cairn_engine::kernel::period::Periods;
use cairn_engine::rule::{Breakdown, Segment};
use cairn_engine::table::Table;
use serde::Deserialize;

use super::super::Problem;
use super::super::compare::same;
use super::posthog::start_of_row;
use super::{answer, counts};

/// Something for each row, by its number, counted from 0.
type ByRow<T> = BTreeMap<String, T>;

/// What a case expects of users.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ExpectedUsers {
    users: ByRow<BTreeMap<String, Vec<usize>>>,
    users_present: ByRow<Vec<String>>,
    user_count: ByRow<usize>,
    user_columns: ByRow<BTreeMap<String, Vec<usize>>>,
    users_by_breakdown: BTreeMap<String, ByRow<BTreeMap<String, Vec<usize>>>>,
    users_present_by_breakdown: BTreeMap<String, ByRow<Vec<String>>>,
    user_count_by_breakdown: BTreeMap<String, ByRow<usize>>,
    user_columns_by_breakdown: BTreeMap<String, ByRow<BTreeMap<String, Vec<usize>>>>,
}

/// How a group is found by its name.
type Find = for<'a> fn(&'a RetentionAnswer, &str) -> Option<&'a RetentionTable>;

/// Compares the users of rows.
pub(super) fn check(
    expected: &ExpectedUsers,
    table: &Table,
    query: &RetentionQuery,
    periods: &Periods,
    find: Find,
) -> Result<(), Problem> {
    let who = Who::new(table, query, periods, find)?;
    let ExpectedUsers { users, users_present, user_count, user_columns, .. } = expected;
    who.check(users, &expected.users_by_breakdown, |what, wanted, found| {
        same(&format!("users of {what}"), wanted, &found)
    })?;
    who.check(users_present, &expected.users_present_by_breakdown, |what, wanted, found| {
        let missing: Vec<&String> = wanted.iter().filter(|user| !found.contains_key(*user)).collect();
        same(&format!("users missing in {what}"), &Vec::new(), &missing)
    })?;
    who.check(user_count, &expected.user_count_by_breakdown, |what, wanted, found| {
        same(&format!("user_count of {what}"), wanted, &found.len())
    })?;
    who.check(user_columns, &expected.user_columns_by_breakdown, |what, wanted, found| {
        wanted.iter().try_for_each(|(user, columns)| {
            same(&format!("columns of {user} in {what}"), &Some(columns), &found.get(user))
        })
    })
}

/// Each user's own answer.
struct Who<'a> {
    answers: BTreeMap<String, RetentionAnswer>,
    periods: &'a Periods,
    n_columns: usize,
    find: Find,
}

impl<'a> Who<'a> {
    fn new(table: &Table, query: &RetentionQuery, periods: &'a Periods, find: Find) -> Result<Self, Problem> {
        let mut query = query.clone();
        if let Some(Breakdown::Property { limit, .. }) = &mut query.breakdown {
            *limit = None;
        }
        let mut answers = BTreeMap::new();
        for user in table.users.iter() {
            let id = table.users.id(user).to_owned();
            query.scope.segment = Some(Segment::List { users: vec![id.clone()] });
            answers.insert(id, answer(table, &query)?);
        }
        Ok(Self { answers, periods, n_columns: query.columns.unwrap_or(1) as usize, find })
    }

    /// The users of a row, with the columns that they are in.
    fn in_row(&self, group: Option<&String>, row: &str) -> Result<BTreeMap<String, Vec<usize>>, Problem> {
        let start = start_of_row(self.periods, row)?;
        let columns = |answer: &RetentionAnswer| {
            let table = match group {
                None => Some(&answer.overall),
                Some(name) => (self.find)(answer, name),
            };
            let found = table.map(|table| counts(table, start, self.n_columns)).unwrap_or_default();
            (0..found.len()).filter(|&column| found[column] > 0).collect::<Vec<usize>>()
        };
        let all = self.answers.iter().map(|(id, answer)| (id.clone(), columns(answer)));
        Ok(all.filter(|(_, columns)| !columns.is_empty()).collect())
    }

    /// Compares rows of the whole and of each group.
    fn check<T>(
        &self,
        whole: &ByRow<T>,
        groups: &BTreeMap<String, ByRow<T>>,
        compare: impl Fn(&str, &T, BTreeMap<String, Vec<usize>>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let groups = groups.iter().map(|(name, rows)| (Some(name), rows));
        for (group, rows) in [(None, whole)].into_iter().chain(groups) {
            for (row, wanted) in rows {
                let what = format!("row {row} of {}", group.map_or("all users", String::as_str));
                compare(&what, wanted, self.in_row(group, row)?)?;
            }
        }
        Ok(())
    }
}
