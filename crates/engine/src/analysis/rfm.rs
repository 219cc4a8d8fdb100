//! RFM: customers by recency, frequency and monetary value, each in five classes, and the segments that marketers name.
//!
//! ```text
//! recency 5 │ new        potential loyalists   champions
//!         4 │ promising  potential loyalists   loyal
//!         3 │ about to sleep   need attention  loyal
//!         2 │ hibernating      at risk         cannot lose them
//!         1 │ hibernating      at risk         cannot lose them
//!           └ frequency 1      2      3      4      5
//! ```
//!
//! Classes are cut at the quintiles of the customers' amounts (type 7), an amount at a cut belonging to the class below: as
//! `pandas.qcut` cuts. Cuts that coincide leave a class without customers, as where a third of all bought once. Three
//! rounds, or one with cut points that are given: O(rows) each.

mod answer;
mod scan;
#[cfg(test)]
mod tests;

pub use answer::{RfmAnswer, RfmCell, RfmMoves, RfmName, RfmSegment};
pub use scan::{Partial, Prepared};

use serde::{Deserialize, Serialize};

use self::scan::{Cell, N_CELLS};
use super::{Analysis, Answer, Step};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::features::{Measure, revenue};
use crate::kernel::ranks::RankBins;
use crate::kernel::scope::{ScopeFilter, now};
use crate::rule::{Condition, Feature, FeatureRange, MeasuredRule, Op, Owner, PropertyTest, Scope, Segment};
use crate::stats::interval::wilson;
use crate::table::{Bucket, Table};
use crate::time::Millis;

/// Asks for customers by recency, frequency and value. A customer is a user with at least one purchase in scope.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(r#"{"kind": "rfm", "event": "order", "value": "price"}"#)?;
/// assert!(matches!(query, Query::Rfm(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RfmQuery {
    /// Which users and rows are looked at. Recency is measured from its `now`.
    pub scope: Scope,
    /// The event that is a purchase; none = every row with a value, or every row where there is no value at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The number column that tells a purchase's value; none = the one with the role revenue, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Where classes are cut; none = at quintiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cuts: Option<RfmCuts>,
    /// An earlier instant: who was in which segment then, by the same cuts. None = no comparison.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Millis>,
}

/// Four ascending cut points each: the greatest amounts of the lowest four classes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RfmCuts {
    /// Days since the last purchase, with their fraction. The fewest days are recency class 5.
    pub recency_days: Vec<f64>,
    /// Purchases. The most are class 5.
    pub frequency: Vec<f64>,
    /// The sum of their values; empty if there is no value.
    #[serde(default)]
    pub value: Vec<f64>,
}

/// Classes of each kind.
const CLASSES: usize = 5;

/// The first and the last of some classes.
type Span = (usize, usize);

/// Every segment with its classes of recency and of frequency.
const SEGMENTS: [(RfmName, Span, Span); 10] = [
    (RfmName::Champions, (5, 5), (4, 5)),
    (RfmName::Loyal, (3, 4), (4, 5)),
    (RfmName::PotentialLoyalists, (4, 5), (2, 3)),
    (RfmName::New, (5, 5), (1, 1)),
    (RfmName::Promising, (4, 4), (1, 1)),
    (RfmName::NeedAttention, (3, 3), (3, 3)),
    (RfmName::AboutToSleep, (3, 3), (1, 2)),
    (RfmName::AtRisk, (1, 2), (3, 4)),
    (RfmName::CannotLose, (1, 2), (5, 5)),
    (RfmName::Hibernating, (1, 2), (1, 2)),
];

/// The place in [`SEGMENTS`] of a class of recency and one of frequency, both from 1.
fn segment_of(recency: usize, frequency: usize) -> usize {
    let holds = |(from, to): Span, class| from <= class && class <= to;
    let found = SEGMENTS.iter().position(|&(_, r, f)| holds(r, recency) && holds(f, frequency));
    found.unwrap_or_default()
}

