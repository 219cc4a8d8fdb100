//! What every worker of a pool does: it reads parts of files, sends their rows to the workers whose users they are,
//! builds the table of its own users, and scans it.

use std::cell::{RefCell, RefMut};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::rc::Rc;

use cairn_engine::analysis::Kept;
use cairn_engine::ingest::{Build, IngestError, Manifest, Parser, Part, PartReport, Recipe, Wants};
use cairn_engine::table::assembly::Store;
use cairn_engine::table::parcel::Header;
use cairn_engine::table::{Facts, Schema, Table};
use cairn_engine::{Failure, Query};
use cairn_protocol::{LoadStep, Peer, RequestId};
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
    load: RefCell<Load>,
    pub(crate) table: RefCell<Option<Rc<Table>>>,
    pub(crate) scans: Requests,
    /// What the last round of each request that has another one left here.
    kept: RefCell<BTreeMap<RequestId, Kept>>,
}

/// The latest load that the member has heard of: by the lead, which opens it, or by another member that was told before.
#[derive(Default)]
struct Load {
    /// Counted from 1.
    number: u32,
    files: Vec<File>,
    recipe: Option<Recipe>,
    /// None before the load is opened, while a part is being read, and once all have been.
    parser: Option<Parser>,
    /// Parts still to be read, each with its first slices on their way.
    queue: VecDeque<(Part, Slices)>,
    is_reading: bool,
    /// The first reading that does not count any more, if the reader does not know yet.
    roll_back: Option<u32>,
    headers: Vec<Header>,
    /// The parcels' bodies, outside this memory, which cannot shrink again.
    bodies: Vec<Uint8Array>,
    manifests: BTreeMap<usize, Manifest>,
    /// What counts, once all has been read.
    finish: Option<(Vec<u32>, Vec<String>)>,
}

impl Member {
    /// The load of this number, unless a later one is known; what was loaded before an unknown one is forgotten.
    fn load(&self, number: u32) -> Option<RefMut<'_, Load>> {
        let mut load = self.load.borrow_mut();
        if load.number < number {
            *load = Load { number, ..Load::default() };
            self.table.take();
        }
        (load.number == number).then_some(load)
    }
}

impl Worker {
    /// Gets ready to read parts of files.
    pub(crate) fn open(self: &Rc<Self>, number: u32, files: Vec<File>, recipe: Recipe) {
        let parser = Parser::new(&recipe, self.team.place() as u32, self.team.shards());
        match (parser, self.member.load(number)) {
            (Ok(parser), Some(mut load)) => {
                (load.files, load.recipe, load.parser) = (files, Some(recipe), Some(parser));
            }
            (Err(error), _) => self.tell_lead(number, LoadStep::Failed { failure: error.into() }),
            (_, None) => {}
        }
    }

    /// Puts a part into the queue.
    pub(crate) fn read_part(self: &Rc<Self>, number: u32, part: Part) {
        let Some(mut load) = self.member.load(number) else { return };
        let file = &load.files[part.file as usize];
        let slices = Slices::new(file, part.first_byte()..part.range.end.saturating_add(TAIL_BYTES));
        load.queue.push_back((part, slices));
        if !std::mem::replace(&mut load.is_reading, true) {
            let worker = Rc::clone(self);
            spawn_local(async move { worker.read_parts(number).await });
        }
    }

    /// Forgets a reading and what has been read since.
    pub(crate) fn roll_back(&self, number: u32, reading: u32) {
        let Some(mut load) = self.member.load(number) else { return };
        load.queue.retain(|(part, _)| part.reading < reading);
        match &mut load.parser {
            Some(parser) => parser.roll_back(reading),
            None => load.roll_back = Some(load.roll_back.map_or(reading, |known| known.min(reading))),
        }
    }

