//! Held properties: each value (or combination of values) of a user's events is followed apart.

use super::chain::Chain;
use super::options::{Search, TimeFrom};
use super::query::FunnelQuery;
use super::rules::{Event, Rules};
use crate::error::{QueryError, QueryProblem};
use crate::table::{Column, MISSING, Table};

/// How many properties can be held.
pub(super) const MOST: usize = 3;

/// Cells of the held columns, as numbers that are equal where the cells are.
type Key = [u64; MOST];

/// Numbers the values that a user's events carry.
#[derive(Debug)]
pub(super) struct Values<'t> {
    table: &'t Table,
    columns: Vec<&'t Column>,
    keys: Vec<(Key, u32)>,
}

impl<'t> Values<'t> {
    /// The values of a query's held properties; none if it holds none.
    ///
    /// # Errors
    /// If a property is unknown; the field is `hold.properties[…]`.
    pub(super) fn new(query: &FunnelQuery, table: &'t Table) -> Result<Option<Self>, QueryError> {
        let Some(hold) = &query.hold else { return Ok(None) };
        let column = |(index, name): (usize, &String)| {
            let unknown = || {
                let problem = QueryProblem::UnknownProperty { name: name.clone() };
                QueryError::new(format!("hold.properties[{index}]"), problem)
            };
            table.schema.find(name).map(|found| table.column(found)).ok_or_else(unknown)
        };
        let columns = hold.properties.iter().enumerate().map(column).collect::<Result<_, _>>()?;
        Ok(Some(Self { table, columns, keys: Vec::new() }))
    }

    /// Numbers the values of these events, in an order that depends on nothing but them. O(events × log events).
    pub(super) fn mark(&mut self, events: &mut [Event]) {
        let mut keys = std::mem::take(&mut self.keys);
        keys.clear();
        for (place, event) in (0_u32..).zip(events.iter_mut()) {
            event.value = Event::NO_VALUE;
            keys.extend(self.key(event.row as usize).map(|key| (key, place)));
        }
        keys.sort_unstable();
        for (value, same) in (0_u32..).zip(keys.chunk_by(|a, b| a.0 == b.0)) {
            same.iter().for_each(|&(_, place)| events[place as usize].value = value);
        }
        self.keys = keys;
    }

    /// The key of a row; none if it lacks a value.
    fn key(&self, row: usize) -> Option<Key> {
        let mut key = Key::default();
        for (part, column) in key.iter_mut().zip(&self.columns) {
            *part = match column {
                Column::Text(text) => match text.codes.get(row) {
                    MISSING => return None,
                    code => u64::from(code),
                },
                Column::Number(numbers) => (numbers.get(row)? + 0.0).to_bits(),
                Column::Time(times) if times[row] == Column::NO_TIME => return None,
                Column::Time(times) => times[row].0.cast_unsigned(),
                Column::EventTime => self.table.times[row].0.cast_unsigned(),
                // All of a user's rows have the same.
                Column::User => 0,
            };
        }
        Some(key)
    }
}

/// Deals a user's events out by value. Its memory is kept from user to user.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Values and places of the events that have one, in order.
    places: Vec<(u32, u32)>,
    part: Vec<Event>,
}

impl Parts {
    /// Calls `visit` with the events of each value, and with those that need none: a chain whose first step is not held may
    /// yet follow a value that no event has carried so far.
    pub(super) fn each(&mut self, rules: &Rules, events: &[Event], mut visit: impl FnMut(&[Event])) {
        let places = (0_u32..).zip(events).filter(|(_, event)| event.value != Event::NO_VALUE);
        self.places.clear();
        self.places.extend(places.map(|(place, event)| (event.value, place)));
        self.places.sort_unstable();
        let held = rules.held;
        let deciding = deciding_step(rules);
        // What counts whatever its value: as a step that is not held, as an exclusion, or as what breaks a strict chain.
        let is_common = |event: &Event| event.steps == 0 || event.steps & !held != 0 || event.kills != 0;
        let has_common = deciding != 0 || events.iter().any(is_common);
        if self.places.is_empty() || held & 1 == 0 {
            self.keep(events, Event::NO_VALUE, (held, deciding));
            visit(&self.part);
        }
        let places = std::mem::take(&mut self.places);
        for same in places.chunk_by(|a, b| a.0 == b.0) {
            if has_common {
                self.keep(events, same[0].0, (held, deciding));
            } else {
                self.part.clear();
                self.part.extend(same.iter().map(|&(_, place)| events[place as usize]));
            }
            visit(&self.part);
        }
        self.places = places;
    }

    fn keep(&mut self, events: &[Event], value: u32, steps: (u32, u32)) {
        self.part.clear();
        self.part.extend(events.iter().filter_map(|event| apart(event, value, steps)));
    }
}

/// The first held step, if under the first match its first event decides which value a chain follows: where steps come
/// before it that are not held. As a mask; 0 = none.
fn deciding_step(rules: &Rules) -> u32 {
    let first = rules.held & rules.held.wrapping_neg();
    if rules.search == Search::FirstMatch && first > 1 { first } else { 0 }
}

/// An event as it counts for the chains of a value, if it does.
fn apart(event: &Event, value: u32, (held, deciding): (u32, u32)) -> Option<Event> {
    if event.value == value && value != Event::NO_VALUE {
        return Some(*event);
    }
    let decides = if event.value == Event::NO_VALUE { 0 } else { event.steps & deciding };
    let (steps, kills) = (event.steps & !held, event.kills | decides >> 1);
    (event.steps == 0 || steps != 0 || kills != 0).then_some(Event { steps, kills, ..*event })
}

/// Whether the chain of one value counts rather than that of another.
pub(super) fn is_better(rules: &Rules, chain: &Chain, other: &Chain) -> bool {
    let end = |chain: &Chain| chain.last().and_then(|last| chain.time(last));
    if chain.last() != other.last() {
        return chain.last() > other.last();
    }
    if rules.time_from == TimeFrom::LatestStart {
        let (rank, other_rank) = ((end(chain), other.start()), (end(other), chain.start()));
        if rank != other_rank && (end(chain), chain.start()) != (end(other), other.start()) {
            return rank < other_rank;
        }
    }
    chain.iter().lt(other.iter())
}
