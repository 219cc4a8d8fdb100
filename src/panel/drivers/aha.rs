//! The search for the early behavior that tells a later one best.

use cairn_charts::{Bar, Bars, ChartSpec, Picture};
use cairn_engine::analysis::aha::{AhaMoment, AhaMomentAnswer, AhaMomentQuery};
use cairn_engine::rule::{Did, EventRule, NamedSegment, Segment, Times, Within};
use cairn_engine::stats::interval::Rate;
use leptos::prelude::*;

use crate::panel::Panel;
use crate::panel::frame::{AnswerFrame, QuestionForm, Section, TakeAway};
use crate::panel::question::{Part, Picked, Picks, Question};
use crate::panel::shared::{CHANCE, listed_numbers, numbers_text, p_value, strong_rate};
use crate::text::{count, name, number, percent, plain, plural, plural_with, strong, text, text_with};
use crate::view::{Cell, Chart, Column, DataTable, Sentence, TableData, Value};

/// Events beyond this number are in the table only.
const CHART_BARS: usize = 10;

/// The section: who does an event later, told by what they did in the first days.
#[component]
pub fn Aha() -> impl IntoView {
    let question = Question::beside(Panel::Drivers, AhaMomentQuery::default, Some);
    let sentence = question.shown(said);
    let spec = question.shown(|_, found| Some(chart(found)));
    let table = question.shown(|_, found| table(found));
    let stale = question.stale();
    let picks = Picks::new(question, |_, found, place| segment(found, place));
    let actions = view! { <TakeAway question spec name="aha-moment" /> }.into_any();
    view! {
        <Section title=text("aha.title") actions>
            <AhaForm question />
            <AnswerFrame question sentence>
                <figure class="figure"><Chart spec label=sentence stale on_select=picks.on_select() /></figure>
                <Picked picks />
                <DataTable caption=text("aha.table") data=table file_name="aha-moment" stale />
                <p class="rule">{question.value(rule)}</p>
            </AnswerFrame>
        </Section>
    }
}

#[component]
fn AhaForm(question: Question<AhaMomentQuery>) -> impl IntoView {
    let event =
        Part { get: target_event, set: |query: &mut AhaMomentQuery, event| query.target = doing(event) };
    let target_days = Part {
        get: |query: &AhaMomentQuery| f64::from(query.target_days.unwrap_or(28)),
        set: |query, n| query.target_days = Some(n as u32),
    };
    let days = Part {
        get: |query: &AhaMomentQuery| numbers_text(&query.days),
        set: |query, typed| query.days = listed_numbers(&typed),
    };
    let slots = vec![
        ("event", question.event("aha.event", "target", event)),
        ("target_days", question.number("aha.target_days", "target_days", (1.0..=3_650.0, 1.0), target_days)),
        ("days", question.text("aha.days", "days", days)),
    ];
    view! { <QuestionForm label=text("aha.title")><Sentence key="aha.sentence" slots /></QuestionForm> }
}

/// The event that is looked for later.
fn target_event(query: &AhaMomentQuery) -> Option<String> {
    match &query.target {
        Segment::Did(did) => did.rule.event.clone(),
        _ => None,
    }
}

/// Doing an event, or any, once.
fn doing(event: Option<String>) -> Segment {
    let rule = EventRule { event, ..EventRule::default() };
    Segment::Did(Did { rule, times: Times::AtLeast, n: 1, within: Within::Ever })
}

/// `invite, 3 times or more in the first 7 days`.
fn behavior(moment: &AhaMoment) -> String {
    let times = plural("aha.times", u64::from(moment.times));
    let values = [("event", moment.event.clone()), ("times", times), ("days", count(u64::from(moment.days)))];
    plural_with("aha.behavior", u64::from(moment.days), &values)
}

fn said(query: &AhaMomentQuery, answer: &AhaMomentAnswer) -> String {
    let target = target_event(query).map_or_else(|| text("event.any"), name);
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
        Column::number(text("column.users")),
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

/// What was counted and how, in one line.
fn rule(query: &AhaMomentQuery) -> String {
    let rule = text_with("aha.rule", &[("times", numbers_text(&query.times))]);
    [rule, text("drivers.not_cause")].join(" ")
}

/// The users who show the behavior of a bar, as a rule.
fn segment(answer: &AhaMomentAnswer, place: &[usize]) -> Option<NamedSegment> {
    let moment = answer.moments.get(*place.first()?)?;
    let within = Within::FirstDays { days: moment.days };
    let rule = EventRule::event(&moment.event);
    let did = Did { rule, times: Times::AtLeast, n: u64::from(moment.times), within };
    Some(NamedSegment { name: behavior(moment), segment: Segment::Did(did) })
}
