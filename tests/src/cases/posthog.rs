//! PostHog's funnels.

use std::collections::BTreeMap;

use cairn_engine::Query;
use cairn_engine::analysis::funnel::{Exclusion, FunnelQuery, Occurrence, Order, Preset, Step};
use cairn_engine::rule::{Attribution, Breakdown, Condition, NamedSegment, Owner, Scope, Segment};
use cairn_engine::table::Table;
use cairn_engine::time::WeekStart;
use serde::Deserialize;
use serde_json::Value;

use super::Problem;
use super::compare::{Expected, Prepared, StepRow};
use super::data::{self, Addresses, Layout, SplitColumn, instant};
use super::format::Case;
use super::rules::{Family, Rule, Test, Translator};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already")]
struct Funnel {
    kind: String,
    date_from: String,
    date_to: String,
    steps: Vec<Rule>,
    order: Order,
    window_ms: i64,
    #[serde(default)]
    exclusions: Vec<Rule>,
    #[serde(default)]
    optional_steps: Vec<usize>,
    count_by: Option<String>,
    breakdown: Option<Split>,
    #[serde(rename = "where", default)]
    conditions: Vec<Test>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    property: Option<String>,
    properties: Option<Vec<String>>,
    cohorts: Option<Vec<Cohort>>,
    on: Option<String>,
    attribution: String,
    step: Option<u32>,
    limit: Option<u32>,
    normalize_url: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cohort {
    name: String,
    #[serde(rename = "where", default)]
    conditions: Vec<Test>,
}

/// What a funnel's test asserts, under the names of the format.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FunnelExpect {
    steps: Option<Vec<StepRow>>,
    breakdown: BTreeMap<String, Vec<StepRow>>,
    breakdown_values: Option<Vec<String>>,
    breakdown_count: Option<usize>,
    users_at_step: BTreeMap<usize, Vec<String>>,
    users_at_step_includes: BTreeMap<usize, Vec<String>>,
    users_at_step_count: BTreeMap<usize, usize>,
    users_at_step_by_breakdown: BTreeMap<String, BTreeMap<usize, Vec<String>>>,
    users_at_step_count_by_breakdown: BTreeMap<String, BTreeMap<usize, usize>>,
    users_dropped_before_step: BTreeMap<usize, Vec<String>>,
    users_dropped_before_step_count: BTreeMap<usize, usize>,
    users_reached_exactly: BTreeMap<usize, Vec<String>>,
    users_reached_exactly_count: BTreeMap<usize, usize>,
}

/// A funnel's table and query, and what the case calls the group without a value.
pub(super) struct Translated {
    pub(super) table: Table,
    pub(super) query: FunnelQuery,
    pub(super) missing_key: String,
}

/// Translates a funnel.
pub(super) fn funnel(case: &Case) -> Result<Prepared, Problem> {
    let Translated { table, query, missing_key } = translate(case, &case.query)?;
    let expect = FunnelExpect::deserialize(&case.expect).map_err(|error| error.to_string())?;
    Ok(Prepared { table, query: Query::Funnel(query), expected: expected(expect), missing_key })
}

/// Translates the funnel in a query, from which what does not belong to it has been taken.
pub(super) fn translate(case: &Case, query: &Value) -> Result<Translated, Problem> {
    let funnel = Funnel::deserialize(query).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Posthog);
    let split = funnel.breakdown.as_ref().map(split_column).transpose()?.flatten();
    let query = FunnelQuery {
        scope: Scope {
            from: Some(instant(&funnel.date_from)?),
            to: Some(instant(&funnel.date_to)?),
            conditions: translator.conditions(&funnel.conditions)?,
            ..Scope::default()
        },
        steps: steps(&funnel, &mut translator)?,
        order: funnel.order,
        window_millis: Some(funnel.window_ms),
        exclusions: exclusions(&funnel, &mut translator)?,
        breakdown: breakdown(&funnel, split.as_ref(), &mut translator)?,
        ..FunnelQuery::default()
    };
    let query = query.with_preset(Preset::Posthog);
    let missing_key = split.as_ref().map(SplitColumn::missing).unwrap_or_default();
    let layout = Layout { columns: translator.columns, split, unit: funnel.count_by, ..Layout::default() };
    Ok(Translated { table: data::table(case, &layout)?, query, missing_key })
}

fn steps(funnel: &Funnel, translator: &mut Translator) -> Result<Vec<Step>, Problem> {
    if let Some(index) = funnel.optional_steps.iter().find(|index| **index >= funnel.steps.len()) {
        return Err(Problem::Wrong(format!("optional_steps names step {index}, which is not there")));
    }
    let step = |(index, rule): (usize, &Rule)| {
        let occurrence = match rule.occurrence.as_deref() {
            None => Occurrence::Any,
            Some("first_ever") => Occurrence::FirstEver,
            Some("first_matching") => Occurrence::FirstMatching,
            Some(other) => return Err(Problem::Wrong(format!("there is no occurrence {other}"))),
        };
        let events = Rule { name: None, occurrence: None, ..rule.clone() };
        Ok(Step {
            rule: translator.rule(&events)?,
            name: rule.name.clone(),
            optional: funnel.optional_steps.contains(&index),
            occurrence,
            ..Step::default()
        })
    };
    funnel.steps.iter().enumerate().map(step).collect()
}

