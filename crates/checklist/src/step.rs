//! The state machine: one event in, a new state and its effects out.

use std::fmt;

use crate::condition::{Condition, Repeat};
use crate::definition::Definition;
use crate::row::Row;
use crate::state::{By, Completion, State};
use crate::status::{Moment, Progress, Status, facts, progress, status, statuses};
use crate::time::Millis;
use crate::value::Value;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The element was put on a page. What is already true is marked done, with [`By::Already`].
    Started,
    /// The visitor's traits or segment changed, or time went by.
    Changed,
    /// Another tab stored this. It has logged what it did, and told its host of the end; here it is only shown.
    Stored {
        /// What it stored.
        state: State,
    },
    /// The person opened the panel.
    Opened,
    /// The host tracked an event.
    Tracked {
        /// Its name.
        name: String,
        /// Its properties: an object, or `Null`.
        properties: Value,
    },
    /// The person used the button of a task.
    Clicked {
        /// The task's id.
        task: String,
    },
    /// The person ticked a task by hand.
    Ticked {
        /// The task's id.
        task: String,
    },
    /// The person took a tick back.
    Unticked {
        /// The task's id.
        task: String,
    },
    /// The host says that a task is done, whatever its condition.
    Completed {
        /// The task's id.
        task: String,
    },
    /// The host takes a task back, or everything; events before it count no more.
    Reset {
        /// The task's id; all tasks without one.
        task: Option<String>,
    },
}

/// Something to do about it, in order. The state is to be stored after every event, effects or not.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A task was completed.
    TaskCompleted {
        /// Its index.
        task: usize,
        /// By what.
        by: By,
    },
    /// A task that was done is so no more.
    TaskUndone {
        /// Its index.
        task: usize,
    },
    /// A locked task can now be done.
    TaskUnlocked {
        /// Its index.
        task: usize,
    },
    /// The progress is another.
    Progressed(Progress),
    /// Everything is done, for the first time.
    Finished,
    /// A row for the log.
    Logged(Box<Row>),
}

/// Why an event was not taken. The state is as before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No task has this id.
    UnknownTask(String),
    /// The task waits for others, or is not for this visitor, and cannot be ticked by hand.
    NotOpen(String),
    /// The task is completed by the product, not by hand.
    NotManual(String),
    /// The task was not ticked by hand, so that there is nothing to take back.
    NotTicked(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, why) = match self {
            Refusal::UnknownTask(id) => return write!(f, "no task has the id \"{id}\""),
            Refusal::NotOpen(id) => (id, "is locked or hidden"),
            Refusal::NotManual(id) => (id, "cannot be ticked by hand"),
            Refusal::NotTicked(id) => (id, "was not ticked by hand"),
        };
        write!(f, "the task \"{id}\" {why}")
    }
}

impl std::error::Error for Refusal {}

/// Applies `event` to `state`. Completing happens once: a completed task stays so, with the moment it was completed
/// at, until a manual tick is taken back or a reset. O(tasks² × size of their conditions).
///
/// # Errors
///
/// A [`Refusal`] where the event does not fit the checklist.
pub fn apply(
    definition: &Definition,
    state: &mut State,
    event: &Event,
    moment: &Moment<'_>,
) -> Result<Vec<Effect>, Refusal> {
    let before = (statuses(definition, state, moment), progress(definition, state, moment));
    let mut step = Step { definition, state, moment, effects: Vec::new() };
    step.take(event)?;
    let by = if *event == Event::Started { By::Already } else { By::Event };
    step.settle(by);
    step.compare(event, &before.0, before.1);
    Ok(step.effects)
}

struct Step<'a> {
    definition: &'a Definition,
    state: &'a mut State,
    moment: &'a Moment<'a>,
    effects: Vec<Effect>,
}

