//! What a purchase is, what it is worth, and what to compare with.

use cairn_engine::analysis::rfm::RfmQuery;
use cairn_engine::table::Kind;
use cairn_engine::time::Millis;
use leptos::prelude::*;

use crate::panel::frame::QuestionForm;
use crate::panel::question::{Question, part};
use crate::session::Facts;
use crate::text::{plural, text};
use crate::view::{Choice, Sentence};

/// How many days before the end of the data customers can be compared with.
const EARLIER_DAYS: [i64; 4] = [30, 60, 90, 180];

/// The form. What the person changes is asked at once.
#[component]
pub fn RfmForm(
    /// The question.
    question: Question<RfmQuery>,
) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let values = Signal::derive(move || values(facts));
    let earlier = Signal::derive(move || earlier(facts));
    let slots = vec![
        ("event", question.event("rfm.event", "event", part!(event))),
        ("value", question.select("rfm.value", "value", values, part!(value))),
        ("before", question.select("rfm.before", "before", earlier, part!(before))),
    ];
    view! { <QuestionForm><Sentence key="rfm.sentence" slots /></QuestionForm> }
}

fn values(facts: Facts) -> Vec<Choice<Option<String>>> {
    let numbers = facts.properties().into_iter().filter(|(_, kind)| *kind == Kind::Number);
    let choice = |(property, _): (String, Kind)| Choice::new(Some(property.clone()), property);
    std::iter::once(Choice::new(None, text("rfm.value_revenue"))).chain(numbers.map(choice)).collect()
}

fn earlier(facts: Facts) -> Vec<Choice<Option<Millis>>> {
    let span = facts.schema().and_then(|schema| schema.span);
    let choice = |days: i64| {
        let (start, end) = span?;
        let before = end.plus(-days * Millis::DAY);
        (before > start).then(|| Choice::new(Some(before), plural("rfm.days_earlier", days.unsigned_abs())))
    };
    let nothing = Choice::new(None, text("rfm.no_comparison"));
    std::iter::once(nothing).chain(EARLIER_DAYS.into_iter().filter_map(choice)).collect()
}
