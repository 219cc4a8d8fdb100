//! The engine in a web worker, one of a pool: reads files in parts and runs queries bucket by bucket, giving way in
//! between so that a cancellation is heard. `member` is what every worker does, `lead` what the first one does besides.

mod lead;
mod member;
mod pause;
mod requests;
mod slices;
mod team;
mod wire;

use std::rc::Rc;

use cairn_engine::Failure;
use cairn_protocol::{BUILD, LoadStep, Peer, Reply, Request, RequestId};
use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use crate::lead::Lead;
use crate::member::Member;
use crate::team::Team;

/// All that a worker is.
#[derive(Default)]
struct Worker {
    team: Team,
    member: Member,
    lead: Lead,
}

fn main() {
    std::panic::set_hook(Box::new(|info| {
        wire::die(Failure { code: "worker_died".to_owned(), message: info.to_string(), position: None });
    }));
    let worker = Rc::new(Worker::default());
    let on_message =
        Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| receive(&worker, &event));
    wire::scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    wire::send(RequestId::NONE, &Reply::Ready { build: BUILD.to_owned() });
}

/// Hears the page.
fn receive(worker: &Rc<Worker>, event: &MessageEvent) {
    match wire::read(event) {
        Ok((envelope, handles)) => match envelope.body {
            Request::Cancel { target } => {
                worker.cancel(target);
                wire::send(envelope.id, &Reply::Canceled);
            }
            Request::Join { place, ports } => {
                let port = |(place, handle)| Some((place as usize, wire::handle(&handles, handle).ok()?));
                team::join(worker, place as usize, ports.into_iter().filter_map(port).collect());
            }
            request => {
                let worker = Rc::clone(worker);
                spawn_local(async move {
                    let reply = worker.answer(envelope.id, request, &handles).await;
                    worker.lead.close(envelope.id);
                    wire::send(envelope.id, &reply);
                });
            }
        },
        Err(failure) => wire::send(RequestId::NONE, &Reply::Failed { failure }),
    }
}

impl Worker {
    /// Meets a request and gives its one terminal reply.
    async fn answer(self: &Rc<Self>, id: RequestId, request: Request, handles: &Array) -> Reply {
        self.lead.requests.open(id);
        let result = match request {
            Request::Preview { file, name, mapping } => match wire::handle(handles, file) {
                Ok(file) => self.preview(&file, &name, &mapping).await,
                Err(failure) => Err(failure.into()),
            },
            Request::Load { files, recipes } => match wire::files(handles, files) {
                Ok(files) => self.load(id, files, recipes).await,
                Err(failure) => Err(failure.into()),
            },
            Request::Run { query } => self.run(id, &query).await,
            Request::Join { .. } | Request::Cancel { .. } => Ok(Reply::Canceled),
        };
        result.unwrap_or_else(|stop| match stop {
            Stop::Canceled => Reply::Canceled,
            Stop::Failed(failure) => Reply::Failed { failure },
        })
    }

    fn cancel(self: &Rc<Self>, id: RequestId) {
        self.lead.requests.cancel(id);
        self.lead.wake(id);
        self.tell_all(&Peer::Stop { id }, &Array::new());
    }

    /// Hears another worker, or itself.
    fn hear(self: &Rc<Self>, from: usize, peer: Peer, handles: Array) {
        if let Err(failure) = self.try_hear(from, peer, handles) {
            wire::die(failure);
        }
    }

    fn try_hear(self: &Rc<Self>, from: usize, peer: Peer, handles: Array) -> Result<(), Failure> {
        match peer {
            Peer::Load { load, step } => self.hear_load(from, (load, step), handles)?,
            Peer::Scan { id, round, query, state } => {
                let (worker, state) = (Rc::clone(self), wire::bytes(&handles, state)?.to_vec());
                spawn_local(async move { worker.scan(id, round, &query, &state).await });
            }
            Peer::Stop { id } => self.stop(id),
            Peer::Scanning { .. } | Peer::Scanned { .. } | Peer::Failed { .. } => {
                self.lead.hear(from, peer, handles);
            }
        }
        Ok(())
    }

    fn hear_load(
        self: &Rc<Self>,
        from: usize,
        (load, step): (u32, LoadStep),
        handles: Array,
    ) -> Result<(), Failure> {
        match step {
            LoadStep::Open { files, recipe } => self.open(load, wire::files(&handles, files)?, *recipe),
            LoadStep::Read { part } => self.read_part(load, part),
            LoadStep::RollBack { reading } => self.roll_back(load, reading),
            LoadStep::Parcel { header, body } => self.keep_parcel(load, header, wire::bytes(&handles, body)?),
            LoadStep::Finish { readings, new_columns } => self.finish(load, readings, new_columns),
            LoadStep::Manifest { bytes } => self.keep_manifest(load, from, &wire::bytes(&handles, bytes)?),
            LoadStep::Seal { facts } => self.seal(&facts),
            LoadStep::Reading { .. }
            | LoadStep::PartRead { .. }
            | LoadStep::PartFailed { .. }
            | LoadStep::Building
            | LoadStep::Built { .. }
            | LoadStep::Failed { .. } => self.lead.hear(from, Peer::Load { load, step }, handles),
        }
        Ok(())
    }
}

/// Why a request ended without what it asked for.
#[derive(Debug)]
enum Stop {
    /// The page canceled it.
    Canceled,
    /// It cannot be met.
    Failed(Failure),
}

impl<F: Into<Failure>> From<F> for Stop {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}
