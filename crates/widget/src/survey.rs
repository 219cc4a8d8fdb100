//! The survey: native radio buttons and text fields in the panel, answered or declined once.

use std::rc::Rc;

use cairn_checklist::{Event, Question, Survey};
use reactive_graph::traits::With;
use tachys::html::element as html;
use tachys::html::event::click;
use tachys::prelude::{AnyView, CustomAttribute, ElementChild, IntoAny, OnAttribute};

use crate::desk::Desk;

/// The survey of the definition, hidden while it is not asked.
pub(crate) fn survey(desk: &Rc<Desk>, level: u8) -> Option<AnyView> {
    let survey = desk.definition.survey.as_ref()?;
    let title = html::div()
        .attr("part", "level")
        .attr("role", "heading")
        .attr("aria-level", (level + 1).to_string())
        .child(desk.strings.plain("survey"));
    let questions = survey.questions.iter().enumerate().map(|(index, it)| question(desk, index, it));
    let questions: Vec<_> = questions.collect();
    let (look, sender, refuser) = (desk.look.clone(), desk.clone(), desk.clone());
    let send = html::button()
        .attr("part", "action")
        .attr("type", "button")
        .child(desk.strings.plain("send"))
        .on(click, move |_| send(&sender));
    let decline = html::button()
        .attr("part", "quiet")
        .attr("type", "button")
        .child(desk.strings.plain("decline"))
        .on(click, move |_| leave(&refuser, &Event::Declined));
    let form = html::div()
        .attr("part", "survey")
        .attr("hidden", move || (!look.with(|look| look.is_asking)).then_some(""))
        .child((title, questions, html::div().attr("part", "choices").child((send, decline))));
    Some(form.into_any())
}

fn question(desk: &Rc<Desk>, index: usize, question: &Question) -> AnyView {
    let name = format!("question-{index}");
    let Some((low, high)) = question.scale() else {
        let label = html::label().attr("for", name.clone()).child(question.text.clone());
        let field = html::textarea()
            .attr("part", "text")
            .attr("id", name)
            .attr("rows", "3")
            .attr("maxlength", "2000");
        return html::div().attr("part", "question").child((label, field)).into_any();
    };
    let options = (low..=high).map(|number| {
        let text = question.options.get(number.wrapping_sub(1) as usize).cloned();
        let input =
            html::input().attr("type", "radio").attr("name", name.clone()).attr("value", number.to_string());
        html::label()
            .attr("part", "option")
            .child((input, html::span().child(text.unwrap_or(number.to_string()))))
    });
    let ends = question.low.as_ref().zip(question.high.as_ref());
    let ends = ends.map(|(low, high)| {
        let text = desk.strings.get("scale", &[("low", low), ("high", high)]);
        html::p().attr("part", "note").child(text)
    });
    let options = html::div()
        .attr("part", "options")
        .attr("data-kind", question.kind.word())
        .child(options.collect::<Vec<_>>());
    html::fieldset()
        .attr("part", "question")
        .child((html::legend().child(question.text.clone()), ends, options))
        .into_any()
}

/// Sends what is answered; with nothing answered, there is nothing to send.
fn send(desk: &Desk) {
    let Some(survey) = desk.definition.survey.as_ref() else { return };
    let answers = answers(desk, survey);
    if answers.is_empty() {
        desk.focus("[part=survey] input, [part=survey] textarea");
        return;
    }
    leave(desk, &Event::Answered { answers });
    desk.speech.say(desk.strings.plain("thanks"));
}

fn answers(desk: &Desk, survey: &Survey) -> Vec<(String, String)> {
    let answer = |(index, question): (usize, &Question)| {
        let selector = match question.scale() {
            Some(_) => format!("[name=question-{index}]:checked"),
            None => format!("#question-{index}"),
        };
        let text = desk.value(&selector)?.trim().to_owned();
        (!text.is_empty()).then(|| (question.id.clone(), text))
    };
    survey.questions.iter().enumerate().filter_map(answer).collect()
}

/// The survey goes, and the focus with it: to the panel's heading.
fn leave(desk: &Desk, event: &Event) {
    desk.focus("#title");
    // Every answer comes from a control that allows no other.
    drop(desk.act(event));
}
