//! The last round: what each cluster is like, and what sets it apart from the rest.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::choice::suggested;
use super::map::{Cells, filled};
use super::points::{PointsRound, ShardPoints};
use super::rounds::{Clusters, Model, Rest};
use super::{Cluster, ClusterAnswer, ClusterCount, ClusterNote, Difference, Outlier, Structure, Trait};
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
    cells: Cells,
}

/// A group of users.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Group {
    n_users: u64,
    inertia: f64,
    features: Vec<GroupFeature>,
    /// Squared distance and id of the user nearest to the centroid.
    typical: Option<(f64, String)>,
    /// Those who are farthest from it, the farthest first.
    farthest: Vec<Far>,
}

/// A user far from the centroid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Far {
    /// The squared distance.
    distance: f64,
    id: String,
    /// Place of the feature in which the user differs most from the centroid.
    place: u32,
}

/// How many users far from its centroid are told of a cluster, and of all clusters.
const FARTHEST: usize = 5;
const OUTLIERS: usize = 20;

/// How many users a cluster needs to have outliers, and how many times as far as they those are.
const OUTLIER_USERS: u64 = 10;
const OUTLIER_TIMES: f64 = 3.0;

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
    /// Users by cell of the map.
    cells: Vec<u32>,
}

impl<'t> Scan<'t> {
    pub(super) fn new(
        features: FeatureScan<'t>,
        table: &'t Table,
        model: Model,
        mut points: ShardPoints,
    ) -> Self {
        let round = points.begin(&model);
        let cells = model.plane.as_ref().map_or_else(Vec::new, |plane| plane.nobody(model.centroids.len()));
        Self { features, table, model, round, points, cells }
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
            if let Some(plane) = &self.model.plane {
                plane.add(&mut self.cells, label, row);
            }
            let id = || self.table.users.id(user).to_owned();
            if group.is_far(distance) {
                group.take_far(Far { distance, id: id(), place: farthest_place(row, centroid) });
            }
            if group.typical.as_ref().is_none_or(|(least, _)| distance < *least) {
                group.typical = Some((distance, id()));
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

    /// Completes what was found.
    pub(super) fn finish(self, found: &mut Found) {
        found.cells = filled(&self.cells);
    }
}

impl GroupFeature {
    fn mean(&self) -> Option<f64> {
        (self.n_known > 0).then(|| self.amount / self.n_known as f64)
    }
}

fn farthest_place(row: &[f64], centroid: &[f64]) -> u32 {
    let away = |(&value, &center): (&f64, &f64)| (value - center).abs();
    let most = |best: (u32, f64), (at, away): (u32, f64)| if away > best.1 { (at, away) } else { best };
    (0..).zip(row.iter().zip(centroid).map(away)).fold((0, -1.0), most).0
}

impl Group {
    /// Whether a user at this distance may be one of the farthest. Users come in the order of their ids.
    fn is_far(&self, distance: f64) -> bool {
        self.farthest.len() < FARTHEST || self.farthest.last().is_some_and(|far| far.distance < distance)
    }

    fn take_far(&mut self, far: Far) {
        let at = self.farthest.partition_point(|other| other.distance >= far.distance);
        self.farthest.insert(at, far);
        self.farthest.truncate(FARTHEST);
    }

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
        self.farthest.extend(other.farthest);
        sort_by(&mut self.farthest, |a, b| b.distance.total_cmp(&a.distance).then_with(|| a.id.cmp(&b.id)));
        self.farthest.truncate(FARTHEST);
        self
    }
}

impl Found {
    pub(super) fn merged(self, other: Self) -> Self {
        let mut cells = self.cells;
        other.cells.into_iter().for_each(|(at, n)| *cells.entry(at).or_default() += n);
        Self { clusters: self.clusters.merged(other.clusters), cells }
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
        let mut places = vec![None; groups.len()];
        (0..).zip(&order).for_each(|(place, &at)| places[at] = Some(place));
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
            suggested: suggested(&model.tried, clusters.query.judge),
            tree: model.tree.clone(),
            map: model.plane.as_ref().map(|plane| plane.map(&self.cells, &places)),
            outliers: outliers(&features, &groups, &order),
            clusters: described,
        }
    }
}

/// The users who are far from all others, by the rule of [`Outlier`].
fn outliers(features: &[Feature], groups: &[Group], order: &[usize]) -> Vec<Outlier> {
    let mut found = Vec::new();
    for (place, group) in (0..).zip(order.iter().map(|&at| &groups[at])) {
        let usual = libm::sqrt(group.inertia / group.n_users as f64);
        let outlier = |far: &Far| Outlier {
            user: far.id.clone(),
            cluster: place,
            times: libm::sqrt(far.distance) / usual,
            feature: features[far.place as usize].clone(),
        };
        if group.n_users >= OUTLIER_USERS && usual > 0.0 {
            found.extend(group.farthest.iter().map(outlier).filter(|it| it.times > OUTLIER_TIMES));
        }
    }
    sort_by(&mut found, |a: &Outlier, b| b.times.total_cmp(&a.times).then_with(|| a.user.cmp(&b.user)));
    found.truncate(OUTLIERS);
    found
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
