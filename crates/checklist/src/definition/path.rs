//! Who gets which tasks: levels, paths with their control, and the arms of an experiment.

use crate::condition::Condition;
use crate::read::Fields;
use crate::value::Value;

/// A tier of a training: its tasks wait for those of the levels before.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Its id, unique in the checklist.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Who needs it; everyone where there is none. The tasks of a level that is not needed are hidden.
    pub when: Option<Condition>,
}

/// A personal list of tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Its id, unique in the checklist.
    pub id: String,
    /// Indexes of its tasks, in the order in which they show.
    pub tasks: Vec<usize>,
    /// Who gets it: the first path that fits is taken. The control path has none.
    pub when: Option<Condition>,
}

/// The uniform path that all others are measured against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Control {
    /// The index of the path that visitors get whom no other fits.
    pub path: usize,
    /// The share, from 0 to 1, of all visitors who get it whoever they are.
    pub holdout: f64,
}

/// An experiment with texts, tasks, tours or nudges: arms that visitors are assigned to.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Its id: another one deals the visitors anew.
    pub id: String,
    /// The arms, two or more; their shares add up to 1.
    pub arms: Vec<Arm>,
}

/// An arm of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its id, for `{"variant": …}` conditions and the log.
    pub id: String,
    /// The share of visitors who get it, from 0 to 1.
    pub share: f64,
    /// Texts of its own, as in a locale.
    pub(super) texts: Value,
    /// The same by language tag.
    pub(super) locale: Value,
}

pub(super) const ARM_FIELDS: [&str; 4] = ["id", "share", "texts", "locale"];

pub(super) fn read_levels(fields: &mut Fields<'_>) -> Vec<Level> {
    fields.each("levels", 9, &["id", "title", "when"], |fields| Level {
        id: fields.required_text("id"),
        title: fields.required_text("title"),
        when: Condition::optional(fields, "when"),
    })
}

pub(super) fn read_paths(fields: &mut Fields<'_>) -> Vec<Path> {
    fields.each("paths", 50, &["id", "tasks", "when"], |fields| {
        let tasks = fields.report.known.tasks.clone();
        let id = fields.required_text("id");
        if fields.required("tasks").and_then(Value::list).is_some_and(<[Value]>::is_empty) {
            fields.problem("tasks", "must name at least one task");
        }
        let tasks = fields.references("tasks", "task", &tasks);
        Path { id, tasks, when: Condition::optional(fields, "when") }
    })
}

/// The control path; the others need a `when`, and it has none.
pub(super) fn read_control(fields: &mut Fields<'_>, paths: &[Path]) -> Option<Control> {
    let known = fields.report.known.paths.clone();
    let control = fields.object("control", &["path", "holdout"], |fields| {
        let path = fields.required("path");
        let path = path.and_then(|path| fields.report.find(&fields.at("path"), path, "path", &known));
        let holdout = fields.share("holdout").unwrap_or(0.0);
        Control { path: path.unwrap_or_default(), holdout }
    });
    for (index, path) in paths.iter().enumerate() {
        let is_control = control.is_some_and(|control| control.path == index);
        if is_control == path.when.is_some() {
            let message = match is_control {
                true => "must be left out: the control path is for everyone whom no other fits",
                false => "is missing: say who gets this path; only the path that control names goes without",
            };
            fields.report.problem(&format!("$.paths[{index}].when"), message);
        }
    }
    control
}

pub(super) fn read_experiment(fields: &mut Fields<'_>) -> Option<Experiment> {
    fields.object("variants", &["experiment", "arms"], |fields| {
        let id = fields.required_text("experiment");
        fields.required("arms");
        let arms = fields.each("arms", 20, &ARM_FIELDS, |fields| Arm {
            id: fields.required_text("id"),
            share: fields.required("share").and_then(|_| fields.share("share")).unwrap_or_default(),
            texts: super::overlay::read_texts(fields, "texts"),
            locale: super::overlay::read_locale(fields),
        });
        let sum: f64 = arms.iter().map(|arm| arm.share).sum();
        if fields.report.problems.is_empty() && (sum - 1.0).abs() > 1e-6 {
            // The sum is not named: printing a number is what every visitor would pay 10 kB for.
            fields.problem("arms", "must have shares that add up to 1");
        }
        Experiment { id, arms }
    })
}
