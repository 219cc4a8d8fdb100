//! What all panels share: the frame around an answer, and what can be taken away.

use std::sync::Arc;

use cairn_charts::ChartSpec;
use cairn_engine::Failure;
use cairn_engine::analysis::funnel::GroupKey;
use cairn_engine::rule::NamedSegment;
use cairn_engine::stats::interval::Rate;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::session::{Answered, Asked, Facts, Session};
use crate::text::{count, duration, failure, number, percent, plural, strong, text, text_with};
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

/// The events to choose from, the most frequent first, and any event.
pub fn event_choices(facts: Facts) -> Vec<Choice<Option<String>>> {
    let any = Choice::new(None, text("funnels.any_event"));
    let events = facts.events().into_iter();
    events
        .map(|(name, n)| Choice::new(Some(name.clone()), name).with_detail(count(n)))
        .chain(std::iter::once(any))
        .collect()
}

/// What people read for a group.
pub fn group_name(key: &GroupKey) -> String {
    match key {
        GroupKey::Value { value } => value.clone(),
        GroupKey::Missing => text("group.missing"),
        GroupKey::Other => text("group.other"),
        GroupKey::Segment { name } => name.clone(),
    }
}

/// A rate that catches the eye, with its interval.
pub fn strong_rate(rate: Rate) -> String {
    let (low, high) = (percent(rate.low, 0), percent(rate.high, 0));
    text_with("rate.with_interval", &[("rate", strong(percent(rate.rate, 0))), ("low", low), ("high", high)])
}

/// What is likelier than this by chance is not told as a difference.
pub const CHANCE: f64 = 0.05;

/// A probability as people write it: `p = 0.03`, `p < 0.001`.
pub fn p_value(p: f64) -> String {
    if p < 0.001 {
        text_with("p.below", &[("p", number(0.001, 3))])
    } else {
        text_with("p.is", &[("p", number(p, if p < 0.1 { 3 } else { 2 }))])
    }
}

/// The users of a chosen place in a picture, with a button that saves them as a segment.
#[component]
pub fn Picked(
    /// The segments that the place offers, with their sizes; nothing is shown without any.
    picked: RwSignal<Vec<(NamedSegment, u64)>>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let row = move |(named, n_users): (NamedSegment, u64)| {
        let name = named.name.clone();
        let is_saved = Memo::new(move |_| session.segments.read().iter().any(|saved| saved.name == name));
        let named = StoredValue::new(named);
        let label = text_with("segments.save_named", &[("name", named.read_value().name.clone())]);
        view! {
            <li class="row row-apart">
                <strong><bdi>{named.read_value().name.clone()}</bdi></strong>
                <span class="soft">{plural("picked.users", n_users)}</span>
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
