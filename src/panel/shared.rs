//! What all panels share: errors beside their fields, choices, and names of groups and rates.

use std::str::FromStr;

use cairn_engine::Failure;
use cairn_engine::analysis::funnel::{GroupKey, Step};
use cairn_engine::stats::interval::Rate;

use crate::session::{Asked, Facts};
use crate::text::{count, failure, number, percent, strong, text, text_with};
use crate::view::Choice;

/// The engine's error for `field` or what lies in it, to stand beside the field.
pub fn field_error(asked: &Asked, field: &str) -> Option<String> {
    let found = asked.failure.as_ref()?;
    let at = found.position.as_ref()?.field.as_deref()?;
    at.starts_with(field).then(|| said(found))
}

/// The engine's error for item `index` of the list `field`.
pub fn listed_error(asked: &Asked, field: &str, index: usize) -> Option<String> {
    field_error(asked, &format!("{field}[{index}]"))
}

fn said(found: &Failure) -> String {
    failure(&found.code, &found.message)
}

/// The events to choose from, the most frequent first, and any event.
pub fn event_choices(facts: Facts) -> Vec<Choice<Option<String>>> {
    let any = Choice::new(None, text("event.any"));
    let events = facts.events().into_iter();
    events
        .map(|(name, n)| Choice::new(Some(name.clone()), name).with_detail(count(n)))
        .chain(std::iter::once(any))
        .collect()
}

/// What people read for a group.
pub fn group_name(key: &GroupKey) -> String {
    match key {
        GroupKey::Value { value } => value.clone(),
        GroupKey::Missing => text("group.missing"),
        GroupKey::Other => text("group.other"),
        GroupKey::Segment { name } => name.clone(),
    }
}

/// What people read for a step of a funnel, whose index counts from 0.
pub fn step_name(index: usize, step: &Step) -> String {
    let number = || text_with("funnels.step", &[("n", (index + 1).to_string())]);
    step.name.clone().or_else(|| step.rule.event.clone()).unwrap_or_else(number)
}

/// A rate that catches the eye, with its interval.
pub fn strong_rate(rate: Rate) -> String {
    let (low, high) = (percent(rate.low, 0), percent(rate.high, 0));
    text_with("rate.with_interval", &[("rate", strong(percent(rate.rate, 0))), ("low", low), ("high", high)])
}

/// What is likelier than this by chance is not told as a difference.
pub const CHANCE: f64 = 0.05;

/// A probability as people write it: `p = 0.03`, `p < 0.001`.
pub fn p_value(p: f64) -> String {
    if p < 0.001 {
        text_with("p.below", &[("p", number(0.001, 3))])
    } else {
        text_with("p.is", &[("p", number(p, if p < 0.1 { 3 } else { 2 }))])
    }
}

/// Numbers as a person types them into one field.
pub fn numbers_text<T: ToString>(numbers: &[T]) -> String {
    numbers.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

/// The numbers in what a person typed; what is none is left out, and the field then shows what was understood.
pub fn listed_numbers<T: FromStr>(typed: &str) -> Vec<T> {
    let is_between = |character: char| character.is_whitespace() || matches!(character, ',' | ';' | '،');
    typed.split(is_between).filter_map(|word| word.parse().ok()).collect()
}
