//! The question: series, formula and period, as a form that reads as a sentence.

use cairn_engine::Query;
use cairn_engine::analysis::trend::{Accumulate, Compare, Measure, TrendFormula, TrendQuery, TrendSeries};
use cairn_engine::rule::{Breakdown, EventRule};
use cairn_engine::table::Kind;
use cairn_engine::time::Period;
use leptos::prelude::*;

use crate::panel::Panel;
use crate::panel::breakdown::BreakdownField;
use crate::panel::conditions::{ConditionList, Conditions};
use crate::panel::shared::{event_choices, field_error, listed_error};
use crate::session::{Asked, Facts, Session};
use crate::text::{plural, text, text_with};
use crate::view::{Choice, Combobox, Glyph, Icon, Label, Select, Sentence, TextField};

/// What a series can tell, in the order offered. Those after the first three are told of a property.
const MEASURES: [&str; 9] =
    ["users", "events", "events_per_user", "sum", "sum_per_user", "mean", "median", "min", "max"];

/// How many of the latest periods are offered.
const LAST: [u32; 7] = [7, 12, 14, 26, 30, 52, 90];

/// Periods of a moving average that are offered.
const AVERAGED: [u32; 4] = [3, 7, 14, 28];

/// One series' fields.
#[derive(Clone, Copy, PartialEq)]
struct SeriesRow {
    id: u32,
    event: RwSignal<Option<String>>,
    measure: RwSignal<Measure>,
    conditions: ConditionList,
    /// What the form does not show of the series, kept as it came.
    rest: StoredValue<TrendSeries>,
}

/// The fields. They live as long as the panel; the session's draft outlives them.
#[derive(Clone, Copy)]
struct Fields {
    series: RwSignal<Vec<SeriesRow>>,
    formula: RwSignal<String>,
    period: RwSignal<Period>,
    last: RwSignal<Option<u32>>,
    compare: RwSignal<Option<Compare>>,
    accumulate: RwSignal<Accumulate>,
    averaged: RwSignal<Option<u32>>,
    breakdown: RwSignal<Option<Breakdown>>,
    /// What the form does not show of the query, kept as it came.
    rest: StoredValue<TrendQuery>,
    /// Whom the rows' signals belong to: the form, not the effect that happens to make them.
    owner: StoredValue<Option<Owner>>,
}

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn TrendForm(
    /// The query that the form shows.
    draft: Memo<Option<TrendQuery>>,
    /// The state of its answer, for errors beside their fields.
    asked: RwSignal<Asked>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let fields = Fields::new();
    Effect::new(move || {
        // A query from elsewhere (a proposal, an address) fills the fields; one that they made changes nothing.
        if let Some(query) = draft.get()
            && untrack(|| fields.query()).as_ref() != Some(&query)
        {
            fields.fill(&query);
        }
    });
    Effect::new(move || {
        if let Some(query) = fields.query() {
            session.set_draft(Panel::Trends, Query::Trend(query));
        }
    });
    let formula_error = Signal::derive(move || field_error(&asked.read(), "formulas"));
    view! {
        <form class="question" aria-label=text("trends.question") on:submit=|event| event.prevent_default()>
            <div class="stack">
                <ol class="step-list" aria-label=text("trends.series")>
                    <For each=move || fields.series.get() key=|row| row.id let(row)>
                        <SeriesFields fields row asked />
                    </For>
                </ol>
                <p class="step-add"><AddSeries fields /></p>
            </div>
            <Sentence key="trends.sentence" slots=slots(fields, asked) />
            <TextField
                label=Label::above(text("trends.formula")).with_hint(text("trends.formula_hint")).with_error(formula_error)
                value=fields.formula
                on_change=move |formula| fields.formula.set(formula)
                placeholder="A / B * 100".to_owned()
            />
        </form>
    }
}

