//! Features and saved clusters against their definitions, user by user.

use proptest::prelude::*;

use super::*;
use crate::kernel::centroids::{check_cluster, in_cluster};
use crate::kernel::scope::ScopeFilter;
use crate::rule::{
    ClusterRule, Condition, Feature, Op, Owner, PropertyTest, ScaledFeature, Scaling, Scope, Touch,
};
use crate::table::{BucketId, Role};
use crate::testing::{Sheet, SheetRow, small_sheets};

fn event_count(event: &str) -> Feature {
    Feature::EventCount { event: event.to_owned() }
}

fn plan_is(value: &str, touch: Touch) -> Feature {
    Feature::Is { property: "plan".to_owned(), value: value.to_owned(), touch }
}

fn money() -> Feature {
    Feature::Property { property: "money".to_owned() }
}

fn all_features() -> Vec<Feature> {
    let events = ["a", "b", "never"].map(event_count);
    let others = [
        Feature::EventShare { event: "a".to_owned() },
        Feature::EventShare { event: "never".to_owned() },
        Feature::DaysUntil { event: "b".to_owned() },
        Feature::DaysUntil { event: "never".to_owned() },
        Feature::Sessions,
        Feature::Breadth,
        Feature::Mean { property: "money".to_owned() },
        Feature::Sum { property: "money".to_owned() },
        plan_is("pro", Touch::Last),
        plan_is("free", Touch::First),
        plan_is("never", Touch::Last),
        Feature::Events,
        Feature::DaysActive,
        Feature::Recency,
        Feature::Tenure,
        Feature::Span,
        Feature::Revenue,
        money(),
    ];
    events.into_iter().chain(others).collect()
}

fn known(amount: f64) -> Option<f64> {
    (!amount.is_nan()).then_some(amount)
}

/// Every user's id with the amounts of the features, none if missing; users in the order of their ids.
fn amounts(features: &[Feature], sheet: &Sheet, scope: &Scope, now: i64) -> Vec<(String, Vec<Option<f64>>)> {
    let table = sheet.table();
    let filter = ScopeFilter::new(scope, &table).unwrap();
    let mut scan =
        FeatureScan::new(measures(features.iter(), &table).unwrap(), &table, filter, Millis(now)).unwrap();
    let mut all = Vec::new();
    for bucket in BucketId::all() {
        scan.bucket(table.bucket(bucket));
        for (at, &user) in scan.users.iter().enumerate() {
            all.push((
                table.users.id(user).to_owned(),
                scan.amounts.iter().map(|column| known(column[at])).collect(),
            ));
        }
    }
    all.sort_by(|a: &(String, Vec<_>), b| a.0.cmp(&b.0));
    all
}

/// A feature as rule.rs defines it.
fn naive(feature: &Feature, rows: &[&SheetRow], now: i64) -> f64 {
    let (first, last) = (rows[0].time, rows[rows.len() - 1].time);
    let days = |millis: i64| millis.max(0) as f64 / 86_400_000.0;
    let n_of = |event: &str| rows.iter().filter(|row| row.event == event).count();
    match feature {
        Feature::EventShare { event } => n_of(event) as f64 / rows.len() as f64,
        Feature::DaysUntil { event } => {
            let found = rows.iter().find(|row| row.event == *event);
            found.map_or(f64::NAN, |row| days(row.time - first))
        }
        Feature::Sessions => {
            1.0 + rows.windows(2).filter(|pair| pair[1].time - pair[0].time >= 1_800_000).count() as f64
        }
        Feature::Breadth => {
            rows.iter().map(|row| &row.event).collect::<std::collections::BTreeSet<_>>().len() as f64
        }
        Feature::Mean { .. } => {
            let mut money: Vec<f64> = rows.iter().filter_map(|row| row.cells[1].parse().ok()).collect();
            money.sort_by(f64::total_cmp);
            if money.is_empty() { f64::NAN } else { money.iter().sum::<f64>() / money.len() as f64 }
        }
        Feature::Is { value, touch, .. } => {
            let known = || rows.iter().filter(|row| !row.cells[0].is_empty());
            let found = match touch {
                Touch::Last => known().max_by_key(|row| (row.time, &row.cells[0])),
                Touch::First => known().min_by_key(|row| (row.time, std::cmp::Reverse(&row.cells[0]))),
            };
            found.map_or(f64::NAN, |row| f64::from(u8::from(row.cells[0] == *value)))
        }
        Feature::EventCount { event } => rows.iter().filter(|row| row.event == *event).count() as f64,
        Feature::Events => rows.len() as f64,
        Feature::DaysActive => {
            let days: std::collections::BTreeSet<i64> =
                rows.iter().map(|row| row.time.div_euclid(86_400_000)).collect();
            days.len() as f64
        }
        Feature::Recency => days(now - last),
        Feature::Tenure => days(now - first),
        Feature::Span => days(last - first),
        Feature::Revenue | Feature::Sum { .. } => {
            let mut money: Vec<f64> = rows.iter().filter_map(|row| row.cells[1].parse().ok()).collect();
            money.sort_by(f64::total_cmp);
            money.iter().sum()
        }
        Feature::Property { .. } => {
            let known = rows.iter().filter_map(|row| Some((row.time, row.cells[1].parse::<f64>().ok()?)));
            known.max_by(|a, b| a.partial_cmp(b).unwrap()).map_or(0.0, |(_, value)| value)
        }
    }
}

