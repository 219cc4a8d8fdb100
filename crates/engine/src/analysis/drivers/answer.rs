//! The answer: what goes with the target, the strongest first.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::query::{DriversQuery, Odds, Rank};
use crate::kernel::order::sort_by;
use crate::stats::adjust::benjamini_hochberg;
use crate::stats::interval::{Rate, wilson};
use crate::stats::two_by_two::{IndependenceTest, OddsRatio, TwoByTwo};

/// Values of events' properties that fewer users have are never listed.
const MIN_VALUE_USERS: u64 = 3;

/// What goes with reaching the target. That two things go together does not say that one brings the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DriversAnswer {
    /// Users who reached the target.
    pub n_reached: u64,
    /// Users who did not.
    pub n_missed: u64,
    /// Users left out because they may still convert.
    pub n_open: u64,
    /// How many factors were compared: what `q_value` is adjusted for.
    pub n_compared: u64,
    /// Factors left out because too few users have them.
    pub n_rare: u64,
    /// Columns left out because they hold too many different values, or none that could be compared; by name.
    pub left_out: Vec<String>,
    /// Factors whose users reach the target more often than all others, the strongest first.
    pub more: Vec<Driver>,
    /// Factors whose users reach it less often, or as often, the strongest first.
    pub less: Vec<Driver>,
}

/// One factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Driver {
    /// What it is.
    pub factor: Factor,
    /// Users who have it.
    pub n_users: u64,
    /// Those of them who reached the target.
    pub n_reached: u64,
    /// Of the users who have it, the share that reached the target.
    pub rate_with: Option<Rate>,
    /// Of all others, the share that reached it.
    pub rate_without: Option<Rate>,
    /// The odds of reaching it with the factor, divided by those without.
    pub odds_ratio: OddsRatio,
    /// `rate_with` ÷ the share of all users who reached the target; none if nobody did.
    pub lift: Option<f64>,
    /// The probability of such a difference or a greater one by chance, this factor looked at alone; 0 stands for less
    /// than 1e-300.
    pub p_value: f64,
    /// How it was computed.
    pub test: IndependenceTest,
    /// The same, adjusted for all factors compared by Benjamini and Hochberg's method: of all factors with at most this
    /// value, about this share go with the target by chance only.
    pub q_value: f64,
}

/// What users have or did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Factor {
    /// Did an event.
    Event {
        /// Its name.
        event: String,
    },
    /// Did an event with this value of a property.
    EventProperty {
        /// The event's name.
        event: String,
        /// The column's name.
        property: String,
        /// The value.
        value: String,
    },
    /// Has this value of a property.
    UserProperty {
        /// The column's name.
        property: String,
        /// The value; a number as text.
        value: String,
    },
}

/// Users who have a factor: those who reached the target, and those who did not.
pub(super) type Counts = [u64; 2];

/// The answer made of what all factors count.
pub(super) fn answer(
    query: &DriversQuery,
    all: Counts,
    factors: Vec<(Factor, Counts)>,
    rest: DriversAnswer,
) -> DriversAnswer {
    let n_factors = factors.len();
    let enough: Vec<_> = factors.into_iter().filter(|factor| query.has_enough(all, factor)).collect();
    let n_rare = (n_factors - enough.len()) as u64;
    let mut drivers: Vec<Driver> =
        enough.into_iter().filter_map(|(factor, counts)| driver(query.odds, all, factor, counts)).collect();
    let q_values = benjamini_hochberg(&drivers.iter().map(|driver| driver.p_value).collect::<Vec<_>>());
    drivers.iter_mut().zip(q_values).for_each(|(driver, q_value)| driver.q_value = q_value);
    let n_compared = drivers.len() as u64;
    sort_by(&mut drivers, |a, b| query.rank.order(a, b));
    let (mut more, mut less): (Vec<_>, Vec<_>) =
        drivers.into_iter().partition(|driver| driver.odds_ratio.ratio > 1.0);
    if let Some(limit) = query.limit {
        more.truncate(limit as usize);
        less.truncate(limit as usize);
    }
    DriversAnswer { n_reached: all[0], n_missed: all[1], n_compared, n_rare, more, less, ..rest }
}

fn driver(odds: Odds, all: Counts, factor: Factor, [a, b]: Counts) -> Option<Driver> {
    let table = TwoByTwo { a, b, c: all[0] - a, d: all[1] - b };
    let odds_ratio = match odds {
        Odds::HalfIfZero => table.odds_ratio()?,
        Odds::PlusOne => table.odds_ratio_with(1.0),
    };
    let independence = table.independence();
    Some(Driver {
        factor,
        n_users: a + b,
        n_reached: a,
        rate_with: wilson(a, a + b),
        rate_without: wilson(table.c, table.c + table.d),
        odds_ratio,
        lift: table.lift(),
        p_value: independence.p_value,
        test: independence.test,
        q_value: independence.p_value,
    })
}

impl DriversQuery {
    /// Whether enough users have a factor to speak of it.
    fn has_enough(&self, all: Counts, (factor, [a, b]): &(Factor, Counts)) -> bool {
        let n_users = a + b;
        let least = (self.min_share * (all[0] + all[1]) as f64).min(self.min_users as f64);
        let is_value = matches!(factor, Factor::EventProperty { .. });
        n_users as f64 >= least && n_users >= if is_value { MIN_VALUE_USERS } else { 1 }
    }
}

impl Rank {
    /// Which of two drivers comes first: the stronger one, then that of more users, then by name.
    fn order(self, a: &Driver, b: &Driver) -> Ordering {
        // In billionths: odds that are equal, of other numbers of users, may differ in their last bits.
        let strength = |driver: &Driver| (self.strength(driver) * 1e9).round();
        let stronger = strength(b).total_cmp(&strength(a));
        stronger.then(b.n_users.cmp(&a.n_users)).then_with(|| a.factor.cmp(&b.factor))
    }

    /// How far from 1, as a logarithm; below 0 if the interval reaches beyond it.
    fn strength(self, driver: &Driver) -> f64 {
        let OddsRatio { ratio, low, high, .. } = driver.odds_ratio;
        let log = match self {
            Self::OddsRatio => libm::log(ratio),
            Self::Interval => libm::log(if ratio > 1.0 { low } else { high }),
        };
        if ratio > 1.0 { log } else { -log }
    }
}
