//! Random small funnels, full of ties, against the oracle.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

use super::oracle::{Fate, Row, fate, looked_at};
use crate::analysis::funnel::{
    Durations, Entry, Exclusion, FunnelAnswer, FunnelQuery, FunnelResult, FunnelStep, GroupKey, InstantTimes,
    Occurrence, OnExclusion, OpenUsers, Order, Range, Reuse, Search, Step, Tie, TimeFrom,
};
use crate::analysis::{Answer, Query, run};
use crate::rule::{
    Attribution, Breakdown, Condition, EventRule, NamedSegment, Owner, PropertyTest, Scope, Segment,
};
use crate::stats::interval::wilson;
use crate::table::{Kind, Role};
use crate::testing::{Sheet, SheetRow, answer_of_shards};
use crate::time::Millis;

fn sheets() -> impl Strategy<Value = Sheet> {
    let event = select(vec!["a", "a", "b", "b", "c", "d", "x"]);
    let row = (0..3_u32, 0..7_i64, event, select(vec!["", "p", "p", "q"]));
    prop::collection::vec(row, 0..24).prop_map(|rows| {
        let mut sheet = Sheet::new().column("p", Role::Other, Kind::Text);
        let mut n_rows = [0; 3];
        for (user, time, event, p) in rows {
            n_rows[user as usize] += 1;
            if n_rows[user as usize] <= 8 {
                sheet.push(&format!("u{user}"), time, event, vec![p.to_owned()]);
            }
        }
        sheet
    })
}

fn rules() -> impl Strategy<Value = EventRule> {
    let events = prop::collection::btree_set(select(vec!["a", "a", "b", "b", "c", "d"]), 1..=3);
    (events, 0..12).prop_map(|(events, special)| match special {
        0 => EventRule::default(),
        1 => {
            let test =
                PropertyTest { property: "p".to_owned(), values: vec!["p".to_owned()], ..Default::default() };
            EventRule { conditions: vec![Condition::Property(test)], ..named(&events) }
        }
        // Most steps match one event, so that chains are not always complete.
        2..7 => named(&events.into_iter().take(1).collect()),
        _ => named(&events),
    })
}

