//! The obviously right attribution, and random queries against it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::rule::{Condition, Op, PropertyTest};
use crate::testing::{SheetRow, n_cases, small_sheets};

/// A run of touches and what came of it: the channels, the time before the conversion, and the value, if there is one.
struct Run {
    touches: Vec<(String, i64)>,
    value: Option<f64>,
}

fn is_conversion(row: &SheetRow) -> bool {
    row.event == "d"
}

fn channel(query: &AttributionQuery, row: &SheetRow) -> Option<String> {
    match (&query.channel, row.cells[0].as_str()) {
        (ChannelRule::Event, _) => Some(row.event.clone()),
        (ChannelRule::EventProperty { .. }, "") => Some(row.event.clone()),
        (ChannelRule::EventProperty { .. }, plan) => Some(format!("{} / {plan}", row.event)),
        (ChannelRule::Property { missing: MissingChannel::LeftOut, .. }, "") => None,
        (_, "") => Some("?".to_owned()),
        (_, plan) => Some(plan.to_owned()),
    }
}

fn naive_runs(query: &AttributionQuery, sheet: &Sheet) -> (Vec<Run>, BTreeMap<String, u64>) {
    let from = query.scope.from.map_or(i64::MIN, |from| from.0);
    let to = query.scope.to.map_or(i64::MAX, |to| to.0);
    let lookback = query.lookback_millis.unwrap_or(i64::MAX);
    let (mut runs, mut n_touches) = (Vec::new(), BTreeMap::new());
    for rows in sheet.users().values() {
        let in_scope = |row: &&&SheetRow| {
            row.time <= to && (query.scope.conditions.is_empty() || row.cells[0] != "free")
        };
        let own: Vec<&SheetRow> = rows.iter().filter(in_scope).copied().collect();
        let is_required = |row: &SheetRow| !query.required.is_empty() && row.event == "c";
        let touch = |row: &SheetRow| {
            let is_touch =
                !is_conversion(row) && !is_required(row) && ["a", "b", "c"].contains(&row.event.as_str());
            channel(query, row).filter(|_| is_touch)
        };
        for row in own.iter().filter(|row| row.time >= from) {
            touch(row).into_iter().for_each(|channel| *n_touches.entry(channel).or_default() += 1);
        }
        let (mut begin, mut n_found, mut is_over) = (0, 0, false);
        for (at, row) in own.iter().enumerate().filter(|(_, row)| is_conversion(row)) {
            let before = &own[begin..at];
            begin = at + 1;
            if row.time < from || is_over {
                continue;
            }
            n_found += 1;
            is_over = query.count == Conversions::First;
            let (mut path, mut lost) = (Vec::new(), Vec::new());
            for (place, earlier) in before.iter().enumerate() {
                let Some(channel) = touch(earlier) else { continue };
                let agrees = |later: &&SheetRow| {
                    let same = later.cells[0] == row.cells[0] && !row.cells[0].is_empty();
                    is_required(later) && (query.required[0].same_value.is_none() || same)
                };
                let is_met = query.required.is_empty() || before[place..].iter().any(agrees);
                if is_met && row.time - earlier.time <= lookback {
                    path.push((channel, row.time - earlier.time));
                } else if earlier.time >= from.saturating_sub(lookback) {
                    lost.push((channel, 0));
                }
            }
            if !lost.is_empty() {
                runs.push(Run { touches: lost, value: None });
            }
            let value: f64 = row.cells[1].parse().unwrap_or(0.0);
            let value = if query.worthless == Worthless::One && value <= 0.0 { 1.0 } else { value };
            runs.push(Run { touches: path, value: Some(value) });
        }
        let rest: Vec<&&SheetRow> = own[begin..].iter().filter(|row| touch(row).is_some()).collect();
        let counts = query.count == Conversions::Every || n_found == 0;
        if counts && rest.last().is_some_and(|row| row.time >= from) {
            let earliest = from.saturating_sub(lookback);
            let rest = rest.iter().filter(|row| row.time >= earliest);
            runs.push(Run { touches: rest.map(|row| (touch(row).unwrap(), 0)).collect(), value: None });
        }
    }
    (runs, n_touches)
}

