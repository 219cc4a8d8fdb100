//! Adoption: how many users have taken up a feature, how deeply they use it, and how it spreads.
//!
//! ```text
//! first uses   ▁ ▂ ▅ █ ▆ ▃ ░ ░          Bass' curve through them, and on
//!              └ innovators, early adopters, early majority │ late majority, laggards ┘
//! ```
//!
//! How long users take to adopt is a question for [`survival`](super::survival), where those who have not yet count right. One
//! round. Counts are whole numbers; O(events), and a fit for each feature.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::condition::Test;
use crate::kernel::period::Periods;
use crate::kernel::rows::RuleRows;
use crate::kernel::scope::{ScopeFilter, zone};
use crate::rule::{EventRule, Scope};
use crate::stats::bass::{Bass, NoBass};
use crate::stats::interval::{Rate, Z_95, wilson};
use crate::table::{Bucket, Table};
use crate::time::{Millis, Period};

/// Asks how features are adopted.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "adoption", "features": [{"name": "Reports", "rule": {"event": "report_viewed"}}], "period": "week"}"#,
/// )?;
/// assert!(matches!(query, Query::Adoption(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AdoptionQuery {
    /// Which users and rows. A user adopts a feature with the first use in scope.
    pub scope: Scope,
    /// The features, 1 to [`AdoptionQuery::MAX_FEATURES`].
    pub features: Vec<Feature>,
    /// The steps of the curves.
    pub period: Period,
    /// For how many periods ahead adopters are foretold.
    pub ahead: u32,
}

/// Something that can be adopted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AdoptedFeature"))]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// What people call it.
    pub name: String,
    /// Which events are a use of it.
    pub rule: EventRule,
}

impl Default for AdoptionQuery {
    fn default() -> Self {
        Self { scope: Scope::default(), features: Vec::new(), period: Period::Week, ahead: 8 }
    }
}

/// How features are adopted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AdoptionAnswer {
    /// Users with an event in scope: who could have adopted.
    pub n_users: u64,
    /// Users by how many of the features they have adopted, from 0 to all.
    pub breadth: Vec<u64>,
    /// The features, in the query's order.
    pub features: Vec<FeatureAdoption>,
}

/// How one feature is adopted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeatureAdoption {
    /// Users with at least one use.
    pub n_adopters: u64,
    /// These divided by all users, with Wilson's interval; none without users.
    pub rate: Option<Rate>,
    /// Users with uses on at least two occasions: more than one event.
    pub n_repeaters: u64,
    /// Uses.
    pub n_events: u64,
    /// Uses of an adopter, on average: the depth; none without adopters.
    pub events_per_adopter: Option<f64>,
    /// Every period of the data or the range, in order.
    pub periods: Vec<AdoptionPeriod>,
    /// The fitted curve; none where `problem` says why not.
    pub model: Option<SpreadModel>,
    /// Why there is no curve.
    pub problem: Option<SpreadProblem>,
    /// Rogers' categories by share of all users: where each begins and how many of it have adopted.
    pub categories: Vec<AdopterCategory>,
}

/// One period of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AdoptionPeriod {
    /// When it starts.
    pub start: Millis,
    /// Users whose first use lies in it.
    pub n_new: u64,
    /// Users whose first use lies in it or before.
    pub n_total: u64,
    /// Whether it was over at the end of the data; the curve is fitted to those that were.
    pub is_over: bool,
}

/// Bass' model (1969), by period from the first use's on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpreadModel {
    /// The share of those who have not yet that adopts by itself in a period: innovation.
    pub p: f64,
    /// How much others add to that: imitation.
    pub q: f64,
    /// How many will have adopted in the end.
    pub m: f64,
    /// How many periods after the first use's start adoption is fastest.
    pub peak: f64,
    /// Which share of the variance of new adopters the curve explains.
    pub r_squared: f64,
    /// New adopters of the periods ahead, beginning with the first that was not over.
    pub ahead: Vec<SpreadForecast>,
    /// The shares of innovators, early adopters, early majority, late majority and laggards by the curve's turning points
    /// (Mahajan, Muller & Srivastava 1990); none if the curve has no peak after its start.
    pub shares: Option<[f64; 5]>,
}

/// New adopters of a period to come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpreadForecast {
    /// As the curve says.
    pub n_new: f64,
    /// Lower end of a band that is as wide as the curve was wrong so far, 95 %.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Why there is no curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SpreadProblem {
    /// Fewer than six periods that are over, or ten adopters.
    TooFew,
    /// Adoption has not begun to slow down, so that the data do not tell how many will adopt.
    NoPeakYet,
    /// No curve of this kind fits.
    NotConverged,
}

