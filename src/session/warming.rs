//! Warming up: while nobody waits yet, a pool opens the sample and asks it what will be asked of the first file. A browser
//! compiles code well only once it has run for a while; the file that a person drops then finds it compiled, and workers
//! that have started.

use std::rc::{Rc, Weak};

use cairn_engine::analysis::overview::OverviewQuery;
use cairn_engine::analysis::suggest::{SuggestFunnelAnswer, SuggestFunnelQuery};
use cairn_engine::ingest::{FileRecipe, Preview};
use cairn_engine::{Answer, Query};
use cairn_protocol::{Handle, Reply, Request};
use js_sys::Array;
use leptos::prelude::*;
use web_sys::File;

use super::Session;
use crate::client::Pool;

/// How often the sample's funnel is asked.
const FUNNELS: usize = 8;

/// A pool that waits for the next file.
pub(super) struct Spare {
    pub(super) number: u32,
    pub(super) pool: Rc<Pool>,
    /// Whether it has nothing to do any more.
    is_idle: bool,
}

impl Session {
    /// Starts a pool for the next file and warms it up. Whatever goes wrong is of no concern until a file is opened.
    pub(super) fn warm_up(self) {
        let sample = self.hidden.with_value(|hidden| hidden.sample.clone());
        let (Some(sample), Some(Ok((number, pool)))) = (sample, self.start_pool()) else { return };
        let here = Rc::downgrade(&pool);
        let request = Request::Preview { file: Handle(0), name: sample.name(), mapping: Box::default() };
        let file = sample.clone();
        let listener = move |reply| {
            if let (Reply::Previewed { preview }, Some(pool)) = (reply, here.upgrade()) {
                self.load_sample(&pool, &sample, *preview);
            }
        };
        pool.send(&request, &Array::of1(&file), Rc::new(listener));
        self.hidden.update_value(|hidden| hidden.spare = Some(Spare { number, pool, is_idle: false }));
    }

    /// The pool that was warmed up, if it is done with that. If it is not, it would only be in the way.
    pub(super) fn take_spare(self) -> Option<(u32, Rc<Pool>)> {
        let spare = self.hidden.try_update_value(|hidden| hidden.spare.take()).flatten()?;
        spare.is_idle.then_some((spare.number, spare.pool))
    }

    fn load_sample(self, pool: &Rc<Pool>, sample: &File, preview: Preview) {
        let here = Rc::downgrade(pool);
        let recipe = FileRecipe { name: sample.name(), mapping: preview.mapping.clone(), preview };
        let request = Request::Load { files: vec![Handle(0)], recipes: vec![recipe] };
        let listener = move |reply| {
            if let Reply::Loaded(_) = reply {
                self.ask_sample(&here);
            }
        };
        pool.send(&request, &Array::of1(sample), Rc::new(listener));
    }

    fn ask_sample(self, here: &Weak<Pool>) {
        let Some(pool) = here.upgrade() else { return };
        pool.send(&run(Query::Overview(OverviewQuery::default())), &Array::new(), Rc::new(|_| {}));
        let here = Weak::clone(here);
        let listener = move |reply| {
            if let (Reply::Answered { answer }, Some(pool)) = (reply, here.upgrade()) {
                self.ask_funnel(&pool, &answer);
            }
        };
        pool.send(
            &run(Query::SuggestFunnel(SuggestFunnelQuery::default())),
            &Array::new(),
            Rc::new(listener),
        );
    }

    /// Asks the proposed funnel as often as a browser needs to find its code worth compiling well.
    fn ask_funnel(self, pool: &Pool, suggestion: &str) {
        let Ok(Answer::SuggestFunnel(SuggestFunnelAnswer { query: Some(query), .. })) =
            serde_json::from_str(suggestion)
        else {
            return;
        };
        for _ in 1..FUNNELS {
            pool.send(&run((*query).clone()), &Array::new(), Rc::new(|_| {}));
        }
        let done = move |reply: Reply| {
            if reply.is_terminal() {
                self.hidden.update_value(|hidden| {
                    if let Some(spare) = &mut hidden.spare {
                        spare.is_idle = true;
                    }
                });
            }
        };
        pool.send(&run(*query), &Array::new(), Rc::new(done));
    }
}

fn run(query: Query) -> Request {
    Request::Run { query: Box::new(query) }
}
