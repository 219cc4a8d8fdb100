//! How long a chain may last: a length of time, calendar days or sessions, from the first step or from the one before.

use cairn_engine::analysis::funnel::{FunnelQuery, WindowFrom};
use leptos::prelude::*;

use crate::panel::question::{Part, Question, part};
use crate::text::{duration, plural, text, text_with};
use crate::view::{Choice, DurationField, Label, NumberField, Select};

/// The most days or sessions that the form asks for.
const MOST: f64 = 3650.0;

/// What limits a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Time,
    Days,
    Sessions,
    Nothing,
}

/// The field inside the form's sentence: how much of it.
pub fn window_field(question: Question<FunnelQuery>) -> impl IntoView {
    let limit = question.value(limit);
    // A memo, so that typing in a field does not make it anew.
    let limit = Memo::new(move |_| limit.get());
    move || match limit.get() {
        Limit::Time => time_field(question).into_any(),
        Limit::Days => number_field(question, "calendar_days", "funnels.days").into_any(),
        Limit::Sessions => number_field(question, "sessions", "funnels.sessions").into_any(),
        Limit::Nothing => text("funnels.any_time").into_any(),
    }
}

/// What the window is measured from.
pub fn since_field(question: Question<FunnelQuery>) -> AnyView {
    let choices = vec![
        Choice::new(WindowFrom::FirstStep, text("funnels.since_first")),
        Choice::new(WindowFrom::PreviousStep, text("funnels.since_previous")),
    ];
    question.select("funnels.since", "window_from", choices, part!(window_from))
}

/// The choice among what may limit a chain.
pub fn window_rules(question: Question<FunnelQuery>) -> impl IntoView {
    let choices = vec![
        Choice::new(Limit::Time, text("rule.window.time")),
        Choice::new(Limit::Days, text("rule.window.days")),
        Choice::new(Limit::Sessions, text("rule.window.sessions")),
        Choice::new(Limit::Nothing, text("rule.window.nothing")),
    ];
    let set = move |limit| question.change(|query| set_limit(query, limit));
    view! { <Select label=Label::above(text("rule.window")) choices value=question.value(limit) on_change=set /> }
}

/// The window in words.
pub fn window_text(query: &FunnelQuery) -> String {
    let (days, sessions) = (query.calendar_days.unwrap_or(0), query.sessions.unwrap_or(0));
    let span = match limit(query) {
        Limit::Time => duration(query.window_millis.unwrap_or(0) as f64),
        Limit::Days => plural("funnels.n_days", days.into()),
        Limit::Sessions => plural("funnels.n_sessions", sessions.into()),
        Limit::Nothing => return text("funnels.rule_no_window"),
    };
    let key = match query.window_from {
        WindowFrom::FirstStep => "funnels.rule_window",
        WindowFrom::PreviousStep => "funnels.rule_window_each",
    };
    text_with(key, &[("time", span)])
}

fn limit(query: &FunnelQuery) -> Limit {
    match (query.calendar_days, query.sessions, query.window_millis) {
        (Some(_), _, _) => Limit::Days,
        (None, Some(_), _) => Limit::Sessions,
        (None, None, Some(_)) => Limit::Time,
        (None, None, None) => Limit::Nothing,
    }
}

fn set_limit(query: &mut FunnelQuery, limit: Limit) {
    query.calendar_days = (limit == Limit::Days).then_some(1);
    query.sessions = (limit == Limit::Sessions).then_some(1);
    query.window_millis = (limit == Limit::Time).then_some(FunnelQuery::DEFAULT_WINDOW_MILLIS);
}

fn time_field(question: Question<FunnelQuery>) -> impl IntoView {
    let window =
        question.value(|query| query.window_millis.unwrap_or(FunnelQuery::DEFAULT_WINDOW_MILLIS) as u64);
    let set = move |millis: u64| question.change(|query| query.window_millis = Some(millis as i64));
    view! { <DurationField label=question.label("funnels.window", "window_millis") value=window on_change=set /> }
}

/// A number of calendar days or of sessions, and its unit.
fn number_field(question: Question<FunnelQuery>, field: &'static str, unit: &str) -> impl IntoView {
    let n: Part<FunnelQuery, f64> = Part {
        get: |query| f64::from(query.calendar_days.or(query.sessions).unwrap_or(1)),
        set: |query, n| match &mut query.calendar_days {
            Some(days) => *days = n as u32,
            None => query.sessions = Some(n as u32),
        },
    };
    let set = move |typed| question.change(|query| (n.set)(query, typed));
    view! {
        <NumberField label=question.label("funnels.window", field) value=question.value(n.get) on_change=set
            range=1.0..=MOST />
        {format!(" {}", text(unit))}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_one_limit_at_a_time() {
        let mut query = FunnelQuery::default();
        for chosen in [Limit::Days, Limit::Nothing, Limit::Sessions, Limit::Time] {
            set_limit(&mut query, chosen);
            assert_eq!(limit(&query), chosen);
        }
        assert_eq!(query, FunnelQuery::default());
    }
}
