//! Builds a table from blocks of rows in input order: sorts rows by user, time and input order, sorts dictionaries,
//! narrows columns. One column at a time is in memory twice.

use std::mem;

use super::Table;
use super::column::{Codes, Column, Numbers, TextColumn};
use super::dictionary::{Dictionary, MISSING};
use super::schema::{ColumnIdx, ColumnInfo, Kind, Role, Schema};
use super::users::{Users, bucket_of};
use crate::time::Millis;

/// Rows in input order, column by column. All columns hold as many values as there are `users` and `times`.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Each row's user, as an index into [`Draft::users`].
    pub users: Vec<u32>,
    /// Each row's instant.
    pub times: Vec<Millis>,
    /// The values of each column of the draft.
    pub columns: Vec<BlockColumn>,
}

/// One column's values in a block.
#[derive(Clone, Debug)]
pub enum BlockColumn {
    /// Codes of the draft's dictionary for this column; [`MISSING`] for no value.
    Text(Vec<u32>),
    /// Numbers; NaN for no value.
    Number(Vec<f64>),
    /// Instants; [`Column::NO_TIME`] for no value.
    Time(Vec<Millis>),
    /// The same code in `n` rows, for a text column; [`MISSING`] for a column that the block's rows do not have.
    Constant {
        /// The code.
        code: u32,
        /// Number of rows.
        n: usize,
    },
    /// The user or time column, whose values stand elsewhere in the block.
    Elsewhere,
}

/// All that a table is built from.
#[derive(Debug, Default)]
pub struct Draft {
    /// The columns; exactly one each has the roles user, time and event, and the event column is text.
    pub columns: Vec<ColumnInfo>,
    /// Distinct user ids in any order.
    pub users: Dictionary,
    /// For each column the distinct texts in any order; empty for those that are not text.
    pub dictionaries: Vec<Dictionary>,
    /// The rows.
    pub blocks: Vec<Block>,
}

impl Draft {
    /// The table of these rows. O(rows + dictionary entries × log), plus a sort of each user's rows whose times are not
    /// in order already. User ids without a row are dropped.
    ///
    /// # Panics
    /// If the roles user, time and event are not given once each, or there are 2³² rows or more: bugs of the caller.
    pub fn build(mut self) -> Table {
        let flat_times = concat(self.blocks.iter_mut().map(|block| mem::take(&mut block.times)));
        assert!(u32::try_from(flat_times.len()).is_ok(), "row numbers fit into 32 bits");
        let (users, order) = self.order_rows(&flat_times);
        let times: Vec<Millis> = order.iter().map(|&row| flat_times[row as usize]).collect();
        drop(flat_times);
        let columns = (0..self.columns.len()).map(|index| self.build_column(index, &order)).collect();
        let schema = Schema {
            user: self.role(Role::User),
            time: self.role(Role::Time),
            event: self.role(Role::Event),
            columns: self.columns,
            span: times.iter().copied().min().zip(times.iter().copied().max()),
            n_events: times.len() as u64,
            n_users: users.len() as u64,
        };
        Table { schema, users, times, columns }
    }

    fn role(&self, role: Role) -> ColumnIdx {
        let mut with_role = (0_u32..).zip(&self.columns).filter(|(_, column)| column.role == role);
        match (with_role.next(), with_role.next()) {
            (Some((index, _)), None) => ColumnIdx(index),
            _ => panic!("exactly one column has the role {role:?}"),
        }
    }

    /// The users in the table's order, and for each row of the table its number in the input.
    fn order_rows(&mut self, times: &[Millis]) -> (Users, Vec<u32>) {
        let ids = mem::take(&mut self.users);
        let row_users = concat(self.blocks.iter_mut().map(|block| mem::take(&mut block.users)));
        assert_eq!(row_users.len(), times.len(), "a user and a time for every row");
        let mut n_rows = vec![0_u32; ids.len()];
        for &user in &row_users {
            n_rows[user as usize] += 1;
        }
        let sorted = users_in_order(&ids, &n_rows);
        let mut starts = Vec::with_capacity(sorted.len() + 1);
        let mut next = vec![0_u32; ids.len()];
        let mut total = 0;
        for &user in &sorted {
            starts.push(total);
            next[user as usize] = total;
            total += n_rows[user as usize];
        }
        starts.push(total);
        let mut order = vec![0_u32; row_users.len()];
        for (row, &user) in (0_u32..).zip(&row_users) {
            let place = &mut next[user as usize];
            order[*place as usize] = row;
            *place += 1;
        }
        for bounds in starts.windows(2) {
            let rows = &mut order[bounds[0] as usize..bounds[1] as usize];
            if !rows.is_sorted_by_key(|&row| times[row as usize]) {
                rows.sort_by_key(|&row| times[row as usize]);
            }
        }
        let ids = Dictionary::from_entries(sorted.iter().map(|&user| ids.entry(user)));
        (Users::new(ids, starts), order)
    }

