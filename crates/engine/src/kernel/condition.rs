//! Conditions and event rules, compiled against a table's dictionaries and evaluated row by row.
//!
//! Whatever compares texts is decided once per dictionary entry, so that a row costs a look-up.

use std::borrow::Cow;

use super::user_value::{NO_ROW, value_rows};
use crate::error::{QueryError, QueryProblem};
use crate::rule::{Condition, EventRule, Op, Owner, PropertyTest};
use crate::table::{Column, Kind, MISSING, Numbers, Table, TextColumn, UserIdx};
use crate::time::Millis;

/// A compiled condition.
#[derive(Debug)]
pub enum Test<'t> {
    /// The same for every row.
    Always(Truth),
    /// All hold.
    All(Vec<Test<'t>>),
    /// At least one holds.
    Any(Vec<Test<'t>>),
    /// Does not hold.
    Not(Box<Test<'t>>),
    /// A text column's code looked up.
    Text(&'t TextColumn, Vec<bool>),
    /// A number compared.
    Number(&'t Numbers, Comparison<f64>),
    /// An instant compared.
    Time(&'t [Millis], Comparison<Millis>),
    /// Decided once per user.
    User(Vec<bool>),
}

/// A constant outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the two outcomes")]
pub enum Truth {
    True,
    False,
}

/// An operator with its values.
#[derive(Debug)]
pub struct Comparison<T> {
    op: Op,
    values: Vec<T>,
}

impl<'t> Test<'t> {
    /// Compiles an event rule. An event that the data never hold gives a test that is never true; the rest of its rule
    /// is checked all the same.
    ///
    /// # Errors
    /// If a property is unknown or a value does not fit its column; the field is relative to the rule.
    pub fn rule(rule: &EventRule, table: &'t Table) -> Result<Self, QueryError> {
        let mut all = Vec::new();
        if let Some(name) = &rule.event {
            let events = table.events();
            let is_event = |code| (0..events.n_codes() as u32).map(|other| other == code).collect();
            let code = events.dictionary.code(name);
            all.push(code.map_or(Self::Always(Truth::False), |code| Self::Text(events, is_event(code))));
        }
        if !rule.any_of.is_empty() {
            let any = rule.any_of.iter().enumerate().map(|(index, rule)| {
                Self::rule(rule, table).map_err(|error| error.within(&format!("any_of[{index}]")))
            });
            all.push(Self::Any(any.collect::<Result<_, _>>()?));
        }
        all.extend(Self::conditions(&rule.conditions, table)?);
        Ok(Self::All(all))
    }

    /// Compiles a list of conditions that must all hold.
    ///
    /// # Errors
    /// As [`Test::rule`]; the field starts with `where[…]`.
    pub fn conditions(conditions: &[Condition], table: &'t Table) -> Result<Vec<Self>, QueryError> {
        let compile = |(index, condition): (usize, &Condition)| {
            Self::condition(condition, table).map_err(|error| error.within(&format!("where[{index}]")))
        };
        conditions.iter().enumerate().map(compile).collect()
    }

    /// Compiles one condition.
    ///
    /// # Errors
    /// As [`Test::rule`].
    pub fn condition(condition: &Condition, table: &'t Table) -> Result<Self, QueryError> {
        let list = |of: &[Condition]| {
            let compile = |(index, condition): (usize, &Condition)| {
                Self::condition(condition, table).map_err(|error| error.within(&format!("of[{index}]")))
            };
            of.iter().enumerate().map(compile).collect::<Result<Vec<_>, _>>()
        };
        Ok(match condition {
            Condition::Property(test) => Self::property(test, table)?,
            Condition::AllOf { of } => Self::All(list(of)?),
            Condition::AnyOf { of } => Self::Any(list(of)?),
            Condition::Not { of } => {
                Self::Not(Box::new(Self::condition(of, table).map_err(|error| error.within("of"))?))
            }
        })
    }

    /// Compiles a property test.
    ///
    /// # Errors
    /// If the property is unknown, a value does not fit its column, or the values are too few for the operator.
    pub fn property(test: &PropertyTest, table: &'t Table) -> Result<Self, QueryError> {
        let unknown =
            || QueryError::new("property", QueryProblem::UnknownProperty { name: test.property.clone() });
        let index = table.schema.find(&test.property).ok_or_else(unknown)?;
        if test.values.is_empty() && !matches!(test.op, Op::IsSet | Op::IsNotSet | Op::In | Op::NotIn) {
            let hint = "give at least one value to compare with".to_owned();
            return Err(QueryError::new("values", QueryProblem::Empty { hint }));
        }
        let column = table.column(index);
        let by_row = match column {
            Column::Text(text) => {
                let missing = Some(None).into_iter();
                let entries = missing.chain(text.dictionary.iter().map(Some));
                Self::Text(text, entries.map(|value| text_holds(test.op, value, &test.values)).collect())
            }
            Column::Number(numbers) => Self::Number(numbers, Comparison::numbers(test)?),
            Column::Time(times) => Self::Time(times, Comparison::times(test)?),
            Column::EventTime => Self::Time(&table.times, Comparison::times(test)?),
            Column::User => {
                let id = |user| text_holds(test.op, Some(table.users.id(user)), &test.values);
                return Ok(Self::User(table.users.iter().map(id).collect()));
            }
        };
        Ok(match test.on {
            Owner::Event => by_row,
            owner => Self::User(by_row.per_user(table, column, owner)),
        })
    }

    /// Whether the test holds for `row`, which belongs to `user`.
    pub fn holds(&self, row: usize, user: UserIdx) -> bool {
        match self {
            Self::Always(truth) => *truth == Truth::True,
            Self::All(tests) => tests.iter().all(|test| test.holds(row, user)),
            Self::Any(tests) => tests.iter().any(|test| test.holds(row, user)),
            Self::Not(test) => !test.holds(row, user),
            Self::Text(text, by_code) => by_code[text.codes.get(row) as usize],
            Self::Number(numbers, comparison) => comparison.number_holds(numbers.get(row)),
            Self::Time(times, comparison) => comparison.time_holds(times[row]),
            Self::User(by_user) => by_user[user.0 as usize],
        }
    }

    /// The outcome for every row of event `code`, if it is the same for all of them.
    pub fn for_event(&self, events: &TextColumn, code: u32) -> Option<Truth> {
        match self {
            Self::Always(truth) => Some(*truth),
            Self::Text(text, by_code) if std::ptr::eq(*text, events) => Some(truth(by_code[code as usize])),
            Self::All(tests) => combine(tests, Truth::False, |test| test.for_event(events, code)),
            Self::Any(tests) => combine(tests, Truth::True, |test| test.for_event(events, code)),
            Self::Not(test) => test.for_event(events, code).map(|inner| truth(inner == Truth::False)),
            Self::Text(..) | Self::Number(..) | Self::Time(..) | Self::User(..) => None,
        }
    }

    fn per_user(&self, table: &Table, column: &Column, owner: Owner) -> Vec<bool> {
        let rows = value_rows(table, column, owner);
        let missing = match self {
            Self::Text(_, by_code) => by_code[MISSING as usize],
            Self::Number(_, comparison) => comparison.number_holds(None),
            Self::Time(_, comparison) => comparison.time_holds(Column::NO_TIME),
            _ => false,
        };
        let outcome = |(user, &row): (UserIdx, &u32)| {
            if row == NO_ROW { missing } else { self.holds(row as usize, user) }
        };
        table.users.iter().zip(&rows).map(outcome).collect()
    }
}

fn truth(holds: bool) -> Truth {
    if holds { Truth::True } else { Truth::False }
}

/// `decisive` if any part gives it, its opposite if all parts give that, else unknown.
fn combine<T>(parts: &[T], decisive: Truth, outcome: impl Fn(&T) -> Option<Truth>) -> Option<Truth> {
    let mut known = true;
    for part in parts {
        match outcome(part) {
            Some(truth) if truth == decisive => return Some(decisive),
            Some(_) => {}
            None => known = false,
        }
    }
    known.then(|| truth(decisive == Truth::False))
}

/// Whether `op` holds between a text, or a missing one, and the values.
pub fn text_holds(op: Op, value: Option<&str>, values: &[String]) -> bool {
    let Some(value) = value else {
        return matches!(op, Op::Neq | Op::NotIn | Op::NotContains | Op::IsNotSet);
    };
    let any = |holds: &dyn Fn(&str) -> bool| values.iter().any(|wanted| holds(wanted));
    match op {
        Op::Eq | Op::In => any(&|wanted| wanted == value),
        Op::Neq | Op::NotIn => !any(&|wanted| wanted == value),
        Op::Contains => any(&|wanted| contains_ignoring_case(value, wanted)),
        Op::NotContains => !any(&|wanted| contains_ignoring_case(value, wanted)),
        Op::StartsWith => any(&|wanted| value.starts_with(wanted)),
        Op::Gt => any(&|wanted| compare_texts(value, wanted).is_gt()),
        Op::Gte => any(&|wanted| compare_texts(value, wanted).is_ge()),
        Op::Lt => any(&|wanted| compare_texts(value, wanted).is_lt()),
        Op::Lte => any(&|wanted| compare_texts(value, wanted).is_le()),
        Op::IsSet => true,
        Op::IsNotSet => false,
    }
}

fn contains_ignoring_case(text: &str, part: &str) -> bool {
    let lower = |text: &str| -> String { Cow::from(text).to_ascii_lowercase() };
    lower(text).contains(&lower(part))
}

fn compare_texts(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.trim().parse::<f64>(), b.trim().parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.as_bytes().cmp(b.as_bytes()),
    }
}

impl Comparison<f64> {
    fn numbers(test: &PropertyTest) -> Result<Self, QueryError> {
        let text_only = matches!(test.op, Op::Contains | Op::NotContains | Op::StartsWith);
        if text_only {
            return Err(wrong_kind(test, Kind::Number));
        }
        let parse = |(index, value): (usize, &String)| match value.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(bad_value(index, value, "number")),
        };
        let values = test.values.iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { op: test.op, values })
    }

    fn number_holds(&self, value: Option<f64>) -> bool {
        self.holds(value, |a, b| a.total_cmp(b))
    }
}

impl Comparison<Millis> {
    fn times(test: &PropertyTest) -> Result<Self, QueryError> {
        let text_only = matches!(test.op, Op::Contains | Op::NotContains | Op::StartsWith);
        if text_only {
            return Err(wrong_kind(test, Kind::Time));
        }
        let parse = |(index, value): (usize, &String)| match value.trim().parse::<jiff::Timestamp>() {
            Ok(instant) => Ok(Millis(instant.as_millisecond())),
            Err(_) => match value.trim().parse::<i64>() {
                Ok(millis) => Ok(Millis(millis)),
                Err(_) => Err(bad_value(index, value, "time such as 2026-03-01T00:00:00Z")),
            },
        };
        let values = test.values.iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { op: test.op, values })
    }

    fn time_holds(&self, value: Millis) -> bool {
        self.holds((value != Column::NO_TIME).then_some(value), Ord::cmp)
    }
}

impl<T> Comparison<T> {
    fn holds(&self, value: Option<T>, compare: impl Fn(&T, &T) -> std::cmp::Ordering) -> bool {
        let Some(value) = value else {
            return matches!(self.op, Op::Neq | Op::NotIn | Op::IsNotSet);
        };
        let any = |holds: fn(std::cmp::Ordering) -> bool| {
            self.values.iter().any(|wanted| holds(compare(&value, wanted)))
        };
        match self.op {
            Op::Eq | Op::In => any(std::cmp::Ordering::is_eq),
            Op::Neq | Op::NotIn => !any(std::cmp::Ordering::is_eq),
            Op::Gt => any(std::cmp::Ordering::is_gt),
            Op::Gte => any(std::cmp::Ordering::is_ge),
            Op::Lt => any(std::cmp::Ordering::is_lt),
            Op::Lte => any(std::cmp::Ordering::is_le),
            Op::IsSet => true,
            Op::IsNotSet | Op::Contains | Op::NotContains | Op::StartsWith => false,
        }
    }
}

fn wrong_kind(test: &PropertyTest, kind: Kind) -> QueryError {
    let found = if kind == Kind::Number { "numbers" } else { "times" }.to_owned();
    let problem = QueryProblem::WrongKind { name: test.property.clone(), found, wanted: "text".to_owned() };
    QueryError::new("op", problem)
}

fn bad_value(index: usize, value: &str, wanted: &str) -> QueryError {
    let problem = QueryProblem::BadValue { value: value.to_owned(), wanted: wanted.to_owned() };
    QueryError::new(format!("values[{index}]"), problem)
}
