//! The question: series, formula and period, as a form that reads as a sentence.

use cairn_engine::analysis::trend::{
    Accumulate, Annotation, Compare, TrendFormula, TrendPeriod, TrendQuery, TrendSeries,
};
use cairn_engine::time::Period;
use leptos::prelude::*;

use super::answer::period_name;
use super::measure::{MeasureFields, letter};
use crate::panel::breakdown::breakdown_field;
use crate::panel::calendar::periods;
use crate::panel::frame::QuestionForm;
use crate::panel::question::{Part, Question, part};
use crate::panel::rows::{RowList, Rows};
use crate::panel::rule_row::RuleRow;
use crate::panel::shared::listed_error;
use crate::text::{plural, text, text_with};
use crate::view::{Choice, Combobox, Icon, IconButton, Label, Sentence, TextField};

/// How many of the latest periods are offered.
const LAST: [u32; 7] = [7, 12, 14, 26, 30, 52, 90];

/// Periods of a moving average that are offered.
const AVERAGED: [u32; 4] = [3, 7, 14, 28];

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn TrendForm(
    /// The question.
    question: Question<TrendQuery>,
) -> impl IntoView {
    let series = Rows::new(question.value(|query| query.series.clone()), move |series| {
        question.change(|query| query.series = series);
    });
    let formula = question
        .value(|query| query.formulas.first().map(|formula| formula.formula.clone()).unwrap_or_default());
    let row = move |id| view! { <SeriesFields question series id /> }.into_any();
    let notes = Rows::new(question.value(|query| query.annotations.clone()), move |annotations| {
        question.change(|query| query.annotations = annotations);
    });
    let note = move |id| view! { <Note question rows=notes id /> }.into_any();
    let last_start =
        question.shown(|_, found| found.periods.last().map(|period| period.start_millis).unwrap_or_default());
    let add_note = move |()| notes.push(Annotation { at: last_start.get_untracked(), text: String::new() });
    view! {
        <QuestionForm>
            <RowList rows=series label=text("trends.series") row add=text("trends.add_series")
                most=TrendQuery::MAX_SERIES on_add=move |()| add_series(series) />
            <Sentence key="trends.sentence" slots=slots(question) />
            <TextField
                label=Label::above(text("trends.formula")).with_hint(text("trends.formula_hint")).with_error(question.error("formulas"))
                value=formula
                on_change=move |formula| question.change(|query| set_formula(query, formula))
                placeholder="A / B * 100".to_owned()
            />
            <RowList rows=notes label=text("trends.notes") row=note add=text("trends.add_note")
                most=TrendQuery::MAX_ANNOTATIONS on_add=add_note />
        </QuestionForm>
    }
}

/// What happened, and in which of the periods.
#[component]
fn Note(question: Question<TrendQuery>, rows: Rows<Annotation>, id: u32) -> impl IntoView {
    let periods = question.shown(|query, found| {
        let choice = |period: &TrendPeriod| Choice::new(period.start_millis, period_name(query, period));
        found.periods.iter().map(choice).collect::<Vec<_>>()
    });
    let at = rows.value(id, |note| note.at);
    // An instant within a period is shown as the period.
    let start = Signal::derive(move || {
        periods
            .with(|periods| periods.iter().rev().map(|choice| choice.value).find(|start| *start <= at.get()))
    });
    let start = Signal::derive(move || start.get().unwrap_or_else(|| at.get()));
    view! {
        <li class="row">
            <Combobox label=Label::unseen(text("trends.note_at")) choices=periods value=start
                on_change=move |at| rows.change(id, |note| note.at = at) />
            <TextField label=Label::unseen(text("trends.note_text")) value=rows.value(id, |note| note.text.clone())
                on_change=move |text| rows.change(id, |note| note.text = text) placeholder=text("trends.note_example") />
            <IconButton label=text("trends.remove_note") icon=Icon::Close on_press=move |()| rows.remove(id) />
        </li>
    }
}

