//! Days with too many events or too few, days without any, and the few events far from all others.

use std::collections::BTreeMap;

use super::{DayQuality, DayVerdict, Silence, Stray};
use crate::kernel::calendar::date_text;

/// Weeks before and after a day that it is compared with.
const WEEKS: i32 = 4;
/// The least number of weekdays to compare with.
const FEWEST: usize = 3;
/// Fewer events are never too many: by the root of their number, four are far from none.
const LEAST_HIGH: u64 = 10;
/// Days without an event that set strays apart.
const STRAY_GAP: u32 = 30;

/// Judges every day that has events, and finds the runs of days that should have some. O(days · weeks).
pub(super) fn judge(days: &BTreeMap<i32, u64>, limit: f64) -> (Vec<DayQuality>, Vec<Silence>) {
    let judged = days.iter().map(|(&number, &n_events)| {
        let compared = compare(days, number, (number, number), n_events);
        DayQuality {
            day: date_text(number),
            number,
            n_events,
            usual: compared.map(|(usual, _)| usual),
            score: compared.map(|(_, score)| score),
            verdict: verdict(n_events, compared, limit),
        }
    });
    let in_order: Vec<(i32, u64)> = days.iter().map(|(&day, &n)| (day, n)).collect();
    let backwards: Vec<(i32, u64)> = in_order.iter().rev().copied().collect();
    // Before and after the bulk of the data nothing is missing.
    let bulk = n_stray(&in_order)..in_order.len() - n_stray(&backwards);
    let numbers: Vec<i32> = in_order.get(bulk).unwrap_or_default().iter().map(|&(day, _)| day).collect();
    let gaps = numbers.windows(2).filter(|pair| pair[1] - pair[0] > 1);
    let silence = |pair: &[i32]| {
        let run = (pair[0] + 1, pair[1] - 1);
        // A week holds every weekday.
        let is_low = |day| verdict(0, compare(days, day, run, 0), limit) == DayVerdict::Low;
        (run.0..=run.1.min(run.0 + 6)).any(is_low).then(|| Silence {
            first_day: date_text(run.0),
            last_day: date_text(run.1),
            n_days: run.1.abs_diff(run.0) + 1,
        })
    };
    (judged.collect(), gaps.filter_map(silence).collect())
}

/// What is usual for a day, and its score; see [`DayQuality`]. It is compared with the same weekday before and after `run`, the
/// days around it that have the same trouble.
fn compare(days: &BTreeMap<i32, u64>, day: i32, run: (i32, i32), n_events: u64) -> Option<(f64, f64)> {
    let (&first, &last) = (days.keys().next()?, days.keys().next_back()?);
    let inside = |day: &i32| first < *day && *day < last;
    if !inside(&day) {
        return None;
    }
    let (before, after) = (day - (day - run.0) / 7 * 7, day + (run.1 - day) / 7 * 7);
    let weeks = (1..=WEEKS).flat_map(|week| [before - 7 * week, after + 7 * week]);
    let count = |day| days.get(&day).map_or(0.0, |&n| n as f64);
    let mut others: Vec<f64> = weeks.filter(inside).map(count).collect();
    if others.len() < FEWEST {
        return None;
    }
    let usual = median(&mut others);
    let mut apart: Vec<f64> = others.iter().map(|other| (other - usual).abs()).collect();
    let mean_apart = apart.iter().sum::<f64>() / apart.len() as f64;
    let median_apart = median(&mut apart);
    let spread = if median_apart > 0.0 { 1.4826 * median_apart } else { 1.2533 * mean_apart };
    let scale = spread.max(libm::sqrt(usual.max(1.0)));
    Some((usual, (n_events as f64 - usual) / scale))
}

