//! The search for the early behavior that tells a later one best.

use std::sync::Arc;

use cairn_charts::{Bar, Bars, ChartSpec, Picture};
use cairn_engine::analysis::aha::{AhaMoment, AhaMomentAnswer, AhaMomentQuery};
use cairn_engine::rule::{Did, EventRule, NamedSegment, Segment, Times, Within};
use cairn_engine::stats::interval::Rate;
use cairn_engine::{Answer, Query};
use leptos::prelude::*;

use crate::panel::shared::{
    AnswerFrame, CHANCE, Picked, TakeAway, event_choices, field_error, found, p_value, strong_rate,
};
use crate::session::{Asked, Facts, Session};
use crate::text::{count, name, number, percent, plain, plural, plural_with, strong, text, text_with};
use crate::view::{
    Cell, Chart, Choice, Column, Combobox, DataTable, Label, NumberField, Select, Sentence, TableData, Value,
};

/// Events beyond this number are in the table only.
const CHART_BARS: usize = 10;

/// The section: who does an event later, told by what they did in the first days.
#[component]
pub fn Aha() -> impl IntoView {
    let session = expect_context::<Session>();
    let (event, days) = (RwSignal::new(None::<String>), RwSignal::new(AhaMomentQuery::default().days));
    let target_days = RwSignal::new(AhaMomentQuery::default().target_days);
    let query = Memo::new(move |_| {
        let rule = EventRule { event: event.get(), ..EventRule::default() };
        Some(Query::AhaMoment(AhaMomentQuery {
            scope: session.scope(),
            target: Segment::Did(Did { rule, times: Times::AtLeast, n: 1, within: Within::Ever }),
            target_days: target_days.get(),
            days: days.get(),
            ..AhaMomentQuery::default()
        }))
    });
    let asked = session.ask(query);
    let stale = Signal::derive(move || asked.read().running.is_some());
    let found: Memo<Option<Arc<AhaMomentAnswer>>> = found(asked, |answer| match answer {
        Answer::AhaMoment(answer) => Some(answer),
        _ => None,
    });
    let sentence = Signal::derive(move || {
        let target = event.get().map_or_else(|| text("funnels.any_event"), name);
        found.read().as_deref().map(|found| said(found, target)).unwrap_or_default()
    });
    let spec = Signal::derive(move || found.read().as_deref().map(chart));
    let table = Signal::derive(move || found.read().as_deref().map(table).unwrap_or_default());
    let picked = RwSignal::new(Vec::new());
    Effect::new(move || {
        found.track();
        picked.set(Vec::new());
    });
    let pick = move |datum: Vec<usize>| {
        let found = found.get_untracked();
        let moment = found.as_ref().zip(datum.first()).and_then(|(found, index)| found.moments.get(*index));
        picked.set(moment.map(segment).into_iter().collect());
    };
    view! {
        <section class="stack" aria-labelledby="aha-title">
            <header class="panel-head">
                <h2 class="card-title" id="aha-title">{text("aha.title")}</h2>
                <div class="panel-actions"><TakeAway asked spec name="aha-moment" /></div>
            </header>
            <AhaForm event days target_days asked />
            <AnswerFrame asked sentence>
                <figure class="figure"><Chart spec label=sentence stale on_select=pick /></figure>
                <Picked picked />
                <DataTable caption=text("aha.table") data=table file_name="aha-moment" stale />
                <p class="rule">{["aha.rule", "drivers.not_cause"].map(text).join(" ")}</p>
            </AnswerFrame>
        </section>
    }
}

#[component]
fn AhaForm(
    event: RwSignal<Option<String>>,
    days: RwSignal<Vec<u32>>,
    target_days: RwSignal<Option<u32>>,
    asked: RwSignal<Asked>,
) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let label = move |key: &str, field: &'static str| {
        Label::unseen(text(key)).with_error(Signal::derive(move || field_error(&asked.read(), field)))
    };
    let event_field = view! {
        <Combobox label=label("aha.event", "target") choices=Signal::derive(move || event_choices(facts))
            value=event on_change=move |chosen| event.set(chosen) />
    };
    let target_field = view! {
        <NumberField label=label("aha.target_days", "target_days") range=1.0..=3_650.0
            value=Signal::derive(move || f64::from(target_days.get().unwrap_or(28)))
            on_change=move |n: f64| target_days.set(Some(n as u32)) />
    };
    let days_field = view! {
        <Select label=label("aha.days", "days") choices=Signal::stored(day_choices()) value=days
            on_change=move |chosen| days.set(chosen) />
    };
    view! {
        <form class="question" aria-label=text("aha.title") on:submit=|event| event.prevent_default()>
            <Sentence
                key="aha.sentence"
                slots=vec![
                    ("event", event_field.into_any()),
                    ("target_days", target_field.into_any()),
                    ("days", days_field.into_any()),
                ]
            />
        </form>
    }
}

fn day_choices() -> Vec<Choice<Vec<u32>>> {
    let choice = |days: &[u32]| {
        let label = days.iter().map(|&days| count(u64::from(days))).collect::<Vec<_>>().join(", ");
        Choice::new(days.to_vec(), label)
    };
    [&[1][..], &[1, 3], &[1, 3, 7], &[1, 3, 7, 14], &[7, 14, 28]].map(choice).to_vec()
}

