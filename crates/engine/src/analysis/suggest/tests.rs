//! Proposals that can be checked by hand, and the naive version.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{MAX_BETWEEN, SuggestFunnelQuery, SuggestedFunnel, TargetReason, UNWELCOME};
use crate::analysis::{Answer, Query};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, SheetRow, answer_on_any_shards, small_sheets};
use crate::time::Millis;

const HOUR: i64 = Millis::DAY / 24;

/// Users' histories as lists of events an hour apart; an event with an asterisk brings money.
fn histories(histories: &[&str]) -> Sheet {
    let mut sheet = Sheet::new().column("money", Role::Revenue, Kind::Number);
    for (user, history) in histories.iter().enumerate() {
        for (hour, event) in (0..).zip(history.split_whitespace()) {
            let money = if event.ends_with('*') { "9.5" } else { "" };
            sheet.push(&format!("u{user}"), hour * HOUR, event.trim_end_matches('*'), vec![money.to_owned()]);
        }
    }
    sheet
}

fn suggestion(sheet: &Sheet) -> Option<SuggestedFunnel> {
    match answer_on_any_shards(sheet, &Query::SuggestFunnel(SuggestFunnelQuery::default())) {
        Answer::SuggestFunnel(answer) => answer.suggestion,
        other => panic!("a suggestion, not {other:?}"),
    }
}

fn steps(sheet: &Sheet) -> String {
    suggestion(sheet).unwrap().steps.join(" ")
}

#[test]
fn the_event_that_brings_money_is_led_to_over_what_payers_do_and_others_do_not() {
    // Three of five pay. All three invite and create before; of the others none invites and one creates. Everybody
    // looks, so that looking says nothing; helping is done by one payer only.
    let sheet = histories(&[
        "visit look create invite pay*",
        "visit look create help invite pay* pay*",
        "visit create look invite pay*",
        "visit look create",
        "visit look",
    ]);
    let expected = SuggestedFunnel {
        steps: ["visit", "create", "invite", "pay"].map(str::to_owned).to_vec(),
        window_millis: Millis::DAY,
        target_because: TargetReason::Revenue,
        n_started: 5,
        n_arrived: 3,
    };
    assert_eq!(suggestion(&sheet), Some(expected));
}

#[test]
fn without_money_the_rarest_late_event_is_the_target() {
    let sheet = histories(&["a b c", "a b", "a b", "rare a b"]);
    // `rare` is as rare as `c`, but comes first; and `b` is done by everybody, so that nobody is lost there.
    let found = suggestion(&sheet).unwrap();
    assert_eq!((found.steps.join(" "), found.target_because), ("a c".to_owned(), TargetReason::RarestLate));
}

#[test]
fn nobody_is_led_to_leave() {
    assert_eq!(steps(&histories(&["a b", "a b", "a b Payment_Failed", "a b Log-Out"])), "a b");
    assert_eq!(steps(&histories(&["a cancel", "a cancel"])), "a cancel");
}

#[test]
fn the_window_holds_nine_in_ten_of_the_ways() {
    let window = |hours: &[i64]| {
        let mut sheet = Sheet::new();
        for (user, &hours) in hours.iter().enumerate() {
            sheet.push(&format!("u{user}"), 0, "a", Vec::new());
            sheet.push(&format!("u{user}"), hours * HOUR, "b", Vec::new());
        }
        suggestion(&sheet).unwrap().window_millis / HOUR
    };
    assert_eq!(window(&[1; 10]), 1);
    assert_eq!(window(&[1, 1, 1, 1, 1, 1, 1, 1, 1, 999]), 1);
    assert_eq!(window(&[1, 1, 1, 1, 1, 1, 1, 1, 24, 999]), 24);
    assert_eq!(window(&[1, 1, 1, 1, 1, 1, 1, 1, 9999, 9999]), 90 * 24);
}

#[test]
fn one_event_is_no_funnel() {
    assert_eq!(suggestion(&histories(&["a a", "a"])), None);
    assert_eq!(suggestion(&Sheet::new()), None);
}

/// A user's rows of first times, in order.
type Life<'a> = Vec<&'a SheetRow>;

fn place(life: &[&SheetRow], name: &str) -> Option<usize> {
    life.iter().position(|row| row.event == name)
}

fn mean(places: impl Iterator<Item = usize>) -> Option<f64> {
    let places: Vec<usize> = places.collect();
    (!places.is_empty()).then(|| places.iter().sum::<usize>() as f64 / places.len() as f64)
}

