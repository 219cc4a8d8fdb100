//! Sessions: how many, how long, where they begin and end, and how many end with one event.

mod answer;

use cairn_engine::analysis::sessions::SessionsQuery;
use cairn_engine::rule::SessionRule;
use leptos::prelude::*;

use super::Panel;
use super::calendar::periods;
use super::frame::{AnswerFrame, PanelFrame, QuestionForm};
use super::question::{Part, Question, part};
use super::session_rule::{gap_field, session_rules};
use crate::text::text;
use crate::view::{Chart, DataTable, Label, Sentence};

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
    let rule: Part<SessionsQuery, SessionRule> = part!(session);
    let gap = gap_field(question, rule, Label::unseen(text("sessions.gap")));
    let slots = vec![
        ("rule", question.select("sessions.rule_label", "session", session_rules(question, rule), rule)),
        ("gap", gap),
        ("period", question.select("period.label", "period", periods(), part!(period))),
    ];
    view! { <QuestionForm><Sentence key="sessions.sentence" slots /></QuestionForm> }
}
