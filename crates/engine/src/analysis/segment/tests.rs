//! The segment analysis against sets of user ids.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::analysis::{Query, run};
use crate::rule::{Condition, Did, EventRule, Op, Owner, PropertyTest, Segment, Times, Within};
use crate::testing::{Sheet, answer_on_any_shards, small_sheets};
use crate::time::Millis;

fn did(event: &str, n: u64) -> Segment {
    let rule = EventRule::event(event);
    Segment::Did(Did { rule, times: Times::AtLeast, n, within: Within::Ever })
}

fn named(name: &str, segment: Segment) -> NamedSegment {
    NamedSegment { name: name.to_owned(), segment }
}

fn ask(sheet: &Sheet, query: SegmentQuery) -> SegmentAnswer {
    match answer_on_any_shards(sheet, &Query::Segment(query)) {
        Answer::Segment(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// Five users: ann and bob did `x`, bob and cid did `y`, dan and eve neither.
fn five() -> Sheet {
    Sheet::new()
        .row("ann", 0, "x", &[])
        .row("ann", 1, "x", &[])
        .row("bob", 2, "x", &[])
        .row("bob", 3, "y", &[])
        .row("cid", 4, "y", &[])
        .row("dan", 5, "z", &[])
        .row("eve", 6, "z", &[])
}

#[test]
fn sizes_shares_and_overlaps_are_counted() {
    let segments = vec![named("X", did("x", 1)), named("Y", did("y", 1)), named("X twice", did("x", 2))];
    let answer = ask(&five(), SegmentQuery { segments, ..SegmentQuery::default() });
    assert_eq!((answer.n_users, answer.n_events, answer.n_users_in_none), (5, 7, 2));
    assert_eq!(answer.overlap, [[2, 1, 1], [1, 2, 0], [1, 0, 1]]);
    let sizes: Vec<(&str, u64, u64)> =
        answer.segments.iter().map(|size| (size.name.as_str(), size.n_users, size.n_events)).collect();
    assert_eq!(sizes, [("X", 2, 4), ("Y", 2, 3), ("X twice", 1, 2)]);
    assert_eq!(answer.segments[0].user_rate, wilson(2, 5));
    assert!(answer.users.is_empty());
}

#[test]
fn users_are_listed_page_by_page_in_the_order_of_their_ids() {
    let segments = vec![named("Not X", Segment::Not { of: Box::new(did("x", 1)) })];
    let page = |after: Option<&str>| {
        let list = Some(UserList { segment: 0, after: after.map(str::to_owned), limit: 2 });
        ask(&five(), SegmentQuery { segments: segments.clone(), list, ..SegmentQuery::default() }).users
    };
    assert_eq!(page(None), ["cid", "dan"]);
    assert_eq!(page(Some("dan")), ["eve"]);
    assert!(page(Some("eve")).is_empty());
}

#[test]
fn the_scope_decides_who_is_counted_but_not_what_a_rule_sees() {
    let scope = Scope { from: Some(Millis(3)), to: Some(Millis(5)), ..Scope::default() };
    let segments = vec![named("X", did("x", 1)), named("All", Segment::AllOf { of: Vec::new() })];
    let list = Some(UserList { segment: 1, after: None, limit: 10 });
    let answer = ask(&five(), SegmentQuery { scope, segments, list });
    assert_eq!(answer.users, ["bob", "cid", "dan"]);
    assert_eq!(
        (answer.segments[0].n_users, answer.segments[0].n_events),
        (1, 1),
        "bob's x lies before the range"
    );
}

#[test]
fn nobody_in_scope_gives_no_share() {
    let scope = Scope { from: Some(Millis(100)), ..Scope::default() };
    let answer = ask(&five(), SegmentQuery { scope, segments: vec![named("X", did("x", 1))], list: None });
    assert_eq!((answer.n_users, answer.segments[0].n_users, answer.segments[0].user_rate), (0, 0, None));
    assert_eq!(answer.overlap, [[0]]);
}

#[test]
fn errors_name_the_field() {
    let table = five().table();
    let field = |query: SegmentQuery| run(&table, &Query::Segment(query)).unwrap_err().to_string();
    let list = |segment, limit| Some(UserList { segment, after: None, limit });
    let segments = vec![named("X", did("x", 1))];
    let query = SegmentQuery { list: list(0, 1), ..SegmentQuery::default() };
    assert_eq!(field(query), "segments: is empty; name the segment whose users to list");
    let query = SegmentQuery { segments: segments.clone(), list: list(1, 1), ..SegmentQuery::default() };
    assert_eq!(field(query), "list.segment: is 1, and must lie between 0 and 0");
    let query = SegmentQuery { segments: segments.clone(), list: list(0, 0), ..SegmentQuery::default() };
    assert_eq!(field(query), "list.limit: is 0, and must lie between 1 and 100000");
    let test = PropertyTest { property: "plan".to_owned(), ..PropertyTest::default() };
    let bad = Segment::AllOf { of: vec![did("x", 1), Segment::Property(test)] };
    let query =
        SegmentQuery { segments: vec![segments[0].clone(), named("?", bad)], ..SegmentQuery::default() };
    let expected = "segments[1].segment.of[1].property: there is no column named \"plan\"; choose one of the file's columns";
    assert_eq!(field(query), expected);
    let query = SegmentQuery { segments: vec![segments[0].clone(); 65], ..SegmentQuery::default() };
    assert_eq!(field(query), "segments: is 65, and must lie between 0 and 64");
}

#[test]
fn an_unknown_field_is_refused() {
    let json = r#"{"kind": "segment", "segmets": []}"#;
    assert!(serde_json::from_str::<Query>(json).unwrap_err().to_string().contains("segmets"));
}

proptest! {
    #[test]
    fn counts_agree_with_sets_of_ids_on_any_number_of_shards(
        sheet in small_sheets().prop_filter("rows", |sheet| !sheet.users().is_empty()),
        from in 0..20_i64, length in 0..40_i64, paid in any::<bool>(), limit in 1..8_u32,
    ) {
        let (from, to) = (from * Millis::DAY / 4, (from + length) * Millis::DAY / 4);
        let pro = PropertyTest {
            property: "plan".to_owned(), on: Owner::Event, op: Op::Eq, values: vec!["pro".to_owned()],
        };
        let conditions = if paid { vec![Condition::Property(pro)] } else { Vec::new() };
        let scope = Scope { from: Some(Millis(from)), to: Some(Millis(to)), conditions, ..Scope::default() };
        let segments = vec![named("a", did("a", 1)), named("b", did("b", 2)), named("list", Segment::List {
            users: ["u1", "u2", "u3", "u99"].map(str::to_owned).to_vec(),
        })];
        let list = Some(UserList { segment: 0, after: Some("u3".to_owned()), limit });
        let answer = ask(&sheet, SegmentQuery { scope, segments, list });

        let users = sheet.users();
        let events: Vec<(&str, usize)> = users.iter().map(|(&id, rows)| (id, rows.iter().filter(|row| {
            from <= row.time && row.time <= to && (!paid || row.cells[0] == "pro")
        }).count())).filter(|&(_, n)| n > 0).collect();
        let times = |id: &str, event: &str| users[id].iter().filter(|row| row.event == event).count();
        let holds = |id: &str, at: usize| match at {
            0 => times(id, "a") >= 1,
            1 => times(id, "b") >= 2,
            _ => ["u1", "u2", "u3"].contains(&id),
        };
        let set = |at| events.iter().map(|user| user.0).filter(|id| holds(id, at)).collect::<BTreeSet<&str>>();
        let sets: Vec<BTreeSet<&str>> = (0..3).map(set).collect();
        prop_assert_eq!(answer.n_users, events.len() as u64);
        prop_assert_eq!(answer.n_events, events.iter().map(|user| user.1 as u64).sum::<u64>());
        for (i, a) in sets.iter().enumerate() {
            let n_events: usize = events.iter().filter(|user| a.contains(user.0)).map(|user| user.1).sum();
            prop_assert_eq!(answer.segments[i].n_events, n_events as u64);
            for (j, b) in sets.iter().enumerate() {
                prop_assert_eq!(answer.overlap[i][j], a.intersection(b).count() as u64);
            }
        }
        let in_some: BTreeSet<&str> = sets.iter().flatten().copied().collect();
        prop_assert_eq!(answer.n_users_in_none as usize, events.len() - in_some.len());
        let page: Vec<&str> = sets[0].iter().copied().filter(|&id| id > "u3").take(limit as usize).collect();
        prop_assert_eq!(answer.users, page);
    }
}
