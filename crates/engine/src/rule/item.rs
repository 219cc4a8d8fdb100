//! What a row is called where rows are told apart by more than their event's name, as plain data. What it means for rows
//! stands in [`crate::kernel::items`].

use serde::{Deserialize, Serialize};

use super::EventRule;

/// How rows become items: pages by their address, screens by their name, everything else by its event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ItemRules {
    /// The first of these that a row meets gives its item; rows that meet none are left out. Empty = every row, by its
    /// event's name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<ItemRule>,
    /// Patterns under whose own text all items go that hold them; `*` stands for any text, and all else for itself. Where
    /// several fit, the last of the list wins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groupings: Vec<String>,
    /// Rows of these items, as they are called after grouping, are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

/// What some rows are called.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ItemRule {
    /// Which rows.
    pub rule: EventRule,
    /// The text column that holds the item; rows without a value are left out. None = the event's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// What is made of the text.
    pub form: ItemForm,
}

/// What is made of an item's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemForm {
    /// Nothing.
    #[default]
    AsIs,
    /// A web address: one slash at its end is taken off, unless there is nothing else.
    Address,
}

/// Which order rows of one user and one instant have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SameInstant {
    /// That of the input.
    #[default]
    InputOrder,
    /// That of their items' names, by bytes; equal ones that of the input.
    ByName,
}
