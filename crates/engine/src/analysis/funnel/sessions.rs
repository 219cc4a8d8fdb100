//! A user's sessions: as what limits a chain, and as units that are followed apart.

use std::ops::Range;

use super::options::Count;
use super::query::FunnelQuery;
use super::rules::{Event, Rules};
use crate::error::QueryError;
use crate::kernel::sessions::Sessions;
use crate::table::{Table, UserIdx};

/// Cuts users' rows. Its memory is kept from user to user.
#[derive(Debug)]
pub(super) struct UserSessions<'t> {
    table: &'t Table,
    sessions: Sessions<'t>,
    rows: Vec<u32>,
    /// For each of the user's rows the number of its session.
    numbers: Vec<u32>,
}

impl<'t> UserSessions<'t> {
    /// For a query that asks for sessions; none for others.
    ///
    /// # Errors
    /// If the session rule does not fit the table; the field starts with `session`.
    pub(super) fn new(query: &FunnelQuery, table: &'t Table) -> Result<Option<Self>, QueryError> {
        if query.sessions.is_none() && query.count != Count::Sessions {
            return Ok(None);
        }
        let sessions = Sessions::new(query.session, table).map_err(|error| error.within("session"))?;
        Ok(Some(Self { table, sessions, rows: Vec::new(), numbers: Vec::new() }))
    }

    /// Goes to a user, whose sessions may limit the chains of these rules. O(rows of the user).
    pub(super) fn enter<'r>(&mut self, user: UserIdx, rules: impl Iterator<Item = &'r mut Rules>) {
        let rows = self.table.users.rows(user);
        self.rows.clear();
        self.rows.extend(rows.map(|row| row as u32));
        for rules in rules.filter(|rules| rules.window.needs_sessions()) {
            let tie = rules.tie;
            rules.window.enter(self.table, &mut self.sessions, &self.rows, tie);
        }
    }

    /// Brings the user's events into the order of the sessions, and lists where each session's events lie.
    pub(super) fn split(&mut self, events: &mut [Event], parts: &mut Vec<Range<usize>>) {
        let Some(&first) = self.rows.first() else { return };
        self.numbers.clear();
        self.numbers.resize(self.rows.len(), 0);
        for (number, session) in (0..).zip(self.sessions.cut(&self.rows)) {
            session.iter().for_each(|&row| self.numbers[(row - first) as usize] = number);
        }
        let number = |event: &Event| self.numbers[(event.row - first) as usize];
        events.sort_by_key(number);
        let mut start = 0;
        parts.clear();
        for same in events.chunk_by(|a, b| number(a) == number(b)) {
            parts.push(start..start + same.len());
            start += same.len();
        }
    }
}
