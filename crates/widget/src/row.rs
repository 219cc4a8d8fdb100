//! A task in the list: a tick or a mark, a heading-button, and the detail that it shows with its date, its owner, what
//! helps with it, and whether that helped.

use std::rc::Rc;

use cairn_checklist::{Action, Event, Millis, Resource, Target, Value};

use crate::desk::Desk;
use crate::live::View;
use crate::look::{RowLook, minutes, owner};

/// A row's own part of the look.
#[derive(Clone)]
struct Cell {
    desk: Rc<Desk>,
    index: usize,
}

impl Cell {
    fn get<T>(&self, read: impl FnOnce(&RowLook) -> T) -> T {
        read(&self.desk.look.borrow().rows[self.index])
    }

    /// A question about the row that a part of the view follows.
    fn asks(&self, question: fn(&RowLook) -> bool) -> impl Fn() -> bool + 'static {
        let cell = self.clone();
        move || cell.get(question)
    }

    fn is_expanded(&self) -> bool {
        self.desk.expanded.get() == Some(self.index)
    }
}

/// The row of the task at `index`, with a heading of `level`.
pub(crate) fn row(desk: &Rc<Desk>, index: usize, level: u8) -> View {
    let cell = Cell { desk: desk.clone(), index };
    let task = &desk.definition.tasks[index];
    let mark = if task.complete_when.is_manual() {
        tick(&cell)
    } else {
        View::new("span", &[("part", "mark"), ("aria-hidden", "true")])
    };
    let level = level.to_string();
    let heading = View::new("div", &[("part", "heading"), ("role", "heading"), ("aria-level", &level)]);
    let state = cell.clone();
    View::new("li", &[("part", "task")])
        .follow("data-state", move || Some(state.get(|row| row.state.to_owned())))
        .follow_flag("hidden", cell.asks(|row| row.state == "hidden"))
        .child(mark)
        .child(heading.child(toggle(&cell)))
        .child(detail(&cell))
}

/// The tick of a task that is done by hand: a sibling of the heading, never inside it.
fn tick(cell: &Cell) -> View {
    let Cell { desk, index } = cell.clone();
    let name = desk.strings.get("tick", &[("task", &desk.definition.tasks[index].title)]);
    let attributes =
        [("part", "tick mark"), ("type", "button"), ("role", "checkbox"), ("aria-label", name.as_str())];
    let (is_checked, is_disabled) = (cell.asks(|row| row.state == "done"), cell.asks(|row| !row.can_tick));
    View::new("button", &attributes)
        .follow("aria-checked", move || Some(is_checked().to_string()))
        .follow("aria-disabled", move || is_disabled().then(|| "true".to_owned()))
        .on_click(move || {
            let id = desk.definition.tasks[index].id.clone();
            let row = desk.look.borrow().rows[index].clone();
            match (row.state, row.can_tick) {
                // What is refused here was aria-disabled before, so there is nothing more to say.
                ("done", true) => drop(desk.act(&Event::Unticked { task: id })),
                ("open", true) => drop(desk.act(&Event::Ticked { task: id })),
                _ => explain(&desk, &row),
            }
        })
}

/// The heading's button: the title, how long it takes, and the state in words.
fn toggle(cell: &Cell) -> View {
    let Cell { desk, index } = cell.clone();
    let task = &desk.definition.tasks[index];
    let minutes = minutes(task, &desk.strings);
    let minutes = minutes.map(|text| View::new("span", &[("part", "minutes")]).text(&text));
    let (name, reason, expanded) = (cell.clone(), cell.clone(), cell.clone());
    let is_locked = cell.asks(|row| row.state == "locked");
    let attributes = [("part", "toggle"), ("type", "button"), ("aria-controls", &detail_id(index))];
    View::new("button", &attributes)
        .follow("aria-label", move || Some(name.get(|row| row.name.clone())))
        .follow("aria-disabled", move || is_locked().then(|| "true".to_owned()))
        .follow("aria-expanded", move || Some(expanded.is_expanded().to_string()))
        .child(View::new("span", &[("part", "name")]).text(&task.title))
        .text(" ")
        .child(minutes)
        .text(" ")
        .child(
            View::new("span", &[("part", "reason")])
                .follow_text(move || reason.get(|row| row.reason.clone())),
        )
        .on_click(move || {
            let row = desk.look.borrow().rows[index].clone();
            if row.state == "locked" {
                explain(&desk, &row);
            } else {
                desk.expand((desk.expanded.get() != Some(index)).then_some(index));
            }
        })
}

