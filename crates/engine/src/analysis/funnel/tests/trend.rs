//! Trends: each period is a funnel whose step 1 lies there.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::oracle::Fate;
use super::random::{queries, sheets, valid};
use super::rows::looked_at;
use super::units::fates;
use crate::analysis::funnel::{
    Count, Entry, FunnelAnswer, FunnelPeriod, FunnelQuery, OnExclusion, Order, Range, Repeats, Step,
    StrictKind, Tie,
};
use crate::analysis::{Answer, Query, run};
use crate::testing::{Sheet, SheetRow, answer_of_shards, n_cases};
use crate::time::{Millis, Period};

const HOUR: i64 = 3_600_000;
/// What one unit of the random sheets' times becomes: three are an hour.
const UNIT: i64 = HOUR / 3;

fn answer(sheet: &Sheet, query: &FunnelQuery) -> FunnelAnswer {
    match run(&sheet.table(), &Query::Funnel(query.clone())).unwrap() {
        Answer::Funnel(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn counts(trend: &[FunnelPeriod]) -> Vec<(&str, &[u64], u64)> {
    trend.iter().map(|period| (period.label.as_str(), period.n_reached.as_slice(), period.n_open)).collect()
}

#[test]
fn a_user_counts_once_in_each_period_in_which_a_chain_started() {
    let mut sheet = Sheet::new();
    for (hour, event) in [(1, "a"), (2, "b"), (25, "a"), (26, "a"), (30, "b"), (100, "x")] {
        sheet.push("u", hour * HOUR, event, Vec::new());
    }
    sheet.push("v", 25 * HOUR, "a", Vec::new());
    let steps = vec![Step::event("a"), Step::event("b")];
    let query = FunnelQuery {
        steps,
        window_millis: Some(24 * HOUR),
        trend: Some(Period::Day),
        ..FunnelQuery::default()
    };
    let answer = answer(&sheet, &query);
    assert_eq!(answer.overall.n_entered, 2);
    assert_eq!(
        counts(&answer.trend),
        [
            ("1970-01-01", &[1, 1][..], 0),
            ("1970-01-02", &[2, 1][..], 0),
            ("1970-01-03", &[0, 0][..], 0),
            ("1970-01-04", &[0, 0][..], 0),
            ("1970-01-05", &[0, 0][..], 0),
        ]
    );
    assert_eq!(answer.trend[1].conversion_rate.unwrap().rate, 0.5);
    assert!(answer.trend[3].is_over && !answer.trend[4].is_over);
}

#[test]
fn a_trend_where_an_event_ends_a_story_is_refused() {
    let steps = vec![Step::event("a"), Step::event("b")];
    let query =
        FunnelQuery { steps, repeats: Repeats::Stop, trend: Some(Period::Day), ..FunnelQuery::default() };
    let sheet = Sheet::new().row("u", 0, "a", &[]);
    let error = run(&sheet.table(), &Query::Funnel(query)).unwrap_err();
    assert_eq!(error.field, "trend");
}

/// Everybody's trend by its definition, in periods that somebody entered: by the hour, reached by step, and open.
fn naive(query: &FunnelQuery, sheet: &Sheet) -> BTreeMap<i64, (Vec<u64>, u64)> {
    let users = sheet.users();
    let end = users.values().flatten().map(|row| row.time).max().unwrap_or(0);
    let last = query.scope.to.map_or(i64::MAX, |to| to.0);
    let (end, last_row) = match query.range {
        Range::AllEvents => (end.min(last), last),
        Range::Entry => (end, i64::MAX),
    };
    let mut trend: BTreeMap<i64, (Vec<u64>, u64)> = BTreeMap::new();
    for rows in users.values() {
        let rows: Vec<&SheetRow> = rows.iter().copied().filter(|row| row.time <= last_row).collect();
        let hours: Vec<i64> = (0..=end.div_euclid(HOUR)).collect();
        let fates: Vec<(i64, Fate, bool)> =
            hours.iter().flat_map(|&hour| of_hour(query, &rows, hour, end)).collect();
        let is_spoilt = fates.iter().any(|(_, fate, went_on)| *fate == Fate::Removed && *went_on);
        for (hour, fate, _) in fates {
            let Some((chain, open)) = fate.entered() else { continue };
            let filled = |step: usize| chain.iter().any(|&(filled, _)| filled == step);
            let converted = (0..query.steps.len()).all(|step| query.steps[step].optional || filled(step));
            if is_spoilt && !converted {
                continue;
            }
            let counted = trend.entry(hour).or_insert((vec![0; query.steps.len()], 0));
            (0..query.steps.len()).for_each(|step| counted.0[step] += u64::from(filled(step)));
            counted.1 += u64::from(open);
        }
    }
    trend
}

/// What becomes of a user who may start in this hour only, and whether an exclusion lay before the chain's last step.
fn of_hour(query: &FunnelQuery, rows: &[&SheetRow], hour: i64, end: i64) -> Vec<(i64, Fate, bool)> {
    let mut query = query.clone();
    let from = query.scope.from.map_or(i64::MIN, |from| from.0);
    let to = query.scope.to.map_or(i64::MAX, |to| to.0);
    query.scope.from = Some(Millis(from.max(hour * HOUR)));
    query.scope.to = Some(Millis(to.min((hour + 1) * HOUR - 1)));
    query.range = Range::Entry;
    let of = |query: &FunnelQuery| fates(query, &looked_at(query, rows), end);
    let level = |fates: Vec<Fate>| {
        let levels = fates
            .iter()
            .map(|fate| fate.entered().and_then(|(chain, _)| chain.last().map(|&(step, _)| step)));
        levels.collect::<Vec<Option<usize>>>()
    };
    let ignoring = FunnelQuery { exclusions: Vec::new(), ..query.clone() };
    let voiding = FunnelQuery { on_exclusion: OnExclusion::VoidChain, ..query.clone() };
    let went_on = level(of(&voiding)) < level(of(&ignoring));
    of(&query).into_iter().map(|fate| (hour, fate, went_on)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]

    #[test]
    fn every_period_gives_what_a_funnel_of_its_own_gives(sheet in sheets(), query in queries()) {
        let mut scaled = Sheet::new().column("p", crate::table::Role::Other, crate::table::Kind::Text);
        for row in sheet.users().values().flatten() {
            scaled.push(&row.user, row.time * UNIT, &row.event, row.cells.clone());
        }
        let scale = |time: Millis| Millis(time.0 * UNIT);
        let mut query = FunnelQuery {
            window_millis: query.window_millis.map(|window| window * UNIT),
            strict_kind: StrictKind::Restart,
            repeats: Repeats::Allowed,
            // Which entry is a user's first is known only of the whole range.
            entry: if query.entry == Entry::First { Entry::Any } else { query.entry },
            // The oracle of the answer as a whole judges sessions.
            count: if query.count == Count::Sessions { Count::Users } else { query.count },
            sessions: None,
            trend: Some(Period::Hour),
            ..query
        };
        (query.scope.from, query.scope.to) = (query.scope.from.map(scale), query.scope.to.map(scale));
        for step in &mut query.steps {
            step.within_millis = step.within_millis.map(|within| within * UNIT);
            step.after_millis = step.after_millis.map(|after| after * UNIT);
        }
        query.tie = match query.tie {
            // What a grace lets stand before an hour is looked at, though a funnel of the hour alone would not.
            Tie::Grace(_) => Tie::StepOrder,
            // A bucket that lies across two hours starts in the first.
            Tie::Bucket(_) => Tie::Bucket(UNIT),
            tie => tie,
        };
        let query = valid(query);
        let answer = answer(&scaled, &query);
        let of_shards = answer_of_shards(&scaled.shards(3), &Query::Funnel(query.clone()));
        prop_assert_eq!(&of_shards, &Answer::Funnel(answer.clone()));
        let expected = naive(&query, &scaled);
        let entered = answer.trend.iter().filter(|period| period.n_reached.iter().any(|&n| n > 0));
        let found: BTreeMap<i64, (Vec<u64>, u64)> = entered
            .map(|period| (period.start.0.div_euclid(HOUR), (period.n_reached.clone(), period.n_open)))
            .collect();
        prop_assert_eq!(found, expected);
        if query.order == Order::Ordered && query.exclusions.is_empty() {
            let reached = answer.trend.iter().map(|period| period.n_reached[0]).sum::<u64>();
            prop_assert!(reached >= answer.overall.n_entered);
        }
    }
}