/// Changes the first formula, which is the one that the form shows; an empty one takes all away.
fn set_formula(query: &mut TrendQuery, formula: String) {
    match query.formulas.first_mut() {
        _ if formula.trim().is_empty() => query.formulas.clear(),
        Some(first) => first.formula = formula,
        None => query.formulas.push(TrendFormula { formula, name: None }),
    }
}

#[component]
fn SeriesFields(question: Question<TrendQuery>, series: Rows<TrendSeries>, id: u32) -> impl IntoView {
    let place = series.position(id);
    let letter = Signal::derive(move || letter(place.get()));
    let named = move |key: &'static str| Signal::derive(move || text_with(key, &[("letter", letter.get())]));
    let error = Signal::derive(move || listed_error(&question.asked().read(), "series", place.get()));
    let note = view! {
        <MeasureFields
            measure=series.value(id, |series| series.measure.clone())
            on_change=move |measure| series.change(id, |series| series.measure = measure)
            letter
        />
    };
    let actions = view! {
        <IconButton label=named("trends.remove") icon=Icon::Close
            disabled=Signal::derive(move || series.len() == 1) on_press=move |()| series.remove(id) />
    };
    view! {
        <RuleRow
            mark=letter
            label=Label::unseen(named("trends.event_of")).with_error(error)
            rule=series.value(id, |series| series.rule.clone())
            on_change=move |rule| series.change(id, |series| series.rule = rule)
            note=note.into_any()
            actions=actions.into_any()
        />
    }
}

/// Adds a series that tells the same as the last one, of any event.
fn add_series(series: Rows<TrendSeries>) {
    let measure = untrack(|| series.items()).pop().map(|last| last.measure);
    series.push(TrendSeries { measure: measure.unwrap_or_default(), ..TrendSeries::default() });
}

fn slots(question: Question<TrendQuery>) -> Vec<(&'static str, AnyView)> {
    let last = offered(question, &LAST, "trends.last_all", "trends.last", |query| query.last);
    let averages =
        offered(question, &AVERAGED, "trends.averaged_none", "trends.averaged", |query| query.moving_average);
    let compare = Part { get: |query: &TrendQuery| query.compare, set: compare_with };
    vec![
        ("period", question.select("trends.period", "period", periods(), part!(period))),
        ("last", question.select("trends.range", "last", last, part!(last))),
        ("breakdown", breakdown_field(question, part!(breakdown))),
        ("compare", question.select("trends.compare", "compare", compares(), compare)),
        ("accumulate", question.select("trends.accumulate", "accumulate", accumulates(), part!(accumulate))),
        ("average", question.select("trends.average", "moving_average", averages, part!(moving_average))),
    ]
}

/// No number and some usual ones, with the one that is chosen.
fn offered(
    question: Question<TrendQuery>,
    usual: &'static [u32],
    none: &'static str,
    some: &'static str,
    chosen: fn(&TrendQuery) -> Option<u32>,
) -> Signal<Vec<Choice<Option<u32>>>> {
    question.value(move |query| {
        let mut offered: Vec<u32> = usual.iter().copied().chain(chosen(query)).collect();
        offered.sort_unstable();
        offered.dedup();
        let choice = |n| Choice::new(Some(n), plural(some, u64::from(n)));
        std::iter::once(Choice::new(None, text(none))).chain(offered.into_iter().map(choice)).collect()
    })
}

/// Before all of the data there is nothing to compare with.
fn compare_with(query: &mut TrendQuery, compare: Option<Compare>) {
    if compare.is_some() && query.last.is_none() {
        query.last = Some(if query.period == Period::Day { 30 } else { 12 });
    }
    query.compare = compare;
}

fn compares() -> Vec<Choice<Option<Compare>>> {
    vec![
        Choice::new(None, text("trends.compare_none")),
        Choice::new(Some(Compare::Previous), text("trends.compare_previous")),
        Choice::new(Some(Compare::YearBefore), text("trends.compare_year")),
    ]
}

fn accumulates() -> Vec<Choice<Accumulate>> {
    vec![
        Choice::new(Accumulate::Period, text("trends.each")),
        Choice::new(Accumulate::Running, text("trends.running")),
    ]
}
