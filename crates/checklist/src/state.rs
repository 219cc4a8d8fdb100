//! What is remembered of one person and one checklist.

mod merge;

pub(crate) use self::merge::order;
use crate::segment::Tracked;
use crate::time::Millis;

/// No condition counts further than this.
pub(crate) const MOST_HITS: usize = 1_000;

/// Segments' rules look back no further than this many events, and at the very first.
pub(crate) const MOST_HISTORY: usize = 500;

/// Everything remembered. Tasks that the definition no longer has are kept, in case they come back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// When the checklist was first met.
    pub started_at: Option<Millis>,
    /// When every visible task was done for the first time; never moves, whatever the definition becomes.
    pub finished_at: Option<Millis>,
    /// By task id, sorted.
    pub(crate) tasks: Vec<(String, TaskState)>,
    /// When each event that a condition counts happened: by [`crate::Repeat::key`], sorted; each list ascending and
    /// no longer than the condition needs.
    pub(crate) hits: Vec<(String, Vec<Millis>)>,
    /// What segments' rules look at, ascending.
    pub(crate) history: Vec<Tracked>,
    /// The path that the person is on; none where the definition has no paths.
    pub path: Option<Assigned>,
    /// The arm that the person was assigned to.
    pub variant: Option<Variant>,
    /// When the person last made a step forward.
    pub active_at: Option<Millis>,
    /// Whether the checklist keeps out of the way.
    pub away: Away,
    /// The tour that was started last, running or not.
    pub tour: Option<TourState>,
    /// By nudge id, sorted.
    pub(crate) nudges: Vec<(String, NudgeState)>,
    /// By survey id, sorted.
    pub(crate) surveys: Vec<(String, SurveyState)>,
}

/// The arm of an experiment that a person is in; stays when shares change, and is dealt anew by another experiment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variant {
    /// The experiment's id.
    pub experiment: String,
    /// The arm's id.
    pub arm: String,
}

/// What the person last said about being left alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Away {
    /// When they said it.
    pub at: Millis,
    /// Until when the checklist keeps out of the way; [`Away::FOREVER`] once it was dismissed.
    pub until: Millis,
}

/// How a tour stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TourState {
    /// When this was last changed; of two memories the later counts.
    pub changed_at: Millis,
    /// The tour's id.
    pub tour: String,
    /// The step, from 0.
    pub step: usize,
    /// When the step began; what its `advance_when` counts from.
    pub since: Millis,
    /// Running, paused or over.
    pub phase: Phase,
    /// Whether what the person did in the step before brought this one, and it was not seen yet: perhaps because that
    /// led to another page.
    pub is_moving: bool,
}

/// Whether a tour runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It shows, on this page or in another tab, or was left by closing the page; then it can be resumed.
    Running,
    /// It can be resumed.
    Paused,
    /// It was followed to its end.
    Finished,
    /// It was left, or its last targets were not there.
    Left,
}

/// What is remembered of a nudge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NudgeState {
    /// How often it was shown.
    pub shown: u32,
    /// When it was last shown.
    pub at: Millis,
    /// Until when it must not come again.
    pub until: Millis,
}

/// What is remembered of a survey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SurveyState {
    /// When it was first shown.
    pub shown_at: Option<Millis>,
    /// When it was answered or declined.
    pub closed_at: Option<Millis>,
}

/// Which path a person is on, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assigned {
    /// When it was decided.
    pub at: Millis,
    /// Why.
    pub why: Why,
    /// The path's id.
    pub path: String,
}

/// Why a person is on a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// By lot, to measure the other paths against.
    Holdout,
    /// Its condition holds.
    Fits,
    /// No other path fits.
    Default,
}

/// What is remembered of one task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskState {
    /// When the person ticked it last, and when the host said that it is done; neither counts once it was undone.
    pub(crate) ticks: Ticks,
    /// Its completions since it was last undone, by moment. One, but for tabs that did not know of each other: an undo
    /// that comes to light later must find the later completion, so both are kept.
    pub(crate) completions: Vec<Completion>,
    /// When it was last taken back; what was completed or ticked up to and including then does not count.
    pub undone_at: Option<Millis>,
    /// Events up to and including this moment do not count, because of a reset.
    pub since: Option<Millis>,
    /// Whether the person has seen it in the open panel.
    pub is_seen: bool,
    /// Whether its milestone and its reward were given.
    pub is_rewarded: bool,
    /// Whether the person found its help helpful, if they said so.
    pub is_helpful: Option<bool>,
}

/// What was said of a task by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ticks {
    pub(crate) person: Option<Millis>,
    pub(crate) host: Option<Millis>,
}

/// A completed task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// When; never moves.
    pub at: Millis,
    /// How.
    pub by: By,
}

/// What completed a task. The order is that of evidence: of two that say the same, the smaller is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// It was already true when the checklist was first shown.
    Already,
    /// The condition came true.
    Event,
    /// The host page said so.
    Host,
    /// The person ticked it.
    Person,
}

