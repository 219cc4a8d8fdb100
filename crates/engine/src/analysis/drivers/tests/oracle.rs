//! The obviously right drivers, and random queries against them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::analysis::funnel::tests::passages::naive_passages;
use crate::analysis::funnel::{OpenUsers, Order, Range};
use crate::stats::adjust::benjamini_hochberg;
use crate::stats::interval::wilson;
use crate::stats::two_by_two::TwoByTwo;
use crate::testing::{SheetRow, n_cases, small_sheets};
use crate::time::Millis;

/// Who counts: whether the target was reached, and the rows that count.
struct Who<'s> {
    reached: bool,
    all: &'s [&'s SheetRow],
    rows: Vec<&'s SheetRow>,
}

const DAY: i64 = Millis::DAY;

fn in_scope(scope: &Scope, row: &SheetRow) -> bool {
    scope.conditions.is_empty() || row.cells[0] != "free"
}

fn who<'s>(
    query: &DriversQuery,
    sheet: &'s Sheet,
    users: &'s BTreeMap<&str, Vec<&'s SheetRow>>,
) -> (Vec<Who<'s>>, u64) {
    let scope = &query.scope;
    let (from, to) = (scope.from.map_or(i64::MIN, |from| from.0), scope.to.map_or(i64::MAX, |to| to.0));
    let mut found = Vec::new();
    match &query.target {
        Target::Segment { .. } => {
            for rows in users.values() {
                let is_in = |row: &&&SheetRow| from <= row.time && row.time <= to && in_scope(scope, row);
                let own: Vec<&SheetRow> = rows.iter().filter(is_in).copied().collect();
                if !own.is_empty() {
                    let reached = rows.iter().filter(|row| row.event == "b").count() >= 2;
                    found.push(Who { reached, all: rows, rows: own });
                }
            }
            (found, 0)
        }
        Target::Funnel { funnel } => {
            let funnel = FunnelQuery { scope: query.scope.clone(), ..(**funnel).clone() };
            let last = funnel.steps.iter().rposition(|step| !step.optional).unwrap();
            let mut n_open = 0;
            for (user, (chain, open)) in naive_passages(&funnel, sheet) {
                let (rows, start) = (&users[user.as_str()], chain[0].1);
                let end = match chain.iter().find(|(step, _)| *step == last) {
                    Some(&(_, time)) => time,
                    None if open => {
                        n_open += 1;
                        continue;
                    }
                    None => {
                        let window = funnel.window_millis.map_or(i64::MAX, |window| start + window);
                        if funnel.range == Range::AllEvents {
                            window.min(to.saturating_add(1))
                        } else {
                            window
                        }
                    }
                };
                let reached = chain.iter().any(|(step, _)| *step == last);
                let is_in = |row: &&&SheetRow| start < row.time && row.time < end && in_scope(scope, row);
                found.push(Who { reached, all: rows, rows: rows.iter().filter(is_in).copied().collect() });
            }
            (found, n_open)
        }
    }
}

/// What a user has, by definition.
fn has(query: &DriversQuery, named: &[&str], who: &Who<'_>) -> BTreeSet<Factor> {
    let mut own = BTreeSet::new();
    let is_left_out =
        |event: &String| named.contains(&event.as_str()) || query.exclude_events.contains(event);
    for factors in &query.factors {
        match factors {
            Factors::Events => {
                let events = who.rows.iter().map(|row| row.event.clone()).filter(|event| !is_left_out(event));
                own.extend(events.map(|event| Factor::Event { event }));
            }
            Factors::EventProperties { events, .. } => {
                let rows =
                    who.rows.iter().filter(|row| events.contains(&row.event) && !is_left_out(&row.event));
                let set = rows.filter(|row| !row.cells[0].is_empty());
                own.extend(set.map(|row| Factor::EventProperty {
                    event: row.event.clone(),
                    property: "plan".to_owned(),
                    value: row.cells[0].clone(),
                }));
            }
            Factors::UserProperties { on, .. } => {
                for (index, property) in ["plan", "money"].into_iter().enumerate() {
                    if query.exclude_properties.iter().any(|excluded| excluded == property) {
                        continue;
                    }
                    let mut values =
                        who.all.iter().map(|row| &row.cells[index]).filter(|value| !value.is_empty());
                    let value = if *on == Owner::User { values.next_back() } else { values.next() };
                    own.extend(value.map(|value| Factor::UserProperty {
                        property: property.to_owned(),
                        value: value.clone(),
                    }));
                }
            }
        }
    }
    own
}

