//! One worker: requests go out with numbers, replies come back to who asked, and its death is noticed.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use cairn_engine::Failure;
use cairn_protocol::{BUILD, Envelope, Reply, Request, RequestId};
use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker};

use super::Assets;

/// Hears the replies to one request: any number that are not terminal, then one that is.
pub type Listener = Rc<dyn Fn(Reply)>;

/// How often silence is looked for.
const WATCH_MILLIS: u32 = 1_000;

/// A worker with a request open that has said nothing between so many looks is dead. Looks are counted, not
/// milliseconds: a laptop that slept, or a tab that was frozen, has only looked once since.
const SILENT_LOOKS: u32 = 5;

/// A worker and the requests that are open with it. Dropping it ends the worker; its listeners then hear nothing more.
pub struct Link(Rc<Inner>);

struct Inner {
    worker: Worker,
    on_death: Box<dyn Fn(Failure)>,
    open: RefCell<BTreeMap<RequestId, Listener>>,
    /// Messages, each with what it hands over, until the worker is ready.
    queue: RefCell<Option<Vec<(Object, Array)>>>,
    next: Cell<u32>,
    silent_looks: Cell<u32>,
    is_dead: Cell<bool>,
    ears: RefCell<Vec<EventListener>>,
    watch: RefCell<Option<Interval>>,
}

impl Link {
    /// Starts a worker. `on_death` hears at most once that it is lost, after which the link does nothing more: open
    /// requests are for the caller to repeat elsewhere. The failure's code says when: `worker_not_started` before it was
    /// ready, `wrong_build` if it is of another build than the page, `worker_died` later.
    ///
    /// # Errors
    /// If the browser refuses to start a worker.
    pub fn start(assets: &Assets, on_death: impl Fn(Failure) + 'static) -> Result<Self, Failure> {
        let inner = Rc::new(Inner {
            worker: assets.spawn()?,
            on_death: Box::new(on_death),
            open: RefCell::default(),
            queue: RefCell::new(Some(Vec::new())),
            next: Cell::new(1),
            silent_looks: Cell::new(0),
            is_dead: Cell::new(false),
            ears: RefCell::default(),
            watch: RefCell::default(),
        });
        let worker = inner.worker.clone();
        let ear = |event: &'static str, hear: fn(&Inner, &JsValue)| {
            let inner = Rc::downgrade(&inner);
            EventListener::new(&worker, event, move |event| {
                with(&inner, |inner| hear(inner, event.as_ref()));
            })
        };
        *inner.ears.borrow_mut() = vec![
            ear("message", Inner::hear),
            ear("error", |inner, event| inner.die(&text_of(event, "message"))),
            ear("messageerror", |inner, _| inner.die("a message could not be read")),
        ];
        let watched = Rc::downgrade(&inner);
        *inner.watch.borrow_mut() = Some(Interval::new(WATCH_MILLIS, move || with(&watched, Inner::watch)));
        Ok(Self(inner))
    }

    /// Sends a request; `listener` hears its replies. The request waits until the worker is ready.
    pub fn send(&self, request: &Request, handles: &Array, listener: Listener) -> RequestId {
        let id = RequestId(self.0.next.replace(self.0.next.get() + 1));
        if self.0.open.borrow().is_empty() {
            self.0.silent_looks.set(0);
        }
        self.0.open.borrow_mut().insert(id, listener);
        self.0.post(id, request, handles, Array::new());
        id
    }

    /// Tells the worker something that has no reply, and hands the handles over to it.
    pub fn tell(&self, request: &Request, handles: &Array) {
        self.0.post(RequestId::NONE, request, handles, handles.clone());
    }

    /// Asks the worker to stop working on a request, whose listener then hears [`Reply::Canceled`].
    pub fn cancel(&self, target: RequestId) {
        if self.0.open.borrow().contains_key(&target) {
            let _ = self.send(&Request::Cancel { target }, &Array::new(), Rc::new(|_| {}));
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Inner {
    fn post(&self, id: RequestId, body: &Request, handles: &Array, transfer: Array) {
        let message = Object::new();
        let Ok(text) = serde_json::to_string(&Envelope { id, body }) else { return };
        let _ = Reflect::set(&message, &JsValue::from_str("text"), &JsValue::from_str(&text));
        let _ = Reflect::set(&message, &JsValue::from_str("handles"), handles);
        match self.queue.borrow_mut().as_mut() {
            Some(queue) => queue.push((message, transfer)),
            None => drop(self.worker.post_message_with_transfer(&message, &transfer)),
        }
    }

    fn hear(&self, event: &JsValue) {
        self.silent_looks.set(0);
        let data = event.unchecked_ref::<MessageEvent>().data();
        let Ok(envelope) = serde_json::from_str::<Envelope<Reply>>(&text_of(&data, "text")) else {
            return self.die("it said something that the page does not understand");
        };
        match envelope.body {
            Reply::Ready { build } if build == BUILD => self.flush(),
            Reply::Ready { build } => {
                self.end_with("wrong_build", &format!("the worker is of build {build}, the page of {BUILD}"));
            }
            Reply::Died { failure } => self.die(&failure.message),
            reply => {
                let listener = self.listener(envelope.id, reply.is_terminal());
                if let Some(listener) = listener {
                    listener(reply);
                }
            }
        }
    }

    fn listener(&self, id: RequestId, is_last: bool) -> Option<Listener> {
        let mut open = self.open.borrow_mut();
        if is_last { open.remove(&id) } else { open.get(&id).cloned() }
    }

    fn flush(&self) {
        for (message, transfer) in self.queue.take().into_iter().flatten() {
            let _ = self.worker.post_message_with_transfer(&message, &transfer);
        }
    }

    fn watch(&self) {
        self.silent_looks.set(self.silent_looks.get() + 1);
        if self.silent_looks.get() > SILENT_LOOKS && !self.open.borrow().is_empty() {
            self.die("it has said nothing for 5 seconds");
        }
    }

    /// A worker that ends before it was ready never ran: that is another trouble, with another remedy.
    fn die(&self, why: &str) {
        let is_ready = self.queue.borrow().is_none();
        self.end_with(if is_ready { "worker_died" } else { "worker_not_started" }, why);
    }

    fn end_with(&self, code: &str, why: &str) {
        if !self.is_dead.replace(true) {
            self.end();
            (self.on_death)(Failure { code: code.to_owned(), message: why.to_owned(), position: None });
        }
    }

    fn end(&self) {
        self.is_dead.set(true);
        self.open.borrow_mut().clear();
        self.ears.borrow_mut().clear();
        self.watch.borrow_mut().take();
        self.worker.terminate();
    }
}

fn with(inner: &Weak<Inner>, act: impl FnOnce(&Inner)) {
    if let Some(inner) = inner.upgrade() {
        act(&inner);
    }
}

fn text_of(object: &JsValue, name: &str) -> String {
    Reflect::get(object, &JsValue::from_str(name)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}
