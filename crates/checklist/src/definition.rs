//! The checked definition of a checklist, and the checker that makes one from JSON.

use crate::condition::Condition;
use crate::problem::{DefinitionError, Problem};
use crate::read::{Fields, Report};
use crate::value::Value;

/// The format that this widget reads; a definition with a larger `version` was written for a later widget.
pub const FORMAT_VERSION: u32 = 1;

/// Nobody is helped by more, and the search for cycles may go as deep as there are tasks.
const MOST_TASKS: usize = 200;

/// A checklist as its author wrote it, checked: ids are unique, `requires` points at tasks and has no cycles, links are safe.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The checklist's id; what the state is stored under.
    pub id: String,
    /// The author's own version of the content, for the log; "1" where the definition has none.
    pub revision: String,
    /// The texts around the tasks.
    pub texts: Texts,
    /// The tasks in the author's order, at least one.
    pub tasks: Vec<Task>,
    /// The texts in other languages, by language tag.
    translations: Vec<(String, Value)>,
}

/// The texts around the tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// The panel's heading.
    pub title: String,
    /// A sentence or two below it.
    pub welcome: Option<String>,
    /// What is said once everything is done.
    pub farewell: Option<String>,
}

/// One task.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id, unique in the checklist.
    pub id: String,
    /// What the person is asked to do.
    pub title: String,
    /// Why and how.
    pub detail: Option<String>,
    /// About how long it takes, in whole minutes from 1.
    pub minutes: Option<u32>,
    /// Indexes of the tasks that come first, in the author's order, no duplicates.
    pub requires: Vec<usize>,
    /// Who sees it; everyone where there is none.
    pub when: Option<Condition>,
    /// Where it is done.
    pub action: Option<Action>,
    /// What completes it.
    pub complete_when: Condition,
}

/// The button of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its text.
    pub label: String,
    /// What it does.
    pub target: Target,
}

/// What a task's button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Goes to a page: relative, http, https, mailto or tel.
    Link(String),
    /// Dispatches an event of this name on the element, for the host page to act on.
    Event(String),
}

/// A definition that can be used, and what its author should think about.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The definition.
    pub definition: Definition,
    /// Unwise or unknown things, in the order of the file; possibly none.
    pub warnings: Vec<Problem>,
}

impl Definition {
    /// Checks a definition. O(size), but for the search for cycles, which is O(tasks × requirements).
    ///
    /// # Errors
    ///
    /// All problems that were found: wrong types, missing fields, a newer format, ids that are unknown or there twice,
    /// requirements that go round in circles, links that would run code.
    pub fn check(value: &Value) -> Result<Checked, DefinitionError> {
        let mut report = Report::default();
        let definition = read_definition(value, &mut report);
        match definition {
            Some(definition) if report.problems.is_empty() => {
                advise(&definition, &mut report);
                Ok(Checked { definition, warnings: report.warnings })
            }
            _ => Err(DefinitionError { problems: report.problems }),
        }
    }

    /// The same checklist with its texts in the language of `tag` ("ar-EG" falls back to "ar"); a text without a
    /// translation stays as it is.
    #[must_use]
    pub fn in_language(mut self, tag: &str) -> Definition {
        let base = tag.split('-').next().unwrap_or(tag);
        let translations = std::mem::take(&mut self.translations);
        let find = |wanted: &str| translations.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(wanted));
        if let Some((_, texts)) = find(tag).or_else(|| find(base)) {
            self.translate(texts);
        }
        self.translations = translations;
        self
    }

    fn translate(&mut self, texts: &Value) {
        let text = |at: &Value, name: &str| at.get(name).and_then(Value::text).map(str::to_owned);
        self.texts.title = text(texts, "title").unwrap_or_else(|| self.texts.title.clone());
        self.texts.welcome = text(texts, "welcome").or(self.texts.welcome.take());
        self.texts.farewell = text(texts, "farewell").or(self.texts.farewell.take());
        for task in &mut self.tasks {
            let Some(texts) = texts.get("tasks").and_then(|tasks| tasks.get(&task.id)) else { continue };
            task.title = text(texts, "title").unwrap_or_else(|| task.title.clone());
            task.detail = text(texts, "detail").or(task.detail.take());
            if let (Some(action), Some(label)) = (&mut task.action, text(texts, "action")) {
                action.label = label;
            }
        }
    }
}

const FIELDS: [&str; 8] = ["version", "revision", "id", "title", "welcome", "farewell", "tasks", "locale"];
const TASK_FIELDS: [&str; 8] =
    ["id", "title", "detail", "minutes", "requires", "when", "action", "complete_when"];

