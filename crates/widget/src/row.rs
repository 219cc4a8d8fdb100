//! A task in the list: a tick or a mark, a heading-button, and the detail that it shows.

use std::rc::Rc;

use cairn_checklist::{Action, Event, Target, Task, Value};
use reactive_graph::signal::ArcRwSignal;
use reactive_graph::traits::{Get, Update, With, WithUntracked};
use tachys::html::element as html;
use tachys::html::event::click;
use tachys::prelude::{AnyView, CustomAttribute, ElementChild, IntoAny, OnAttribute};

use crate::desk::Desk;
use crate::look::{Look, RowLook, minutes};

/// A row's own part of the look.
#[derive(Clone)]
struct Cell {
    look: ArcRwSignal<Look>,
    index: usize,
}

impl Cell {
    fn get<T>(&self, read: impl FnOnce(&RowLook) -> T) -> T {
        self.look.with(|look| read(&look.rows[self.index]))
    }
}

/// The row of the task at `index`, with a heading of `level`.
pub(crate) fn row(desk: &Rc<Desk>, index: usize, level: u8) -> AnyView {
    let cell = Cell { look: desk.look.clone(), index };
    let task = &desk.definition.tasks[index];
    let mark = if task.complete_when.is_manual() {
        tick(desk, index, cell.clone())
    } else {
        html::span().attr("part", "mark").attr("aria-hidden", "true").into_any()
    };
    let heading = html::div()
        .attr("part", "heading")
        .attr("role", "heading")
        .attr("aria-level", level.to_string())
        .child(button(desk, index, cell.clone()));
    let (state, hidden) = (cell.clone(), cell);
    html::li()
        .attr("part", "task")
        .attr("data-state", move || state.get(|row| row.state))
        .attr("hidden", move || hidden.get(|row| (row.state == "hidden").then_some("")))
        .child((mark, heading, detail(desk, index)))
        .into_any()
}

/// The tick of a task that is done by hand: a sibling of the heading, never inside it.
fn tick(desk: &Rc<Desk>, index: usize, cell: Cell) -> AnyView {
    let task = &desk.definition.tasks[index];
    let desk = desk.clone();
    let (checked, disabled) = (cell.clone(), cell.clone());
    html::button()
        .attr("part", "tick mark")
        .attr("type", "button")
        .attr("role", "checkbox")
        .attr("aria-label", desk.strings.get("tick", &[("task", &task.title)]))
        .attr("aria-checked", move || if checked.get(|row| row.state == "done") { "true" } else { "false" })
        .attr("aria-disabled", move || (!disabled.get(|row| row.can_tick)).then_some("true"))
        .on(click, move |_| {
            let id = desk.definition.tasks[index].id.clone();
            let row = desk.look.with_untracked(|look| look.rows[index].clone());
            match (row.state, row.can_tick) {
                // What is refused here was aria-disabled before, so there is nothing more to say.
                ("done", true) => drop(desk.act(&Event::Unticked { task: id })),
                ("open", true) => drop(desk.act(&Event::Ticked { task: id })),
                _ => explain(&desk, &row),
            }
        })
        .into_any()
}

/// The heading's button: the title, how long it takes, and the state in words.
fn button(desk: &Rc<Desk>, index: usize, cell: Cell) -> AnyView {
    let task = &desk.definition.tasks[index];
    let minutes = minutes(task, &desk.strings).map(|text| html::span().attr("part", "minutes").child(text));
    let (name, reason, disabled) = (cell.clone(), cell.clone(), cell);
    let expanded = desk.expanded.clone();
    let text = (
        html::span().attr("part", "name").child(task.title.clone()),
        " ",
        minutes,
        " ",
        html::span().attr("part", "reason").child(move || reason.get(|row| row.reason.clone())),
    );
    let click_desk = desk.clone();
    html::button()
        .attr("part", "toggle")
        .attr("type", "button")
        .attr("aria-label", move || name.get(|row| row.name.clone()))
        .attr("aria-controls", detail_id(index))
        .attr("aria-disabled", move || disabled.get(|row| row.state == "locked").then_some("true"))
        .attr("aria-expanded", move || if expanded.get() == Some(index) { "true" } else { "false" })
        .on(click, move |_| {
            let row = click_desk.look.with_untracked(|look| look.rows[index].clone());
            if row.state == "locked" {
                explain(&click_desk, &row);
            } else {
                click_desk.expanded.update(|shown| *shown = (*shown != Some(index)).then_some(index));
            }
        })
        .child(text)
        .into_any()
}

/// What a task is about, and the way to where it is done.
fn detail(desk: &Rc<Desk>, index: usize) -> AnyView {
    let task = &desk.definition.tasks[index];
    let expanded = desk.expanded.clone();
    html::div()
        .attr("part", "detail")
        .attr("id", detail_id(index))
        .attr("hidden", move || (expanded.get() != Some(index)).then_some(""))
        .child((
            task.detail.clone().map(|text| html::p().child(text)),
            task.action.as_ref().map(|it| action(desk, task, it)),
        ))
        .into_any()
}

fn action(desk: &Rc<Desk>, task: &Task, action: &Action) -> AnyView {
    let (desk, id, label) = (desk.clone(), task.id.clone(), action.label.clone());
    let clicked = move |desk: &Desk| drop(desk.act(&Event::Clicked { task: id.clone() }));
    match &action.target {
        Target::Link(link) => html::a()
            .attr("part", "action")
            .attr("href", link.clone())
            .on(click, move |_| clicked(&desk))
            .child(label)
            .into_any(),
        Target::Event(name) => {
            let (name, id) = (name.clone(), task.id.clone());
            html::button()
                .attr("part", "action")
                .attr("type", "button")
                .on(click, move |_| {
                    clicked(&desk);
                    desk.emit(&name, &Value::Map(vec![("task".to_owned(), id.as_str().into())]));
                })
                .child(label)
                .into_any()
        }
        Target::Tour(index) => {
            let tour = desk.definition.tours[*index].id.clone();
            html::button()
                .attr("part", "action")
                .attr("type", "button")
                .on(click, move |_| {
                    clicked(&desk);
                    // The checker has seen that there is such a tour.
                    drop(desk.start_tour(&tour));
                })
                .child(label)
                .into_any()
        }
    }
}

/// Says why a locked row does nothing.
fn explain(desk: &Desk, row: &RowLook) {
    if row.state == "locked" {
        desk.speech.say(format!("{}.", row.name));
    }
}

fn detail_id(index: usize) -> String {
    format!("detail-{index}")
}
