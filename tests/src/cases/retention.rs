//! Retention of all tools: tables of cohorts, and ClickHouse's conditions, which are segments.

mod cohorts;
mod conditions;
mod posthog;
mod users;

use cairn_engine::analysis::retention::{RetentionAnswer, RetentionQuery, RetentionTable};
use cairn_engine::table::Table;
use cairn_engine::{Answer, Millis, Query, run};
use serde::Deserialize;

use super::format::Case;
use super::{Problem, Ready, ready};

/// Translates a case of any tool.
pub(super) fn prepare(case: &Case) -> Result<Box<dyn Ready>, Problem> {
    #[derive(Deserialize)]
    struct Styled {
        style: Option<String>,
    }
    let Styled { style } = Styled::deserialize(&case.query).map_err(|error| error.to_string())?;
    match style.as_deref() {
        None if case.semantics == "posthog" => ready(posthog::prepare(case)),
        Some("cohorts") => ready(cohorts::prepare(case)),
        Some("conditions") => ready(conditions::prepare(case)),
        other => Err(Problem::Wrong(format!("there is no style {other:?} of retention"))),
    }
}

fn answer(table: &Table, query: &RetentionQuery) -> Result<RetentionAnswer, Problem> {
    match run(table, &Query::Retention(query.clone())) {
        Ok(Answer::Retention(answer)) => Ok(answer),
        Ok(other) => Err(Problem::Wrong(format!("retention was answered with {other:?}"))),
        Err(error) => Err(Problem::Wrong(error.to_string())),
    }
}

/// A cohort's users and those who returned, by column; cohorts that the table leaves out have none.
fn counts(table: &RetentionTable, start: Millis, n_columns: usize) -> Vec<u64> {
    let cohort = table.cohorts.iter().find(|cohort| cohort.start_millis == start);
    let count = |column: usize| match (cohort, column) {
        (None, _) => 0,
        (Some(cohort), 0) => cohort.n_users,
        (Some(cohort), _) => cohort.cells.get(column).map_or(0, |cell| cell.n_users),
    };
    (0..n_columns).map(count).collect()
}
