//! The answer in words, as a picture and as tables: pure functions of the engine's answer.

use cairn_charts::{ChartSpec, Lines, Picture, Series, Shape, TickFormat, Tone};
use cairn_engine::analysis::quality::{
    Affected, ColumnQuality, DayVerdict, Finding, FindingKind, QualityAnswer,
};

use crate::panel::calendar::spaced_ticks;
use crate::text::{count, date, name, number, percent, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData};

const DAY_MILLIS: f64 = 86_400_000.0;

/// How many things stand out.
pub fn sentence(answer: &QualityAnswer) -> String {
    if answer.n_events == 0 {
        return text("quality.empty");
    }
    let n = answer.findings.len() as u64;
    let values =
        [("n", strong(count(n))), ("events", count(answer.n_events)), ("users", count(answer.n_users))];
    if n == 0 { text_with("quality.clean", &values[1..]) } else { plural_with("quality.said", n, &values) }
}

/// A finding in a sentence.
pub fn finding_text(answer: &QualityAnswer, finding: &Finding) -> String {
    let share = percent(finding.n as f64 / answer.n_events.max(1) as f64, 1);
    let column = finding.column.clone().unwrap_or_default();
    let mut values = vec![("n", strong(count(finding.n))), ("share", share), ("column", name(column))];
    values.push(("example", name(example(answer, finding))));
    values.push(("users", count(answer.busy.n_users)));
    plural_with(finding_key(finding.kind), finding.n, &values)
}

/// Something from the data that shows what is meant.
fn example(answer: &QualityAnswer, finding: &Finding) -> String {
    let column = || answer.columns.iter().find(|column| Some(&column.name) == finding.column.as_ref());
    let day = |verdict| answer.days.iter().find(|day| day.verdict == verdict).map(|day| day_name(day.number));
    let first_of_silence = || {
        let silence = answer.silences.first()?;
        let (first, last) = (date_of(&silence.first_day), date_of(&silence.last_day));
        Some(if first == last { first } else { format!("{first} – {last}") })
    };
    let strays = || {
        let clock = &answer.clock;
        let stray = clock.early.as_ref().or(clock.late.as_ref())?;
        Some(date_of(&stray.first_day))
    };
    let alike = || {
        let group = column()?.look_alikes.first()?;
        Some(group.iter().map(|value| value.value.as_str()).collect::<Vec<_>>().join(", "))
    };
    let found = match finding.kind {
        FindingKind::BusyUsers => answer.busy.users.first().map(|user| user.user.clone()),
        FindingKind::SilentDays => first_of_silence(),
        FindingKind::HighDays => day(DayVerdict::High),
        FindingKind::LowDays => day(DayVerdict::Low),
        FindingKind::Strays => strays(),
        FindingKind::LookAlikes => alike(),
        _ => None,
    };
    found.unwrap_or_default()
}

fn finding_key(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::BusyUsers => "finding.busy_users",
        FindingKind::SilentDays => "finding.silent_days",
        FindingKind::Duplicates => "finding.duplicates",
        FindingKind::Before2000 => "finding.before_2000",
        FindingKind::AfterNow => "finding.after_now",
        FindingKind::Strays => "finding.strays",
        FindingKind::DatesOnly => "finding.dates_only",
        FindingKind::Midnight => "finding.midnight",
        FindingKind::SameInstant => "finding.same_instant",
        FindingKind::DoubleSent => "finding.double_sent",
        FindingKind::LowDays => "finding.low_days",
        FindingKind::HighDays => "finding.high_days",
        FindingKind::LookAlikes => "finding.look_alikes",
        FindingKind::Placeholders => "finding.placeholders",
        FindingKind::MixedTypes => "finding.mixed_types",
        FindingKind::Missing => "finding.missing",
        FindingKind::EmptyColumn => "finding.empty_column",
    }
}

