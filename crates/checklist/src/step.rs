//! The state machine: one event in, a new state and its effects out.

mod ask;
mod task;
mod tour;

use crate::assign;
use crate::condition::{Condition, Facts};
use crate::definition::{Definition, Experiment};
use crate::event::{Effect, Event, Refusal};
use crate::row::Row;
use crate::state::{Assigned, State, TourState, Variant, Why};
use crate::status::{Moment, Progress, Status, progress, statuses};
use crate::time::Millis;

/// Applies `event` to `state`. Completing happens once: a completed task stays so, with the moment it was completed
/// at, until a manual tick is taken back or a reset. O(tasks² × size of their conditions).
///
/// # Errors
///
/// A [`Refusal`] where the event does not fit the checklist; the state is then as before.
pub fn apply(
    definition: &Definition,
    state: &mut State,
    event: &Event,
    moment: &Moment<'_>,
) -> Result<Vec<Effect>, Refusal> {
    let before = Before::new(definition, state, moment);
    let mut step = Step { definition, state, moment, event, effects: Vec::new() };
    step.take()?;
    step.settle();
    step.compare(&before);
    Ok(step.effects)
}

struct Step<'a> {
    definition: &'a Definition,
    state: &'a mut State,
    moment: &'a Moment<'a>,
    event: &'a Event,
    effects: Vec<Effect>,
}

/// What the effects are told from.
struct Before {
    statuses: Vec<Status>,
    progress: Progress,
    tour: Option<TourState>,
    is_away: bool,
    path: Option<String>,
}

impl Before {
    fn new(definition: &Definition, state: &State, moment: &Moment<'_>) -> Before {
        Before {
            statuses: statuses(definition, state, moment),
            progress: progress(definition, state, moment),
            tour: state.tour.clone(),
            is_away: state.is_away(moment.now),
            path: state.path.as_ref().map(|assigned| assigned.path.clone()),
        }
    }
}