fn read_definition(value: &Value, report: &mut Report) -> Option<Definition> {
    // A newer format is refused before anything else is judged by the rules of this one.
    if let Some(version) = value.get("version").and_then(Value::integer)
        && version > i64::from(FORMAT_VERSION)
    {
        let message =
            format!("{version} is newer than this widget understands ({FORMAT_VERSION}); update the widget");
        report.problem("$.version", message);
        return None;
    }
    let mut fields = Fields::open(value, "$", &[&FIELDS[..], &["$schema"]].concat(), report)?;
    if fields.required("version").is_some() {
        fields.whole("version", FORMAT_VERSION, FORMAT_VERSION);
    }
    let id = fields.required_text("id");
    let title = fields.required_text("title");
    let texts = |title, welcome, farewell| Texts { title, welcome, farewell };
    let (welcome, farewell) = (fields.text("welcome"), fields.text("farewell"));
    let revision = read_revision(&mut fields);
    let translations = read_translations(&mut fields);
    let tasks = read_tasks(&mut fields);
    Some(Definition { id: id?, revision, texts: texts(title?, welcome, farewell), tasks, translations })
}

/// A revision may be text or a whole number, since authors write both `"2026-11"` and `3`.
fn read_revision(fields: &mut Fields<'_>) -> String {
    match fields.field("revision").and_then(Value::integer) {
        Some(number) => number.to_string(),
        None => fields.text("revision").unwrap_or_else(|| "1".to_owned()),
    }
}

fn read_tasks(fields: &mut Fields<'_>) -> Vec<Task> {
    if fields.required("tasks").is_none() {
        return Vec::new();
    }
    let items = fields.items("tasks");
    if fields.field("tasks").and_then(Value::list).is_some_and(|it| !(1..=MOST_TASKS).contains(&it.len())) {
        fields.report.problem(&fields.at("tasks"), format!("must hold 1 to {MOST_TASKS} tasks"));
        return Vec::new();
    }
    let ids: Vec<Option<&str>> = items.iter().map(|(_, item)| item.get("id").and_then(Value::text)).collect();
    for (index, (path, _)) in items.iter().enumerate() {
        if ids[index].is_some_and(|id| ids[..index].contains(&Some(id))) {
            fields.report.problem(&format!("{path}.id"), "is used by an earlier task; ids must be unique");
        }
    }
    let read: Vec<_> = items.iter().map(|(path, item)| read_task(item, path, &ids, fields.report)).collect();
    // Cycles are only looked for where every task could be read: indexes would not fit otherwise.
    let Some(tasks) = read.into_iter().collect::<Option<Vec<Task>>>() else { return Vec::new() };
    if let Some(cycle) = find_cycle(&tasks) {
        let names: Vec<_> = cycle.iter().map(|index| tasks[*index].id.as_str()).collect();
        let message =
            format!("goes round in a circle, so none of these could ever start: {}", names.join(" → "));
        fields.report.problem(&format!("$.tasks[{}].requires", cycle[0]), message);
    }
    tasks
}

fn read_task(value: &Value, path: &str, ids: &[Option<&str>], report: &mut Report) -> Option<Task> {
    let mut fields = Fields::open(value, path, &TASK_FIELDS, report)?;
    let (id, title) = (fields.required_text("id"), fields.required_text("title"));
    let (detail, minutes) = (fields.text("detail"), fields.whole("minutes", 1, 600));
    let mut requires = Vec::new();
    for (place, item) in fields.items("requires") {
        match ids.iter().position(|id| id.is_some() && *id == item.text()) {
            Some(index) if requires.contains(&index) => {}
            Some(index) => requires.push(index),
            None => {
                let known = ids.iter().flatten().copied().collect::<Vec<_>>().join(", ");
                let message = match item.text() {
                    Some(id) => format!("no task has the id \"{id}\"; there are: {known}"),
                    None => format!("must be a task's id, not {}", item.kind()),
                };
                fields.report.problem(&place, message);
            }
        }
    }
    let action = match fields.field("action") {
        Some(action) => Some(read_action(action, &fields.at("action"), fields.report)),
        None => None,
    };
    let complete_when = fields.required("complete_when");
    let complete_when =
        complete_when.map(|it| Condition::read(it, &fields.at("complete_when"), fields.report));
    let when = fields.field("when").map(|it| Condition::read(it, &fields.at("when"), fields.report));
    if when.as_ref().is_some_and(|it| it.as_ref().is_some_and(Condition::is_manual)) {
        let message = "cannot be \"manual\": a task that is not shown cannot be ticked";
        fields.report.problem(&fields.at("when"), message);
    }
    let complete_when = complete_when??;
    Some(Task {
        id: id?,
        title: title?,
        detail,
        minutes,
        requires,
        when: flat(when)?,
        action: flat(action)?,
        complete_when,
    })
}