/// The key of what a finding could spoil.
pub fn affected_key(affected: Affected) -> &'static str {
    match affected {
        Affected::Trends => "affects.trends",
        Affected::Funnels => "affects.funnels",
        Affected::Retention => "affects.retention",
        Affected::Journeys => "affects.journeys",
        Affected::Sessions => "affects.sessions",
        Affected::Segments => "affects.segments",
        Affected::Clusters => "affects.clusters",
        Affected::Breakdowns => "affects.breakdowns",
    }
}

/// Events by day, with what is usual for each.
pub fn chart(answer: &QualityAnswer) -> ChartSpec {
    // A day without an event is a zero; of a long silence the two ends are enough.
    let mut points: Vec<(i32, f64, Option<f64>, String)> = Vec::new();
    for day in &answer.days {
        if let Some(before) = points.last().map(|point| point.0) {
            let silent = [before + 1, day.number - 1];
            let n_silent = day.number - before - 1;
            for &at in silent.iter().take(n_silent.clamp(0, 2) as usize) {
                points.push((at, 0.0, None, mark(at, 0, None, DayVerdict::Usual)));
            }
        }
        let label = mark(day.number, day.n_events, day.usual, day.verdict);
        points.push((day.number, day.n_events as f64, day.usual, label));
    }
    let has_usual = points.iter().any(|point| point.2.is_some());
    let mut series = vec![Series {
        name: if has_usual { text("quality.events") } else { String::new() },
        values: points.iter().map(|point| Some(point.1)).collect(),
        tone: None,
    }];
    if has_usual {
        let values = points.iter().map(|point| point.2).collect();
        series.push(Series { name: text("quality.usual"), values, tone: Some(Tone::Other) });
    }
    let places: Vec<(f64, String)> =
        points.iter().map(|point| (f64::from(point.0) * DAY_MILLIS, day_name(point.0))).collect();
    let lines = Lines {
        at: places.iter().map(|(at, _)| *at).collect(),
        ticks: spaced_ticks(&places),
        labels: points.iter().map(|point| point.3.clone()).collect(),
        series: if points.is_empty() { Vec::new() } else { series },
        values: TickFormat::counts(),
        shape: Shape::Line,
        ..Lines::default()
    };
    ChartSpec { picture: Picture::Lines(lines), empty: text("quality.empty") }
}

fn mark(day: i32, n_events: u64, usual: Option<f64>, verdict: DayVerdict) -> String {
    let key = match (usual, verdict) {
        (None, _) => "quality.mark",
        (_, DayVerdict::Usual) => "quality.mark_usual",
        (_, DayVerdict::High) => "quality.mark_high",
        (_, DayVerdict::Low) => "quality.mark_low",
    };
    let usual = number(usual.unwrap_or_default(), 0);
    text_with(key, &[("day", day_name(day)), ("n", count(n_events)), ("usual", usual)])
}

/// What each column is made of.
pub fn columns_table(answer: &QualityAnswer, zone: &str) -> TableData {
    let columns = vec![
        Column::text(text("quality.column")),
        Column::text(text("quality.kind")),
        Column::number(text("quality.missing")),
        Column::number(text("quality.distinct")),
        Column::text(text("quality.top")),
        Column::text(text("quality.looks")),
        Column::number(text("quality.min")),
        Column::number(text("quality.median")),
        Column::number(text("quality.max")),
    ];
    let row = |column: &ColumnQuality| {
        let missing = column.n_missing as f64 / answer.n_events.max(1) as f64;
        let facts = column.numbers;
        let cell = |value: Option<f64>| {
            Cell::number(value, value.map_or(0, |value| u8::from(value.fract() != 0.0) * 2))
        };
        let time = |instant: cairn_engine::Millis| {
            Cell::new(date(instant.0 as f64, zone), crate::view::Value::Number(instant.0 as f64))
        };
        let (first, last) = match column.times {
            Some((first, last)) => (time(first), time(last)),
            None => (cell(facts.map(|facts| facts.min)), cell(facts.map(|facts| facts.max))),
        };
        vec![
            Cell::text(column.name.clone()),
            Cell::text(text(kind_key(column))),
            Cell::percent(Some(missing), 1).with_bar(missing),
            column.n_distinct.map_or_else(|| Cell::text(text("quality.many")), Cell::count),
            Cell::text(top_text(column)),
            Cell::text(looks_text(column)),
            first,
            cell(facts.map(|facts| facts.median)),
            last,
        ]
    };
    TableData { columns, rows: answer.columns.iter().map(row).collect() }
}