fn named(events: &BTreeSet<&str>) -> EventRule {
    EventRule {
        any_of: events.iter().map(|&event| EventRule::event(event)).collect(),
        ..EventRule::default()
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let occurrence = select(vec![
        Occurrence::Any,
        Occurrence::Any,
        Occurrence::Any,
        Occurrence::Any,
        Occurrence::FirstEver,
        Occurrence::FirstMatching,
    ]);
    let step = (rules(), 0..5, occurrence).prop_map(|(rule, optional, occurrence)| Step {
        rule,
        optional: optional == 0,
        occurrence,
        name: None,
    });
    prop::collection::vec(step, 1..=4).prop_map(|mut steps| {
        steps[0].optional = false;
        steps
    })
}

fn breakdowns() -> impl Strategy<Value = Option<Breakdown>> {
    let attribution = prop_oneof![
        Just(Attribution::FirstTouch),
        Just(Attribution::LastTouch),
        Just(Attribution::EachValue),
        (0..4_u32).prop_map(|step| Attribution::Step { step }),
    ];
    let owner = select(vec![Owner::Event, Owner::Event, Owner::Event, Owner::User, Owner::UserFirst]);
    let property =
        (owner, attribution, select(vec!["p", "p", "p", "user", "time"]), select(vec![None, Some(1)]));
    let property = property.prop_map(|(on, attribution, property, limit)| {
        Some(Breakdown::Property { property: property.to_owned(), on, attribution, limit })
    });
    let users = |users: &[&str]| Segment::List { users: users.iter().map(|&user| user.to_owned()).collect() };
    let segment = |name: &str, segment| NamedSegment { name: name.to_owned(), segment };
    let segments = vec![segment("first", users(&["u0", "u1"])), segment("second", users(&["u1"]))];
    prop_oneof![Just(None), property, Just(Some(Breakdown::Segments { segments }))]
}

prop_compose! {
    fn queries()(
        steps in steps(),
        (order, tie, reuse, entry) in (
            select(vec![Order::Ordered, Order::Ordered, Order::Strict, Order::Unordered]),
            select(vec![Tie::StepOrder, Tie::Loose, Tie::Never]),
            select(vec![Reuse::Once, Reuse::Once, Reuse::Many]),
            select(vec![Entry::Any, Entry::Any, Entry::First]),
        ),
        (range, from, to, window) in (
            select(vec![Range::Entry, Range::AllEvents]),
            select(vec![None, None, Some(1), Some(2)]),
            select(vec![None, None, Some(3), Some(5)]),
            select(vec![None, Some(1), Some(2), Some(3), Some(6)]),
        ),
        (time_from, search, open, instant_times) in (
            select(vec![TimeFrom::LatestStart, TimeFrom::EarliestStart]),
            select(vec![Search::Exhaustive, Search::Exhaustive, Search::LatestStartOnly]),
            select(vec![OpenUsers::Apart, OpenUsers::Dropped]),
            select(vec![InstantTimes::Counted, InstantTimes::LeftOut]),
        ),
        exclusions in prop::collection::vec((select(vec!["x", "x", "c", "d"]), 0..3_u32, 1..4_u32), 0..3),
        on_exclusion in select(vec![OnExclusion::VoidChain, OnExclusion::RemoveUser]),
        breakdown in breakdowns(),
    ) -> FunnelQuery {
        let exclusion = |(event, from, length): (&str, u32, u32)| {
            Exclusion { rule: EventRule::event(event), from, to: from + length }
        };
        let (from, to) = (from.map(Millis), to.map(Millis));
        valid(FunnelQuery {
            scope: Scope { from, to, ..Scope::default() },
            exclusions: exclusions.into_iter().map(exclusion).collect(),
            window_millis: window,
            steps, order, range, tie, reuse, entry, time_from, instant_times, search, on_exclusion, open, breakdown,
        })
    }
}

/// The nearest query that has no contradictions.
fn valid(mut query: FunnelQuery) -> FunnelQuery {
    let n_steps = query.steps.len() as u32;
    if query.order == Order::Unordered {
        query.on_exclusion = OnExclusion::VoidChain;
        query.entry = Entry::Any;
    }
    if query.search == Search::LatestStartOnly && query.tie == Tie::Never {
        query.order = Order::Ordered;
        query.time_from = TimeFrom::LatestStart;
        query.on_exclusion = OnExclusion::VoidChain;
    }
    // In strict order, and where one chain per step is remembered, the oracle does not judge optional steps.
    if query.order != Order::Ordered || query.search == Search::LatestStartOnly {
        query.steps.iter_mut().for_each(|step| step.optional = false);
    }
    let steps = query.steps.clone();
    query.exclusions.iter_mut().for_each(|exclusion| exclusion.to = exclusion.to.min(n_steps - 1));
    query.exclusions.retain(|exclusion| {
        let ends = [exclusion.from, exclusion.to];
        exclusion.from < exclusion.to && ends.iter().all(|&step| !steps[step as usize].optional)
    });
    if let Some(Breakdown::Property { attribution: Attribution::Step { step }, .. }) = &mut query.breakdown {
        *step %= n_steps;
    }
    query
}

/// Whether the oracle knows the chains' times, and not only their steps.
fn times_are_known(query: &FunnelQuery) -> bool {
    query.search != Search::LatestStartOnly || query.tie != Tie::Never
}

fn naive_answer(query: &FunnelQuery, sheet: &Sheet) -> FunnelAnswer {
    let users = sheet.users();
    let end = users.values().flatten().map(|row| row.time).max().unwrap_or(0);
    let mut overall = Vec::new();
    let mut groups: BTreeMap<GroupKey, Vec<Fate>> = BTreeMap::new();
    for (&user, rows) in &users {
        let looked = looked_at(query, rows);
        let whole = fate(query, &looked, end);
        for (key, part) in parts(query, user, rows, &looked) {
            let fate = part.map_or(whole.clone(), |part| fate(query, &part, end));
            if fate != Fate::Absent {
                groups.entry(key).or_default().push(fate);
            }
        }
        overall.push(whole);
    }
    let mut ranked: Vec<(GroupKey, FunnelResult)> =
        groups.iter().map(|(key, fates)| (key.clone(), naive_result(query, fates))).collect();
    match &query.breakdown {
        Some(Breakdown::Segments { segments }) => {
            let key = |named: &NamedSegment| GroupKey::Segment { name: named.name.clone() };
            let result = |key: &GroupKey| groups.get(key).map_or(&[][..], |fates| &fates[..]);
            ranked =
                segments.iter().map(|named| (key(named), naive_result(query, result(&key(named))))).collect();
        }
        Some(Breakdown::Property { limit, .. }) => {
            let reached = |result: &FunnelResult| -> Vec<u64> {
                result.steps.iter().rev().map(|step| step.n_reached).collect()
            };
            ranked.sort_by(|a, b| {
                reached(&b.1).cmp(&reached(&a.1)).then_with(|| order_of(&a.0).cmp(&order_of(&b.0)))
            });
            if let Some(limit) = limit
                && ranked.len() > *limit as usize
            {
                let rest = ranked.split_off(*limit as usize);
                let fates: Vec<Fate> = rest.iter().flat_map(|(key, _)| groups[key].clone()).collect();
                ranked.push((GroupKey::Other, naive_result(query, &fates)));
            }
        }
        None => {}
    }
    let group = |(key, result)| super::super::FunnelGroup { key, result };
    FunnelAnswer { overall: naive_result(query, &overall), groups: ranked.into_iter().map(group).collect() }
}

/// Missing first, then by value.
fn order_of(key: &GroupKey) -> Option<(Option<jiff::Timestamp>, &str)> {
    match key {
        GroupKey::Value { value } => Some((value.parse().ok(), value)),
        _ => None,
    }
}

/// The groups of a user, each with the rows that make its funnel if they are not simply all.
fn parts<'a>(
    query: &FunnelQuery,
    user: &str,
    rows: &[&'a SheetRow],
    looked: &[Row<'a>],
) -> Vec<(GroupKey, Option<Vec<Row<'a>>>)> {
    let (property, on, attribution) = match &query.breakdown {
        None => return Vec::new(),
        Some(Breakdown::Segments { segments }) => {
            let holds = |named: &&NamedSegment| match &named.segment {
                Segment::List { users } => users.iter().any(|listed| listed == user),
                _ => panic!("only lists"),
            };
            let key = |named: &NamedSegment| (GroupKey::Segment { name: named.name.clone() }, None);
            return segments.iter().filter(holds).map(key).collect();
        }
        Some(Breakdown::Property { property, on, attribution, .. }) => (property, *on, *attribution),
    };
    let value = |row: &SheetRow| match property.as_str() {
        "p" => row.cells[0].clone(),
        "user" => row.user.clone(),
        _ => jiff::Timestamp::from_millisecond(row.time).unwrap().to_string(),
    };
    let key = |value: String| {
        if value.is_empty() { GroupKey::Missing } else { GroupKey::Value { value } }
    };
    let mut of_user = rows.iter().map(|row| value(row)).filter(|value| !value.is_empty());
    let touches = looked.iter().filter(|row| !row.steps.is_empty()).map(|row| value(row.row));
    let mut touches = touches.filter(|value| !value.is_empty());
    let single = match (on, attribution) {
        (Owner::User, _) => of_user.next_back(),
        (Owner::UserFirst, _) => of_user.next(),
        (_, Attribution::FirstTouch) => touches.next(),
        (_, Attribution::LastTouch) => touches.last(),
        (_, Attribution::EachValue) => {
            let values: BTreeSet<String> = looked.iter().map(|row| value(row.row)).collect();
            let part =
                |wanted: &String| looked.iter().filter(|row| value(row.row) == *wanted).cloned().collect();
            return values.iter().map(|wanted| (key(wanted.clone()), Some(part(wanted)))).collect();
        }
        (_, Attribution::Step { step }) => {
            let step = step as usize;
            let of_step = looked.iter().filter(|row| row.steps.contains(&step));
            let values: BTreeSet<String> = of_step.map(|row| value(row.row)).collect();
            let part = |wanted: &String| {
                let mut part = looked.to_vec();
                for row in part.iter_mut().filter(|row| value(row.row) != *wanted) {
                    row.steps.remove(&step);
                }
                part.retain(|row| query.order == Order::Strict || row.means_something());
                part
            };
            return values.iter().map(|wanted| (key(wanted.clone()), Some(part(wanted)))).collect();
        }
    };
    vec![(key(single.unwrap_or_default()), None)]
}

fn naive_result(query: &FunnelQuery, fates: &[Fate]) -> FunnelResult {
    let chains: Vec<(&Vec<(usize, i64)>, bool)> = fates
        .iter()
        .filter_map(|fate| match fate {
            Fate::Entered { chain, open } => Some((chain, *open)),
            _ => None,
        })
        .collect();
    let has = |chain: &[(usize, i64)], step: usize| chain.iter().any(|&(filled, _)| filled == step);
    let count = |holds: &dyn Fn(&[(usize, i64)], bool) -> bool| {
        chains.iter().filter(|&&(chain, open)| holds(chain, open)).count() as u64
    };
    let required: Vec<usize> = (0..query.steps.len()).filter(|&step| !query.steps[step].optional).collect();
    let last = required[required.len() - 1];
    let n_entered = count(&|chain, _| has(chain, 0));
    let n_converted = count(&|chain, _| has(chain, last));
    let n_open = count(&|_, open| open);
    let step = |step: usize| {
        let optional = query.steps[step].optional;
        let previous = required.iter().rfind(|&&earlier| earlier < step).copied();
        let name = super::super::tally::name(query, step);
        let n_reached = count(&|chain, _| has(chain, step));
        let lengths = |from: usize| -> Option<Durations> {
            let time = |chain: &[(usize, i64)], step| {
                chain.iter().find(|filled| filled.0 == step).map(|filled| filled.1)
            };
            let length =
                |&(chain, _): &(&Vec<(usize, i64)>, bool)| Some(time(chain, step)? - time(chain, from)?);
            let counts = |&length: &i64| length > 0 || query.instant_times == InstantTimes::Counted;
            durations(chains.iter().filter_map(length).filter(counts).collect())
        };
        let Some(previous) = previous else {
            let rate_from_first = wilson(n_reached, n_entered);
            return FunnelStep { name, optional, n_reached, rate_from_first, ..FunnelStep::default() };
        };
        let n_previous = count(&|chain, _| has(chain, previous));
        // Users who are open and have not reached this step; for an optional one, the required step before it.
        let barrier = if optional { previous } else { step };
        let n_open_before = count(&|chain, open| open && !has(chain, barrier));
        let n_open_here = count(&|chain, open| open && has(chain, previous) && !has(chain, barrier));
        FunnelStep {
            name,
            optional,
            n_reached,
            n_open: n_open_here,
            n_dropped: count(&|chain, open| !optional && !open && has(chain, previous) && !has(chain, step)),
            rate_from_first: wilson(n_reached, n_entered - n_open_before),
            rate_from_previous: wilson(n_reached, n_previous - n_open_here),
            from_previous: lengths(previous),
            from_first: lengths(0),
        }
    };
    let steps: Vec<FunnelStep> = (0..query.steps.len()).map(step).collect();
    FunnelResult {
        n_entered,
        n_converted,
        n_open,
        n_removed: fates.iter().filter(|fate| **fate == Fate::Removed).count() as u64,
        n_with_ties: count(&|chain, _| chain.windows(2).any(|pair| pair[0].1 == pair[1].1)),
        conversion_rate: wilson(n_converted, n_entered - n_open),
        time_to_convert: steps[last].from_first,
        steps,
    }
}

fn durations(mut lengths: Vec<i64>) -> Option<Durations> {
    lengths.sort_unstable();
    let quantile = |share: f64| {
        let place = (lengths.len() - 1) as f64 * share;
        let (low, high) = (lengths[place.floor() as usize] as f64, lengths[place.ceil() as usize] as f64);
        low + place.fract() * (high - low)
    };
    (!lengths.is_empty()).then(|| Durations {
        n_users: lengths.len() as u64,
        mean_millis: lengths.iter().sum::<i64>() as f64 / lengths.len() as f64,
        p10_millis: quantile(0.1),
        median_millis: quantile(0.5),
        p90_millis: quantile(0.9),
    })
}

fn without_times(mut answer: FunnelAnswer) -> FunnelAnswer {
    let groups = answer.groups.iter_mut().map(|group| &mut group.result);
    for result in groups.chain([&mut answer.overall]) {
        (result.time_to_convert, result.n_with_ties) = (None, 0);
        for step in &mut result.steps {
            (step.from_previous, step.from_first) = (None, None);
        }
    }
    answer
}

/// 20,000, or as many as `CAIRN_RANDOM_CASES` says: a nightly run tries a million.
fn n_cases() -> u32 {
    std::env::var("CAIRN_RANDOM_CASES").map_or(20_000, |n| n.parse().expect("CAIRN_RANDOM_CASES is a number"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases()))]

    #[test]
    fn every_rule_gives_what_listing_all_chains_gives(sheet in sheets(), query in queries()) {
        let Answer::Funnel(mut answer) = run(&sheet.table(), &Query::Funnel(query.clone())).unwrap() else {
            panic!("a funnel's answer")
        };
        let mut expected = naive_answer(&query, &sheet);
        if !times_are_known(&query) {
            (answer, expected) = (without_times(answer), without_times(expected));
        }
        prop_assert_eq!(answer, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_answer_is_the_same_on_any_number_of_shards(sheet in sheets(), query in queries()) {
        let query = Query::Funnel(query);
        let whole = run(&sheet.table(), &query).unwrap();
        for n in [1, 2, 3, 8] {
            prop_assert_eq!(&answer_of_shards(&sheet.shards(n), &query), &whole);
        }
        let json = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<Answer>(&json).unwrap(), whole);
    }
}
