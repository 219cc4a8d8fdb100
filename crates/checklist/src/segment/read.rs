//! Exported segments from JSON: the workbench's own form of a rule.

use super::cluster::{Cluster, Feature, Scaled};
use super::{Did, EventRule, Op, PropertyTest, RowTest, Rule, Times, Whose, Within};
use crate::read::{Fields, Report};
use crate::time::Millis;
use crate::value::Value;

/// The version of the export that is read here.
const SEGMENTS_VERSION: u32 = 1;

/// Nobody understands deeper rules, and evaluation recurses.
const DEEPEST: usize = 16;

/// The features that users may be compared by are no more in the workbench.
const MOST_FEATURES: usize = 64;

/// What rules are read with.
struct Reader<'a> {
    report: &'a mut Report,
    revenue: String,
    depth: usize,
}

/// The definition's `segments`: the object that the workbench exports.
pub(crate) fn read_segments(fields: &mut Fields<'_>) -> Vec<(String, Rule)> {
    let known = ["version", "segments", "needs", "revenue"];
    let read = fields.object("segments", &known, |fields| {
        fields.required("version");
        fields.whole("version", SEGMENTS_VERSION, SEGMENTS_VERSION);
        let revenue = fields.text("revenue").unwrap_or_default();
        fields.required("segments");
        let named = fields.each("segments", 100, &["name", "segment"], |fields| {
            let (name, place) = (fields.required_text("name"), fields.at("segment"));
            let rule = fields.required("segment").map(|rule| {
                Reader { report: fields.report, revenue: revenue.clone(), depth: 0 }.rule(rule, &place)
            });
            (name, rule.unwrap_or(Rule::All(Vec::new())))
        });
        for (index, (name, _)) in named.iter().enumerate() {
            if named[..index].iter().any(|(other, _)| other == name) {
                let message = "is the name of an earlier segment; names must be unique";
                fields.report.problem(&format!("$.segments.segments[{index}].name"), message);
            }
        }
        named
    });
    read.unwrap_or_default()
}

