//! Search by a pattern: who has done things in a certain order.

use cairn_engine::Failure;
use cairn_engine::analysis::sequence::{SequenceAnswer, SequenceQuery, SequenceUser};
use cairn_engine::rule::{NamedSegment, Segment};
use leptos::prelude::*;

use crate::panel::Panel;
use crate::panel::frame::{AnswerFrame, QuestionForm, Section};
use crate::panel::question::Question;
use crate::session::{Facts, Session};
use crate::text::{count, duration, percent, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, DataTable, Label, TableData, TextField};

/// How many users can be saved as a segment.
const MAX_SAVED: u32 = 10_000;
/// How many of them are shown.
const SHOWN: usize = 50;

/// The section: a field for the pattern, and who matches it.
#[component]
pub fn PatternSearch() -> impl IntoView {
    let (session, facts) = (expect_context::<Session>(), expect_context::<Facts>());
    let question = Question::beside(Panel::Journeys, first, |query: SequenceQuery| {
        (!query.pattern.trim().is_empty()).then_some(query)
    });
    let pattern = question.value(|query| query.pattern.clone());
    let (asked, error) = (question.asked(), question.error("pattern"));
    let fault = move || asked.read().failure.as_ref().and_then(|failure| fault(&pattern.read(), failure));
    let example = Signal::derive(move || example(facts));
    let sentence = question.shown(|_, found| sentence(found));
    let table = question.shown(|_, found| table(found));
    let can_save = question.shown(|_, found| (1..=u64::from(MAX_SAVED)).contains(&found.n_matching));
    let users =
        question.shown(|_, found| found.users.iter().map(|user| user.user.clone()).collect::<Vec<_>>());
    let save = move |_| {
        let (name, users) = (pattern.get_untracked(), users.get_untracked());
        session.save_segment(NamedSegment { name, segment: Segment::List { users } });
    };
    view! {
        <Section title=text("pattern.title")>
            <QuestionForm label=text("pattern.title")>
                <TextField
                    label=Label::above(text("pattern.label")).with_hint(text("pattern.hint")).with_error(error)
                    value=pattern
                    placeholder=example
                    on_change=move |pattern| question.change(|query| query.pattern = pattern)
                />
                {move || fault().map(|(before, at, after)| view! {
                    <p class="pattern-fault" dir="ltr" aria-hidden="true"><code>{before}<mark>{at}</mark>{after}</code></p>
                })}
            </QuestionForm>
            <Show when=move || !pattern.read().trim().is_empty()>
                <AnswerFrame question sentence>
                    <Show when=move || can_save.get()>
                        <p><button class="button" type="button" on:click=save>{text("pattern.save")}</button></p>
                    </Show>
                    <DataTable caption=text("pattern.table") data=table file_name="matches" />
                    <p class="rule">{text("pattern.rule")}</p>
                </AnswerFrame>
            </Show>
        </Section>
    }
}

/// No pattern yet.
fn first() -> SequenceQuery {
    SequenceQuery { user_limit: MAX_SAVED, ..SequenceQuery::default() }
}

/// A pattern of the two most frequent events.
fn example(facts: Facts) -> String {
    let quoted = |name: String| {
        let is_plain = name.chars().all(|character| character.is_alphanumeric() || "_.$".contains(character));
        if is_plain { name } else { format!("\"{name}\"") }
    };
    let names: Vec<String> = facts.events().into_iter().take(2).map(|(name, _)| quoted(name)).collect();
    names.join(" ->> ")
}

/// The pattern before, at and after the character that the engine points at; a space stands for the end.
fn fault(pattern: &str, failure: &Failure) -> Option<(String, String, String)> {
    let field = failure.position.as_ref()?.field.as_deref()?;
    let at: usize = field.strip_prefix("pattern[")?.strip_suffix(']')?.parse().ok()?;
    let characters: Vec<char> = pattern.chars().collect();
    let part = |of: &[char]| of.iter().collect::<String>();
    let at = at.min(characters.len());
    let pointed = characters.get(at).map_or(" ".to_owned(), char::to_string);
    Some((part(&characters[..at]), pointed, part(characters.get(at + 1..).unwrap_or_default())))
}

fn sentence(answer: &SequenceAnswer) -> String {
    let Some(rate) = answer.rate else { return text("pattern.nobody") };
    let interval = text_with(
        "rate.with_interval",
        &[
            ("rate", strong(percent(rate.rate, 1))),
            ("low", percent(rate.low, 1)),
            ("high", percent(rate.high, 1)),
        ],
    );
    let values = [
        ("n", strong(count(answer.n_matching))),
        ("users", count(answer.n_users)),
        ("rate", interval),
        ("matches", count(answer.n_matches)),
    ];
    let mut said = vec![plural_with("pattern.said", answer.n_matching, &values)];
    if let Some(mean) = answer.mean_millis {
        said.push(text_with("pattern.said_time", &[("time", duration(mean))]));
    }
    said.join(" ")
}

fn table(answer: &SequenceAnswer) -> TableData {
    let columns = vec![
        Column::text(text("pattern.column_user")),
        Column::number(text("pattern.column_matches")),
        Column::number(text("pattern.column_length")),
    ];
    let row = |user: &SequenceUser| {
        let times = &user.first_match_millis;
        let length = times.first().zip(times.last()).map(|(first, last)| last.since(*first) as f64);
        vec![Cell::text(user.user.clone()), Cell::count(user.n_matches), Cell::duration(length)]
    };
    TableData { columns, rows: answer.users.iter().take(SHOWN).map(row).collect() }
}
