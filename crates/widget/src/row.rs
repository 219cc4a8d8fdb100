//! A task in the list: a tick or a mark, a heading-button, and the detail that it shows with its date, its owner, what
//! helps with it, and whether that helped.

use std::rc::Rc;

use cairn_checklist::{Action, Event, Millis, Resource, Target, Value};
use reactive_graph::signal::ArcRwSignal;
use reactive_graph::traits::{Get, Update, With, WithUntracked};
use send_wrapper::SendWrapper;
use tachys::html::element as html;
use tachys::html::event::click;
use tachys::prelude::{AnyView, CustomAttribute, ElementChild, IntoAny, OnAttribute};

use crate::desk::Desk;
use crate::look::{Look, RowLook, minutes, owner};

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
    let (state, hidden) = (cell.clone(), cell.clone());
    html::li()
        .attr("part", "task")
        .attr("data-state", move || state.get(|row| row.state))
        .attr("hidden", move || hidden.get(|row| (row.state == "hidden").then_some("")))
        .child((mark, heading, detail(desk, index, cell)))
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
fn detail(desk: &Rc<Desk>, index: usize, cell: Cell) -> AnyView {
    let task = &desk.definition.tasks[index];
    let expanded = desk.expanded.clone();
    let note = |part: &'static str, text: String| html::p().attr("part", part).child(text);
    let milestone = task.milestone.as_ref().map(|text| desk.strings.get("milestone", &[("text", text)]));
    html::div()
        .attr("part", "detail")
        .attr("id", detail_id(index))
        .attr("hidden", move || (expanded.get() != Some(index)).then_some(""))
        .child((
            task.detail.clone().map(|text| html::p().child(text)),
            owner(&desk.definition, task, &desk.strings).map(|text| note("note", text)),
            task.due_days.map(|_| due(desk, cell.clone())),
            milestone.map(|text| note("note", text)),
            resources(desk, &task.resources),
            task.action.as_ref().map(|it| action(desk, &task.id, it)),
            desk.definition.asks_helpful.then(|| helpful(desk, index, cell)),
        ))
        .into_any()
}

/// "Due Nov 25"; the date as the browser writes it in the widget's language.
fn due(desk: &Rc<Desk>, cell: Cell) -> AnyView {
    let (desk, hidden, over) = (SendWrapper::new(desk.clone()), cell.clone(), cell.clone());
    let text = move || {
        cell.get(|row| row.due).map(|(due, is_over)| {
            let name = if is_over { "overdue" } else { "due" };
            desk.strings.get(name, &[("date", &date(due, desk.strings.language))])
        })
    };
    html::p()
        .attr("part", "note due")
        .attr("data-over", move || over.get(|row| row.due.is_some_and(|(_, is_over)| is_over)).then_some(""))
        .attr("hidden", move || hidden.get(|row| row.due.is_none()).then_some(""))
        .child(text)
        .into_any()
}

fn date(at: Millis, language: &str) -> String {
    let options = js_sys::Object::new();
    for (name, form) in [("month", "short"), ("day", "numeric")] {
        // Setting a field of a fresh object cannot fail.
        let _ = js_sys::Reflect::set(&options, &name.into(), &form.into());
    }
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.0 as f64));
    date.to_locale_date_string(language, &options).into()
}

fn resources(desk: &Rc<Desk>, resources: &[Resource]) -> Option<AnyView> {
    let item = |resource: &Resource| {
        let kind = html::span()
            .attr("part", "kind")
            .child([&desk.strings.plain(resource.kind.word()), " "].concat());
        let link = html::a().attr("href", resource.link.clone()).child((kind, resource.title.clone()));
        html::li().child(link)
    };
    let items: Vec<_> = resources.iter().map(item).collect();
    (!items.is_empty())
        .then(|| html::ul().attr("part", "resources").attr("role", "list").child(items).into_any())
}

/// "Was this helpful?", until it is answered.
fn helpful(desk: &Rc<Desk>, index: usize, cell: Cell) -> AnyView {
    let answer = |name: &str, is_helpful: bool| {
        let desk = desk.clone();
        html::button().attr("part", "quiet").attr("type", "button").child(desk.strings.plain(name)).on(
            click,
            move |_| {
                // The button goes, and the focus with it: it belongs to the task then.
                desk.focus(&format!("[part=toggle][aria-controls={}]", detail_id(index)));
                let task = desk.definition.tasks[index].id.clone();
                drop(desk.act(&Event::Rated { task, is_helpful }));
                desk.speech.say(desk.strings.plain("thanks"));
            },
        )
    };
    html::div()
        .attr("part", "helpful")
        .attr("role", "group")
        .attr("aria-label", desk.strings.plain("helpful"))
        .attr("hidden", move || (!cell.get(|row| row.can_rate)).then_some(""))
        .child((html::span().child(desk.strings.plain("helpful")), answer("yes", true), answer("no", false)))
        .into_any()
}

fn action(desk: &Rc<Desk>, id: &str, action: &Action) -> AnyView {
    let id = id.to_owned();
    let event = Event::Clicked { task: id.clone() };
    button_of(desk, action, id, move |desk| drop(desk.act(&event)))
}

/// A link or a button that calls `clicked` first; the host hears of it as of what has this id.
pub(crate) fn button_of(
    desk: &Rc<Desk>,
    action: &Action,
    id: String,
    clicked: impl Fn(&Desk) + 'static,
) -> AnyView {
    let (desk, label) = (desk.clone(), action.label.clone());
    match &action.target {
        Target::Link(link) => html::a()
            .attr("part", "action")
            .attr("href", link.clone())
            .on(click, move |_| clicked(&desk))
            .child(label)
            .into_any(),
        Target::Event(name) => {
            let name = name.clone();
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
