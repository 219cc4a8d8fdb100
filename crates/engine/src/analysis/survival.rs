//! Survival: how long users take to reach something, or how long they stay, where those count right who are not there yet.
//!
//! ```text
//! ann  start ●───────────● payment            an event after 12 days
//! ben  start ●────────────────────┤ end       not yet: censored after 20 days
//! cleo start ●──●──●─────────────────         churned: no activity for 30 days after the third
//! ```
//!
//! One round. Counts by step of time are whole numbers, so that they merge exactly; O(events).

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::{Analysis, Answer, Step};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::condition::Test;
use crate::kernel::rows::RuleRows;
use crate::kernel::scope::{ScopeFilter, now};
use crate::kernel::segment;
use crate::rule::{EventRule, NamedSegment, Scope};
use crate::stats::survival::{BetaGeometric, Leavers, kaplan_meier, log_rank, median};
use crate::table::{Bitmap, Bucket, Table, UserIdx};
use crate::time::Millis;

/// Asks how long users take to do something, or how long they stay.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "survival", "start": {"event": "signup"}, "end": {"kind": "event", "rule": {"event": "payment"}}}"#,
/// )?;
/// assert!(matches!(query, Query::Survival(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SurvivalQuery {
    /// Which users and rows. The start must lie in the range and meet the conditions; what follows is not cut off by either.
    pub scope: Scope,
    /// A user is watched from the first of these events on.
    pub start: EventRule,
    /// What is waited for.
    pub end: SurvivalEnd,
    /// How long a step of the curves is: a day, a week.
    pub step_millis: i64,
    /// How many steps are drawn; users are watched no longer.
    pub n_steps: u32,
    /// Curves by segment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<NamedSegment>,
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SurvivalEnd {
    /// The first of these events after the start. Users without one are censored at the end of the data.
    Event {
        /// The events.
        rule: EventRule,
    },
    /// Doing none of these events for so long: a user has left at the last one before. Users whose last one is not so long ago
    /// are censored at it.
    Inactivity {
        /// What counts as activity.
        #[serde(default)]
        rule: EventRule,
        /// For how long; at least 1.
        millis: i64,
    },
}

impl Default for SurvivalQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            start: EventRule::default(),
            end: SurvivalEnd::Inactivity { rule: EventRule::default(), millis: 30 * Millis::DAY },
            step_millis: Millis::DAY,
            n_steps: 90,
            segments: Vec::new(),
        }
    }
}

/// How long users take, or stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SurvivalAnswer {
    /// All users.
    pub all: SurvivalCurve,
    /// Each of the query's segments.
    pub segments: Vec<SurvivalCurve>,
    /// Whether the segments differ; none with fewer than two, if a user is in several, or if nothing tells.
    pub log_rank: Option<LogRankResult>,
    /// Users in more than one segment: then they cannot be compared by one test.
    pub n_overlapping: u64,
}

/// A curve by Kaplan and Meier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SurvivalCurve {
    /// Users.
    pub n_users: u64,
    /// To whom it happened within the steps.
    pub n_events: u64,
    /// The first step by whose end it has happened to half, from 0; none if it has not.
    pub median_step: Option<u32>,
    /// Mean time until it happens, up to the end of the curve (restricted mean), in steps; none without users.
    pub mean_steps: Option<f64>,
    /// The steps, in order.
    pub points: Vec<SurvivalPoint>,
    /// The shifted beta-geometric model of who stays, for as many steps again; none where too few leave to tell.
    pub model: Option<StayModel>,
}

/// One step of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SurvivalPoint {
    /// Users watched to whom it had not happened before.
    pub n_at_risk: u64,
    /// To whom it happens in this step.
    pub n_events: u64,
    /// Who are watched no longer after it.
    pub n_censored: u64,
    /// The share to whom it has not happened by the end of the step; none where nobody was at risk any more.
    pub survival: Option<f64>,
    /// Lower end of its 95 % interval: Greenwood's variance, symmetric in `ln(−ln S)`.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// `n_events` ÷ `n_at_risk`: the chance that it happens in this step to whom it has not yet; none where nobody is at risk.
    pub hazard: Option<f64>,
}