    fn build_column(&mut self, index: usize, order: &[u32]) -> Column {
        let parts = self
            .blocks
            .iter_mut()
            .map(|block| mem::replace(&mut block.columns[index], BlockColumn::Elsewhere));
        match (self.columns[index].role, self.columns[index].kind) {
            (Role::User, _) => Column::User,
            (Role::Time, _) => Column::EventTime,
            (_, Kind::Text) => build_text(parts, &mem::take(&mut self.dictionaries[index]), order),
            (_, Kind::Number) => {
                let flat = concat(parts.map(BlockColumn::into_numbers));
                Column::Number(match Numbers::narrow(flat) {
                    Numbers::F32(flat) => Numbers::F32(order.iter().map(|&row| flat[row as usize]).collect()),
                    Numbers::F64(flat) => Numbers::F64(order.iter().map(|&row| flat[row as usize]).collect()),
                })
            }
            (_, Kind::Time) => {
                let flat = concat(parts.map(BlockColumn::into_times));
                Column::Time(order.iter().map(|&row| flat[row as usize]).collect())
            }
        }
    }
}

impl BlockColumn {
    fn into_codes(self) -> Vec<u32> {
        match self {
            Self::Text(codes) => codes,
            Self::Constant { code, n } => vec![code; n],
            other => panic!("a text column holds codes, not {other:?}"),
        }
    }

    fn into_numbers(self) -> Vec<f64> {
        match self {
            Self::Number(values) => values,
            other => panic!("a number column holds numbers, not {other:?}"),
        }
    }

    fn into_times(self) -> Vec<Millis> {
        match self {
            Self::Time(values) => values,
            other => panic!("a time column holds times, not {other:?}"),
        }
    }
}

/// Users that have rows, by bucket and then by the bytes of their ids.
fn users_in_order(ids: &Dictionary, n_rows: &[u32]) -> Vec<u32> {
    let present = (0..ids.len() as u32).filter(|&user| n_rows[user as usize] > 0);
    let mut keyed: Vec<(u8, u32)> =
        present.map(|user| (bucket_of(ids.entry(user).as_bytes()).0, user)).collect();
    keyed.sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| ids.entry(a.1).as_bytes().cmp(ids.entry(b.1).as_bytes()))
    });
    keyed.into_iter().map(|(_, user)| user).collect()
}

fn build_text(parts: impl Iterator<Item = BlockColumn>, met: &Dictionary, order: &[u32]) -> Column {
    let mut sorted: Vec<u32> = (0..met.len() as u32).collect();
    sorted.sort_unstable_by(|&a, &b| met.entry(a).as_bytes().cmp(met.entry(b).as_bytes()));
    let mut new_code = vec![MISSING; met.len() + 1];
    for (rank, &entry) in (1_u32..).zip(&sorted) {
        new_code[entry as usize + 1] = rank;
    }
    let dictionary = Dictionary::from_entries(sorted.iter().map(|&entry| met.entry(entry)));
    let parts = parts.map(BlockColumn::into_codes);
    let codes = match dictionary.len() {
        0..=0xff => Codes::U8(sort_codes(parts, &new_code, order, |code| code as u8)),
        0x100..=0xffff => Codes::U16(sort_codes(parts, &new_code, order, |code| code as u16)),
        _ => Codes::U32(sort_codes(parts, &new_code, order, |code| code)),
    };
    Column::Text(TextColumn { codes, dictionary })
}

