//! What the checklist says and asks beside its tasks: nudges, the survey, and who helps.

use super::task::{Action, read_action};
use crate::condition::Condition;
use crate::link::{read_link, read_picture};
use crate::read::Fields;

/// A short message for a person who is stuck.
#[derive(Clone, Debug, PartialEq)]
pub struct Nudge {
    /// Its id, unique among the nudges.
    pub id: String,
    /// What is said.
    pub text: String,
    /// What brings it up.
    pub after: Trigger,
    /// Who may see it; everyone where there is none.
    pub when: Option<Condition>,
    /// The index of the task that it is about; it shows only while that task is open.
    pub task: Option<usize>,
    /// What it offers.
    pub action: Option<Action>,
    /// How often it may be shown to one person, 1 to 10.
    pub times: u32,
}

/// What brings a nudge up.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// So many hours without a step forward, while the list is unfinished.
    Idle(u32),
    /// A condition: `{"event": "import_failed", "times": 3, "within_hours": 1}`. Counted from the last time it was shown.
    Holds(Condition),
}

/// Questions that are asked once.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// Its id: another one is asked anew.
    pub id: String,
    /// When it is asked; without it, when everything is done.
    pub when: Condition,
    /// The questions, 1 to 10.
    pub questions: Vec<Question>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its id, unique in the survey.
    pub id: String,
    /// What is asked.
    pub text: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// What the lowest number means, for scales.
    pub low: Option<String>,
    /// What the highest number means, for scales.
    pub high: Option<String>,
    /// What can be chosen, for choices.
    pub options: Vec<String>,
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// Net Promoter Score: 0 to 10.
    Nps,
    /// Customer satisfaction: 1 to 5.
    Csat,
    /// Customer effort: 1 to 7.
    Ces,
    /// One of some options.
    Choice,
    /// In the person's own words.
    Text,
}

impl QuestionKind {
    /// The word for it in a definition and in the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        QUESTION_KINDS.iter().find(|(_, kind)| *kind == self).map_or("text", |(word, _)| word)
    }
}

impl Question {
    /// The lowest and the highest number that answers it: of a scale, or of its options, from 1. `None` for text.
    #[must_use]
    pub fn scale(&self) -> Option<(u32, u32)> {
        match self.kind {
            QuestionKind::Nps => Some((0, 10)),
            QuestionKind::Csat => Some((1, 5)),
            QuestionKind::Ces => Some((1, 7)),
            QuestionKind::Choice => Some((1, self.options.len() as u32)),
            QuestionKind::Text => None,
        }
    }
}

/// Who and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// The person to ask.
    pub specialist: Option<Specialist>,
    /// Where customers help each other.
    pub community: Option<HelpLink>,
    /// Where things are explained.
    pub knowledge_base: Option<HelpLink>,
}

/// The vendor's person for this customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specialist {
    /// The name.
    pub name: String,
    /// A picture: a path on the same site, or `data:image/…`.
    pub picture: Option<String>,
    /// How to reach them: a link, most often `mailto:`.
    pub contact: String,
}

/// A link with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpLink {
    /// The text.
    pub title: String,
    /// Where it leads.
    pub link: String,
}

const QUESTION_KINDS: [(&str, QuestionKind); 5] = [
    ("nps", QuestionKind::Nps),
    ("csat", QuestionKind::Csat),
    ("ces", QuestionKind::Ces),
    ("choice", QuestionKind::Choice),
    ("text", QuestionKind::Text),
];

const NUDGE_FIELDS: [&str; 7] = ["id", "text", "after", "when", "task", "action", "times"];

pub(super) fn read_nudges(fields: &mut Fields<'_>) -> Vec<Nudge> {
    fields.each("nudges", 20, &NUDGE_FIELDS, |fields| {
        let (id, text) = (fields.required_text("id"), fields.required_text("text"));
        let after = read_trigger(fields);
        let tasks = fields.report.known.tasks.clone();
        let task = fields.field("task");
        let task = task.and_then(|task| fields.report.find(&fields.at("task"), task, "task", &tasks));
        Nudge {
            id,
            text,
            after,
            when: Condition::optional(fields, "when"),
            task,
            action: read_action(fields),
            times: fields.whole("times", 1, 10).unwrap_or(1),
        }
    })
}

/// `{"idle_hours": 24}`, or a condition.
fn read_trigger(fields: &mut Fields<'_>) -> Trigger {
    match fields.field("after") {
        Some(after) if after.get("idle_hours").is_some() => {
            let hours = |fields: &mut Fields<'_>| fields.whole("idle_hours", 1, 24 * 365);
            Trigger::Idle(fields.object("after", &["idle_hours"], hours).flatten().unwrap_or(1))
        }
        _ => {
            let condition = Condition::required(fields, "after");
            if condition.is_manual() && fields.has("after") {
                fields.problem("after", "cannot be \"manual\"");
            }
            Trigger::Holds(condition)
        }
    }
}

pub(super) fn read_survey(fields: &mut Fields<'_>) -> Option<Survey> {
    fields.object("survey", &["id", "when", "questions"], |fields| {
        let id = fields.required_text("id");
        let when = Condition::optional(fields, "when").unwrap_or(Condition::Finished);
        let questions = fields.required("questions");
        crate::read::Ids::of(questions, "$.survey.questions", "question", fields.report);
        let known = ["id", "kind", "text", "low", "high", "options"];
        Survey { id, when, questions: fields.each("questions", 10, &known, read_question) }
    })
}

fn read_question(fields: &mut Fields<'_>) -> Question {
    let (id, text) = (fields.required_text("id"), fields.required_text("text"));
    let kind = fields.required("kind").and_then(|_| fields.word("kind", &QUESTION_KINDS));
    let kind = kind.unwrap_or(QuestionKind::Text);
    let mut options = Vec::new();
    for (place, item) in fields.items("options") {
        match item.text().map(str::trim) {
            Some(option) if !option.is_empty() && !options.iter().any(|it| it == option) => {
                options.push(option.to_owned());
            }
            _ => fields.report.problem(&place, "must be text that no other option has"),
        }
    }
    if (kind == QuestionKind::Choice) != (options.len() >= 2) {
        fields.problem("options", "must hold two or more for a choice, and be left out for other kinds");
    }
    Question { id, text, kind, low: fields.text("low"), high: fields.text("high"), options }
}

pub(super) fn read_help(fields: &mut Fields<'_>) -> Option<Help> {
    fn link(fields: &mut Fields<'_>) -> HelpLink {
        HelpLink { title: fields.required_text("title"), link: read_link(fields, "link") }
    }
    let known = ["title", "link"];
    fields.object("help", &["specialist", "community", "knowledge_base"], |fields| Help {
        specialist: fields.object("specialist", &["name", "picture", "contact"], |fields| Specialist {
            name: fields.required_text("name"),
            picture: read_picture(fields, "picture"),
            contact: read_link(fields, "contact"),
        }),
        community: fields.object("community", &known, link),
        knowledge_base: fields.object("knowledge_base", &known, link),
    })
}
