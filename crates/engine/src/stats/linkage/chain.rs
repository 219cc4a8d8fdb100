//! The nearest-neighbor chain: go from a cluster to its nearest neighbor until two are each other's; join them.

use super::{Joined, Linkage};
use crate::stats::kmeans::Points;

/// How many clusters the distance loop takes at once.
const LANES: usize = 8;

/// Ward's joins, by centroids and weights.
pub(super) fn by_centroids(points: Points<'_>, weights: &[f64]) -> Vec<Joined> {
    let mut clusters = Centroids::new(points, weights);
    let mut chain: Vec<usize> = Vec::new();
    let mut joined = Vec::with_capacity(points.len().saturating_sub(1));
    while clusters.len > 1 {
        let top = chain.pop().unwrap_or(0);
        let before = chain.last().copied();
        let (next, square) = clusters.nearest(top, before);
        if before != Some(next) {
            chain.extend([top, next]);
            continue;
        }
        chain.pop();
        joined.push(Joined {
            a: clusters.members[top],
            b: clusters.members[next],
            height: (2.0 * square).sqrt(),
        });
        let (stays, goes) = (top.min(next), top.max(next));
        clusters.join(stays, goes);
        // The last cluster has moved to the place of the one that is gone.
        let moved = clusters.len;
        chain.iter_mut().filter(|at| **at == moved).for_each(|at| *at = goes);
    }
    joined
}

/// Clusters as centroids, some neighbors' coordinates beside each other: the tile of cluster i is i / LANES.
struct Centroids {
    n_dims: usize,
    len: usize,
    tiles: Vec<[f64; LANES]>,
    weights: Vec<[f64; LANES]>,
    /// A point of each cluster.
    members: Vec<u32>,
}

impl Centroids {
    fn new(points: Points<'_>, weights: &[f64]) -> Self {
        let (n_dims, len) = (points.n_dims(), points.len());
        let n_tiles = len.div_ceil(LANES);
        let mut new = Self {
            n_dims,
            len,
            tiles: vec![[0.0; LANES]; n_tiles * n_dims],
            weights: vec![[0.0; LANES]; n_tiles],
            members: (0..len as u32).collect(),
        };
        for (at, &weight) in weights.iter().enumerate() {
            new.weights[at / LANES][at % LANES] = weight;
            for dim in 0..n_dims {
                new.tiles[at / LANES * n_dims + dim][at % LANES] = points.column(dim)[at];
            }
        }
        new
    }

    fn weight(&self, at: usize) -> f64 {
        self.weights[at / LANES][at % LANES]
    }

    fn coordinate(&mut self, at: usize, dim: usize) -> &mut f64 {
        &mut self.tiles[at / LANES * self.n_dims + dim][at % LANES]
    }

    /// The nearest other cluster, and by how much joining it raises the inertia. Of equally near ones it is `preferred`,
    /// without which a chain among equals would never end, or the first.
    fn nearest(&mut self, from: usize, preferred: Option<usize>) -> (usize, f64) {
        let center: Vec<f64> = (0..self.n_dims).map(|dim| *self.coordinate(from, dim)).collect();
        let own = self.weight(from);
        let (mut best, mut least) = (usize::MAX, f64::INFINITY);
        let mut of_preferred = f64::INFINITY;
        let n_tiles = self.len.div_ceil(LANES);
        let tiles = self.tiles.chunks_exact(self.n_dims.max(1)).zip(&self.weights);
        for (tile, (coordinates, weights)) in tiles.take(n_tiles).enumerate() {
            let mut sums = [0.0; LANES];
            for (lanes, &center) in coordinates.iter().zip(&center) {
                for (sum, &value) in sums.iter_mut().zip(lanes) {
                    *sum += (value - center) * (value - center);
                }
            }
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum *= own * weight / (own + weight);
            }
            let first = tile * LANES;
            if preferred.is_some_and(|at| at / LANES == tile) {
                of_preferred = preferred.map_or(f64::INFINITY, |at| sums[at % LANES]);
            }
            if sums.iter().copied().fold(f64::INFINITY, f64::min) >= least {
                continue;
            }
            for (lane, &sum) in sums.iter().enumerate() {
                let at = first + lane;
                if sum < least && at != from && at < self.len {
                    (best, least) = (at, sum);
                }
            }
        }
        match preferred {
            Some(at) if of_preferred <= least => (at, of_preferred),
            _ => (best, least),
        }
    }

    /// Joins `goes` into `stays`, and moves the last cluster to its place.
    fn join(&mut self, stays: usize, goes: usize) {
        let (a, b) = (self.weight(stays), self.weight(goes));
        let last = self.len - 1;
        for dim in 0..self.n_dims {
            let other = *self.coordinate(goes, dim);
            let mine = self.coordinate(stays, dim);
            *mine += (other - *mine) * (b / (a + b));
            let moved = *self.coordinate(last, dim);
            *self.coordinate(goes, dim) = moved;
        }
        self.weights[stays / LANES][stays % LANES] = a + b;
        self.weights[goes / LANES][goes % LANES] = self.weight(last);
        self.members[goes] = self.members[last];
        self.len = last;
    }
}

