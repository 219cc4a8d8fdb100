//! What the panel shows: a pure function of the definition, the state, the moment and the language.

use cairn_checklist::{
    By, Definition, Millis, Moment, Owner, Progress, State, Status, Task, due_at, order, progress, statuses,
};

use crate::strings::Strings;

/// All that changes in the panel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// One for each task of the definition, in order.
    pub(crate) rows: Vec<RowLook>,
    /// The tasks' indexes in the order in which they show.
    pub(crate) order: Vec<usize>,
    /// How far the person is.
    pub(crate) progress: Progress,
    /// The progress in words: "1 of 3 done".
    pub(crate) words: String,
    /// Whether the checklist keeps out of the way.
    pub(crate) is_away: bool,
    /// Whether the survey is to be answered.
    pub(crate) is_asking: bool,
}

/// All that changes in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowLook {
    /// "hidden", "locked", "open" or "done", for the style sheet.
    pub(crate) state: &'static str,
    /// The button's accessible name: the title, how long it takes, and the state in words.
    pub(crate) name: String,
    /// What unlocks it: "locked: finish “Create a project” first"; empty where it is not locked.
    pub(crate) reason: String,
    /// Whether its tick can be used now.
    pub(crate) can_tick: bool,
    /// When it should be done, and whether that is over; only while it can be done.
    pub(crate) due: Option<(Millis, bool)>,
    /// Whether the person may say whether its help was helpful.
    pub(crate) can_rate: bool,
}

impl Look {
    pub(crate) fn new(
        definition: &Definition,
        state: &State,
        moment: &Moment<'_>,
        strings: &Strings,
    ) -> Look {
        let statuses = statuses(definition, state, moment);
        let progress = progress(definition, state, moment);
        let mut look = Look::of(definition, &statuses, progress, strings);
        look.order = order(definition, state);
        look.is_away = state.is_away(moment.now);
        look.is_asking = definition.survey.as_ref().is_some_and(|survey| state.is_asking(&survey.id));
        for (index, row) in look.rows.iter_mut().enumerate() {
            let task = &definition.tasks[index];
            let is_rated = state.task(&task.id).is_some_and(|task| task.is_helpful.is_some());
            row.can_rate = definition.asks_helpful && row.state == "done" && !is_rated;
            row.due = due_at(definition, state, index)
                .filter(|_| row.state == "open")
                .map(|due| (due, moment.now > due));
        }
        look
    }

    fn of(definition: &Definition, statuses: &[Status], progress: Progress, strings: &Strings) -> Look {
        let rows = (0..statuses.len()).map(|index| row(definition, statuses, index, strings)).collect();
        Look { rows, progress, words: words(progress, strings), ..Look::default() }
    }

    /// The share that is done, in whole percent.
    pub(crate) fn share(&self) -> usize {
        100 * self.progress.done / self.progress.total.max(1)
    }

    /// The first task that can be done now.
    pub(crate) fn next(&self) -> Option<usize> {
        self.order.iter().copied().find(|index| self.rows[*index].state == "open")
    }
}

/// "1 of 3 done".
fn words(progress: Progress, strings: &Strings) -> String {
    strings.get("progress", &[("done", &progress.done.to_string()), ("total", &progress.total.to_string())])
}

fn row(definition: &Definition, statuses: &[Status], index: usize, strings: &Strings) -> RowLook {
    let (state, can_tick) = match &statuses[index] {
        Status::Hidden => return RowLook { state: "hidden", ..RowLook::default() },
        Status::Locked(_) => ("locked", false),
        Status::Open => ("open", true),
        Status::Done(by) => ("done", *by == By::Person),
    };
    let reason = match &statuses[index] {
        Status::Locked(waiting) => reason(definition, &definition.tasks[index], waiting, strings),
        _ => String::new(),
    };
    let task = &definition.tasks[index];
    let mut parts = vec![task.title.clone()];
    // What is visible stands in the name in the same order, for people who speak to their browser; so time is only
    // given for what can be done now.
    if state == "open" {
        parts.extend(minutes(task, strings));
    }
    parts.push(if reason.is_empty() { strings.plain(state) } else { reason.clone() });
    RowLook { state, name: parts.join(&strings.plain("and")), reason, can_tick, ..RowLook::default() }
}

