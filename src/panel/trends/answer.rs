//! The answer in words, as a picture and as a table: pure functions of the engine's answer.

use cairn_charts::{ChartSpec, Lines, Picture, Series, Shape, TickFormat, Tone};
use cairn_engine::analysis::funnel::GroupKey;
use cairn_engine::analysis::trend::{
    LineOf, Measure, PlacedAnnotation, TrendAnswer, TrendLine, TrendPeriod, TrendQuery,
};

use super::measure::{kind_of, letter};
use crate::panel::calendar::{self, period_key, spaced_ticks};
use crate::panel::shared::group_name;
use crate::text::{count, name, number, percent, plain, strong, text, text_with};
use crate::view::{Cell, Column, TableData};

/// Lines beyond this number are in the table only.
pub const CHART_LINES: usize = 8;

/// The answer in a few sentences: how much in all, when most and least, and against what came before.
pub fn sentence(query: &TrendQuery, answer: &TrendAnswer) -> String {
    let Some(line) = main_lines(answer).find(|line| line.group.is_none()) else { return String::new() };
    let held =
        || line.values.iter().zip(&answer.periods).filter_map(|(value, period)| Some(((*value)?, period)));
    let mut whole = held().filter(|(_, period)| period.is_complete).peekable();
    let mut all = held();
    let judged: Vec<(f64, &TrendPeriod)> =
        if whole.peek().is_some() { whole.collect() } else { all.by_ref().collect() };
    let most = judged
        .iter()
        .copied()
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.start_millis.cmp(&a.1.start_millis)));
    let least = judged
        .iter()
        .copied()
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.start_millis.cmp(&b.1.start_millis)));
    let (Some(most), Some(least)) = (most, least) else { return text("trends.nothing") };
    let when = |period: &TrendPeriod| period_name(query, period);
    let total = line.total.map_or_else(|| text("trends.no_total"), shown);
    let values = [
        ("line", name(line_name(query, line))),
        ("total", strong(total)),
        ("most", strong(shown(most.0))),
        ("when_most", when(most.1)),
        ("least", strong(shown(least.0))),
        ("when_least", when(least.1)),
    ];
    let mut said = vec![text_with("trends.said", &values)];
    said.extend(compared_text(line));
    said.extend(largest_group(answer));
    if let Some(last) = answer.periods.last().filter(|last| !last.is_complete) {
        said.push(text_with("trends.said_incomplete", &[("when", when(last))]));
    }
    said.join(" ")
}

fn compared_text(line: &TrendLine) -> Option<String> {
    let (now, before) = (line.total?, line.compared_total?);
    let key = match now.total_cmp(&before) {
        std::cmp::Ordering::Greater => "trends.said_more",
        std::cmp::Ordering::Less => "trends.said_less",
        std::cmp::Ordering::Equal => "trends.said_same",
    };
    if before == 0.0 && now != 0.0 {
        return Some(text("trends.said_from_zero"));
    }
    let change = if before == 0.0 { 0.0 } else { ((now - before) / before).abs() };
    Some(text_with(key, &[("change", strong(percent(change, 0))), ("before", shown(before))]))
}

fn largest_group(answer: &TrendAnswer) -> Option<String> {
    let is_named = |line: &&TrendLine| !matches!(line.group, None | Some(GroupKey::Other));
    let largest =
        main_lines(answer).filter(is_named).filter_map(|line| Some((line.total?, line.group.as_ref()?)));
    let (total, group) = largest.max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(text_with(
        "trends.said_group",
        &[("group", name(group_name(group))), ("total", strong(shown(total)))],
    ))
}

/// The lines that the sentence is about: of the first formula, or of the first series.
fn main_lines(answer: &TrendAnswer) -> impl Iterator<Item = &TrendLine> {
    let of = main_of(answer);
    answer.lines.iter().filter(move |line| Some(line.of) == of)
}

fn main_of(answer: &TrendAnswer) -> Option<LineOf> {
    let is_formula = |line: &&TrendLine| matches!(line.of, LineOf::Formula { .. });
    answer.lines.iter().find(is_formula).or(answer.lines.first()).map(|line| line.of)
}

