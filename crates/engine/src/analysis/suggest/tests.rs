//! The rule on tables small enough to check by hand, and the same proposal on any number of shards.

use super::*;
use crate::Query;
use crate::table::Kind;
use crate::testing::{Sheet, answer_on_any_shards};

const HOUR: i64 = 3_600_000;

fn proposed(sheet: &Sheet) -> FunnelQuery {
    match answer_on_any_shards(sheet, &Query::SuggestFunnel(SuggestFunnelQuery::default())) {
        Answer::SuggestFunnel(answer) => answer.query.unwrap(),
        other => panic!("not a proposal: {other:?}"),
    }
}

fn steps(query: &FunnelQuery) -> Vec<&str> {
    query.steps.iter().map(|step| step.rule.event.as_deref().unwrap()).collect()
}

/// Ten users sign up and look around; six create, four pay (two hours later), one cancels at the end.
fn small_story(sheet: Sheet, cells: fn(&str) -> Vec<String>) -> Sheet {
    let mut sheet = sheet;
    for user in 0..10_i64 {
        let name = format!("u{user}");
        let mut happens = |time: i64, event: &str| sheet.push(&name, user + time, event, cells(event));
        happens(0, "signup");
        happens(HOUR, "look");
        if user < 6 {
            happens(HOUR + HOUR / 2, "create");
        }
        if user < 4 {
            happens(2 * HOUR, "pay");
        }
        if user < 2 {
            happens(9 * HOUR, "cancel");
        }
    }
    sheet
}

#[test]
fn the_goal_is_the_rarest_event_with_revenue_and_the_way_leads_to_it() {
    let sheet = Sheet::new().column("amount", Role::Revenue, Kind::Number);
    let sheet = small_story(sheet, |event| vec![if event == "pay" { "9.5" } else { "" }.to_owned()]);
    let query = proposed(&sheet);
    assert_eq!(steps(&query), ["signup", "look", "create", "pay"]);
    assert_eq!(query.window_millis, Some(Millis::DAY), "two hours fit into a day, not into an hour");
}

#[test]
fn without_revenue_the_goal_is_a_late_rare_event_that_is_no_loss() {
    let query = proposed(&small_story(Sheet::new(), |_| Vec::new()));
    assert_eq!(steps(&query).last(), Some(&"pay"), "cancel is rarer and later, and nobody's goal");
}

#[test]
fn an_event_that_fewer_than_one_user_in_a_hundred_did_is_not_proposed() {
    let mut sheet = Sheet::new().column("amount", Role::Revenue, Kind::Number);
    for user in 0..300_i64 {
        sheet.push(&format!("u{user}"), 0, "open", vec![String::new()]);
        if user < 100 {
            sheet.push(&format!("u{user}"), 5, "buy", vec!["1".to_owned()]);
        }
        if user < 2 {
            sheet.push(&format!("u{user}"), 9, "buy an island", vec!["1e6".to_owned()]);
        }
    }
    let query = proposed(&sheet);
    assert_eq!(steps(&query), ["open", "buy"]);
    assert_eq!(query.window_millis, Some(WINDOWS[0]));
}

#[test]
fn a_table_without_events_gives_no_proposal() {
    let scope = Scope { from: Some(Millis(1_000)), ..Scope::default() };
    let sheet = Sheet::new().row("a", 0, "x", &[]);
    let answer = answer_on_any_shards(&sheet, &Query::SuggestFunnel(SuggestFunnelQuery { scope }));
    assert_eq!(answer, Answer::SuggestFunnel(SuggestFunnelAnswer { query: None }));
}

#[test]
fn one_event_alone_is_a_funnel_of_one_step() {
    let sheet = Sheet::new().row("a", 0, "x", &[]).row("b", 0, "x", &[]);
    assert_eq!(steps(&proposed(&sheet)), ["x"]);
}
