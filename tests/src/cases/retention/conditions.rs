//! ClickHouse's `retention` and those like it: item i says whether condition 1 and condition i were both met, in any order.
//! These are segments.

use std::collections::{BTreeMap, BTreeSet};

use cairn_engine::analysis::segment::{MAX_LISTED, SegmentAnswer, SegmentQuery, UserList};
use cairn_engine::rule::{Did, EventRule, NamedSegment, Segment, Times, Within};
use cairn_engine::table::Table;
use cairn_engine::{Answer, Query, run};
use serde::Deserialize;

use super::super::compare::same;
use super::super::data::{self, Layout};
use super::super::format::Case;
use super::super::rules::{Family, Rule, Translator};
use super::super::{Problem, Ready};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "kind and style have been looked at already")]
struct Asked {
    kind: String,
    style: String,
    conditions: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    totals: Option<Vec<u64>>,
    retained_by_user: Option<BTreeMap<String, Vec<u64>>>,
}

/// A case ready to run.
pub(super) struct Prepared {
    table: Table,
    query: Query,
    segments: SegmentQuery,
    expected: Expected,
}

pub(super) fn prepare(case: &Case) -> Result<Prepared, Problem> {
    let asked = Asked::deserialize(&case.query).map_err(|error| error.to_string())?;
    let expected = Expected::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Database);
    let rules = asked.conditions.iter().map(|rule| translator.rule(rule));
    let rules: Vec<EventRule> = rules.collect::<Result<_, Problem>>()?;
    let did = |rule: &EventRule| {
        Segment::Did(Did { rule: rule.clone(), times: Times::AtLeast, n: 1, within: Within::Ever })
    };
    let both = |(index, rule): (usize, &EventRule)| NamedSegment {
        name: format!("1 and {}", index + 1),
        segment: Segment::AllOf { of: vec![did(&rules[0]), did(rule)] },
    };
    let segments = rules.iter().enumerate().map(both).collect();
    let segments = SegmentQuery { segments, ..SegmentQuery::default() };
    let table = data::table(case, &Layout { columns: translator.columns, ..Layout::default() })?;
    Ok(Prepared { table, query: Query::Segment(segments.clone()), segments, expected })
}

impl Prepared {
    fn answer(&self, list: Option<UserList>) -> Result<SegmentAnswer, Problem> {
        match run(&self.table, &Query::Segment(SegmentQuery { list, ..self.segments.clone() })) {
            Ok(Answer::Segment(answer)) => Ok(answer),
            Ok(other) => Err(Problem::Wrong(format!("segments were answered with {other:?}"))),
            Err(error) => Err(Problem::Wrong(error.to_string())),
        }
    }
}

impl Ready for Prepared {
    fn query(&self) -> &Query {
        &self.query
    }

    fn check(&self) -> Result<(), Problem> {
        if let Some(totals) = &self.expected.totals {
            let found: Vec<u64> = self.answer(None)?.segments.iter().map(|segment| segment.n_users).collect();
            same("totals", totals, &found)?;
        }
        if let Some(retained) = &self.expected.retained_by_user {
            let list = |segment: u32| {
                let list = UserList { segment, after: None, limit: MAX_LISTED };
                Ok(self.answer(Some(list))?.users.into_iter().collect())
            };
            let members: Vec<BTreeSet<String>> =
                (0..self.segments.segments.len() as u32).map(list).collect::<Result<_, Problem>>()?;
            for (user, expected) in retained {
                let found: Vec<u64> = members.iter().map(|users| u64::from(users.contains(user))).collect();
                same(&format!("retained_by_user {user}"), expected, &found)?;
            }
        }
        Ok(())
    }
}
