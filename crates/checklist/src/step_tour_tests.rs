//! Tours in the state machine: steps, what advances them, other pages, other tabs, missing targets.

use super::more_tests::{FULL, events, started};
use super::tests::{Desk, rows};
use crate::condition::Signal;
use crate::event::{Effect, Event, Noticed, Place, Refusal, TourAct};
use crate::state::{By, Phase};

fn tour(step: usize, act: TourAct) -> Event {
    Event::Tour { step, act }
}

fn start(tour: &str) -> Event {
    Event::TourStarted { tour: tour.into() }
}

fn click(of: &str) -> Event {
    Event::Noticed { signal: Signal::Clicked, of: of.into(), when: Noticed::Later }
}

fn shows(effects: &[Effect]) -> Option<(usize, usize, Place)> {
    effects.iter().find_map(|effect| match effect {
        Effect::TourStep { tour, step, place } => Some((*tour, *step, *place)),
        _ => None,
    })
}

#[test]
fn a_tour_goes_on_by_what_the_person_does_and_its_end_completes_a_task() {
    let mut desk = started("{}");
    desk.track("made");
    let effects = desk.act(&start("look"));
    assert_eq!(shows(&effects), Some((0, 0, Place::Here)));
    desk.act(&tour(0, TourAct::Seen));
    desk.now += 10;
    assert_eq!(shows(&desk.act(&click("#new"))), Some((0, 1, Place::WhereItShows)));
    assert_eq!(desk.act(&tour(0, TourAct::Next)), [], "what a step says that shows no more is ignored");
    assert_eq!(shows(&desk.act(&tour(1, TourAct::Next))), Some((0, 2, Place::WhereItShows)));
    assert_eq!(shows(&desk.act(&tour(2, TourAct::Back))), Some((0, 1, Place::WhereItShows)));
    desk.act(&tour(1, TourAct::Next));
    let effects = desk.act(&tour(2, TourAct::Next));
    assert!(effects.contains(&Effect::TourOver { tour: "look".into(), phase: Phase::Finished }));
    assert!(effects.contains(&Effect::TaskCompleted { task: 3, by: By::Event }));
    assert_eq!(events(&effects)[..3], ["tour_step_completed", "tour_ended", "task_completed"]);
    let Some(Effect::Logged(row)) = effects.first() else { panic!("a row") };
    assert_eq!((row.tour.as_deref(), row.step), (Some("look"), Some(3)));
    assert_eq!(desk.try_do(&Event::TourResumed), Err(Refusal::NoTour));
    assert_eq!(desk.try_do(&start("nope")), Err(Refusal::UnknownTour("nope".into())));
}

#[test]
fn what_was_clicked_before_a_step_began_does_not_advance_it() {
    let mut desk = started("{}");
    desk.act(&click("#new"));
    desk.now += 10;
    assert_eq!(shows(&desk.act(&start("look"))), Some((0, 0, Place::Here)));
    desk.now += 10;
    assert_eq!(shows(&desk.act(&Event::Changed)), None);
    assert_eq!(shows(&desk.act(&click("#new"))), Some((0, 1, Place::WhereItShows)));
}

#[test]
fn a_tour_goes_on_by_itself_on_the_page_that_its_own_step_led_to_within_five_minutes() {
    let mut desk = started("{}");
    desk.act(&start("look"));
    desk.act(&tour(0, TourAct::Seen));
    desk.now += 1_000;
    desk.act(&click("#new"));
    desk.reload();
    desk.now += 5 * 60_000;
    assert_eq!(shows(&desk.act(&Event::Started)), Some((0, 1, Place::Here)));

    desk.now += 1;
    let effects = desk.act(&Event::Started);
    assert_eq!(shows(&effects), None, "five minutes are over");
    assert_eq!(shows(&desk.act(&Event::TourResumed)), Some((0, 1, Place::Here)));
}

#[test]
fn a_tour_that_was_left_by_another_way_waits_to_be_resumed() {
    let mut desk = started("{}");
    desk.act(&start("look"));
    desk.act(&tour(0, TourAct::Seen));
    desk.now += 1_000;
    assert_eq!(shows(&desk.act(&Event::Started)), None);
    assert_eq!(desk.state.open_tour(), Some(("look", 0)));
    assert_eq!(shows(&desk.act(&Event::TourResumed)), Some((0, 0, Place::Here)));
    let effects = desk.act(&tour(0, TourAct::Pause));
    assert!(effects.contains(&Effect::TourOver { tour: "look".into(), phase: Phase::Paused }));
    assert_eq!(shows(&desk.act(&Event::TourResumed)), Some((0, 0, Place::Here)));
    let effects = desk.act(&tour(0, TourAct::Leave));
    assert_eq!(rows(&effects), [("tour_ended", None, Some("left"))]);
    assert_eq!(desk.state.open_tour(), None);
}

#[test]
fn a_step_that_asks_for_another_page_is_done_by_arriving_there() {
    let json = FULL.replace("/settings", "/p");
    let mut desk = Desk::new(&json);
    desk.act(&Event::Started);
    assert_eq!(shows(&desk.act(&start("other"))), Some((1, 0, Place::Here)));
    assert_eq!(desk.state.open_tour(), Some(("other", 1)), "the page is /p already");
}

#[test]
fn a_missing_target_is_logged_and_its_policy_followed() {
    let mut desk = started("{}");
    desk.act(&start("look"));
    desk.now += 1;
    desk.act(&click("#new"));
    let effects = desk.act(&tour(1, TourAct::Missing));
    assert_eq!(rows(&effects), [("target_missing", None, Some("skip"))]);
    assert_eq!(shows(&effects), Some((0, 2, Place::WhereItShows)));
    let effects = desk.act(&tour(2, TourAct::Missing));
    assert!(effects.contains(&Effect::TourOver { tour: "look".into(), phase: Phase::Paused }));

    desk.act(&start("other"));
    desk.act(&tour(0, TourAct::Next));
    let effects = desk.act(&tour(1, TourAct::Missing));
    assert_eq!(rows(&effects)[1], ("tour_ended", None, Some("left")), "nobody has seen its end");
}

#[test]
fn a_tour_in_another_tab_is_followed_only_where_it_shows() {
    let (mut desk, mut other) = (started("{}"), started("{}"));
    other.now += 1;
    other.act(&start("look"));
    let effects = desk.act(&Event::Stored { state: Box::new(other.state.clone()) });
    assert_eq!(shows(&effects), Some((0, 0, Place::WhereItShows)));
    other.act(&tour(0, TourAct::Leave));
    let effects = desk.act(&Event::Stored { state: Box::new(other.state) });
    assert!(effects.contains(&Effect::TourOver { tour: "look".into(), phase: Phase::Left }));
    assert_eq!(events(&effects), Vec::<&str>::new());
}
