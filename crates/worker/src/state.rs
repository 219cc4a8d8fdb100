//! What a worker remembers: its table, and which requests are open or canceled.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cairn_engine::Failure;
use cairn_engine::table::Table;
use cairn_protocol::RequestId;

use crate::Stop;

/// The worker's state. Requests that run at the same time share it.
#[derive(Default)]
pub(crate) struct State {
    table: RefCell<Option<Rc<Table>>>,
    open: RefCell<BTreeMap<RequestId, Wanted>>,
}

/// Whether the page still wants a request's reply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Yes,
    Canceled,
}

impl State {
    /// Notes that a request has begun.
    pub(crate) fn open(&self, id: RequestId) {
        self.open.borrow_mut().insert(id, Wanted::Yes);
    }

    /// Notes that a request has ended.
    pub(crate) fn close(&self, id: RequestId) {
        self.open.borrow_mut().remove(&id);
    }

    /// Cancels a request if it is open; one that has ended has had its reply.
    pub(crate) fn cancel(&self, id: RequestId) {
        if let Some(wanted) = self.open.borrow_mut().get_mut(&id) {
            *wanted = Wanted::Canceled;
        }
    }

    /// Ends the caller's work if its request was canceled.
    pub(crate) fn check(&self, id: RequestId) -> Result<(), Stop> {
        match self.open.borrow().get(&id) {
            Some(Wanted::Canceled) => Err(Stop::Canceled),
            _ => Ok(()),
        }
    }

    /// The loaded table.
    pub(crate) fn table(&self) -> Result<Rc<Table>, Stop> {
        self.table.borrow().clone().ok_or_else(|| {
            let message = "no file is loaded; load one before asking".to_owned();
            Stop::Failed(Failure { code: "no_data".to_owned(), message, position: None })
        })
    }

    /// Takes a new table in, or none.
    pub(crate) fn set_table(&self, table: Option<Table>) {
        *self.table.borrow_mut() = table.map(Rc::new);
    }
}
