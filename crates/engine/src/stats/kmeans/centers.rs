//! Centroids, made ready for one round over all points.

use super::super::lanes::{Four, WIDTH};
use super::LANES;

/// Centroids that are looked at together: with eight points, as many sums as fit into the registers.
const BLOCK: usize = 4;

/// How many vectors hold one number for each point of a tile.
const VECTORS: usize = LANES / WIDTH;

/// The centroids of a round, in double precision, and relative to an origin in single precision; and how far they may
/// have moved since the round before.
///
/// A point y (relative to the origin) is nearest to the centroid b (likewise) whose *score* |b|²/2 − y·b is least: that
/// is half its squared distance, less |y|²/2, which is the same for all centroids. Scores cost two thirds of what
/// distances do, in single precision half of that again, and are as exact as the origin is close to the points.
///
/// ```text
/// γ = (d + 8) · 2⁻²³;   whatever rounds, the score of a point with |y| ≤ r is off by at most γ (r² + max |b|²) / 2
/// ```
///
/// by the usual bound of a dot product of d terms (Higham 2002, section 3.1), with the rounding of y and b themselves
/// and that of the distances in double precision on top. So two scores that are farther apart than γ (r² + max |b|²)
/// tell the nearer centroid, and it is the one that the distances in double precision tell.
#[derive(Debug)]
pub struct Centers {
    /// As given.
    centroids: Vec<Vec<f64>>,
    n_dims: usize,
    /// Blocks of relative centroids, dimension by dimension.
    coordinates: Vec<[f32; BLOCK]>,
    /// Half of their squared lengths; infinite in the last block's unused places.
    halves: Vec<[f32; BLOCK]>,
    /// γ, and γ max |b|².
    error: (f32, f32),
    /// By how much a score's distance from another may have shrunk since the last round: so much, and so much times r.
    shrunk: (f32, f32),
}

/// The scores of [`LANES`] points.
pub(super) struct Scores {
    /// The index of the least score.
    pub(super) labels: [u32; LANES],
    /// How far the second least score is from the least, where they are closest.
    pub(super) gap: f32,
}

impl Centers {
    /// Prepares at least one centroid for points relative to `origin`. `before` holds the same centroids as they were
    /// in the last round, if there was one.
    ///
    /// # Panics
    /// If there are not as many centroids as before.
    pub fn new(centroids: Vec<Vec<f64>>, origin: &[f64], before: Option<&[Vec<f64>]>) -> Self {
        let (n_dims, n_blocks) = (origin.len(), centroids.len().div_ceil(BLOCK));
        let mut coordinates = vec![[0.0; BLOCK]; n_blocks * n_dims];
        let mut halves = vec![[f32::INFINITY; BLOCK]; n_blocks];
        let mut longest: f64 = 0.0;
        for (at, centroid) in centroids.iter().enumerate() {
            let (block, lane) = (at / BLOCK, at % BLOCK);
            let mut square = 0.0;
            let places = &mut coordinates[block * n_dims..][..n_dims];
            for ((place, value), origin) in places.iter_mut().zip(centroid).zip(origin) {
                let relative = value - origin;
                place[lane] = relative as f32;
                square += relative * relative;
            }
            halves[block][lane] = (square / 2.0) as f32;
            longest = longest.max(square);
        }
        let gamma = (n_dims as f64 + 8.0) / f64::from(1 << 23);
        let error = (up(gamma), up(gamma * longest));
        let shrunk =
            before.map_or((f32::INFINITY, f32::INFINITY), |before| shrunk(before, &centroids, origin));
        Self { centroids, n_dims, coordinates, halves, error, shrunk }
    }

    /// The centroids.
    pub fn centroids(&self) -> &[Vec<f64>] {
        &self.centroids
    }

    /// How far two scores of a point at most `reach` from the origin must be apart to tell the nearer centroid; infinite
    /// where single precision overflows, and never less than its least normal number, below which it loses digits.
    #[inline(always)]
    pub(super) fn error(&self, reach: f32) -> f32 {
        // Squares up to 10³⁶ leave room for sums of several.
        const MOST: f32 = 1e36;
        let square = reach * reach;
        let safe = square < MOST && self.error.1 < MOST * self.error.0;
        if safe { self.error.0 * square + self.error.1 + f32::MIN_POSITIVE } else { f32::INFINITY }
    }

