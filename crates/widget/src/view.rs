//! The panel: heading, progress, the list of tasks, and the status region. Built with Leptos' builder syntax, since a
//! static `view!` would go through `innerHTML`, which a page's Trusted Types forbid.

use std::rc::Rc;

use cairn_checklist::Event;
use reactive_graph::computed::Memo;
use reactive_graph::traits::{Get, With};
use send_wrapper::SendWrapper;
use tachys::html::element as html;
use tachys::html::event::click;
use tachys::prelude::{AnyView, CustomAttribute, ElementChild, IntoAny, OnAttribute, StyleAttribute};

use crate::desk::Desk;
use crate::help::help;
use crate::notice::{Place, notice};
use crate::row::row;
use crate::survey::survey;

/// The panel of a checklist, hidden until it is opened, and the region that says what changes.
pub(crate) fn panel(desk: &Rc<Desk>) -> AnyView {
    let texts = &desk.definition.texts;
    let level = heading_level(desk);
    let body = (
        header(desk, level),
        texts.welcome.clone().map(|text| html::p().attr("part", "welcome").child(text)),
        progress(desk),
        notice(desk, Place::Panel),
        html::ol().attr("part", "list").attr("role", "list").child(rows(desk, level)),
        farewell(desk),
        survey(desk, level),
        help(desk),
        footer(desk),
    );
    let panel = html::section()
        .attr("part", "panel")
        .attr("id", "panel")
        .attr("aria-labelledby", "title")
        .attr("lang", desk.strings.language)
        .attr("hidden", "")
        .child(body);
    let said = desk.speech.said.clone();
    let status = html::div().attr("part", "status").attr("role", "status").child(move || said.get());
    (notice(desk, Place::Launcher), panel, status).into_any()
}

/// The tasks in the order of the path, under the headings of their levels. Built anew when the path is another.
fn rows(desk: &Rc<Desk>, level: u8) -> impl Fn() -> AnyView + 'static {
    let (desk, look) = (SendWrapper::new(desk.clone()), desk.look.clone());
    let order = Memo::new(move |_| look.with(|look| look.order.clone()));
    move || {
        let levels = &desk.definition.levels;
        let below = if levels.is_empty() { level + 1 } else { level + 2 };
        let mut last = None;
        let mut rows = Vec::new();
        for index in order.get() {
            let tier = desk.definition.tasks[index].level;
            if let Some(tier) = tier.filter(|_| tier != last) {
                let heading = html::div()
                    .attr("part", "level")
                    .attr("role", "heading")
                    .attr("aria-level", (level + 1).to_string())
                    .child(levels[tier].title.clone());
                rows.push(html::li().attr("part", "tier").child(heading).into_any());
            }
            last = tier;
            rows.push(row(&desk, index, below));
        }
        rows.into_any()
    }
}

/// The ways out of the way, always there: for a while, and for good.
fn footer(desk: &Rc<Desk>) -> AnyView {
    let button = |name: &str, event: Event| {
        let desk = desk.clone();
        html::button().attr("part", "quiet").attr("type", "button").child(desk.strings.plain(name)).on(
            click,
            move |_| {
                desk.put_away(&event);
            },
        )
    };
    let look = desk.look.clone();
    let later = button("later", Event::Snoozed { millis: None })
        .attr("hidden", move || look.with(|look| look.progress.is_finished).then_some(""));
    html::footer().attr("part", "footer").child((later, button("hide", Event::Dismissed))).into_any()
}

fn header(desk: &Rc<Desk>, level: u8) -> AnyView {
    let title = html::div()
        .attr("part", "title")
        .attr("id", "title")
        .attr("role", "heading")
        .attr("aria-level", level.to_string())
        .attr("tabindex", "-1")
        .child(desk.definition.texts.title.clone());
    let close = html::button()
        .attr("part", "close")
        .attr("type", "button")
        .attr("aria-label", desk.strings.plain("close"))
        .on(click, {
            let desk = desk.clone();
            move |_| desk.close()
        });
    html::header().attr("part", "header").child((title, close)).into_any()
}

fn progress(desk: &Rc<Desk>) -> AnyView {
    let (done, total, words, share, text) =
        (desk.look.clone(), desk.look.clone(), desk.look.clone(), desk.look.clone(), desk.look.clone());
    let share = move || share.get().share().to_string();
    let bar = html::div()
        .attr("part", "progress")
        .attr("role", "progressbar")
        .attr("aria-label", desk.strings.plain("progress_name"))
        .attr("aria-valuemin", "0")
        .attr("aria-valuenow", move || done.get().progress.done.to_string())
        .attr("aria-valuemax", move || total.get().progress.total.to_string())
        .attr("aria-valuetext", move || words.get().words)
        .child(html::div().attr("part", "bar").style(("--share", share)));
    let words =
        html::span().attr("part", "words").attr("aria-hidden", "true").child(move || text.get().words);
    html::div().attr("part", "meter").child((bar, words)).into_any()
}

fn farewell(desk: &Rc<Desk>) -> AnyView {
    let look = desk.look.clone();
    let title = html::strong().child(desk.strings.plain("finished"));
    html::p()
        .attr("part", "farewell")
        .attr("hidden", move || (!look.get().progress.is_finished).then_some(""))
        .child((title, " ", desk.definition.texts.farewell.clone()))
        .into_any()
}

/// The level of the panel's heading, 1 to 4, so that there is one left for levels and one for tasks; 2 unless the host says otherwise.
fn heading_level(desk: &Desk) -> u8 {
    let level = desk.host.get_attribute("heading-level").and_then(|text| text.parse().ok());
    level.filter(|level| (1..=4).contains(level)).unwrap_or(2)
}