/// A shifted beta-geometric model (Fader & Hardie 2007).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StayModel {
    /// First parameter.
    pub alpha: f64,
    /// Second parameter.
    pub beta: f64,
    /// The share that stays after each step, twice as many as the curve has.
    pub survival: Vec<f64>,
}

/// Whether segments differ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogRankResult {
    /// The statistic.
    pub chi_squared: f64,
    /// Segments less one.
    pub freedom: u64,
    /// The probability of such a difference or a greater one if there were none; 0 stands for less than 1e-300.
    pub p_value: f64,
}

impl SurvivalQuery {
    /// The most steps.
    pub const MAX_STEPS: u32 = 3_660;
    /// The most segments.
    pub const MAX_SEGMENTS: usize = 10;

    /// Checks the query against a table.
    ///
    /// # Errors
    /// If a rule or a segment does not fit the table, or a number is out of range.
    pub fn check(&self, table: &Table) -> Result<Survival, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        Test::rule(&self.start, table).map_err(|error| error.within("start"))?;
        match &self.end {
            SurvivalEnd::Event { rule } if *rule == EventRule::default() => {
                let hint = "say which event is waited for".to_owned();
                return Err(QueryError::new("end.rule", QueryProblem::Empty { hint }));
            }
            SurvivalEnd::Event { .. } => {}
            SurvivalEnd::Inactivity { millis, .. } => {
                QueryError::check_range("end.millis", *millis, 1, i64::MAX)?;
            }
        }
        Test::rule(self.waited_for(), table).map_err(|error| error.within("end.rule"))?;
        QueryError::check_range("step_millis", self.step_millis, 1, i64::MAX)?;
        QueryError::check_range("n_steps", self.n_steps.into(), 1, Self::MAX_STEPS.into())?;
        QueryError::check_range("segments", self.segments.len() as i64, 0, Self::MAX_SEGMENTS as i64)?;
        for (index, named) in self.segments.iter().enumerate() {
            let field = format!("segments[{index}].segment");
            segment::check(&named.segment, table).map_err(|error| error.within(&field))?;
        }
        Ok(Survival { query: self.clone() })
    }

    fn waited_for(&self) -> &EventRule {
        match &self.end {
            SurvivalEnd::Event { rule } | SurvivalEnd::Inactivity { rule, .. } => rule,
        }
    }
}

/// A checked [`SurvivalQuery`].
#[derive(Debug)]
pub struct Survival {
    query: SurvivalQuery,
}

/// Leavers by group and step: all users first, then the segments.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    leavers: Vec<Vec<Leavers>>,
    n_overlapping: u64,
}

/// A round's compiled rules.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    starts: RuleRows<'t>,
    ends: RuleRows<'t>,
    segments: Vec<Bitmap>,
    found: Vec<u32>,
}

