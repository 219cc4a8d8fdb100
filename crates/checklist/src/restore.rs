//! The stored form of the state: versioned JSON, read back with care, since anything may be in a browser's storage.

mod parts;

use crate::problem::Problem;
use crate::segment::Tracked;
use crate::state::{Assigned, Away, By, Completion, State, TaskState, Ticks, TourState, Variant};
use crate::time::Millis;
use crate::value::Value;

/// The version of the stored form that this crate writes.
pub const STATE_VERSION: u32 = 1;

/// A state read back from storage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restored {
    /// All that could be read; the default where nothing could.
    pub state: State,
    /// What could not, each with its path; empty for a sound state.
    pub damage: Vec<Problem>,
    /// Whether a later version of the widget wrote it. It must then not be overwritten: that could lose what only the
    /// later version knows.
    pub is_newer: bool,
}

impl State {
    /// The stored form: `{"version": 1, "tasks": {"create_project": {"completed_at": 1700000000000, "by": "event"}}, …}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let tasks = self.tasks.iter().map(|(id, task)| (id.clone(), task.to_value())).collect();
        let list = |times: &[Millis]| Value::List(times.iter().map(|at| number(*at)).collect());
        let hits = self.hits.iter().map(|(key, times)| (key.clone(), list(times))).collect();
        let mut fields = vec![("version".to_owned(), Value::Number(f64::from(STATE_VERSION)))];
        put(&mut fields, "started_at", self.started_at.map(number));
        put(&mut fields, "finished_at", self.finished_at.map(number));
        put(&mut fields, "tasks", Some(Value::Map(tasks)));
        put(&mut fields, "hits", Some(Value::Map(hits)));
        put(&mut fields, "active_at", self.active_at.map(number));
        put(&mut fields, "away_at", (self.away != Away::default()).then(|| number(self.away.at)));
        put(&mut fields, "hidden_until", (self.away != Away::default()).then(|| number(self.away.until)));
        put(&mut fields, "path", self.path.as_ref().map(Assigned::to_value));
        put(&mut fields, "variant", self.variant.as_ref().map(Variant::to_value));
        put(&mut fields, "tour", self.tour.as_ref().map(TourState::to_value));
        put(&mut fields, "nudges", map(&self.nudges, |nudge| nudge.to_value()));
        put(&mut fields, "surveys", map(&self.surveys, |survey| survey.to_value()));
        let history: Vec<_> = self.history.iter().map(Tracked::to_value).collect();
        put(&mut fields, "history", (!history.is_empty()).then_some(Value::List(history)));
        Value::Map(fields)
    }

    /// Reads the stored form. Never fails: what is damaged is left out and reported, the rest is kept.
    #[must_use]
    pub fn restore(value: &Value) -> Restored {
        let mut restored = Restored::default();
        match value.get("version").and_then(Value::integer) {
            Some(version) if version > i64::from(STATE_VERSION) => restored.is_newer = true,
            Some(version) if version == i64::from(STATE_VERSION) => {}
            _ => {
                restored.hurt("$.version", "is not a version of a stored checklist");
                return restored;
            }
        }
        restored.state.started_at = restored.time(value, "$", "started_at");
        restored.state.finished_at = restored.time(value, "$", "finished_at");
        for (id, task) in restored.map(value, "tasks") {
            *restored.state.task_mut(id) = restored.task(task, &format!("$.tasks.{id}"));
        }
        for (key, times) in restored.map(value, "hits") {
            let list = times.list().unwrap_or_default();
            let hits = restored.state.hits_mut(key);
            for at in list.iter().filter_map(Value::integer).map(Millis) {
                hits.insert(hits.partition_point(|hit| *hit <= at), at);
            }
            if times.list().is_none() || hits.len() != list.len() {
                restored.hurt(&format!("$.hits.{key}"), "is not a list of times");
            }
        }
        restored.rest(value);
        restored
    }
}

impl TaskState {
    fn to_value(&self) -> Value {
        let mut fields = Vec::new();
        let word = |by: By| Value::from(by.word());
        let first = self.completions.first();
        put(&mut fields, "completed_at", first.map(|completion| number(completion.at)));
        put(&mut fields, "by", first.map(|completion| word(completion.by)));
        let again = self.completions.iter().skip(1);
        let again: Vec<_> = again.map(|it| Value::List(vec![number(it.at), word(it.by)])).collect();
        put(&mut fields, "again", (!again.is_empty()).then_some(Value::List(again)));
        put(&mut fields, "ticked_at", self.ticks.person.map(number));
        put(&mut fields, "host_at", self.ticks.host.map(number));
        put(&mut fields, "undone_at", self.undone_at.map(number));
        put(&mut fields, "since", self.since.map(number));
        put(&mut fields, "seen", self.is_seen.then_some(Value::Bool(true)));
        put(&mut fields, "rewarded", self.is_rewarded.then_some(Value::Bool(true)));
        put(&mut fields, "helpful", self.is_helpful.map(Value::Bool));
        Value::Map(fields)
    }
}

