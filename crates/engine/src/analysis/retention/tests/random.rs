//! Random small questions, full of ties, against the oracle. `CAIRN_RANDOM_CASES` sets how many; a night runs a million.

use proptest::prelude::*;
use proptest::sample::select;

use super::oracle::{Clock, NaiveTable, naive, naive_average};
use crate::analysis::funnel::{GroupKey, Range};
use crate::analysis::retention::{
    Average, Bins, CellRule, Criterion, Entry, Outcome, RetentionAnswer, RetentionQuery, RetentionTable, Tie,
    Value,
};
use crate::analysis::{Answer, Query, run};
use crate::kernel::segment;
use crate::rule::{
    Attribution, Breakdown, Condition, EventRule, NamedSegment, Op, Owner, PropertyTest, Scope, Segment,
};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_of_shards, n_cases};
use crate::time::{Millis, Period, WeekStart};

/// Up to 4 users and 20 rows, a quarter of a day apart or at one instant, around the change of clocks in March 2026.
fn sheets() -> impl Strategy<Value = Sheet> {
    let row = (
        0..4_u32,
        prop_oneof![0..12_i64, 0..60_i64],
        select(vec!["a", "a", "b", "c"]),
        select(vec!["", "p", "p", "q"]),
        select(vec!["", "1", "2", "0.5"]),
    );
    prop::collection::vec(row, 1..20).prop_map(|rows| {
        let mut sheet =
            Sheet::new().column("plan", Role::Other, Kind::Text).column("money", Role::Revenue, Kind::Number);
        for (user, quarter, event, plan, money) in rows {
            // 2026-03-27, 17:00 in Berlin.
            let time = 1_774_627_200_000 + quarter * Millis::DAY / 4;
            sheet.push(&format!("u{user}"), time, event, vec![plan.to_owned(), money.to_owned()]);
        }
        sheet
    })
}

fn rules() -> impl Strategy<Value = EventRule> {
    let event = select(vec![Some("a"), Some("a"), Some("b"), None]);
    (event, 0..5).prop_map(|(event, special)| {
        let test = PropertyTest {
            property: "plan".to_owned(),
            op: Op::Eq,
            values: vec!["p".to_owned()],
            ..PropertyTest::default()
        };
        let conditions = if special == 0 { vec![Condition::Property(test)] } else { Vec::new() };
        EventRule { event: event.map(str::to_owned), conditions, ..EventRule::default() }
    })
}

fn breakdowns() -> impl Strategy<Value = Option<Breakdown>> {
    let property = |on, attribution, limit| {
        Some(Breakdown::Property { property: "plan".to_owned(), on, attribution, limit })
    };
    let list = |name: &str, users: &[&str]| NamedSegment {
        name: name.to_owned(),
        segment: Segment::List { users: users.iter().map(|&user| user.to_owned()).collect() },
    };
    select(vec![
        None,
        property(Owner::Event, Attribution::FirstTouch, None),
        property(Owner::Event, Attribution::EachValue, None),
        property(Owner::Event, Attribution::EachValue, Some(1)),
        property(Owner::User, Attribution::FirstTouch, Some(1)),
        Some(Breakdown::Segments { segments: vec![list("x", &["u0", "u1"]), list("y", &["u1"])] }),
    ])
}

prop_compose! {
    fn queries()(
        (start, returns, is_same) in (rules(), rules(), any::<bool>()),
        (entry, period, bins, criterion) in (
            select(vec![Entry::FirstInRange, Entry::FirstMatching, Entry::FirstEver, Entry::Recurring, Entry::Recurring]),
            select(vec![Period::Hour, Period::Day, Period::Day, Period::Day, Period::Week]),
            select(vec![Bins::Calendar, Bins::Calendar, Bins::Elapsed, Bins::ElapsedHourFloored]),
            select(vec![Criterion::On, Criterion::On, Criterion::OnOrAfter, Criterion::OnOrBefore]),
        ),
        (brackets, columns, min_occurrences) in (
            select(vec![vec![], vec![], vec![1, 2], vec![3, 1, 40], vec![2, 500]]),
            select(vec![None, None, Some(1), Some(3), Some(9)]),
            select(vec![1, 1, 1, 2, 3]),
        ),
        (tie, range, average) in (
            select(vec![Tie::StepOrder, Tie::Never]),
            select(vec![Range::Entry, Range::AllEvents]),
            select(vec![Average::Pooled, Average::Simple, Average::MatureOnly]),
        ),
        (hold, sums, breakdown) in (0..6, any::<bool>(), breakdowns()),
        (from, to) in (select(vec![None, None, Some(2_i64), Some(7)]), select(vec![None, None, Some(6_i64), Some(30)])),
    ) -> RetentionQuery {
        let instant = |quarter: Option<i64>| quarter.map(|n| Millis(1_774_627_200_000 + n * Millis::DAY / 4));
        let breakdown = breakdown.filter(|_| hold != 0);
        RetentionQuery {
            scope: Scope {
                from: instant(from),
                to: instant(to),
                zone: Some("Europe/Berlin".to_owned()),
                week_start: WeekStart::Sunday,
                ..Scope::default()
            },
            returns: if is_same { start.clone() } else { returns },
            start, entry, period, bins, criterion, brackets, columns, min_occurrences, tie, range, average, breakdown,
            hold: (hold == 0).then(|| "plan".to_owned()),
            value: sums.then(|| Value { property: "money".to_owned(), on: Owner::Event }),
        }
    }
}

