//! Segments against a naive reading of their rules.

use proptest::prelude::*;

use super::*;
use crate::rule::{Condition, EventRule, Op};
use crate::testing::{Sheet, SheetRow, small_sheets};

/// The ids of a segment's users, in order.
fn ids(segment: &Segment, table: &Table, now: Millis) -> Vec<String> {
    let users = select(segment, table, now).unwrap();
    let mut ids: Vec<String> =
        users.iter().map(|user| table.users.id(UserIdx(user as u32)).to_owned()).collect();
    ids.sort();
    ids
}

fn did(event: &str, times: Times, n: u64, within: Within) -> Segment {
    Segment::Did(Did { rule: EventRule::event(event), times, n, within })
}

#[test]
fn windows_include_and_exclude_their_edges_as_documented() {
    let day = Millis::DAY;
    let sheet = Sheet::new()
        .row("at_now", 10 * day, "e", &[])
        .row("after_now", 10 * day + 1, "e", &[])
        .row("at_start", 7 * day, "e", &[])
        .row("in_time", 7 * day + 1, "e", &[])
        .row("first_days", 0, "x", &[])
        .row("first_days", 3 * day - 1, "e", &[])
        .row("too_late", 0, "x", &[])
        .row("too_late", 3 * day, "e", &[]);
    let table = sheet.table();
    let who = |within| ids(&did("e", Times::AtLeast, 1, within), &table, Millis(10 * day));
    assert_eq!(who(Within::LastDays { days: 3 }), ["at_now", "in_time"]);
    let first_days = who(Within::FirstDays { days: 3 });
    assert_eq!(first_days, ["after_now", "at_now", "at_start", "first_days", "in_time"]);
    let between = Within::Between { from: Millis(7 * day), to: Millis(10 * day) };
    assert_eq!(who(between), ["at_now", "at_start", "in_time"]);
    assert_eq!(who(Within::Ever).len(), 6);
}

#[test]
fn a_negative_rule_alone_finds_those_who_never_did_it() {
    let sheet = Sheet::new().row("a", 0, "x", &[]).row("b", 0, "y", &[]).row("b", 1, "x", &[]);
    let never = did("y", Times::AtMost, 0, Within::Ever);
    assert_eq!(ids(&never, &sheet.table(), Millis(0)), ["a"]);
    assert_eq!(ids(&Segment::AllOf { of: Vec::new() }, &sheet.table(), Millis(0)), ["a", "b"]);
    assert!(ids(&Segment::AnyOf { of: Vec::new() }, &sheet.table(), Millis(0)).is_empty());
}

#[test]
fn an_unknown_property_is_refused_even_where_the_event_never_occurs() {
    let table = Sheet::new().row("a", 0, "x", &[]).table();
    let unknown = PropertyTest { property: "plann".to_owned(), op: Op::IsSet, ..PropertyTest::default() };
    let conditions = vec![Condition::Property(unknown)];
    for event in ["x", "never"] {
        let inner = EventRule { conditions: conditions.clone(), ..EventRule::event(event) };
        let outer = EventRule { any_of: vec![inner.clone()], ..EventRule::event(event) };
        for (rule, field) in [(inner, "rule.where[0].property"), (outer, "rule.any_of[0].where[0].property")]
        {
            let segment = Segment::Did(Did { rule, times: Times::AtLeast, n: 1, within: Within::Ever });
            assert_eq!(check(&segment, &table).unwrap_err().field, field, "{event}");
        }
    }
}

#[test]
fn an_error_names_the_field_at_any_depth() {
    let table = Sheet::new().row("a", 0, "x", &[]).table();
    let bad = did("x", Times::AtLeast, 1, Within::LastDays { days: 0 });
    let deep = Segment::AllOf { of: vec![Segment::Not { of: Box::new(Segment::AnyOf { of: vec![bad] }) }] };
    for error in [check(&deep, &table).unwrap_err(), select(&deep, &table, Millis(0)).unwrap_err()] {
        assert_eq!(error.field, "of[0].of.of[0].within.days");
    }
    let swapped = did("x", Times::AtLeast, 1, Within::Between { from: Millis(2), to: Millis(1) });
    assert_eq!(
        check(&swapped, &table).unwrap_err().to_string(),
        "within.to: ends before it starts; swap the two instants"
    );
}

/// What the rules of rule.rs say, spelled out on one user's rows in time order.
fn naive(segment: &Segment, id: &str, rows: &[&SheetRow], now: i64) -> bool {
    match segment {
        Segment::AllOf { of } => of.iter().all(|part| naive(part, id, rows, now)),
        Segment::AnyOf { of } => of.iter().any(|part| naive(part, id, rows, now)),
        Segment::Not { of } => !naive(of, id, rows, now),
        Segment::Property(test) if test.on == Owner::Event => {
            rows.iter().any(|row| naive_test(test, row, rows))
        }
        Segment::Property(test) => naive_test(test, rows[0], rows),
        Segment::Did(did) => {
            let n = rows.iter().filter(|row| {
                let (time, first) = (row.time, rows[0].time);
                let timely = match did.within {
                    Within::Ever => true,
                    Within::LastDays { days } => time <= now && now - time < i64::from(days) * Millis::DAY,
                    Within::FirstDays { days } => time - first < i64::from(days) * Millis::DAY,
                    Within::Between { from, to } => from.0 <= time && time <= to.0,
                };
                timely && naive_rule(&did.rule, row, rows)
            });
            let n = n.count() as u64;
            [(Times::AtLeast, n >= did.n), (Times::Exactly, n == did.n), (Times::AtMost, n <= did.n)]
                .contains(&(did.times, true))
        }
        Segment::List { users } => users.iter().any(|user| user == id),
        Segment::Funnel(_) | Segment::Retention(_) | Segment::Lifecycle(_) | Segment::Stickiness(_) => {
            unreachable!("these have tests of their own")
        }
        Segment::Cluster(_) => unreachable!("tested in features.rs"),
        Segment::Measured(_) => unreachable!("tested in measured.rs"),
    }
}

