//! Helpers of the unit tests: tables from literal rows, and the same query on one shard and on many.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::{Strategy, prop};

use crate::analysis::{Answer, Kept, Query, Round, run};
use crate::table::builder::{Block, BlockColumn, Draft};
use crate::table::{BucketId, Column, ColumnInfo, Dictionary, Kind, Role, Table, bucket_of};
use crate::time::Millis;

/// Rows to build tables from, like a sheet of paper: a user, a time and an event, and a cell for each further column.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    columns: Vec<ColumnInfo>,
    rows: Vec<SheetRow>,
}

/// One row of a [`Sheet`].
#[derive(Clone, Debug)]
pub(crate) struct SheetRow {
    pub(crate) user: String,
    pub(crate) time: i64,
    pub(crate) event: String,
    pub(crate) cells: Vec<String>,
}

impl Sheet {
    /// An empty sheet with the columns `user`, `time` and `event`.
    pub(crate) fn new() -> Self {
        let column = |name: &str, role, kind| ColumnInfo { name: name.to_owned(), kind, role };
        let columns = vec![
            column("user", Role::User, Kind::Text),
            column("time", Role::Time, Kind::Time),
            column("event", Role::Event, Kind::Text),
        ];
        Self { columns, rows: Vec::new() }
    }

    /// Adds a column before the first row is written.
    pub(crate) fn column(mut self, name: &str, role: Role, kind: Kind) -> Self {
        assert!(self.rows.is_empty(), "columns come before rows");
        self.columns.push(ColumnInfo { name: name.to_owned(), kind, role });
        self
    }

    /// Adds a row. One cell per further column, as it would stand in a file; an empty cell is a missing value, and a
    /// time is given in milliseconds.
    pub(crate) fn row(mut self, user: &str, time: i64, event: &str, cells: &[&str]) -> Self {
        self.push(user, time, event, cells.iter().map(|&cell| cell.to_owned()).collect());
        self
    }

    /// As [`Sheet::row`], on a sheet that stays.
    pub(crate) fn push(&mut self, user: &str, time: i64, event: &str, cells: Vec<String>) {
        assert_eq!(cells.len(), self.columns.len() - 3, "a cell for each column");
        self.rows.push(SheetRow { user: user.to_owned(), time, event: event.to_owned(), cells });
    }

    /// Each user's rows in order of time, then of input; users in the order of their ids. For oracles.
    pub(crate) fn users(&self) -> BTreeMap<&str, Vec<&SheetRow>> {
        let mut users: BTreeMap<&str, Vec<&SheetRow>> = BTreeMap::new();
        for row in &self.rows {
            users.entry(&row.user).or_default().push(row);
        }
        users.values_mut().for_each(|rows| rows.sort_by_key(|row| row.time));
        users
    }

