//! The rule read naively, on random tables: users' first times compared one by one, and the breakdown taken from the
//! funnel's own answer.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::analysis::funnel::{FunnelAnswer, FunnelGroup, GroupKey};
use crate::stats::adjust::holm;
use crate::stats::contingency::association;

/// Each user's first time of each event.
type Firsts = Vec<BTreeMap<String, i64>>;

fn firsts(sheet: &Sheet) -> Firsts {
    let mut all = Firsts::new();
    for rows in sheet.users().into_values() {
        let mut user = BTreeMap::new();
        for row in rows {
            user.entry(row.event.clone()).or_insert(row.time);
        }
        all.push(user);
    }
    all
}

fn n_did(users: &Firsts, event: &str) -> usize {
    users.iter().filter(|user| user.contains_key(event)).count()
}

fn n_both(users: &Firsts, a: &str, b: &str) -> usize {
    users.iter().filter(|user| user.contains_key(a) && user.contains_key(b)).count()
}

/// Whether users who did both usually did `a` first.
fn leads(users: &Firsts, a: &str, b: &str) -> bool {
    let both = || users.iter().filter_map(|user| user.get(a).zip(user.get(b)));
    both().filter(|(a, b)| a < b).count() > both().filter(|(a, b)| b < a).count()
}

fn candidates(users: &Firsts) -> Vec<String> {
    let least = users.len().div_ceil(100).max(2);
    let names: BTreeSet<&String> = users.iter().flat_map(BTreeMap::keys).collect();
    let often: Vec<String> =
        names.iter().filter(|name| n_did(users, name) >= least).map(|name| (**name).clone()).collect();
    if often.is_empty() { names.into_iter().cloned().collect() } else { often }
}

/// Users who did the event no later than the goal.
fn n_no_later(users: &Firsts, event: &str, goal: &str) -> usize {
    let both = users.iter().filter_map(|user| user.get(event).zip(user.get(goal)));
    both.filter(|(event, goal)| event <= goal).count()
}

fn is_on_way(users: &Firsts, event: &str, goal: &str) -> bool {
    let (reached, others): (Firsts, Firsts) = users.iter().cloned().partition(|user| user.contains_key(goal));
    let no_later = n_no_later(users, event, goal);
    let skipping = |users: &Firsts| (users.len() - n_did(users, event), users.len());
    let ((skipped, of), (others_skipped, of_others)) = (skipping(&reached), skipping(&others));
    event != goal
        && no_later > reached.len() - no_later
        && 4 * no_later >= 3 * n_did(&reached, event)
        // skipped / of ≤ half of others_skipped / of_others
        && 2 * skipped * of_others <= others_skipped * of
}

/// The steps, given the goal.
fn naive_steps(users: &Firsts, goal: &str) -> Vec<String> {
    let chosen: Vec<String> =
        candidates(users).into_iter().filter(|event| is_on_way(users, event, goal)).collect();
    let mut way = chosen.clone();
    if way.is_empty() {
        let is_usual =
            |event: &String| event != goal && 2 * n_no_later(users, event, goal) > n_did(users, goal);
        let mut usual: Vec<String> = candidates(users).into_iter().filter(is_usual).collect();
        usual.sort_by_cached_key(|event| {
            (Reverse(n_no_later(users, event, goal)), Reverse(n_did(users, event)), event.clone())
        });
        way.extend(usual.into_iter().next());
    }
    way.sort_by_cached_key(|event| {
        let leaders = chosen.iter().filter(|other| leads(users, other, event)).count();
        (leaders, Reverse(n_did(users, event)), event.clone())
    });
    way.push(goal.to_owned());
    loop {
        let passed =
            |pair: &[String]| n_both(users, &pair[0], &pair[1]) as f64 / n_did(users, &pair[0]) as f64;
        let shares: Vec<f64> = way.windows(2).map(passed).collect();
        let most = shares.iter().copied().fold(0.0, f64::max);
        if way.len() <= 2 || (way.len() <= 6 && most < 0.98) {
            return way;
        }
        let next = 1 + shares.iter().position(|share| *share == most).unwrap();
        way.remove(if next == way.len() - 1 { next - 1 } else { next });
    }
}

fn groups_by(query: &FunnelQuery, property: &str, sheet: &Sheet) -> Vec<FunnelGroup> {
    let breakdown = Breakdown::Property {
        property: property.to_owned(),
        on: Owner::Event,
        attribution: Attribution::FirstTouch,
        limit: None,
    };
    let query = Query::Funnel(FunnelQuery { breakdown: Some(breakdown), ..query.clone() });
    match run(&sheet.table(), &query).unwrap() {
        Answer::Funnel(FunnelAnswer { groups, .. }) => groups,
        other => panic!("not a funnel: {other:?}"),
    }
}