/// The joins of a linkage that needs all pairs' distances (Lance & Williams 1967).
pub(super) fn by_distances(points: Points<'_>, weights: &[f64], linkage: Linkage) -> Vec<Joined> {
    let mut distances = Distances::new(points);
    let mut weights = weights.to_vec();
    // Clusters that are left; a joined one keeps the place of one of the two.
    let mut left: Vec<u32> = (0..points.len() as u32).collect();
    let mut chain: Vec<u32> = Vec::new();
    let mut joined = Vec::with_capacity(points.len().saturating_sub(1));
    while left.len() > 1 {
        let top = chain.pop().unwrap_or(left[0]);
        let before = chain.last().copied();
        let (next, distance) = distances.nearest(top, before, &left);
        if before != Some(next) {
            chain.extend([top, next]);
            continue;
        }
        chain.pop();
        joined.push(Joined { a: top, b: next, height: f64::from(distance) });
        let (a, b) = (weights[top as usize], weights[next as usize]);
        left.retain(|&at| at != top);
        for &other in left.iter().filter(|&&other| other != next) {
            let (x, y) = (distances.get(top, other), distances.get(next, other));
            *distances.get_mut(next, other) = match linkage {
                Linkage::Single => x.min(y),
                Linkage::Complete => x.max(y),
                _ => ((f64::from(x) * a + f64::from(y) * b) / (a + b)) as f32,
            };
        }
        weights[next as usize] = a + b;
    }
    joined
}

/// Distances of pairs, row by row: (1, 0), (2, 0), (2, 1), ….
struct Distances(Vec<f32>);

impl Distances {
    fn new(points: Points<'_>) -> Self {
        let n = points.len();
        let mut all = Vec::with_capacity(n * n.saturating_sub(1) / 2);
        let mut squares = vec![0.0; n];
        for at in 0..n {
            squares[..at].fill(0.0);
            for dim in 0..points.n_dims() {
                let column = points.column(dim);
                for (square, &value) in squares[..at].iter_mut().zip(column) {
                    *square += (value - column[at]) * (value - column[at]);
                }
            }
            all.extend(squares[..at].iter().map(|square: &f64| square.sqrt() as f32));
        }
        Self(all)
    }

    fn place(a: u32, b: u32) -> usize {
        let (low, high) = (a.min(b) as usize, a.max(b) as usize);
        high * (high - 1) / 2 + low
    }

    fn get(&self, a: u32, b: u32) -> f32 {
        self.0[Self::place(a, b)]
    }

    fn get_mut(&mut self, a: u32, b: u32) -> &mut f32 {
        &mut self.0[Self::place(a, b)]
    }

    fn nearest(&self, from: u32, preferred: Option<u32>, left: &[u32]) -> (u32, f32) {
        let (mut best, mut least) = match preferred {
            Some(at) => (at, self.get(from, at)),
            None => (u32::MAX, f32::INFINITY),
        };
        for &at in left.iter().filter(|&&at| at != from) {
            let distance = self.get(from, at);
            if distance < least {
                (best, least) = (at, distance);
            }
        }
        (best, least)
    }
}
