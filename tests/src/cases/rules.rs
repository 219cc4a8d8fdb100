//! Rules and conditions of both families of cases, translated to the engine's.

use std::collections::BTreeSet;

use cairn_engine::rule::{Condition, EventRule, Op, Owner, PropertyTest};
use serde::Deserialize;
use serde_json::Value;

use super::Problem;
use super::data::{event_column, text_of, user_column};

/// A step, an exclusion, or an alternative of one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Rule {
    /// None or null = any event.
    pub(super) event: Option<String>,
    pub(super) any_event: Option<bool>,
    pub(super) any_of: Vec<Rule>,
    #[serde(rename = "where")]
    pub(super) conditions: Vec<Test>,
    pub(super) name: Option<String>,
    pub(super) occurrence: Option<String>,
    pub(super) from: Option<u32>,
    pub(super) to: Option<u32>,
}

/// A condition.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Test {
    property: Option<String>,
    on: Option<String>,
    op: Option<String>,
    value: Option<Value>,
    any_of: Option<Vec<Test>>,
    all_of: Option<Vec<Test>>,
    not: Option<Box<Test>>,
}

/// Whose conditions they are: the two families read a missing property differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// A missing property satisfies the negative operators, as in the engine.
    Posthog,
    /// A missing property satisfies `is_not_set` only.
    Database,
}

/// Translates rules and notes the columns that they name.
#[derive(Debug)]
pub(super) struct Translator {
    pub(super) family: Family,
    pub(super) columns: BTreeSet<String>,
}

impl Translator {
    pub(super) fn new(family: Family) -> Self {
        Self { family, columns: BTreeSet::new() }
    }

    /// The events that a rule speaks of. What only steps or exclusions have must be taken out before.
    pub(super) fn rule(&mut self, rule: &Rule) -> Result<EventRule, Problem> {
        let Rule { event, any_event, any_of, conditions, name, occurrence, from, to } = rule;
        let foreign = [name.is_some(), occurrence.is_some(), from.is_some(), to.is_some()];
        if foreign.contains(&true) {
            return Err(Problem::Wrong(format!("name, occurrence, from or to has no meaning in {rule:?}")));
        }
        if *any_event == Some(false) || (*any_event == Some(true) && event.is_some()) {
            return Err(Problem::Wrong(
                "any_event is true, and then there is no event; or absent".to_owned(),
            ));
        }
        Ok(EventRule {
            event: event.clone(),
            any_of: any_of.iter().map(|rule| self.rule(rule)).collect::<Result<_, _>>()?,
            conditions: self.conditions(conditions)?,
        })
    }

    pub(super) fn conditions(&mut self, tests: &[Test]) -> Result<Vec<Condition>, Problem> {
        tests.iter().map(|test| self.condition(test)).collect()
    }

    fn condition(&mut self, test: &Test) -> Result<Condition, Problem> {
        let bare = test.on.is_none() && test.op.is_none() && test.value.is_none();
        match (&test.property, &test.any_of, &test.all_of, &test.not) {
            (Some(property), None, None, None) => self.property(property, test),
            (None, Some(of), None, None) if bare => Ok(Condition::AnyOf { of: self.conditions(of)? }),
            (None, None, Some(of), None) if bare => Ok(Condition::AllOf { of: self.conditions(of)? }),
            (None, None, None, Some(of)) if bare => Ok(Condition::Not { of: Box::new(self.condition(of)?) }),
            _ => {
                Err(Problem::Wrong("a condition is a property's, or any_of, all_of or not alone".to_owned()))
            }
        }
    }

    fn property(&mut self, property: &str, test: &Test) -> Result<Condition, Problem> {
        let test = self.property_test(property, test)?;
        let needs_value = self.family == Family::Database && matches!(test.op, Op::Neq | Op::NotIn);
        if needs_value {
            let is_set = PropertyTest { op: Op::IsSet, values: Vec::new(), ..test.clone() };
            return Ok(Condition::AllOf { of: vec![Condition::Property(is_set), Condition::Property(test)] });
        }
        Ok(Condition::Property(test))
    }

    fn property_test(&mut self, property: &str, test: &Test) -> Result<PropertyTest, Problem> {
        let (on, column) = match test.on.as_deref() {
            None | Some("event") => (Owner::Event, event_column(property)),
            Some("user") => (Owner::User, user_column(property)),
            Some(other) => return Err(Problem::Wrong(format!("a condition cannot be on {other}"))),
        };
        let op = match test.op.as_deref() {
            Some("regex" | "not_regex") => {
                return Err(Problem::NotBuilt("regular expressions are not built yet".to_owned()));
            }
            Some("eq") => Op::Eq,
            Some("neq") => Op::Neq,
            Some("in") => Op::In,
            Some("not_in") => Op::NotIn,
            Some("contains") => Op::Contains,
            Some("not_contains") => Op::NotContains,
            Some("gt") => Op::Gt,
            Some("gte") => Op::Gte,
            Some("lt") => Op::Lt,
            Some("lte") => Op::Lte,
            Some("is_set") => Op::IsSet,
            Some("is_not_set") => Op::IsNotSet,
            other => return Err(Problem::Wrong(format!("there is no op {other:?}"))),
        };
        let values = match &test.value {
            None => Vec::new(),
            Some(Value::Array(values)) => values.iter().filter_map(text_of).collect(),
            Some(value) => text_of(value).into_iter().collect(),
        };
        self.columns.insert(column.clone());
        Ok(PropertyTest { property: column, on, op, values })
    }
}
