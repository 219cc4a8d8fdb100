//! Clusters cut from a tree.

use super::{ClusterLinkage, Tree, TreeMerge};
use crate::stats::kmeans::{Clustering, Nearest, Points, Sums};
use crate::stats::linkage::{Linkage, Merge, cut, tree};

/// How many users a tree joins one by one. Ward's takes as many distances as the others, but keeps none of them.
const MOST_LEAVES_WARD: usize = 10_000;
const MOST_LEAVES: usize = 8_000;

/// How many groups of users near to each other are joined where there are more users.
const GROUPS: usize = 512;

/// Rounds of k-means that make the groups.
const GROUP_ROUNDS: usize = 5;

/// How many branches an answer holds at most.
const MAX_BRANCHES: usize = 64;

/// A tree of points, or of groups of them.
#[derive(Debug)]
pub(super) struct Grown {
    /// The leaf of each point.
    leaves: Vec<u32>,
    merges: Vec<Merge>,
    /// The mean and the number of points of each leaf.
    sums: Sums,
}

impl Grown {
    /// The tree of at least one point. The first [`GROUPS`] of many points start the groups, so their order should be
    /// random.
    pub(super) fn new(points: Points<'_>, linkage: ClusterLinkage) -> Self {
        let (linkage, limit) = match linkage {
            ClusterLinkage::Ward => (Linkage::Ward, MOST_LEAVES_WARD),
            ClusterLinkage::Average => (Linkage::Average, MOST_LEAVES),
            ClusterLinkage::Complete => (Linkage::Complete, MOST_LEAVES),
            ClusterLinkage::Single => (Linkage::Single, MOST_LEAVES),
        };
        let leaves = if points.len() <= limit { (0..points.len() as u32).collect() } else { groups(points) };
        let n_leaves = leaves.iter().max().map_or(0, |&last| last as usize + 1);
        let mut sums = Sums::new(n_leaves, points.n_dims());
        sums.add(points, &leaves);
        let means: Vec<Vec<f64>> = (0..n_leaves).filter_map(|leaf| sums.mean(leaf)).collect();
        let columns: Vec<Vec<f64>> =
            (0..points.n_dims()).map(|dim| means.iter().map(|mean| mean[dim]).collect()).collect();
        let weights: Vec<f64> = sums.n_points.iter().map(|&n| n as f64).collect();
        let merges = tree(Points::new(&columns), &weights, linkage);
        Self { leaves, merges, sums }
    }

    /// At most `k` clusters, with the labels of the first points, which are given. Fewer come out where fewer points
    /// differ.
    pub(super) fn clustering(&self, first: Points<'_>, k: usize) -> Clustering {
        let n_apart = 1 + self.merges.iter().filter(|merge| merge.height > 0.0).count();
        let k = k.min(n_apart);
        let of_leaf = cut(&self.merges, k);
        let centroids = self.centroids(&of_leaf);
        let labels: Vec<u32> =
            self.leaves[..first.len()].iter().map(|&leaf| of_leaf[leaf as usize]).collect();
        let square = |dim: usize| {
            let away = |(&value, &label): (&f64, &u32)| value - centroids[label as usize][dim];
            first.column(dim).iter().zip(&labels).map(away).map(|away| away * away).sum::<f64>()
        };
        let inertia = (0..first.n_dims()).map(square).sum();
        Clustering { centroids, labels, inertia }
    }

    /// The means of the leaves' points by label.
    fn centroids(&self, of_leaf: &[u32]) -> Vec<Vec<f64>> {
        let n_labels = of_leaf.iter().max().map_or(0, |&last| last as usize + 1);
        let n_dims = self.sums.values.len() / of_leaf.len().max(1);
        let mut all = Sums::new(n_labels, n_dims);
        for (leaf, &label) in of_leaf.iter().enumerate() {
            all.n_points[label as usize] += self.sums.n_points[leaf];
            let own = &self.sums.values[leaf * n_dims..][..n_dims];
            let sums = &mut all.values[label as usize * n_dims..][..n_dims];
            sums.iter_mut().zip(own).for_each(|(sum, value)| *sum += value);
        }
        (0..n_labels).filter_map(|label| all.mean(label)).collect()
    }

    /// The tree's upper part, and how the clusters cut from it agree with their centroids.
    pub(super) fn tree(&self, points: Points<'_>, centroids: &[Vec<f64>]) -> Tree {
        let n_leaves = self.sums.n_points.len();
        let n_branches = n_leaves.min(MAX_BRANCHES);
        let of_leaf = cut(&self.merges, n_branches);
        let mut branches = vec![0; n_branches];
        for (&branch, n) in of_leaf.iter().zip(&self.sums.n_points) {
            branches[branch as usize] += n;
        }
        // Any leaf below each node, whose branch is the node's.
        let mut leaf_below: Vec<u32> = (0..n_leaves as u32).collect();
        for merge in &self.merges {
            leaf_below.push(leaf_below[merge.a as usize]);
        }
        let n_lower = n_leaves - n_branches;
        let number = |node: u32| match (node as usize).checked_sub(n_leaves + n_lower) {
            Some(upper) => (n_branches + upper) as u32,
            None => of_leaf[leaf_below[node as usize] as usize],
        };
        let join = |merge: &Merge| TreeMerge { a: number(merge.a), b: number(merge.b), height: merge.height };
        Tree {
            n_users: points.len() as u64,
            n_leaves: n_leaves as u64,
            branches,
            merges: self.merges[n_lower..].iter().map(join).collect(),
            agreement_rate: self.agreement(points, centroids),
        }
    }

    fn agreement(&self, points: Points<'_>, centroids: &[Vec<f64>]) -> f64 {
        let of_leaf = cut(&self.merges, centroids.len());
        let mut nearest = Nearest::new(points.len());
        nearest.find(points, centroids);
        let agrees = |(&leaf, &label): (&u32, &u32)| of_leaf[leaf as usize] == label;
        let n_agree = self.leaves.iter().zip(&nearest.labels).filter(|&pair| agrees(pair)).count();
        n_agree as f64 / points.len().max(1) as f64
    }
}

/// Points in at most [`GROUPS`] groups, none of them empty: some rounds of k-means from the first points.
fn groups(points: Points<'_>) -> Vec<u32> {
    let mut centroids: Vec<Vec<f64>> = (0..GROUPS.min(points.len())).map(|at| points.point(at)).collect();
    let mut nearest = Nearest::new(points.len());
    for _ in 0..GROUP_ROUNDS {
        nearest.find(points, &centroids);
        let mut sums = Sums::new(centroids.len(), points.n_dims());
        sums.add(points, &nearest.labels);
        centroids = (0..centroids.len()).filter_map(|group| sums.mean(group)).collect();
    }
    nearest.find(points, &centroids);
    let mut is_used = vec![false; centroids.len()];
    nearest.labels.iter().for_each(|&label| is_used[label as usize] = true);
    let mut used = is_used.iter();
    centroids.retain(|_| used.next() == Some(&true));
    nearest.find(points, &centroids);
    nearest.labels
}