impl RfmQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope or the value does not fit the table, there are not four ascending finite cuts of each kind, or the
    /// earlier instant is not before now.
    pub fn check(&self, table: &Table) -> Result<Rfm, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        let value = match &self.value {
            Some(property) => {
                let feature = Feature::Sum { property: property.clone() };
                Some(Measure::new(&feature, table).map_err(|mut error| {
                    error.field = "value".to_owned();
                    error
                })?)
            }
            None => revenue(table).ok().map(|_| Measure::Revenue),
        };
        if let Some(cuts) = &self.cuts {
            check_cuts("cuts.recency_days", &cuts.recency_days)?;
            check_cuts("cuts.frequency", &cuts.frequency)?;
            if value.is_some() || !cuts.value.is_empty() {
                check_cuts("cuts.value", &cuts.value)?;
            }
        }
        if self.before.is_some_and(|before| before >= now(&self.scope, table)) {
            let explanation = "must lie before the instant that recency is measured from".to_owned();
            return Err(QueryError::new("before", QueryProblem::Conflict { explanation }));
        }
        let conditions = self.purchases(value, table);
        Ok(Rfm { query: self.clone(), value, conditions, now: now(&self.scope, table) })
    }

    /// What a row must meet to be a purchase.
    fn purchases(&self, value: Option<Measure>, table: &Table) -> Vec<Condition> {
        let test = |property: &str, op, values| {
            let property = property.to_owned();
            Condition::Property(PropertyTest { property, on: Owner::Event, op, values })
        };
        let name = |column: u32| table.schema.columns[column as usize].name.as_str();
        let mut all = self.scope.conditions.clone();
        match (&self.event, value) {
            (Some(event), _) => all.push(test(name(table.schema.event.0), Op::Eq, vec![event.clone()])),
            (None, Some(Measure::Sum(column))) => all.push(test(name(column), Op::IsSet, Vec::new())),
            (None, Some(_)) => {
                let column = table.schema.with_role(crate::table::Role::Revenue);
                all.extend(column.map(|column| test(name(column.0), Op::IsSet, Vec::new())));
            }
            (None, None) => {}
        }
        all
    }
}

fn check_cuts(field: &str, cuts: &[f64]) -> Result<(), QueryError> {
    QueryError::check_range(field, cuts.len() as i64, CLASSES as i64 - 1, CLASSES as i64 - 1)?;
    if cuts.is_sorted() && cuts.iter().all(|cut| cut.is_finite()) {
        return Ok(());
    }
    let explanation = "must be four numbers, none of them less than the one before".to_owned();
    Err(QueryError::new(field, QueryProblem::Conflict { explanation }))
}

/// A checked [`RfmQuery`].
#[derive(Debug)]
pub struct Rfm {
    query: RfmQuery,
    value: Option<Measure>,
    /// What a row must meet to be a purchase.
    conditions: Vec<Condition>,
    now: Millis,
}

/// What a round starts from. Numbers are of recency, frequency and value, in this order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum State {
    /// Find how they are distributed.
    Measure,
    /// Find the amounts that quintiles lie between.
    Pick(Vec<RankBins>),
    /// Count the customers of classes that are cut here.
    Count(Vec<Vec<f64>>),
}

impl Analysis for Rfm {
    type State = State;
    type Partial = Partial;
    type Answer = RfmAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) -> State {
        match &self.query.cuts {
            None => State::Measure,
            Some(cuts) => {
                State::Count(vec![cuts.recency_days.clone(), cuts.frequency.clone(), cuts.value.clone()])
            }
        }
    }

    fn prepare<'t>(&self, state: &State, table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        Prepared::new(self, state, table)
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        prepared.scan(bucket, partial);
    }

    fn merge(&self, a: Partial, b: Partial) -> Partial {
        a.merged(b)
    }

    fn step(&self, state: State, mut all: Partial, _: &Table) -> Step<State, RfmAnswer> {
        match state {
            State::Measure => {
                let bins = all.ranks.iter().map(|ranks| ranks.wanted(&QUINTILES)).collect();
                Step::Again(State::Pick(bins))
            }
            State::Pick(bins) => {
                let cuts = |(bins, found): (&RankBins, &mut Vec<f64>)| {
                    found.sort_unstable_by(f64::total_cmp);
                    QUINTILES.iter().filter_map(|&at| bins.quantile(found, at)).collect()
                };
                all.found.resize(bins.len(), Vec::new());
                Step::Again(State::Count(bins.iter().zip(&mut all.found).map(cuts).collect()))
            }
            State::Count(cuts) => Step::Done(self.answer(&cuts, all)),
        }
    }
}

/// Where quintiles lie.
const QUINTILES: [f64; CLASSES - 1] = [0.2, 0.4, 0.6, 0.8];

impl Rfm {
    fn measures(&self) -> Vec<Measure> {
        [Measure::Recency, Measure::Events].into_iter().chain(self.value).collect()
    }

