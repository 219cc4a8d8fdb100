//! Personas: what sets groups of users apart, what they are worth, whether they stay, and who stands for them.
//!
//! ```text
//!                     in the group   the rest    (mean − mean) ÷ deviation of all
//! invite (ln)              1.2          0.3           1.4   (1.1 to 1.7)
//! channel was ad           0.10         0.40         −0.6   (−0.8 to −0.4)
//! ```
//!
//! All that is said is counted from rows; nothing is guessed. Groups may overlap; each is held against everybody else in
//! scope. Up to three rounds (which features, how they are distributed, who is nearest to each mean): O(rows + users ×
//! features × groups that a user is in).

mod answer;
mod scan;
#[cfg(test)]
mod tests;

pub use answer::{Money, Persona, PersonaAnswer, PersonaTrait};
pub use scan::{Partial, Prepared};

use serde::{Deserialize, Serialize};

use super::{Analysis, Answer, Step, feature};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::features::{FeatureScan, Measure, measures, revenue};
use crate::kernel::scope::{ScopeFilter, now};
use crate::kernel::segment;
use crate::rule::{Feature, NamedSegment, Scope};
use crate::table::{Bucket, Table};

/// Asks what groups of users are like.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "persona", "costs": [{"event": "ticket", "cost": 12.5}],
///         "personas": [{"name": "Payers", "segment": {"kind": "did", "rule": {"event": "payment"}}}]}"#,
/// )?;
/// assert!(matches!(query, Query::Persona(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PersonaQuery {
    /// Which users, and which of their rows are looked at. Recency and tenure are measured from its `now`.
    pub scope: Scope,
    /// The groups, at most [`MAX_PERSONAS`].
    pub personas: Vec<NamedSegment>,
    /// What they are told apart by; none = the set that [`FeatureQuery`](feature::FeatureQuery) describes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<Feature>>,
    /// How many traits are told of each, 1 to 64.
    pub n_traits: u32,
    /// The number column that is summed to what a user brings; none = the one with the role revenue, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What events cost, such as a support ticket; at most 16.
    pub costs: Vec<Cost>,
    /// Who has done something in the last so many days has stayed; at least 1.
    pub stay_days: u32,
    /// Of groups with fewer users only the size is told; at least 1.
    pub min_users: u64,
}

/// What every event of one name costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// The event's name.
    pub event: String,
    /// What one costs, in the unit of the value; 0 or more.
    pub cost: f64,
}

impl Default for PersonaQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            personas: Vec::new(),
            features: None,
            n_traits: 12,
            value: None,
            costs: Vec::new(),
            stay_days: 30,
            min_users: 5,
        }
    }
}

/// How many groups a query may name.
pub const MAX_PERSONAS: usize = 32;

/// How many costs a query may name.
const MAX_COSTS: i64 = 16;

/// The greatest cost, so that sums stay finite.
const MOST_COST: f64 = 1e12;

impl PersonaQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope, a group, a feature or the value does not fit the table, or a number is out of its range.
    pub fn check(&self, table: &Table) -> Result<Personas, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        QueryError::check_range("personas", self.personas.len() as i64, 1, MAX_PERSONAS as i64)?;
        for (index, named) in self.personas.iter().enumerate() {
            segment::check(&named.segment, table)
                .map_err(|error| error.within(&format!("personas[{index}].segment")))?;
        }
        QueryError::check_range("n_traits", i64::from(self.n_traits), 1, 64)?;
        QueryError::check_range("stay_days", i64::from(self.stay_days), 1, i64::from(u32::MAX))?;
        QueryError::check_range("min_users", self.min_users as i64, 1, i64::MAX)?;
        let features = self.features.as_ref().filter(|features| !features.is_empty());
        let given = features.map(|features| measures(features.iter(), table)).transpose()?;
        Ok(Personas { query: self.clone(), given, money: self.money(table)? })
    }

    /// What a user brings and costs.
    fn money(&self, table: &Table) -> Result<Vec<(Measure, f64)>, QueryError> {
        let value = match &self.value {
            Some(property) => {
                let sum = Measure::new(&Feature::Sum { property: property.clone() }, table);
                Some(sum.map_err(|error| QueryError::new("value", error.problem))?)
            }
            None => revenue(table).ok().map(|_| Measure::Revenue),
        };
        QueryError::check_range("costs", self.costs.len() as i64, 0, MAX_COSTS)?;
        let mut money: Vec<(Measure, f64)> = value.map(|measure| (measure, 1.0)).into_iter().collect();
        for (index, cost) in self.costs.iter().enumerate() {
            if !(0.0..=MOST_COST).contains(&cost.cost) {
                let (value, wanted) = (cost.cost.to_string(), format!("number from 0 to {MOST_COST:e}"));
                let problem = QueryProblem::BadValue { value, wanted };
                return Err(QueryError::new(format!("costs[{index}].cost"), problem));
            }
            let count = Measure::new(&Feature::EventCount { event: cost.event.clone() }, table)?;
            money.push((count, -cost.cost));
        }
        // What costs without bringing anything is no balance.
        Ok(if value.is_some() { money } else { Vec::new() })
    }
}

/// A checked [`PersonaQuery`].
#[derive(Debug)]
pub struct Personas {
    query: PersonaQuery,
    given: Option<Vec<Measure>>,
    /// What users bring first, then what they cost, each with its factor; empty if they bring nothing that is known.
    money: Vec<(Measure, f64)>,
}

/// What a round starts from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum State {
    /// Find the events worth a feature.
    Survey,
    /// Find how these are distributed.
    Measure(Vec<Measure>),
    /// Find who is nearest to each group's mean.
    Typical(Vec<Measure>, Vec<scan::Group>),
}

impl Analysis for Personas {
    type State = State;
    type Partial = Partial;
    type Answer = PersonaAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) -> State {
        self.given.clone().map_or(State::Survey, State::Measure)
    }

    fn prepare<'t>(&self, state: &State, table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        let now = now(&self.query.scope, table);
        let select = |named: &NamedSegment| segment::select(&named.segment, table, now);
        let members = self.query.personas.iter().map(select).collect::<Result<_, _>>()?;
        let filter = ScopeFilter::new(&self.query.scope, table)?;
        let (measures, groups) = match state {
            State::Survey => return Ok(Prepared::survey(table, filter)),
            State::Measure(measures) => (measures, Vec::new()),
            State::Typical(measures, groups) => (measures, groups.clone()),
        };
        // The measures that no trait is made of come last.
        let own = [Measure::Recency, Measure::Tenure].into_iter();
        let money = self.money.iter().map(|&(measure, _)| measure);
        let all = measures.iter().copied().chain(own).chain(money).collect();
        let features = FeatureScan::new(all, table, filter, now)?;
        Ok(Prepared::measure(table, features, measures.len(), members, groups))
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        prepared.scan(bucket, self, partial);
    }

    fn merge(&self, a: Partial, b: Partial) -> Partial {
        a.merged(b)
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, PersonaAnswer> {
        match state {
            State::Survey => Step::Again(State::Measure(feature::chosen(&all.survey, table))),
            State::Measure(measures) => {
                let groups = all.groups(self.query.personas.len() + 1);
                Step::Again(State::Typical(measures, groups))
            }
            State::Typical(measures, groups) => {
                Step::Done(self.answer(&measures, &groups, &all.typical, table))
            }
        }
    }
}

impl From<PersonaAnswer> for Answer {
    fn from(answer: PersonaAnswer) -> Self {
        Self::Persona(answer)
    }
}
