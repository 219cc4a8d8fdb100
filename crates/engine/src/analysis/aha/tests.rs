//! Tests: searches that can be checked by hand, and random ones against the obviously right search.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::scan::is_checked;
use super::*;
use crate::analysis::{Query, run};
use crate::rule::{Condition, Did, EventRule, Op, Owner, PropertyTest, Scope, Segment, Times, Within};
use crate::stats::adjust::benjamini_hochberg;
use crate::stats::interval::wilson;
use crate::stats::two_by_two::TwoByTwo;
use crate::testing::{Sheet, SheetRow, answer_on_any_shards, n_cases, small_sheets};
use crate::time::Millis;

const DAY: i64 = Millis::DAY;
const HOUR: i64 = DAY / 24;

fn ask(sheet: &Sheet, query: &AhaMomentQuery) -> AhaMomentAnswer {
    match answer_on_any_shards(sheet, &Query::AhaMoment(query.clone())) {
        Answer::AhaMoment(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn did(event: &str, n: u64) -> Segment {
    Segment::Did(Did { rule: EventRule::event(event), times: Times::AtLeast, n, within: Within::Ever })
}

/// 200 users: who invites three times in the first days pays in the second week, nine of ten times; of the others one in
/// ten does. All of them look around five times a day. A payment on the first day tells nothing about later ones.
fn teams() -> Sheet {
    let mut sheet = Sheet::new();
    for n in 0..200_i64 {
        let user = format!("u{n}");
        (0..5).for_each(|hour| sheet.push(&user, hour * HOUR, "look", Vec::new()));
        let n_invites = if n % 2 == 0 { 3 } else { n % 3 };
        (0..n_invites).for_each(|day| sheet.push(&user, day * DAY + HOUR, "invite", Vec::new()));
        let is_lucky = (n / 2) % 10 == 0;
        if (n % 2 == 0) != is_lucky {
            sheet.push(&user, 9 * DAY, "pay", Vec::new());
        }
        if n % 4 == 1 {
            sheet.push(&user, 2 * HOUR, "pay", Vec::new());
        }
    }
    sheet.row("new", 50 * DAY, "look", &[])
}

#[test]
fn the_behavior_that_tells_the_target_is_found_and_holds_on_the_other_half() {
    let answer = ask(&teams(), &AhaMomentQuery { target: did("pay", 1), ..Default::default() });
    assert_eq!((answer.n_users, answer.n_reached, answer.n_not_over), (200, 100, 1));
    let best = &answer.moments[0];
    assert_eq!((best.event.as_str(), best.times, best.days), ("invite", 3, 3));
    assert_eq!(best.n_users, 100);
    for told in [best.learned, best.checked] {
        assert!(told.phi.unwrap() > 0.7 && told.p_value < 1e-6, "{told:?}");
        assert!(told.rate_with.unwrap().rate > 0.8 && told.rate_without.unwrap().rate < 0.2);
    }
    assert!(best.q_value < 1e-6);
    let names: Vec<&str> = answer.moments.iter().map(|moment| moment.event.as_str()).collect();
    assert_eq!(names, ["invite", "pay"], "everybody looks, so that it tells nobody apart");
    assert!(answer.moments[1].learned.phi.unwrap() < 0.0);
    let tried: Vec<(u32, u32)> = answer.grid.iter().map(|moment| (moment.days, moment.times)).collect();
    // Only 33 users invite nobody, about half of them in either half: too few to compare with.
    assert_eq!(tried, [(3, 2), (3, 3), (7, 2), (7, 3)]);
}

#[test]
fn what_happens_in_the_first_days_is_no_part_of_the_target() {
    // Everybody who pays does so in the first seven days, and never again.
    let mut sheet = Sheet::new();
    for n in 0..100 {
        sheet.push(&format!("u{n}"), 0, "visit", Vec::new());
        let event = if n % 2 == 0 { "pay" } else { "look" };
        sheet.push(&format!("u{n}"), 7 * DAY - 1, event, Vec::new());
    }
    let sheet = sheet.row("late", 90 * DAY, "visit", &[]);
    let query = AhaMomentQuery { target: did("pay", 1), min_users: 5, ..Default::default() };
    assert_eq!(ask(&sheet, &query).n_reached, 0);
    let shorter = AhaMomentQuery { days: vec![1, 3], ..query };
    assert_eq!(ask(&sheet, &shorter).n_reached, 50);
}

#[test]
fn what_cannot_be_asked_is_refused_by_its_field() {
    let table = teams().table();
    let field = |query: AhaMomentQuery| run(&table, &Query::AhaMoment(query)).unwrap_err().field;
    let good = AhaMomentQuery::default();
    assert_eq!(field(AhaMomentQuery { times: vec![], ..good.clone() }), "times");
    assert_eq!(field(AhaMomentQuery { times: vec![0, 1], ..good.clone() }), "times[0]");
    assert_eq!(field(AhaMomentQuery { days: vec![3, 3], ..good.clone() }), "days");
    assert_eq!(field(AhaMomentQuery { days: (1..14).collect(), ..good.clone() }), "days");
    assert_eq!(field(AhaMomentQuery { target_days: Some(0), ..good.clone() }), "target_days");
    assert_eq!(field(AhaMomentQuery { limit: 0, ..good.clone() }), "limit");
    let list = Segment::List { users: vec!["u1".to_owned()] };
    let not = |of| Segment::Not { of: Box::new(of) };
    assert_eq!(field(AhaMomentQuery { target: not(list), ..good.clone() }), "target.of.kind");
    let user = PropertyTest { property: "event".to_owned(), on: Owner::User, ..PropertyTest::default() };
    assert_eq!(field(AhaMomentQuery { target: Segment::Property(user), ..good }), "target.on");
}

/// Whether later rows meet one of the targets of the random queries, by definition.
fn meets(target: &Segment, rows: &[&SheetRow]) -> bool {
    match target {
        Segment::AllOf { of } => of.iter().all(|part| meets(part, rows)),
        Segment::Not { of } => !meets(of, rows),
        Segment::Did(did) => {
            let matches = |row: &&&SheetRow| did.rule.event.as_ref().is_none_or(|event| *event == row.event);
            rows.iter().filter(matches).count() as u64 >= did.n
        }
        Segment::Property(_) => rows.iter().any(|row| row.cells[0] == "pro"),
        other => panic!("{other:?}"),
    }
}

/// A user whose time is over.
struct NaiveUser<'s> {
    half: usize,
    reached: bool,
    /// The rows of the first days, each with the time since the first.
    early: Vec<(&'s SheetRow, i64)>,
}

impl NaiveUser<'_> {
    fn shows(&self, event: &str, times: u32, days: u32) -> bool {
        let is_it = |&&(row, since): &&(&SheetRow, i64)| row.event == event && since < i64::from(days) * DAY;
        self.early.iter().filter(is_it).count() >= times as usize
    }
}

/// The users whose time is over, and how many there are besides.
fn naive_users<'s>(
    query: &AhaMomentQuery,
    users: &BTreeMap<&str, Vec<&'s SheetRow>>,
) -> (Vec<NaiveUser<'s>>, u64) {
    let end = users.values().flatten().map(|row| row.time).max().unwrap_or(0);
    let longest = i64::from(*query.days.last().unwrap()) * DAY;
    let from = query.scope.from.map_or(i64::MIN, |at| at.0);
    let to = query.scope.to.map_or(i64::MAX, |at| at.0);
    let (mut all, mut n_not_over) = (Vec::new(), 0);
    for (user, rows) in users {
        let first = rows[0].time;
        if first < from || first > to {
            continue;
        }
        let until = first + longest + query.target_days.map_or(0, |days| i64::from(days) * DAY);
        if until > end {
            n_not_over += 1;
            continue;
        }
        let last = if query.target_days.is_some() { until } else { i64::MAX };
        let is_later = |row: &&&SheetRow| row.time >= first + longest && row.time < last;
        let later: Vec<&SheetRow> = rows.iter().filter(is_later).copied().collect();
        let counts = |row: &&&SheetRow| {
            row.time < first + longest && (query.scope.conditions.is_empty() || row.cells[0] != "free")
        };
        all.push(NaiveUser {
            half: usize::from(is_checked(user)),
            reached: meets(&query.target, &later),
            early: rows.iter().filter(counts).map(|row| (*row, row.time - first)).collect(),
        });
    }
    (all, n_not_over)
}

fn naive_told(users: &[NaiveUser<'_>], half: usize, behavior: (&str, u32, u32)) -> TwoByTwo {
    let (event, times, days) = behavior;
    let mut table = TwoByTwo::default();
    for user in users.iter().filter(|user| user.half == half) {
        match (user.shows(event, times, days), user.reached) {
            (true, true) => table.a += 1,
            (true, false) => table.b += 1,
            (false, true) => table.c += 1,
            (false, false) => table.d += 1,
        }
    }
    table
}

/// All behaviors that enough users show and enough do not, event by event.
fn naive_tried(query: &AhaMomentQuery, users: &[NaiveUser<'_>]) -> Vec<AhaMoment> {
    let as_told = |table: TwoByTwo| Told {
        rate_with: wilson(table.a, table.a + table.b),
        rate_without: wilson(table.c, table.c + table.d),
        share_of_reached: wilson(table.a, table.a + table.c),
        phi: table.phi(),
        p_value: table.independence().p_value,
        test: table.independence().test,
    };
    let is_named = |event: &&str| query.events.is_empty() || query.events.iter().any(|name| name == event);
    let is_excluded = |event: &&str| query.exclude_events.iter().any(|name| name == event);
    let mut tried = Vec::new();
    for event in ["a", "b", "c", "d"].into_iter().filter(|event| is_named(event) && !is_excluded(event)) {
        for (&days, &times) in query.days.iter().flat_map(|days| query.times.iter().map(move |n| (days, n))) {
            let behavior = (event, times, days);
            let (learned, checked) = (naive_told(users, 0, behavior), naive_told(users, 1, behavior));
            if learned.a + learned.b >= query.min_users && learned.c + learned.d >= query.min_users {
                tried.push(AhaMoment {
                    event: event.to_owned(),
                    times,
                    days,
                    n_users: learned.a + learned.b + checked.a + checked.b,
                    learned: as_told(learned),
                    checked: as_told(checked),
                    q_value: 0.0,
                });
            }
        }
    }
    let q_values = benjamini_hochberg(&tried.iter().map(|moment| moment.learned.p_value).collect::<Vec<_>>());
    tried.iter_mut().zip(q_values).for_each(|(moment, q)| moment.q_value = q);
    tried
}

fn naive(query: &AhaMomentQuery, sheet: &Sheet) -> AhaMomentAnswer {
    let users = sheet.users();
    let (all, n_not_over) = naive_users(query, &users);
    let tried = naive_tried(query, &all);
    let phi = |moment: &AhaMoment| moment.learned.phi.unwrap_or(-1.0);
    let mut best: BTreeMap<&str, &AhaMoment> = BTreeMap::new();
    for moment in &tried {
        let known = best.entry(&moment.event).or_insert(moment);
        if phi(moment) > phi(known) {
            *known = moment;
        }
    }
    let mut moments: Vec<AhaMoment> = best.into_values().cloned().collect();
    moments.sort_by(|a, b| {
        phi(b).total_cmp(&phi(a)).then_with(|| (a.days, a.times, &a.event).cmp(&(b.days, b.times, &b.event)))
    });
    moments.truncate(query.limit as usize);
    let of_first = |moment: &&AhaMoment| moments.first().is_some_and(|first| first.event == moment.event);
    let n_reached = all.iter().filter(|user| user.reached).count() as u64;
    AhaMomentAnswer {
        n_users: all.len() as u64,
        n_reached,
        rate: wilson(n_reached, all.len() as u64),
        n_not_over,
        n_tried: tried.len() as u64,
        grid: tried.iter().filter(of_first).cloned().collect(),
        moments,
    }
}

fn queries() -> impl Strategy<Value = AhaMomentQuery> {
    let pro = PropertyTest {
        property: "plan".to_owned(),
        values: vec!["pro".to_owned()],
        ..PropertyTest::default()
    };
    let not_c = Segment::Not { of: Box::new(did("c", 1)) };
    let targets = vec![
        did("a", 1),
        did("b", 2),
        Segment::Property(pro),
        Segment::AllOf { of: vec![did("a", 1), not_c] },
        AhaMomentQuery::default().target,
    ];
    let not_free = Condition::Property(PropertyTest {
        property: "plan".to_owned(),
        op: Op::Neq,
        values: vec!["free".to_owned()],
        ..PropertyTest::default()
    });
    let scopes = (
        prop::option::of(0..3_i64),
        prop::option::of(1..5_i64),
        prop::collection::vec(Just(not_free), 0..=1),
    );
    let scopes = scopes.prop_map(|(from, to, conditions)| Scope {
        from: from.map(|day| Millis(day * DAY)),
        to: to.map(|day| Millis(day * DAY)),
        conditions,
        ..Scope::default()
    });
    let ascending = |most: u32| {
        prop::collection::btree_set(1..=most, 1..4).prop_map(|set| set.into_iter().collect::<Vec<u32>>())
    };
    let names = |all: &'static [&'static str]| {
        prop::collection::vec(select(all), 0..3)
            .prop_map(|names| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    };
    let events = (names(&["a", "b", "c"]), names(&["d", "none"]));
    let numbers = (prop::option::of(1..4_u32), 1..3_u64, 1..5_u32);
    (select(targets), scopes, ascending(4), ascending(4), events, numbers).prop_map(
        |(target, scope, times, days, (events, exclude_events), (target_days, min_users, limit))| {
            AhaMomentQuery {
                scope,
                target,
                target_days,
                times,
                days,
                events,
                exclude_events,
                min_users,
                limit,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(2_000)))]
    #[test]
    fn random_searches_agree_with_the_naive_one(sheet in small_sheets(), query in queries()) {
        let found = match run(&sheet.table(), &Query::AhaMoment(query.clone())).unwrap() {
            Answer::AhaMoment(answer) => answer,
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(found, naive(&query, &sheet));
    }
}
