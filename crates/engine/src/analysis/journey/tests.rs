//! Journeys by hand, and a naive count of neighbors as the oracle.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::analysis::{Query, run};
use crate::rule::{EventRule, GapEdge, ItemRules, NamedSegment, SameInstant, Segment, SessionRule};
use crate::testing::{Sheet, answer_on_any_shards, n_cases, small_sheets};
use crate::time::Millis;

fn ask(sheet: &Sheet, query: &JourneyQuery) -> JourneyAnswer {
    let query = Query::Journey(Box::new(query.clone()));
    // The order of the input is another one on the shards.
    let answer = if query_tie(&query) == SameInstant::ByName {
        answer_on_any_shards(sheet, &query)
    } else {
        run(&sheet.table(), &query).unwrap()
    };
    match answer {
        Answer::Journey(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn query_tie(query: &Query) -> SameInstant {
    match query {
        Query::Journey(query) => query.tie,
        _ => SameInstant::InputOrder,
    }
}

fn item(name: &str) -> JourneyItem {
    match name {
        "..." => JourneyItem::Middle,
        "OTHER" => JourneyItem::Other,
        name => JourneyItem::Item { name: name.to_owned() },
    }
}

fn text(item: &JourneyItem) -> String {
    match item {
        JourneyItem::Item { name } => name.clone(),
        JourneyItem::Middle => "...".to_owned(),
        JourneyItem::Other => "OTHER".to_owned(),
    }
}

fn point(name: &str) -> Option<JourneyPoint> {
    Some(JourneyPoint { item: Some(name.to_owned()), rule: EventRule::default() })
}

/// One user's events, a minute apart.
fn line(events: &str) -> Sheet {
    let rows = events.split(' ').enumerate();
    rows.fold(Sheet::new(), |sheet, (at, event)| sheet.row("u", at as i64 * 60_000, event, &[]))
}

fn edges(answer: &JourneyAnswer) -> Vec<String> {
    let edge = |edge: &JourneyEdge| {
        format!("{} {}>{} {} {}", edge.step, text(&edge.from), text(&edge.to), edge.n_runs, edge.mean_millis)
    };
    answer.edges.iter().map(edge).collect()
}

#[test]
fn repeats_are_joined_at_the_last_of_them_and_steps_count_from_one() {
    let answer = ask(&line("visit visit open help"), &JourneyQuery::default());
    assert_eq!(edges(&answer), ["1 visit>open 1 60000", "2 open>help 1 60000"]);
    let kept = JourneyQuery { repeats: NeighborRepeats::Keep, ..JourneyQuery::default() };
    assert_eq!(ask(&line("visit visit open help"), &kept).edges.len(), 3);
}

#[test]
fn a_run_is_cut_to_its_start_and_end_and_the_middle_of_a_long_one_is_left_out() {
    let sheet = line("x a b c d e z y");
    let both = JourneyQuery { start: point("a"), end: point("z"), n_steps: 4, ..JourneyQuery::default() };
    let found = edges(&ask(&sheet, &both));
    assert_eq!(found, ["1 a>b 1 60000", "2 b>... 1 60000", "3 ...>e 1 60000", "4 e>z 1 60000"]);
    let until = JourneyQuery { end: point("z"), n_steps: 2, ..JourneyQuery::default() };
    assert_eq!(edges(&ask(&sheet, &until)), ["1 e>z 1 60000"]);
    let at_end = JourneyQuery { align: Align::End, n_steps: 9, ..until.clone() };
    assert_eq!(
        ask(&sheet, &at_end).nodes.iter().map(|node| node.step).collect::<Vec<_>>(),
        [3, 4, 5, 6, 7, 8, 9]
    );
    let from = JourneyQuery { start: point("e"), ..JourneyQuery::default() };
    assert_eq!(edges(&ask(&sheet, &from)).len(), 2);
    let never = ask(&sheet, &JourneyQuery { start: point("nothing"), ..JourneyQuery::default() });
    assert_eq!((never.n_runs, never.n_runs_without, never.nodes.len()), (0, 1, 0));
}

#[test]
fn the_last_of_several_ends_counts_where_that_is_asked_for() {
    let sheet = line("a z b z c");
    let ends = |end_at| {
        let query = JourneyQuery { end: point("z"), end_at, ..JourneyQuery::default() };
        ask(&sheet, &query).paths[0].items.len()
    };
    assert_eq!((ends(EndAt::First), ends(EndAt::Last)), (2, 4));
}

#[test]
fn users_of_a_place_are_listed_and_those_of_other_are_refused() {
    let sheet = line("a b c").row("v", 0, "a", &[]).row("v", 1, "c", &[]);
    let users = |place| {
        let answer = ask(&sheet, &JourneyQuery { users_of: Some(place), ..JourneyQuery::default() });
        answer.users.map(|users| users.users.join(" ")).unwrap()
    };
    assert_eq!(users(JourneyPlace::Node { step: 2, item: item("c") }), "v");
    assert_eq!(users(JourneyPlace::Edge { step: 1, from: item("a"), to: item("b") }), "u");
    assert_eq!(users(JourneyPlace::End { item: item("c") }), "u v");
    assert_eq!(users(JourneyPlace::Path { items: vec![item("a"), item("c")] }), "v");
    assert_eq!(users(JourneyPlace::Node { step: 0, item: item("nothing") }), "");
    let other = JourneyPlace::Node { step: 1, item: JourneyItem::Other };
    let query = JourneyQuery { users_of: Some(other), ..JourneyQuery::default() };
    assert_eq!(query.check(&sheet.table()).unwrap_err().field, "users_of");
}

#[test]
fn a_file_of_countless_events_stays_within_bounds_and_loses_nothing() {
    let mut sheet = Sheet::new();
    for at in 0..3_000_u64 {
        let draw = crate::table::users::mix(at) % 1_400;
        sheet.push(&format!("u{}", at % 40), at as i64, &format!("event-{draw}"), Vec::new());
    }
    let query = JourneyQuery { n_steps: 64, node_limit: None, ..JourneyQuery::default() };
    let answer = ask(&sheet, &query);
    assert_eq!(answer.n_items - answer.n_items_folded, MAX_ITEMS as u64);
    check_balance(&answer);
    assert_eq!(answer.nodes.iter().filter(|node| node.step == 1).map(|node| node.n_runs).sum::<u64>(), 40);
}

#[test]
fn numbers_out_of_range_are_refused_by_their_field() {
    let table = line("a b").table();
    let field = |query: JourneyQuery| query.check(&table).unwrap_err().field;
    assert_eq!(field(JourneyQuery { n_steps: 0, ..JourneyQuery::default() }), "n_steps");
    let both = JourneyQuery { n_steps: 1, start: point("a"), end: point("b"), ..JourneyQuery::default() };
    assert_eq!(field(both), "n_steps");
    assert_eq!(field(JourneyQuery { node_limit: Some(0), ..JourneyQuery::default() }), "node_limit");
    let column = JourneyQuery { sessions: SessionRule::Column, ..JourneyQuery::default() };
    assert_eq!(field(column), "sessions.kind");
}

fn check_balance(answer: &JourneyAnswer) {
    for node in &answer.nodes {
        assert_eq!(node.n_in + node.n_started, node.n_runs, "{node:?}");
        assert_eq!(node.n_out + node.n_ended + node.n_cut, node.n_runs, "{node:?}");
        let sum = |picked: &dyn Fn(&&JourneyEdge) -> bool| {
            answer.edges.iter().filter(picked).map(|edge| edge.n_runs).sum::<u64>()
        };
        assert_eq!(sum(&|edge| edge.step == node.step && edge.from == node.item), node.n_out, "{node:?}");
        assert_eq!(sum(&|edge| edge.step + 1 == node.step && edge.to == node.item), node.n_in, "{node:?}");
    }
    let started: u64 = answer.nodes.iter().map(|node| node.n_started).sum();
    assert_eq!(started, answer.n_runs);
}

/// A user, and for each item its step, name and time.
type NaiveRun = (String, Vec<(u32, String, i64)>);

/// What the query says, done as plainly as can be: users with their runs, each item with its step and time.
fn naive_runs(sheet: &Sheet, query: &JourneyQuery, gap: i64) -> Vec<NaiveRun> {
    let mut runs = Vec::new();
    for (user, rows) in sheet.users() {
        let mut rows = rows.clone();
        if query.tie == SameInstant::ByName {
            rows.sort_by_key(|row| (row.time, &row.event));
        }
        let rows: Vec<_> = rows.iter().filter(|row| !query.items.exclude.contains(&row.event)).collect();
        let mut sessions: Vec<Vec<(String, i64)>> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            if at == 0 || row.time - rows[at - 1].time >= gap {
                sessions.push(Vec::new());
            }
            let session = sessions.last_mut().unwrap();
            if query.repeats == NeighborRepeats::Join
                && session.last().is_some_and(|last| last.0 == row.event)
            {
                session.pop();
            }
            session.push((row.event.clone(), row.time));
        }
        for mut session in sessions {
            let is = |point: &Option<JourneyPoint>, name: &str| {
                point.as_ref().unwrap().item.as_deref() == Some(name)
            };
            if query.start.is_some() {
                let Some(at) = session.iter().position(|(name, _)| is(&query.start, name)) else { continue };
                session.drain(..at);
            }
            if query.end.is_some() {
                let mut ends = (0..session.len()).filter(|&at| is(&query.end, &session[at].0));
                let end = if query.end_at == EndAt::First { ends.next() } else { ends.next_back() };
                let Some(end) = end else { continue };
                session.truncate(end + 1);
            }
            let limit = query.n_steps as usize;
            if session.len() > limit && query.end.is_none() {
                session.truncate(limit);
            } else if session.len() > limit && query.start.is_none() {
                session.drain(..session.len() - limit);
            } else if session.len() > limit {
                let time = session[limit / 2].1;
                session.splice(limit / 2..session.len() - limit / 2, [("...".to_owned(), time)]);
            }
            let shift = if query.align == Align::End { limit.max(session.len()) - session.len() } else { 0 };
            let node = |(at, (name, time)): (usize, (String, i64))| ((at + shift + 1) as u32, name, time);
            runs.push((user.to_owned(), session.into_iter().enumerate().map(node).collect()));
        }
    }
    runs
}

prop_compose! {
    fn queries()(
        days in 0..6_i64,
        n_steps in 2..6_u32,
        start in prop::sample::select(vec!["", "", "a", "b"]),
        end in prop::sample::select(vec!["", "", "c", "d", "a"]),
        end_at in prop::sample::select(vec![EndAt::First, EndAt::Last]),
        align in prop::sample::select(vec![Align::Start, Align::End]),
        repeats in prop::sample::select(vec![NeighborRepeats::Join, NeighborRepeats::Keep]),
        exclude in prop::sample::select(vec!["", "b"]),
        node_limit in prop::sample::select(vec![None, Some(1), Some(2)]),
        tie in prop::sample::select(vec![SameInstant::ByName, SameInstant::InputOrder]),
    ) -> (i64, JourneyQuery) {
        let named = |name: &str| if name.is_empty() { None } else { point(name) };
        let gap = days * Millis::DAY / 2;
        let query = JourneyQuery {
            sessions: SessionRule::Gap { gap_millis: gap, edge: GapEdge::Cuts },
            items: ItemRules { exclude: vec![exclude.to_owned()], ..ItemRules::default() },
            tie, start: named(start), end: named(end), end_at, align, repeats, n_steps, node_limit,
            path_limit: 1_000, run_limit: 1_000,
            compare: vec![NamedSegment {
                name: "some".to_owned(),
                segment: Segment::List { users: vec!["u1".to_owned(), "u3".to_owned()] },
            }],
            ..JourneyQuery::default()
        };
        (gap, query)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]

    #[test]
    fn every_number_is_that_of_a_plain_count_and_every_node_adds_up((gap, query) in queries(), sheet in small_sheets()) {
        let answer = ask(&sheet, &query);
        check_balance(&answer);
        let runs = naive_runs(&sheet, &query, gap);
        prop_assert_eq!(answer.n_runs, runs.len() as u64);
        let users: BTreeSet<&String> = runs.iter().map(|(user, _)| user).collect();
        prop_assert_eq!(answer.n_users, users.len() as u64);
        let listed: Vec<Vec<String>> =
            answer.runs.iter().map(|run| run.items.iter().map(text).collect()).collect();
        let expected: Vec<Vec<String>> =
            runs.iter().map(|(_, nodes)| nodes.iter().map(|(_, name, _)| name.clone()).collect()).collect();
        prop_assert_eq!(listed, expected);

        // Small nodes are other ones: told by the naive counts themselves.
        let mut n_runs: BTreeMap<(u32, String), i64> = BTreeMap::new();
        runs.iter().flat_map(|(_, nodes)| nodes).for_each(|(step, name, _)| *n_runs.entry((*step, name.clone())).or_default() += 1);
        let mut ranked: Vec<(u32, i64, bool, String)> =
            n_runs.iter().map(|((step, name), n)| (*step, -n, name != "...", name.clone())).collect();
        ranked.sort();
        let limit = query.node_limit.unwrap_or(u32::MAX) as usize;
        let shown = |step: u32, name: &String| {
            let place = ranked.iter().filter(|other| other.0 == step).position(|other| other.3 == *name);
            if place.unwrap() < limit { name.clone() } else { "OTHER".to_owned() }
        };
        type Edges = BTreeMap<(u32, String, String), (u64, i64, u64)>;
        let mut edges = Edges::new();
        for (user, nodes) in &runs {
            for pair in nodes.windows(2) {
                let [(step, from, time), (_, to, next)] = pair else { unreachable!() };
                let edge = edges.entry((*step, shown(*step, from), shown(step + 1, to))).or_default();
                edge.0 += 1;
                // The middle is left at its last item's time, which the naive run does not hold.
                edge.1 += if from == "..." { 0 } else { next - time };
                edge.2 += u64::from(["u1", "u3"].contains(&user.as_str()));
            }
        }
        let mut found = Edges::new();
        for edge in &answer.edges {
            let key = (edge.step, text(&edge.from), text(&edge.to));
            let known = if edge.from == JourneyItem::Middle { 0.0 } else { edge.mean_millis * edge.n_runs as f64 };
            found.insert(key, (edge.n_runs, known.round() as i64, edge.group_runs[0]));
        }
        // Where the middle is among the other ones its time is not known to the naive count.
        let forget = |edges: &mut Edges| edges.iter_mut().filter(|(key, _)| key.1 == "OTHER").for_each(|(_, edge)| edge.1 = 0);
        forget(&mut edges);
        forget(&mut found);
        prop_assert_eq!(found, edges);
        let paths: u64 = answer.paths.iter().map(|path| path.n_runs).sum();
        prop_assert_eq!(paths, answer.n_runs);
    }
}