/// The picture: the formulas, if there are some, else the series; of groups, if there are some, else of everyone.
pub fn chart(query: &TrendQuery, answer: &TrendAnswer) -> ChartSpec {
    let has_formulas = !query.formulas.is_empty();
    let has_groups = answer.lines.iter().any(|line| line.group.is_some());
    let is_drawn = |line: &&TrendLine| {
        matches!(line.of, LineOf::Formula { .. }) == has_formulas && line.group.is_some() == has_groups
    };
    let drawn: Vec<&TrendLine> = answer.lines.iter().filter(is_drawn).take(CHART_LINES).collect();
    let mut series: Vec<Series> = drawn
        .iter()
        .map(|line| Series {
            name: if drawn.len() > 1 || query.compare.is_some() || query.moving_average.is_some() {
                line_name(query, line)
            } else {
                String::new()
            },
            values: line.values.clone(),
            tone: (line.group == Some(GroupKey::Other)).then_some(Tone::Other),
        })
        .collect();
    if let [line] = drawn.as_slice() {
        series.extend(extra(line.smoothed.clone(), "trends.smoothed", Tone::Series(1)));
        series.extend(extra(line.compared.clone(), "trends.before", Tone::Other));
    }
    let has_values = series.iter().any(|series| series.values.iter().any(Option::is_some));
    let is_count = |line: &&TrendLine| matches!(measure(query, line), Some(Measure::Events | Measure::Users));
    let values = if drawn.iter().all(is_count) { TickFormat::counts() } else { TickFormat::default() };
    let shape = if series.len() == 1 { Shape::Area } else { Shape::Line };
    let place = |period: &TrendPeriod| (period.start_millis.0 as f64, period_name(query, period));
    let places: Vec<(f64, String)> = answer.periods.iter().map(place).collect();
    let lines = Lines {
        at: places.iter().map(|(at, _)| *at).collect(),
        labels: (0..answer.periods.len()).map(|at| mark(query, answer, &drawn, at)).collect(),
        series: if has_values { series } else { Vec::new() },
        ticks: spaced_ticks(&places),
        values,
        shape,
        notes: placed(answer).map(|(period, _)| period.start_millis.0 as f64).collect(),
    };
    ChartSpec { picture: Picture::Lines(lines), empty: text("trends.nothing") }
}

/// What happened within the picture, in order of time, by the numbers that the picture has.
pub fn notes(query: &TrendQuery, answer: &TrendAnswer) -> Vec<String> {
    let told = |(index, (period, text)): (usize, (&TrendPeriod, &str))| {
        format!("{} · {}: {text}", index + 1, period_name(query, period))
    };
    placed(answer).enumerate().map(told).collect()
}

fn placed(answer: &TrendAnswer) -> impl Iterator<Item = (&TrendPeriod, &str)> {
    let place = |note: &'_ PlacedAnnotation| note.period.map(|period| period as usize);
    answer
        .annotations
        .iter()
        .filter_map(move |note| Some((answer.periods.get(place(note)?)?, note.text.as_str())))
}

fn extra(values: Vec<Option<f64>>, key: &str, tone: Tone) -> Option<Series> {
    (!values.is_empty()).then(|| Series { name: text(key), values, tone: Some(tone) })
}

/// What is said at one period, of all lines.
fn mark(query: &TrendQuery, answer: &TrendAnswer, drawn: &[&TrendLine], at: usize) -> String {
    let said = |line: &&TrendLine| {
        let value = line.values[at].map_or_else(|| text("trends.no_value"), shown);
        text_with("trends.mark_line", &[("line", plain(&line_name(query, line))), ("value", value)])
    };
    let mut parts: Vec<String> = drawn.iter().map(said).collect();
    if let [line] = drawn
        && let Some(Some(before)) = line.compared.get(at)
    {
        let when = period_name(query, &answer.compared[at]);
        parts.push(text_with("trends.mark_before", &[("when", when), ("value", shown(*before))]));
    }
    let notes = answer.annotations.iter().filter(|note| note.period == Some(at as u32));
    parts.extend(notes.map(|note| note.text.clone()));
    if !answer.periods[at].is_complete {
        parts.push(text("trends.not_over"));
    }
    let values = [("when", period_name(query, &answer.periods[at])), ("values", parts.join("; "))];
    text_with("trends.mark", &values)
}

