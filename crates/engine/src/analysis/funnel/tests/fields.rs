//! Windows, limits, ties, units and held values, small enough to check by hand.

use super::by_hand::{answer, funnel, journey, journeys, level, reached};
use crate::analysis::funnel::{
    Count, Entry, EntryBins, Exclusion, FunnelQuery, Hold, OnExclusion, Order, Tie, WindowFrom,
};
use crate::analysis::{Query, run};
use crate::rule::{EventRule, GapEdge, Scope, SessionRule};
use crate::testing::Sheet;
use crate::time::Millis;

#[test]
fn a_window_from_the_previous_step_starts_anew_with_each() {
    let query = FunnelQuery { window_from: WindowFrom::PreviousStep, ..funnel("A B C", 60) };
    assert_eq!(level("0A 60B 120C", &query), 3);
    assert_eq!(level("0A 60B 120.001C", &query), 2);
    // The later B leads on, though the earlier one comes after the same start.
    assert_eq!(level("0A 5B 60B 120C", &query), 3);
}

#[test]
fn a_steps_own_limits_hold_from_the_step_before() {
    let mut query = funnel("A B C", 600);
    query.steps[2].within_millis = Some(10_000);
    assert_eq!(level("0A 5B 20B 30C", &query), 3);
    assert_eq!(level("0A 5B 30C", &query), 2);
    query.steps[2].after_millis = Some(10_000);
    assert_eq!(level("0A 5B 20B 29C", &query), 2);
    let result = answer(&journey("0A 5B 20B 30C"), &query).overall;
    assert_eq!(result.steps[2].from_previous.unwrap().mean_millis, 10_000.0);
}

#[test]
fn a_calendar_day_ends_at_midnight_of_the_zone_and_is_as_long_as_it_is() {
    // Noon of 2026-03-28 in Berlin; the next day has 23 hours.
    let noon = 1_774_695_600_000;
    let level =
        |hours: i64, n_days: u32| {
            let hour = 3_600_000;
            let sheet = Sheet::new()
                .row("u", noon, "A", &[])
                .row("u", noon + hours * hour - 1, "B", &[])
                .row("u", noon + hours * hour, "C", &[]);
            let scope = Scope { zone: Some("Europe/Berlin".to_owned()), ..Scope::default() };
            let query = FunnelQuery { scope, calendar_days: Some(n_days), ..funnel("A B C", 1) };
            reached(&answer(&sheet, &query).overall).iter().sum::<u64>()
        };
    assert_eq!([level(11, 1), level(12, 1), level(13, 1)], [3, 2, 1]);
    assert_eq!([level(34, 2), level(35, 2), level(36, 2)], [3, 2, 1]);
}

#[test]
fn sessions_limit_a_chain_or_are_counted_one_by_one() {
    let session = SessionRule::Gap { gap_millis: 100_000, edge: GapEdge::Cuts };
    let query = FunnelQuery { session, ..funnel("A B", 1) };
    let sheet = journey("0A 99X 198B 400A 600B 900X");
    let within = |n| FunnelQuery { sessions: Some(n), ..query.clone() };
    assert_eq!(reached(&answer(&sheet, &within(1)).overall), [1, 1]);
    assert_eq!(reached(&answer(&journey("400A 600B 900X"), &within(1)).overall), [1, 0]);
    assert_eq!(reached(&answer(&journey("400A 600B 900X"), &within(2)).overall), [1, 1]);
    let each = FunnelQuery { count: Count::Sessions, ..funnel("A B", 10_000) };
    let each = FunnelQuery { session, ..each };
    assert_eq!(reached(&answer(&sheet, &each).overall), [2, 1]);
}

#[test]
fn attempts_follow_one_another_and_an_exclusion_ends_one() {
    let query = FunnelQuery { entry: Entry::Attempts, count: Count::Attempts, ..funnel("A B C", 60) };
    // The second A is passed over, and so is the B between the attempts.
    let text = "0A 10A 20B 30C 31B 40A 101A 110B";
    assert_eq!(reached(&answer(&journey(text), &query).overall), [3, 2, 1]);
    let exclusions = vec![Exclusion { rule: EventRule::event("X"), from: 0, to: 2 }];
    let query = FunnelQuery { exclusions, ..query };
    let text = "0A 10X 20A 30B 40C";
    assert_eq!(reached(&answer(&journey(text), &query).overall), [1, 0, 0]);
    let ending = FunnelQuery { on_exclusion: OnExclusion::EndAttempt, ..query };
    assert_eq!(reached(&answer(&journey(text), &ending).overall), [2, 1, 1]);
}

