//! Conditions, form by form.

use super::{Condition, Facts, Signal};
use crate::definition::Definition;
use crate::read::{Ids, Known, Report};
use crate::state::{State, Variant};
use crate::status::{Moment, Visitor};
use crate::time::Millis;
use crate::value::testing::parse;

fn read(json: &str) -> Result<Condition, Vec<String>> {
    let ids = |id: &str| Ids(vec![Some(id.to_owned())]);
    let known =
        Known { tasks: ids("a"), tours: ids("t"), paths: ids("p"), arms: ids("b"), ..Known::default() };
    let mut report = Report { known, ..Report::default() };
    let condition = Condition::read(&parse(json), "$", &mut report);
    if report.problems.is_empty() {
        return Ok(condition);
    }
    Err(report.problems.iter().map(ToString::to_string).collect())
}

/// Whether a condition holds on day 10, for hits of its events and signals on these days.
fn holds(json: &str, traits: &str, hits: &[i64]) -> bool {
    let definition = r#"{"version": 1, "id": "c", "title": "C", "tasks": [{"id": "a", "title": "A", "complete_when": "manual"}]}"#;
    let definition = Definition::check(&parse(definition)).expect("sound").definition;
    let visitor = Visitor { segment: "small".into(), traits: parse(traits), ..Visitor::default() };
    let condition = read(json).expect("the test's condition is valid");
    let mut state =
        State { variant: Some(Variant { experiment: "x".into(), arm: "b".into() }), ..State::default() };
    condition.each(&mut |inner| {
        let key = match inner {
            Condition::Event(repeat) => repeat.key(),
            Condition::Signal(signal, of) => signal.key(of),
            _ => return,
        };
        *state.hits_mut(&key) = hits.iter().map(|day| Millis(day * Millis::DAY)).collect();
    });
    let moment =
        Moment { visitor: &visitor, now: Millis(10 * Millis::DAY), page: "https://app.example/p?q=1" };
    condition.holds(&Facts {
        definition: &definition,
        state: &state,
        moment: &moment,
        is_ticked: false,
        since: None,
    })
}

#[test]
fn an_event_holds_once_it_was_tracked_often_enough() {
    assert!(!holds(r#"{"event": "e", "times": 3}"#, "{}", &[1, 2]));
    assert!(holds(r#"{"event": "e", "times": 3}"#, "{}", &[1, 2, 2]));
}

#[test]
fn a_window_reaches_back_from_now_and_includes_its_first_moment() {
    assert!(holds(r#"{"event": "e", "times": 2, "within_days": 3}"#, "{}", &[7, 9]));
    assert!(!holds(r#"{"event": "e", "times": 2, "within_days": 2}"#, "{}", &[7, 9]));
    assert!(holds(r#"{"event": "e", "within_hours": 24}"#, "{}", &[9]));
    assert!(!holds(r#"{"event": "e", "within_hours": 23}"#, "{}", &[9]));
}

#[test]
fn groups_combine_and_not_turns_around() {
    assert!(holds(r#"{"all": [{"segment": "small"}, {"not": {"segment": "big"}}]}"#, "{}", &[]));
    assert!(holds(
        r#"{"any": [{"segment": "big"}, {"trait": "seats", "at_least": 5}]}"#,
        r#"{"seats": 5}"#,
        &[]
    ));
    assert!(!holds(r#"{"all": [{"segment": "small"}, "manual"]}"#, "{}", &[]));
}

#[test]
fn a_missing_trait_or_one_of_another_type_passes_no_test() {
    for traits in ["{}", r#"{"seats": "7"}"#, r#"{"seats": null}"#] {
        assert!(!holds(r#"{"trait": "seats", "at_least": 5, "at_most": 9}"#, traits, &[]));
    }
    assert!(holds(r#"{"trait": "plan", "one_of": ["pro", "team"]}"#, r#"{"plan": "team"}"#, &[]));
}

#[test]
fn what_happened_on_the_page_holds_from_then_on() {
    for json in [
        r##"{"clicked": "#new"}"##,
        r#"{"element": ".empty"}"#,
        r#"{"filled": "app-form >>> input"}"#,
        r#"{"tour": "t"}"#,
    ] {
        assert!(holds(json, "{}", &[3]) && !holds(json, "{}", &[]), "{json}");
    }
    assert_ne!(Signal::Clicked.key(".a"), Signal::Filled.key(".a"));
}

#[test]
fn the_page_the_arm_and_the_end_are_conditions_too() {
    assert!(holds(r#"{"url": "/p"}"#, "{}", &[]) && !holds(r#"{"url": "/p/*"}"#, "{}", &[]));
    assert!(holds(r#"{"variant": "b"}"#, "{}", &[]));
    assert!(!holds(r#""finished""#, "{}", &[]) && !holds(r#"{"task": "a"}"#, "{}", &[]));
    assert!(!holds(r#"{"path": "p"}"#, "{}", &[]));
}

#[test]
fn a_changed_filter_starts_counting_anew() {
    let key = |json: &str| match read(json) {
        Ok(Condition::Event(repeat)) => repeat.key(),
        other => panic!("an event condition, not {other:?}"),
    };
    assert_eq!(key(r#"{"event": "e"}"#), "e");
    let (one, other) =
        (r#"{"event": "e", "where": {"kind": "board"}}"#, r#"{"event": "e", "where": {"kind": "list"}}"#);
    assert_ne!(key(one), key(other));
    // A stored key must mean the same for ever: this is a fixed answer of the hash.
    assert_eq!(key(one), key(r#"{"event": "e", "where": {"kind": {"is": "board"}}}"#));
}

#[test]
fn what_cannot_be_a_condition_is_refused_with_its_path() {
    for (json, problem) in [
        (r#"{"event": "e", "times": 0}"#, "$.times: must be a whole number from 1 to 1000"),
        (r#"{"all": []}"#, "$.all: must hold at least one condition"),
        (r#"{"any": [{"trait": "x"}]}"#, "$.any[0]: needs a test: is, one_of, at_least or at_most"),
        (r#"{"trait": "x", "at_least": "5"}"#, "$.at_least: must be a number, not text"),
        (r#"{"task": "z"}"#, "$.task: no task has the id \"z\"; there are: a"),
        (r#"{"tour": 4}"#, "$.tour: must be a tour's id, not a number"),
        (r#"{"url": "projects"}"#, "$.url: must begin with /, #, * or https://; * stands for any text"),
        (
            r#"{"event": "e", "within_days": 1, "within_hours": 1}"#,
            "$.within_hours: cannot stand beside within_days: there is one window",
        ),
    ] {
        assert_eq!(read(json), Err(vec![problem.to_owned()]), "{json}");
    }
    let deep = format!("{}\"manual\"{}", r#"{"not": "#.repeat(40), "}".repeat(40));
    let problems = read(&deep).expect_err("deep");
    assert!(problems[0].ends_with("is nested more than 16 levels deep"), "{problems:?}");
    assert!(
        read(r#"{"clicked": "a >>> "}"#).expect_err("selector")[0]
            .starts_with("$.clicked: must be a CSS selector")
    );
}