/// By model and channel, conversions and value.
fn naive_credit(
    query: &AttributionQuery,
    runs: &[Run],
    model: &Model,
) -> Option<BTreeMap<String, (f64, f64)>> {
    let mut credit: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    let converting = || runs.iter().filter(|run| run.value.is_some() && !run.touches.is_empty());
    converting().next()?;
    if let Model::Markov { order } = model {
        return naive_markov(runs, *order as usize);
    }
    if *model == Model::Shapley {
        return Some(naive_shapley(runs));
    }
    for run in converting() {
        let n = run.touches.len();
        let is_direct = |at: &usize| query.direct.contains(&run.touches[*at].0);
        let weight = |at: usize| match model {
            Model::First => f64::from(at == 0),
            Model::Last => f64::from(at == n - 1),
            Model::LastNonDirect => f64::from(at == (0..n).rev().find(|at| !is_direct(at)).unwrap_or(n - 1)),
            Model::Linear => 1.0,
            Model::TimeDecay { half_life_millis, decay } => {
                let distance = run.touches[at].1 as f64 / *half_life_millis as f64;
                0.5_f64.powf(if *decay == Decay::Steps { distance.floor() } else { distance })
            }
            Model::Position { .. } if n < 3 => 1.0,
            Model::Position { first, .. } if at == 0 => *first,
            Model::Position { last, .. } if at == n - 1 => *last,
            Model::Position { middle, .. } => *middle / (n - 2) as f64,
            Model::Participation => {
                f64::from(!run.touches[..at].iter().any(|(own, _)| *own == run.touches[at].0))
            }
            _ => unreachable!("asked above, or not at random"),
        };
        let sum: f64 = if *model == Model::Participation { 1.0 } else { (0..n).map(weight).sum() };
        for at in 0..n {
            let own = credit.entry(run.touches[at].0.clone()).or_default();
            own.0 += weight(at) / sum;
            own.1 += weight(at) / sum * run.value.unwrap();
        }
    }
    Some(credit)
}

/// The Shapley value by its definition: the mean of what a channel adds over all orders of joining, by all subsets.
fn naive_shapley(runs: &[Run]) -> BTreeMap<String, (f64, f64)> {
    let sets: Vec<(BTreeSet<&String>, f64)> = runs
        .iter()
        .filter(|run| !run.touches.is_empty())
        .filter_map(|run| Some((run.touches.iter().map(|(channel, _)| channel).collect(), run.value?)))
        .collect();
    let all: Vec<&String> =
        sets.iter().flat_map(|(set, _)| set.iter().copied()).collect::<BTreeSet<_>>().into_iter().collect();
    let factorial = |n: usize| (1..=n).map(|n| n as f64).product::<f64>();
    let worth = |members: &BTreeSet<&String>| {
        let within = sets.iter().filter(|(set, _)| set.is_subset(members));
        within.fold((0.0, 0.0), |(n, sum), (_, value)| (n + 1.0, sum + value))
    };
    let mut credit = BTreeMap::new();
    for channel in &all {
        let others: Vec<&String> = all.iter().copied().filter(|other| other != channel).collect();
        let own: &mut (f64, f64) = credit.entry((*channel).clone()).or_default();
        for mask in 0..1_usize << others.len() {
            let mut members: BTreeSet<&String> = others
                .iter()
                .enumerate()
                .filter(|(at, _)| mask >> at & 1 == 1)
                .map(|(_, other)| *other)
                .collect();
            let weight =
                factorial(members.len()) * factorial(others.len() - members.len()) / factorial(all.len());
            let without = worth(&members);
            members.insert(channel);
            let with = worth(&members);
            own.0 += weight * (with.0 - without.0);
            own.1 += weight * (with.1 - without.1);
        }
    }
    credit
}

