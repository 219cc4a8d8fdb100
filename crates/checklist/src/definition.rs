//! The checked definition of a checklist, and the checker that makes one from JSON.

mod advice;
mod ask;
mod overlay;
mod path;
mod task;
mod tour;

use crate::condition::{Condition, Signal};
use crate::problem::{DefinitionError, Problem};
use crate::read::{Fields, Ids, Known, Report};
use crate::segment::Rule;
use crate::value::Value;

pub use self::ask::{Help, HelpLink, Nudge, Question, QuestionKind, Specialist, Survey, Trigger};
pub use self::path::{Arm, Control, Experiment, Level, Path};
pub use self::task::{Action, Owner, Resource, ResourceKind, Reward, Target, Task};
pub(crate) use self::tour::{BAD_SELECTOR, is_selector};
pub use self::tour::{Missing, Placement, Step, Tour};

/// The format that this widget reads; a definition with a larger `version` was written for a later widget.
pub const FORMAT_VERSION: u32 = 1;

/// Nobody is helped by more, and the search for cycles may go as deep as there are tasks.
const MOST_TASKS: usize = 200;

/// How long a snoozed checklist stays away unless the definition says otherwise, in hours.
const SNOOZE_HOURS: u32 = 48;

/// A checklist as its author wrote it, checked: ids are unique, references point at what there is, requirements have no
/// cycles, links are safe.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The checklist's id; what the state is stored under.
    pub id: String,
    /// The author's own version of the content, for the log; "1" where the definition has none.
    pub revision: String,
    /// The texts around the tasks.
    pub texts: Texts,
    /// How long "remind me later" lasts, in hours.
    pub snooze_hours: u32,
    /// Whether people are asked of each task they did whether its help was helpful.
    pub asks_helpful: bool,
    /// The tiers of a training, from the first; empty where there are none.
    pub levels: Vec<Level>,
    /// The tasks in the author's order, at least one.
    pub tasks: Vec<Task>,
    /// Personal lists of tasks; where there are none, everyone gets all tasks.
    pub paths: Vec<Path>,
    /// The uniform path.
    pub control: Option<Control>,
    /// An experiment.
    pub experiment: Option<Experiment>,
    /// Segments by name, whose rules the workbench exported; evaluated here.
    pub segments: Vec<(String, Rule)>,
    /// Tours of the host page.
    pub tours: Vec<Tour>,
    /// Messages for people who are stuck.
    pub nudges: Vec<Nudge>,
    /// What is asked once.
    pub survey: Option<Survey>,
    /// Who helps.
    pub help: Option<Help>,
    /// The JSON that it was read from, for other languages and arms.
    source: Value,
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
                advice::advise(&definition, &mut report);
                Ok(Checked { definition, warnings: report.warnings })
            }
            _ => Err(DefinitionError { problems: report.problems }),
        }
    }

    /// The same checklist with its texts in the language of `tag` ("ar-EG" falls back to "ar") and with those of an
    /// arm of its experiment, if there is one of that name; a text that neither has stays as it is. Ask with "" for no
    /// arm. O(size).
    #[must_use]
    pub fn in_words(self, tag: &str, arm: &str) -> Definition {
        let mut source = self.source.clone();
        let arm = self.experiment.iter().flat_map(|it| &it.arms).find(|it| it.id == arm);
        if let Some(arm) = arm {
            overlay::lay(&mut source, &arm.texts);
        }
        let locale = source.get("locale").cloned().unwrap_or(Value::Null);
        for locale in [Some(&locale), arm.map(|arm| &arm.locale)].into_iter().flatten() {
            if let Some(texts) = overlay::find(locale, tag) {
                overlay::lay(&mut source, texts);
            }
        }
        // The texts were checked to be texts, so that nothing but words changes.
        read_definition(&source, &mut Report::default()).unwrap_or(self)
    }

    /// The index of the tour with this id.
    #[must_use]
    pub fn tour(&self, id: &str) -> Option<usize> {
        self.tours.iter().position(|tour| tour.id == id)
    }

    /// What the view has to watch the host page for, each once: selectors, and for each what about it.
    #[must_use]
    pub fn watched(&self) -> Vec<(Signal, &str)> {
        let mut watched = Vec::new();
        self.each_condition(&mut |condition| {
            if let Condition::Signal(signal, of) = condition
                && *signal != Signal::Toured
                && !watched.contains(&(*signal, of.as_str()))
            {
                watched.push((*signal, of.as_str()));
            }
        });
        watched
    }

    /// Calls `visit` for every condition, those inside others included.
    pub fn each_condition<'a>(&'a self, visit: &mut dyn FnMut(&'a Condition)) {
        let tasks = self.tasks.iter().flat_map(|task| task.when.iter().chain([&task.complete_when]));
        let levels = self.levels.iter().filter_map(|level| level.when.as_ref());
        let paths = self.paths.iter().filter_map(|path| path.when.as_ref());
        let steps = self.tours.iter().flat_map(|tour| &tour.steps);
        let steps = steps.filter_map(|step| step.advance_when.as_ref());
        let nudges = self.nudges.iter().flat_map(|nudge| {
            let after = match &nudge.after {
                Trigger::Holds(condition) => Some(condition),
                Trigger::Idle(_) => None,
            };
            nudge.when.iter().chain(after)
        });
        let survey = self.survey.iter().map(|survey| &survey.when);
        tasks
            .chain(levels)
            .chain(paths)
            .chain(steps)
            .chain(nudges)
            .chain(survey)
            .for_each(|it| it.each(visit));
    }
}

