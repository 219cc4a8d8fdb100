//! Where the state is kept: the browser's storage, or memory where that is wanted or storage is forbidden. Nothing
//! here fails; what goes wrong is said on the console once.

use std::cell::{Cell, RefCell};

use cairn_checklist::{Definition, Millis, Progress, Restored, Row, State, Value};

use crate::json;

/// The log's length in storage, in UTF-16 units; the oldest rows go first. About 400 rows.
const LONGEST_LOG: usize = 64 * 1024;

thread_local! {
    /// What `storage="memory"` keeps, for as long as the page lives and over reconnections of the element.
    static MEMORY: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// The storage of one person and one checklist.
pub(crate) struct Store {
    area: Option<web_sys::Storage>,
    state_key: String,
    glance_key: String,
    /// A later version of the widget wrote the state: it must not be overwritten.
    is_read_only: Cell<bool>,
    has_warned: Cell<bool>,
    /// What was read or written last, to tell what another tab wrote.
    last: RefCell<String>,
}

impl Store {
    /// The storage that the `storage` attribute names. The glance is what the loader reads before anything else is there.
    ///
    /// An adapter takes the storage's place: the loader has asked the host for all that it holds, and passes on what is
    /// written, so that in here it has a storage's `getItem` and `setItem`.
    pub(crate) fn new(
        kind: &str,
        adapter: Option<web_sys::Storage>,
        definition: &Definition,
        user: &str,
        glance_key: String,
    ) -> Store {
        let encode = |text: &str| String::from(js_sys::encode_uri_component(text));
        let store = Store {
            area: None,
            state_key: format!("cairn:{}:{}", encode(&definition.id), encode(user)),
            glance_key,
            is_read_only: Cell::new(false),
            has_warned: Cell::new(false),
            last: RefCell::default(),
        };
        if adapter.is_some() {
            return Store { area: adapter, ..store };
        }
        let window = web_sys::window();
        let area = match kind {
            "" | "local" => window.map(|window| window.local_storage()),
            "session" => window.map(|window| window.session_storage()),
            "memory" => return store,
            _ => {
                store.warn(&format!(
                    "storage=\"{kind}\" is unknown, so memory is used; there are: local, session, memory"
                ));
                return store;
            }
        };
        match area {
            Some(Ok(Some(area))) => Store { area: Some(area), ..store },
            _ => {
                store
                    .warn("this page may not use the browser's storage, so progress is lost when it is left");
                store
            }
        }
    }

    /// Whether an event of the window's storage is about this state.
    pub(crate) fn is_about(&self, key: Option<&str>) -> bool {
        key == Some(&self.state_key)
    }

    /// What is stored, if it is not what was last read or written here.
    pub(crate) fn news(&self) -> Option<State> {
        let text = self.read(&self.state_key)?;
        if *self.last.borrow() == text {
            return None;
        }
        let restored = match json::parse(&text) {
            Ok(value) => State::restore(&value),
            Err(_) => State::restore(&Value::Null),
        };
        self.last.replace(text);
        Some(self.accept(restored))
    }

    /// Stores the state and the glance.
    pub(crate) fn save(&self, state: &State, progress: Progress, hidden_until: Millis) {
        let text = json::print(&state.to_value());
        if *self.last.borrow() == text || self.is_read_only.get() {
            return;
        }
        self.write(&self.state_key, &text);
        self.last.replace(text);
        let number = |count: usize| Value::Number(count as f64);
        let fields = [
            ("version", 1.0.into()),
            ("done", number(progress.done)),
            ("total", number(progress.total)),
            ("hidden_until", Value::Number(hidden_until.0 as f64)),
        ];
        let glance = Value::Map(fields.map(|(name, value)| (name.to_owned(), value)).into());
        self.write(&self.glance_key, &json::print(&glance));
    }

    /// Appends a row to the log, and drops the oldest ones once it is too long.
    pub(crate) fn append(&self, row: &Row) {
        let mut log = self.log();
        log.push_str(&json::print(&row.to_value()));
        log.push('\n');
        while log.len() > LONGEST_LOG
            && let Some((_, rest)) = log.split_once('\n')
        {
            log = rest.to_owned();
        }
        self.write(&self.log_key(), &log);
    }

    /// The log as NDJSON, oldest row first; empty before the first.
    pub(crate) fn log(&self) -> String {
        self.read(&self.log_key()).unwrap_or_default()
    }

    fn log_key(&self) -> String {
        format!("{}:log", self.state_key)
    }

    fn accept(&self, restored: Restored) -> State {
        if restored.is_newer {
            self.is_read_only.set(true);
            self.warn("a later version stored this person's progress, so it is read but not written");
        } else if let Some(first) = restored.damage.first() {
            self.warn(&format!("the stored progress is damaged ({first}); what could be read is kept"));
        }
        restored.state
    }

    fn read(&self, key: &str) -> Option<String> {
        let Some(area) = &self.area else {
            return MEMORY
                .with_borrow(|all| all.iter().find(|(name, _)| name == key).map(|(_, text)| text.clone()));
        };
        area.get_item(key).ok().flatten()
    }

    fn write(&self, key: &str, text: &str) {
        let Some(area) = &self.area else {
            MEMORY.with_borrow_mut(|all| {
                all.retain(|(name, _)| name != key);
                all.push((key.to_owned(), text.to_owned()));
            });
            return;
        };
        if area.set_item(key, text).is_err() {
            self.warn(
                "the browser's storage is full or forbidden, so progress is lost when the page is left",
            );
        }
    }

    fn warn(&self, message: &str) {
        if !self.has_warned.replace(true) {
            warn(message);
        }
    }
}

/// A line on the console for the host's developers.
pub(crate) fn warn(message: &str) {
    web_sys::console::warn_1(&format!("cairn-checklist: {message}").into());
}
