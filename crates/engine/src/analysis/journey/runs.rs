//! From a user's rows to runs of items, cut as the query says.

use super::query::{Align, EndAt, JourneyQuery, NeighborRepeats};
use crate::error::QueryError;
use crate::kernel::items::{Items, PointTest};
use crate::kernel::scope::{self, ScopeFilter};
use crate::kernel::segment;
use crate::kernel::sessions::Sessions;
use crate::rule::SameInstant;
use crate::table::{Bitmap, Table, UserIdx};
use crate::time::Millis;

/// Cuts users' rows into runs.
#[derive(Debug)]
pub(super) struct Runs<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    pub(super) items: Items<'t>,
    sessions: Sessions<'t>,
    groups: Vec<Bitmap>,
    cutter: Cutter<'t>,
    rows: Vec<u32>,
    /// For each of the user's rows, from the first one on, its item.
    row_items: Vec<u32>,
    found: Vec<u32>,
}

/// Cuts one run.
#[derive(Debug)]
struct Cutter<'t> {
    start: Option<PointTest<'t>>,
    end: Option<PointTest<'t>>,
    end_at: EndAt,
    tie: SameInstant,
    repeats: NeighborRepeats,
    n_steps: usize,
    align: Align,
    nodes: Vec<Node>,
}

/// An item of a run, with its rows: a range of the session's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) item: u32,
    /// When it is reached, and when it is left: the same but for the middle of a long run.
    pub(super) reached: Millis,
    pub(super) left: Millis,
    start: u32,
    end: u32,
}

/// Stands for the middle that was cut out of a run.
pub(super) const MIDDLE: u32 = u32::MAX;

/// One run, or why it does not count.
#[derive(Clone, Copy, Debug)]
pub(super) enum Run<'r> {
    /// It lacks the start or the end.
    Without,
    /// It counts.
    Found(Found<'r>),
}

/// A run that counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'r> {
    pub(super) user: UserIdx,
    pub(super) id: &'r str,
    /// Which of the user's runs it is.
    pub(super) index: u32,
    pub(super) start: Millis,
    pub(super) n_rows: u64,
    /// Whether each of the segments compared holds the user, by bit.
    pub(super) groups: u32,
    pub(super) nodes: &'r [Node],
    /// The step of the first node, from 0.
    pub(super) first_step: usize,
    pub(super) rest: Rest,
}

/// Whether a run goes on after the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Over,
    CutOff,
}

impl<'t> Runs<'t> {
    /// Checks what needs no look at the rows.
    pub(super) fn check(query: &JourneyQuery, table: &Table) -> Result<(), QueryError> {
        Sessions::new(query.sessions, table).map_err(|error| error.within("sessions"))?;
        let items = Items::new(&query.items, table).map_err(|error| error.within("items"))?;
        points(query, &items, table).map(|_| ())
    }

    pub(super) fn new(query: &JourneyQuery, table: &'t Table) -> Result<Self, QueryError> {
        let items = Items::new(&query.items, table).map_err(|error| error.within("items"))?;
        let now = scope::now(&query.scope, table);
        let group = |(index, named): (usize, &crate::rule::NamedSegment)| {
            let within = |error: QueryError| error.within(&format!("compare[{index}].segment"));
            segment::select(&named.segment, table, now).map_err(within)
        };
        let (start, end) = points(query, &items, table)?;
        Ok(Self {
            table,
            scope: ScopeFilter::new(&query.scope, table)?,
            sessions: Sessions::new(query.sessions, table).map_err(|error| error.within("sessions"))?,
            groups: query.compare.iter().enumerate().map(group).collect::<Result<_, _>>()?,
            items,
            cutter: Cutter {
                start,
                end,
                end_at: query.end_at,
                tie: query.tie,
                repeats: query.repeats,
                n_steps: query.n_steps as usize,
                align: query.align,
                nodes: Vec::new(),
            },
            rows: Vec::new(),
            row_items: Vec::new(),
            found: Vec::new(),
        })
    }

    /// The items of the user's rows, in no particular order.
    pub(super) fn items_of(&mut self, user: UserIdx) -> &[u32] {
        self.collect(user);
        let first = self.table.users.rows(user).start;
        self.found.clear();
        self.found.extend(self.rows.iter().map(|&row| self.row_items[row as usize - first]));
        &self.found
    }

