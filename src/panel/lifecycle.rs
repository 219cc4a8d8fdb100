//! Lifecycle: who is new, stays, comes back and goes; and on how many days users are active.

mod answer;
mod stickiness;

use cairn_engine::analysis::lifecycle::{LifecycleAnswer, LifecycleQuery, LifecycleRule, NewBy, State};
use cairn_engine::rule::{NamedSegment, Segment};
use cairn_engine::table::Kind;
use cairn_engine::{Answer, Query};
use leptos::prelude::*;

use super::Panel;
use super::retention::form::periods;
use super::shared::{AnswerFrame, Picked, TakeAway, event_choices, field_error};
use crate::session::{Asked, Facts, Session};
use crate::text::text;
use crate::view::{Chart, Choice, Combobox, DataTable, Label, Select, Sentence};

/// The panel.
#[component]
pub fn Lifecycle() -> impl IntoView {
    let session = expect_context::<Session>();
    let draft = Memo::new(move |_| match session.drafts.read().get(&Panel::Lifecycle) {
        Some(Query::Lifecycle(query)) => query.clone(),
        _ => LifecycleQuery::default(),
    });
    let query =
        Memo::new(move |_| Some(Query::Lifecycle(LifecycleQuery { scope: session.scope(), ..draft.get() })));
    let asked = session.ask(query);
    let stale = Signal::derive(move || asked.read().running.is_some());
    let found = Memo::new(move |_| found(&asked.read()));
    let zone = Signal::derive(move || session.zone());
    let sentence = Signal::derive(move || {
        let said =
            |(query, found): &(LifecycleQuery, LifecycleAnswer)| answer::sentence(query, found, &zone.read());
        found.with(|found| found.as_ref().map(said).unwrap_or_default())
    });
    let spec = Signal::derive(move || {
        found.with(|found| found.as_ref().map(|(query, found)| answer::chart(query, found, &zone.read())))
    });
    let table = Signal::derive(move || {
        found.with(|found| {
            found.as_ref().map(|(query, found)| answer::table(query, found, &zone.read())).unwrap_or_default()
        })
    });
    let picked = RwSignal::new(Vec::new());
    // A bar of an older answer is no bar of this one.
    Effect::new(move || {
        found.track();
        picked.set(Vec::new());
    });
    let pick = move |datum: Vec<usize>| {
        picked.set(found.with_untracked(|found| {
            let segment = found
                .as_ref()
                .and_then(|(query, found)| segment(query, found, &datum, &zone.get_untracked()));
            segment.into_iter().collect()
        }));
    };
    view! {
        <section class="panel" aria-labelledby="panel-title">
            <header class="panel-head">
                <h1 id="panel-title" class="panel-title">{text("lifecycle.title")}</h1>
                <div class="panel-actions"><TakeAway asked spec name="lifecycle" /></div>
            </header>
            <LifecycleForm draft asked />
            <AnswerFrame asked sentence>
                <figure class="figure">
                    <Chart spec label=sentence height=340 stale on_select=pick />
                </figure>
                <Picked picked />
                <DataTable caption=text("lifecycle.table") data=table file_name="lifecycle" stale />
                <p class="rule">{move || answer::rule(&draft.get())}</p>
            </AnswerFrame>
            <stickiness::Stickiness rule=Signal::derive(move || draft.read().rule.clone()) />
        </section>
    }
}

#[component]
fn LifecycleForm(draft: Memo<LifecycleQuery>, asked: RwSignal<Asked>) -> impl IntoView {
    let (session, facts) = (expect_context::<Session>(), expect_context::<Facts>());
    let change = move |with: &dyn Fn(&mut LifecycleQuery)| {
        let mut query = draft.get_untracked();
        with(&mut query);
        session.set_draft(Panel::Lifecycle, Query::Lifecycle(query));
    };
    let label = move |key: &str, field: &'static str| {
        Label::unseen(text(key)).with_error(Signal::derive(move || field_error(&asked.read(), field)))
    };
    let event = view! {
        <Combobox label=label("lifecycle.event", "rule") choices=Signal::derive(move || event_choices(facts))
            value=Signal::derive(move || draft.read().rule.event.clone())
            on_change=move |event| change(&|query| query.rule.event.clone_from(&event)) />
    };
    let period = view! {
        <Select label=label("retention.period", "period") choices=Signal::stored(periods())
            value=Signal::derive(move || draft.read().period)
            on_change=move |period| change(&|query| query.period = period) />
    };
    let births = Signal::derive(move || {
        let times = facts.properties().into_iter().filter(|(_, kind)| *kind == Kind::Time);
        let first = [
            Choice::new(NewBy::FirstActivity, text("lifecycle.first_activity")),
            Choice::new(NewBy::FirstEvent, text("lifecycle.first_event")),
        ];
        let by =
            times.map(|(property, _)| Choice::new(NewBy::Property { property: property.clone() }, property));
        first.into_iter().chain(by).collect::<Vec<_>>()
    });
    let new_by = view! {
        <Select label=label("lifecycle.new_by", "new_by") choices=births
            value=Signal::derive(move || draft.read().new_by.clone())
            on_change=move |new_by| change(&|query| query.new_by.clone_from(&new_by)) />
    };
    view! {
        <form class="question" aria-label=text("funnels.question") on:submit=|event| event.prevent_default()>
            <Sentence key="lifecycle.sentence" slots=vec![
                ("event", event.into_any()),
                ("period", period.into_any()),
                ("new_by", new_by.into_any()),
            ] />
        </form>
    }
}

/// The last good answer, with the query that it belongs to.
fn found(asked: &Asked) -> Option<(LifecycleQuery, LifecycleAnswer)> {
    let answered = asked.answer.as_ref()?;
    match (&answered.query, &answered.answer) {
        (Query::Lifecycle(query), Answer::Lifecycle(answer)) => Some((query.clone(), answer.clone())),
        _ => None,
    }
}

/// The segment that a part of a column offers.
fn segment(
    query: &LifecycleQuery,
    found: &LifecycleAnswer,
    datum: &[usize],
    zone: &str,
) -> Option<(NamedSegment, u64)> {
    let [column, part] = datum else { return None };
    let period = answer::shown(found).get(*column)?;
    let state = *[State::New, State::Returning, State::Resurrecting, State::Dormant].get(*part)?;
    let n_users = answer::counts(period)[*part];
    let rule = LifecycleRule { query: query.clone(), period: period.start_millis, state };
    let name = answer::segment_name(query, period, *part, zone);
    Some((NamedSegment { name, segment: Segment::Lifecycle(Box::new(rule)) }, n_users))
}
