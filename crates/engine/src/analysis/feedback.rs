//! Feedback: what people answered in surveys, as one number with its interval, by group.
//!
//! ```text
//! NPS   0 ─── 6 │ 7  8 │ 9  10      share of promoters − share of detractors, × 100
//!       detract │      │ promote
//! CSAT  1  2  3 │ 4  5              share of the satisfied
//! CES   1 ─────────── 7             mean
//! ```
//!
//! Every row with a score in the scale's range is an answer. One round, O(rows).

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::{Analysis, Answer, Step};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::features::{Measure, numbers};
use crate::kernel::scope::{ScopeFilter, now};
use crate::kernel::segment;
use crate::rule::{Feature, NamedSegment, Scope};
use crate::stats::difference::student_95;
use crate::stats::interval::{Rate, Z_95, wilson};
use crate::table::{Bitmap, Bucket, ColumnIdx, Numbers, Role, Table};

/// Asks how people scored, in all and by group.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(r#"{"kind": "feedback", "scale": {"kind": "nps"}, "score": "rating"}"#)?;
/// assert!(matches!(query, Query::Feedback(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct FeedbackQuery {
    /// Which users, and which of their rows are looked at.
    pub scope: Scope,
    /// The number column that holds the scores; none = the one with the role score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
    /// What scores mean.
    pub scale: FeedbackScale,
    /// Groups whose answers are told apart, at most [`MAX_GROUPS`]; a user may be in several.
    pub groups: Vec<NamedSegment>,
}

/// What scores mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FeedbackScale {
    /// Net promoter score (Reichheld 2003): whole numbers 0 to 10, of which 9 and 10 promote and 0 to 6 detract.
    #[default]
    Nps,
    /// Customer satisfaction: who gives at least `satisfied_from` is satisfied.
    Csat {
        /// The least score that counts as satisfied.
        #[serde(default = "four")]
        satisfied_from: f64,
        /// The greatest score; the least is 1.
        #[serde(default = "five")]
        most: f64,
    },
    /// Customer effort: the mean.
    Ces {
        /// The greatest score; the least is 1.
        #[serde(default = "seven")]
        most: f64,
    },
}

const fn four() -> f64 {
    4.0
}

const fn five() -> f64 {
    5.0
}

const fn seven() -> f64 {
    7.0
}

/// How many groups a query may name.
pub const MAX_GROUPS: i64 = 64;

/// How people scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeedbackAnswer {
    /// Scores outside the scale's range, which are left out.
    pub n_out_of_range: u64,
    /// All answers.
    pub all: FeedbackGroup,
    /// The groups, in the query's order.
    pub groups: Vec<FeedbackGroup>,
}

/// How the users of one group scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeedbackGroup {
    /// Its name; empty for all.
    pub name: String,
    /// Users who answered.
    pub n_users: u64,
    /// Answers.
    pub n_answers: u64,
    /// How often each score was given, ascending; scores between whole numbers count as the one below.
    pub scores: Vec<ScoreCount>,
    /// The result: NPS −100 to 100, CSAT's share 0 to 1, CES' mean; none without an answer.
    pub result: Option<f64>,
    /// The ends of its 95 % interval. NPS: by the variance of promoters minus detractors, with one answer added to each of
    /// the three classes, so that few answers that are all alike are not taken for certain (an adjusted Wald interval,
    /// after Agresti & Coull 1998). CSAT: Wilson's. CES: Student's t; none for one answer and where all are the same.
    pub interval: Option<(f64, f64)>,
    /// NPS: share of the promoters, with Wilson's interval.
    pub promoter_rate: Option<Rate>,
    /// NPS: share of the detractors.
    pub detractor_rate: Option<Rate>,
}

/// How often a score was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScoreCount {
    /// The score.
    pub score: u32,
    /// Answers.
    pub n: u64,
}

/// The greatest score of any scale.
const MOST_SCORE: f64 = 100.0;

