//! Random small questions against a naive version, which looks at every row for every number.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, civil};
use proptest::prelude::*;
use proptest::sample::select;

use crate::analysis::funnel::GroupKey;
use crate::analysis::trend::{
    Accumulate, Compare, Measure, TrendAnswer, TrendFormula, TrendQuery, TrendSeries,
};
use crate::analysis::{Answer, Query, run};
use crate::rule::{
    Attribution, Breakdown, Condition, EventRule, NamedSegment, Owner, PropertyTest, Scope, Segment,
};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, SheetRow, answer_of_shards, n_cases};
use crate::time::{Millis, Period, WeekStart};

const HOUR: i64 = 3_600_000;
/// 2026-03-25T00:00:00Z: Berlin's clocks change four days later.
const START: i64 = 1_774_396_800_000;

struct Naive<'s> {
    query: &'s TrendQuery,
    rows: Vec<&'s SheetRow>,
    /// Each user's last plan and amount that are not missing.
    last: BTreeMap<&'s str, [Option<&'s str>; 2]>,
    zone: TimeZone,
}

impl<'s> Naive<'s> {
    fn new(sheet: &'s Sheet, query: &'s TrendQuery) -> Self {
        let users = sheet.users();
        let set = |rows: &[&'s SheetRow], at: usize| {
            rows.iter().rev().map(|row| row.cells[at].as_str()).find(|cell| !cell.is_empty())
        };
        let last = users.iter().map(|(user, rows)| (*user, [set(rows, 0), set(rows, 1)])).collect();
        let zone = TimeZone::get(query.scope.zone.as_deref().unwrap_or("UTC")).unwrap();
        Self { query, rows: users.into_values().flatten().collect(), last, zone }
    }

    fn date(&self, time: i64) -> civil::DateTime {
        self.zone.to_datetime(Timestamp::from_millisecond(time).unwrap())
    }

    fn label(&self, time: i64) -> String {
        let at = self.date(time);
        match self.query.period {
            Period::Hour => format!("{}T{:02}:00", at.date(), at.hour()),
            Period::Week => {
                let days = at.date().weekday().since(civil::Weekday::Sunday);
                at.date().saturating_sub(i64::from(days).days()).to_string()
            }
            Period::Month => at.date().first_of_month().to_string()[..7].to_owned(),
            _ => at.date().to_string(),
        }
    }

    /// Labels of the periods from one instant to another, hour by hour.
    fn labels(&self, from: i64, to: i64) -> Vec<String> {
        let mut labels: Vec<String> = (0..)
            .map(|hour| from + hour * HOUR)
            .take_while(|&time| time < to)
            .map(|time| self.label(time))
            .collect();
        labels.push(self.label(to));
        labels.dedup();
        labels
    }

    fn range(&self) -> (i64, i64) {
        let (from, to) = (self.query.scope.from.map(|from| from.0), self.query.scope.to.map(|to| to.0));
        let only = from.or(to).unwrap_or(0);
        let first = self.rows.iter().map(|row| row.time).min().unwrap_or(only);
        let last = self.rows.iter().map(|row| row.time).max().unwrap_or(only);
        let from = from.unwrap_or(to.map_or(first, |to| first.min(to)));
        (from, to.unwrap_or(last).max(from))
    }

    fn shown(&self) -> Vec<String> {
        let (from, to) = self.range();
        let labels = self.labels(from, to);
        let n = self.query.last.map_or(labels.len(), |last| labels.len().min(last as usize));
        labels[labels.len() - n..].to_vec()
    }

    fn compared(&self, shown: &[String]) -> Vec<String> {
        let (_, to) = self.range();
        let n = shown.len();
        match self.query.compare {
            None => Vec::new(),
            Some(Compare::Previous) => {
                let all =
                    self.labels(to - (n as i64 * 2 + 3) * self.query.period.usual_millis() * 11 / 10, to);
                let end = all.iter().position(|label| *label == shown[0]).unwrap();
                all[end - n..end].to_vec()
            }
            Some(Compare::YearBefore) => {
                let date: civil::Date = match self.query.period {
                    Period::Month => format!("{}-01", shown[0]).parse().unwrap(),
                    _ => shown[0][..10].parse().unwrap(),
                };
                let span = if self.query.period == Period::Week { 364.days() } else { 1.year() };
                let mut before = date.checked_sub(span).unwrap().to_datetime(civil::Time::midnight());
                if self.query.period == Period::Hour {
                    before = before.with().hour(shown[0][11..13].parse().unwrap()).build().unwrap();
                }
                let start = self.zone.to_zoned(before).unwrap().timestamp().as_millisecond();
                self.labels(start, start + (n as i64 + 2) * self.query.period.usual_millis() * 11 / 10)[..n]
                    .to_vec()
            }
        }
    }

