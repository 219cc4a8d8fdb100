//! Features' distributions against their definitions.

use proptest::prelude::*;

use super::*;
use crate::analysis::{Query, run};
use crate::testing::{Sheet, answer_on_any_shards, small_sheets};

fn ask(sheet: &Sheet, query: FeatureQuery) -> FeatureAnswer {
    match answer_on_any_shards(sheet, &Query::Feature(query)) {
        Answer::Feature(answer) => answer,
        other => unreachable!("a feature answer: {other:?}"),
    }
}

fn refused(sheet: &Sheet, query: FeatureQuery) -> String {
    run(&sheet.table(), &Query::Feature(query)).unwrap_err().to_string()
}

/// `n` users of whom user i has i + 1 events `a`, and every other one a plan.
fn rising(n: usize) -> Sheet {
    let mut sheet = Sheet::new().column("plan", Role::Other, Kind::Text);
    for user in 0..n {
        for event in 0..=user {
            let plan = if user % 2 == 0 { "pro" } else { "" };
            sheet.push(&format!("u{user}"), event as i64 * 1000, "a", vec![plan.to_owned()]);
        }
    }
    sheet
}

#[test]
fn what_is_said_of_a_feature_can_be_checked_by_hand() {
    let features = Some(vec![Feature::EventCount { event: "a".to_owned() }, Feature::Span]);
    let answer =
        ask(&rising(5), FeatureQuery { features, scaling: Scaling::Linear, bins: 2, ..Default::default() });
    let events = &answer.features[0];
    assert_eq!(
        (events.n_known, events.n_missing, events.mean, events.deviation),
        (5, 0, Some(3.0), Some(2.0_f64.sqrt()))
    );
    assert_eq!((events.least, events.quartiles, events.most), (Some(1.0), Some([2.0, 3.0, 4.0]), Some(5.0)));
    // Half way between ln 2 and ln 6 lies ln √12: 2.46 events.
    assert_eq!(events.bins.iter().map(|bin| bin.n_users).collect::<Vec<_>>(), [2, 3]);
    assert!((events.bins[0].to - (12.0_f64.sqrt() - 1.0)).abs() < 1e-12);
    let correlation = answer.correlations[0][1].unwrap();
    assert!((correlation - 1.0).abs() < 1e-12, "the span grows with the events by a second each");
}

#[test]
fn what_is_the_same_for_all_or_missing_for_all_correlates_with_nothing() {
    let features = vec![
        Feature::DaysActive,
        Feature::DaysUntil { event: "never".to_owned() },
        Feature::Is { property: "plan".to_owned(), value: "pro".to_owned(), touch: Touch::Last },
        Feature::Events,
    ];
    let answer = ask(&rising(6), FeatureQuery { features: Some(features), ..Default::default() });
    let [same, missing, pro, _] = &answer.features[..] else { panic!("four features") };
    assert_eq!((same.bins.len(), same.deviation), (1, Some(0.0)));
    assert_eq!((missing.n_missing, missing.mean, missing.quartiles, missing.bins.len()), (6, None, None, 0));
    assert_eq!(
        (pro.n_known, pro.n_missing, pro.mean),
        (3, 3, Some(1.0)),
        "who has no plan at all is left out"
    );
    let found: Vec<bool> = answer.correlations.iter().flatten().map(Option::is_some).collect();
    assert_eq!(found.iter().filter(|&&is_found| is_found).count(), 1, "only of the events with themselves");
}

#[test]
fn a_set_for_the_data_holds_categories_and_scores() {
    let mut sheet = Sheet::new()
        .column("source", Role::Channel, Kind::Text)
        .column("device", Role::Other, Kind::Text)
        .column("city", Role::Other, Kind::Text)
        .column("stars", Role::Score, Kind::Number);
    for user in 0..40 {
        let cells = [["ad", "mail"][user % 2], ["phone", "desk"][user / 2 % 2], &format!("c{user}"), "4"];
        let cells = cells.map(str::to_owned).to_vec();
        sheet.push(&format!("u{user}"), 0, ["a", "b"][user % 2], cells);
    }
    let answer = ask(&sheet, FeatureQuery::default());
    let features: Vec<&Feature> = answer.features.iter().map(|summary| &summary.feature).collect();
    let is = |property: &str, value: &str, touch| Feature::Is {
        property: property.to_owned(),
        value: value.to_owned(),
        touch,
    };
    for wanted in [
        Feature::Sessions,
        Feature::Breadth,
        Feature::Mean { property: "stars".to_owned() },
        is("source", "ad", Touch::First),
        is("device", "phone", Touch::Last),
    ] {
        assert!(features.contains(&&wanted), "{wanted:?} of {features:?}");
    }
    assert!(
        !features.iter().any(|feature| matches!(feature, Feature::Is { property, .. } if property == "city"))
    );
}

