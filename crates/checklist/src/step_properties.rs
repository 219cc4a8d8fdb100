//! The state machine under any sequence of events, clock changes, reloads and second tabs.

use proptest::prelude::{Just, ProptestConfig, Strategy, prop};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::tests::{Desk, THREE};
use super::{Effect, Event};
use crate::state::{Completion, State};
use crate::value::Value;

#[derive(Clone, Debug)]
enum Move {
    Do(Event),
    /// The clock moves, perhaps backwards.
    Wait(i64),
    Reload,
}

fn any_event() -> impl Strategy<Value = Event> {
    let id = prop::sample::select(vec!["project", "read", "invite", "unknown"]);
    let name = prop::sample::select(vec!["made", "invited", "other"]);
    prop_oneof![
        Just(Event::Started),
        Just(Event::Changed),
        Just(Event::Opened),
        name.prop_map(|name| Event::Tracked { name: name.into(), properties: Value::Null }),
        id.clone().prop_map(|task| Event::Ticked { task: task.into() }),
        id.clone().prop_map(|task| Event::Unticked { task: task.into() }),
        id.clone().prop_map(|task| Event::Clicked { task: task.into() }),
        id.clone().prop_map(|task| Event::Completed { task: task.into() }),
        prop::option::weighted(0.8, id).prop_map(|task| Event::Reset { task: task.map(Into::into) }),
    ]
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        8 => any_event().prop_map(Move::Do),
        2 => (-3i64..10).prop_map(Move::Wait),
        2 => Just(Move::Reload),
    ]
}

fn completions(desk: &Desk) -> Vec<Option<Completion>> {
    desk.definition.tasks.iter().map(|task| desk.state.task(&task.id).and_then(|it| it.completion)).collect()
}

fn takes_back(event: &Event) -> bool {
    matches!(event, Event::Unticked { .. } | Event::Reset { .. })
}

/// The state after `events` in a tab that began with the desk's state.
fn in_other_tab(desk: &Desk, events: &[Event]) -> State {
    let mut tab = Desk { state: desk.state.clone(), now: desk.now, ..Desk::new(THREE) };
    for event in events {
        tab.now += 1;
        let _ = tab.try_do(event);
    }
    tab.state
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_sequence_of_events_and_reloads_loses_a_completed_task_or_completes_one_twice(
        moves in prop::collection::vec(any_move(), 0..60),
    ) {
        let mut desk = Desk::new(THREE);
        for step in &moves {
            let before = completions(&desk);
            let (effects, may_take_back) = match step {
                Move::Wait(millis) => { desk.now += millis; (vec![], false) }
                Move::Reload => { desk.reload(); (vec![], false) }
                Move::Do(event) => (desk.try_do(event).unwrap_or_default(), takes_back(event)),
            };
            let after = completions(&desk);
            for task in 0..before.len() {
                let times = effects.iter().filter(|it| matches!(it, Effect::TaskCompleted { task: done, .. } if *done == task));
                let is_new = before[task].is_none() && after[task].is_some();
                match times.count() {
                    0 => prop_assert!(!is_new, "task {task} was completed silently by {step:?}"),
                    1 => prop_assert!(is_new || may_take_back, "task {task} was completed twice, by {step:?}"),
                    more => prop_assert!(false, "task {task} was completed {more} times at once"),
                }
                if !may_take_back && let Some(before) = before[task] {
                    prop_assert_eq!(after[task].map(|it| it.at), Some(before.at), "task {} after {:?}", task, step);
                }
            }
        }
    }

    #[test]
    fn two_tabs_converge_whichever_is_merged_into_the_other(
        start in prop::collection::vec(any_event(), 0..10),
        ours in prop::collection::vec(any_event(), 0..10),
        theirs in prop::collection::vec(any_event(), 0..10),
    ) {
        let mut desk = Desk::new(THREE);
        desk.state = in_other_tab(&desk, &start);
        desk.now += 100;
        let (one, other) = (in_other_tab(&desk, &ours), in_other_tab(&desk, &theirs));
        let (mut left, mut right) = (one.clone(), other.clone());
        left.merge(&other);
        right.merge(&one);
        prop_assert_eq!(&left, &right);
        let once = left.clone();
        left.merge(&other);
        left.merge(&one);
        prop_assert_eq!(&left, &once, "merging again changes nothing");
        if !ours.iter().chain(&theirs).any(takes_back) {
            for task in &desk.definition.tasks {
                prop_assert_eq!(left.is_done(&task.id), one.is_done(&task.id) || other.is_done(&task.id));
            }
        }
    }
}