/// The table: all periods together, and then a row for each.
pub fn table(query: &TrendQuery, answer: &TrendAnswer) -> TableData {
    let mut columns = vec![Column::text(text("column.period"))];
    let mut totals = vec![Cell::text(text("trends.all_periods"))];
    let mut rows: Vec<Vec<Cell>> =
        answer.periods.iter().map(|period| vec![period_cell(query, period)]).collect();
    let mut add = |title: String, total: Option<f64>, values: &[Option<f64>]| {
        columns.push(Column::number(title));
        totals.push(cell(total));
        rows.iter_mut().zip(values).for_each(|(row, value)| row.push(cell(*value)));
    };
    for line in &answer.lines {
        let title = line_name(query, line);
        add(title.clone(), line.total, &line.values);
        if !line.compared.is_empty() {
            add(text_with("trends.column_before", &[("line", &title)]), line.compared_total, &line.compared);
        }
        if !line.smoothed.is_empty() {
            add(text_with("trends.column_smoothed", &[("line", &title)]), None, &line.smoothed);
        }
    }
    rows.insert(0, totals);
    TableData { columns, rows }
}

fn period_cell(query: &TrendQuery, period: &TrendPeriod) -> Cell {
    let when = period_name(query, period);
    Cell::text(if period.is_complete { when } else { text_with("trends.row_not_over", &[("when", when)]) })
}

fn cell(value: Option<f64>) -> Cell {
    Cell::number(value, value.map_or(0, digits))
}

/// What was counted and how, in one line.
pub fn rule(query: &TrendQuery, zone: &str) -> String {
    let values = [("period", text(period_key(query.period))), ("zone", name(zone))];
    text_with("trends.rule", &values)
}

fn shown(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 && value >= 0.0 {
        count(value as u64)
    } else {
        number(value, digits(value))
    }
}

fn digits(value: f64) -> u8 {
    if value.fract() == 0.0 { 0 } else { 2 }
}

/// What people call a period.
pub fn period_name(query: &TrendQuery, period: &TrendPeriod) -> String {
    calendar::period_name(query.period, period.start_millis, &period.label, query.scope.zone.as_deref())
}

fn measure<'q>(query: &'q TrendQuery, line: &TrendLine) -> Option<&'q Measure> {
    match line.of {
        LineOf::Series { index } => query.series.get(index as usize).map(|series| &series.measure),
        LineOf::Formula { .. } => None,
    }
}

/// "Users of signup", "A / B * 100"; with a group its name too, or alone where there is only one series.
pub fn line_name(query: &TrendQuery, line: &TrendLine) -> String {
    let is_only = query.series.len() + query.formulas.len() == 1;
    let own = match (measure(query, line), line.of) {
        (Some(measure), LineOf::Series { index }) => series_name(query, line, measure, index as usize),
        _ => line.name.clone(),
    };
    match &line.group {
        None => own,
        Some(group) if is_only => group_name(group),
        Some(group) => text_with("trends.line_group", &[("line", own), ("group", group_name(group))]),
    }
}

fn series_name(query: &TrendQuery, line: &TrendLine, measure: &Measure, index: usize) -> String {
    if query.series[index].name.is_some() {
        return line.name.clone();
    }
    let event = if line.name.is_empty() { text("event.any") } else { line.name.clone() };
    let kind = text(&format!("measure.{}", kind_of(measure)));
    let of = measure.property().map_or(kind.clone(), |property| {
        text_with("trends.of_property", &[("measure", kind.as_str()), ("property", property)])
    });
    let named = text_with("trends.series_name", &[("measure", of), ("event", event)]);
    if query.formulas.is_empty() { named } else { format!("{}: {named}", letter(index)) }
}
