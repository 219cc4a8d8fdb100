//! Writes batches of records into columns: texts to codes, numbers and times to values.

use super::batch::{Batch, Trouble};
use super::feed::Feed;
use super::interner::Interner;
use super::number::{self, Reading};
use super::plan::{Certainty, Content, FilePlan};
use super::report::WarningKind;
use super::time_format::{Moment, TimeReader};
use super::union::Plan;
use super::zone::Occurs;
use crate::kernel::order::sort_by_key;
use crate::table::builder::{Block, BlockColumn};
use crate::table::parcel::{Packer, Parcel};
use crate::table::users::mix;
use crate::table::{Column, Dictionary, MISSING, Shards};
use crate::time::Millis;

/// The columns of all rows so far, as one parser meets them.
///
/// A batch is written column by column, so that each loop does one thing: first the rows are chosen that have a user, a
/// time and an event, then every column takes its values of these rows.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) users: Interner,
    pub(crate) stores: Vec<Store>,
    /// Packed rows, each parcel with its shard.
    pub(crate) parcels: Vec<(usize, Parcel)>,
    /// Whether a local time has been met in this part, for which the zone was needed.
    pub(crate) has_local_times: bool,
    packer: Packer,
    sender: u32,
    reading: u32,
    /// The event's column.
    event: usize,
    seed: u64,
    feed: Feed,
    /// The users, times and rows chosen of the batch at hand, and what is wrong with it.
    block: Block,
    kept: Vec<u32>,
    troubles: Vec<Trouble>,
}

/// A moment of a load, as the numbers of users and texts that had been met.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    n_users: usize,
    n_texts: Vec<usize>,
}

/// One column's values.
#[derive(Debug)]
pub(crate) enum Store {
    /// The user or the event's time: stands in the parcels.
    Elsewhere,
    /// Texts, which the parcels hold as codes.
    Text(Interner),
    /// Numbers.
    Number(Doubt),
    /// Times.
    Time(Doubt),
}

/// What happens to a value of another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// It is missing, and counted.
    None,
    /// The kind is wrong.
    Open,
    /// The kind has been found wrong: other values no longer matter.
    Settled,
}

/// How many rows a block may have.
const MAX_BLOCK: usize = 1 << 16;
/// How many values.
const MAX_BLOCK_VALUES: usize = 1 << 22;

/// How much text a dictionary may hold before a batch is added, whose texts are far shorter than the rest to 4 GiB.
const MAX_TEXT: usize = u32::MAX as usize - (256 << 20);

impl Columns {
    /// Empty columns.
    pub(crate) fn new(plan: &Plan, seed: u64, (sender, shards): (u32, Shards)) -> Self {
        let mut columns = Self {
            users: Interner::new(seed),
            stores: Vec::new(),
            parcels: Vec::new(),
            has_local_times: false,
            packer: Packer::new(shards),
            sender,
            reading: 0,
            event: plan.event,
            seed,
            feed: Feed::new(&plan.files[0]),
            block: Block::default(),
            kept: Vec::new(),
            troubles: Vec::new(),
        };
        for column in &plan.columns {
            let doubt = |certainty| if certainty == Certainty::Chosen { Doubt::None } else { Doubt::Open };
            match column.content {
                Content::User | Content::EventTime => columns.add(Store::Elsewhere),
                Content::Text => columns.add_text(),
                Content::Number(certainty) => columns.add(Store::Number(doubt(certainty))),
                Content::Time(_, certainty) => columns.add(Store::Time(doubt(certainty))),
            }
        }
        columns
    }

    /// Says which field of the file at hand fills a column.
    pub(crate) fn fill(&mut self, column: usize, field: usize) {
        self.feed.sources.resize(self.stores.len(), None);
        self.feed.sources[column] = Some((field, TimeReader::YearFirst));
    }

