//! Points whose nearest centroid is found again round after round, at the cost of those that may have changed it.

use super::centers::{Centers, up};
use super::{LANES, Points, Sums, Tile};

/// The label of a point that has none yet.
const NONE: u16 = u16::MAX;

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
    /// Coordinates, point by point.
    rows: Vec<f64>,
    /// Coordinates relative to the origin, tile by tile, dimension by dimension. The last point fills up the last tile.
    tiles: Vec<[f32; LANES]>,
    /// For each tile, a bound of its points' distances from the origin.
    reaches: Vec<f32>,
    /// For each tile, by how much two scores of any of its points surely differ.
    gaps: Vec<f32>,
    labels: Vec<u16>,
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
        Self { n_dims, rows, tiles, reaches, gaps, labels: vec![NONE; len], sums: Sums::new(0, n_dims), lost: Vec::new() }
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The index of each point's nearest centroid in the last round.
    pub fn labels(&self) -> &[u16] {
        &self.labels
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
        self.labels.fill(NONE);
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
            to[then] = now as u16;
            self.sums.n_points[now] = old.n_points[then];
            let [now, then] = [now, then].map(|at| at * n_dims..(at + 1) * n_dims);
            self.sums.values[now.clone()].copy_from_slice(&old.values[then.clone()]);
            self.lost[now].copy_from_slice(&old_lost[then]);
        }
        self.labels.iter_mut().for_each(|label| *label = to[usize::from(*label)]);
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
            n_changed += self.relabel(tile * LANES, &labels);
        }
        n_changed
    }

    /// The labels of a tile by distances in double precision.
    #[cold]
    fn nearest(&self, tile: usize, centroids: &[Vec<f64>]) -> [u16; LANES] {
        let mut points = Tile::new(self.n_dims);
        let rows = &self.rows[tile * LANES * self.n_dims..];
        for (lane, row) in rows.chunks_exact(self.n_dims).take(LANES).enumerate() {
            points.0.iter_mut().zip(row).for_each(|(lanes, &value)| lanes[lane] = value);
        }
        points.nearest(centroids).0.map(|label| label as u16)
    }

    #[inline(always)]
    fn relabel(&mut self, start: usize, labels: &[u16; LANES]) -> usize {
        let end = self.labels.len().min(start + LANES);
        if self.labels[start..end] == labels[..end - start] {
            return 0;
        }
        let mut n_changed = 0;
        for (at, &label) in (start..end).zip(labels) {
            let before = std::mem::replace(&mut self.labels[at], label);
            if before != label {
                n_changed += 1;
                self.move_point(at, before, label);
            }
        }
        n_changed
    }

    fn move_point(&mut self, at: usize, before: u16, after: u16) {
        let n_dims = self.n_dims;
        let row = &self.rows[at * n_dims..][..n_dims];
        let places = |label: u16| usize::from(label) * n_dims..(usize::from(label) + 1) * n_dims;
        if before != NONE {
            self.sums.n_points[usize::from(before)] -= 1;
            let place = places(before);
            add(&mut self.sums.values[place.clone()], &mut self.lost[place], row.iter().map(|value| -value));
        }
        self.sums.n_points[usize::from(after)] += 1;
        let place = places(after);
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