impl Step<'_> {
    /// What the event itself changes.
    fn take(&mut self, event: &Event) -> Result<(), Refusal> {
        match event {
            Event::Started if self.state.started_at.is_none() => {
                self.state.started_at = Some(self.moment.now);
                self.log("checklist_started", None, None);
            }
            Event::Started | Event::Changed => {}
            Event::Stored { state } => self.state.merge(state),
            Event::Opened => self.open(),
            Event::Tracked { name, properties } => self.track(name, properties),
            Event::Clicked { task } => {
                let index = self.index(task)?;
                self.log("task_clicked", Some(index), None);
            }
            Event::Ticked { task } => self.tick(task)?,
            Event::Unticked { task } => self.untick(task)?,
            Event::Completed { task } => {
                let index = self.index(task)?;
                self.state.task_mut(&self.definition.tasks[index].id).ticked = Some(By::Host);
            }
            Event::Reset { task: Some(task) } => {
                let index = self.index(task)?;
                self.reset(index);
            }
            Event::Reset { task: None } => {
                self.state.finished_at = None;
                (0..self.definition.tasks.len()).for_each(|index| self.reset(index));
            }
        }
        Ok(())
    }

    /// The panel was opened: each task that shows is seen once.
    fn open(&mut self) {
        self.log("checklist_seen", None, None);
        for (index, status) in statuses(self.definition, self.state, self.moment).iter().enumerate() {
            let task = self.state.task_mut(&self.definition.tasks[index].id);
            if *status != Status::Hidden && !std::mem::replace(&mut task.is_seen, true) {
                self.log("task_seen", Some(index), None);
            }
        }
    }

    /// Counts an event for every condition that mentions it, keeping no more hits than the condition needs.
    fn track(&mut self, name: &str, properties: &Value) {
        let mut counted: Vec<(String, usize)> = Vec::new();
        let mut count = |repeat: &Repeat| {
            if repeat.counts(name, properties) {
                let (key, times) = (repeat.key(), repeat.times as usize);
                match counted.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, most)) => *most = times.max(*most),
                    None => counted.push((key, times)),
                }
            }
        };
        for task in &self.definition.tasks {
            for condition in task.when.iter().chain([&task.complete_when]) {
                condition.each(&mut |inner| {
                    if let Condition::Event(repeat) = inner {
                        count(repeat);
                    }
                });
            }
        }
        for (key, most) in counted {
            let hits = self.state.hits_mut(&key);
            // A clock that went back must not make the list descend.
            let at = hits.last().map_or(self.moment.now, |last| self.moment.now.max(*last));
            hits.push(at);
            hits.drain(..hits.len().saturating_sub(most));
        }
    }

    fn tick(&mut self, id: &str) -> Result<(), Refusal> {
        let index = self.index(id)?;
        match status(self.definition, self.state, self.moment, index) {
            Status::Done(_) => return Ok(()),
            Status::Hidden | Status::Locked(_) => return Err(Refusal::NotOpen(id.to_owned())),
            Status::Open => {}
        }
        if !self.definition.tasks[index].complete_when.is_manual() {
            return Err(Refusal::NotManual(id.to_owned()));
        }
        self.state.task_mut(id).ticked = Some(By::Person);
        Ok(())
    }

    fn untick(&mut self, id: &str) -> Result<(), Refusal> {
        self.index(id)?;
        let task = self.state.task_mut(id);
        match task.completion {
            None => Ok(()),
            Some(Completion { by: By::Person, at }) => {
                task.ticked = None;
                task.completion = None;
                task.undone_at = Some(self.moment.now.max(at));
                Ok(())
            }
            Some(_) => Err(Refusal::NotTicked(id.to_owned())),
        }
    }

    fn reset(&mut self, index: usize) {
        let task = self.state.task_mut(&self.definition.tasks[index].id);
        let latest = task.completion.map_or(self.moment.now, |completion| self.moment.now.max(completion.at));
        task.completion = None;
        task.ticked = None;
        task.undone_at = Some(latest);
        task.since = Some(latest);
    }

    /// Completes every open task whose condition holds, until nothing changes: one task may unlock the next.
    fn settle(&mut self, by: By) {
        loop {
            let is_ready = |index: &usize| self.evidence(*index, by);
            let Some((index, by)) =
                (0..self.definition.tasks.len()).find_map(|index| Some((index, is_ready(&index)?)))
            else {
                break;
            };
            let task = self.state.task_mut(&self.definition.tasks[index].id);
            match &mut task.completion {
                Some(completion) => completion.by = by,
                None => {
                    // A completion must be later than the undo before it, or another tab would think it undone.
                    let at = task
                        .undone_at
                        .map_or(self.moment.now, |undone| self.moment.now.max(Millis(undone.0 + 1)));
                    task.completion = Some(Completion { at, by });
                    self.effects.push(Effect::TaskCompleted { task: index, by });
                    self.log("task_completed", Some(index), Some(by.word()));
                }
            }
        }
        let all = progress(self.definition, self.state, self.moment);
        if self.state.finished_at.is_none() && all.total > 0 && all.done == all.total {
            self.state.finished_at = Some(self.moment.now);
            self.effects.push(Effect::Finished);
            self.log("checklist_completed", None, None);
        }
    }

    /// By what a task is newly completed; also where one that the person ticked turns out to be really done, so that
    /// it can no longer be unticked.
    fn evidence(&self, index: usize, by: By) -> Option<By> {
        let task = &self.definition.tasks[index];
        let ticked = self.state.task(&task.id).and_then(|task| task.ticked);
        let facts = facts(self.definition, self.state, self.moment, &task.id);
        let is_true = task.complete_when.holds(&crate::Facts { is_ticked: false, ..facts });
        match status(self.definition, self.state, self.moment, index) {
            Status::Done(By::Person) if is_true => Some(By::Event),
            Status::Done(By::Person) if ticked == Some(By::Host) => Some(By::Host),
            Status::Open if is_true => Some(by),
            Status::Open if ticked == Some(By::Host) => Some(By::Host),
            Status::Open if task.complete_when.holds(&facts) => Some(By::Person),
            _ => None,
        }
    }

    /// What changed between the statuses and the progress before and those now.
    fn compare(&mut self, event: &Event, before: &[Status], progress_before: Progress) {
        for (index, now) in statuses(self.definition, self.state, self.moment).iter().enumerate() {
            let is_done = matches!(now, Status::Done(_));
            let is_told =
                |effect: &Effect| matches!(effect, Effect::TaskCompleted { task, .. } if *task == index);
            if let (Status::Open | Status::Locked(_), Status::Done(by)) = (&before[index], now)
                && !self.effects.iter().any(is_told)
            {
                self.effects.push(Effect::TaskCompleted { task: index, by: *by });
            }
            // A task that is no longer for this visitor leaves the list; that takes nothing back.
            if matches!(before[index], Status::Done(_)) && !is_done && *now != Status::Hidden {
                self.effects.push(Effect::TaskUndone { task: index });
                if !matches!(event, Event::Stored { .. }) {
                    self.log("task_undone", Some(index), None);
                }
            }
            if matches!(before[index], Status::Locked(_)) && *now == Status::Open {
                self.effects.push(Effect::TaskUnlocked { task: index });
            }
        }
        let now = progress(self.definition, self.state, self.moment);
        if now != progress_before {
            self.effects.push(Effect::Progressed(now));
        }
    }

    fn index(&self, id: &str) -> Result<usize, Refusal> {
        let index = self.definition.tasks.iter().position(|task| task.id == id);
        index.ok_or_else(|| Refusal::UnknownTask(id.to_owned()))
    }

    fn log(&mut self, event: &'static str, task: Option<usize>, value: Option<&str>) {
        let visitor = self.moment.visitor;
        self.effects.push(Effect::Logged(Box::new(Row {
            user_id: visitor.user.clone(),
            time: self.moment.now,
            event,
            checklist: self.definition.id.clone(),
            version: self.definition.revision.clone(),
            segment: (!visitor.segment.is_empty()).then(|| visitor.segment.clone()),
            task: task.map(|index| self.definition.tasks[index].id.clone()),
            value: value.map(str::to_owned),
            url: self.moment.path().to_owned(),
            ..Row::default()
        })));
    }
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "step_properties.rs"]
mod properties;
