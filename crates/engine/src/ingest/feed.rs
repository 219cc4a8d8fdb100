//! How one file fills the table's columns.

use super::mapping::DecimalMark;
use super::plan::FilePlan;
use super::time_format::TimeReader;
use super::zone::LocalZone;
use crate::table::MISSING;

/// What is needed of a file's plan to read its rows.
#[derive(Debug)]
pub(crate) struct Feed {
    /// The fields with these roles.
    pub(crate) user: usize,
    pub(crate) time: usize,
    pub(crate) event: Option<usize>,
    /// The event of all rows, if no field tells it.
    pub(crate) event_code: u32,
    pub(crate) event_time: TimeReader,
    pub(crate) mark: DecimalMark,
    pub(crate) zone: LocalZone,
    /// For each column the field that fills it, and how its times are written.
    pub(crate) sources: Vec<Option<(usize, TimeReader)>>,
}

impl Feed {
    /// For a file, whose event is not coded yet if no field tells it.
    pub(crate) fn new(file: &FilePlan) -> Self {
        Self {
            user: file.user,
            time: file.time,
            event: file.event,
            event_code: MISSING,
            event_time: file.event_time,
            mark: file.mark,
            zone: file.zone.clone(),
            sources: file.sources.clone(),
        }
    }
}
