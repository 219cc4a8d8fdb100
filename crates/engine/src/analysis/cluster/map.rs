//! Users on a plane, counted by cell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ClusterMap, MapAxis, MapCell};
use crate::stats::kmeans::Points;
use crate::stats::pca::components;

/// The plane: two directions, and the range that is drawn of each.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plane {
    axes: [Axis; 2],
    side: u32,
}

/// [`MapAxis`], which is internal to a round here.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Axis {
    weights: Vec<f64>,
    variance_rate: f64,
    from: f64,
    to: f64,
}

/// How many users lie in each cell of each cluster, sparse: cells by cluster, row and column.
pub(super) type Cells = BTreeMap<u32, u64>;

impl Plane {
    /// The plane of a sample, of at least one user; none if no map is wanted.
    pub(super) fn new(points: Points<'_>, side: u32) -> Option<Self> {
        let mut found = components(points).into_iter();
        let total: f64 = found.as_slice().iter().map(|component| component.variance).sum();
        let mut axis = || {
            let found = found.next().filter(|component| component.variance > 0.0);
            let weights = found.as_ref().map_or_else(|| vec![0.0; points.n_dims()], |it| it.weights.clone());
            let (mut from, mut to) = (f64::INFINITY, f64::NEG_INFINITY);
            for at in 0..points.len() {
                let place = along(&weights, &points.point(at));
                (from, to) = (from.min(place), to.max(place));
            }
            // A margin for those who are not in the sample.
            let margin = if to > from { (to - from) * 0.02 } else { 0.5 };
            let variance_rate = found.map_or(0.0, |it| it.variance / total);
            Axis { weights, variance_rate, from: from - margin, to: to + margin }
        };
        (side > 0).then(|| Self { axes: [axis(), axis()], side })
    }

    /// Counts a user.
    pub(super) fn add(&self, cells: &mut [u32], cluster: u32, point: &[f64]) {
        let [x, y] = &self.axes;
        let (x, y) = (x.cell(point, self.side), y.cell(point, self.side));
        cells[((cluster * self.side + y) * self.side + x) as usize] += 1;
    }

    /// No users yet.
    pub(super) fn nobody(&self, n_clusters: usize) -> Vec<u32> {
        vec![0; n_clusters * (self.side * self.side) as usize]
    }

    /// The map, given each cluster's place in the answer.
    pub(super) fn map(&self, cells: &Cells, places: &[Option<u32>]) -> ClusterMap {
        let square = self.side * self.side;
        let cell = |(&at, &n_users): (&u32, &u64)| {
            let cluster = places[(at / square) as usize]?;
            Some(MapCell { x: at % self.side, y: at % square / self.side, cluster, n_users })
        };
        let mut cells: Vec<MapCell> = cells.iter().filter_map(cell).collect();
        crate::kernel::order::sort_by_key(&mut cells, |cell| (cell.y, cell.x, cell.cluster));
        let axis = |axis: &Axis| MapAxis {
            weights: axis.weights.clone(),
            variance_rate: axis.variance_rate,
            from: axis.from,
            to: axis.to,
        };
        let [x, y] = &self.axes;
        ClusterMap { axes: [axis(x), axis(y)], side: self.side, cells }
    }
}

impl Axis {
    fn cell(&self, point: &[f64], side: u32) -> u32 {
        let share = (along(&self.weights, point) - self.from) / (self.to - self.from);
        ((share * f64::from(side)) as u32).min(side - 1)
    }
}

fn along(weights: &[f64], point: &[f64]) -> f64 {
    weights.iter().zip(point).map(|(weight, value)| weight * value).sum()
}

/// The cells with users.
pub(super) fn filled(cells: &[u32]) -> Cells {
    (0..).zip(cells).filter(|&(_, &n)| n > 0).map(|(at, &n)| (at, u64::from(n))).collect()
}
