//! Lifecycle against numbers worked out by hand, and against its definitions asked one by one.

use proptest::prelude::*;
use proptest::sample::select;

use super::{LifecycleAnswer, LifecycleQuery, LifecycleRule, NewBy, State};
use crate::analysis::{Answer, Query, run};
use crate::kernel::segment;
use crate::rule::{EventRule, Scope, Segment};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_on_any_shards, n_cases};
use crate::time::{Millis, Period};

const DAY: i64 = Millis::DAY;

fn sheet() -> Sheet {
    Sheet::new().column("born", Role::Other, Kind::Time)
}

fn answer(sheet: &Sheet, query: &LifecycleQuery) -> LifecycleAnswer {
    match run(&sheet.table(), &Query::Lifecycle(query.clone())).unwrap() {
        Answer::Lifecycle(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn counts(answer: &LifecycleAnswer) -> Vec<[u64; 4]> {
    let count = |at: &super::LifecyclePeriod| [at.n_new, at.n_returning, at.n_resurrecting, at.n_dormant];
    answer.periods.iter().map(count).collect()
}

#[test]
fn a_user_comes_stays_goes_and_comes_back() {
    let sheet = sheet().row("ann", 0, "open", &[""]).row("ann", DAY, "open", &[""]).row(
        "ann",
        4 * DAY,
        "open",
        &[""],
    );
    let sheet = sheet.row("ben", 4 * DAY, "other", &[""]);
    let rule = EventRule::event("open");
    let query = LifecycleQuery { rule, period: Period::Day, ..LifecycleQuery::default() };
    let Answer::Lifecycle(found) = answer_on_any_shards(&sheet, &Query::Lifecycle(query)) else { panic!() };
    assert_eq!(counts(&found), [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 1, 0]]);
    assert_eq!(found.n_users, 1);
    let labels: Vec<&str> = found.periods.iter().map(|period| period.label.as_str()).collect();
    assert_eq!(labels[..2], ["1970-01-01", "1970-01-02"]);
    assert_eq!(found.periods.iter().filter(|period| period.is_complete).count(), 4);
}

#[test]
fn who_is_new_may_be_told_by_a_property() {
    let born = (4 * DAY + 7).to_string();
    let sheet = sheet().row("ann", 0, "open", &[""]).row("ann", 4 * DAY, "open", &[&born]);
    let new_by = NewBy::Property { property: "born".to_owned() };
    let query = LifecycleQuery { period: Period::Day, new_by, ..LifecycleQuery::default() };
    assert_eq!(counts(&answer(&sheet, &query))[0], [0, 0, 1, 0], "active, and not new yet");
    assert_eq!(counts(&answer(&sheet, &query))[4], [1, 0, 0, 0]);
}

#[test]
fn the_range_chooses_whole_periods_and_sees_the_one_before() {
    let sheet = sheet().row("ann", 0, "open", &[""]).row("ann", DAY + 1, "open", &[""]);
    let scope = Scope { from: Some(Millis(DAY + DAY / 2)), to: Some(Millis(3 * DAY)), ..Scope::default() };
    let query = LifecycleQuery { period: Period::Day, scope, ..LifecycleQuery::default() };
    assert_eq!(counts(&answer(&sheet, &query)), [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]);
}

#[test]
fn errors_name_the_field() {
    let table = sheet().row("ann", 0, "open", &[""]).table();
    let field = |text: &str| {
        let query: LifecycleQuery = serde_json::from_str(text).unwrap();
        query.check(&table).map(drop).unwrap_err().field
    };
    assert_eq!(field(r#"{"new_by": {"kind": "property", "property": "event"}}"#), "new_by.property");
    assert_eq!(field(r#"{"new_by": {"kind": "property", "property": "age"}}"#), "new_by.property");
    assert_eq!(field(r#"{"scope": {"zone": "Mars"}}"#), "scope.zone");
    assert_eq!(field(r#"{"period": "day", "scope": {"from": 0, "to": 9999999999999}}"#), "period");
}

/// The state of a user in a day, by its definition.
fn naive(days: &[i64], birth: Option<i64>, day: i64) -> Option<State> {
    match (days.contains(&day), days.contains(&(day - 1))) {
        (true, _) if birth == Some(day) => Some(State::New),
        (true, true) => Some(State::Returning),
        (true, false) => Some(State::Resurrecting),
        (false, true) => Some(State::Dormant),
        (false, false) => None,
    }
}

fn sheets() -> impl Strategy<Value = Sheet> {
    let row =
        (0..4_u32, 0..40_i64, select(vec!["a", "a", "b"]), select(vec![None, None, Some(3_i64), Some(5)]));
    prop::collection::vec(row, 1..20).prop_map(|rows| {
        let mut all = sheet();
        for (user, quarter, event, born) in rows {
            let cell = born.map_or(String::new(), |day| (day * DAY + 1).to_string());
            all.push(&format!("u{user}"), quarter * DAY / 4, event, vec![cell]);
        }
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]
    #[test]
    fn answers_agree_with_the_definitions(
        sheet in sheets(),
        event in select(vec![None, Some("a"), Some("b")]),
        new_by in select(vec![
            NewBy::FirstActivity, NewBy::FirstEvent, NewBy::Property { property: "born".to_owned() },
        ]),
        from in select(vec![None, Some(2_i64)]),
        to in select(vec![None, Some(5_i64), Some(12)]),
    ) {
        let instant = |day: Option<i64>| day.map(|day| Millis(day * DAY + 5));
        let query = LifecycleQuery {
            scope: Scope { from: instant(from), to: instant(to), ..Scope::default() },
            rule: EventRule { event: event.map(str::to_owned), ..EventRule::default() },
            period: Period::Day,
            new_by: new_by.clone(),
        };
        let times = || sheet.users().into_values().flatten().map(|row| row.time / DAY);
        let first = from.unwrap_or(times().min().unwrap_or(0));
        let last = to.unwrap_or(times().max().unwrap_or(0)).max(first);
        let mut expected = vec![[0; 4]; (last - first + 1) as usize];
        for rows in sheet.users().into_values() {
            let active = rows.iter().filter(|row| event.is_none_or(|event| row.event == event));
            let days: Vec<i64> = active.map(|row| row.time / DAY).collect();
            let birth = match new_by {
                NewBy::FirstActivity => days.first().copied(),
                NewBy::FirstEvent => Some(rows[0].time / DAY),
                NewBy::Property { .. } => rows.iter().find_map(|row| row.cells[0].parse::<i64>().ok()).map(|time| time / DAY),
            };
            for (day, counts) in (first..=last).zip(&mut expected) {
                if let Some(state) = naive(&days, birth, day) {
                    counts[state as usize] += 1;
                }
            }
        }
        let found = answer(&sheet, &query);
        prop_assert_eq!(counts(&found), expected);
        let table = sheet.table();
        let period = &found.periods[found.periods.len() / 2];
        for (state, n) in [(State::New, period.n_new), (State::Dormant, period.n_dormant)] {
            let rule = LifecycleRule { query: query.clone(), period: period.start_millis, state };
            let users = segment::select(&Segment::Lifecycle(Box::new(rule)), &table, Millis(0)).unwrap();
            prop_assert_eq!(users.count(), n);
        }
    }
}