    /// The same rows in another order, drawn from `seed`.
    pub(crate) fn shuffled(&self, seed: u64) -> Self {
        let mut shuffled = self.clone();
        let key =
            |at: usize| crate::table::users::mix(seed ^ (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_key(|&at| key(at));
        shuffled.rows = order.into_iter().map(|at| self.rows[at].clone()).collect();
        shuffled
    }

    /// The table of all rows.
    pub(crate) fn table(&self) -> Table {
        self.draft(|_| true).build()
    }

    /// The same data set as `n` tables, of which each holds every n-th bucket, with the schema and the dictionaries of
    /// the whole.
    pub(crate) fn shards(&self, n: usize) -> Vec<Table> {
        let whole = self.table().schema;
        let shard = |index: usize| {
            let mut table = self.draft(|user| usize::from(bucket_of(user.as_bytes()).0) % n == index).build();
            table.schema = whole.clone();
            table
        };
        (0..n).map(shard).collect()
    }

    /// All texts enter the dictionaries, but only the rows of users that `holds` accepts enter the table.
    fn draft(&self, holds: impl Fn(&str) -> bool) -> Draft {
        let mine: Vec<bool> = self.rows.iter().map(|row| holds(&row.user)).collect();
        let (users, user_codes) = interned(self.rows.iter().map(|row| row.user.as_str()));
        let times = self.rows.iter().map(|row| Millis(row.time));
        let mut block = Block {
            users: kept(user_codes.into_iter().map(|code| code - 1), &mine),
            times: kept(times, &mine),
            columns: Vec::new(),
        };
        let mut dictionaries = vec![Dictionary::default(); self.columns.len()];
        for (at, column) in self.columns.iter().enumerate() {
            let cells = self.rows.iter().map(|row| if at == 2 { &row.event } else { &row.cells[at - 3] });
            block.columns.push(match (column.role, column.kind) {
                (Role::User | Role::Time, _) => BlockColumn::Elsewhere,
                (_, Kind::Text) => {
                    let (dictionary, codes) = interned(cells.map(String::as_str));
                    dictionaries[at] = dictionary;
                    BlockColumn::Text(kept(codes.into_iter(), &mine))
                }
                (_, Kind::Number) => {
                    BlockColumn::Number(kept(cells.map(|cell| cell.parse().unwrap_or(f64::NAN)), &mine))
                }
                (_, Kind::Time) => {
                    let time = |cell: &String| cell.parse().map_or(Column::NO_TIME, Millis);
                    BlockColumn::Time(kept(cells.map(time), &mine))
                }
            });
        }
        Draft { columns: self.columns.clone(), users, dictionaries, blocks: vec![block] }
    }
}

/// The distinct texts that are not empty, and for each text its code; 0 for an empty one.
fn interned<'a>(texts: impl Iterator<Item = &'a str>) -> (Dictionary, Vec<u32>) {
    let (mut dictionary, mut known) = (Dictionary::default(), HashMap::from([("", 0)]));
    let code = |text| {
        let next = known.len() as u32;
        *known.entry(text).or_insert_with(|| {
            dictionary.push(text);
            next
        })
    };
    let codes = texts.map(code).collect();
    (dictionary, codes)
}

fn kept<T>(values: impl Iterator<Item = T>, mine: &[bool]) -> Vec<T> {
    values.zip(mine).filter(|&(_, &mine)| mine).map(|(value, _)| value).collect()
}

/// The answer to a query when each round is scanned shard by shard, every shard scanning all of its buckets from the
/// last to the first, and the partials merged from the last shard to the first.
pub(crate) fn answer_of_shards(shards: &[Table], query: &Query) -> Answer {
    let plan = query.plan(&shards[0]).unwrap();
    let mut state = plan.start();
    let mut kept: Vec<Kept> = shards.iter().map(|_| Kept::default()).collect();
    loop {
        let partials = shards.iter().zip(&mut kept).rev().map(|(shard, kept)| {
            let mut scan = plan.scan(&state, shard, std::mem::take(kept)).unwrap();
            let buckets: Vec<BucketId> = BucketId::all().collect();
            buckets.into_iter().rev().for_each(|bucket| scan.bucket(bucket));
            let partial;
            (partial, *kept) = scan.finish();
            partial
        });
        let all: Vec<Vec<u8>> = partials.collect();
        match plan.step(&state, &all, &shards[0]) {
            Round::Again(next) => state = next,
            Round::Done(answer) => return *answer,
        }
    }
}

/// Runs a query on the whole table, and asserts that the answer's JSON is the same, byte for byte, on 1, 2, 3 and 8
/// shards and for rows in another order.
pub(crate) fn answer_on_any_shards(sheet: &Sheet, query: &Query) -> Answer {
    let answer = run(&sheet.table(), query).unwrap();
    let json = serde_json::to_string(&answer).unwrap();
    for n in [1, 2, 3, 8] {
        let sharded = answer_of_shards(&sheet.shuffled(n as u64).shards(n), query);
        assert_eq!(serde_json::to_string(&sharded).unwrap(), json, "{n} shards");
    }
    let back: Answer = serde_json::from_str(&json).unwrap();
    assert_eq!(back, answer, "the answer survives JSON");
    answer
}

/// Random small sheets full of ties: up to 12 users, 60 rows, times from 0 to 9 days in steps of a few hours, the events
/// `a` to `d`, a text column `plan` and a number column `money` with the role revenue, both with gaps.
pub(crate) fn small_sheets() -> impl Strategy<Value = Sheet> {
    let plan = prop::sample::select(vec!["", "free", "pro", "007"]);
    let money = prop::sample::select(vec!["", "0", "1.5", "-2", "0.1", "1000000"]);
    let event = prop::sample::select(vec!["a", "b", "c", "d"]);
    let row = (0..12_u32, 0..40_i64, event, plan, money);
    prop::collection::vec(row, 0..60).prop_map(|rows| {
        let mut sheet =
            Sheet::new().column("plan", Role::Other, Kind::Text).column("money", Role::Revenue, Kind::Number);
        for (user, quarter, event, plan, money) in rows {
            let cells = vec![plan.to_owned(), money.to_owned()];
            sheet.push(&format!("u{user}"), quarter * Millis::DAY / 4, event, cells);
        }
        sheet
    })
}

/// How many random cases a test tries: 20,000, or as many as `CAIRN_RANDOM_CASES` says; a nightly run tries a million.
pub(crate) fn random_cases() -> u32 {
    std::env::var("CAIRN_RANDOM_CASES").map_or(20_000, |n| n.parse().expect("CAIRN_RANDOM_CASES is a number"))
}
