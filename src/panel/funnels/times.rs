//! How long users take from one step to another: a histogram and percentiles.

use std::sync::Arc;

use cairn_charts::{Bin, ChartSpec, Histogram, HistogramLine, Picture, Tick, TickFormat};
use cairn_engine::analysis::funnel::FunnelQuery;
use cairn_engine::analysis::time_to_convert::{TimeToConvertAnswer, TimeToConvertQuery};
use cairn_engine::{Answer, Query};
use leptos::prelude::*;

use crate::panel::shared::{AnswerFrame, found};
use crate::session::Session;
use crate::text::{count, decimal_mark, duration, plain, plural_with, strong, text, text_with};
use crate::view::{Cell, Chart, Choice, Column, DataTable, Label, Select, Sentence, TableData};

/// The section. It asks once it is there.
#[component]
pub fn Times(
    /// The funnel, as it is asked.
    funnel: Memo<Option<Query>>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let chosen = RwSignal::new(None::<(u32, u32)>);
    let funnel = Memo::new(move |_| match funnel.get() {
        Some(Query::Funnel(query)) => Some(query),
        _ => None,
    });
    let pairs = Signal::derive(move || funnel.with(|query| query.as_ref().map(pairs).unwrap_or_default()));
    // A pair of steps that the funnel has no more is the whole funnel again.
    let pair = Memo::new(move |_| {
        let all = pairs.read();
        let known = chosen.get().filter(|pair| all.iter().any(|choice| choice.value == *pair));
        known.or_else(|| all.first().map(|choice| choice.value)).unwrap_or_default()
    });
    let query = Memo::new(move |_| {
        let (from_step, to_step) = pair.get();
        let funnel = funnel.get().filter(|query| query.steps.len() > 1)?;
        let to_step = Some(to_step);
        Some(Query::TimeToConvert(TimeToConvertQuery { funnel, from_step, to_step, bins: None }))
    });
    let asked = session.ask(query);
    let stale = Signal::derive(move || asked.read().running.is_some());
    let found: Memo<Option<Arc<TimeToConvertAnswer>>> = found(asked, |answer| match answer {
        Answer::TimeToConvert(answer) => Some(answer),
        _ => None,
    });
    let sentence = Signal::derive(move || found.read().as_deref().map(sentence).unwrap_or_default());
    let spec = Signal::derive(move || found.read().as_deref().map(chart));
    let table = Signal::derive(move || found.read().as_deref().map(table).unwrap_or_default());
    let field = view! {
        <Select label=Label::unseen(text("times.steps")) choices=pairs value=pair
            on_change=move |pair| chosen.set(Some(pair)) />
    };
    view! {
        <form class="question" aria-label=text("times.title") on:submit=|event| event.prevent_default()>
            <Sentence key="times.sentence" slots=vec![("steps", field.into_any())] />
        </form>
        <AnswerFrame asked sentence>
            <figure class="figure"><Chart spec label=sentence height=260 stale /></figure>
            <DataTable caption=text("times.table") data=table file_name="time-to-convert" stale />
            <p class="rule">{text("times.rule")}</p>
        </AnswerFrame>
    }
}

/// The steps that a time may lie between: the whole funnel, then each step and the next.
fn pairs(query: &FunnelQuery) -> Vec<Choice<(u32, u32)>> {
    let n_steps = query.steps.len() as u32;
    let name = |index: u32| {
        let step = &query.steps[index as usize];
        let number = || text_with("funnels.step", &[("n", (index + 1).to_string())]);
        step.name.clone().or_else(|| step.rule.event.clone()).unwrap_or_else(number)
    };
    let choice = |(from, to)| {
        let label = text_with("times.from_to", &[("from", name(from)), ("to", name(to))]);
        Choice::new((from, to), label)
    };
    let whole = (n_steps > 1).then(|| (0, n_steps - 1));
    let each = (1..n_steps).map(|to| (to - 1, to)).filter(|_| n_steps > 2);
    whole.into_iter().chain(each).map(choice).collect()
}

fn sentence(answer: &TimeToConvertAnswer) -> String {
    let Some(times) = &answer.times else { return text("times.nobody") };
    let millis = |percent: u32| {
        let found = times.percentiles.iter().find(|percentile| percentile.percent == percent);
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
        let share = crate::text::percent(f64::from(percentile.percent) / 100.0, 0);
        row(text_with("times.within", &[("share", share)]), percentile.millis)
    }));
    rows.push(row(text("times.longest"), times.max_millis as f64));
    rows.push(row(text("times.mean"), times.mean_millis));
    TableData { columns, rows }
}
