//! What is typed into a combobox, what matches it, and which match the keyboard is on.

use leptos::prelude::*;

use super::{Choice, N_LISTED};
use crate::text::{plural, text};

/// What is typed, what matches it, and which match the keyboard is on.
pub(super) struct Finder<T: Send + Sync + 'static> {
    pub(super) choices: Signal<Vec<Choice<T>>>,
    pub(super) value: Signal<T>,
    pub(super) open: RwSignal<bool>,
    /// `None` until the person types.
    pub(super) typed: RwSignal<Option<String>>,
    /// A place in `matches`.
    pub(super) active: RwSignal<usize>,
    /// Indices into `choices`.
    pub(super) matches: Memo<Vec<usize>>,
}

// By hand, since `derive` would ask `T: Copy`.
impl<T: Send + Sync + 'static> Clone for Finder<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Finder<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Finder<T> {
    pub(super) fn new(choices: Signal<Vec<Choice<T>>>, value: Signal<T>) -> Self {
        let typed = RwSignal::new(None::<String>);
        let matches = Memo::new(move |_| {
            let labels: Vec<String> =
                choices.with(|all| all.iter().map(|c| c.label.to_lowercase()).collect());
            find(&labels, &typed.get().unwrap_or_default().trim().to_lowercase())
        });
        Self { choices, value, open: RwSignal::new(false), typed, active: RwSignal::new(0), matches }
    }

    pub(super) fn choice_at(self, place: usize) -> Option<Choice<T>> {
        let index = *self.matches.read_untracked().get(place)?;
        self.choices.with_untracked(|all| all.get(index).cloned())
    }

    /// The matches to list: their places, what they are, and whether each is the chosen one. Empty while closed.
    pub(super) fn listed(self) -> Vec<(usize, Choice<T>, bool)> {
        if !self.open.get() {
            return Vec::new();
        }
        let matches = self.matches.read();
        self.choices.with(|all| {
            let choice = |(place, index): (usize, &usize)| {
                let choice = all.get(*index)?.clone();
                let selected = self.value.with(|value| *value == choice.value);
                Some((place, choice, selected))
            };
            matches.iter().take(N_LISTED).enumerate().filter_map(choice).collect()
        })
    }

    /// The place of the match that Enter would pick.
    pub(super) fn active_place(self) -> Option<usize> {
        (self.open.get() && !self.matches.read().is_empty()).then(|| self.active.get())
    }

    /// The place of the match that is typed in full, regardless of case.
    pub(super) fn place_of_typed(self) -> Option<usize> {
        let words = self.typed.get_untracked()?.trim().to_lowercase();
        let is_typed =
            |index: &usize| self.choices.with_untracked(|all| all[*index].label.to_lowercase() == words);
        self.matches.read_untracked().iter().position(is_typed)
    }

    /// What the field shows: what is typed, else what is chosen.
    pub(super) fn shown(self) -> String {
        let chosen = || {
            let is_chosen = |choice: &&Choice<T>| self.value.with(|value| *value == choice.value);
            self.choices
                .with(|all| all.iter().find(is_chosen).map(|choice| choice.label.clone()))
                .unwrap_or_default()
        };
        self.typed.get().unwrap_or_else(chosen)
    }

    pub(super) fn show(self) {
        if self.open.get_untracked() {
            return;
        }
        let is_chosen = |index: &usize| {
            self.choices.with_untracked(|all| self.value.with_untracked(|v| all[*index].value == *v))
        };
        let place = self.matches.read_untracked().iter().take(N_LISTED).position(is_chosen);
        self.active.set(place.unwrap_or(0));
        self.open.set(true);
    }

    pub(super) fn close(self) {
        self.open.set(false);
        self.typed.set(None);
    }

    pub(super) fn type_in(self, words: String) {
        self.typed.set(Some(words));
        self.active.set(0);
        self.open.set(true);
    }

    /// Answers a key; gives the place of the match that it picks.
    pub(super) fn press(self, event: &web_sys::KeyboardEvent) -> Option<usize> {
        let n = self.matches.read_untracked().len().min(N_LISTED);
        let open = self.open.get_untracked();
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !open => self.show(),
            "ArrowDown" if n > 0 => self.active.update(|place| *place = (*place + 1) % n),
            "ArrowUp" if n > 0 => self.active.update(|place| *place = (*place + n - 1) % n),
            "Enter" if open && n > 0 => {
                event.prevent_default();
                return Some(self.active.get_untracked());
            }
            "Escape" if open => {
                event.stop_propagation();
                self.close();
            }
            _ => return None,
        }
        event.prevent_default();
        None
    }

    pub(super) fn status(self) -> String {
        match self.matches.read().len() {
            _ if !self.open.get() => String::new(),
            0 => text("combobox.none"),
            n if n > N_LISTED => plural("combobox.more", (n - N_LISTED) as u64),
            n if self.typed.read().is_some() => plural("combobox.matches", n as u64),
            _ => String::new(),
        }
    }
}

/// The labels that contain `words`: those that start with it first, otherwise in their own order.
fn find(labels: &[String], words: &str) -> Vec<usize> {
    let places = |wanted: fn(Option<usize>) -> bool| {
        labels.iter().enumerate().filter(move |(_, label)| wanted(label.find(words))).map(|(index, _)| index)
    };
    places(|at| at == Some(0)).chain(places(|at| at.is_some_and(|at| at > 0))).collect()
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn labels_that_start_with_the_words_come_first() {
        let labels = ["cancel_invite", "invite", "invite_sent", "login"].map(str::to_owned);
        assert_eq!(find(&labels, "invite"), [1, 2, 0]);
        assert_eq!(find(&labels, ""), [0, 1, 2, 3]);
        assert!(find(&labels, "zz").is_empty());
    }
}
