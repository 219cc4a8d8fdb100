//! The state machine beyond tasks: paths and arms, nudges, the survey, rewards, and keeping out of the way.

use super::tests::{Desk, rows};
use crate::condition::Signal;
use crate::definition::Definition;
use crate::event::{Effect, Event, Noticed, NudgeAct, Refusal};
use crate::state::{By, State, Why};
use crate::status::{Status, due_at, order};
use crate::time::Millis;
use crate::value::testing::parse;

/// A checklist with everything in it.
pub(super) const FULL: &str = r##"{"version": 1, "revision": "r", "id": "full", "title": "F", "snooze_hours": 10,
    "levels": [{"id": "basics", "title": "Basics"}, {"id": "more", "title": "More"}],
    "tasks": [
        {"id": "project", "title": "P", "detail": "d", "level": "basics", "due_days": 2, "milestone": "Live",
         "reward": {"message": "Well done", "celebration": true, "event": "badge"}, "complete_when": {"event": "made"}},
        {"id": "read", "title": "R", "detail": "d", "level": "basics", "complete_when": "manual"},
        {"id": "invite", "title": "I", "detail": "d", "level": "more", "complete_when": {"any": [{"event": "invited"}, {"element": ".done"}]}},
        {"id": "watch", "title": "W", "detail": "d", "level": "more", "complete_when": {"any": [{"tour": "look"}, "manual"]}}],
    "paths": [{"id": "pro", "tasks": ["read", "project", "invite"], "when": {"trait": "plan", "is": "pro"}},
              {"id": "same", "tasks": ["project", "watch"]}],
    "control": {"path": "same", "holdout": 0.0},
    "variants": {"experiment": "copy", "arms": [{"id": "a", "share": 0.5}, {"id": "b", "share": 0.5, "texts": {"title": "B!"}}]},
    "tours": [{"id": "look", "steps": [
        {"target": "#new", "text": "Click", "advance_when": "clicked"},
        {"target": ".board", "text": "A board", "missing": "skip"},
        {"text": "The end", "missing": "pause"}]},
        {"id": "other", "steps": [{"target": "#x", "text": "X", "advance_when": {"url": "/settings"}}, {"target": "#y", "text": "Y"}]}],
    "nudges": [{"id": "stuck", "text": "Stuck?", "after": {"event": "import_failed", "times": 3, "within_hours": 1}},
               {"id": "idle", "text": "Go on?", "after": {"idle_hours": 24}, "task": "project", "times": 2}],
    "survey": {"id": "nps", "when": {"task": "project"}, "questions": [
        {"id": "score", "kind": "nps", "text": "Recommend?"},
        {"id": "why", "kind": "text", "text": "Why?"},
        {"id": "role", "kind": "choice", "text": "You are?", "options": ["Owner", "Guest"]}]}}"##;

const HOUR: i64 = Millis::HOUR;

fn desk(traits: &str) -> Desk {
    let mut desk = Desk::new(FULL);
    desk.visitor.traits = parse(traits);
    desk
}

pub(super) fn started(traits: &str) -> Desk {
    let mut desk = desk(traits);
    desk.act(&Event::Started);
    desk
}

pub(super) fn events(effects: &[Effect]) -> Vec<&str> {
    rows(effects).into_iter().map(|(event, ..)| event).collect()
}

