//! Opening files: preview, mapping, load, cancel; and coming back from a dead pool.

use std::rc::{Rc, Weak};
use std::sync::Arc;

use cairn_engine::Failure;
use cairn_engine::ingest::{Mapping, Preview};
use cairn_engine::table::Role;
use cairn_protocol::{Handle, Loaded, Progress, Reply, Request, Stage};
use js_sys::Array;
use leptos::prelude::*;
use web_sys::File;

use super::{DataSet, Session, Source};
use crate::client::{Assets, Pool, lock_down};

/// How often the pool of one data set may lose a worker before the page gives up on the file.
const MAX_DEATHS: u32 = 3;

/// How far opening a file has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Loading {
    /// No file is being opened.
    Idle,
    /// The file is being looked at.
    Previewing {
        /// The file's name.
        name: String,
    },
    /// The person has to say what the columns mean.
    Mapping,
    /// The file is being read.
    Reading {
        /// How far it is.
        progress: Progress,
        /// When it began, in the page's milliseconds.
        since: f64,
    },
    /// The file could not be opened.
    Failed {
        /// The file's name.
        name: String,
        /// Why.
        failure: Failure,
    },
}

impl Session {
    /// Takes in what the page fetched, and forbids every connection from now on. A file that was dropped meanwhile is
    /// opened.
    pub fn provide(self, assets: Result<(Assets, Option<File>), Failure>) {
        match assets.and_then(|assets| lock_down().map(|()| assets)) {
            Ok((assets, sample)) => {
                let waiting = self.hidden.try_update_value(|hidden| {
                    hidden.assets = Some(assets);
                    hidden.sample = sample;
                    hidden.waiting.take()
                });
                self.is_locked.set(true);
                match waiting.flatten() {
                    Some(file) => self.open(file),
                    None => self.warm_up(),
                }
            }
            Err(failure) => {
                let waiting = self.hidden.try_update_value(|hidden| {
                    hidden.refusal = Some(failure.clone());
                    hidden.waiting.take()
                });
                if waiting.flatten().is_some() {
                    self.fail(failure.clone());
                }
                self.notice.set(Some(failure));
            }
        }
    }

    /// Opens the sample.
    pub fn open_sample(self) {
        if let Some(sample) = self.hidden.with_value(|hidden| hidden.sample.clone()) {
            self.open(sample);
        }
    }

    /// Looks at a file and, if its columns can be told, loads it.
    pub fn open(self, file: File) {
        self.loading.set(Loading::Previewing { name: file.name() });
        self.hidden.update_value(|hidden| {
            hidden.n_deaths = 0;
            hidden.opening_file = Some(file.clone());
        });
        if let Some(failure) = self.hidden.with_value(|hidden| hidden.refusal.clone()) {
            self.fail(failure);
        } else if self.is_locked.get_untracked() {
            self.look(file, Mapping::default());
        } else {
            self.hidden.update_value(|hidden| hidden.waiting = Some(file));
        }
    }

    /// Loads the open file again under other choices. A choice that changes how the file is cut into columns has it
    /// looked at again first.
    pub fn remap(self, mapping: Mapping) {
        let (Some(source), Some(file)) = (self.source.get_untracked(), self.file()) else { return };
        let is_cut_alike =
            source.mapping.separator == mapping.separator && source.mapping.has_header == mapping.has_header;
        if is_cut_alike {
            self.source.set(Some(Arc::new(Source { mapping, ..(*source).clone() })));
            self.reload(&file);
        } else {
            self.look(file, mapping);
        }
    }

    /// Stops opening a file, or puts one aside that could not be opened. What was loaded before stays.
    pub fn cancel_opening(self) {
        self.hidden.update_value(|hidden| {
            hidden.opening = None;
            hidden.opening_file = None;
        });
        self.source.set(self.data.get_untracked().map(|data| Arc::clone(&data.source)));
        self.loading.set(Loading::Idle);
    }

    /// The file that is being opened, else the one that is open.
    fn file(self) -> Option<File> {
        self.hidden.with_value(|hidden| hidden.opening_file.clone().or_else(|| hidden.file.clone()))
    }

    fn fail(self, failure: Failure) {
        let name = self.file().map(|file| file.name()).unwrap_or_default();
        self.loading.set(Loading::Failed { name, failure });
    }

    /// A pool for opening a file that holds no other; one that was opening another is ended.
    fn start_opening(self) -> Option<Rc<Pool>> {
        self.hidden.update_value(|hidden| hidden.opening = None);
        let started = match self.take_spare() {
            Some(spare) => Ok(spare),
            None => self.start_pool()?,
        };
        match started {
            Ok((number, pool)) => {
                self.hidden.update_value(|hidden| hidden.opening = Some((number, Rc::clone(&pool))));
                Some(pool)
            }
            Err(failure) => {
                self.fail(failure);
                None
            }
        }
    }

    /// Starts a pool, with its number; none before the page has all it needs.
    pub(super) fn start_pool(self) -> Option<Result<(u32, Rc<Pool>), Failure>> {
        let (assets, number) = self.hidden.try_update_value(|hidden| {
            hidden.n_pools += 1;
            (hidden.assets.clone(), hidden.n_pools)
        })?;
        let started = Pool::start(&assets?, move |failure| self.died(number, failure));
        Some(started.map(|pool| (number, Rc::new(pool))))
    }