impl Reader<'_> {
    fn rule(&mut self, value: &Value, path: &str) -> Rule {
        let nobody = Rule::Any(Vec::new());
        let Some(kind) = self.kind(value, path) else { return nobody };
        let rule = match kind {
            "all_of" => Rule::All(self.rules(value, path)),
            "any_of" => Rule::Any(self.rules(value, path)),
            "not" => Rule::Not(Box::new(match value.get("of") {
                Some(of) => self.rule(of, &format!("{path}.of")),
                None => self.stop(path, "needs `of`, the segment that it denies", nobody),
            })),
            "property" => Rule::Property(self.property(value, path)),
            "did" => self.did(value, path).map_or(nobody, Rule::Did),
            "cluster" => self.cluster(value, path).map_or(nobody, |it| Rule::Cluster(Box::new(it))),
            "list" | "retention" | "lifecycle" | "stickiness" => {
                let message = format!(
                    "is of the kind \"{kind}\", which cannot be evaluated on a page; describe the segment by events, properties or a cluster"
                );
                self.stop(path, &message, nobody)
            }
            _ => self.stop(path, KINDS, nobody),
        };
        self.depth -= 1;
        rule
    }

    fn rules(&mut self, value: &Value, path: &str) -> Vec<Rule> {
        let items = self.list(value, path, "of");
        items.iter().map(|(place, item)| self.rule(item, place)).collect()
    }

    fn did(&mut self, value: &Value, path: &str) -> Option<Did> {
        let rule = value.get("rule").map(|rule| self.event_rule(rule, &format!("{path}.rule")));
        let mut fields = Fields::open(value, path, &["kind", "rule", "times", "n", "within"], self.report)?;
        fields.required("rule");
        let times = [("at_least", Times::AtLeast), ("exactly", Times::Exactly), ("at_most", Times::AtMost)];
        let times = fields.word("times", &times).unwrap_or_default();
        let n = fields.whole("n", 0, u32::MAX).unwrap_or(1);
        let kinds = [("ever", 0), ("last_days", 1), ("first_days", 2), ("between", 3)];
        let within = fields.object("within", &["kind", "days", "from", "to"], |fields| {
            let kind = fields.required("kind").and_then(|_| fields.word("kind", &kinds));
            let mut days = || {
                fields.required("days");
                fields.whole("days", 1, u32::MAX).unwrap_or(1)
            };
            match kind {
                Some(1) => Within::LastDays(days()),
                Some(2) => Within::FirstDays(days()),
                Some(3) => {
                    let mut instant = |name| {
                        let at = fields.required(name).and_then(Value::integer);
                        at.map_or_else(|| bad_instant(fields, name), Millis)
                    };
                    Within::Between(instant("from"), instant("to"))
                }
                _ => Within::Ever,
            }
        });
        Some(Did { rule: rule?, times, n: n.into(), within: within.unwrap_or_default() })
    }

    fn event_rule(&mut self, value: &Value, path: &str) -> EventRule {
        let Some(mut fields) = self.open(value, path, &["event", "any_of", "where"]) else {
            return EventRule::default();
        };
        let event = fields.text("event");
        let any_of = self.list(value, path, "any_of");
        let any_of = any_of.iter().map(|(place, item)| self.event_rule(item, place)).collect();
        let rule = EventRule { event, any_of, conditions: self.conditions(value, path) };
        self.depth -= 1;
        rule
    }

    fn conditions(&mut self, value: &Value, path: &str) -> Vec<RowTest> {
        let items = self.list(value, path, "where");
        items.iter().map(|(place, item)| self.row(item, place)).collect()
    }

    fn row(&mut self, value: &Value, path: &str) -> RowTest {
        let none = RowTest::Any(Vec::new());
        let Some(kind) = self.kind(value, path) else { return none };
        let rows = |reader: &mut Self| {
            let items = reader.list(value, path, "of");
            items.iter().map(|(place, item)| reader.row(item, place)).collect()
        };
        let test = match kind {
            "all_of" => RowTest::All(rows(self)),
            "any_of" => RowTest::Any(rows(self)),
            "not" => RowTest::Not(Box::new(match value.get("of") {
                Some(of) => self.row(of, &format!("{path}.of")),
                None => self.stop(path, "needs `of`, the condition that it denies", none),
            })),
            "property" => RowTest::Property(self.property(value, path)),
            _ => self.stop(path, "must be of one of the kinds: property, all_of, any_of, not", none),
        };
        self.depth -= 1;
        test
    }

    fn property(&mut self, value: &Value, path: &str) -> PropertyTest {
        let stand_in =
            PropertyTest { property: String::new(), on: Whose::Event, op: Op::IsSet, values: Vec::new() };
        let Some(mut fields) =
            Fields::open(value, path, &["kind", "property", "on", "op", "values"], self.report)
        else {
            return stand_in;
        };
        let property = fields.required_text("property");
        let owners = [("event", Whose::Event), ("user", Whose::User), ("user_first", Whose::UserFirst)];
        let on = fields.word("on", &owners).unwrap_or_default();
        let op = fields.required("op").and_then(|_| fields.word("op", &OPS)).unwrap_or(Op::IsSet);
        let mut values = Vec::new();
        for (place, item) in fields.items("values") {
            match item.text() {
                Some(text) => values.push(text.to_owned()),
                None => fields.report.problem(&place, format!("must be text, not {}", item.kind())),
            }
        }
        if values.is_empty() && !matches!(op, Op::IsSet | Op::IsNotSet | Op::In | Op::NotIn) {
            fields.problem("values", "must hold at least one value to compare with");
        }
        PropertyTest { property, on, op, values }
    }

    fn cluster(&mut self, value: &Value, path: &str) -> Option<Cluster> {
        let known = ["kind", "features", "centroids", "cluster", "now", "from", "to", "where"];
        let conditions = self.conditions(value, path);
        let revenue = self.revenue.clone();
        let mut fields = Fields::open(value, path, &known, self.report)?;
        fields.required("features");
        let features =
            fields.each("features", MOST_FEATURES, &["feature", "mean", "deviation"], |fields| Scaled {
                feature: read_feature(fields),
                mean: read_number(fields, "mean"),
                deviation: read_number(fields, "deviation"),
            });
        if features.iter().any(|scaled| scaled.feature == Feature::Revenue) && revenue.is_empty() {
            let message = "must name the property that revenue is summed from, because a cluster measures it";
            fields.report.problem("$.segments.revenue", message);
        }
        let mut centroids = Vec::new();
        fields.required("centroids");
        for (place, item) in fields.items("centroids") {
            let centroid: Vec<f64> =
                item.list().unwrap_or_default().iter().filter_map(Value::number).collect();
            if centroid.len() != features.len() || item.list().is_none_or(|list| list.len() != features.len())
            {
                let message = format!("must be a list of {} numbers, one for each feature", features.len());
                fields.report.problem(&place, message);
            }
            centroids.push(centroid);
        }
        fields.required("cluster");
        let most = centroids.len().saturating_sub(1) as u32;
        let cluster = fields.whole("cluster", 0, most).unwrap_or_default() as usize;
        let mut instant = |name| match fields.field(name)?.integer() {
            Some(at) => Some(Millis(at)),
            None => Some(bad_instant(&mut fields, name)),
        };
        let range = (instant("from"), instant("to"));
        Some(Cluster { features, centroids, cluster, range, conditions, revenue })
    }

    /// The kind of a rule or condition, one level deeper; the caller comes up again.
    fn kind<'v>(&mut self, value: &'v Value, path: &str) -> Option<&'v str> {
        let kind = value.get("kind").and_then(Value::text);
        if kind.is_none() {
            return self.stop(path, "must be an object with a `kind`", None);
        }
        if self.depth >= DEEPEST {
            return self.stop(path, &format!("is nested more than {DEEPEST} levels deep"), None);
        }
        self.depth += 1;
        kind
    }

    fn open<'v>(&'v mut self, value: &'v Value, path: &'v str, known: &[&str]) -> Option<Fields<'v>> {
        if self.depth >= DEEPEST {
            return self.stop(path, &format!("is nested more than {DEEPEST} levels deep"), None);
        }
        self.depth += 1;
        Fields::open(value, path, known, self.report)
    }

    /// The items of a list, each with its path; empty where the field is missing.
    fn list<'v>(&mut self, value: &'v Value, path: &str, name: &str) -> Vec<(String, &'v Value)> {
        let place = format!("{path}.{name}");
        match value.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::List(items)) => {
                items.iter().enumerate().map(|(index, item)| (format!("{place}[{index}]"), item)).collect()
            }
            Some(other) => self.stop(&place, &format!("must be a list, not {}", other.kind()), Vec::new()),
        }
    }

    /// Notes a problem and goes on with a stand-in.
    fn stop<T>(&mut self, path: &str, message: &str, stand_in: T) -> T {
        self.report.problem(path, message);
        stand_in
    }
}