impl Analysis for Survival {
    type State = ();
    type Partial = Partial;
    type Answer = SurvivalAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        let at = now(&self.query.scope, table);
        let members = |named: &NamedSegment| segment::select(&named.segment, table, at);
        Ok(Prepared {
            table,
            scope: ScopeFilter::new(&self.query.scope, table)?,
            starts: RuleRows::new(&self.query.start, table)?,
            ends: RuleRows::new(self.query.waited_for(), table)?,
            segments: self.query.segments.iter().map(members).collect::<Result<_, _>>()?,
            found: Vec::new(),
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        prepared.starts.enter(bucket);
        prepared.ends.enter(bucket);
        let n_steps = self.query.n_steps as usize;
        partial.leavers.resize_with(1 + prepared.segments.len(), || vec![(0, 0); n_steps]);
        for user in bucket.users() {
            let Some((length, happened)) = self.length(prepared, user) else { continue };
            // A user who is watched beyond the last step is still there at its end.
            let (step, happened) = match (length / self.query.step_millis) as usize {
                step if step < n_steps => (step, happened),
                _ => (n_steps - 1, false),
            };
            let mut n_groups = 0;
            let in_group = |members: &Bitmap| members.contains(user.0 as usize);
            let groups = std::iter::once(true).chain(prepared.segments.iter().map(in_group));
            for (leavers, _) in partial.leavers.iter_mut().zip(groups).filter(|(_, is_in)| *is_in) {
                n_groups += 1;
                let own = &mut leavers[step];
                own.0 += u64::from(happened);
                own.1 += u64::from(!happened);
            }
            partial.n_overlapping += u64::from(n_groups > 2);
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.n_overlapping += b.n_overlapping;
        a.leavers.resize_with(a.leavers.len().max(b.leavers.len()), Vec::new);
        for (mine, others) in a.leavers.iter_mut().zip(b.leavers) {
            mine.resize(mine.len().max(others.len()), (0, 0));
            for (own, more) in mine.iter_mut().zip(others) {
                own.0 += more.0;
                own.1 += more.1;
            }
        }
        a
    }

    fn step(&self, (): (), mut all: Partial, _: &Table) -> Step<(), SurvivalAnswer> {
        all.leavers.resize_with(1 + self.query.segments.len(), || vec![(0, 0); self.query.n_steps as usize]);
        let segments = &all.leavers[1..];
        let compared = Some(segments).filter(|segments| segments.len() > 1 && all.n_overlapping == 0);
        let log_rank = compared.and_then(log_rank).map(|found| LogRankResult {
            chi_squared: found.chi_squared,
            freedom: found.freedom,
            p_value: found.p_value,
        });
        Step::Done(SurvivalAnswer {
            all: self.curve(&all.leavers[0]),
            segments: segments.iter().map(|leavers| self.curve(leavers)).collect(),
            log_rank,
            n_overlapping: all.n_overlapping,
        })
    }
}

impl Survival {
    /// How long a user was watched, and whether it happened then; none if the user does not start.
    fn length(&self, prepared: &mut Prepared<'_>, user: UserIdx) -> Option<(i64, bool)> {
        let Prepared { table, scope, starts, ends, found, .. } = prepared;
        found.clear();
        starts.collect(user, scope.rows(table, user), found);
        let is_in = |row: &&u32| !scope.has_conditions() || scope.meets_conditions(**row as usize, user);
        let start = *found.iter().find(is_in)? as usize;
        let began = table.times[start];
        let end = table.schema.end();
        found.clear();
        ends.collect(user, start + 1..table.users.rows(user).end, found);
        match self.query.end {
            SurvivalEnd::Event { .. } => Some(match found.first() {
                Some(&row) => (table.times[row as usize].since(began), true),
                None => (end.since(began), false),
            }),
            SurvivalEnd::Inactivity { millis, .. } => {
                let mut last = began;
                for &row in found.iter() {
                    let time = table.times[row as usize];
                    if time.since(last) >= millis {
                        return Some((last.since(began), true));
                    }
                    last = time;
                }
                Some((last.since(began), end.since(last) >= millis))
            }
        }
    }

    fn curve(&self, leavers: &[Leavers]) -> SurvivalCurve {
        let points = kaplan_meier(leavers);
        let n_users: u64 = leavers.iter().map(|(events, censored)| events + censored).sum();
        let known = points.iter().take_while(|point| point.n_at_risk > 0);
        // Each step counts with the share that enters it.
        let entering = std::iter::once(1.0).chain(known.map(|point| point.survival));
        let mean = entering.take(points.iter().filter(|point| point.n_at_risk > 0).count()).sum();
        let model = BetaGeometric::fit(leavers).map(|model| StayModel {
            alpha: model.alpha,
            beta: model.beta,
            survival: model.survival(2 * leavers.len()),
        });
        SurvivalCurve {
            n_users,
            n_events: leavers.iter().map(|(events, _)| events).sum(),
            median_step: median(&points).filter(|_| n_users > 0).map(|step| step as u32),
            mean_steps: (n_users > 0).then_some(mean),
            model,
            points: points
                .iter()
                .map(|point| {
                    let is_known = point.n_at_risk > 0;
                    SurvivalPoint {
                        n_at_risk: point.n_at_risk,
                        n_events: point.n_events,
                        n_censored: point.n_censored,
                        survival: is_known.then_some(point.survival),
                        low: is_known.then_some(point.low),
                        high: is_known.then_some(point.high),
                        hazard: is_known.then(|| point.n_events as f64 / point.n_at_risk as f64),
                    }
                })
                .collect(),
        }
    }
}

impl From<SurvivalAnswer> for Answer {
    fn from(answer: SurvivalAnswer) -> Self {
        Self::Survival(answer)
    }
}
