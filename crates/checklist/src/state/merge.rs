//! How two memories of one person and one checklist (two tabs) become one: a join, so that the order in which tabs hear
//! of each other, and how often, makes no difference.

use super::{MOST_HISTORY, MOST_HITS, NudgeState, State, SurveyState, TaskState};
use crate::hash::Fnv;
use crate::segment::Tracked;
use crate::time::Millis;

impl State {
    /// Takes in another memory of the same person and checklist, as another tab may have stored it. What either knows
    /// to be done stays done, unless it was taken back after that. Commutative, associative and idempotent.
    pub fn merge(&mut self, other: &State) {
        self.started_at = earlier(self.started_at, other.started_at);
        self.finished_at = earlier(self.finished_at, other.finished_at);
        self.active_at = self.active_at.max(other.active_at);
        self.away = self.away.max(other.away);
        self.tour = self.tour.take().max(other.tour.clone());
        self.path = first(self.path.take(), &other.path);
        self.variant = first(self.variant.take(), &other.variant);
        for (id, theirs) in &other.tasks {
            self.task_mut(id).merge(theirs);
        }
        for (id, theirs) in &other.nudges {
            self.nudge_mut(id).merge(theirs);
        }
        for (id, theirs) in &other.surveys {
            self.survey_mut(id).merge(theirs);
        }
        for (key, theirs) in &other.hits {
            let ours = self.hits_mut(key);
            *ours = union(ours, theirs, |at| *at);
            // The latest are kept, since only those can fall into a window.
            ours.drain(..ours.len().saturating_sub(MOST_HITS));
        }
        self.history = union(&self.history, &other.history, order);
        self.trim_history();
    }

    /// Keeps the first event, from which tenure is counted, and the latest.
    pub(crate) fn trim_history(&mut self) {
        if let Some(excess) = self.history.len().checked_sub(MOST_HISTORY).filter(|excess| *excess > 0) {
            self.history.drain(1..=excess);
        }
    }
}

impl TaskState {
    fn merge(&mut self, other: &TaskState) {
        self.undone_at = self.undone_at.max(other.undone_at);
        self.since = self.since.max(other.since);
        self.is_seen |= other.is_seen;
        self.is_rewarded |= other.is_rewarded;
        self.is_helpful = self.is_helpful.max(other.is_helpful);
        self.ticks.person = self.ticks.person.max(other.ticks.person);
        self.ticks.host = self.ticks.host.max(other.ticks.host);
        for theirs in &other.completions {
            match self.completions.binary_search_by_key(&theirs.at, |ours| ours.at) {
                Ok(index) => self.completions[index].by = self.completions[index].by.min(theirs.by),
                Err(index) => self.completions.insert(index, *theirs),
            }
        }
        let undone_at = self.undone_at;
        self.completions.retain(|completion| Some(completion.at) > undone_at);
    }
}

impl NudgeState {
    fn merge(&mut self, other: &NudgeState) {
        self.shown = self.shown.max(other.shown);
        self.at = self.at.max(other.at);
        self.until = self.until.max(other.until);
    }
}

impl SurveyState {
    fn merge(&mut self, other: &SurveyState) {
        self.shown_at = earlier(self.shown_at, other.shown_at);
        self.closed_at = earlier(self.closed_at, other.closed_at);
    }
}

fn earlier(a: Option<Millis>, b: Option<Millis>) -> Option<Millis> {
    first(a, &b)
}

/// The smaller of two, where there are two.
fn first<T: Ord + Clone>(a: Option<T>, b: &Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b.clone())),
        (one, other) => one.or_else(|| other.clone()),
    }
}

/// What events are ordered by: time, then name, then a fixed hash of their properties.
pub(crate) fn order(event: &Tracked) -> (Millis, String, u64) {
    let mut hash = Fnv::new();
    for (name, value) in event.properties.map().unwrap_or_default() {
        hash.text(name);
        hash.json(value);
    }
    (event.at, event.name.clone(), hash.value())
}

/// The union of two ascending lists, where an item is there as often as in the list that has it oftener.
fn union<T: Clone, K: Ord>(a: &[T], b: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let (mut i, mut j, mut all) = (0, 0, Vec::with_capacity(a.len() + b.len()));
    while i < a.len() && j < b.len() {
        let order = key(&a[i]).cmp(&key(&b[j]));
        all.push(if order.is_le() { a[i].clone() } else { b[j].clone() });
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
    }
    all.extend_from_slice(&a[i..]);
    all.extend_from_slice(&b[j..]);
    all
}

#[cfg(test)]
mod tests {
    use super::union;
    use crate::state::{By, Completion, State, TaskState};
    use crate::time::Millis;

    fn done(at: i64, by: By) -> TaskState {
        TaskState { completions: vec![Completion { at: Millis(at), by }], ..TaskState::default() }
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
        assert_eq!(task.completion(), Some(Completion { at: Millis(10), by: By::Event }));
    }

    #[test]
    fn an_undo_in_one_tab_wins_over_the_completion_before_it_and_loses_to_one_after_it() {
        let undone = TaskState { undone_at: Some(Millis(15)), ..TaskState::default() };
        assert_eq!(merged(&done(10, By::Person), &undone).completion(), None);
        assert!(merged(&done(20, By::Person), &undone).completion().is_some());
    }

    #[test]
    fn hits_of_two_tabs_are_united_and_not_added_up() {
        let list = |times: &[i64]| times.iter().copied().map(Millis).collect::<Vec<_>>();
        assert_eq!(union(&list(&[1, 3, 3]), &list(&[2, 3, 9]), |at| *at), list(&[1, 2, 3, 3, 9]));
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