fn n_users(groups: &[(u64, u64)]) -> u64 {
    groups.iter().map(|(went_on, stopped)| went_on + stopped).sum()
}

/// The groups that are compared at a step, if they are.
fn compared(groups: &[FunnelGroup], step: usize) -> Option<Vec<(u64, u64)>> {
    let decided =
        |group: &FunnelGroup| (group.result.steps[step].n_reached, group.result.steps[step].n_dropped);
    let all: Vec<(u64, u64)> = groups.iter().map(decided).collect();
    let mut known: Vec<(u64, u64)> =
        groups.iter().filter(|group| group.key != GroupKey::Missing).map(decided).collect();
    let sums = known.iter().fold((0, 0), |sums, group| (sums.0 + group.0, sums.1 + group.1));
    let expects_five = |group: &(u64, u64)| {
        let size = group.0 + group.1;
        size * sums.0 >= 5 * (sums.0 + sums.1) && size * sums.1 >= 5 * (sums.0 + sums.1)
    };
    known.retain(expects_five);
    (n_users(&known) * 10 >= n_users(&all) * 9).then_some(known)
}

/// The property and the step of the largest convincing difference.
fn naive_breakdown(query: &FunnelQuery, sheet: &Sheet) -> Option<(String, usize)> {
    let mut trials = Vec::new();
    for property in ["plan", "side"] {
        let groups = groups_by(query, property, sheet);
        for step in 1..query.steps.len() {
            let found = compared(&groups, step).and_then(|mut groups| {
                groups.sort_unstable();
                association(&groups)
            });
            trials.extend(found.map(|found| (property, step, found)));
        }
    }
    let adjusted = holm(&trials.iter().map(|trial| trial.2.p_value).collect::<Vec<_>>());
    let mut best: Option<(f64, &str, usize)> = None;
    for ((property, step, found), p_value) in trials.into_iter().zip(adjusted) {
        let is_larger = best.is_none_or(|(before, ..)| found.cramers_v > before);
        if p_value < 0.05 && found.cramers_v >= MIN_CRAMERS_V && is_larger {
            best = Some((found.cramers_v, property, step));
        }
    }
    best.map(|(_, property, step)| (property.to_owned(), step))
}

/// Up to 120 users whose chance of getting on from `a` to the last event, which may sound like a gain, hangs on their
/// plan and side, with habits between. Windows of those who come late are open.
fn sheets() -> impl Strategy<Value = Sheet> {
    let plan = select(vec!["", "free", "free", "free", "free", "free", "pro", "pro", "pro", "pro", "pro"]);
    let habit = (0..20_i64, select(vec!["h", "h", "i", "b", "e"]));
    let draws = prop::collection::vec(0..10_u32, 4);
    let user =
        (plan, select(vec!["left", "right"]), draws, prop::collection::vec(habit, 0..3), 0..40_i64).boxed();
    let n_users = prop_oneof![1 => 0..20_usize, 4 => 60..120_usize];
    let users = n_users.prop_flat_map(move |n| prop::collection::vec(user.clone(), n));
    (users, select(vec!["e", "pay", "pay"])).prop_map(|(users, last)| {
        let mut sheet =
            Sheet::new().column("plan", Role::Other, Kind::Text).column("side", Role::Other, Kind::Text);
        for (index, (plan, side, draws, habits, start)) in users.into_iter().enumerate() {
            let cells = [plan, side].map(str::to_owned).to_vec();
            let mut push = |hour: i64, event: &str| {
                sheet.push(&format!("u{index}"), (start + hour) * HOUR, event, cells.clone());
            };
            let least =
                if plan == "free" { [1, 7, 2, 3] } else { [1, 2, 2, if side == "left" { 6 } else { 1 }] };
            let n_passed = draws.iter().zip(least).take_while(|(draw, least)| *draw >= least).count();
            let way = ["a", "b", "c", "d", last];
            way.iter().zip(0..=n_passed as i64).for_each(|(event, at)| push(4 * at, event));
            habits.into_iter().for_each(|(hour, event)| push(hour, event));
        }
        sheet
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_proposal_is_what_the_rule_says(sheet in sheets()) {
        let answer = suggested(&sheet);
        let users = firsts(&sheet);
        if users.is_empty() {
            prop_assert_eq!(answer.query, None);
            return Ok(());
        }
        let query = funnel(&answer);
        let found: Vec<String> = query.steps.iter().map(|step| step.rule.event.clone().unwrap()).collect();
        prop_assert_eq!(&found, &naive_steps(&users, found.last().unwrap()));
        let breakdown = answer.breakdown.as_ref().map(|found| (found.property.clone(), found.step as usize));
        prop_assert_eq!(breakdown, naive_breakdown(query, &sheet));
    }
}
