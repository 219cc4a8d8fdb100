//! What completes tasks, and what takes them back.

use super::Step;
use crate::condition::{Condition, Facts, Repeat};
use crate::event::{Effect, Event, Noticed, Refusal};
use crate::segment::{Needs, Tracked};
use crate::state::{By, Completion, TaskState};
use crate::status::{Status, facts, status};
use crate::value::Value;

impl Step<'_> {
    /// Counts an event for every condition that mentions it, keeping no more hits than the condition needs, and keeps
    /// it for the segments' rules.
    pub(super) fn track(&mut self, name: &str, properties: &Value) {
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
        self.definition.each_condition(&mut |condition| {
            if let Condition::Event(repeat) = condition {
                count(repeat);
            }
        });
        for (key, most) in counted {
            self.hit(&key, most);
        }
        let needs = Needs::of(self.definition.segments.iter().map(|(_, rule)| rule));
        let event = Tracked { at: self.moment.now, name: name.to_owned(), properties: properties.clone() };
        if let Some(mut event) = needs.keep(&event) {
            event.at = self.state.history.last().map_or(event.at, |last| event.at.max(last.at));
            let order = crate::state::order(&event);
            let place = self.state.history.partition_point(|other| crate::state::order(other) <= order);
            self.state.history.insert(place, event);
            self.state.trim_history();
        }
    }

    /// Notes that something happened now, keeping the latest `most` times.
    pub(super) fn hit(&mut self, key: &str, most: usize) {
        let hits = self.state.hits_mut(key);
        // A clock that went back must not make the list descend.
        let at = hits.last().map_or(self.moment.now, |last| self.moment.now.max(*last));
        hits.push(at);
        hits.drain(..hits.len().saturating_sub(most));
    }

    pub(super) fn tick(&mut self, id: &str) -> Result<(), Refusal> {
        let index = self.index(id)?;
        match status(self.definition, self.state, self.moment, index) {
            Status::Done(_) => return Ok(()),
            Status::Hidden | Status::Locked(_) => return Err(Refusal::NotOpen(id.to_owned())),
            Status::Open => {}
        }
        if !self.definition.tasks[index].complete_when.is_manual() {
            return Err(Refusal::NotManual(id.to_owned()));
        }
        let task = self.state.task_mut(id);
        task.ticks.person = task.ticks.person.max(Some(task.moment(self.moment.now)));
        Ok(())
    }

    pub(super) fn untick(&mut self, id: &str) -> Result<(), Refusal> {
        self.index(id)?;
        let task = self.state.task_mut(id);
        match task.completion() {
            None => Ok(()),
            Some(Completion { by: By::Person, .. }) => {
                task.undo(self.moment.now);
                Ok(())
            }
            Some(_) => Err(Refusal::NotTicked(id.to_owned())),
        }
    }

    pub(super) fn reset(&mut self, index: usize) {
        let task = self.state.task_mut(&self.definition.tasks[index].id);
        task.since = Some(task.undo(self.moment.now));
    }

    /// Completes the first open task whose condition holds; `false` where there is none.
    pub(super) fn complete_next(&mut self) -> bool {
        let ready = (0..self.definition.tasks.len()).find_map(|index| Some((index, self.evidence(index)?)));
        let Some((index, by)) = ready else { return false };
        let (definition, now) = (self.definition, self.moment.now);
        let task = self.state.task_mut(&definition.tasks[index].id);
        if !task.completions.is_empty() {
            task.completions.iter_mut().for_each(|completion| completion.by = completion.by.min(by));
            return true;
        }
        task.completions.push(Completion { at: task.moment(now), by });
        let is_first = !std::mem::replace(&mut task.is_rewarded, true);
        self.state.active_at = Some(now);
        self.effects.push(Effect::TaskCompleted { task: index, by });
        self.log_task("task_completed", index, Some(by.word()));
        if is_first {
            self.reward(index, by);
        }
        true
    }

    /// Milestone and reward: once, and silently for what was done before the checklist came.
    fn reward(&mut self, index: usize, by: By) {
        let task = &self.definition.tasks[index];
        if task.milestone.is_some() {
            self.log_task("milestone_reached", index, None);
        }
        if by == By::Already {
            return;
        }
        if task.reward.is_some() {
            self.log_task("reward_shown", index, None);
        }
        if task.milestone.is_some() || task.reward.is_some() {
            self.effects.push(Effect::Rewarded { task: index });
        }
    }

    /// By what a task is newly completed; also where one that the person ticked turns out to be really done, so that
    /// it can no longer be unticked.
    fn evidence(&self, index: usize) -> Option<By> {
        let is_start = matches!(self.event, Event::Started | Event::Noticed { when: Noticed::AtStart, .. });
        let by = if is_start { By::Already } else { By::Event };
        let task = &self.definition.tasks[index];
        let ticked = self.state.task(&task.id).and_then(TaskState::ticked);
        let facts = facts(self.definition, self.state, self.moment, &task.id);
        let is_true = task.complete_when.holds(&Facts { is_ticked: false, ..facts });
        match status(self.definition, self.state, self.moment, index) {
            Status::Done(By::Person) if is_true => Some(By::Event),
            Status::Done(By::Person) if ticked == Some(By::Host) => Some(By::Host),
            Status::Open if is_true => Some(by),
            Status::Open if ticked == Some(By::Host) => Some(By::Host),
            Status::Open if task.complete_when.holds(&facts) => Some(By::Person),
            _ => None,
        }
    }

    pub(super) fn index(&self, id: &str) -> Result<usize, Refusal> {
        let index = self.definition.tasks.iter().position(|task| task.id == id);
        index.ok_or_else(|| Refusal::UnknownTask(id.to_owned()))
    }
}