fn kind_key(column: &ColumnQuality) -> &'static str {
    use cairn_engine::table::Kind;
    match column.kind {
        Kind::Text => "kind.text",
        Kind::Number => "kind.number",
        Kind::Time => "kind.time",
    }
}

/// The three most frequent values.
fn top_text(column: &ColumnQuality) -> String {
    let top = column.top.iter().take(3).map(|value| format!("{} ({})", value.value, count(value.n_events)));
    top.collect::<Vec<_>>().join(", ")
}

/// What a text column's values look like, where they do not all look like text.
fn looks_text(column: &ColumnQuality) -> String {
    let Some(looks) = column.looks else { return String::new() };
    let seen = [
        ("quality.looks_texts", looks.n_texts),
        ("quality.looks_numbers", looks.n_numbers),
        ("quality.looks_times", looks.n_times),
        ("quality.looks_booleans", looks.n_booleans),
        ("quality.looks_placeholders", looks.n_placeholders),
    ];
    let said = seen.iter().filter(|(_, n)| *n > 0).map(|(key, n)| text_with(key, &[("n", count(*n))]));
    said.collect::<Vec<_>>().join(", ")
}

/// Every day with its score.
pub fn days_table(answer: &QualityAnswer, _: &str) -> TableData {
    let columns = vec![
        Column::text(text("quality.day")),
        Column::number(text("quality.events")),
        Column::number(text("quality.usual")),
        Column::number(text("quality.day_score")),
        Column::text(text("quality.verdict")),
    ];
    let row = |day: &cairn_engine::analysis::quality::DayQuality| {
        let verdict = match day.verdict {
            DayVerdict::Usual => String::new(),
            DayVerdict::High => text("quality.high"),
            DayVerdict::Low => text("quality.low"),
        };
        vec![
            Cell::text(day_name(day.number)),
            Cell::count(day.n_events),
            Cell::number(day.usual, 0),
            Cell::number(day.score, 1),
            Cell::text(verdict),
        ]
    };
    TableData { columns, rows: answer.days.iter().map(row).collect() }
}

/// Users who cannot be people.
pub fn busy_table(answer: &QualityAnswer, _: &str) -> TableData {
    let columns = vec![
        Column::text(text("quality.user")),
        Column::number(text("quality.events")),
        Column::number(text("quality.per_minute")),
        Column::number(text("quality.per_day")),
        Column::number(text("quality.hours")),
    ];
    let row = |user: &cairn_engine::analysis::quality::BusyUser| {
        vec![
            Cell::text(user.user.clone()),
            Cell::count(user.n_events),
            Cell::count(user.per_minute),
            Cell::count(user.per_day),
            Cell::count(u64::from(user.hours)),
        ]
    };
    TableData { columns, rows: answer.busy.users.iter().map(row).collect() }
}

/// Instants that many events share.
pub fn masses_table(answer: &QualityAnswer, zone: &str) -> TableData {
    let columns = vec![
        Column::text(text("quality.instant")),
        Column::number(text("quality.events")),
        Column::number(text("quality.users")),
    ];
    let row = |mass: &cairn_engine::analysis::quality::Mass| {
        let instant = crate::text::instant(mass.time_millis.0 as f64, zone);
        vec![Cell::text(instant), Cell::count(mass.n_events), Cell::count(mass.n_users)]
    };
    TableData { columns, rows: answer.clock.masses.iter().map(row).collect() }
}

fn day_name(number: i32) -> String {
    date(f64::from(number) * DAY_MILLIS, "UTC")
}

/// A day that the engine gave as `2026-03-01`.
fn date_of(day: &str) -> String {
    let millis = js_sys::Date::parse(&format!("{day}T00:00:00Z"));
    date(millis, "UTC")
}
