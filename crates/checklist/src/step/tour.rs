//! Tours as the state knows them: which step, since when, and whether it goes on by itself on the next page.

use super::Step;
use crate::condition::Signal;
use crate::definition::Missing;
use crate::event::{Effect, Event, Place, Refusal, TourAct};
use crate::state::{Phase, TourState};
use crate::time::Millis;

/// How long after a step that led to another page its tour goes on there by itself.
const LONGEST_WAY: i64 = 5 * 60_000;

impl Step<'_> {
    pub(super) fn start_tour(&mut self, id: &str) -> Result<(), Refusal> {
        self.definition.tour(id).ok_or_else(|| Refusal::UnknownTour(id.to_owned()))?;
        if self.running().is_some_and(|(tour, _)| self.definition.tours[tour].id != id) {
            self.end_tour(Phase::Left);
        }
        self.state.active_at = Some(self.moment.now);
        self.set_tour(id, 0, Phase::Running);
        self.log_tour("tour_started", None);
        self.show_step();
        Ok(())
    }

    pub(super) fn resume_tour(&mut self) -> Result<(), Refusal> {
        let (tour, step) = self.open_tour().ok_or(Refusal::NoTour)?;
        self.set_tour(&self.definition.tours[tour].id, step, Phase::Running);
        self.show_step();
        Ok(())
    }

    /// The page was loaded: a tour whose own step led here goes on; one that was left for long waits to be resumed.
    pub(super) fn continue_tour(&mut self) {
        let Some(tour) = self.state.tour.clone().filter(|tour| tour.phase == Phase::Running) else { return };
        if self.moment.now.0 - tour.changed_at.0 > LONGEST_WAY || self.running().is_none() {
            self.set_tour(&tour.tour, tour.step, Phase::Paused);
        } else if tour.is_moving {
            self.show_step();
        }
    }

    pub(super) fn act_in_tour(&mut self, step: usize, act: TourAct) {
        let Some((tour, _)) = self.running().filter(|(_, at)| *at == step) else { return };
        let tour = &self.definition.tours[tour];
        match act {
            TourAct::Seen => {
                if let Some(state) = &mut self.state.tour {
                    state.is_moving = false;
                    state.changed_at = Millis(state.changed_at.0 + 1).max(self.moment.now);
                }
                self.log_tour("tour_step_seen", None);
            }
            TourAct::Next => {
                self.log_tour("tour_step_completed", None);
                self.go(step + 1);
            }
            TourAct::Back => self.go(step.saturating_sub(1)),
            TourAct::Pause => self.pause_tour(&tour.id, step),
            TourAct::Leave => self.end_tour(Phase::Left),
            TourAct::Missing => {
                let policy = tour.steps[step].missing;
                self.log_tour("target_missing", Some(policy.word()));
                match policy {
                    // Nobody has seen the end of a tour whose last step was not there.
                    Missing::Skip if step + 1 == tour.steps.len() => self.end_tour(Phase::Left),
                    Missing::Skip => self.go(step + 1),
                    Missing::Center => {}
                    Missing::Pause => self.pause_tour(&tour.id, step),
                }
            }
        }
    }

    /// Goes on with the step whose `advance_when` came true; `false` where none did.
    pub(super) fn advance_tour(&mut self) -> bool {
        let Some((tour, step)) = self.running() else { return false };
        let since = self.state.tour.as_ref().map(|tour| tour.since);
        let condition = self.definition.tours[tour].steps[step].advance_when.as_ref();
        if !condition.is_some_and(|condition| self.holds(condition, since)) {
            return false;
        }
        self.log_tour("tour_step_completed", None);
        self.go(step + 1);
        if let Some(state) = &mut self.state.tour {
            state.is_moving = state.phase == Phase::Running;
        }
        true
    }

    /// What another tab did to the tour.
    pub(super) fn compare_tour(&mut self, before: Option<&TourState>) {
        let place = |tour: &TourState| (tour.tour.clone(), tour.step, tour.phase);
        let Some(now) = self.state.tour.clone() else { return };
        if before.map(place).as_ref() == Some(&place(&now)) {
            return;
        }
        match now.phase {
            Phase::Running => self.show_step(),
            phase => self.effects.push(Effect::TourOver { tour: now.tour, phase }),
        }
    }

    fn go(&mut self, step: usize) {
        let Some((tour, _)) = self.running() else { return };
        let tour = &self.definition.tours[tour];
        self.state.active_at = Some(self.moment.now);
        if step >= tour.steps.len() {
            self.hit(&Signal::Toured.key(&tour.id), 1);
            return self.end_tour(Phase::Finished);
        }
        self.set_tour(&tour.id, step, Phase::Running);
        self.show_step();
    }

    fn show_step(&mut self) {
        let place = match self.event {
            Event::Started | Event::TourStarted { .. } | Event::TourResumed => Place::Here,
            _ => Place::WhereItShows,
        };
        if let Some((tour, step)) = self.running() {
            self.effects.push(Effect::TourStep { tour, step, place });
        }
    }

    fn pause_tour(&mut self, id: &str, step: usize) {
        self.set_tour(id, step, Phase::Paused);
        self.effects.push(Effect::TourOver { tour: id.to_owned(), phase: Phase::Paused });
    }

    fn end_tour(&mut self, phase: Phase) {
        self.log_tour("tour_ended", Some(phase.word()));
        if let Some(TourState { tour, step, .. }) = self.state.tour.clone() {
            self.set_tour(&tour, step, phase);
            self.effects.push(Effect::TourOver { tour, phase });
        }
    }

    /// Index and step of the tour that runs, as far as the definition has it.
    fn running(&self) -> Option<(usize, usize)> {
        self.open_tour().filter(|_| self.state.tour.as_ref().is_some_and(|tour| tour.phase == Phase::Running))
    }

    fn open_tour(&self) -> Option<(usize, usize)> {
        let (id, step) = self.state.open_tour()?;
        let tour = self.definition.tour(id)?;
        (step < self.definition.tours[tour].steps.len()).then_some((tour, step))
    }

    fn set_tour(&mut self, id: &str, step: usize, phase: Phase) {
        let now = self.moment.now;
        // A clock that went back must not lose against what is stored.
        let changed_at = self.state.tour.as_ref().map_or(now, |tour| now.max(Millis(tour.changed_at.0 + 1)));
        let tour = id.to_owned();
        self.state.tour = Some(TourState { changed_at, tour, step, since: now, phase, is_moving: false });
    }

    fn log_tour(&mut self, event: &'static str, value: Option<&str>) {
        let Some(TourState { tour, step, .. }) = self.state.tour.clone() else { return };
        let value = value.map(str::to_owned);
        self.log(event, |row| (row.tour, row.step, row.value) = (Some(tour), Some(step as u32 + 1), value));
    }
}
