//! What a session is: the fields that say so.

use cairn_engine::rule::{GapEdge, SESSION_GAP_MILLIS, SessionRule};
use cairn_engine::table::Role;
use leptos::prelude::*;

use super::question::{Kind, Part, Question};
use crate::session::Facts;
use crate::text::text;
use crate::view::{Choice, DurationField, Label, Select};

/// Both fields, with their labels above them.
pub fn session_rule<Q: Kind>(question: Question<Q>, part: Part<Q, SessionRule>) -> AnyView {
    let label = Label::above(text("sessions.rule_label")).with_error(question.error("session"));
    let value = question.value(part.get);
    let set = move |rule| question.change(|query| (part.set)(query, rule));
    view! {
        <Select label choices=session_rules(question, part) value on_change=set />
        {gap_field(question, part, Label::above(text("sessions.gap")))}
    }
    .into_any()
}

/// The rules to choose from; a column of sessions only where there is one.
pub fn session_rules<Q: Kind>(
    question: Question<Q>,
    part: Part<Q, SessionRule>,
) -> Signal<Vec<Choice<SessionRule>>> {
    let facts = expect_context::<Facts>();
    let has_column = Memo::new(move |_| {
        facts.schema().is_some_and(|schema| schema.columns.iter().any(|column| column.role == Role::Session))
    });
    let gap = question.value(move |query| gap_of((part.get)(query)));
    Signal::derive(move || {
        let column = has_column.get().then(|| Choice::new(SessionRule::Column, text("sessions.by_column")));
        let others = [
            Choice::new(cut_by(gap.get()), text("sessions.by_gap")),
            Choice::new(SessionRule::Auto, text("sessions.auto")),
        ];
        others.into_iter().chain(column).collect()
    })
}

/// How long a gap is, where a gap cuts sessions.
pub fn gap_field<Q: Kind>(question: Question<Q>, part: Part<Q, SessionRule>, label: Label) -> AnyView {
    // A memo, so that typing in the field does not make it anew.
    let is_gap = question.value(move |query| matches!((part.get)(query), SessionRule::Gap { .. }));
    let is_gap = Memo::new(move |_| is_gap.get());
    let label = label.with_error(question.error("session"));
    let value = question.value(move |query| gap_of((part.get)(query)).max(0) as u64);
    let set = move |millis: u64| question.change(|query| (part.set)(query, cut_by(millis as i64)));
    let field = move || is_gap.get().then(|| view! { <DurationField label value on_change=set /> });
    field.into_any()
}

fn cut_by(gap_millis: i64) -> SessionRule {
    SessionRule::Gap { gap_millis, edge: GapEdge::Cuts }
}

/// The gap that cuts sessions, or would.
fn gap_of(rule: SessionRule) -> i64 {
    match rule {
        SessionRule::Gap { gap_millis, .. } => gap_millis,
        _ => SESSION_GAP_MILLIS,
    }
}
