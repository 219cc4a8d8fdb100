//! Measures that need a user's rows one after another: sessions, breadth, times until, means, values.

use super::measure::texts;
use super::{MAX_COORDINATE, Measure, latest_first, numbers, sum_of_money};
use crate::error::QueryError;
use crate::kernel::sessions::Sessions;
use crate::rule::{SessionRule, Touch};
use crate::table::{ColumnIdx, MISSING, Numbers, Table, TextColumn};
use crate::time::Millis;

/// What is wanted, and scratch memory.
#[derive(Debug)]
pub(super) struct History<'t> {
    table: &'t Table,
    wanted: Vec<Wanted<'t>>,
    sessions: Option<Sessions<'t>>,
    rows: Vec<u32>,
    numbers: Vec<f64>,
    /// By event code, the last user who did it.
    seen_by: Vec<u32>,
    n_users: u32,
    /// The amounts of the last user, in the order of the measures that this file computes; NaN where they are missing.
    pub(super) amounts: Vec<f64>,
}

#[derive(Debug)]
enum Wanted<'t> {
    Sessions,
    Breadth,
    DaysUntil(u32),
    Mean(&'t Numbers),
    Sum(&'t Numbers),
    Is { text: &'t TextColumn, code: u32, touch: Touch },
}

impl<'t> History<'t> {
    pub(super) fn new(measures: &[Measure], table: &'t Table) -> Result<Self, QueryError> {
        let wanted = measures.iter().filter_map(|&measure| wanted(measure, table).transpose());
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        let has = |is: fn(&Wanted<'_>) -> bool| wanted.iter().any(is);
        let sessions = has(|wanted| matches!(wanted, Wanted::Sessions));
        let breadth = has(|wanted| matches!(wanted, Wanted::Breadth));
        Ok(Self {
            table,
            sessions: sessions.then(|| Sessions::new(SessionRule::Auto, table)).transpose()?,
            rows: Vec::new(),
            numbers: Vec::new(),
            seen_by: if breadth { vec![0; table.events().n_codes()] } else { Vec::new() },
            n_users: 0,
            amounts: Vec::new(),
            wanted,
        })
    }

    /// Computes the amounts of one user, who has at least one row. O(rows × measures).
    pub(super) fn user(&mut self, rows: impl Iterator<Item = usize>) {
        self.amounts.clear();
        if self.wanted.is_empty() {
            return;
        }
        self.rows.clear();
        self.rows.extend(rows.map(|row| row as u32));
        self.n_users += 1;
        for at in 0..self.wanted.len() {
            let amount = self.amount(at);
            self.amounts.push(amount);
        }
    }

    fn amount(&mut self, at: usize) -> f64 {
        let times = &self.table.times;
        match self.wanted[at] {
            Wanted::Sessions => {
                self.sessions.as_mut().map_or(0.0, |sessions| sessions.cut(&self.rows).len() as f64)
            }
            Wanted::Breadth => self.breadth(),
            Wanted::DaysUntil(code) => {
                let codes = &self.table.events().codes;
                let first = self.rows.iter().find(|&&row| codes.get(row as usize) == code);
                let days = |&row: &u32| {
                    let (start, end) = (times[self.rows[0] as usize], times[row as usize]);
                    end.since(start) as f64 / Millis::DAY as f64
                };
                first.filter(|_| code != MISSING).map_or(f64::NAN, days)
            }
            Wanted::Mean(column) => {
                let n = self.collect(column);
                let mean = sum_of_money(&mut self.numbers) / n as f64;
                // Without a value it is 0 by 0: missing.
                if n == 0 { f64::NAN } else { mean.clamp(-MAX_COORDINATE, MAX_COORDINATE) }
            }
            Wanted::Sum(column) => {
                self.collect(column);
                sum_of_money(&mut self.numbers)
            }
            Wanted::Is { text, code, touch } => match self.value(text, touch) {
                MISSING => f64::NAN,
                value => f64::from(u8::from(value == code)),
            },
        }
    }

    fn breadth(&mut self) -> f64 {
        let codes = &self.table.events().codes;
        let mut n = 0_u32;
        for &row in &self.rows {
            let seen_by = &mut self.seen_by[codes.get(row as usize) as usize];
            n += u32::from(*seen_by != self.n_users);
            *seen_by = self.n_users;
        }
        f64::from(n)
    }

    fn collect(&mut self, column: &Numbers) -> usize {
        self.numbers.clear();
        self.numbers.extend(self.rows.iter().filter_map(|&row| column.get(row as usize)));
        self.numbers.len()
    }

    fn value(&self, text: &TextColumn, touch: Touch) -> u32 {
        let known = |&row: &u32| {
            let code = text.codes.get(row as usize);
            (code != MISSING).then_some((self.table.times[row as usize], code))
        };
        let found = match touch {
            Touch::Last => latest_first(self.rows.iter().rev().filter_map(known)),
            Touch::First => latest_first(self.rows.iter().filter_map(known)),
        };
        // Codes are in the order of the texts' bytes.
        found.unwrap_or(MISSING)
    }
}

fn wanted(measure: Measure, table: &Table) -> Result<Option<Wanted<'_>>, QueryError> {
    Ok(Some(match measure {
        Measure::Sessions => Wanted::Sessions,
        Measure::Breadth => Wanted::Breadth,
        Measure::DaysUntil(code) => Wanted::DaysUntil(code),
        Measure::Mean(index) => Wanted::Mean(numbers(table, ColumnIdx(index))?),
        Measure::Sum(index) => Wanted::Sum(numbers(table, ColumnIdx(index))?),
        Measure::Is { column, code, touch } => {
            Wanted::Is { text: texts(table, ColumnIdx(column))?, code, touch }
        }
        _ => return Ok(None),
    }))
}