    fn is_counted(&self, row: &SheetRow, series: &TrendSeries) -> bool {
        let in_scope = self.query.scope.conditions.is_empty() || row.cells[0] == "pro";
        let is_event = series.rule.event.as_ref().is_none_or(|event| *event == row.event);
        let is_pro = series.rule.conditions.is_empty() || row.cells[0] == "pro";
        in_scope && is_event && is_pro && (series.measure.property().is_none() || !row.cells[1].is_empty())
    }

    fn in_range(&self, row: &SheetRow) -> bool {
        let (from, to) = self.range();
        (from..=to).contains(&row.time)
    }

    /// The row's group under a breakdown by a property.
    fn value(&self, row: &SheetRow) -> GroupKey {
        let Some(Breakdown::Property { property, on, .. }) = &self.query.breakdown else { unreachable!() };
        let at = usize::from(property == "money");
        let cell = match on {
            Owner::Event => Some(row.cells[at].as_str()).filter(|cell| !cell.is_empty()),
            _ => self.last[row.user.as_str()][at],
        };
        cell.map_or(GroupKey::Missing, |value| GroupKey::Value { value: value.to_owned() })
    }

    /// Groups in the answer's order.
    fn groups(&self, shown: &[String]) -> Vec<Option<GroupKey>> {
        let mut groups = vec![None];
        match &self.query.breakdown {
            None => {}
            Some(Breakdown::Segments { segments }) => {
                groups.extend(
                    segments.iter().map(|named| Some(GroupKey::Segment { name: named.name.clone() })),
                );
            }
            Some(Breakdown::Property { limit, .. }) => {
                let mut sizes: Vec<(GroupKey, u64)> = Vec::new();
                for series in &self.query.series {
                    let rows =
                        self.rows.iter().filter(|row| self.is_counted(row, series) && self.in_range(row));
                    for row in rows.filter(|row| shown.contains(&self.label(row.time))) {
                        let group = self.value(row);
                        match sizes.iter_mut().find(|(key, _)| *key == group) {
                            Some((_, n)) => *n += 1,
                            None => sizes.push((group, 1)),
                        }
                    }
                }
                let rank = |key: &GroupKey| match key {
                    GroupKey::Value { value } => (1, value.parse().unwrap_or(0.0), value.clone()),
                    _ => (0, 0.0, String::new()),
                };
                sizes
                    .sort_by(|a, b| b.1.cmp(&a.1).then_with(|| rank(&a.0).partial_cmp(&rank(&b.0)).unwrap()));
                let limit = limit.map_or(usize::MAX, |limit| limit as usize);
                let has_other = sizes.len() > limit;
                groups.extend(sizes.into_iter().take(limit).map(|(key, _)| Some(key)));
                groups.extend(has_other.then_some(Some(GroupKey::Other)));
            }
        }
        groups
    }

    fn is_in(&self, row: &SheetRow, group: &Option<GroupKey>, groups: &[Option<GroupKey>]) -> bool {
        match group {
            None => true,
            Some(GroupKey::Segment { name }) => (row.user == "u0" || row.user == "u1") == (name == "first"),
            Some(GroupKey::Other) => !groups.contains(&Some(self.value(row))),
            group => *group == Some(self.value(row)),
        }
    }

    fn value_of(&self, series: &TrendSeries, rows: &[&SheetRow]) -> Option<f64> {
        let users: BTreeSet<&str> = rows.iter().map(|row| row.user.as_str()).collect();
        let (n, n_users) = (rows.len() as f64, users.len() as f64);
        let mut numbers: Vec<f64> = if series.measure.property().is_some() {
            rows.iter().map(|row| row.cells[1].parse().unwrap()).collect()
        } else {
            Vec::new()
        };
        numbers.sort_unstable_by(f64::total_cmp);
        let sum: f64 = numbers.iter().sum();
        let quantile = |probability: f64| {
            let place = numbers.len().checked_sub(1)? as f64 * probability;
            let (low, high) = (numbers[place.floor() as usize], numbers[place.ceil() as usize]);
            Some(low + place.fract() * (high - low))
        };
        let known = |value: f64| (!rows.is_empty()).then_some(value);
        match &series.measure {
            Measure::Events => Some(n),
            Measure::Users => Some(n_users),
            Measure::EventsPerUser => known(n / n_users),
            Measure::Sum { .. } => Some(sum),
            Measure::SumPerUser { .. } => known(sum / n_users),
            Measure::Mean { .. } => known(sum / n),
            Measure::Min { .. } => numbers.first().copied(),
            Measure::Max { .. } => numbers.last().copied(),
            Measure::Median { .. } => quantile(0.5),
            Measure::Quantile { probability, .. } => quantile(*probability),
        }
    }

