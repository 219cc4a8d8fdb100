//! The interface to the loader's custom element. Structured data cross it as JSON text, so that nothing of the host's
//! own objects (getters, proxies, cycles) is ever touched in here.

use std::rc::Rc;

use cairn_checklist::{Definition, DefinitionError, Event, Refusal, Value, Visitor};
use js_sys::Function;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, ShadowRoot, StorageEvent};

use crate::aside::Aside;
use crate::desk::Desk;
use crate::guide::Guide;
use crate::store::{Store, warn};
use crate::{json, view};

/// No more problems of a definition are listed than this.
const MOST_PROBLEMS: usize = 10;

/// One checklist in one element, from connection to disconnection. Freeing it unmounts the view and removes every
/// listener.
#[wasm_bindgen]
pub struct Checklist {
    desk: Rc<Desk>,
    view: Element,
    on_storage: Closure<dyn Fn(StorageEvent)>,
    _aside: Aside,
}

#[wasm_bindgen]
impl Checklist {
    /// Checks the definition and mounts the panel behind the launcher that the loader has put into `root`. `import_tours`
    /// fetches the part that reaches into the host page, when it is needed.
    ///
    /// # Errors
    ///
    /// An `Error` whose message lists the definition's problems and whose `path` is the JSON path of the first.
    #[expect(clippy::too_many_arguments, reason = "JavaScript calls it, once")]
    #[wasm_bindgen(constructor)]
    pub fn new(
        host: HtmlElement,
        root: ShadowRoot,
        definition: &str,
        traits: &str,
        language: &str,
        glance_key: String,
        adapter: Option<web_sys::Storage>,
        import_tours: Function,
    ) -> Result<Checklist, JsValue> {
        let definition = check(definition)?;
        let attribute = |name: &str| host.get_attribute(name).unwrap_or_default();
        let visitor =
            Visitor { user: attribute("user"), segment: attribute("segment"), traits: read_object(traits) };
        let store = Store::new(&attribute("storage"), adapter, &definition, &visitor.user, glance_key);
        let desk = Rc::new_cyclic(|desk| {
            let guide = Guide::new(desk.clone(), import_tours);
            Desk::new(host, root, definition, language, store, visitor, guide)
        });
        let panel = view::panel(&desk);
        desk.root.append_child(&panel.element)?;
        let checklist = Checklist {
            on_storage: listen(&desk)?,
            _aside: Aside::new(&desk),
            view: panel.element.clone(),
            desk,
        };
        checklist.desk.follow(panel.into_live());
        // Starting cannot be refused.
        let _ = checklist.desk.act(&Event::Started);
        checklist.desk.emit("cairn:ready", &Desk::progress_value(checklist.desk.progress()));
        Ok(checklist)
    }

    /// Shows or hides the panel as the element's `open` attribute says.
    pub fn sync_open(&self) {
        self.desk.sync_open();
    }

    /// Moves the focus to the panel's heading.
    pub fn focus_heading(&self) {
        self.desk.focus("#title");
    }

    /// Replaces the visitor's traits, a JSON object.
    pub fn set_traits(&self, traits: &str) {
        self.desk.set_traits(read_object(traits));
    }

    /// Counts an event, with its properties as a JSON object.
    pub fn track(&self, event: &str, properties: Option<String>) {
        let properties = properties.as_deref().map_or(Value::Null, read_object);
        self.act("track", &Event::Tracked { name: event.to_owned(), properties });
    }

    /// Marks a task as done.
    pub fn complete(&self, id: &str) {
        self.act("complete", &Event::Completed { task: id.to_owned() });
    }

    /// Takes back a task, or all of them.
    pub fn reset(&self, id: Option<String>) {
        self.act("reset", &Event::Reset { task: id });
    }

    /// Puts the checklist away for some milliseconds; without a number, for as long as the definition says.
    pub fn snooze(&self, millis: Option<f64>) {
        self.desk.put_away(&Event::Snoozed { millis: millis.map(|millis| millis as i64) });
    }

    /// Time went by, or the page's address changed.
    pub fn refresh(&self) {
        self.act("refresh", &Event::Changed);
    }

    /// Begins a tour, or goes on with it where it was left.
    pub fn start_tour(&self, id: &str) {
        if let Err(refusal) = self.desk.start_tour(id) {
            refuse("start_tour", &refusal);
        }
    }

    /// `{ done, total, finished }`.
    #[must_use]
    pub fn progress(&self) -> JsValue {
        json::to_js(&Desk::progress_value(self.desk.progress()))
    }

    /// The kept rows of the log, oldest first.
    #[must_use]
    pub fn log(&self) -> JsValue {
        let rows = self.desk.store.log().lines().filter_map(|line| json::parse(line).ok()).collect();
        json::to_js(&Value::List(rows))
    }

    /// The kept rows of the log as NDJSON.
    #[must_use]
    pub fn export_log(&self) -> String {
        self.desk.store.log()
    }

    fn act(&self, method: &str, event: &Event) {
        if let Err(refusal) = self.desk.act(event) {
            refuse(method, &refusal);
        }
    }
}

impl Drop for Checklist {
    fn drop(&mut self) {
        self.view.remove();
        self.desk.leave();
        if let Some(window) = web_sys::window() {
            let _ = window
                .remove_event_listener_with_callback("storage", self.on_storage.as_ref().unchecked_ref());
        }
    }
}

/// Reads and checks a definition; its warnings go to the console.
fn check(text: &str) -> Result<Definition, JsValue> {
    let value =
        json::parse(text).map_err(|message| failure("$", &format!("$: is not valid JSON: {message}")))?;
    let checked = Definition::check(&value).map_err(|error| refuse_definition(&error))?;
    if !checked.warnings.is_empty() {
        let lines: Vec<_> = checked.warnings.iter().map(ToString::to_string).collect();
        warn(&format!("the definition works, but:\n{}", lines.join("\n")));
    }
    Ok(checked.definition)
}

fn refuse_definition(error: &DefinitionError) -> JsValue {
    let mut lines: Vec<_> = error.problems.iter().take(MOST_PROBLEMS).map(ToString::to_string).collect();
    let more = error.problems.len() - lines.len();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    failure(&error.problems[0].path, &lines.join("\n"))
}

/// The `Error` that the loader reports; the definition is at fault, and nothing is shown.
fn failure(path: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(&format!("the definition cannot be used:\n{message}"));
    let _ = js_sys::Reflect::set(&error, &"path".into(), &path.into());
    error.into()
}

fn refuse(method: &str, refusal: &Refusal) {
    warn(&format!("{method}: {refusal}"));
}

/// What the host passes as traits or properties; anything but a JSON object holds nothing.
fn read_object(text: &str) -> Value {
    json::parse(text).unwrap_or(Value::Null)
}

/// Another tab stored something: take it in, show it, say it.
fn listen(desk: &Rc<Desk>) -> Result<Closure<dyn Fn(StorageEvent)>, JsValue> {
    let weak = Rc::downgrade(desk);
    let on_storage = Closure::<dyn Fn(StorageEvent)>::new(move |event: StorageEvent| {
        if let Some(desk) = weak.upgrade()
            && desk.store.is_about(event.key().as_deref())
        {
            let _ = desk.act(&Event::Changed);
        }
    });
    let window = web_sys::window().ok_or("there is no window")?;
    window.add_event_listener_with_callback("storage", on_storage.as_ref().unchecked_ref())?;
    Ok(on_storage)
}
