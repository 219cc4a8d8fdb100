//! What every worker of a pool does: it reads parts of files, sends their rows to the workers whose users they are,
//! builds the table of its own users, and scans it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::rc::Rc;

use cairn_engine::analysis::Kept;
use cairn_engine::ingest::{self, IngestError, Manifest, Parser, Part, PartReport, Recipe, Wants};
use cairn_engine::table::assembly::Store;
use cairn_engine::table::parcel::Header;
use cairn_engine::table::{Facts, Schema, Table};
use cairn_engine::{Failure, Query};
use cairn_protocol::{Peer, RequestId};
use js_sys::Uint8Array;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use crate::pause::Turn;
use crate::requests::Requests;
use crate::slices::Slices;
use crate::team::LEAD;
use crate::{Stop, Worker};

/// Bytes beyond a part that are read with it: most records end within them.
const TAIL_BYTES: u64 = 8 << 10;

/// A member's part of a load, and its shard.
#[derive(Default)]
pub(crate) struct Member {
    load: RefCell<Option<Load>>,
    /// Parts still to be read, each with its first slices on their way.
    queue: RefCell<VecDeque<(Part, Slices)>>,
    is_reading: Cell<bool>,
    /// The first reading that does not count any more, if the reader does not know yet.
    roll_back: Cell<Option<u32>>,
    pub(crate) table: RefCell<Option<Rc<Table>>>,
    pub(crate) scans: Requests,
    /// What the last round of each request that has another one left here.
    kept: RefCell<BTreeMap<RequestId, Kept>>,
}

/// A load that is under way.
struct Load {
    files: Vec<File>,
    recipe: Recipe,
    /// None while a part is being read.
    parser: Option<Parser>,
    headers: Vec<Header>,
    /// The parcels' bodies, outside this memory, which cannot shrink again.
    bodies: Vec<Uint8Array>,
    manifests: BTreeMap<usize, Manifest>,
    /// What counts, once all has been read.
    finish: Option<(Vec<u32>, Vec<String>)>,
}

impl Worker {
    /// Gets ready to read parts of files.
    pub(crate) fn open(self: &Rc<Self>, files: Vec<File>, recipe: Recipe) {
        let sender = self.team.place() as u32;
        self.member.table.take();
        match Parser::new(&recipe, sender, self.team.shards()) {
            Ok(parser) => {
                *self.member.load.borrow_mut() = Some(Load {
                    files,
                    recipe,
                    parser: Some(parser),
                    headers: Vec::new(),
                    bodies: Vec::new(),
                    manifests: BTreeMap::new(),
                    finish: None,
                });
            }
            Err(error) => self.tell(LEAD, &Peer::Failed { id: None, failure: error.into() }),
        }
    }

    /// Puts a part into the queue.
    pub(crate) fn read_part(self: &Rc<Self>, part: Part) {
        let slices = match &*self.member.load.borrow() {
            Some(load) => {
                let file = &load.files[part.file as usize];
                Slices::new(file, part.first_byte()..part.range.end.saturating_add(TAIL_BYTES))
            }
            None => return,
        };
        self.member.queue.borrow_mut().push_back((part, slices));
        if !self.member.is_reading.replace(true) {
            let worker = Rc::clone(self);
            spawn_local(async move { worker.read_parts().await });
        }
    }

    /// Forgets a reading and what has been read since.
    pub(crate) fn roll_back(&self, reading: u32) {
        self.member.queue.borrow_mut().retain(|(part, _)| part.reading < reading);
        match self.member.load.borrow_mut().as_mut().and_then(|load| load.parser.as_mut()) {
            Some(parser) => parser.roll_back(reading),
            None => {
                let earlier = self.member.roll_back.get().map_or(reading, |known| known.min(reading));
                self.member.roll_back.set(Some(earlier));
            }
        }
    }

