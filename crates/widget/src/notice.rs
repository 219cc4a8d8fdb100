//! A short message: a nudge, or what a person reached. Beside the launcher while the panel is closed, at the panel's top
//! while it is open. It takes no focus; the status region has said it.

use std::rc::Rc;

use cairn_checklist::{Event, NudgeAct};

use crate::desk::{Desk, Notice};
use crate::live::View;
use crate::row::{button, button_of};

/// Where a message stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Above the launcher.
    Launcher,
    /// In the panel.
    Panel,
}

/// Appends the message that shows, if any.
pub(crate) fn with_notice(view: View, desk: &Rc<Desk>, place: Place) -> View {
    let (desk, keys) = (desk.clone(), desk.clone());
    let key = move || match keys.notice.get() {
        Some(notice) if keys.is_open.get() == (place == Place::Panel) => match notice {
            Notice::Nudge(index) => vec![0, index],
            Notice::Reward(index) => vec![1, index],
        },
        _ => Vec::new(),
    };
    view.slot(key, move |_| {
        let message = desk.notice.get().map(|notice| message(&desk, notice, place));
        message.into_iter().collect()
    })
}

fn message(desk: &Rc<Desk>, notice: Notice, place: Place) -> View {
    let (celebrates, buttons) = match notice {
        Notice::Nudge(index) => (false, nudge_buttons(desk, index)),
        Notice::Reward(index) => {
            let reward = desk.definition.tasks[index].reward.as_ref();
            (reward.is_some_and(|reward| reward.has_celebration), vec![close(desk, "got_it", None)])
        }
    };
    let view = match place {
        // Alone on the page it is a region of its own, so that it can be found.
        Place::Launcher => {
            View::new("section", &[("part", "notice"), ("aria-label", &desk.definition.texts.title)])
        }
        Place::Panel => View::new("div", &[("part", "notice")]),
    };
    let view = if celebrates { view.attribute("data-celebrates", "") } else { view };
    view.child(View::new("p", &[]).text(&desk.notice_text(notice)))
        .child(View::new("div", &[("part", "choices")]).children(buttons))
}

fn nudge_buttons(desk: &Rc<Desk>, index: usize) -> Vec<View> {
    let nudge = &desk.definition.nudges[index];
    let event = |act| Some(Event::Nudge { nudge: nudge.id.clone(), act });
    let take = event(NudgeAct::Take);
    let action = nudge.action.as_ref().map(|action| {
        button_of(desk, action, nudge.id.clone(), move |desk| {
            take.iter().for_each(|event| drop(desk.act(event)));
            desk.set_notice(None);
        })
    });
    let later = close(desk, "not_now", event(NudgeAct::Snooze));
    let never = close(desk, "never", event(NudgeAct::Dismiss));
    action.into_iter().chain([later, never]).collect()
}

/// A button that takes the message away. The focus would go with it, so it goes to the launcher.
fn close(desk: &Rc<Desk>, name: &str, event: Option<Event>) -> View {
    button(desk, "quiet", name, move |desk| {
        event.iter().for_each(|event| drop(desk.act(event)));
        desk.focus("[part=launcher]");
        desk.set_notice(None);
    })
}