#[test]
fn every_start_is_an_attempt_where_attempts_are_counted_and_none_takes_anothers_event() {
    let query = FunnelQuery { count: Count::Attempts, ..funnel("A B C", 60) };
    let text = "0A 2B 4A 58B 59C 61A 62B 63B 65C 67A 68C 118C";
    assert_eq!(reached(&answer(&journey(text), &query).overall), [4, 3, 2]);
}

#[test]
fn each_held_value_is_followed_apart() {
    let hold = |steps: &[u32]| Some(Hold { properties: vec!["p".to_owned()], steps: steps.to_vec() });
    let query = FunnelQuery { hold: hold(&[]), ..funnel("A B C", 60) };
    assert_eq!(level("0A=x 1B=y 2C=x 3B=x", &query), 2);
    assert_eq!(level("0A=x 1A=y 2B=y 3C=y", &query), 3);
    // Events without a value fill no held step.
    assert_eq!(level("0A 1B 2C", &query), 0);
    let query = FunnelQuery { hold: hold(&[0, 2]), ..query };
    assert_eq!(level("0A=x 1B=y 2C=x", &query), 3);
    assert_eq!(level("0A=x 1B=y 2C=y", &query), 2);
}

#[test]
fn bins_of_entry_are_a_trend_of_equal_periods() {
    let entry_bins = Some(EntryBins { start: Millis(0), step_millis: 10_000, count: 3 });
    let query = FunnelQuery { entry_bins, ..funnel("A B", 60) };
    let trend = answer(&journeys(&["0A 15A 16B", "25A 30A"]), &query).trend;
    assert_eq!(trend.iter().map(|bin| bin.n_reached.clone()).collect::<Vec<_>>(), [[1, 1], [1, 1], [1, 0]]);
    assert_eq!(trend[1].label, "1970-01-01T00:00:10Z");
}

#[test]
fn a_grace_lets_a_step_lie_before_the_one_before_it() {
    let query = FunnelQuery { tie: Tie::Grace(2_000), ..funnel("A B", 60) };
    assert_eq!(level("0B 2A", &query), 2);
    assert_eq!(level("0B 2.001A", &query), 1);
    let result = answer(&journey("0B 2A"), &query).overall;
    assert_eq!((result.n_with_ties, result.steps[1].from_previous.unwrap().mean_millis), (1, 0.0));
    // Which event is of which step would be a riddle.
    let riddle = FunnelQuery { tie: Tie::Grace(2_000), ..funnel("A B A", 60) };
    assert_eq!(run(&journey("0A 1B").table(), &Query::Funnel(riddle)).unwrap_err().field, "tie");
}

#[test]
fn every_contradiction_is_told_by_the_field_to_be_changed() {
    let field =
        |query: FunnelQuery| run(&journey("0A 1B 2C").table(), &Query::Funnel(query)).unwrap_err().field;
    let base = || funnel("A B C", 60);
    let within = |step: usize, within| {
        let mut query = base();
        query.steps[step].within_millis = within;
        query
    };
    assert_eq!(field(FunnelQuery { calendar_days: Some(0), ..base() }), "calendar_days");
    assert_eq!(field(FunnelQuery { sessions: Some(0), ..base() }), "sessions");
    assert_eq!(field(FunnelQuery { calendar_days: Some(1), sessions: Some(1), ..base() }), "sessions");
    assert_eq!(field(within(0, Some(1))), "steps[0].within_millis");
    assert_eq!(field(within(1, Some(-1))), "steps[1].within_millis");
    assert_eq!(field(FunnelQuery { tie: Tie::Bucket(0), ..base() }), "tie.bucket");
    assert_eq!(field(FunnelQuery { on_exclusion: OnExclusion::EndAttempt, ..base() }), "on_exclusion");
    assert_eq!(field(FunnelQuery { entry: Entry::Attempts, order: Order::Strict, ..base() }), "order");
    assert_eq!(field(FunnelQuery { hold: Some(Hold::default()), ..base() }), "hold.properties");
    let hold = Some(Hold { properties: vec!["q".to_owned()], steps: Vec::new() });
    assert_eq!(field(FunnelQuery { hold, ..base() }), "hold.properties[0]");
    let entry_bins = Some(EntryBins { start: Millis(0), step_millis: 0, count: 1 });
    assert_eq!(field(FunnelQuery { entry_bins, ..base() }), "entry_bins.step_millis");
}