fn verdict(n_events: u64, compared: Option<(f64, f64)>, limit: f64) -> DayVerdict {
    let n = n_events as f64;
    match compared {
        Some((usual, score)) if score > limit && n >= 2.0 * usual && n_events >= LEAST_HIGH => {
            DayVerdict::High
        }
        Some((usual, score)) if score < -limit && 2.0 * n <= usual => DayVerdict::Low,
        _ => DayVerdict::Usual,
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

/// The few events long before all others, and those long after.
pub(super) fn strays(days: &BTreeMap<i32, u64>) -> (Option<Stray>, Option<Stray>) {
    let in_order: Vec<(i32, u64)> = days.iter().map(|(&day, &n)| (day, n)).collect();
    let mut backwards = in_order.clone();
    backwards.reverse();
    (stray(&in_order), stray(&backwards))
}

/// Those at the start of the list.
fn stray(days: &[(i32, u64)]) -> Option<Stray> {
    let found = &days[..n_stray(days)];
    let (first, last) = (found.first()?.0, found.last()?.0);
    Some(Stray {
        n_events: found.iter().map(|&(_, n)| n).sum(),
        first_day: date_text(first.min(last)),
        last_day: date_text(first.max(last)),
    })
}

/// How many days at the start of the list hold strays.
fn n_stray(days: &[(i32, u64)]) -> usize {
    let all: u64 = days.iter().map(|&(_, n)| n).sum();
    let (mut n_events, mut n_days) = (0_u64, 0);
    for (at, pair) in days.windows(2).enumerate() {
        n_events += pair[0].1;
        if n_events * 1000 >= all {
            break;
        }
        if pair[0].0.abs_diff(pair[1].0) > STRAY_GAP {
            n_days = at + 1;
        }
    }
    n_days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steady(n_days: i32) -> BTreeMap<i32, u64> {
        (0..n_days).map(|day| (day, if day % 7 < 5 { 100 } else { 0 })).filter(|&(_, n)| n > 0).collect()
    }

    #[test]
    fn weekends_without_events_are_usual_and_a_silent_wednesday_is_not() {
        let mut days = steady(70);
        assert_eq!(judge(&days, 3.5).1, []);
        days.remove(&30);
        let (judged, silences) = judge(&days, 3.5);
        assert!(judged.iter().all(|day| day.verdict == DayVerdict::Usual));
        let day = date_text(30);
        assert_eq!(silences, [Silence { first_day: day.clone(), last_day: day, n_days: 1 }]);
    }

    #[test]
    fn a_day_with_twice_as_many_stands_out_by_its_score() {
        let mut days = steady(70);
        days.insert(30, 250);
        days.insert(31, 40);
        days.insert(32, 190);
        let (judged, _) = judge(&days, 3.5);
        let at = |number| judged.iter().find(|day| day.number == number).unwrap();
        // The other Wednesdays are all 100: chance alone moves such a count by its root, 10.
        assert_eq!((at(30).usual, at(30).score, at(30).verdict), (Some(100.0), Some(15.0), DayVerdict::High));
        assert_eq!((at(31).score, at(31).verdict), (Some(-6.0), DayVerdict::Low));
        // Beyond the score, but not twice as many.
        assert_eq!((at(32).score, at(32).verdict), (Some(9.0), DayVerdict::Usual));
        assert_eq!(at(0).usual, None, "the first day may be cut");
    }

    #[test]
    fn a_few_events_far_from_all_others_are_strays() {
        let mut days = steady(70);
        let (none_before, none_after) = strays(&days);
        assert_eq!((none_before, none_after), (None, None));
        days.insert(-9000, 1);
        days.insert(-8000, 2);
        days.insert(90, 3);
        days.insert(91, 2);
        let (early, late) = strays(&days);
        let early = early.unwrap();
        assert_eq!(
            (early.n_events, early.first_day, early.last_day),
            (3, date_text(-9000), date_text(-8000))
        );
        assert_eq!(late, None, "22 days of silence are too few");
        days.insert(200, 4);
        assert_eq!(strays(&days).1.map(|late| late.n_events), Some(4));
    }

    #[test]
    fn a_silence_of_half_a_year_is_one_silence() {
        let mut days = steady(70);
        days.extend(steady(70).into_iter().map(|(day, n)| (day + 250, n)));
        let (_, silences) = judge(&days, 3.5);
        assert_eq!(silences.len(), 1);
        assert_eq!(silences[0].n_days, 182);
    }
}
