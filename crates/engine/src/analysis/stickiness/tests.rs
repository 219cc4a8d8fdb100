//! Stickiness against numbers worked out by hand, and against its definitions asked one by one.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use super::{Count, Counted, MinPerPeriod, StickinessAnswer, StickinessQuery, StickinessRule};
use crate::analysis::{Answer, Query, run};
use crate::kernel::segment;
use crate::rule::{EventRule, Scope, Segment};
use crate::testing::{Sheet, answer_on_any_shards, n_cases};
use crate::time::Millis;

const DAY: i64 = Millis::DAY;

fn answer(sheet: &Sheet, query: &StickinessQuery) -> StickinessAnswer {
    match run(&sheet.table(), &Query::Stickiness(query.clone())).unwrap() {
        Answer::Stickiness(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn bars(answer: &StickinessAnswer, series: usize) -> Vec<u64> {
    answer.series[series].bars.iter().map(|bar| bar.n_users).collect()
}

#[test]
fn users_are_counted_by_their_days() {
    let mut sheet = Sheet::new();
    for (user, days) in [("ann", vec![0, 1, 2]), ("ben", vec![0, 0, 2]), ("cid", vec![1])] {
        days.into_iter().for_each(|day: i64| sheet.push(user, day * DAY, "open", Vec::new()));
    }
    let ask = |query: StickinessQuery| {
        let Answer::Stickiness(found) = answer_on_any_shards(&sheet, &Query::Stickiness(query)) else {
            panic!()
        };
        bars(&found, 0)
    };
    let query = StickinessQuery::default;
    assert_eq!(ask(query()), [1, 1, 1]);
    assert_eq!(ask(StickinessQuery { count: Count::AtLeast, ..query() }), [3, 2, 1]);
    assert_eq!(ask(StickinessQuery { join: 2, ..query() }), [1, 2], "day 0, and days 1 and 2");
    let two = MinPerPeriod { times: Counted::AtLeast, n: 2 };
    assert_eq!(ask(StickinessQuery { min_per_period: two, ..query() }), [1, 0, 0]);
    let mean = answer(&sheet, &query()).series[0].mean_periods;
    assert_eq!(mean, Some(2.0));
}

#[test]
fn weekly_and_monthly_users_are_those_of_the_days_before() {
    let mut sheet = Sheet::new();
    (0..31).for_each(|day| sheet.push("ann", day * DAY, "open", Vec::new()));
    for (user, day) in [("ben", 0), ("cid", 1), ("dan", 23), ("eve", 24)] {
        sheet.push(user, day * DAY, "open", Vec::new());
    }
    let found = answer(&sheet, &StickinessQuery::default());
    let days = &found.series[0].active.days;
    let counts: Vec<(u64, u64, u64)> =
        days.iter().map(|day| (day.n_daily, day.n_weekly, day.n_monthly)).collect();
    assert_eq!(counts, [(1, 3, 5), (1, 2, 4)], "days 29 and 30, the first ones with 30 days known");
    assert_eq!(days[0].label, "1970-01-30");
    assert_eq!(found.series[0].active.daily_per_monthly, Some(2.0 / 9.0));
}

#[test]
fn errors_name_the_field() {
    let table = Sheet::new().row("ann", 0, "open", &[]).table();
    let field = |text: &str| {
        let query: StickinessQuery = serde_json::from_str(text).unwrap();
        query.check(&table).map(drop).unwrap_err().field
    };
    assert_eq!(field(r#"{"series": []}"#), "series");
    assert_eq!(field(r#"{"join": 0}"#), "join");
    assert_eq!(field(r#"{"min_per_period": {"n": 0}}"#), "min_per_period.n");
    let bad = r#"{"series": [{}, {"where": [{"kind": "property", "property": "age", "op": "is_set"}]}]}"#;
    assert_eq!(field(bad), "series[1].where[0].property");
}

#[test]
fn no_events_at_all_give_bars_of_nobody() {
    let scope = Scope { from: Some(Millis(0)), to: Some(Millis(3 * DAY - 1)), ..Scope::default() };
    let found = answer(&Sheet::new(), &StickinessQuery { scope, ..StickinessQuery::default() });
    assert_eq!((bars(&found, 0), found.series[0].n_users), (vec![0, 0, 0], 0));
    assert_eq!(bars(&answer(&Sheet::new(), &StickinessQuery::default()), 0), [0; 0]);
}

fn sheets() -> impl Strategy<Value = Sheet> {
    let row = (0..4_u32, prop_oneof![0..200_i64, 100..140_i64], select(vec!["a", "a", "b"]));
    prop::collection::vec(row, 1..24).prop_map(|rows| {
        let mut sheet = Sheet::new();
        rows.into_iter().for_each(|(user, quarter, event)| {
            sheet.push(&format!("u{user}"), quarter * DAY / 4, event, Vec::new());
        });
        sheet
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]
    #[test]
    fn answers_agree_with_the_definitions(
        sheet in sheets(),
        join in 1..4_u32,
        count in select(vec![Count::Exactly, Count::AtLeast]),
        times in select(vec![Counted::AtLeast, Counted::Exactly, Counted::AtMost]),
        n in 1..3_u64,
        from in select(vec![None, Some(20_i64)]),
        to in select(vec![None, Some(34_i64), Some(60)]),
    ) {
        let query = StickinessQuery {
            scope: Scope {
                from: from.map(|day| Millis(day * DAY + 7)), to: to.map(|day| Millis(day * DAY + 7)), ..Scope::default()
            },
            series: vec![EventRule::default(), EventRule::event("a")],
            join, count, min_per_period: MinPerPeriod { times, n },
            ..StickinessQuery::default()
        };
        let times_of = || sheet.users().into_values().flatten().map(|row| row.time);
        let (least, most) = (times_of().min().unwrap(), times_of().max().unwrap());
        let first = from.map_or(least, |day| day * DAY + 7);
        let last = to.map_or(most, |day| day * DAY + 7);
        let found = answer(&sheet, &query);
        for (series, event) in [(0, None), (1, Some("a"))] {
            let mut exactly = vec![0; found.n_periods as usize + 1];
            let mut days_of = Vec::new();
            for rows in sheet.users().into_values() {
                let mine = rows.iter().filter(|row| event.is_none_or(|event| row.event == event));
                let times: Vec<i64> = mine.map(|row| row.time).collect();
                let inside: Vec<i64> =
                    times.iter().filter(|&&time| first <= time && time <= last).map(|time| time / DAY).collect();
                let on = |day: i64| inside.iter().filter(|&&other| other == day).count() as u64;
                let holds = |day: &i64| on(*day) > 0 && query.min_per_period.holds(on(*day));
                let groups: BTreeSet<i64> = (first / DAY..=last / DAY)
                    .filter(holds).map(|day| (last / DAY - day) / i64::from(join)).collect();
                if let Some(users) = exactly.get_mut(groups.len()) {
                    *users += 1;
                }
                days_of.push(times.iter().map(|time| time / DAY).collect::<Vec<i64>>());
            }
            let expected: Vec<u64> = (1..exactly.len()).map(|k| match count {
                Count::Exactly => exactly[k],
                Count::AtLeast => exactly[k..].iter().sum(),
            }).collect();
            prop_assert_eq!(bars(&found, series), expected);
            for day in &found.series[series].active.days {
                let date = day.start_millis.0 / DAY;
                // The end of the range cuts the last day.
                let cut = |time: i64| time <= last / DAY;
                let active = |span: i64| days_of.iter().filter(|days| {
                    days.iter().any(|&other| cut(other) && date - span < other && other <= date)
                }).count() as u64;
                if date < last.min(most) / DAY {
                    prop_assert_eq!((day.n_daily, day.n_weekly, day.n_monthly), (active(1), active(7), active(30)));
                }
            }
        }
        let table = sheet.table();
        for bar in found.series[1].bars.iter().take(3) {
            let rule = StickinessRule { query: query.clone(), series: 1, n_periods: bar.n_periods };
            let users = segment::select(&Segment::Stickiness(Box::new(rule)), &table, Millis(0)).unwrap();
            prop_assert_eq!(users.count(), bar.n_users);
        }
    }
}
