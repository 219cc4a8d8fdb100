//! A short message: a nudge, or what a person reached. Beside the launcher while the panel is closed, at the panel's top
//! while it is open. It takes no focus; the status region has said it.

use std::rc::Rc;

use cairn_checklist::{Event, NudgeAct};
use reactive_graph::traits::{Get, Set};
use send_wrapper::SendWrapper;
use tachys::html::element as html;
use tachys::html::event::click;
use tachys::prelude::{AnyView, CustomAttribute, ElementChild, IntoAny, OnAttribute};

use crate::desk::{Desk, Notice};
use crate::row::button_of;

/// Where a message stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Above the launcher.
    Launcher,
    /// In the panel.
    Panel,
}

/// The message that shows, if any.
pub(crate) fn notice(desk: &Rc<Desk>, place: Place) -> impl Fn() -> Option<AnyView> + use<> {
    let desk = SendWrapper::new(desk.clone());
    move || {
        let notice = desk.notice.get()?;
        let is_here = desk.is_open.get() == (place == Place::Panel);
        is_here.then(|| message(&desk, notice))
    }
}

fn message(desk: &Rc<Desk>, notice: Notice) -> AnyView {
    let (celebrates, buttons) = match notice {
        Notice::Nudge(index) => (false, nudge_buttons(desk, index)),
        Notice::Reward(index) => {
            let reward = desk.definition.tasks[index].reward.as_ref();
            (reward.is_some_and(|reward| reward.has_celebration), close(desk, "got_it", None))
        }
    };
    html::div()
        .attr("part", "notice")
        .attr("data-celebrates", celebrates.then_some(""))
        .child((
            html::p().child(desk.notice_text(notice)),
            html::div().attr("part", "choices").child(buttons),
        ))
        .into_any()
}

fn nudge_buttons(desk: &Rc<Desk>, index: usize) -> AnyView {
    let nudge = &desk.definition.nudges[index];
    let event = |act| Some(Event::Nudge { nudge: nudge.id.clone(), act });
    let take = event(NudgeAct::Take);
    let action = nudge.action.as_ref().map(|action| {
        button_of(desk, action, nudge.id.clone(), move |desk| {
            take.iter().for_each(|event| drop(desk.act(event)));
            desk.notice.set(None);
        })
    });
    (action, close(desk, "not_now", event(NudgeAct::Snooze)), close(desk, "never", event(NudgeAct::Dismiss)))
        .into_any()
}

/// A button that takes the message away. The focus would go with it, so it goes to the launcher.
fn close(desk: &Rc<Desk>, name: &str, event: Option<Event>) -> AnyView {
    let desk = desk.clone();
    html::button()
        .attr("part", "quiet")
        .attr("type", "button")
        .child(desk.strings.plain(name))
        .on(click, move |_| {
            event.iter().for_each(|event| drop(desk.act(event)));
            desk.focus("[part=launcher]");
            desk.notice.set(None);
        })
        .into_any()
}
