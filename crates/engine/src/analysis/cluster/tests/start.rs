//! Clusters found again from given centroids, against Lloyd's rounds told plainly.

use super::*;
use crate::stats::kmeans::{Nearest, Points, Sums};

fn property(name: &str) -> ScaledFeature {
    ScaledFeature {
        feature: Feature::Property { property: name.to_owned() },
        mean: 0.0,
        deviation: 1.0,
        scaling: Scaling::Auto,
        ranks: Vec::new(),
    }
}

fn given(names: &[&str], centroids: Vec<Vec<f64>>, n_rounds: u32) -> ClusterQuery {
    let features = names.iter().map(|name| property(name)).collect();
    ClusterQuery { start: Some(ClusterStart { features, centroids, n_rounds }), ..ClusterQuery::default() }
}

/// 2,000 users with one event and two numbers each, around four places; the numbers by user in the order of their ids.
fn places() -> (Sheet, Vec<Vec<f64>>) {
    let mut random = Random::new(8);
    let mut sheet =
        Sheet::new().column("x", Role::Other, Kind::Number).column("y", Role::Other, Kind::Number);
    let mut columns = vec![Vec::new(), Vec::new()];
    for user in 0..2_000 {
        let (x, y) =
            (random.next_f64() + f64::from(user % 2), random.next_f64() * 3.0 - f64::from(user / 2 % 2));
        columns[0].push(x);
        columns[1].push(y);
        sheet.push(&format!("u{user:04}"), 0, "e", vec![x.to_string(), y.to_string()]);
    }
    (sheet, columns)
}

