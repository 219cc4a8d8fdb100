//! What a column is made of: counts by code for texts, distributions for numbers.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ColumnQuality, Looks, NumberFacts, QualityQuery};
use crate::analysis::overview::ValueCount;
use crate::kernel::order::sort_by_key;
use crate::kernel::ranks::{RankBins, Ranks};
use crate::kernel::sums::BucketSums;
use crate::table::{BucketId, Column, ColumnInfo, Numbers, TextColumn};
use crate::time::Millis;

/// The quantiles that are told of a number column.
const PROBABILITIES: [f64; 7] = [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0];

/// Texts that stand for "no value", in lower case.
const PLACEHOLDERS: [&str; 11] =
    ["", "null", "none", "nil", "nan", "n/a", "na", "undefined", "unknown", "-", "?"];

/// What a scan finds in a column.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct ColumnFound {
    n_missing: u64,
    by_code: Vec<u64>,
    distinct: Distinct,
    ranks: Ranks,
    sums: BucketSums,
    n_zero: u64,
    n_negative: u64,
    times: Option<(Millis, Millis)>,
    /// In the second round: numbers near the quantiles.
    near: Vec<f64>,
}

/// What the second round looks for in a column.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct WantedColumn(RankBins);

/// Distinct values as bits, up to a limit.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Distinct {
    /// In order.
    values: Vec<u64>,
    is_beyond: bool,
}

impl ColumnFound {
    pub(super) fn scan(&mut self, column: &Column, bucket: BucketId, rows: &[usize]) {
        match column {
            Column::Text(text) => {
                self.by_code.resize(text.n_codes(), 0);
                rows.iter().for_each(|&row| self.by_code[text.codes.get(row) as usize] += 1);
            }
            Column::Number(numbers) => {
                let mut values = values_of(numbers, rows);
                self.n_missing += (rows.len() - values.len()) as u64;
                self.n_zero += values.iter().filter(|&&value| value == 0.0).count() as u64;
                self.n_negative += values.iter().filter(|&&value| value < 0.0).count() as u64;
                if !values.is_empty() {
                    self.sums.add(bucket, values.iter().sum());
                }
                self.ranks.merge(&Ranks::of(&mut values));
                self.distinct.add(values.iter().map(|value| value.to_bits()));
            }
            Column::Time(times) => {
                let set = |&row: &usize| Some(times[row]).filter(|&time| time != Column::NO_TIME);
                let set: Vec<Millis> = rows.iter().filter_map(set).collect();
                self.n_missing += (rows.len() - set.len()) as u64;
                self.times = wider(self.times, set.iter().min().copied().zip(set.iter().max().copied()));
                self.distinct.add(set.iter().map(|time| time.0.cast_unsigned()));
            }
            Column::User | Column::EventTime => {}
        }
    }

    /// The second round.
    pub(super) fn pick(&mut self, column: &Column, rows: &[usize], wanted: &WantedColumn) {
        if let Column::Number(numbers) = column {
            wanted.0.pick(&values_of(numbers, rows), &mut self.near);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.n_missing += other.n_missing;
        self.by_code.resize(self.by_code.len().max(other.by_code.len()), 0);
        self.by_code.iter_mut().zip(other.by_code).for_each(|(mine, more)| *mine += more);
        self.distinct.is_beyond |= other.distinct.is_beyond;
        self.distinct.add(other.distinct.values.into_iter());
        self.ranks.merge(&other.ranks);
        self.sums = std::mem::take(&mut self.sums).merged(other.sums);
        self.n_zero += other.n_zero;
        self.n_negative += other.n_negative;
        self.times = wider(self.times, other.times);
        self.near.extend(other.near);
    }

    pub(super) fn wanted(&self) -> WantedColumn {
        WantedColumn(self.ranks.wanted(&PROBABILITIES))
    }

    /// The column's facts, given what the second round found.
    pub(super) fn finish(
        &self,
        info: &ColumnInfo,
        column: &Column,
        wanted: &WantedColumn,
        near: Self,
        n_values: usize,
    ) -> ColumnQuality {
        let mut quality = ColumnQuality {
            name: info.name.clone(),
            kind: info.kind,
            role: info.role,
            n_missing: self.n_missing,
            n_distinct: (!self.distinct.is_beyond).then_some(self.distinct.values.len() as u64),
            top: Vec::new(),
            looks: None,
            numbers: self.numbers(wanted, near.near),
            times: self.times,
            look_alikes: Vec::new(),
        };
        if let Column::Text(text) = column {
            quality.n_missing = self.by_code.first().copied().unwrap_or(0);
            let values = self.values(text);
            quality.n_distinct = Some(values.len() as u64);
            quality.looks = Some(looks(&values));
            quality.look_alikes = look_alikes(&values);
            quality.top = values.iter().take(n_values).map(owned).collect();
        }
        quality
    }

    /// The values of a text column with their rows, the most frequent first.
    fn values<'t>(&self, text: &'t TextColumn) -> Vec<(&'t str, u64)> {
        let counted = (1_u32..).zip(self.by_code.iter().skip(1)).filter(|&(_, &n)| n > 0);
        let mut values: Vec<(&str, u64)> =
            counted.map(|(code, &n)| (text.dictionary.decode(code).unwrap_or_default(), n)).collect();
        sort_by_key(&mut values, |&(_, n)| Reverse(n));
        values
    }

