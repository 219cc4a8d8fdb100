//! `Desk`: one checklist on one page, where the model's effects become what people, the host and storage get of them.

use std::cell::{Cell, RefCell};

use cairn_checklist::{
    Definition, Effect, Event, Millis, Moment, Phase, Progress, Refusal, State, Status, Value, Visitor,
    apply, arm, progress, statuses,
};
use web_sys::{CustomEvent, CustomEventInit, HtmlElement, ShadowRoot};

use crate::guide::Guide;
use crate::json;
use crate::live::Live;
use crate::look::Look;
use crate::speech::Speech;
use crate::store::Store;
use crate::strings::Strings;

/// Where the loader has put the launcher.
pub(crate) const LAUNCHER: &str = "[part=launcher]";

/// What a short message beside the launcher, or at the top of the panel, is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The nudge at this index.
    Nudge(usize),
    /// The reward or milestone of the task at this index.
    Reward(usize),
}

/// Everything that one element has.
pub(crate) struct Desk {
    pub(crate) host: HtmlElement,
    pub(crate) root: ShadowRoot,
    pub(crate) definition: Definition,
    pub(crate) strings: Strings,
    pub(crate) look: RefCell<Look>,
    /// The task whose detail shows.
    pub(crate) expanded: Cell<Option<usize>>,
    /// The short message that shows.
    pub(crate) notice: Cell<Option<Notice>>,
    /// Whether the panel shows.
    pub(crate) is_open: Cell<bool>,
    pub(crate) speech: Speech,
    pub(crate) store: Store,
    pub(crate) guide: Guide,
    /// What of the view follows. Holds the desk in turn, so it is to be taken out in the end.
    live: RefCell<Live>,
    visitor: RefCell<Visitor>,
    state: RefCell<State>,
}

impl Desk {
    /// What is there at the start is neither news to the person nor to the host.
    pub(crate) fn new(
        host: HtmlElement,
        root: ShadowRoot,
        definition: Definition,
        language: &str,
        store: Store,
        visitor: Visitor,
        guide: Guide,
    ) -> Desk {
        let state = store.news().unwrap_or_default();
        let experiment = definition.experiment.as_ref();
        // The arm that the state will be dealt, or has.
        let kept = state.variant.clone().filter(|kept| experiment.is_some_and(|it| it.id == kept.experiment));
        let variant = kept.or_else(|| arm(experiment?, &visitor.user));
        let arm = variant.map(|variant| variant.arm).unwrap_or_default();
        Desk {
            host,
            root,
            definition: definition.in_words(language, &arm),
            strings: Strings::new(language),
            store,
            guide,
            look: RefCell::default(),
            expanded: Cell::default(),
            notice: Cell::default(),
            is_open: Cell::default(),
            speech: Speech::default(),
            live: RefCell::default(),
            visitor: RefCell::new(visitor),
            state: RefCell::new(state),
        }
    }

    /// Applies an event: stores what it changed, shows it, says it, and tells the host, in this order, so that a
    /// host's listener finds everything as it will be.
    pub(crate) fn act(&self, event: &Event) -> Result<(), Refusal> {
        if let Some(state) = self.store.news() {
            self.apply(&Event::Stored { state: Box::new(state) })?;
        }
        self.apply(event)
    }

    fn apply(&self, event: &Event) -> Result<(), Refusal> {
        let effects =
            self.with_moment(|moment| apply(&self.definition, &mut self.state.borrow_mut(), event, moment))?;
        let progress = self.progress();
        let hidden_until = self.state.borrow().away.until;
        self.store.save(&self.state.borrow(), progress, hidden_until);
        self.show();
        if !matches!(event, Event::Started) {
            self.announce(&effects);
        }
        self.guide.follow(self, event, &effects);
        self.tell(&effects);
        Ok(())
    }

    /// Brings panel and launcher up to date.
    pub(crate) fn show(&self) {
        let look = self
            .with_moment(|moment| Look::new(&self.definition, &self.state.borrow(), moment, &self.strings));
        if let Some(launcher) = self.find(LAUNCHER) {
            self.show_launcher(&launcher, &look);
        }
        for part in [LAUNCHER, "[part=bar]"] {
            if let Some(part) = self.find(part) {
                // A property of an element that is there can always be set.
                let _ = part.style().set_property("--share", &look.share().to_string());
            }
        }
        self.look.replace(look);
        self.update();
    }

    /// Keeps up to date what of the view follows, from now on.
    pub(crate) fn follow(&self, live: Live) {
        self.live.replace(live);
        self.show();
    }

    /// Lets go of the view.
    pub(crate) fn leave(&self) {
        self.live.take();
    }

    /// Brings the view up to date. Building and asking never calls back, so that nothing is borrowed twice.
    fn update(&self) {
        self.live.borrow().update();
    }

