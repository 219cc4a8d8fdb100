//! The last round: what each cluster is like, and what sets it apart from the rest.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::points::{PointsRound, ShardPoints};
use super::rounds::{Clusters, Model, Rest};
use super::{Cluster, ClusterAnswer, ClusterCount, ClusterNote, Difference, Structure, Trait};
use crate::kernel::features::{Curve, FeatureScan, Scale};
use crate::kernel::order::{sort_by, sort_by_key};
use crate::kernel::scope::now;
use crate::kernel::sums::PerBucket;
use crate::rule::{ClusterRule, Feature, ScaledFeature, Segment};
use crate::stats::difference::welch;
use crate::stats::interval::wilson;
use crate::stats::moments::Moments;
use crate::table::{Bucket, Table};

/// What the clusters' users are like.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Found {
    clusters: PerBucket<Vec<Group>>,
}

/// A group of users.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Group {
    n_users: u64,
    inertia: f64,
    features: Vec<GroupFeature>,
    /// Squared distance and id of the user nearest to the centroid.
    typical: Option<(f64, String)>,
}

/// One feature of a group of users.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct GroupFeature {
    /// In deviations from the mean of all.
    standardized: Moments,
    /// Users whose amount is not missing.
    n_known: u64,
    /// The amounts' sum, in plain units.
    amount: f64,
    /// Users with more than 0.
    n_did: u64,
}

/// Describes users bucket by bucket.
#[derive(Debug)]
pub struct Scan<'t> {
    features: FeatureScan<'t>,
    table: &'t Table,
    model: Model,
    round: PointsRound,
    points: ShardPoints,
}

impl<'t> Scan<'t> {
    pub(super) fn new(
        features: FeatureScan<'t>,
        table: &'t Table,
        model: Model,
        mut points: ShardPoints,
    ) -> Self {
        let round = points.begin(&model);
        Self { features, table, model, round, points }
    }

    pub(super) fn bucket(&mut self, bucket: Bucket<'_>, found: &mut Found) {
        self.features.bucket(bucket);
        self.points.add(bucket.id, &self.features, &self.model);
        let Some(tracked) = self.points.track(&self.round, bucket.id) else { return };
        let n_features = self.features.amounts.len();
        let empty = Group { features: vec![GroupFeature::default(); n_features], ..Group::default() };
        let mut groups = vec![empty; self.model.centroids.len()];
        for ((&user, &label), row) in self.features.users.iter().zip(tracked.labels()).zip(tracked.rows()) {
            let (group, centroid) = (&mut groups[label as usize], &self.model.centroids[label as usize]);
            let mut distance = 0.0;
            for ((feature, &value), &center) in group.features.iter_mut().zip(row).zip(centroid) {
                feature.standardized.add(value);
                distance += (value - center) * (value - center);
            }
            group.n_users += 1;
            group.inertia += distance;
            if group.typical.as_ref().is_none_or(|(least, _)| distance < *least) {
                group.typical = Some((distance, self.table.users.id(user).to_owned()));
            }
        }
        for (place, amounts) in self.features.amounts.iter().enumerate() {
            for (&label, &amount) in tracked.labels().iter().zip(amounts) {
                if amount.is_nan() {
                    continue;
                }
                let feature = &mut groups[label as usize].features[place];
                feature.n_known += 1;
                feature.amount += amount;
                feature.n_did += u64::from(amount > 0.0);
            }
        }
        found.clusters.insert(bucket.id, groups);
    }
}

impl GroupFeature {
    fn mean(&self) -> Option<f64> {
        (self.n_known > 0).then(|| self.amount / self.n_known as f64)
    }
}

impl Group {
    fn merged(mut self, other: Self) -> Self {
        self.n_users += other.n_users;
        self.inertia += other.inertia;
        self.features.resize(self.features.len().max(other.features.len()), GroupFeature::default());
        for (mine, more) in self.features.iter_mut().zip(other.features) {
            mine.standardized = mine.standardized.merged(more.standardized);
            mine.n_known += more.n_known;
            mine.amount += more.amount;
            mine.n_did += more.n_did;
        }
        // Equally near ones: the first id by bytes. Inside a bucket that is the first one met.
        self.typical = match (self.typical, other.typical) {
            (Some(a), Some(b)) => Some(if b.0 < a.0 || (b.0 == a.0 && b.1 < a.1) { b } else { a }),
            (some, None) | (None, some) => some,
        };
        self
    }
}

impl Found {
    pub(super) fn merged(self, other: Self) -> Self {
        Self { clusters: self.clusters.merged(other.clusters) }
    }

