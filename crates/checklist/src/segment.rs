//! Segments that the workbench exported, evaluated for one visitor in the visitor's own browser: rules on traits and
//! tracked events, and the nearest centroid of a saved cluster. They mean what they mean in the workbench; the format
//! is written down in `docs/segments-format.md`.
//!
//! What is not known is neither true nor false: a trait that the host does not give makes every rule that hangs on it
//! unknown (three-valued logic, Kleene's), and who is unknown is not in the segment.

mod cluster;
mod needs;
mod read;
mod test;

use crate::time::Millis;
use crate::value::Value;

pub use self::cluster::{Cluster, Feature};
pub use self::needs::Needs;
pub(crate) use self::read::read_segments;
pub use self::test::{Op, PropertyTest, Whose};

/// What is known of a visitor.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// What the host says of them: an object, or `Null`.
    pub traits: &'a Value,
    /// What they did, ascending by time.
    pub events: &'a [Tracked],
    /// Now, which "the last d days", recency and tenure are counted from.
    pub now: Millis,
}

/// An event as it is remembered for rules, with the properties that they look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracked {
    /// When.
    pub at: Millis,
    /// Its name.
    pub name: String,
    /// Its properties: an object, or `Null`.
    pub properties: Value,
}

/// A group of visitors.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// In all of these; everyone if empty.
    All(Vec<Rule>),
    /// In at least one of these; nobody if empty.
    Any(Vec<Rule>),
    /// Not in this one.
    Not(Box<Rule>),
    /// A property: a trait, or the property of any of the visitor's events.
    Property(PropertyTest),
    /// Did an event so many times.
    Did(Did),
    /// Nearest to one of some centroids.
    Cluster(Box<Cluster>),
}

/// "Did E at least, exactly or at most n times", in a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Did {
    /// Which events count.
    pub rule: EventRule,
    /// How the count is compared with `n`.
    pub times: Times,
    /// The count.
    pub n: u64,
    /// When the events must lie.
    pub within: Within,
}

/// How a count is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Times {
    #[default]
    AtLeast,
    Exactly,
    AtMost,
}

/// A window for counting events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Within {
    /// All that is remembered.
    #[default]
    Ever,
    /// From so many days of 24 hours before now (exclusive) to now (inclusive).
    LastDays(u32),
    /// From the first event (inclusive) to so many days of 24 hours after it (exclusive).
    FirstDays(u32),
    /// Between two instants, both inclusive.
    Between(Millis, Millis),
}

/// Which events count: all the parts that are given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventRule {
    /// The event's name; none = any event.
    pub event: Option<String>,
    /// At least one of these must match; empty = no such demand.
    pub any_of: Vec<EventRule>,
    /// Conditions that must all hold.
    pub conditions: Vec<RowTest>,
}

/// A condition on one event.
#[derive(Clone, Debug, PartialEq)]
pub enum RowTest {
    /// All hold; true if empty.
    All(Vec<RowTest>),
    /// At least one holds; false if empty.
    Any(Vec<RowTest>),
    /// Does not hold.
    Not(Box<RowTest>),
    /// A property compared.
    Property(PropertyTest),
}

impl Rule {
    /// Whether the visitor is in the segment; not if that cannot be known. O(rule × events).
    #[must_use]
    pub fn holds(&self, record: &Record<'_>) -> bool {
        self.truth(record) == Some(true)
    }

    /// The same with `None` for what cannot be known.
    #[must_use]
    pub fn truth(&self, record: &Record<'_>) -> Option<bool> {
        match self {
            Rule::All(of) => all(of.iter().map(|rule| rule.truth(record))),
            Rule::Any(of) => any(of.iter().map(|rule| rule.truth(record))),
            Rule::Not(of) => of.truth(record).map(|truth| !truth),
            Rule::Property(test) if test.on == Whose::Event => {
                any(record.events.iter().map(|event| test.truth(event, record)))
            }
            Rule::Property(test) => test.truth_of_trait(record),
            Rule::Did(did) => did.truth(record),
            Rule::Cluster(cluster) => cluster.truth(record),
        }
    }
}

impl Did {
    fn truth(&self, record: &Record<'_>) -> Option<bool> {
        let mut n = 0;
        for event in self.within.events(record) {
            n += u64::from(self.rule.truth(event, record)?);
        }
        Some(match self.times {
            Times::AtLeast => n >= self.n,
            Times::Exactly => n == self.n,
            Times::AtMost => n <= self.n,
        })
    }
}

impl EventRule {
    fn truth(&self, event: &Tracked, record: &Record<'_>) -> Option<bool> {
        let is_named = self.event.as_ref().is_none_or(|name| *name == event.name);
        let is_any = match self.any_of.is_empty() {
            true => Some(true),
            false => any(self.any_of.iter().map(|rule| rule.truth(event, record))),
        };
        let conditions = self.conditions.iter().map(|test| test.truth(event, record));
        all([Some(is_named), is_any].into_iter().chain(conditions))
    }
}

impl RowTest {
    pub(crate) fn truth(&self, event: &Tracked, record: &Record<'_>) -> Option<bool> {
        match self {
            RowTest::All(of) => all(of.iter().map(|test| test.truth(event, record))),
            RowTest::Any(of) => any(of.iter().map(|test| test.truth(event, record))),
            RowTest::Not(of) => of.truth(event, record).map(|truth| !truth),
            RowTest::Property(test) => test.truth(event, record),
        }
    }
}

impl Within {
    fn events<'a>(self, record: &Record<'a>) -> impl Iterator<Item = &'a Tracked> {
        let length = |days: u32| i64::from(days) * Millis::DAY;
        let first = record.events.first().map_or(record.now, |event| event.at);
        let (from, to) = match self {
            Within::Ever => (i64::MIN, i64::MAX),
            Within::LastDays(days) => (record.now.0 - length(days) + 1, record.now.0),
            Within::FirstDays(days) => (i64::MIN, first.0 + length(days) - 1),
            Within::Between(from, to) => (from.0, to.0),
        };
        record.events.iter().filter(move |event| (from..=to).contains(&event.at.0))
    }
}

/// Kleene's "and": false as soon as one is false, whatever is unknown.
fn all(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for truth in truths {
        match truth {
            Some(false) => return Some(false),
            Some(true) => {}
            None => result = None,
        }
    }
    result
}

/// Kleene's "or".
fn any(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all(truths.map(|truth| truth.map(|truth| !truth))).map(|none| !none)
}
