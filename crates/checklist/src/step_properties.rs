//! The state machine under any sequence of events, clock changes, reloads and second tabs.

use proptest::prelude::{Just, ProptestConfig, Strategy, prop};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::more_tests::FULL;
use super::tests::{Desk, THREE};
use crate::condition::Signal;
use crate::event::{Effect, Event, Noticed, NudgeAct, TourAct};
use crate::state::{Completion, State, TaskState};
use crate::value::Value;
use crate::value::testing::parse;

#[derive(Clone, Debug)]
enum Move {
    Do(Box<Event>),
    /// The clock moves, perhaps backwards.
    Wait(i64),
    /// The page is loaded anew.
    Reload,
    /// The page is loaded anew, and storage gives back what it held some writes ago, or nothing: it was full, cleared or
    /// forbidden meanwhile, and another tab that still remembers everything stores its state afterwards.
    Fault(usize),
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

/// All that can happen to a checklist with everything in it.
fn any_full_event() -> impl Strategy<Value = Event> {
    let id = prop::sample::select(vec!["project", "read", "invite", "watch"]);
    let act = prop::sample::select(vec![
        TourAct::Seen,
        TourAct::Next,
        TourAct::Back,
        TourAct::Pause,
        TourAct::Leave,
        TourAct::Missing,
    ]);
    let nudge = prop::sample::select(vec![NudgeAct::Take, NudgeAct::Snooze, NudgeAct::Dismiss]);
    let millis = prop::option::of(-5i64..1_000_000);
    prop_oneof![
        8 => any_event(),
        1 => Just(Event::Returned),
        1 => Just(Event::Dismissed),
        1 => millis.prop_map(|millis| Event::Snoozed { millis }),
        1 => Just(Event::TourStarted { tour: "look".into() }),
        1 => Just(Event::TourResumed),
        4 => (0usize..3, act).prop_map(|(step, act)| Event::Tour { step, act }),
        2 => Just(Event::Noticed { signal: Signal::Clicked, of: "#new".into(), when: Noticed::Later }),
        1 => Just(Event::Noticed { signal: Signal::Present, of: ".done".into(), when: Noticed::AtStart }),
        1 => nudge.prop_map(|act| Event::Nudge { nudge: "stuck".into(), act }),
        1 => Just(Event::Answered { answers: vec![("score".into(), "9".into())] }),
        1 => Just(Event::Declined),
        1 => id.prop_map(|task| Event::Rated { task: task.into(), is_helpful: true }),
    ]
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        8 => any_event().prop_map(|event| Move::Do(Box::new(event))),
        2 => (-3i64..10).prop_map(Move::Wait),
        2 => Just(Move::Reload),
        1 => (0usize..6).prop_map(Move::Fault),
    ]
}

fn completions(desk: &Desk) -> Vec<Option<Completion>> {
    desk.definition
        .tasks
        .iter()
        .map(|task| desk.state.task(&task.id).and_then(TaskState::completion))
        .collect()
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
        let mut history: Vec<State> = Vec::new();
        for step in &moves {
            history.push(desk.state.clone());
            let before = completions(&desk);
            let (effects, may_take_back) = match step {
                Move::Wait(millis) => { desk.now += millis; (vec![], false) }
                Move::Reload => { desk.reload(); (vec![], false) }
                Move::Fault(age) => {
                    let memory = desk.state.clone();
                    let stored = history.iter().rev().nth(*age).cloned().unwrap_or_default();
                    desk.state = stored;
                    desk.try_do(&Event::Started).expect("starting cannot be refused");
                    let effects = desk.try_do(&Event::Stored { state: Box::new(memory) }).expect("storing cannot be refused");
                    prop_assert!(!effects.iter().any(|it| matches!(it, Effect::Logged(_) | Effect::Finished)));
                    (vec![], false)
                }
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
    fn with_tours_nudges_and_all_the_rest_nothing_is_lost_either_and_every_state_reads_back(
        events in prop::collection::vec((any_full_event(), 0i64..4_000_000), 0..60),
    ) {
        let mut desk = Desk::new(FULL);
        desk.visitor.traits = parse(r#"{"plan": "pro"}"#);
        desk.act(&Event::Started);
        let (mut rewarded, mut asked) = (0, 0);
        for (event, wait) in &events {
            desk.now += wait;
            let before = completions(&desk);
            let effects = desk.try_do(event).unwrap_or_default();
            desk.reload();
            for (task, (before, after)) in before.iter().zip(completions(&desk)).enumerate() {
                if !takes_back(event) && let Some(before) = before {
                    prop_assert_eq!(after.map(|it| it.at), Some(before.at), "task {} after {:?}", task, event);
                }
            }
            rewarded += effects.iter().filter(|it| matches!(it, Effect::Rewarded { task: 0 })).count();
            asked += effects.iter().filter(|it| matches!(it, Effect::Logged(row) if row.event == "survey_shown")).count();
        }
        prop_assert!(rewarded <= 1 && asked <= 1, "rewarded {} times, asked {} times", rewarded, asked);
    }

    #[test]
    fn three_memories_become_the_same_one_in_whatever_order_they_are_merged(
        start in prop::collection::vec((any_full_event(), 0i64..4_000_000), 0..12),
        tabs in prop::array::uniform3(prop::collection::vec((any_full_event(), 0i64..4_000_000), 0..12)),
    ) {
        let run = |desk: &mut Desk, events: &[(Event, i64)]| {
            for (event, wait) in events {
                desk.now += wait;
                let _ = desk.try_do(event);
            }
        };
        let mut first = Desk::new(FULL);
        first.act(&Event::Started);
        run(&mut first, &start);
        let states = tabs.map(|events| {
            let mut tab = Desk { state: first.state.clone(), now: first.now, ..Desk::new(FULL) };
            run(&mut tab, &events);
            tab.state
        });
        let merged = |order: [usize; 3]| {
            let mut all = states[order[0]].clone();
            all.merge(&states[order[1]]);
            all.merge(&states[order[2]]);
            all
        };
        let one = merged([0, 1, 2]);
        for order in [[1, 0, 2], [2, 1, 0], [0, 2, 1], [1, 2, 0], [2, 0, 1]] {
            prop_assert_eq!(&merged(order), &one, "{:?}", order);
        }
        let mut right = states[1].clone();
        right.merge(&states[2]);
        let mut grouped = states[0].clone();
        grouped.merge(&right);
        prop_assert_eq!(&grouped, &one, "grouped the other way");
        let mut again = one.clone();
        states.iter().for_each(|state| again.merge(state));
        prop_assert_eq!(&again, &one, "merging again changes nothing");
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
