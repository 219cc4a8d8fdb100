//! What is done with each column of a file: the preview's guesses under the person's choices.

use super::error::IngestProblem;
use super::infer::Orders;
use super::mapping::{ColumnChoice, DateOrder, DecimalMark, Mapping};
use super::preview::{ColumnGuess, Compression, Encoding, Format, KindReason, Preview};
use super::recipe::FileRecipe;
use super::records::Header;
use super::time_format::{TimeFormat, TimeReader};
use super::zone::LocalZone;
use crate::table::{Kind, Role};

/// How one file is read.
#[derive(Clone, Debug)]
pub(crate) struct FilePlan {
    /// The file's name.
    pub(crate) name: String,
    pub(crate) format: Format,
    pub(crate) encoding: Encoding,
    pub(crate) compression: Compression,
    pub(crate) header: Header,
    /// The file's own columns, in its order, and of JSON the other files' too: its records may have them further on.
    pub(crate) fields: Vec<PlannedColumn>,
    /// For each of the table's columns the field that fills it, and how that is read if it holds times. No field fills
    /// the event where all rows are `event_name`.
    pub(crate) sources: Vec<Option<(usize, TimeReader)>>,
    /// Places of the fields with the roles user, time and event.
    pub(crate) user: usize,
    pub(crate) time: usize,
    pub(crate) event: Option<usize>,
    pub(crate) event_name: String,
    /// How the events' times are written.
    pub(crate) event_time: TimeReader,
    /// The zone of local times, and its name.
    pub(crate) zone: LocalZone,
    pub(crate) zone_name: String,
    pub(crate) orders: Orders,
    pub(crate) mark: DecimalMark,
}

/// One column of a file, or of the table.
#[derive(Clone, Debug)]
pub(crate) struct PlannedColumn {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) content: Content,
    /// Whether no value was seen and nothing was chosen, so that any kind would do.
    pub(crate) is_blank: bool,
}

/// What a column's values are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Ids of users.
    User,
    /// The events' instants.
    EventTime,
    Text,
    Number(Certainty),
    Time(TimeReader, Certainty),
}

/// Whether a kind was guessed, and gives way to values of another one, or chosen, and stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    Guessed,
    Chosen,
}

impl FilePlan {
    /// The plan for a file; what fills the table's columns is not in it yet.
    ///
    /// # Errors
    /// If the mapping names a column or a zone that is not there, gives a role twice, or no column is user or time.
    pub(crate) fn new(file: &FileRecipe) -> Result<Self, IngestProblem> {
        let FileRecipe { name, preview, mapping } = file;
        let mut guesses: Vec<ColumnGuess> = preview.columns.clone();
        add_unseen(&mut guesses, preview, mapping)?;
        let zone_name = mapping.zone.clone().unwrap_or_else(|| "UTC".to_owned());
        let zone = LocalZone::named(&zone_name);
        let zone = zone.ok_or_else(|| IngestProblem::UnknownZone { zone: zone_name.clone() })?;
        let roles = roles(&guesses, mapping)?;
        let holder = |role| roles.iter().position(|&held| held == role);
        let time = holder(Role::Time).ok_or(IngestProblem::NoTimeColumn)?;
        let user = holder(Role::User).ok_or(IngestProblem::NoUserColumn)?;
        let field = |(guess, &role): (&ColumnGuess, &Role)| PlannedColumn {
            name: guess.name.clone(),
            role,
            content: content(guess, role, mapping),
            is_blank: guess.why_kind == KindReason::NoValues && is_open(mapping.column(&guess.name)),
        };
        Ok(Self {
            name: name.clone(),
            format: preview.format,
            encoding: preview.encoding,
            compression: preview.compression,
            header: if preview.has_header { Header::Present } else { Header::Absent },
            fields: guesses.iter().zip(&roles).map(field).collect(),
            sources: Vec::new(),
            user,
            time,
            event: holder(Role::Event),
            event_name: mapping.event_name.clone().unwrap_or_else(|| stem(name).to_owned()),
            event_time: event_time(&guesses[time], mapping)?,
            zone,
            zone_name,
            orders: Orders { chosen: mapping.date_order, elsewhere: preview.date_order },
            mark: mapping.decimal_mark.unwrap_or(preview.decimal_mark),
        })
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

/// Whether nothing was chosen of what a column holds.
fn is_open(choice: Option<&ColumnChoice>) -> bool {
    choice.is_none_or(|choice| choice.kind.is_none() && choice.time_format.is_none())
}

/// How the column that tells the events' times is written.
fn event_time(guess: &ColumnGuess, mapping: &Mapping) -> Result<TimeReader, IngestProblem> {
    match (reader(guess, mapping), guess.examples.first()) {
        (Some(reader), _) => Ok(reader),
        (None, Some(example)) => {
            Err(IngestProblem::NoTimeFormat { column: guess.name.clone(), example: example.clone() })
        }
        (None, None) => Ok(TimeReader::new(TimeFormat::Iso)),
    }
}

/// How a column's times are written, if that is known.
fn reader(guess: &ColumnGuess, mapping: &Mapping) -> Option<TimeReader> {
    let ordered = match (guess.time_format, mapping.date_order) {
        (Some(TimeFormat::DayFirst | TimeFormat::MonthFirst), Some(DateOrder::DayFirst)) => {
            Some(TimeFormat::DayFirst)
        }
        (Some(TimeFormat::DayFirst | TimeFormat::MonthFirst), Some(DateOrder::MonthFirst)) => {
            Some(TimeFormat::MonthFirst)
        }
        (guessed, _) => guessed,
    };
    let chosen = mapping.column(&guess.name).and_then(|choice| choice.time_format);
    chosen.or(ordered).map(TimeReader::new)
}

/// What a column with this role is read as.
fn content(guess: &ColumnGuess, role: Role, mapping: &Mapping) -> Content {
    let choice = mapping.column(&guess.name);
    let time = |certainty| {
        let reader = reader(guess, mapping).unwrap_or_else(|| TimeReader::new(TimeFormat::Iso));
        Content::Time(reader, certainty)
    };
    let is_written = choice.is_some_and(|choice| choice.time_format.is_some());
    let chosen = choice.and_then(|choice| choice.kind).or(is_written.then_some(Kind::Time));
    match (role, chosen, guess.kind) {
        (Role::User, ..) => Content::User,
        (Role::Time, ..) => Content::EventTime,
        (Role::Event, ..) | (_, Some(Kind::Text), _) => Content::Text,
        (_, Some(Kind::Number), _) => Content::Number(Certainty::Chosen),
        (_, Some(Kind::Time), _) => time(Certainty::Chosen),
        // Groups stay groups, even if they are called 0 and 1.
        (Role::Session | Role::Channel | Role::Variant | Role::Text, None, _) => Content::Text,
        (_, None, Kind::Text) => Content::Text,
        (_, None, Kind::Number) => Content::Number(Certainty::Guessed),
        (_, None, Kind::Time) => time(Certainty::Guessed),
    }
}
