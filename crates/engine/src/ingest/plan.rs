//! What is done with each column: the preview's guesses under the person's choices.

use super::error::IngestProblem;
use super::infer::Orders;
use super::mapping::{DateOrder, DecimalMark, Mapping};
use super::preview::{ColumnGuess, Format, Preview};
use super::time_format::{TimeFormat, TimeReader};
use super::zone::LocalZone;
use crate::table::{Kind, Role};

/// How a file is loaded.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The columns, in the file's order.
    pub(crate) columns: Vec<PlannedColumn>,
    /// Places of the columns with the roles user, time and event; without the last, all rows are `event_name`.
    pub(crate) user: usize,
    pub(crate) time: usize,
    pub(crate) event: Option<usize>,
    pub(crate) event_name: String,
    /// The zone of local times.
    pub(crate) zone: String,
    pub(crate) orders: Orders,
    pub(crate) mark: DecimalMark,
}

/// One column.
#[derive(Clone, Debug)]
pub(crate) struct PlannedColumn {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) content: Content,
}

/// What a column's values are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Ids of users.
    User,
    /// The events' instants.
    EventTime(TimeReader),
    Text,
    Number(Certainty),
    Time(TimeReader, Certainty),
}

/// Whether a kind was guessed, and gives way to values of another one, or chosen, and stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    Guessed,
    Chosen,
}

impl Plan {
    /// The plan for a file.
    ///
    /// # Errors
    /// If the mapping names a column or a zone that is not there, gives a role twice, or no column is user or time.
    pub(crate) fn new(file: &str, preview: &Preview, mapping: &Mapping) -> Result<Self, IngestProblem> {
        let mut guesses: Vec<ColumnGuess> = preview.columns.clone();
        add_unseen(&mut guesses, preview, mapping)?;
        let zone = mapping.zone.clone().unwrap_or_else(|| "UTC".to_owned());
        LocalZone::named(&zone).ok_or(IngestProblem::UnknownZone { zone: zone.clone() })?;
        let roles = roles(&guesses, mapping)?;
        let holder = |role| roles.iter().position(|&held| held == role);
        let time = holder(Role::Time).ok_or(IngestProblem::NoTimeColumn)?;
        let user = holder(Role::User).ok_or(IngestProblem::NoUserColumn)?;
        let column = |(guess, &role): (&ColumnGuess, &Role)| {
            let content = content(guess, role, mapping)?;
            Ok(PlannedColumn { name: guess.name.clone(), role, content })
        };
        Ok(Self {
            columns: guesses.iter().zip(&roles).map(column).collect::<Result<_, IngestProblem>>()?,
            user,
            time,
            event: holder(Role::Event),
            event_name: mapping.event_name.clone().unwrap_or_else(|| stem(file).to_owned()),
            zone,
            orders: Orders { chosen: mapping.date_order, elsewhere: preview.date_order },
            mark: mapping.decimal_mark.unwrap_or(preview.decimal_mark),
        })
    }

    /// The columns' names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The zone of local times.
    pub(crate) fn local_zone(&self) -> Result<LocalZone, IngestProblem> {
        LocalZone::named(&self.zone).ok_or_else(|| IngestProblem::UnknownZone { zone: self.zone.clone() })
    }
}

/// The file's name without its endings; `event` if it has no name.
pub(crate) fn stem(file: &str) -> &str {
    let mut stem = if file.is_empty() { "event" } else { file };
    for ending in [".gz", ".csv", ".tsv", ".txt", ".tab", ".json", ".ndjson", ".jsonl", ".log"] {
        let cut = stem.len().saturating_sub(ending.len());
        if cut > 0 && stem.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(ending)) {
            stem = &stem[..cut];
        }
    }
    stem
}

