//! The third round: the proposed funnel divided by every property that has few values, and the property that tells most.

use serde::{Deserialize, Serialize};

use super::add;
use crate::analysis::Analysis;
use crate::analysis::funnel::{self, FunnelQuery, Level, Window};
use crate::error::QueryError;
use crate::stats::adjust::holm;
use crate::stats::contingency::association;
use crate::table::{Bucket, Column, MISSING, Role, Table, TextColumn};

/// How many properties are tried at most: the first ones of the file.
pub const MAX_PROPERTIES: usize = 32;

/// How many values a property may have that groups are made by.
pub const MAX_VALUES: usize = 10;

/// The smallest effect that is worth a breakdown: by convention a small one (Cohen 1988, § 7.2).
pub const MIN_CRAMERS_V: f64 = 0.1;

/// A value or none.
const CODES: usize = MAX_VALUES + 1;

/// Why a funnel is broken down by a property.
///
/// Every text property of 2 to 10 values ([`MAX_VALUES`]) is tried at every step: of the users who reached the step before
/// and whose window is over, how many of each value went on and how many stopped? Values enter with the users whom the
/// breakdown puts into their group, and if at least 5 of them are expected to go on and 5 to stop (Cochran's rule); they
/// must hold nine tenths of these users. Differences are told from chance by Pearson's χ² test at 5 %, adjusted by Holm's
/// method for all that was tried, and must have an effect of 0.1 ([`MIN_CRAMERS_V`]); the one of the largest effect is chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SuggestedBreakdown {
    /// The property.
    pub property: String,
    /// The step before which its groups differ most, as an index from 0 into the funnel's steps; at least 1.
    pub step: u32,
    /// How much they differ there: Cramér's V, from 0 (not at all) to 1.
    pub cramers_v: f64,
    /// The probability of such a difference by chance, adjusted for the number of differences tried.
    pub p_value: f64,
}

/// Users by property, value and how far they came: `[(property * CODES + code) * n_steps + step]`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Groups {
    /// Users whose last step this is.
    ended: Vec<u64>,
    /// Those of them whose window is not over.
    open: Vec<u64>,
}

/// The round's look-up tables.
#[derive(Debug)]
pub struct Dividing<'t> {
    funnel: funnel::Prepared<'t>,
    n_steps: usize,
    properties: Vec<(&'t Column, &'t TextColumn)>,
}

/// The properties to try, in the file's order.
pub(super) fn properties(table: &Table) -> impl Iterator<Item = (&str, &Column)> {
    let has_meaning =
        |role| !matches!(role, Role::User | Role::Time | Role::Event | Role::Session | Role::Text);
    let has_few_values = |column: &Column| match column {
        Column::Text(text) => (2..=MAX_VALUES).contains(&text.dictionary.len()),
        _ => false,
    };
    let columns = table.schema.columns.iter().zip(&table.columns);
    columns
        .filter(move |(info, column)| has_meaning(info.role) && has_few_values(column))
        .map(|(info, column)| (info.name.as_str(), column))
        .take(MAX_PROPERTIES)
}

impl<'t> Dividing<'t> {
    /// Prepares the round for a funnel that is broken down by the first of the properties.
    ///
    /// # Errors
    /// If the scope does not fit the table.
    pub(super) fn new(query: &FunnelQuery, table: &'t Table) -> Result<Self, QueryError> {
        let text = |(_, column): (&str, &'t Column)| match column {
            Column::Text(text) => Some((column, text)),
            _ => None,
        };
        Ok(Self {
            funnel: query.check(table)?.prepare(&funnel::State::Count, table, None)?,
            n_steps: query.steps.len(),
            properties: properties(table).filter_map(text).collect(),
        })
    }

    /// Follows a bucket's users.
    pub(super) fn scan(&mut self, bucket: Bucket<'_>, groups: &mut Groups) {
        let n = self.properties.len() * CODES * self.n_steps;
        groups.ended.resize(n, 0);
        groups.open.resize(n, 0);
        let (n_steps, properties) = (self.n_steps, &self.properties);
        self.funnel.each_level(bucket, |Level { step, window }, rows| {
            for (index, (column, text)) in properties.iter().enumerate() {
                let row = funnel::first_row(column, rows.iter().copied());
                let code = row.map_or(MISSING, |row| text.codes.get(row as usize));
                let at = (index * CODES + code as usize) * n_steps + step;
                groups.ended[at] += 1;
                groups.open[at] += u64::from(window == Window::Open);
            }
        });
    }
}

