//! Trees against SciPy's and against joining the nearest pair by definition.

use proptest::prelude::*;

use super::*;
use crate::stats::kmeans::tests::{iris, ruspini};

type Expected = (f64, [f64; 4], [usize; 4]);

const ALL: [Linkage; 4] = [Linkage::Ward, Linkage::Average, Linkage::Complete, Linkage::Single];

/// The sum of all heights, the last four, and the sizes of four clusters, of iris and of Ruspini's points: from
/// tests/reference/clusters.py, SciPy 1.17.1.
const SCIPY: [[Expected; 2]; 4] = [
    [
        (138.162_241_964, [4.847_708_508, 6.399_406_82, 12.300_396_053, 32.447_607], [26, 36, 38, 50]),
        (
            2_025.346_137_498,
            [73.915_937_566, 276.341_903_48, 276.674_382_975, 556.841_152_437],
            [15, 17, 20, 23],
        ),
    ],
    [
        (65.212_809_283, [1.380_993_739, 1.785_566_482, 1.963_614_086, 4.062_682_686], [4, 36, 50, 60]),
        (
            834.485_844_434,
            [34.724_746_757, 64.425_548_625, 67.750_522_659, 101.141_995_967],
            [15, 17, 20, 23],
        ),
    ],
    [
        (87.528_246_312, [2.428_991_56, 3.210_918_872, 4.024_922_359, 7.085_195_834], [12, 28, 50, 60]),
        (
            1_183.425_448_1,
            [63.639_610_307, 94.578_010_129, 102.078_401_241, 154.495_954_64],
            [15, 20, 20, 20],
        ),
    ],
    [
        (43.523_779_638, [0.648_074_07, 0.734_846_923, 0.818_535_277, 1.640_121_947], [1, 2, 50, 97]),
        (514.955_851_659, [19.0, 24.041_630_56, 40.496_913_463, 44.944_410_108], [15, 17, 20, 23]),
    ],
];

#[test]
fn heights_and_cuts_are_those_of_scipy() {
    for (linkage, expected) in ALL.into_iter().zip(SCIPY) {
        // All pairs' distances are kept as f32. Tied distances of iris leave average and complete several right trees,
        // whose heights differ in the third place.
        for (columns, (sum, last, sizes)) in [iris(), ruspini()].into_iter().zip(expected) {
            let points = Points::new(&columns);
            let merges = tree(points, &vec![1.0; points.len()], linkage);
            let heights: Vec<f64> = merges.iter().map(|merge| merge.height).collect();
            let close = |a: f64, b: f64| (a - b).abs() < 3e-3 * b;
            assert!(
                close(heights.iter().sum(), sum),
                "{linkage:?}: {} for {sum}",
                heights.iter().sum::<f64>()
            );
            let found = &heights[heights.len() - 4..];
            let exact = if linkage == Linkage::Ward { 1e-9 } else { 1e-6 };
            let all_close = found.iter().zip(last).all(|(a, b)| (a - b).abs() < exact * b);
            assert!(all_close, "{linkage:?}: {found:?} for {last:?}");
            let labels = cut(&merges, 4);
            let mut found: Vec<usize> =
                (0..4).map(|label| labels.iter().filter(|&&other| other == label).count()).collect();
            found.sort_unstable();
            assert_eq!(found, sizes, "{linkage:?}");
        }
    }
}

/// The coefficient of Kaufman & Rousseeuw (1990): the mean, over the points, of 1 − the height at which each is first
/// joined by the height of the last join.
fn agglomerative_coefficient(merges: &[Merge]) -> f64 {
    let n_points = merges.len() + 1;
    let first = |point: usize| merges.iter().find(|it| it.a as usize == point || it.b as usize == point);
    let last = merges[merges.len() - 1].height;
    let parts = (0..n_points).filter_map(first).map(|merge| 1.0 - merge.height / last);
    parts.sum::<f64>() / n_points as f64
}

#[test]
fn ruspini_has_the_published_coefficient() {
    let ruspini = ruspini();
    let merges = tree(Points::new(&ruspini), &[1.0; 75], Linkage::Average);
    assert!((agglomerative_coefficient(&merges) - 0.947_954).abs() < 1e-6);
}

