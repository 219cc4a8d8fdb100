//! Random small funnels, full of ties, against the oracle.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use super::totals::naive_answer;
use crate::analysis::funnel::{
    Count, Entry, Exclusion, FunnelAnswer, FunnelQuery, Hold, InstantTimes, Occurrence, OnExclusion,
    OpenUsers, Order, Preset, Range, Repeats, Reuse, Search, Step, StrictKind, Tie, TimeFrom, WindowFrom,
};
use crate::analysis::{Answer, Query, run};
use crate::rule::{
    Attribution, Breakdown, Condition, EventRule, GapEdge, NamedSegment, Owner, PropertyTest, Scope, Segment,
    SessionRule,
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
    let limits = (
        select(vec![None, None, Some(0), Some(1), Some(3), Some(9)]),
        select(vec![None, None, Some(0), Some(1), Some(3)]),
    );
    let step = (rules(), 0..5, occurrence, limits).prop_map(|(rule, optional, occurrence, limits)| Step {
        rule,
        optional: optional == 0,
        occurrence,
        name: None,
        within_millis: limits.0,
        after_millis: limits.1,
    });
    (prop::collection::vec(step, 1..=4), 0..3).prop_map(|(mut steps, limited)| {
        steps[0].optional = false;
        if limited > 0 {
            steps.iter_mut().for_each(|step| (step.within_millis, step.after_millis) = (None, None));
        }
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
            select(vec![
                Tie::StepOrder, Tie::StepOrder, Tie::Loose, Tie::Loose, Tie::Never, Tie::Never, Tie::Grace(0),
                Tie::Grace(1), Tie::Grace(2), Tie::Bucket(1), Tie::Bucket(2), Tie::Bucket(5),
            ]),
            select(vec![Reuse::Once, Reuse::Once, Reuse::Once, Reuse::Many, Reuse::Many, Reuse::ManyAfterStart]),
            select(vec![
                Entry::Any, Entry::Any, Entry::Any, Entry::Any, Entry::Any, Entry::First, Entry::First,
                Entry::Attempts, Entry::Restart,
            ]),
        ),
        (range, from, to, window) in (
            select(vec![Range::Entry, Range::AllEvents]),
            select(vec![None, None, Some(1), Some(2)]),
            select(vec![None, None, None, Some(3), Some(5), Some(25)]),
            select(vec![None, Some(1), Some(2), Some(3), Some(6), Some(12), Some(30)]),
        ),
        (time_from, search, open, instant_times) in (
            select(vec![TimeFrom::LatestStart, TimeFrom::EarliestStart]),
            select(vec![
                Search::Exhaustive, Search::Exhaustive, Search::Exhaustive, Search::LatestStartOnly,
                Search::LatestStartOnly, Search::FirstMatch,
            ]),
            select(vec![OpenUsers::Apart, OpenUsers::Dropped]),
            select(vec![InstantTimes::Counted, InstantTimes::LeftOut]),
        ),
        exclusions in prop::collection::vec((select(vec!["x", "x", "c", "d"]), 0..3_u32, 1..4_u32), 0..3),
        (strict_kind, repeats) in (
            select(vec![
                StrictKind::Restart, StrictKind::Restart, StrictKind::Stop, StrictKind::EventBreaks,
                StrictKind::EarlierStepBreaks,
            ]),
            select(vec![
                Repeats::Allowed, Repeats::Allowed, Repeats::Allowed, Repeats::Allowed, Repeats::Stop,
                Repeats::BreakChain,
            ]),
        ),
        on_exclusion in select(vec![
            OnExclusion::VoidChain, OnExclusion::RemoveUser, OnExclusion::ResetProgress, OnExclusion::EndAttempt,
        ]),
        (calendar_days, sessions, session) in windows(),
        window_from in select(vec![WindowFrom::FirstStep, WindowFrom::FirstStep, WindowFrom::PreviousStep]),
        hold in holds(),
        count in select(vec![Count::Users, Count::Users, Count::Users, Count::Users, Count::Sessions, Count::Attempts]),
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
            calendar_days, sessions, session, window_from, hold, count,
            steps, order, strict_kind, repeats, range, tie, reuse, entry, time_from, instant_times, search, on_exclusion, open, breakdown,
            trend: None,
            entry_bins: None,
        })
    }
}

fn windows() -> impl Strategy<Value = (Option<u32>, Option<u32>, SessionRule)> {
    let gap = (0..6_i64, select(vec![GapEdge::Cuts, GapEdge::Joins]));
    let gap = gap.prop_map(|(gap_millis, edge)| SessionRule::Gap { gap_millis, edge });
    let session = prop_oneof![gap.clone(), gap, Just(SessionRule::History)];
    let limit = prop_oneof![
        Just((None, None)),
        Just((None, None)),
        Just((None, None)),
        (1..4_u32).prop_map(|n| (Some(n), None)),
        (1..4_u32).prop_map(|n| (None, Some(n))),
    ];
    (limit, session).prop_map(|((days, sessions), session)| (days, sessions, session))
}

fn holds() -> impl Strategy<Value = Option<Hold>> {
    let properties = select(vec![vec!["p"], vec!["p"], vec!["p", "user"], vec!["time", "p"]]);
    let steps = prop_oneof![Just(Vec::new()), prop::collection::vec(0..4_u32, 1..3)];
    let hold = (properties, steps).prop_map(|(properties, steps)| {
        Some(Hold { properties: properties.into_iter().map(str::to_owned).collect(), steps })
    });
    prop_oneof![4 => Just(None), 1 => hold]
}