#[test]
fn nobody_and_one_user_have_an_answer() {
    let nobody = ask(&Sheet::new(), FeatureQuery::default());
    assert_eq!((nobody.n_users, nobody.n_sampled), (0, 0));
    assert!(nobody.features.iter().all(|summary| summary.mean.is_none() && summary.least.is_none()));
    let one = ask(&rising(1), FeatureQuery::default());
    assert!(one.correlations.iter().flatten().all(Option::is_none));
    assert_eq!(one.features[0].bins.len(), 1);
}

#[test]
fn a_field_that_does_not_fit_is_named() {
    let sheet = rising(2);
    let of = |features| FeatureQuery { features: Some(features), ..Default::default() };
    let is = |property: &str| Feature::Is {
        property: property.to_owned(),
        value: String::new(),
        touch: Touch::Last,
    };
    assert!(refused(&sheet, of(Vec::new())).starts_with("features: is empty"));
    assert!(refused(&sheet, of(vec![is("plant")])).starts_with("features[0].property: there is no column"));
    let wrong = refused(&sheet, of(vec![Feature::Events, is("time")]));
    assert_eq!(wrong, "features[1].property: \"time\" holds times, and this needs text");
    let wrong = refused(&sheet, of(vec![Feature::Mean { property: "plan".to_owned() }]));
    assert_eq!(wrong, "features[0].property: \"plan\" holds text, and this needs numbers");
    assert!(refused(&sheet, FeatureQuery { bins: 0, ..Default::default() }).starts_with("bins: "));
}

/// Pearson's correlation by its definition.
fn naive_correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let means = (pairs.iter().map(|it| it.0).sum::<f64>() / n, pairs.iter().map(|it| it.1).sum::<f64>() / n);
    let sum =
        |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|it| of(it.0 - means.0, it.1 - means.1)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn distributions_and_correlations_agree_with_their_definitions(sheet in small_sheets(), bins in 1..5_u32) {
        let features = vec![
            Feature::Events,
            Feature::Mean { property: "money".to_owned() },
            Feature::DaysUntil { event: "b".to_owned() },
        ];
        let query = FeatureQuery { features: Some(features), scaling: Scaling::Linear, bins, ..Default::default() };
        let answer = ask(&sheet, query);
        let mut columns: [Vec<Option<f64>>; 3] = Default::default();
        for rows in sheet.users().values() {
            let money: Vec<f64> = rows.iter().filter_map(|row| row.cells[1].parse().ok()).collect();
            let until = rows.iter().find(|row| row.event == "b").map(|row| row.time - rows[0].time);
            columns[0].push(Some(rows.len() as f64));
            columns[1].push((!money.is_empty()).then(|| money.iter().sum::<f64>() / money.len() as f64));
            columns[2].push(until.map(|millis| millis as f64 / Millis::DAY as f64));
        }
        for (summary, column) in answer.features.iter().zip(&columns) {
            let known: Vec<f64> = column.iter().flatten().copied().collect();
            prop_assert_eq!(summary.n_known, known.len() as u64);
            prop_assert_eq!(summary.n_missing, (column.len() - known.len()) as u64);
            prop_assert_eq!(summary.mean.is_some(), !known.is_empty());
            if let (Some(mean), Some(least), Some(most)) = (summary.mean, summary.least, summary.most) {
                prop_assert!((mean - known.iter().sum::<f64>() / known.len() as f64).abs() <= 1e-9 * mean.abs().max(1.0));
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
                prop_assert!(close(least, known.iter().copied().fold(f64::INFINITY, f64::min)));
                prop_assert!(close(most, known.iter().copied().fold(f64::NEG_INFINITY, f64::max)));
            }
            // Edges that were computed in another order of adding may fall on the other side of an amount.
            let n_in = |bin: &FeatureBin, slack: f64| {
                known.iter().filter(|&&it| bin.from - slack <= it && it <= bin.to + slack).count() as u64
            };
            prop_assert!(summary.bins.iter().all(|bin| bin.n_users <= n_in(bin, 1e-9 * bin.to.abs().max(1.0))));
            prop_assert!(summary.bins.is_sorted_by(|a, b| a.to == b.from));
            prop_assert_eq!(summary.bins.iter().map(|bin| bin.n_users).sum::<u64>(), summary.n_known);
        }
        for (at, row) in answer.correlations.iter().enumerate() {
            for (other, &found) in row.iter().enumerate() {
                prop_assert_eq!(found, answer.correlations[other][at]);
                let both = columns[at].iter().zip(&columns[other]);
                let pairs: Vec<(f64, f64)> = both.filter_map(|(a, b)| (*a).zip(*b)).collect();
                if let Some(found) = found {
                    prop_assert!((found - naive_correlation(&pairs)).abs() < 1e-9);
                } else {
                    let same = |of: fn(&(f64, f64)) -> f64| pairs.iter().all(|it| (of(it) - of(&pairs[0])).abs() < 1e-9);
                    prop_assert!(pairs.len() < 2 || same(|it| it.0) || same(|it| it.1));
                }
            }
        }
    }
}
