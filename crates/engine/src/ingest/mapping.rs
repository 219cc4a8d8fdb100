//! What a person may decide about a file: everything optional, and guessed where nothing is said.

use serde::{Deserialize, Serialize};

use super::time_format::TimeFormat;
use crate::table::{Kind, Role};

/// A person's choices about one file. `Mapping::default()` takes everything as guessed.
///
/// ```
/// use cairn_engine::ingest::Mapping;
/// let mapping: Mapping = serde_json::from_str(
///     r#"{ "columns": [{ "name": "who", "role": "user" }], "zone": "Europe/Berlin" }"#,
/// )?;
/// assert_eq!(mapping.columns[0].kind, None); // as guessed
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// Choices about columns, in any order; columns that are not listed are taken as guessed.
    pub columns: Vec<ColumnChoice>,
    /// IANA name of the zone for times without one; none is UTC.
    pub zone: Option<String>,
    /// Which event every row is, if no column tells; none is the file's name without its endings.
    pub event_name: Option<String>,
    /// What comes first in dates such as `03/04/2026`; none is guessed.
    pub date_order: Option<DateOrder>,
    /// What separates a number's whole part from its fraction; none is guessed.
    pub decimal_mark: Option<DecimalMark>,
    /// What separates a delimited file's fields (an ASCII character); none is guessed. Heard by
    /// [`preview`](super::preview()), which has to be asked again after a change.
    pub separator: Option<char>,
    /// Whether a delimited file's first record holds the columns' names; none is guessed. Heard by
    /// [`preview`](super::preview()), which has to be asked again after a change.
    pub has_header: Option<bool>,
}

/// A person's choices about one column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ColumnChoice {
    /// The column's name, as in the preview.
    pub name: String,
    /// What it means; none is as guessed. A role that only one column can have (user, time, event) and that is chosen
    /// here is taken away from the column that it was guessed for.
    pub role: Option<Role>,
    /// What it holds; none is as guessed. A guessed kind gives way to text when values contradict it; a chosen one is
    /// kept, and such values become missing.
    pub kind: Option<Kind>,
    /// How its times are written; none is as guessed.
    pub time_format: Option<TimeFormat>,
}

impl Mapping {
    /// The choice about the column called `name`, if there is one.
    pub fn column(&self, name: &str) -> Option<&ColumnChoice> {
        self.columns.iter().find(|choice| choice.name == name)
    }
}

/// What comes first in dates written with numbers only, such as `03/04/2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// The 3rd of April.
    DayFirst,
    /// March 4th.
    MonthFirst,
}

/// What separates a number's whole part from its fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `29.90`
    #[default]
    Point,
    /// `29,90`
    Comma,
}
