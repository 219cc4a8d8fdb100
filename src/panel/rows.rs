//! Rows of a form: a list of the query, whose rows stay the same to the page while others come and go.

use leptos::prelude::*;

use crate::view::{Glyph, Icon};

/// A list that belongs to somebody else, as rows with ids, so that changing one leaves the others' fields alone and moving
/// one takes its fields along. A handle, passed around by copy.
pub struct Rows<T: Send + Sync + 'static> {
    list: Memo<Vec<T>>,
    on_change: Callback<Vec<T>>,
    ids: RwSignal<Vec<u32>>,
}

// Deriving would ask the items to be `Copy`.
impl<T: Send + Sync> Clone for Rows<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync> Copy for Rows<T> {}

impl<T: Clone + PartialEq + Send + Sync> Rows<T> {
    /// Rows for `list`; `on_change` hears the whole list with what the person changed in it.
    pub fn new(list: Signal<Vec<T>>, on_change: impl Fn(Vec<T>) + Send + Sync + 'static) -> Self {
        let list = Memo::new(move |_| list.get());
        let ids = RwSignal::new(untrack(|| first_ids(list.read().len())));
        // Who changes the list elsewhere (a proposal, an address) makes rows come and go too.
        Effect::new(move || {
            let n = list.read().len();
            if ids.read_untracked().len() != n {
                ids.set(first_ids(n));
            }
        });
        Self { list, on_change: Callback::new(on_change), ids }
    }

    /// The ids of the rows, in order.
    pub fn ids(self) -> Vec<u32> {
        self.ids.get()
    }

    /// How many rows there are.
    pub fn len(self) -> usize {
        self.ids.read().len()
    }

    /// The items.
    pub fn items(self) -> Vec<T> {
        self.list.get()
    }

    /// Where a row stands, from 0.
    pub fn position(self, id: u32) -> Memo<usize> {
        Memo::new(move |_| self.place(id).unwrap_or_default())
    }

    /// What `pick` takes out of a row's item; nothing while the row goes.
    pub fn value<V: Default + Send + Sync + 'static>(
        self,
        id: u32,
        pick: impl Fn(&T) -> V + Send + Sync + 'static,
    ) -> Signal<V> {
        Signal::derive(move || {
            let place = self.place(id);
            place.and_then(|place| self.list.read().get(place).map(&pick)).unwrap_or_default()
        })
    }

    /// Changes a row's item.
    pub fn change(self, id: u32, change: impl FnOnce(&mut T)) {
        let Some(place) = untrack(|| self.place(id)) else { return };
        self.edit(|list| {
            if let Some(item) = list.get_mut(place) {
                change(item);
            }
        });
    }

    /// Adds a row at the end.
    pub fn push(self, item: T) {
        self.ids.update(|ids| ids.push(ids.iter().map(|id| id + 1).max().unwrap_or(0)));
        self.edit(|list| list.push(item));
    }

    /// Takes a row away.
    pub fn remove(self, id: u32) {
        let Some(place) = untrack(|| self.place(id)) else { return };
        self.ids.update(|ids| ids.retain(|other| *other != id));
        self.edit(|list| {
            if place < list.len() {
                list.remove(place);
            }
        });
    }

    /// Swaps a row with the next one.
    pub fn swap_with_next(self, place: usize) {
        if place + 1 < self.ids.read_untracked().len() {
            self.ids.update(|ids| ids.swap(place, place + 1));
            self.edit(|list| list.swap(place, place + 1));
        }
    }

    fn place(self, id: u32) -> Option<usize> {
        self.ids.read().iter().position(|other| *other == id)
    }

    fn edit(self, edit: impl FnOnce(&mut Vec<T>)) {
        let mut list = self.list.get_untracked();
        edit(&mut list);
        self.on_change.run(list);
    }
}

/// A numbered list of rows, with a button that adds one.
#[component]
pub fn RowList<T: Clone + PartialEq + Send + Sync + 'static>(
    /// The rows.
    rows: Rows<T>,
    /// What the list is called; read aloud, not shown.
    label: String,
    /// Makes the row of an id.
    #[prop(into)]
    row: Callback<u32, AnyView>,
    /// What the button says.
    add: String,
    /// The most rows.
    most: usize,
    /// Hears that a row is wanted.
    #[prop(into)]
    on_add: Callback<()>,
) -> impl IntoView {
    let is_full = move || rows.len() >= most;
    view! {
        <div class="stack">
            <ol class="step-list" aria-label=label>
                <For each=move || rows.ids() key=|id| *id let(id)>{row.run(id)}</For>
            </ol>
            <p class="step-add">
                <button class="button button-quiet" type="button" disabled=is_full on:click=move |_| on_add.run(())>
                    <Glyph icon=Icon::Add />
                    {add}
                </button>
            </p>
        </div>
    }
}

fn first_ids(n: usize) -> Vec<u32> {
    (0..n as u32).collect()
}
