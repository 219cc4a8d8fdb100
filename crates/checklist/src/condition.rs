//! Conditions: what makes a task visible (`when`), what completes it (`complete_when`), what moves a tour on; parsed
//! once, then evaluated against the facts of one visitor. Evaluated here, in the visitor's own browser, and never sent.

mod address;
mod read;

pub(crate) use self::address::path;
use crate::definition::Definition;
use crate::hash::Fnv;
use crate::segment::Record;
use crate::state::State;
use crate::status::Moment;
use crate::time::Millis;
use crate::value::Value;

/// A condition. Its JSON form is one of the words `"manual"` and `"finished"`, or an object that is known by one field:
/// `event`, `trait`, `segment`, `variant`, `path`, `task`, `tour`, `url`, `element`, `clicked`, `filled`, `all`, `any`,
/// `not`.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The person says so, by ticking the task.
    Manual,
    /// The whole checklist has been finished.
    Finished,
    /// Something was tracked often enough.
    Event(Repeat),
    /// Something happened on the page: with this selector, or with the tour of this id.
    Signal(Signal, String),
    /// The page's address fits this pattern, where `*` stands for anything. One that begins with `/` is compared with
    /// path, with query and fragment if it has its own; one that begins with `#` with the fragment; else with all.
    Url(String),
    /// A trait of the visitor passes every test; a missing trait passes none.
    Trait {
        /// The trait's name.
        name: String,
        /// The tests, at least one.
        tests: Vec<Test>,
    },
    /// The visitor is in the segment of this name: the host says so, or the rule that the definition has for it.
    Segment(String),
    /// The visitor was assigned to this arm of the experiment.
    Variant(String),
    /// The visitor is on this path.
    Path(String),
    /// The task with this id is done.
    Task(String),
    /// Every one holds.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

/// What the view notices on the host page, for a selector that a condition names, and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// There is such an element.
    Present,
    /// It, or something in it, was clicked.
    Clicked,
    /// A field holds something: text that is not only spaces, a tick, a choice.
    Filled,
    /// A tour was followed to its end.
    Toured,
}

/// An event, tracked a number of times, perhaps within a window that ends now.
#[derive(Clone, Debug, PartialEq)]
pub struct Repeat {
    /// The event's name, as `track` is given it.
    pub event: String,
    /// Tests on properties of the event; all must pass for it to count.
    pub filters: Vec<(String, Vec<Test>)>,
    /// How often, 1 to 1000.
    pub times: u32,
    /// Within how many milliseconds back from now; without it, ever.
    pub within: Option<i64>,
}

/// A test of one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Equal in type and value.
    Is(Value),
    /// Equal to one of these.
    OneOf(Vec<Value>),
    /// A number of at least this.
    AtLeast(f64),
    /// A number of at most this.
    AtMost(f64),
}

/// What a condition is evaluated against.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The checklist, for its segments.
    pub definition: &'a Definition,
    /// What is remembered.
    pub state: &'a State,
    /// Who, when and where; `now` is the end of every window.
    pub moment: &'a Moment<'a>,
    /// Whether the person ticked the task.
    pub is_ticked: bool,
    /// Events and signals up to and including this moment do not count.
    pub since: Option<Millis>,
}

impl Condition {
    /// Whether it holds. O(size of the condition × hits kept).
    #[must_use]
    pub fn holds(&self, facts: &Facts<'_>) -> bool {
        let (state, visitor) = (facts.state, facts.moment.visitor);
        match self {
            Condition::Manual => facts.is_ticked,
            Condition::Finished => state.finished_at.is_some(),
            Condition::Event(repeat) => facts.count(&repeat.key(), repeat.within) >= repeat.times as usize,
            Condition::Signal(signal, of) => facts.count(&signal.key(of), None) > 0,
            Condition::Url(pattern) => address::fits(pattern, facts.moment.page),
            Condition::Trait { name, tests } => {
                let value = visitor.traits.get(name);
                value.is_some_and(|value| tests.iter().all(|test| test.passes(value)))
            }
            Condition::Segment(name) => visitor.segment == *name || facts.is_in(name),
            Condition::Variant(arm) => state.variant.as_ref().is_some_and(|variant| variant.arm == *arm),
            Condition::Path(path) => state.path.as_ref().is_some_and(|assigned| assigned.path == *path),
            Condition::Task(id) => state.is_done(id),
            Condition::All(all) => all.iter().all(|condition| condition.holds(facts)),
            Condition::Any(any) => any.iter().any(|condition| condition.holds(facts)),
            Condition::Not(condition) => !condition.holds(facts),
        }
    }

