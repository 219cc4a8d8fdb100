//! Points whose nearest centroid is found again round after round, at the cost of those that may have changed it.

use super::centers::{Centers, up};
use super::{LANES, Points, Sums, Tile};

/// The label of a point that has none yet.
const NONE: u32 = u32::MAX;

/// How much of a gap is taken as known, so that thousands of subtractions in single precision cannot use up what they
/// round away.
const SURE: f32 = 1.0 - 1.0 / 4096.0;

/// Points, their nearest centroids, and the sums of each centroid's points.
///
/// Every point's label is that of [`Nearest`](super::Nearest), to the last tie: what follows only saves work.
///
/// - Eight neighboring points (a *tile*) are compared with all centroids in single precision, which tells the nearest one
///   unless two are closer than rounding may blur ([`Centers`]); such tiles are compared again in double precision.
/// - A tile keeps by how much its closest decision was clear. Each round takes off what the centroids' moves may have
///   changed, and while something is left, no label of the tile can have changed: Hamerly's (2010) bound, in squared
///   distances, and one for eight points, so that they stay neighbors in memory and in the registers.
/// - A point that goes to another centroid is taken from the one sum and added to the other. What such additions round
///   away is added up beside (Ogita, Rump & Oishi 2005, algorithm 4.4), so that sums stay as good as new ones are, or
///   better. Their last bits depend on the rounds since [`forget`](Self::forget), and on nothing else.
#[derive(Clone, Debug)]
pub struct Tracked {
    n_dims: usize,
    len: usize,
    /// Coordinates, point by point.
    rows: Vec<f64>,
    /// Coordinates relative to the origin, tile by tile, dimension by dimension. The last point fills up the last tile.
    tiles: Vec<[f32; LANES]>,
    /// For each tile, a bound of its points' distances from the origin.
    reaches: Vec<f32>,
    /// For each tile, by how much two scores of any of its points surely differ.
    gaps: Vec<f32>,
    /// The last tile's unused places have the label of the last point.
    labels: Vec<[u32; LANES]>,
    sums: Sums,
    /// What the sums have rounded away.
    lost: Vec<f64>,
}

impl Tracked {
    /// Points without labels yet. `origin` should lie among them; the closer, the fewer need double precision.
    ///
    /// # Panics
    /// If the origin has another number of dimensions than the points.
    pub fn new(points: Points<'_>, origin: &[f64]) -> Self {
        assert_eq!(points.n_dims(), origin.len(), "an origin of the points' dimensions");
        let (len, n_dims) = (points.len(), points.n_dims());
        let n_tiles = len.div_ceil(LANES);
        let mut rows = vec![0.0; len * n_dims];
        let mut tiles = vec![[0.0; LANES]; n_tiles * n_dims];
        let mut squares = vec![0.0; n_tiles * LANES];
        for (dim, &origin) in origin.iter().enumerate() {
            for (at, &value) in points.column(dim).iter().enumerate() {
                let relative = value - origin;
                rows[at * n_dims + dim] = value;
                tiles[at / LANES * n_dims + dim][at % LANES] = relative as f32;
                squares[at] += relative * relative;
            }
            let used = len % LANES;
            if let Some(last) = tiles.len().checked_sub(n_dims - dim).filter(|_| used > 0) {
                let filler = tiles[last][used - 1];
                tiles[last][used..].fill(filler);
            }
        }
        let reach = |squares: &[f64]| up(squares.iter().fold(0.0_f64, |most, &own| most.max(own)).sqrt());
        let reaches = squares.chunks(LANES).map(reach).collect();
        let gaps = vec![0.0; n_tiles];
        let labels = vec![[NONE; LANES]; n_tiles];
        let (sums, lost) = (Sums::new(0, n_dims), Vec::new());
        Self { n_dims, len, rows, tiles, reaches, gaps, labels, sums, lost }
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The index of each point's nearest centroid in the last round.
    pub fn labels(&self) -> &[u32] {
        &self.labels.as_flattened()[..self.len]
    }

    /// The points, each a slice of coordinates.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.rows.chunks_exact(self.n_dims)
    }

    /// The sums of each centroid's points.
    pub fn sums(&self) -> Sums {
        let mut sums = self.sums.clone();
        sums.values.iter_mut().zip(&self.lost).for_each(|(sum, lost)| *sum += lost);
        sums
    }

