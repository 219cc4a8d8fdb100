//! The workers of the pool, as one of them sees them: ports to the others, and itself.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use cairn_engine::table::Shards;
use cairn_protocol::{Handle, LoadStep, Peer};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{MessageEvent, MessagePort};

use crate::{Worker, wire};

/// Who is in the pool. A worker that has joined none is a pool by itself.
#[derive(Default)]
pub(crate) struct Team {
    joined: OnceCell<Joined>,
    ears: RefCell<Vec<Ear>>,
}

type Ear = Closure<dyn Fn(MessageEvent)>;

struct Joined {
    place: usize,
    /// By place; none for the worker itself.
    ports: Vec<Option<MessagePort>>,
}

/// The place of the worker that leads.
pub(crate) const LEAD: usize = 0;

impl Team {
    /// This worker's place.
    pub(crate) fn place(&self) -> usize {
        self.joined.get().map_or(LEAD, |joined| joined.place)
    }

    /// How many workers there are.
    pub(crate) fn n(&self) -> usize {
        self.joined.get().map_or(1, |joined| joined.ports.len())
    }

    /// How buckets are dealt out among them.
    pub(crate) fn shards(&self) -> Shards {
        Shards::new(self.n())
    }
}

/// Joins a pool at a place, and listens to the others.
pub(crate) fn join(worker: &Rc<Worker>, place: usize, ports: Vec<(usize, MessagePort)>) {
    let n = ports.iter().map(|(place, _)| place + 1).fold(place + 1, usize::max);
    let mut by_place = vec![None; n];
    for (from, port) in ports {
        let hears = Rc::clone(worker);
        let ear =
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| match wire::read_peer(&event) {
                Ok((peer, handles)) => hears.hear(from, peer, handles),
                Err(failure) => wire::die(failure),
            });
        port.set_onmessage(Some(ear.as_ref().unchecked_ref()));
        worker.team.ears.borrow_mut().push(ear);
        by_place[from] = Some(port);
    }
    // A second invitation would be a bug of the page; the first one holds.
    let _ = worker.team.joined.set(Joined { place, ports: by_place });
}

impl Worker {
    /// Tells another worker, or this one, in the order of telling.
    pub(crate) fn tell(self: &Rc<Self>, to: usize, peer: &Peer) {
        self.tell_with(to, peer, &Array::new());
    }

    /// The same with bytes, which the message has as its only handle.
    pub(crate) fn tell_bytes(self: &Rc<Self>, to: usize, bytes: &[u8], peer: impl FnOnce(Handle) -> Peer) {
        self.tell_with(to, &peer(Handle(0)), &Array::of1(&Uint8Array::from(bytes)));
    }

    /// Tells all workers, this one too.
    pub(crate) fn tell_all(self: &Rc<Self>, peer: &Peer, handles: &Array) {
        (0..self.team.n()).for_each(|to| self.tell_with(to, peer, handles));
    }

    fn tell_with(self: &Rc<Self>, to: usize, peer: &Peer, handles: &Array) {
        let port = self.team.joined.get().and_then(|joined| joined.ports.get(to)?.as_ref());
        match port {
            Some(port) => post(port, peer, handles),
            None => {
                let (worker, peer, handles) = (Rc::clone(self), peer.clone(), handles.clone());
                spawn_local(async move { worker.hear(to, peer, handles) });
            }
        }
    }
}

/// Posts a message. The buffers of its bytes are handed over, unless several workers are to have them.
fn post(port: &MessagePort, peer: &Peer, handles: &Array) {
    let message = Object::new();
    let Ok(text) = serde_json::to_string(peer) else { return };
    let _ = Reflect::set(&message, &JsValue::from_str("text"), &JsValue::from_str(&text));
    let _ = Reflect::set(&message, &JsValue::from_str("handles"), handles);
    let transfer = Array::new();
    let is_handed_over = match peer {
        Peer::Load { step, .. } => matches!(step, LoadStep::Parcel { .. } | LoadStep::Manifest { .. }),
        _ => matches!(peer, Peer::Scanned { .. }),
    };
    if is_handed_over {
        handles.iter().filter_map(|handle| handle.dyn_into::<Uint8Array>().ok()).for_each(|bytes| {
            transfer.push(&bytes.buffer());
        });
    }
    let _ = port.post_message_with_transferable(&message, &transfer);
}
