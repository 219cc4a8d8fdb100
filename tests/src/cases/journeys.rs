//! Journeys and what belongs to them: paths, sequences in ClickHouse's language, next nodes and sessions.

use std::collections::{BTreeMap, BTreeSet};

use cairn_engine::analysis::journey::{
    EndAt, JourneyAnswer, JourneyItem, JourneyPlace, JourneyPoint, JourneyQuery, NeighborRepeats,
};
use cairn_engine::rule::{
    Condition, EventRule, GapEdge, ItemForm, ItemRule, ItemRules, Op, Owner, PropertyTest, Scope, SessionRule,
};
use cairn_engine::table::Table;
use cairn_engine::{Answer, Query, run};
use serde::Deserialize;

use super::data::{self, Layout, event_column, instant};
use super::format::Case;
use super::rules::{Family, Rule, Test, Translator};
use super::sequences::{check_next, check_sequence, next_node, sequence};
use super::{Problem, Ready};

/// A case ready to run.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) table: Table,
    pub(super) query: Query,
    pub(super) expected: Expected,
}

#[derive(Debug)]
pub(super) enum Expected {
    PosthogPaths(Box<PathsExpect>),
    PathsByUser(BTreeMap<String, Vec<Vec<String>>>),
    Matches(BTreeMap<String, bool>),
    Counts(BTreeMap<String, u64>),
    Times(BTreeMap<String, Vec<i64>>),
    Next(BTreeMap<String, Option<String>>),
    Sessions(SessionsExpect),
}

/// No limit that a case could reach.
pub(super) const ALL: u32 = 1_000_000;

