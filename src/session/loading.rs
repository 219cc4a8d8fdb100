//! Opening files: preview, mapping, load, cancel; and coming back from a dead pool.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use cairn_engine::Failure;
use cairn_engine::ingest::{FileRecipe, Mapping, Preview, agree_on_dates};
use cairn_protocol::{Handle, Loaded, Progress, Reply, Request, Stage};
use js_sys::Array;
use leptos::prelude::*;
use web_sys::File;

use super::{DataSet, Refused, Session, Source, SourceFile, name_of};
use crate::client::{Assets, Pool, lock_down};

/// How often the pool of one data set may lose a worker before the page gives up on the file.
const MAX_DEATHS: u32 = 3;

/// How far opening files has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Loading {
    /// No file is being opened.
    Idle,
    /// The files are being looked at.
    Previewing {
        /// What they are called together.
        name: String,
    },
    /// The person has to say what the columns mean.
    Mapping,
    /// The files are being read.
    Reading {
        /// How far it is.
        progress: Progress,
        /// When it began, in the page's milliseconds.
        since: f64,
    },
    /// No file could be opened, for these reasons.
    Failed(Vec<Refused>),
}

/// Files that are being looked at, one after another.
struct Look {
    files: Vec<File>,
    mappings: Vec<Mapping>,
    /// What came of those that were looked at.
    found: Vec<Result<Preview, Failure>>,
}

impl Session {
    /// Takes in what the page fetched, and forbids every connection from now on. Files that were dropped meanwhile are
    /// opened.
    pub fn provide(self, assets: Result<(Assets, Option<File>), Failure>) {
        let waiting = self.hidden.try_update_value(|hidden| std::mem::take(&mut hidden.waiting));
        let waiting = waiting.unwrap_or_default();
        match assets.and_then(|assets| lock_down().map(|()| assets)) {
            Ok((assets, sample)) => {
                self.hidden.update_value(|hidden| {
                    hidden.assets = Some(assets);
                    hidden.sample = sample;
                });
                self.is_locked.set(true);
                if waiting.is_empty() { self.warm_up() } else { self.open(waiting) }
            }
            Err(failure) => {
                self.hidden.update_value(|hidden| hidden.refusal = Some(failure.clone()));
                if !waiting.is_empty() {
                    self.fail(failure.clone());
                }
                self.notice.set(Some(failure));
            }
        }
    }

    /// Opens the sample.
    pub fn open_sample(self) {
        if let Some(sample) = self.hidden.with_value(|hidden| hidden.sample.clone()) {
            self.open(vec![sample]);
        }
    }

    /// Looks at files and loads those whose columns can be told, as one data set. They are put in the order of their
    /// names, so that the same files give the same table in whatever order they were dropped.
    pub fn open(self, mut files: Vec<File>) {
        files.sort_by_key(File::name);
        self.loading.set(Loading::Previewing { name: name_of_files(&files) });
        self.hidden.update_value(|hidden| {
            hidden.n_deaths = 0;
            hidden.opening_files.clone_from(&files);
        });
        if let Some(failure) = self.hidden.with_value(|hidden| hidden.refusal.clone()) {
            self.fail(failure);
        } else if self.is_locked.get_untracked() {
            let mappings = vec![Mapping::default(); files.len()];
            self.look(files, mappings);
        } else {
            self.hidden.update_value(|hidden| hidden.waiting = files);
        }
    }

    /// Loads the open files again under other choices. A choice that changes how a file is cut into columns has them
    /// looked at again first.
    pub fn remap(self, source: Source) {
        let Some(before) = self.source.get_untracked() else { return };
        let is_cut_alike = |(file, before): (&SourceFile, &SourceFile)| {
            let (now, before) = (&file.recipe.mapping, &before.recipe.mapping);
            now.separator == before.separator && now.has_header == before.has_header
        };
        if source.files.iter().zip(&before.files).all(is_cut_alike) {
            self.source.set(Some(Arc::new(source)));
            self.reload();
        } else {
            let mappings = source.files.into_iter().map(|file| file.recipe.mapping).collect();
            self.look(self.files(), mappings);
        }
    }

    /// Stops opening files, or puts those aside that could not be opened. What was loaded before stays.
    pub fn cancel_opening(self) {
        self.hidden.update_value(|hidden| {
            hidden.opening = None;
            hidden.opening_files.clear();
        });
        self.source.set(self.data.get_untracked().map(|data| Arc::clone(&data.source)));
        self.loading.set(Loading::Idle);
    }

    /// The files that are being opened, else those that are open.
    fn files(self) -> Vec<File> {
        self.hidden.with_value(|hidden| {
            if hidden.opening_files.is_empty() { hidden.files.clone() } else { hidden.opening_files.clone() }
        })
    }

    fn fail(self, failure: Failure) {
        self.loading.set(Loading::Failed(vec![Refused { name: name_of_files(&self.files()), failure }]));
    }

    /// A pool for opening files that holds no others; one that was opening others is ended.
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