/// The nearest query that has no contradictions, and that the oracle can judge.
pub(super) fn valid(mut query: FunnelQuery) -> FunnelQuery {
    let n_steps = query.steps.len() as u32;
    let may_stop = matches!(query.strict_kind, StrictKind::Stop | StrictKind::EventBreaks)
        || query.repeats == Repeats::Stop;
    // In strict order, and where one chain per step is remembered, the oracle does not judge optional steps.
    if query.order != Order::Ordered || query.search == Search::LatestStartOnly || may_stop {
        query.steps.iter_mut().for_each(|step| step.optional = false);
    }
    query.steps[0].within_millis = None;
    query.steps[0].after_millis = None;
    for step in &mut query.steps {
        if step.optional {
            (step.within_millis, step.after_millis) = (None, None);
        }
        step.within_millis = step.within_millis.max(step.within_millis.and(step.after_millis));
    }
    if let Some(hold) = &mut query.hold {
        hold.steps.iter_mut().for_each(|step| *step %= n_steps);
    }
    // A bucket that is longer than a gap could hold two sessions.
    if let (Tie::Bucket(bucket), SessionRule::Gap { gap_millis, .. }) = (query.tie, &mut query.session) {
        *gap_millis = (*gap_millis).max(bucket + 1);
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
    let table = every_event().table();
    while let Err(error) = query.check(&table) {
        reset(&mut query, &error.field);
    }
    query
}

/// A sheet that has all the events.
fn every_event() -> Sheet {
    let mut sheet = Sheet::new().column("p", Role::Other, Kind::Text);
    for event in ["a", "b", "c", "d", "x"] {
        sheet.push("u", 0, event, vec!["p".to_owned()]);
    }
    sheet
}

/// Takes back what an error says is wrong.
fn reset(query: &mut FunnelQuery, field: &str) {
    let default = FunnelQuery::default();
    match field {
        "order" => query.order = default.order,
        "strict_kind" => query.strict_kind = default.strict_kind,
        "repeats" => query.repeats = default.repeats,
        "tie" => query.tie = default.tie,
        "reuse" => query.reuse = default.reuse,
        "entry" => query.entry = default.entry,
        "time_from" => query.time_from = default.time_from,
        "search" => query.search = default.search,
        "on_exclusion" => query.on_exclusion = default.on_exclusion,
        "window_from" => query.window_from = default.window_from,
        "count" => query.count = default.count,
        "trend" => query.trend = None,
        "hold.steps" => query.hold.iter_mut().for_each(|hold| hold.steps.clear()),
        _ if field.starts_with("steps[") => {
            for step in &mut query.steps {
                match field.rsplit('.').next().unwrap() {
                    "optional" => step.optional = false,
                    "within_millis" => step.within_millis = None,
                    "after_millis" => step.after_millis = None,
                    _ => panic!("{field}"),
                }
            }
        }
        _ => panic!("{field}"),
    }
}

/// The same rows and question with longer times, from `base` on: three units are a day, so that days matter.
fn stretched(sheet: &Sheet, query: &FunnelQuery, (unit, base): (i64, i64)) -> (Sheet, FunnelQuery) {
    let mut long = Sheet::new().column("p", Role::Other, Kind::Text);
    for row in sheet.users().values().flatten() {
        long.push(&row.user, base + row.time * unit, &row.event, row.cells.clone());
    }
    let mut query = query.clone();
    let instant = |time: Millis| Millis(base + time.0 * unit);
    (query.scope.from, query.scope.to) = (query.scope.from.map(instant), query.scope.to.map(instant));
    query.window_millis = query.window_millis.map(|window| window * unit);
    for step in &mut query.steps {
        step.within_millis = step.within_millis.map(|within| within * unit);
        step.after_millis = step.after_millis.map(|after| after * unit);
    }
    query.tie = match query.tie {
        Tie::Grace(grace) => Tie::Grace(grace * unit),
        Tie::Bucket(bucket) => Tie::Bucket(bucket * unit),
        tie => tie,
    };
    if let SessionRule::Gap { gap_millis, .. } = &mut query.session {
        *gap_millis *= unit;
    }
    query.scope.zone = Some("Europe/Berlin".to_owned());
    (long, query)
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

fn check(query: &FunnelQuery, sheet: &Sheet) -> Result<(), TestCaseError> {
    let Answer::Funnel(mut answer) = run(&sheet.table(), &Query::Funnel(query.clone())).unwrap() else {
        panic!("a funnel's answer")
    };
    let mut expected = naive_answer(query, sheet);
    if !times_are_known(query) {
        (answer, expected) = (without_times(answer), without_times(expected));
    }
    prop_assert_eq!(answer, expected);
    Ok(())
}

/// A third of a day, and the night before the last Sunday of March 2026, when a day in Berlin has 23 hours.
const LONG: (i64, i64) = (Millis::DAY / 3, 1_774_652_400_000);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]

    #[test]
    fn every_rule_gives_what_listing_all_chains_gives(
        sheet in sheets(), query in queries(), scale in select(vec![(1, 0), (1, 0), LONG]),
    ) {
        let (sheet, query) = stretched(&sheet, &query, scale);
        check(&query, &sheet)?;
    }

    #[test]
    fn every_preset_gives_what_listing_all_chains_gives(
        sheet in sheets(), query in queries(), preset in select(Preset::ALL.to_vec()),
    ) {
        let query = valid(query.with_preset(preset));
        check(&query, &sheet)?;
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
