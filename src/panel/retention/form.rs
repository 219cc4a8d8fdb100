//! The question as a sentence: who starts, who returns, and how time is cut.

use cairn_engine::Query;
use cairn_engine::analysis::retention::{Average, Bins, Criterion, Entry, RetentionQuery};
use cairn_engine::time::Period;
use leptos::prelude::*;

use crate::panel::Panel;
use crate::panel::breakdown::breakdown_choices;
use crate::panel::shared::{event_choices, field_error};
use crate::session::{Asked, Facts, Session};
use crate::text::text;
use crate::view::{Choice, Combobox, Label, NumberField, Select, Sentence};

/// The most columns that the form asks for.
const MOST_COLUMNS: f64 = 400.0;

/// The question before the person has changed it: all events, by week, a quarter of a year long.
pub fn first() -> RetentionQuery {
    RetentionQuery { columns: Some(13), ..RetentionQuery::default() }
}

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn RetentionForm(draft: Memo<RetentionQuery>, asked: RwSignal<Asked>) -> impl IntoView {
    let fields = Fields { session: expect_context(), draft, asked };
    view! {
        <form class="question" aria-label=text("funnels.question") on:submit=|event| event.prevent_default()>
            <Sentence key="retention.sentence" slots=who_and_when(fields) />
            <Sentence key="retention.more" slots=how(fields) />
        </form>
    }
}

/// What the fields read and change.
#[derive(Clone, Copy)]
struct Fields {
    session: Session,
    draft: Memo<RetentionQuery>,
    asked: RwSignal<Asked>,
}

impl Fields {
    fn change(self, with: &dyn Fn(&mut RetentionQuery)) {
        let mut query = self.draft.get_untracked();
        with(&mut query);
        self.session.set_draft(Panel::Retention, Query::Retention(query));
    }

    fn label(self, key: &str, field: &'static str) -> Label {
        let error = Signal::derive(move || field_error(&self.asked.read(), field));
        Label::unseen(text(key)).with_error(error)
    }
}

fn who_and_when(fields: Fields) -> Vec<(&'static str, AnyView)> {
    let (facts, draft) = (expect_context::<Facts>(), fields.draft);
    let events = Signal::derive(move || event_choices(facts));
    let start = view! {
        <Combobox label=fields.label("retention.start", "start") choices=events
            value=Signal::derive(move || draft.read().start.event.clone())
            on_change=move |event| fields.change(&|query| query.start.event.clone_from(&event)) />
    };
    let returns = view! {
        <Combobox label=fields.label("retention.return", "return") choices=events
            value=Signal::derive(move || draft.read().returns.event.clone())
            on_change=move |event| fields.change(&|query| query.returns.event.clone_from(&event)) />
    };
    let criterion = view! {
        <Select label=fields.label("retention.criterion", "criterion") choices=Signal::stored(criteria())
            value=Signal::derive(move || draft.read().criterion)
            on_change=move |criterion| fields.change(&|query| query.criterion = criterion) />
    };
    let period = view! {
        <Select label=fields.label("retention.period", "period") choices=Signal::stored(periods())
            value=Signal::derive(move || draft.read().period)
            on_change=move |period| fields.change(&|query| query.period = period) />
    };
    let columns = view! {
        <NumberField label=fields.label("retention.columns", "columns") range=1.0..=MOST_COLUMNS
            value=Signal::derive(move || f64::from(draft.read().columns.unwrap_or(13)))
            on_change=move |n| fields.change(&|query| query.columns = Some(n as u32)) />
    };
    vec![
        ("start", start.into_any()),
        ("return", returns.into_any()),
        ("criterion", criterion.into_any()),
        ("period", period.into_any()),
        ("columns", columns.into_any()),
    ]
}

fn how(fields: Fields) -> Vec<(&'static str, AnyView)> {
    let draft = fields.draft;
    let entry = view! {
        <Select label=fields.label("retention.entry", "entry") choices=Signal::stored(entries())
            value=Signal::derive(move || draft.read().entry)
            on_change=move |entry| fields.change(&|query| query.entry = entry) />
    };
    let bins = view! {
        <Select label=fields.label("retention.bins", "bins") choices=Signal::stored(bins())
            value=Signal::derive(move || draft.read().bins)
            on_change=move |bins| fields.change(&|query| query.bins = bins) />
    };
    let average = view! {
        <Select label=fields.label("retention.average", "average") choices=Signal::stored(averages())
            value=Signal::derive(move || draft.read().average)
            on_change=move |average| fields.change(&|query| query.average = average) />
    };
    let breakdown = view! {
        <Select label=fields.label("funnels.breakdown", "breakdown")
            choices=breakdown_choices(Signal::derive(move || draft.read().breakdown.clone()))
            value=Signal::derive(move || draft.read().breakdown.clone())
            on_change=move |breakdown| fields.change(&|query| query.breakdown.clone_from(&breakdown)) />
    };
    vec![
        ("entry", entry.into_any()),
        ("bins", bins.into_any()),
        ("average", average.into_any()),
        ("breakdown", breakdown.into_any()),
    ]
}

/// Units of time to choose from.
pub fn periods() -> Vec<Choice<Period>> {
    vec![
        Choice::new(Period::Hour, text("period.hour")),
        Choice::new(Period::Day, text("period.day")),
        Choice::new(Period::Week, text("period.week")),
        Choice::new(Period::Month, text("period.month")),
        Choice::new(Period::Quarter, text("period.quarter")),
        Choice::new(Period::Year, text("period.year")),
    ]
}

fn entries() -> Vec<Choice<Entry>> {
    vec![
        Choice::new(Entry::FirstInRange, text("retention.first_in_range")),
        Choice::new(Entry::FirstEver, text("retention.first_ever")),
        Choice::new(Entry::FirstMatching, text("retention.first_matching")),
        Choice::new(Entry::Recurring, text("retention.recurring")),
    ]
}

fn criteria() -> Vec<Choice<Criterion>> {
    vec![
        Choice::new(Criterion::On, text("retention.on")),
        Choice::new(Criterion::OnOrAfter, text("retention.on_or_after")),
        Choice::new(Criterion::OnOrBefore, text("retention.on_or_before")),
    ]
}

fn bins() -> Vec<Choice<Bins>> {
    vec![
        Choice::new(Bins::Calendar, text("retention.calendar")),
        Choice::new(Bins::Elapsed, text("retention.elapsed")),
        Choice::new(Bins::ElapsedHourFloored, text("retention.elapsed_hour_floored")),
    ]
}

fn averages() -> Vec<Choice<Average>> {
    vec![
        Choice::new(Average::Pooled, text("retention.pooled")),
        Choice::new(Average::Simple, text("retention.simple")),
        Choice::new(Average::MatureOnly, text("retention.mature_only")),
    ]
}