/// `invite, 3 times or more in the first 7 days`.
fn behavior(moment: &AhaMoment) -> String {
    let times = plural("aha.times", u64::from(moment.times));
    let values = [("event", moment.event.clone()), ("times", times), ("days", count(u64::from(moment.days)))];
    plural_with("aha.behavior", u64::from(moment.days), &values)
}

fn said(answer: &AhaMomentAnswer, target: String) -> String {
    let Some(rate) = answer.rate else { return text("aha.nobody") };
    let values = [("n", strong(count(answer.n_users))), ("target", target), ("rate", strong_rate(rate))];
    let mut said = vec![plural_with("aha.said", answer.n_users, &values)];
    let best = answer.moments.first().filter(|best| best.learned.phi > Some(0.0) && best.q_value < CHANCE);
    match best {
        None => said.push(text("aha.said_none")),
        Some(best) => {
            let checked = best.checked;
            let without = checked.rate_without.map(|rate| percent(rate.rate, 0)).unwrap_or_default();
            let values = [
                ("behavior", name(behavior(best))),
                ("with", checked.rate_with.map(strong_rate).unwrap_or_default()),
                ("without", without),
                ("p", p_value(checked.p_value)),
            ];
            said.push(text_with("aha.said_best", &values));
            let holds = checked.p_value < CHANCE && checked.phi > Some(0.0);
            said.push(text(if holds { "aha.said_holds" } else { "aha.said_lost" }));
        }
    }
    if answer.n_not_over > 0 {
        said.push(plural("aha.said_not_over", answer.n_not_over));
    }
    said.join(" ")
}

/// For each event the share of those who show its best behavior, on the half that it was not chosen on.
fn chart(answer: &AhaMomentAnswer) -> ChartSpec {
    let share = |rate: Option<Rate>| rate.map(|rate| percent(rate.rate, 0)).unwrap_or_default();
    let bar = |moment: &AhaMoment| {
        let told = moment.checked;
        let values = [
            ("behavior", behavior(moment)),
            ("n", count(moment.n_users)),
            ("with", share(told.rate_with)),
            ("without", share(told.rate_without)),
            ("phi", told.phi.map(|phi| number(phi, 2)).unwrap_or_default()),
        ];
        Bar {
            name: behavior(moment),
            value: told.rate_with.map_or(f64::NAN, |rate| rate.rate),
            text: share(told.rate_with),
            note: text_with("aha.others", &[("without", share(told.rate_without))]),
            interval: told.rate_with.map(|rate| (rate.low, rate.high)),
            tone: None,
            label: plain(&text_with("aha.mark", &values)),
        }
    };
    let bars = answer.moments.iter().take(CHART_BARS).map(bar).collect();
    ChartSpec { picture: Picture::Bars(Bars { bars }), empty: text("aha.empty") }
}

fn table(answer: &AhaMomentAnswer) -> TableData {
    let columns = vec![
        Column::text(text("aha.column_event")),
        Column::number(text("aha.column_times")),
        Column::number(text("aha.column_days")),
        Column::number(text("overview.n_users")),
        Column::number(text("aha.column_phi")).with_hint(text("aha.hint_phi")),
        Column::number(text("drivers.column_q")).with_hint(text("drivers.hint_q")),
        Column::number(text("aha.column_checked")).with_hint(text("aha.hint_checked")),
        Column::number(text("drivers.column_with")).with_hint(text("aha.hint_with")),
        Column::number(text("drivers.column_without")).with_hint(text("aha.hint_with")),
        Column::number(text("aha.column_share")).with_hint(text("aha.hint_share")),
        Column::number(text("aha.column_p")).with_hint(text("aha.hint_checked")),
    ];
    let row = |moment: &AhaMoment| {
        let rate = |rate: Option<Rate>| Cell::percent(rate.map(|rate| rate.rate), 1);
        let checked = moment.checked;
        vec![
            Cell::text(moment.event.clone()),
            Cell::count(u64::from(moment.times)),
            Cell::count(u64::from(moment.days)),
            Cell::count(moment.n_users),
            Cell::number(moment.learned.phi, 2),
            Cell::new(p_value(moment.q_value), Value::Number(moment.q_value)),
            Cell::number(checked.phi, 2),
            rate(checked.rate_with),
            rate(checked.rate_without),
            rate(checked.share_of_reached),
            Cell::new(p_value(checked.p_value), Value::Number(checked.p_value)),
        ]
    };
    TableData { columns, rows: answer.moments.iter().map(row).collect() }
}

/// The users who show a behavior, as a rule.
fn segment(moment: &AhaMoment) -> (NamedSegment, u64) {
    let within = Within::FirstDays { days: moment.days };
    let rule = EventRule::event(&moment.event);
    let did = Did { rule, times: Times::AtLeast, n: u64::from(moment.times), within };
    (NamedSegment { name: behavior(moment), segment: Segment::Did(did) }, moment.n_users)
}
