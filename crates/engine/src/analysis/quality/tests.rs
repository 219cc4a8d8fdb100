//! A naive version as the oracle, and findings by hand.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

use super::{BusyUser, FindingKind, Mass, QualityAnswer, QualityQuery};
use crate::analysis::{Answer, Query, run};
use crate::rule::{Condition, PropertyTest, Scope};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, SheetRow, answer_of_shards, answer_on_any_shards, n_cases};
use crate::time::Millis;

const HOUR: i64 = 3_600_000;

fn answer_to(sheet: &Sheet, query: &QualityQuery) -> QualityAnswer {
    match run(&sheet.table(), &Query::Quality(query.clone())).unwrap() {
        Answer::Quality(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// What can be counted in plain sight: of the rows in scope, grouped by user.
struct Naive<'s> {
    users: BTreeMap<&'s str, Vec<&'s SheetRow>>,
    offset: i64,
}

impl<'s> Naive<'s> {
    fn new(sheet: &'s Sheet, query: &QualityQuery, offset: i64) -> Self {
        let from = query.scope.from.map_or(i64::MIN, |from| from.0);
        let only_pro = !query.scope.conditions.is_empty();
        let in_scope = |row: &&SheetRow| row.time >= from && (!only_pro || row.cells[0] == "pro");
        let mut users = sheet.users();
        users.values_mut().for_each(|rows| rows.retain(in_scope));
        users.retain(|_, rows| !rows.is_empty());
        Self { users, offset }
    }

    fn rows(&self) -> impl Iterator<Item = &SheetRow> {
        self.users.values().flatten().copied()
    }

    fn day(&self, row: &SheetRow) -> i32 {
        (row.time + self.offset).div_euclid(Millis::DAY) as i32
    }

    fn n(&self, holds: impl Fn(&SheetRow) -> bool) -> u64 {
        self.rows().filter(|row| holds(row)).count() as u64
    }

    /// Rows that share user and `key` with an earlier one.
    fn n_repeats<K: Ord>(&self, key: impl Fn(&SheetRow) -> K) -> u64 {
        self.users
            .values()
            .map(|rows| rows.len() - rows.iter().map(|row| key(row)).collect::<BTreeSet<_>>().len())
            .sum::<usize>() as u64
    }

    fn busy(&self, query: &QualityQuery) -> Vec<BusyUser> {
        let busy = |(id, rows): (&&str, &Vec<&SheetRow>)| {
            let within = |start: i64| {
                rows.iter().filter(|row| (start..start + 60_000).contains(&row.time)).count() as u64
            };
            let mut days: BTreeMap<i32, (u64, BTreeSet<i64>)> = BTreeMap::new();
            for row in rows {
                let day = days.entry(self.day(row)).or_default();
                day.0 += 1;
                day.1.insert((row.time + self.offset).div_euclid(HOUR));
            }
            BusyUser {
                user: (*id).to_owned(),
                n_events: rows.len() as u64,
                per_minute: rows.iter().map(|row| within(row.time)).max().unwrap_or(0),
                per_day: days.values().map(|day| day.0).max().unwrap_or(0),
                hours: days.values().map(|day| day.1.len() as u32).max().unwrap_or(0),
            }
        };
        let is_beyond = |user: &BusyUser| {
            user.per_minute > query.most_per_minute
                || user.per_day > query.most_per_day
                || user.hours > query.most_hours
        };
        let mut users: Vec<BusyUser> = self.users.iter().map(busy).filter(is_beyond).collect();
        users.sort_by(|a, b| b.n_events.cmp(&a.n_events).then_with(|| a.user.cmp(&b.user)));
        users
    }

    fn masses(&self, least: u64) -> Vec<Mass> {
        let mut instants: BTreeMap<i64, (u64, BTreeSet<&str>)> = BTreeMap::new();
        for row in self.rows() {
            let instant = instants.entry(row.time).or_default();
            instant.0 += 1;
            instant.1.insert(&row.user);
        }
        let held = instants.into_iter().filter(|(_, (n, _))| *n >= least);
        let mut masses: Vec<Mass> = held
            .map(|(time, (n_events, users))| Mass {
                time_millis: Millis(time),
                n_events,
                n_users: users.len() as u64,
            })
            .collect();
        masses.sort_by_key(|mass| std::cmp::Reverse(mass.n_events));
        masses
    }

    fn check(&self, query: &QualityQuery, answer: &QualityAnswer) {
        assert_eq!(answer.n_events, self.n(|_| true));
        assert_eq!(answer.n_users, self.users.len() as u64);
        let mut days: BTreeMap<i32, u64> = BTreeMap::new();
        self.rows().for_each(|row| *days.entry(self.day(row)).or_default() += 1);
        let counted: BTreeMap<i32, u64> = answer.days.iter().map(|day| (day.number, day.n_events)).collect();
        assert_eq!(counted, days);
        let all = |row: &SheetRow| (row.time, row.event.clone(), row.cells.clone());
        let n_duplicates = self.n_repeats(all);
        assert_eq!(answer.n_duplicates, n_duplicates);
        let n_tied = self.n_repeats(|row| (row.time, row.event.clone()));
        assert_eq!(answer.n_double_sent, n_tied - n_duplicates);
        let clock = &answer.clock;
        assert_eq!(clock.n_before_2000, self.n(|row| row.time < 946_684_800_000));
        assert_eq!(clock.n_after_now, query.scope.now.map_or(0, |now| self.n(|row| row.time > now.0)));
        assert_eq!(clock.n_whole_seconds, self.n(|row| row.time % 1000 == 0));
        assert_eq!(clock.n_whole_minutes, self.n(|row| row.time % 60_000 == 0));
        assert_eq!(clock.n_midnight, self.n(|row| (row.time + self.offset) % Millis::DAY == 0));
        assert_eq!(clock.masses, self.masses(query.mass.unwrap_or(100)));
        let busy = self.busy(query);
        assert_eq!(answer.busy.n_events, busy.iter().map(|user| user.n_events).sum::<u64>());
        assert_eq!(answer.busy.users, busy);
        self.check_columns(answer);
    }

    fn check_columns(&self, answer: &QualityAnswer) {
        for (at, column) in answer.columns.iter().skip(1).enumerate() {
            let cells: Vec<&str> =
                self.rows().map(|row| row.cells[at].as_str()).filter(|cell| !cell.is_empty()).collect();
            assert_eq!(column.n_missing, answer.n_events - cells.len() as u64);
            if column.kind == Kind::Text {
                let distinct: BTreeSet<&str> = cells.iter().copied().collect();
                assert_eq!(column.n_distinct, Some(distinct.len() as u64));
                let looks = column.looks.unwrap();
                assert_eq!(looks.n_placeholders, cells.iter().filter(|&&cell| cell == "null").count() as u64);
                assert_eq!(looks.n_numbers, cells.iter().filter(|&&cell| cell == "007").count() as u64);
                continue;
            }
            let mut numbers: Vec<f64> = cells.iter().map(|cell| cell.parse().unwrap()).collect();
            numbers.sort_unstable_by(f64::total_cmp);
            let mut distinct = numbers.clone();
            distinct.dedup();
            assert_eq!(column.n_distinct, Some(distinct.len() as u64));
            let Some(facts) = column.numbers else {
                assert!(numbers.is_empty());
                continue;
            };
            let place = (numbers.len() - 1) as f64 * 0.5;
            let (low, high) = (numbers[place.floor() as usize], numbers[place.ceil() as usize]);
            assert_eq!((facts.min, facts.max), (numbers[0], numbers[numbers.len() - 1]));
            assert_eq!(facts.median, low + place.fract() * (high - low));
            assert!((facts.mean.unwrap() - numbers.iter().sum::<f64>() / numbers.len() as f64).abs() < 1e-6);
            assert_eq!(facts.n_negative, numbers.iter().filter(|&&number| number < 0.0).count() as u64);
            assert_eq!(facts.n_zero, numbers.iter().filter(|&&number| number == 0.0).count() as u64);
        }
    }
}

/// Up to 6 users whose times are full of ties: days, hours, seconds and milliseconds.
fn sheets() -> impl Strategy<Value = Sheet> {
    let time =
        (-2..4_i64, select(vec![0, 0, 1, 2, 22]), select(vec![0, 0, 1, 59, 60]), select(vec![0, 0, 1, 500]));
    let row = (
        0..6_u32,
        time,
        select(vec!["a", "b", "A"]),
        select(vec!["", "pro", "pro", "null", "007"]),
        select(vec!["", "0", "1.5", "-2", "1.5"]),
    );
    prop::collection::vec(row, 0..40).prop_map(|rows| {
        let mut sheet =
            Sheet::new().column("plan", Role::Other, Kind::Text).column("money", Role::Revenue, Kind::Number);
        for (user, (day, hour, second, millis), event, plan, money) in rows {
            let time = day * Millis::DAY + hour * HOUR + second * 1000 + millis + 946_684_800_000;
            sheet.push(&format!("u{user}"), time, event, vec![plan.to_owned(), money.to_owned()]);
        }
        sheet
    })
}

prop_compose! {
    fn queries()(
        most_per_minute in 1..5_u64,
        most_per_day in 2..9_u64,
        most_hours in 1..4_u32,
        mass in 2..6_u64,
        (from, now) in (select(vec![None, Some(0), Some(1)]), select(vec![None, Some(0), Some(2)])),
        zone in select(vec![None, Some("Asia/Kolkata")]),
        only_pro in any::<bool>(),
    ) -> QualityQuery {
        let instant = |day: i64| Millis(946_684_800_000 + day * Millis::DAY);
        let pro = PropertyTest { property: "plan".to_owned(), values: vec!["pro".to_owned()], ..PropertyTest::default() };
        let conditions = if only_pro { vec![Condition::Property(pro)] } else { Vec::new() };
        let (from, now, zone) = (from.map(instant), now.map(instant), zone.map(str::to_owned));
        let scope = Scope { from, now, zone, conditions, ..Scope::default() };
        QualityQuery { scope, most_per_minute, most_per_day, most_hours, mass: Some(mass), ..QualityQuery::default() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]

    #[test]
    fn every_count_is_what_counting_by_hand_gives(sheet in sheets(), query in queries()) {
        let offset = if query.scope.zone.is_some() { 11 * HOUR / 2 } else { 0 };
        Naive::new(&sheet, &query, offset).check(&query, &answer_to(&sheet, &query));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_answer_is_the_same_on_any_number_of_shards(sheet in sheets(), query in queries()) {
        let query = Query::Quality(query);
        let whole = run(&sheet.table(), &query).unwrap();
        for n in [1, 2, 3, 8] {
            prop_assert_eq!(&answer_of_shards(&sheet.shards(n), &query), &whole);
        }
    }
}

/// Ten users with an event an hour from nine to five for ten weeks from 2026-03-02, a Monday.
fn orderly() -> Sheet {
    let mut sheet = Sheet::new().column("plan", Role::Other, Kind::Text);
    for day in 0..70_i64 {
        for hour in 9..17_i64 {
            for user in 0..10_i64 {
                let time = 1_772_409_600_000 + day * Millis::DAY + hour * HOUR + user * 61_001 + day * 7;
                sheet.push(&format!("u{user}"), time, "open", vec!["pro".to_owned()]);
            }
        }
    }
    sheet
}

fn kinds(sheet: &Sheet) -> Vec<(FindingKind, u64)> {
    let Answer::Quality(answer) = answer_on_any_shards(sheet, &Query::Quality(QualityQuery::default()))
    else {
        panic!()
    };
    answer.findings.iter().map(|finding| (finding.kind, finding.n)).collect()
}

#[test]
fn orderly_data_have_no_findings() {
    assert_eq!(kinds(&orderly()), []);
}

#[test]
fn each_trouble_is_found_where_it_is() {
    let start = 1_772_409_600_000;
    let mut sheet = orderly();
    // A script: 200 events in a minute.
    (0..200)
        .for_each(|n| sheet.push("bot", start + 20 * Millis::DAY + n * 250, "open", vec!["pro".to_owned()]));
    sheet.push("u1", 0, "Open", vec!["null".to_owned()]);
    sheet.push("u2", start + 9 * HOUR + 2 * 61_001, "open", vec!["pro".to_owned()]);
    sheet.push("u3", start + 9 * HOUR + 3 * 61_001, "open", vec!["free".to_owned()]);
    let expected = [
        (FindingKind::BusyUsers, 200),
        (FindingKind::Duplicates, 1),
        (FindingKind::Before2000, 1),
        (FindingKind::Strays, 1),
        (FindingKind::DoubleSent, 1),
        (FindingKind::HighDays, 1),
        (FindingKind::LookAlikes, 1),
        (FindingKind::Placeholders, 1),
    ];
    assert_eq!(kinds(&sheet), expected);
}

#[test]
fn dates_without_times_are_one_finding_and_not_a_mass_each() {
    let mut sheet = Sheet::new();
    for row in 0..400 {
        sheet.push(&format!("u{row}"), 1_772_409_600_000 + row % 3 * Millis::DAY, "open", Vec::new());
    }
    assert_eq!(kinds(&sheet), [(FindingKind::DatesOnly, 400)]);
}

#[test]
fn a_query_out_of_range_names_its_field() {
    let table = orderly().table();
    let field = |query: QualityQuery| query.check(&table).unwrap_err().field;
    assert_eq!(field(QualityQuery { score: f64::NAN, ..QualityQuery::default() }), "score");
    assert_eq!(field(QualityQuery { most_hours: 25, ..QualityQuery::default() }), "most_hours");
    assert_eq!(field(QualityQuery { mass: Some(1), ..QualityQuery::default() }), "mass");
}