    /// Adds a column of texts that earlier rows do not have.
    pub(crate) fn add_text(&mut self) {
        // Each dictionary has a seed of its own, so that what is bad for one is not for all.
        let seed = mix(self.seed ^ self.stores.len() as u64);
        self.add(Store::Text(Interner::new(seed)));
    }

    fn add(&mut self, store: Store) {
        let n_rows = self.block.users.len();
        self.block.columns.push(match &store {
            Store::Elsewhere => BlockColumn::Elsewhere,
            Store::Text(_) => BlockColumn::Text(vec![MISSING; n_rows]),
            Store::Number(_) => BlockColumn::Number(vec![f64::NAN; n_rows]),
            Store::Time(..) => BlockColumn::Time(vec![Column::NO_TIME; n_rows]),
        });
        self.stores.push(store);
    }

    /// Writes a batch whose rows have a cell for every column, and returns what is wrong with its rows, in their order:
    /// for a row that is skipped, the reason only.
    pub(crate) fn write(&mut self, batch: &Batch, text: &[u8]) -> &[Trouble] {
        let n_rows = self.block.users.len() + batch.rows.len();
        if n_rows > MAX_BLOCK || n_rows * self.stores.len() > MAX_BLOCK_VALUES {
            self.end_block();
        }
        self.troubles.clear();
        self.choose_rows(batch, text);
        self.keep_troubles(batch);
        if self.has_settled() {
            self.write_doubted(batch, text);
            return &self.troubles;
        }
        let users = self.kept.iter().map(|&row| batch.bytes(text, batch.cell(row as usize, self.feed.user)));
        self.users.intern_each(users, |code| self.block.users.push(code));
        for column in 0..self.stores.len() {
            self.write_column(column, batch, text);
        }
        if !self.troubles.is_sorted_by_key(|trouble| trouble.row) {
            sort_by_key(&mut self.troubles, |trouble| trouble.row);
        }
        &self.troubles
    }

    /// Whether the file has to be read again, so that only what else is wrong is of interest.
    fn has_settled(&self) -> bool {
        let doubt = |store: &Store| matches!(store, Store::Number(doubt) | Store::Time(doubt) if *doubt == Doubt::Settled);
        self.stores.iter().any(doubt)
    }

    /// Looks at the columns whose kind is still in doubt, and keeps nothing.
    fn write_doubted(&mut self, batch: &Batch, text: &[u8]) {
        for column in 0..self.stores.len() {
            if let Store::Number(Doubt::Open) | Store::Time(Doubt::Open) = self.stores[column] {
                self.write_column(column, batch, text);
            }
        }
        self.clear_block();
        self.parcels.clear();
    }

    /// Packs the rows of the block at hand; there is an empty one after it.
    pub(crate) fn end_block(&mut self) {
        for user in self.packer.n_known()..self.users.len() {
            self.packer.add_user(self.users.get(user as u32));
        }
        let parcels = self.packer.pack(&self.block, self.sender, self.reading);
        self.parcels.extend(parcels.into_iter().enumerate().filter(|(_, parcel)| parcel.header.n_rows() > 0));
        self.clear_block();
    }

    fn clear_block(&mut self) {
        self.block.users.clear();
        self.block.times.clear();
        for column in &mut self.block.columns {
            match column {
                BlockColumn::Text(codes) => codes.clear(),
                BlockColumn::Number(values) => values.clear(),
                BlockColumn::Time(values) => values.clear(),
                BlockColumn::Constant { .. } | BlockColumn::Elsewhere => {}
            }
        }
    }

    /// Starts another part of a file, or the same again.
    pub(crate) fn begin(&mut self, reading: u32, file: &FilePlan) {
        self.reading = reading;
        self.has_local_times = false;
        self.clear_block();
        self.feed = Feed::new(file);
        self.feed.sources.resize(self.stores.len(), None);
        if let (None, Store::Text(interner)) = (file.event, &mut self.stores[self.event]) {
            self.feed.event_code = interner.intern(file.event_name.as_bytes()) + 1;
        }
        for store in &mut self.stores {
            if let Store::Number(doubt) | Store::Time(doubt) = store
                && *doubt == Doubt::Settled
            {
                *doubt = Doubt::Open;
            }
        }
    }