    /// The answer.
    pub(super) fn answer(self, clusters: &Clusters, model: &Model, table: &Table) -> ClusterAnswer {
        let mut groups = vec![Group::default(); model.centroids.len()];
        for part in self.clusters.in_order() {
            groups = groups.into_iter().zip(part).map(|(all, part)| all.merged(part)).collect();
        }
        let place = |&place: &u32| clusters.feature(&model.measures, place as usize, table);
        let features: Vec<Feature> = model.kept.iter().map(place).collect();
        let n_users = groups.iter().map(|group| group.n_users).sum();
        let mut order: Vec<usize> = (0..groups.len()).filter(|&at| groups[at].n_users > 0).collect();
        sort_by_key(&mut order, |&at| Reverse(groups[at].n_users));
        let described: Vec<Cluster> = order
            .iter()
            .map(|&at| {
                let others = groups.iter().enumerate().filter(|&(other, _)| other != at);
                let rest = others.fold(Group::default(), |rest, (_, other)| rest.merged(other.clone()));
                Cluster {
                    n_users: groups[at].n_users,
                    user_rate: wilson(groups[at].n_users, n_users),
                    inertia: groups[at].inertia,
                    typical_user: groups[at].typical.clone().map_or(String::new(), |(_, id)| id),
                    traits: traits(&features, &groups[at], &rest),
                    segment: segment(clusters, model, &features, at, table),
                }
            })
            .collect();
        let constant = (0..model.measures.len() as u32).filter(|place| !model.kept.contains(place));
        let k = described.len() as u32;
        let silhouette = model.tried.iter().find(|tried| tried.k == k).and_then(|tried| tried.silhouette);
        ClusterAnswer {
            n_users,
            now: now(&clusters.query.scope, table),
            features: scaled(clusters, model, &features),
            constant_features: constant.map(|at| place(&at)).collect(),
            tried: model.tried.clone(),
            silhouette,
            structure: silhouette.map(Structure::of),
            inertia: described.iter().map(|cluster| cluster.inertia).sum(),
            total_inertia: total_inertia(&groups),
            n_rounds: model.n_rounds,
            notes: notes(clusters, model, k),
            clusters: described,
        }
    }
}

fn total_inertia(groups: &[Group]) -> f64 {
    let all = groups.iter().fold(Group::default(), |all, group| all.merged(group.clone()));
    all.features.iter().map(|feature| feature.standardized.squares).sum()
}

fn traits(features: &[Feature], own: &Group, rest: &Group) -> Vec<Trait> {
    let described = |(place, feature): (usize, &Feature)| {
        let mine = &own.features[place];
        let others = rest.features.get(place).filter(|_| rest.n_users > 0);
        let counted = matches!(feature, Feature::EventCount { .. });
        Trait {
            feature: feature.clone(),
            mean: mine.mean(),
            rest_mean: others.and_then(GroupFeature::mean),
            did_rate: if counted { wilson(mine.n_did, own.n_users) } else { None },
            rest_did_rate: others.filter(|_| counted).and_then(|others| wilson(others.n_did, rest.n_users)),
            difference: others.map(|others| Difference {
                difference: mine.standardized.mean - others.standardized.mean,
                interval: welch(&mine.standardized, &others.standardized),
            }),
        }
    };
    let mut traits: Vec<Trait> = features.iter().enumerate().map(described).collect();
    let size = |one: &Trait| one.difference.map_or(0.0, |difference| difference.difference.abs());
    sort_by(&mut traits, |a, b| size(b).total_cmp(&size(a)));
    traits
}

fn scaled(clusters: &Clusters, model: &Model, features: &[Feature]) -> Vec<ScaledFeature> {
    if let Some(start) = &clusters.query.start {
        return start.features.clone();
    }
    let scaled = |((feature, scale), curve): ((&Feature, &Scale), &Curve)| ScaledFeature {
        feature: feature.clone(),
        mean: scale.mean,
        deviation: scale.deviation,
        scaling: clusters.query.scaling,
        ranks: if let Curve::Ranks(ranks) = curve { ranks.clone() } else { Vec::new() },
    };
    features.iter().zip(&model.scales).zip(&model.curves).map(scaled).collect()
}

fn segment(clusters: &Clusters, model: &Model, features: &[Feature], at: usize, table: &Table) -> Segment {
    let scope = &clusters.query.scope;
    let rule = Segment::Cluster(Box::new(ClusterRule {
        features: scaled(clusters, model, features),
        centroids: model.centroids.clone(),
        cluster: at as u32,
        now: now(scope, table),
        from: scope.from,
        to: scope.to,
        conditions: scope.conditions.clone(),
    }));
    match &scope.segment {
        Some(segment) => Segment::AllOf { of: vec![segment.clone(), rule] },
        None => rule,
    }
}

fn notes(clusters: &Clusters, model: &Model, k: u32) -> Vec<ClusterNote> {
    if k == 0 {
        return vec![ClusterNote::NoUsers];
    }
    let most_tried = model.tried.iter().map(|tried| tried.k).max().unwrap_or(k);
    let fewer = match (&clusters.query.start, clusters.query.k) {
        (Some(start), _) => Some(start.centroids.len() as u32).filter(|&asked| k < asked),
        (None, ClusterCount::Fixed { k: asked }) => (k < asked).then_some(asked),
        (None, ClusterCount::Auto { most, .. }) => (most_tried < most).then_some(most),
    };
    let chosen = clusters.query.start.is_none();
    let all_alike = chosen && model.scales.iter().all(|scale| scale.deviation == 0.0);
    let mut notes = Vec::new();
    notes.extend(all_alike.then_some(ClusterNote::AllAlike));
    notes.extend(fewer.map(|asked| ClusterNote::FewerClusters { asked }));
    notes.extend((model.rest == Rest::Moving).then_some(ClusterNote::NotConverged));
    notes
}
