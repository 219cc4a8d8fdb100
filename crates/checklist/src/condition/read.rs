//! Conditions from JSON.

use super::{Condition, Repeat, Signal, Test, address};
use crate::definition::{BAD_SELECTOR, is_selector};
use crate::read::{Fields, Report};
use crate::state::MOST_HITS;
use crate::time::Millis;
use crate::value::Value;

/// The fields of each form; the first is what it is known by.
const FORMS: [&[&str]; 14] = [
    &["event", "where", "times", "within_days", "within_hours"],
    &["trait", "is", "one_of", "at_least", "at_most"],
    &["segment"],
    &["variant"],
    &["path"],
    &["task"],
    &["tour"],
    &["url"],
    &["element"],
    &["clicked"],
    &["filled"],
    &["all"],
    &["any"],
    &["not"],
];

/// Nobody understands deeper ones, and evaluation recurses.
const DEEPEST: usize = 16;

impl Condition {
    /// Reads the condition in a field that must be there.
    pub(crate) fn required(fields: &mut Fields<'_>, name: &str) -> Condition {
        fields.required(name);
        Condition::optional(fields, name).unwrap_or(Condition::Manual)
    }

    /// Reads the condition in a field that may be missing.
    pub(crate) fn optional(fields: &mut Fields<'_>, name: &str) -> Option<Condition> {
        let (value, place) = (fields.field(name)?, fields.at(name));
        Some(Condition::read(value, &place, fields.report))
    }

    /// Reads a condition at `path`.
    pub(crate) fn read(value: &Value, path: &str, report: &mut Report) -> Condition {
        read_inner(value, path, report, 0)
    }
}

fn read_inner(value: &Value, path: &str, report: &mut Report, depth: usize) -> Condition {
    match value.text() {
        Some("manual") => return Condition::Manual,
        Some("finished") => return Condition::Finished,
        _ => {}
    }
    let form = FORMS.iter().find(|form| value.get(form[0]).is_some());
    let Some(form) = form.filter(|_| depth < DEEPEST) else {
        let forms = FORMS.map(|form| form[0]).join(", ");
        let message = match form {
            Some(_) => format!("is nested more than {DEEPEST} levels deep"),
            None => format!("must be \"manual\", \"finished\" or an object with one of: {forms}"),
        };
        report.problem(path, message);
        return Condition::Manual;
    };
    let Some(mut fields) = Fields::open(value, path, form, report) else { return Condition::Manual };
    let fields = &mut fields;
    match form[0] {
        "event" => Condition::Event(read_event(fields)),
        "trait" => Condition::Trait { name: fields.required_text("trait"), tests: read_tests(fields) },
        "segment" => Condition::Segment(fields.required_text("segment")),
        "url" => Condition::Url(read_url(fields)),
        "element" => read_selector(fields, "element", Signal::Present),
        "clicked" => read_selector(fields, "clicked", Signal::Clicked),
        "filled" => read_selector(fields, "filled", Signal::Filled),
        "all" => Condition::All(read_group(fields, "all", depth)),
        "any" => Condition::Any(read_group(fields, "any", depth)),
        "not" => {
            let place = fields.at("not");
            let inner = fields.field("not").map(|inner| read_inner(inner, &place, fields.report, depth + 1));
            Condition::Not(Box::new(inner.unwrap_or(Condition::Manual)))
        }
        kind => read_reference(fields, kind),
    }
}

/// `variant`, `path`, `task` and `tour`: the id of something that the definition has.
fn read_reference(fields: &mut Fields<'_>, kind: &'static str) -> Condition {
    let known = &fields.report.known;
    let (name, ids) = match kind {
        "variant" => ("arm", &known.arms),
        "path" => ("path", &known.paths),
        "task" => ("task", &known.tasks),
        _ => ("tour", &known.tours),
    };
    let (ids, place) = (ids.clone(), fields.at(kind));
    let value = fields.field(kind).unwrap_or(&Value::Null);
    fields.report.find(&place, value, name, &ids);
    let id = value.text().unwrap_or_default().to_owned();
    match kind {
        "variant" => Condition::Variant(id),
        "path" => Condition::Path(id),
        "task" => Condition::Task(id),
        _ => Condition::Signal(Signal::Toured, id),
    }
}