impl By {
    /// The word for it in the stored state, in the log and in events.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            By::Already => "already",
            By::Event => "event",
            By::Host => "host",
            By::Person => "person",
        }
    }

    /// The other way round; `None` for any other word.
    #[must_use]
    pub fn of(word: &str) -> Option<By> {
        [By::Already, By::Event, By::Host, By::Person].into_iter().find(|by| by.word() == word)
    }
}

impl State {
    /// What is known of the task with this id; `None` where nothing is. O(log tasks).
    #[must_use]
    pub fn task(&self, id: &str) -> Option<&TaskState> {
        let index = self.tasks.binary_search_by(|(key, _)| key.as_str().cmp(id)).ok()?;
        Some(&self.tasks[index].1)
    }

    /// Whether the task with this id is done.
    #[must_use]
    pub fn is_done(&self, id: &str) -> bool {
        self.task(id).is_some_and(|task| !task.completions.is_empty())
    }

    /// Whether the checklist keeps out of the way at this moment.
    #[must_use]
    pub fn is_away(&self, now: Millis) -> bool {
        now < self.away.until
    }

    /// The id of a tour that was begun and is neither finished nor left, with its step; what can be resumed.
    #[must_use]
    pub fn open_tour(&self) -> Option<(&str, usize)> {
        let tour = self.tour.as_ref().filter(|tour| matches!(tour.phase, Phase::Running | Phase::Paused))?;
        Some((&tour.tour, tour.step))
    }

    /// Whether the survey with this id was shown and neither answered nor declined.
    #[must_use]
    pub fn is_asking(&self, survey: &str) -> bool {
        let found = self.surveys.iter().find(|(id, _)| id == survey);
        found.is_some_and(|(_, state)| state.shown_at.is_some() && state.closed_at.is_none())
    }

    pub(crate) fn task_mut(&mut self, id: &str) -> &mut TaskState {
        entry(&mut self.tasks, id)
    }

    pub(crate) fn hits_mut(&mut self, key: &str) -> &mut Vec<Millis> {
        entry(&mut self.hits, key)
    }

    pub(crate) fn nudge_mut(&mut self, id: &str) -> &mut NudgeState {
        entry(&mut self.nudges, id)
    }

    pub(crate) fn survey_mut(&mut self, id: &str) -> &mut SurveyState {
        entry(&mut self.surveys, id)
    }
}

impl TaskState {
    /// How it was completed, if it is: at the first moment, and with the best evidence.
    #[must_use]
    pub fn completion(&self) -> Option<Completion> {
        let by = self.completions.iter().map(|completion| completion.by).min()?;
        Some(Completion { at: self.completions[0].at, by })
    }

    /// Who said by hand that it is done, if anyone did.
    #[must_use]
    pub fn ticked(&self) -> Option<By> {
        let counts = |at: &Option<Millis>| at.is_some() && *at > self.undone_at;
        let person = counts(&self.ticks.person).then_some(By::Person);
        counts(&self.ticks.host).then_some(By::Host).or(person)
    }

    /// The moment for something new: later than the undo before it, or another tab would think that undone too.
    pub(crate) fn moment(&self, now: Millis) -> Millis {
        self.undone_at.map_or(now, |undone| now.max(Millis(undone.0 + 1)))
    }

    /// Takes back all completions and ticks; the moment of that.
    pub(crate) fn undo(&mut self, now: Millis) -> Millis {
        let known =
            [self.ticks.person, self.ticks.host, self.completions.last().map(|it| it.at), self.undone_at];
        let at = known.into_iter().flatten().fold(now, Millis::max);
        self.completions.clear();
        self.undone_at = Some(at);
        at
    }
}

impl Away {
    /// Later than any clock.
    pub const FOREVER: Millis = Millis(8_640_000_000_000_000);
}

impl Phase {
    /// The word for it in the stored state and in the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        PHASES.iter().find(|(_, phase)| *phase == self).map_or("left", |(word, _)| word)
    }
}

impl Why {
    /// The word for it in the stored state and in the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        WHYS.iter().find(|(_, why)| *why == self).map_or("default", |(word, _)| word)
    }
}

pub(crate) const PHASES: [(&str, Phase); 4] = [
    ("running", Phase::Running),
    ("paused", Phase::Paused),
    ("finished", Phase::Finished),
    ("left", Phase::Left),
];

pub(crate) const WHYS: [(&str, Why); 3] =
    [("holdout", Why::Holdout), ("fits", Why::Fits), ("default", Why::Default)];

/// The value under `key` of a sorted list, made if missing. Lists, not maps: a handful of entries, and much less code.
fn entry<'a, T: Default>(list: &'a mut Vec<(String, T)>, key: &str) -> &'a mut T {
    let index = match list.binary_search_by(|(name, _)| name.as_str().cmp(key)) {
        Ok(index) => index,
        Err(index) => {
            list.insert(index, (key.to_owned(), T::default()));
            index
        }
    };
    &mut list[index].1
}
