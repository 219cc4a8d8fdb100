//! Sessions: how many, how long, where they begin and end, and how many end with one event.

mod answer;

use cairn_engine::analysis::sessions::SessionsQuery;
use cairn_engine::rule::{GapEdge, SessionRule};
use cairn_engine::table::Role;
use leptos::prelude::*;

use super::Panel;
use super::calendar::periods;
use super::frame::{AnswerFrame, PanelFrame, QuestionForm};
use super::question::{Question, part};
use crate::session::Facts;
use crate::text::text;
use crate::view::{Chart, Choice, DataTable, DurationField, Sentence};

/// The panel.
#[component]
pub fn Sessions() -> impl IntoView {
    let question = Question::of(Panel::Sessions, SessionsQuery::default);
    let sentence = question.shown(|_, found| answer::sentence(found));
    let spec = question.shown(|query, found| Some(answer::chart(query, found)));
    let spreads = question.shown(|_, found| answer::spreads(found));
    let ends = question.shown(|_, found| answer::ends(found));
    let table = question.shown(answer::table);
    let stale = question.stale();
    view! {
        <PanelFrame panel=Panel::Sessions question spec name="sessions">
            <SessionsForm question />
            <AnswerFrame question sentence>
                <figure class="figure">
                    <Chart spec label=sentence height=300 stale />
                </figure>
                <DataTable caption=text("sessions.spreads") data=spreads file_name="session-lengths" stale />
                <DataTable caption=text("sessions.ends") data=ends file_name="session-ends" stale />
                <DataTable caption=text("sessions.table") data=table file_name="sessions" stale />
                <p class="rule">{question.value(answer::rule)}</p>
            </AnswerFrame>
        </PanelFrame>
    }
}

#[component]
fn SessionsForm(question: Question<SessionsQuery>) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let has_column = Memo::new(move |_| {
        facts.schema().is_some_and(|schema| schema.columns.iter().any(|column| column.role == Role::Session))
    });
    let rules = Signal::derive(move || {
        let gap = question.value(|query| gap_of(query.session)).get();
        let column = has_column.get().then(|| Choice::new(SessionRule::Column, text("sessions.by_column")));
        let gap = SessionRule::Gap { gap_millis: gap, edge: GapEdge::Cuts };
        let others = [
            Choice::new(gap, text("sessions.by_gap")),
            Choice::new(SessionRule::Auto, text("sessions.auto")),
        ];
        others.into_iter().chain(column).collect()
    });
    // A memo, so that typing in the field does not make it anew.
    let is_gap = question.value(|query| matches!(query.session, SessionRule::Gap { .. }));
    let is_gap = Memo::new(move |_| is_gap.get());
    let gap = move || {
        let field = view! {
            <DurationField
                label=question.label("sessions.gap", "session")
                value=question.value(|query| gap_of(query.session).max(0) as u64)
                on_change=move |millis: u64| question.change(|query| {
                    query.session = SessionRule::Gap { gap_millis: millis as i64, edge: GapEdge::Cuts };
                })
            />
        };
        is_gap.get().then_some(field)
    };
    let slots = vec![
        ("rule", question.select("sessions.rule_label", "session", rules, part!(session))),
        ("gap", gap.into_any()),
        ("period", question.select("period.label", "period", periods(), part!(period))),
    ];
    view! { <QuestionForm><Sentence key="sessions.sentence" slots /></QuestionForm> }
}

/// The gap that cuts sessions, or would.
fn gap_of(rule: SessionRule) -> i64 {
    match rule {
        SessionRule::Gap { gap_millis, .. } => gap_millis,
        _ => cairn_engine::rule::SESSION_GAP_MILLIS,
    }
}