const FIELDS: [&str; 19] = [
    "version",
    "revision",
    "id",
    "title",
    "welcome",
    "farewell",
    "locale",
    "snooze_hours",
    "ask_helpful",
    "levels",
    "tasks",
    "paths",
    "control",
    "variants",
    "segments",
    "tours",
    "nudges",
    "survey",
    "help",
];

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
    let mut fields = Fields::open(value, "$", &FIELDS, report)?;
    if fields.required("version").is_some() {
        fields.whole("version", FORMAT_VERSION, FORMAT_VERSION);
    }
    let (id, title) = (fields.required_text("id"), fields.required_text("title"));
    let texts = Texts { title, welcome: fields.text("welcome"), farewell: fields.text("farewell") };
    let revision = read_revision(&mut fields);
    overlay::read_locale(&mut fields);
    fields.report.known = read_known(value, fields.report);
    let levels = path::read_levels(&mut fields);
    let tasks = read_tasks(&mut fields, levels.len());
    let paths = path::read_paths(&mut fields);
    let definition = Definition {
        id,
        revision,
        texts,
        snooze_hours: fields.whole("snooze_hours", 1, 24 * 90).unwrap_or(SNOOZE_HOURS),
        asks_helpful: fields.flag("ask_helpful").unwrap_or(false),
        levels,
        tasks,
        control: path::read_control(&mut fields, &paths),
        paths,
        experiment: path::read_experiment(&mut fields),
        segments: crate::segment::read_segments(&mut fields),
        tours: tour::read_tours(&mut fields),
        nudges: ask::read_nudges(&mut fields),
        survey: ask::read_survey(&mut fields),
        help: ask::read_help(&mut fields),
        source: value.clone(),
    };
    Some(definition)
}

/// A revision may be text or a whole number, since authors write both `"2026-11"` and `3`.
fn read_revision(fields: &mut Fields<'_>) -> String {
    match fields.field("revision").and_then(Value::integer) {
        Some(number) => number.to_string(),
        None => fields.text("revision").unwrap_or_else(|| "1".to_owned()),
    }
}

/// All that can be referred to; ids that are there twice are problems.
fn read_known(value: &Value, report: &mut Report) -> Known {
    let mut ids = |name: &str, kind: &str| Ids::of(value.get(name), &format!("$.{name}"), kind, report);
    let (levels, tasks, paths) = (ids("levels", "level"), ids("tasks", "task"), ids("paths", "path"));
    let (tours, _) = (ids("tours", "tour"), ids("nudges", "nudge"));
    let arms = value.get("variants").and_then(|variants| variants.get("arms"));
    let arms = Ids::of(arms, "$.variants.arms", "arm", report);
    Known { tasks, tours, levels, paths, arms }
}

fn read_tasks(fields: &mut Fields<'_>, n_levels: usize) -> Vec<Task> {
    fields.required("tasks");
    let mut tasks = fields.each("tasks", MOST_TASKS, &task::TASK_FIELDS, task::read_task);
    for (index, task) in tasks.iter().enumerate().filter(|(_, task)| n_levels > 0 && task.level.is_none()) {
        let message =
            format!("is missing: the checklist has levels, so say which one \"{}\" belongs to", task.title);
        fields.report.problem(&format!("$.tasks[{index}].level"), message);
    }
    // Cycles are only looked for where every task could be read: indexes would not fit otherwise.
    if !fields.report.problems.is_empty() {
        return tasks;
    }
    let levels: Vec<_> = tasks.iter().map(|task| task.level).collect();
    for task in &mut tasks {
        let earlier =
            (0..levels.len()).filter(|index| levels[*index] < task.level && !task.requires.contains(index));
        task.waits_for = task.requires.iter().copied().chain(earlier).collect();
    }
    if let Some(cycle) = find_cycle(&tasks) {
        let names: Vec<_> = cycle.iter().map(|index| tasks[*index].id.as_str()).collect();
        let message =
            format!("goes round in a circle, so none of these could ever start: {}", names.join(" → "));
        // Of a circle through levels, which come in order, only the requirement can be wrong.
        let place = cycle.iter().find(|index| !tasks[**index].requires.is_empty()).unwrap_or(&cycle[0]);
        fields.report.problem(&format!("$.tasks[{place}].requires"), message);
    }
    tasks
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
        let found = tasks[index].waits_for.iter().find_map(|next| visit(tasks, *next, trail, is_clear));
        trail.pop();
        is_clear[index] = true;
        found
    }
    let mut is_clear = vec![false; tasks.len()];
    (0..tasks.len()).find_map(|index| visit(tasks, index, &mut Vec::new(), &mut is_clear))
}

#[cfg(test)]
#[path = "definition_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "definition_parts_tests.rs"]
mod parts_tests;
