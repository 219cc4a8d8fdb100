//! The survey: native radio buttons and text fields in the panel, answered or declined once.

use std::rc::Rc;

use cairn_checklist::{Event, Question, Survey};

use crate::desk::Desk;
use crate::live::View;
use crate::row::button;

/// The survey of the definition, hidden while it is not asked.
pub(crate) fn survey(desk: &Rc<Desk>, level: u8) -> Option<View> {
    let survey = desk.definition.survey.as_ref()?;
    let level = (level + 1).to_string();
    let title = View::new("div", &[("part", "level"), ("role", "heading"), ("aria-level", &level)])
        .text(&desk.strings.plain("survey"));
    let questions = survey.questions.iter().enumerate().map(|(index, it)| question(desk, index, it));
    let choices = View::new("div", &[("part", "choices")])
        .child(button(desk, "action", "send", send))
        .child(button(desk, "quiet", "decline", |desk| leave(desk, &Event::Declined)));
    let asking = desk.clone();
    let form = View::new("div", &[("part", "survey")])
        .follow_flag("hidden", move || !asking.look.borrow().is_asking)
        .child(title)
        .children(questions.collect())
        .child(choices);
    Some(form)
}

fn question(desk: &Desk, index: usize, question: &Question) -> View {
    let name = ["question-", &index.to_string()].concat();
    let Some((low, high)) = question.scale() else {
        let field =
            View::new("textarea", &[("part", "text"), ("id", &name), ("rows", "3"), ("maxlength", "2000")]);
        let label = View::new("label", &[("for", &name)]).text(&question.text);
        return View::new("div", &[("part", "question")]).child(label).child(field);
    };
    let options = (low..=high).map(|number| {
        let text = question.options.get(number.wrapping_sub(1) as usize);
        let number = number.to_string();
        let input = View::new("input", &[("type", "radio"), ("name", &name), ("value", &number)]);
        let text = View::new("span", &[]).text(text.unwrap_or(&number));
        View::new("label", &[("part", "option")]).child(input).child(text)
    });
    let options = View::new("div", &[("part", "options"), ("data-kind", question.kind.word())])
        .children(options.collect());
    let ends = question.low.as_ref().zip(question.high.as_ref());
    let ends = ends.map(|(low, high)| {
        View::new("p", &[("part", "note")]).text(&desk.strings.get("scale", &[("low", low), ("high", high)]))
    });
    View::new("fieldset", &[("part", "question")])
        .child(View::new("legend", &[]).text(&question.text))
        .child(ends)
        .child(options)
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
            Some(_) => ["[name=question-", &index.to_string(), "]:checked"].concat(),
            None => ["#question-", &index.to_string()].concat(),
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
