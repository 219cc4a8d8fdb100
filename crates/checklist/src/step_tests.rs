//! The state machine, rule by rule.

use super::apply;
use crate::definition::Definition;
use crate::event::{Effect, Event, Refusal};
use crate::row::Row;
use crate::state::{By, State, TaskState};
use crate::status::{Moment, Progress, Status, Visitor, progress, statuses};
use crate::time::Millis;
use crate::value::Value;
use crate::value::testing::{parse, print};

pub(super) const THREE: &str = r#"{"version": 1, "revision": "r2", "id": "c", "title": "C", "tasks": [
    {"id": "project", "title": "P", "detail": "d", "complete_when": {"event": "made"}},
    {"id": "read", "title": "R", "detail": "d", "complete_when": "manual"},
    {"id": "invite", "title": "I", "detail": "d", "requires": ["project", "read"],
     "complete_when": {"any": [{"event": "invited", "times": 2}, "manual"]}}]}"#;

/// A person at a checklist, with a clock that the test moves.
pub(super) struct Desk {
    pub(super) definition: Definition,
    pub(super) visitor: Visitor,
    pub(super) state: State,
    pub(super) now: i64,
}

impl Desk {
    pub(super) fn new(json: &str) -> Desk {
        let definition = Definition::check(&parse(json)).expect("sound").definition;
        let visitor = Visitor { user: "u".into(), segment: "small".into(), traits: Value::Null };
        Desk { definition, visitor, state: State::default(), now: 1_000 }
    }

    pub(super) fn try_do(&mut self, event: &Event) -> Result<Vec<Effect>, Refusal> {
        let moment =
            Moment { visitor: &self.visitor, now: Millis(self.now), page: "https://app.example/p?q=1#f" };
        apply(&self.definition, &mut self.state, event, &moment)
    }

    pub(super) fn act(&mut self, event: &Event) -> Vec<Effect> {
        self.try_do(event).expect("the event fits")
    }

    pub(super) fn track(&mut self, name: &str) -> Vec<Effect> {
        self.act(&Event::Tracked { name: name.into(), properties: Value::Null })
    }

    pub(super) fn statuses(&self) -> Vec<Status> {
        statuses(
            &self.definition,
            &self.state,
            &Moment { visitor: &self.visitor, now: Millis(self.now), page: "https://app.example/p?q=1#f" },
        )
    }

    pub(super) fn progress(&self) -> Progress {
        progress(
            &self.definition,
            &self.state,
            &Moment { visitor: &self.visitor, now: Millis(self.now), page: "https://app.example/p?q=1#f" },
        )
    }

    pub(super) fn reload(&mut self) {
        let restored = State::restore(&parse(&print(&self.state.to_value())));
        assert_eq!(restored.damage, []);
        assert_eq!(restored.state, self.state, "a state reads back as it was written");
        self.state = restored.state;
    }
}

fn ticked(task: &str) -> Event {
    Event::Ticked { task: task.into() }
}

fn unticked(task: &str) -> Event {
    Event::Unticked { task: task.into() }
}

pub(super) fn rows(effects: &[Effect]) -> Vec<(&str, Option<&str>, Option<&str>)> {
    fn brief(effect: &Effect) -> Option<(&str, Option<&str>, Option<&str>)> {
        match effect {
            Effect::Logged(row) => Some((row.event, row.task.as_deref(), row.value.as_deref())),
            _ => None,
        }
    }
    effects.iter().filter_map(brief).collect()
}

#[test]
fn an_event_completes_its_task_once_and_the_moment_never_moves() {
    let mut desk = Desk::new(THREE);
    let effects = desk.track("made");
    assert_eq!(effects[0], Effect::TaskCompleted { task: 0, by: By::Event });
    assert_eq!(effects.last(), Some(&Effect::Progressed(Progress { done: 1, total: 3, is_finished: false })));
    let first = desk.state.task("project").and_then(TaskState::completion);
    desk.now += 5_000;
    assert_eq!(desk.track("made"), []);
    assert_eq!(desk.state.task("project").and_then(TaskState::completion), first);
}

#[test]
fn a_task_is_locked_until_all_that_it_requires_is_done() {
    let mut desk = Desk::new(THREE);
    assert_eq!(desk.statuses()[2], Status::Locked(vec![0, 1]));
    assert_eq!(desk.try_do(&ticked("invite")), Err(Refusal::NotOpen("invite".into())));
    desk.track("made");
    assert_eq!(desk.statuses()[2], Status::Locked(vec![1]));
    assert!(desk.act(&ticked("read")).contains(&Effect::TaskUnlocked { task: 2 }));
    assert_eq!(desk.statuses()[2], Status::Open);
}

