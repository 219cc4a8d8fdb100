//! Random sessions against a naive version, and errors.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

use super::{SessionSpread, SessionsAnswer, SessionsQuery};
use crate::analysis::{Answer, Query, run};
use crate::rule::{GapEdge, Scope, SessionRule};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, SheetRow, answer_of_shards, n_cases};
use crate::time::Millis;

const HALF_HOUR: i64 = 1_800_000;

fn sheets() -> impl Strategy<Value = Sheet> {
    let id = select(vec!["", "s", "t"]);
    let row = (0..4_u32, 0..3_i64, 0..6_i64, select(vec!["a", "b", "c"]), id);
    prop::collection::vec(row, 0..25).prop_map(|rows| {
        let mut sheet = Sheet::new().column("session", Role::Session, Kind::Text);
        for (user, day, quarter, event, id) in rows {
            let time = day * Millis::DAY + quarter * HALF_HOUR / 2;
            sheet.push(&format!("u{user}"), time, event, vec![id.to_owned()]);
        }
        sheet
    })
}

fn rules() -> impl Strategy<Value = SessionRule> {
    let gap = |gap_millis, edge| SessionRule::Gap { gap_millis, edge };
    select(vec![
        gap(HALF_HOUR, GapEdge::Cuts),
        gap(HALF_HOUR, GapEdge::Joins),
        gap(0, GapEdge::Joins),
        SessionRule::Column,
        SessionRule::History,
    ])
}

/// A user's sessions: rows of one id, the others by gaps, in the order of their first rows.
fn sessions_of<'s>(rows: &[&'s SheetRow], rule: SessionRule) -> Vec<Vec<&'s SheetRow>> {
    let mut sessions: Vec<(String, Vec<&SheetRow>)> = Vec::new();
    let (mut n_gaps, mut before) = (0, None);
    for &row in rows {
        let (gap, edge, has_id) = match rule {
            SessionRule::Gap { gap_millis, edge } => (gap_millis, edge, false),
            SessionRule::History => (i64::MAX, GapEdge::Joins, false),
            _ => (HALF_HOUR, GapEdge::Cuts, !row.cells[0].is_empty()),
        };
        let key = if has_id {
            row.cells[0].clone()
        } else {
            let since = before.map_or(0, |before| row.time - before);
            let cuts = if edge == GapEdge::Cuts { since >= gap } else { since > gap };
            n_gaps += i32::from(before.is_some() && cuts);
            before = Some(row.time);
            format!("gap {n_gaps}")
        };
        match sessions.iter_mut().find(|(other, _)| *other == key) {
            Some((_, rows)) => rows.push(row),
            None => sessions.push((key, vec![row])),
        }
    }
    sessions.into_iter().map(|(_, rows)| rows).collect()
}

fn check_spread(spread: Option<SessionSpread>, values: &[u64]) {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let Some(spread) = spread else {
        assert!(values.is_empty());
        return;
    };
    let place = (sorted.len() - 1) as f64 * 0.5;
    let (low, high) = (sorted[place.floor() as usize] as f64, sorted[place.ceil() as usize] as f64);
    assert_eq!(spread.median, low + place.fract() * (high - low));
    assert_eq!(spread.max, sorted[sorted.len() - 1] as f64);
    assert_eq!(spread.mean, sorted.iter().sum::<u64>() as f64 / sorted.len() as f64);
}

fn check(answer: &SessionsAnswer, sheet: &Sheet, query: &SessionsQuery) {
    let from = query.scope.from.map_or(i64::MIN, |from| from.0);
    let mut users = sheet.users();
    users.values_mut().for_each(|rows| rows.retain(|row| row.time >= from));
    let by_user: Vec<Vec<Vec<&SheetRow>>> =
        users.values().filter(|rows| !rows.is_empty()).map(|rows| sessions_of(rows, query.session)).collect();
    let all: Vec<&Vec<&SheetRow>> = by_user.iter().flatten().collect();
    assert_eq!(answer.n_sessions, all.len() as u64);
    assert_eq!(answer.n_users, by_user.len() as u64);
    assert_eq!(answer.n_events, all.iter().map(|rows| rows.len() as u64).sum::<u64>());
    assert_eq!(answer.n_bounces, all.iter().filter(|rows| rows.len() == 1).count() as u64);
    let length = |rows: &Vec<&SheetRow>| (rows[rows.len() - 1].time - rows[0].time) as u64;
    check_spread(answer.durations, &all.iter().map(|rows| length(rows)).collect::<Vec<_>>());
    check_spread(answer.events_per_session, &all.iter().map(|rows| rows.len() as u64).collect::<Vec<_>>());
    check_spread(
        answer.sessions_per_user,
        &by_user.iter().map(|sessions| sessions.len() as u64).collect::<Vec<_>>(),
    );
    let counted = |pick: fn(&[&SheetRow]) -> String| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        all.iter().for_each(|rows| *counts.entry(pick(rows)).or_default() += 1);
        counts
    };
    let told = |events: &[super::ValueCount]| {
        events.iter().map(|event| (event.value.clone(), event.n_events)).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(told(&answer.entries), counted(|rows| rows[0].event.clone()));
    assert_eq!(told(&answer.exits), counted(|rows| rows[rows.len() - 1].event.clone()));
    for period in &answer.periods {
        let holds =
            |rows: &&&Vec<&SheetRow>| (0..Millis::DAY).contains(&(rows[0].time - period.start_millis.0));
        let own: Vec<_> = all.iter().filter(holds).collect();
        let own_users: BTreeSet<&str> = own.iter().map(|rows| rows[0].user.as_str()).collect();
        assert_eq!((period.n_sessions, period.n_users), (own.len() as u64, own_users.len() as u64));
        let millis: u64 = own.iter().map(|rows| length(rows)).sum();
        assert_eq!(period.mean_millis, (!own.is_empty()).then(|| millis as f64 / own.len() as f64));
    }
    assert_eq!(answer.periods.iter().map(|period| period.n_sessions).sum::<u64>(), answer.n_sessions);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]

    #[test]
    fn every_number_is_what_cutting_by_hand_gives(
        sheet in sheets(), session in rules(), from in select(vec![None, Some(HALF_HOUR), Some(Millis::DAY)]),
    ) {
        let scope = Scope { from: from.map(Millis), ..Scope::default() };
        let query = SessionsQuery { scope, session, ..SessionsQuery::default() };
        let Answer::Sessions(answer) = run(&sheet.table(), &Query::Sessions(query.clone())).unwrap() else { panic!() };
        check(&answer, &sheet, &query);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_answer_is_the_same_on_any_number_of_shards(sheet in sheets(), session in rules()) {
        let query = Query::Sessions(SessionsQuery { session, ..SessionsQuery::default() });
        let whole = run(&sheet.table(), &query).unwrap();
        for n in [1, 2, 3, 8] {
            prop_assert_eq!(&answer_of_shards(&sheet.shards(n), &query), &whole);
        }
    }
}

#[test]
fn sessions_by_a_column_that_is_not_there_are_refused_by_the_field() {
    let query = SessionsQuery { session: SessionRule::Column, ..SessionsQuery::default() };
    let error = query.check(&Sheet::new().row("u", 0, "a", &[]).table()).unwrap_err();
    assert_eq!(error.field, "session.kind");
}
