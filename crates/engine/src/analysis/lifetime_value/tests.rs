//! Tests: values that can be checked by hand, and CDNOW's customers as published.

use proptest::prelude::*;

use super::*;
use crate::analysis::{Query, run};
use crate::rule::{EventRule, NamedSegment, Segment};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_on_any_shards, n_cases, small_sheets};
use crate::time::{Millis, Period};

const DAY: i64 = Millis::DAY;

fn ask(sheet: &Sheet, query: &LifetimeValueQuery) -> LifetimeValueAnswer {
    match answer_on_any_shards(sheet, &Query::LifetimeValue(query.clone())) {
        Answer::LifetimeValue(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// On one shard only, since fitting takes its time.
fn ask_once(sheet: &Sheet, query: LifetimeValueQuery) -> LifetimeValueAnswer {
    match run(&sheet.table(), &Query::LifetimeValue(query)).unwrap() {
        Answer::LifetimeValue(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn money() -> LifetimeValueQuery {
    LifetimeValueQuery {
        rule: EventRule::event("buy"),
        value: Some("money".to_owned()),
        ..LifetimeValueQuery::default()
    }
}

fn sheet() -> Sheet {
    Sheet::new().column("money", Role::Revenue, Kind::Number)
}

/// CDNOW's customers, whose purchases before the last lie on the days after the first: the model asks for no more.
fn cdnow() -> Sheet {
    let mut sheet = sheet();
    for (at, line) in include_str!("../../../testdata/cdnow.csv").lines().skip(1).enumerate() {
        let [repeats, last, age, money, later]: [f64; 5] =
            line.split(',').map(|cell| cell.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap();
        let (repeats, last, start) = (repeats as i64, last as i64, 272 - age as i64);
        let mut buy = |day: i64, money: f64| {
            sheet.push(&format!("c{at}"), (start + day) * DAY, "buy", vec![money.to_string()]);
        };
        buy(0, 1.0);
        (1..repeats).for_each(|day| buy(day, money));
        if repeats > 0 {
            buy(last, money);
        }
        (0..later as i64).for_each(|day| buy(273 + day - start, 1.0));
    }
    // The last day of the 39 weeks after.
    sheet.push("nobody", (272 + 273) * DAY, "look", vec![String::new()]);
    sheet
}

#[test]
fn cdnow_is_worth_what_the_papers_say() {
    let end = Some(Millis(272 * DAY + DAY / 2));
    let query = LifetimeValueQuery {
        scope: crate::rule::Scope { to: end, ..crate::rule::Scope::default() },
        horizon_days: 273,
        segments: vec![NamedSegment { name: "all".to_owned(), segment: Segment::AllOf { of: Vec::new() } }],
        ..money()
    };
    let answer = ask_once(&cdnow(), query);
    assert_eq!((answer.n_customers, answer.n_repeaters), (2_357, 946));
    let model = answer.model.unwrap();
    let near = |found: f64, expected: f64, by: f64| (found - expected).abs() < by * expected.abs();
    assert!(near(model.r, 0.242_6, 1e-3) && near(model.alpha, 4.413_6 * 7.0, 1e-3), "{model:?}");
    assert!(near(model.a, 0.792_9, 1e-3) && near(model.b, 2.425_9, 1e-3), "{model:?}");
    let spend = answer.spend.unwrap();
    assert!(
        near(spend.p, 6.25, 1e-3) && near(spend.q, 3.744, 1e-3) && near(spend.gamma, 15.44, 1e-3),
        "{spend:?}"
    );
    assert!(spend.correlation.abs() < 0.15);
    let forecast = answer.forecast.unwrap();
    let (low, high) = (forecast.purchases_low.unwrap(), forecast.purchases_high.unwrap());
    assert!(low < forecast.purchases && forecast.purchases < high && high < 1.2 * low, "{forecast:?}");
    assert_eq!(forecast.alive.iter().sum::<u64>(), 2_357);
    let all = answer.segments[0];
    assert_eq!((all.n_customers, all.purchases), (2_357, Some(forecast.purchases)));
    assert_eq!(all.value, forecast.value);
}

#[test]
fn the_days_held_out_are_foretold_about_as_they_came() {
    let answer = ask_once(&cdnow(), LifetimeValueQuery { holdout_days: Some(273), ..money() });
    let holdout = answer.holdout.unwrap();
    // 1,882 purchases were made in the 39 weeks; the model of the first 39 foretells a few less.
    assert_eq!(holdout.actual, 1_882);
    // lifetimes foretells 1,653.4.
    assert!((holdout.expected - 1_653.4).abs() < 0.5, "{}", holdout.expected);
    assert_eq!(holdout.rows.iter().map(|row| row.n_customers).sum::<u64>(), 2_357);
    assert!(holdout.rows.windows(2).all(|pair| pair[0].expected < pair[1].expected));
}

#[test]
fn a_cohort_is_worth_more_with_time_and_told_as_long_as_all_have_had_it() {
    let sheet = sheet()
        .row("a", 0, "buy", &["10"])
        .row("a", 40 * DAY, "buy", &["5"])
        .row("b", 20 * DAY, "buy", &["2"])
        .row("c", 45 * DAY, "buy", &["7"])
        .row("z", 85 * DAY, "look", &[""]);
    let answer = ask(&sheet, &LifetimeValueQuery { n_periods: 3, ..money() });
    let cohorts: Vec<(u64, &[Option<f64>])> =
        answer.cohorts.iter().map(|cohort| (cohort.n_customers, cohort.values.as_slice())).collect();
    assert_eq!(cohorts, [(2, &[Some(6.0), Some(8.5), None][..]), (1, &[Some(7.0), None, None])]);
    assert_eq!((answer.model, answer.problem), (None, Some(FitProblem::TooFewRepeats)));
    assert_eq!((answer.forecast, answer.segments.len()), (None, 0));
    assert_eq!(answer.spend_problem, Some(FitProblem::TooFewRepeats));
    assert_eq!(ask(&Sheet::new(), &LifetimeValueQuery { value: None, ..money() }).n_customers, 0);
}

#[test]
fn a_query_that_does_not_fit_names_its_field() {
    let table = sheet().row("u", 0, "buy", &["1"]).row("u", 9 * DAY, "buy", &["1"]).table();
    let wrong = [
        ("value", LifetimeValueQuery { value: Some("event".to_owned()), ..money() }),
        ("horizon_days", LifetimeValueQuery { horizon_days: 0, ..money() }),
        ("holdout_days", LifetimeValueQuery { holdout_days: Some(10), ..money() }),
        ("n_periods", LifetimeValueQuery { n_periods: 0, ..money() }),
    ];
    for (field, query) in wrong {
        assert_eq!(query.check(&table).unwrap_err().field, field);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(500)))]
    #[test]
    fn random_cohorts_agree_with_the_naive_ones(sheet in small_sheets()) {
        let query = LifetimeValueQuery { rule: EventRule::event("a"), period: Period::Day, n_periods: 4, ..money() };
        let found = match run(&sheet.table(), &Query::LifetimeValue(query)).unwrap() {
            Answer::LifetimeValue(answer) => answer,
            other => panic!("{other:?}"),
        };
        let users = sheet.users();
        let end = users.values().flatten().map(|row| row.time).max().unwrap_or(0);
        let own = |rows: &Vec<&crate::testing::SheetRow>| {
            rows.iter().filter(|row| row.event == "a").map(|row| (row.time, row.cells[1].parse().unwrap_or(0.0))).collect()
        };
        let customers: Vec<Vec<(i64, f64)>> = users.values().map(own).filter(|rows: &Vec<_>| !rows.is_empty()).collect();
        prop_assert_eq!(found.n_customers, customers.len() as u64);
        for cohort in &found.cohorts {
            let of: Vec<&Vec<(i64, f64)>> =
                customers.iter().filter(|rows| rows[0].0 / DAY == cohort.start.0 / DAY).collect();
            prop_assert_eq!(cohort.n_customers, of.len() as u64);
            for (at, value) in (1..).zip(&cohort.values) {
                let is_over = of.iter().all(|rows| rows[0].0 + at * DAY <= end);
                prop_assert_eq!(value.is_some(), is_over);
                let within = |rows: &&&Vec<(i64, f64)>| -> f64 {
                    rows.iter().filter(|(time, _)| *time - rows[0].0 < at * DAY).map(|(_, money)| money).sum()
                };
                let sum: f64 = of.iter().map(|rows| within(&rows)).sum();
                prop_assert!(value.is_none_or(|value| (value - sum / of.len() as f64).abs() < 1e-6));
            }
        }
    }
}
