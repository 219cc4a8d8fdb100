//! What the first worker of a pool does besides: it deals out the parts of files and the rounds of a query, and
//! gathers what the others make of them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use cairn_engine::analysis::Round;
use cairn_engine::ingest::{self, Failed, FileRecipe, LoadReport, Mapping, Parts, Recipe, RollBack, Sample};
use cairn_engine::table::{Facts, Schema};
use cairn_engine::{Failure, Query};
use cairn_protocol::{Handle, LoadStep, Loaded, Peer, Progress, Reply, RequestId, Stage};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use js_sys::{Array, Uint8Array};
use web_sys::File;

use crate::pause::Turn;
use crate::requests::Requests;
use crate::{Stop, Worker, slices, wire};

/// Bytes of a part of large files.
const PART_BYTES: u64 = 8 << 20;

/// Bytes of a part of a small one: enough that the parcels made of it are worth sending.
const MIN_PART_BYTES: u64 = 64 << 10;

/// How many parts each worker has of files that are not large, so that none waits long for the last one.
const PARTS_EACH: u64 = 8;

/// How many parts a worker is given beyond the one that it reads, so that their bytes are there when it comes to them.
const PARTS_AHEAD: usize = 2;

/// What the lead remembers.
#[derive(Default)]
pub(crate) struct Lead {
    pub(crate) requests: Requests,
    /// Where the members' messages go, by the page's request.
    inboxes: RefCell<BTreeMap<RequestId, UnboundedSender<Heard>>>,
    /// The request that loads, and how often files have been read by now.
    loading: Cell<Option<RequestId>>,
    n_loads: Cell<u32>,
}

/// What a request hears while it waits.
pub(crate) enum Heard {
    /// A member, by its place.
    Peer(usize, Peer, Array),
    /// The page: it wants no more of it.
    Canceled,
}

impl Lead {
    /// Passes a member's message to the request that it belongs to. One that has ended hears nothing more.
    pub(crate) fn hear(&self, from: usize, peer: Peer, handles: Array) {
        let id = match &peer {
            Peer::Scanning { id, .. } | Peer::Scanned { id, .. } | Peer::Failed { id, .. } => Some(*id),
            Peer::Load { load, .. } => self.loading.get().filter(|_| *load == self.n_loads.get()),
            Peer::Scan { .. } | Peer::Stop { .. } => None,
        };
        if let Some(inbox) = id.and_then(|id| self.inboxes.borrow().get(&id).cloned()) {
            // Whoever listened may have ended in this very moment.
            let _ = inbox.unbounded_send(Heard::Peer(from, peer, handles));
        }
    }

    /// Wakes a request that waits for members, to see that it was canceled.
    pub(crate) fn wake(&self, id: RequestId) {
        if let Some(inbox) = self.inboxes.borrow().get(&id) {
            let _ = inbox.unbounded_send(Heard::Canceled);
        }
    }

    /// Ends a request: nothing more is heard for it.
    pub(crate) fn close(&self, id: RequestId) {
        self.requests.close(id);
        self.inboxes.borrow_mut().remove(&id);
        if self.loading.get() == Some(id) {
            self.loading.set(None);
        }
    }

    fn listen(&self, id: RequestId) -> Inbox {
        let (sender, receiver) = unbounded();
        self.inboxes.borrow_mut().insert(id, sender);
        Inbox(receiver)
    }
}

/// What a request hears, in order.
struct Inbox(UnboundedReceiver<Heard>);

impl Inbox {
    async fn next(&mut self) -> Result<(usize, Peer, Array), Stop> {
        match self.0.recv().await {
            Ok(Heard::Peer(
                _,
                Peer::Failed { failure, .. } | Peer::Load { step: LoadStep::Failed { failure }, .. },
                _,
            )) => Err(Stop::Failed(failure)),
            Ok(Heard::Peer(from, peer, handles)) => Ok((from, peer, handles)),
            Ok(Heard::Canceled) | Err(_) => Err(Stop::Canceled),
        }
    }
}

impl Worker {
    /// Looks at a few places of a file.
    pub(crate) async fn preview(&self, file: &File, name: &str, mapping: &Mapping) -> Result<Reply, Stop> {
        let n_bytes = file.size() as u64;
        let pieces = slices::read_all(file, ingest::sample_places(n_bytes)).await?;
        let samples: Vec<Sample<'_>> = pieces
            .iter()
            .map(|(offset, bytes)| Sample {
                offset: *offset,
                bytes,
                is_last: offset + bytes.len() as u64 >= n_bytes,
            })
            .collect();
        let preview = ingest::preview(name, &samples, mapping)?;
        Ok(Reply::Previewed { preview: Box::new(preview) })
    }