const KINDS: &str = "must be of one of the kinds: all_of, any_of, not, property, did, cluster";

const OPS: [(&str, Op); 13] = [
    ("eq", Op::Eq),
    ("neq", Op::Neq),
    ("in", Op::In),
    ("not_in", Op::NotIn),
    ("contains", Op::Contains),
    ("not_contains", Op::NotContains),
    ("starts_with", Op::StartsWith),
    ("gt", Op::Gt),
    ("gte", Op::Gte),
    ("lt", Op::Lt),
    ("lte", Op::Lte),
    ("is_set", Op::IsSet),
    ("is_not_set", Op::IsNotSet),
];

fn read_feature(fields: &mut Fields<'_>) -> Feature {
    const KINDS: [(&str, u8); 8] = [
        ("events", 0),
        ("days_active", 1),
        ("recency", 2),
        ("tenure", 3),
        ("span", 4),
        ("revenue", 5),
        ("event_count", 6),
        ("property", 7),
    ];
    fields.required("feature");
    let feature = fields.object("feature", &["kind", "event", "property"], |fields| {
        match fields.required("kind").and_then(|_| fields.word("kind", &KINDS)) {
            Some(1) => Feature::DaysActive,
            Some(2) => Feature::Recency,
            Some(3) => Feature::Tenure,
            Some(4) => Feature::Span,
            Some(5) => Feature::Revenue,
            Some(6) => Feature::EventCount(fields.required_text("event")),
            Some(7) => Feature::Property(fields.required_text("property")),
            _ => Feature::Events,
        }
    });
    feature.unwrap_or(Feature::Events)
}

fn read_number(fields: &mut Fields<'_>, name: &str) -> f64 {
    let number = fields.required(name).map(Value::number);
    if number == Some(None) {
        fields.problem(name, "must be a number");
    }
    number.flatten().unwrap_or_default()
}

fn bad_instant(fields: &mut Fields<'_>, name: &str) -> Millis {
    fields.problem(name, "must be an instant: milliseconds since 1970-01-01 UTC");
    Millis::default()
}
