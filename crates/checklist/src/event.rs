//! What can happen to a checklist, and what is to be done about it.

use std::fmt;

use crate::condition::Signal;
use crate::row::Row;
use crate::state::{By, Phase, State};
use crate::status::Progress;
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
        state: Box<State>,
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
    /// The view noticed something on the host page that a condition names; see [`crate::Definition::watched`].
    Noticed {
        /// What.
        signal: Signal,
        /// The selector, as the definition has it.
        of: String,
        /// When: what is there at the first paint is marked done silently, as by `Started`.
        when: Noticed,
    },
    /// The person wants to be reminded later, or the host does.
    Snoozed {
        /// For how many milliseconds; without it, as long as the definition says.
        millis: Option<i64>,
    },
    /// The person wants the checklist out of the way for good. A way back stays: [`Event::Returned`].
    Dismissed,
    /// The person wants it back.
    Returned,
    /// A tour begins at its first step: the person or the host asked for it.
    TourStarted {
        /// The tour's id.
        tour: String,
    },
    /// The person goes on with a tour that was paused, or left by leaving the page.
    TourResumed,
    /// What happens in a step; ignored where the tour is in another step by now.
    Tour {
        /// The step that the view shows, from 0.
        step: usize,
        /// What.
        act: TourAct,
    },
    /// The person used the button of a nudge, or put it off, or away.
    Nudge {
        /// The nudge's id.
        nudge: String,
        /// What.
        act: NudgeAct,
    },
    /// The person answered the survey; questions without an answer are left out.
    Answered {
        /// By question id: the number of a scale, the number of an option from 1, or text.
        answers: Vec<(String, String)>,
    },
    /// The person does not want to answer the survey.
    Declined,
    /// The person says whether a task's help was helpful.
    Rated {
        /// The task's id.
        task: String,
        /// Whether it was.
        is_helpful: bool,
    },
}

/// When the view noticed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// While the checklist was being put on the page.
    AtStart,
    /// Later.
    Later,
}

/// What happens in a step of a tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TourAct {
    /// The card stands at its target, or in the middle of the page.
    Seen,
    /// The person pressed "next".
    Next,
    /// The person pressed "back".
    Back,
    /// The person closed the card, and may go on later.
    Pause,
    /// The person does not want the tour.
    Leave,
    /// The target was waited for and is not there; what follows is up to the step's policy.
    Missing,
}

/// What a person does with a nudge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NudgeAct {
    /// They used its button.
    Take,
    /// They put it off.
    Snooze,
    /// They do not want it again.
    Dismiss,
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
    /// A task's milestone was reached, or its reward is due: once, and not for what was done already.
    Rewarded {
        /// Its index.
        task: usize,
    },
    /// The person is on another path, or in an arm: texts and the list may be others.
    Assigned,
    /// The checklist is to keep out of the way, or to come back.
    AwayChanged,
    /// This step of a tour is to be shown, in place of the one before.
    TourStep {
        /// The tour's index.
        tour: usize,
        /// The step, from 0.
        step: usize,
        /// Who shows it.
        place: Place,
    },
    /// A tour shows no more.
    TourOver {
        /// The tour's id.
        tour: String,
        /// Paused, finished or left.
        phase: Phase,
    },
    /// A nudge is to be shown.
    NudgeShown {
        /// Its index.
        nudge: usize,
    },
    /// The survey is to be asked, or asked no more; see [`State::is_asking`].
    SurveyChanged,
    /// The survey was answered.
    SurveyAnswered {
        /// By question id.
        answers: Vec<(String, String)>,
    },
    /// A row for the log.
    Logged(Box<Row>),
}

/// Which page shows a tour's step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// This one: the tour was begun, resumed or brought here.
    Here,
    /// The one that shows the tour already, in this tab or another; other pages leave it alone.
    WhereItShows,
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
    /// No tour has this id.
    UnknownTour(String),
    /// No tour is paused.
    NoTour,
    /// No nudge has this id.
    UnknownNudge(String),
    /// The checklist has no survey.
    NoSurvey,
    /// An answer does not fit its question, or no question has this id.
    BadAnswer(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, why) = match self {
            Refusal::UnknownTask(id) => return write!(f, "no task has the id \"{id}\""),
            Refusal::UnknownTour(id) => return write!(f, "no tour has the id \"{id}\""),
            Refusal::UnknownNudge(id) => return write!(f, "no nudge has the id \"{id}\""),
            Refusal::NoTour => return f.write_str("no tour is paused; start one"),
            Refusal::NoSurvey => return f.write_str("the checklist has no survey"),
            Refusal::BadAnswer(id) => return write!(f, "the answer to \"{id}\" does not fit its question"),
            Refusal::NotOpen(id) => (id, "is locked or hidden"),
            Refusal::NotManual(id) => (id, "cannot be ticked by hand"),
            Refusal::NotTicked(id) => (id, "was not ticked by hand"),
        };
        write!(f, "the task \"{id}\" {why}")
    }
}

impl std::error::Error for Refusal {}
