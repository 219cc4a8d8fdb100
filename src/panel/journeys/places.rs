//! The users of a node, to be saved as a segment.

use cairn_engine::analysis::journey::{JourneyAnswer, JourneyItem, JourneyNode, JourneyPlace, JourneyQuery};
use cairn_engine::rule::{NamedSegment, Segment};
use leptos::prelude::*;

use super::answer::item_name;
use crate::panel::question::Question;
use crate::session::Session;
use crate::text::{count, plural_with, text, text_with};
use crate::view::{Choice, Combobox, Label};

/// Choose a node; see how many users passed it, and save them.
#[component]
pub fn Places(
    /// The panel's question.
    question: Question<JourneyQuery>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let choices = question.shown(|_, found| choices(found));
    let place = question.value(|query| query.users_of.clone());
    let users = question.shown(|_, found| found.users.clone());
    let said = move || {
        let n_users = users.get()?.n_users;
        Some(plural_with("journeys.place_users", n_users, &[("n", count(n_users))]))
    };
    let save = move |_| {
        if let (Some(JourneyPlace::Node { step, item }), Some(users)) =
            (place.get_untracked(), users.get_untracked())
        {
            let segment = Segment::List { users: users.users };
            session.save_segment(NamedSegment { name: place_name(step, &item), segment });
        }
    };
    view! {
        <div class="row">
            <Combobox
                label=Label::above(text("journeys.place"))
                choices
                value=place
                on_change=move |place| question.change(|query| query.users_of = place)
            />
            <span class="soft" role="status">{said}</span>
            <Show when=move || users.read().as_ref().is_some_and(|users| !users.users.is_empty())>
                <button class="button" type="button" on:click=save>{text("journeys.save_users")}</button>
            </Show>
        </div>
    }
}

/// Nobody's users, and those of each node.
fn choices(answer: &JourneyAnswer) -> Vec<Choice<Option<JourneyPlace>>> {
    let nodes = answer.nodes.iter().filter(|node| node.item != JourneyItem::Other);
    let choice = |node: &JourneyNode| {
        let place = JourneyPlace::Node { step: node.step, item: node.item.clone() };
        Choice::new(Some(place), place_name(node.step, &node.item)).with_detail(count(node.n_runs))
    };
    std::iter::once(Choice::new(None, text("journeys.no_place"))).chain(nodes.map(choice)).collect()
}

fn place_name(step: u32, item: &JourneyItem) -> String {
    text_with("journeys.place_name", &[("step", step.to_string()), ("item", item_name(item))])
}
