//! The nearest centroid of a saved cluster.

use super::{Record, RowTest, Tracked, all};
use crate::time::Millis;
use crate::value::Value;

/// A saved cluster: how features are scaled, where the centroids lie, and which of them is meant. A visitor is in it if
/// there is an event in the range that meets the conditions, and this centroid is the nearest by Euclidean distance; of
/// equally near ones, the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// The features with mean and deviation, in the centroids' order.
    pub features: Vec<Scaled>,
    /// One row per cluster, as long as there are features.
    pub centroids: Vec<Vec<f64>>,
    /// Index of the cluster that is meant.
    pub cluster: usize,
    /// First and last instant that features look at, inclusive.
    pub range: (Option<Millis>, Option<Millis>),
    /// Features look only at events that meet all of these.
    pub conditions: Vec<RowTest>,
    /// The property that revenue is summed from.
    pub revenue: String,
}

/// A feature, and how it is brought to the centroids' scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaled {
    /// What is measured.
    pub feature: Feature,
    /// The mean over the users of the workbench's data.
    pub mean: f64,
    /// The standard deviation over them; 0 is read as 1.
    pub deviation: f64,
}

/// A number computed from a visitor's events; the workbench's `Feature`, with the same scales.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "docs/segments-format.md says it")]
pub enum Feature {
    EventCount(String),
    Events,
    DaysActive,
    Recency,
    Tenure,
    Span,
    Revenue,
    Property(String),
}

/// Sums of money are held within these bounds, as in the workbench.
const MOST_MONEY: f64 = 1e290;
/// Properties and coordinates are held within these bounds, as in the workbench.
const MOST_COORDINATE: f64 = 1e140;

impl Cluster {
    pub(super) fn truth(&self, record: &Record<'_>) -> Option<bool> {
        let (from, to) = (self.range.0.unwrap_or(Millis(i64::MIN)), self.range.1.unwrap_or(Millis(i64::MAX)));
        let mut events = Vec::new();
        for event in record.events.iter().filter(|event| (from..=to).contains(&event.at)) {
            if all(self.conditions.iter().map(|test| test.truth(event, record)))? {
                events.push(event);
            }
        }
        if events.is_empty() {
            return Some(false);
        }
        let mut point = Vec::with_capacity(self.features.len());
        for scaled in &self.features {
            point.push(scaled.standardized(scaled.feature.amount(&events, record, &self.revenue)?));
        }
        let (mut nearest, mut best) = (0, f64::INFINITY);
        for (index, centroid) in self.centroids.iter().enumerate() {
            let distance = point.iter().zip(centroid).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b));
            if distance < best {
                (nearest, best) = (index, distance);
            }
        }
        Some(nearest == self.cluster)
    }
}

impl Scaled {
    fn standardized(&self, amount: f64) -> f64 {
        let value = match self.feature {
            Feature::EventCount(_) | Feature::Events | Feature::DaysActive | Feature::Recency => {
                libm::log1p(amount)
            }
            Feature::Revenue => libm::copysign(libm::log1p(amount.abs()), amount),
            Feature::Tenure | Feature::Span | Feature::Property(_) => amount,
        };
        let deviation = if self.deviation == 0.0 { 1.0 } else { self.deviation };
        ((value - self.mean) / deviation).clamp(-MOST_COORDINATE, MOST_COORDINATE)
    }
}

impl Feature {
    /// The amount in plain units, of one event or more; `None` for a property that neither an event nor a trait has.
    fn amount(&self, events: &[&Tracked], record: &Record<'_>, revenue: &str) -> Option<f64> {
        let days = |from: Millis, to: Millis| (to.0 - from.0).max(0) as f64 / Millis::DAY as f64;
        let (first, last) = (events[0].at, events[events.len() - 1].at);
        Some(match self {
            Feature::EventCount(name) => events.iter().filter(|event| event.name == *name).count() as f64,
            Feature::Events => events.len() as f64,
            Feature::DaysActive => {
                let mut days: Vec<i64> =
                    events.iter().map(|event| event.at.0.div_euclid(Millis::DAY)).collect();
                days.dedup();
                days.len() as f64
            }
            Feature::Recency => days(last, record.now),
            Feature::Tenure => days(first, record.now),
            Feature::Span => days(first, last),
            Feature::Revenue => sum_of_money(events, revenue),
            Feature::Property(name) => {
                latest(events, name).or_else(|| given(record, name))?.clamp(-MOST_COORDINATE, MOST_COORDINATE)
            }
        })
    }
}

/// The sum of a property over events, added in the order of size, so that it does not hang on the order of events of
/// one instant.
fn sum_of_money(events: &[&Tracked], property: &str) -> f64 {
    let value = |event: &&Tracked| event.properties.get(property).and_then(Value::number);
    let mut values: Vec<f64> = Vec::new();
    for value in events.iter().filter_map(value) {
        values.insert(values.partition_point(|other| other.total_cmp(&value).is_le()), value);
    }
    values.iter().fold(0.0, |sum, value| (sum + value).clamp(-MOST_MONEY, MOST_MONEY))
}

/// The latest value of a property; of several of one instant the greatest.
fn latest(events: &[&Tracked], property: &str) -> Option<f64> {
    let mut values =
        events.iter().rev().filter_map(|event| Some((event.at, event.properties.get(property)?.number()?)));
    let (time, value) = values.next()?;
    Some(values.take_while(|(at, _)| *at == time).fold(value, |most, (_, value)| most.max(value)))
}

/// A trait as a number; 0 where the host says that there is none.
fn given(record: &Record<'_>, name: &str) -> Option<f64> {
    match record.traits.get(name)? {
        Value::Null => Some(0.0),
        value => value.number(),
    }
}