#[component]
fn SeriesFields(fields: Fields, row: SeriesRow, asked: RwSignal<Asked>) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let at =
        Memo::new(move |_| fields.series.read().iter().position(|other| other.id == row.id).unwrap_or(0));
    let n_series = Memo::new(move |_| fields.series.read().len());
    let letter = move || letter(at.get());
    let error = Signal::derive(move || listed_error(&asked.read(), "series", at.get()));
    view! {
        <li class="step">
            <span class="step-mark" aria-hidden="true">{letter}</span>
            <div class="step-body">
                <Combobox
                    label=Label::unseen(Signal::derive(move || text_with("trends.event_of", &[("letter", letter())]))).with_error(error)
                    choices=Signal::derive(move || event_choices(facts))
                    value=row.event
                    on_change=move |event| row.event.set(event)
                />
            </div>
            <div class="step-note">
                <MeasureFields measure=row.measure letter=Signal::derive(letter) />
                <button class="button button-quiet" type="button" on:click=move |_| row.conditions.add(facts)>
                    {text("funnels.add_condition")}
                </button>
            </div>
            <div class="step-more">
                <Conditions list=row.conditions joint=text("funnels.where") />
            </div>
            <div class="step-actions">
                <button
                    class="button button-quiet button-icon"
                    type="button"
                    disabled=move || n_series.get() == 1
                    aria-label=move || text_with("trends.remove", &[("letter", letter())])
                    on:click=move |_| fields.series.update(|rows| rows.retain(|other| other.id != row.id))
                >
                    <Glyph icon=Icon::Close />
                </button>
            </div>
        </li>
    }
}

/// What is told of the series' events, and of which property.
#[component]
fn MeasureFields(measure: RwSignal<Measure>, letter: Signal<String>) -> impl IntoView {
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
        measure.set(of_kind(&kind, property));
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
                on_change=move |name| measure.update(|measure| *measure = of_kind(kind_of(measure), name))
            />
        </Show>
    }
}

#[component]
fn AddSeries(fields: Fields) -> impl IntoView {
    let is_full = move || fields.series.read().len() >= TrendQuery::MAX_SERIES;
    let add = move |_| {
        let measure = fields.series.read_untracked().last().map(|row| row.measure.get_untracked());
        fields.push(&TrendSeries { measure: measure.unwrap_or_default(), ..TrendSeries::default() });
    };
    view! {
        <button class="button button-quiet" type="button" disabled=is_full on:click=add>
            <Glyph icon=Icon::Add />
            {text("trends.add_series")}
        </button>
    }
}

fn slots(fields: Fields, asked: RwSignal<Asked>) -> Vec<(&'static str, AnyView)> {
    let error = move |field: &'static str| Signal::derive(move || field_error(&asked.read(), field));
    let periods = [Period::Hour, Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year];
    let periods: Vec<_> =
        periods.into_iter().map(|period| Choice::new(period, text(period_key(period)))).collect();
    let last = Signal::derive(move || {
        let mut offered: Vec<u32> = LAST.into_iter().chain(fields.last.get()).collect();
        offered.sort_unstable();
        offered.dedup();
        let last = offered.into_iter().map(|n| Choice::new(Some(n), plural("trends.last", u64::from(n))));
        std::iter::once(Choice::new(None, text("trends.last_all"))).chain(last).collect::<Vec<_>>()
    });
    let compares = vec![
        Choice::new(None, text("trends.compare_none")),
        Choice::new(Some(Compare::Previous), text("trends.compare_previous")),
        Choice::new(Some(Compare::YearBefore), text("trends.compare_year")),
    ];
    let accumulates = vec![
        Choice::new(Accumulate::Period, text("trends.each")),
        Choice::new(Accumulate::Running, text("trends.running")),
    ];
    let averages = Signal::derive(move || {
        let mut offered: Vec<u32> = AVERAGED.into_iter().chain(fields.averaged.get()).collect();
        offered.sort_unstable();
        offered.dedup();
        let averages =
            offered.into_iter().map(|n| Choice::new(Some(n), plural("trends.averaged", u64::from(n))));
        std::iter::once(Choice::new(None, text("trends.averaged_none"))).chain(averages).collect::<Vec<_>>()
    });
    vec![
        ("period", view! {
            <Select label=Label::unseen(text("trends.period")).with_error(error("period")) choices=Signal::stored(periods) value=fields.period on_change=move |period| fields.period.set(period) />
        }.into_any()),
        ("last", view! {
            <Select label=Label::unseen(text("trends.range")).with_error(error("last")) choices=last value=fields.last on_change=move |last| fields.last.set(last) />
        }.into_any()),
        ("breakdown", view! { <BreakdownField value=fields.breakdown error=error("breakdown") /> }.into_any()),
        ("compare", view! {
            <Select label=Label::unseen(text("trends.compare")).with_error(error("compare")) choices=Signal::stored(compares) value=fields.compare on_change=move |compare| fields.compare_with(compare) />
        }.into_any()),
        ("accumulate", view! {
            <Select label=Label::unseen(text("trends.accumulate")).with_error(error("accumulate")) choices=Signal::stored(accumulates) value=fields.accumulate on_change=move |accumulate| fields.accumulate.set(accumulate) />
        }.into_any()),
        ("average", view! {
            <Select label=Label::unseen(text("trends.average")).with_error(error("moving_average")) choices=averages value=fields.averaged on_change=move |averaged| fields.averaged.set(averaged) />
        }.into_any()),
    ]
}

