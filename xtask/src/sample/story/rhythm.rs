//! When people work: time zones, hours, weekdays, holidays, and how the number of sign-ups grows.

use crate::sample::calendar::{DAY, HOUR, MINUTE, hour, midnight, weekday};
use crate::sample::random::Random;

/// The story's first instant, a Monday.
pub(crate) const START: i64 = midnight(2026, 1, 5);

/// Summer time in 2026, switched at midnight UTC instead of at the true hour, which no analysis can see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SummerTime {
    None,
    American,
    European,
    /// Ends in April, south of the equator.
    Australian,
}

/// A country: its code, its offset from UTC in winter (southern: standard time) in minutes, and its summer time.
#[derive(Clone, Copy)]
pub(crate) struct Country {
    pub(crate) code: &'static str,
    offset_minutes: i64,
    summer: SummerTime,
}

const fn country(code: &'static str, offset_minutes: i64, summer: SummerTime) -> Country {
    Country { code, offset_minutes, summer }
}

/// Where people come from, with weights. The United States appear once per time zone.
pub(crate) const COUNTRIES: [(Country, f64); 14] = [
    (country("US", -300, SummerTime::American), 14.0),
    (country("US", -360, SummerTime::American), 8.0),
    (country("US", -480, SummerTime::American), 9.0),
    (country("GB", 0, SummerTime::European), 12.0),
    (country("DE", 60, SummerTime::European), 12.0),
    (country("FR", 60, SummerTime::European), 8.0),
    (country("CA", -300, SummerTime::American), 7.0),
    (country("IN", 330, SummerTime::None), 8.0),
    (country("NL", 60, SummerTime::European), 5.0),
    (country("BR", -180, SummerTime::None), 5.0),
    (country("AU", 600, SummerTime::Australian), 4.0),
    (country("ES", 60, SummerTime::European), 4.0),
    (country("PL", 60, SummerTime::European), 3.0),
    (country("JP", 540, SummerTime::None), 1.0),
];

/// How busy each local hour is, between 0 and 1: a working day with a dip at noon and a few late workers.
const HOURS: [f64; 24] = [
    0.03, 0.02, 0.01, 0.01, 0.01, 0.03, 0.10, 0.30, 0.65, 0.95, 1.00, 0.92, 0.60, 0.78, 0.95, 0.93, 0.82,
    0.58, 0.32, 0.22, 0.20, 0.17, 0.11, 0.06,
];

/// How busy each weekday is, Monday first.
const WEEKDAYS: [f64; 7] = [0.92, 1.00, 0.98, 0.93, 0.76, 0.09, 0.08];

impl Country {
    /// The local time of a UTC time, as milliseconds that read like UTC.
    pub(crate) fn local(&self, time: i64) -> i64 {
        let summer = match self.summer {
            SummerTime::None => false,
            SummerTime::American => time >= midnight(2026, 3, 8),
            SummerTime::European => time >= midnight(2026, 3, 29),
            SummerTime::Australian => time < midnight(2026, 4, 5),
        };
        time + (self.offset_minutes + if summer { 60 } else { 0 }) * MINUTE
    }

    /// A moment of the story's given day, likelier in busy hours of that country.
    pub(crate) fn busy_moment(&self, day: i64, random: &mut Random) -> i64 {
        let hours: Vec<(i64, f64)> = (0..24).zip(HOURS).collect();
        let local = START + day * DAY + random.pick(&hours) * HOUR + random.below(HOUR as u64) as i64;
        local - (self.local(local) - local)
    }

    /// A time at or after `time` at which somebody there would sit down and work. A day that does not suit is put
    /// off by one to four days, so that Mondays need not bear the whole weekend; an hour by up to four and a half.
    pub(crate) fn next_busy(&self, time: i64, random: &mut Random) -> i64 {
        let mut time = time;
        loop {
            let today = self.local(time).div_euclid(DAY);
            if !random.chance(WEEKDAYS[weekday(today * DAY)] * holiday(today * DAY)) {
                time += DAY + random.below(3 * DAY as u64) as i64;
                continue;
            }
            while self.local(time).div_euclid(DAY) == today {
                if random.chance(HOURS[hour(self.local(time))]) {
                    return time;
                }
                time += HOUR / 2 + random.below(4 * HOUR as u64) as i64;
            }
        }
    }
}

/// Relative number of sign-ups of a day of the story: growth of about 7 % a month, a launch week in March, quiet
/// weekends and an Easter that hardly anybody works through.
pub(crate) fn sign_up_weight(day: i64) -> f64 {
    let noon = START + day * DAY + 12 * HOUR;
    let growth = 1.0 + 0.0024 * day as f64;
    let launch = if (midnight(2026, 3, 16)..midnight(2026, 3, 21)).contains(&noon) { 1.9 } else { 1.0 };
    growth * launch * WEEKDAYS[weekday(noon)] * holiday(noon)
}

fn holiday(local: i64) -> f64 {
    let easter = midnight(2026, 4, 3)..midnight(2026, 4, 7);
    let may_day = midnight(2026, 5, 1)..midnight(2026, 5, 2);
    if easter.contains(&local) || may_day.contains(&local) { 0.35 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::{COUNTRIES, START};
    use crate::sample::calendar::{HOUR, hour, midnight, weekday};
    use crate::sample::random::Random;

    #[test]
    fn clocks_change_in_spring() {
        let germany = &COUNTRIES[4].0;
        let noon = |month, day| midnight(2026, month, day) + 12 * HOUR;
        assert_eq!(hour(germany.local(noon(1, 10))), 13);
        assert_eq!(hour(germany.local(noon(6, 10))), 14);
    }

    #[test]
    fn most_work_is_done_on_weekdays_by_daylight() {
        let india = &COUNTRIES[7].0;
        let mut random = Random::new(3);
        let times: Vec<i64> =
            (0..2_000).map(|i| india.next_busy(START + i * 7 * HOUR, &mut random)).collect();
        let share = |test: &dyn Fn(i64) -> bool| times.iter().filter(|&&t| test(india.local(t))).count();
        assert!(share(&|local| weekday(local) >= 5) < 300);
        assert!(share(&|local| (7..20).contains(&hour(local))) > 1_700);
    }
}
