//! The checklist on a page: [`Checklist`], which the loader's custom element drives, and behind it the view (in the
//! element's shadow root), storage and announcements. What the checklist *means* is in `cairn-checklist`.

mod aside;
mod desk;
mod element;
mod guide;
mod help;
mod json;
mod live;
mod look;
mod notice;
mod row;
mod speech;
mod store;
mod strings;
mod survey;
mod view;

pub use element::Checklist;
