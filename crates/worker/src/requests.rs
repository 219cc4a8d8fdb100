//! Which requests are being worked on, and which of them nobody wants any more.

use std::cell::RefCell;
use std::collections::BTreeMap;

use cairn_protocol::RequestId;

use crate::Stop;

/// Open requests. Those that run at the same time share it.
#[derive(Default)]
pub(crate) struct Requests(RefCell<BTreeMap<RequestId, Wanted>>);

/// Whether the page still wants a request's reply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Yes,
    Canceled,
}

impl Requests {
    /// Notes that a request has begun.
    pub(crate) fn open(&self, id: RequestId) {
        self.0.borrow_mut().insert(id, Wanted::Yes);
    }

    /// Notes that a request has ended.
    pub(crate) fn close(&self, id: RequestId) {
        self.0.borrow_mut().remove(&id);
    }

    /// Cancels a request if it is open; one that has ended has had its reply.
    pub(crate) fn cancel(&self, id: RequestId) {
        if let Some(wanted) = self.0.borrow_mut().get_mut(&id) {
            *wanted = Wanted::Canceled;
        }
    }

    /// Ends the caller's work if its request was canceled.
    pub(crate) fn check(&self, id: RequestId) -> Result<(), Stop> {
        match self.0.borrow().get(&id) {
            Some(Wanted::Canceled) => Err(Stop::Canceled),
            _ => Ok(()),
        }
    }
}
