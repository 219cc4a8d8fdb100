//! A pool: as many workers as the machine has processors, each with a shard of the data set. The page speaks to the
//! first of them only; they speak to each other over ports that it gives them.

use std::rc::Rc;

use cairn_engine::Failure;
use cairn_protocol::{Handle, Request, RequestId};
use gloo::utils::window;
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{MessageChannel, MessagePort, UrlSearchParams};

use super::link::Listener;
use super::{Assets, Link};

/// A pool beyond this many workers gains nothing that its memory is worth.
const MAX_WORKERS: usize = 16;

/// The workers. Dropping it ends them all.
pub struct Pool {
    lead: Link,
    _members: Vec<Link>,
}

impl Pool {
    /// Starts the workers and makes them known to each other. `on_death` hears of every one that is lost; the pool is
    /// then of no more use.
    ///
    /// # Errors
    /// If the browser refuses to start one.
    pub fn start(assets: &Assets, on_death: impl Fn(Failure) + 'static) -> Result<Self, Failure> {
        let on_death = Rc::new(on_death);
        let start = |_| {
            let on_death = Rc::clone(&on_death);
            Link::start(assets, move |failure| on_death(failure))
        };
        let mut links = (0..n_workers()).map(start).collect::<Result<Vec<Link>, Failure>>()?;
        introduce(&links).map_err(|error| Failure {
            code: "no_worker".to_owned(),
            message: format!("the workers could not be joined: {error:?}"),
            position: None,
        })?;
        let members = links.split_off(1);
        let lead = links.remove(0);
        Ok(Self { lead, _members: members })
    }

    /// Sends a request; `listener` hears its replies.
    pub fn send(&self, request: &Request, handles: &Array, listener: Listener) -> RequestId {
        self.lead.send(request, handles, listener)
    }

    /// Asks the pool to stop working on a request, whose listener then hears [`cairn_protocol::Reply::Canceled`].
    pub fn cancel(&self, target: RequestId) {
        self.lead.cancel(target);
    }
}

/// As many as the machine has processors, or as the address asks for: `?workers=1`.
fn n_workers() -> usize {
    let search = window().location().search().unwrap_or_default();
    let asked = UrlSearchParams::new_with_str(&search).ok().and_then(|search| search.get("workers"));
    let asked = asked.and_then(|n| n.parse::<usize>().ok());
    asked.unwrap_or(window().navigator().hardware_concurrency() as usize).clamp(1, MAX_WORKERS)
}

/// Gives each two workers a channel.
fn introduce(links: &[Link]) -> Result<(), JsValue> {
    let mut ports: Vec<Vec<(u32, MessagePort)>> = links.iter().map(|_| Vec::new()).collect();
    for a in 0..links.len() {
        for b in a + 1..links.len() {
            let channel = MessageChannel::new()?;
            ports[a].push((b as u32, channel.port1()));
            ports[b].push((a as u32, channel.port2()));
        }
    }
    for ((place, link), ports) in (0..).zip(links).zip(ports) {
        let handles: Array = ports.iter().map(|(_, port)| port).collect();
        let ports = (0..).map(Handle).zip(&ports).map(|(handle, (place, _))| (*place, handle)).collect();
        link.tell(&Request::Join { place, ports }, &handles);
    }
    Ok(())
}
