//! `Guide`: the checklist's hold on the host page. The model's tour steps become cards there, and what happens there
//! becomes the model's events. The hands are JavaScript (`www/tour/`), fetched when a definition needs them: following an
//! element through frames and shadow roots is calls to the browser and nothing else, each dearer from here in bytes and time.

use std::cell::{Cell, RefCell};
use std::rc::Weak;

use cairn_checklist::{
    Condition, Definition, Effect, Event, Noticed, Phase, Place, Refusal, Signal, Status, TourAct, Value,
};
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::{HtmlElement, ShadowRoot};

use crate::desk::Desk;
use crate::json;

#[wasm_bindgen]
extern "C" {
    /// The module `www/tour/cairn-tour.js`.
    type Tours;
    #[wasm_bindgen(method)]
    fn open(this: &Tours, host: &HtmlElement, root: &ShadowRoot, report: &JsValue) -> Page;

    /// Its `Page`, whose methods never throw.
    type Page;
    #[wasm_bindgen(method)]
    fn watch(this: &Page, wanted: &str);
    #[wasm_bindgen(method)]
    fn show(this: &Page, step: &str);
    #[wasm_bindgen(method)]
    fn hide(this: &Page);
    #[wasm_bindgen(method)]
    fn free(this: &Page);
}

/// Hears what happens on the page: what, of which selector, and `start` where it was so at the first look.
type Report = Closure<dyn Fn(String, String, String)>;

/// The hold of one checklist.
pub(crate) struct Guide {
    desk: Weak<Desk>,
    /// Fetches the JavaScript, and calls back with the module; where it cannot be had, it says so instead.
    import: Function,
    report: RefCell<Option<Report>>,
    page: RefCell<Option<Page>>,
    /// The tour and its step that shows, or is waited for.
    step: Cell<Option<(usize, usize)>>,
    /// What the page is asked for, as JSON, so that it is asked again only for something else.
    wanted: RefCell<String>,
    shown: RefCell<Option<String>>,
}

impl Guide {
    pub(crate) fn new(desk: Weak<Desk>, import: Function) -> Guide {
        Guide {
            desk,
            import,
            report: RefCell::default(),
            page: RefCell::default(),
            step: Cell::default(),
            wanted: RefCell::default(),
            shown: RefCell::default(),
        }
    }

    /// Does on the page what the effects of an event ask for.
    pub(crate) fn follow(&self, desk: &Desk, event: &Event, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::TourStep { tour, step, place }
                    if *place == Place::Here || self.step.get().is_some() =>
                {
                    self.show_step(desk, *tour, *step, event);
                }
                Effect::TourOver { phase, .. } => self.end(desk, *phase),
                _ => {}
            }
        }
        let (wanted, is_any) = wanted(desk);
        if is_any && *self.wanted.borrow() != wanted {
            self.wanted.replace(wanted.clone());
            self.with_page(|page| page.watch(&wanted));
        }
    }

    fn show_step(&self, desk: &Desk, tour: usize, step: usize, event: &Event) {
        self.step.set(Some((tour, step)));
        // The list would lie over the page that the step is about.
        if desk.host.has_attribute("open") {
            // Removing an attribute that is there cannot fail.
            let _ = desk.host.remove_attribute("open");
        }
        let text = json::print(&step_value(desk, tour, step, event));
        self.shown.replace(Some(text.clone()));
        self.with_page(|page| page.show(&text));
    }

    fn end(&self, desk: &Desk, phase: Phase) {
        self.shown.take();
        if self.step.take().is_none() {
            return;
        }
        self.with_page(Page::hide);
        if phase == Phase::Paused {
            desk.speech.say(desk.strings.plain("tour_paused"));
        }
    }

    /// Something happened on the page.
    fn hear(&self, desk: &Desk, what: &str, selector: &str, when: &str) -> Result<(), Refusal> {
        let act = match what {
            "next" => TourAct::Next,
            "back" => TourAct::Back,
            "close" => TourAct::Pause,
            "shown" => TourAct::Seen,
            "missing" => TourAct::Missing,
            "address" => return desk.act(&Event::Changed),
            _ => {
                let signals = [Signal::Present, Signal::Clicked, Signal::Filled];
                let Some(signal) = signals.into_iter().find(|signal| word(*signal) == what) else {
                    return Ok(());
                };
                let when = if when == "start" { Noticed::AtStart } else { Noticed::Later };
                return desk.act(&Event::Noticed { signal, of: selector.to_owned(), when });
            }
        };
        let Some((tour, step)) = self.step.get() else { return Ok(()) };
        if selector == "unheard" {
            let step = &desk.definition.tours[tour].steps[step];
            desk.speech.say(step.title.iter().chain([&step.text]).cloned().collect::<Vec<_>>().join(". "));
        }
        desk.act(&Event::Tour { step, act })
    }

    /// Does something with the page, or has it fetched, after which it is told all that counts by then.
    fn with_page(&self, act: impl FnOnce(&Page)) {
        if let Some(page) = &*self.page.borrow() {
            return act(page);
        }
        if self.report.borrow().is_some() {
            return;
        }
        let desk = self.desk.clone();
        let report = Report::new(move |what: String, selector: String, when: String| {
            if let Some(desk) = desk.upgrade() {
                // What is refused came too late to mean anything.
                let _ = desk.guide.hear(&desk, &what, &selector, &when);
            }
        });
        self.report.replace(Some(report));
        let desk = self.desk.clone();
        // Not a future: what runs futures would be another two kilobytes. And not ours to drop: the checklist may be gone
        // when the module comes.
        let arrived = Closure::once_into_js(move |tours: Tours| {
            if let Some(desk) = desk.upgrade() {
                desk.guide.arrive(&desk, &tours);
            }
        });
        // The loader's function does not throw.
        let _ = self.import.call1(&JsValue::NULL, &arrived);
    }

    fn arrive(&self, desk: &Desk, tours: &Tours) {
        let report = self.report.borrow();
        let Some(report) = &*report else { return };
        let page = tours.open(&desk.host, &desk.root, report.as_ref());
        if !self.wanted.borrow().is_empty() {
            page.watch(&self.wanted.borrow());
        }
        if let Some(step) = &*self.shown.borrow() {
            page.show(step);
        }
        self.page.replace(Some(page));
    }
}

