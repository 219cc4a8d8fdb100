//! The last round: what each cluster is like, and what sets it apart from the rest.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::rounds::{Clusters, Model, Rest};
use super::{Cluster, ClusterAnswer, ClusterCount, ClusterNote, Difference, Structure, Trait};
use crate::kernel::features::{FeatureScan, Scale, standardize};
use crate::kernel::scope::now;
use crate::kernel::sums::PerBucket;
use crate::rule::{ClusterRule, Feature, ScaledFeature, Segment};
use crate::stats::difference::welch;
use crate::stats::interval::wilson;
use crate::stats::kmeans::{Nearest, Points};
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
    /// In plain units.
    amounts: Moments,
    /// Users with more than 0.
    n_did: u64,
}

/// Describes users bucket by bucket.
#[derive(Debug)]
pub struct Scan<'t> {
    features: FeatureScan<'t>,
    table: &'t Table,
    model: Model,
    columns: Vec<Vec<f64>>,
    nearest: Nearest,
}

impl<'t> Scan<'t> {
    pub(super) fn new(features: FeatureScan<'t>, table: &'t Table, model: Model) -> Self {
        Self { features, table, model, columns: Vec::new(), nearest: Nearest::default() }
    }

    pub(super) fn bucket(&mut self, bucket: Bucket<'_>, found: &mut Found) {
        self.features.bucket(bucket);
        if self.features.users.is_empty() {
            return;
        }
        self.features.scaled_into(&mut self.columns);
        standardize(&mut self.columns, &self.model.scales);
        self.nearest.find(Points::new(&self.columns), &self.model.centroids);
        let empty = Group { features: vec![GroupFeature::default(); self.columns.len()], ..Group::default() };
        let mut groups = vec![empty; self.model.centroids.len()];
        for (at, (&label, &distance)) in self.nearest.labels.iter().zip(&self.nearest.distances).enumerate() {
            let group = &mut groups[label as usize];
            group.n_users += 1;
            group.inertia += distance;
            let id = self.table.users.id(self.features.users[at]);
            if group.typical.as_ref().is_none_or(|(least, _)| distance < *least) {
                group.typical = Some((distance, id.to_owned()));
            }
        }
        for (place, (values, amounts)) in self.columns.iter().zip(&self.features.amounts).enumerate() {
            for ((&label, &value), &amount) in self.nearest.labels.iter().zip(values).zip(amounts) {
                let feature = &mut groups[label as usize].features[place];
                feature.standardized.add(value);
                feature.amounts.add(amount);
                feature.n_did += u64::from(amount > 0.0);
            }
        }
        found.clusters.insert(bucket.id, groups);
    }
}

impl Group {
    fn merged(mut self, other: Self) -> Self {
        self.n_users += other.n_users;
        self.inertia += other.inertia;
        self.features.resize(self.features.len().max(other.features.len()), GroupFeature::default());
        for (mine, more) in self.features.iter_mut().zip(other.features) {
            mine.standardized = mine.standardized.merged(more.standardized);
            mine.amounts = mine.amounts.merged(more.amounts);
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
        order.sort_by_key(|&at| Reverse(groups[at].n_users));
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
            features: scaled(&features, &model.scales),
            constant_features: constant.map(|at| place(&at)).collect(),
            tried: model.tried.clone(),
            silhouette,
            structure: silhouette.map(Structure::of),
            inertia: described.iter().map(|cluster| cluster.inertia).sum(),
            total_inertia: n_users as f64
                * model.scales.iter().filter(|scale| scale.deviation > 0.0).count() as f64,
            n_rounds: model.n_rounds,
            notes: notes(clusters, model, k),
            clusters: described,
        }
    }
}

fn traits(features: &[Feature], own: &Group, rest: &Group) -> Vec<Trait> {
    let described = |(place, feature): (usize, &Feature)| {
        let mine = &own.features[place];
        let others = rest.features.get(place).filter(|_| rest.n_users > 0);
        let counted = matches!(feature, Feature::EventCount { .. });
        Trait {
            feature: feature.clone(),
            mean: mine.amounts.mean,
            rest_mean: others.map(|others| others.amounts.mean),
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
    traits.sort_by(|a, b| size(b).total_cmp(&size(a)));
    traits
}

fn scaled(features: &[Feature], scales: &[Scale]) -> Vec<ScaledFeature> {
    let scaled = |(feature, scale): (&Feature, &Scale)| ScaledFeature {
        feature: feature.clone(),
        mean: scale.mean,
        deviation: scale.deviation,
    };
    features.iter().zip(scales).map(scaled).collect()
}

fn segment(clusters: &Clusters, model: &Model, features: &[Feature], at: usize, table: &Table) -> Segment {
    let scope = &clusters.query.scope;
    let rule = Segment::Cluster(Box::new(ClusterRule {
        features: scaled(features, &model.scales),
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
    let most_tried = model.tried.iter().map(|tried| tried.k).max().unwrap_or(k);
    let fewer = match clusters.query.k {
        ClusterCount::Fixed { k: asked } => (k < asked).then_some(asked),
        ClusterCount::Auto { most, .. } => (most_tried < most).then_some(most),
    };
    let all_alike = model.scales.iter().all(|scale| scale.deviation == 0.0);
    let mut notes = Vec::new();
    notes.extend(all_alike.then_some(ClusterNote::AllAlike));
    notes.extend(fewer.map(|asked| ClusterNote::FewerClusters { asked }));
    notes.extend((model.rest == Rest::Moving).then_some(ClusterNote::NotConverged));
    notes
}