    /// A pool has lost a worker. If it held the data they are read again, and the panels ask again; a file that keeps killing
    /// its workers is given up.
    fn died(self, number: u32, failure: Failure) {
        let is = |slot: &Option<(u32, Rc<Pool>)>| slot.as_ref().is_some_and(|(other, _)| *other == number);
        let (was_opening, held_data) =
            self.hidden.with_value(|hidden| (is(&hidden.opening), is(&hidden.pool)));
        if was_opening {
            self.hidden.update_value(|hidden| hidden.opening = None);
            self.fail(of_loading(failure));
        } else if held_data {
            let n_deaths = self.hidden.try_update_value(|hidden| {
                hidden.pool = None;
                hidden.n_deaths += 1;
                hidden.n_deaths
            });
            self.come_back(n_deaths.unwrap_or(MAX_DEATHS), failure);
        }
    }

    fn come_back(self, n_deaths: u32, failure: Failure) {
        let (opening, file) =
            self.hidden.with_value(|hidden| (hidden.opening.is_some(), hidden.file.clone()));
        match file {
            Some(file) if n_deaths < MAX_DEATHS && !opening => {
                self.cancel_opening();
                self.notice.set(Some(Failure { code: "worker_replaced".to_owned(), ..failure }));
                self.reload(&file);
            }
            _ => {
                self.notice.set(Some(Failure { code: "worker_lost".to_owned(), ..failure }));
                self.data.update(|_| {}); // the panels ask once more, and hear that nobody is there
            }
        }
    }

    fn look(self, file: File, mapping: Mapping) {
        let Some(pool) = self.start_opening() else { return };
        let here = Rc::downgrade(&pool);
        let request = Request::Preview { file: Handle(0), name: file.name(), mapping: Box::new(mapping) };
        let handles = Array::of1(&file);
        let listener = move |reply| match reply {
            Reply::Previewed { preview } => self.looked(&file, *preview, &here),
            Reply::Failed { failure } => self.fail(failure),
            _ => {}
        };
        pool.send(&request, &handles, Rc::new(listener));
    }

    /// Goes on in the pool that looked, or waits for the person to say what the columns mean.
    fn looked(self, file: &File, preview: Preview, pool: &Weak<Pool>) {
        let has = |role| preview.columns.iter().any(|column| column.role == role);
        let is_clear = has(Role::User) && has(Role::Time);
        let mapping = preview.mapping.clone();
        let source = Source { name: file.name(), n_bytes: file.size() as u64, preview, mapping };
        self.source.set(Some(Arc::new(source)));
        match pool.upgrade() {
            Some(pool) if is_clear => self.load(file, &pool),
            _ => self.loading.set(Loading::Mapping),
        }
    }

    /// Reads the file in a fresh pool.
    fn reload(self, file: &File) {
        if let Some(pool) = self.start_opening() {
            self.load(file, &pool);
        }
    }

    /// Reads the file in the pool that opens it, which takes the place of the present one when it has the table.
    fn load(self, file: &File, pool: &Pool) {
        let Some(source) = self.source.get_untracked() else { return };
        let request = Request::Load {
            file: Handle(0),
            name: source.name.clone(),
            preview: Box::new(source.preview.clone()),
            mapping: Box::new(source.mapping.clone()),
        };
        let since = super::now();
        let none = Progress { n_bytes: 0, n_bytes_total: source.n_bytes, n_rows: 0, stage: Stage::Reading };
        self.loading.set(Loading::Reading { progress: none, since });
        let listener = move |reply| match reply {
            Reply::Progress(progress) => self.loading.set(Loading::Reading { progress, since }),
            Reply::Loaded(loaded) => self.loaded(*loaded),
            Reply::Failed { failure } => self.fail(failure),
            _ => {}
        };
        pool.send(&request, &Array::of1(file), Rc::new(listener));
    }

    fn loaded(self, loaded: Loaded) {
        let Some(source) = self.source.get_untracked() else { return };
        let number = self.hidden.try_update_value(|hidden| {
            hidden.pool = hidden.opening.take();
            hidden.file = hidden.opening_file.take().or_else(|| hidden.file.take());
            hidden.n_loads += 1;
            hidden.n_loads
        });
        let data = DataSet { number: number.unwrap_or_default(), name: source.name.clone(), source, loaded };
        self.data.set(Some(Arc::new(data)));
        self.loading.set(Loading::Idle);
    }
}

/// What the death of a worker that opens a file means to the person: one that ran has most likely run out of memory,
/// one that never ran has another cause, which its code tells.
fn of_loading(failure: Failure) -> Failure {
    match failure.code.as_str() {
        "worker_died" => Failure { code: "load_died".to_owned(), ..failure },
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::of_loading;
    use cairn_engine::Failure;

    fn code_of(code: &str) -> String {
        of_loading(Failure { code: code.to_owned(), message: String::new(), position: None }).code
    }

    #[test]
    fn only_a_worker_that_ran_may_have_run_out_of_memory() {
        assert_eq!(code_of("worker_died"), "load_died");
        assert_eq!(code_of("wrong_build"), "wrong_build");
        assert_eq!(code_of("worker_not_started"), "worker_not_started");
    }
}
