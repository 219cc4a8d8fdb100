//! The silhouette: how much nearer points lie to their own cluster than to the next one.

use super::kmeans::Points;

/// The mean silhouette width of each of several clusterings of the same points (Rousseeuw 1987), exact, from all pairs.
/// Distances are computed once for all clusterings.
///
/// For a point, `a` is its mean distance to the other points of its cluster and `b` the least mean distance to the points
/// of another cluster; its width is `(b − a) / max(a, b)`, and 0 if it is alone in its cluster or `a` and `b` are both 0.
/// None for a clustering with fewer than two clusters. `labelings` hold one label per point, each below `n_clusters`;
/// a label without points counts as no cluster. O(points² × (dimensions + labelings)) time, O(points) memory.
///
/// ```
/// use cairn_engine::stats::{kmeans::Points, silhouette::silhouettes};
/// let points = [vec![0.0, 1.0, 10.0]];
/// let found = silhouettes(Points::new(&points), &[&[0, 0, 1], &[0, 0, 0]], 2);
/// assert_eq!(found, [Some((9.0 / 10.0 + 8.0 / 9.0 + 0.0) / 3.0), None]);
/// ```
///
/// # Panics
/// If a labeling has not one label per point, or a label is not below `n_clusters`.
pub fn silhouettes(points: Points<'_>, labelings: &[&[u32]], n_clusters: usize) -> Vec<Option<f64>> {
    let width = labelings.len() * n_clusters;
    let mut sizes = vec![0_u32; width];
    // For each point, the places of its labels in the table of sums, one per labeling; narrow, as they are read for
    // every pair.
    let mut places = Vec::with_capacity(points.len() * labelings.len());
    for at in 0..points.len() {
        for (labeling, labels) in labelings.iter().enumerate() {
            assert!(
                (labels[at] as usize) < n_clusters && labels.len() == points.len(),
                "a label for each point"
            );
            let place = labeling * n_clusters + labels[at] as usize;
            places.push(place as u32);
            sizes[place] += 1;
        }
    }
    let mut totals = vec![0.0; labelings.len()];
    let (mut distances, mut sums) = (vec![0.0; points.len()], vec![0.0; width]);
    for at in 0..points.len() {
        distances_from(points, at, &mut distances);
        sums.fill(0.0);
        for (&distance, places) in distances.iter().zip(places.chunks_exact(labelings.len().max(1))) {
            for &place in places {
                sums[place as usize] += distance;
            }
        }
        for (labeling, total) in totals.iter_mut().enumerate() {
            let own = labeling * n_clusters..(labeling + 1) * n_clusters;
            let label = labelings[labeling][at] as usize;
            *total += point_width(label, &sums[own.clone()], &sizes[own]);
        }
    }
    let n_filled =
        |labeling: usize| sizes[labeling * n_clusters..][..n_clusters].iter().filter(|&&n| n > 0).count();
    let mean =
        |(labeling, total): (usize, f64)| (n_filled(labeling) > 1).then(|| total / points.len() as f64);
    totals.into_iter().enumerate().map(mean).collect()
}

/// The Euclidean distances of all points from one of them. `f64::sqrt` is exact to the last bit everywhere.
fn distances_from(points: Points<'_>, from: usize, distances: &mut [f64]) {
    distances.fill(0.0);
    for dim in 0..points.n_dims() {
        let column = points.column(dim);
        let center = column[from];
        for (distance, &value) in distances.iter_mut().zip(column) {
            *distance += (value - center) * (value - center);
        }
    }
    for distance in distances {
        *distance = distance.sqrt();
    }
}

fn point_width(label: usize, sums: &[f64], sizes: &[u32]) -> f64 {
    if sizes[label] < 2 {
        return 0.0;
    }
    let within = sums[label] / f64::from(sizes[label] - 1);
    let others = (0..sizes.len()).filter(|&other| other != label && sizes[other] > 0);
    let next = others.map(|other| sums[other] / f64::from(sizes[other])).fold(f64::INFINITY, f64::min);
    let larger = within.max(next);
    if larger > 0.0 && larger.is_finite() { (next - within) / larger } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::kmeans::best_of;
    use crate::stats::kmeans::tests::{iris, ruspini};

    #[test]
    fn ruspini_in_four_has_the_published_width() {
        let ruspini = ruspini();
        let points = Points::new(&ruspini);
        let found = best_of(points, 4, 10, 1);
        let widths = silhouettes(points, &[&found.labels], 4);
        assert!((widths[0].unwrap() - 0.737_657).abs() < 5e-7, "{widths:?}");
    }

    #[test]
    fn iris_in_three_has_the_width_that_scikit_learn_gives() {
        let iris = iris();
        let points = Points::new(&iris);
        let found = best_of(points, 3, 10, 1);
        let width = silhouettes(points, &[&found.labels], 3)[0].unwrap();
        assert!((width - 0.552_819_012_356_409_5).abs() < 1e-12, "{width}");
    }

    /// Rousseeuw's definition, pair by pair.
    fn naive(points: Points<'_>, labels: &[u32]) -> Option<f64> {
        let clusters: std::collections::BTreeSet<u32> = labels.iter().copied().collect();
        let distance = |i: usize, j: usize| {
            points.point(i).iter().zip(points.point(j)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
        };
        let mean_to = |i: usize, cluster: u32| {
            let members = (0..labels.len()).filter(|&j| j != i && labels[j] == cluster);
            let distances: Vec<f64> = members.map(|j| distance(i, j)).collect();
            (!distances.is_empty()).then(|| distances.iter().sum::<f64>() / distances.len() as f64)
        };
        let width = |i: usize| {
            let Some(a) = mean_to(i, labels[i]) else { return 0.0 };
            let others = clusters.iter().filter(|&&cluster| cluster != labels[i]);
            let b = others.filter_map(|&cluster| mean_to(i, cluster)).fold(f64::INFINITY, f64::min);
            if a.max(b) > 0.0 { (b - a) / a.max(b) } else { 0.0 }
        };
        (clusters.len() > 1).then(|| (0..labels.len()).map(width).sum::<f64>() / labels.len() as f64)
    }

    proptest! {
        #[test]
        fn widths_agree_with_the_definition(
            rows in prop::collection::vec((0..4_i32, 0..4_i32, 0..4_u32, 0..2_u32), 1..25),
        ) {
            let values: [Vec<f64>; 2] =
                [rows.iter().map(|row| f64::from(row.0)).collect(), rows.iter().map(|row| f64::from(row.1)).collect()];
            let points = Points::new(&values);
            let labelings: [Vec<u32>; 2] =
                [rows.iter().map(|row| row.2).collect(), rows.iter().map(|row| row.3).collect()];
            let found = silhouettes(points, &[&labelings[0], &labelings[1]], 4);
            for (found, labels) in found.iter().zip(&labelings) {
                match (*found, naive(points, labels)) {
                    (Some(found), Some(expected)) => prop_assert!((found - expected).abs() < 1e-12),
                    (found, expected) => prop_assert_eq!(found, expected),
                }
            }
        }
    }
}
