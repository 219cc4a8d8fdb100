//! What a person should know of files that are opened together: which are left out, and which seem to be the same.

use leptos::prelude::*;

use super::place_of;
use crate::session::{Loading, Refused, Session};
use crate::text::{failure, name, plural, text, text_with};
use crate::view::{Notice, Severity, Spoken};

/// The files that are left out while others are read, with the reasons.
#[component]
pub fn LeftOut() -> impl IntoView {
    let session = expect_context::<Session>();
    let refused = Memo::new(move |_| {
        let source = session.source.get()?;
        let refused = source.left_out();
        let is_one = source.files.len() + source.refused.len() == 1;
        let has_failed = matches!(*session.loading.read(), Loading::Failed(_));
        (!refused.is_empty() && !is_one && !has_failed).then_some(refused)
    });
    move || {
        refused.get().map(|refused| {
            let title = plural("sources.left_out", refused.len() as u64);
            view! { <Notice severity=Severity::Warning title>{refusals(&refused)}</Notice> }
        })
    }
}

/// Files, each with the reason why it is left out.
pub fn refusals(refused: &[Refused]) -> impl IntoView + use<> {
    let refusal = |refused: &Refused| {
        let found = &refused.failure;
        let place = place_of(found).map(|place| view! { " " <span class="notice-place">{place}</span> });
        view! {
            <li>
                <strong><bdi>{refused.name.clone()}</bdi></strong> ": "
                <span dir="auto"><Spoken text=failure(&found.code, &found.message) /></span>
                {place}
            </li>
        }
    };
    view! { <ul class="stack">{refused.iter().map(refusal).collect_view()}</ul> }
}

/// Files that seem to be one file twice.
#[component]
pub fn Twins() -> impl IntoView {
    let session = expect_context::<Session>();
    let said = Memo::new(move |_| {
        let source = session.source.get()?;
        let said = |(first, second): &(&str, &str)| {
            text_with("sources.twin", &[("first", name(*first)), ("second", name(*second))])
        };
        let twins: Vec<String> = source.twins().iter().map(said).collect();
        (!twins.is_empty()).then_some(twins)
    });
    move || {
        said.get().map(|twins| {
            let title = plural("sources.twins", twins.len() as u64);
            let twins = twins.into_iter().map(|twin| view! { <li><Spoken text=twin /></li> }).collect_view();
            view! {
                <Notice severity=Severity::Warning title>
                    <ul class="stack">{twins}</ul>
                    <p>{text("sources.twins_detail")}</p>
                </Notice>
            }
        })
    }
}