    async fn read_parts(self: &Rc<Self>, number: u32) {
        let mut turn = Turn::new();
        while let Some((mut parser, part, slices)) = self.next_part(number) {
            let reading = part.reading;
            let outcome = self.read_one((number, &mut parser), part, slices, &mut turn).await;
            self.apply_roll_back((number, &mut parser), reading);
            let Some(mut load) = self.member.load(number) else { return };
            load.parser = Some(parser);
            drop(load);
            match outcome {
                Ok(Some(report)) => self.tell_lead(number, LoadStep::PartRead { report: Box::new(report) }),
                Ok(None) => {}
                Err(failure) => self.tell_lead(number, LoadStep::PartFailed { reading, failure }),
            }
        }
        // All that counts may have been read, by others, while this one read what does not.
        self.send_manifests(number);
    }

    /// The next part to read and who reads it; if there is none, nobody reads any more.
    fn next_part(&self, number: u32) -> Option<(Parser, Part, Slices)> {
        let mut load = self.member.load(number)?;
        let Some((part, slices)) = load.queue.pop_front() else {
            load.is_reading = false;
            return None;
        };
        load.parser.take().map(|parser| (parser, part, slices))
    }

    /// Reads one part; none if it does not count any more.
    async fn read_one(
        self: &Rc<Self>,
        (number, parser): (u32, &mut Parser),
        part: Part,
        mut slices: Slices,
        turn: &mut Turn,
    ) -> Result<Option<PartReport>, Failure> {
        let (reading, file) = (part.reading, part.file);
        let mut bytes = Vec::new();
        parser.begin(part);
        loop {
            if !slices.next(&mut bytes).await? {
                match self.beyond((number, parser), file) {
                    Some(more) => slices = more,
                    None => break,
                }
                continue;
            }
            let wants = parser.push(&bytes)?;
            self.send_parcels(number, parser);
            if self.apply_roll_back((number, parser), reading) {
                return Ok(None);
            }
            if wants == Wants::Nothing {
                break;
            }
            if turn.is_time_to_speak() {
                let progress = parser.progress();
                let (n_bytes, n_rows) = (progress.n_bytes, progress.n_rows);
                self.tell_lead(number, LoadStep::Reading { reading, n_bytes, n_rows });
            }
            turn.pause().await;
        }
        let report = parser.end()?;
        self.send_parcels(number, parser);
        turn.pause().await;
        Ok(if self.apply_roll_back((number, parser), reading) { None } else { Some(report) })
    }

    /// What follows what has been read, if the part's last record is longer than thought and the file goes on.
    fn beyond(&self, (number, parser): (u32, &Parser), file: u32) -> Option<Slices> {
        let load = self.member.load(number)?;
        let file = &load.files[file as usize];
        let range: Range<u64> = parser.at()..u64::MAX;
        (range.start < file.size() as u64).then(|| Slices::new(file, range))
    }

    /// Does what could not be done while the parser was at work; whether the reading is forgotten by that, or the whole
    /// load.
    fn apply_roll_back(&self, (number, parser): (u32, &mut Parser), reading: u32) -> bool {
        let Some(mut load) = self.member.load(number) else { return true };
        let first = load.roll_back.take();
        if let Some(first) = first {
            parser.roll_back(first);
        }
        first.is_some_and(|first| first <= reading)
    }

    fn send_parcels(self: &Rc<Self>, load: u32, parser: &mut Parser) {
        for (shard, parcel) in parser.take_parcels() {
            let header = parcel.header;
            let message = |body| Peer::Load { load, step: LoadStep::Parcel { header, body } };
            self.tell_bytes(shard, &parcel.body, message);
        }
    }

    /// Keeps rows until the table is built.
    pub(crate) fn keep_parcel(&self, number: u32, header: Header, body: Uint8Array) {
        if let Some(mut load) = self.member.load(number) {
            load.headers.push(header);
            load.bodies.push(body);
        }
    }

