//! Whether the variants differ, and how sure that is.

use serde::{Deserialize, Serialize};

use crate::stats::interval::Rate;
use crate::time::Millis;

/// What an experiment says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExperimentAnswer {
    /// Users who take part.
    pub n_users: u64,
    /// Users who were shown more than one variant, and are left out.
    pub n_mixed: u64,
    /// Users of variants beyond the ten largest, who are left out.
    pub n_left_out: u64,
    /// The first exposure; none without users.
    pub first: Option<Millis>,
    /// The last exposure.
    pub last: Option<Millis>,
    /// The variants, the control first, the others by name.
    pub variants: Vec<VariantUsers>,
    /// Whether users were dealt out as they were to be.
    pub sample_ratio: SampleRatio,
    /// What to conclude, by the first metric.
    pub verdict: Verdict,
    /// The metrics, in the query's order; empty where users were not dealt out as they were to be, since then no comparison
    /// can be trusted.
    pub metrics: Vec<MetricResult>,
}

/// A variant and who got it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VariantUsers {
    /// Its name.
    pub name: String,
    /// Users.
    pub n_users: u64,
    /// The share of the users it was to get.
    pub expected_share: f64,
}

/// Whether users were dealt out as they were to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SampleRatio {
    /// Pearson's χ² of the numbers of users; none below two variants or where fewer than 5 users are expected in one.
    pub chi_squared: Option<f64>,
    /// The probability of such numbers or odder ones by chance.
    pub p_value: Option<f64>,
    /// What that means.
    pub outcome: SampleRatioOutcome,
}

/// What the numbers of users say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SampleRatioOutcome {
    /// They fit.
    Holds,
    /// A sample-ratio mismatch: chance brings this about less than once in a thousand times. Something loses users of one
    /// variant or counts others twice.
    Mismatch,
    /// There are too few users to tell.
    TooFew,
}

/// What to conclude.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Verdict {
    /// There are fewer than two variants with users.
    NoComparison,
    /// Users were not dealt out as they were to be: find out why before anything else.
    SampleRatioMismatch,
    /// There is too little data to compare by the first metric.
    TooFewUsers,
    /// A variant is better than the control.
    Better {
        /// The best of them, as an index.
        variant: u32,
    },
    /// No variant is better than the control, and at least one is worse.
    Worse {
        /// The worst of them.
        variant: u32,
    },
    /// Nothing is sure yet.
    Undecided,
}

/// One metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MetricResult {
    /// All users.
    pub all: GroupEffects,
    /// Each of the query's segments.
    pub segments: Vec<GroupEffects>,
    /// Users whose time is not over, who are left out of this metric.
    pub n_not_over: u64,
    /// The value that larger ones count as; none if they count as they are.
    pub cap: Option<f64>,
    /// By which share of the variance CUPED makes it smaller, 0 to 1: 0 says that what users did before foretells nothing.
    /// None if it is not asked for or does not fit the metric.
    pub variance_reduction: Option<f64>,
    /// How often arms that do not differ seem to; none if it is not asked for.
    pub aa: Option<AaResult>,
}

/// How often arms that do not differ seem to, on the same users dealt out at random.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AaResult {
    /// How many times they were dealt out.
    pub n_runs: u64,
    /// How often the p-value was below 5 %, with Wilson's interval: about 5 % if the test can be trusted on such data, less
    /// for small numbers.
    pub rate: Option<Rate>,
}

/// One metric for a group of users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupEffects {
    /// The variants' arms, in their order.
    pub arms: Vec<ArmResult>,
    /// Each variant but the first against it.
    pub comparisons: Vec<Comparison>,
}

/// One variant's users by one metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArmResult {
    /// Users.
    pub n_users: u64,
    /// Users whose number is not 0.
    pub n_with: u64,
    /// The mean, or the ratio; none without users. As CUPED leaves it, if it is asked for.
    pub mean: Option<f64>,
    /// The mean's 95 % interval: Wilson's for shares, else Student's; none below two users.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// The probability that this variant is the best one, given the data and no opinion before (a uniform prior for shares, a flat
    /// one for means).
    pub best_chance: Option<f64>,
    /// How much is lost on average by choosing it, in the metric's unit.
    pub expected_loss: Option<f64>,
}

/// A variant against the control.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The variant, as an index.
    pub variant: u32,
    /// What is found; none where `problem` says why not.
    pub effect: Option<Effect>,
    /// Why nothing can be told.
    pub problem: Option<Problem>,
    /// How many users each arm needs to find the effect that matters; none if the control's mean is 0 or unknown.
    pub users_needed: Option<u64>,
    /// How many more days that takes at the pace of exposures so far; 0 if there are enough.
    pub days_needed: Option<f64>,
}

/// Why a comparison says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// An arm has no users.
    Empty,
    /// An arm has fewer than ten users, too few for means.
    TooFew,
    /// All users have the same number, or nothing is there to divide by.
    NoVariance,
}

/// A difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Effect {
    /// The variant's mean minus the control's.
    pub difference: f64,
    /// Lower end of its 95 % interval: Newcombe's for shares, else Welch's.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The difference as a share of the control's mean, with its 95 % interval (of the ratio's logarithm); none if a mean is
    /// not above 0.
    pub lift: Option<Lift>,
    /// Two-sided, for a look at a time that was set before.
    pub p_value: f64,
    /// The same, adjusted for the number of comparisons.
    pub adjusted_p_value: f64,
    /// How it was computed.
    pub test: TestKind,
    /// For looks at any time; none with fewer than 50 users in an arm.
    pub any_time: Option<AnyTime>,
    /// The smallest difference that so many users find with the query's power.
    pub smallest_effect: f64,
}

/// A difference as a share of the control's mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the interval and its middle")]
pub struct Lift {
    pub lift: f64,
    pub low: f64,
    pub high: f64,
}

/// What is right at whatever time one looks, and however often.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AnyTime {
    /// The probability of such evidence ever, if there were no difference, at most.
    pub p_value: f64,
    /// The same, adjusted for the number of comparisons.
    pub adjusted_p_value: f64,
    /// Lower end of an interval that holds the difference at all times, 19 times in 20.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How a p-value was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TestKind {
    /// Two shares: Pearson's χ², which is the square of the pooled z.
    TwoProportion,
    /// Two shares where fewer than 5 users are expected in a cell: Fisher's exact test.
    Fisher,
    /// Two means: Welch's t.
    Welch,
    /// Two ratios: Welch's t with variances by the delta method.
    Delta,
}