/// Users by factor, and how many factors too few users have.
fn naive_counts(query: &DriversQuery, found: &[Who<'_>]) -> (BTreeMap<Factor, [u64; 2]>, u64) {
    let named: Vec<&str> = match &query.target {
        Target::Funnel { funnel } => {
            funnel.steps.iter().filter_map(|step| step.rule.event.as_deref()).collect()
        }
        Target::Segment { .. } => vec!["b"],
    };
    let mut counts: BTreeMap<Factor, [u64; 2]> = BTreeMap::new();
    for who in found {
        for factor in has(query, &named, who) {
            counts.entry(factor).or_default()[usize::from(!who.reached)] += 1;
        }
    }
    let n_factors = counts.len();
    let least = (query.min_users as f64).min(query.min_share * found.len() as f64);
    counts.retain(|factor, [a, b]| {
        let enough = !matches!(factor, Factor::EventProperty { .. }) || *a + *b > 2;
        enough && (*a + *b) as f64 >= least
    });
    let n_rare = (n_factors - counts.len()) as u64;
    (counts, n_rare)
}

/// The factors with their numbers, in order of their names.
fn naive_drivers(
    query: &DriversQuery,
    counts: BTreeMap<Factor, [u64; 2]>,
    (n_reached, n_missed): (u64, u64),
) -> Vec<Driver> {
    let driver = |(factor, [a, b]): (Factor, [u64; 2])| {
        let table = TwoByTwo { a, b, c: n_reached - a, d: n_missed - b };
        let odds_ratio = match query.odds {
            Odds::HalfIfZero => table.odds_ratio()?,
            Odds::PlusOne => table.odds_ratio_with(1.0),
        };
        Some(Driver {
            factor,
            n_users: a + b,
            n_reached: a,
            rate_with: wilson(a, a + b),
            rate_without: wilson(table.c, table.c + table.d),
            odds_ratio,
            lift: table.lift(),
            p_value: table.independence().p_value,
            test: table.independence().test,
            q_value: 0.0,
        })
    };
    let mut drivers: Vec<Driver> = counts.into_iter().filter_map(driver).collect();
    let q_values = benjamini_hochberg(&drivers.iter().map(|driver| driver.p_value).collect::<Vec<_>>());
    drivers.iter_mut().zip(q_values).for_each(|(driver, q)| driver.q_value = q);
    drivers
}

fn naive_strength(rank: Rank, driver: &Driver) -> f64 {
    let odds = driver.odds_ratio;
    match (rank, odds.ratio > 1.0) {
        (Rank::OddsRatio, true) => odds.ratio.ln(),
        (Rank::OddsRatio, false) => -odds.ratio.ln(),
        (Rank::Interval, true) => odds.low.ln(),
        (Rank::Interval, false) => -odds.high.ln(),
    }
}

fn naive(query: &DriversQuery, sheet: &Sheet) -> DriversAnswer {
    let users = sheet.users();
    let (found, n_open) = who(query, sheet, &users);
    let n_reached = found.iter().filter(|who| who.reached).count() as u64;
    let n_missed = found.len() as u64 - n_reached;
    let (counts, n_rare) = naive_counts(query, &found);
    let mut drivers = naive_drivers(query, counts, (n_reached, n_missed));
    let n_compared = drivers.len() as u64;
    drivers.sort_by(|a, b| {
        let (of_a, of_b) = (naive_strength(query.rank, a), naive_strength(query.rank, b));
        // Equal odds of other numbers of users may differ in their last bits.
        let are_equal = (of_a - of_b).abs() < 1e-9;
        let stronger = if are_equal { std::cmp::Ordering::Equal } else { of_b.total_cmp(&of_a) };
        stronger.then(b.n_users.cmp(&a.n_users)).then_with(|| a.factor.cmp(&b.factor))
    });
    let limit = query.limit.map_or(usize::MAX, |limit| limit as usize);
    let side = |is_more: bool| {
        let of_side = drivers.iter().filter(|driver| (driver.odds_ratio.ratio > 1.0) == is_more);
        of_side.take(limit).cloned().collect()
    };
    let of_events = query.factors.iter().any(|factors| matches!(factors, Factors::EventProperties { .. }));
    let is_free = !query.exclude_properties.contains(&"money".to_owned());
    let left_out = if of_events && is_free { vec!["money".to_owned()] } else { Vec::new() };
    DriversAnswer {
        n_reached,
        n_missed,
        n_open,
        n_compared,
        n_rare,
        left_out,
        more: side(true),
        less: side(false),
    }
}

fn targets() -> impl Strategy<Value = Target> {
    let steps = prop::collection::vec(select(vec!["a", "b", "c"]), 2..4);
    let orders = select(vec![Order::Ordered, Order::Ordered, Order::Strict, Order::Unordered]);
    let rest = (
        orders,
        prop::option::of(1..6_i64),
        select(vec![Range::Entry, Range::AllEvents]),
        select(vec![OpenUsers::Apart, OpenUsers::Dropped]),
        any::<bool>(),
    );
    let funnels = (steps, rest).prop_map(|(steps, (order, days, range, open, last_is_optional))| {
        let mut funnel =
            FunnelQuery { order, range, open, window_millis: days.map(|n| n * DAY), ..funnel(&steps) };
        if last_is_optional && funnel.steps.len() > 2 && order != Order::Unordered {
            funnel.steps[2].optional = true;
        }
        Target::Funnel { funnel: Box::new(funnel) }
    });
    let twice = Did { rule: EventRule::event("b"), times: Times::AtLeast, n: 2, within: Within::Ever };
    prop_oneof![4 => funnels, 1 => Just(Target::Segment { segment: Segment::Did(twice) })]
}

fn scopes() -> impl Strategy<Value = Scope> {
    let not_free = crate::rule::Condition::Property(PropertyTest {
        property: "plan".to_owned(),
        op: Op::Neq,
        values: vec!["free".to_owned()],
        ..PropertyTest::default()
    });
    // The oracle of funnels knows no conditions, so they are for segments only; see below.
    (prop::option::of(0..4_i64), prop::option::of(4..9_i64), prop::collection::vec(Just(not_free), 0..=1))
        .prop_map(|(from, to, conditions)| Scope {
            from: from.map(|day| Millis(day * DAY)),
            to: to.map(|day| Millis(day * DAY)),
            conditions,
            ..Scope::default()
        })
}

fn queries() -> impl Strategy<Value = DriversQuery> {
    let named = Factors::EventProperties { events: vec!["c".to_owned(), "d".to_owned()], properties: vec![] };
    let of_users = |on| Factors::UserProperties { properties: vec![], on };
    let factors = vec![Factors::Events, named, of_users(Owner::User)];
    let numbers = (1..4_u64, select(vec![0.0, 0.3, 1.0]), prop::option::of(1..4_u32));
    let kinds =
        (select(vec![Odds::HalfIfZero, Odds::PlusOne]), select(vec![Rank::Interval, Rank::OddsRatio]));
    let excluded =
        (select(vec![vec![], vec!["d".to_owned()]]), select(vec![vec![], vec!["money".to_owned()]]));
    let factors = prop::sample::subsequence(factors, 1..=3);
    (targets(), scopes(), factors, numbers, kinds, excluded, any::<bool>()).prop_map(
        |(target, mut scope, mut factors, (min_users, min_share, limit), (odds, rank), excluded, first)| {
            if matches!(target, Target::Funnel { .. }) {
                scope.conditions.clear();
            }
            if first {
                for factors in &mut factors {
                    if let Factors::UserProperties { on, .. } = factors {
                        *on = Owner::UserFirst;
                    }
                }
            }
            let (exclude_events, exclude_properties) = excluded;
            DriversQuery {
                scope,
                target,
                factors,
                exclude_events,
                exclude_properties,
                min_users,
                min_share,
                odds,
                rank,
                limit,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(2_000)))]
    #[test]
    fn random_drivers_agree_with_the_naive_ones(sheet in small_sheets(), query in queries()) {
        let found = match run(&sheet.table(), &Query::Drivers(Box::new(query.clone()))).unwrap() {
            Answer::Drivers(answer) => answer,
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(found, naive(&query, &sheet));
    }
}
