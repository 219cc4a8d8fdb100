//! What one shard finds of its users, group by group.

use serde::{Deserialize, Serialize};

use super::Personas;
use crate::analysis::cluster::survey;
use crate::kernel::features::FeatureScan;
use crate::kernel::scope::ScopeFilter;
use crate::kernel::sums::PerBucket;
use crate::stats::moments::Moments;
use crate::table::{Bitmap, Bucket, Table};

/// What a round finds on one shard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    pub(super) survey: survey::Found,
    /// Everybody in scope, and then each group.
    groups: PerBucket<Vec<Group>>,
    /// The squared distance and the id of the user nearest to each group's mean.
    pub(super) typical: Vec<Option<(f64, String)>>,
}

/// The users of a group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub(super) n_users: u64,
    pub(super) features: Vec<GroupFeature>,
    /// Users seen first so long ago that they can have stayed, and those of them who have.
    pub(super) n_old: u64,
    pub(super) n_stayed: u64,
    /// What users bring, and that minus what they cost.
    pub(super) value: Moments,
    pub(super) net: Moments,
}

/// One feature of a group's users who have it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupFeature {
    /// Those users.
    pub(super) n_known: u64,
    /// The sum of their amounts in plain units: of whole numbers it is exact, and so is what is left without a part.
    pub(super) sum: f64,
    /// On the feature's scale.
    pub(super) scaled: Moments,
    /// Users with more than 0.
    pub(super) n_did: u64,
}

/// What a shard works with in a round.
#[derive(Debug)]
pub enum Prepared<'t> {
    /// Looking for events.
    Survey(survey::Scan<'t>),
    /// Looking at users.
    Users(Box<Users<'t>>),
}

/// Users with their features, and who is in which group.
#[derive(Debug)]
pub struct Users<'t> {
    table: &'t Table,
    features: FeatureScan<'t>,
    /// How many of the features traits are made of.
    n_features: usize,
    members: Vec<Bitmap>,
    /// The groups as they are known; none in the round that gets to know them.
    known: Vec<Group>,
    scaled: Vec<Vec<f64>>,
}

impl<'t> Prepared<'t> {
    pub(super) fn survey(table: &'t Table, scope: ScopeFilter<'t>) -> Self {
        Self::Survey(survey::Scan::new(table, scope))
    }

    pub(super) fn measure(
        table: &'t Table,
        features: FeatureScan<'t>,
        n_features: usize,
        members: Vec<Bitmap>,
        known: Vec<Group>,
    ) -> Self {
        Self::Users(Box::new(Users { table, features, n_features, members, known, scaled: Vec::new() }))
    }

    pub(super) fn scan(&mut self, bucket: Bucket<'_>, personas: &Personas, partial: &mut Partial) {
        match self {
            Self::Survey(scan) => scan.bucket(bucket, &mut partial.survey),
            Self::Users(users) => {
                users.features.bucket(bucket);
                users.features.scaled_into(&mut users.scaled);
                if users.known.is_empty() {
                    users.measure(bucket, personas, partial);
                } else {
                    users.find_typical(partial);
                }
            }
        }
    }
}