    /// Values and total of a series or of the formula in the periods with these labels.
    fn course(
        &self,
        index: usize,
        labels: &[String],
        holds: impl Fn(&SheetRow) -> bool + Copy,
    ) -> (Vec<Option<f64>>, Option<f64>) {
        let Some(series) = self.query.series.get(index) else {
            let (a, total_a) = self.course(0, labels, holds);
            let (b, total_b) = self.course(self.query.series.len() - 1, labels, holds);
            let quotient =
                |a: Option<f64>, b: Option<f64>| b.filter(|&b| b != 0.0).and_then(|b| Some(a? / b * 100.0));
            return (a.iter().zip(&b).map(|(&a, &b)| quotient(a, b)).collect(), quotient(total_a, total_b));
        };
        let rows: Vec<&SheetRow> =
            self.rows.iter().copied().filter(|row| self.is_counted(row, series) && holds(row)).collect();
        let within = |wanted: &[String]| -> Vec<&SheetRow> {
            rows.iter().copied().filter(|row| wanted.contains(&self.label(row.time))).collect()
        };
        let value = |at: usize| match self.query.accumulate {
            Accumulate::Period => self.value_of(series, &within(&labels[at..=at])),
            Accumulate::Running => self.value_of(series, &within(&labels[..=at])),
        };
        ((0..labels.len()).map(value).collect(), self.value_of(series, &within(labels)))
    }

    fn check(&self, answer: &TrendAnswer) {
        let shown = self.shown();
        let compared = self.compared(&shown);
        assert_eq!(
            answer.periods.iter().map(|period| &period.label).collect::<Vec<_>>(),
            shown.iter().collect::<Vec<_>>()
        );
        assert_eq!(
            answer.compared.iter().map(|period| &period.label).collect::<Vec<_>>(),
            compared.iter().collect::<Vec<_>>()
        );
        let groups = self.groups(&shown);
        let n_lines = self.query.series.len() + self.query.formulas.len();
        assert_eq!(answer.lines.len(), n_lines * groups.len());
        let mut lines = answer.lines.iter();
        for index in 0..n_lines {
            for group in &groups {
                let line = lines.next().unwrap();
                assert_eq!(line.group, *group);
                let (values, total) =
                    self.course(index, &shown, |row| self.in_range(row) && self.is_in(row, group, &groups));
                assert_near(&line.values, &values);
                assert_near(&[line.total], &[total]);
                let (values, _) = self.course(index, &compared, |row| self.is_in(row, group, &groups));
                let known = line
                    .compared
                    .iter()
                    .zip(&answer.compared)
                    .filter(|(_, period)| period.has_data)
                    .map(|(value, _)| *value);
                let expected = values
                    .into_iter()
                    .zip(&answer.compared)
                    .filter(|(_, period)| period.has_data)
                    .map(|(value, _)| value);
                assert_near(&known.collect::<Vec<_>>(), &expected.collect::<Vec<_>>());
            }
        }
    }
}

fn assert_near(found: &[Option<f64>], expected: &[Option<f64>]) {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
    let is_near = found.len() == expected.len()
        && found.iter().zip(expected).all(|(a, b)| match (a, b) {
            (Some(a), Some(b)) => near(*a, *b),
            (None, None) => true,
            _ => false,
        });
    assert!(is_near, "{found:?} is not {expected:?}");
}

fn sheets() -> impl Strategy<Value = Sheet> {
    let money = select(vec!["", "0", "1.5", "-2", "0.25", "1000000", "1.5"]);
    let row = (
        0..5_u32,
        0..200_i64,
        select(vec!["a", "a", "b", "c"]),
        select(vec!["", "free", "pro", "pro"]),
        money,
    );
    let far = select(vec![0, 0, 0, 0, 0, 0, 0, -365 * 24]);
    prop::collection::vec((row, far), 0..30).prop_map(|rows| {
        let mut sheet =
            Sheet::new().column("plan", Role::Other, Kind::Text).column("money", Role::Revenue, Kind::Number);
        for ((user, hour, event, plan, money), far) in rows {
            sheet.push(
                &format!("u{user}"),
                START + (hour + far) * HOUR,
                event,
                vec![plan.to_owned(), money.to_owned()],
            );
        }
        sheet
    })
}