    /// How many users and texts have been met.
    pub(crate) fn mark(&self) -> Mark {
        let n_texts = |store: &Store| if let Store::Text(interner) = store { interner.len() } else { 0 };
        Mark { n_users: self.users.len(), n_texts: self.stores.iter().map(n_texts).collect() }
    }

    /// Forgets all users and texts met since.
    pub(crate) fn roll_back(&mut self, mark: &Mark) {
        self.users.truncate(mark.n_users);
        self.packer.truncate(self.packer.n_known().min(mark.n_users));
        for (index, store) in self.stores.iter_mut().enumerate() {
            if let Store::Text(interner) = store {
                interner.truncate(mark.n_texts.get(index).copied().unwrap_or_default());
            }
        }
    }

    /// Each shard's users, in the order of their indexes in its parcels.
    pub(crate) fn users_of(&self, shard: usize) -> Dictionary {
        let text = |code| String::from_utf8_lossy(self.users.get(code));
        let mut users = Dictionary::default();
        self.packer.users_of(shard).for_each(|code| users.push(&text(code)));
        users
    }

    /// The field of the first column whose texts come near the 4 GiB that a dictionary can hold.
    pub(crate) fn overfull(&self) -> Option<usize> {
        let is_overfull = |interner: &Interner| interner.n_bytes() > MAX_TEXT;
        if is_overfull(&self.users) {
            return Some(self.feed.user);
        }
        let overfull = |store: &Store| matches!(store, Store::Text(interner) if is_overfull(interner));
        // A column that this file does not fill was not overfull when the file began.
        self.stores
            .iter()
            .zip(&self.feed.sources)
            .find_map(|(store, source)| if overfull(store) { source.map(|(field, _)| field) } else { None })
    }

    /// Chooses the rows that have a user, a readable time and an event, and writes their times.
    fn choose_rows(&mut self, batch: &Batch, text: &[u8]) {
        self.kept.clear();
        let Feed { user, time: time_field, event, event_time: reader, .. } = self.feed;
        let mut bad_json =
            batch.troubles.iter().filter(|trouble| trouble.kind == WarningKind::BadJson).peekable();
        for row in 0..batch.rows.len() {
            if let Some(trouble) = bad_json.next_if(|trouble| trouble.row == row as u32) {
                self.troubles.push(*trouble);
                continue;
            }
            let refuse = |kind, field: usize| Trouble { row: row as u32, kind, column: Some(field as u32) };
            if batch.cell(row, user).is_empty() {
                self.troubles.push(refuse(WarningKind::MissingUser, user));
                continue;
            }
            let time = batch.bytes(text, batch.cell(row, time_field));
            let Some(moment) = reader.read(time) else {
                let is_missing = number::is_missing(time.trim_ascii());
                let kind = if is_missing { WarningKind::MissingTime } else { WarningKind::BadTime };
                self.troubles.push(refuse(kind, time_field));
                continue;
            };
            if let Some(event) = event
                && batch.cell(row, event).is_empty()
            {
                self.troubles.push(refuse(WarningKind::MissingEvent, event));
                continue;
            }
            let instant = match moment {
                Moment::Instant(millis) => Millis(millis),
                Moment::Local(local) => {
                    self.has_local_times = true;
                    let (instant, occurs) = self.feed.zone.instant(local);
                    self.troubles.extend(time_trouble(occurs).map(|kind| refuse(kind, time_field)));
                    instant
                }
            };
            self.block.times.push(instant);
            self.kept.push(row as u32);
        }
    }

