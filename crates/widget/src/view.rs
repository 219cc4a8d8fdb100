//! The panel: heading, progress, the list of tasks, and the status region. Built element by element, since what goes
//! through `innerHTML` is forbidden by a page's Trusted Types.

use std::rc::Rc;

use cairn_checklist::Event;

use crate::desk::Desk;
use crate::help::help;
use crate::live::View;
use crate::look::Look;
use crate::notice::{Place, with_notice};
use crate::row::{button, row};
use crate::survey::survey;

/// The panel of a checklist, hidden until it is opened, and the region that says what changes.
pub(crate) fn panel(desk: &Rc<Desk>) -> View {
    let level = heading_level(desk);
    let welcome = desk.definition.texts.welcome.as_ref();
    let attributes = [
        ("part", "panel"),
        ("id", "panel"),
        ("aria-labelledby", "title"),
        ("lang", desk.strings.language),
        ("hidden", ""),
    ];
    let panel = View::new("section", &attributes)
        .child(header(desk, level))
        .child(welcome.map(|text| View::new("p", &[("part", "welcome")]).text(text)))
        .child(progress(desk));
    let panel = with_notice(panel, desk, Place::Panel)
        .child(list(desk, level))
        .child(farewell(desk))
        .child(survey(desk, level))
        .child(help(desk))
        .child(footer(desk));
    let all = with_notice(View::new("div", &[]), desk, Place::Launcher);
    all.child(panel).child(desk.speech.region())
}

/// The tasks in the order of the path, under the headings of their levels. Built anew when the path is another.
fn list(desk: &Rc<Desk>, level: u8) -> View {
    let (desk, order) = (desk.clone(), desk.clone());
    let key = move || order.look.borrow().order.clone();
    View::new("ol", &[("part", "list"), ("role", "list")]).slot(key, move |order| {
        let levels = &desk.definition.levels;
        let below = if levels.is_empty() { level + 1 } else { level + 2 };
        let mut last = None;
        let mut rows = Vec::new();
        for index in order {
            let tier = desk.definition.tasks[*index].level;
            if let Some(tier) = tier.filter(|_| tier != last) {
                let level = (level + 1).to_string();
                let heading =
                    View::new("div", &[("part", "level"), ("role", "heading"), ("aria-level", &level)]);
                rows.push(View::new("li", &[("part", "tier")]).child(heading.text(&levels[tier].title)));
            }
            last = tier;
            rows.push(row(&desk, *index, below));
        }
        rows
    })
}

/// The ways out of the way, always there: for a while, and for good.
fn footer(desk: &Rc<Desk>) -> View {
    let look = desk.clone();
    let later = button(desk, "quiet", "later", |desk| desk.put_away(&Event::Snoozed { millis: None }));
    View::new("footer", &[("part", "footer")])
        .child(later.follow_flag("hidden", move || look.look.borrow().progress.is_finished))
        .child(button(desk, "quiet", "hide", |desk| desk.put_away(&Event::Dismissed)))
}

fn header(desk: &Rc<Desk>, level: u8) -> View {
    let level = level.to_string();
    let attributes =
        [("part", "title"), ("id", "title"), ("role", "heading"), ("aria-level", &level), ("tabindex", "-1")];
    let title = View::new("div", &attributes).text(&desk.definition.texts.title);
    let name = desk.strings.plain("close");
    let closing = desk.clone();
    let close = View::new("button", &[("part", "close"), ("type", "button"), ("aria-label", &name)])
        .on_click(move || closing.close());
    View::new("header", &[("part", "header")]).child(title).child(close)
}

fn progress(desk: &Rc<Desk>) -> View {
    let look = |read: fn(&Look) -> String| {
        let desk = desk.clone();
        move || read(&desk.look.borrow())
    };
    let (done, total) =
        (look(|look| look.progress.done.to_string()), look(|look| look.progress.total.to_string()));
    let (words, text) = (look(|look| look.words.clone()), look(|look| look.words.clone()));
    let name = desk.strings.plain("progress_name");
    let attributes =
        [("part", "progress"), ("role", "progressbar"), ("aria-label", &name), ("aria-valuemin", "0")];
    let bar = View::new("div", &attributes)
        .follow("aria-valuenow", move || Some(done()))
        .follow("aria-valuemax", move || Some(total()))
        .follow("aria-valuetext", move || Some(words()))
        .child(View::new("div", &[("part", "bar")]));
    let words = View::new("span", &[("part", "words"), ("aria-hidden", "true")]).follow_text(text);
    View::new("div", &[("part", "meter")]).child(bar).child(words)
}

fn farewell(desk: &Rc<Desk>) -> View {
    let look = desk.clone();
    let title = View::new("strong", &[]).text(&desk.strings.plain("finished"));
    let view = View::new("p", &[("part", "farewell")])
        .follow_flag("hidden", move || !look.look.borrow().progress.is_finished)
        .child(title)
        .text(" ");
    match &desk.definition.texts.farewell {
        Some(text) => view.text(text),
        None => view,
    }
}

/// The level of the panel's heading, 1 to 4, so that there is one left for levels and one for tasks; 2 unless the host says otherwise.
fn heading_level(desk: &Desk) -> u8 {
    let level = desk.host.get_attribute("heading-level").and_then(|text| text.parse().ok());
    level.filter(|level| (1..=4).contains(level)).unwrap_or(2)
}