    /// Shows the detail of a task, and no other.
    pub(crate) fn expand(&self, task: Option<usize>) {
        self.expanded.set(task);
        self.update();
    }

    /// Shows a short message, or none.
    pub(crate) fn set_notice(&self, notice: Option<Notice>) {
        self.notice.set(notice);
        self.update();
    }

    /// The launcher's name begins with its visible text and holds the count; out of the way it is a small button.
    fn show_launcher(&self, launcher: &HtmlElement, look: &Look) {
        let label = launcher.text_content().unwrap_or_default();
        let rest = match look.is_away {
            true => self.strings.get("back", &[("title", &self.definition.texts.title)]),
            false => look.words.clone(),
        };
        let name = [label, rest].join(&self.strings.plain("and"));
        let count = [&look.progress.done.to_string(), "/", &look.progress.total.to_string()].concat();
        // Attributes of an element that is there can always be set.
        for (attribute, value) in
            [("data-count", count.as_str()), ("aria-label", &name), ("aria-controls", "panel")]
        {
            let _ = launcher.set_attribute(attribute, value);
        }
        let _ = launcher.toggle_attribute_with_force("data-away", look.is_away);
    }

    /// Shows or hides the panel as the host element's `open` attribute says. Opening calls a checklist back that was
    /// put away.
    pub(crate) fn sync_open(&self) {
        let is_open = self.host.has_attribute("open");
        if let Some(panel) = self.find("#panel") {
            panel.set_hidden(!is_open);
        }
        let was_open = self.is_open.replace(is_open);
        self.update();
        if is_open && !was_open {
            if self.look.borrow().is_away {
                // Coming back cannot be refused, and neither can seeing.
                let _ = self.act(&Event::Returned);
            }
            self.expand_next();
            let _ = self.act(&Event::Opened);
        }
    }

    /// Puts the checklist away: for a while, or until it is called back.
    pub(crate) fn put_away(&self, event: &Event) {
        // Nobody can be refused to be left alone.
        let _ = self.act(event);
        self.set_notice(None);
        self.speech.say(self.strings.plain("said_away"));
        if self.host.has_attribute("open") {
            self.close();
        }
    }

    /// Closes the panel and gives the focus back to the launcher.
    pub(crate) fn close(&self) {
        // Removing an attribute that is there cannot fail.
        let _ = self.host.remove_attribute("open");
        self.focus(LAUNCHER);
    }

    /// Puts the focus on the first element that the selector finds.
    pub(crate) fn focus(&self, selector: &str) {
        if let Some(element) = self.find(selector) {
            let _ = element.focus();
        }
    }

    /// The value of the form control that the selector finds.
    pub(crate) fn value(&self, selector: &str) -> Option<String> {
        js_sys::Reflect::get(self.find(selector)?.as_ref(), &"value".into()).ok()?.as_string()
    }

    /// How far the person is.
    pub(crate) fn progress(&self) -> Progress {
        self.with_moment(|moment| progress(&self.definition, &self.state.borrow(), moment))
    }

    /// How each task stands.
    pub(crate) fn statuses(&self) -> Vec<Status> {
        self.with_moment(|moment| statuses(&self.definition, &self.state.borrow(), moment))
    }

    /// The id of the tour that runs, here or in another tab.
    pub(crate) fn running_tour(&self) -> Option<String> {
        let state = self.state.borrow();
        state.tour.as_ref().filter(|tour| tour.phase == Phase::Running).map(|tour| tour.tour.clone())
    }

    /// Begins a tour, or goes on with it where it was left.
    pub(crate) fn start_tour(&self, id: &str) -> Result<(), Refusal> {
        let is_open = self.state.borrow().open_tour().is_some_and(|(open, _)| open == id);
        self.act(&if is_open { Event::TourResumed } else { Event::TourStarted { tour: id.to_owned() } })
    }

    /// Replaces the visitor's traits.
    pub(crate) fn set_traits(&self, traits: Value) {
        self.visitor.borrow_mut().traits = traits;
        let _ = self.act(&Event::Changed);
    }

    /// Dispatches an event on the element; it bubbles and leaves shadow roots.
    pub(crate) fn emit(&self, name: &str, detail: &Value) {
        let init = CustomEventInit::new();
        init.set_bubbles(true);
        init.set_composed(true);
        init.set_detail(&json::to_js(detail));
        if let Ok(event) = CustomEvent::new_with_event_init_dict(name, &init) {
            let _ = self.host.dispatch_event(&event);
        }
    }