/// Removal effects by following each state's chances a thousand steps.
fn naive_markov(runs: &[Run], order: usize) -> Option<BTreeMap<String, (f64, f64)>> {
    type State = Vec<String>;
    let mut counts: BTreeMap<State, BTreeMap<Option<String>, f64>> = BTreeMap::new();
    let mut converted: BTreeMap<State, f64> = BTreeMap::new();
    let paths: Vec<&Run> = runs.iter().filter(|run| !run.touches.is_empty()).collect();
    let last = |path: &[String]| path[path.len().saturating_sub(order)..].to_vec();
    for run in &paths {
        let path: Vec<String> = run.touches.iter().map(|(channel, _)| channel.clone()).collect();
        for at in 0..path.len() {
            *counts.entry(last(&path[..at])).or_default().entry(Some(path[at].clone())).or_default() += 1.0;
        }
        *counts.entry(last(&path)).or_default().entry(None).or_default() += 1.0;
        *converted.entry(last(&path)).or_default() += f64::from(run.value.is_some());
    }
    let chance = |removed: Option<&String>| {
        let (mut at, mut total) = (BTreeMap::from([(State::new(), 1.0)]), 0.0);
        for _ in 0..4_000 {
            let mut next: BTreeMap<State, f64> = BTreeMap::new();
            for (state, mass) in &at {
                let all: f64 = counts[state].values().sum();
                total += mass * converted.get(state).unwrap_or(&0.0) / all;
                for (step, n) in &counts[state] {
                    let Some(step) = step else { continue };
                    if Some(step) == removed {
                        continue;
                    }
                    let mut to = state.clone();
                    to.push(step.clone());
                    *next.entry(last(&to)).or_default() += mass * n / all;
                }
            }
            at = next;
            if at.values().sum::<f64>() < 1e-17 {
                break;
            }
        }
        total
    };
    let whole = chance(None);
    let channels: BTreeSet<&String> =
        paths.iter().flat_map(|run| run.touches.iter().map(|(name, _)| name)).collect();
    let effects: Vec<(&String, f64)> =
        channels.iter().map(|name| (*name, 1.0 - chance(Some(name)) / whole)).collect();
    let sum: f64 = effects.iter().map(|(_, effect)| effect).sum();
    if sum < 1e-9 {
        return None;
    }
    let converting = || paths.iter().filter_map(|run| run.value);
    let (n, value) = (converting().count() as f64, converting().sum::<f64>());
    Some(
        effects
            .into_iter()
            .map(|(name, effect)| (name.clone(), (effect / sum * n, effect / sum * value)))
            .collect(),
    )
}

fn queries() -> impl Strategy<Value = AttributionQuery> {
    let models = vec![
        Model::First,
        Model::Last,
        Model::LastNonDirect,
        Model::Linear,
        Model::TimeDecay { half_life_millis: Millis::DAY / 3, decay: Decay::Smooth },
        Model::TimeDecay { half_life_millis: Millis::DAY, decay: Decay::Steps },
        Model::Position { first: 0.2, middle: 0.3, last: 0.5 },
        Model::Markov { order: 1 },
        Model::Markov { order: 2 },
        Model::Markov { order: 3 },
        Model::Shapley,
        Model::Participation,
    ];
    let not_free = Condition::Property(PropertyTest {
        property: "plan".to_owned(),
        op: Op::Neq,
        values: vec!["free".to_owned()],
        ..PropertyTest::default()
    });
    let property = |missing| ChannelRule::Property { property: "plan".to_owned(), missing };
    let channels = vec![
        ChannelRule::Event,
        property(MissingChannel::Kept),
        property(MissingChannel::LeftOut),
        ChannelRule::EventProperty { property: "plan".to_owned() },
    ];
    let same = SameValue { property: "plan".to_owned(), conversion_property: "plan".to_owned() };
    let after = |same_value| vec![Required { rule: EventRule::event("c"), same_value }];
    let rest = (
        prop::option::of(0..6_i64),
        prop::option::of(6..10_i64),
        prop::collection::vec(Just(not_free), 0..=1),
        prop::option::of(0..20_i64),
        select(vec![vec![], after(None), after(Some(same))]),
    );
    let kinds = (
        select(vec![Conversions::Every, Conversions::First]),
        select(vec![Worthless::AsItIs, Worthless::One]),
    );
    (select(channels), prop::sample::subsequence(models, 1..=12), rest, kinds, any::<bool>()).prop_map(
        |(channel, models, (from, to, conditions, lookback, required), (count, worthless), of_three)| {
            let days = |day: i64| Millis(day * Millis::DAY);
            let events = if of_three { vec!["a", "b", "c"] } else { vec!["c", "b", "a"] };
            AttributionQuery {
                scope: Scope { from: from.map(days), to: to.map(days), conditions, ..Scope::default() },
                touches: events.into_iter().map(EventRule::event).collect(),
                channel,
                conversion: EventRule::event("d"),
                count,
                value: Some("money".to_owned()),
                worthless,
                lookback_millis: lookback.map(|quarters| quarters * Millis::DAY / 4),
                required,
                models,
                direct: vec!["free".to_owned(), "b".to_owned()],
                ..AttributionQuery::default()
            }
        },
    )
}

