//! Rows of the log, in the schema that the workbench reads without a mapping.

use crate::time::Millis;
use crate::value::Value;

/// One event of the log. A row says only what the definition names and the host handed in: no address of the person,
/// nothing of the page's content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The host's id of the person.
    pub user_id: String,
    /// When.
    pub time: Millis,
    /// What: `checklist_started`, `task_completed`, …
    pub event: &'static str,
    /// The definition's id.
    pub checklist: String,
    /// The definition's revision.
    pub version: String,
    /// The path of tasks that the person is on.
    pub path: Option<String>,
    /// The variant of an experiment.
    pub variant: Option<String>,
    /// The person's segment.
    pub segment: Option<String>,
    /// The task's id.
    pub task: Option<String>,
    /// The number of a tour's step, from 1.
    pub step: Option<u32>,
    /// The tour's id.
    pub tour: Option<String>,
    /// What goes with the event: what completed a task.
    pub value: Option<String>,
    /// Free text of an answer.
    pub text: Option<String>,
    /// The path of the page.
    pub url: String,
}

impl Row {
    /// The row as JSON; fields without a value are left out.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let some = |text: &str| Some(text.to_owned());
        let texts = [
            ("user_id", some(&self.user_id)),
            ("time", Some(self.time.to_string())),
            ("event", some(self.event)),
            ("checklist", some(&self.checklist)),
            ("version", some(&self.version)),
            ("path", self.path.clone()),
            ("variant", self.variant.clone()),
            ("segment", self.segment.clone()),
            ("task", self.task.clone()),
            ("tour", self.tour.clone()),
            ("value", self.value.clone()),
            ("text", self.text.clone()),
            ("url", some(&self.url)),
        ];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::Text(text?))));
        let step = self.step.map(|step| ("step".to_owned(), Value::Number(f64::from(step))));
        Value::Map(texts.chain(step).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Row;
    use crate::time::Millis;
    use crate::value::testing::print;

    #[test]
    fn a_row_prints_what_it_has_and_leaves_out_the_rest() {
        let row = Row {
            user_id: "u_1".into(),
            time: Millis(0),
            event: "task_completed",
            checklist: "c".into(),
            version: "1".into(),
            task: Some("t".into()),
            url: "/p".into(),
            ..Row::default()
        };
        assert_eq!(
            print(&row.to_value()),
            r#"{"checklist":"c","event":"task_completed","task":"t","time":"1970-01-01T00:00:00.000Z","url":"/p","user_id":"u_1","version":"1"}"#
        );
    }
}
