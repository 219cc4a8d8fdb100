//! Random small funnels, full of ties, against the oracle.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use super::totals::naive_answer;
use crate::analysis::funnel::{
    Entry, Exclusion, FunnelAnswer, FunnelQuery, InstantTimes, Occurrence, OnExclusion, OpenUsers, Order,
    Range, Repeats, Reuse, Search, Step, StrictKind, Tie, TimeFrom,
};
use crate::analysis::{Answer, Query, run};
use crate::rule::{
    Attribution, Breakdown, Condition, EventRule, NamedSegment, Owner, PropertyTest, Scope, Segment,
};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_of_shards, n_cases};
use crate::time::Millis;

pub(super) fn sheets() -> impl Strategy<Value = Sheet> {
    let event = select(vec!["a", "a", "b", "b", "c", "d", "x"]);
    let row = |times| (0..3_u32, 0..times, event.clone(), select(vec!["", "p", "p", "q"]));
    // Full of ties, or with hardly any: then the sweep answers.
    let rows =
        prop_oneof![prop::collection::vec(row(7_i64), 0..24), prop::collection::vec(row(40_i64), 0..24),];
    rows.prop_map(|rows| {
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
    pub(super) fn queries()(
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
            select(vec![None, None, None, Some(3), Some(5), Some(25)]),
            select(vec![None, Some(1), Some(2), Some(3), Some(6), Some(12), Some(30)]),
        ),
        (time_from, search, open, instant_times) in (
            select(vec![TimeFrom::LatestStart, TimeFrom::EarliestStart]),
            select(vec![Search::Exhaustive, Search::Exhaustive, Search::LatestStartOnly]),
            select(vec![OpenUsers::Apart, OpenUsers::Dropped]),
            select(vec![InstantTimes::Counted, InstantTimes::LeftOut]),
        ),
        exclusions in prop::collection::vec((select(vec!["x", "x", "c", "d"]), 0..3_u32, 1..4_u32), 0..3),
        (strict_kind, repeats) in (
            select(vec![StrictKind::Restart, StrictKind::Restart, StrictKind::Stop, StrictKind::EventBreaks]),
            select(vec![Repeats::Allowed, Repeats::Allowed, Repeats::Allowed, Repeats::Stop]),
        ),
        on_exclusion in select(vec![
            OnExclusion::VoidChain, OnExclusion::RemoveUser, OnExclusion::ResetProgress,
        ]),
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
            steps, order, strict_kind, repeats, range, tie, reuse, entry, time_from, instant_times, search, on_exclusion, open, breakdown,
            trend: None,
        })
    }
}

/// The nearest query that has no contradictions.
pub(super) fn valid(mut query: FunnelQuery) -> FunnelQuery {
    let n_steps = query.steps.len() as u32;
    if query.order == Order::Unordered {
        if query.on_exclusion == OnExclusion::RemoveUser {
            query.on_exclusion = OnExclusion::VoidChain;
        }
        query.entry = Entry::Any;
    } else if query.on_exclusion == OnExclusion::ResetProgress {
        query.on_exclusion = OnExclusion::RemoveUser;
    }
    if query.order != Order::Strict {
        query.strict_kind = StrictKind::Restart;
    }
    if query.order == Order::Unordered
        || (query.order == Order::Strict && query.strict_kind == StrictKind::Restart)
    {
        query.repeats = Repeats::Allowed;
    }
    let may_stop = query.strict_kind != StrictKind::Restart || query.repeats == Repeats::Stop;
    if may_stop {
        if query.tie == Tie::Loose {
            query.tie = Tie::StepOrder;
        }
        query.time_from = TimeFrom::LatestStart;
        query.on_exclusion = OnExclusion::VoidChain;
        query.steps.iter_mut().for_each(|step| step.optional = false);
    }
    if query.search == Search::LatestStartOnly && query.tie == Tie::Never && !may_stop {
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]

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