fn centroids_of(answer: &ClusterAnswer) -> Vec<Vec<f64>> {
    match &answer.clusters[0].segment {
        Segment::Cluster(rule) => rule.centroids.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn given_centroids_move_so_many_rounds_and_keep_their_places() {
    let (sheet, columns) = places();
    let points = Points::new(&columns);
    let starts: Vec<Vec<f64>> = (0..5).map(|at| points.point(at * 17)).collect();
    for n_rounds in [0, 1, 7] {
        let answer = ask(&sheet, &given(&["x", "y"], starts.clone(), n_rounds));
        let (mut centroids, mut nearest) = (starts.clone(), Nearest::default());
        for _ in 0..n_rounds {
            nearest.find(points, &centroids);
            let mut sums = Sums::new(5, 2);
            sums.add(points, &nearest.labels);
            centroids = (0..5).map(|at| sums.mean(at).unwrap()).collect();
        }
        nearest.find(points, &centroids);
        let found = centroids_of(&answer);
        for (found, expected) in found.iter().flatten().zip(centroids.iter().flatten()) {
            assert!((found - expected).abs() < 1e-12, "{found} for {expected} after {n_rounds} rounds");
        }
        for cluster in &answer.clusters {
            let Segment::Cluster(rule) = &cluster.segment else { panic!() };
            let size = nearest.labels.iter().filter(|&&label| label == rule.cluster).count();
            assert_eq!(cluster.n_users, size as u64);
        }
        let inertia: f64 = nearest.distances.iter().sum();
        assert!((answer.inertia - inertia).abs() < 1e-9 * inertia);
        assert!(answer.inertia < answer.total_inertia);
        assert_eq!(answer.n_rounds, u64::from(n_rounds));
        let moving = if n_rounds == 0 { Vec::new() } else { vec![ClusterNote::NotConverged] };
        assert_eq!(answer.notes, moving);
    }
}

#[test]
fn clusters_found_anew_and_then_again_are_the_same_ones() {
    let sheet = planted(11);
    let first = ask(&sheet, &ClusterQuery::default());
    let start =
        ClusterStart { features: first.features.clone(), centroids: centroids_of(&first), n_rounds: 100 };
    let again = ask(&sheet, &ClusterQuery { start: Some(start), ..ClusterQuery::default() });
    assert_eq!((again.n_rounds, &again.tried), (1, &Vec::new()));
    let told = |answer: &ClusterAnswer| {
        let facts = |cluster: &Cluster| (cluster.n_users, cluster.typical_user.clone());
        answer.clusters.iter().map(facts).collect::<Vec<_>>()
    };
    assert_eq!(told(&again), told(&first));
    assert!((again.total_inertia - first.total_inertia).abs() < 1e-6);
}

#[test]
fn numbers_that_swallow_others_come_out_the_same_on_any_shards() {
    let mut sheet = Sheet::new().column("x", Role::Other, Kind::Number);
    for user in 0..1_200 {
        let value = ["1e16", "1", "-1e16", "1e300", "3e-9", "", "2"][user * 5 % 7];
        sheet.push(&format!("u{user}"), 0, "e", vec![value.to_owned()]);
    }
    let starts = vec![vec![-1e16], vec![1.0], vec![1.0], vec![1e16], vec![1e140]];
    let sorted = ask(&sheet, &given(&["x"], starts.clone(), 0));
    assert_eq!(
        sorted.notes,
        [ClusterNote::FewerClusters { asked: 5 }],
        "of two equal centroids the first has all"
    );
    let answer = ask(&sheet, &given(&["x"], starts, 9));
    assert_eq!(answer.n_users, 1_200);
    assert!(answer.inertia.is_finite() && answer.total_inertia.is_finite());
}

#[test]
fn nobody_in_scope_is_in_no_cluster() {
    let scope = Scope { from: Some(Millis(100)), ..Scope::default() };
    for n_rounds in [0, 3] {
        let query = ClusterQuery { scope: scope.clone(), ..given(&["x"], vec![vec![0.0]], n_rounds) };
        let answer = ask(&places().0, &query);
        assert_eq!((answer.n_users, answer.notes, answer.clusters.len()), (0, vec![ClusterNote::NoUsers], 0));
    }
}

#[test]
fn what_is_wrong_with_a_start_is_named() {
    let table = places().0.table();
    let problem = |query: &ClusterQuery| query.check(&table).unwrap_err().to_string();
    let sound = given(&["x"], vec![vec![0.0]], 1);
    let both = ClusterQuery { features: Some(vec![Feature::Events]), ..sound.clone() };
    assert!(problem(&both).starts_with("start: holds the features already"));
    let unknown = problem(&given(&["z"], vec![vec![0.0]], 1));
    assert!(unknown.starts_with("start.features[0].property: there is no column named \"z\""), "{unknown}");
    let text = problem(&given(&["event"], vec![vec![0.0]], 1));
    assert!(
        text.starts_with("start.features[0].property: \"event\" holds text, and this needs numbers"),
        "{text}"
    );
    let none = problem(&given(&["x"], Vec::new(), 1));
    assert_eq!(none, "start.centroids: is empty; clusters need their centroids");
    let short = problem(&given(&["x", "y"], vec![vec![0.0]], 1));
    assert_eq!(short, "start.centroids[0]: is 1, and must lie between 2 and 2");
    let many = problem(&given(&["x"], vec![vec![0.0]; 65], 1));
    assert_eq!(many, "start.centroids: is 65, and must lie between 1 and 64");
    let long = problem(&given(&["x"], vec![vec![0.0]], 101));
    assert_eq!(long, "start.n_rounds: is 101, and must lie between 0 and 100");
    let far = problem(&given(&["x"], vec![vec![-1e150]], 1));
    assert!(far.starts_with("start.centroids[0][0]: \"-1"), "{far}");
}

/// Points that are kept from round to round say what points of every round's own say, centroids that change places and
/// a round left out included.
#[test]
fn points_that_are_kept_find_what_new_ones_find() {
    use crate::analysis::cluster::moves::{Scan, sorted};
    use crate::analysis::cluster::points::ShardPoints;
    use crate::kernel::features::{FeatureScan, measures};
    use crate::kernel::scope::ScopeFilter;

    let (sheet, columns) = places();
    let table = sheet.table();
    let points = Points::new(&columns);
    let start = ClusterStart {
        features: vec![property("x"), property("y")],
        centroids: (0..6).map(|at| points.point(at * 31)).collect(),
        n_rounds: 20,
    };
    let found = measures(start.features.iter().map(|scaled| &scaled.feature), &table).unwrap();
    let mut model = rounds::Model::given(&start, found.clone());
    let mut kept = ShardPoints::default();
    let mut n_reordered = 0;
    for round in 0..20 {
        let scan = |points: ShardPoints| {
            let scope = ScopeFilter::new(&Scope::default(), &table).unwrap();
            let features = FeatureScan::new(found.clone(), &table, scope, Millis(0)).unwrap();
            let (mut scan, mut found) = (Scan::new(features, model.clone(), points), Default::default());
            crate::table::BucketId::all().for_each(|bucket| scan.bucket(table.bucket(bucket), &mut found));
            (found, scan.into_points())
        };
        let (anew, _) = scan(ShardPoints::default());
        if round != 5 {
            let (again, points) = scan(kept);
            kept = points;
            let (again, sizes) = again.moved(model.clone());
            let (new, new_sizes) = anew.moved(model.clone());
            assert_eq!(sizes, new_sizes);
            for (a, b) in again.centroids.iter().flatten().zip(new.centroids.iter().flatten()) {
                assert!((a - b).abs() < 1e-14, "{a} and {b} in round {round}");
            }
            model = sorted(again, &sizes);
        } else {
            let (new, sizes) = anew.moved(model.clone());
            model = sorted(new, &sizes);
        }
        n_reordered += usize::from(!model.moved_from.is_sorted());
    }
    assert!(n_reordered > 2, "the test must see centroids change places");
}
