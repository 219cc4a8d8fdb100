//! Tests: experiments that can be checked by hand or against SciPy, and random ones against an oracle.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::analysis::{Query, run};
use crate::rule::{Did, EventRule, NamedSegment, Scope, Segment, Times, Within};
use crate::stats::cross::Cross;
use crate::table::{Kind, Role};
use crate::testing::{Sheet, SheetRow, answer_on_any_shards, n_cases, small_sheets};

const DAY: i64 = Millis::DAY;

fn ask(sheet: &Sheet, query: &ExperimentQuery) -> ExperimentAnswer {
    match answer_on_any_shards(sheet, &Query::Experiment(Box::new(query.clone()))) {
        Answer::Experiment(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn metric(event: &str, measure: Measurement) -> Metric {
    Metric { rule: EventRule::event(event), measure, goal: Goal::Higher }
}

fn sheet() -> Sheet {
    Sheet::new().column("arm", Role::Variant, Kind::Text).column("money", Role::Revenue, Kind::Number)
}

/// Arms of users who see their variant on days of a month, and of whom so many pay a day later.
fn paying(arms: &[(&str, u64, u64)]) -> Sheet {
    let mut sheet = sheet();
    for &(arm, n, n_paying) in arms {
        for user in 0..n {
            let (id, time) = (format!("{arm}{user}"), (user as i64 % 30) * DAY);
            sheet.push(&id, time, "see", vec![arm.to_owned(), String::new()]);
            if user < n_paying {
                sheet.push(&id, time + DAY, "pay", vec![String::new(), "2".to_owned()]);
            }
        }
    }
    sheet
}

fn of_paying() -> ExperimentQuery {
    ExperimentQuery { metrics: vec![metric("pay", Measurement::Conversion)], ..ExperimentQuery::default() }
}

fn effect(answer: &ExperimentAnswer) -> Effect {
    answer.metrics[0].all.comparisons[0].effect.unwrap()
}

#[test]
fn two_shares_are_compared_as_statsmodels_does() {
    let answer = ask(&paying(&[("a", 100, 10), ("b", 100, 20)]), &of_paying());
    let found = effect(&answer);
    assert!((found.p_value - 0.047_670_380_656).abs() < 1e-9 && found.test == TestKind::TwoProportion);
    assert!((found.low - 0.000_149_025).abs() < 1e-9 && (found.high - 0.199_473_870).abs() < 1e-9);
    assert!((found.lift.unwrap().lift - 1.0).abs() < 1e-12);
    let arms = &answer.metrics[0].all.arms;
    assert!((arms[1].best_chance.unwrap() - 0.975_173).abs() < 1e-5);
    assert!((arms[0].expected_loss.unwrap() - 0.098_518_57).abs() < 1e-6);
    // One look would tell them apart; looks at any time need more.
    assert_eq!(answer.verdict, Verdict::Undecided);
    assert!(found.any_time.unwrap().p_value > found.p_value);
    let once = ExperimentQuery { looks: Stopping::Once, ..of_paying() };
    assert_eq!(
        ask(&paying(&[("a", 100, 10), ("b", 100, 20)]), &once).verdict,
        Verdict::Better { variant: 1 }
    );
    let lower = Metric { goal: Goal::Lower, ..metric("pay", Measurement::Conversion) };
    let lower = ExperimentQuery { metrics: vec![lower], ..once };
    let answer = ask(&paying(&[("a", 100, 10), ("b", 100, 20)]), &lower);
    assert_eq!(answer.verdict, Verdict::Worse { variant: 1 });
    assert!((answer.metrics[0].all.arms[0].best_chance.unwrap() - 0.975_173).abs() < 1e-5);
}

#[test]
fn users_who_were_not_dealt_out_as_they_should_stop_everything() {
    let answer = ask(&paying(&[("a", 300, 10), ("b", 200, 90)]), &of_paying());
    assert_eq!(answer.verdict, Verdict::SampleRatioMismatch);
    assert!(answer.metrics.is_empty(), "no number that cannot be trusted");
    assert!((answer.sample_ratio.chi_squared.unwrap() - 20.0).abs() < 1e-12);
    let shares =
        [("a", 3.0), ("b", 2.0)].map(|(variant, share)| Share { variant: variant.to_owned(), share });
    let answer = ask(
        &paying(&[("a", 300, 10), ("b", 200, 90)]),
        &ExperimentQuery { shares: shares.to_vec(), ..of_paying() },
    );
    assert_eq!(answer.sample_ratio.outcome, SampleRatioOutcome::Holds);
    assert_eq!(answer.verdict, Verdict::Better { variant: 1 });
}

#[test]
fn what_says_nothing_gives_no_number() {
    let answer = ask(&paying(&[("a", 9, 1)]), &of_paying());
    assert_eq!((answer.verdict, answer.metrics.len()), (Verdict::NoComparison, 0));
    assert_eq!(ask(&sheet(), &of_paying()).n_users, 0);
    let money = metric("pay", Measurement::Sum { property: "money".to_owned() });
    let query = ExperimentQuery { metrics: vec![money.clone()], ..of_paying() };
    let answer = ask(&paying(&[("a", 6, 1), ("b", 6, 5)]), &query);
    assert_eq!(answer.verdict, Verdict::TooFewUsers);
    let comparison = answer.metrics[0].all.comparisons[0];
    assert_eq!((comparison.effect, comparison.problem), (None, Some(Problem::TooFew)));
    let answer = ask(&paying(&[("a", 20, 20), ("b", 20, 20)]), &query);
    assert_eq!(answer.metrics[0].all.comparisons[0].problem, Some(Problem::NoVariance));
    // Nobody converts: an interval, and a test that says so.
    let answer = ask(&paying(&[("a", 20, 0), ("b", 20, 0)]), &of_paying());
    assert!(
        effect(&answer).p_value == 1.0
            && effect(&answer).high > 0.1
            && effect(&answer).test == TestKind::Fisher
    );
    // One user's time is not over.
    let week = ExperimentQuery { window_millis: Some(7 * DAY), ..of_paying() };
    let answer = ask(&paying(&[("a", 60, 10), ("b", 60, 20)]), &week);
    assert_eq!(answer.metrics[0].n_not_over, 28, "those of days 23 to 29, two a day of both arms");
}

#[test]
fn students_sleep_is_compared_by_welch() {
    let arms = [
        ("a", [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]),
        ("b", [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
    ];
    let mut sheet = sheet();
    for (arm, hours) in arms {
        for (user, hours) in hours.iter().enumerate() {
            sheet.push(&format!("{arm}{user}"), 0, "see", vec![arm.to_owned(), String::new()]);
            sheet.push(&format!("{arm}{user}"), 5, "pay", vec![String::new(), hours.to_string()]);
        }
    }
    let money = metric("pay", Measurement::Sum { property: "money".to_owned() });
    let query = ExperimentQuery { metrics: vec![money], ..of_paying() };
    let found = effect(&ask(&sheet, &query));
    assert!((found.p_value - 0.079_394_140_187).abs() < 1e-9 && found.test == TestKind::Welch);
    assert!((found.low + 0.205_483_230_7).abs() < 1e-9 && (found.high - 3.365_483_230_7).abs() < 1e-9);
    assert_eq!(found.any_time, None, "ten users are too few for any time");
    let capped = ExperimentQuery { winsorize: Some(0.95), ..query };
    // Of twenty values the 95 % quantile of type 7 lies a twentieth of the way from the second largest to the largest.
    let cap = ask(&sheet, &capped).metrics[0].cap.unwrap();
    assert!((cap - (4.6 + 0.05 * 0.9)).abs() < 1e-12, "{cap}");
}

#[test]
fn what_users_did_before_takes_their_differences_out() {
    let mut sheet = sheet();
    for user in 0..200_u64 {
        let (id, arm, habit) = (format!("u{user}"), if user % 2 == 0 { "a" } else { "b" }, user / 2 % 10);
        for n in 0..habit {
            sheet.push(&id, n as i64, "open", vec![String::new(); 2]);
            sheet.push(&id, DAY + 1 + n as i64, "open", vec![String::new(); 2]);
        }
        sheet.push(&id, DAY, "see", vec![arm.to_owned(), String::new()]);
        // Half of b opens once more.
        if user % 4 == 1 {
            sheet.push(&id, 2 * DAY, "open", vec![String::new(); 2]);
        }
    }
    let plain = ExperimentQuery { metrics: vec![metric("open", Measurement::Count)], ..of_paying() };
    let cuped = ExperimentQuery { cuped_millis: Some(DAY), ..plain.clone() };
    let (plain, cuped) = (ask(&sheet, &plain), ask(&sheet, &cuped));
    assert!((effect(&plain).difference - 0.5).abs() < 1e-9 && (effect(&cuped).difference - 0.5).abs() < 0.05);
    assert!(effect(&plain).p_value > 0.2 && effect(&cuped).p_value < 1e-9);
    assert!(cuped.metrics[0].variance_reduction.unwrap() > 0.9);
    assert_eq!(plain.metrics[0].variance_reduction, None);
}

#[test]
fn arms_that_do_not_differ_seem_to_about_one_time_in_twenty() {
    let money = metric("pay", Measurement::Count);
    let query = ExperimentQuery {
        metrics: vec![of_paying().metrics[0].clone(), money],
        aa_runs: 1_000,
        ..of_paying()
    };
    let answer = ask(&paying(&[("a", 200, 60), ("b", 200, 60)]), &query);
    for metric in &answer.metrics {
        let rate = metric.aa.unwrap().rate.unwrap();
        // Whole numbers cannot meet 5 % exactly, however often one tries.
        assert!((rate.rate - 0.05).abs() < 0.015, "{rate:?}");
    }
}

#[test]
fn a_query_that_does_not_fit_names_its_field() {
    let table = sheet().row("u", 0, "see", &["a", "1"]).table();
    let good = of_paying();
    assert!(good.check(&table).is_ok());
    let retention = metric("pay", Measurement::Retention { from_day: 2, to_day: 2 });
    let sum = metric("pay", Measurement::Sum { property: "arm".to_owned() });
    let wrong = [
        ("variant", ExperimentQuery { variant: Some("money".to_owned()), ..good.clone() }),
        ("metrics", ExperimentQuery { metrics: Vec::new(), ..good.clone() }),
        ("metrics[0].measure.to_day", ExperimentQuery { metrics: vec![retention], ..good.clone() }),
        ("metrics[0].measure.property", ExperimentQuery { metrics: vec![sum], ..good.clone() }),
        ("winsorize", ExperimentQuery { winsorize: Some(0.5), ..good.clone() }),
        ("power", ExperimentQuery { power: 1.0, ..good.clone() }),
        ("min_effect", ExperimentQuery { min_effect: 0.0, ..good.clone() }),
        (
            "shares[0].share",
            ExperimentQuery { shares: vec![Share { variant: "a".to_owned(), share: 0.0 }], ..good.clone() },
        ),
        ("aa_runs", ExperimentQuery { aa_runs: 20_001, ..good }),
    ];
    for (field, query) in wrong {
        assert_eq!(query.check(&table).unwrap_err().field, field);
    }
    let bare = Sheet::new().row("u", 0, "see", &[]).table();
    assert_eq!(of_paying().check(&bare).unwrap_err().field, "variant");
}

/// By variant, the number of each user for each metric, and the one beside it; and users of several variants.
type Naive = (BTreeMap<String, Vec<Vec<(f64, f64)>>>, u64);

/// Variants are the plans on `a`; what is measured are `b`, and the money on `c` for each `d`.
fn naive(query: &ExperimentQuery, sheet: &Sheet) -> Naive {
    let end = sheet.users().values().flatten().map(|row| row.time).max().unwrap_or(0);
    let (from, to) =
        (query.scope.from.map_or(i64::MIN, |from| from.0), query.scope.to.map_or(i64::MAX, |to| to.0));
    let (mut arms, mut n_mixed) = (BTreeMap::new(), 0);
    for rows in sheet.users().values() {
        let shown: Vec<usize> = (0..rows.len())
            .filter(|&at| rows[at].event == "a" && !rows[at].cells[0].is_empty())
            .filter(|&at| from <= rows[at].time && rows[at].time <= to)
            .collect();
        let Some(&first) = shown.first() else { continue };
        if shown.iter().any(|&at| rows[at].cells[0] != rows[first].cells[0]) {
            n_mixed += 1;
            continue;
        }
        let start = rows[first].time;
        let own: &mut Vec<Vec<(f64, f64)>> =
            arms.entry(rows[first].cells[0].clone()).or_insert_with(|| vec![Vec::new(); query.metrics.len()]);
        for (metric, own) in query.metrics.iter().zip(own) {
            let money = |rows: &[&&SheetRow]| {
                rows.iter().filter_map(|row| row.cells[1].parse::<f64>().ok()).sum::<f64>()
            };
            let of = |rows: &[&SheetRow], from: i64, to: i64, event: &str| {
                let is_in = |row: &&&SheetRow| from <= row.time && row.time < to && row.event == event;
                let own: Vec<&&SheetRow> = rows.iter().filter(is_in).collect();
                (own.len() as f64, money(&own))
            };
            let window = query.window_millis.map_or(i64::MAX, |window| start + window);
            let (from, to) = match metric.measure {
                Measurement::Retention { from_day, to_day } => {
                    (start + i64::from(from_day) * DAY, start + i64::from(to_day) * DAY)
                }
                _ => (start, window),
            };
            if to != i64::MAX && to > end {
                continue;
            }
            let event = metric.rule.event.as_deref().unwrap();
            let (n, sum) = of(&rows[first + 1..], from, to, event);
            let before =
                query.cuped_millis.map_or((0.0, 0.0), |millis| of(rows, start - millis, start, event));
            let sign = |n: f64| f64::from(u8::from(n > 0.0));
            own.push(match &metric.measure {
                Measurement::Conversion | Measurement::Retention { .. } => (sign(n), sign(before.0)),
                Measurement::Count => (n, before.0),
                Measurement::Sum { .. } => (sum, before.1),
                Measurement::Ratio { .. } => (sum, of(&rows[first + 1..], from, to, "d").0),
            });
        }
    }
    (arms, n_mixed)
}

fn queries() -> impl Strategy<Value = ExperimentQuery> {
    let money = || "money".to_owned();
    let metrics = vec![
        metric("b", Measurement::Conversion),
        metric("b", Measurement::Count),
        metric("c", Measurement::Sum { property: money() }),
        metric("d", Measurement::Retention { from_day: 1, to_day: 3 }),
        metric("c", Measurement::Ratio { property: Some(money()), per: EventRule::event("d") }),
    ];
    let times = (prop::option::of(1..20_i64), prop::option::of(1..20_i64), prop::option::of(0..5_i64));
    (prop::sample::subsequence(metrics, 1..=5), times, select(vec![0, 70])).prop_map(
        |(metrics, (window, before, from), aa_runs)| {
            let quarters = |n: i64| n * DAY / 4;
            let did = Did { rule: EventRule::event("b"), times: Times::AtLeast, n: 2, within: Within::Ever };
            ExperimentQuery {
                scope: Scope { from: from.map(|day| Millis(day * DAY)), ..Scope::default() },
                exposure: EventRule::event("a"),
                variant: Some("plan".to_owned()),
                metrics,
                window_millis: window.map(quarters),
                cuped_millis: before.map(quarters),
                segments: vec![NamedSegment { name: "b".to_owned(), segment: Segment::Did(did) }],
                aa_runs,
                ..ExperimentQuery::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(2_000)))]
    #[test]
    fn random_arms_agree_with_the_naive_ones(sheet in small_sheets(), query in queries()) {
        let found = match run(&sheet.table(), &Query::Experiment(Box::new(query.clone()))).unwrap() {
            Answer::Experiment(answer) => answer,
            other => panic!("{other:?}"),
        };
        let (arms, n_mixed) = naive(&query, &sheet);
        prop_assert_eq!(found.n_mixed, n_mixed);
        prop_assert_eq!(found.variants.iter().map(|variant| &variant.name).collect::<Vec<_>>(), arms.keys().collect::<Vec<_>>());
        for (index, result) in found.metrics.iter().enumerate() {
            let cross = |pairs: &Vec<(f64, f64)>| {
                let mut cross = Cross::default();
                pairs.iter().for_each(|&(y, x)| cross.add(y, x));
                cross
            };
            let crosses: Vec<Cross> = arms.values().map(|metrics| cross(&metrics[index])).collect();
            let is_ratio = matches!(query.metrics[index].measure, Measurement::Ratio { .. });
            let sum = |of: fn(&Cross) -> f64| crosses.iter().map(of).sum::<f64>();
            let (xx, n) = (sum(|cross| cross.xx), sum(|cross| cross.n as f64));
            let has_slope = query.cuped_millis.is_some() && !is_ratio && xx > 0.0 && sum(|cross| cross.yy) > 0.0;
            let slope = if has_slope { sum(|cross| cross.xy) / xx } else { 0.0 };
            let mean_before = sum(|cross| cross.x * cross.n as f64) / n;
            for (arm, cross) in result.all.arms.iter().zip(&crosses) {
                prop_assert_eq!(arm.n_users, cross.n);
                let mean = match is_ratio {
                    true => (cross.n > 1 && cross.x > 0.0).then(|| cross.y / cross.x),
                    false => (cross.n > 0).then_some(cross.y - slope * (cross.x - mean_before)),
                };
                prop_assert_eq!(arm.mean.is_some(), mean.is_some());
                if let Some((a, b)) = arm.mean.zip(mean) {
                    prop_assert!((a - b).abs() < 1e-6 * b.abs().max(1.0), "{} and {}", a, b);
                }
            }
        }
    }
}
