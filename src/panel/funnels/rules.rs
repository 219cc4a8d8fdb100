//! The rules of a valid chain, a choice each: what the form offers, and how the answer states them.

use cairn_engine::analysis::funnel::{FunnelQuery, Hold, Order, Tie};
use cairn_engine::rule::EventRule;
use leptos::prelude::*;
use serde_json::Value;

use super::exclusions::Exclusions;
use super::window::window_rules;
use crate::panel::question::{Question, part};
use crate::panel::rows::Rows;
use crate::panel::session_rule::session_rule;
use crate::session::Facts;
use crate::text::{duration, text, text_with};
use crate::view::{Choice, Combobox, DurationField, Icon, IconButton, Label, Select};

/// A rule: the field of the query, and its choices as the engine names them. The texts' keys are made of both.
type Rule = (&'static str, &'static [&'static str]);

/// The rules that are a plain choice, in the order in which people read them.
const RULES: [Rule; 12] = [
    ("order", &["ordered", "strict", "unordered"]),
    ("strict_kind", &["restart", "stop", "event_breaks", "earlier_step_breaks"]),
    ("repeats", &["allowed", "stop", "break_chain"]),
    ("reuse", &["once", "many", "many_after_start"]),
    ("entry", &["any", "first", "attempts", "restart"]),
    ("search", &["exhaustive", "latest_start_only", "first_match"]),
    ("time_from", &["latest_start", "earliest_start"]),
    ("instant_times", &["counted", "left_out"]),
    ("range", &["entry", "all_events"]),
    ("on_exclusion", &["void_chain", "remove_user", "end_attempt", "reset_progress"]),
    ("count", &["users", "sessions", "attempts"]),
    ("open", &["apart", "dropped"]),
];

/// What events of one instant may do; two of the choices have a length of time.
const TIES: Rule = ("tie", &["step_order", "loose", "never", "grace", "bucket"]);

/// The length of a grace or of a bucket before the person says another.
const FIRST_TIE_MILLIS: i64 = 1000;

/// How many properties the engine holds constant at most.
const MOST_HELD: usize = 3;

/// All rules of a funnel, and the events that spoil it.
#[component]
pub fn Rules(
    /// The question.
    question: Question<FunnelQuery>,
) -> impl IntoView {
    let fields = RULES.map(|rule| {
        let is_asked = question.value(move |query| is_asked(query, rule.0));
        view! { <Show when=move || is_asked.get()>{rule_field(question, rule)}</Show> }
    });
    let sessions = Memo::new({
        let uses = question.value(|query| query.sessions.is_some() || name_of(query, "count") == "sessions");
        move |_| uses.get()
    });
    view! {
        <div class="stack">
        <div class="fields">
            {window_rules(question)}
            <Show when=move || sessions.get()>{session_rule(question, part!(session))}</Show>
            {fields.collect_view()}
            <TieField question />
        </div>
        <HoldField question />
        <Exclusions question />
        </div>
    }
}

/// What differs from Cairn's own rules, in words; nothing if none does.
pub fn differing(query: &FunnelQuery) -> String {
    let own = FunnelQuery::default();
    let chosen = |rule: &Rule| {
        let name = name_of(query, rule.0);
        (rule.0 != "order" && is_asked(query, rule.0) && name != name_of(&own, rule.0))
            .then(|| said(rule.0, &text(&choice_key(rule.0, &name))))
    };
    let tie = (query.tie != own.tie).then(|| said(TIES.0, &tie_text(query.tie)));
    let held = query.hold.as_ref().map(|hold| said("hold", &hold.properties.join(", ")));
    let spoiling: Vec<String> = query.exclusions.iter().map(|exclusion| rule_name(&exclusion.rule)).collect();
    let spoiling = (!spoiling.is_empty()).then(|| said("exclusions", &spoiling.join(", ")));
    RULES.iter().filter_map(chosen).chain(tie).chain(held).chain(spoiling).collect::<Vec<_>>().join(" ")
}

fn rule_name(rule: &EventRule) -> String {
    rule.event.clone().unwrap_or_else(|| text("event.any"))
}

fn said(field: &str, choice: &str) -> String {
    text_with("rule.said", &[("rule", text(&format!("rule.{field}"))), ("choice", choice.to_owned())])
}

fn tie_text(tie: Tie) -> String {
    let named = text(&choice_key(TIES.0, tie_name(tie)));
    match millis_of(tie) {
        Some(millis) => format!("{named} {}", duration(millis as f64)),
        None => named,
    }
}

/// Whether a rule has a say in the query at all.
fn is_asked(query: &FunnelQuery, field: &str) -> bool {
    match field {
        "strict_kind" => query.order == Order::Strict,
        "on_exclusion" => !query.exclusions.is_empty(),
        _ => true,
    }
}

fn rule_field(question: Question<FunnelQuery>, (field, names): Rule) -> impl IntoView {
    let label = Label::above(text(&format!("rule.{field}"))).with_error(question.error(field));
    let choices: Vec<Choice<String>> = names.iter().map(|name| choice(field, name)).collect();
    let value = question.value(move |query| name_of(query, field));
    let set = move |name: String| question.change(|query| choose(query, field, name));
    view! { <Select label choices value on_change=set /> }
}

fn choice(field: &str, name: &str) -> Choice<String> {
    Choice::new(name.to_owned(), text(&choice_key(field, name)))
}

fn choice_key(field: &str, name: &str) -> String {
    format!("rule.{field}.{name}")
}

/// The engine's name of what a query chooses.
fn name_of(query: &FunnelQuery, field: &str) -> String {
    let json = serde_json::to_value(query).unwrap_or_default();
    json.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Chooses what the engine calls so; what it does not know changes nothing.
fn choose(query: &mut FunnelQuery, field: &str, name: String) {
    let Ok(Value::Object(mut json)) = serde_json::to_value(&*query) else { return };
    json.insert(field.to_owned(), Value::String(name));
    if let Ok(changed) = serde_json::from_value(Value::Object(json)) {
        *query = changed;
    }
}

/// What events of one instant may do, with the length of time where there is one.
#[component]
fn TieField(question: Question<FunnelQuery>) -> impl IntoView {
    let label = Label::above(text("rule.tie")).with_error(question.error("tie"));
    let choices: Vec<Choice<&'static str>> =
        TIES.1.iter().map(|name| Choice::new(*name, text(&choice_key(TIES.0, name)))).collect();
    let value = question.value(|query| tie_name(query.tie));
    let set = move |name| question.change(|query| query.tie = tie_of(name, millis_of(query.tie)));
    let millis = question.value(|query| millis_of(query.tie).unwrap_or(FIRST_TIE_MILLIS).max(0) as u64);
    let set_millis = move |millis: u64| {
        question.change(|query| query.tie = tie_of(tie_name(query.tie), Some(millis as i64)));
    };
    let has_millis = question.value(|query| millis_of(query.tie).is_some());
    let has_millis = Memo::new(move |_| has_millis.get());
    view! {
        <Select label choices value on_change=set />
        <Show when=move || has_millis.get()>
            <DurationField label=Label::above(text("rule.tie_length")) value=millis on_change=set_millis />
        </Show>
    }
}

fn tie_name(tie: Tie) -> &'static str {
    match tie {
        Tie::StepOrder => "step_order",
        Tie::Loose => "loose",
        Tie::Never => "never",
        Tie::Grace(_) => "grace",
        Tie::Bucket(_) => "bucket",
    }
}

fn millis_of(tie: Tie) -> Option<i64> {
    match tie {
        Tie::Grace(millis) | Tie::Bucket(millis) => Some(millis),
        Tie::StepOrder | Tie::Loose | Tie::Never => None,
    }
}

fn tie_of(name: &str, millis: Option<i64>) -> Tie {
    let millis = millis.unwrap_or(FIRST_TIE_MILLIS);
    match name {
        "loose" => Tie::Loose,
        "never" => Tie::Never,
        "grace" => Tie::Grace(millis),
        "bucket" => Tie::Bucket(millis),
        _ => Tie::StepOrder,
    }
}

/// The properties whose values must be the same in all steps.
#[component]
fn HoldField(question: Question<FunnelQuery>) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let held = question.value(|query| query.hold.clone().map(|hold| hold.properties).unwrap_or_default());
    let rows = Rows::new(held, move |properties| {
        question.change(|query| {
            let steps = query.hold.take().map(|hold| hold.steps).unwrap_or_default();
            query.hold = (!properties.is_empty()).then_some(Hold { properties, steps });
        });
    });
    let names = move || facts.properties().into_iter().map(|(name, _)| name);
    let choices = Signal::derive(move || names().map(|name| Choice::new(name.clone(), name)).collect());
    let add = move |_| {
        let held = untrack(|| rows.items());
        rows.push(untrack(|| names().find(|name| !held.contains(name))).unwrap_or_default());
    };
    let is_full = move || rows.len() >= MOST_HELD;
    let row = move |id| {
        let label = Label::unseen(text("rule.hold")).with_error(question.error("hold"));
        let set = move |name: String| rows.change(id, |held| *held = name);
        view! {
            <Combobox label choices value=rows.value(id, String::clone) on_change=set />
            <IconButton label=text("rule.hold_remove") icon=Icon::Close on_press=move |()| rows.remove(id) />
        }
    };
    view! {
        <div class="row">
            <span class="soft">{text("rule.hold")}</span>
            <For each=move || rows.ids() key=|id| *id let(id)>{row(id)}</For>
            <button class="button button-quiet" type="button" disabled=is_full on:click=add>
                {text("rule.hold_add")}
            </button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_of_every_rule_is_one_that_the_engine_knows() {
        for (field, names) in RULES {
            assert_eq!(name_of(&FunnelQuery::default(), field), names[0], "{field} begins with Cairn's own");
            for name in names {
                let mut query = FunnelQuery::default();
                choose(&mut query, field, (*name).to_owned());
                assert_eq!(name_of(&query, field), *name, "{field}");
            }
        }
    }

    #[test]
    fn what_happens_at_one_instant_keeps_its_length() {
        for name in TIES.1 {
            assert_eq!(tie_name(tie_of(name, Some(5))), *name);
        }
        assert_eq!(tie_of("bucket", millis_of(Tie::Grace(5))), Tie::Bucket(5));
    }
}
