//! The frame around every answer: title, form, sentence, what can be taken away.

use cairn_charts::ChartSpec;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Panel;
use super::question::{Kind, Question};
use crate::session::{Answered, Asked};
use crate::text::{duration, failure, percent, text, text_with};
use crate::view::{Menu, MenuItem, Notice, Severity, Spoken, copy_text, save_png, save_svg, save_text};

/// How long an answer may take before its progress is shown.
const PATIENCE_SHARE: f64 = 0.02;

/// A panel: its title, what can be taken away, and all the rest below.
#[component]
pub fn PanelFrame<Q: Kind>(
    /// Which panel it is.
    panel: Panel,
    /// Its question.
    question: Question<Q>,
    /// The picture to be taken away.
    #[prop(into)]
    spec: Signal<Option<ChartSpec>>,
    /// The name of saved files, without ending.
    name: &'static str,
    /// Form, answer and further questions.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="panel-title">
            <header class="panel-head">
                <h1 id="panel-title" class="panel-title">{text(panel.title_key())}</h1>
                <div class="panel-actions"><TakeAway question spec name /></div>
            </header>
            {children()}
        </section>
    }
}

/// A further question of a panel, under a title of its own.
#[component]
pub fn Section(
    /// Its title.
    title: String,
    /// What can be done with it, beside the title.
    #[prop(optional)]
    actions: Option<AnyView>,
    /// Form and answer.
    children: Children,
) -> impl IntoView {
    let actions = actions.map(|actions| view! { <div class="panel-actions">{actions}</div> });
    view! {
        <section class="stack">
            <header class="panel-head"><h2 class="card-title">{title}</h2>{actions}</header>
            {children()}
        </section>
    }
}

/// The form of a question. What the person changes in it is asked at once, so there is nothing to submit.
#[component]
pub fn QuestionForm(
    /// What it is called.
    #[prop(into, default = text("question.label"))]
    label: String,
    /// Its fields.
    children: Children,
) -> impl IntoView {
    view! {
        <form class="question" aria-label=label on:submit=|event| event.prevent_default()>{children()}</form>
    }
}

/// The answer in a sentence with everything below it. Until the first answer it says that it is being computed; a
/// failure stands above the last good answer, which stays.
#[component]
pub fn AnswerFrame<Q: Kind>(
    /// The question.
    question: Question<Q>,
    /// The answer in a sentence.
    #[prop(into)]
    sentence: Signal<String>,
    /// Chart, table and the rest.
    children: ChildrenFn,
) -> impl IntoView {
    let asked = question.asked();
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
pub fn TakeAway<Q: Kind>(
    /// The question.
    question: Question<Q>,
    /// The picture, if there is one.
    #[prop(into)]
    spec: Signal<Option<ChartSpec>>,
    /// The files' name, without ending.
    name: &'static str,
) -> impl IntoView {
    let answered = move || question.asked().get_untracked().answer;
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