    /// Has the pool read whole files.
    pub(crate) async fn load(
        self: &Rc<Self>,
        id: RequestId,
        files: Vec<File>,
        recipes: Vec<FileRecipe>,
    ) -> Result<Reply, Stop> {
        self.lead.loading.set(Some(id));
        let sizes: Vec<u64> = files.iter().map(|file| file.size() as u64).collect();
        let load = Load {
            worker: self,
            id,
            n_bytes: sizes.iter().sum(),
            sizes,
            files: files.iter().collect(),
            inbox: self.lead.listen(id),
            reading: BTreeMap::new(),
            stage: Stage::Reading,
            turn: Turn::new(),
        };
        load.run(Recipe::new(recipes, hash_seed())).await
    }

    /// Answers a query.
    pub(crate) async fn run(self: &Rc<Self>, id: RequestId, query: &Query) -> Result<Reply, Stop> {
        let reply = self.run_rounds(id, query).await;
        self.tell_all(&Peer::Stop { id }, &Array::new());
        reply
    }

    async fn run_rounds(self: &Rc<Self>, id: RequestId, query: &Query) -> Result<Reply, Stop> {
        let table = self.table()?;
        let plan = query.plan(&table)?;
        let mut inbox = self.lead.listen(id);
        let mut state = plan.start();
        for round in 1.. {
            let scan = Peer::Scan { id, round, query: Box::new(query.clone()), state: Handle(0) };
            self.tell_all(&scan, &Array::of1(&Uint8Array::from(state.as_slice())));
            let partials = self.gather(&mut inbox, (id, round)).await?;
            match plan.step(&state, &partials, &table) {
                Round::Again(next) => state = next,
                Round::Done(answer) => return Ok(Reply::Answered { answer: wire::json(&answer)? }),
            }
            self.lead.requests.check(id)?;
        }
        unreachable!("an analysis ends before 2^32 rounds")
    }

    /// All shards' partials of a round, in the order of the shards.
    async fn gather(&self, inbox: &mut Inbox, now: (RequestId, u32)) -> Result<Vec<Vec<u8>>, Stop> {
        let mut partials: Vec<Option<Vec<u8>>> = vec![None; self.team.n()];
        let mut turn = Turn::new();
        let mut shares = vec![0.0; self.team.n()];
        while partials.iter().any(Option::is_none) {
            let (from, peer, handles) = inbox.next().await?;
            match peer {
                Peer::Scanned { round, partial, .. } if round == now.1 => {
                    partials[from] = Some(wire::bytes(&handles, partial)?.to_vec());
                    shares[from] = 1.0;
                }
                Peer::Scanning { share, .. } => shares[from] = share,
                _ => {}
            }
            if turn.is_time_to_speak() {
                let share = shares.iter().sum::<f64>() / shares.len() as f64;
                wire::send(now.0, &Reply::Scanning { round: now.1, share });
            }
        }
        Ok(partials.into_iter().flatten().collect())
    }
}

/// A load that is under way.
struct Load<'a> {
    worker: &'a Rc<Worker>,
    id: RequestId,
    /// The `File`s, and their bytes.
    files: Array,
    sizes: Vec<u64>,
    n_bytes: u64,
    inbox: Inbox,
    /// Bytes and records of the parts that are being read.
    reading: BTreeMap<u32, (u64, u64)>,
    stage: Stage,
    turn: Turn,
}