fn read_event(fields: &mut Fields<'_>) -> Repeat {
    let event = fields.required_text("event");
    let times = fields.whole("times", 1, MOST_HITS as u32).unwrap_or(1);
    let days = fields.whole("within_days", 1, 3_650).map(|days| i64::from(days) * Millis::DAY);
    let hours = fields.whole("within_hours", 1, 24 * 3_650).map(|hours| i64::from(hours) * Millis::HOUR);
    if days.is_some() && hours.is_some() {
        fields.problem("within_hours", "cannot stand beside within_days: there is one window");
    }
    let filters = match fields.field("where") {
        None => Vec::new(),
        Some(value) => read_filters(value, &fields.at("where"), fields.report),
    };
    Repeat { event, filters, times, within: days.or(hours) }
}

/// Reads `{"kind": "board", "seats": {"at_least": 5}}`.
fn read_filters(value: &Value, path: &str, report: &mut Report) -> Vec<(String, Vec<Test>)> {
    let Some(entries) = value.map() else {
        report.problem(path, format!("must be an object, not {}", value.kind()));
        return Vec::new();
    };
    let mut read = |name: &str, wanted: &Value| match wanted {
        Value::Map(_) => {
            let place = format!("{path}.{name}");
            Fields::open(wanted, &place, &FORMS[1][1..], report)
                .map_or(Vec::new(), |mut it| read_tests(&mut it))
        }
        scalar => vec![Test::Is(scalar.clone())],
    };
    entries.iter().map(|(name, wanted)| (name.clone(), read(name, wanted))).collect()
}

fn read_tests(fields: &mut Fields<'_>) -> Vec<Test> {
    let mut tests = Vec::new();
    // `null` counts as missing everywhere else, but a trait may be tested for it.
    if let Some(wanted) = fields.value.get("is") {
        tests.push(Test::Is(wanted.clone()));
    }
    if fields.has("one_of") {
        tests.push(Test::OneOf(fields.items("one_of").into_iter().map(|(_, value)| value.clone()).collect()));
    }
    for (name, test) in [("at_least", Test::AtLeast as fn(f64) -> Test), ("at_most", Test::AtMost)] {
        match fields.field(name).map(|value| (value.number(), value.kind())) {
            Some((Some(number), _)) => tests.push(test(number)),
            Some((None, kind)) => {
                fields.problem(name, format!("must be a number, not {kind}"));
                return vec![test(0.0)];
            }
            None => {}
        }
    }
    if tests.is_empty() {
        fields.report.problem(fields.path, "needs a test: is, one_of, at_least or at_most");
    }
    tests
}

fn read_url(fields: &mut Fields<'_>) -> String {
    let pattern = fields.required_text("url");
    if !pattern.is_empty() && !address::is_pattern(&pattern) {
        fields.problem("url", "must begin with /, #, * or https://; * stands for any text");
    }
    pattern
}

fn read_selector(fields: &mut Fields<'_>, name: &str, signal: Signal) -> Condition {
    let selector = fields.required_text(name);
    if !selector.is_empty() && !is_selector(&selector) {
        fields.problem(name, BAD_SELECTOR);
    }
    Condition::Signal(signal, selector)
}

fn read_group(fields: &mut Fields<'_>, name: &str, depth: usize) -> Vec<Condition> {
    let items = fields.items(name);
    if items.is_empty() {
        fields.problem(name, "must hold at least one condition");
    }
    items.iter().map(|(path, item)| read_inner(item, path, fields.report, depth + 1)).collect()
}