#[test]
fn events_for_a_locked_task_are_remembered_and_complete_it_when_it_unlocks() {
    let mut desk = Desk::new(THREE);
    desk.track("invited");
    desk.track("invited");
    desk.act(&ticked("read"));
    assert_eq!(desk.statuses()[2], Status::Locked(vec![0]));
    let completed: Vec<_> = desk
        .track("made")
        .into_iter()
        .filter(|it| matches!(it, Effect::TaskCompleted { .. } | Effect::Finished))
        .collect();
    assert_eq!(
        completed,
        [
            Effect::TaskCompleted { task: 0, by: By::Event },
            Effect::TaskCompleted { task: 2, by: By::Event },
            Effect::Finished
        ]
    );
}

#[test]
fn a_manual_tick_can_be_taken_back_and_locks_again_what_it_unlocked() {
    let mut desk = Desk::new(THREE);
    desk.track("made");
    desk.act(&ticked("read"));
    let effects = desk.act(&unticked("read"));
    assert!(effects.contains(&Effect::TaskUndone { task: 1 }));
    assert_eq!(desk.statuses()[1..], [Status::Open, Status::Locked(vec![1])]);
    assert_eq!(rows(&effects), [("task_undone", Some("read"), None)]);
}

#[test]
fn a_completion_by_the_product_cannot_be_taken_back_by_hand() {
    let mut desk = Desk::new(THREE);
    desk.track("made");
    assert_eq!(desk.try_do(&unticked("project")), Err(Refusal::NotTicked("project".into())));
    assert_eq!(desk.try_do(&ticked("invite")), Err(Refusal::NotOpen("invite".into())));
    assert_eq!(desk.statuses()[0], Status::Done(By::Event));
}

#[test]
fn a_task_without_manual_in_its_condition_cannot_be_ticked() {
    let mut desk = Desk::new(THREE);
    assert_eq!(desk.try_do(&ticked("project")), Err(Refusal::NotManual("project".into())));
    assert_eq!(desk.try_do(&ticked("nope")), Err(Refusal::UnknownTask("nope".into())));
}

#[test]
fn what_was_ticked_and_then_really_happens_can_no_longer_be_unticked() {
    let mut desk = Desk::new(THREE);
    desk.track("made");
    desk.act(&ticked("read"));
    desk.act(&ticked("invite"));
    let at = desk.state.task("invite").and_then(TaskState::completion).map(|it| it.at);
    desk.now += 1;
    desk.track("invited");
    desk.track("invited");
    assert_eq!(desk.statuses()[2], Status::Done(By::Event));
    assert_eq!(desk.state.task("invite").and_then(TaskState::completion).map(|it| it.at), at);
    assert!(desk.try_do(&unticked("invite")).is_err());
}

#[test]
fn the_host_can_complete_any_task_and_a_locked_one_as_soon_as_it_unlocks() {
    let mut desk = Desk::new(THREE);
    let complete = |task: &str| Event::Completed { task: task.into() };
    desk.act(&complete("invite"));
    assert_eq!(desk.statuses()[2], Status::Locked(vec![0, 1]));
    desk.act(&complete("project"));
    desk.act(&complete("read"));
    assert_eq!(desk.statuses(), [Status::Done(By::Host), Status::Done(By::Host), Status::Done(By::Host)]);
    assert_eq!(desk.try_do(&complete("x")).expect_err("unknown").to_string(), "no task has the id \"x\"");
}

#[test]
fn finishing_happens_once_even_when_a_task_is_taken_back_and_done_again() {
    let mut desk = Desk::new(THREE);
    desk.track("made");
    desk.act(&ticked("read"));
    assert!(desk.act(&ticked("invite")).contains(&Effect::Finished));
    desk.act(&unticked("read"));
    assert!(!desk.progress().is_finished);
    assert!(!desk.act(&ticked("read")).contains(&Effect::Finished));
    assert!(desk.progress().is_finished);
}

