//! What customers have been worth, and what they will be.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// What customers have been worth, and what they are expected to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LifetimeValueAnswer {
    /// Users with a purchase.
    pub n_customers: u64,
    /// Those with another one on a later day.
    pub n_repeaters: u64,
    /// Customers by the period of their first purchase, in order; periods without any are left out.
    pub cohorts: Vec<ValueCohort>,
    /// The fitted model of purchases (BG/NBD); none where `problem` says why not.
    pub model: Option<BuyModel>,
    /// Why purchases are not foretold.
    pub problem: Option<FitProblem>,
    /// The fitted model of their worth (Gamma-Gamma); none where `spend_problem` says why not, or without a value.
    pub spend: Option<SpendModel>,
    /// Why their worth is not foretold.
    pub spend_problem: Option<FitProblem>,
    /// What the model says of the customers; none without one.
    pub forecast: Option<Forecast>,
    /// What the model, fitted to the time before, foretold of the days held out, and what happened; none if nothing is held
    /// out or that fit failed.
    pub holdout: Option<Holdout>,
    /// What the model says of each of the query's segments; empty without a model.
    pub segments: Vec<SegmentForecast>,
}

/// Customers whose first purchase lies in one period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValueCohort {
    /// When the period starts.
    pub start: Millis,
    /// Customers.
    pub n_customers: u64,
    /// What a customer has been worth by the end of each length of time after the first purchase, on average: money, or
    /// purchases if the query names no value. None from where on not all of them have been customers so long.
    pub values: Vec<Option<f64>>,
}

/// Why something is not foretold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FitProblem {
    /// Fewer than 30 customers bought again.
    TooFewRepeats,
    /// Nobody seems to leave, so that there is no telling when they do. Count purchases over a longer time.
    NobodyLeaves,
    /// The likelihood has no maximum: the data do not look like the model.
    NotConverged,
    /// Who buys more often spends more or less at a time: the correlation is beyond ±0.3, which the model takes to be 0.
    SpendDependsOnFrequency,
}

/// The model of purchases, in days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuyModel {
    /// Shape of the rates of purchase.
    pub r: f64,
    /// Their scale, in days.
    pub alpha: f64,
    /// First parameter of the chances to leave after a purchase.
    pub a: f64,
    /// Second one.
    pub b: f64,
    /// The logarithm of the likelihood.
    pub log_likelihood: f64,
    /// To how many customers it is fitted: all, or a sample of them.
    pub n_fitted: u64,
}

/// The model of what purchases are worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpendModel {
    /// Shape of a customer's purchases.
    pub p: f64,
    /// Shape of the customers' means.
    pub q: f64,
    /// Their scale.
    pub gamma: f64,
    /// The correlation between how often customers buy again and what it is worth on average; should be near 0.
    pub correlation: f64,
}

/// What the model says of the customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Forecast {
    /// The mean probability that a customer is still there. Those who bought once count as there, by construction.
    pub alive_rate: f64,
    /// Customers by that probability, in tenths: 0 to 0.1, …, 0.9 to 1; of those that it is fitted to.
    pub alive: Vec<u64>,
    /// Purchases that a customer is expected to make in the days ahead, on average.
    pub purchases: f64,
    /// Lower end of its 95 % interval, as far as the parameters are unsure.
    pub purchases_low: Option<f64>,
    /// Upper end.
    pub purchases_high: Option<f64>,
    /// What these are expected to be worth; none without a model of that.
    pub value: Option<f64>,
    /// Purchases that somebody who becomes a customer today is expected to make besides the first.
    pub purchases_of_new: f64,
}

/// What the model says of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SegmentForecast {
    /// Customers in it, of those that the model is fitted to.
    pub n_customers: u64,
    /// The mean probability that they are still there; none without any.
    pub alive_rate: Option<f64>,
    /// Purchases that each is expected to make in the days ahead, on average.
    pub purchases: Option<f64>,
    /// What these are expected to be worth.
    pub value: Option<f64>,
}

/// A forecast held against what happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Holdout {
    /// Customers by repeat purchases before, 0 to 6, and 7 or more.
    pub rows: Vec<HoldoutRow>,
    /// Purchases foretold in all.
    pub expected: f64,
    /// Purchases made in all.
    pub actual: u64,
}

/// Customers with so many repeat purchases before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HoldoutRow {
    /// Repeat purchases before; the last row's or more.
    pub n_repeats: u32,
    /// Customers.
    pub n_customers: u64,
    /// Purchases foretold for each, on average; none without customers.
    pub expected: Option<f64>,
    /// Purchases that each made.
    pub actual: Option<f64>,
}