impl Step<'_> {
    /// What the event itself changes.
    fn take(&mut self) -> Result<(), Refusal> {
        match self.event {
            Event::Started => self.start(),
            Event::Changed => self.assign(),
            Event::Stored { state } => self.state.merge(state),
            Event::Opened => self.open(),
            Event::Tracked { name, properties } => self.track(name, properties),
            Event::Noticed { signal, of, .. } => self.hit(&signal.key(of), 1),
            Event::Clicked { task } => {
                let index = self.index(task)?;
                self.state.active_at = Some(self.moment.now);
                self.log_task("task_clicked", index, None);
            }
            Event::Ticked { task } => self.tick(task)?,
            Event::Unticked { task } => self.untick(task)?,
            Event::Completed { task } => {
                let index = self.index(task)?;
                let task = self.state.task_mut(&self.definition.tasks[index].id);
                // Not back where the clock went back: an undo must be later than all that was said before it.
                task.ticks.host = task.ticks.host.max(Some(task.moment(self.moment.now)));
            }
            Event::Reset { task: Some(task) } => {
                let index = self.index(task)?;
                self.reset(index);
            }
            Event::Reset { task: None } => {
                self.state.finished_at = None;
                (0..self.definition.tasks.len()).for_each(|index| self.reset(index));
            }
            Event::Snoozed { .. } | Event::Dismissed | Event::Returned => self.keep_away(),
            Event::TourStarted { tour } => self.start_tour(tour)?,
            Event::TourResumed => self.resume_tour()?,
            Event::Tour { step, act } => self.act_in_tour(*step, *act),
            Event::Nudge { nudge, act } => self.act_on_nudge(nudge, *act)?,
            Event::Answered { answers } => self.answer(answers)?,
            Event::Declined => self.decline()?,
            Event::Rated { task, is_helpful } => self.rate(task, *is_helpful)?,
        }
        Ok(())
    }

    /// The element was put on a page.
    fn start(&mut self) {
        let is_first = self.state.started_at.is_none();
        if is_first {
            self.state.started_at = Some(self.moment.now);
            self.state.active_at = Some(self.moment.now);
        }
        self.assign();
        if is_first {
            let why = self.state.path.as_ref().map(|assigned| assigned.why.word().to_owned());
            self.log("checklist_started", |row| row.value = why);
        }
        self.continue_tour();
    }

    /// Deals the visitor an arm and a path, where they have none or one that is no more. Whoever is on the control only
    /// because nothing was known of them may be put on another path until they have seen the list.
    fn assign(&mut self) {
        let (definition, user) = (self.definition, &self.moment.visitor.user);
        let experiment = definition.experiment.as_ref();
        let holds = |variant: &Variant| {
            let is_in = |it: &Experiment| {
                it.id == variant.experiment && it.arms.iter().any(|arm| arm.id == variant.arm)
            };
            experiment.is_some_and(is_in)
        };
        if !self.state.variant.as_ref().is_some_and(holds) {
            self.state.variant = experiment.and_then(|it| assign::arm(it, user));
        }
        let was = self.state.path.take();
        let was = was.filter(|was| definition.paths.iter().any(|path| path.id == was.path));
        let is_open = match &was {
            Some(was) => was.why == Why::Default,
            None => true,
        };
        let has_seen = self.state.tasks.iter().any(|(_, task)| task.is_seen);
        if was.is_some() && (!is_open || has_seen) {
            self.state.path = was;
            return;
        }
        let now = assign::path(definition, self.state, self.moment);
        // The first moment stays, so that of two tabs the one that knows better wins.
        let now = now.map(|now| Assigned { at: was.as_ref().map_or(now.at, |was| was.at), ..now });
        let is_news = was.is_some() && now.as_ref().map(|it| &it.path) != was.as_ref().map(|it| &it.path);
        self.state.path = now;
        if is_news {
            let why = self.state.path.as_ref().map(|assigned| assigned.why.word().to_owned());
            self.log("path_assigned", |row| row.value = why);
        }
    }

    /// The panel was opened: each task that shows is seen once.
    fn open(&mut self) {
        self.log("checklist_seen", |_| {});
        for (index, status) in statuses(self.definition, self.state, self.moment).iter().enumerate() {
            let task = self.state.task_mut(&self.definition.tasks[index].id);
            if *status != Status::Hidden && !std::mem::replace(&mut task.is_seen, true) {
                self.log_task("task_seen", index, None);
            }
        }
    }

    /// Does all that follows, until nothing changes: one task may unlock the next, or a tour's end complete one.
    fn settle(&mut self) {
        while self.complete_next() || self.advance_tour() {}
        let all = progress(self.definition, self.state, self.moment);
        if self.state.finished_at.is_none() && all.total > 0 && all.done == all.total {
            self.state.finished_at = Some(self.moment.now);
            self.effects.push(Effect::Finished);
            self.log("checklist_completed", |_| {});
        }
        // What another tab stored was acted on there.
        if !matches!(self.event, Event::Stored { .. }) {
            self.ask_survey();
            self.show_nudge();
        }
    }

    /// What changed from before.
    fn compare(&mut self, before: &Before) {
        for (index, now) in statuses(self.definition, self.state, self.moment).iter().enumerate() {
            self.compare_task(index, &before.statuses[index], now);
        }
        let now = progress(self.definition, self.state, self.moment);
        if self.state.path.as_ref().map(|assigned| &assigned.path) != before.path.as_ref() {
            self.effects.push(Effect::Assigned);
        }
        if self.state.is_away(self.moment.now) != before.is_away {
            self.effects.push(Effect::AwayChanged);
        }
        if matches!(self.event, Event::Stored { .. }) {
            self.compare_tour(before.tour.as_ref());
        }
        if now != before.progress {
            self.effects.push(Effect::Progressed(now));
        }
    }

    fn compare_task(&mut self, index: usize, before: &Status, now: &Status) {
        let is_done = matches!(now, Status::Done(_));
        let is_told =
            |effect: &Effect| matches!(effect, Effect::TaskCompleted { task, .. } if *task == index);
        if let (Status::Open | Status::Locked(_), Status::Done(by)) = (before, now)
            && !self.effects.iter().any(is_told)
        {
            self.effects.push(Effect::TaskCompleted { task: index, by: *by });
        }
        // A task that is no longer for this visitor leaves the list; that takes nothing back.
        if matches!(before, Status::Done(_)) && !is_done && *now != Status::Hidden {
            self.effects.push(Effect::TaskUndone { task: index });
            if !matches!(self.event, Event::Stored { .. }) {
                self.log_task("task_undone", index, None);
            }
        }
        if matches!(before, Status::Locked(_)) && *now == Status::Open {
            self.effects.push(Effect::TaskUnlocked { task: index });
        }
    }

    /// A condition that hangs on nothing but the visitor.
    fn holds(&self, condition: &Condition, since: Option<Millis>) -> bool {
        let facts = Facts {
            definition: self.definition,
            state: self.state,
            moment: self.moment,
            is_ticked: false,
            since,
        };
        condition.holds(&facts)
    }

    fn log_task(&mut self, event: &'static str, task: usize, value: Option<&str>) {
        let (task, value) = (self.definition.tasks[task].id.clone(), value.map(str::to_owned));
        self.log(event, |row| (row.task, row.value) = (Some(task), value));
    }

    fn log(&mut self, event: &'static str, fill: impl FnOnce(&mut Row)) {
        let visitor = self.moment.visitor;
        let mut row = Row {
            user_id: visitor.user.clone(),
            time: self.moment.now,
            event,
            checklist: self.definition.id.clone(),
            version: self.definition.revision.clone(),
            path: self.state.path.as_ref().map(|assigned| assigned.path.clone()),
            variant: self.state.variant.as_ref().map(|variant| variant.arm.clone()),
            segment: (!visitor.segment.is_empty()).then(|| visitor.segment.clone()),
            url: self.moment.path().to_owned(),
            ..Row::default()
        };
        fill(&mut row);
        self.effects.push(Effect::Logged(Box::new(row)));
    }
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "step_more_tests.rs"]
mod more_tests;

#[cfg(test)]
#[path = "step_tour_tests.rs"]
mod tour_tests;

#[cfg(test)]
#[path = "step_properties.rs"]
mod properties;