    fn answer(&self, cuts: &[Vec<f64>], all: Partial) -> RfmAnswer {
        let mut cells = vec![Cell::default(); N_CELLS];
        for of_bucket in all.cells.in_order() {
            cells.iter_mut().zip(&of_bucket).for_each(|(cell, more)| cell.merge(more));
        }
        let n_users = cells.iter().map(|cell| cell.n_users).sum();
        let known = |value: f64| self.value.map(|_| value);
        let segment = |at: usize| {
            let mut own = Cell::default();
            let is_own =
                |&(place, _): &(usize, &Cell)| segment_of(place / CLASSES + 1, place % CLASSES + 1) == at;
            cells.iter().enumerate().filter(is_own).for_each(|(_, cell)| own.merge(cell));
            let mean = |sum: f64| (own.n_users > 0).then(|| sum / own.n_users as f64);
            RfmSegment {
                name: SEGMENTS[at].0,
                n_users: own.n_users,
                user_rate: wilson(own.n_users, n_users),
                value: known(own.value),
                mean_recency_days: mean(own.recency_days),
                mean_frequency: mean(own.frequency as f64),
                mean_value: known(own.value).and_then(mean),
                segment: self.rule(at, cuts),
            }
        };
        let cell = |(place, cell): (usize, &Cell)| RfmCell {
            name: SEGMENTS[segment_of(place / CLASSES + 1, place % CLASSES + 1)].0,
            n_users: cell.n_users,
            value: known(cell.value),
        };
        let row = |(r, row): (usize, &[Cell])| {
            row.iter().enumerate().map(|(f, it)| cell((r * CLASSES + f, it))).collect()
        };
        let cut = |at: usize| cuts.get(at).cloned().unwrap_or_default();
        let moves = self.query.before.map(|before| {
            let all: Vec<u64> = (0..(SEGMENTS.len() + 1) * SEGMENTS.len())
                .map(|at| all.moves.get(at).copied().unwrap_or(0))
                .collect();
            let mut rows = all.chunks(SEGMENTS.len()).map(<[u64]>::to_vec);
            let n_users = rows.by_ref().take(SEGMENTS.len()).collect();
            RfmMoves { before, n_users, n_new: rows.next().unwrap_or_default() }
        });
        let is_cut = cuts.first().is_some_and(|cuts| !cuts.is_empty());
        RfmAnswer {
            n_users,
            n_users_without: all.n_users_without,
            now: self.now,
            cuts: is_cut.then(|| RfmCuts { recency_days: cut(0), frequency: cut(1), value: cut(2) }),
            value: known(cells.iter().map(|cell| cell.value).sum::<f64>() + 0.0),
            segments: (0..SEGMENTS.len()).map(segment).collect(),
            grid: cells.chunks(CLASSES).enumerate().map(row).collect(),
            value_classes: self.value.map_or_else(Vec::new, |_| {
                (0..CLASSES).map(|at| all.value_classes.get(at).copied().unwrap_or(0)).collect()
            }),
            moves,
        }
    }

    /// The rule of a segment: ranges of recency and frequency over the rows that are purchases.
    fn rule(&self, at: usize, cuts: &[Vec<f64>]) -> Option<Segment> {
        let [recency, frequency, ..] = cuts else { return None };
        let (_, (r_from, r_to), (f_from, f_to)) = SEGMENTS[at];
        // Class c lies above cut c − 2 and up to cut c − 1; recency counts from the other end.
        let (least, most) = (CLASSES + 1 - r_to, CLASSES + 1 - r_from);
        let range = |feature, cuts: &[f64], from: usize, to: usize| FeatureRange {
            feature,
            above: from.checked_sub(2).and_then(|at| cuts.get(at).copied()),
            up_to: cuts.get(to - 1).copied(),
        };
        let scope = &self.query.scope;
        let rule = Segment::Measured(Box::new(MeasuredRule {
            ranges: vec![
                range(Feature::Recency, recency, least, most),
                range(Feature::Events, frequency, f_from, f_to),
            ],
            now: Some(self.now),
            from: scope.from,
            to: scope.to,
            conditions: self.conditions.clone(),
        }));
        let is_cut = !recency.is_empty();
        is_cut.then(|| match &scope.segment {
            Some(segment) => Segment::AllOf { of: vec![segment.clone(), rule] },
            None => rule,
        })
    }
}

impl From<RfmAnswer> for Answer {
    fn from(answer: RfmAnswer) -> Self {
        Self::Rfm(answer)
    }
}