    fn numbers(&self, wanted: &WantedColumn, mut near: Vec<f64>) -> Option<NumberFacts> {
        near.sort_unstable_by(f64::total_cmp);
        let mut quantiles = [0.0; PROBABILITIES.len()];
        for (quantile, probability) in quantiles.iter_mut().zip(PROBABILITIES) {
            *quantile = wanted.0.quantile(&near, probability)?;
        }
        let [min, p05, p25, median, p75, p95, max] = quantiles;
        let mean = Some(self.sums.total() / self.ranks.n() as f64).filter(|mean| mean.is_finite());
        let (n_zero, n_negative) = (self.n_zero, self.n_negative);
        Some(NumberFacts { min, p05, p25, median, p75, p95, max, mean, n_zero, n_negative })
    }
}

impl Distinct {
    fn add(&mut self, values: impl Iterator<Item = u64>) {
        if !self.is_beyond {
            self.values.extend(values);
            self.values.sort_unstable();
            self.values.dedup();
            self.is_beyond = self.values.len() > ColumnQuality::MOST_DISTINCT;
        }
        if self.is_beyond {
            self.values.clear();
        }
    }
}

fn values_of(numbers: &Numbers, rows: &[usize]) -> Vec<f64> {
    // −0 is 0, so that it does not count as another value.
    rows.iter().filter_map(|&row| numbers.get(row)).map(|value| value + 0.0).collect()
}

fn wider(a: Option<(Millis, Millis)>, b: Option<(Millis, Millis)>) -> Option<(Millis, Millis)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

fn owned(&(value, n_events): &(&str, u64)) -> ValueCount {
    ValueCount { value: value.to_owned(), n_events }
}

fn looks(values: &[(&str, u64)]) -> Looks {
    let mut looks = Looks::default();
    for &(value, n) in values {
        let trimmed = value.trim();
        if trimmed.len() < value.len() {
            looks.n_padded += n;
        }
        let count = if PLACEHOLDERS.contains(&trimmed.to_lowercase().as_str()) {
            &mut looks.n_placeholders
        } else if trimmed.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
            && trimmed.parse::<f64>().is_ok_and(f64::is_finite)
        {
            &mut looks.n_numbers
        } else if is_time(trimmed) {
            &mut looks.n_times
        } else if trimmed.eq_ignore_ascii_case("true") || trimmed.eq_ignore_ascii_case("false") {
            &mut looks.n_booleans
        } else {
            &mut looks.n_texts
        };
        *count += n;
    }
    looks
}

fn is_time(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_digit());
    begins && (text.parse::<jiff::civil::DateTime>().is_ok() || text.parse::<jiff::Timestamp>().is_ok())
}

/// Values that are the same without case, spaces, `-`, `_` and `.`, by groups of at least two.
fn look_alikes(values: &[(&str, u64)]) -> Vec<Vec<ValueCount>> {
    if values.len() > ColumnQuality::MOST_COMPARED {
        return Vec::new();
    }
    let mut groups: BTreeMap<String, Vec<ValueCount>> = BTreeMap::new();
    for value in values {
        let is_filler = |c: char| c.is_whitespace() || matches!(c, '-' | '_' | '.');
        let bare: String = value.0.to_lowercase().chars().filter(|&c| !is_filler(c)).collect();
        // Without letters the dots and signs are the value: 1.5 is not 15.
        let has_letters = bare.chars().any(char::is_alphabetic);
        groups
            .entry(if has_letters { bare } else { value.0.trim().to_owned() })
            .or_default()
            .push(owned(value));
    }
    let mut alike: Vec<Vec<ValueCount>> = groups.into_values().filter(|group| group.len() > 1).collect();
    sort_by_key(&mut alike, |group| Reverse(group.iter().map(|value| value.n_events).sum::<u64>()));
    alike.truncate(QualityQuery::MOST_LISTED);
    alike
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart_by_what_they_look_like() {
        let values = [
            ("007", 4),
            ("-1.5e3", 1),
            ("2026-03-01", 2),
            ("TRUE", 1),
            (" null ", 3),
            ("pro", 5),
            ("inf", 1),
        ];
        let expected =
            Looks { n_placeholders: 3, n_numbers: 5, n_times: 2, n_booleans: 1, n_texts: 6, n_padded: 3 };
        assert_eq!(looks(&values), expected);
    }

    #[test]
    fn names_that_differ_in_case_and_fillers_are_look_alikes_and_numbers_are_not() {
        let found =
            look_alikes(&[("sign_up", 9), ("v1.5", 3), ("Sign Up", 2), ("1.5", 2), ("15", 2), ("signup", 1)]);
        let names: Vec<&str> = found[0].iter().map(|value| value.value.as_str()).collect();
        assert_eq!((found.len(), names), (1, vec!["sign_up", "Sign Up", "signup"]));
    }
}
