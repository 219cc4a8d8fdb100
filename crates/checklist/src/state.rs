//! What is remembered of one person and one checklist, and how two memories of it (two tabs) become one.

use crate::segment::Tracked;
use crate::time::Millis;

/// No condition counts further than this.
pub(crate) const MOST_HITS: usize = 1_000;

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
    /// The arm of the experiment that the person is in.
    pub variant: Option<String>,
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
    /// Who said by hand that it is done, if anyone did.
    pub ticked: Option<By>,
    /// How it was completed, if it is.
    pub completion: Option<Completion>,
    /// When a completion was last taken back.
    pub undone_at: Option<Millis>,
    /// Events up to and including this moment do not count, because of a reset.
    pub since: Option<Millis>,
    /// Whether the person has seen it in the open panel.
    pub is_seen: bool,
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
        self.task(id).is_some_and(|task| task.completion.is_some())
    }

    pub(crate) fn task_mut(&mut self, id: &str) -> &mut TaskState {
        entry(&mut self.tasks, id)
    }

    pub(crate) fn hits_mut(&mut self, key: &str) -> &mut Vec<Millis> {
        entry(&mut self.hits, key)
    }

    /// Takes in another memory of the same person and checklist, as another tab may have stored it. What either knows
    /// to be done stays done, unless it was taken back after that. Commutative and idempotent.
    pub fn merge(&mut self, other: &State) {
        self.started_at = earlier(self.started_at, other.started_at);
        self.finished_at = earlier(self.finished_at, other.finished_at);
        for (id, theirs) in &other.tasks {
            self.task_mut(id).merge(theirs);
        }
        for (key, theirs) in &other.hits {
            let ours = self.hits_mut(key);
            *ours = union(ours, theirs);
            // The latest are kept, since only those can fall into a window.
            ours.drain(..ours.len().saturating_sub(MOST_HITS));
        }
    }
}

impl TaskState {
    fn merge(&mut self, other: &TaskState) {
        self.undone_at = self.undone_at.max(other.undone_at);
        self.since = self.since.max(other.since);
        self.is_seen |= other.is_seen;
        let undone_at = self.undone_at;
        let is_valid = |completion: &Completion| undone_at.is_none_or(|undone| completion.at > undone);
        // A tick goes with the completion it led to; one that led to none yet (a locked task) waits on.
        let tick = |task: &TaskState| task.ticked.filter(|_| task.completion.as_ref().is_none_or(is_valid));
        self.ticked = [tick(self), tick(other)].into_iter().flatten().min();
        let found = [self.completion, other.completion].into_iter().flatten().filter(is_valid);
        self.completion = found.reduce(|a, b| Completion { at: a.at.min(b.at), by: a.by.min(b.by) });
    }
}

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

fn earlier(a: Option<Millis>, b: Option<Millis>) -> Option<Millis> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

/// The union of two ascending lists, where a moment is there as often as in the list that has it oftener.
fn union(a: &[Millis], b: &[Millis]) -> Vec<Millis> {
    let (mut i, mut j, mut all) = (0, 0, Vec::with_capacity(a.len() + b.len()));
    while i < a.len() || j < b.len() {
        let next = match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) => *x.min(y),
            (Some(x), None) => *x,
            (None, Some(y)) => *y,
            (None, None) => break,
        };
        i += usize::from(a.get(i) == Some(&next));
        j += usize::from(b.get(j) == Some(&next));
        all.push(next);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{By, Completion, State, TaskState, union};
    use crate::time::Millis;

    fn done(at: i64, by: By) -> TaskState {
        TaskState { completion: Some(Completion { at: Millis(at), by }), ..TaskState::default() }
    }

    fn merged(a: &TaskState, b: &TaskState) -> TaskState {
        let (mut one, mut other) = (a.clone(), b.clone());
        one.merge(b);
        other.merge(a);
        assert_eq!(one, other, "merging is commutative");
        one
    }

    #[test]
    fn of_two_tabs_that_completed_a_task_the_earlier_moment_and_the_better_evidence_stay() {
        let task = merged(&done(20, By::Event), &done(10, By::Person));
        assert_eq!(task.completion, Some(Completion { at: Millis(10), by: By::Event }));
    }

    #[test]
    fn an_undo_in_one_tab_wins_over_the_completion_before_it_and_loses_to_one_after_it() {
        let undone = TaskState { undone_at: Some(Millis(15)), ..TaskState::default() };
        assert_eq!(merged(&done(10, By::Person), &undone).completion, None);
        assert!(merged(&done(20, By::Person), &undone).completion.is_some());
    }

    #[test]
    fn hits_of_two_tabs_are_united_and_not_added_up() {
        let list = |times: &[i64]| times.iter().copied().map(Millis).collect::<Vec<_>>();
        assert_eq!(union(&list(&[1, 3, 3]), &list(&[2, 3, 9])), list(&[1, 2, 3, 3, 9]));
    }

    #[test]
    fn merging_a_state_with_itself_changes_nothing() {
        let mut state = State { started_at: Some(Millis(1)), ..State::default() };
        *state.task_mut("b") = done(5, By::Event);
        state.task_mut("a").is_seen = true;
        state.hits_mut("e").extend([Millis(4), Millis(4)]);
        let copy = state.clone();
        state.merge(&copy);
        assert_eq!(state, copy);
    }
}