    async fn read_parts(self: &Rc<Self>) {
        let mut turn = Turn::new();
        loop {
            let Some((part, slices)) = self.member.queue.borrow_mut().pop_front() else { break };
            let parser = self.member.load.borrow_mut().as_mut().and_then(|load| load.parser.take());
            let Some(mut parser) = parser else { break };
            let reading = part.reading;
            let outcome = self.read_one(&mut parser, part, slices, &mut turn).await;
            self.apply_roll_back(&mut parser, reading);
            if let Some(load) = self.member.load.borrow_mut().as_mut() {
                load.parser = Some(parser);
            }
            match outcome {
                Ok(Some(report)) => self.tell(LEAD, &Peer::PartRead { report: Box::new(report) }),
                Ok(None) => {}
                Err(failure) => self.tell(LEAD, &Peer::PartFailed { reading, failure }),
            }
        }
        self.member.is_reading.set(false);
    }

    /// Reads one part; none if it does not count any more.
    async fn read_one(
        self: &Rc<Self>,
        parser: &mut Parser,
        part: Part,
        mut slices: Slices,
        turn: &mut Turn,
    ) -> Result<Option<PartReport>, Failure> {
        let (reading, file) = (part.reading, part.file);
        let mut bytes = Vec::new();
        parser.begin(part);
        loop {
            if !slices.next(&mut bytes).await? {
                match self.beyond(parser, file) {
                    Some(more) => slices = more,
                    None => break,
                }
                continue;
            }
            let wants = parser.push(&bytes)?;
            self.send_parcels(parser);
            if self.apply_roll_back(parser, reading) {
                return Ok(None);
            }
            if wants == Wants::Nothing {
                break;
            }
            if turn.is_time_to_speak() {
                let progress = parser.progress();
                self.tell(
                    LEAD,
                    &Peer::Reading { reading, n_bytes: progress.n_bytes, n_rows: progress.n_rows },
                );
            }
            turn.pause().await;
        }
        let report = parser.end()?;
        self.send_parcels(parser);
        turn.pause().await;
        Ok(if self.apply_roll_back(parser, reading) { None } else { Some(report) })
    }

    /// What follows what has been read, if the part's last record is longer than thought and the file goes on.
    fn beyond(&self, parser: &Parser, file: u32) -> Option<Slices> {
        let load = self.member.load.borrow();
        let file = &load.as_ref()?.files[file as usize];
        let range: Range<u64> = parser.at()..u64::MAX;
        (range.start < file.size() as u64).then(|| Slices::new(file, range))
    }

    /// Does what could not be done while the parser was at work; whether the reading is forgotten by that.
    fn apply_roll_back(&self, parser: &mut Parser, reading: u32) -> bool {
        let first = self.member.roll_back.take();
        if let Some(first) = first {
            parser.roll_back(first);
        }
        first.is_some_and(|first| first <= reading)
    }

    fn send_parcels(self: &Rc<Self>, parser: &mut Parser) {
        for (shard, parcel) in parser.take_parcels() {
            let header = parcel.header;
            self.tell_bytes(shard, &parcel.body, |body| Peer::Parcel { header, body });
        }
    }

    /// Keeps rows until the table is built.
    pub(crate) fn keep_parcel(&self, header: Header, body: Uint8Array) {
        if let Some(load) = self.member.load.borrow_mut().as_mut() {
            load.headers.push(header);
            load.bodies.push(body);
        }
    }

    /// Says what the codes in the parcels mean.
    pub(crate) fn finish(self: &Rc<Self>, readings: Vec<u32>, new_columns: Vec<String>) {
        let parser = self.member.load.borrow_mut().as_mut().and_then(|load| {
            load.finish = Some((readings, new_columns));
            load.parser.take()
        });
        let Some(manifests) = parser.map(Parser::finish) else { return };
        for to in 0..self.team.n() {
            self.tell_bytes(to, &manifests.to_bytes(to), |bytes| Peer::Manifest { bytes });
        }
        self.build_if_ready();
    }

    /// Hears what the codes in one sender's parcels mean.
    pub(crate) fn keep_manifest(self: &Rc<Self>, from: usize, bytes: &Uint8Array) {
        if let Some(load) = self.member.load.borrow_mut().as_mut() {
            load.manifests.insert(from, Manifest::from_bytes(&bytes.to_vec()));
        }
        self.build_if_ready();
    }