/// Adds the columns that the mapping names and no sample showed: JSON records may have them further on.
fn add_unseen(
    guesses: &mut Vec<ColumnGuess>,
    preview: &Preview,
    mapping: &Mapping,
) -> Result<(), IngestProblem> {
    for choice in &mapping.columns {
        if guesses.iter().any(|guess| guess.name == choice.name) {
            continue;
        }
        if matches!(preview.format, Format::Delimited { .. }) {
            return Err(IngestProblem::UnknownColumn { name: choice.name.clone() });
        }
        guesses.push(ColumnGuess::unseen(&choice.name));
    }
    Ok(())
}

/// Each column's role: the chosen one, else the guessed one unless another column was chosen for it.
fn roles(guesses: &[ColumnGuess], mapping: &Mapping) -> Result<Vec<Role>, IngestProblem> {
    let chosen: Vec<Option<Role>> =
        guesses.iter().map(|guess| mapping.column(&guess.name).and_then(|choice| choice.role)).collect();
    for role in [Role::User, Role::Time, Role::Event] {
        let mut holders = guesses.iter().zip(&chosen).filter(|(_, held)| **held == Some(role));
        if let (Some((first, _)), Some((second, _))) = (holders.next(), holders.next()) {
            return Err(IngestProblem::DuplicateRole {
                role: format!("{role:?}").to_lowercase(),
                first: first.name.clone(),
                second: second.name.clone(),
            });
        }
    }
    let role = |(guess, &held): (&ColumnGuess, &Option<Role>)| {
        held.unwrap_or(if chosen.contains(&Some(guess.role)) { Role::Other } else { guess.role })
    };
    Ok(guesses.iter().zip(&chosen).map(role).collect())
}

/// What a column with this role is read as.
fn content(guess: &ColumnGuess, role: Role, mapping: &Mapping) -> Result<Content, IngestProblem> {
    let choice = mapping.column(&guess.name);
    let format = choice.and_then(|choice| choice.time_format);
    let reader = |guessed: Option<TimeFormat>| {
        let ordered = match (guessed, mapping.date_order) {
            (Some(TimeFormat::DayFirst | TimeFormat::MonthFirst), Some(DateOrder::DayFirst)) => {
                Some(TimeFormat::DayFirst)
            }
            (Some(TimeFormat::DayFirst | TimeFormat::MonthFirst), Some(DateOrder::MonthFirst)) => {
                Some(TimeFormat::MonthFirst)
            }
            _ => guessed,
        };
        format.or(ordered).map(TimeReader::new)
    };
    let time = |certainty| match reader(guess.time_format) {
        Some(reader) => Content::Time(reader, certainty),
        None => Content::Time(TimeReader::new(TimeFormat::Iso), certainty),
    };
    let chosen = choice.and_then(|choice| choice.kind).or(format.map(|_| Kind::Time));
    match (role, chosen, guess.kind) {
        (Role::User, ..) => Ok(Content::User),
        (Role::Time, ..) => match (reader(guess.time_format), guess.examples.first()) {
            (Some(reader), _) => Ok(Content::EventTime(reader)),
            (None, Some(example)) => {
                Err(IngestProblem::NoTimeFormat { column: guess.name.clone(), example: example.clone() })
            }
            (None, None) => Ok(Content::EventTime(TimeReader::new(TimeFormat::Iso))),
        },
        (Role::Event, ..) => Ok(Content::Text),
        (_, Some(Kind::Text), _) => Ok(Content::Text),
        (_, Some(Kind::Number), _) => Ok(Content::Number(Certainty::Chosen)),
        (_, Some(Kind::Time), _) => Ok(time(Certainty::Chosen)),
        // Groups stay groups, even if they are called 0 and 1.
        (Role::Session | Role::Channel | Role::Variant | Role::Text, None, _) => Ok(Content::Text),
        (_, None, Kind::Text) => Ok(Content::Text),
        (_, None, Kind::Number) => Ok(Content::Number(Certainty::Guessed)),
        (_, None, Kind::Time) => Ok(time(Certainty::Guessed)),
    }
}
