//! What any answer must satisfy, counted again from the rows.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::rule::{Condition, EventRule, Op, Owner, PropertyTest};
use crate::testing::{SheetRow, small_sheets};

/// A feature's scaled amount, as rule.rs defines it.
fn naive_value(feature: &Feature, rows: &[&SheetRow], now: i64) -> (f64, f64) {
    let days = |millis: i64| millis.max(0) as f64 / Millis::DAY as f64;
    let amount = match feature {
        Feature::EventCount { event } => rows.iter().filter(|row| row.event == *event).count() as f64,
        Feature::Events => rows.len() as f64,
        Feature::Recency => days(now - rows[rows.len() - 1].time),
        Feature::Span => days(rows[rows.len() - 1].time - rows[0].time),
        Feature::Revenue => rows.iter().filter_map(|row| row.cells[1].parse::<f64>().ok()).sum(),
        Feature::Property { .. } => {
            let known = rows.iter().filter_map(|row| Some((row.time, row.cells[1].parse::<f64>().ok()?)));
            known.max_by(|a, b| a.partial_cmp(b).unwrap()).map_or(0.0, |(_, value)| value)
        }
        other => unreachable!("not asked for: {other:?}"),
    };
    let linear = matches!(feature, Feature::Span | Feature::Property { .. });
    (amount, if linear { amount } else { amount.signum() * libm::log1p(amount.abs()) })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Whatever the starts were, an answer is a fixed point of k-means over the standardized features, and all that it
    /// says of its clusters can be counted again from their members.
    #[test]
    fn an_answer_is_what_its_members_say(
        sheet in small_sheets().prop_filter("rows", |sheet| !sheet.users().is_empty()),
        k in 1..6_u32, seed in 0..5_u32, paid in any::<bool>(), did in any::<bool>(), now in 0..50_i64,
    ) {
        let pro = PropertyTest {
            property: "plan".to_owned(), on: Owner::Event, op: Op::Neq, values: vec!["free".to_owned()],
        };
        let a = crate::rule::Did {
            rule: EventRule::event("a"), times: Default::default(), n: 1, within: Default::default(),
        };
        let scope = Scope {
            conditions: if paid { vec![Condition::Property(pro)] } else { Vec::new() },
            segment: did.then_some(Segment::Did(a)),
            now: Some(Millis(now * Millis::DAY / 4)),
            ..Scope::default()
        };
        let features = vec![event_count("a"), event_count("b"), Feature::Events, Feature::Recency, Feature::Span,
            Feature::Revenue, Feature::Property { property: "money".to_owned() }];
        let query = ClusterQuery { scope, features: Some(features.clone()), n_restarts: 2, seed, ..fixed(k) };
        let answer = ask(&sheet, &query);

        let users: BTreeMap<&str, Vec<&SheetRow>> = sheet.users().into_iter()
            .filter(|(_, rows)| !did || rows.iter().any(|row| row.event == "a"))
            .map(|(id, rows)| (id, rows.into_iter().filter(|row| !paid || row.cells[0] != "free").collect()))
            .filter(|(_, rows): &(_, Vec<_>)| !rows.is_empty())
            .collect();
        prop_assert_eq!(answer.n_users, users.len() as u64);
        if users.is_empty() {
            prop_assert_eq!(&answer.notes, &[ClusterNote::NoUsers]);
            return Ok(());
        }
        let members = members(&answer, &sheet);
        let together: usize = members.iter().map(Vec::len).sum();
        prop_assert_eq!(together, users.len(), "every user is in one cluster");
        prop_assert!(answer.clusters.len() <= k as usize);
        prop_assert!(answer.clusters.is_sorted_by_key(|cluster| std::cmp::Reverse(cluster.n_users)));

        let value = |id: &str, feature: &Feature| naive_value(feature, &users[id], answer.now.0);
        for scaled in &answer.features {
            let values: Vec<f64> = users.keys().map(|id| value(id, &scaled.feature).1).collect();
            let squares: Vec<f64> = values.iter().map(|value| (value - mean(&values)).powi(2)).collect();
            prop_assert!((scaled.mean - mean(&values)).abs() < 1e-9);
            prop_assert!((scaled.deviation - mean(&squares).sqrt()).abs() < 1e-9);
        }
        for feature in &answer.constant_features {
            let values: Vec<f64> = users.keys().map(|id| value(id, feature).1).collect();
            prop_assert!(values.iter().all(|value| *value == values[0]));
        }
        let point = |id: &str| -> Vec<f64> {
            let scale = |scaled: &ScaledFeature| {
                let deviation = if scaled.deviation == 0.0 { 1.0 } else { scaled.deviation };
                (value(id, &scaled.feature).1 - scaled.mean) / deviation
            };
            answer.features.iter().map(scale).collect()
        };
        let mut inertia = 0.0;
        for (cluster, members) in answer.clusters.iter().zip(&members) {
            prop_assert_eq!(cluster.n_users, members.len() as u64);
            let points: Vec<Vec<f64>> = members.iter().map(|id| point(id)).collect();
            let center: Vec<f64> = (0..answer.features.len())
                .map(|dim| mean(&points.iter().map(|point| point[dim]).collect::<Vec<_>>())).collect();
            let distance = |point: &Vec<f64>| -> f64 {
                point.iter().zip(&center).map(|(a, b)| (a - b) * (a - b)).sum()
            };
            let own: f64 = points.iter().map(distance).sum();
            prop_assert!((cluster.inertia - own).abs() < 1e-6, "centroids are the means of their members");
            inertia += own;
            let typical = point(&cluster.typical_user);
            prop_assert!(points.iter().all(|other| distance(&typical) <= distance(other) + 1e-9));
            let rest: Vec<&str> =
                users.keys().copied().filter(|id| !members.iter().any(|member| member == id)).collect();
            for found in &cluster.traits {
                let amounts = |ids: &[&str]| ids.iter().map(|id| value(id, &found.feature).0).collect::<Vec<_>>();
                let ids: Vec<&str> = members.iter().map(String::as_str).collect();
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
                prop_assert!(found.mean.is_some_and(|of_own| close(of_own, mean(&amounts(&ids)))));
                prop_assert_eq!(found.rest_mean.is_some(), !rest.is_empty());
                prop_assert!(found.rest_mean.is_none_or(|of_rest| close(of_rest, mean(&amounts(&rest)))));
                let n_did = amounts(&ids).iter().filter(|amount| **amount > 0.0).count() as u64;
                let counted = matches!(found.feature, Feature::EventCount { .. });
                prop_assert_eq!(found.did_rate, wilson(n_did, ids.len() as u64).filter(|_| counted));
            }
            let sizes = cluster.traits.iter().map(|found| found.difference.map_or(0.0, |d| d.difference.abs()));
            prop_assert!(sizes.collect::<Vec<_>>().is_sorted_by(|a, b| a >= b));
        }
        prop_assert!((answer.inertia - inertia).abs() < 1e-6);
        prop_assert!(answer.inertia <= answer.total_inertia + 1e-9);
    }
}