    /// A pool has lost a worker. If it held the data they are read again, and the panels ask again; files that keep
    /// killing their workers are given up.
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
        let (is_opening, has_files) =
            self.hidden.with_value(|hidden| (hidden.opening.is_some(), !hidden.files.is_empty()));
        if has_files && n_deaths < MAX_DEATHS && !is_opening {
            self.cancel_opening();
            self.notice.set(Some(Failure { code: "worker_replaced".to_owned(), ..failure }));
            self.reload();
        } else {
            self.notice.set(Some(Failure { code: "worker_lost".to_owned(), ..failure }));
            self.data.update(|_| {}); // the panels ask once more, and hear that nobody is there
        }
    }

    fn look(self, files: Vec<File>, mappings: Vec<Mapping>) {
        if let Some(pool) = self.start_opening() {
            self.look_on(Look { files, mappings, found: Vec::new() }, &Rc::downgrade(&pool));
        }
    }

    /// Looks at the next file, or goes on with all of them.
    fn look_on(self, look: Look, pool: &Weak<Pool>) {
        let Some(here) = pool.upgrade() else { return };
        let Some((file, mapping)) = look.files.iter().zip(&look.mappings).nth(look.found.len()) else {
            return self.looked(look, &here);
        };
        let request =
            Request::Preview { file: Handle(0), name: file.name(), mapping: Box::new(mapping.clone()) };
        let (handles, pool, look) = (Array::of1(file), Weak::clone(pool), RefCell::new(Some(look)));
        let listener = move |reply| {
            let found = match reply {
                Reply::Previewed { preview } => Ok(*preview),
                Reply::Failed { failure } => Err(failure),
                _ => return,
            };
            if let Some(mut look) = look.take() {
                look.found.push(found);
                self.look_on(look, &pool);
            }
        };
        here.send(&request, &handles, Rc::new(listener));
    }

    /// Goes on in the pool that looked, or waits for the person to say what the columns mean.
    fn looked(self, look: Look, pool: &Pool) {
        let (mut source, mut files) = (Source::default(), Vec::new());
        for (file, found) in look.files.into_iter().zip(look.found) {
            let name = file.name();
            match found {
                Ok(preview) => {
                    let mapping = preview.mapping.clone();
                    let recipe = FileRecipe { name, preview, mapping };
                    source.files.push(SourceFile { recipe, n_bytes: file.size() as u64, failure: None });
                    files.push(file);
                }
                Err(failure) => source.refused.push(Refused { name, failure }),
            }
        }
        if files.is_empty() {
            return self.loading.set(Loading::Failed(source.refused));
        }
        let previews = source.files.iter_mut().map(|file| &mut file.recipe.preview);
        agree_on_dates(&mut previews.collect::<Vec<_>>());
        self.hidden.update_value(|hidden| hidden.opening_files = files);
        self.source.set(Some(Arc::new(source)));
        self.load(pool);
    }

    /// Reads the files in a fresh pool.
    fn reload(self) {
        if let Some(pool) = self.start_opening() {
            self.load(&pool);
        }
    }

    /// Reads the files that can be read in the pool that opens them, which takes the place of the present one when it has
    /// the table.
    fn load(self, pool: &Pool) {
        let Some(source) = self.source.get_untracked() else { return };
        let (files, readable) = (self.files(), source.readable());
        if readable.is_empty() {
            return self.loading.set(Loading::Mapping);
        }
        let request = Request::Load {
            files: (0..).map(Handle).take(readable.len()).collect(),
            recipes: readable.iter().map(|&at| source.files[at].recipe.clone()).collect(),
        };
        let handles: Array = readable.iter().filter_map(|&at| files.get(at)).collect();
        let since = super::now();
        let none = Progress { n_bytes: 0, n_bytes_total: source.n_bytes(), n_rows: 0, stage: Stage::Reading };
        self.loading.set(Loading::Reading { progress: none, since });
        let listener = move |reply| match reply {
            Reply::Progress(progress) => self.loading.set(Loading::Reading { progress, since }),
            Reply::Loaded(loaded) => self.loaded(*loaded),
            Reply::Failed { failure } => self.leave_out(failure),
            _ => {}
        };
        pool.send(&request, &handles, Rc::new(listener));
    }

    /// Reads the other files again without the one that failed, if there are others.
    fn leave_out(self, failure: Failure) {
        let Some(source) = self.source.get_untracked() else { return };
        let readable = source.readable();
        let name = failure.position.as_ref().and_then(|position| position.file.clone());
        let failed = readable.iter().find(|&&at| Some(&source.files[at].recipe.name) == name.as_ref());
        match failed {
            Some(&at) if readable.len() > 1 => {
                let mut source = (*source).clone();
                source.files[at].failure = Some(failure);
                self.source.set(Some(Arc::new(source)));
                self.reload();
            }
            _ => self.fail(failure),
        }
    }

    fn loaded(self, loaded: Loaded) {
        let Some(source) = self.source.get_untracked() else { return };
        let number = self.hidden.try_update_value(|hidden| {
            hidden.pool = hidden.opening.take();
            let opened = std::mem::take(&mut hidden.opening_files);
            if !opened.is_empty() {
                hidden.files = opened;
            }
            hidden.n_loads += 1;
            hidden.n_loads
        });
        let data = DataSet { number: number.unwrap_or_default(), name: source.name(), source, loaded };
        self.data.set(Some(Arc::new(data)));
        self.loading.set(Loading::Idle);
    }
}

/// What files are called together.
fn name_of_files(files: &[File]) -> String {
    let names: Vec<String> = files.iter().map(File::name).collect();
    name_of(&names.iter().map(String::as_str).collect::<Vec<_>>())
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