impl Drop for Guide {
    fn drop(&mut self) {
        if let Some(page) = self.page.get_mut() {
            page.free();
        }
    }
}

/// What is asked of the page: what open tasks, the tour that runs, and all else that is not a task's completion wait for.
/// The flag says whether that was ever anything.
fn wanted(desk: &Desk) -> (String, bool) {
    let definition = &desk.definition;
    let is_over: Vec<&Condition> = idle(desk);
    let mentions = |conditions: &[&Condition], signal: Signal, of: &str| {
        let is_it = |it: &&&Condition| matches!(it, Condition::Signal(s, o) if *s == signal && o == of);
        conditions.iter().filter(is_it).count()
    };
    let mut all = Vec::new();
    definition.each_condition(&mut |condition| all.push(condition));
    let watched = definition.watched();
    let list = |signal: Signal| {
        let is_open = |of: &&str| mentions(&all, signal, of) > mentions(&is_over, signal, of);
        let of_signal = watched.iter().filter(|(it, _)| *it == signal).map(|(_, of)| *of);
        Value::List(of_signal.filter(is_open).map(Value::from).collect())
    };
    let has_url = all.iter().any(|condition| matches!(condition, Condition::Url(_)));
    let fields =
        [Signal::Present, Signal::Clicked, Signal::Filled].map(|signal| (word(signal), list(signal)));
    let fields = fields.into_iter().chain([("address", has_url.into())]);
    (json::print(&map(fields)), has_url || !watched.is_empty())
}

/// The conditions that nothing hangs on now: those that complete tasks which are done, and those of tours that do not run.
fn idle(desk: &Desk) -> Vec<&Condition> {
    let Definition { tasks, tours, .. } = &desk.definition;
    let running = desk.running_tour();
    let done = tasks.iter().zip(desk.statuses()).filter(|(_, status)| matches!(status, Status::Done(_)));
    let steps = tours.iter().filter(|tour| running.as_ref() != Some(&tour.id)).flat_map(|tour| &tour.steps);
    let over =
        done.map(|(task, _)| &task.complete_when).chain(steps.filter_map(|step| step.advance_when.as_ref()));
    let mut found = Vec::new();
    over.for_each(|condition| condition.each(&mut |inner| found.push(inner)));
    found
}

/// A step as `Step` in `www/tour/types.d.ts` has it.
fn step_value(desk: &Desk, tour: usize, index: usize, event: &Event) -> Value {
    let tour = &desk.definition.tours[tour];
    let step = &tour.steps[index];
    let strings = &desk.strings;
    let acts = step.advance_when.is_some();
    let next = match (acts, index + 1 == tour.steps.len()) {
        (true, _) => "tour_skip",
        (false, true) => "tour_done",
        (false, false) => "tour_next",
    };
    let count = strings
        .get("tour_count", &[("step", &(index + 1).to_string()), ("total", &tour.steps.len().to_string())]);
    let back = if index > 0 { strings.plain("tour_back").as_str().into() } else { Value::Null };
    let words = map([
        ("count", count.as_str().into()),
        ("close", strings.plain("tour_close").as_str().into()),
        ("next", strings.plain(next).as_str().into()),
        ("back", back),
        ("language", strings.language.into()),
    ]);
    map([
        ("target", step.target.as_deref().map_or(Value::Null, Value::from)),
        ("highlights", Value::List(step.highlights.iter().map(|it| it.as_str().into()).collect())),
        ("title", step.title.as_deref().or(tour.title.as_deref()).unwrap_or_default().into()),
        ("text", step.text.as_str().into()),
        ("placement", step.placement.word().into()),
        ("modal", step.is_modal.into()),
        ("wait", f64::from(step.wait_millis).into()),
        ("missing", step.missing.word().into()),
        ("acts", acts.into()),
        ("quiet", (*event == Event::Started).into()),
        ("words", words),
    ])
}

fn map(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Map(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The word for a signal in a report and in what is wanted.
fn word(signal: Signal) -> &'static str {
    match signal {
        Signal::Present => "element",
        Signal::Clicked => "clicked",
        Signal::Filled => "filled",
        Signal::Toured => "",
    }
}