    /// Lets go of what earlier rounds found, but for the points.
    pub fn forget(&mut self, n_centroids: usize) {
        self.labels.fill([NONE; LANES]);
        self.gaps.fill(0.0);
        self.sums = Sums::new(n_centroids, self.n_dims);
        self.lost = vec![0.0; n_centroids * self.n_dims];
    }

    /// Gives the centroids other places: the one that was at `from[i]` is at `i` from now on.
    pub fn reorder(&mut self, from: &[u32]) {
        let mut to = vec![NONE; from.len()];
        let (old, old_lost) = (self.sums.clone(), self.lost.clone());
        let n_dims = self.n_dims;
        for (now, &then) in from.iter().enumerate() {
            let then = then as usize;
            to[then] = now as u32;
            self.sums.n_points[now] = old.n_points[then];
            let [now, then] = [now, then].map(|at| at * n_dims..(at + 1) * n_dims);
            self.sums.values[now.clone()].copy_from_slice(&old.values[then.clone()]);
            self.lost[now].copy_from_slice(&old_lost[then]);
        }
        let labels = self.labels.as_flattened_mut().iter_mut();
        labels.for_each(|label| *label = to[*label as usize]);
    }

    /// One round: finds every point's nearest centroid, and says how many points have another one than before. The
    /// centers are relative to the points' origin, and know of their moves since the last round if there was one here;
    /// with another number of centers all starts anew. O(points × centroids × dimensions) at worst.
    pub fn track(&mut self, centers: &Centers) -> usize {
        if self.sums.n_points.len() != centers.centroids().len() {
            self.forget(centers.centroids().len());
        }
        let mut n_changed = 0;
        for tile in 0..self.reaches.len() {
            let reach = self.reaches[tile];
            let error = centers.error(reach);
            self.gaps[tile] -= centers.shrunk(reach);
            if self.gaps[tile] > error {
                continue;
            }
            let scores = centers.scores(&self.tiles[tile * self.n_dims..][..self.n_dims]);
            let labels = if scores.gap > error {
                self.gaps[tile] = (scores.gap - error) * SURE;
                scores.labels
            } else {
                self.gaps[tile] = 0.0;
                self.nearest(tile, centers.centroids())
            };
            if self.labels[tile] != labels {
                n_changed += self.relabel(tile, labels);
            }
        }
        n_changed
    }

    /// The labels of a tile by distances in double precision.
    #[cold]
    fn nearest(&self, tile: usize, centroids: &[Vec<f64>]) -> [u32; LANES] {
        let mut points = Tile::new(self.n_dims);
        let rows = &self.rows[tile * LANES * self.n_dims..];
        for (lane, row) in rows.chunks_exact(self.n_dims).take(LANES).enumerate() {
            points.0.iter_mut().zip(row).for_each(|(lanes, &value)| lanes[lane] = value);
        }
        points.nearest(centroids).0.map(|label: u64| label as u32)
    }

    fn relabel(&mut self, tile: usize, labels: [u32; LANES]) -> usize {
        let before = std::mem::replace(&mut self.labels[tile], labels);
        let mut n_changed = 0;
        for (at, (before, after)) in (tile * LANES..self.len).zip(before.into_iter().zip(labels)) {
            if before != after {
                n_changed += 1;
                self.move_point(at, before as usize, after as usize);
            }
        }
        n_changed
    }

    fn move_point(&mut self, at: usize, before: usize, after: usize) {
        let n_dims = self.n_dims;
        let row = &self.rows[at * n_dims..][..n_dims];
        if before != NONE as usize {
            self.sums.n_points[before] -= 1;
            let place = before * n_dims..(before + 1) * n_dims;
            add(&mut self.sums.values[place.clone()], &mut self.lost[place], row.iter().map(|value| -value));
        }
        self.sums.n_points[after] += 1;
        let place = after * n_dims..(after + 1) * n_dims;
        add(&mut self.sums.values[place.clone()], &mut self.lost[place], row.iter().copied());
    }
}

/// Adds to sums, and what is rounded away to what has been lost before (Knuth's TwoSum).
#[inline(always)]
fn add(sums: &mut [f64], lost: &mut [f64], values: impl Iterator<Item = f64>) {
    for ((sum, lost), value) in sums.iter_mut().zip(lost).zip(values) {
        let whole = *sum + value;
        let added = whole - *sum;
        *lost += (*sum - (whole - added)) + (value - added);
        *sum = whole;
    }
}

#[cfg(test)]
mod tests;
