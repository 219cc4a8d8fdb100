//! Random tables against a naive version, and errors.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use super::{FrequencyAnswer, FrequencyQuery, UsersAt};
use crate::analysis::{Answer, Query, run};
use crate::rule::{EventRule, Scope};
use crate::testing::{Sheet, answer_on_any_shards, n_cases, small_sheets};
use crate::time::Millis;

fn naive(sheet: &Sheet, query: &FrequencyQuery) -> FrequencyAnswer {
    let users = sheet.users();
    let last_of_all = users.values().flatten().map(|row| row.time).max().unwrap_or(0);
    let now = query.scope.now.map_or(last_of_all, |now| now.0);
    let from = query.scope.from.map_or(i64::MIN, |from| from.0);
    let mut found: Vec<(u64, u64, u64)> = Vec::new();
    for rows in users.values() {
        let is_event = |event: &str| query.rule.event.as_ref().is_none_or(|wanted| wanted == event);
        let times: Vec<i64> =
            rows.iter().filter(|row| row.time >= from && is_event(&row.event)).map(|row| row.time).collect();
        let days: BTreeSet<i64> = times.iter().map(|time| time.div_euclid(Millis::DAY)).collect();
        if let Some(last) = times.last() {
            found.push((
                times.len() as u64,
                days.len() as u64,
                (now - last).max(0) as u64 / Millis::DAY as u64,
            ));
        }
    }
    let by = |pick: fn(&(u64, u64, u64)) -> u64| {
        let numbers: BTreeSet<u64> = found.iter().map(pick).collect();
        let n_users = |n: u64| found.iter().filter(|user| pick(user) == n).count() as u64;
        numbers.into_iter().map(|n| UsersAt { n, n_users: n_users(n) }).collect::<Vec<_>>()
    };
    let ends = |at: usize, from: &[u64]| from.get(at + 1).copied().unwrap_or(u64::MAX);
    let days_from: Vec<u64> = query.days_from.iter().map(|&days| u64::from(days)).collect();
    let cell = |row: usize, column: usize| {
        let holds = |(n_events, _, days_ago): &&(u64, u64, u64)| {
            (days_from[row]..ends(row, &days_from)).contains(days_ago)
                && (query.events_from[column]..ends(column, &query.events_from)).contains(n_events)
        };
        found.iter().filter(holds).count() as u64
    };
    FrequencyAnswer {
        n_users: found.len() as u64,
        n_events: found.iter().map(|user| user.0).sum(),
        now: Millis(now),
        days_active: by(|user| user.1),
        days_ago: by(|user| user.2),
        grid: (0..days_from.len())
            .map(|row| (0..query.events_from.len()).map(|column| cell(row, column)).collect())
            .collect(),
    }
}

prop_compose! {
    fn queries()(
        event in select(vec![None, Some("a")]),
        from in select(vec![None, Some(2)]),
        now in select(vec![None, Some(4), Some(40)]),
        events_from in select(vec![vec![1], vec![1, 2, 4]]),
        days_from in select(vec![vec![0], vec![0, 1, 3]]),
    ) -> FrequencyQuery {
        let day = |day: i64| Millis(day * Millis::DAY);
        let scope = Scope { from: from.map(day), now: now.map(day), ..Scope::default() };
        let rule = EventRule { event: event.map(str::to_owned), ..EventRule::default() };
        FrequencyQuery { scope, rule, events_from, days_from }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]

    #[test]
    fn every_count_is_what_counting_by_hand_gives(sheet in small_sheets(), query in queries()) {
        let answer = run(&sheet.table(), &Query::Frequency(query.clone())).unwrap();
        prop_assert_eq!(answer, Answer::Frequency(naive(&sheet, &query)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_answer_is_the_same_on_any_number_of_shards(sheet in small_sheets(), event in select(vec!["a", "b"])) {
        let rule = EventRule::event(event);
        let scope = Scope { now: Some(Millis(10 * Millis::DAY)), ..Scope::default() };
        answer_on_any_shards(&sheet, &Query::Frequency(FrequencyQuery { rule, scope, ..FrequencyQuery::default() }));
    }
}

#[test]
fn groups_that_leave_somebody_out_are_refused_by_their_field() {
    let table = Sheet::new().row("u", 0, "a", &[]).table();
    let field = |query: FrequencyQuery| query.check(&table).unwrap_err().field;
    assert_eq!(field(FrequencyQuery { events_from: vec![2], ..FrequencyQuery::default() }), "events_from");
    assert_eq!(field(FrequencyQuery { days_from: vec![0, 7, 7], ..FrequencyQuery::default() }), "days_from");
    assert_eq!(field(FrequencyQuery { days_from: Vec::new(), ..FrequencyQuery::default() }), "days_from");
}
