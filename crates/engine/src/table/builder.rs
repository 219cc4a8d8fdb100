//! Tables from blocks of rows in input order, all in this memory: what makes a table without reading a file, and what a
//! parser fills before it packs its rows for the shards.

use super::Table;
use super::assembly::Assembly;
use super::column::Column;
use super::dictionary::{Dictionary, Sorted, unite};
use super::parcel::Packer;
use super::schema::{ColumnInfo, Kind, Role};
use super::shards::Shards;
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
    /// Codes of the draft's dictionary for this column; [`MISSING`](super::MISSING) for no value.
    Text(Vec<u32>),
    /// Numbers; NaN for no value.
    Number(Vec<f64>),
    /// Instants; [`Column::NO_TIME`] for no value.
    Time(Vec<Millis>),
    /// The same code in `n` rows, for a text column; [`MISSING`](super::MISSING) for a column that the block's rows do not have.
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
    /// The table of these rows. User ids without a row are dropped.
    ///
    /// # Panics
    /// If the roles user, time and event are not given once each, or there are 2³² rows or more: bugs of the caller.
    pub fn build(self) -> Table {
        let mut packer = Packer::new(Shards::ONE);
        self.users.iter().for_each(|id| packer.add_user(id.as_bytes()));
        let (mut headers, mut bodies) = (Vec::new(), Vec::new());
        for block in self.blocks {
            for parcel in packer.pack(&block, 0, 0) {
                headers.push(parcel.header);
                bodies.push(parcel.body);
            }
        }
        let assembly = Assembly::new(headers, Box::new(bodies), &[&self.users]);
        let column = |(index, info): (usize, &ColumnInfo)| match (info.role, info.kind) {
            (Role::User, _) => Column::User,
            (Role::Time, _) => Column::EventTime,
            (_, Kind::Text) => {
                let (dictionary, translations) = unite(&[&Sorted::of(&self.dictionaries[index])]);
                Column::Text(assembly.texts(index, dictionary, &translations))
            }
            (_, Kind::Number) => Column::Number(assembly.numbers(index)),
            (_, Kind::Time) => Column::Time(assembly.instants(index)),
        };
        let columns = self.columns.iter().enumerate().map(column).collect();
        Table::new(self.columns, columns, assembly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::bucket_of;

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
