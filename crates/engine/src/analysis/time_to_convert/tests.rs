//! Tests: times that can be checked by hand, and random ones against what the funnel says of each user.

use proptest::prelude::*;

use super::*;
use crate::analysis::{Query, run};
use crate::testing::{Sheet, answer_on_any_shards, n_cases, small_sheets};

fn ask(sheet: &Sheet, query: &TimeToConvertQuery) -> TimeToConvertAnswer {
    match answer_on_any_shards(sheet, &Query::TimeToConvert(query.clone())) {
        Answer::TimeToConvert(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn funnel(events: &[&str]) -> FunnelQuery {
    FunnelQuery {
        steps: events.iter().map(|event| funnel::Step::event(*event)).collect(),
        ..FunnelQuery::default()
    }
}

/// Three users who pay 10, 20 and 100 seconds after they signed up, and one who does not.
fn three() -> Sheet {
    let mut sheet = Sheet::new();
    for (user, seconds) in [("a", 10), ("b", 20), ("c", 100)] {
        sheet.push(user, 0, "signup", Vec::new());
        sheet.push(user, seconds * 1000, "pay", Vec::new());
    }
    sheet.row("d", 0, "signup", &[])
}

#[test]
fn a_histogram_that_can_be_checked_by_hand() {
    let answer =
        ask(&three(), &TimeToConvertQuery { funnel: funnel(&["signup", "pay"]), ..Default::default() });
    // The cube root of 3 is two bins; they are 45 seconds wide, and the longest time lies on the edge of the second.
    let bins: Vec<(u64, u64)> = answer.bins.iter().map(|bin| (bin.from_millis, bin.n_users)).collect();
    assert_eq!(bins, [(10_000, 2), (55_000, 0), (100_000, 1)]);
    let times = answer.times.unwrap();
    assert!((times.mean_millis - 130_000.0 / 3.0).abs() < 1e-9);
    assert_eq!((times.min_millis, times.max_millis), (10_000, 100_000));
    let median = times.percentiles.iter().find(|percentile| percentile.percent == 50).unwrap();
    assert_eq!(median.millis, 20_000.0);
    let ninetieth = times.percentiles.iter().find(|percentile| percentile.percent == 90).unwrap();
    assert!((ninetieth.millis - 84_000.0).abs() < 1e-6, "four fifths of the way from 20 to 100 s");
}

#[test]
fn equal_times_share_a_bin_of_a_minute_and_nobody_has_none() {
    let sheet = Sheet::new().row("a", 0, "x", &[]).row("a", 5000, "y", &[]);
    let query = TimeToConvertQuery { funnel: funnel(&["x", "y"]), bins: Some(7), ..Default::default() };
    let bin = TimeBin { from_millis: 5000, to_millis: 65_000, n_users: 1 };
    assert_eq!(ask(&sheet, &query).bins, [bin]);
    let nobody = TimeToConvertQuery { funnel: funnel(&["y", "x"]), ..Default::default() };
    assert_eq!(ask(&sheet, &nobody), TimeToConvertAnswer { n_users: 0, times: None, bins: Vec::new() });
}

#[test]
fn what_cannot_be_asked_is_refused_by_its_field() {
    let table = three().table();
    let query = TimeToConvertQuery { funnel: funnel(&["signup", "pay"]), ..Default::default() };
    let field = |query: TimeToConvertQuery| run(&table, &Query::TimeToConvert(query)).unwrap_err().field;
    assert_eq!(field(TimeToConvertQuery { funnel: funnel(&["pay"]), ..query.clone() }), "funnel.steps");
    assert_eq!(field(TimeToConvertQuery::default()), "funnel.steps");
    assert_eq!(field(TimeToConvertQuery { from_step: 1, ..query.clone() }), "from_step");
    assert_eq!(field(TimeToConvertQuery { to_step: Some(0), ..query.clone() }), "to_step");
    assert_eq!(field(TimeToConvertQuery { to_step: Some(2), ..query.clone() }), "to_step");
    assert_eq!(field(TimeToConvertQuery { bins: Some(0), ..query }), "bins");
}

/// The time of each user by asking the funnel, which says the mean of one user alone.
fn by_asking_for_each_user(sheet: &Sheet, funnel: &FunnelQuery, to: usize) -> Vec<u64> {
    let time = |user: &&str| {
        let mut query = funnel.clone();
        query.scope.segment = Some(crate::rule::Segment::List { users: vec![(*user).to_owned()] });
        match run(&sheet.table(), &Query::Funnel(query)).unwrap() {
            Answer::Funnel(answer) => {
                answer.overall.steps[to].from_first.map(|times| times.mean_millis as u64)
            }
            other => panic!("{other:?}"),
        }
    };
    sheet.users().keys().filter_map(time).collect()
}

fn naive(mut times: Vec<u64>, bins: Option<u32>) -> TimeToConvertAnswer {
    times.sort_unstable();
    let (Some(&min), Some(&max)) = (times.first(), times.last()) else {
        return TimeToConvertAnswer { n_users: 0, times: None, bins: Vec::new() };
    };
    let n = times.len();
    let n_bins = bins.map_or(((n as f64).cbrt() - 1e-9).ceil().clamp(1.0, 60.0), f64::from);
    let seconds = ((max - min) as f64 / n_bins / 1000.0).ceil();
    let width = if max == min { 60_000 } else { seconds as u64 * 1000 };
    let mut all = Vec::new();
    let mut from = min;
    while from <= max {
        let n_users = times.iter().filter(|time| (from..from + width).contains(time)).count() as u64;
        all.push(TimeBin { from_millis: from, to_millis: from + width, n_users });
        from += width;
    }
    let percentile = |percent: u32| {
        let at = (n - 1) as f64 * (f64::from(percent) / 100.0);
        let (low, high) = (times[at.floor() as usize] as f64, times[at.ceil() as usize] as f64);
        Percentile { percent, millis: low + at.fract() * (high - low) }
    };
    let times = ConversionTimes {
        mean_millis: times.iter().sum::<u64>() as f64 / n as f64,
        min_millis: min,
        max_millis: max,
        percentiles: PERCENTS.map(percentile).to_vec(),
    };
    TimeToConvertAnswer { n_users: n as u64, times: Some(times), bins: all }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(300)))]
    #[test]
    fn the_histogram_is_what_each_users_time_says(
        sheet in small_sheets(),
        steps in prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 2..4),
        bins in prop::option::of(1..9_u32),
        order in prop::sample::select(vec![funnel::Order::Ordered, funnel::Order::Strict, funnel::Order::Unordered]),
        instant_times in prop::sample::select(vec![InstantTimes::Counted, InstantTimes::LeftOut]),
        to in 1..3_u32,
    ) {
        let funnel = FunnelQuery { order, instant_times, window_millis: Some(4 * Millis::DAY), ..funnel(&steps) };
        let to = to.min(steps.len() as u32 - 1);
        let query = TimeToConvertQuery { funnel: funnel.clone(), to_step: Some(to), bins, ..Default::default() };
        let found = match run(&sheet.table(), &Query::TimeToConvert(query)).unwrap() {
            Answer::TimeToConvert(answer) => answer,
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(found, naive(by_asking_for_each_user(&sheet, &funnel, to as usize), bins));
    }
}