#[test]
fn nobody_and_one_point_are_no_tree() {
    for linkage in ALL {
        assert!(tree(Points::new(&[Vec::new()]), &[], linkage).is_empty());
        assert!(tree(Points::new(&[vec![1.0]]), &[1.0], linkage).is_empty());
    }
    assert_eq!(cut(&[], 3), [0]);
}

#[test]
fn equal_points_join_at_height_nothing_and_the_chain_ends() {
    let columns = [vec![1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0], vec![0.0; 7]];
    for linkage in ALL {
        let merges = tree(Points::new(&columns), &[1.0; 7], linkage);
        let n_nothing = merges.iter().filter(|merge| merge.height == 0.0).count();
        assert_eq!((merges.len(), n_nothing, merges[5].weight), (6, 5, 7.0));
        assert_eq!(cut(&merges, 2), [0, 0, 0, 0, 1, 1, 1]);
    }
}

/// Heights by joining the nearest pair again and again, distances by definition.
fn naive(points: Points<'_>, weights: &[f64], linkage: Linkage) -> Vec<f64> {
    let mut clusters: Vec<Vec<usize>> = (0..points.len()).map(|at| vec![at]).collect();
    let mut heights = Vec::new();
    let apart = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt();
    let weight = |of: &[usize]| of.iter().map(|&at| weights[at]).sum::<f64>();
    let center = |of: &[usize]| -> Vec<f64> {
        (0..points.n_dims())
            .map(|dim| of.iter().map(|&at| weights[at] * points.column(dim)[at]).sum::<f64>() / weight(of))
            .collect()
    };
    let distance = |a: &[usize], b: &[usize]| {
        let pairs = a.iter().flat_map(|&i| b.iter().map(move |&j| (i, j)));
        let pairs = pairs.map(|(i, j)| (weights[i] * weights[j], apart(&points.point(i), &points.point(j))));
        match linkage {
            Linkage::Ward => {
                let (x, y) = (weight(a), weight(b));
                (2.0 * x * y / (x + y)).sqrt() * apart(&center(a), &center(b))
            }
            Linkage::Average => pairs.map(|(both, it)| both * it).sum::<f64>() / (weight(a) * weight(b)),
            Linkage::Complete => pairs.map(|(_, it)| it).fold(0.0, f64::max),
            Linkage::Single => pairs.map(|(_, it)| it).fold(f64::INFINITY, f64::min),
        }
    };
    while clusters.len() > 1 {
        let pairs = (0..clusters.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
        let of = |&(a, b): &(usize, usize)| distance(&clusters[a], &clusters[b]);
        let (a, b) = pairs.min_by(|x, y| of(x).total_cmp(&of(y))).unwrap();
        heights.push(of(&(a, b)));
        let joined = clusters.remove(b);
        clusters[a].extend(joined);
    }
    heights
}

proptest! {
    #[test]
    fn heights_agree_with_joining_the_nearest_pair(
        rows in prop::collection::vec((-1e3..1e3_f64, -1e3..1e3_f64, 1..4_u32), 1..16),
    ) {
        let columns: [Vec<f64>; 2] = [rows.iter().map(|row| row.0).collect(), rows.iter().map(|row| row.1).collect()];
        let weights: Vec<f64> = rows.iter().map(|row| f64::from(row.2)).collect();
        let points = Points::new(&columns);
        for linkage in ALL {
            let merges = tree(points, &weights, linkage);
            prop_assert!(merges.is_sorted_by(|a, b| a.height <= b.height));
            for (merge, expected) in merges.iter().zip(naive(points, &weights, linkage)) {
                prop_assert!((merge.height - expected).abs() <= 1e-5 * expected.max(1.0), "{:?}", linkage);
            }
            for k in 1..=points.len() {
                let n_labels = cut(&merges, k).into_iter().max().map_or(0, |most| most as usize + 1);
                prop_assert_eq!(n_labels, k);
            }
        }
    }
}