    fn build_if_ready(self: &Rc<Self>) {
        let is_ready = |load: &Load| load.finish.is_some() && load.manifests.len() == self.team.n();
        let load = self.member.load.borrow_mut().take_if(|load| is_ready(load));
        let Some(load) = load else { return };
        let message = match load.build() {
            Ok((table, n_duplicates)) => {
                let (facts, n_bytes) = (table.schema.facts(), table.n_bytes());
                *self.member.table.borrow_mut() = Some(Rc::new(table));
                Peer::Built { facts, n_duplicates, n_bytes }
            }
            Err(error) => Peer::Failed { id: None, failure: error.into() },
        };
        self.tell(LEAD, &message);
    }

    /// Takes in the facts of the whole data set.
    pub(crate) fn seal(&self, facts: &Facts) {
        let table = self.member.table.take().and_then(Rc::into_inner);
        *self.member.table.borrow_mut() = table.map(|mut table| {
            table.schema = Schema::new(table.schema.columns, facts);
            Rc::new(table)
        });
    }

    /// Scans the shard for one round of a query.
    pub(crate) async fn scan(self: &Rc<Self>, id: RequestId, round: u32, query: &Query, state: &[u8]) {
        self.member.scans.open(id);
        match self.scan_buckets(id, round, query, state).await {
            Ok(partial) => {
                self.tell_bytes(LEAD, &partial, |partial| Peer::Scanned { id, round, partial });
            }
            Err(Stop::Failed(failure)) => self.tell(LEAD, &Peer::Failed { id: Some(id), failure }),
            Err(Stop::Canceled) => {}
        }
        self.member.scans.close(id);
    }

    async fn scan_buckets(
        self: &Rc<Self>,
        id: RequestId,
        round: u32,
        query: &Query,
        state: &[u8],
    ) -> Result<Vec<u8>, Stop> {
        let table = self.table()?;
        let plan = query.plan(&table)?;
        let mut turn = Turn::new();
        let kept = self.member.kept.borrow_mut().remove(&id).unwrap_or_default();
        let mut scan = plan.scan(state, &table, kept)?;
        let buckets = self.team.shards().bucket_ids(self.team.place());
        let n_buckets = buckets.len() as f64;
        for (n_scanned, bucket) in (0_u32..).zip(buckets) {
            scan.bucket(bucket);
            if turn.pause().await {
                self.member.scans.check(id)?;
            }
            if turn.is_time_to_speak() {
                let share = f64::from(n_scanned) / n_buckets;
                self.tell(LEAD, &Peer::Scanning { id, round, share });
            }
        }
        let (partial, kept) = scan.finish();
        self.member.scans.check(id)?;
        self.member.kept.borrow_mut().insert(id, kept);
        Ok(partial)
    }

    /// Ends what is done for a request of the page, and forgets what is kept for it.
    pub(crate) fn stop(&self, id: RequestId) {
        self.member.scans.cancel(id);
        self.member.kept.borrow_mut().remove(&id);
    }

    /// The worker's shard.
    pub(crate) fn table(&self) -> Result<Rc<Table>, Stop> {
        self.member.table.borrow().clone().ok_or_else(|| {
            let message = "no file is loaded; load one before asking".to_owned();
            Stop::Failed(Failure { code: "no_data".to_owned(), message, position: None })
        })
    }
}

impl Load {
    fn build(self) -> Result<(Table, u64), IngestError> {
        let (readings, new_columns) = self.finish.unwrap_or_default();
        let order: BTreeMap<u32, usize> = readings.into_iter().zip(0..).collect();
        let mut parcels: Vec<(Header, Uint8Array)> = self.headers.into_iter().zip(self.bodies).collect();
        parcels.retain(|(header, _)| order.contains_key(&header.reading));
        parcels.sort_by_key(|(header, _)| order[&header.reading]);
        let (headers, bodies) = parcels.into_iter().unzip();
        let manifests: Vec<Manifest> = self.manifests.into_values().collect();
        ingest::table(&self.recipe, &new_columns, &manifests, headers, Box::new(Bodies(bodies)))
    }
}

/// Bodies of parcels that lie outside this memory.
#[derive(Debug)]
struct Bodies(Vec<Uint8Array>);

impl Store for Bodies {
    fn read(&self, parcel: usize, range: Range<usize>, bytes: &mut Vec<u8>) {
        bytes.resize(range.len(), 0);
        if !range.is_empty() {
            self.0[parcel].subarray(range.start as u32, range.end as u32).copy_to(bytes);
        }
    }
}
