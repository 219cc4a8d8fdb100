//! What is said of each group.

use serde::{Deserialize, Serialize};

use super::Personas;
use super::scan::{Group, GroupFeature};
use crate::analysis::cluster::Difference;
use crate::kernel::features::Measure;
use crate::kernel::order::sort_by;
use crate::kernel::scope::now;
use crate::rule::Feature;
use crate::stats::difference::{student_95, welch};
use crate::stats::interval::{Rate, wilson};
use crate::stats::moments::Moments;
use crate::table::Table;
use crate::time::Millis;

/// What groups of users are like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonaAnswer {
    /// Users in scope.
    pub n_users: u64,
    /// The instant that all is as of.
    pub now: Millis,
    /// What everybody in scope brings in all; none if no column says what users bring.
    pub value: Option<f64>,
    /// The groups, in the query's order.
    pub personas: Vec<Persona>,
}

/// What one group is like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Persona {
    /// Its name.
    pub name: String,
    /// Its users in scope. If they are fewer than the query's `min_users`, nothing else is told but their share.
    pub n_users: u64,
    /// Their share of all, with Wilson's 95 % interval; none if nobody is in scope.
    pub user_rate: Option<Rate>,
    /// What its users bring.
    pub value: Option<Money>,
    /// What they bring minus what they cost.
    pub net: Option<Money>,
    /// Whether they cost more than they bring: the whole interval of the mean `net` lies below 0.
    pub is_negative: bool,
    /// Share of those seen first at least `stay_days` ago who did something since; none if there are none.
    pub stay_rate: Option<Rate>,
    /// The same of everybody else.
    pub rest_stay_rate: Option<Rate>,
    /// The id of its most typical user: nearest to the mean of the group in all features; of equally near ones the first by
    /// bytes.
    pub typical_user: Option<String>,
    /// What sets it apart, most first.
    pub traits: Vec<PersonaTrait>,
}

/// An amount of money of some users.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Money {
    /// All together.
    pub total: f64,
    /// On average.
    pub mean: f64,
    /// The ends of the mean's 95 % interval (Student's t); none for one user and where all bring the same.
    pub interval: Option<(f64, f64)>,
}

/// One feature of a group, compared with everybody else in scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonaTrait {
    /// The feature.
    pub feature: Feature,
    /// Mean of the group's users who have it, in plain units.
    pub mean: f64,
    /// Mean of the others who have it.
    pub rest_mean: f64,
    /// For event counts and values of properties: share of the group's users with more than 0.
    pub did_rate: Option<Rate>,
    /// The same of the others.
    pub rest_did_rate: Option<Rate>,
    /// How far the group lies from the rest: both means on the feature's scale, in standard deviations of all.
    pub difference: Difference,
}

impl Personas {
    pub(super) fn answer(
        &self,
        measures: &[Measure],
        groups: &[Group],
        typical: &[Option<(f64, String)>],
        table: &Table,
    ) -> PersonaAnswer {
        let nobody = Group::default();
        let all = groups.first().unwrap_or(&nobody);
        let feature = |at: usize| match self.query.features.as_ref().filter(|features| !features.is_empty()) {
            Some(features) => features[at].clone(),
            None => measures[at].feature(table),
        };
        let persona = |(at, named): (usize, &crate::rule::NamedSegment)| {
            let own = groups.get(at + 1).unwrap_or(&nobody);
            let user_rate = wilson(own.n_users, all.n_users);
            let mut persona = Persona::of_size(&named.name, own.n_users, user_rate);
            if own.n_users >= self.query.min_users {
                let rest = all.without(own);
                persona.value = money(own.value);
                persona.net = money(own.net);
                persona.is_negative =
                    persona.net.and_then(|net| net.interval).is_some_and(|(_, high)| high < 0.0);
                persona.stay_rate = wilson(own.n_stayed, own.n_old);
                persona.rest_stay_rate = wilson(rest.n_stayed, rest.n_old);
                persona.typical_user = typical.get(at).cloned().flatten().map(|(_, id)| id);
                persona.traits = traits(own, &rest, all, &feature);
                persona.traits.truncate(self.query.n_traits as usize);
            }
            persona
        };
        PersonaAnswer {
            n_users: all.n_users,
            now: now(&self.query.scope, table),
            value: money(all.value).map(|money| money.total),
            personas: self.query.personas.iter().enumerate().map(persona).collect(),
        }
    }
}

impl Persona {
    fn of_size(name: &str, n_users: u64, user_rate: Option<Rate>) -> Self {
        Self {
            name: name.to_owned(),
            n_users,
            user_rate,
            value: None,
            net: None,
            is_negative: false,
            stay_rate: None,
            rest_stay_rate: None,
            typical_user: None,
            traits: Vec::new(),
        }
    }
}

fn money(moments: Moments) -> Option<Money> {
    let n = moments.n as f64;
    let half = moments
        .sample_variance()
        .filter(|&variance| variance > 0.0)
        .map(|variance| student_95(n - 1.0) * libm::sqrt(variance / n));
    let is_known = moments.n > 0 && moments.squares.is_finite();
    is_known.then(|| Money {
        total: moments.mean * n,
        mean: moments.mean,
        interval: half.map(|half| (moments.mean - half, moments.mean + half)),
    })
}

/// The features that both sides have and that are not the same for all.
fn traits(own: &Group, rest: &Group, all: &Group, feature: &dyn Fn(usize) -> Feature) -> Vec<PersonaTrait> {
    let described = |at: usize| {
        let (mine, others) = (&own.features[at], &rest.features[at]);
        let deviation = all.features[at].scaled.deviation();
        let difference = (mine.scaled.mean - others.scaled.mean) / deviation;
        let is_known = mine.n_known > 0 && others.n_known > 0 && deviation > 0.0 && difference.is_finite();
        let feature = is_known.then(|| feature(at))?;
        let is_counted = matches!(feature, Feature::EventCount { .. } | Feature::Is { .. });
        let did = |of: &GroupFeature| if is_counted { wilson(of.n_did, of.n_known) } else { None };
        let interval = welch(&mine.scaled, &others.scaled);
        Some(PersonaTrait {
            mean: mine.sum / mine.n_known as f64,
            rest_mean: others.sum / others.n_known as f64,
            did_rate: did(mine),
            rest_did_rate: did(others),
            difference: Difference {
                difference,
                interval: interval.map(|(low, high)| (low / deviation, high / deviation)),
            },
            feature,
        })
    };
    let mut traits: Vec<PersonaTrait> = (0..own.features.len()).filter_map(described).collect();
    let size = |one: &PersonaTrait| one.difference.difference.abs();
    sort_by(&mut traits, |a, b| size(b).total_cmp(&size(a)));
    traits
}
