//! Periods against jiff itself, asked for every instant.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use proptest::prelude::*;

use super::Periods;
use crate::time::{Millis, Period, WeekStart};

const ZONES: [&str; 10] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "America/Havana",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Asia/Gaza",
    "Africa/Casablanca",
];

fn millis(text: &str) -> Millis {
    Millis(text.parse::<Timestamp>().unwrap().as_millisecond())
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn covering(period: Period, name: &str, from: &str, to: &str) -> Periods {
    Periods::covering(period, WeekStart::Monday, &zone(name), millis(from), millis(to)).unwrap()
}

fn labels(periods: &Periods) -> Vec<String> {
    (0..periods.len()).map(|at| periods.label(at)).collect()
}

fn hours(periods: &Periods) -> Vec<f64> {
    (0..periods.len()).map(|at| periods.end(at).since(periods.start(at)) as f64 / 3_600_000.0).collect()
}

#[test]
fn a_day_that_starts_at_one_o_clock_is_a_day_of_23_hours() {
    let days = covering(Period::Day, "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-05T12:00:00Z");
    assert_eq!(labels(&days), ["2018-11-03", "2018-11-04", "2018-11-05"]);
    assert_eq!(hours(&days), [24.0, 23.0, 24.0]);
    assert_eq!(days.start(1), millis("2018-11-04T03:00:00Z"), "01:00 local, since midnight is skipped");
}

#[test]
fn a_day_that_never_was_is_no_period() {
    let days = covering(Period::Day, "Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-31T00:00:00Z");
    assert_eq!(labels(&days), ["2011-12-29", "2011-12-31"]);
    assert_eq!(days.end(0), days.start(1));
    let weeks = covering(Period::Week, "Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-31T00:00:00Z");
    assert_eq!((labels(&weeks), hours(&weeks)), (vec!["2011-12-26".to_owned()], vec![144.0]));
}

#[test]
fn an_hour_that_is_passed_twice_is_two_periods() {
    let hours_of = covering(Period::Hour, "Europe/Berlin", "2026-10-24T23:30:00Z", "2026-10-25T01:30:00Z");
    assert_eq!(labels(&hours_of), ["2026-10-25T01:00", "2026-10-25T02:00", "2026-10-25T02:00"]);
    let longer =
        covering(Period::Hour, "Australia/Lord_Howe", "2026-04-04T14:30:00Z", "2026-04-04T15:40:00Z");
    assert_eq!(hours(&longer), [1.5, 1.0], "from 01:00 to 02:00, and half of it again");
}

#[test]
fn weeks_months_quarters_and_years_are_named_by_their_start() {
    let of = |period| labels(&covering(period, "UTC", "2025-12-30T00:00:00Z", "2026-02-01T00:00:00Z"));
    assert_eq!(of(Period::Week), ["2025-12-29", "2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"]);
    assert_eq!(of(Period::Month), ["2025-12", "2026-01", "2026-02"]);
    assert_eq!(of(Period::Quarter), ["2025-Q4", "2026-Q1"]);
    assert_eq!(of(Period::Year), ["2025", "2026"]);
}

#[test]
fn clocks_set_back_over_midnight_leave_days_in_one_piece() {
    // At 00:01 of the 29th it became 23:01 of the 28th again.
    let days = covering(Period::Day, "America/St_Johns", "2006-10-28T12:00:00Z", "2006-10-29T12:00:00Z");
    assert_eq!(labels(&days), ["2006-10-28", "2006-10-29"]);
    assert_eq!(days.start(1), millis("2006-10-29T02:30:00Z"));
    assert_eq!(days.index(millis("2006-10-29T02:45:00Z")), 1);
}

#[test]
fn instants_outside_of_all_periods_are_not_found_and_count_to_the_ends() {
    let days = covering(Period::Day, "UTC", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z");
    assert_eq!(days.len(), 2);
    let (before, after) = (millis("2026-01-01T23:59:59.999Z"), millis("2026-01-04T00:00:00Z"));
    assert_eq!((days.find(before), days.find(after)), (None, None));
    assert_eq!((days.index(before), days.index(after), days.index(Millis(i64::MAX))), (0, 1, 1));
    assert_eq!(days.find_range(Millis(i64::MIN), Millis(i64::MAX)), 0..2);
    assert_eq!(days.find_range(after, Millis(i64::MAX)), 0..0);
    assert_eq!(days.find_range(days.start(1), days.start(1)), 1..2);
}

#[test]
fn too_many_periods_are_refused_and_the_ends_of_time_are_not() {
    let all = |period| {
        Periods::covering(period, WeekStart::Sunday, &TimeZone::UTC, Millis(i64::MIN), Millis(i64::MAX))
    };
    let error = all(Period::Hour).unwrap_err();
    assert_eq!(error.field, "period");
    assert!(error.to_string().contains("choose a longer one"), "{error}");
    let years = all(Period::Year).unwrap();
    assert_eq!(
        (years.len(), years.label(0), years.label(19_998)),
        (19_999, "-9999".to_owned(), "9999".to_owned())
    );
    let moment = Millis(i64::MAX);
    let hour = Periods::covering(Period::Hour, WeekStart::Sunday, &TimeZone::UTC, moment, moment).unwrap();
    assert_eq!(hour.len(), 1);
}

/// The first instant of the period that holds `time`, by asking jiff for every minute before it, or every day.
fn start_by_jiff(period: Period, week_start: WeekStart, zone: &TimeZone, time: Millis) -> Millis {
    let local = |millis: i64| Timestamp::from_millisecond(millis).unwrap().to_zoned(zone.clone());
    if period == Period::Hour {
        let starts = |minute: &i64| {
            let (now, before) = (local(*minute), local(minute - 1));
            now.minute() == 0 || now.hour() != before.hour()
        };
        let minute = time.0.div_euclid(60_000) * 60_000;
        return Millis((0..).map(|back| minute - back * 60_000).find(starts).unwrap());
    }
    let key = |at: &Zoned| {
        let date = at.date();
        let days_in = (date.weekday().to_monday_zero_offset() - week_start as i8).rem_euclid(7);
        match period {
            Period::Hour | Period::Day => date,
            Period::Week => date.checked_sub(jiff::Span::new().days(days_in)).unwrap(),
            Period::Month => date.first_of_month(),
            Period::Quarter => date.with().month((date.month() - 1) / 3 * 3 + 1).day(1).build().unwrap(),
            Period::Year => date.first_of_year(),
        }
    };
    let mine = key(&local(time.0));
    let mut day = local(time.0).start_of_day().unwrap();
    loop {
        let yesterday = local(day.timestamp().as_millisecond() - 1);
        if key(&yesterday) != mine {
            return Millis(day.timestamp().as_millisecond());
        }
        day = yesterday.start_of_day().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn every_instant_lies_in_the_period_that_jiff_says(
        name in prop::sample::select(ZONES.to_vec()),
        period in prop::sample::select(vec![
            Period::Hour, Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year,
        ]),
        week_start in prop::sample::select(vec![WeekStart::Monday, WeekStart::Thursday, WeekStart::Sunday]),
        // 2005 to 2027, on a grid of half hours that bounds lie on, and beside it.
        from in 613_000_i64..1_000_000,
        offsets in prop::collection::vec((0_i64..20_000, -1_i64..=1), 1..20),
    ) {
        let zone = zone(name);
        let half_hour = Millis::DAY / 48;
        let mut times: Vec<Millis> = offsets.iter().map(|(n, off)| Millis((from + n) * half_hour + off)).collect();
        times.sort();
        let periods = Periods::covering(period, week_start, &zone, times[0], times[times.len() - 1]).unwrap();
        prop_assert!(periods.bounds.is_sorted_by(|a, b| a < b));
        for &time in &times {
            let at = periods.find(time).unwrap();
            prop_assert!(periods.start(at) <= time && time < periods.end(at));
            prop_assert_eq!(periods.start(at), start_by_jiff(period, week_start, &zone, time));
            // The period ends where the next instant's starts.
            prop_assert_eq!(periods.end(at), start_by_jiff(period, week_start, &zone, periods.end(at)));
        }
        prop_assert_eq!(periods.index(times[0]), 0);
        prop_assert_eq!(periods.index(times[times.len() - 1]), periods.len() - 1);
    }
}
