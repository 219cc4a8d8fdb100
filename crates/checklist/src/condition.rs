//! Conditions: what makes a task visible (`when`) and what completes it (`complete_when`); parsed once, then evaluated
//! against the facts of one visitor. Evaluated here, in the visitor's own browser, and never sent.

use crate::hash::Fnv;
use crate::read::{Fields, Report};
use crate::state::MOST_HITS;
use crate::status::Visitor;
use crate::time::Millis;
use crate::value::Value;

/// A condition. Its JSON form is one of `"manual"`, `{"event": …}`, `{"trait": …}`, `{"segment": …}`,
/// `{"all": […]}`, `{"any": […]}` and `{"not": …}`.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The person says so, by ticking the task.
    Manual,
    /// Something was tracked often enough.
    Event(Repeat),
    /// A trait of the visitor passes every test; a missing trait passes none.
    Trait {
        /// The trait's name.
        name: String,
        /// The tests, at least one.
        tests: Vec<Test>,
    },
    /// The visitor is in the segment of this name.
    Segment(String),
    /// Every one holds.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
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
    /// Within how many days back from now; without it, ever.
    pub within_days: Option<u32>,
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
    /// Segment and traits.
    pub visitor: &'a Visitor,
    /// The end of every window.
    pub now: Millis,
    /// Whether the person ticked the task.
    pub is_ticked: bool,
    /// Events up to and including this moment do not count (the task was reset then).
    pub since: Option<Millis>,
    /// When each counted event happened, by [`Repeat::key`].
    pub hits: &'a [(String, Vec<Millis>)],
}

impl Condition {
    /// Whether it holds. O(size of the condition × hits kept).
    #[must_use]
    pub fn holds(&self, facts: &Facts<'_>) -> bool {
        match self {
            Condition::Manual => facts.is_ticked,
            Condition::Event(repeat) => repeat.holds(facts),
            Condition::Trait { name, tests } => facts
                .visitor
                .traits
                .get(name)
                .is_some_and(|value| tests.iter().all(|test| test.passes(value))),
            Condition::Segment(name) => facts.visitor.segment == *name,
            Condition::All(all) => all.iter().all(|condition| condition.holds(facts)),
            Condition::Any(any) => any.iter().any(|condition| condition.holds(facts)),
            Condition::Not(condition) => !condition.holds(facts),
        }
    }

