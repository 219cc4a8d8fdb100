//! Views that panels are made of. They know texts, numbers and the browser, and nothing of sessions or analyses.
//!
//! What they have in common: properties are signals, a closure or a plain value does for one; what the person did comes
//! back through a callback and never by writing to a signal of the caller's; looks are class names of `www/styles`; a
//! label is always there for those who cannot see, also where the picture shows none.

// Leptos' component macro writes `pub` into its own items, whatever a component's visibility is.
#![allow(unreachable_pub)]

mod badge;
mod chart;
mod choice;
mod combobox;
mod data_table;
mod disclosure;
mod duration_field;
mod field;
mod file_drop;
mod icon;
mod icon_button;
mod later;
mod menu;
mod notice;
mod number_field;
mod popover;
mod progress;
mod save;
mod select;
mod sentence;
mod spoken;
mod stat;

pub use badge::{Badge, Tint};
pub use chart::Chart;
pub use choice::SegmentedControl;
pub use combobox::Combobox;
pub use data_table::{Cell, Column, DataTable, TableData, Value};
pub use disclosure::Disclosure;
pub use duration_field::DurationField;
pub use field::{Label, TextField};
pub use file_drop::{DropSize, Dropped, FileDrop};
pub use icon::{Brand, Glyph, Icon};
pub use icon_button::IconButton;
pub use later::{AfterPaint, Later};
pub use menu::{Menu, MenuItem};
pub use notice::{Notice, Severity};
pub use number_field::NumberField;
pub use progress::{Progress, Work};
pub use save::{CopyButton, copy_text, save_png, save_svg, save_text};
pub use select::{Choice, Select};
pub use sentence::Sentence;
pub use spoken::Spoken;
pub use stat::Stat;

/// An id for an element of this page, new with every call.
pub fn unique_id(prefix: &str) -> String {
    thread_local! {
        static NEXT: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }
    let n = NEXT.get();
    NEXT.set(n + 1);
    format!("{prefix}-{n}")
}
