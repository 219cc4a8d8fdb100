//! From the customers in short to what they are expected to be worth.

use super::answer::{
    BuyModel, FitProblem, Forecast, Holdout, HoldoutRow, LifetimeValueAnswer, SegmentForecast, SpendModel,
    ValueCohort,
};
use super::query::LifetimeValueQuery;
use super::scan::{CohortSums, Customer, History, Partial};
use crate::kernel::order::sort_by;
use crate::kernel::period::Periods;
use crate::kernel::smallest::Smallest;
use crate::stats::interval::Z_95;
use crate::stats::repeat_buying::{BgNbd, Buyer, GammaGamma, NoFit, Spender};
use crate::time::Millis;

/// Beyond this correlation what purchases are worth depends on how often customers buy.
const MOST_CORRELATED: f64 = 0.3;

/// How many customers the spread of a forecast is told by.
const N_SAMPLED: usize = 500;

/// The answer.
pub(super) fn answer(
    query: &LifetimeValueQuery,
    periods: &Periods,
    end: Millis,
    all: Partial,
) -> LifetimeValueAnswer {
    let customers = all.customers.map(Smallest::in_order).unwrap_or_default();
    let buyers: Vec<Buyer> = customers.iter().map(|customer| buyer(customer.whole)).collect();
    let fitted = BgNbd::fit(&joined(&buyers));
    let spend = query.value.as_ref().map(|_| spend(&customers));
    let (spend, spend_problem) = match spend {
        None => (None, None),
        Some(Ok(model)) => (Some(model), None),
        Some(Err(problem)) => (None, Some(problem)),
    };
    let horizon = f64::from(query.horizon_days);
    let told: Option<Vec<Told>> = fitted.ok().map(|model| {
        let pairs = customers.iter().zip(&buyers);
        pairs
            .map(|(customer, buyer)| {
                Told::new(&model, spend.map(|(model, _)| model), customer, buyer, horizon)
            })
            .collect()
    });
    let holdout = query.holdout_days.and_then(|days| holdout(&customers, f64::from(days)));
    let segment = |at: usize| told.as_ref().map(|told| segment(told, &customers, at));
    LifetimeValueAnswer {
        n_customers: all.n_customers,
        n_repeaters: all.n_repeaters,
        cohorts: cohorts(query, periods, end, all.cohorts),
        model: fitted.ok().map(|model| BuyModel {
            r: model.r,
            alpha: model.alpha,
            a: model.a,
            b: model.b,
            log_likelihood: model.log_likelihood,
            n_fitted: customers.len() as u64,
        }),
        problem: fitted.err().map(problem),
        spend: spend.map(|(model, correlation)| SpendModel {
            p: model.p,
            q: model.q,
            gamma: model.gamma,
            correlation,
        }),
        spend_problem,
        forecast: fitted
            .ok()
            .zip(told.as_ref())
            .map(|(model, told)| forecast(&model, told, &buyers, horizon)),
        holdout,
        segments: (0..query.segments.len()).filter_map(segment).collect(),
    }
}

/// What the model says of one customer.
#[derive(Clone, Copy)]
struct Told {
    alive: f64,
    purchases: f64,
    value: Option<f64>,
}

impl Told {
    fn new(
        model: &BgNbd,
        spend: Option<GammaGamma>,
        customer: &Customer,
        buyer: &Buyer,
        horizon: f64,
    ) -> Self {
        let purchases = model.expected(buyer, horizon);
        let worth = spend.and_then(|spend| spend.expected(spender(customer)));
        Self { alive: model.alive(buyer), purchases, value: worth.map(|worth| worth * purchases) }
    }
}

fn buyer(History { repeats, last, age }: History) -> Buyer {
    Buyer { repeats, last: f64::from(last), age: f64::from(age), n: 1.0 }
}

fn spender(customer: &Customer) -> Spender {
    let repeats = customer.whole.repeats;
    let mean = if repeats == 0 { 0.0 } else { customer.money() / f64::from(repeats) };
    Spender { repeats, mean: mean.max(0.0) }
}

/// Each kind of customer once, with their number.
fn joined(buyers: &[Buyer]) -> Vec<Buyer> {
    let mut sorted = buyers.to_vec();
    sort_by(&mut sorted, |a, b| {
        a.repeats.cmp(&b.repeats).then(a.last.total_cmp(&b.last)).then(a.age.total_cmp(&b.age))
    });
    let mut joined: Vec<Buyer> = Vec::new();
    for buyer in sorted {
        match joined.last_mut() {
            Some(last) if Buyer { n: 0.0, ..*last } == (Buyer { n: 0.0, ..buyer }) => last.n += buyer.n,
            _ => joined.push(buyer),
        }
    }
    joined
}

fn problem(problem: NoFit) -> FitProblem {
    match problem {
        NoFit::TooFewRepeats => FitProblem::TooFewRepeats,
        NoFit::NobodyLeaves => FitProblem::NobodyLeaves,
        NoFit::NotConverged => FitProblem::NotConverged,
    }
}

