//! One shard's part: for each user whether the target was reached, and which factors the user has.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::answer::Counts;
use super::layout::Layout;
use super::query::DriversQuery;
use crate::analysis::funnel::groups::Group;
use crate::analysis::funnel::{self, FunnelQuery, Passage, Window};
use crate::kernel::scope::ScopeFilter;
use crate::rule::Owner;
use crate::table::{Bitmap, Bucket, Codes, Column, MISSING, Table, UserIdx};

/// What a scan counts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    pub(super) all: Counts,
    pub(super) n_open: u64,
    /// By event code.
    pub(super) events: Vec<Counts>,
    /// By event and value, in the places of the layout.
    pub(super) event_values: Vec<Counts>,
    /// By value, in the places of the layout.
    pub(super) user_values: Vec<Counts>,
    /// By number property.
    pub(super) user_numbers: Vec<NumberCounts>,
}

/// The users of each value of a number property, up to a number of different values.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct NumberCounts {
    pub(super) counts: BTreeMap<Group, Counts>,
    /// Whether there are too many; then the counts mean nothing.
    pub(super) is_full: bool,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    pub(super) table: &'t Table,
    pub(super) scope: ScopeFilter<'t>,
    pub(super) target: Reached<'t>,
    pub(super) marks: Marks,
    /// The bucket's users who count.
    pub(super) seen: Vec<Seen>,
}

/// What tells who reached the target.
#[derive(Debug)]
pub(super) enum Reached<'t> {
    Funnel(Box<(funnel::Prepared<'t>, FunnelQuery)>),
    Segment(Bitmap),
}

/// The last user who had each factor, so that each counts once.
#[derive(Debug)]
pub(super) struct Marks {
    events: Vec<Option<UserIdx>>,
    event_values: Vec<Option<UserIdx>>,
}

/// A user who counts.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    user: UserIdx,
    /// 0 if the target was reached, else 1.
    side: usize,
    /// The rows in which events count.
    rows: Range<usize>,
}

impl Marks {
    pub(super) fn new(layout: &Layout) -> Self {
        let n_event_values = layout.n_event_values * layout.event_codes.len();
        Self { events: vec![None; layout.events.len()], event_values: vec![None; n_event_values] }
    }
}

impl Prepared<'_> {
    /// Adds a bucket's users.
    pub(super) fn scan(&mut self, layout: &Layout, bucket: Bucket<'_>, partial: &mut Partial) {
        partial.reserve(layout);
        self.find_users(bucket, partial);
        for Seen { side, .. } in &self.seen {
            partial.all[*side] += 1;
        }
        for seen in &self.seen {
            self.marks.add_events(self.table, &self.scope, layout, seen, partial);
        }
        for (places, owner) in &layout.user_texts {
            let Column::Text(text) = self.table.column(places.column) else { continue };
            let counts = &mut partial.user_values[places.first..][..places.n_codes];
            match &text.codes {
                Codes::U8(codes) => add_texts(codes, self.table, *owner, &self.seen, counts),
                Codes::U16(codes) => add_texts(codes, self.table, *owner, &self.seen, counts),
                Codes::U32(codes) => add_texts(codes, self.table, *owner, &self.seen, counts),
            }
        }
        for ((column, owner), counts) in layout.user_numbers.iter().zip(&mut partial.user_numbers) {
            counts.add(self.table, self.table.column(*column), *owner, &self.seen);
        }
    }

    /// Lists the users who count, and where their events do.
    fn find_users(&mut self, bucket: Bucket<'_>, partial: &mut Partial) {
        let Self { table, scope, target, seen, .. } = self;
        seen.clear();
        match target {
            Reached::Segment(members) => {
                let counts = |&user: &UserIdx| scope.n_rows(table, user) > 0;
                seen.extend(bucket.users().filter(counts).map(|user| {
                    let side = usize::from(!members.contains(user.0 as usize));
                    Seen { user, side, rows: scope.rows(table, user) }
                }));
            }
            Reached::Funnel(followed) => {
                let (funnel, query) = &mut **followed;
                funnel.each_passage(query, bucket, |passage| match passed(table, query, passage) {
                    Some(found) => seen.push(found),
                    None => partial.n_open += 1,
                });
            }
        }
    }
}