/// Translates a case of one of the kinds here.
pub(super) fn prepare(kind: &str, case: &Case) -> Result<Prepared, Problem> {
    match kind {
        "paths" if case.semantics == "posthog" => posthog_paths(case),
        "paths" => database_paths(case),
        "sequence_match" | "sequence_count" | "sequence_events" => sequence(kind, case),
        "next_node" => next_node(case),
        _ => sessions(case),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already")]
struct PosthogPaths {
    kind: String,
    date_from: String,
    date_to: String,
    include: Vec<String>,
    #[serde(default)]
    exclude_items: Vec<String>,
    #[serde(default)]
    groupings: Vec<String>,
    start_point: Option<String>,
    end_point: Option<String>,
    step_limit: u32,
    edge_limit: u32,
    session_gap_ms: i64,
    #[serde(rename = "where", default)]
    conditions: Vec<Test>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PathsExpect {
    edges: Option<Vec<EdgeExpect>>,
    edge_count: Option<usize>,
    #[serde(default)]
    users: Vec<UsersExpect>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EdgeExpect {
    step: u32,
    from: String,
    to: String,
    count: Option<u64>,
    average_ms: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsersExpect {
    from_step: Option<u32>,
    from: Option<String>,
    to_step: Option<u32>,
    to: Option<String>,
    step: Option<u32>,
    item: Option<String>,
    ends_at: Option<String>,
    users: Vec<String>,
}

fn posthog_paths(case: &Case) -> Result<Prepared, Problem> {
    let paths = PosthogPaths::deserialize(&case.query).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Posthog);
    let conditions = translator.conditions(&paths.conditions)?;
    let of = item_rules(&paths.include)?;
    let point = |text: &Option<String>| {
        text.as_ref().map(|text| {
            let trimmed = text.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(text);
            JourneyPoint { item: Some(trimmed.to_owned()), rule: EventRule::default() }
        })
    };
    let query = JourneyQuery {
        scope: Scope {
            from: Some(instant(&paths.date_from)?),
            to: Some(instant(&paths.date_to)?),
            conditions,
            ..Scope::default()
        },
        items: ItemRules { of, groupings: paths.groupings, exclude: paths.exclude_items },
        sessions: SessionRule::Gap { gap_millis: paths.session_gap_ms, edge: GapEdge::Cuts },
        start: point(&paths.start_point),
        end: point(&paths.end_point),
        n_steps: paths.step_limit,
        edge_limit: Some(paths.edge_limit),
        node_limit: None,
        ..JourneyQuery::default()
    };
    let expected = PathsExpect::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let mut columns = translator.columns;
    columns.extend(["$current_url", "$screen_name"].map(event_column));
    let table = data::table(case, &Layout { columns, ..Layout::default() })?;
    Ok(Prepared {
        table,
        query: Query::Journey(Box::new(query)),
        expected: Expected::PosthogPaths(Box::new(expected)),
    })
}

/// Pages go by their address, screens by their name, everything else by its event.
fn item_rules(include: &[String]) -> Result<Vec<ItemRule>, Problem> {
    let page = ItemRule {
        rule: EventRule::event("$pageview"),
        property: Some(event_column("$current_url")),
        form: ItemForm::Address,
    };
    let screen = ItemRule {
        rule: EventRule::event("$screen"),
        property: Some(event_column("$screen_name")),
        ..ItemRule::default()
    };
    let starts_with_dollar = PropertyTest {
        property: "event".to_owned(),
        on: Owner::Event,
        op: Op::StartsWith,
        values: vec!["$".to_owned()],
    };
    let not_own = Condition::Not { of: Box::new(Condition::Property(starts_with_dollar)) };
    let custom = ItemRule {
        rule: EventRule { conditions: vec![not_own], ..EventRule::default() },
        ..ItemRule::default()
    };
    let mut of = Vec::new();
    for kind in include {
        of.push(match kind.as_str() {
            "pages" => page.clone(),
            "screens" => screen.clone(),
            "custom_events" => custom.clone(),
            other => return Err(Problem::Wrong(format!("paths cannot include {other}"))),
        });
    }
    Ok(if of.is_empty() { vec![page, screen, ItemRule::default()] } else { of })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already")]
struct DatabasePaths {
    kind: String,
    session_gap_ms: i64,
    max_depth: u32,
    start: Option<Rule>,
    end: Option<Rule>,
    collapse_repeats: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabasePathsExpect {
    paths_by_user: BTreeMap<String, Vec<Vec<String>>>,
}

fn database_paths(case: &Case) -> Result<Prepared, Problem> {
    let paths = DatabasePaths::deserialize(&case.query).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Database);
    let mut point = |rule: &Option<Rule>| -> Result<Option<JourneyPoint>, Problem> {
        rule.as_ref().map(|rule| Ok(JourneyPoint { item: None, rule: translator.rule(rule)? })).transpose()
    };
    let query = JourneyQuery {
        scope: events_only(),
        sessions: SessionRule::Gap { gap_millis: paths.session_gap_ms, edge: GapEdge::Joins },
        start: point(&paths.start)?,
        end: point(&paths.end)?,
        end_at: EndAt::Last,
        n_steps: paths.max_depth,
        repeats: if paths.collapse_repeats { NeighborRepeats::Join } else { NeighborRepeats::Keep },
        run_limit: ALL,
        ..JourneyQuery::default()
    };
    let expected = DatabasePathsExpect::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let table = data::table(case, &Layout { columns: translator.columns, ..Layout::default() })?;
    let expected = Expected::PathsByUser(expected.paths_by_user);
    Ok(Prepared { table, query: Query::Journey(Box::new(query)), expected })
}

/// Without the rows that are no event, which are nobody's neighbors.
pub(super) fn events_only() -> Scope {
    let is_event = PropertyTest {
        property: "event".to_owned(),
        on: Owner::Event,
        op: Op::Neq,
        values: vec![data::NO_EVENT.to_owned()],
    };
    Scope { conditions: vec![Condition::Property(is_event)], ..Scope::default() }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already")]
struct Sessions {
    kind: String,
    gap_ms: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionsExpect {
    /// For each event, in order of time, the number of its session.
    session_by_event: Option<BTreeMap<String, Vec<u64>>>,
    session_count: Option<BTreeMap<String, u64>>,
}

fn sessions(case: &Case) -> Result<Prepared, Problem> {
    let sessions = Sessions::deserialize(&case.query).map_err(|error| error.to_string())?;
    let query = JourneyQuery {
        scope: events_only(),
        sessions: SessionRule::Gap { gap_millis: sessions.gap_ms, edge: GapEdge::Joins },
        run_limit: ALL,
        ..JourneyQuery::default()
    };
    let expected = SessionsExpect::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let table = data::table(case, &Layout::default())?;
    Ok(Prepared { table, query: Query::Journey(Box::new(query)), expected: Expected::Sessions(expected) })
}

impl Ready for Prepared {
    fn query(&self) -> &Query {
        &self.query
    }

    fn check(&self) -> Result<(), Problem> {
        let answer = run(&self.table, &self.query).map_err(|error| error.to_string())?;
        match (&self.expected, answer) {
            (Expected::PosthogPaths(expected), Answer::Journey(answer)) => {
                self.check_paths(expected, &answer)
            }
            (Expected::PathsByUser(expected), Answer::Journey(answer)) => {
                let mut found: BTreeMap<String, Vec<Vec<String>>> =
                    expected.keys().map(|user| (user.clone(), Vec::new())).collect();
                for run in &answer.runs {
                    found.entry(run.user.clone()).or_default().push(run.items.iter().map(name).collect());
                }
                same("paths_by_user", expected, &found)
            }
            (Expected::Sessions(expected), Answer::Journey(answer)) => check_sessions(expected, &answer),
            (expected, Answer::Sequence(answer)) => check_sequence(expected, &answer),
            (Expected::Next(expected), Answer::NextEvent(answer)) => check_next(expected, &answer),
            (_, other) => Err(Problem::Wrong(format!("the query was answered with {other:?}"))),
        }
    }
}

impl Prepared {
    fn check_paths(&self, expected: &PathsExpect, answer: &JourneyAnswer) -> Result<(), Problem> {
        if let Some(n_edges) = expected.edge_count {
            same("edge_count", &n_edges, &answer.edges.len())?;
        }
        let found: BTreeMap<(u32, String, String), (u64, f64)> = answer
            .edges
            .iter()
            .map(|edge| ((edge.step, name(&edge.from), name(&edge.to)), (edge.n_runs, edge.mean_millis)))
            .collect();
        for edge in expected.edges.iter().flatten() {
            let key = (edge.step, edge.from.clone(), edge.to.clone());
            let Some((n_runs, mean)) = found.get(&key) else {
                return Err(Problem::Wrong(format!("expected an edge {key:?}, got {found:?}")));
            };
            same(&format!("count of {key:?}"), &edge.count.unwrap_or(*n_runs), n_runs)?;
            same(&format!("average_ms of {key:?}"), &edge.average_ms.unwrap_or(*mean), mean)?;
        }
        if let Some(edges) = &expected.edges {
            let counts = |counts: Vec<u64>| counts;
            let wanted: Vec<u64> = edges.iter().filter_map(|edge| edge.count).collect();
            let got: Vec<u64> = answer.edges.iter().map(|edge| edge.n_runs).take(wanted.len()).collect();
            if wanted.len() == edges.len() && expected.edge_count == Some(edges.len()) {
                same("counts in order", &counts(wanted), &counts(got))?;
            }
        }
        expected.users.iter().try_for_each(|users| self.check_users(users))
    }

    fn check_users(&self, expected: &UsersExpect) -> Result<(), Problem> {
        let Query::Journey(query) = &self.query else {
            return Err(Problem::Wrong("only journeys list the users of a place".to_owned()));
        };
        let place = expected.place()?;
        let query = JourneyQuery { users_of: Some(place), ..(**query).clone() };
        let answer = run(&self.table, &Query::Journey(Box::new(query))).map_err(|error| error.to_string())?;
        let found: BTreeSet<String> = match answer {
            Answer::Journey(JourneyAnswer { users: Some(users), .. }) => users.users.into_iter().collect(),
            other => return Err(Problem::Wrong(format!("users were asked for, and {other:?} came"))),
        };
        same("users", &expected.users.iter().cloned().collect(), &found)
    }
}

impl UsersExpect {
    /// Whose users are meant: an edge's, an item's, or those of runs that end at an item.
    fn place(&self) -> Result<JourneyPlace, Problem> {
        let Self { from_step, from, to_step, to, step, item: name, ends_at, .. } = self;
        let edge = (from_step.zip(from.as_ref()), to_step.zip(to.as_ref()));
        match (edge, step.zip(name.as_ref()), ends_at) {
            ((Some((step, from)), Some((next, to))), None, None) if next == step + 1 => {
                Ok(JourneyPlace::Edge { step, from: item(from), to: item(to) })
            }
            ((Some((step, name)), None), None, None)
            | ((None, Some((step, name))), None, None)
            | ((None, None), Some((step, name)), None) => Ok(JourneyPlace::Node { step, item: item(name) }),
            ((None, None), None, Some(name)) => {
                let trimmed = name.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(name);
                Ok(JourneyPlace::End { item: item(trimmed) })
            }
            _ => Err(Problem::Wrong(format!("there are no users of {self:?}"))),
        }
    }
}

fn item(text: &str) -> JourneyItem {
    match text {
        "..." => JourneyItem::Middle,
        name => JourneyItem::Item { name: name.to_owned() },
    }
}

fn name(item: &JourneyItem) -> String {
    match item {
        JourneyItem::Item { name } => name.clone(),
        JourneyItem::Middle => "...".to_owned(),
        JourneyItem::Other => "Other".to_owned(),
    }
}

fn check_sessions(expected: &SessionsExpect, answer: &JourneyAnswer) -> Result<(), Problem> {
    let mut lengths: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for run in &answer.runs {
        lengths.entry(run.user.clone()).or_default().push(run.n_events);
    }
    if let Some(expected) = &expected.session_by_event {
        let numbers = |lengths: &Vec<u64>| {
            (1..).zip(lengths).flat_map(|(number, &n)| (0..n).map(move |_| number)).collect::<Vec<u64>>()
        };
        let found = lengths.iter().map(|(user, lengths)| (user.clone(), numbers(lengths))).collect();
        same("session_by_event", expected, &found)?;
    }
    if let Some(expected) = &expected.session_count {
        let found = lengths.iter().map(|(user, lengths)| (user.clone(), lengths.len() as u64)).collect();
        same("session_count", expected, &found)?;
    }
    Ok(())
}

pub(super) fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &T,
    found: &T,
) -> Result<(), Problem> {
    if expected == found {
        return Ok(());
    }
    Err(Problem::Wrong(format!("{what}: expected {expected:?}, got {found:?}")))
}
