//! Segments: groups of users by rules, and groups found in what they do.

mod builder;
mod clusters;
mod export;
mod saved;
mod tree;
mod ways;

use leptos::prelude::*;

use crate::text::text;
use crate::view::{Choice, Later, SegmentedControl};

/// How a segment is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// By rules that the person states.
    Rules,
    /// By groups that the data show.
    Behavior,
}

/// The panel.
#[component]
pub fn Segments() -> impl IntoView {
    let way = RwSignal::new(Way::Rules);
    let choices = vec![
        Choice::new(Way::Rules, text("segments.by_rules")),
        Choice::new(Way::Behavior, text("segments.by_behavior")),
    ];
    view! {
        <section class="panel" aria-labelledby="panel-title">
            <header class="panel-head">
                <h1 id="panel-title" class="panel-title">{text("segments.title")}</h1>
            </header>
            <p class="soft prose">{text("segments.lead")}</p>
            <saved::SavedSegments />
            <SegmentedControl label=text("segments.way") choices value=way on_change=move |chosen| way.set(chosen) />
            {move || match way.get() {
                Way::Rules => view! { <Later><builder::Builder /></Later> }.into_any(),
                Way::Behavior => view! { <Later><clusters::Clusters /></Later> }.into_any(),
            }}
        </section>
    }
}
