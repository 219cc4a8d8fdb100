//! RFM: customers by how lately, how often and for how much they bought.

mod answer;
mod form;

use cairn_engine::analysis::rfm::{RfmAnswer, RfmQuery};
use cairn_engine::rule::NamedSegment;
use leptos::prelude::*;

use super::Panel;
use super::frame::{AnswerFrame, PanelFrame};
use super::question::{Picked, Picks, Question};
use crate::text::text;
use crate::view::{Chart, DataTable};

/// The panel.
#[component]
pub fn Rfm() -> impl IntoView {
    let question = Question::of(Panel::Rfm, RfmQuery::default);
    let sentence = question.shown(|_, found| answer::sentence(found));
    let spec = question.shown(|_, found| Some(answer::chart(found)));
    let table = question.shown(|_, found| answer::table(found));
    let moves = question.shown(|_, found| answer::moves(found));
    let has_moves = Memo::new(move |_| moves.read().is_some());
    let stale = question.stale();
    let picks = Picks::new(question, segment);
    view! {
        <PanelFrame panel=Panel::Rfm question spec name="rfm">
            <form::RfmForm question />
            <AnswerFrame question sentence>
                <figure class="figure">
                    <Chart spec label=sentence stale on_select=picks.on_select() />
                </figure>
                <Picked picks />
                <DataTable caption=text("rfm.table") data=table file_name="rfm" stale />
                <Show when=move || has_moves.get()>
                    <DataTable caption=text("rfm.moves") file_name="rfm-moves" stale
                        data=Signal::derive(move || moves.get().unwrap_or_default()) />
                </Show>
                <p class="rule">{question.shown(answer::rule)}</p>
            </AnswerFrame>
        </PanelFrame>
    }
}

/// The segment that a cell of the grid belongs to; rows are drawn from the freshest down.
fn segment(_: &RfmQuery, found: &RfmAnswer, place: &[usize]) -> Option<NamedSegment> {
    let [row, column] = *place else { return None };
    let cell = found.grid.iter().rev().nth(row)?.get(column)?;
    let own = found.segments.iter().find(|segment| segment.name == cell.name)?;
    Some(NamedSegment { name: answer::segment_name(own.name), segment: own.segment.clone()? })
}
