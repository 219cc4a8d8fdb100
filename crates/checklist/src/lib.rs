//! The onboarding checklist without a browser: a checked [`Definition`], the [`State`] of one person, and
//! [`apply`], which takes an [`Event`] and answers with [`Effect`]s. No clock, no storage, no DOM: `now`, the visitor
//! and the stored state are inputs.
//!
//! ```
//! use cairn_checklist::{Definition, Event, Millis, Moment, State, Value, Visitor, apply, progress};
//!
//! let field = |name: &str, value: Value| (name.to_owned(), value);
//! let definition = Value::Map(vec![
//!     field("version", 1.0.into()),
//!     field("id", "first-week".into()),
//!     field("title", "Get started".into()),
//!     field("tasks", Value::List(vec![Value::Map(vec![
//!         field("id", "create_project".into()),
//!         field("title", "Create a project".into()),
//!         field("complete_when", Value::Map(vec![field("event", "project_created".into())])),
//!     ])])),
//! ]);
//! let (definition, _warnings) = Definition::check(&definition).map(|it| (it.definition, it.warnings))?;
//! let visitor = Visitor { user: "u_1".into(), ..Visitor::default() };
//! let moment = Moment { visitor: &visitor, now: Millis(1_000), page: "https://app.example/projects" };
//! let mut state = State::default();
//! let event = Event::Tracked { name: "project_created".into(), properties: Value::Null };
//! apply(&definition, &mut state, &event, &moment)?;
//! assert_eq!(progress(&definition, &state, &moment).done, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assign;
mod condition;
mod decimal;
mod definition;
mod event;
mod hash;
mod link;
mod problem;
mod read;
mod restore;
mod row;
mod search;
mod segment;
mod state;
mod status;
mod step;
mod time;
mod value;

pub use assign::{arm, lot};
pub use condition::{Condition, Facts, Repeat, Signal, Test};
pub use definition::{
    Action, Arm, Checked, Control, Definition, Experiment, FORMAT_VERSION, Help, HelpLink, Level, Missing,
    Nudge, Owner, Path, Placement, Question, QuestionKind, Resource, ResourceKind, Reward, Specialist, Step,
    Survey, Target, Task, Texts, Tour, Trigger,
};
pub use event::{Effect, Event, Noticed, NudgeAct, Place, Refusal, TourAct};
pub use problem::{DefinitionError, Problem};
pub use restore::{Restored, STATE_VERSION};
pub use row::Row;
pub use segment::{
    Cluster, Did, EventRule, Feature, Needs, Op, PropertyTest, Record, RowTest, Rule, Times, Tracked, Whose,
    Within,
};
pub use state::{
    Assigned, Away, By, Completion, NudgeState, Phase, State, SurveyState, TaskState, TourState, Variant, Why,
};
pub use status::{Moment, Progress, Status, Visitor, due_at, order, progress, status, statuses};
pub use step::apply;
pub use time::Millis;
pub use value::Value;
