//! Tests: curves that can be checked by hand, and random ones against an oracle.

use proptest::prelude::*;

use super::*;
use crate::analysis::{Query, run};
use crate::rule::{Did, Segment, Times, Within};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_on_any_shards, n_cases, small_sheets};

const DAY: i64 = Millis::DAY;

fn ask(sheet: &Sheet, query: &SurvivalQuery) -> SurvivalAnswer {
    match answer_on_any_shards(sheet, &Query::Survival(query.clone())) {
        Answer::Survival(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn to_pay() -> SurvivalQuery {
    SurvivalQuery {
        start: EventRule::event("signup"),
        end: SurvivalEnd::Event { rule: EventRule::event("pay") },
        n_steps: 10,
        ..SurvivalQuery::default()
    }
}

#[test]
fn those_who_are_not_there_yet_count_as_long_as_they_are_watched() {
    let mut sheet = Sheet::new();
    for (user, start, pay) in
        [("a", 0, Some(1)), ("b", 0, Some(3)), ("c", 4, None), ("d", 0, Some(12)), ("e", 5, Some(6))]
    {
        sheet.push(user, start * DAY, "signup", vec![]);
        if let Some(day) = pay {
            sheet.push(user, day * DAY, "pay", vec![]);
        }
    }
    let answer = ask(&sheet, &to_pay());
    // c is watched for 8 days, d beyond the last step.
    let points = &answer.all.points;
    assert_eq!((answer.all.n_users, answer.all.n_events), (5, 3));
    assert_eq!((points[1].n_at_risk, points[1].n_events), (5, 2));
    assert_eq!((points[1].survival, points[3].survival), (Some(0.6), Some(0.4)));
    assert_eq!((points[8].n_at_risk, points[8].n_censored, points[9].n_at_risk), (2, 1, 1));
    assert_eq!((answer.all.median_step, points[3].hazard), (Some(3), Some(1.0 / 3.0)));
    assert!((answer.all.mean_steps.unwrap() - (2.0 + 2.0 * 0.6 + 6.0 * 0.4)).abs() < 1e-12);
    assert_eq!(answer.all.model, None, "three are too few for a model");
    let empty = ask(&Sheet::new(), &to_pay());
    assert_eq!((empty.all.mean_steps, empty.all.median_step, empty.log_rank), (None, None, None));
}

#[test]
fn who_does_nothing_for_long_has_left_when_it_began() {
    let mut sheet = Sheet::new();
    for (user, days) in [("left", vec![0, 2, 20]), ("here", vec![0, 15, 25]), ("silent", vec![0])] {
        days.into_iter().for_each(|day: i64| sheet.push(user, day * DAY, "use", vec![]));
    }
    sheet.push("z", 30 * DAY, "look", vec![]);
    let end = SurvivalEnd::Inactivity { rule: EventRule::event("use"), millis: 16 * DAY };
    let query =
        SurvivalQuery { start: EventRule::event("use"), end, n_steps: 40, ..SurvivalQuery::default() };
    let answer = ask(&sheet, &query);
    let leavers: Vec<(usize, u64, u64)> = (0..)
        .zip(&answer.all.points)
        .filter(|(_, point)| point.n_events + point.n_censored > 0)
        .map(|(step, point)| (step, point.n_events, point.n_censored))
        .collect();
    assert_eq!(leavers, [(0, 1, 0), (2, 1, 0), (25, 0, 1)]);
}

#[test]
fn a_query_that_does_not_fit_names_its_field() {
    let table = Sheet::new().row("u", 0, "a", &[]).table();
    let wrong = [
        ("end.rule", SurvivalQuery { end: SurvivalEnd::Event { rule: EventRule::default() }, ..to_pay() }),
        ("step_millis", SurvivalQuery { step_millis: 0, ..to_pay() }),
        ("n_steps", SurvivalQuery { n_steps: 0, ..to_pay() }),
    ];
    for (field, query) in wrong {
        assert_eq!(query.check(&table).unwrap_err().field, field);
    }
    let _ = (Kind::Text, Role::Other);
}

/// By user, steps and whether it happened.
fn naive(query: &SurvivalQuery, sheet: &Sheet) -> Vec<(i64, bool)> {
    let end = sheet.users().values().flatten().map(|row| row.time).max().unwrap_or(0);
    let mut all = Vec::new();
    for rows in sheet.users().values() {
        let Some(start) = rows.iter().position(|row| row.event == "a") else { continue };
        let began = rows[start].time;
        let later: Vec<i64> =
            rows[start + 1..].iter().filter(|row| row.event == "b").map(|row| row.time).collect();
        all.push(match query.end {
            SurvivalEnd::Event { .. } => {
                later.first().map_or((end - began, false), |time| (time - began, true))
            }
            SurvivalEnd::Inactivity { millis, .. } => {
                let times: Vec<i64> = std::iter::once(began).chain(later).chain([i64::MAX / 2]).collect();
                let gap = times.windows(2).position(|pair| pair[1] - pair[0] >= millis).unwrap();
                let happened = gap + 2 < times.len() || end - times[gap] >= millis;
                (times[gap] - began, happened)
            }
        });
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(2_000)))]
    #[test]
    fn random_curves_agree_with_the_naive_ones(sheet in small_sheets(), gap in prop::option::of(1..30_i64), step in 1..9_i64) {
        let rule = EventRule::event("b");
        let end = match gap {
            Some(gap) => SurvivalEnd::Inactivity { rule, millis: gap * DAY / 4 },
            None => SurvivalEnd::Event { rule },
        };
        let did = |n| Segment::Did(Did { rule: EventRule::event("a"), times: Times::AtLeast, n, within: Within::Ever });
        let segments = [("one", Segment::Not { of: Box::new(did(2)) }), ("more", did(2))];
        let query = SurvivalQuery {
            start: EventRule::event("a"),
            end,
            step_millis: step * DAY / 4,
            n_steps: 20,
            segments: segments.map(|(name, segment)| NamedSegment { name: name.to_owned(), segment }).to_vec(),
            ..SurvivalQuery::default()
        };
        let found = match run(&sheet.table(), &Query::Survival(query.clone())).unwrap() {
            Answer::Survival(answer) => answer,
            other => panic!("{other:?}"),
        };
        let all = naive(&query, &sheet);
        prop_assert_eq!(found.all.n_users, all.len() as u64);
        for (at, point) in found.all.points.iter().enumerate() {
            let step_of = |length: i64| ((length / query.step_millis) as usize).min(19);
            let inside = |length: i64| length / query.step_millis < 20;
            let events = all.iter().filter(|(length, did)| *did && inside(*length) && step_of(*length) == at).count();
            let at_risk = all.iter().filter(|(length, _)| step_of(*length) >= at).count();
            prop_assert_eq!((point.n_at_risk, point.n_events), (at_risk as u64, events as u64));
        }
        prop_assert_eq!(found.segments.iter().map(|curve| curve.n_users).sum::<u64>(), found.all.n_users);
    }
}
