//! Tracked points against every point's nearest centroid found anew.

use proptest::prelude::*;

use super::*;
use crate::stats::kmeans::Nearest;
use crate::stats::random::Random;

/// Labels and sums by double precision alone.
fn naive(points: Points<'_>, centroids: &[Vec<f64>]) -> (Vec<u32>, Sums) {
    let mut nearest = Nearest::new(points.len());
    nearest.find(points, centroids);
    let mut sums = Sums::new(centroids.len(), points.n_dims());
    sums.add(points, &nearest.labels);
    (nearest.labels, sums)
}

fn assert_tracks(points: Points<'_>, tracked: &Tracked, centroids: &[Vec<f64>]) {
    let (labels, sums) = naive(points, centroids);
    assert_eq!(tracked.labels(), labels);
    let found = tracked.sums();
    assert_eq!(found.n_points, sums.n_points);
    let sizes: Vec<f64> =
        (0..points.n_dims()).map(|dim| points.column(dim).iter().map(|value| value.abs()).sum()).collect();
    for (at, (found, sum)) in found.values.iter().zip(&sums.values).enumerate() {
        assert!((found - sum).abs() <= 1e-13 * sizes[at % points.n_dims()], "{found} for {sum}");
    }
}

/// Awkward coordinates: ties, values that swallow others, values beyond single precision and below it.
fn coordinate() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3..3_i32).prop_map(f64::from),
        4 => -10.0..10.0,
        1 => prop::sample::select(vec![1e16, -1e16, 1e16 + 2.0, 1e30, -1e100, 1e-30, -1e-30, 1e-200, 0.0, 0.1]),
        1 => (-3..3_i32).prop_map(|near| 1e6 + f64::from(near) * 1e-3),
    ]
}

fn columns() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (1..7_usize, 1..60_usize).prop_flat_map(|(n_dims, len)| {
        prop::collection::vec(prop::collection::vec(coordinate(), len), n_dims)
    })
}

/// Rounds of Lloyd's, now and then with a centroid put onto a point or onto another centroid, and all in another order.
fn disturbed(centroids: &mut [Vec<f64>], points: Points<'_>, random: &mut Random) -> Vec<u32> {
    let n = centroids.len();
    match random.below(4) {
        0 => centroids[random.below(n)] = points.point(random.below(points.len())),
        1 => centroids[random.below(n)] = centroids[random.below(n)].clone(),
        2 => {
            let turn = random.below(n);
            centroids.rotate_left(turn);
            return (0..n).map(|at| ((at + turn) % n) as u32).collect();
        }
        _ => {}
    }
    (0..n as u32).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever the points, the centroids' moves and the origin are, labels are those of double precision.
    #[test]
    fn every_label_of_every_round_is_the_nearest_centroids(
        columns in columns(), k in 1..11_usize, seed in any::<u64>(), far in any::<bool>(),
    ) {
        let points = Points::new(&columns);
        let mut random = Random::new(seed);
        let mut centroids: Vec<Vec<f64>> = (0..k).map(|_| points.point(random.below(points.len()))).collect();
        let origin = if far { vec![1e9; points.n_dims()] } else { points.point(0) };
        let mut tracked = Tracked::new(points, &origin);
        let mut before: Option<Vec<Vec<f64>>> = None;
        for _ in 0..12 {
            let centers = Centers::new(centroids.clone(), &origin, before.as_deref());
            tracked.track(&centers);
            assert_tracks(points, &tracked, &centroids);
            let sums = tracked.sums();
            let mut last = std::mem::take(&mut centroids);
            centroids = (0..k).map(|at| sums.mean(at).unwrap_or_else(|| last[at].clone())).collect();
            let from = disturbed(&mut centroids, points, &mut random);
            last = from.iter().map(|&at| last[at as usize].clone()).collect();
            tracked.reorder(&from);
            before = Some(last);
        }
    }
}

#[test]
fn clusters_far_apart_are_found_without_double_precision_and_then_left_alone() {
    let mut random = Random::new(5);
    let columns: Vec<Vec<f64>> =
        (0..3).map(|_| (0..800).map(|at| f64::from(at % 4) * 10.0 + random.next_f64()).collect()).collect();
    let points = Points::new(&columns);
    let mut tracked = Tracked::new(points, &[15.0; 3]);
    let centroids: Vec<Vec<f64>> = (0..4).map(|at| vec![f64::from(at) * 10.0; 3]).collect();
    tracked.track(&Centers::new(centroids.clone(), &[15.0; 3], None));
    assert!(
        tracked.gaps.iter().all(|&gap| gap > 10.0),
        "each point is far nearer to one centroid than to another"
    );
    let moved: Vec<Vec<f64>> =
        centroids.iter().map(|centroid| centroid.iter().map(|value| value + 0.01).collect()).collect();
    let centers = Centers::new(moved, &[15.0; 3], Some(&centroids));
    let most = tracked.reaches.iter().map(|&reach| centers.shrunk(reach)).fold(0.0, f32::max);
    let before = tracked.gaps.clone();
    assert_eq!(tracked.track(&centers), 0);
    let left = before.iter().zip(&tracked.gaps).map(|(before, after)| before - after);
    assert!(
        left.into_iter().all(|used| 0.0 < used && used <= most),
        "what is left is what was there, less the moves"
    );
}

#[test]
fn a_tie_in_single_precision_is_decided_in_double() {
    // Nearer to the second centroid by 10⁻¹².
    let columns = [vec![0.5 + 1e-12; 9]];
    let points = Points::new(&columns);
    let mut tracked = Tracked::new(points, &[0.0]);
    tracked.track(&Centers::new(vec![vec![0.0], vec![1.0]], &[0.0], None));
    assert_eq!(tracked.labels(), [1; 9]);
    tracked.track(&Centers::new(vec![vec![0.0], vec![1.0 + 2e-12]], &[0.0], None));
    assert_eq!(tracked.labels(), [0; 9], "of equally near ones the first");
}

#[test]
fn a_sum_that_a_giant_has_left_has_its_digits_again() {
    let columns = [vec![1.0, 1e16, 0.25]];
    let points = Points::new(&columns);
    let mut tracked = Tracked::new(points, &[0.0]);
    tracked.track(&Centers::new(vec![vec![0.0]], &[0.0], None));
    assert_eq!(tracked.sums().values, [1e16 + 1.25]);
    tracked.track(&Centers::new(vec![vec![0.0], vec![1e16]], &[0.0], None));
    assert_eq!(tracked.sums().values, [1.25, 1e16], "more centers: all starts anew");
    let far = [vec![1e17], vec![1e16]];
    tracked.track(&Centers::new(far.to_vec(), &[0.0], None));
    assert_eq!(tracked.sums().values, [0.0, 1e16 + 1.25]);
    tracked.track(&Centers::new(vec![vec![0.0], vec![1e16]], &[0.0], Some(&far)));
    assert_eq!(tracked.sums().values, [1.25, 1e16], "and the ones that stayed are not lost");
}

#[test]
fn no_points_have_no_labels() {
    let columns = [Vec::new(), Vec::new()];
    let mut tracked = Tracked::new(Points::new(&columns), &[0.0, 0.0]);
    assert_eq!(tracked.track(&Centers::new(vec![vec![0.0, 0.0]], &[0.0, 0.0], None)), 0);
    assert!(tracked.is_empty() && tracked.rows().len() == 0);
}
