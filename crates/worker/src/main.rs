//! The engine in a web worker: a message loop that reads files in slices and runs queries bucket by bucket, giving way
//! in between so that a cancellation is heard.

mod load;
mod pause;
mod run;
mod state;
mod wire;

use std::rc::Rc;

use cairn_engine::Failure;
use cairn_protocol::{BUILD, Reply, Request, RequestId};
use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use crate::load::Source;
use crate::state::State;

fn main() {
    std::panic::set_hook(Box::new(|info| {
        let failure = Failure { code: "worker_died".to_owned(), message: info.to_string(), position: None };
        wire::send(RequestId::NONE, &Reply::Died { failure });
    }));
    let state = Rc::new(State::default());
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| receive(&state, &event));
    wire::scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    wire::send(RequestId::NONE, &Reply::Ready { build: BUILD.to_owned() });
}

fn receive(state: &Rc<State>, event: &MessageEvent) {
    match wire::read(event) {
        Ok((envelope, handles)) => match envelope.body {
            Request::Cancel { target } => {
                state.cancel(target);
                wire::send(envelope.id, &Reply::Canceled);
            }
            request => {
                let state = Rc::clone(state);
                spawn_local(async move {
                    let reply = answer(&state, envelope.id, request, &handles).await;
                    state.close(envelope.id);
                    wire::send(envelope.id, &reply);
                });
            }
        },
        Err(failure) => wire::send(RequestId::NONE, &Reply::Failed { failure }),
    }
}

/// Meets a request and gives its one terminal reply.
async fn answer(state: &State, id: RequestId, request: Request, handles: &Array) -> Reply {
    state.open(id);
    let result = match request {
        Request::Preview { file, name, mapping } => {
            load::preview(Source { handles, file, name }, &mapping).await
        }
        Request::Load { file, name, preview, mapping } => {
            load::load(state, id, Source { handles, file, name }, (&preview, &mapping)).await
        }
        Request::Run { query } => run::run(state, id, &query).await,
        Request::Scan { query, state: round } => run::scan(state, id, &query, &round).await,
        Request::Cancel { .. } => Ok(Reply::Canceled),
    };
    result.unwrap_or_else(|stop| match stop {
        Stop::Canceled => Reply::Canceled,
        Stop::Failed(failure) => Reply::Failed { failure },
    })
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
