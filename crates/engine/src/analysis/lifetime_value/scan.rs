//! One shard's part: each customer's purchases in short, and what cohorts have been worth.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::MAX_FITTED;
use super::query::LifetimeValueQuery;
use crate::error::QueryError;
use crate::kernel::calendar::Days;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::period::Periods;
use crate::kernel::rows::RuleRows;
use crate::kernel::scope::{ScopeFilter, now, zone};
use crate::kernel::segment;
use crate::kernel::smallest::Smallest;
use crate::table::users::user_hash;
use crate::table::{Bitmap, Bucket, Numbers, Table, UserIdx};
use crate::time::Millis;

/// What a scan finds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    pub(super) n_customers: u64,
    pub(super) n_repeaters: u64,
    /// By cohort.
    pub(super) cohorts: BTreeMap<u32, CohortSums>,
    /// None before the first.
    pub(super) customers: Option<Smallest<Customer>>,
}

/// What a cohort is worth, by length of time after the first purchase.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct CohortSums {
    pub(super) n_customers: u64,
    /// The latest first purchase: how long all have been customers.
    pub(super) last_start: Option<Millis>,
    pub(super) values: Vec<ExactSum>,
}

/// A customer in short. Days are counted from the first purchase.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Customer {
    /// The hash of the id, by which a sample is drawn.
    hash: u64,
    pub(super) whole: History,
    /// Up to the days that are held out; none if the first purchase lies in them.
    pub(super) before: Option<History>,
    /// Days with a purchase among those held out.
    pub(super) later: u32,
    /// What the repeat purchases are worth, as bits of a number.
    money: u64,
    /// Which segments hold the customer, a bit for each.
    pub(super) segments: u16,
}

/// What the model knows of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct History {
    pub(super) repeats: u32,
    pub(super) last: u32,
    pub(super) age: u32,
}

impl Customer {
    /// What the repeat purchases are worth.
    pub(super) fn money(&self) -> f64 {
        f64::from_bits(self.money)
    }
}

/// A round's compiled rules and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    query: LifetimeValueQuery,
    scope: ScopeFilter<'t>,
    rows: RuleRows<'t>,
    values: Option<&'t Numbers>,
    segments: Vec<Bitmap>,
    days: Days,
    end: Millis,
    /// The last instant that is not held out.
    until: Millis,
    found: Vec<u32>,
    /// The customer's days with a purchase, with what it was worth.
    bought: Vec<(i32, f64)>,
}

impl<'t> Prepared<'t> {
    pub(super) fn new(query: &LifetimeValueQuery, table: &'t Table) -> Result<Self, QueryError> {
        let at = now(&query.scope, table);
        let members = |named: &crate::rule::NamedSegment| segment::select(&named.segment, table, at);
        let end = query.scope.to.map_or(table.schema.end(), |to| to.min(table.schema.end()));
        let held_out = query.holdout_days.map_or(0, i64::from) * Millis::DAY;
        Ok(Self {
            table,
            scope: ScopeFilter::new(&query.scope, table)?,
            rows: RuleRows::new(&query.rule, table)?,
            values: query.values(table)?,
            segments: query.segments.iter().map(members).collect::<Result<_, _>>()?,
            days: Days::new(zone(&query.scope)?),
            end,
            until: end.plus(-held_out),
            query: query.clone(),
            found: Vec::new(),
            bought: Vec::new(),
        })
    }

    /// Adds a bucket's users.
    pub(super) fn scan(&mut self, periods: &Periods, bucket: Bucket<'_>, partial: &mut Partial) {
        self.rows.enter(bucket);
        for user in bucket.users() {
            self.found.clear();
            self.rows.collect(user, self.scope.rows(self.table, user), &mut self.found);
            if self.scope.has_conditions() {
                self.found.retain(|&row| self.scope.meets_conditions(row as usize, user));
            }
            if !self.found.is_empty() {
                self.add_to_cohort(periods, partial);
                self.add(user, partial);
            }
        }
    }

    fn value(&self, row: u32) -> f64 {
        self.values.map_or(1.0, |numbers| numbers.get(row as usize).unwrap_or(0.0))
    }

    fn add_to_cohort(&self, periods: &Periods, partial: &mut Partial) {
        let time = |row: u32| self.table.times[row as usize];
        let start = time(self.found[0]);
        let cohort = partial.cohorts.entry(periods.index(start) as u32).or_default();
        cohort.n_customers += 1;
        cohort.last_start = cohort.last_start.max(Some(start));
        cohort.values.resize_with(self.query.n_periods as usize, ExactSum::default);
        for &row in &self.found {
            let after = time(row).since(start) / self.query.period.usual_millis();
            if let Some(sum) = cohort.values.get_mut(after as usize) {
                sum.add(self.value(row));
            }
        }
    }

    fn add(&mut self, user: UserIdx, partial: &mut Partial) {
        self.bought.clear();
        for index in 0..self.found.len() {
            let row = self.found[index];
            let (day, value) = (self.days.of(self.table.times[row as usize]).number, self.value(row));
            match self.bought.last_mut() {
                Some((last, sum)) if *last == day => *sum += value,
                _ => self.bought.push((day, value)),
            }
        }
        let until = self.days.of(self.until).number;
        let whole = history(&self.bought, self.days.of(self.end).number);
        let n_before = self.bought.partition_point(|(day, _)| *day <= until);
        let before = (n_before > 0).then(|| history(&self.bought[..n_before], until));
        let in_segment = |(at, members): (u16, &Bitmap)| u16::from(members.contains(user.0 as usize)) << at;
        let customer = Customer {
            hash: user_hash(self.table.users.id(user).as_bytes(), 0),
            whole,
            before,
            later: (self.bought.len() - n_before) as u32,
            money: self.bought[1..].iter().map(|(_, value)| value).sum::<f64>().to_bits(),
            segments: (0..).zip(&self.segments).map(in_segment).fold(0, |all, bit| all | bit),
        };
        partial.n_customers += 1;
        partial.n_repeaters += u64::from(whole.repeats > 0);
        partial.customers.get_or_insert_with(|| Smallest::new(MAX_FITTED)).push(customer);
    }
}

fn history(bought: &[(i32, f64)], end: i32) -> History {
    let (first, last) = (bought[0].0, bought[bought.len() - 1].0);
    let days = |from: i32, to: i32| (to - from).max(0).unsigned_abs();
    History { repeats: bought.len() as u32 - 1, last: days(first, last), age: days(first, end.max(last)) }
}

impl Partial {
    /// Adds another shard's users.
    pub(super) fn merge(&mut self, other: Self) {
        self.n_customers += other.n_customers;
        self.n_repeaters += other.n_repeaters;
        for (cohort, sums) in other.cohorts {
            let own = self.cohorts.entry(cohort).or_default();
            own.n_customers += sums.n_customers;
            own.last_start = own.last_start.max(sums.last_start);
            own.values.resize_with(own.values.len().max(sums.values.len()), ExactSum::default);
            own.values.iter_mut().zip(&sums.values).for_each(|(own, more)| own.merge(more));
        }
        match (&mut self.customers, other.customers) {
            (Some(mine), Some(more)) => mine.merge(more),
            (mine, more) => *mine = mine.take().or(more),
        }
    }
}