#[test]
fn who_finished_stays_finished_when_a_later_revision_brings_a_new_task() {
    let mut desk = Desk::new(THREE);
    for task in ["project", "read", "invite"] {
        desk.act(&Event::Completed { task: task.into() });
    }
    let more = THREE.replace(r#""id": "read""#, r#""id": "watch""#).replace(r#""read"]"#, r#""watch"]"#);
    desk.definition = Definition::check(&parse(&more)).expect("sound").definition;
    desk.act(&Event::Started);
    assert_eq!(desk.progress(), Progress { done: 2, total: 3, is_finished: true });
}

#[test]
fn a_reset_forgets_the_events_before_it() {
    let mut desk = Desk::new(THREE);
    desk.track("made");
    desk.now += 10;
    let effects = desk.act(&Event::Reset { task: Some("project".into()) });
    assert!(effects.contains(&Effect::TaskUndone { task: 0 }));
    assert_eq!(desk.statuses()[0], Status::Open);
    desk.now += 10;
    desk.track("made");
    assert_eq!(desk.statuses()[0], Status::Done(By::Event));
    desk.act(&Event::Reset { task: None });
    assert_eq!(desk.progress(), Progress { done: 0, total: 3, is_finished: false });
}

#[test]
fn hidden_tasks_are_in_neither_count_and_hold_nothing_up() {
    let json = THREE.replace(r#""id": "read", "#, r#""id": "read", "when": {"segment": "large"}, "#);
    let mut desk = Desk::new(&json);
    assert_eq!(desk.progress(), Progress { done: 0, total: 2, is_finished: false });
    desk.track("made");
    assert_eq!(desk.statuses(), [Status::Done(By::Event), Status::Hidden, Status::Open]);
    desk.act(&ticked("invite"));
    assert!(desk.progress().is_finished);
    desk.visitor.segment = "large".into();
    desk.act(&Event::Changed);
    assert_eq!(desk.progress(), Progress { done: 2, total: 3, is_finished: true });
}

#[test]
fn what_is_true_at_the_start_is_done_already() {
    let json = THREE.replace(r#"{"event": "made"}"#, r#"{"trait": "projects", "at_least": 1}"#);
    let mut desk = Desk::new(&json);
    desk.visitor.traits = parse(r#"{"projects": 4}"#);
    let effects = desk.act(&Event::Started);
    assert_eq!(desk.statuses()[0], Status::Done(By::Already));
    assert_eq!(
        rows(&effects),
        [("checklist_started", None, None), ("task_completed", Some("project"), Some("already"))]
    );
    desk.visitor.traits = Value::Null;
    assert_eq!(desk.act(&Event::Started), [], "done stays done when the trait is gone");
}

#[test]
fn what_another_tab_stored_is_shown_and_neither_logged_nor_finished_again() {
    let (mut desk, mut other) = (Desk::new(THREE), Desk::new(THREE));
    for task in ["project", "read", "invite"] {
        other.act(&Event::Completed { task: task.into() });
    }
    let effects = desk.act(&Event::Stored { state: Box::new(other.state.clone()) });
    let done = |task| Effect::TaskCompleted { task, by: By::Host };
    let progress = Effect::Progressed(Progress { done: 3, total: 3, is_finished: true });
    assert_eq!(effects, [done(0), done(1), done(2), progress]);
    assert_eq!(desk.act(&Event::Stored { state: Box::new(other.state) }), []);
}

#[test]
fn the_log_says_who_when_what_and_where_and_each_sighting_once() {
    let mut desk = Desk::new(THREE);
    let effects = desk.act(&Event::Opened);
    let Some(Effect::Logged(row)) = effects.get(1) else { panic!("a row") };
    let wanted = Row {
        user_id: "u".into(),
        time: Millis(1_000),
        event: "task_seen",
        checklist: "c".into(),
        version: "r2".into(),
        segment: Some("small".into()),
        task: Some("project".into()),
        url: "/p".into(),
        ..Row::default()
    };
    assert_eq!(**row, wanted);
    assert_eq!(rows(&effects).len(), 4);
    assert_eq!(rows(&desk.act(&Event::Opened)), [("checklist_seen", None, None)]);
    assert_eq!(
        rows(&desk.act(&Event::Clicked { task: "read".into() })),
        [("task_clicked", Some("read"), None)]
    );
}

#[test]
fn no_more_hits_are_kept_than_a_condition_counts() {
    let mut desk = Desk::new(THREE);
    for _ in 0..50 {
        desk.now += 1;
        desk.track("invited");
        desk.track("unheard_of");
    }
    assert_eq!(desk.state.hits, [("invited".to_owned(), vec![Millis(1_049), Millis(1_050)])]);
}