/// What became of a user who entered, with the rows after the first step and before the end; none for one who is open.
fn passed(table: &Table, query: &FunnelQuery, passage: &Passage<'_>) -> Option<Seen> {
    let &(_, start) = passage.times.first()?;
    let converted = passage.time(query.last_required());
    if converted.is_none() && passage.window == Window::Open {
        return None;
    }
    let end = converted.unwrap_or(passage.end);
    let rows = table.users.rows(passage.user);
    let times = &table.times[rows.clone()];
    let first = times.partition_point(|&time| time <= start);
    let last = times.partition_point(|&time| time < end).max(first);
    let rows = rows.start + first..rows.start + last;
    Some(Seen { user: passage.user, side: usize::from(converted.is_none()), rows })
}

impl Marks {
    fn add_events(
        &mut self,
        table: &Table,
        scope: &ScopeFilter<'_>,
        layout: &Layout,
        Seen { user, side, rows }: &Seen,
        partial: &mut Partial,
    ) {
        let events = table.events();
        for row in rows.clone() {
            let code = events.codes.get(row) as usize;
            let place = layout.event_places[code];
            if !(layout.events[code] || place.is_some())
                || scope.has_conditions() && !scope.meets_conditions(row, *user)
            {
                continue;
            }
            if layout.events[code] && self.events[code].replace(*user) != Some(*user) {
                partial.events[code][*side] += 1;
            }
            let Some(place) = place else { continue };
            for column in &layout.event_columns {
                let Column::Text(text) = table.column(column.column) else { continue };
                let at = place * layout.n_event_values + column.first + text.codes.get(row) as usize;
                if self.event_values[at].replace(*user) != Some(*user) {
                    partial.event_values[at][*side] += 1;
                }
            }
        }
    }
}

fn add_texts<C: Copy + Into<u32>>(
    codes: &[C],
    table: &Table,
    owner: Owner,
    seen: &[Seen],
    counts: &mut [Counts],
) {
    for Seen { user, side, .. } in seen {
        let mut own = codes[table.users.rows(*user)].iter().map(|&code| code.into());
        let is_set = |code: &u32| *code != MISSING;
        let found = if owner == Owner::UserFirst { own.find(is_set) } else { own.rfind(is_set) };
        counts[found.unwrap_or(MISSING) as usize][*side] += 1;
    }
}

impl NumberCounts {
    fn add(&mut self, table: &Table, column: &Column, owner: Owner, seen: &[Seen]) {
        for Seen { user, side, .. } in seen {
            if self.is_full {
                return;
            }
            let mut rows = table.users.rows(*user);
            let is_set =
                |row: &usize| matches!(column, Column::Number(numbers) if numbers.get(*row).is_some());
            let row = if owner == Owner::UserFirst { rows.find(is_set) } else { rows.rfind(is_set) };
            let Some(row) = row else { continue };
            let value = funnel::groups::value(table, column, row as u32, *user);
            self.counts.entry(value).or_default()[*side] += 1;
            self.check_full();
        }
    }

    fn merge(&mut self, other: Self) {
        self.is_full |= other.is_full;
        for (value, counts) in other.counts {
            add(self.counts.entry(value).or_default(), counts);
        }
        self.check_full();
    }

    /// Too many on one shard are too many on all, so that it does not matter which one finds it out.
    fn check_full(&mut self) {
        if self.is_full || self.counts.len() > DriversQuery::MAX_NUMBERS {
            self.is_full = true;
            self.counts.clear();
        }
    }
}

impl Partial {
    fn reserve(&mut self, layout: &Layout) {
        self.events.resize(layout.events.len(), [0, 0]);
        self.event_values.resize(layout.n_event_values * layout.event_codes.len(), [0, 0]);
        self.user_values.resize(layout.n_user_values, [0, 0]);
        self.user_numbers.resize_with(layout.user_numbers.len(), NumberCounts::default);
    }

    /// Adds another shard's users.
    pub(super) fn merge(&mut self, other: Self) {
        add(&mut self.all, other.all);
        self.n_open += other.n_open;
        let lists = [
            (&mut self.events, other.events),
            (&mut self.event_values, other.event_values),
            (&mut self.user_values, other.user_values),
        ];
        for (mine, others) in lists {
            mine.resize(mine.len().max(others.len()), [0, 0]);
            mine.iter_mut().zip(others).for_each(|(mine, more)| add(mine, more));
        }
        let n_columns = self.user_numbers.len().max(other.user_numbers.len());
        self.user_numbers.resize_with(n_columns, NumberCounts::default);
        self.user_numbers.iter_mut().zip(other.user_numbers).for_each(|(mine, more)| mine.merge(more));
    }
}

fn add(sums: &mut Counts, more: Counts) {
    sums[0] += more[0];
    sums[1] += more[1];
}
