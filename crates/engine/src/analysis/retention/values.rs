//! Values of rows: numbers to add up, and values that start and returns must share.

use super::query::{RetentionQuery, Value, column, numbers};
use crate::error::QueryError;
use crate::kernel::user_value::{NO_ROW, value_rows};
use crate::rule::{Breakdown, Owner};
use crate::table::{Column, Numbers, Table, UserIdx};
use crate::time::Millis;

/// Where the number of a row stands.
#[derive(Debug)]
pub(super) enum Values<'t> {
    ByRow(&'t Numbers),
    /// In one row for each user, or [`NO_ROW`].
    ByUser(&'t Numbers, Vec<u32>),
}

impl<'t> Values<'t> {
    /// Finds the numbers of a value that has been checked.
    ///
    /// # Errors
    /// If the value does not fit the table.
    pub(super) fn new(value: &Value, table: &'t Table) -> Result<Self, QueryError> {
        let column = numbers(value, table)?;
        let Column::Number(numbers) = column else { unreachable!("a value is a number column") };
        Ok(match value.on {
            Owner::Event => Self::ByRow(numbers),
            owner => Self::ByUser(numbers, value_rows(table, column, owner)),
        })
    }

    /// The number of a return; 0 if it is missing.
    pub(super) fn get(&self, row: u32, user: UserIdx) -> f64 {
        let found = match self {
            Self::ByRow(numbers) => numbers.get(row as usize),
            Self::ByUser(numbers, rows) => {
                let row = rows[user.0 as usize];
                (row != NO_ROW).then(|| numbers.get(row as usize)).flatten()
            }
        };
        found.unwrap_or(0.0)
    }
}

/// What equal values of one user share and others do not, in the values' order; the missing value comes first.
pub(super) fn key(table: &Table, column: &Column, row: u32) -> u64 {
    let row = row as usize;
    let ordered = |time: Millis| time.0 as u64 ^ 1 << 63;
    match column {
        Column::Text(text) => u64::from(text.codes.get(row)),
        Column::Number(numbers) => numbers.get(row).map_or(0, |value| {
            let bits = (value + 0.0).to_bits();
            if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
        }),
        Column::Time(times) => ordered(times[row]),
        Column::EventTime => ordered(table.times[row]),
        Column::User => 0,
    }
}

/// The property whose values are followed apart, if there is one.
///
/// # Errors
/// If there is no such column.
pub(super) fn shared<'t>(query: &RetentionQuery, table: &'t Table) -> Result<Option<&'t Column>, QueryError> {
    let (name, field) = match (&query.hold, &query.breakdown) {
        (Some(name), _) => (name, "hold"),
        (None, Some(Breakdown::Property { property, .. })) if query.splits_values() => {
            (property, "breakdown.property")
        }
        _ => return Ok(None),
    };
    let index = column(name, table).map_err(|problem| QueryError::new(field, problem))?;
    Ok(Some(table.column(index)))
}
