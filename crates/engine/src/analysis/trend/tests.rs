//! By hand, and against the oracle.

mod oracle;

use super::{Accumulate, Measure, TrendAnswer, TrendFormula, TrendQuery, TrendSeries};
use crate::analysis::{Answer, Query};
use crate::rule::{Attribution, Breakdown, EventRule, Owner, Scope};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_on_any_shards};
use crate::time::{Millis, Period};

fn series(measure: Measure) -> TrendSeries {
    TrendSeries { measure, ..TrendSeries::default() }
}

fn sheet() -> Sheet {
    Sheet::new()
        .column("money", Role::Revenue, Kind::Number)
        .column("plan", Role::Other, Kind::Text)
        .row("ann", 0, "buy", &["1e16", "pro"])
        .row("ann", Millis::DAY, "buy", &["1", "pro"])
        .row("ben", Millis::DAY, "buy", &["-1e16", "free"])
        .row("ben", 2 * Millis::DAY + 1, "visit", &["", ""])
}

fn answer_to(query: TrendQuery) -> TrendAnswer {
    match answer_on_any_shards(&sheet(), &Query::Trend(query)) {
        Answer::Trend(answer) => answer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sum_does_not_depend_on_the_order_of_its_rows() {
    let sum = series(Measure::Sum { property: "money".to_owned() });
    let answer = answer_to(TrendQuery { series: vec![sum], period: Period::Week, ..TrendQuery::default() });
    assert_eq!(answer.lines[0].values, [Some(1.0)]);
}

#[test]
fn running_users_are_those_who_are_different() {
    let query = TrendQuery {
        series: vec![series(Measure::Users)],
        accumulate: Accumulate::Running,
        ..TrendQuery::default()
    };
    let answer = answer_to(query);
    assert_eq!(answer.lines[0].values, [Some(1.0), Some(2.0), Some(2.0)]);
    assert_eq!(answer.lines[0].total, Some(2.0));
}

#[test]
fn a_day_that_the_data_or_the_range_cut_is_not_complete() {
    let complete = |scope| {
        let answer =
            answer_to(TrendQuery { scope, series: vec![series(Measure::Events)], ..TrendQuery::default() });
        answer.periods.iter().map(|period| period.is_complete).collect::<Vec<_>>()
    };
    assert_eq!(complete(Scope::default()), [true, true, false]);
    let scope = Scope { from: Some(Millis(1)), to: Some(Millis(2 * Millis::DAY - 1)), ..Scope::default() };
    assert_eq!(complete(scope), [false, true]);
}

#[test]
fn each_error_names_its_field() {
    let field = |change: fn(&mut TrendQuery)| {
        let mut query = TrendQuery { series: vec![series(Measure::Events)], ..TrendQuery::default() };
        change(&mut query);
        query.check(&sheet().table()).unwrap_err().field
    };
    assert_eq!(field(|query| query.series.clear()), "series");
    let text = Measure::Sum { property: "plan".to_owned() };
    query_field(text, "series[0].measure.property");
    query_field(Measure::Mean { property: "no".to_owned() }, "series[0].measure.property");
    query_field(
        Measure::Quantile { property: "money".to_owned(), probability: 90.0 },
        "series[0].measure.probability",
    );
    assert_eq!(
        field(|query| query.formulas = vec![TrendFormula { formula: "A/".to_owned(), name: None }]),
        "formulas[0].formula"
    );
    assert_eq!(field(|query| query.last = Some(0)), "last");
    assert_eq!(field(|query| query.moving_average = Some(1)), "moving_average");
    assert_eq!(
        field(|query| (query.scope.from, query.period) = (Some(Millis(-(1 << 53))), Period::Hour)),
        "period"
    );
    assert_eq!(
        field(|query| {
            let (property, attribution) = ("plan".to_owned(), Attribution::LastTouch);
            query.breakdown =
                Some(Breakdown::Property { property, on: Owner::Event, attribution, limit: None });
        }),
        "breakdown.attribution"
    );
}

fn query_field(measure: Measure, field: &str) {
    let rule = EventRule::event("buy");
    let query =
        TrendQuery { series: vec![TrendSeries { rule, measure, name: None }], ..TrendQuery::default() };
    assert_eq!(query.check(&sheet().table()).unwrap_err().field, field);
}
