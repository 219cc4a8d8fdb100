//! The panel: heading, progress, the list of tasks, and the status region. Built with Leptos' builder syntax, since a
//! static `view!` would go through `innerHTML`, which a page's Trusted Types forbid.

use std::rc::Rc;

use reactive_graph::traits::Get;
use tachys::html::element as html;
use tachys::html::event::click;
use tachys::prelude::{AnyView, CustomAttribute, ElementChild, IntoAny, OnAttribute, StyleAttribute};

use crate::desk::Desk;
use crate::row::row;

/// The panel of a checklist, hidden until it is opened, and the region that says what changes.
pub(crate) fn panel(desk: &Rc<Desk>) -> AnyView {
    let texts = &desk.definition.texts;
    let level = heading_level(desk);
    let rows = (0..desk.definition.tasks.len()).map(|index| row(desk, index, level + 1)).collect::<Vec<_>>();
    let body = (
        header(desk, level),
        texts.welcome.clone().map(|text| html::p().attr("part", "welcome").child(text)),
        progress(desk),
        html::ol().attr("part", "list").attr("role", "list").child(rows),
        farewell(desk),
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
    (panel, status).into_any()
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

/// The level of the panel's heading, 1 to 5, so that there is one left for the tasks; 2 unless the host says otherwise.
fn heading_level(desk: &Desk) -> u8 {
    let level = desk.host.get_attribute("heading-level").and_then(|text| text.parse().ok());
    level.filter(|level| (1..=5).contains(level)).unwrap_or(2)
}