    /// Whether a tick by hand plays a part in it.
    #[must_use]
    pub fn is_manual(&self) -> bool {
        let mut is_manual = false;
        self.each(&mut |condition| is_manual |= matches!(condition, Condition::Manual));
        is_manual
    }

    /// Calls `visit` for this condition and every one inside it, outermost first.
    pub fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Condition)) {
        visit(self);
        match self {
            Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|it| it.each(visit)),
            Condition::Not(inner) => inner.each(visit),
            _ => {}
        }
    }
}

impl Signal {
    /// What its hits are counted under.
    #[must_use]
    pub fn key(self, of: &str) -> String {
        let word = match self {
            Signal::Present => "element",
            Signal::Clicked => "clicked",
            Signal::Filled => "filled",
            Signal::Toured => "tour",
        };
        format!("@{word} {of}")
    }
}

impl Repeat {
    /// What its hits are counted under: the event's name, and for a filtered event a fixed hash of the filters (FNV-1a,
    /// 64 bits), so that a changed filter starts counting anew.
    #[must_use]
    pub fn key(&self) -> String {
        if self.filters.is_empty() {
            return self.event.clone();
        }
        let mut hash = Fnv::new();
        for (name, tests) in &self.filters {
            hash.text(name);
            tests.iter().for_each(|test| test.hash(&mut hash));
        }
        format!("{}#{:016x}", self.event, hash.value())
    }

    /// Whether an event of this name and these properties counts.
    #[must_use]
    pub fn counts(&self, name: &str, properties: &Value) -> bool {
        self.event == name
            && self.filters.iter().all(|(property, tests)| {
                properties.get(property).is_some_and(|value| tests.iter().all(|test| test.passes(value)))
            })
    }
}

impl Facts<'_> {
    /// How many hits count.
    fn count(&self, key: &str, within: Option<i64>) -> usize {
        let start = within.map(|millis| self.moment.now.0 - millis);
        let counts = |at: &&Millis| {
            start.is_none_or(|start| at.0 >= start) && self.since.is_none_or(|since| **at > since)
        };
        let hits = self.state.hits.iter().find(|(name, _)| name == key);
        hits.map_or(0, |(_, times)| times.iter().filter(counts).count())
    }

    /// Whether the definition has a rule for the segment and the visitor is in it.
    fn is_in(&self, segment: &str) -> bool {
        let rule = self.definition.segments.iter().find(|(name, _)| name == segment);
        let record =
            Record { traits: &self.moment.visitor.traits, events: &self.state.history, now: self.moment.now };
        rule.is_some_and(|(_, rule)| rule.holds(&record))
    }
}

impl Test {
    /// Whether `value` passes. A value of another type does not.
    #[must_use]
    pub fn passes(&self, value: &Value) -> bool {
        match self {
            Test::Is(wanted) => value == wanted,
            Test::OneOf(wanted) => wanted.contains(value),
            Test::AtLeast(least) => value.number().is_some_and(|number| number >= *least),
            Test::AtMost(most) => value.number().is_some_and(|number| number <= *most),
        }
    }

    fn hash(&self, hash: &mut Fnv) {
        let (sign, values): (&str, &[Value]) = match self {
            Test::Is(value) => ("=", std::slice::from_ref(value)),
            Test::OneOf(values) => ("|", values),
            Test::AtLeast(number) => (">", &[Value::Number(*number)]),
            Test::AtMost(number) => ("<", &[Value::Number(*number)]),
        };
        hash.text(sign);
        values.iter().for_each(|value| hash.json(value));
    }
}

#[cfg(test)]
#[path = "condition_tests.rs"]
mod tests;
