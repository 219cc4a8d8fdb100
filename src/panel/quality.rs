//! Data quality: what is wrong with the data, and what that could spoil.

mod answer;
mod form;

use cairn_engine::analysis::quality::{Finding, QualityAnswer, QualityQuery};
use cairn_engine::rule::{NamedSegment, Segment};
use leptos::prelude::*;

use super::Panel;
use super::frame::{AnswerFrame, PanelFrame};
use super::question::Question;
use crate::session::Session;
use crate::text::{plural, text};
use crate::view::{Badge, Chart, DataTable, Disclosure, Later, Spoken, TableData};

/// The panel.
#[component]
pub fn Quality() -> impl IntoView {
    let session = expect_context::<Session>();
    let question = Question::of(Panel::Quality, QualityQuery::default);
    let sentence = question.shown(|_, found| answer::sentence(found));
    let spec = question.shown(|_, found| Some(answer::chart(found)));
    let table = move |make: fn(&QualityAnswer, &str) -> TableData| {
        question.shown(move |_, found| make(found, &session.zone()))
    };
    let has_busy = question.shown(|_, found| found.busy.n_users > 0);
    let has_masses = question.shown(|_, found| !found.clock.masses.is_empty());
    let (busy, masses) = (table(answer::busy_table), table(answer::masses_table));
    let busy_ids =
        question.shown(|_, found| found.busy.users.iter().map(|user| user.user.clone()).collect::<Vec<_>>());
    let save_busy = move |_| {
        let segment = Segment::List { users: busy_ids.get_untracked() };
        session.save_segment(NamedSegment { name: text("quality.busy"), segment });
    };
    let stale = question.stale();
    view! {
        <PanelFrame panel=Panel::Quality question spec name="quality">
            <Later><form::QualityForm question /></Later>
            <AnswerFrame question sentence>
                {move || question.found().with(|found| found.as_ref()?.with(|_, answer| findings(answer)))}
                <figure class="figure">
                    <figcaption class="figure-head"><span class="figure-title">{text("quality.days")}</span></figcaption>
                    <Chart spec label=text("quality.days_label") height=260 stale />
                </figure>
                <DataTable caption=text("quality.columns") data=table(answer::columns_table) file_name="columns" stale />
                <Show when=move || has_busy.get()>
                    <DataTable caption=text("quality.busy") data=busy file_name="busy-users" stale />
                    <p><button class="button" type="button" on:click=save_busy>{text("quality.save_busy")}</button></p>
                </Show>
                <Show when=move || has_masses.get()>
                    <DataTable caption=text("quality.masses") data=masses file_name="instants" stale />
                </Show>
                <Disclosure summary=text("quality.days_table")>
                    <DataTable caption=text("quality.days_table") data=table(answer::days_table) file_name="days" stale />
                </Disclosure>
                <p class="rule">{text("quality.rule")}</p>
            </AnswerFrame>
        </PanelFrame>
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
