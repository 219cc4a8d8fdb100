//! What people who designed many checklists would say about one.

use super::{Definition, Task};
use crate::condition::{Condition, Signal};
use crate::read::Report;

/// No more tasks than this are finished by most people.
const MOST_TASKS: usize = 6;
/// A longer tour is mostly left before its end.
const MOST_STEPS: usize = 3;
/// A first task takes a few minutes.
const FIRST_MINUTES: u32 = 5;

/// Warns of what will work badly, or works on people instead of for them.
pub(super) fn advise(definition: &Definition, report: &mut Report) {
    let every = (0..definition.tasks.len()).collect::<Vec<_>>();
    let mut lists: Vec<(String, &[usize])> = Vec::new();
    for (index, path) in definition.paths.iter().enumerate() {
        lists.push((format!("$.paths[{index}].tasks"), &path.tasks));
    }
    if lists.is_empty() {
        lists.push(("$.tasks".to_owned(), &every));
    } else if definition.control.is_none() {
        let message = "there is no control: without one path that is the same for all, nobody can tell whether the others help";
        report.warning("$.paths", message);
    }
    for (path, tasks) in &lists {
        if tasks.len() > MOST_TASKS {
            let message =
                format!("{} tasks are more than most people finish; six or fewer work better", tasks.len());
            report.warning(path, message);
        }
        let first = tasks.first().copied().unwrap_or_default();
        if let Some(minutes) = definition.tasks[first].minutes.filter(|minutes| *minutes > FIRST_MINUTES) {
            let message =
                format!("a first task of {minutes} minutes puts people off; start with one of five or less");
            report.warning(&format!("$.tasks[{first}].minutes"), message);
        }
    }
    for (index, task) in definition.tasks.iter().enumerate() {
        advise_task(task, &format!("$.tasks[{index}]"), report);
    }
    for (index, tour) in definition.tours.iter().enumerate() {
        if tour.steps.len() > MOST_STEPS {
            let message = format!(
                "{} steps are more than most people read; three or fewer work better, so make several tours of it",
                tour.steps.len()
            );
            report.warning(&format!("$.tours[{index}].steps"), message);
        }
    }
}

fn advise_task(task: &Task, path: &str, report: &mut Report) {
    if task.action.is_none() && task.detail.is_none() {
        report.warning(path, "has neither detail nor action: people cannot tell how to do it");
    }
    if matches!(task.complete_when, Condition::Signal(Signal::Toured, _)) {
        let message =
            "having seen a tour is no success of the person's; complete it by what they do in the product";
        report.warning(&format!("{path}.complete_when"), message);
    }
}