/// What was tried, and what came of it.
struct Trial<'t> {
    property: &'t str,
    step: usize,
    cramers_v: f64,
    p_value: f64,
}

impl Groups {
    /// Adds another shard's counts.
    pub(super) fn merge(&mut self, other: &Self) {
        add(&mut self.ended, &other.ended);
        add(&mut self.open, &other.open);
    }

    /// The property whose groups differ most at one step; none if no difference is convincing.
    pub(super) fn breakdown(&self, n_steps: usize, table: &Table) -> Option<SuggestedBreakdown> {
        let mut trials = Vec::new();
        for (index, (property, _)) in properties(table).enumerate() {
            for step in 1..n_steps {
                let found =
                    comparable(&self.decided(index, step, n_steps)).and_then(|groups| association(&groups));
                trials.extend(found.map(|found| Trial {
                    property,
                    step,
                    cramers_v: found.cramers_v,
                    p_value: found.p_value,
                }));
            }
        }
        let adjusted = holm(&trials.iter().map(|trial| trial.p_value).collect::<Vec<_>>());
        let convincing =
            trials.iter().zip(adjusted).filter(|(trial, p)| *p < 0.05 && trial.cramers_v >= MIN_CRAMERS_V);
        // Of equal ones the first.
        let best =
            convincing.reduce(|best, other| if other.0.cramers_v > best.0.cramers_v { other } else { best });
        best.map(|(trial, p_value)| SuggestedBreakdown {
            property: trial.property.to_owned(),
            step: trial.step as u32,
            cramers_v: trial.cramers_v,
            p_value,
        })
    }

    /// For each code of a property, the missing one first: users who reached the step before and are not open there, as
    /// those who went on and those who stopped.
    fn decided(&self, property: usize, step: usize, n_steps: usize) -> Vec<(u64, u64)> {
        let of_code = |code: usize| {
            let from = (property * CODES + code) * n_steps;
            let went_on = self.ended[from + step..from + n_steps].iter().sum();
            (went_on, self.ended[from + step - 1] - self.open[from + step - 1])
        };
        if self.ended.is_empty() { Vec::new() } else { (0..CODES).map(of_code).collect() }
    }
}

/// The groups that can be compared: known values with at least 5 users expected to go on and 5 to stop. None if they do
/// not hold nine tenths of the users.
fn comparable(by_code: &[(u64, u64)]) -> Option<Vec<(u64, u64)>> {
    let sum =
        |groups: &[(u64, u64)]| groups.iter().fold((0, 0), |sum, group| (sum.0 + group.0, sum.1 + group.1));
    let (_, known) = by_code.split_first()?;
    let (went_on, stopped) = sum(known);
    let least = went_on.min(stopped) as u128;
    let n_known = u128::from(went_on + stopped);
    let is_large = |group: &&(u64, u64)| u128::from(group.0 + group.1) * least >= 5 * n_known;
    let large: Vec<(u64, u64)> = known.iter().filter(is_large).copied().collect();
    let ((kept_on, kept_stopped), (all_on, all_stopped)) = (sum(&large), sum(by_code));
    ((kept_on + kept_stopped) * 10 >= (all_on + all_stopped) * 9).then_some(large)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_compared_if_five_are_expected_in_each_cell_and_nearly_all_users_are_in_them() {
        // Half go on, so a group needs ten users.
        assert_eq!(comparable(&[(0, 0), (5, 5), (45, 45)]), Some(vec![(5, 5), (45, 45)]));
        assert_eq!(
            comparable(&[(0, 0), (4, 5), (46, 45)]),
            Some(vec![(46, 45)]),
            "nine of a hundred left out"
        );
        assert_eq!(comparable(&[(0, 0), (4, 5), (5, 4), (21, 21)]), None, "eighteen of sixty left out");
        assert_eq!(comparable(&[(6, 6), (25, 25), (25, 25)]), None, "twelve of 112 have no value");
        assert_eq!(comparable(&[(5, 5), (25, 25), (25, 25)]).map(|groups| groups.len()), Some(2));
        assert_eq!(comparable(&[]), None);
    }
}
