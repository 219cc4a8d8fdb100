//! From what the scan found to the answer.

use super::answer::{
    AttributionAnswer, ChannelCredit, Credit, LengthCount, ListedConversion, ListedTouch, Outcome, PathCount,
    Unattributed,
};
use super::channels::{Channels, Key};
use super::partial::{Listed, Partial, PathTally};
use super::query::{AttributionQuery, Model};
use crate::analysis::funnel::GroupKey;
use crate::kernel::order::sort_by;
use crate::kernel::smallest::Smallest;
use crate::stats::markov::{Chain, NoEffects};

/// What a model gives to each channel: conversions, value, and the removal effect if it has one.
type Shared = Vec<(f64, f64, Option<f64>)>;

/// The answer, given the channels with their touches in the answer's order.
pub(super) fn answer(
    query: &AttributionQuery,
    keys: &[(Key, u64)],
    channels: &Channels<'_>,
    mut all: Partial,
) -> AttributionAnswer {
    let has_value = query.value.is_some();
    let (value, unattributed) = (all.value.total(), all.unattributed.total());
    let n_shared = all.n_conversions - all.n_unattributed;
    let shared_value = value.unwrap_or(0.0) - unattributed.unwrap_or(0.0);
    let models = models(query, &mut all, n_shared, shared_value);
    let mut rows = rows(query, keys, channels, &all);
    for (at, row) in rows.iter_mut().enumerate() {
        let credit = |(_, shared): &(Outcome, Option<Shared>)| {
            let &(conversions, value, removal_effect) = shared.as_ref()?.get(at)?;
            Some(credit(conversions, has_value.then_some(value), row.cost, removal_effect, n_shared))
        };
        row.credits = models.iter().map(credit).collect();
    }
    let n_paths = all.paths.values().filter(|tally| tally.n_conversions > 0).count() as u64;
    AttributionAnswer {
        n_conversions: all.n_conversions,
        n_users: all.n_users,
        value: value.filter(|_| has_value),
        unattributed: Unattributed {
            n_conversions: all.n_unattributed,
            value: unattributed.filter(|_| has_value),
        },
        n_touches: keys.iter().map(|(_, n)| n).sum(),
        n_lost: all.n_lost,
        models: models.iter().map(|(outcome, _)| *outcome).collect(),
        channels: rows,
        paths: paths(all.paths, query.path_limit as usize, has_value),
        n_paths,
        lengths: all
            .lengths
            .into_iter()
            .map(|(n_touches, n_conversions)| LengthCount { n_touches, n_conversions })
            .collect(),
        listed: all.listed.map(Smallest::in_order).unwrap_or_default().into_iter().map(listed).collect(),
    }
}

/// What each model gives, or why it cannot.
fn models(
    query: &AttributionQuery,
    all: &mut Partial,
    n_shared: u64,
    value: f64,
) -> Vec<(Outcome, Option<Shared>)> {
    let n_channels = all.tallies.len();
    let mut sums = vec![[0.0; 2]; n_channels * query.models.len()];
    for credits in std::mem::take(&mut all.credits).in_order() {
        for (sum, more) in sums.iter_mut().zip(credits) {
            sum[0] += more[0];
            sum[1] += more[1];
        }
    }
    let chain = (query.order() > 0)
        .then(|| Chain::from_cells(n_channels, query.order(), &std::mem::take(&mut all.cells)));
    let of_model = |(index, model): (usize, &Model)| {
        if n_shared == 0 {
            return (Outcome::NoConversions, None);
        }
        if let (Model::Markov { order }, Some(chain)) = (model, &chain) {
            return by_removal(&chain.lowered(*order), n_shared, value);
        }
        let own = (0..n_channels).map(|channel| sums[channel * query.models.len() + index]);
        (Outcome::Shared, Some(own.map(|[n, value]| (n, value, None)).collect()))
    };
    query.models.iter().enumerate().map(of_model).collect()
}

