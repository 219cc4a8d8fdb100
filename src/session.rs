//! All state of the page, and the verbs on it. Components read signals and call verbs; only this module and
//! [`crate::client`] speak to workers.

mod address;
mod asking;
mod facts;
mod loading;
mod source;
mod warming;

pub use asking::{Answered, Asked};
pub use facts::Facts;
pub use loading::Loading;
pub use source::{DataSet, Refused, Source, SourceFile, name_of};

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use cairn_engine::rule::{NamedSegment, Scope};
use cairn_engine::{Failure, Query};
use leptos::prelude::*;
use web_sys::File;

use crate::client::{Assets, Pool};
use crate::panel::{Panel, Place};
use warming::Spare;

/// The page's state: a handle to signals, passed around by copy and provided in context.
#[derive(Clone, Copy)]
pub struct Session {
    /// The files that are open or being opened, with what their columns mean.
    pub source: RwSignal<Option<Arc<Source>>>,
    /// How far opening it has come.
    pub loading: RwSignal<Loading>,
    /// The data set that questions are asked of. It stays while other files load.
    pub data: RwSignal<Option<Arc<DataSet>>>,
    /// What the person should know about the session as a whole, such as a worker that was replaced.
    pub notice: RwSignal<Option<Failure>>,
    /// Saved segments, in the order of saving.
    pub segments: RwSignal<Vec<NamedSegment>>,
    /// The name of the saved segment that filters every panel.
    pub filter: RwSignal<Option<String>>,
    /// The panel on screen.
    pub panel: RwSignal<Panel>,
    /// The queries of each panel, as the person left them; the session's scope is not in them.
    pub drafts: RwSignal<BTreeMap<Place, Query>>,
    /// Whether the page holds all it needs and has forbidden itself every connection.
    pub is_locked: RwSignal<bool>,
    hidden: StoredValue<Hidden, LocalStorage>,
}

/// What no component sees.
#[derive(Default)]
struct Hidden {
    assets: Option<Assets>,
    /// Why this page will never open files.
    refusal: Option<Failure>,
    /// The pool that holds `data`, with its number.
    pool: Option<(u32, Rc<Pool>)>,
    /// The pool that opens the next files. Each load has a pool of its own, whose memory is given back whole when the
    /// load is canceled or replaced.
    opening: Option<(u32, Rc<Pool>)>,
    /// The pool that waits for the first files.
    spare: Option<Spare>,
    /// The files that `data` was read from, as its source has them.
    files: Vec<File>,
    /// The files that are being opened, or could not be.
    opening_files: Vec<File>,
    /// The sample.
    sample: Option<File>,
    /// Files that were dropped before the page was ready.
    waiting: Vec<File>,
    /// How often the worker has died since the files were opened.
    n_deaths: u32,
    n_loads: u32,
    n_pools: u32,
}

impl Session {
    /// An empty session.
    pub fn new() -> Self {
        Self {
            source: RwSignal::new(None),
            loading: RwSignal::new(Loading::Idle),
            data: RwSignal::new(None),
            notice: RwSignal::new(None),
            segments: RwSignal::new(Vec::new()),
            filter: RwSignal::new(None),
            panel: RwSignal::new(Panel::Sources),
            drafts: RwSignal::new(BTreeMap::new()),
            is_locked: RwSignal::new(false),
            hidden: StoredValue::new_local(Hidden::default()),
        }
    }

    /// The scope that the top bar sets for every panel.
    pub fn scope(self) -> Scope {
        let zone = self.source.get().and_then(|source| source.zone().map(str::to_owned));
        Scope { segment: self.filtering_segment().map(|saved| saved.segment), zone, ..Scope::default() }
    }

    /// The saved segment that filters every panel.
    fn filtering_segment(self) -> Option<NamedSegment> {
        let name = self.filter.get()?;
        self.segments.get().into_iter().find(|saved| saved.name == name)
    }

    /// The IANA zone that times are shown in.
    pub fn zone(self) -> String {
        self.source
            .with(|source| source.as_ref()?.zone().map(str::to_owned))
            .unwrap_or_else(|| "UTC".to_owned())
    }

    /// Sets a query of a panel.
    pub fn set_draft(self, place: Place, query: Query) {
        if self.drafts.with_untracked(|drafts| drafts.get(&place) != Some(&query)) {
            self.drafts.update(|drafts| drop(drafts.insert(place, query)));
        }
    }

    /// Saves a segment, or replaces the one of that name.
    pub fn save_segment(self, saved: NamedSegment) {
        self.segments.update(|segments| match segments.iter_mut().find(|other| other.name == saved.name) {
            Some(other) => *other = saved,
            None => segments.push(saved),
        });
    }

    /// Saves a segment that came with an address and gives its name, which is a new one if another rule has that name
    /// already: a link never changes what the person saved.
    fn adopt_segment(self, segment: NamedSegment) -> String {
        let name = self.segments.with_untracked(|saved| name_for(&segment, saved));
        self.save_segment(NamedSegment { name: name.clone(), ..segment });
        name
    }

    /// Deletes a saved segment; a filter by it goes too.
    pub fn delete_segment(self, name: &str) {
        self.segments.update(|segments| segments.retain(|saved| saved.name != name));
        if self.filter.get_untracked().as_deref() == Some(name) {
            self.filter.set(None);
        }
    }
}

/// The segment's name, or `name (2)` and so on if other rules are saved under those before.
fn name_for(segment: &NamedSegment, saved: &[NamedSegment]) -> String {
    let is_free = |name: &String| {
        saved.iter().find(|other| other.name == *name).is_none_or(|other| other.segment == segment.segment)
    };
    let others = (2..).map(|n| format!("{} ({n})", segment.name));
    let mut names = std::iter::once(segment.name.clone()).chain(others);
    names.find(is_free).unwrap_or_default()
}

/// The page's clock, in milliseconds since it was opened.
fn now() -> f64 {
    gloo::utils::window().performance().map_or(0.0, |clock| clock.now())
}

#[cfg(test)]
mod tests {
    use cairn_engine::rule::{NamedSegment, Segment};

    use super::name_for;

    #[test]
    fn a_segment_from_a_link_takes_no_name_of_another_rule() {
        let named = |name: &str, segment| NamedSegment { name: name.to_owned(), segment };
        let (all, none) = (Segment::AllOf { of: Vec::new() }, Segment::AnyOf { of: Vec::new() });
        let saved = [named("Pro", all.clone()), named("Pro (2)", Segment::Not { of: Box::new(all.clone()) })];
        assert_eq!(name_for(&named("New", none.clone()), &saved), "New");
        assert_eq!(name_for(&named("Pro", all), &saved), "Pro");
        assert_eq!(name_for(&named("Pro", none), &saved), "Pro (3)");
    }
}
