//! Counts rows that repeat another one exactly.

use crate::table::{Column, Numbers, Table};

/// Number of rows that equal an earlier one in user, time and all columns.
///
/// Rows of one user at one instant stand together, so that only those have to be compared. O(rows), plus a sort of
/// those that share user and instant.
pub(crate) fn count(table: &Table) -> u64 {
    let mut n_duplicates = 0;
    let mut rows = Vec::new();
    for user in table.users.iter() {
        let range = table.users.rows(user);
        let mut start = range.start;
        for run in table.times[range].chunk_by(|a, b| a == b) {
            if run.len() > 1 {
                rows.clear();
                rows.extend(start..start + run.len());
                n_duplicates += count_among(table, &mut rows);
            }
            start += run.len();
        }
    }
    n_duplicates
}

/// Number of rows among these, all of one user and instant, that equal another one before; sorts them.
pub(crate) fn count_among(table: &Table, rows: &mut [usize]) -> u64 {
    let key = |row: usize| table.columns.iter().map(move |column| value(column, row));
    rows.sort_unstable_by(|&a, &b| key(a).cmp(key(b)));
    rows.windows(2).filter(|pair| key(pair[0]).eq(key(pair[1]))).count() as u64
}

/// A number that is equal for equal values, missing ones too.
fn value(column: &Column, row: usize) -> u64 {
    match column {
        Column::Text(text) => u64::from(text.codes.get(row)),
        Column::Number(Numbers::F32(values)) => u64::from(values[row].to_bits()),
        Column::Number(Numbers::F64(values)) => values[row].to_bits(),
        Column::Time(values) => values[row].0.cast_unsigned(),
        Column::User | Column::EventTime => 0,
    }
}