impl FeedbackQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope, the score or a group does not fit the table, or the scale's numbers are out of range.
    pub fn check(&self, table: &Table) -> Result<Feedback, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        QueryError::check_range("groups", self.groups.len() as i64, 0, MAX_GROUPS)?;
        for (index, named) in self.groups.iter().enumerate() {
            segment::check(&named.segment, table)
                .map_err(|error| error.within(&format!("groups[{index}].segment")))?;
        }
        let range = self.scale.range();
        let wrong = |field: &str, value: f64, wanted: String| {
            Err(QueryError::new(field, QueryProblem::BadValue { value: value.to_string(), wanted }))
        };
        if !(2.0..=MOST_SCORE).contains(&range.1) {
            return wrong("scale.most", range.1, format!("number from 2 to {MOST_SCORE}"));
        }
        if let FeedbackScale::Csat { satisfied_from, most } = self.scale
            && !(1.0..=most).contains(&satisfied_from)
        {
            return wrong("scale.satisfied_from", satisfied_from, format!("number from 1 to {most}"));
        }
        Ok(Feedback { query: self.clone(), column: self.column(table)? })
    }

    fn column(&self, table: &Table) -> Result<ColumnIdx, QueryError> {
        let missing = || QueryError::new("score", QueryProblem::MissingRole { role: "score".to_owned() });
        let Some(property) = &self.score else {
            let column = table.schema.with_role(Role::Score).ok_or_else(missing)?;
            return numbers(table, column).map(|_| column).map_err(|error| error.within("score"));
        };
        match Measure::new(&Feature::Property { property: property.clone() }, table) {
            Ok(Measure::Property(column)) => Ok(ColumnIdx(column)),
            Ok(_) => Err(missing()),
            Err(error) => Err(QueryError::new("score", error.problem)),
        }
    }
}

impl FeedbackScale {
    /// The least and the greatest score.
    const fn range(self) -> (f64, f64) {
        match self {
            Self::Nps => (0.0, 10.0),
            Self::Csat { most, .. } | Self::Ces { most } => (1.0, most),
        }
    }
}

/// A checked [`FeedbackQuery`].
#[derive(Debug)]
pub struct Feedback {
    query: FeedbackQuery,
    column: ColumnIdx,
}

/// What a scan finds: all, and then each group.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_out_of_range: u64,
    counts: Vec<Counts>,
}

/// The answers of some users. Scores are counted in thousandths, so that sums are of whole numbers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Counts {
    n_users: u64,
    by_score: Vec<u64>,
    n_satisfied: u64,
    sum: u64,
    sum_of_squares: u64,
}

/// What a shard works with.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    scores: &'t Numbers,
    members: Vec<Bitmap>,
    own: Vec<f64>,
}