/// Renames codes, narrows them, and then moves them: what is moved is small by then.
fn sort_codes<C: Copy>(
    parts: impl Iterator<Item = Vec<u32>>,
    new_code: &[u32],
    order: &[u32],
    narrow: impl Fn(u32) -> C,
) -> Vec<C> {
    let mut flat = Vec::with_capacity(order.len());
    for part in parts {
        flat.extend(part.iter().map(|&code| narrow(new_code[code as usize])));
    }
    order.iter().map(|&row| flat[row as usize]).collect()
}

/// All parts in one, each freed when it is copied.
fn concat<T: Copy>(parts: impl Iterator<Item = Vec<T>>) -> Vec<T> {
    let mut whole = Vec::new();
    for part in parts {
        whole.extend_from_slice(&part);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, role: Role, kind: Kind) -> ColumnInfo {
        ColumnInfo { name: name.to_owned(), kind, role }
    }

    fn draft(rows: &[(&str, i64, &str, f64)]) -> Draft {
        let mut draft = Draft {
            columns: vec![
                column("user", Role::User, Kind::Text),
                column("time", Role::Time, Kind::Time),
                column("event", Role::Event, Kind::Text),
                column("revenue", Role::Revenue, Kind::Number),
            ],
            dictionaries: vec![Dictionary::default(); 4],
            ..Draft::default()
        };
        let code = |dictionary: &mut Dictionary, text: &str| {
            let found = dictionary.iter().position(|entry| entry == text);
            found.unwrap_or_else(|| {
                dictionary.push(text);
                dictionary.len() - 1
            }) as u32
        };
        for part in rows.chunks(2) {
            let mut block = Block::default();
            let (mut events, mut revenue) = (Vec::new(), Vec::new());
            for &(user, time, event, value) in part {
                block.users.push(code(&mut draft.users, user));
                block.times.push(Millis(time));
                events.push(code(&mut draft.dictionaries[2], event) + 1);
                revenue.push(value);
            }
            block.columns = vec![
                BlockColumn::Elsewhere,
                BlockColumn::Elsewhere,
                BlockColumn::Text(events),
                BlockColumn::Number(revenue),
            ];
            draft.blocks.push(block);
        }
        draft
    }

    #[test]
    fn rows_come_out_by_user_then_time_then_input_order() {
        let rows = [("b", 5, "x", 1.0), ("a", 9, "y", 2.0), ("b", 5, "w", 3.0), ("b", 1, "z", f64::NAN)];
        let table = draft(&rows).build();
        let seen: Vec<(&str, i64, &str)> = table
            .users
            .iter()
            .flat_map(|user| table.users.rows(user).map(move |row| (user, row)))
            .map(|(user, row)| (table.users.id(user), table.times[row].0, table.events().text(row).unwrap()))
            .collect();
        let mut expected = vec![("a", 9, "y"), ("b", 1, "z"), ("b", 5, "x"), ("b", 5, "w")];
        expected.sort_by_key(|row| bucket_of(row.0.as_bytes()));
        assert_eq!(seen, expected);
        assert_eq!(table.events().dictionary.iter().collect::<Vec<_>>(), ["w", "x", "y", "z"]);
        assert_eq!(table.schema.span, Some((Millis(1), Millis(9))));
        assert_eq!((table.schema.n_events, table.schema.n_users), (4, 2));
    }

    #[test]
    fn the_table_does_not_depend_on_how_rows_fall_into_blocks() {
        let rows: Vec<(String, i64)> =
            (0..500).map(|n: i64| (format!("u{}", n * 7 % 41), n * 13 % 29)).collect();
        let rows: Vec<(&str, i64, &str, f64)> =
            rows.iter().map(|row| (row.0.as_str(), row.1, "e", 0.5)).collect();
        let whole = draft(&rows);
        let mut joined =
            Draft { columns: whole.columns.clone(), users: whole.users.clone(), ..Draft::default() };
        joined.dictionaries = whole.dictionaries.clone();
        joined.blocks = whole.blocks.clone();
        joined.blocks.insert(3, Block { columns: empty_columns(), ..Block::default() });
        assert_eq!(format!("{:?}", whole.build()), format!("{:?}", joined.build()));
    }

    fn empty_columns() -> Vec<BlockColumn> {
        vec![
            BlockColumn::Elsewhere,
            BlockColumn::Elsewhere,
            BlockColumn::Text(Vec::new()),
            BlockColumn::Number(Vec::new()),
        ]
    }
}