fn naive_rule(rule: &EventRule, row: &SheetRow, rows: &[&SheetRow]) -> bool {
    rule.event.as_ref().is_none_or(|event| *event == row.event)
        && (rule.any_of.is_empty() || rule.any_of.iter().any(|rule| naive_rule(rule, row, rows)))
        && rule.conditions.iter().all(|condition| match condition {
            Condition::Property(test) => naive_test(test, row, rows),
            other => unreachable!("not generated: {other:?}"),
        })
}

fn naive_test(test: &PropertyTest, row: &SheetRow, rows: &[&SheetRow]) -> bool {
    let cell = |row: &SheetRow| row.cells[usize::from(test.property == "money")].clone();
    let known = |row: &&&SheetRow| !cell(row).is_empty();
    let value = match test.on {
        Owner::Event => cell(row),
        Owner::User => rows.iter().rfind(known).map_or(String::new(), |row| cell(row)),
        Owner::UserFirst => rows.iter().find(known).map_or(String::new(), |row| cell(row)),
    };
    match test.op {
        Op::IsSet => !value.is_empty(),
        Op::Eq => value == test.values[0],
        Op::Neq => value != test.values[0],
        Op::Gt => !value.is_empty() && value.parse::<f64>().unwrap() > test.values[0].parse().unwrap(),
        other => unreachable!("not generated: {other:?}"),
    }
}

fn property_tests() -> impl Strategy<Value = PropertyTest> + Clone {
    let on = prop::sample::select(vec![Owner::Event, Owner::User, Owner::UserFirst]);
    let plan =
        (prop::sample::select(vec![Op::Eq, Op::Neq, Op::IsSet]), prop::sample::select(vec!["pro", "007"]));
    let plan = plan.prop_map(|(op, value)| ("plan", op, value));
    let money = prop::sample::select(vec!["0", "0.1", "2"]).prop_map(|value| ("money", Op::Gt, value));
    (on, prop_oneof![plan, money]).prop_map(|(on, (property, op, value))| PropertyTest {
        property: property.to_owned(),
        on,
        op,
        values: vec![value.to_owned()],
    })
}

fn event_rules() -> impl Strategy<Value = EventRule> {
    let event = prop::option::of(prop::sample::select(vec!["a", "b", "c", "never"]));
    let conditions = prop::collection::vec(property_tests().prop_map(Condition::Property), 0..2);
    let leaf = (event, conditions).prop_map(|(event, conditions)| EventRule {
        event: event.map(str::to_owned),
        any_of: Vec::new(),
        conditions,
    });
    let any_of = prop::collection::vec(leaf.clone(), 0..3);
    (leaf, any_of).prop_map(|(rule, any_of)| EventRule { any_of, ..rule })
}

fn segments() -> impl Strategy<Value = Segment> {
    let days = || 1..6_u32;
    let within = prop_oneof![
        Just(Within::Ever),
        days().prop_map(|days| Within::LastDays { days }),
        days().prop_map(|days| Within::FirstDays { days }),
        (0..20_i64, 0..20_i64).prop_map(|(from, length)| Within::Between {
            from: Millis(from * Millis::DAY / 4),
            to: Millis((from + length) * Millis::DAY / 4)
        }),
    ];
    let times = prop::sample::select(vec![Times::AtLeast, Times::Exactly, Times::AtMost]);
    let did = (event_rules(), times, 0..4_u64, within)
        .prop_map(|(rule, times, n, within)| Segment::Did(Did { rule, times, n, within }));
    let list = prop::collection::vec("u[0-9]{1,2}", 0..6).prop_map(|users| Segment::List { users });
    let leaf = prop_oneof![4 => did, 2 => property_tests().prop_map(Segment::Property), 1 => list];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let of = || prop::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            of().prop_map(|of| Segment::AllOf { of }),
            of().prop_map(|of| Segment::AnyOf { of }),
            inner.clone().prop_map(|of| Segment::Not { of: Box::new(of) }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn rules_find_the_users_that_a_naive_reading_finds(
        sheet in small_sheets(), segment in segments(), now in -2..45_i64,
    ) {
        let now = now * Millis::DAY / 4;
        let expected: Vec<String> = sheet.users().into_iter()
            .filter(|(id, rows)| naive(&segment, id, rows, now))
            .map(|(id, _)| id.to_owned())
            .collect();
        prop_assert_eq!(ids(&segment, &sheet.table(), Millis(now)), expected);
    }
}