fn measures() -> impl Strategy<Value = Measure> {
    let property = "money".to_owned();
    select(vec![
        Measure::Events,
        Measure::Users,
        Measure::EventsPerUser,
        Measure::Sum { property: property.clone() },
        Measure::SumPerUser { property: property.clone() },
        Measure::Mean { property: property.clone() },
        Measure::Min { property: property.clone() },
        Measure::Max { property: property.clone() },
        Measure::Median { property: property.clone() },
        Measure::Quantile { property, probability: 0.9 },
    ])
}

fn pro() -> Vec<Condition> {
    let values = vec!["pro".to_owned()];
    vec![Condition::Property(PropertyTest { property: "plan".to_owned(), values, ..PropertyTest::default() })]
}

fn breakdowns() -> impl Strategy<Value = Option<Breakdown>> {
    let by_property = (
        select(vec!["plan", "plan", "money"]),
        select(vec![Owner::Event, Owner::User]),
        select(vec![None, Some(1), Some(2)]),
    );
    let by_property = by_property.prop_map(|(property, on, limit)| {
        Some(Breakdown::Property {
            property: property.to_owned(),
            on,
            attribution: Attribution::EachValue,
            limit,
        })
    });
    let first = Segment::List { users: vec!["u0".to_owned(), "u1".to_owned()] };
    let rest = Segment::Not { of: Box::new(first.clone()) };
    let named = |name: &str, segment| NamedSegment { name: name.to_owned(), segment };
    let segments = vec![named("first", first), named("rest", rest)];
    prop_oneof![Just(None), by_property, Just(Some(Breakdown::Segments { segments }))]
}

prop_compose! {
    fn queries()(
        series in prop::collection::vec((select(vec![None, Some("a"), Some("b")]), measures(), 0..4), 1..3),
        has_formula in any::<bool>(),
        (from, to) in (select(vec![None, None, Some(30), Some(100)]), select(vec![None, None, Some(150)])),
        (period, zone, last) in (
            select(vec![Period::Hour, Period::Day, Period::Day, Period::Week, Period::Month]),
            select(vec![None, Some("Europe/Berlin")]),
            select(vec![None, Some(1), Some(3), Some(5)]),
        ),
        running in any::<bool>(),
        compare in select(vec![None, Some(Compare::Previous), Some(Compare::YearBefore)]),
        only_pro in 0..4,
        breakdown in breakdowns(),
    ) -> TrendQuery {
        let series: Vec<TrendSeries> = series.into_iter().map(|(event, measure, special)| {
            let conditions = if special == 0 { pro() } else { Vec::new() };
            let rule = EventRule { event: event.map(str::to_owned), conditions, ..EventRule::default() };
            TrendSeries { rule, measure, name: None }
        }).collect();
        let instant = |hour: i64| Millis(START + hour * HOUR);
        // Hours of more than a year would take the oracle long; hours in Berlin are passed twice.
        let (last, zone) = if period == Period::Hour { (Some(last.unwrap_or(7)), None) } else { (last, zone) };
        let conditions = if only_pro == 0 { pro() } else { Vec::new() };
        let scope = Scope {
            from: from.map(instant), to: to.map(instant), zone: zone.map(str::to_owned), week_start: WeekStart::Sunday,
            conditions, ..Scope::default()
        };
        let has_quantile = series.iter().any(|series| series.measure.probability().is_some());
        let accumulate = if running && !has_quantile { Accumulate::Running } else { Accumulate::Period };
        let formula = format!("A / {} * 100", if series.len() == 1 { "A" } else { "B" });
        let formulas = if has_formula { vec![TrendFormula { formula, name: None }] } else { Vec::new() };
        TrendQuery { scope, series, formulas, period, last, accumulate, compare, breakdown, ..TrendQuery::default() }
    }
}

fn answer_to(sheet: &Sheet, query: &TrendQuery) -> TrendAnswer {
    match run(&sheet.table(), &Query::Trend(query.clone())).unwrap() {
        Answer::Trend(answer) => answer,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]

    #[test]
    fn every_number_is_what_looking_at_every_row_gives(sheet in sheets(), query in queries()) {
        Naive::new(&sheet, &query).check(&answer_to(&sheet, &query));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_answer_is_the_same_on_any_number_of_shards(sheet in sheets(), query in queries()) {
        let query = Query::Trend(query);
        let whole = run(&sheet.table(), &query).unwrap();
        for n in [1, 2, 3, 8] {
            prop_assert_eq!(&answer_of_shards(&sheet.shards(n), &query), &whole);
        }
        let json = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<Answer>(&json).unwrap(), whole);
    }
}
