//! Conditions on properties, as rows of a form: "where *plan* *is* *pro*".

use cairn_engine::rule::{Condition, Op, Owner, PropertyTest};
use cairn_engine::table::Kind;
use leptos::prelude::*;

use super::rows::Rows;
use crate::session::Facts;
use crate::text::text;
use crate::view::{Choice, Combobox, Icon, IconButton, Label, Select, TextField};

/// The rows of conditions that must all hold, each with a button that takes it away.
#[component]
pub fn Conditions(
    /// The conditions.
    rows: Rows<Condition>,
) -> impl IntoView {
    view! {
        <For each=move || rows.ids() key=|id| *id let(id)>
            <div class="condition">
                <span>{text("condition.where")}</span>
                <ConditionFields rows id />
                <IconButton label=text("condition.remove") icon=Icon::Close on_press=move |()| rows.remove(id) />
            </div>
        </For>
    }
}

/// The button that adds a condition on the first property, or nothing if there is none.
#[component]
pub fn AddCondition(
    /// The conditions.
    rows: Rows<Condition>,
    /// What the button says.
    #[prop(default = text("condition.add"))]
    label: String,
) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let add = move |_| {
        if let Some((property, kind)) = untrack(|| facts.properties()).into_iter().next() {
            rows.push(Condition::Property(untrack(|| first_test(facts, property, kind))));
        }
    };
    view! {
        <button class="button button-quiet" type="button" on:click=add>{label}</button>
    }
}

/// One condition; what is no plain test of a property is shown as it came.
#[component]
fn ConditionFields(rows: Rows<Condition>, id: u32) -> impl IntoView {
    let test = rows.value(id, |condition| match condition {
        Condition::Property(test) => test.clone(),
        _ => PropertyTest::default(),
    });
    let other = Memo::new(move |_| {
        let condition = rows.value(id, |condition| Some(condition.clone())).get()?;
        let is_test = matches!(condition, Condition::Property(_));
        (!is_test).then(|| serde_json::to_string(&condition).unwrap_or_default())
    });
    let set = move |test| rows.change(id, |condition| *condition = Condition::Property(test));
    move || match other.get() {
        Some(other) => view! { <code>{other}</code> }.into_any(),
        None => view! { <TestFields test on_change=set /> }.into_any(),
    }
}

/// The fields of one property test.
#[component]
pub fn TestFields(
    /// The test.
    #[prop(into)]
    test: Signal<PropertyTest>,
    /// Hears the test as the person changed it.
    #[prop(into)]
    on_change: Callback<PropertyTest>,
) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let kind = Memo::new(move |_| {
        let name = test.read().property.clone();
        facts.properties().into_iter().find(|(other, _)| *other == name).map_or(Kind::Text, |(_, kind)| kind)
    });
    let properties = Signal::derive(move || {
        facts.properties().into_iter().map(|(name, _)| Choice::new(name.clone(), name)).collect::<Vec<_>>()
    });
    let ops = Signal::derive(move || {
        ops_for(kind.get()).iter().map(|op| Choice::new(*op, op_text(*op))).collect::<Vec<_>>()
    });
    let choose_property = move |name: String| {
        let found = facts.properties().into_iter().find(|(other, _)| *other == name);
        if let Some((property, kind)) = found {
            let owner = test.read_untracked().on;
            on_change.run(PropertyTest { on: owner, ..first_test(facts, property, kind) });
        }
    };
    view! {
        <Select
            label=Label::unseen(text("condition.property"))
            choices=properties
            value=Signal::derive(move || test.read().property.clone())
            on_change=choose_property
        />
        <Select
            label=Label::unseen(text("condition.op"))
            choices=ops
            value=Signal::derive(move || test.read().op)
            on_change=move |op| on_change.run(PropertyTest { op, ..test.get_untracked() })
        />
        <Values test kind on_change />
    }
}

/// The values: chosen from a list where the column has few, else typed.
#[component]
fn Values(test: Signal<PropertyTest>, kind: Memo<Kind>, on_change: Callback<PropertyTest>) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let listed = Memo::new(move |_| {
        let is_exact = matches!(test.read().op, Op::Eq | Op::Neq);
        is_exact.then(|| facts.values(&test.read().property)).flatten()
    });
    let needs_value = Memo::new(move |_| !matches!(test.read().op, Op::IsSet | Op::IsNotSet));
    let value = Signal::derive(move || test.read().values.first().cloned().unwrap_or_default());
    let set = move |value| on_change.run(PropertyTest { values: vec![value], ..test.get_untracked() });
    let error = Signal::derive(move || {
        let is_bad = kind.get() == Kind::Number && value.get().trim().parse::<f64>().is_err();
        (is_bad && needs_value.get()).then(|| text("condition.not_a_number"))
    });
    move || match (needs_value.get(), listed.get()) {
        (false, _) => ().into_any(),
        (true, Some(values)) => {
            let choices: Vec<Choice<String>> =
                values.into_iter().map(|value| Choice::new(value.clone(), value)).collect();
            view! {
                <Combobox
                    label=Label::unseen(text("condition.value"))
                    choices=Signal::stored(choices)
                    value
                    on_change=set
                />
            }
            .into_any()
        }
        (true, None) => view! {
            <TextField label=Label::unseen(text("condition.value")).with_error(error) value on_change=set />
        }
        .into_any(),
    }
}

/// A test on a property that holds for its most frequent value.
pub fn first_test(facts: Facts, property: String, kind: Kind) -> PropertyTest {
    let top = facts.column(&property).and_then(|column| column.top.into_iter().next());
    let (op, value) = match kind {
        Kind::Text => (Op::Eq, top.map(|top| top.value).unwrap_or_default()),
        Kind::Number => (Op::Gt, "0".to_owned()),
        Kind::Time => (Op::Gte, String::new()),
    };
    PropertyTest { property, on: Owner::Event, op, values: vec![value] }
}

fn ops_for(kind: Kind) -> &'static [Op] {
    match kind {
        Kind::Text => {
            &[Op::Eq, Op::Neq, Op::Contains, Op::NotContains, Op::StartsWith, Op::IsSet, Op::IsNotSet]
        }
        Kind::Number => &[Op::Eq, Op::Neq, Op::Gt, Op::Gte, Op::Lt, Op::Lte, Op::IsSet, Op::IsNotSet],
        Kind::Time => &[Op::Gte, Op::Lt, Op::IsSet, Op::IsNotSet],
    }
}

/// The words for a comparison.
pub fn op_text(op: Op) -> String {
    text(match op {
        Op::Eq | Op::In => "op.eq",
        Op::Neq | Op::NotIn => "op.neq",
        Op::Contains => "op.contains",
        Op::NotContains => "op.not_contains",
        Op::StartsWith => "op.starts_with",
        Op::Gt => "op.gt",
        Op::Gte => "op.gte",
        Op::Lt => "op.lt",
        Op::Lte => "op.lte",
        Op::IsSet => "op.is_set",
        Op::IsNotSet => "op.is_not_set",
    })
}
