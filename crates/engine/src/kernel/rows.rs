//! Finds the rows of a rule, bucket by bucket: the event's code decides as much as it can for 64 rows at a time, and the
//! rest is asked row by row.

use std::ops::Range;

use super::condition::{Test, Truth};
use super::find::{CodeSet, Marks};
use crate::error::QueryError;
use crate::rule::EventRule;
use crate::table::{Bucket, Table, UserIdx};

/// The rows of one rule.
#[derive(Debug)]
pub struct RuleRows<'t> {
    table: &'t Table,
    test: Test<'t>,
    /// Rows of events of which some may match.
    may: Marks,
    /// By event code, whether each row has to be asked.
    asks: Vec<bool>,
    asks_some: bool,
}

impl<'t> RuleRows<'t> {
    /// The rows of this rule.
    ///
    /// # Errors
    /// If the rule does not fit the table; the field is relative to the rule.
    pub fn new(rule: &EventRule, table: &'t Table) -> Result<Self, QueryError> {
        let test = Test::rule(rule, table)?;
        let events = table.events();
        let known: Vec<Option<Truth>> =
            (0..events.n_codes() as u32).map(|code| test.for_event(events, code)).collect();
        let asks: Vec<bool> = known.iter().map(Option::is_none).collect();
        Ok(Self {
            table,
            may: Marks::new(CodeSet::new(known.len(), |code| known[code as usize] != Some(Truth::False))),
            asks_some: asks.contains(&true),
            asks,
            test,
        })
    }

    /// Makes the rows of a bucket known. O(rows of the bucket).
    pub fn enter(&mut self, bucket: Bucket<'_>) {
        self.may.enter(&self.table.events().codes, bucket.rows());
    }

    /// Adds a user's matching rows to `found`, of those in `rows`, which belong to the bucket entered last. In order.
    #[inline]
    pub fn collect(&self, user: UserIdx, rows: Range<usize>, found: &mut Vec<u32>) {
        let matching = self.may.within(rows).filter(|&row| !self.asks_some || self.holds(row, user));
        found.extend(matching.map(|row| row as u32));
    }

    /// The rows of the bucket entered last, if the events' codes alone decide.
    pub fn marks(&self) -> Option<&Marks> {
        (!self.asks_some).then_some(&self.may)
    }

    fn holds(&self, row: usize, user: UserIdx) -> bool {
        let code = self.table.events().codes.get(row) as usize;
        !self.asks[code] || self.test.holds(row, user)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rule::{Condition, Op, PropertyTest};
    use crate::table::BucketId;
    use crate::testing::small_sheets;

    proptest! {
        #[test]
        fn the_rows_found_are_those_for_which_the_rule_holds(
            sheet in small_sheets(),
            name in prop::sample::select(vec![Some("a"), Some("b"), Some("never"), None]),
            is_conditional: bool,
            skip in 0_usize..3,
        ) {
            let paid = PropertyTest {
                property: "money".to_owned(), op: Op::Gt, values: vec!["0".to_owned()], ..PropertyTest::default()
            };
            let rule = EventRule {
                event: name.map(str::to_owned),
                conditions: if is_conditional { vec![Condition::Property(paid)] } else { Vec::new() },
                ..EventRule::default()
            };
            let table = sheet.table();
            let test = Test::rule(&rule, &table).unwrap();
            let mut rows = RuleRows::new(&rule, &table).unwrap();
            for bucket in BucketId::all().map(|id| table.bucket(id)) {
                rows.enter(bucket);
                for user in bucket.users() {
                    let mut range = table.users.rows(user);
                    range.start = (range.start + skip).min(range.end);
                    let mut found = Vec::new();
                    rows.collect(user, range.clone(), &mut found);
                    let expected: Vec<u32> =
                        range.filter(|&row| test.holds(row, user)).map(|row| row as u32).collect();
                    prop_assert_eq!(found, expected);
                }
            }
        }
    }
}