    /// Whether a tick by hand plays a part in it.
    #[must_use]
    pub fn is_manual(&self) -> bool {
        let mut is_manual = false;
        self.each(&mut |condition| is_manual |= *condition == Condition::Manual);
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

    /// Reads a condition at `path`; `None` after a problem.
    pub(crate) fn read(value: &Value, path: &str, report: &mut Report) -> Option<Condition> {
        if value.text() == Some("manual") {
            return Some(Condition::Manual);
        }
        let Some(form) = FORMS.iter().find(|form| value.get(form[0]).is_some()) else {
            report.problem(
                path,
                "must be \"manual\" or an object with one of: event, trait, segment, all, any, not",
            );
            return None;
        };
        let mut fields = Fields::open(value, path, form, report)?;
        match form[0] {
            "event" => read_event(&mut fields),
            "trait" => {
                let (name, tests) = (fields.required_text("trait"), read_tests(&mut fields));
                Some(Condition::Trait { name: name?, tests: tests? })
            }
            "segment" => fields.required_text("segment").map(Condition::Segment),
            "all" => read_group(&mut fields, "all").map(Condition::All),
            "any" => read_group(&mut fields, "any").map(Condition::Any),
            _ => {
                let (inner, place) = (fields.required("not")?, fields.at("not"));
                Condition::read(inner, &place, fields.report).map(|inner| Condition::Not(Box::new(inner)))
            }
        }
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

    fn holds(&self, facts: &Facts<'_>) -> bool {
        let key = self.key();
        let start = self.within_days.map(|days| facts.now.0 - i64::from(days) * Millis::DAY);
        let is_in = |at: &&Millis| {
            start.is_none_or(|start| at.0 >= start) && facts.since.is_none_or(|since| **at > since)
        };
        let hits = facts.hits.iter().find(|(name, _)| *name == key);
        hits.is_some_and(|(_, times)| times.iter().filter(is_in).count() >= self.times as usize)
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

/// The fields of each form; the first is what it is known by.
const FORMS: [&[&str]; 6] = [
    &["event", "where", "times", "within_days"],
    &["trait", "is", "one_of", "at_least", "at_most"],
    &["segment"],
    &["all"],
    &["any"],
    &["not"],
];

fn read_event(fields: &mut Fields<'_>) -> Option<Condition> {
    let event = fields.required_text("event");
    let times = fields.whole("times", 1, MOST_HITS as u32).unwrap_or(1);
    let within_days = fields.whole("within_days", 1, 3_650);
    let filters = match fields.field("where") {
        None => Some(Vec::new()),
        Some(value) => read_filters(value, &fields.at("where"), fields.report),
    };
    Some(Condition::Event(Repeat { event: event?, filters: filters?, times, within_days }))
}

/// Reads `{"kind": "board", "seats": {"at_least": 5}}`.
fn read_filters(value: &Value, path: &str, report: &mut Report) -> Option<Vec<(String, Vec<Test>)>> {
    let Some(entries) = value.map() else {
        report.problem(path, format!("must be an object, not {}", value.kind()));
        return None;
    };
    let mut filters = Vec::new();
    for (name, wanted) in entries {
        let tests = match wanted {
            Value::Map(_) => {
                let place = format!("{path}.{name}");
                read_tests(&mut Fields::open(wanted, &place, &FORMS[1][1..], report)?)?
            }
            scalar => vec![Test::Is(scalar.clone())],
        };
        filters.push((name.clone(), tests));
    }
    Some(filters)
}

fn read_tests(fields: &mut Fields<'_>) -> Option<Vec<Test>> {
    let mut tests = Vec::new();
    if let Some(wanted) = fields.field("is") {
        tests.push(Test::Is(wanted.clone()));
    }
    if fields.field("one_of").is_some() {
        tests.push(Test::OneOf(fields.items("one_of").into_iter().map(|(_, value)| value.clone()).collect()));
    }
    for (name, test) in [("at_least", Test::AtLeast as fn(f64) -> Test), ("at_most", Test::AtMost)] {
        match fields.field(name).map(|value| (value.number(), value.kind())) {
            Some((Some(number), _)) => tests.push(test(number)),
            Some((None, kind)) => {
                fields.report.problem(&fields.at(name), format!("must be a number, not {kind}"));
                return None;
            }
            None => {}
        }
    }
    if tests.is_empty() {
        fields.report.problem(fields.path, "needs a test: is, one_of, at_least or at_most");
        return None;
    }
    Some(tests)
}

fn read_group(fields: &mut Fields<'_>, name: &str) -> Option<Vec<Condition>> {
    let items = fields.items(name);
    if items.is_empty() {
        fields.report.problem(&fields.at(name), "must hold at least one condition");
        return None;
    }
    // Every item is read before giving up, so that all their problems are reported at once.
    let read: Vec<_> = items.iter().map(|(path, item)| Condition::read(item, path, fields.report)).collect();
    read.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{Condition, Facts};
    use crate::read::Report;
    use crate::status::Visitor;
    use crate::time::Millis;
    use crate::value::testing::parse;

    fn read(json: &str) -> Result<Condition, Vec<String>> {
        let mut report = Report::default();
        Condition::read(&parse(json), "$", &mut report)
            .ok_or(report.problems.iter().map(ToString::to_string).collect())
    }

    fn holds(json: &str, traits: &str, hits: &[i64]) -> bool {
        let visitor = Visitor { segment: "small".into(), traits: parse(traits), ..Visitor::default() };
        let condition = read(json).expect("the test's condition is valid");
        let mut key = "e".to_owned();
        condition.each(&mut |inner| {
            if let Condition::Event(repeat) = inner {
                key = repeat.key();
            }
        });
        let hits = [(key, hits.iter().map(|day| Millis(day * Millis::DAY)).collect())];
        let now = Millis(10 * Millis::DAY);
        condition.holds(&Facts { visitor: &visitor, now, is_ticked: false, since: None, hits: &hits })
    }

    #[test]
    fn an_event_holds_once_it_was_tracked_often_enough() {
        assert!(!holds(r#"{"event": "e", "times": 3}"#, "{}", &[1, 2]));
        assert!(holds(r#"{"event": "e", "times": 3}"#, "{}", &[1, 2, 2]));
    }

    #[test]
    fn a_window_reaches_back_from_now_and_includes_its_first_moment() {
        assert!(holds(r#"{"event": "e", "times": 2, "within_days": 3}"#, "{}", &[7, 9]));
        assert!(!holds(r#"{"event": "e", "times": 2, "within_days": 2}"#, "{}", &[7, 9]));
    }

    #[test]
    fn groups_combine_and_not_turns_around() {
        assert!(holds(r#"{"all": [{"segment": "small"}, {"not": {"segment": "big"}}]}"#, "{}", &[]));
        assert!(holds(
            r#"{"any": [{"segment": "big"}, {"trait": "seats", "at_least": 5}]}"#,
            r#"{"seats": 5}"#,
            &[]
        ));
        assert!(!holds(r#"{"all": [{"segment": "small"}, "manual"]}"#, "{}", &[]));
    }

    #[test]
    fn a_missing_trait_or_one_of_another_type_passes_no_test() {
        for traits in ["{}", r#"{"seats": "7"}"#, r#"{"seats": null}"#] {
            assert!(!holds(r#"{"trait": "seats", "at_least": 5, "at_most": 9}"#, traits, &[]));
        }
        assert!(holds(r#"{"trait": "plan", "one_of": ["pro", "team"]}"#, r#"{"plan": "team"}"#, &[]));
    }

    #[test]
    fn what_is_no_condition_is_a_problem_at_its_own_path() {
        assert_eq!(
            read(
                r#"{"all": [{"event": 3}, {"any": []}, {"trait": "x"}, {"clicked": "a"}, {"trait": "x", "at_most": "9"}]}"#
            ),
            Err(vec![
                "$.all[0].event: must be text, not a number".to_owned(),
                "$.all[1].any: must hold at least one condition".to_owned(),
                "$.all[2]: needs a test: is, one_of, at_least or at_most".to_owned(),
                "$.all[3]: must be \"manual\" or an object with one of: event, trait, segment, all, any, not"
                    .to_owned(),
                "$.all[4].at_most: must be a number, not text".to_owned(),
            ])
        );
    }

    #[test]
    fn filtered_events_are_counted_under_a_key_of_their_own() {
        let key = |json: &str| match read(json) {
            Ok(Condition::Event(repeat)) => repeat.key(),
            other => panic!("not an event: {other:?}"),
        };
        let board = key(r#"{"event": "e", "where": {"kind": "board"}}"#);
        assert_eq!(key(r#"{"event": "e"}"#), "e");
        assert_ne!(board, key(r#"{"event": "e", "where": {"kind": "list"}}"#));
        assert_eq!(board, key(r#"{"event": "e", "times": 2, "where": {"kind": {"is": "board"}}}"#));
    }
}
