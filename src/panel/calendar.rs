//! Calendar periods in words.

use cairn_charts::Tick;
use cairn_engine::time::{Millis, Period};

use crate::text::{date, text};
use crate::view::Choice;

/// Units of time to choose from.
pub fn periods() -> Vec<Choice<Period>> {
    let all = [Period::Hour, Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year];
    all.into_iter().map(|period| Choice::new(period, text(period_key(period)))).collect()
}

/// The key of a period's word.
pub fn period_key(period: Period) -> &'static str {
    match period {
        Period::Hour => "period.hour",
        Period::Day => "period.day",
        Period::Week => "period.week",
        Period::Month => "period.month",
        Period::Quarter => "period.quarter",
        Period::Year => "period.year",
    }
}

/// What people call the period that begins at `start` and that the engine calls `label`: its first day, or the label
/// where a day would say too much.
pub fn period_name(period: Period, start: Millis, label: &str, zone: Option<&str>) -> String {
    let day = || date(start.0 as f64, zone.unwrap_or("UTC"));
    match period {
        Period::Hour => format!("{} {}", day(), label.rsplit('T').next().unwrap_or_default()),
        Period::Day | Period::Week => day(),
        Period::Month | Period::Quarter | Period::Year => label.to_owned(),
    }
}

/// Ticks for some of these places, each with its name: the ends first, then the middles of what lies between.
pub fn spaced_ticks(places: &[(f64, String)]) -> Vec<Tick> {
    let step = (places.len() / 8).max(1);
    let tick = |index: usize| {
        let rank = match index / step % 4 {
            0 => 0,
            2 => 1,
            _ => 2,
        };
        Tick { at: places[index].0, text: places[index].1.clone(), rank }
    };
    (0..places.len()).step_by(step).map(tick).collect()
}
