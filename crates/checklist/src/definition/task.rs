//! Tasks: what a person is asked to do, and what comes with it.

use crate::condition::Condition;
use crate::link::{is_safe_link, read_link};
use crate::read::Fields;

/// One task.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id, unique in the checklist.
    pub id: String,
    /// What the person is asked to do.
    pub title: String,
    /// Why and how.
    pub detail: Option<String>,
    /// About how long it takes, in whole minutes from 1.
    pub minutes: Option<u32>,
    /// Who does it.
    pub owner: Owner,
    /// The index of its level, where the checklist has levels.
    pub level: Option<usize>,
    /// Indexes of the tasks that come first, in the author's order, no duplicates.
    pub requires: Vec<usize>,
    /// Indexes of all that must be done before: `requires`, then the tasks of earlier levels.
    pub waits_for: Vec<usize>,
    /// Who sees it; everyone where there is none.
    pub when: Option<Condition>,
    /// Where it is done.
    pub action: Option<Action>,
    /// What completes it.
    pub complete_when: Condition,
    /// In how many days from the start it should be done.
    pub due_days: Option<u32>,
    /// What the person has reached with it: "Your team is on board".
    pub milestone: Option<String>,
    /// What is shown for it.
    pub reward: Option<Reward>,
    /// What helps with it.
    pub resources: Vec<Resource>,
}

/// Who does a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Owner {
    /// The person who sees it.
    #[default]
    Customer,
    /// The vendor's specialist, who is named under `help`.
    Specialist,
}

/// The button of a task or of a nudge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its text.
    pub label: String,
    /// What it does.
    pub target: Target,
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Goes to a page: relative, http, https, mailto or tel.
    Link(String),
    /// Dispatches an event of this name on the element, for the host page to act on.
    Event(String),
    /// Starts the tour at this index.
    Tour(usize),
}

/// What a person gets for a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reward {
    /// What is said.
    pub message: String,
    /// Whether it is celebrated; where the person wants less motion, without any.
    pub has_celebration: bool,
    /// An event that is dispatched on the element, for the host to hand out what was promised.
    pub event: Option<String>,
}

/// Something to read, watch or ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// Its title.
    pub title: String,
    /// Where it is.
    pub link: String,
}

/// What a resource is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResourceKind {
    /// Something to read.
    #[default]
    Article,
    /// Something to watch.
    Video,
    /// Something to attend.
    Webinar,
    /// Somewhere to ask.
    Community,
}

impl ResourceKind {
    /// The word for it in a definition.
    #[must_use]
    pub fn word(self) -> &'static str {
        let found = RESOURCE_KINDS.iter().find(|(_, kind)| *kind == self);
        found.map_or("article", |(word, _)| word)
    }
}

pub(super) const TASK_FIELDS: [&str; 14] = [
    "id",
    "title",
    "detail",
    "minutes",
    "owner",
    "level",
    "requires",
    "when",
    "action",
    "complete_when",
    "due_days",
    "milestone",
    "reward",
    "resources",
];

const RESOURCE_KINDS: [(&str, ResourceKind); 4] = [
    ("article", ResourceKind::Article),
    ("video", ResourceKind::Video),
    ("webinar", ResourceKind::Webinar),
    ("community", ResourceKind::Community),
];

pub(super) fn read_task(fields: &mut Fields<'_>) -> Task {
    let (id, title) = (fields.required_text("id"), fields.required_text("title"));
    let (detail, minutes) = (fields.text("detail"), fields.whole("minutes", 1, 600));
    let owners = [("customer", Owner::Customer), ("specialist", Owner::Specialist)];
    let owner = fields.word("owner", &owners).unwrap_or_default();
    let levels = fields.report.known.levels.clone();
    let level = fields.field("level");
    let level = level.and_then(|level| fields.report.find(&fields.at("level"), level, "level", &levels));
    let tasks = fields.report.known.tasks.clone();
    let requires = fields.references("requires", "task", &tasks);
    let action = read_action(fields);
    let complete_when = Condition::required(fields, "complete_when");
    let when = Condition::optional(fields, "when");
    if when.as_ref().is_some_and(Condition::is_manual) {
        fields.problem("when", "cannot be \"manual\": a task that is not shown cannot be ticked");
    }
    let (due_days, milestone) = (fields.whole("due_days", 1, 3_650), fields.text("milestone"));
    let reward = fields.object("reward", &["message", "celebration", "event"], |fields| Reward {
        message: fields.required_text("message"),
        has_celebration: fields.flag("celebration").unwrap_or(false),
        event: fields.text("event"),
    });
    let resources = fields.each("resources", 20, &["kind", "title", "link"], |fields| Resource {
        kind: fields.word("kind", &RESOURCE_KINDS).unwrap_or_default(),
        title: fields.required_text("title"),
        link: read_link(fields, "link"),
    });
    Task {
        id,
        title,
        detail,
        minutes,
        owner,
        level,
        requires,
        waits_for: Vec::new(),
        when,
        action,
        complete_when,
        due_days,
        milestone,
        reward,
        resources,
    }
}

/// The `action` of a task or a nudge.
pub(super) fn read_action(fields: &mut Fields<'_>) -> Option<Action> {
    fields.object("action", &["label", "link", "event", "tour"], |fields| {
        let label = fields.required_text("label");
        let tours = fields.report.known.tours.clone();
        let target = match ["link", "event", "tour"].map(|name| fields.field(name)) {
            [Some(_), None, None] => {
                let link = fields.text("link").unwrap_or_default();
                if !link.is_empty() && !is_safe_link(&link) {
                    fields.problem("link", crate::link::UNSAFE);
                }
                Target::Link(link)
            }
            [None, Some(_), None] => Target::Event(fields.text("event").unwrap_or_default()),
            [None, None, Some(tour)] => {
                let index = fields.report.find(&fields.at("tour"), tour, "tour", &tours);
                Target::Tour(index.unwrap_or_default())
            }
            _ => {
                fields.report.problem(fields.path, "needs either a link, an event or a tour");
                Target::Event(String::new())
            }
        };
        Action { label, target }
    })
}