    /// Takes over what is wrong with the rows that are kept.
    fn keep_troubles(&mut self, batch: &Batch) {
        if batch.troubles.is_empty() && batch.ragged.is_empty() {
            return;
        }
        let ragged = batch.ragged.iter().map(|&(row, n_fields)| {
            let is_short = (n_fields as usize) < batch.width;
            let kind = if is_short { WarningKind::ShortRow } else { WarningKind::LongRow };
            Trouble { row, kind, column: None }
        });
        for trouble in ragged.chain(batch.troubles.iter().copied()) {
            if self.kept.binary_search(&trouble.row).is_ok() {
                self.troubles.push(trouble);
            }
        }
    }

    fn write_column(&mut self, column: usize, batch: &Batch, text: &[u8]) {
        let Some((field, reader)) = self.feed.sources[column] else { return self.write_nothing(column) };
        let trouble = |row, kind| Trouble { row, kind, column: Some(field as u32) };
        let cells = self.kept.iter().map(|&row| (row, batch.bytes(text, batch.cell(row as usize, field))));
        match (&mut self.stores[column], &mut self.block.columns[column]) {
            (Store::Text(interner), BlockColumn::Text(codes)) => {
                codes.extend(
                    cells.map(|(_, text)| if text.is_empty() { MISSING } else { interner.intern(text) + 1 }),
                );
            }
            (Store::Number(doubt), BlockColumn::Number(values)) => {
                for (row, text) in cells {
                    let value = match number::read(text, self.feed.mark) {
                        Reading::Number(value) => Some(value),
                        _ if *doubt == Doubt::None => number::read_leniently(text, self.feed.mark),
                        _ => None,
                    };
                    values.push(value.unwrap_or(f64::NAN));
                    if value.is_none() && !number::is_missing(text.trim_ascii()) {
                        self.troubles
                            .extend(doubt.settle(WarningKind::BadNumber).map(|kind| trouble(row, kind)));
                    }
                }
            }
            (Store::Time(doubt), BlockColumn::Time(values)) => {
                for (row, text) in cells {
                    let (value, kind) = match reader.read(text) {
                        Some(Moment::Instant(millis)) => (Millis(millis), None),
                        Some(Moment::Local(local)) => {
                            self.has_local_times = true;
                            let (instant, occurs) = self.feed.zone.instant(local);
                            (instant, time_trouble(occurs))
                        }
                        None if number::is_missing(text.trim_ascii()) => (Column::NO_TIME, None),
                        None => (Column::NO_TIME, doubt.settle(WarningKind::BadTimeValue)),
                    };
                    values.push(value);
                    self.troubles.extend(kind.map(|kind| trouble(row, kind)));
                }
            }
            _ => {}
        }
    }

    /// Writes a column that the file does not have.
    fn write_nothing(&mut self, column: usize) {
        let n_rows = self.block.users.len();
        let code = if column == self.event { self.feed.event_code } else { MISSING };
        match &mut self.block.columns[column] {
            BlockColumn::Text(codes) => codes.resize(n_rows, code),
            BlockColumn::Number(values) => values.resize(n_rows, f64::NAN),
            BlockColumn::Time(values) => values.resize(n_rows, Column::NO_TIME),
            BlockColumn::Constant { .. } | BlockColumn::Elsewhere => {}
        }
    }
}

impl Doubt {
    /// What a value of another kind is: bad, the end of a guess, or nothing new.
    fn settle(&mut self, bad: WarningKind) -> Option<WarningKind> {
        match self {
            Self::None => Some(bad),
            Self::Open => {
                *self = Self::Settled;
                Some(WarningKind::Retyped)
            }
            Self::Settled => None,
        }
    }
}

fn time_trouble(occurs: Occurs) -> Option<WarningKind> {
    match occurs {
        Occurs::Once => None,
        Occurs::Twice => Some(WarningKind::AmbiguousTime),
        Occurs::Never => Some(WarningKind::SkippedTime),
    }
}
