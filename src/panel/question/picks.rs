//! The users of a chosen place in a picture, to be saved as segments.

use cairn_engine::analysis::segment::{SegmentQuery, SegmentSize};
use cairn_engine::rule::NamedSegment;
use leptos::prelude::*;

use super::{Kind, Question};
use crate::session::Session;
use crate::text::{plural, text, text_with};

/// What the chosen place of a picture offers. A place of an older answer is no place of a newer one, so it goes with it.
#[derive(Clone, Copy)]
pub struct Picks {
    offered: RwSignal<Vec<NamedSegment>>,
    on_select: Callback<Vec<usize>>,
}

impl Picks {
    /// Nothing chosen; `segments` says what a place offers.
    pub fn new<Q: Kind, S: IntoIterator<Item = NamedSegment>>(
        question: Question<Q>,
        segments: impl Fn(&Q, &Q::Answer, &[usize]) -> S + Send + Sync + 'static,
    ) -> Self {
        let (offered, found) = (RwSignal::new(Vec::new()), question.found());
        Effect::new(move || {
            found.track();
            offered.set(Vec::new());
        });
        let on_select = Callback::new(move |place: Vec<usize>| {
            let picks = found.with_untracked(|found| {
                found.as_ref().and_then(|found| found.with(|query, answer| segments(query, answer, &place)))
            });
            offered.set(picks.into_iter().flatten().collect());
        });
        Self { offered, on_select }
    }

    /// For the picture.
    pub fn on_select(self) -> Callback<Vec<usize>> {
        self.on_select
    }
}

/// The users of the chosen place, each group with a button that saves it as a segment.
#[component]
pub fn Picked(
    /// What is chosen.
    picks: Picks,
) -> impl IntoView {
    let picked = picks.offered;
    // How many they are is asked of the segments themselves, so that what is saved is what was shown.
    let sizes = Question::about_everyone(move || {
        let segments = picked.get();
        (!segments.is_empty()).then(|| SegmentQuery { segments, ..SegmentQuery::default() })
    });
    let row = move |named: NamedSegment| {
        let name = named.name.clone();
        let size = sizes.shown(move |_, found| found.segments.iter().find(|size| size.name == name).cloned());
        view! { <PickedRow named size /> }
    };
    view! {
        <div class="picked" role="status">
            <p class="small soft">{move || picked.read().is_empty().then(|| text("picked.hint"))}</p>
            <ul class="stack" aria-label=text("picked.title") hidden=move || picked.read().is_empty()>
                {move || picked.get().into_iter().map(row).collect_view()}
            </ul>
        </div>
    }
}

#[component]
fn PickedRow(named: NamedSegment, size: Signal<Option<SegmentSize>>) -> impl IntoView {
    let session = expect_context::<Session>();
    let name = named.name.clone();
    let is_saved = Memo::new(move |_| session.segments.read().iter().any(|saved| saved.name == name));
    let named = StoredValue::new(named);
    let label = text_with("segments.save_named", &[("name", named.read_value().name.clone())]);
    view! {
        <li class="row row-apart">
            <strong><bdi>{named.read_value().name.clone()}</bdi></strong>
            <span class="soft">{move || size.get().map(|size| plural("picked.users", size.n_users))}</span>
            <Show
                when=move || is_saved.get()
                fallback=move || view! {
                    <button class="button" type="button" aria-label=label.clone()
                        on:click=move |_| session.save_segment(named.get_value())>{text("segments.save")}</button>
                }
            >
                <span class="soft">{text("picked.saved")}</span>
            </Show>
        </li>
    }
}