/// The rule of the module's documentation, step by step.
fn naive(sheet: &Sheet) -> Option<SuggestedFunnel> {
    let users = sheet.users();
    let lives: Vec<Life<'_>> = users.values().map(|rows| firsts(rows)).collect();
    let names: BTreeSet<&str> = lives.iter().flatten().map(|row| row.event.as_str()).collect();
    let (target, target_because) = naive_target(&users, &lives, &names)?;
    let begin = |name: &str| lives.iter().filter(|life| life[0].event == name).count();
    let doing = |name: &str| lives.iter().filter(|life| place(life, name).is_some()).count();
    let others = names.iter().rev().filter(|&&name| name != target);
    let &start = others.max_by_key(|name| (begin(name), doing(name)))?;
    let started: Vec<&Life<'_>> = lives.iter().filter(|life| place(life, start).is_some()).collect();
    let (arrived, lost): (Vec<&Life<'_>>, Vec<&Life<'_>>) =
        started.iter().partition(|life| place(life, target) > place(life, start));
    let from_start = |life: &Life<'_>| place(life, start).unwrap();
    let ways: Vec<Life<'_>> =
        arrived.iter().map(|life| life[from_start(life)..=place(life, target).unwrap()].to_vec()).collect();
    let lost: Vec<Life<'_>> = lost.iter().map(|life| life[from_start(life)..].to_vec()).collect();
    let between =
        naive_between(&ways, &lost, names.iter().copied().filter(|&name| name != start && name != target));
    let steps = [start].into_iter().chain(between).chain([target]);
    let lengths: Vec<i64> = ways.iter().map(|way| way[way.len() - 1].time - way[0].time).collect();
    let holds = |days: f64| {
        let within = lengths.iter().filter(|&&length| length as f64 <= days * Millis::DAY as f64).count();
        !lengths.is_empty() && within * 10 >= lengths.len() * 9
    };
    let days = [1.0 / 24.0, 1.0, 7.0, 14.0, 30.0].into_iter().find(|&days| holds(days)).unwrap_or(90.0);
    Some(SuggestedFunnel {
        steps: steps.map(str::to_owned).collect(),
        window_millis: (days * Millis::DAY as f64) as i64,
        target_because,
        n_started: started.len() as u64,
        n_arrived: ways.len() as u64,
    })
}

fn naive_target<'a>(
    users: &BTreeMap<&str, Vec<&SheetRow>>,
    lives: &[Life<'_>],
    names: &BTreeSet<&'a str>,
) -> Option<(&'a str, TargetReason)> {
    let is_money = |row: &SheetRow| row.cells[1].parse::<f64>().is_ok_and(|money| money > 0.0);
    let paying = |name: &str| {
        users.values().filter(|rows| rows.iter().any(|row| row.event == name && is_money(row))).count()
    };
    let doing = |name: &str| lives.iter().filter(|life| place(life, name).is_some()).count();
    let thousandths = |life: &Life<'_>, name: &str| (place(life, name)? * 1000).checked_div(life.len() - 1);
    let is_late = |name: &str| {
        mean(lives.iter().filter_map(|life| thousandths(life, name))).is_some_and(|place| place >= 500.0)
    };
    let enough = |n: usize| n > 0 && n as f64 >= lives.len() as f64 / 100.0;
    // In the tests' sheets no event is unwelcome.
    assert!(names.iter().all(|name| !UNWELCOME.contains(name)));
    let by_money = names.iter().rev().filter(|name| enough(paying(name))).max_by_key(|name| paying(name));
    let rare =
        names.iter().filter(|name| enough(doing(name)) && is_late(name)).min_by_key(|name| doing(name));
    by_money.map(|&name| (name, TargetReason::Revenue)).or(rare.map(|&name| (name, TargetReason::RarestLate)))
}

fn naive_between<'a>(
    ways: &[Life<'_>],
    lost: &[Life<'_>],
    names: impl Iterator<Item = &'a str>,
) -> Vec<&'a str> {
    let share = |lives: &[Life<'_>], name: &str| {
        let n_doing = lives.iter().filter(|life| place(life, name).is_some()).count();
        if lives.is_empty() { 0.0 } else { n_doing as f64 / lives.len() as f64 }
    };
    // Shares are quotients of small numbers: what is nearer than this is the same.
    let rounded = |lead: f64| (lead * 1e9).round() as i64;
    let mut found: Vec<(&str, i64)> = names
        .filter(|name| share(ways, name) >= 0.5)
        .map(|name| (name, rounded(share(ways, name) - share(lost, name))))
        .filter(|&(_, lead)| lead > 0)
        .collect();
    found.sort_by_key(|&(name, lead)| (Reverse(lead), Reverse(rounded(share(ways, name))), name));
    found.truncate(MAX_BETWEEN);
    let mean_place = |name: &str| mean(ways.iter().filter_map(|way| place(way, name))).unwrap();
    found.sort_by(|a, b| mean_place(a.0).total_cmp(&mean_place(b.0)).then(a.0.cmp(b.0)));
    found.into_iter().map(|(name, _)| name).collect()
}

/// The first row of each event, in order.
fn firsts<'a>(rows: &[&'a SheetRow]) -> Vec<&'a SheetRow> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        first.entry(&row.event).or_insert(at);
    }
    let mut places: Vec<usize> = first.into_values().collect();
    places.sort_unstable();
    places.into_iter().map(|at| rows[at]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn the_rule_taken_step_by_step_gives_the_same(sheet in small_sheets()) {
        let answer = crate::run(&sheet.table(), &Query::SuggestFunnel(SuggestFunnelQuery::default())).unwrap();
        let Answer::SuggestFunnel(answer) = answer else { panic!("a suggestion") };
        prop_assert_eq!(answer.suggestion, naive(&sheet));
    }
}
