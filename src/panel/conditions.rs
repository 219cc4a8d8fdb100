//! Conditions on properties, as rows of a form: "where *plan* *is* *pro*".

use cairn_engine::rule::{Condition, Op, Owner, PropertyTest};
use cairn_engine::table::Kind;
use leptos::prelude::*;

use crate::session::Facts;
use crate::text::text;
use crate::view::{Choice, Combobox, Glyph, Icon, Label, Select, TextField};

/// Conditions that must all hold, each in a signal of its own, so that editing one leaves the others' fields alone.
#[derive(Clone, Copy, PartialEq)]
pub struct ConditionList {
    rows: RwSignal<Vec<(u32, RwSignal<PropertyTest>)>>,
}

impl ConditionList {
    /// Rows for these conditions. Those that are not plain property tests cannot be shown as rows and are left out.
    pub fn new(conditions: &[Condition]) -> Self {
        let list = Self { rows: RwSignal::new(Vec::new()) };
        for condition in conditions {
            if let Condition::Property(test) = condition {
                list.push(test.clone());
            }
        }
        list
    }

    /// Whether these conditions can be shown as rows without loss.
    pub fn can_show(conditions: &[Condition]) -> bool {
        conditions.iter().all(|condition| matches!(condition, Condition::Property(_)))
    }

    /// The conditions, tracked.
    pub fn get(self) -> Vec<Condition> {
        self.rows.get().into_iter().map(|(_, test)| Condition::Property(test.get())).collect()
    }

    /// Adds a condition on the first property, or nothing if there is none.
    pub fn add(self, facts: Facts) {
        if let Some((property, kind)) = facts.properties().into_iter().next() {
            self.push(first_test(facts, property, kind));
        }
    }

    fn push(self, test: PropertyTest) {
        self.rows.update(|rows| {
            let id = rows.last().map_or(0, |(id, _)| id + 1);
            rows.push((id, RwSignal::new(test)));
        });
    }

    fn remove(self, id: u32) {
        self.rows.update(|rows| rows.retain(|(other, _)| *other != id));
    }
}

/// The rows of a list, each with a button that takes it away.
#[component]
pub fn Conditions(
    /// The conditions.
    list: ConditionList,
    /// What joins a row to what stands before it, such as "where".
    #[prop(into)]
    joint: Signal<String>,
) -> impl IntoView {
    view! {
        <For each=move || list.rows.get() key=|(id, _)| *id let((id, test))>
            <div class="condition">
                <span>{joint}</span>
                <TestFields test />
                <button
                    class="button button-quiet button-icon"
                    type="button"
                    aria-label=text("condition.remove")
                    on:click=move |_| list.remove(id)
                >
                    <Glyph icon=Icon::Close />
                </button>
            </div>
        </For>
    }
}

/// The fields of one property test.
#[component]
pub fn TestFields(
    /// The test.
    test: RwSignal<PropertyTest>,
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
            test.set(PropertyTest { on: owner, ..first_test(facts, property, kind) });
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
            on_change=move |op| test.update(|test| test.op = op)
        />
        <Values test kind />
    }
}

/// The values: chosen from a list where the column has few, else typed.
#[component]
fn Values(test: RwSignal<PropertyTest>, kind: Memo<Kind>) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let listed = Memo::new(move |_| {
        let is_exact = matches!(test.read().op, Op::Eq | Op::Neq);
        is_exact.then(|| facts.values(&test.read().property)).flatten()
    });
    let needs_value = Memo::new(move |_| !matches!(test.read().op, Op::IsSet | Op::IsNotSet));
    let value = Signal::derive(move || test.read().values.first().cloned().unwrap_or_default());
    let set = move |value: String| test.update(|test| test.values = vec![value]);
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
