//! What rules look at: what the host must supply, and what is worth remembering.

use super::{EventRule, Feature, PropertyTest, RowTest, Rule, Tracked, Whose, Within};
use crate::value::Value;

/// Names that rules look at, each list sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Traits that the host must give; `null` for a visitor who has none.
    pub traits: Vec<String>,
    /// Events that the host must track.
    pub events: Vec<String>,
    /// Whether all events count, under whatever name.
    pub has_any_event: bool,
    /// Properties of events.
    pub properties: Vec<String>,
}

impl Needs {
    /// What these rules need.
    #[must_use]
    pub fn of<'a>(rules: impl Iterator<Item = &'a Rule>) -> Needs {
        let mut needs = Needs::default();
        rules.for_each(|rule| needs.rule(rule));
        needs
    }

    /// An event as far as the rules look at it; `None` where they do not.
    pub(crate) fn keep(&self, event: &Tracked) -> Option<Tracked> {
        if !self.has_any_event && !self.events.contains(&event.name) {
            return None;
        }
        let keep = |(name, _): &&(String, Value)| self.properties.contains(name);
        let properties: Vec<_> =
            event.properties.map().unwrap_or_default().iter().filter(keep).cloned().collect();
        let properties = if properties.is_empty() { Value::Null } else { Value::Map(properties) };
        Some(Tracked { properties, ..event.clone() })
    }

    fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::All(of) | Rule::Any(of) => of.iter().for_each(|rule| self.rule(rule)),
            Rule::Not(of) => self.rule(of),
            Rule::Property(test) => {
                self.has_any_event |= test.on == Whose::Event;
                self.test(test);
            }
            Rule::Did(did) => {
                // The first event of any name is what the first days are counted from.
                self.has_any_event |= matches!(did.within, Within::FirstDays(_));
                self.event(&did.rule);
            }
            Rule::Cluster(cluster) => {
                self.has_any_event = true;
                cluster.conditions.iter().for_each(|test| self.row(test));
                for scaled in &cluster.features {
                    match &scaled.feature {
                        Feature::EventCount(event) => note(&mut self.events, event.clone()),
                        Feature::Revenue => note(&mut self.properties, cluster.revenue.clone()),
                        Feature::Property(property) => note(&mut self.properties, property.clone()),
                        _ => {}
                    }
                }
            }
        }
    }

    fn event(&mut self, rule: &EventRule) {
        match &rule.event {
            Some(event) => note(&mut self.events, event.clone()),
            None => self.has_any_event |= rule.any_of.is_empty(),
        }
        rule.any_of.iter().for_each(|rule| self.event(rule));
        rule.conditions.iter().for_each(|test| self.row(test));
    }

    fn row(&mut self, test: &RowTest) {
        match test {
            RowTest::All(of) | RowTest::Any(of) => of.iter().for_each(|test| self.row(test)),
            RowTest::Not(of) => self.row(of),
            RowTest::Property(test) => self.test(test),
        }
    }

    fn test(&mut self, test: &PropertyTest) {
        match test.name_of_trait() {
            Some(name) => note(&mut self.traits, name),
            None => note(&mut self.properties, test.property.clone()),
        }
    }
}

/// Adds a name where it belongs, if it is not there. A handful of names: sorting them is less work than the code for it.
fn note(names: &mut Vec<String>, name: String) {
    if let Err(place) = names.binary_search(&name) {
        names.insert(place, name);
    }
}
