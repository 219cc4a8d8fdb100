//! On how many days, weeks or months users are active.

use cairn_charts::{ChartSpec, Picture, StackColumn, StackPart, Stacks, Tick, TickFormat, Tone};
use cairn_engine::analysis::stickiness::{
    Count, StickinessAnswer, StickinessQuery, StickinessRule, StickyBar,
};
use cairn_engine::rule::{EventRule, NamedSegment, Segment};
use cairn_engine::time::Period;
use leptos::prelude::*;

use crate::panel::Panel;
use crate::panel::calendar::periods;
use crate::panel::frame::{AnswerFrame, QuestionForm, Section};
use crate::panel::question::{Picked, Picks, Question, part};
use crate::text::{count, number, percent, plural_with, strong, text, text_with};
use crate::view::{Cell, Chart, Choice, Column, DataTable, Sentence, TableData};

/// Bars beyond this number are in the table only.
const CHART_BARS: usize = 62;

/// The section: the same events as above, by how many periods each user has them in.
#[component]
pub fn Stickiness(
    /// Which events make a user active.
    rule: Signal<EventRule>,
) -> impl IntoView {
    let question = Question::beside(Panel::Lifecycle, first, move |query: StickinessQuery| {
        Some(StickinessQuery { series: vec![rule.get()], ..query })
    });
    let sentence = question.shown(|_, found| said(found));
    let spec = question.shown(|query, found| Some(chart(query, found)));
    let table = question.shown(table);
    let stale = question.stale();
    let picks = Picks::new(question, segment);
    let slots = vec![
        ("count", question.select("stickiness.count", "count", counts(), part!(count))),
        ("period", question.select("stickiness.period", "period", periods(), part!(period))),
    ];
    view! {
        <Section title=text("stickiness.title")>
            <QuestionForm label=text("stickiness.title")>
                <Sentence key="stickiness.sentence" slots />
            </QuestionForm>
            <AnswerFrame question sentence>
                <figure class="figure"><Chart spec label=sentence height=260 stale on_select=picks.on_select() /></figure>
                <Picked picks />
                <DataTable caption=text("stickiness.table") data=table file_name="stickiness" stale />
                <p class="rule">{text("stickiness.rule")}</p>
            </AnswerFrame>
        </Section>
    }
}

/// By day, before the person has changed it.
fn first() -> StickinessQuery {
    StickinessQuery { period: Period::Day, ..StickinessQuery::default() }
}

fn counts() -> Vec<Choice<Count>> {
    vec![
        Choice::new(Count::Exactly, text("stickiness.exactly")),
        Choice::new(Count::AtLeast, text("stickiness.at_least")),
    ]
}

fn said(answer: &StickinessAnswer) -> String {
    let Some(series) = answer.series.first() else { return String::new() };
    let Some(mean) = series.mean_periods else { return text("stickiness.nobody") };
    let values = [
        ("n", strong(count(series.n_users))),
        ("mean", strong(number(mean, 1))),
        ("of", count(u64::from(answer.n_periods))),
    ];
    let mut said = vec![plural_with("stickiness.said", series.n_users, &values)];
    if let (Some(weekly), Some(monthly)) = (series.active.daily_per_weekly, series.active.daily_per_monthly) {
        let values = [("weekly", percent(weekly, 0)), ("monthly", strong(percent(monthly, 0)))];
        said.push(text_with("stickiness.said_ratio", &values));
    }
    said.join(" ")
}

fn bars(answer: &StickinessAnswer) -> &[StickyBar] {
    answer.series.first().map_or(&[], |series| &series.bars)
}

fn bar_name(query: &StickinessQuery, bar: &StickyBar) -> String {
    let key = match query.count {
        Count::Exactly => "stickiness.n_exactly",
        Count::AtLeast => "stickiness.n_at_least",
    };
    text_with(key, &[("n", count(u64::from(bar.n_periods)))])
}

fn chart(query: &StickinessQuery, answer: &StickinessAnswer) -> ChartSpec {
    let shown = &bars(answer)[..bars(answer).len().min(CHART_BARS)];
    let column = |bar: &StickyBar| {
        let share = bar.rate.map(|rate| percent(rate.rate, 1)).unwrap_or_default();
        let values = [("bar", bar_name(query, bar)), ("n", count(bar.n_users)), ("share", share)];
        StackColumn {
            values: vec![bar.n_users as f64],
            labels: vec![text_with("stickiness.mark", &values)],
            is_open: false,
        }
    };
    let tick = |(index, bar): (usize, &StickyBar)| Tick {
        at: index as f64,
        text: count(u64::from(bar.n_periods)),
        rank: u8::from(!index.is_multiple_of(5)),
    };
    let is_empty = answer.series.first().is_none_or(|series| series.n_users == 0);
    let stacks = Stacks {
        parts: vec![StackPart { name: text("column.users"), tone: Tone::Series(0) }],
        columns: if is_empty { Vec::new() } else { shown.iter().map(column).collect() },
        ticks: shown.iter().enumerate().map(tick).collect(),
        values: TickFormat::counts(),
    };
    ChartSpec { picture: Picture::Stacks(stacks), empty: text("answer.nobody_active") }
}

fn table(query: &StickinessQuery, answer: &StickinessAnswer) -> TableData {
    let columns = vec![
        Column::text(text("stickiness.column_periods")),
        Column::number(text("column.users")),
        Column::number(text("column.user_share")),
        Column::number(text("column.interval")).with_hint(text("hint.interval")),
    ];
    let row = |bar: &StickyBar| {
        let rate = bar.rate;
        vec![
            Cell::text(bar_name(query, bar)),
            Cell::count(bar.n_users),
            Cell::percent(rate.map(|rate| rate.rate), 1).with_bar(rate.map_or(0.0, |rate| rate.rate)),
            Cell::percent_range(rate.map(|rate| (rate.low, rate.high)), 1),
        ]
    };
    TableData { columns, rows: bars(answer).iter().map(row).collect() }
}

fn segment(query: &StickinessQuery, answer: &StickinessAnswer, datum: &[usize]) -> Option<NamedSegment> {
    let bar = bars(answer).get(*datum.first()?)?;
    let rule = StickinessRule { query: query.clone(), series: 0, n_periods: bar.n_periods };
    let name = text_with("stickiness.segment", &[("bar", bar_name(query, bar))]);
    Some(NamedSegment { name, segment: Segment::Stickiness(Box::new(rule)) })
}
