//! Tours: steps that point at places of the host page.

use crate::condition::{Condition, Signal};
use crate::read::Fields;
use crate::search::split_once;

/// A tour of the host page.
#[derive(Clone, Debug, PartialEq)]
pub struct Tour {
    /// Its id, unique in the checklist.
    pub id: String,
    /// Its name, read out with each step; without it, the step's own title or text names the card.
    pub title: Option<String>,
    /// The steps, 1 to 20.
    pub steps: Vec<Step>,
}

/// One step of a tour.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it points at: a CSS selector, where ` >>> ` goes on inside an element's open shadow root or a same-origin
    /// iframe's document. Without it the card stands in the middle of the page.
    pub target: Option<String>,
    /// Further places that are lit up together with the target; selectors as `target`.
    pub highlights: Vec<String>,
    /// The card's heading.
    pub title: Option<String>,
    /// What is said.
    pub text: String,
    /// On which side of the target the card stands, if there is room.
    pub placement: Placement,
    /// What the person does to go on; without it, they press "next". Counted from the moment the step was shown.
    pub advance_when: Option<Condition>,
    /// Whether the page behind is out of use while the step shows (a modal dialog). Never where the person has to use
    /// it: where `advance_when` is given this is false unless the author says otherwise.
    pub is_modal: bool,
    /// How long a missing target is waited for, in milliseconds.
    pub wait_millis: u32,
    /// What happens when it is still missing then.
    pub missing: Missing,
}

/// Where the card stands, in the writing direction of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// Wherever there is the most room.
    #[default]
    Auto,
    /// Above the target.
    Top,
    /// Below it.
    Bottom,
    /// Before it: on its left where one writes from left to right.
    Start,
    /// After it.
    End,
}

/// What to do about a target that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Go on with the next step.
    #[default]
    Skip,
    /// Show the card in the middle of the page.
    Center,
    /// Pause the tour; it can be resumed on request.
    Pause,
}

impl Placement {
    /// The word for it in a definition, and in attributes for the style sheet.
    #[must_use]
    pub fn word(self) -> &'static str {
        PLACEMENTS.iter().find(|(_, placement)| *placement == self).map_or("auto", |(word, _)| word)
    }
}

impl Missing {
    /// The word for it in a definition and in the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        MISSINGS.iter().find(|(_, missing)| *missing == self).map_or("skip", |(word, _)| word)
    }
}

const PLACEMENTS: [(&str, Placement); 5] = [
    ("auto", Placement::Auto),
    ("top", Placement::Top),
    ("bottom", Placement::Bottom),
    ("start", Placement::Start),
    ("end", Placement::End),
];

const MISSINGS: [(&str, Missing); 3] =
    [("skip", Missing::Skip), ("center", Missing::Center), ("pause", Missing::Pause)];

/// How long a target is waited for unless the step says otherwise.
const WAIT_MILLIS: u32 = 3_000;

const STEP_FIELDS: [&str; 9] =
    ["target", "highlights", "title", "text", "placement", "advance_when", "modal", "missing", "wait_millis"];

pub(super) fn read_tours(fields: &mut Fields<'_>) -> Vec<Tour> {
    fields.each("tours", 50, &["id", "title", "steps"], |fields| {
        let (id, title) = (fields.required_text("id"), fields.text("title"));
        fields.required("steps");
        Tour { id, title, steps: fields.each("steps", 20, &STEP_FIELDS, read_step) }
    })
}

fn read_step(fields: &mut Fields<'_>) -> Step {
    let target = read_selector(fields, "target");
    let mut highlights = Vec::new();
    for (place, item) in fields.items("highlights") {
        match item.text().map(str::trim) {
            Some(selector) if is_selector(selector) => highlights.push(selector.to_owned()),
            _ => fields.report.problem(&place, BAD_SELECTOR),
        }
    }
    let (title, text) = (fields.text("title"), fields.required_text("text"));
    let placement = fields.word("placement", &PLACEMENTS).unwrap_or_default();
    let advance_when = read_advance(fields, target.as_deref());
    let is_modal = fields.flag("modal").unwrap_or(advance_when.is_none());
    let wait_millis = fields.whole("wait_millis", 0, 60_000).unwrap_or(WAIT_MILLIS);
    let missing = fields.word("missing", &MISSINGS).unwrap_or_default();
    Step { target, highlights, title, text, placement, advance_when, is_modal, wait_millis, missing }
}

/// `advance_when` is a condition, or "clicked" or "filled" for the step's own target.
fn read_advance(fields: &mut Fields<'_>, target: Option<&str>) -> Option<Condition> {
    let signal = match fields.field("advance_when")?.text() {
        Some("clicked") => Signal::Clicked,
        Some("filled") => Signal::Filled,
        _ => {
            let condition = Condition::optional(fields, "advance_when")?;
            if condition.is_manual() {
                fields.problem(
                    "advance_when",
                    "cannot be \"manual\": leave it out, and the person presses next",
                );
            }
            return Some(condition);
        }
    };
    if target.is_none() {
        fields.problem("advance_when", "needs the step's target, which is missing");
    }
    Some(Condition::Signal(signal, target.unwrap_or_default().to_owned()))
}

/// What a selector that cannot be one is refused with. Whether the rest is sound only the browser can tell.
pub(crate) const BAD_SELECTOR: &str = "must be a CSS selector, with \" >>> \" only between two selectors, to go on inside a shadow root or an iframe";

/// A selector that may be missing.
fn read_selector(fields: &mut Fields<'_>, name: &str) -> Option<String> {
    let selector = fields.text(name)?;
    if !is_selector(&selector) {
        fields.problem(name, BAD_SELECTOR);
    }
    Some(selector)
}

/// Whether each part between ` >>> ` holds something.
pub(crate) fn is_selector(selector: &str) -> bool {
    let is_simple = |part: &str| !part.trim().is_empty() && !part.contains(['{', '}', '<']);
    match split_once(selector, ">>>") {
        Some((first, rest)) => is_simple(first) && is_selector(rest),
        None => is_simple(selector),
    }
}