impl Users<'_> {
    fn measure(&self, bucket: Bucket<'_>, personas: &Personas, partial: &mut Partial) {
        if self.features.users.is_empty() {
            return;
        }
        let empty = Group { features: vec![GroupFeature::default(); self.n_features], ..Group::default() };
        let mut groups = vec![empty; self.members.len() + 1];
        for (at, &user) in self.features.users.iter().enumerate() {
            self.add(&mut groups[0], at, personas);
            for (group, members) in groups[1..].iter_mut().zip(&self.members) {
                if members.contains(user.0 as usize) {
                    self.add(group, at, personas);
                }
            }
        }
        partial.groups.insert(bucket.id, groups);
    }

    fn add(&self, group: &mut Group, at: usize, personas: &Personas) {
        let amounts = &self.features.amounts;
        group.n_users += 1;
        for (place, feature) in group.features.iter_mut().enumerate() {
            let amount = amounts[place][at];
            if !amount.is_nan() {
                feature.n_known += 1;
                feature.sum += amount;
                feature.scaled.add(self.scaled[place][at]);
                feature.n_did += u64::from(amount > 0.0);
            }
        }
        let (recency, tenure) = (amounts[self.n_features][at], amounts[self.n_features + 1][at]);
        let stay_days = f64::from(personas.query.stay_days);
        if tenure >= stay_days {
            group.n_old += 1;
            group.n_stayed += u64::from(recency < stay_days);
        }
        let money = personas.money.iter().zip(&amounts[self.n_features + 2..]);
        let mut parts = money.map(|((_, factor), column)| factor * column[at]);
        if let Some(value) = parts.next() {
            group.value.add(value);
            group.net.add(value + parts.sum::<f64>());
        }
    }

    fn find_typical(&self, partial: &mut Partial) {
        partial.typical.resize(self.members.len(), None);
        let [all, groups @ ..] = &self.known[..] else { return };
        for (at, &user) in self.features.users.iter().enumerate() {
            for ((members, group), typical) in self.members.iter().zip(groups).zip(&mut partial.typical) {
                if !members.contains(user.0 as usize) {
                    continue;
                }
                let distance = self.distance(at, group, all);
                let id = self.table.users.id(user);
                let is_nearer = |(least, other): &(f64, String)| {
                    distance < *least || distance == *least && id.as_bytes() < other.as_bytes()
                };
                if typical.as_ref().is_none_or(is_nearer) {
                    *typical = Some((distance, id.to_owned()));
                }
            }
        }
    }

    /// The squared distance of a user from a group's mean, in deviations of all; missing features count nothing.
    fn distance(&self, at: usize, group: &Group, all: &Group) -> f64 {
        let part = |place: usize| {
            let (value, mean) = (self.scaled[place][at], group.features[place].scaled.mean);
            let deviation = all.features[place].scaled.deviation();
            let away = (value - mean) / deviation;
            if value.is_nan() || deviation == 0.0 { 0.0 } else { away * away }
        };
        (0..self.n_features).map(part).sum()
    }
}

impl Group {
    fn merge(&mut self, other: Self) {
        self.n_users += other.n_users;
        self.n_old += other.n_old;
        self.n_stayed += other.n_stayed;
        self.value = self.value.merged(other.value);
        self.net = self.net.merged(other.net);
        self.features.resize(self.features.len().max(other.features.len()), GroupFeature::default());
        for (mine, more) in self.features.iter_mut().zip(other.features) {
            mine.n_known += more.n_known;
            mine.sum += more.sum;
            mine.scaled = mine.scaled.merged(more.scaled);
            mine.n_did += more.n_did;
        }
    }

    /// Who is in this group, but not in `part` of it.
    pub(super) fn without(&self, part: &Self) -> Self {
        let rest = |(all, own): (&GroupFeature, &GroupFeature)| GroupFeature {
            n_known: all.n_known - own.n_known,
            sum: all.sum - own.sum,
            scaled: all.scaled.without(own.scaled),
            n_did: all.n_did - own.n_did,
        };
        Self {
            n_users: self.n_users - part.n_users,
            features: self.features.iter().zip(&part.features).map(rest).collect(),
            n_old: self.n_old - part.n_old,
            n_stayed: self.n_stayed - part.n_stayed,
            value: self.value.without(part.value),
            net: self.net.without(part.net),
        }
    }
}

impl Partial {
    pub(super) fn merged(self, other: Self) -> Self {
        let mut typical = self.typical;
        typical.resize(typical.len().max(other.typical.len()), None);
        for (mine, more) in typical.iter_mut().zip(other.typical) {
            let is_nearer = match (&*mine, &more) {
                (Some(a), Some(b)) => b.0 < a.0 || b.0 == a.0 && b.1.as_bytes() < a.1.as_bytes(),
                (mine, more) => mine.is_none() && more.is_some(),
            };
            if is_nearer {
                *mine = more;
            }
        }
        Self { survey: self.survey.merged(other.survey), groups: self.groups.merged(other.groups), typical }
    }

    /// Everybody and then each group, `n` in all.
    pub(super) fn groups(self, n: usize) -> Vec<Group> {
        let mut all = vec![Group::default(); n];
        for of_bucket in self.groups.in_order() {
            all.iter_mut().zip(of_bucket).for_each(|(group, more)| group.merge(more));
        }
        all
    }
}
