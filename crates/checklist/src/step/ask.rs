//! What the checklist says and asks beside its tasks: when it keeps out of the way, nudges, the survey, and whether help
//! was helpful.

use super::Step;
use crate::definition::{Nudge, Question, QuestionKind, Trigger};
use crate::event::{Effect, Event, NudgeAct, Refusal};
use crate::state::{Away, Phase};
use crate::status::{Status, progress, status};
use crate::time::Millis;

/// Nobody is nudged twice within this time, whatever the definition says.
const NUDGE_PAUSE: i64 = Millis::HOUR;

/// The longest free text that is kept, in characters.
const LONGEST_TEXT: usize = 2_000;

impl Step<'_> {
    /// Snoozed, dismissed, or called back.
    pub(super) fn keep_away(&mut self) {
        let now = self.moment.now;
        let until = match self.event {
            Event::Snoozed { millis } => {
                let millis = millis.filter(|millis| *millis > 0).unwrap_or(self.snooze());
                Millis(now.0.saturating_add(millis)).min(Away::FOREVER)
            }
            Event::Dismissed => Away::FOREVER,
            _ => now,
        };
        self.state.away = Away { at: now.max(Millis(self.state.away.at.0 + 1)), until };
        match self.event {
            Event::Snoozed { .. } => self.log("snoozed", |row| row.value = Some(until.to_string())),
            Event::Dismissed => self.log("dismissed", |_| {}),
            _ => {}
        }
    }

    pub(super) fn act_on_nudge(&mut self, id: &str, act: NudgeAct) -> Result<(), Refusal> {
        let unknown = || Refusal::UnknownNudge(id.to_owned());
        let nudge = self.definition.nudges.iter().find(|nudge| nudge.id == id).ok_or_else(unknown)?;
        let (until, event) = match act {
            NudgeAct::Take => {
                self.state.active_at = Some(self.moment.now);
                let task = nudge.task.map(|task| self.definition.tasks[task].id.clone());
                self.log("task_clicked", |row| (row.task, row.value) = (task, Some(id.to_owned())));
                return Ok(());
            }
            NudgeAct::Snooze => (Millis(self.moment.now.0 + self.snooze()), "snoozed"),
            NudgeAct::Dismiss => (Away::FOREVER, "dismissed"),
        };
        let state = self.state.nudge_mut(id);
        state.until = state.until.max(until);
        self.log(event, |row| row.value = Some(id.to_owned()));
        Ok(())
    }

    /// Shows the first nudge that is due.
    pub(super) fn show_nudge(&mut self) {
        let now = self.moment.now;
        let is_touring = self.state.tour.as_ref().is_some_and(|tour| tour.phase == Phase::Running);
        let last =
            self.state.nudges.iter().filter(|(_, state)| state.shown > 0).map(|(_, state)| state.at.0).max();
        let is_soon = last.is_some_and(|last| now.0 - last < NUDGE_PAUSE);
        if is_touring || is_soon || self.state.is_away(now) || self.state.started_at.is_none() {
            return;
        }
        let definition = self.definition;
        let Some(index) = definition.nudges.iter().position(|nudge| self.is_due(nudge)) else { return };
        let nudge = &definition.nudges[index];
        let state = self.state.nudge_mut(&nudge.id);
        state.shown += 1;
        state.at = now;
        self.effects.push(Effect::NudgeShown { nudge: index });
        let task = nudge.task.map(|task| definition.tasks[task].id.clone());
        self.log("nudge_shown", |row| (row.task, row.value) = (task, Some(nudge.id.clone())));
    }

    fn is_due(&self, nudge: &Nudge) -> bool {
        let now = self.moment.now;
        let state = self.state.nudges.iter().find(|(id, _)| *id == nudge.id).map(|(_, state)| *state);
        let state = state.unwrap_or_default();
        let is_open = |task: usize| status(self.definition, self.state, self.moment, task) == Status::Open;
        if state.shown >= nudge.times || now < state.until || !nudge.task.is_none_or(is_open) {
            return false;
        }
        let shown_at = (state.shown > 0).then_some(state.at);
        let is_up = match &nudge.after {
            Trigger::Idle(hours) => {
                let since = self.state.active_at.max(self.state.started_at).max(shown_at).unwrap_or(now);
                let is_finished = progress(self.definition, self.state, self.moment).is_finished;
                !is_finished && now.0 - since.0 >= i64::from(*hours) * Millis::HOUR
            }
            Trigger::Holds(condition) => self.holds(condition, shown_at),
        };
        is_up && nudge.when.as_ref().is_none_or(|when| self.holds(when, None))
    }

    /// Asks the survey as soon as its condition holds.
    pub(super) fn ask_survey(&mut self) {
        let Some(survey) = &self.definition.survey else { return };
        let is_known =
            self.state.surveys.iter().any(|(id, state)| *id == survey.id && state.shown_at.is_some());
        if is_known || self.state.is_away(self.moment.now) || !self.holds(&survey.when, None) {
            return;
        }
        self.state.survey_mut(&survey.id).shown_at = Some(self.moment.now);
        self.effects.push(Effect::SurveyChanged);
        self.log("survey_shown", |row| row.value = Some(survey.id.clone()));
    }

    /// One row an answer: the question's id as `task`, its number as `step`, the answer as `value`, and as
    /// `text` what the option says, or the person in their own words.
    pub(super) fn answer(&mut self, answers: &[(String, String)]) -> Result<(), Refusal> {
        let survey = self.definition.survey.as_ref().ok_or(Refusal::NoSurvey)?;
        if !self.state.is_asking(&survey.id) {
            return Err(Refusal::NoSurvey);
        }
        let mut taken = Vec::new();
        for (id, answer) in answers {
            let found = survey.questions.iter().position(|question| question.id == *id);
            let found = found.filter(|index| fits(&survey.questions[*index], answer));
            taken.push((found.ok_or_else(|| Refusal::BadAnswer(id.clone()))?, answer));
        }
        for (index, answer) in taken {
            let question = &survey.questions[index];
            let answer: String = answer.chars().take(LONGEST_TEXT).collect();
            self.log("survey_answered", |row| {
                (row.task, row.step) = (Some(question.id.clone()), Some(index as u32 + 1));
                match question.kind {
                    QuestionKind::Text => row.text = Some(answer),
                    QuestionKind::Choice => {
                        let number = answer.parse::<usize>().unwrap_or_default();
                        row.text = question.options.get(number.wrapping_sub(1)).cloned();
                        row.value = Some(answer);
                    }
                    _ => row.value = Some(answer),
                }
            });
        }
        self.effects.push(Effect::SurveyAnswered { answers: answers.to_vec() });
        self.close_survey(&survey.id);
        Ok(())
    }

    pub(super) fn decline(&mut self) -> Result<(), Refusal> {
        let survey = self.definition.survey.as_ref().ok_or(Refusal::NoSurvey)?;
        self.log("dismissed", |row| row.value = Some(survey.id.clone()));
        self.close_survey(&survey.id);
        Ok(())
    }

    /// Whether a task's help was helpful: once a task.
    pub(super) fn rate(&mut self, id: &str, is_helpful: bool) -> Result<(), Refusal> {
        let index = self.index(id)?;
        let task = self.state.task_mut(id);
        if task.is_helpful.is_none() {
            task.is_helpful = Some(is_helpful);
            self.log_task("survey_answered", index, Some(if is_helpful { "helpful" } else { "not_helpful" }));
        }
        Ok(())
    }

    fn close_survey(&mut self, id: &str) {
        let state = self.state.survey_mut(id);
        state.closed_at = state.closed_at.or(Some(self.moment.now));
        self.effects.push(Effect::SurveyChanged);
    }

    fn snooze(&self) -> i64 {
        i64::from(self.definition.snooze_hours) * Millis::HOUR
    }
}

fn fits(question: &Question, answer: &str) -> bool {
    match question.scale() {
        Some((low, high)) => answer.parse().is_ok_and(|number: u32| (low..=high).contains(&number)),
        None => !answer.trim().is_empty(),
    }
}