    /// By how much the distance between two scores of such a point may have shrunk since the last round.
    #[inline(always)]
    pub(super) fn shrunk(&self, reach: f32) -> f32 {
        self.shrunk.0 + self.shrunk.1 * reach
    }

    /// Scores of points that lie dimension by dimension.
    #[inline(always)]
    pub(super) fn scores(&self, tile: &[[f32; LANES]]) -> Scores {
        const INFINITE: f32 = f32::INFINITY;
        let (mut best, mut second) = ([Four::splat(INFINITE); VECTORS], [Four::splat(INFINITE); VECTORS]);
        // An index travels as the bits of a number, which nobody computes with: it is chosen as its score is.
        let (mut labels, mut label) = ([Four::splat(f32::from_bits(0)); VECTORS], 0);
        for (coordinates, halves) in self.coordinates.chunks_exact(self.n_dims).zip(&self.halves) {
            for scores in &block_scores(tile, coordinates, halves) {
                let own = Four::splat(f32::from_bits(label));
                for at in 0..VECTORS {
                    let score = scores[at];
                    let farther = score.if_less(best[at], best[at], score);
                    second[at] = farther.min(second[at]);
                    labels[at] = score.if_less(best[at], own, labels[at]);
                    best[at] = score.min(best[at]);
                }
                label += 1;
            }
        }
        let mut found = Scores { labels: [0; LANES], gap: INFINITE };
        for at in 0..VECTORS {
            let (places, gaps) = (&mut found.labels[at * WIDTH..], second[at].minus(best[at]).to_array());
            for ((place, label), gap) in places.iter_mut().zip(labels[at].to_array()).zip(gaps) {
                *place = label.to_bits();
                found.gap = if gap < found.gap { gap } else { found.gap };
            }
        }
        found
    }
}

#[inline(always)]
fn block_scores(
    tile: &[[f32; LANES]],
    coordinates: &[[f32; BLOCK]],
    halves: &[f32; BLOCK],
) -> [[Four; VECTORS]; BLOCK] {
    let mut sums = [[Four::splat(0.0); VECTORS]; BLOCK];
    for lane in 0..BLOCK {
        sums[lane] = [Four::splat(halves[lane]); VECTORS];
    }
    for (points, coordinates) in tile.iter().zip(coordinates) {
        let points: [Four; VECTORS] =
            std::array::from_fn(|at| Four::load(&std::array::from_fn(|lane| points[at * WIDTH + lane])));
        for lane in 0..BLOCK {
            let coordinate = Four::splat(coordinates[lane]);
            for at in 0..VECTORS {
                sums[lane][at] = sums[lane][at].minus_product(points[at], coordinate);
            }
        }
    }
    sums
}

/// When a centroid moves from b to c, the score of y changes by (c − b)·((c + b)/2 − y), at most Σ |c − b||c + b|/2 +
/// |c − b||y|. The distance between two scores shrinks by no more than what the two that change most do.
fn shrunk(before: &[Vec<f64>], after: &[Vec<f64>], origin: &[f64]) -> (f32, f32) {
    assert_eq!(before.len(), after.len(), "as many centroids as before");
    let (mut own, mut ways) = ([0.0; 2], [0.0; 2]);
    for (before, after) in before.iter().zip(after) {
        let (mut change, mut square) = (0.0, 0.0);
        for ((&from, &to), &origin) in before.iter().zip(after).zip(origin) {
            let way = to - from;
            change += way.abs() * (((to - origin).abs() + (from - origin).abs()) / 2.0);
            square += way * way;
        }
        keep_two_greatest(&mut own, change);
        keep_two_greatest(&mut ways, square.sqrt());
    }
    (up(own[0] + own[1]), up(ways[0] + ways[1]))
}

fn keep_two_greatest(greatest: &mut [f64; 2], value: f64) {
    if value > greatest[0] {
        *greatest = [value, greatest[0]];
    } else if value > greatest[1] {
        greatest[1] = value;
    }
}

/// A little more than the value, so that a bound stays one whatever rounds on the way to it and in its use.
pub(super) fn up(value: f64) -> f32 {
    (value * (1.0 + 1e-5)) as f32
}
