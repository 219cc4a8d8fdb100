//! Principal components: the directions in which points spread most.

use super::kmeans::Points;

/// A direction in which points spread.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// The direction, of length 1: a weight for each dimension. Its largest weight is positive.
    pub weights: Vec<f64>,
    /// The points' variance along it (divided by n).
    pub variance: f64,
}

/// All components, those with the greatest variance first, by Jacobi's (1846) rotations of the covariance matrix until
/// nothing is left beside its diagonal. Without points there is none. O(points × dimensions² + dimensions³).
///
/// ```
/// use cairn_engine::stats::{kmeans::Points, pca::components};
/// let points = [vec![1.0, 2.0, 3.0], vec![2.0, 4.0, 6.0]];
/// let found = components(Points::new(&points));
/// assert!((found[0].variance - 10.0 / 3.0).abs() < 1e-12 && found[1].variance.abs() < 1e-12);
/// assert!((found[0].weights[1] - 2.0 / 5.0_f64.sqrt()).abs() < 1e-12);
/// ```
pub fn components(points: Points<'_>) -> Vec<Component> {
    if points.is_empty() {
        return Vec::new();
    }
    let n_dims = points.n_dims();
    let mut matrix = covariances(points);
    let mut vectors: Vec<Vec<f64>> =
        (0..n_dims).map(|row| (0..n_dims).map(|at| f64::from(u8::from(at == row))).collect()).collect();
    for _ in 0..MAX_SWEEPS {
        let beside: f64 =
            (0..n_dims).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| matrix[a][b].abs()).sum();
        let diagonal: f64 = (0..n_dims).map(|at| matrix[at][at].abs()).sum();
        if beside <= diagonal * 1e-15 {
            break;
        }
        for a in 0..n_dims {
            for b in 0..a {
                rotate(&mut matrix, &mut vectors, a, b);
            }
        }
    }
    let component = |at: usize| {
        let mut weights: Vec<f64> = vectors.iter().map(|row| row[at]).collect();
        let largest = weights.iter().fold(0.0_f64, |most, &it| if it.abs() > most.abs() { it } else { most });
        if largest < 0.0 {
            weights.iter_mut().for_each(|weight| *weight = -*weight);
        }
        Component { weights, variance: matrix[at][at].max(0.0) }
    };
    let mut found: Vec<Component> = (0..n_dims).map(component).collect();
    crate::kernel::order::sort_by(&mut found, |a, b| b.variance.total_cmp(&a.variance));
    found
}

/// Sweeps after which the matrix is taken as it is; a few are enough.
const MAX_SWEEPS: usize = 60;

fn covariances(points: Points<'_>) -> Vec<Vec<f64>> {
    let (n, n_dims) = (points.len() as f64, points.n_dims());
    let centered: Vec<Vec<f64>> = (0..n_dims)
        .map(|dim| {
            let column = points.column(dim);
            let mean = column.iter().sum::<f64>() / n;
            column.iter().map(|value| value - mean).collect()
        })
        .collect();
    let mut matrix = vec![vec![0.0; n_dims]; n_dims];
    for a in 0..n_dims {
        for b in 0..=a {
            let sum: f64 = centered[a].iter().zip(&centered[b]).map(|(x, y)| x * y).sum();
            (matrix[a][b], matrix[b][a]) = (sum / n, sum / n);
        }
    }
    matrix
}

/// Turns the axes `a` and `b` so that their covariance vanishes.
fn rotate(matrix: &mut [Vec<f64>], vectors: &mut [Vec<f64>], a: usize, b: usize) {
    if matrix[a][b] == 0.0 {
        return;
    }
    let theta = (matrix[b][b] - matrix[a][a]) / (2.0 * matrix[a][b]);
    let tangent = libm::copysign(1.0, theta) / (theta.abs() + libm::sqrt(theta * theta + 1.0));
    let cosine = 1.0 / libm::sqrt(tangent * tangent + 1.0);
    let sine = tangent * cosine;
    for row in matrix.iter_mut().chain(vectors.iter_mut()) {
        let (x, y) = (row[a], row[b]);
        (row[a], row[b]) = (cosine * x - sine * y, sine * x + cosine * y);
    }
    let (of_a, of_b) = (matrix[a].clone(), matrix[b].clone());
    for (at, (x, y)) in of_a.into_iter().zip(of_b).enumerate() {
        (matrix[a][at], matrix[b][at]) = (cosine * x - sine * y, sine * x + cosine * y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::kmeans::tests::iris;
    use crate::stats::random::Random;

    #[test]
    fn iris_spreads_as_scikit_learn_says() {
        let iris = iris();
        let found = components(Points::new(&iris));
        let total: f64 = found.iter().map(|component| component.variance).sum();
        let rates = found.iter().map(|component| component.variance / total);
        for (rate, expected) in rates.zip(IRIS_RATES) {
            assert!((rate - expected).abs() < 1e-9, "{rate} for {expected}");
        }
        for (weight, expected) in found[0].weights.iter().zip(IRIS_FIRST) {
            assert!((weight - expected).abs() < 1e-9, "{weight} for {expected}");
        }
    }

    /// From tests/reference/clusters.py, scikit-learn 1.9.1.
    const IRIS_RATES: [f64; 4] = [0.924_618_723_202, 0.053_066_483_117, 0.017_102_609_808, 0.005_212_183_873];
    const IRIS_FIRST: [f64; 4] = [0.361_386_591_785, -0.084_522_514_065, 0.856_670_605_95, 0.358_289_197_152];

    #[test]
    fn directions_stand_at_right_angles_and_their_variances_add_up() {
        let mut random = Random::new(3);
        let columns: Vec<Vec<f64>> = (0..7).map(|_| (0..50).map(|_| random.next_f64()).collect()).collect();
        let found = components(Points::new(&columns));
        let dot =
            |a: &Component, b: &Component| a.weights.iter().zip(&b.weights).map(|(x, y)| x * y).sum::<f64>();
        for (at, a) in found.iter().enumerate() {
            for (other, b) in found.iter().enumerate() {
                assert!((dot(a, b) - f64::from(u8::from(at == other))).abs() < 1e-12);
            }
        }
        let matrix = covariances(Points::new(&columns));
        let total: f64 = (0..7).map(|at| matrix[at][at]).sum();
        assert!((found.iter().map(|component| component.variance).sum::<f64>() - total).abs() < 1e-12);
        assert!(found.is_sorted_by(|a, b| a.variance >= b.variance));
    }

    #[test]
    fn points_that_are_all_the_same_spread_nowhere() {
        let found = components(Points::new(&[vec![3.0; 4], vec![1.0; 4]]));
        assert!(found.iter().all(|component| component.variance == 0.0));
    }
}
