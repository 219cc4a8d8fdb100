//! Comparisons of a property with values.

use std::cmp::Ordering;

use super::{Record, Tracked};
use crate::decimal;
use crate::search::split_once;
use crate::value::Value;

/// A property compared with values. A missing value satisfies only `neq`, `not_in`, `not_contains` and `is_not_set`.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyTest {
    /// The property's name, or the trait's.
    pub property: String,
    /// Whose value.
    pub on: Whose,
    /// The comparison.
    pub op: Op,
    /// What to compare with, as text.
    pub values: Vec<String>,
}

/// Whose value a property test looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// The event's own.
    #[default]
    Event,
    /// The visitor's latest: the trait of that name.
    User,
    /// The visitor's first: the trait `first_` and that name.
    UserFirst,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Op {
    Eq,
    Neq,
    In,
    NotIn,
    Contains,
    NotContains,
    StartsWith,
    Gt,
    Gte,
    Lt,
    Lte,
    IsSet,
    IsNotSet,
}

impl PropertyTest {
    /// The name of the trait that is looked at; none for properties of events.
    #[must_use]
    pub fn name_of_trait(&self) -> Option<String> {
        match self.on {
            Whose::Event => None,
            Whose::User => Some(self.property.clone()),
            Whose::UserFirst => Some(format!("first_{}", self.property)),
        }
    }

    /// Whether it holds for an event of the visitor; `None` for a trait that is not given, and for values that cannot
    /// be compared.
    pub(super) fn truth(&self, event: &Tracked, record: &Record<'_>) -> Option<bool> {
        match self.on {
            Whose::Event => self.compare(event.properties.get(&self.property)),
            Whose::User | Whose::UserFirst => self.truth_of_trait(record),
        }
    }

    pub(super) fn truth_of_trait(&self, record: &Record<'_>) -> Option<bool> {
        let name = self.name_of_trait().unwrap_or_default();
        self.compare(Some(record.traits.get(&name)?))
    }

    fn compare(&self, value: Option<&Value>) -> Option<bool> {
        let word;
        let text = match value {
            None | Some(Value::Null) => {
                return Some(matches!(self.op, Op::Neq | Op::NotIn | Op::NotContains | Op::IsNotSet));
            }
            Some(Value::Text(text)) => text,
            Some(Value::Bool(truth)) => {
                word = truth.to_string();
                &word
            }
            Some(Value::Number(number)) => return self.compare_number(*number),
            Some(Value::List(_) | Value::Map(_)) => return None,
        };
        let any = |holds: &dyn Fn(&str) -> bool| Some(self.values.iter().any(|wanted| holds(wanted)));
        match self.op {
            Op::Contains => any(&|wanted| contains_ignoring_case(text, wanted)),
            Op::NotContains => any(&|wanted| contains_ignoring_case(text, wanted)).map(|any| !any),
            Op::StartsWith => any(&|wanted| text.starts_with(wanted)),
            Op::Eq | Op::In => any(&|wanted| wanted == text),
            Op::Neq | Op::NotIn => any(&|wanted| wanted == text).map(|any| !any),
            _ => {
                any(&|wanted| self.holds(compare_texts(text, wanted))).map(|any| any || self.op == Op::IsSet)
            }
        }
    }

    fn compare_number(&self, number: f64) -> Option<bool> {
        if matches!(self.op, Op::Contains | Op::NotContains | Op::StartsWith) {
            return None;
        }
        let parse = |value: &String| decimal::parse(value.trim()).filter(|value| value.is_finite());
        let values = self.values.iter().map(parse).collect::<Option<Vec<_>>>()?;
        let any = values.iter().any(|wanted| self.holds(number.total_cmp(wanted)));
        Some(match self.op {
            Op::Neq | Op::NotIn => !any,
            _ => any || self.op == Op::IsSet,
        })
    }

    /// Whether the order of value and wanted value fits; for the opposites, whether it fits what they deny.
    fn holds(&self, order: Ordering) -> bool {
        match self.op {
            Op::Gt => order.is_gt(),
            Op::Gte => order.is_ge(),
            Op::Lt => order.is_lt(),
            Op::Lte => order.is_le(),
            Op::IsSet | Op::IsNotSet => false,
            _ => order.is_eq(),
        }
    }
}

fn contains_ignoring_case(text: &str, part: &str) -> bool {
    split_once(&text.to_ascii_lowercase(), &part.to_ascii_lowercase()).is_some()
}

fn compare_texts(a: &str, b: &str) -> Ordering {
    match (decimal::parse(a.trim()), decimal::parse(b.trim())) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.as_bytes().cmp(b.as_bytes()),
    }
}
