//! The users of a node, to be saved as a segment.

use std::sync::Arc;

use cairn_engine::analysis::journey::{JourneyAnswer, JourneyItem, JourneyPlace, JourneyQuery};
use cairn_engine::rule::{NamedSegment, Segment};
use leptos::prelude::*;

use super::answer::item_name;
use super::form::Draft;
use crate::session::Session;
use crate::text::{count, plural_with, text, text_with};
use crate::view::{Choice, Combobox, Label};

/// Choose a node; see how many users passed it, and save them.
#[component]
pub fn Places(
    /// The query that the panel shows.
    draft: Memo<JourneyQuery>,
    /// Its answer.
    found: Memo<Option<Arc<JourneyAnswer>>>,
) -> impl IntoView {
    let (session, to) = (expect_context::<Session>(), Draft::new(draft));
    let choices = Memo::new(move |_| {
        let none = Choice::new(None, text("journeys.no_place"));
        let answer = found.get();
        let nodes =
            answer.iter().flat_map(|answer| &answer.nodes).filter(|node| node.item != JourneyItem::Other);
        let choice = |node: &cairn_engine::analysis::journey::JourneyNode| {
            let label = place_name(node.step, &node.item);
            let place = JourneyPlace::Node { step: node.step, item: node.item.clone() };
            Choice::new(Some(place), label).with_detail(count(node.n_runs))
        };
        std::iter::once(none).chain(nodes.map(choice)).collect::<Vec<_>>()
    });
    let users = Memo::new(move |_| found.get()?.users.clone());
    let said = move || {
        users
            .get()
            .map(|users| plural_with("journeys.place_users", users.n_users, &[("n", count(users.n_users))]))
    };
    let save = move |_| {
        let Some(JourneyPlace::Node { step, item }) = draft.get_untracked().users_of else { return };
        if let Some(users) = users.get_untracked() {
            let segment = Segment::List { users: users.users };
            session.save_segment(NamedSegment { name: place_name(step, &item), segment });
        }
    };
    view! {
        <div class="row">
            <Combobox
                label=Label::above(text("journeys.place"))
                choices
                value=Signal::derive(move || draft.read().users_of.clone())
                on_change=move |place| to.change(|query| query.users_of = place)
            />
            <span class="soft" role="status">{said}</span>
            <Show when=move || users.read().as_ref().is_some_and(|users| !users.users.is_empty())>
                <button class="button" type="button" on:click=save>{text("journeys.save_users")}</button>
            </Show>
        </div>
    }
}

fn place_name(step: u32, item: &JourneyItem) -> String {
    text_with("journeys.place_name", &[("step", step.to_string()), ("item", item_name(item))])
}
