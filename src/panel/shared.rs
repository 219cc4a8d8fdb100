//! What all panels share: the frame around an answer, and what can be taken away.

use std::sync::Arc;

use cairn_charts::ChartSpec;
use cairn_engine::Failure;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::session::{Answered, Asked, Facts};
use crate::text::{count, duration, failure, percent, text, text_with};
use crate::view::{
    Choice, Menu, MenuItem, Notice, Severity, Spoken, copy_text, save_png, save_svg, save_text,
};

/// How long an answer may take before its progress is shown.
const PATIENCE_SHARE: f64 = 0.02;

/// The answer in a sentence with everything below it. Until the first answer it says that it is being computed; a
/// failure stands above the last good answer, which stays.
#[component]
pub fn AnswerFrame(
    /// The state of the question.
    asked: RwSignal<Asked>,
    /// The answer in a sentence.
    #[prop(into)]
    sentence: Signal<String>,
    /// Chart, table and the rest.
    children: ChildrenFn,
) -> impl IntoView {
    let has_answer = Memo::new(move |_| asked.read().answer.is_some());
    let took = move || {
        let asked = asked.read();
        let answered = asked.answer.as_ref()?;
        Some(text_with("answer.took", &[("time", duration(answered.took_millis.max(1.0).round()))]))
    };
    let working = move || {
        let share = asked.read().running.filter(|share| *share > PATIENCE_SHARE)?;
        Some(text_with("answer.working", &[("share", percent(share, 0))]))
    };
    view! {
        <FailureNotice asked />
        <Show when=move || has_answer.get() fallback=|| view! { <p class="soft">{text("answer.waiting")}</p> }>
            <div class="answer" role="status">
                <p class="answer-text"><Spoken text=sentence /></p>
                <p class="answer-note">{move || working().or_else(took)}</p>
            </div>
            {children()}
        </Show>
    }
}

/// What is wrong with the latest query, unless a field says it already.
#[component]
fn FailureNotice(asked: RwSignal<Asked>) -> impl IntoView {
    move || {
        asked.read().failure.clone().map(|found| {
            view! {
                <Notice severity=Severity::Error title=text("answer.failed")>
                    <p dir="auto"><Spoken text=failure(&found.code, &found.message) /></p>
                </Notice>
            }
        })
    }
}

/// The menu of what can be taken away: picture, numbers and query.
#[component]
pub fn TakeAway(
    /// The state of the question.
    asked: RwSignal<Asked>,
    /// The picture, if there is one.
    #[prop(into)]
    spec: Signal<Option<ChartSpec>>,
    /// The files' name, without ending.
    name: &'static str,
) -> impl IntoView {
    let answered = move || asked.get_untracked().answer;
    let item = |key: &str, detail: &str, on_pick: Callback<()>| MenuItem {
        label: text(key),
        detail: detail.to_owned(),
        on_pick,
    };
    let picture = move |save: fn(&str, &ChartSpec), ending: &'static str| {
        Callback::new(move |()| {
            if let Some(spec) = spec.get_untracked() {
                save(&format!("{name}.{ending}"), &spec);
            }
        })
    };
    let json = Callback::new(move |()| {
        if let Some(answered) = answered() {
            save_text(&format!("{name}.json"), "application/json", &answered.json);
        }
    });
    let query = Callback::new(move |()| {
        if let Some(text) = answered().as_deref().and_then(query_json) {
            spawn_local(async move {
                // The page has no clipboard to report to; a browser that refuses leaves it as it was.
                let _ = copy_text(&text).await;
            });
        }
    });
    let items = Signal::derive(move || {
        let pictures = spec.read().is_some().then(|| {
            [
                item("take.svg", "SVG", picture(save_svg, "svg")),
                item("take.png", "PNG", picture(save_png, "png")),
            ]
        });
        let numbers = [item("take.json", "JSON", json), item("take.query", "JSON", query)];
        pictures.into_iter().flatten().chain(numbers).collect::<Vec<_>>()
    });
    view! { <Menu label=text("take.label") items /> }
}

fn query_json(answered: &Answered) -> Option<String> {
    serde_json::to_string_pretty(&answered.query).ok()
}

/// The engine's error for `field` or what lies in it, to stand beside the field.
pub fn field_error(asked: &Asked, field: &str) -> Option<String> {
    let found = asked.failure.as_ref()?;
    let at = found.position.as_ref()?.field.as_deref()?;
    at.starts_with(field).then(|| said(found))
}

/// The engine's error for item `index` of the list `field`.
pub fn listed_error(asked: &Asked, field: &str, index: usize) -> Option<String> {
    field_error(asked, &format!("{field}[{index}]"))
}

fn said(found: &Failure) -> String {
    failure(&found.code, &found.message)
}

/// The answer of the kind that `pick` takes out, kept while the next one is computed.
pub fn found<T: Clone + PartialEq + Send + Sync + 'static>(
    asked: RwSignal<Asked>,
    pick: fn(&cairn_engine::Answer) -> Option<&T>,
) -> Memo<Option<Arc<T>>> {
    Memo::new(move |_| {
        asked.read().answer.as_ref().and_then(|answered| pick(&answered.answer)).cloned().map(Arc::new)
    })
}

/// The events to choose from, the most frequent first, and "any event".
pub fn event_choices(facts: Facts) -> Vec<Choice<Option<String>>> {
    let any = Choice::new(None, text("funnels.any_event"));
    let events = facts.events().into_iter();
    events
        .map(|(name, n)| Choice::new(Some(name.clone()), name).with_detail(count(n)))
        .chain(std::iter::once(any))
        .collect()
}