/// Conversions and their value in proportion to the removal effects.
fn by_removal(chain: &Chain, n_shared: u64, value: f64) -> (Outcome, Option<Shared>) {
    let effects = match chain.removal_effects() {
        Ok(effects) => effects,
        Err(NoEffects::NothingConverts) => return (Outcome::NoConversions, None),
        Err(NoEffects::NotConverged) => return (Outcome::NotConverged, None),
    };
    let sum: f64 = effects.iter().sum();
    if sum <= 0.0 {
        return (Outcome::NoEffect, None);
    }
    let shared = effects.iter().map(|effect| {
        let share = effect / sum;
        (share * n_shared as f64, share * value, Some(*effect))
    });
    (Outcome::Shared, Some(shared.collect()))
}

fn credit(
    conversions: f64,
    value: Option<f64>,
    cost: Option<f64>,
    removal_effect: Option<f64>,
    n_shared: u64,
) -> Credit {
    let value = value.filter(|value| value.is_finite());
    Credit {
        conversions,
        share: conversions / n_shared as f64,
        value,
        cost_per_conversion: cost.filter(|_| conversions > 0.0).map(|cost| cost / conversions),
        return_on_cost: value.zip(cost.filter(|&cost| cost > 0.0)).map(|(value, cost)| value / cost),
        removal_effect,
    }
}

/// The channels with all but their credits.
fn rows(
    query: &AttributionQuery,
    keys: &[(Key, u64)],
    channels: &Channels<'_>,
    all: &Partial,
) -> Vec<ChannelCredit> {
    let n_kept = keys.len().min(query.limit as usize);
    let mut named: Vec<(GroupKey, u64)> =
        keys[..n_kept].iter().map(|&(key, n)| (channels.name(key), n)).collect();
    if keys.len() > n_kept {
        named.push((GroupKey::Other, keys[n_kept..].iter().map(|(_, n)| n).sum()));
    }
    let row = |(at, (key, n_touches)): (usize, (GroupKey, u64))| {
        let tally = all.tallies.get(at).cloned().unwrap_or_default();
        let mean = || tally.millis as f64 / tally.n_credited as f64;
        ChannelCredit {
            cost: cost(query, &key),
            key,
            n_touches,
            n_credited: tally.n_credited,
            n_conversions: tally.n_conversions,
            n_first: tally.n_first,
            n_last: tally.n_last,
            n_assisted: tally.n_assisted,
            mean_millis: (tally.n_credited > 0).then(mean),
            credits: Vec::new(),
        }
    };
    named.into_iter().enumerate().map(row).collect()
}

fn cost(query: &AttributionQuery, key: &GroupKey) -> Option<f64> {
    let GroupKey::Value { value } = key else { return None };
    let own = || query.costs.iter().filter(|cost| cost.channel == *value).map(|cost| cost.cost);
    own().next().map(|_| own().sum())
}

fn paths(
    tallies: std::collections::BTreeMap<Vec<u8>, PathTally>,
    limit: usize,
    has_value: bool,
) -> Vec<PathCount> {
    let mut paths: Vec<(Vec<u8>, PathTally)> =
        tallies.into_iter().filter(|(_, tally)| tally.n_conversions > 0).collect();
    sort_by(&mut paths, |a, b| b.1.n_conversions.cmp(&a.1.n_conversions));
    paths.truncate(limit);
    let path = |(channels, tally): (Vec<u8>, PathTally)| PathCount {
        channels: channels.into_iter().map(u32::from).collect(),
        n_conversions: tally.n_conversions,
        n_lost: tally.n_lost,
        value: tally.value.total().filter(|_| has_value),
    };
    paths.into_iter().map(path).collect()
}

fn listed((time, user, touches): Listed) -> ListedConversion {
    let touch = |(channel, millis, n_events): (u8, u64, u64)| ListedTouch {
        channel: channel.into(),
        millis,
        n_events,
    };
    ListedConversion { user, time, touches: touches.into_iter().map(touch).collect() }
}