impl Analysis for Feedback {
    type State = ();
    type Partial = Partial;
    type Answer = FeedbackAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        let now = now(&self.query.scope, table);
        let select = |named: &NamedSegment| segment::select(&named.segment, table, now);
        Ok(Prepared {
            table,
            scope: ScopeFilter::new(&self.query.scope, table)?,
            scores: numbers(table, self.column)?,
            members: self.query.groups.iter().map(select).collect::<Result<_, _>>()?,
            own: Vec::new(),
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        let Prepared { table, scope, scores, members, own } = prepared;
        partial.counts.resize(members.len() + 1, Counts::default());
        let (least, most) = self.query.scale.range();
        for user in bucket.users() {
            let rows = scope.rows(table, user);
            let here = rows.filter(|&row| !scope.has_conditions() || scope.meets_conditions(row, user));
            own.clear();
            own.extend(here.filter_map(|row| scores.get(row)));
            let n_all = own.len();
            own.retain(|score| (least..=most).contains(score));
            partial.n_out_of_range += (n_all - own.len()) as u64;
            if own.is_empty() {
                continue;
            }
            let (all, groups) = match &mut partial.counts[..] {
                [all, groups @ ..] => (all, groups),
                [] => continue,
            };
            all.add(own, self.query.scale);
            for (counts, members) in groups.iter_mut().zip(&*members) {
                if members.contains(user.0 as usize) {
                    counts.add(own, self.query.scale);
                }
            }
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.n_out_of_range += b.n_out_of_range;
        a.counts.resize(a.counts.len().max(b.counts.len()), Counts::default());
        a.counts.iter_mut().zip(&b.counts).for_each(|(mine, more)| mine.merge(more));
        a
    }

    fn step(&self, (): (), mut all: Partial, _: &Table) -> Step<(), FeedbackAnswer> {
        all.counts.resize(self.query.groups.len() + 1, Counts::default());
        let group = |(counts, name): (&Counts, &str)| counts.group(name, self.query.scale);
        let names = self.query.groups.iter().map(|named| named.name.as_str());
        Step::Done(FeedbackAnswer {
            n_out_of_range: all.n_out_of_range,
            all: group((&all.counts[0], "")),
            groups: all.counts[1..].iter().zip(names).map(group).collect(),
        })
    }
}

impl Counts {
    fn add(&mut self, scores: &[f64], scale: FeedbackScale) {
        self.n_users += 1;
        for &score in scores {
            let whole = score as usize;
            self.by_score.resize(self.by_score.len().max(whole + 1), 0);
            self.by_score[whole] += 1;
            let thousandths = libm::round(score * 1000.0) as u64;
            self.sum += thousandths;
            self.sum_of_squares += thousandths * thousandths;
            if let FeedbackScale::Csat { satisfied_from, .. } = scale {
                self.n_satisfied += u64::from(score >= satisfied_from);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.n_users += other.n_users;
        self.n_satisfied += other.n_satisfied;
        self.sum += other.sum;
        self.sum_of_squares += other.sum_of_squares;
        self.by_score.resize(self.by_score.len().max(other.by_score.len()), 0);
        self.by_score.iter_mut().zip(&other.by_score).for_each(|(mine, more)| *mine += more);
    }

    fn group(&self, name: &str, scale: FeedbackScale) -> FeedbackGroup {
        let n: u64 = self.by_score.iter().sum();
        let counted = (0..).zip(&self.by_score).filter(|&(_, &n)| n > 0);
        let mut group = FeedbackGroup {
            name: name.to_owned(),
            n_users: self.n_users,
            n_answers: n,
            scores: counted.map(|(score, &n)| ScoreCount { score, n }).collect(),
            result: None,
            interval: None,
            promoter_rate: None,
            detractor_rate: None,
        };
        match scale {
            _ if n == 0 => {}
            FeedbackScale::Nps => self.add_nps(n, &mut group),
            FeedbackScale::Csat { .. } => {
                let rate = wilson(self.n_satisfied, n);
                group.result = rate.map(|rate| rate.rate);
                group.interval = rate.map(|rate| (rate.low, rate.high));
            }
            FeedbackScale::Ces { .. } => self.add_mean(n, &mut group),
        }
        group
    }

    fn add_nps(&self, n: u64, group: &mut FeedbackGroup) {
        let promoters: u64 = self.by_score.iter().skip(9).sum();
        let detractors: u64 = self.by_score.iter().take(7).sum();
        group.promoter_rate = wilson(promoters, n);
        group.detractor_rate = wilson(detractors, n);
        group.result = Some(100.0 * (promoters as f64 - detractors as f64) / n as f64);
        let size = (n + 3) as f64;
        let (p, d) = ((promoters + 1) as f64 / size, (detractors + 1) as f64 / size);
        let half = Z_95 * libm::sqrt((p + d - (p - d) * (p - d)) / size);
        let end = |at: f64| 100.0 * at.clamp(-1.0, 1.0);
        group.interval = Some((end(p - d - half), end(p - d + half)));
    }

    fn add_mean(&self, n: u64, group: &mut FeedbackGroup) {
        let size = n as f64;
        let mean = self.sum as f64 / size;
        // n Σx² − (Σx)² in whole numbers, so that answers that are all the same vary by exactly nothing.
        let (n, sum) = (u128::from(n), u128::from(self.sum));
        let spread = n * u128::from(self.sum_of_squares) - sum * sum;
        group.result = Some(mean / 1000.0);
        if spread > 0 {
            let variance = spread as f64 / (size * (size - 1.0));
            let half = student_95(size - 1.0) * libm::sqrt(variance / size);
            group.interval = Some(((mean - half) / 1000.0, (mean + half) / 1000.0));
        }
    }
}

impl From<FeedbackAnswer> for Answer {
    fn from(answer: FeedbackAnswer) -> Self {
        Self::Feedback(answer)
    }
}
