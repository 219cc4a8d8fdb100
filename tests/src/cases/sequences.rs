//! Sequences in ClickHouse's language, and the nodes that come next.

use std::collections::BTreeMap;

use cairn_engine::Query;
use cairn_engine::analysis::next_event::{Base, ChainSearch, Direction, NextEventAnswer, NextEventQuery};
use cairn_engine::analysis::sequence::{Listed, SequenceAnswer, SequenceQuery, SequenceTerm, Without};
use cairn_engine::kernel::pattern::Rows;
use cairn_engine::rule::SameInstant;
use serde::Deserialize;

use super::Problem;
use super::data::{self, Layout};
use super::format::Case;
use super::journeys::{ALL, Expected, Prepared, events_only, same};
use super::rules::{Family, Rule, Translator};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already, and the tokens say what the pattern does")]
struct Sequence {
    kind: String,
    pattern: String,
    tokens: Vec<Token>,
    steps: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Token {
    Step { step: usize },
    Any { any: String },
    Time { time_since_previous: String, ms: i64 },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SequenceExpect {
    match_by_user: Option<BTreeMap<String, bool>>,
    count_by_user: Option<BTreeMap<String, u64>>,
    times_by_user: Option<BTreeMap<String, Vec<i64>>>,
}

pub(super) fn sequence(kind: &str, case: &Case) -> Result<Prepared, Problem> {
    let sequence = Sequence::deserialize(&case.query).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Database);
    let term = |(index, rule): (usize, &Rule)| {
        Ok(SequenceTerm { name: (index + 1).to_string(), rule: translator.rule(rule)? })
    };
    let terms = sequence.steps.iter().enumerate().map(term).collect::<Result<_, Problem>>()?;
    let without = match case.semantics.as_str() {
        "clickhouse" => Without::LongestBeginning,
        "duckdb-behavioral" => Without::Nothing,
        other => return Err(Problem::NotBuilt(format!("{kind}: rules of {other}: not built yet"))),
    };
    let query = SequenceQuery {
        pattern: pattern(&sequence.tokens)?,
        terms,
        rows: Rows::Named,
        without,
        users: Listed::All,
        user_limit: ALL,
        ..SequenceQuery::default()
    };
    let expect = SequenceExpect::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let expected = match (expect.match_by_user, expect.count_by_user, expect.times_by_user) {
        (Some(matches), None, None) => Expected::Matches(matches),
        (None, Some(counts), None) => Expected::Counts(counts),
        (None, None, Some(times)) => Expected::Times(times),
        _ => return Err(Problem::Wrong("a sequence expects one of matches, counts and times".to_owned())),
    };
    let table = data::table(case, &Layout { columns: translator.columns, ..Layout::default() })?;
    Ok(Prepared { table, query: Query::Sequence(query), expected })
}

/// The tokens in the engine's pattern language. Any rows at the beginning or the end change nothing.
fn pattern(tokens: &[Token]) -> Result<String, Problem> {
    let (mut text, mut link, mut bounds) = (String::new(), "->", String::new());
    for token in tokens {
        let part = match token {
            Token::Step { step } => step.to_string(),
            Token::Any { any } if any == "one" => ".".to_owned(),
            Token::Any { any } if any == "many" => {
                link = "->>";
                continue;
            }
            Token::Any { any } => return Err(Problem::Wrong(format!("there is no token any {any}"))),
            Token::Time { time_since_previous, ms } => {
                let sign = match time_since_previous.as_str() {
                    "lt" => "<",
                    "lte" => "<=",
                    "gt" => ">",
                    "gte" => ">=",
                    "eq" => "==",
                    other => return Err(Problem::Wrong(format!("times are not compared by {other}"))),
                };
                if text.is_empty() {
                    return Err(Problem::Wrong("a time since the previous step needs one".to_owned()));
                }
                link = "->>";
                bounds.push_str(&format!("{sign}{ms}ms "));
                continue;
            }
        };
        if !text.is_empty() {
            text.push_str(&format!(" {link} {bounds}"));
        }
        text.push_str(&part);
        (link, bounds) = ("->", String::new());
    }
    // Nothing but any rows matches without a row.
    Ok(if text.is_empty() { ".{0}".to_owned() } else { text })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already")]
struct NextNode {
    kind: String,
    direction: Direction,
    base: Base,
    base_condition: Rule,
    steps: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NextExpect {
    next_by_user: BTreeMap<String, Option<String>>,
}

pub(super) fn next_node(case: &Case) -> Result<Prepared, Problem> {
    let next = NextNode::deserialize(&case.query).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Database);
    let (search, tie) = match case.semantics.as_str() {
        "clickhouse" => (ChainSearch::Neighbors, SameInstant::ByName),
        "duckdb-behavioral" => (ChainSearch::Anywhere, SameInstant::InputOrder),
        other => return Err(Problem::NotBuilt(format!("next_node: rules of {other}: not built yet"))),
    };
    let query = NextEventQuery {
        scope: events_only(),
        direction: next.direction,
        base: next.base,
        base_rule: translator.rule(&next.base_condition)?,
        steps: next.steps.iter().map(|rule| translator.rule(rule)).collect::<Result<_, _>>()?,
        search,
        tie,
        user_limit: ALL,
    };
    let expected = NextExpect::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let table = data::table(case, &Layout { columns: translator.columns, ..Layout::default() })?;
    Ok(Prepared { table, query: Query::NextEvent(query), expected: Expected::Next(expected.next_by_user) })
}

pub(super) fn check_sequence(expected: &Expected, answer: &SequenceAnswer) -> Result<(), Problem> {
    let users = answer.users.iter();
    match expected {
        Expected::Matches(expected) => same(
            "match_by_user",
            expected,
            &users.map(|user| (user.user.clone(), user.n_matches > 0)).collect(),
        ),
        Expected::Counts(expected) => {
            same("count_by_user", expected, &users.map(|user| (user.user.clone(), user.n_matches)).collect())
        }
        Expected::Times(expected) => {
            let times = users.map(|user| {
                (user.user.clone(), user.first_match_millis.iter().map(|time| time.0).collect::<Vec<i64>>())
            });
            same("times_by_user", expected, &times.collect())
        }
        other => Err(Problem::Wrong(format!("a sequence cannot be held against {other:?}"))),
    }
}

pub(super) fn check_next(
    expected: &BTreeMap<String, Option<String>>,
    answer: &NextEventAnswer,
) -> Result<(), Problem> {
    let found = answer.users.iter().map(|user| (user.user.clone(), user.event.clone())).collect();
    same("next_by_user", expected, &found)
}
