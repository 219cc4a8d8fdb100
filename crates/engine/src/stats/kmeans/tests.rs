//! k-means against published results and a naive version.

use proptest::prelude::*;

use super::*;

/// The columns of a small comma-separated file with a header.
fn columns(csv: &str, n_columns: usize) -> Vec<Vec<f64>> {
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    (0..n_columns).map(|at| rows.iter().map(|row| row[at].parse().unwrap()).collect()).collect()
}

/// Fisher's iris: 150 points, 4 columns.
pub(crate) fn iris() -> Vec<Vec<f64>> {
    columns(include_str!("../../../testdata/iris.csv"), 4)
}

/// Ruspini's points: 75 points, 2 columns.
pub(crate) fn ruspini() -> Vec<Vec<f64>> {
    columns(include_str!("../../../testdata/ruspini.csv"), 2)
}

fn sizes(labels: &[u32]) -> Vec<usize> {
    let k = labels.iter().max().map_or(0, |&most| most as usize + 1);
    let mut sizes: Vec<usize> =
        (0..k).map(|label| labels.iter().filter(|&&other| other as usize == label).count()).collect();
    sizes.sort_unstable();
    sizes
}

#[test]
fn the_data_are_the_published_ones() {
    let (iris, ruspini) = (iris(), ruspini());
    assert_eq!((iris.len(), iris[0].len(), ruspini.len(), ruspini[0].len()), (4, 150, 2, 75));
    let mean = |column: &Vec<f64>| column.iter().sum::<f64>() / column.len() as f64;
    let means: Vec<f64> = iris.iter().chain(&ruspini).map(mean).collect();
    for (found, expected) in means.iter().zip([5.843_333, 3.057_333, 3.758, 1.199_333, 54.88, 92.026_667]) {
        assert!((found - expected).abs() < 1e-6, "{means:?}");
    }
}

#[test]
fn iris_reaches_the_published_sum_of_squares() {
    let iris = iris();
    let found = best_of(Points::new(&iris), 3, 10, 1);
    assert!((found.inertia - 78.851_44).abs() < 1e-5, "{}", found.inertia);
    assert_eq!(sizes(&found.labels), [38, 50, 62]);
}

#[test]
fn iris_reaches_the_best_sums_of_squares_that_scikit_learn_finds_for_every_k() {
    let iris = iris();
    let best = [681.3706, 152.347_951_8, 78.851_441_4, 57.228_473_2, 46.446_182_1, 39.039_987_2];
    for (k, expected) in (1..).zip(best) {
        let found = best_of(Points::new(&iris), k, 20, 1);
        assert!((found.inertia - expected).abs() < 1e-6, "{k}: {} for {expected}", found.inertia);
    }
}

#[test]
fn fewer_clusters_come_out_where_fewer_points_differ() {
    let points = [vec![1.0, 1.0, 5.0, 5.0, 5.0]];
    let found = best_of(Points::new(&points), 4, 3, 1);
    assert_eq!((found.centroids.len(), found.inertia), (2, 0.0));
    assert_eq!(best_of(Points::new(&[vec![]]), 3, 3, 1).centroids.len(), 0);
    assert_eq!(best_of(Points::new(&[vec![7.0]]), 3, 3, 1).centroids, [[7.0]]);
}

#[test]
fn an_empty_cluster_starts_anew_at_the_farthest_point() {
    let points = [vec![0.0, 1.0, 2.0, 50.0]];
    let found = lloyd(Points::new(&points), vec![vec![1.0], vec![1000.0]]);
    assert_eq!(found.labels, [0, 0, 0, 1]);
    assert_eq!(found.inertia, 2.0);
}

#[test]
fn of_equally_near_centroids_the_first_wins() {
    let mut nearest = Nearest::new(1);
    nearest.find(Points::new(&[vec![1.0]]), &[vec![3.0], vec![2.0], vec![0.0], vec![2.0]]);
    assert_eq!((nearest.labels[0], nearest.distances[0]), (1, 1.0));
}

fn random_points() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (1..4_usize, 1..40_usize).prop_flat_map(|(n_dims, len)| {
        let value = prop_oneof![(-3..3_i32).prop_map(f64::from), -10.0..10.0];
        prop::collection::vec(prop::collection::vec(value, len), n_dims)
    })
}

