//! The stored form of what the checklist remembers beside tasks. All of it may be missing; what is damaged is left out.

use super::{Restored, number, put};
use crate::segment::Tracked;
use crate::state::{Assigned, Away, NudgeState, PHASES, SurveyState, TourState, Variant, WHYS, order};
use crate::time::Millis;
use crate::value::Value;

impl Restored {
    /// Reads everything but the tasks and their hits.
    pub(super) fn rest(&mut self, value: &Value) {
        self.state.active_at = self.time(value, "$", "active_at");
        if value.get("hidden_until").is_some() {
            let (at, until) = (self.time(value, "$", "away_at"), self.time(value, "$", "hidden_until"));
            self.state.away = Away { at: at.unwrap_or_default(), until: until.unwrap_or_default() };
        }
        self.state.path = self.part(value, "path", Assigned::of);
        self.state.variant = self.part(value, "variant", Variant::of);
        self.state.tour = self.part(value, "tour", TourState::of);
        for (id, nudge) in self.fields(value, "nudges") {
            *self.state.nudge_mut(id) = NudgeState::of(nudge);
        }
        for (id, survey) in self.fields(value, "surveys") {
            let place = format!("$.surveys.{id}");
            let times = (self.time(survey, &place, "shown_at"), self.time(survey, &place, "closed_at"));
            *self.state.survey_mut(id) = SurveyState { shown_at: times.0, closed_at: times.1 };
        }
        let history = value.get("history").and_then(Value::list).unwrap_or_default();
        self.state.history = history.iter().filter_map(Tracked::of).collect();
        if self.state.history.len() != history.len()
            || value.get("history").is_some_and(|it| it.list().is_none())
        {
            self.hurt("$.history", "is not a list of events");
        }
        self.state.trim_history();
        // Sound ones are in order already.
        let mut history: Vec<Tracked> = Vec::new();
        for event in self.state.history.drain(..) {
            let at = history.partition_point(|other| order(other) <= order(&event));
            history.insert(at, event);
        }
        self.state.history = history;
    }

    /// An object that may be missing, and is left out whole where it is damaged.
    fn part<T>(&mut self, value: &Value, name: &str, read: fn(&Value) -> Option<T>) -> Option<T> {
        let found = value.get(name)?;
        let part = read(found);
        if part.is_none() {
            self.hurt(&format!("$.{name}"), "is damaged");
        }
        part
    }

    fn fields<'a>(&mut self, value: &'a Value, name: &str) -> &'a [(String, Value)] {
        let found = value.get(name);
        if found.is_some_and(|found| found.map().is_none()) {
            self.hurt(&format!("$.{name}"), "is not an object");
        }
        found.and_then(Value::map).unwrap_or_default()
    }
}

impl Assigned {
    pub(super) fn to_value(&self) -> Value {
        object([
            ("id", Some(text(&self.path))),
            ("at", Some(number(self.at))),
            ("why", Some(self.why.word().into())),
        ])
    }

    fn of(value: &Value) -> Option<Assigned> {
        let why = WHYS.iter().find(|(word, _)| value.get("why").and_then(Value::text) == Some(word))?.1;
        Some(Assigned { at: time(value, "at")?, why, path: value.get("id")?.text()?.to_owned() })
    }
}

impl Variant {
    pub(super) fn to_value(&self) -> Value {
        object([("experiment", Some(text(&self.experiment))), ("arm", Some(text(&self.arm)))])
    }

    fn of(value: &Value) -> Option<Variant> {
        let text = |name: &str| Some(value.get(name)?.text()?.to_owned());
        Some(Variant { experiment: text("experiment")?, arm: text("arm")? })
    }
}

impl TourState {
    pub(super) fn to_value(&self) -> Value {
        object([
            ("id", Some(text(&self.tour))),
            ("step", Some(Value::Number(self.step as f64))),
            ("since", Some(number(self.since))),
            ("changed_at", Some(number(self.changed_at))),
            ("phase", Some(self.phase.word().into())),
            ("moving", self.is_moving.then_some(Value::Bool(true))),
        ])
    }

    fn of(value: &Value) -> Option<TourState> {
        let phase = PHASES.iter().find(|(word, _)| value.get("phase").and_then(Value::text) == Some(word))?.1;
        Some(TourState {
            changed_at: time(value, "changed_at")?,
            tour: value.get("id")?.text()?.to_owned(),
            step: usize::try_from(value.get("step")?.integer()?).ok()?,
            since: time(value, "since")?,
            phase,
            is_moving: value.get("moving") == Some(&Value::Bool(true)),
        })
    }
}

impl NudgeState {
    pub(super) fn to_value(self) -> Value {
        object([
            ("shown", Some(Value::Number(f64::from(self.shown)))),
            ("at", Some(number(self.at))),
            ("until", Some(number(self.until))),
        ])
    }

    fn of(value: &Value) -> NudgeState {
        let shown = value.get("shown").and_then(Value::integer).and_then(|shown| u32::try_from(shown).ok());
        NudgeState {
            shown: shown.unwrap_or_default(),
            at: time(value, "at").unwrap_or_default(),
            until: time(value, "until").unwrap_or_default(),
        }
    }
}

impl SurveyState {
    pub(super) fn to_value(self) -> Value {
        object([("shown_at", self.shown_at.map(number)), ("closed_at", self.closed_at.map(number))])
    }
}

impl Tracked {
    pub(super) fn to_value(&self) -> Value {
        let properties = (!matches!(self.properties, Value::Null)).then(|| self.properties.clone());
        object([("at", Some(number(self.at))), ("name", Some(text(&self.name))), ("properties", properties)])
    }

    fn of(value: &Value) -> Option<Tracked> {
        let properties = value.get("properties").cloned().unwrap_or(Value::Null);
        Some(Tracked { at: time(value, "at")?, name: value.get("name")?.text()?.to_owned(), properties })
    }
}

fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let mut all = Vec::with_capacity(N);
    for (name, value) in fields {
        put(&mut all, name, value);
    }
    Value::Map(all)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn time(value: &Value, name: &str) -> Option<Millis> {
    value.get(name)?.integer().map(Millis)
}