/// One of Rogers' (1962) categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AdopterCategory {
    /// Which.
    pub category: Category,
    /// Users of it who have adopted.
    pub n_adopters: u64,
    /// How many it is to have, of all users.
    pub n_users: u64,
    /// The period in which the first of them adopted, as an index; none if none has.
    pub first_period: Option<u32>,
}

/// Rogers' categories: the first 2.5 % of all, then 13.5 %, 34 %, 34 % and 16 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are Rogers'")]
pub enum Category {
    Innovators,
    EarlyAdopters,
    EarlyMajority,
    LateMajority,
    Laggards,
}

/// Rogers' categories with the share of all users at which each ends, in thousandths.
const CATEGORIES: [(Category, u64); 5] = [
    (Category::Innovators, 25),
    (Category::EarlyAdopters, 160),
    (Category::EarlyMajority, 500),
    (Category::LateMajority, 840),
    (Category::Laggards, 1_000),
];

impl AdoptionQuery {
    /// The most features.
    pub const MAX_FEATURES: usize = 30;

    /// Checks the query against a table.
    ///
    /// # Errors
    /// If a rule does not fit the table, there is no feature, or a number is out of range.
    pub fn check(&self, table: &Table) -> Result<Adoption, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        QueryError::check_range("features", self.features.len() as i64, 1, Self::MAX_FEATURES as i64)?;
        for (index, feature) in self.features.iter().enumerate() {
            let field = format!("features[{index}].rule");
            Test::rule(&feature.rule, table).map_err(|error| error.within(&field))?;
        }
        QueryError::check_range("ahead", self.ahead.into(), 0, 1_000)?;
        let zone = zone(&self.scope).map_err(|error| error.within("scope"))?;
        let (first, last) = table.schema.span.unwrap_or_default();
        let from = self.scope.from.map_or(first, |from| from.clamp(first, last));
        let to = self.scope.to.map_or(last, |to| to.clamp(first, last));
        let periods = Periods::covering(self.period, self.scope.week_start, &zone, from, to)?;
        QueryError::check_range("period", periods.len() as i64, 1, 10_000)?;
        Ok(Adoption { query: self.clone(), periods, end: to })
    }
}

/// A checked [`AdoptionQuery`].
#[derive(Debug)]
pub struct Adoption {
    query: AdoptionQuery,
    periods: Periods,
    end: Millis,
}

/// What a scan counts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_users: u64,
    breadth: Vec<u64>,
    features: Vec<FeatureCounts>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct FeatureCounts {
    n_repeaters: u64,
    n_events: u64,
    /// By period.
    n_new: Vec<u64>,
}

/// A round's compiled rules.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    features: Vec<RuleRows<'t>>,
    found: Vec<u32>,
}