impl Restored {
    fn hurt(&mut self, path: &str, message: &str) {
        self.damage.push(Problem { path: path.to_owned(), message: message.to_owned() });
    }

    fn time(&mut self, value: &Value, path: &str, name: &str) -> Option<Millis> {
        let found = value.get(name)?;
        if found.integer().is_none() {
            self.hurt(&format!("{path}.{name}"), "is not a time in milliseconds");
        }
        found.integer().map(Millis)
    }

    fn by(&mut self, value: &Value, path: &str, name: &str) -> Option<By> {
        let found = value.get(name)?;
        let by = found.text().and_then(By::of);
        if by.is_none() {
            self.hurt(&format!("{path}.{name}"), "is not a way to complete a task");
        }
        by
    }

    fn map<'a>(&mut self, value: &'a Value, name: &str) -> &'a [(String, Value)] {
        let found = value.get(name);
        if found.is_none_or(|found| found.map().is_none()) {
            self.hurt(&format!("$.{name}"), "is not an object");
        }
        found.and_then(Value::map).unwrap_or_default()
    }

    /// A task whose moment is damaged but which says by what it was completed, or the other way round, was completed.
    fn task(&mut self, value: &Value, path: &str) -> TaskState {
        let (at, by) = (self.time(value, path, "completed_at"), self.by(value, path, "by"));
        let is_done = value.get("completed_at").is_some() || value.get("by").is_some();
        let mut completions = Vec::new();
        if is_done {
            completions.push(Completion { at: at.unwrap_or_default(), by: by.unwrap_or(By::Event) });
        }
        for again in value.get("again").and_then(Value::list).unwrap_or_default() {
            let parts = again.list().unwrap_or_default();
            let by = parts.get(1).and_then(Value::text).and_then(By::of);
            if let (Some(at), Some(by)) = (parts.first().and_then(Value::integer), by) {
                let at = Millis(at);
                completions.insert(completions.partition_point(|it| it.at <= at), Completion { at, by });
            }
        }
        TaskState {
            completions,
            ticks: Ticks {
                person: self.time(value, path, "ticked_at"),
                host: self.time(value, path, "host_at"),
            },
            undone_at: self.time(value, path, "undone_at"),
            since: self.time(value, path, "since"),
            is_seen: value.get("seen") == Some(&Value::Bool(true)),
            is_rewarded: value.get("rewarded") == Some(&Value::Bool(true)),
            is_helpful: match value.get("helpful") {
                Some(Value::Bool(is_helpful)) => Some(*is_helpful),
                _ => None,
            },
        }
    }
}

fn number(at: Millis) -> Value {
    // Exact up to 2^53, which is the year 287,396.
    Value::Number(at.0 as f64)
}

fn map<T>(list: &[(String, T)], to_value: fn(&T) -> Value) -> Option<Value> {
    let fields = list.iter().map(|(key, item)| (key.clone(), to_value(item))).collect();
    (!list.is_empty()).then_some(Value::Map(fields))
}

fn put(fields: &mut Vec<(String, Value)>, name: &str, value: Option<Value>) {
    fields.extend(value.map(|value| (name.to_owned(), value)));
}

#[cfg(test)]
mod tests {
    use super::State;
    use crate::state::By;
    use crate::value::testing::parse;

    fn damage(json: &str) -> (State, Vec<String>) {
        let restored = State::restore(&parse(json));
        (restored.state, restored.damage.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_no_state_at_all_restores_to_the_default_and_says_so() {
        for json in ["null", "[]", "3", r#""{}""#, "{}", r#"{"version": 0}"#, r#"{"version": "1"}"#] {
            let (state, damage) = damage(json);
            assert_eq!(state, State::default());
            assert_eq!(damage, ["$.version: is not a version of a stored checklist"], "{json}");
        }
    }

    #[test]
    fn a_damaged_part_does_not_cost_the_sound_ones() {
        let (state, damage) = damage(
            r#"{"version": 1, "started_at": "x", "tasks": {"a": {"completed_at": 5, "by": "event"}, "b": 7,
                "c": {"completed_at": "soon", "by": "person"}, "d": {"completed_at": 6, "by": "magic"}}, "hits": []}"#,
        );
        assert!(state.is_done("a") && state.is_done("c") && state.is_done("d") && !state.is_done("b"));
        assert_eq!(state.task("a").and_then(|task| task.completion()).map(|it| it.by), Some(By::Event));
        assert_eq!(
            damage,
            [
                "$.started_at: is not a time in milliseconds",
                "$.tasks.c.completed_at: is not a time in milliseconds",
                "$.tasks.d.by: is not a way to complete a task",
                "$.hits: is not an object",
            ]
        );
    }

    #[test]
    fn a_state_of_a_later_version_is_read_as_far_as_it_goes_and_marked() {
        let restored = State::restore(&parse(
            r#"{"version": 9, "tasks": {"a": {"completed_at": 5, "by": "event"}}, "hits": {}, "moods": [1]}"#,
        ));
        assert!(restored.is_newer && restored.state.is_done("a") && restored.damage.is_empty());
    }
}
