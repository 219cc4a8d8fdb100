//! A user's value of a property: the first or the last one that is not missing.

use crate::rule::Owner;
use crate::table::{Codes, Column, MISSING, Table};

/// For each user of the shard, the row that holds the user's value of `column`, or [`NO_ROW`]. `Owner::Event` is read
/// as `Owner::User`. O(rows) at worst, usually O(users), since most first and last rows hold a value.
pub fn value_rows(table: &Table, column: &Column, owner: Owner) -> Vec<u32> {
    let set = |row: &usize| match column {
        Column::Text(text) => match &text.codes {
            Codes::U8(codes) => u32::from(codes[*row]) != MISSING,
            Codes::U16(codes) => u32::from(codes[*row]) != MISSING,
            Codes::U32(codes) => codes[*row] != MISSING,
        },
        Column::Number(numbers) => numbers.get(*row).is_some(),
        Column::Time(times) => times[*row] != Column::NO_TIME,
        Column::User | Column::EventTime => true,
    };
    let find = |user| {
        let mut rows = table.users.rows(user);
        match owner {
            Owner::UserFirst => rows.find(set),
            Owner::Event | Owner::User => rows.rev().find(set),
        }
    };
    table.users.iter().map(|user| find(user).map_or(NO_ROW, |row| row as u32)).collect()
}

/// Stands for "the user has no such value".
pub const NO_ROW: u32 = u32::MAX;
