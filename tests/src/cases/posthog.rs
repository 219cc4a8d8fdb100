//! PostHog's funnels.

use std::collections::BTreeMap;

use cairn_engine::Query;
use cairn_engine::analysis::funnel::{Exclusion, FunnelQuery, Occurrence, Order, Preset, Step};
use cairn_engine::rule::{Attribution, Breakdown, Condition, NamedSegment, Owner, Scope, Segment};
use serde::Deserialize;

use super::Problem;
use super::compare::{Expected, Prepared, StepRow};
use super::data::{self, Joined, event_column, instant, user_column};
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
struct Cohort {
    name: String,
    #[serde(rename = "where", default)]
    conditions: Vec<Test>,
}

/// What a funnel's test asserts, under the names of the format.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FunnelExpect {
    steps: Vec<StepRow>,
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

/// Translates a funnel.
pub(super) fn funnel(case: &Case) -> Result<Prepared, Problem> {
    let funnel = Funnel::deserialize(&case.query).map_err(|error| error.to_string())?;
    if funnel.count_by.is_some() {
        return Err(Problem::NotBuilt("funnel: counting by a property: not built yet".to_owned()));
    }
    let mut translator = Translator::new(Family::Posthog);
    let joined = funnel.breakdown.as_ref().and_then(|split| split.properties.clone()).map(Joined);
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
        breakdown: breakdown(&funnel, joined.as_ref(), &mut translator)?,
        ..FunnelQuery::default()
    };
    let query = query.with_preset(Preset::Posthog);
    let expect = FunnelExpect::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let table = data::table(case, &translator.columns, joined.as_ref())?;
    let missing_key = joined.map_or(String::new(), |joined| joined.missing());
    Ok(Prepared { table, query: Query::Funnel(query), expected: expected(expect), missing_key })
}

fn steps(funnel: &Funnel, translator: &mut Translator) -> Result<Vec<Step>, Problem> {
    let step = |(index, rule): (usize, &Rule)| {
        let occurrence = match rule.occurrence.as_deref() {
            None => Occurrence::Any,
            Some("first_ever") => Occurrence::FirstEver,
            Some("first_matching") => Occurrence::FirstMatching,
            Some(other) => return Err(Problem::Wrong(format!("there is no occurrence {other}"))),
        };
        Ok(Step {
            rule: translator.rule(rule)?,
            name: rule.name.clone(),
            optional: funnel.optional_steps.contains(&index),
            occurrence,
        })
    };
    funnel.steps.iter().enumerate().map(step).collect()
}

fn exclusions(funnel: &Funnel, translator: &mut Translator) -> Result<Vec<Exclusion>, Problem> {
    let exclusion = |rule: &Rule| match (rule.from, rule.to) {
        (Some(from), Some(to)) => Ok(Exclusion { rule: translator.rule(rule)?, from, to }),
        _ => Err(Problem::Wrong("an exclusion has from and to".to_owned())),
    };
    funnel.exclusions.iter().map(exclusion).collect()
}

fn breakdown(
    funnel: &Funnel,
    joined: Option<&Joined>,
    translator: &mut Translator,
) -> Result<Option<Breakdown>, Problem> {
    let Some(split) = &funnel.breakdown else { return Ok(None) };
    if split.normalize_url == Some(true) {
        return Err(Problem::NotBuilt("funnel: breakdown by normalized addresses: not built yet".to_owned()));
    }
    if let Some(cohorts) = &split.cohorts {
        let segments = cohorts.iter().map(|cohort| segment(cohort, translator)).collect::<Result<_, _>>()?;
        return Ok(Some(Breakdown::Segments { segments }));
    }
    let attribution = match (split.attribution.as_str(), split.step) {
        ("first_touch", None) => Attribution::FirstTouch,
        ("last_touch", None) => Attribution::LastTouch,
        ("all_events", None) => Attribution::EachValue,
        ("step", Some(step)) => Attribution::Step { step },
        (other, step) => {
            return Err(Problem::Wrong(format!("there is no attribution {other} with step {step:?}")));
        }
    };
    let (on, property) = match (split.on.as_deref(), &split.property, joined) {
        (Some("event"), Some(property), None) => (Owner::Event, event_column(property)),
        (Some("event"), None, Some(joined)) => (Owner::Event, joined.column()),
        (Some("user"), Some(property), None) => (Owner::User, user_column(property)),
        _ => {
            return Err(Problem::Wrong(
                "a breakdown is by a property, properties of an event, or cohorts".to_owned(),
            ));
        }
    };
    translator.columns.insert(property.clone());
    Ok(Some(Breakdown::Property { property, on, attribution, limit: split.limit }))
}

/// A cohort is a segment of users whose properties meet all of its conditions.
fn segment(cohort: &Cohort, translator: &mut Translator) -> Result<NamedSegment, Problem> {
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
