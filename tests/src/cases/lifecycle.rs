//! PostHog's lifecycle.

use std::collections::BTreeMap;

use cairn_engine::analysis::lifecycle::{LifecycleAnswer, LifecyclePeriod, LifecycleQuery, NewBy};
use cairn_engine::rule::{Condition, Op, Owner, PropertyTest, Scope};
use cairn_engine::table::Table;
use cairn_engine::time::Period;
use cairn_engine::{Answer, Query, run};
use serde::Deserialize;

use super::compare::same;
use super::data::{self, CREATED_AT, Creation, Layout, event_column, instant};
use super::format::Case;
use super::posthog::week_start;
use super::rules::{Family, Rule, Test, Translator};
use super::{Problem, Ready};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already")]
struct Asked {
    kind: String,
    date_from: String,
    date_to: String,
    interval: Period,
    step: Rule,
    #[serde(rename = "where", default)]
    conditions: Vec<Test>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    starts: Option<Vec<String>>,
    new: Option<Vec<Option<i64>>>,
    returning: Option<Vec<Option<i64>>>,
    resurrecting: Option<Vec<Option<i64>>>,
    dormant: Option<Vec<Option<i64>>>,
    totals: BTreeMap<String, i64>,
}

/// A case ready to run.
pub(super) struct Prepared {
    table: Table,
    query: Query,
    expected: Expected,
}

pub(super) fn prepare(case: &Case) -> Result<Prepared, Problem> {
    let asked = Asked::deserialize(&case.query).map_err(|error| error.to_string())?;
    let expected = Expected::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Posthog);
    let mut conditions = translator.conditions(&asked.conditions)?;
    let profile = event_column("$process_person_profile");
    translator.columns.insert(profile.clone());
    conditions.push(Condition::Property(PropertyTest {
        property: profile,
        on: Owner::Event,
        op: Op::Neq,
        values: vec!["false".to_owned()],
    }));
    let query = LifecycleQuery {
        scope: Scope {
            from: Some(instant(&asked.date_from)?),
            to: Some(instant(&asked.date_to)?),
            conditions,
            zone: Some(case.timezone.clone()),
            week_start: week_start(case)?,
            ..Scope::default()
        },
        rule: translator.rule(&asked.step)?,
        period: asked.interval,
        new_by: NewBy::Property { property: CREATED_AT.to_owned() },
    };
    let layout = Layout { columns: translator.columns, creation: Creation::Column, ..Layout::default() };
    Ok(Prepared { table: data::table(case, &layout)?, query: Query::Lifecycle(query), expected })
}

impl Ready for Prepared {
    fn query(&self) -> &Query {
        &self.query
    }

    fn check(&self) -> Result<(), Problem> {
        let answer = self.answer()?;
        if let Some(starts) = &self.expected.starts {
            let starts: Result<Vec<_>, String> = starts.iter().map(|start| instant(start)).collect();
            let found = answer.periods.iter().map(|period| period.start_millis).collect();
            same("starts", &starts?, &found)?;
        }
        let Expected { new, returning, resurrecting, dormant, .. } = &self.expected;
        self.check_state("new", new.as_ref(), &answer, |period| period.n_new as i64)?;
        self.check_state("returning", returning.as_ref(), &answer, |period| period.n_returning as i64)?;
        self.check_state("resurrecting", resurrecting.as_ref(), &answer, |period| {
            period.n_resurrecting as i64
        })?;
        self.check_state("dormant", dormant.as_ref(), &answer, |period| -(period.n_dormant as i64))
    }
}

impl Prepared {
    fn check_state(
        &self,
        name: &str,
        expected: Option<&Vec<Option<i64>>>,
        answer: &LifecycleAnswer,
        count: fn(&LifecyclePeriod) -> i64,
    ) -> Result<(), Problem> {
        let found: Vec<i64> = answer.periods.iter().map(count).collect();
        if let Some(expected) = expected {
            same(&format!("{name}: number"), &expected.len(), &found.len())?;
            let known = found.iter().zip(expected).map(|(found, expected)| expected.map(|_| *found));
            same(name, expected, &known.collect())?;
        }
        match self.expected.totals.get(name) {
            Some(total) => same(&format!("total of {name}"), total, &found.iter().sum()),
            None => Ok(()),
        }
    }

    fn answer(&self) -> Result<LifecycleAnswer, Problem> {
        match run(&self.table, &self.query) {
            Ok(Answer::Lifecycle(answer)) => Ok(answer),
            Ok(other) => Err(Problem::Wrong(format!("lifecycle was answered with {other:?}"))),
            Err(error) => Err(Problem::Wrong(error.to_string())),
        }
    }
}
