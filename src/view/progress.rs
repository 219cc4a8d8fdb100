//! Work that takes a while: how far it is, how fast, how long still, and a way out.

use leptos::prelude::*;

use super::Spoken;
use crate::text::{bytes, duration, percent, plain, text, text_with};

/// How far some work is.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// What is done, in words: "Reading events.csv".
    pub doing: String,
    /// How many bytes are done.
    pub n_bytes: u64,
    /// How many bytes there are in all.
    pub n_bytes_total: u64,
    /// Further numbers in words, such as the rows read so far; may be empty.
    pub detail: String,
}

impl Work {
    /// The share done, 0..1; nothing to do is all done.
    pub fn share(&self) -> f64 {
        if self.n_bytes_total == 0 { 1.0 } else { (self.n_bytes as f64 / self.n_bytes_total as f64).min(1.0) }
    }
}

/// A bar with its numbers and, with `on_cancel`, a Cancel button. Rate and time left come from the speed of the last
/// seconds. Screen readers hear the state once per quarter, not with every step.
#[component]
pub fn Progress(
    /// How far the work is.
    #[prop(into)]
    work: Signal<Work>,
    /// Makes a Cancel button.
    #[prop(optional, into)]
    on_cancel: Option<Callback<()>>,
) -> impl IntoView {
    let pace = RwSignal::new(Pace::default());
    Effect::new(move || {
        let done = work.with(|work| work.n_bytes as f64);
        pace.update(|pace| pace.note(now_millis(), done));
    });
    let facts = move || {
        let facts = work.with(|work| facts(work, pace.with(Pace::per_second)));
        facts.into_iter().map(|fact| view! { <li>{fact}</li> }).collect_view()
    };
    let quarter = Memo::new(move |_| (work.with(Work::share) * 4.0).floor() / 4.0);
    let doing = Memo::new(move |_| work.with(|work| work.doing.clone()));
    let spoken = move || {
        text_with("progress.spoken", &[("doing", plain(&doing.read())), ("share", percent(quarter.get(), 0))])
    };
    let cancel = on_cancel.map(|on_cancel| {
        view! {
            <button class="button" type="button" on:click=move |_| on_cancel.run(())>{text("progress.cancel")}</button>
        }
    });
    let share = move || work.with(Work::share);
    view! {
        <div class="progress">
            <div class="progress-head">
                <p class="progress-title"><Spoken text=doing /></p>
                <p class="progress-share" aria-hidden="true">{move || percent(share(), 0)}</p>
            </div>
            <progress class="progress-bar" aria-label=move || plain(&doing.read()) max="1" prop:value=share></progress>
            <div class="progress-foot">
                <ul class="facts">{facts}</ul>
                {cancel}
            </div>
            <p class="visually-hidden" role="status">{spoken}</p>
        </div>
    }
}

/// The numbers in words: how much of how much, the detail, bytes per second, time left.
fn facts(work: &Work, bytes_per_second: Option<f64>) -> Vec<String> {
    let amounts = [("done", bytes(work.n_bytes)), ("total", bytes(work.n_bytes_total))];
    let detail = (!work.detail.is_empty()).then(|| work.detail.clone());
    let rate = bytes_per_second.map(|rate| text_with("progress.rate", &[("rate", bytes(rate as u64))]));
    let left = bytes_per_second.map(|rate| {
        let rest = work.n_bytes_total.saturating_sub(work.n_bytes) as f64;
        text_with("progress.left", &[("time", duration((rest / rate).ceil() * 1000.0))])
    });
    let amount = text_with("progress.amount", &amounts);
    [Some(amount), detail, rate, left].into_iter().flatten().collect()
}

/// The speed of the last seconds, smoothed: a mean of the rates between notes with weights that halve every two seconds.
#[derive(Clone, Debug, Default)]
struct Pace {
    last: Option<(f64, f64)>,
    /// Weighted amount and weighted seconds.
    sums: (f64, f64),
}

impl Pace {
    const HALF_LIFE_MILLIS: f64 = 2_000.0;

    /// `done` is the amount at the time `millis`. Less than before starts anew.
    fn note(&mut self, millis: f64, done: f64) {
        match self.last {
            Some((_, before)) if done < before => *self = Self::default(),
            Some((then, before)) if millis > then => {
                let fade = 0.5_f64.powf((millis - then) / Self::HALF_LIFE_MILLIS);
                let (amount, seconds) = self.sums;
                self.sums = (amount * fade + done - before, seconds * fade + (millis - then) / 1000.0);
            }
            Some(_) => return,
            None => {}
        }
        self.last = Some((millis, done));
    }

    /// The amount per second; none before half a second was seen, and none while nothing moves.
    fn per_second(&self) -> Option<f64> {
        let (amount, seconds) = self.sums;
        (seconds >= 0.5 && amount > 0.0).then(|| amount / seconds)
    }
}

fn now_millis() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

#[cfg(test)]
mod tests {
    use super::Pace;

    #[test]
    fn a_steady_pace_is_its_own_mean() {
        let mut pace = Pace::default();
        for step in 0..20 {
            pace.note(f64::from(step) * 100.0, f64::from(step) * 50.0);
        }
        assert!((pace.per_second().unwrap() - 500.0).abs() < 1e-9);
    }

    #[test]
    fn a_change_of_pace_shows_within_seconds() {
        let mut pace = Pace::default();
        pace.note(0.0, 0.0);
        pace.note(10_000.0, 1_000.0);
        pace.note(16_000.0, 7_000.0);
        // 100 a second before, 1,000 a second now; the old part weighs 1/8.
        let expected = (1_000.0 / 8.0 + 6_000.0) / (10.0 / 8.0 + 6.0);
        assert!((pace.per_second().unwrap() - expected).abs() < 1e-9);
    }

    #[test]
    fn no_pace_is_claimed_from_too_little() {
        let mut pace = Pace::default();
        pace.note(0.0, 0.0);
        pace.note(100.0, 10.0);
        assert_eq!(pace.per_second(), None);
    }
}