/// Checks a table against the naive one.
fn check(table: &RetentionTable, expected: &NaiveTable, query: &RetentionQuery, clock: &Clock) {
    let found: Vec<_> = table.cohorts.iter().filter(|cohort| cohort.n_users > 0).collect();
    assert_eq!(found.len(), expected.len(), "cohorts of {table:?} and {expected:?}");
    let mut by_column: Vec<Vec<(u64, u64, bool)>> = vec![Vec::new(); clock.columns.len()];
    for (cohort, (&index, naive)) in found.iter().zip(expected) {
        assert_eq!(cohort.start_millis, clock.periods.start(index));
        assert_eq!(cohort.n_users, naive.n_users);
        assert_eq!(cohort.cells.len(), clock.n_begun(query, index), "columns begun in cohort {index}");
        for (column, (cell, naive_cell)) in cohort.cells.iter().zip(&naive.cells).enumerate() {
            assert_eq!(cell.n_users, naive_cell.0, "cohort {index}, column {column}: {table:?}");
            let sum = query.value.is_some().then_some(naive_cell.1);
            assert_eq!(cell.value_sum, sum, "cohort {index}, column {column}");
            by_column[column].push((cell.n_users, cohort.n_users, cell.is_complete));
        }
        let rest = &naive.cells[cohort.cells.len()..];
        let is_bare = |cell: &(u64, f64)| cell.0 == 0 || query.criterion == Criterion::OnOrBefore;
        assert!(rest.iter().all(is_bare), "nobody returns in a column that has not begun");
    }
    for (cell, cells) in table.average.iter().zip(&by_column) {
        let (n_users, n_entries, n_cohorts, rate) = naive_average(query, cells);
        assert_eq!((cell.n_users, cell.n_entries, cell.n_cohorts), (n_users, n_entries, n_cohorts));
        let found = cell.rate.map(|rate| rate.rate);
        assert!(
            found.zip(rate).map_or(found.is_none() && rate.is_none(), |(a, b)| (a - b).abs() < 1e-12),
            "{found:?} {rate:?}"
        );
    }
}

fn answer_of(sheet: &Sheet, query: &RetentionQuery) -> RetentionAnswer {
    match run(&sheet.table(), &Query::Retention(query.clone())).unwrap() {
        Answer::Retention(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// The groups that are kept, and the rest as one.
fn limited(groups: Vec<(GroupKey, NaiveTable)>, limit: Option<u32>) -> Vec<(GroupKey, NaiveTable)> {
    let size = |table: &NaiveTable| table.values().map(|cohort| cohort.n_users).sum::<u64>();
    let mut groups = groups;
    // The missing value comes before all others of the same size.
    groups
        .sort_by_key(|(key, table)| (std::cmp::Reverse(size(table)), *key != GroupKey::Missing, key.clone()));
    let Some(limit) = limit.filter(|&limit| (limit as usize) < groups.len()) else { return groups };
    let mut other = NaiveTable::new();
    for (_, table) in groups.split_off(limit as usize) {
        for (index, cohort) in table {
            let mine = other.entry(index).or_default();
            mine.n_users += cohort.n_users;
            mine.cells.resize(cohort.cells.len(), (0, 0.0));
            for (mine, theirs) in mine.cells.iter_mut().zip(cohort.cells) {
                *mine = (mine.0 + theirs.0, mine.1 + theirs.1);
            }
        }
    }
    groups.push((GroupKey::Other, other));
    groups
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]
    #[test]
    fn answers_agree_with_the_definitions(sheet in sheets(), query in queries()) {
        let answer = answer_of(&sheet, &query);
        let clock = Clock::new(&sheet, &query);
        let (overall, groups) = naive(&sheet, &query, &clock);
        check(&answer.overall, &overall, &query, &clock);
        if let Some(Breakdown::Segments { segments }) = &query.breakdown {
            for (named, group) in segments.iter().zip(&answer.groups) {
                let key = GroupKey::Segment { name: named.name.clone() };
                prop_assert_eq!(&group.key, &key);
                check(&group.table, groups.get(&key).unwrap_or(&NaiveTable::new()), &query, &clock);
            }
            return Ok(());
        }
        let limit = match &query.breakdown {
            Some(Breakdown::Property { limit, .. }) => *limit,
            _ => None,
        };
        let groups = limited(groups.into_iter().collect(), limit);
        prop_assert_eq!(answer.groups.len(), groups.len());
        for (group, (key, expected)) in answer.groups.iter().zip(&groups) {
            prop_assert_eq!(&group.key, key);
            check(&group.table, expected, &query, &clock);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(1_000)))]
    #[test]
    fn answers_are_the_same_on_many_shards(sheet in sheets(), query in queries()) {
        let query = Query::Retention(query);
        let whole = serde_json::to_string(&run(&sheet.table(), &query).unwrap()).unwrap();
        for n in [2, 3, 8] {
            let sharded = answer_of_shards(&sheet.shards(n), &query);
            prop_assert_eq!(serde_json::to_string(&sharded).unwrap(), whole.as_str());
        }
    }

    #[test]
    fn the_users_of_a_cell_are_as_many_as_the_cell_says(sheet in sheets(), query in queries()) {
        let answer = answer_of(&sheet, &query);
        let table = sheet.table();
        for cohort in &answer.overall.cohorts {
            let users = |column, outcome| {
                let rule = CellRule { query: query.clone(), cohort: Some(cohort.start_millis), column, outcome };
                segment::select(&Segment::Retention(Box::new(rule)), &table, Millis(0)).unwrap().count()
            };
            prop_assert_eq!(users(None, Outcome::Returned), cohort.n_users);
            for (column, cell) in (0..).zip(&cohort.cells) {
                prop_assert_eq!(users(Some(column), Outcome::Returned), cell.n_users);
                prop_assert_eq!(users(Some(column), Outcome::StayedAway), cohort.n_users - cell.n_users);
            }
        }
    }
}