    /// The progress as the host sees it.
    pub(crate) fn progress_value(progress: Progress) -> Value {
        let number = |count: usize| Value::Number(count as f64);
        let fields = [
            ("done", number(progress.done)),
            ("total", number(progress.total)),
            ("finished", progress.is_finished.into()),
        ];
        Value::Map(fields.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// Shows the detail of the next task, unless the person is in the detail that shows: it must not be pulled away.
    fn expand_next(&self) {
        let is_inside =
            self.root.active_element().is_some_and(|it| it.closest("[part=detail]").ok().flatten().is_some());
        if !is_inside {
            let next = self.look.borrow().next();
            self.expand(next);
        }
    }

    fn announce(&self, effects: &[Effect]) {
        let look = self.look.borrow().clone();
        let say = |name: &str, task: usize| {
            let title = &self.definition.tasks[task].title;
            self.speech.say(self.strings.get(name, &[("task", title)]));
        };
        for effect in effects {
            match effect {
                Effect::TaskCompleted { task, .. } => say("said_done", *task),
                Effect::TaskUndone { task } => say("said_undone", *task),
                Effect::TaskUnlocked { task } => say("said_unlocked", *task),
                Effect::Progressed(_) => {
                    self.speech.say(self.strings.get("said_progress", &[("progress", &look.words)]));
                    self.expand_next();
                }
                Effect::Finished => self.speech.say(self.strings.plain("finished")),
                Effect::Rewarded { task } => self.notify(Notice::Reward(*task)),
                Effect::NudgeShown { nudge } => self.notify(Notice::Nudge(*nudge)),
                _ => {}
            }
        }
    }

    fn notify(&self, notice: Notice) {
        self.speech.say(self.notice_text(notice));
        self.set_notice(Some(notice));
    }

    /// What a short message says.
    pub(crate) fn notice_text(&self, notice: Notice) -> String {
        match notice {
            Notice::Nudge(index) => self.definition.nudges[index].text.clone(),
            Notice::Reward(index) => {
                let task = &self.definition.tasks[index];
                let milestone = task.milestone.as_ref();
                let milestone = milestone.map(|text| self.strings.get("milestone", &[("text", text)]));
                let reward = task.reward.as_ref().map(|reward| reward.message.clone());
                reward.into_iter().chain(milestone).collect::<Vec<_>>().join(" ")
            }
        }
    }

    fn tell(&self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::TaskCompleted { task, by } => self.tell_task(*task, "done", Some(by.word())),
                Effect::TaskUndone { task } | Effect::TaskUnlocked { task } => {
                    self.tell_task(*task, "open", None);
                }
                Effect::Progressed(progress) => self.emit("cairn:progress", &Desk::progress_value(*progress)),
                Effect::Finished => self.emit("cairn:complete", &Desk::progress_value(self.progress())),
                Effect::TourStep { tour, step, .. } => {
                    self.tell_tour(&self.definition.tours[*tour].id, "running", Some(*step));
                }
                Effect::TourOver { tour, phase } => self.tell_tour(tour, phase.word(), None),
                Effect::Rewarded { task } => self.tell_reward(*task),
                Effect::SurveyAnswered { answers } => {
                    let answer = |(id, answer): &(String, String)| (id.clone(), Value::from(answer.as_str()));
                    self.emit("cairn:survey", &Value::Map(answers.iter().map(answer).collect()));
                }
                Effect::Logged(row) => {
                    self.store.append(row);
                    self.emit("cairn:log", &row.to_value());
                }
                _ => {}
            }
        }
    }

    fn tell_task(&self, task: usize, state: &str, by: Option<&str>) {
        let id = Value::from(self.definition.tasks[task].id.as_str());
        let fields = [("id", Some(id)), ("state", Some(state.into())), ("by", by.map(Value::from))];
        let present = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        self.emit("cairn:task", &Value::Map(present.collect()));
    }

    /// `cairn:reward`, and the event that the definition names for the host to hand out what was promised.
    fn tell_reward(&self, task: usize) {
        let task = &self.definition.tasks[task];
        let detail = Value::Map(vec![("task".to_owned(), task.id.as_str().into())]);
        self.emit("cairn:reward", &detail);
        if let Some(event) = task.reward.as_ref().and_then(|reward| reward.event.as_ref()) {
            self.emit(event, &detail);
        }
    }

    fn tell_tour(&self, id: &str, state: &str, step: Option<usize>) {
        let step = step.map(|step| ("step", Value::Number((step + 1) as f64)));
        let fields = [("id", id.into()), ("state", state.into())].into_iter().chain(step);
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        self.emit("cairn:tour", &Value::Map(fields.collect()));
    }

    fn with_moment<T>(&self, look: impl FnOnce(&Moment<'_>) -> T) -> T {
        let page = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
        let now = Millis(js_sys::Date::now() as i64);
        look(&Moment { visitor: &self.visitor.borrow(), now, page: &page })
    }

    /// The first element of the shadow root that the selector finds.
    pub(crate) fn find(&self, selector: &str) -> Option<HtmlElement> {
        use wasm_bindgen::JsCast;
        self.root.query_selector(selector).ok().flatten().map(JsCast::unchecked_into)
    }
}