impl Load<'_> {
    async fn run(mut self, mut recipe: Recipe) -> Result<Reply, Stop> {
        let start = self.turn.now();
        loop {
            let parts = self.read(&recipe).await?;
            let readings = parts.readings();
            let mut report = ingest::report(&recipe, &self.sizes, parts.into_reports())?;
            if report.retyped.is_empty() {
                self.stage = Stage::Sorting;
                self.speak((self.n_bytes, report.loaded.n_rows));
                self.tell_all(LoadStep::Finish { readings, new_columns: report.new_columns }, &Array::new());
                let (schema, n_table_bytes) = self.build(&mut report.loaded).await?;
                let took_millis = (self.turn.now() - start) as u64;
                let loaded = Loaded { schema, report: report.loaded, n_table_bytes, took_millis };
                return Ok(Reply::Loaded(Box::new(loaded)));
            }
            recipe.retyped = report.retyped;
            self.stage = Stage::ReadingAgain;
        }
    }

    /// Has all parts read.
    async fn read(&mut self, recipe: &Recipe) -> Result<Parts, Stop> {
        let n = self.worker.team.n();
        let mut parts = Parts::new(recipe, &self.sizes, self.part_bytes(), n);
        let files = (0..self.files.length()).map(Handle).collect();
        let n_loads = &self.worker.lead.n_loads;
        n_loads.set(n_loads.get() + 1);
        self.tell_all(LoadStep::Open { files, recipe: Box::new(recipe.clone()) }, &self.files);
        self.reading.clear();
        let mut n_given = vec![0; n];
        loop {
            for (member, n_given) in n_given.iter_mut().enumerate() {
                while *n_given <= PARTS_AHEAD {
                    let Some(part) = parts.give(member) else { break };
                    *n_given += 1;
                    self.tell(member, LoadStep::Read { part });
                }
            }
            if parts.are_done() {
                return Ok(parts);
            }
            let (from, step) = self.next().await?;
            let roll_backs = self.hear(step, recipe, &mut parts, &mut n_given[from])?;
            for RollBack { parser, reading } in roll_backs {
                n_given[parser] = 0;
                self.tell(parser, LoadStep::RollBack { reading });
            }
            if self.turn.is_time_to_speak() {
                let read = parts.progress();
                let sum = |of: fn(&(u64, u64)) -> u64| self.reading.values().map(of).sum::<u64>();
                self.speak((read.n_bytes + sum(|part| part.0), read.n_rows + sum(|part| part.1)));
            }
        }
    }

    fn hear(
        &mut self,
        step: LoadStep,
        recipe: &Recipe,
        parts: &mut Parts,
        n_given: &mut usize,
    ) -> Result<Vec<RollBack>, Stop> {
        match step {
            LoadStep::Reading { reading, n_bytes, n_rows } => {
                self.reading.insert(reading, (n_bytes, n_rows));
                Ok(Vec::new())
            }
            LoadStep::PartRead { report } => {
                self.reading.remove(&report.reading);
                *n_given = n_given.saturating_sub(1);
                Ok(parts.take(*report))
            }
            LoadStep::PartFailed { reading, failure } => {
                self.reading.remove(&reading);
                *n_given = n_given.saturating_sub(1);
                match parts.fail(reading) {
                    Failed::Finally { file, n_lines } => {
                        Err(Stop::Failed(placed(failure, &recipe.files[file as usize].name, n_lines)))
                    }
                    Failed::Again(roll_back) => Ok(vec![roll_back]),
                    Failed::Ignored => Ok(Vec::new()),
                }
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Waits until all tables are built, and tells all workers what the whole data set is. Gives its schema, and the
    /// bytes of all tables.
    async fn build(&mut self, report: &mut LoadReport) -> Result<(Schema, u64), Stop> {
        let (mut facts, mut n_table_bytes, mut n_built) = (Facts::default(), 0, 0);
        while n_built < self.worker.team.n() {
            // Members that were told to forget a reading may still speak of it.
            if let (_, LoadStep::Built { facts: shard, n_duplicates, n_bytes }) = self.next().await? {
                facts = facts.and(shard);
                report.n_duplicates += n_duplicates;
                n_table_bytes += n_bytes;
                n_built += 1;
            }
            if self.turn.is_time_to_speak() {
                self.speak((self.n_bytes, report.n_rows));
            }
        }
        report.n_events = facts.n_events;
        self.tell_all(LoadStep::Seal { facts }, &Array::new());
        Ok((Schema::new(self.worker.table()?.schema.columns.clone(), &facts), n_table_bytes))
    }

    /// What a member says next of the reading at hand.
    async fn next(&mut self) -> Result<(usize, LoadStep), Stop> {
        loop {
            if let (from, Peer::Load { step, .. }, _) = self.inbox.next().await? {
                return Ok((from, step));
            }
        }
    }

    fn tell(&self, to: usize, step: LoadStep) {
        self.worker.tell(to, &Peer::Load { load: self.worker.lead.n_loads.get(), step });
    }

    fn tell_all(&self, step: LoadStep, handles: &Array) {
        self.worker.tell_all(&Peer::Load { load: self.worker.lead.n_loads.get(), step }, handles);
    }

    fn part_bytes(&self) -> u64 {
        let share = self.n_bytes / (PARTS_EACH * self.worker.team.n() as u64);
        share.clamp(MIN_PART_BYTES, PART_BYTES)
    }

    fn speak(&self, (n_bytes, n_rows): (u64, u64)) {
        let n_bytes = n_bytes.min(self.n_bytes);
        let progress = Progress { n_bytes, n_bytes_total: self.n_bytes, n_rows, stage: self.stage };
        wire::send(self.id, &Reply::Progress(progress));
    }
}

/// A failure of a part with the name of its file, its line counted from the file's start.
fn placed(mut failure: Failure, file: &str, n_lines: u64) -> Failure {
    let position = failure.position.get_or_insert_default();
    position.file = Some(file.to_owned());
    position.line = position.line.map(|line| line + n_lines);
    failure
}

/// A number that the author of a file cannot foresee, for the dictionaries' hashes. No result depends on it.
fn hash_seed() -> u64 {
    (js_sys::Math::random() * 2_f64.powi(53)) as u64
}