fn exclusions(funnel: &Funnel, translator: &mut Translator) -> Result<Vec<Exclusion>, Problem> {
    let exclusion = |rule: &Rule| match (rule.from, rule.to) {
        (Some(from), Some(to)) => {
            let events = Rule { name: None, from: None, to: None, ..rule.clone() };
            Ok(Exclusion { rule: translator.rule(&events)?, from, to })
        }
        _ => Err(Problem::Wrong("an exclusion has from and to".to_owned())),
    };
    funnel.exclusions.iter().map(exclusion).collect()
}

/// The column that a breakdown by properties groups by; none for cohorts.
fn split_column(split: &Split) -> Result<Option<SplitColumn>, Problem> {
    let properties = match (&split.property, &split.properties, &split.cohorts) {
        (Some(property), None, None) => vec![property.clone()],
        (None, Some(properties), None) => properties.clone(),
        (None, None, Some(_)) => return Ok(None),
        _ => {
            let problem = "a breakdown is by a property, by properties or by cohorts";
            return Err(Problem::Wrong(problem.to_owned()));
        }
    };
    let owner = match split.on.as_deref() {
        Some("event") => Owner::Event,
        Some("user") => Owner::User,
        other => return Err(Problem::Wrong(format!("a breakdown cannot be on {other:?}"))),
    };
    let addresses = if split.normalize_url == Some(true) { Addresses::Trimmed } else { Addresses::AsTheyAre };
    Ok(Some(SplitColumn { owner, properties, addresses }))
}

fn breakdown(
    funnel: &Funnel,
    column: Option<&SplitColumn>,
    translator: &mut Translator,
) -> Result<Option<Breakdown>, Problem> {
    let Some(split) = &funnel.breakdown else { return Ok(None) };
    let Some(column) = column else {
        let cohorts = split.cohorts.iter().flatten();
        let segments = cohorts.map(|cohort| segment(cohort, translator)).collect::<Result<_, _>>()?;
        return Ok(Some(Breakdown::Segments { segments }));
    };
    let attribution = match (split.attribution.as_str(), split.step) {
        ("first_touch", None) => Attribution::FirstTouch,
        ("last_touch", None) => Attribution::LastTouch,
        ("all_events", None) => Attribution::EachValue,
        ("step", Some(step)) => Attribution::Step { step },
        (other, step) => {
            return Err(Problem::Wrong(format!("there is no attribution {other} with step {step:?}")));
        }
    };
    Ok(Some(Breakdown::Property {
        property: column.name(),
        on: column.owner,
        attribution,
        limit: split.limit,
    }))
}

/// A cohort is a segment of users whose properties meet all of its conditions.
pub(super) fn segment(cohort: &Cohort, translator: &mut Translator) -> Result<NamedSegment, Problem> {
    fn from(condition: Condition) -> Result<Segment, Problem> {
        Ok(match condition {
            Condition::Property(test) if test.on != Owner::Event => Segment::Property(test),
            Condition::Property(_) => {
                return Err(Problem::Wrong("cohorts look at users' properties".to_owned()));
            }
            Condition::AllOf { of } => Segment::AllOf { of: all(of)? },
            Condition::AnyOf { of } => Segment::AnyOf { of: all(of)? },
            Condition::Not { of } => Segment::Not { of: Box::new(from(*of)?) },
        })
    }
    fn all(conditions: Vec<Condition>) -> Result<Vec<Segment>, Problem> {
        conditions.into_iter().map(from).collect()
    }
    let conditions = translator.conditions(&cohort.conditions)?;
    Ok(NamedSegment { name: cohort.name.clone(), segment: Segment::AllOf { of: all(conditions)? } })
}

fn expected(expect: FunnelExpect) -> Expected {
    Expected {
        steps: expect.steps,
        groups: expect.breakdown,
        group_values: expect.breakdown_values,
        n_groups: expect.breakdown_count,
        users_at_step: expect.users_at_step,
        users_at_step_includes: expect.users_at_step_includes,
        n_users_at_step: expect.users_at_step_count,
        users_at_step_by_group: expect.users_at_step_by_breakdown,
        n_users_at_step_by_group: expect.users_at_step_count_by_breakdown,
        users_dropped_before: expect.users_dropped_before_step,
        n_users_dropped_before: expect.users_dropped_before_step_count,
        users_exactly_at: expect.users_reached_exactly,
        n_users_exactly_at: expect.users_reached_exactly_count,
        ..Expected::default()
    }
}

/// The first day of a case's weeks.
pub(super) fn week_start(case: &Case) -> Result<WeekStart, Problem> {
    match case.week_start.as_deref() {
        Some("sunday") => Ok(WeekStart::Sunday),
        None | Some("monday") => Ok(WeekStart::Monday),
        Some(other) => Err(Problem::Wrong(format!("a week cannot start on {other}"))),
    }
}
