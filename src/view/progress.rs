//! Work that takes a while: how far it is, how fast, how long still, and a way out.

use leptos::prelude::*;

use crate::text::{bytes, count, duration, percent, text, text_with};

/// What is being counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Bytes, shown as `12 MB of 70 MB`.
    Bytes,
    /// Things, shown as `1,200 of 5,000`.
    Count,
}

/// How far some work is.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// What is done, in words: "Reading events.csv".
    pub doing: String,
    /// What `done` and `total` count.
    pub amount: Amount,
    /// How much is done.
    pub done: u64,
    /// How much there is to do in all.
    pub total: u64,
    /// Further numbers in words, such as the rows read so far; may be empty.
    pub detail: String,
}

impl Work {
    /// The share done, 0..1; nothing to do is all done.
    pub fn share(&self) -> f64 {
        if self.total == 0 { 1.0 } else { (self.done as f64 / self.total as f64).min(1.0) }
    }

    fn shown(&self, n: u64) -> String {
        match self.amount {
            Amount::Bytes => bytes(n),
            Amount::Count => count(n),
        }
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
        let done = work.with(|work| work.done as f64);
        pace.update(|pace| pace.note(now_millis(), done));
    });
    let rate = move || pace.with(Pace::per_second).map(|rate| work.with(|work| work.shown(rate as u64)));
    let left = move || {
        let rate = pace.with(Pace::per_second)?;
        let rest = work.with(|work| work.total.saturating_sub(work.done)) as f64;
        Some(text_with("progress.left", &[("time", duration((rest / rate).ceil() * 1000.0))]))
    };
    let facts = move || {
        let (done, total, detail) =
            work.with(|work| (work.shown(work.done), work.shown(work.total), work.detail.clone()));
        let amount = text_with("progress.amount", &[("done", done), ("total", total)]);
        let rate = rate().map(|rate| text_with("progress.rate", &[("rate", rate)]));
        let facts = [Some(amount), Some(detail).filter(|detail| !detail.is_empty()), rate, left()];
        facts.into_iter().flatten().map(|fact| view! { <li>{fact}</li> }).collect_view()
    };
    let quarter = Memo::new(move |_| (work.with(Work::share) * 4.0).floor() / 4.0);
    let doing = Memo::new(move |_| work.with(|work| work.doing.clone()));
    let spoken =
        move || text_with("progress.spoken", &[("doing", doing.get()), ("share", percent(quarter.get(), 0))]);
    let cancel = on_cancel.map(|on_cancel| {
        view! {
            <button class="button" type="button" on:click=move |_| on_cancel.run(())>{text("progress.cancel")}</button>
        }
    });
    let share = move || work.with(Work::share);
    view! {
        <div class="progress">
            <div class="progress-head">
                <p class="progress-title">{doing}</p>
                <p class="progress-share" aria-hidden="true">{move || percent(share(), 0)}</p>
            </div>
            <progress class="progress-bar" aria-label=doing max="1" prop:value=share></progress>
            <div class="progress-foot">
                <ul class="facts">{facts}</ul>
                {cancel}
            </div>
            <p class="visually-hidden" role="status">{spoken}</p>
        </div>
    }
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