#[test]
fn features_of_one_user_can_be_checked_by_hand() {
    let day = Millis::DAY;
    let sheet = Sheet::new()
        .column("plan", Role::Other, Kind::Text)
        .column("money", Role::Revenue, Kind::Number)
        .row("u", -1, "a", &["free", "1.5"])
        .row("u", 0, "b", &["", ""])
        .row("u", day - 1, "a", &["pro", "-4"])
        .row("u", 2 * day, "c", &["", "10"]);
    let found = amounts(&all_features(), &sheet, &Scope::default(), 4 * day);
    let before_0 = 1.0 / day as f64;
    // Three days: the one before 1970, 1970-01-01 and 1970-01-03.
    let counts = [2.0, 1.0, 0.0];
    // Half of the events are `a`; `b` comes a millisecond after the first. The first two rows are one session.
    let shares = [Some(0.5), Some(0.0), Some(before_0), None, Some(3.0), Some(3.0)];
    let properties = [2.5, 7.5, 1.0, 1.0, 0.0];
    let rest = [4.0, 3.0, 2.0, 4.0 + before_0, 2.0 + before_0, 7.5, 10.0];
    let expected =
        counts.map(Some).into_iter().chain(shares).chain(properties.map(Some)).chain(rest.map(Some));
    assert_eq!(found, [("u".to_owned(), expected.collect())]);
    let early = amounts(&[Feature::Recency, Feature::Tenure], &sheet, &Scope::default(), 0);
    assert_eq!(early[0].1, [Some(0.0), Some(before_0)], "what comes after `now` is no days ago");
}

#[test]
fn scales_are_logarithms_of_counts_recency_and_money() {
    let scaled = |measure, amount| Curve::of(Scaling::Auto, measure).apply(amount);
    assert_eq!(scaled(Measure::Events, 0.0), 0.0);
    assert!((scaled(Measure::EventCount(3), 1.0) - std::f64::consts::LN_2).abs() < 1e-15);
    assert!((scaled(Measure::Recency, std::f64::consts::E - 1.0) - 1.0).abs() < 1e-15);
    assert_eq!(scaled(Measure::Revenue, -3.0), -scaled(Measure::Revenue, 3.0));
    assert_eq!((scaled(Measure::Tenure, 30.0), scaled(Measure::Span, 7.0)), (30.0, 7.0));
    assert_eq!(Curve::of(Scaling::Linear, Measure::Events).apply(9.0), 9.0);
    assert_eq!(Scale { mean: 2.0, deviation: 1.0 }.standardized(f64::NAN), 0.0, "missing lies at the mean");
    assert_eq!(Scale { mean: 2.0, deviation: 0.0 }.standardized(5.0), 3.0);
}

#[test]
fn money_adds_up_to_the_same_in_any_order_and_never_to_infinity() {
    let mut forward = [1e16, 1.0, -1e16, 0.1, 0.2];
    let mut backward = [0.2, 0.1, -1e16, 1.0, 1e16];
    assert_eq!(sum_of_money(&mut forward).to_bits(), sum_of_money(&mut backward).to_bits());
    assert_eq!(sum_of_money(&mut [1e308, 1e308]), MOST_MONEY);
}

#[test]
fn revenue_needs_a_number_column_with_that_role() {
    let table = Sheet::new().row("u", 0, "a", &[]).table();
    let error = measures([Feature::Events, Feature::Revenue].iter(), &table).unwrap_err();
    assert_eq!(
        error.to_string(),
        "features[1]: needs a column with the role \"revenue\"; give that role to a column first"
    );
    let table = Sheet::new().column("plan", Role::Revenue, Kind::Text).row("u", 0, "a", &["pro"]).table();
    let error = measures([Feature::Revenue].iter(), &table).unwrap_err();
    assert_eq!(error.to_string(), "features[0]: \"plan\" holds text, and this needs numbers");
}

/// Two centroids on the number of events `a`: once and thrice.
fn once_or_thrice() -> ClusterRule {
    let scaled = ScaledFeature {
        feature: event_count("a"),
        mean: 0.0,
        deviation: 1.0,
        scaling: Scaling::Auto,
        ranks: Vec::new(),
    };
    let centroids = vec![vec![libm::log1p(1.0)], vec![libm::log1p(3.0)]];
    ClusterRule {
        features: vec![scaled],
        centroids,
        cluster: 1,
        now: Millis(0),
        from: None,
        to: None,
        conditions: Vec::new(),
    }
}