fn compare(sheet: &Sheet, query: &AttributionQuery) -> Result<(), TestCaseError> {
    let found = match run(&sheet.table(), &Query::Attribution(Box::new(query.clone()))).unwrap() {
        Answer::Attribution(answer) => answer,
        other => panic!("{other:?}"),
    };
    let (runs, n_touches) = naive_runs(query, sheet);
    let converting = || runs.iter().filter(|run| run.value.is_some());
    let unattributed = || converting().filter(|run| run.touches.is_empty());
    prop_assert_eq!(found.n_conversions, converting().count() as u64);
    prop_assert_eq!(found.unattributed.n_conversions, unattributed().count() as u64);
    prop_assert_eq!(found.n_lost, runs.iter().filter(|run| run.value.is_none()).count() as u64);
    prop_assert_eq!(found.n_touches, n_touches.values().sum::<u64>());
    for (index, model) in query.models.iter().enumerate() {
        let expected = naive_credit(query, &runs, model);
        prop_assert_eq!(expected.is_some(), found.models[index] == Outcome::Shared, "{:?}", model);
        let Some(expected) = expected else { continue };
        for channel in &found.channels {
            let credit = channel.credits[index].unwrap();
            let (n, value) = expected.get(name(&channel.key)).copied().unwrap_or_default();
            prop_assert!((credit.conversions - n).abs() < 1e-9, "{:?}: {:?} and {}", model, channel, n);
            let near = (credit.value.unwrap() - value).abs() <= 1e-9 * value.abs().max(1.0);
            prop_assert!(near, "{:?}: {:?} and {}", model, channel, value);
        }
        let sum: f64 = found.channels.iter().map(|channel| channel.credits[index].unwrap().conversions).sum();
        let all = (found.n_conversions - found.unattributed.n_conversions) as f64;
        prop_assert!(*model == Model::Participation || (sum - all).abs() < 1e-9, "{:?}", model);
    }
    for channel in &found.channels {
        let own = |run: &&Run| run.touches.iter().any(|(other, _)| other == name(&channel.key));
        let last = |run: &&Run| run.touches.last().is_some_and(|(other, _)| other == name(&channel.key));
        let of = || runs.iter().filter(|run| run.value.is_some());
        prop_assert_eq!(channel.n_conversions, of().filter(own).count() as u64);
        prop_assert_eq!(channel.n_last, of().filter(last).count() as u64);
        prop_assert_eq!(channel.n_assisted, channel.n_conversions - channel.n_last);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(2_000)))]
    #[test]
    fn random_credits_agree_with_the_naive_ones(sheet in small_sheets(), query in queries()) {
        compare(&sheet, &query)?;
    }
}