#[test]
fn the_first_path_that_fits_is_taken_and_shows_its_tasks_in_its_order() {
    let mut desk = desk(r#"{"plan": "pro"}"#);
    let effects = desk.act(&Event::Started);
    assert_eq!(order(&desk.definition, &desk.state), [1, 0, 2]);
    assert_eq!(rows(&effects)[0], ("checklist_started", None, Some("fits")));
    let Some(Effect::Logged(row)) = effects.first() else { panic!("a row") };
    assert_eq!(row.path.as_deref(), Some("pro"));
    assert_eq!(row.variant, desk.state.variant.as_ref().map(|variant| variant.arm.clone()));
    assert!(row.variant.is_some());
    assert_eq!(desk.statuses()[3], Status::Hidden);
}

#[test]
fn whom_no_path_fits_gets_the_control_and_a_better_one_only_until_they_have_seen_the_list() {
    let mut desk = started("{}");
    let path = |desk: &Desk| desk.state.path.clone().map(|it| (it.path, it.why));
    assert_eq!(path(&desk), Some(("same".into(), Why::Default)));
    desk.visitor.traits = parse(r#"{"plan": "pro"}"#);
    let effects = desk.act(&Event::Changed);
    assert!(effects.contains(&Effect::Assigned) && events(&effects).contains(&"path_assigned"));
    assert_eq!(path(&desk), Some(("pro".into(), Why::Fits)));
    desk.visitor.traits = parse("{}");
    desk.act(&Event::Changed);
    assert_eq!(path(&desk), Some(("pro".into(), Why::Fits)), "a path that fitted stays");

    let mut seen = started("{}");
    seen.act(&Event::Opened);
    seen.visitor.traits = parse(r#"{"plan": "pro"}"#);
    seen.act(&Event::Changed);
    assert_eq!(path(&seen), Some(("same".into(), Why::Default)));
}

#[test]
fn a_share_of_all_is_held_out_whoever_they_are_and_visitors_without_an_id_never() {
    let json = FULL.replace(r#""holdout": 0.0"#, r#""holdout": 0.25"#);
    let mut held_out = 0;
    for n in 0..2_000 {
        let mut desk = Desk::new(&json);
        desk.visitor.user = if n == 0 { String::new() } else { format!("u{n}") };
        desk.visitor.traits = parse(r#"{"plan": "pro"}"#);
        desk.act(&Event::Started);
        let assigned = desk.state.path.expect("there are paths");
        held_out += usize::from(assigned.why == Why::Holdout);
        assert_eq!(assigned.path == "same", assigned.why == Why::Holdout);
        assert!(n > 0 || assigned.why == Why::Fits);
    }
    // 500 expected, with a standard deviation of 19.4.
    assert!((430..570).contains(&held_out), "{held_out}");
}

#[test]
fn an_arm_stays_when_shares_change_and_another_experiment_deals_anew() {
    let mut desk = started("{}");
    let first = desk.state.variant.clone().expect("dealt");
    let other = if first.arm == "a" { "b" } else { "a" };
    let (none, all) =
        (format!(r#""id": "{}", "share": 0.5"#, first.arm), format!(r#""id": "{other}", "share": 0.5"#));
    let changed = FULL.replace(&none, &none.replace("0.5", "0")).replace(&all, &all.replace("0.5", "1"));
    desk.definition = Definition::check(&parse(&changed)).expect("sound").definition;
    desk.act(&Event::Started);
    assert_eq!(desk.state.variant.as_ref(), Some(&first));
    desk.definition =
        Definition::check(&parse(&changed.replace("\"copy\"", "\"copy 2\""))).expect("sound").definition;
    desk.act(&Event::Started);
    assert_eq!(desk.state.variant.map(|variant| variant.arm).as_deref(), Some(other));
}

#[test]
fn tasks_of_a_level_wait_for_those_of_the_level_before() {
    let mut desk = started(r#"{"plan": "pro"}"#);
    assert_eq!(desk.statuses()[2], Status::Locked(vec![0, 1]));
    desk.track("made");
    desk.act(&Event::Ticked { task: "read".into() });
    assert_eq!(desk.statuses()[2], Status::Open);
}

#[test]
fn a_due_date_counts_days_from_the_start() {
    let mut desk = desk("{}");
    assert_eq!(due_at(&desk.definition, &desk.state, 0), None);
    desk.act(&Event::Started);
    assert_eq!(due_at(&desk.definition, &desk.state, 0), Some(Millis(1_000 + 2 * Millis::DAY)));
    assert_eq!(due_at(&desk.definition, &desk.state, 1), None);
}

#[test]
fn milestone_and_reward_come_once_even_when_the_task_is_taken_back_and_done_again() {
    let mut desk = started("{}");
    let effects = desk.track("made");
    assert!(effects.contains(&Effect::Rewarded { task: 0 }));
    assert_eq!(events(&effects), ["task_completed", "milestone_reached", "reward_shown", "survey_shown"]);
    desk.act(&Event::Reset { task: Some("project".into()) });
    desk.now += 1_000;
    let again = desk.track("made");
    assert!(again.contains(&Effect::TaskCompleted { task: 0, by: By::Event }));
    assert!(!again.contains(&Effect::Rewarded { task: 0 }));
}

#[test]
fn what_is_there_at_the_first_paint_is_done_silently_and_without_reward() {
    let mut desk = started(r#"{"plan": "pro"}"#);
    desk.act(&Event::Completed { task: "project".into() });
    desk.act(&Event::Ticked { task: "read".into() });
    let notice = Event::Noticed { signal: Signal::Present, of: ".done".into(), when: Noticed::AtStart };
    let effects = desk.act(&notice);
    assert!(effects.contains(&Effect::TaskCompleted { task: 2, by: By::Already }));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Rewarded { .. })));
}

#[test]
fn a_snooze_lasts_as_long_as_the_definition_says_and_comes_back_by_itself() {
    let mut desk = started("{}");
    let effects = desk.act(&Event::Snoozed { millis: None });
    assert!(effects.contains(&Effect::AwayChanged));
    assert_eq!(rows(&effects), [("snoozed", None, Some("1970-01-01T10:00:01.000Z"))]);
    desk.now += 10 * HOUR - 1;
    assert!(desk.state.is_away(Millis(desk.now)));
    desk.now += 1;
    assert!(!desk.state.is_away(Millis(desk.now)));
    desk.act(&Event::Snoozed { millis: Some(5) });
    desk.now += 5;
    assert!(!desk.state.is_away(Millis(desk.now)));
}

#[test]
fn a_dismissed_checklist_stays_away_until_it_is_called_back() {
    let mut desk = started("{}");
    assert_eq!(events(&desk.act(&Event::Dismissed)), ["dismissed"]);
    desk.now += 1_000 * Millis::DAY;
    desk.reload();
    assert!(desk.state.is_away(Millis(desk.now)));
    assert!(desk.act(&Event::Returned).contains(&Effect::AwayChanged));
    assert!(!desk.state.is_away(Millis(desk.now)));
}

#[test]
fn three_failures_within_an_hour_bring_up_a_nudge_once() {
    let mut desk = started("{}");
    for _ in 0..2 {
        desk.now += HOUR;
        assert_eq!(events(&desk.track("import_failed")), Vec::<&str>::new());
    }
    desk.now += 1;
    desk.track("import_failed");
    desk.now += 1;
    let effects = desk.track("import_failed");
    assert!(effects.contains(&Effect::NudgeShown { nudge: 0 }));
    assert_eq!(rows(&effects), [("nudge_shown", None, Some("stuck"))]);
    desk.now += 2 * HOUR;
    (0..3).for_each(|_| assert_eq!(desk.track("import_failed"), []));
}

#[test]
fn an_idle_nudge_comes_after_its_hours_for_an_open_task_and_never_while_away() {
    let mut desk = started("{}");
    let nudged = |desk: &mut Desk| desk.act(&Event::Changed).contains(&Effect::NudgeShown { nudge: 1 });
    desk.now += 24 * HOUR - 1;
    assert!(!nudged(&mut desk));
    desk.now += 1;
    assert!(nudged(&mut desk));
    assert!(!nudged(&mut desk));
    desk.act(&Event::Nudge { nudge: "idle".into(), act: NudgeAct::Snooze });
    desk.now += 24 * HOUR;
    desk.act(&Event::Dismissed);
    assert!(!nudged(&mut desk));
    assert!(desk.act(&Event::Returned).contains(&Effect::NudgeShown { nudge: 1 }));
    desk.now += 24 * HOUR;
    assert!(!nudged(&mut desk), "twice is the most");

    let mut done = started("{}");
    done.track("made");
    done.now += 30 * HOUR;
    assert!(!nudged(&mut done), "its task is done");
}

#[test]
fn the_survey_is_asked_once_and_its_answers_are_checked_and_logged() {
    let mut desk = started("{}");
    let answers = |list: &[(&str, &str)]| Event::Answered {
        answers: list.iter().map(|(id, answer)| ((*id).to_owned(), (*answer).to_owned())).collect(),
    };
    assert_eq!(desk.try_do(&answers(&[("score", "9")])), Err(Refusal::NoSurvey));
    assert!(desk.track("made").contains(&Effect::SurveyChanged));
    for (id, bad) in
        [("score", "11"), ("score", "nine"), ("why", "  "), ("role", "3"), ("role", "0"), ("mood", "1")]
    {
        assert_eq!(
            desk.try_do(&answers(&[("score", "9"), (id, bad)])),
            Err(Refusal::BadAnswer(id.into())),
            "{bad}"
        );
    }
    let effects = desk.act(&answers(&[("score", "9"), ("why", "Fast"), ("role", "2")]));
    let logged: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Logged(row) => {
                Some((row.task.as_deref(), row.step, row.value.as_deref(), row.text.as_deref()))
            }
            _ => None,
        })
        .collect();
    let wanted = [
        (Some("score"), Some(1), Some("9"), None),
        (Some("why"), Some(2), None, Some("Fast")),
        (Some("role"), Some(3), Some("2"), Some("Guest")),
    ];
    assert_eq!(logged, wanted);
    desk.reload();
    assert!(!desk.state.is_asking("nps"));
    assert_eq!(desk.act(&Event::Changed), []);
    assert_eq!(desk.try_do(&answers(&[("score", "9")])), Err(Refusal::NoSurvey));
}

#[test]
fn help_is_rated_once_a_task() {
    let mut desk = started("{}");
    let rate = |is_helpful| Event::Rated { task: "project".into(), is_helpful };
    assert_eq!(rows(&desk.act(&rate(false))), [("survey_answered", Some("project"), Some("not_helpful"))]);
    assert_eq!(desk.act(&rate(true)), []);
}

#[test]
fn a_stored_state_with_damage_in_its_new_parts_keeps_the_others() {
    let restored = State::restore(&parse(
        r#"{"version": 1, "tasks": {}, "hits": {}, "tour": {"id": 7}, "path": {"id": "pro", "at": 5, "why": "fits"},
            "nudges": 3, "history": [{"at": 9, "name": "b"}, {"name": "x"}, {"at": 4, "name": "a"}], "hidden_until": "x"}"#,
    ));
    assert_eq!(restored.state.path.map(|path| path.path).as_deref(), Some("pro"));
    let names: Vec<_> = restored.state.history.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    let damage: Vec<_> = restored.damage.iter().map(ToString::to_string).collect();
    assert_eq!(
        damage,
        [
            "$.hidden_until: is not a time in milliseconds",
            "$.tour: is damaged",
            "$.nudges: is not an object",
            "$.history: is not a list of events",
        ]
    );
}
