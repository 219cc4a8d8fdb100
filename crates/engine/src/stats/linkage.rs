//! Hierarchical clustering: which points join first, and at which height.
//!
//! ```text
//! height 5 ─┬─────────┐
//!        2 ─┼───┐     │      cut between 2 and 5: {a, b, c} and {d, e}
//!        1 ─┼─┐ │   ┌─┤
//!           a b c   d e
//! ```
//!
//! Pairs that are each other's nearest neighbors are joined as they are met (the nearest-neighbor chain: Benzécri 1982,
//! Murtagh 1983), and sorted by height afterwards, which gives the same tree for all linkages here. Where heights are
//! equal, several trees are right.

mod chain;

use super::kmeans::Points;
use crate::kernel::order::sort_by;

/// What the distance of two clusters is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// By how much joining them raises the inertia, as a distance: `√(2 · nₐ nᵦ / (nₐ + nᵦ)) · ‖cₐ − cᵦ‖` (Ward 1963; the
    /// form that takes and gives distances, "D2" of Murtagh & Legendre 2014). For two points it is their distance.
    Ward,
    /// The mean distance of a point in one from a point in the other.
    Average,
    /// The greatest one.
    Complete,
    /// The least one.
    Single,
}

/// Two clusters joined. Clusters are numbered as in SciPy: the points from 0, then the merges in their order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merge {
    /// One of the clusters; the lower number.
    pub a: u32,
    /// The other one.
    pub b: u32,
    /// Their distance.
    pub height: f64,
    /// The weight of both together.
    pub weight: f64,
}

/// The tree of points with weights (1 for a point, the number of points for a group of them at one place): one merge
/// fewer than points, by ascending height.
///
/// Ward keeps centroids and sizes only: O(points × dimensions) memory. The others keep all pairs' distances, as f32:
/// 2 bytes × points². O(points² × dimensions) time.
///
/// ```
/// use cairn_engine::stats::{kmeans::Points, linkage::{Linkage, cut, tree}};
/// let points = [vec![0.0, 1.0, 5.0]];
/// let merges = tree(Points::new(&points), &[1.0; 3], Linkage::Average);
/// assert_eq!((merges[0].height, merges[1].height), (1.0, 4.5));
/// assert_eq!(cut(&merges, 2), [0, 0, 1]);
/// ```
///
/// # Panics
/// If there is not a weight for each point.
pub fn tree(points: Points<'_>, weights: &[f64], linkage: Linkage) -> Vec<Merge> {
    assert_eq!(points.len(), weights.len(), "a weight for each point");
    let joined = match linkage {
        Linkage::Ward => chain::by_centroids(points, weights),
        _ => chain::by_distances(points, weights, linkage),
    };
    numbered(joined, weights)
}

/// Two points whose clusters are joined, and the height.
#[derive(Clone, Copy, Debug)]
struct Joined {
    a: u32,
    b: u32,
    height: f64,
}

/// Sorts joins by height and names the clusters that they join.
fn numbered(mut joined: Vec<Joined>, weights: &[f64]) -> Vec<Merge> {
    sort_by(&mut joined, |a, b| a.height.total_cmp(&b.height));
    let n_points = weights.len();
    let mut parents: Vec<u32> = (0..(n_points + joined.len()) as u32).collect();
    let mut all_weights = weights.to_vec();
    let mut merges = Vec::with_capacity(joined.len());
    for (place, join) in joined.into_iter().enumerate() {
        let (a, b) = (root(&mut parents, join.a), root(&mut parents, join.b));
        let number = (n_points + place) as u32;
        (parents[a as usize], parents[b as usize]) = (number, number);
        let weight = all_weights[a as usize] + all_weights[b as usize];
        all_weights.push(weight);
        merges.push(Merge { a: a.min(b), b: a.max(b), height: join.height, weight });
    }
    merges
}

fn root(parents: &mut [u32], mut at: u32) -> u32 {
    while parents[at as usize] != at {
        parents[at as usize] = parents[parents[at as usize] as usize];
        at = parents[at as usize];
    }
    at
}

/// The labels of the points when the tree is cut into `k` clusters (no more than there are points), numbered in the order
/// of their first points. O(points).
pub fn cut(merges: &[Merge], k: usize) -> Vec<u32> {
    let n_points = merges.len() + 1;
    let n_kept = n_points - k.clamp(1, n_points);
    let mut parents: Vec<u32> = (0..(n_points + n_kept) as u32).collect();
    for (place, merge) in merges[..n_kept].iter().enumerate() {
        let number = (n_points + place) as u32;
        (parents[merge.a as usize], parents[merge.b as usize]) = (number, number);
    }
    let mut names = vec![u32::MAX; parents.len()];
    let mut n_names = 0;
    let mut label = |point: u32| {
        let name = &mut names[root(&mut parents, point) as usize];
        if *name == u32::MAX {
            (*name, n_names) = (n_names, n_names + 1);
        }
        *name
    };
    (0..n_points as u32).map(&mut label).collect()
}

#[cfg(test)]
mod tests;
