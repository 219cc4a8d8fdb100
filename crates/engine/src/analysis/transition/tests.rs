//! Neighbors counted as by hand, for any rules, and nothing lost in files of countless events.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::analysis::{Query, run};
use crate::rule::{GapEdge, Segment};
use crate::testing::{Sheet, answer_on_any_shards, n_cases, small_sheets};

fn ask(sheet: &Sheet, query: &TransitionQuery) -> TransitionAnswer {
    let asked = Query::Transition(query.clone());
    // The order of the input is another one on the shards.
    let answer = match query.tie {
        SameInstant::ByName => answer_on_any_shards(sheet, &asked),
        SameInstant::InputOrder => run(&sheet.table(), &asked).unwrap(),
    };
    match answer {
        Answer::Transition(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn text(item: &JourneyItem) -> String {
    match item {
        JourneyItem::Item { name } => name.clone(),
        JourneyItem::Middle => "...".to_owned(),
        JourneyItem::Other => "OTHER".to_owned(),
    }
}

/// How often each item follows each; an empty name before the first and after the last of a run.
fn naive(sheet: &Sheet, query: &TransitionQuery, gap: i64) -> BTreeMap<(String, String), u64> {
    let mut n_rows: BTreeMap<String, i64> = BTreeMap::new();
    let mut runs: Vec<Vec<String>> = Vec::new();
    for mut rows in sheet.users().into_values() {
        if query.tie == SameInstant::ByName {
            rows.sort_by_key(|row| (row.time, &row.event));
        }
        let rows: Vec<_> =
            rows.iter().filter(|row| query.scope.segment.is_none() || row.user == "u1").collect();
        for (at, row) in rows.iter().enumerate() {
            let is_new = at == 0 || row.time - rows[at - 1].time >= gap;
            if is_new {
                runs.push(Vec::new());
            }
            let run = runs.last_mut().unwrap();
            if query.repeats == NeighborRepeats::Keep || run.last() != Some(&row.event) {
                run.push(row.event.clone());
                *n_rows.entry(row.event.clone()).or_default() += 1;
            }
        }
    }
    let mut ranked: Vec<(i64, String)> = n_rows.into_iter().map(|(name, n)| (-n, name)).collect();
    ranked.sort();
    ranked.truncate(query.item_limit as usize);
    let told = |name: &String| match ranked.iter().any(|(_, other)| other == name) {
        true => name.clone(),
        false => "OTHER".to_owned(),
    };
    let mut counts = BTreeMap::new();
    for run in runs {
        let mut line = vec![String::new()];
        line.extend(run.iter().map(told));
        line.push(String::new());
        line.windows(2).for_each(|pair| *counts.entry((pair[0].clone(), pair[1].clone())).or_insert(0) += 1);
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]

    #[test]
    fn every_neighbor_is_counted_as_by_hand(
        sheet in small_sheets(),
        days in 0..5_i64,
        item_limit in 1..6_u32,
        repeats in prop::sample::select(vec![NeighborRepeats::Keep, NeighborRepeats::Join]),
        only_one in any::<bool>(),
        tie in prop::sample::select(vec![SameInstant::ByName, SameInstant::InputOrder]),
    ) {
        let gap = days * crate::time::Millis::DAY / 2;
        let mut query = TransitionQuery {
            sessions: SessionRule::Gap { gap_millis: gap, edge: GapEdge::Cuts },
            repeats,
            item_limit,
            tie,
            ..TransitionQuery::default()
        };
        if only_one {
            query.scope.segment = Some(Segment::List { users: vec!["u1".to_owned()] });
        }
        let answer = ask(&sheet, &query);
        let mut found = BTreeMap::new();
        for item in &answer.items {
            found.insert((String::new(), text(&item.item)), item.n_started);
            found.insert((text(&item.item), String::new()), item.n_ended);
            let into: u64 = answer.transitions.iter().filter(|one| one.to == item.item).map(|one| one.n_rows).sum();
            prop_assert_eq!(into + item.n_started, item.n_rows);
        }
        for one in &answer.transitions {
            found.insert((text(&one.from), text(&one.to)), one.n_rows);
        }
        found.retain(|_, n| *n > 0);
        prop_assert_eq!(found, naive(&sheet, &query, gap));
    }
}

#[test]
fn more_items_than_can_be_told_apart_are_put_together_and_nothing_is_lost() {
    let mut sheet = Sheet::new();
    for at in 0..1_500 {
        sheet.push(&format!("u{}", at % 7), at, &format!("event-{}", at % 700), Vec::new());
    }
    let answer = ask(&sheet, &TransitionQuery { item_limit: 3, ..TransitionQuery::default() });
    assert_eq!(
        answer.items.iter().map(|item| text(&item.item)).collect::<Vec<_>>(),
        ["event-0", "event-1", "event-10", "OTHER"]
    );
    assert_eq!(answer.items.iter().map(|item| item.n_rows).sum::<u64>(), 1_500);
    let query = TransitionQuery { item_limit: 0, ..TransitionQuery::default() };
    assert_eq!(query.check(&sheet.table()).unwrap_err().field, "item_limit");
}
