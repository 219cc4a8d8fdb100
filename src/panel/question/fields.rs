//! The fields of a question's form: each shows a part of the query, changes it, and says what is wrong with it.

use std::ops::RangeInclusive;

use leptos::prelude::*;

use super::{Kind, Question};
use crate::panel::shared::event_choices;
use crate::session::Facts;
use crate::view::{Choice, Combobox, NumberField, Select, TextField};

/// A part of a query: how to read it, and how to write it.
pub struct Part<Q, T> {
    /// What it is.
    pub get: fn(&Q) -> T,
    /// Makes it something else.
    pub set: fn(&mut Q, T),
}

// Deriving would ask the query to be `Copy`.
impl<Q, T> Clone for Part<Q, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q, T> Copy for Part<Q, T> {}

/// The part of a query that is one of its fields, or a field of one: `part!(period)`, `part!(start.event)`.
macro_rules! part {
    ($($field:ident).+) => {
        $crate::panel::question::Part {
            get: |query| query.$($field).+.clone(),
            set: |query, value| query.$($field).+ = value,
        }
    };
}
pub(in crate::panel) use part;

impl<Q: Kind> Question<Q> {
    /// One of a few choices. `key` is the label's; `field` is what the engine calls what may be wrong.
    pub fn select<T: Clone + PartialEq + Send + Sync + 'static>(
        self,
        key: &str,
        field: &'static str,
        choices: impl Into<Signal<Vec<Choice<T>>>>,
        part: Part<Q, T>,
    ) -> AnyView {
        let (label, value) = (self.label(key, field), self.value(part.get));
        view! { <Select label choices value on_change=self.setter(part) /> }.into_any()
    }

    /// One of many choices, found by typing.
    pub fn find<T: Clone + PartialEq + Send + Sync + 'static>(
        self,
        key: &str,
        field: &'static str,
        choices: impl Into<Signal<Vec<Choice<T>>>>,
        part: Part<Q, T>,
    ) -> AnyView {
        let choices = choices.into();
        // Long lists are made once for all the letters that are typed.
        let choices = Memo::new(move |_| choices.get());
        let (label, value) = (self.label(key, field), self.value(part.get));
        view! { <Combobox label choices value on_change=self.setter(part) /> }.into_any()
    }

    /// An event, or any.
    pub fn event(self, key: &str, field: &'static str, part: Part<Q, Option<String>>) -> AnyView {
        let facts = expect_context::<Facts>();
        self.find(key, field, Signal::derive(move || event_choices(facts)), part)
    }

    /// A number in `range`; `step` is what the arrow keys add.
    pub fn number(
        self,
        key: &str,
        field: &'static str,
        (range, step): (RangeInclusive<f64>, f64),
        part: Part<Q, f64>,
    ) -> AnyView {
        let (label, value) = (self.label(key, field), self.value(part.get));
        view! { <NumberField label value on_change=self.setter(part) range step /> }.into_any()
    }

    /// A line of text.
    pub fn text(self, key: &str, field: &'static str, part: Part<Q, String>) -> AnyView {
        let (label, value) = (self.label(key, field), self.value(part.get));
        view! { <TextField label value on_change=self.setter(part) /> }.into_any()
    }

    fn setter<T: 'static>(self, part: Part<Q, T>) -> Callback<T> {
        Callback::new(move |value| self.change(|query| (part.set)(query, value)))
    }
}