/// What a task is about, and the way to where it is done.
fn detail(cell: &Cell) -> View {
    let Cell { desk, index } = cell;
    let task = &desk.definition.tasks[*index];
    let note = |text: String| View::new("p", &[("part", "note")]).text(&text);
    let milestone = task.milestone.as_ref().map(|text| desk.strings.get("milestone", &[("text", text)]));
    let hidden = cell.clone();
    View::new("div", &[("part", "detail"), ("id", &detail_id(*index))])
        .follow_flag("hidden", move || !hidden.is_expanded())
        .child(task.detail.as_ref().map(|text| View::new("p", &[]).text(text)))
        .child(owner(&desk.definition, task, &desk.strings).map(note))
        .child(task.due_days.map(|_| due(cell)))
        .child(milestone.map(note))
        .child(resources(desk, &task.resources))
        .child(task.action.as_ref().map(|it| action(desk, &task.id, it)))
        .child(desk.definition.asks_helpful.then(|| helpful(cell)))
}

/// "Due Nov 25"; the date as the browser writes it in the widget's language.
fn due(cell: &Cell) -> View {
    let text = cell.clone();
    View::new("p", &[("part", "note due")])
        .follow_flag("data-over", cell.asks(|row| row.due.is_some_and(|(_, is_over)| is_over)))
        .follow_flag("hidden", cell.asks(|row| row.due.is_none()))
        .follow_text(move || {
            let strings = &text.desk.strings;
            text.get(|row| row.due).map_or_else(String::new, |(due, is_over)| {
                let name = if is_over { "overdue" } else { "due" };
                strings.get(name, &[("date", &date(due, strings.language))])
            })
        })
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

fn resources(desk: &Desk, resources: &[Resource]) -> Option<View> {
    let item = |resource: &Resource| {
        let kind = View::new("span", &[("part", "kind")]);
        let kind = kind.text(&[&desk.strings.plain(resource.kind.word()), " "].concat());
        let link = View::new("a", &[("href", &resource.link)]).child(kind).text(&resource.title);
        View::new("li", &[]).child(link)
    };
    let list = View::new("ul", &[("part", "resources"), ("role", "list")]);
    (!resources.is_empty()).then(|| list.children(resources.iter().map(item).collect()))
}

/// "Was this helpful?", until it is answered.
fn helpful(cell: &Cell) -> View {
    let Cell { desk, index } = cell;
    let index = *index;
    let answer = |name: &str, is_helpful: bool| {
        button(desk, "quiet", name, move |desk| {
            // The button goes, and the focus with it: it belongs to the task then.
            desk.focus(&["[part=toggle][aria-controls=", &detail_id(index), "]"].concat());
            let task = desk.definition.tasks[index].id.clone();
            drop(desk.act(&Event::Rated { task, is_helpful }));
            desk.speech.say(desk.strings.plain("thanks"));
        })
    };
    let name = desk.strings.plain("helpful");
    View::new("div", &[("part", "helpful"), ("role", "group"), ("aria-label", &name)])
        .follow_flag("hidden", cell.asks(|row| !row.can_rate))
        .child(View::new("span", &[]).text(&name))
        .child(answer("yes", true))
        .child(answer("no", false))
}

fn action(desk: &Rc<Desk>, id: &str, action: &Action) -> View {
    let id = id.to_owned();
    let event = Event::Clicked { task: id.clone() };
    button_of(desk, action, id, move |desk| drop(desk.act(&event)))
}

/// A button with the text `name`.
pub(crate) fn button(desk: &Rc<Desk>, part: &str, name: &str, clicked: impl Fn(&Desk) + 'static) -> View {
    let desk = desk.clone();
    View::new("button", &[("part", part), ("type", "button")])
        .text(&desk.strings.plain(name))
        .on_click(move || clicked(&desk))
}

/// A link or a button that calls `clicked` first; the host hears of it as of what has this id.
pub(crate) fn button_of(
    desk: &Rc<Desk>,
    action: &Action,
    id: String,
    clicked: impl Fn(&Desk) + 'static,
) -> View {
    let desk = desk.clone();
    let view = match &action.target {
        Target::Link(link) => {
            View::new("a", &[("part", "action"), ("href", link)]).on_click(move || clicked(&desk))
        }
        Target::Event(name) => {
            let name = name.clone();
            View::new("button", &[("part", "action"), ("type", "button")]).on_click(move || {
                clicked(&desk);
                desk.emit(&name, &Value::Map(vec![("task".to_owned(), id.as_str().into())]));
            })
        }
        Target::Tour(index) => {
            let tour = desk.definition.tours[*index].id.clone();
            View::new("button", &[("part", "action"), ("type", "button")]).on_click(move || {
                clicked(&desk);
                // The checker has seen that there is such a tour.
                drop(desk.start_tour(&tour));
            })
        }
    };
    view.text(&action.label)
}

/// Says why a locked row does nothing.
fn explain(desk: &Desk, row: &RowLook) {
    if row.state == "locked" {
        desk.speech.say([&row.name, "."].concat());
    }
}

fn detail_id(index: usize) -> String {
    ["detail-", &index.to_string()].concat()
}