/// Nothing written is fine, something unreadable is not.
#[expect(clippy::option_option, reason = "missing and unreadable are two things here")]
fn flat<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        Some(None) => None,
        Some(Some(value)) => Some(Some(value)),
        None => Some(None),
    }
}

fn read_action(value: &Value, path: &str, report: &mut Report) -> Option<Action> {
    let mut fields = Fields::open(value, path, &["label", "link", "event"], report)?;
    let label = fields.required_text("label");
    let target = match (fields.text("link"), fields.text("event")) {
        (Some(link), None) if is_safe(&link) => Some(Target::Link(link)),
        (Some(_), None) => {
            let message = "must be relative, or begin with https:, http:, mailto: or tel:";
            fields.report.problem(&fields.at("link"), message);
            None
        }
        (None, Some(event)) => Some(Target::Event(event)),
        _ => {
            fields.report.problem(path, "needs either a link or an event");
            None
        }
    };
    Some(Action { label: label?, target: target? })
}

/// Whether a link can only navigate. Browsers drop tabs and line breaks inside an address, and leading control
/// characters, before they look for the scheme, so any control character makes it unsafe.
fn is_safe(link: &str) -> bool {
    let head = link.split(['/', '?', '#']).next().unwrap_or_default();
    let scheme = head.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    !link.chars().any(char::is_control)
        && scheme.is_none_or(|scheme| ["https", "http", "mailto", "tel"].contains(&scheme.as_str()))
}

/// The translations as they are; each must be an object, and each text in it text.
fn read_translations(fields: &mut Fields<'_>) -> Vec<(String, Value)> {
    let Some(value) = fields.field("locale") else { return Vec::new() };
    let place = fields.at("locale");
    let Some(languages) = value.map() else {
        fields.report.problem(&place, format!("must be an object, not {}", value.kind()));
        return Vec::new();
    };
    for (tag, texts) in languages {
        let place = format!("{place}.{tag}");
        let known = ["title", "welcome", "farewell", "tasks"];
        let Some(mut texts) = Fields::open(texts, &place, &known, fields.report) else { continue };
        known[..3].iter().for_each(|name| drop(texts.text(name)));
        let tasks_place = texts.at("tasks");
        for (id, task) in texts.field("tasks").and_then(Value::map).unwrap_or_default() {
            let place = format!("{tasks_place}.{id}");
            if let Some(mut task) = Fields::open(task, &place, &["title", "detail", "action"], texts.report) {
                ["title", "detail", "action"].iter().for_each(|name| drop(task.text(name)));
            }
        }
    }
    languages.to_vec()
}

/// The first circle of requirements, as task indexes with the first repeated at the end.
fn find_cycle(tasks: &[Task]) -> Option<Vec<usize>> {
    fn visit(
        tasks: &[Task],
        index: usize,
        trail: &mut Vec<usize>,
        is_clear: &mut [bool],
    ) -> Option<Vec<usize>> {
        if let Some(start) = trail.iter().position(|seen| *seen == index) {
            return Some(trail[start..].iter().copied().chain([index]).collect());
        }
        if is_clear[index] {
            return None;
        }
        trail.push(index);
        let found = tasks[index].requires.iter().find_map(|next| visit(tasks, *next, trail, is_clear));
        trail.pop();
        is_clear[index] = true;
        found
    }
    let mut is_clear = vec![false; tasks.len()];
    (0..tasks.len()).find_map(|index| visit(tasks, index, &mut Vec::new(), &mut is_clear))
}

/// What people who designed many checklists would say about this one.
fn advise(definition: &Definition, report: &mut Report) {
    let tasks = &definition.tasks;
    if tasks.len() > 6 {
        let message =
            format!("{} tasks are more than most people finish; six or fewer work better", tasks.len());
        report.warning("$.tasks", message);
    }
    if let Some(minutes) = tasks[0].minutes.filter(|minutes| *minutes > 5) {
        let message =
            format!("a first task of {minutes} minutes puts people off; start with one of five or less");
        report.warning("$.tasks[0].minutes", message);
    }
    for (index, task) in tasks.iter().enumerate() {
        if task.action.is_none() && task.detail.is_none() {
            report.warning(
                &format!("$.tasks[{index}]"),
                "has neither detail nor action: people cannot tell how to do it",
            );
        }
    }
}

#[cfg(test)]
#[path = "definition_tests.rs"]
mod tests;
