//! What comes next, held against a naive look at all bases and rows.

use proptest::prelude::*;

use super::*;
use crate::analysis::Query;
use crate::testing::{Sheet, answer_on_any_shards, n_cases, small_sheets};

fn ask(sheet: &Sheet, query: &NextEventQuery) -> NextEventAnswer {
    match answer_on_any_shards(sheet, &Query::NextEvent(query.clone())) {
        Answer::NextEvent(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// By looking at all bases and all rows, in the order of time.
fn naive(query: &NextEventQuery, events: &[String]) -> Option<String> {
    let is = |rule: &EventRule, at: i64| {
        let event = usize::try_from(at).ok().and_then(|at| events.get(at));
        event.is_some_and(|event| rule.event.as_ref().is_none_or(|name| name == event))
    };
    let n = events.len() as i64;
    let sign = if query.direction == Direction::Forward { 1 } else { -1 };
    let chain = |base: i64| {
        let mut at = base;
        for (index, step) in query.steps.iter().enumerate() {
            if query.search == ChainSearch::Anywhere && index > 0 {
                while (0..n).contains(&at) && !is(step, at) {
                    at += sign;
                }
            }
            if !is(step, at) {
                return None;
            }
            at += sign;
        }
        usize::try_from(at).ok().and_then(|at| events.get(at)).cloned()
    };
    let mut bases: Vec<i64> = (0..n).filter(|&at| is(&query.base_rule, at)).collect();
    match (query.search, query.base) {
        (ChainSearch::Neighbors, Base::Head) => bases.retain(|&at| at == 0),
        (ChainSearch::Neighbors, Base::Tail) => bases.retain(|&at| at == n - 1),
        (ChainSearch::Neighbors, _) => {
            bases.retain(|&at| query.steps.is_empty() || is(&query.steps[0], at));
        }
        (ChainSearch::Anywhere, Base::Head | Base::Tail) => {}
        (ChainSearch::Anywhere, _) => {
            bases.retain(|&at| chain(at).is_some());
            if sign < 0 {
                bases.reverse();
            }
        }
    }
    if query.search == ChainSearch::Anywhere && query.steps.is_empty() {
        return None;
    }
    let base = match query.base {
        Base::Head | Base::FirstMatch => bases.first(),
        Base::Tail | Base::LastMatch => bases.last(),
    };
    chain(*base?)
}

fn rule() -> impl Strategy<Value = EventRule> {
    prop::sample::select(vec!["", "a", "b", "c"]).prop_map(|name| EventRule {
        event: Some(name.to_owned()).filter(|name| !name.is_empty()),
        ..EventRule::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]

    #[test]
    fn what_comes_next_is_what_a_naive_look_finds(
        sheet in small_sheets(),
        base_rule in rule(),
        steps in prop::collection::vec(rule(), 0..4),
        base in prop::sample::select(vec![Base::Head, Base::Tail, Base::FirstMatch, Base::LastMatch]),
        direction in prop::sample::select(vec![Direction::Forward, Direction::Backward]),
        search in prop::sample::select(vec![ChainSearch::Neighbors, ChainSearch::Anywhere]),
    ) {
        let query = NextEventQuery {
            base_rule, steps, base, direction, search, tie: SameInstant::ByName, user_limit: 1_000,
            ..NextEventQuery::default()
        };
        let answer = ask(&sheet, &query);
        let mut expected = Vec::new();
        for (user, mut rows) in sheet.users() {
            rows.sort_by_key(|row| (row.time, &row.event));
            let events: Vec<String> = rows.iter().map(|row| row.event.clone()).collect();
            expected.push(NextEventUser { user: user.to_owned(), event: naive(&query, &events) });
        }
        let found: u64 = answer.events.iter().map(|event| event.n_users).sum();
        prop_assert_eq!(found + answer.n_without, answer.n_users);
        prop_assert_eq!(answer.users, expected);
    }
}
