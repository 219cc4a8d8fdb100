//! Drivers: which events and properties go with converting in a funnel, or with being in a segment.
//!
//! ```text
//!                      converted   did not
//! invited somebody     120         80         60 % of 200      odds 120/80 ÷ 60/340 = 8.5
//! all others           60          340        15 % of 400      lift 60 % ÷ 30 % = 2
//! ```
//!
//! That two things go together does not say that one brings the other: both may come from a third, and who has more time
//! does more of everything. One round. O(events) for what users did, O(users × properties) for what they are, if most of
//! their rows hold a value.

mod answer;
mod layout;
mod query;
mod scan;
#[cfg(test)]
mod tests;

pub use answer::{Driver, DriversAnswer, Factor};
pub use query::{DriversQuery, Factors, Odds, Rank, Target};
pub use scan::{Partial, Prepared};

use self::answer::Counts;
use self::layout::{Layout, TextPlaces};
use self::scan::{Marks, Reached};
use super::{Analysis, Answer, Step, funnel};
use crate::error::QueryError;
use crate::kernel::order::sort_by;
use crate::kernel::scope::{ScopeFilter, now};
use crate::kernel::segment;
use crate::table::{Bucket, Column, Table};

impl DriversQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the target or the scope does not fit the table, the funnel has one step or a scope of its own, a property is
    /// unknown or has too many values, or a number is out of range.
    pub fn check(&self, table: &Table) -> Result<Drivers, QueryError> {
        self.check_rest(table)?;
        Ok(Drivers { query: self.clone(), layout: Layout::new(self, table)? })
    }
}

/// A checked [`DriversQuery`].
#[derive(Debug)]
pub struct Drivers {
    query: DriversQuery,
    layout: Layout,
}

impl Analysis for Drivers {
    type State = ();
    type Partial = Partial;
    type Answer = DriversAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        let target = match &self.query.target {
            Target::Funnel { funnel } => {
                let funnel = self.query.funnel(funnel);
                let prepared = funnel.check(table)?.prepare(&funnel::State::Count, table, None)?;
                Reached::Funnel(Box::new((prepared, funnel)))
            }
            Target::Segment { segment } => {
                Reached::Segment(segment::select(segment, table, now(&self.query.scope, table))?)
            }
        };
        let scope = ScopeFilter::new(&self.query.scope, table)?;
        Ok(Prepared { table, scope, target, marks: Marks::new(&self.layout), seen: Vec::new() })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        prepared.scan(&self.layout, bucket, partial);
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.merge(b);
        a
    }

    fn step(&self, (): (), all: Partial, table: &Table) -> Step<(), DriversAnswer> {
        let mut left_out = self.layout.left_out.clone();
        let too_many =
            self.layout.user_numbers.iter().zip(&all.user_numbers).filter(|(_, counts)| counts.is_full);
        left_out
            .extend(too_many.map(|((column, _), _)| table.schema.columns[column.0 as usize].name.clone()));
        sort_by(&mut left_out, Ord::cmp);
        left_out.dedup();
        let rest = DriversAnswer {
            n_reached: 0,
            n_missed: 0,
            n_open: all.n_open,
            n_compared: 0,
            n_rare: 0,
            left_out,
            more: Vec::new(),
            less: Vec::new(),
        };
        Step::Done(answer::answer(&self.query, all.all, self.factors(&all, table), rest))
    }
}

impl Drivers {
    /// All factors that anybody has.
    fn factors(&self, all: &Partial, table: &Table) -> Vec<(Factor, Counts)> {
        let event =
            |code: usize| table.events().dictionary.decode(code as u32).unwrap_or_default().to_owned();
        let mut factors: Vec<(Factor, Counts)> = Vec::new();
        factors.extend(
            (0..).zip(&all.events).map(|(code, &counts)| (Factor::Event { event: event(code) }, counts)),
        );
        if self.layout.n_event_values > 0 {
            let of_events = all.event_values.chunks(self.layout.n_event_values);
            for (&code, counts) in self.layout.event_codes.iter().zip(of_events) {
                for places in &self.layout.event_columns {
                    factors.extend(places.values(table, counts).map(|(property, value, counts)| {
                        (Factor::EventProperty { event: event(code as usize), property, value }, counts)
                    }));
                }
            }
        }
        for (places, _) in &self.layout.user_texts {
            factors.extend(
                places
                    .values(table, &all.user_values)
                    .map(|(property, value, counts)| (Factor::UserProperty { property, value }, counts)),
            );
        }
        for ((column, _), counts) in self.layout.user_numbers.iter().zip(&all.user_numbers) {
            let property = &table.schema.columns[column.0 as usize].name;
            factors.extend(counts.counts.iter().map(|(group, &counts)| {
                let value = match group.value_key(None) {
                    funnel::GroupKey::Value { value } => value,
                    _ => String::new(),
                };
                (Factor::UserProperty { property: property.clone(), value }, counts)
            }));
        }
        factors.retain(|(_, counts)| counts[0] + counts[1] > 0);
        factors
    }
}

impl TextPlaces {
    /// The column's name and each of its values, with what is counted for it.
    fn values(self, table: &Table, counts: &[Counts]) -> impl Iterator<Item = (String, String, Counts)> {
        let property = &table.schema.columns[self.column.0 as usize].name;
        let text = match table.column(self.column) {
            Column::Text(text) => Some(&text.dictionary),
            _ => None,
        };
        let counted = counts.get(self.first..self.first + self.n_codes).unwrap_or_default();
        (0_u32..).zip(counted).filter_map(move |(code, &counts)| {
            Some((property.clone(), text?.decode(code)?.to_owned(), counts))
        })
    }
}

impl From<DriversAnswer> for Answer {
    fn from(answer: DriversAnswer) -> Self {
        Self::Drivers(answer)
    }
}
