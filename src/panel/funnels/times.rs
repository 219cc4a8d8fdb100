//! How long users take from one step to another: a histogram and percentiles.

use cairn_charts::{Bin, ChartSpec, Histogram, HistogramLine, Picture, Tick, TickFormat};
use cairn_engine::analysis::funnel::FunnelQuery;
use cairn_engine::analysis::time_to_convert::{TimeToConvertAnswer, TimeToConvertQuery};
use leptos::prelude::*;

use crate::panel::Panel;
use crate::panel::frame::{AnswerFrame, QuestionForm};
use crate::panel::question::Question;
use crate::panel::shared::step_name;
use crate::text::{count, decimal_mark, duration, percent, plain, plural_with, strong, text, text_with};
use crate::view::{Cell, Chart, Choice, Column, DataTable, Select, Sentence, TableData};

/// Indexes of the steps that a time lies between; without the second one, the funnel's end.
type Pair = (u32, Option<u32>);

/// The section. It asks once it is there.
#[component]
pub fn Times(
    /// The funnel's question.
    funnel: Question<FunnelQuery>,
) -> impl IntoView {
    let funnel = funnel.value(FunnelQuery::clone);
    let question = Question::beside(Panel::Funnels, TimeToConvertQuery::default, move |query| {
        let funnel = funnel.get();
        let (from_step, to_step) = known(&funnel, pair(&query));
        (funnel.steps.len() > 1).then_some(TimeToConvertQuery { funnel, from_step, to_step, ..query })
    });
    let sentence = question.shown(|_, found| said(found));
    let spec = question.shown(|_, found| Some(chart(found)));
    let table = question.shown(|_, found| table(found));
    let stale = question.stale();
    let choices = Signal::derive(move || pairs(&funnel.read()));
    let chosen = question.value(pair);
    let value = Signal::derive(move || known(&funnel.read(), chosen.get()));
    let choose = move |(from_step, to_step): Pair| {
        question.change(|query| *query = TimeToConvertQuery { from_step, to_step, ..query.clone() });
    };
    let label = question.label("times.steps", "to_step");
    let steps = view! { <Select label choices value on_change=choose /> }.into_any();
    view! {
        <QuestionForm label=text("times.title")>
            <Sentence key="times.sentence" slots=vec![("steps", steps)] />
        </QuestionForm>
        <AnswerFrame question sentence>
            <figure class="figure"><Chart spec label=sentence height=260 stale /></figure>
            <DataTable caption=text("times.table") data=table file_name="time-to-convert" stale />
            <p class="rule">{text("times.rule")}</p>
        </AnswerFrame>
    }
}

fn pair(query: &TimeToConvertQuery) -> Pair {
    (query.from_step, query.to_step)
}

/// A pair of steps; the whole funnel where it no longer has them.
fn known(funnel: &FunnelQuery, pair: Pair) -> Pair {
    let (from, to) = pair;
    let is_known = to.is_some_and(|to| from < to && (to as usize) < funnel.steps.len());
    if is_known { pair } else { (0, None) }
}

/// The steps that a time may lie between: the whole funnel, then each step and the next.
fn pairs(query: &FunnelQuery) -> Vec<Choice<Pair>> {
    let name = |index: usize| query.steps.get(index).map(|step| step_name(index, step));
    let choice = |pair, from, to| {
        let values = [("from", name(from)?), ("to", name(to)?)];
        Some(Choice::new(pair, text_with("times.from_to", &values)))
    };
    let n_steps = query.steps.len();
    let last = query.steps.iter().rposition(|step| !step.optional).unwrap_or_default();
    let whole = choice((0, None), 0, last);
    let each = (1..n_steps).filter(|_| n_steps > 2);
    let each = each.filter_map(|to| choice((to as u32 - 1, Some(to as u32)), to - 1, to));
    whole.into_iter().chain(each).collect()
}

fn said(answer: &TimeToConvertAnswer) -> String {
    let Some(times) = &answer.times else { return text("times.nobody") };
    let millis = |of: u32| {
        let found = times.percentiles.iter().find(|percentile| percentile.percent == of);
        strong(duration(found.map_or(times.mean_millis, |percentile| percentile.millis)))
    };
    let values = [("n", strong(count(answer.n_users))), ("median", millis(50)), ("most", millis(90))];
    plural_with("times.said", answer.n_users, &values)
}

fn chart(answer: &TimeToConvertAnswer) -> ChartSpec {
    let bins = answer.bins.iter().map(|bin| {
        let (from, to) = (bin.from_millis as f64, bin.to_millis as f64);
        let values = [("from", duration(from)), ("to", duration(to)), ("n", count(bin.n_users))];
        Bin { from, to, count: bin.n_users as f64, label: plain(&text_with("times.mark", &values)) }
    });
    let tick = |(index, millis): (usize, u64)| Tick {
        at: millis as f64,
        text: duration(millis as f64),
        rank: u8::from(!index.is_multiple_of(5)),
    };
    let ends = answer.bins.iter().map(|bin| bin.from_millis).enumerate();
    let median = answer.times.iter().flat_map(|times| &times.percentiles).find(|found| found.percent == 50);
    let line = |at: f64| HistogramLine { at, text: text_with("times.median", &[("time", duration(at))]) };
    let histogram = Histogram {
        bins: bins.collect(),
        ticks: ends.map(tick).collect(),
        counts: TickFormat { decimal_mark: decimal_mark(), ..TickFormat::counts() },
        lines: median.map(|median| line(median.millis)).into_iter().collect(),
    };
    ChartSpec { picture: Picture::Histogram(histogram), empty: text("times.nobody") }
}

/// A row for each number that tells of the times.
fn table(answer: &TimeToConvertAnswer) -> TableData {
    let columns = vec![Column::text(text("times.column_what")), Column::number(text("times.column_time"))];
    let Some(times) = &answer.times else { return TableData { columns, rows: Vec::new() } };
    let row = |name: String, millis: f64| vec![Cell::text(name), Cell::duration(Some(millis))];
    let mut rows = vec![row(text("times.shortest"), times.min_millis as f64)];
    rows.extend(times.percentiles.iter().map(|percentile| {
        let share = percent(f64::from(percentile.percent) / 100.0, 0);
        row(text_with("times.within", &[("share", share)]), percentile.millis)
    }));
    rows.push(row(text("times.longest"), times.max_millis as f64));
    rows.push(row(text("times.mean"), times.mean_millis));
    TableData { columns, rows }
}