/// "locked: finish “Create a project” first"; of a level before, its name says it shorter than its tasks.
fn reason(definition: &Definition, task: &Task, waiting: &[usize], strings: &Strings) -> String {
    let mut titles: Vec<&str> = Vec::new();
    for index in waiting {
        let other = &definition.tasks[*index];
        let level = other.level.filter(|_| other.level < task.level && !task.requires.contains(index));
        let title = level.map_or(&other.title, |level| &definition.levels[level].title);
        if !titles.contains(&title.as_str()) {
            titles.push(title);
        }
    }
    let quote = |title: &&str| strings.get("quote", &[("text", title)]);
    let tasks = titles.iter().map(quote).collect::<Vec<_>>().join(&strings.plain("and"));
    strings.get("reason", &[("tasks", &tasks)])
}

/// Who does a task, where it is not the person: "Ana Ruiz does this for you".
pub(crate) fn owner(definition: &Definition, task: &Task, strings: &Strings) -> Option<String> {
    let specialist = definition.help.as_ref().and_then(|help| help.specialist.as_ref());
    let name = specialist.map_or_else(|| strings.plain("specialist"), |specialist| specialist.name.clone());
    (task.owner == Owner::Specialist).then(|| strings.get("owner", &[("name", &name)]))
}

/// "2 min".
pub(crate) fn minutes(task: &Task, strings: &Strings) -> Option<String> {
    Some(strings.get("minutes", &[("minutes", &task.minutes?.to_string())]))
}

#[cfg(test)]
mod tests {
    use cairn_checklist::{By, Definition, Progress, Status, Value};

    use super::Look;
    use crate::strings::Strings;

    fn map(fields: &[(&str, Value)]) -> Value {
        Value::Map(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }

    fn definition() -> Definition {
        let task = |id: &str| {
            map(&[
                ("id", id.into()),
                ("title", id.into()),
                ("minutes", 3.0.into()),
                ("complete_when", "manual".into()),
            ])
        };
        let tasks = Value::List(vec![task("Create"), task("Read"), task("Invite")]);
        let fields = [("version", 1.0.into()), ("id", "c".into()), ("title", "C".into()), ("tasks", tasks)];
        Definition::check(&map(&fields)).expect("sound").definition
    }

    fn strings() -> Strings {
        Strings::of(map(&[
            ("progress", "{done} of {total} done".into()),
            ("quote", "“{text}”".into()),
            ("and", ", ".into()),
            ("minutes", "{minutes} min".into()),
            ("open", "to do".into()),
            ("reason", "locked: finish {tasks} first".into()),
        ]))
    }

    #[test]
    fn a_locked_row_says_what_unlocks_it() {
        let statuses = [Status::Done(By::Person), Status::Open, Status::Locked(vec![0, 1])];
        let progress = Progress { done: 1, total: 3, is_finished: false };
        let look = Look::of(&definition(), &statuses, progress, &strings());
        assert_eq!(look.words, "1 of 3 done");
        assert_eq!(look.rows[0].name, "Create, done");
        assert_eq!(look.rows[1].name, "Read, 3 min, to do");
        assert_eq!(look.rows[2].name, "Invite, locked: finish “Create”, “Read” first");
        assert_eq!(look.rows[2].reason, "locked: finish “Create”, “Read” first");
    }

    #[test]
    fn the_next_task_is_the_first_open_one_in_the_order_of_the_path() {
        let row = |state| super::RowLook { state, ..super::RowLook::default() };
        let look = Look {
            rows: vec![row("open"), row("open"), row("done")],
            order: vec![2, 1, 0],
            ..Look::default()
        };
        assert_eq!(look.next(), Some(1));
    }

    #[test]
    fn only_what_a_person_ticked_can_be_unticked() {
        let statuses = [Status::Done(By::Person), Status::Done(By::Event), Status::Hidden];
        let look = Look::of(&definition(), &statuses, Progress::default(), &strings());
        let can_tick: Vec<_> = look.rows.iter().map(|row| row.can_tick).collect();
        assert_eq!(can_tick, [true, false, false]);
    }
}