#[test]
fn a_shape_that_does_not_fit_is_named() {
    let table = Sheet::new().row("u", 0, "a", &[]).table();
    let problem = |change: &dyn Fn(&mut ClusterRule)| {
        let mut rule = once_or_thrice();
        change(&mut rule);
        let error = check_cluster(&rule, &table).unwrap_err();
        assert_eq!(in_cluster(&rule, &table).unwrap_err(), error);
        error.to_string()
    };
    assert!(check_cluster(&once_or_thrice(), &table).is_ok());
    assert_eq!(problem(&|rule| rule.cluster = 2), "cluster: is 2, and must lie between 0 and 1");
    assert_eq!(problem(&|rule| rule.centroids.clear()), "centroids: is empty; clusters need their centroids");
    assert_eq!(
        problem(&|rule| rule.centroids[1].push(0.0)),
        "centroids[1]: is 2, and must lie between 1 and 1"
    );
    let not_finite = "centroids[0][0]: \"inf\" is not a finite number";
    assert_eq!(problem(&|rule| rule.centroids[0][0] = f64::INFINITY), not_finite);
    assert!(problem(&|rule| rule.features.clear()).starts_with("features: is empty"));
    let again = |rule: &mut ClusterRule| {
        rule.features.push(rule.features[0].clone());
        rule.centroids.iter_mut().for_each(|centroid| centroid.push(0.0));
    };
    assert_eq!(problem(&again), "features[1]: is there already; name each feature once");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn features_agree_with_their_definitions(
        sheet in small_sheets(), from in 0..30_i64, length in 0..40_i64, paid in any::<bool>(), now in 0..50_i64,
    ) {
        let quarter = Millis::DAY / 4;
        let (from, to, now) = (from * quarter, (from + length) * quarter, now * quarter);
        let pro = PropertyTest {
            property: "plan".to_owned(), on: Owner::Event, op: Op::Eq, values: vec!["pro".to_owned()],
        };
        let conditions = if paid { vec![Condition::Property(pro)] } else { Vec::new() };
        let scope = Scope { from: Some(Millis(from)), to: Some(Millis(to)), conditions, ..Scope::default() };
        let features = all_features();
        let mut expected = Vec::new();
        for (id, rows) in sheet.users() {
            let rows: Vec<&SheetRow> = rows.into_iter().filter(|row| {
                from <= row.time && row.time <= to && (!paid || row.cells[0] == "pro")
            }).collect();
            if !rows.is_empty() {
                let values = features.iter().map(|feature| known(naive(feature, &rows, now))).collect();
                expected.push((id.to_owned(), values));
            }
        }
        prop_assert_eq!(amounts(&features, &sheet, &scope, now), expected);
    }

    #[test]
    fn a_saved_cluster_holds_the_users_nearest_to_its_centroid(
        sheet in small_sheets(), from in 0..20_i64,
        centroids in prop::collection::vec(prop::collection::vec(-2.0..2.0, 3), 1..4),
    ) {
        let features = [event_count("a"), Feature::Events, Feature::Revenue];
        let scales = [(0.5, 0.7), (1.2, 0.4), (3.0, 0.0)];
        let scaled = features.iter().zip(scales).map(|(feature, (mean, deviation))| ScaledFeature {
            feature: feature.clone(), mean, deviation, scaling: Scaling::Auto, ranks: Vec::new(),
        });
        let table = sheet.table();
        let mut rule = ClusterRule {
            features: scaled.collect(), centroids, from: Some(Millis(from * Millis::DAY / 4)), ..once_or_thrice()
        };
        let mut n_members = 0;
        for cluster in 0..rule.centroids.len() {
            rule.cluster = cluster as u32;
            let members = in_cluster(&rule, &table).unwrap();
            n_members += members.count();
            for (id, rows) in sheet.users() {
                let rows: Vec<&SheetRow> =
                    rows.into_iter().filter(|row| row.time >= from * Millis::DAY / 4).collect();
                let own = !rows.is_empty() && {
                    let point: Vec<f64> = features.iter().zip(scales).map(|(feature, (mean, deviation))| {
                        let amount = naive(feature, &rows, 0);
                        let value = amount.signum() * libm::log1p(amount.abs());
                        (value - mean) / if deviation == 0.0 { 1.0 } else { deviation }
                    }).collect();
                    let distance = |centroid: &Vec<f64>| -> f64 {
                        point.iter().zip(centroid).map(|(a, b)| (a - b) * (a - b)).sum()
                    };
                    let distances: Vec<f64> = rule.centroids.iter().map(distance).collect();
                    let least = distances.iter().copied().fold(f64::INFINITY, f64::min);
                    distances.iter().position(|&distance| distance == least) == Some(cluster)
                };
                let user = table.users.find(id).unwrap();
                prop_assert_eq!(members.contains(user.0 as usize), own, "{} in {}", id, cluster);
            }
        }
        let active = sheet.users().values().filter(|rows| rows[rows.len() - 1].time >= from * Millis::DAY / 4).count();
        prop_assert_eq!(n_members, active as u64, "every active user is in exactly one cluster");
    }
}
