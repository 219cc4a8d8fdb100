//! What is told of a series' events: fields and words.

use cairn_engine::analysis::trend::Measure;
use cairn_engine::table::Kind;
use leptos::prelude::*;

use crate::session::Facts;
use crate::text::{text, text_with};
use crate::view::{Choice, Label, Select};

/// What a series can tell, in the order offered. Those after the first three are told of a property.
const MEASURES: [&str; 9] =
    ["users", "events", "events_per_user", "sum", "sum_per_user", "mean", "median", "min", "max"];

/// What is told of the series' events, and of which property.
#[component]
pub fn MeasureFields(
    /// The measure.
    measure: Signal<Measure>,
    /// Hears the measure as the person changed it.
    #[prop(into)]
    on_change: Callback<Measure>,
    /// What formulas call the series.
    letter: Signal<String>,
) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let numbers = Memo::new(move |_| {
        let all = facts.properties().into_iter().filter(|(_, kind)| *kind == Kind::Number);
        all.map(|(name, _)| name).collect::<Vec<_>>()
    });
    let kinds = Signal::derive(move || {
        // Without numbers in the data there is nothing to sum up.
        let n_kinds = if numbers.read().is_empty() { 3 } else { MEASURES.len() };
        let choice = |kind: &&'static str| Choice::new((*kind).to_owned(), text(&format!("measure.{kind}")));
        MEASURES[..n_kinds].iter().map(choice).collect::<Vec<_>>()
    });
    let choose = move |kind: String| {
        let known = measure.read_untracked().property().map(str::to_owned);
        let property = known.or_else(|| numbers.read_untracked().first().cloned()).unwrap_or_default();
        on_change.run(of_kind(&kind, property));
    };
    let properties = Signal::derive(move || {
        numbers.get().into_iter().map(|name| Choice::new(name.clone(), name)).collect::<Vec<_>>()
    });
    let has_property = Memo::new(move |_| measure.read().property().is_some());
    view! {
        <Select
            label=Label::unseen(Signal::derive(move || text_with("trends.measure_of", &[("letter", letter.get())])))
            choices=kinds
            value=Signal::derive(move || kind_of(&measure.read()).to_owned())
            on_change=choose
        />
        <Show when=move || has_property.get()>
            <Select
                label=Label::unseen(Signal::derive(move || text_with("trends.property_of", &[("letter", letter.get())])))
                choices=properties
                value=Signal::derive(move || measure.read().property().unwrap_or_default().to_owned())
                on_change=move |name| on_change.run(of_kind(kind_of(&measure.read_untracked()), name))
            />
        </Show>
    }
}

/// What formulas call a series.
pub fn letter(index: usize) -> String {
    char::from(b'A' + index.min(25) as u8).to_string()
}

/// A measure's name in the locale files and in the query.
pub fn kind_of(measure: &Measure) -> &'static str {
    match measure {
        Measure::Events => "events",
        Measure::Users => "users",
        Measure::EventsPerUser => "events_per_user",
        Measure::Sum { .. } => "sum",
        Measure::SumPerUser { .. } => "sum_per_user",
        Measure::Mean { .. } => "mean",
        Measure::Min { .. } => "min",
        Measure::Max { .. } => "max",
        Measure::Median { .. } => "median",
        Measure::Quantile { .. } => "quantile",
    }
}

fn of_kind(kind: &str, property: String) -> Measure {
    match kind {
        "users" => Measure::Users,
        "events_per_user" => Measure::EventsPerUser,
        "sum" => Measure::Sum { property },
        "sum_per_user" => Measure::SumPerUser { property },
        "mean" => Measure::Mean { property },
        "min" => Measure::Min { property },
        "max" => Measure::Max { property },
        "median" => Measure::Median { property },
        "quantile" => Measure::Quantile { property, probability: 0.9 },
        _ => Measure::Events,
    }
}