    /// Calls `take` with each of the user's runs, in the order of their first rows.
    pub(super) fn follow(&mut self, user: UserIdx, mut take: impl FnMut(Run<'_>)) {
        self.collect(user);
        if self.rows.is_empty() {
            return;
        }
        let first = self.table.users.rows(user).start;
        let mut groups = 0;
        for (index, group) in self.groups.iter().enumerate() {
            groups |= u32::from(group.contains(user.0 as usize)) << index;
        }
        let id = self.table.users.id(user);
        let Self { table, sessions, cutter, rows, row_items, .. } = self;
        for (index, session) in (0..).zip(sessions.cut(rows)) {
            let item = |row: u32| row_items[row as usize - first];
            let Some((nodes, first_step, rest)) = cutter.cut(session, item, &table.times, user) else {
                take(Run::Without);
                continue;
            };
            let start = table.times[session[0] as usize];
            let n_rows = session.len() as u64;
            take(Run::Found(Found { user, id, index, start, n_rows, groups, nodes, first_step, rest }));
        }
    }

    /// Finds the user's rows that count, in order.
    fn collect(&mut self, user: UserIdx) {
        self.rows.clear();
        self.row_items.clear();
        let first = self.table.users.rows(user).start;
        for row in self.scope.rows(self.table, user) {
            if !self.scope.meets_conditions(row, user) {
                continue;
            }
            let Some(item) = self.items.of(row, user) else { continue };
            self.row_items.resize(row - first, 0);
            self.row_items.push(item);
            self.rows.push(row as u32);
        }
        if self.cutter.tie == SameInstant::ByName {
            let Self { table, rows, row_items, .. } = self;
            rows.sort_by_key(|&row| (table.times[row as usize], row_items[row as usize - first]));
        }
    }
}

type Points<'t> = (Option<PointTest<'t>>, Option<PointTest<'t>>);

fn points<'t>(query: &JourneyQuery, items: &Items<'_>, table: &'t Table) -> Result<Points<'t>, QueryError> {
    let point = |point: &Option<super::JourneyPoint>, name: &str| {
        let test =
            point.as_ref().map(|point| PointTest::new(point.item.as_deref(), &point.rule, items, table));
        test.transpose().map_err(|error: QueryError| error.within(name))
    };
    Ok((point(&query.start, "start")?, point(&query.end, "end")?))
}

impl Cutter<'_> {
    /// The nodes of a session, the step of the first one, and whether it goes on; none if it lacks the start or the end.
    fn cut(
        &mut self,
        session: &[u32],
        item: impl Fn(u32) -> u32,
        times: &[Millis],
        user: UserIdx,
    ) -> Option<(&[Node], usize, Rest)> {
        self.join(session, item, times);
        let is_at = |point: &PointTest<'_>, node: &Node| {
            session[node.start as usize..node.end as usize]
                .iter()
                .any(|&row| point.holds(node.item, row as usize, user))
        };
        let first = match &self.start {
            Some(point) => self.nodes.iter().position(|node| is_at(point, node))?,
            None => 0,
        };
        let end = match (&self.end, self.end_at) {
            (Some(point), EndAt::First) => {
                first + self.nodes[first..].iter().position(|node| is_at(point, node))? + 1
            }
            (Some(point), EndAt::Last) => {
                first + self.nodes[first..].iter().rposition(|node| is_at(point, node))? + 1
            }
            (None, _) => self.nodes.len(),
        };
        self.nodes.truncate(end);
        self.nodes.drain(..first);
        let rest = self.limit();
        let first_step = match self.align {
            Align::Start => 0,
            Align::End => self.n_steps.max(self.nodes.len()) - self.nodes.len(),
        };
        Some((&self.nodes, first_step, rest))
    }

    /// Joins equal neighbors, or not.
    fn join(&mut self, session: &[u32], item: impl Fn(u32) -> u32, times: &[Millis]) {
        self.nodes.clear();
        for (at, &row) in (0..).zip(session) {
            let (item, time) = (item(row), times[row as usize]);
            match self.nodes.last_mut() {
                Some(last) if last.item == item && self.repeats == NeighborRepeats::Join => {
                    (last.reached, last.left, last.end) = (time, time, at + 1);
                }
                _ => self.nodes.push(Node { item, reached: time, left: time, start: at, end: at + 1 }),
            }
        }
    }

    /// Cuts the nodes to the step limit.
    fn limit(&mut self) -> Rest {
        let (n_nodes, n_steps) = (self.nodes.len(), self.n_steps);
        if n_nodes <= n_steps {
            return Rest::Over;
        }
        match (&self.start, &self.end) {
            (Some(_), Some(_)) => {
                let half = n_steps / 2;
                let cut_out = half..n_nodes - half;
                let (from, to) = (self.nodes[cut_out.start], self.nodes[cut_out.end - 1]);
                let middle = Node { item: MIDDLE, reached: from.reached, left: to.left, ..from };
                self.nodes.splice(cut_out, [middle]);
                Rest::Over
            }
            (None, Some(_)) => {
                self.nodes.drain(..n_nodes - n_steps);
                Rest::Over
            }
            _ => {
                self.nodes.truncate(n_steps);
                Rest::CutOff
            }
        }
    }
}