impl Analysis for Adoption {
    type State = ();
    type Partial = Partial;
    type Answer = AdoptionAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        let features = self.query.features.iter().map(|feature| RuleRows::new(&feature.rule, table));
        Ok(Prepared {
            table,
            scope: ScopeFilter::new(&self.query.scope, table)?,
            features: features.collect::<Result<_, _>>()?,
            found: Vec::new(),
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        let Prepared { table, scope, features, found } = prepared;
        features.iter_mut().for_each(|rows| rows.enter(bucket));
        partial.reserve(features.len(), self.periods.len());
        for user in bucket.users() {
            if scope.n_rows(table, user) == 0 {
                continue;
            }
            partial.n_users += 1;
            let mut breadth = 0;
            for (rows, counts) in features.iter().zip(&mut partial.features) {
                found.clear();
                rows.collect(user, scope.rows(table, user), found);
                if scope.has_conditions() {
                    found.retain(|&row| scope.meets_conditions(row as usize, user));
                }
                let Some(&first) = found.first() else { continue };
                breadth += 1;
                counts.n_events += found.len() as u64;
                counts.n_repeaters += u64::from(found.len() > 1);
                counts.n_new[self.periods.index(table.times[first as usize])] += 1;
            }
            partial.breadth[breadth] += 1;
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.reserve(b.features.len(), self.periods.len());
        a.n_users += b.n_users;
        a.breadth.iter_mut().zip(b.breadth).for_each(|(mine, more)| *mine += more);
        for (mine, more) in a.features.iter_mut().zip(b.features) {
            mine.n_repeaters += more.n_repeaters;
            mine.n_events += more.n_events;
            mine.n_new.iter_mut().zip(more.n_new).for_each(|(mine, more)| *mine += more);
        }
        a
    }

    fn step(&self, (): (), mut all: Partial, _: &Table) -> Step<(), AdoptionAnswer> {
        all.reserve(self.query.features.len(), self.periods.len());
        let n_users = all.n_users;
        Step::Done(AdoptionAnswer {
            n_users,
            breadth: all.breadth,
            features: all.features.into_iter().map(|counts| self.feature(counts, n_users)).collect(),
        })
    }
}

impl Partial {
    fn reserve(&mut self, n_features: usize, n_periods: usize) {
        self.breadth.resize(self.breadth.len().max(n_features + 1), 0);
        self.features.resize_with(self.features.len().max(n_features), FeatureCounts::default);
        self.features.iter_mut().for_each(|counts| counts.n_new.resize(n_periods, 0));
    }
}

impl Adoption {
    fn feature(&self, counts: FeatureCounts, n_users: u64) -> FeatureAdoption {
        let n_adopters: u64 = counts.n_new.iter().sum();
        let mut n_total = 0;
        let period = |(at, &n_new): (usize, &u64)| {
            n_total += n_new;
            let is_over = self.periods.end(at).0 - 1 <= self.end.0;
            AdoptionPeriod { start: self.periods.start(at), n_new, n_total, is_over }
        };
        let periods: Vec<AdoptionPeriod> = counts.n_new.iter().enumerate().map(period).collect();
        let (model, problem) = match self.model(&periods) {
            Ok(model) => (Some(model), None),
            Err(NoBass::TooFew) => (None, Some(SpreadProblem::TooFew)),
            Err(NoBass::NoPeakYet) => (None, Some(SpreadProblem::NoPeakYet)),
            Err(NoBass::NotConverged) => (None, Some(SpreadProblem::NotConverged)),
        };
        FeatureAdoption {
            n_adopters,
            rate: wilson(n_adopters, n_users),
            n_repeaters: counts.n_repeaters,
            n_events: counts.n_events,
            events_per_adopter: (n_adopters > 0).then(|| counts.n_events as f64 / n_adopters as f64),
            categories: categories(&periods, n_adopters, n_users),
            periods,
            model,
            problem,
        }
    }

    /// The curve through the periods from the first adopter's on that are over.
    fn model(&self, periods: &[AdoptionPeriod]) -> Result<SpreadModel, NoBass> {
        let over = periods.iter().filter(|period| period.is_over);
        let known: Vec<f64> =
            over.skip_while(|period| period.n_total == 0).map(|period| period.n_new as f64).collect();
        let model = Bass::fit(&known)?;
        let half = Z_95 * libm::sqrt(model.mean_square);
        let ahead = (1..=self.query.ahead).map(|step| {
            let n_new = model.at(known.len() as f64 + f64::from(step));
            SpreadForecast { n_new, low: (n_new - half).max(0.0), high: n_new + half }
        });
        Ok(SpreadModel {
            p: model.p,
            q: model.q,
            m: model.m,
            peak: model.peak(),
            r_squared: model.r_squared,
            ahead: ahead.collect(),
            shares: shares(&model),
        })
    }
}

/// The shares of adopters by the turning points of the curve: those who adopt by themselves, then those before its steepest
/// rise, its peak, its steepest fall, and the rest.
fn shares(model: &Bass) -> Option<[f64; 5]> {
    let turn = libm::log(2.0 + libm::sqrt(3.0)) / (model.p + model.q);
    let (peak, innovators) = (model.peak(), model.p);
    let [rise, top, fall] = [peak - turn, peak, peak + turn].map(|time| model.share(time.max(0.0)));
    (peak > turn && rise > innovators).then_some([
        innovators,
        rise - innovators,
        top - rise,
        fall - top,
        1.0 - fall,
    ])
}

/// How far each of Rogers' categories has adopted, if all users do in the end.
fn categories(periods: &[AdoptionPeriod], n_adopters: u64, n_users: u64) -> Vec<AdopterCategory> {
    let mut before = 0;
    let category = |(category, thousandths): (Category, u64)| {
        let end = (n_users * thousandths).div_ceil(1_000);
        let (start, n_adopted) = (before, n_adopters.min(end).saturating_sub(before));
        before = end;
        let first = periods.iter().position(|period| period.n_total > start);
        AdopterCategory {
            category,
            n_adopters: n_adopted,
            n_users: end - start,
            first_period: first.filter(|_| n_adopted > 0).map(|at| at as u32),
        }
    };
    CATEGORIES.into_iter().map(category).collect()
}

impl From<AdoptionAnswer> for Answer {
    fn from(answer: AdoptionAnswer) -> Self {
        Self::Adoption(answer)
    }
}