    /// Hears that all has been read.
    pub(crate) fn finish(self: &Rc<Self>, number: u32, readings: Vec<u32>, new_columns: Vec<String>) {
        if let Some(mut load) = self.member.load(number) {
            load.finish = Some((readings, new_columns));
        }
        self.send_manifests(number);
    }

    /// Says what the codes in the parcels mean, once all has been read and the parser is at rest.
    fn send_manifests(self: &Rc<Self>, number: u32) {
        let parser = self.member.load(number).and_then(|mut load| {
            load.finish.as_ref()?;
            load.parser.take()
        });
        let Some(manifests) = parser.map(Parser::finish) else { return };
        for to in 0..self.team.n() {
            let message = |bytes| Peer::Load { load: number, step: LoadStep::Manifest { bytes } };
            self.tell_bytes(to, &manifests.to_bytes(to), message);
        }
        self.build_if_ready(number);
    }

    /// Hears what the codes in one sender's parcels mean.
    pub(crate) fn keep_manifest(self: &Rc<Self>, number: u32, from: usize, bytes: &Uint8Array) {
        if let Some(mut load) = self.member.load(number) {
            load.manifests.insert(from, Manifest::from_bytes(&bytes.to_vec()));
        }
        self.build_if_ready(number);
    }

    fn build_if_ready(self: &Rc<Self>, number: u32) {
        let Some(mut load) = self.member.load(number) else { return };
        if load.manifests.len() < self.team.n() {
            return;
        }
        let Some(finish) = load.finish.take() else { return };
        let all = std::mem::replace(&mut *load, Load { number, ..Load::default() });
        drop(load);
        let Some(recipe) = all.recipe else { return };
        let build = start_build(&recipe, finish, (all.headers, all.bodies), all.manifests);
        let worker = Rc::clone(self);
        spawn_local(async move {
            let step = worker
                .build(number, build)
                .await
                .unwrap_or_else(|error| LoadStep::Failed { failure: error.into() });
            worker.tell_lead(number, step);
        });
    }

    /// Builds the table, and says that it is built.
    async fn build(
        self: &Rc<Self>,
        number: u32,
        build: Result<Build, IngestError>,
    ) -> Result<LoadStep, IngestError> {
        let (mut build, mut turn) = (build?, Turn::new());
        while build.step() {
            if turn.is_time_to_speak() {
                self.tell_lead(number, LoadStep::Building);
            }
            turn.pause().await;
        }
        let (table, n_duplicates) = build.finish();
        let (facts, n_bytes) = (table.schema.facts(), table.n_bytes());
        if self.member.load(number).is_some() {
            *self.member.table.borrow_mut() = Some(Rc::new(table));
        }
        Ok(LoadStep::Built { facts, n_duplicates, n_bytes })
    }

    fn tell_lead(self: &Rc<Self>, load: u32, step: LoadStep) {
        self.tell(LEAD, &Peer::Load { load, step });
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
            Err(Stop::Failed(failure)) => self.tell(LEAD, &Peer::Failed { id, failure }),
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

/// Puts all rows of the readings that count in order, to build their table.
fn start_build(
    recipe: &Recipe,
    (readings, new_columns): (Vec<u32>, Vec<String>),
    (headers, bodies): (Vec<Header>, Vec<Uint8Array>),
    manifests: BTreeMap<usize, Manifest>,
) -> Result<Build, IngestError> {
    let order: BTreeMap<u32, usize> = readings.into_iter().zip(0..).collect();
    let mut parcels: Vec<(Header, Uint8Array)> = headers.into_iter().zip(bodies).collect();
    parcels.retain(|(header, _)| order.contains_key(&header.reading));
    parcels.sort_by_key(|(header, _)| order[&header.reading]);
    let (headers, bodies) = parcels.into_iter().unzip();
    let manifests = manifests.into_values().collect();
    Build::start(recipe, new_columns, manifests, headers, Box::new(Bodies(bodies)))
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