fn naive_nearest(point: &[f64], centroids: &[Vec<f64>]) -> (u32, f64) {
    let distance =
        |centroid: &Vec<f64>| point.iter().zip(centroid).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let distances = (0_u32..).zip(centroids.iter().map(distance));
    distances.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
}

/// Lloyd as it is told at the blackboard, point by point; none if a cluster runs empty.
fn naive_lloyd(points: &[Vec<f64>], mut centroids: Vec<Vec<f64>>) -> Option<(Vec<u32>, f64)> {
    let mut labels = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let found: Vec<u32> = points.iter().map(|point| naive_nearest(point, &centroids).0).collect();
        if found == labels {
            break;
        }
        labels = found;
        for (cluster, centroid) in (0_u32..).zip(&mut centroids) {
            let own: Vec<&Vec<f64>> = points
                .iter()
                .zip(&labels)
                .filter(|(_, label)| **label == cluster)
                .map(|(point, _)| point)
                .collect();
            if own.is_empty() {
                return None;
            }
            for (dim, value) in centroid.iter_mut().enumerate() {
                *value = own.iter().map(|point| point[dim]).sum::<f64>() / own.len() as f64;
            }
        }
    }
    let inertia = points.iter().map(|point| naive_nearest(point, &centroids).1).sum();
    Some((labels, inertia))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn lloyd_agrees_with_the_naive_version(columns in random_points(), k in 1..5_usize, seed in any::<u64>()) {
        let points = Points::new(&columns);
        let len = points.len();
        let starts = greedy_starts(points, k, &mut Random::new(seed));
        let rows: Vec<Vec<f64>> = (0..len).map(|at| points.point(at)).collect();
        if let Some((labels, inertia)) = naive_lloyd(&rows, starts.clone()) {
            let found = lloyd(points, starts);
            prop_assert_eq!(found.labels, labels);
            prop_assert!((found.inertia - inertia).abs() <= 1e-9 * inertia.max(1.0));
        }
    }

    #[test]
    fn inertia_never_rises(columns in random_points(), k in 1..6_usize, spread in 0.0..4.0) {
        let points = Points::new(&columns);
        let len = points.len();
        let mut centroids: Vec<Vec<f64>> =
            (0..k).map(|at| (0..points.n_dims()).map(|dim| (at * 7 + dim) as f64 % 5.0 * spread).collect()).collect();
        let mut nearest = Nearest::new(len);
        let mut before = f64::INFINITY;
        for _ in 0..20 {
            nearest.find(points, &centroids);
            let inertia: f64 = nearest.distances.iter().sum();
            prop_assert!(inertia <= before * (1.0 + 1e-12) + 1e-12, "{} after {}", inertia, before);
            before = inertia;
            let mut sums = Sums::new(centroids.len(), points.n_dims());
            sums.add(points, &nearest.labels);
            centroids = means(points, &sums, &centroids);
        }
    }

    #[test]
    fn labels_do_not_depend_on_the_order_of_the_points(
        columns in random_points(), k in 1..5_usize, turn in 0..40_usize,
    ) {
        let points = Points::new(&columns);
        let len = points.len();
        let centroids = greedy_starts(points, k, &mut Random::new(1));
        let turned: Vec<Vec<f64>> =
            columns.iter().map(|column| (0..len).map(|at| column[(at + turn) % len]).collect()).collect();
        let (mut one, mut other) = (Nearest::new(len), Nearest::new(len));
        one.find(points, &centroids);
        other.find(Points::new(&turned), &centroids);
        for at in 0..len {
            prop_assert_eq!(one.labels[(at + turn) % len], other.labels[at]);
            prop_assert_eq!(one.distances[(at + turn) % len].to_bits(), other.distances[at].to_bits());
        }
    }

    #[test]
    fn starts_are_distinct_points_of_the_data(columns in random_points(), k in 1..6_usize, seed in any::<u64>()) {
        let points = Points::new(&columns);
        let len = points.len();
        let rows: Vec<Vec<f64>> = (0..len).map(|at| points.point(at)).collect();
        let starts = greedy_starts(points, k, &mut Random::new(seed));
        let distinct = |rows: &[Vec<f64>]| {
            let mut rows = rows.to_vec();
            rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
            rows.dedup();
            rows.len()
        };
        prop_assert_eq!(starts.len(), k.min(distinct(&rows)));
        prop_assert_eq!(distinct(&starts), starts.len());
        prop_assert!(starts.iter().all(|start| rows.contains(start)));
    }
}
