//! Numbers that can be checked by hand.

use crate::analysis::retention::{Cohort, RetentionAnswer, RetentionQuery};
use crate::analysis::{Answer, Query};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_on_any_shards};
use crate::time::Millis;

const DAY: i64 = Millis::DAY;

/// Thursday 1970-01-01 is day 0. Ann signs up on day 0 and opens on days 1 and 3, ben signs up on day 0 and opens at once, cid
/// signs up on day 1 and never opens.
fn sheet() -> Sheet {
    Sheet::new()
        .column("plan", Role::Other, Kind::Text)
        .column("money", Role::Revenue, Kind::Number)
        .row("ann", 0, "signup", &["pro", ""])
        .row("ann", DAY, "open", &["pro", "2.5"])
        .row("ann", 3 * DAY, "open", &["free", "4"])
        .row("ben", 5, "signup", &["free", ""])
        .row("ben", 5, "open", &["free", "1"])
        .row("cid", DAY + 7, "signup", &["", ""])
        .row("dan", 3 * DAY + DAY / 2, "other", &["", ""])
}

fn ask(text: &str) -> RetentionAnswer {
    let query: Query = serde_json::from_str(text).unwrap();
    match answer_on_any_shards(&sheet(), &query) {
        Answer::Retention(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn counts(cohorts: &[Cohort]) -> Vec<(u64, Vec<u64>)> {
    let cells = |cohort: &Cohort| cohort.cells.iter().map(|cell| cell.n_users).collect();
    cohorts.iter().map(|cohort| (cohort.n_users, cells(cohort))).collect()
}

#[test]
fn cohorts_of_days_and_who_opens_when() {
    let answer = ask(
        r#"{"kind": "retention", "start": {"event": "signup"}, "return": {"event": "open"}, "period": "day",
            "value": {"property": "money"}}"#,
    );
    let table = &answer.overall;
    assert_eq!(counts(&table.cohorts), [(2, vec![1, 1, 0, 1]), (1, vec![0, 0, 0])]);
    assert_eq!(table.cohorts[0].label, "1970-01-01");
    let complete: Vec<bool> = table.cohorts[0].cells.iter().map(|cell| cell.is_complete).collect();
    assert_eq!(complete, [true, true, true, false], "day 3 ends after the last event");
    let sums: Vec<Option<f64>> = table.cohorts[0].cells.iter().map(|cell| cell.value_sum).collect();
    assert_eq!(sums, [Some(1.0), Some(2.5), Some(0.0), Some(4.0)]);
    let pooled: Vec<(u64, u64)> = table.average.iter().map(|cell| (cell.n_users, cell.n_entries)).collect();
    assert_eq!(pooled, [(1, 3), (1, 3), (0, 3), (1, 2)]);
    assert_eq!(table.average[1].value_per_entry, Some(2.5 / 3.0));
}

#[test]
fn a_return_at_the_instant_of_the_start_counts_unless_ties_never_do() {
    let answer = ask(
        r#"{"kind": "retention", "start": {"event": "signup"}, "return": {"event": "open"}, "period": "day", "tie": "never"}"#,
    );
    assert_eq!(counts(&answer.overall.cohorts)[0], (2, vec![0, 1, 0, 1]));
}

#[test]
fn on_or_after_counts_later_returns_and_on_or_before_earlier_ones() {
    let ask = |criterion: &str| {
        let text = r#"{"kind": "retention", "start": {"event": "signup"}, "return": {"event": "open"}, "period": "day", "#;
        counts(&ask(&format!("{text} \"criterion\": \"{criterion}\"}}")).overall.cohorts)[0].1.clone()
    };
    assert_eq!(ask("on_or_after"), [2, 1, 1, 1]);
    assert_eq!(ask("on_or_before"), [1, 2, 2, 2]);
}

#[test]
fn a_value_at_the_start_and_a_shared_value_make_different_groups() {
    let ask = |attribution: &str| {
        let answer = ask(&format!(
            r#"{{"kind": "retention", "start": {{"event": "signup"}}, "return": {{"event": "open"}}, "period": "day", "columns": 4,
                "breakdown": {{"kind": "property", "property": "plan", "attribution": {{"kind": "{attribution}"}}}}}}"#
        ));
        let group = |group: &crate::analysis::retention::RetentionGroup| {
            (format!("{:?}", group.key), counts(&group.table.cohorts))
        };
        answer.groups.iter().map(group).collect::<Vec<_>>()
    };
    let (missing, free, pro) = (
        "Missing".to_owned(),
        r#"Value { value: "free" }"#.to_owned(),
        r#"Value { value: "pro" }"#.to_owned(),
    );
    let nobody = (missing, vec![(1, vec![0, 0, 0])]);
    let ben = (free, vec![(1, vec![1, 0, 0, 0])]);
    assert_eq!(ask("first_touch"), [nobody.clone(), ben.clone(), (pro.clone(), vec![(1, vec![0, 1, 0, 1])])]);
    assert_eq!(ask("each_value"), [nobody, ben, (pro, vec![(1, vec![0, 1, 0, 0])])]);
}

