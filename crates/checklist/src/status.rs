//! What a person sees of the state: each task's status and the progress of the whole.

use crate::condition::Facts;
use crate::definition::{Definition, Path};
use crate::state::{By, State, TaskState};
use crate::time::Millis;
use crate::value::Value;

/// Who is looking.
#[derive(Clone, Debug, PartialEq)]
pub struct Visitor {
    /// The host's id of the person; empty where it gives none.
    pub user: String,
    /// The name of the person's segment; empty where it gives none.
    pub segment: String,
    /// What else the host tells of them: an object, or `Null`.
    pub traits: Value,
}

impl Default for Visitor {
    fn default() -> Self {
        Visitor { user: String::new(), segment: String::new(), traits: Value::Null }
    }
}

/// Who, when and where: what a state is looked at with.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Who.
    pub visitor: &'a Visitor,
    /// When.
    pub now: Millis,
    /// The whole address of the page, for conditions. The log has its path only: without origin, query and fragment.
    pub page: &'a str,
}

impl Moment<'_> {
    /// The path of the page, without origin, query and fragment.
    #[must_use]
    pub fn path(&self) -> &str {
        crate::condition::path(self.page)
    }
}

/// How a task stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not for this visitor; left out of every count.
    Hidden,
    /// Waits for the tasks at these indexes, at least one.
    Locked(Vec<usize>),
    /// Can be done now.
    Open,
    /// Done, by this.
    Done(By),
}

/// How far the person is. Hidden tasks are in neither count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Visible tasks that are done.
    pub done: usize,
    /// Visible tasks.
    pub total: usize,
    /// Whether the checklist is finished. It stays so when a later revision brings new tasks, and opens again only
    /// where a task was taken back.
    pub is_finished: bool,
}

/// The status of the task at `index`, which must exist.
#[must_use]
pub fn status(definition: &Definition, state: &State, moment: &Moment<'_>, index: usize) -> Status {
    let task = &definition.tasks[index];
    if !is_visible(definition, state, moment, index) {
        return Status::Hidden;
    }
    if let Some(completion) = state.task(&task.id).and_then(TaskState::completion) {
        return Status::Done(completion.by);
    }
    // A required task that this visitor never sees could never be done: it does not hold anything up.
    let waits = |required: &&usize| {
        !state.is_done(&definition.tasks[**required].id) && is_visible(definition, state, moment, **required)
    };
    let waiting: Vec<usize> = task.waits_for.iter().filter(waits).copied().collect();
    if waiting.is_empty() { Status::Open } else { Status::Locked(waiting) }
}

/// The status of every task, in order.
#[must_use]
pub fn statuses(definition: &Definition, state: &State, moment: &Moment<'_>) -> Vec<Status> {
    (0..definition.tasks.len()).map(|index| status(definition, state, moment, index)).collect()
}

/// How far the person is.
#[must_use]
pub fn progress(definition: &Definition, state: &State, moment: &Moment<'_>) -> Progress {
    let mut progress = Progress { is_finished: state.finished_at.is_some(), ..Progress::default() };
    for (task, status) in definition.tasks.iter().zip(statuses(definition, state, moment)) {
        let is_done = matches!(status, Status::Done(_));
        progress.total += usize::from(status != Status::Hidden);
        progress.done += usize::from(is_done);
        let was_taken_back = state.task(&task.id).is_some_and(|task| task.undone_at.is_some());
        if was_taken_back && !is_done && status != Status::Hidden {
            progress.is_finished = false;
        }
    }
    progress
}

/// The facts of one task.
pub(crate) fn facts<'a>(
    definition: &'a Definition,
    state: &'a State,
    moment: &'a Moment<'a>,
    id: &str,
) -> Facts<'a> {
    let task = state.task(id);
    Facts {
        definition,
        state,
        moment,
        is_ticked: task.is_some_and(|task| task.ticked().is_some()),
        since: task.and_then(|task| task.since),
    }
}

/// The tasks in the order in which they show: those of the visitor's path, or all.
#[must_use]
pub fn order(definition: &Definition, state: &State) -> Vec<usize> {
    match path(definition, state) {
        Some(path) => path.tasks.clone(),
        None => (0..definition.tasks.len()).collect(),
    }
}

/// When the task at `index` should be done; `None` without a date, and before the checklist has begun.
#[must_use]
pub fn due_at(definition: &Definition, state: &State, index: usize) -> Option<Millis> {
    let days = definition.tasks[index].due_days?;
    Some(Millis(state.started_at?.0 + i64::from(days) * Millis::DAY))
}

fn path<'a>(definition: &'a Definition, state: &State) -> Option<&'a Path> {
    let assigned = state.path.as_ref()?;
    definition.paths.iter().find(|path| path.id == assigned.path)
}

fn is_visible(definition: &Definition, state: &State, moment: &Moment<'_>, index: usize) -> bool {
    let task = &definition.tasks[index];
    let facts = facts(definition, state, moment, &task.id);
    let level = task.level.and_then(|level| definition.levels[level].when.as_ref());
    path(definition, state).is_none_or(|path| path.tasks.contains(&index))
        && task.when.iter().chain(level).all(|when| when.holds(&facts))
}