fn spend(customers: &[Customer]) -> Result<(GammaGamma, f64), FitProblem> {
    let spenders: Vec<Spender> = customers.iter().map(spender).filter(|spender| spender.mean > 0.0).collect();
    let correlation = correlation(&spenders);
    if correlation.abs() > MOST_CORRELATED {
        return Err(FitProblem::SpendDependsOnFrequency);
    }
    GammaGamma::fit(&spenders).map(|model| (model, correlation)).map_err(problem)
}

/// Pearson's correlation of how often customers buy again and what it is worth.
fn correlation(spenders: &[Spender]) -> f64 {
    let mut cross = crate::stats::cross::Cross::default();
    spenders.iter().for_each(|spender| cross.add(spender.mean, f64::from(spender.repeats)));
    let both = libm::sqrt(cross.yy * cross.xx);
    if both > 0.0 { (cross.xy / both).clamp(-1.0, 1.0) } else { 0.0 }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

fn forecast(model: &BgNbd, told: &[Told], buyers: &[Buyer], horizon: f64) -> Forecast {
    let mut alive = vec![0; 10];
    told.iter().for_each(|told| alive[((told.alive * 10.0) as usize).min(9)] += 1);
    let purchases = mean(told.iter().map(|told| told.purchases));
    // Customers come in the order of their hashes, so that the first are a sample.
    let sample = &buyers[..buyers.len().min(N_SAMPLED)];
    let of_sample = |model: &BgNbd| mean(sample.iter().map(|buyer| model.expected(buyer, horizon)));
    let unsure = model.deviation_of(&joined(buyers), &of_sample);
    let values: Option<Vec<f64>> = told.iter().map(|told| told.value).collect();
    Forecast {
        alive_rate: mean(told.iter().map(|told| told.alive)),
        alive,
        purchases,
        purchases_low: unsure.map(|deviation| (purchases - Z_95 * deviation).max(0.0)),
        purchases_high: unsure.map(|deviation| purchases + Z_95 * deviation),
        value: values.map(|values| mean(values.into_iter())),
        purchases_of_new: model.expected_of_new(horizon),
    }
}

fn segment(told: &[Told], customers: &[Customer], at: usize) -> SegmentForecast {
    let pairs = told.iter().zip(customers);
    let own: Vec<Told> =
        pairs.filter(|(_, customer)| customer.segments >> at & 1 == 1).map(|(told, _)| *told).collect();
    let has_some = !own.is_empty();
    let values: Option<Vec<f64>> = own.iter().map(|told| told.value).collect();
    SegmentForecast {
        n_customers: own.len() as u64,
        alive_rate: has_some.then(|| mean(own.iter().map(|told| told.alive))),
        purchases: has_some.then(|| mean(own.iter().map(|told| told.purchases))),
        value: values.filter(|_| has_some).map(|values| mean(values.into_iter())),
    }
}

/// Fits the model to the time before the last days, and holds its forecast of these against what happened.
fn holdout(customers: &[Customer], days: f64) -> Option<Holdout> {
    const MOST: u32 = 7;
    let before: Vec<(Buyer, u32)> =
        customers.iter().filter_map(|customer| Some((buyer(customer.before?), customer.later))).collect();
    let buyers: Vec<Buyer> = before.iter().map(|(buyer, _)| *buyer).collect();
    let model = BgNbd::fit(&joined(&buyers)).ok()?;
    let row = |n_repeats: u32| {
        let own = || before.iter().filter(|(buyer, _)| buyer.repeats.min(MOST) == n_repeats);
        let n = own().count();
        let expected: f64 = own().map(|(buyer, _)| model.expected(buyer, days)).sum();
        let actual: u64 = own().map(|(_, later)| u64::from(*later)).sum();
        HoldoutRow {
            n_repeats,
            n_customers: n as u64,
            expected: (n > 0).then(|| expected / n as f64),
            actual: (n > 0).then(|| actual as f64 / n as f64),
        }
    };
    Some(Holdout {
        rows: (0..=MOST).map(row).collect(),
        expected: buyers.iter().map(|buyer| model.expected(buyer, days)).sum(),
        actual: before.iter().map(|(_, later)| u64::from(*later)).sum(),
    })
}

fn cohorts(
    query: &LifetimeValueQuery,
    periods: &Periods,
    end: Millis,
    sums: std::collections::BTreeMap<u32, CohortSums>,
) -> Vec<ValueCohort> {
    let cohort = |(index, sums): (u32, CohortSums)| {
        let n = sums.n_customers as f64;
        let mut total = 0.0;
        let value = |(at, sum): (i64, &crate::kernel::exact_sum::ExactSum)| {
            let last = sums.last_start?;
            let is_over = last.plus((at + 1) * query.period.usual_millis()) <= end;
            total += sum.total()?;
            Some(total / n).filter(|_| is_over)
        };
        ValueCohort {
            start: periods.start(index as usize),
            n_customers: sums.n_customers,
            values: (0..).zip(&sums.values).map(value).collect(),
        }
    };
    sums.into_iter().map(cohort).collect()
}
