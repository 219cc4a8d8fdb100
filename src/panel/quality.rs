//! Data quality: what is wrong with the data, and what that could spoil.

mod answer;
mod form;

use cairn_engine::analysis::quality::{Finding, QualityAnswer, QualityQuery};
use cairn_engine::{Answer, Query};
use leptos::prelude::*;

use super::Panel;
use super::shared::{AnswerFrame, TakeAway, found};
use crate::session::Session;
use crate::text::{plural, text};
use crate::view::{Badge, Chart, DataTable, Disclosure, Later, Spoken, TableData};

/// The panel.
#[component]
pub fn Quality() -> impl IntoView {
    let session = expect_context::<Session>();
    let draft = Memo::new(move |_| match session.drafts.read().get(&Panel::Quality) {
        Some(Query::Quality(query)) => query.clone(),
        _ => QualityQuery::default(),
    });
    let query =
        Memo::new(move |_| Some(Query::Quality(QualityQuery { scope: session.scope(), ..draft.get() })));
    let asked = session.ask(query);
    let stale = Signal::derive(move || asked.read().running.is_some());
    let found = found(asked, |answer| match answer {
        Answer::Quality(answer) => Some(answer),
        _ => None,
    });
    let sentence = Signal::derive(move || {
        found.with(|found| found.as_deref().map(answer::sentence).unwrap_or_default())
    });
    let spec = Signal::derive(move || found.with(|found| found.as_deref().map(answer::chart)));
    let table = move |make: fn(&QualityAnswer, &str) -> TableData| {
        Signal::derive(move || {
            found.with(|found| {
                found.as_deref().map(|answer| make(answer, &session.zone())).unwrap_or_default()
            })
        })
    };
    let n_busy = move || found.with(|found| found.as_ref().map_or(0, |answer| answer.busy.n_users));
    let n_masses =
        move || found.with(|found| found.as_ref().map_or(0, |answer| answer.clock.masses.len() as u64));
    let (busy, masses) = (table(answer::busy_table), table(answer::masses_table));
    view! {
        <section class="panel" aria-labelledby="panel-title">
            <header class="panel-head">
                <h1 id="panel-title" class="panel-title">{text("quality.title")}</h1>
                <div class="panel-actions"><TakeAway asked spec name="quality" /></div>
            </header>
            <Later><form::QualityForm draft asked /></Later>
            <AnswerFrame asked sentence>
                {move || found.with(|found| found.as_deref().map(findings))}
                <figure class="figure">
                    <figcaption class="figure-head"><span class="figure-title">{text("quality.days")}</span></figcaption>
                    <Chart spec label=text("quality.days_label") height=260 stale />
                </figure>
                <DataTable caption=text("quality.columns") data=table(answer::columns_table) file_name="columns" stale />
                <Show when=move || n_busy() != 0>
                    <DataTable caption=text("quality.busy") data=busy file_name="busy-users" stale />
                </Show>
                <Show when=move || n_masses() != 0>
                    <DataTable caption=text("quality.masses") data=masses file_name="instants" stale />
                </Show>
                <Disclosure summary=text("quality.days_table")>
                    <DataTable caption=text("quality.days_table") data=table(answer::days_table) file_name="days" stale />
                </Disclosure>
                <p class="rule">{text("quality.rule")}</p>
            </AnswerFrame>
        </section>
    }
}

/// Each finding with what it could spoil.
fn findings(answer: &QualityAnswer) -> impl IntoView + use<> {
    let item = |finding: &Finding| {
        let said = answer::finding_text(answer, finding);
        let affects = finding.affects.iter().map(|affected| {
            let key = answer::affected_key(*affected);
            view! { <li><Badge>{text(key)}</Badge></li> }
        });
        view! {
            <li class="finding">
                <p><Spoken text=said /></p>
                <div class="finding-affects">
                    <span class="faint small">{text("quality.affects")}</span>
                    <ul class="row">{affects.collect_view()}</ul>
                </div>
            </li>
        }
    };
    let items: Vec<_> = answer.findings.iter().map(item).collect();
    (!items.is_empty()).then(|| {
        let label = plural("quality.findings", items.len() as u64);
        view! { <ul class="findings" aria-label=label>{items}</ul> }
    })
}