impl Fields {
    fn new() -> Self {
        Self {
            series: RwSignal::new(Vec::new()),
            formula: RwSignal::new(String::new()),
            period: RwSignal::new(Period::Day),
            last: RwSignal::new(None),
            compare: RwSignal::new(None),
            accumulate: RwSignal::new(Accumulate::default()),
            averaged: RwSignal::new(None),
            breakdown: RwSignal::new(None),
            rest: StoredValue::new(TrendQuery::default()),
            owner: StoredValue::new(Owner::current()),
        }
    }

    fn fill(self, query: &TrendQuery) {
        self.rest.set_value(query.clone());
        self.formula.set(query.formulas.first().map(|formula| formula.formula.clone()).unwrap_or_default());
        self.period.set(query.period);
        self.last.set(query.last);
        self.compare.set(query.compare);
        self.accumulate.set(query.accumulate);
        self.averaged.set(query.moving_average);
        self.breakdown.set(query.breakdown.clone());
        self.series.set(Vec::new());
        query.series.iter().for_each(|series| self.push(series));
    }

    /// The query that the fields say; none while there is no series.
    fn query(self) -> Option<TrendQuery> {
        let series: Vec<TrendSeries> = self.series.get().into_iter().map(SeriesRow::series).collect();
        let rest = self.rest.get_value();
        let formula = self.formula.get();
        let mut formulas = rest.formulas.clone();
        match formulas.first_mut() {
            _ if formula.trim().is_empty() => formulas.clear(),
            Some(first) => first.formula = formula,
            None => formulas.push(TrendFormula { formula, name: None }),
        }
        (!series.is_empty()).then(|| TrendQuery {
            series,
            formulas,
            period: self.period.get(),
            last: self.last.get(),
            compare: self.compare.get(),
            accumulate: self.accumulate.get(),
            moving_average: self.averaged.get(),
            breakdown: self.breakdown.get(),
            ..rest
        })
    }

    fn push(self, series: &TrendSeries) {
        let row = |id| SeriesRow {
            id,
            event: RwSignal::new(series.rule.event.clone()),
            measure: RwSignal::new(series.measure.clone()),
            conditions: ConditionList::new(&series.rule.conditions),
            rest: StoredValue::new(series.clone()),
        };
        let Some(owner) = self.owner.get_value() else { return };
        self.series.update(|rows| {
            let id = rows.iter().map(|row| row.id + 1).max().unwrap_or(0);
            rows.push(owner.with(|| row(id)));
        });
    }

    /// Before all of the data there is nothing to compare with.
    fn compare_with(self, compare: Option<Compare>) {
        if compare.is_some() && self.last.get_untracked().is_none() {
            self.last.set(Some(if self.period.get_untracked() == Period::Day { 30 } else { 12 }));
        }
        self.compare.set(compare);
    }
}

impl SeriesRow {
    fn series(self) -> TrendSeries {
        let rest = self.rest.get_value();
        let shown = self.conditions.get();
        let conditions =
            if ConditionList::can_show(&rest.rule.conditions) { shown } else { rest.rule.conditions.clone() };
        let rule = EventRule { event: self.event.get(), conditions, ..rest.rule };
        TrendSeries { rule, measure: self.measure.get(), ..rest }
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

/// The key of a period's name.
pub fn period_key(period: Period) -> &'static str {
    match period {
        Period::Hour => "period.hour",
        Period::Day => "period.day",
        Period::Week => "period.week",
        Period::Month => "period.month",
        Period::Quarter => "period.quarter",
        Period::Year => "period.year",
    }
}
