//! Tests: goals that can be checked by hand.

use super::*;
use crate::analysis::Query;
use crate::analysis::trend::TrendSeries;
use crate::rule::EventRule;
use crate::testing::{Sheet, answer_on_any_shards};
use crate::time::Period;

const DAY: i64 = Millis::DAY;

fn ask(sheet: &Sheet, query: &GoalQuery) -> GoalAnswer {
    match answer_on_any_shards(sheet, &Query::Goal(Box::new(query.clone()))) {
        Answer::Goal(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// So many payments on each day, and something at the start of the day after.
fn days(payments: &[i64]) -> Sheet {
    let mut sheet = Sheet::new();
    for (day, &n) in (0..).zip(payments) {
        (0..n).for_each(|at| sheet.push(&format!("u{at}"), day * DAY + at, "pay", vec![]));
    }
    sheet.push("end", payments.len() as i64 * DAY, "look", vec![]);
    sheet
}

fn goal(target: f64, due: i64) -> GoalQuery {
    let series = vec![TrendSeries { rule: EventRule::event("pay"), ..TrendSeries::default() }];
    let trend = TrendQuery { series, period: Period::Day, ..TrendQuery::default() };
    GoalQuery { trend, target, due: Millis(due * DAY), ..GoalQuery::default() }
}

#[test]
fn a_sum_goes_on_as_it_went() {
    // 4 + 6 + 4 + 6 in four days: 5 a day, variance 4/3; six days are left.
    let answer = ask(&days(&[4, 6, 4, 6]), &goal(50.0, 10));
    assert_eq!((answer.current, answer.progress, answer.elapsed), (Some(20.0), Some(0.4), 0.4));
    assert_eq!(
        (answer.n_periods_left, answer.needed_per_period, answer.pace_per_period),
        (6, Some(5.0), Some(5.0))
    );
    let forecast = answer.forecast.unwrap();
    assert_eq!((forecast.value, forecast.chance, answer.status), (50.0, 0.5, GoalStatus::OnPace));
    // √(4/3 · 6 · (1 + 6/4)) = √20, and Student's quantile for three degrees of freedom is 3.182.
    assert!((forecast.high - 50.0 - 3.182_446 * 20.0_f64.sqrt()).abs() < 1e-5, "{forecast:?}");
    let numbers: Vec<Option<f64>> = answer.periods.iter().map(|period| period.number).collect();
    assert_eq!(numbers, [Some(4.0), Some(10.0), Some(14.0), Some(20.0), Some(20.0)]);
    assert_eq!(ask(&days(&[4, 6, 4, 6]), &goal(60.0, 10)).status, GoalStatus::Behind);
    assert_eq!(ask(&days(&[4, 6, 4, 6]), &goal(20.0, 10)).status, GoalStatus::Reached);
    assert_eq!(ask(&days(&[4, 6, 4, 6]), &goal(50.0, 4)).status, GoalStatus::Missed);
    let early = ask(&days(&[4, 6, 4]), &goal(50.0, 10));
    assert_eq!((early.status, early.forecast), (GoalStatus::TooEarly, None));
}

#[test]
fn a_level_follows_its_line() {
    // 2, 4, 6, 8 grows by 2 a day: 8 + 3 · 2 on the seventh day, and no doubt about it.
    let query = GoalQuery { of: GoalNumber::Level, baseline: 2.0, ..goal(13.0, 7) };
    let answer = ask(&days(&[2, 4, 6, 8]), &query);
    let forecast = answer.forecast.unwrap();
    assert!((forecast.value - 14.0).abs() < 1e-9 && forecast.chance == 1.0, "{forecast:?}");
    assert_eq!((answer.current, answer.n_periods_left), (Some(8.0), 3));
    assert!((answer.pace_per_period.unwrap() - 2.0).abs() < 1e-12);
    assert!((answer.needed_per_period.unwrap() - 5.0 / 3.0).abs() < 1e-12);
    // Less is better where the target lies below.
    let fewer = GoalQuery { of: GoalNumber::Level, baseline: 9.0, ..goal(1.0, 7) };
    // The line falls by 1.3 a day, from 5.75 in the middle to −0.1 on the seventh.
    let answer = ask(&days(&[8, 6, 5, 4]), &fewer);
    assert!((answer.forecast.unwrap().value + 0.1).abs() < 1e-9 && answer.progress == Some(0.625));
    assert!(answer.forecast.unwrap().chance > 0.7 && answer.status == GoalStatus::OnPace);
}

#[test]
fn a_guard_is_told_by_the_last_complete_period() {
    let guard = |least, most| Guard { series: 0, least, most };
    let guards = vec![guard(Some(5.0), None), guard(None, Some(5.0)), guard(Some(6.0), Some(6.0))];
    let answer = ask(&days(&[4, 6]), &GoalQuery { guards, ..goal(50.0, 10) });
    let kept: Vec<Option<bool>> = answer.guards.iter().map(|guard| guard.is_kept).collect();
    assert_eq!(kept, [Some(true), Some(false), Some(true)]);
    assert_eq!(ask(&Sheet::new(), &goal(5.0, 3)).status, GoalStatus::TooEarly);
}

#[test]
fn a_query_that_does_not_fit_names_its_field() {
    let table = days(&[1]).table();
    let compared =
        TrendQuery { compare: Some(crate::analysis::trend::Compare::Previous), ..goal(5.0, 3).trend };
    let guards = vec![Guard { series: 1, least: None, most: None }];
    let wrong = [
        ("trend.series", GoalQuery { trend: TrendQuery::default(), ..goal(5.0, 3) }),
        ("trend", GoalQuery { trend: compared, ..goal(5.0, 3) }),
        ("target", goal(0.0, 3)),
        ("baseline", GoalQuery { baseline: f64::NAN, ..goal(5.0, 3) }),
        ("guards[0].series", GoalQuery { guards, ..goal(5.0, 3) }),
    ];
    for (field, query) in wrong {
        assert_eq!(query.check(&table).unwrap_err().field, field);
    }
}
