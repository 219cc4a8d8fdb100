//! Asking questions: the latest query of a panel runs, stale answers are dropped, the last good one stays.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use cairn_engine::{Answer, Failure, Query};
use cairn_protocol::{Reply, Request, RequestId};
use js_sys::Array;
use leptos::prelude::*;

use super::Session;
use crate::client::Pool;

/// The state of a panel's question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The last good answer. It may belong to an earlier query while `running` is set or after a failure.
    pub answer: Option<Arc<Answered>>,
    /// The failure of the latest query.
    pub failure: Option<Failure>,
    /// The latest query is being worked on; the share done of the present round, 0..=1.
    pub running: Option<f64>,
}

/// An answer with its query.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The query.
    pub query: Query,
    /// The answer.
    pub answer: Answer,
    /// The answer as the engine wrote it.
    pub json: String,
    /// From asking to hearing, in milliseconds.
    pub took_millis: f64,
}

/// A request that is under way, for canceling it.
type UnderWay = Rc<RefCell<Option<(Weak<Pool>, RequestId)>>>;

impl Session {
    /// Asks `query` of the data whenever either changes. None asks nothing and keeps the last answer.
    pub fn ask(self, query: Memo<Option<Query>>) -> RwSignal<Asked> {
        let asked = RwSignal::new(Asked::default());
        let latest = Rc::new(Cell::new(0_u32));
        let under_way = UnderWay::default();
        let stop = Rc::clone(&under_way);
        Effect::new(move |_| {
            let (query, data) = (query.get(), self.data.get());
            cancel(&stop);
            let ticket = latest.get() + 1;
            latest.set(ticket);
            let (Some(query), Some(_)) = (query, data) else { return };
            let latest = Rc::clone(&latest);
            let is_latest = move || latest.get() == ticket;
            self.send(query, asked, &under_way, is_latest);
        });
        asked
    }

    fn send(
        self,
        query: Query,
        asked: RwSignal<Asked>,
        under_way: &UnderWay,
        is_latest: impl Fn() -> bool + 'static,
    ) {
        asked.update(|asked| asked.running = Some(0.0));
        let Some((_, pool)) = self.hidden.with_value(|hidden| hidden.pool.clone()) else {
            return fail(asked, nobody());
        };
        let request = Request::Run { query: Box::new(query.clone()) };
        let start = super::now();
        let listener = move |reply| {
            if is_latest() {
                hear(reply, &query, super::now() - start, asked);
            }
        };
        let id = pool.send(&request, &Array::new(), Rc::new(listener));
        *under_way.borrow_mut() = Some((Rc::downgrade(&pool), id));
    }
}

fn cancel(under_way: &UnderWay) {
    if let Some((pool, id)) = under_way.take()
        && let Some(pool) = pool.upgrade()
    {
        pool.cancel(id);
    }
}

fn hear(reply: Reply, query: &Query, took_millis: f64, asked: RwSignal<Asked>) {
    match reply {
        Reply::Scanning { share, .. } => asked.update(|asked| asked.running = Some(share)),
        Reply::Answered { answer: json } => match serde_json::from_str(&json) {
            Ok(answer) => {
                let answered = Answered { query: query.clone(), answer, json, took_millis };
                asked.set(Asked { answer: Some(Arc::new(answered)), failure: None, running: None });
            }
            Err(error) => fail(asked, unreadable(&error)),
        },
        Reply::Failed { failure } => fail(asked, failure),
        _ => asked.update(|asked| asked.running = None),
    }
}

fn fail(asked: RwSignal<Asked>, failure: Failure) {
    asked.update(|asked| {
        asked.failure = Some(failure);
        asked.running = None;
    });
}

fn nobody() -> Failure {
    let message = "the worker that held the data is gone; open the file again".to_owned();
    Failure { code: "worker_lost".to_owned(), message, position: None }
}

fn unreadable(error: &serde_json::Error) -> Failure {
    let message = format!("the answer could not be read: {error}");
    Failure { code: "bad_answer".to_owned(), message, position: None }
}
