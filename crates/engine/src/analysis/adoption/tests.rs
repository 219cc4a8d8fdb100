//! Tests: adoption that can be checked by hand, curves that give their parameters back, and an oracle.

use proptest::prelude::*;

use super::*;
use crate::analysis::{Query, run};
use crate::testing::{Sheet, answer_on_any_shards, n_cases, small_sheets};

const DAY: i64 = Millis::DAY;

fn ask(sheet: &Sheet, query: &AdoptionQuery) -> AdoptionAnswer {
    match answer_on_any_shards(sheet, &Query::Adoption(query.clone())) {
        Answer::Adoption(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn of(events: &[&str]) -> AdoptionQuery {
    let feature = |event: &&str| Feature { name: (*event).to_owned(), rule: EventRule::event(*event) };
    AdoptionQuery {
        features: events.iter().map(feature).collect(),
        period: Period::Day,
        ..AdoptionQuery::default()
    }
}

#[test]
fn who_uses_what_and_how_much_can_be_counted_by_hand() {
    let mut sheet = Sheet::new();
    for user in 0..40_i64 {
        sheet.push(&format!("u{user}"), 0, "visit", vec![]);
        for n in 0..(user % 4) {
            sheet.push(&format!("u{user}"), (1 + user / 10) * DAY + n, "report", vec![]);
        }
    }
    sheet.push("u0", 5 * DAY, "export", vec![]);
    let answer = ask(&sheet, &of(&["report", "export"]));
    let [report, export] = &answer.features[..] else { panic!("two features") };
    // Of each four, three have used reports, once, twice and three times.
    assert_eq!((answer.n_users, report.n_adopters, report.n_repeaters, report.n_events), (40, 30, 20, 60));
    assert_eq!((report.events_per_adopter, export.n_adopters), (Some(2.0), 1));
    assert_eq!(answer.breadth, [9, 31, 0]);
    let new: Vec<u64> = report.periods.iter().map(|period| period.n_new).collect();
    assert_eq!(new, [0, 7, 8, 7, 8, 0]);
    assert_eq!(report.periods.iter().filter(|period| !period.is_over).count(), 1);
    // 2.5 % of 40 is one user, 16 % seven, half of them 20, 84 % 34.
    let categories: Vec<(u64, u64, Option<u32>)> =
        report.categories.iter().map(|own| (own.n_adopters, own.n_users, own.first_period)).collect();
    assert_eq!(
        categories,
        [(1, 1, Some(1)), (6, 6, Some(1)), (13, 13, Some(2)), (10, 14, Some(3)), (0, 6, None)]
    );
    assert_eq!((report.model.clone(), report.problem), (None, Some(SpreadProblem::TooFew)));
    assert_eq!(ask(&Sheet::new(), &of(&["report"])).features[0].rate, None);
}

#[test]
fn a_feature_that_spreads_by_bass_is_found_to() {
    let curve = Bass { p: 0.02, q: 0.4, m: 3_000.0, r_squared: 1.0, mean_square: 0.0 };
    let (mut sheet, mut user) = (Sheet::new(), 0);
    for day in 1..=25_i64 {
        for _ in 0..(curve.at(day as f64).round() as u64) {
            sheet.push(&format!("u{user}"), day * DAY, "use", vec![]);
            user += 1;
        }
    }
    sheet.push("end", 26 * DAY, "visit", vec![]);
    let answer = ask(&sheet, &AdoptionQuery { ahead: 2, ..of(&["use"]) });
    let model = answer.features[0].model.clone().unwrap();
    let near = |found: f64, expected: f64| (found / expected - 1.0).abs() < 0.02;
    assert!(near(model.p, 0.02) && near(model.q, 0.4) && near(model.m, 3_000.0), "{model:?}");
    assert!(near(model.peak, 20.0_f64.ln() / 0.42) && model.r_squared > 0.999);
    assert!((model.ahead[0].n_new - curve.at(26.0)).abs() < 1.0 && model.ahead.len() == 2);
    let shares = model.shares.unwrap();
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12 && near(shares[0], 0.02), "{shares:?}");
}

#[test]
fn a_query_that_does_not_fit_names_its_field() {
    let table = Sheet::new().row("u", 0, "a", &[]).table();
    assert_eq!(of(&[]).check(&table).unwrap_err().field, "features");
    assert_eq!(AdoptionQuery { ahead: 1_001, ..of(&["a"]) }.check(&table).unwrap_err().field, "ahead");
    let zone = Scope { zone: Some("Nowhere".to_owned()), ..Scope::default() };
    assert_eq!(AdoptionQuery { scope: zone, ..of(&["a"]) }.check(&table).unwrap_err().field, "scope.zone");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(1_000)))]
    #[test]
    fn random_adopters_agree_with_the_naive_ones(sheet in small_sheets(), from in prop::option::of(0..6_i64)) {
        let from = from.map(|day| Millis(day * DAY));
        let scope = Scope { from, ..Scope::default() };
        let query = AdoptionQuery { scope, ..of(&["a", "b", "never"]) };
        let found = match run(&sheet.table(), &Query::Adoption(query)).unwrap() {
            Answer::Adoption(answer) => answer,
            other => panic!("{other:?}"),
        };
        let is_in = |time: i64| from.is_none_or(|from| from.0 <= time);
        let users = sheet.users();
        let active = users.values().filter(|rows| rows.iter().any(|row| is_in(row.time)));
        prop_assert_eq!(found.n_users, active.count() as u64);
        prop_assert_eq!(found.breadth.iter().sum::<u64>(), found.n_users);
        for (event, feature) in ["a", "b", "never"].iter().zip(&found.features) {
            let uses = |rows: &Vec<&crate::testing::SheetRow>| -> Vec<i64> {
                rows.iter().filter(|row| row.event == *event && is_in(row.time)).map(|row| row.time).collect()
            };
            let own: Vec<Vec<i64>> = users.values().map(uses).filter(|uses| !uses.is_empty()).collect();
            prop_assert_eq!(feature.n_adopters, own.len() as u64);
            prop_assert_eq!(feature.n_events, own.iter().map(|uses| uses.len() as u64).sum::<u64>());
            for period in &feature.periods {
                let new = own.iter().filter(|uses| uses[0].div_euclid(DAY) == period.start.0.div_euclid(DAY)).count();
                prop_assert_eq!(period.n_new, new as u64);
            }
        }
    }
}