#[test]
fn a_week_may_be_cut_into_brackets() {
    let answer = ask(
        r#"{"kind": "retention", "start": {"event": "signup"}, "return": {"event": "open"}, "period": "day", "brackets": [2, 4, 9]}"#,
    );
    assert_eq!(counts(&answer.overall.cohorts), [(2, vec![1, 1, 1]), (1, vec![0, 0])]);
    let covers: Vec<(u32, u32)> =
        answer.columns.iter().map(|column| (column.from_period, column.to_period)).collect();
    assert_eq!(covers, [(0, 0), (1, 2), (3, 6)]);
}

#[test]
fn days_may_be_each_users_own() {
    let elapsed =
        ask(r#"{"kind": "retention", "return": {"event": "open"}, "period": "day", "bins": "elapsed"}"#);
    assert_eq!(counts(&elapsed.overall.cohorts)[0], (2, vec![1, 1, 0, 1]));
    let hours = ask(
        r#"{"kind": "retention", "start": {"event": "signup"}, "return": {"event": "open"}, "period": "hour",
            "bins": "elapsed_hour_floored", "columns": 2, "scope": {"from": 5}}"#,
    );
    assert_eq!(hours.overall.cohorts[0].label, "1970-01-01T00:00");
    assert_eq!(counts(&hours.overall.cohorts)[0], (1, vec![1, 0]));
}

#[test]
fn errors_name_the_field() {
    let table = sheet().table();
    let field = |text: &str| {
        let query: RetentionQuery = serde_json::from_str(text).unwrap();
        query.check(&table).map(drop).unwrap_err().field
    };
    assert_eq!(field(r#"{"min_occurrences": 0}"#), "min_occurrences");
    assert_eq!(field(r#"{"columns": 0}"#), "columns");
    assert_eq!(field(r#"{"brackets": [3, 0]}"#), "brackets[1]");
    assert_eq!(field(r#"{"hold": "age"}"#), "hold");
    assert_eq!(field(r#"{"value": {"property": "plan"}}"#), "value.property");
    assert_eq!(field(r#"{"scope": {"zone": "Mars"}}"#), "scope.zone");
    let rule = r#"{"where": [{"kind": "property", "property": "age", "op": "is_set"}]}"#;
    assert_eq!(field(&format!(r#"{{"return": {rule}}}"#)), "return.where[0].property");
    assert_eq!(
        field(
            r#"{"breakdown": {"kind": "property", "property": "plan", "attribution": {"kind": "step", "step": 0}}}"#
        ),
        "breakdown.attribution"
    );
    assert!(serde_json::from_str::<RetentionQuery>(r#"{"colums": 3}"#).is_err());
}

#[test]
fn nothing_in_range_is_an_empty_table() {
    for scope in
        [r#"{"from": 999999999999}"#, r#"{"to": -1}"#, r#"{"segment": {"kind": "any_of", "of": []}}"#]
    {
        let answer = ask(&format!(r#"{{"kind": "retention", "scope": {scope}}}"#));
        assert_eq!((answer.overall.n_entries, answer.overall.cohorts.len(), answer.columns.len()), (0, 0, 0));
    }
}
