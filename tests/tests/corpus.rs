//! Every ugly file comes out of the engine as the corpus' manifest says, wherever the caller cuts its bytes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;

use cairn_engine::ingest::{IngestError, LoadReport, Loader, Mapping, Outcome, Preview, Sample, preview};
use cairn_engine::table::{Column, ColumnIdx, Role, Table};
use cairn_tests::corpus::{Case, Expect, Loaded, folder, read};
use serde_json::{Value, json};

#[test]
fn every_file_loads_or_fails_as_the_manifest_says() {
    let mut differences = Vec::new();
    for case in read().unwrap().cases {
        let bytes = fs::read(folder().join(&case.file)).unwrap();
        for piece in [usize::MAX, 7, 1] {
            let mut found = Differences::default();
            compare(&case, load(&case, &bytes, piece), &mut found);
            let pieces = if piece == usize::MAX { String::new() } else { format!(" (in pieces of {piece})") };
            let place = format!("{}{pieces}", case.file);
            differences.extend(found.0.into_iter().map(|difference| format!("{place}: {difference}")));
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

struct Done {
    preview: Preview,
    table: Table,
    report: LoadReport,
}

fn load(case: &Case, bytes: &[u8], piece: usize) -> Result<Done, Box<IngestError>> {
    let mapping: Mapping = case
        .mapping
        .as_ref()
        .map_or_else(Mapping::default, |value| serde_json::from_value(value.clone()).unwrap());
    let preview = preview(&case.file, &[Sample { offset: 0, bytes, is_last: true }], &mapping)?;
    let mut loader = Loader::new(&case.file, &preview, &mapping)?;
    loop {
        for part in bytes.chunks(piece.min(bytes.len().max(1))) {
            loader.push(part)?;
        }
        match loader.finish()? {
            Outcome::Loaded { table, report } => return Ok(Done { preview, table: *table, report }),
            Outcome::Retype { again, .. } => loader = *again,
        }
    }
}

#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn check<T: PartialEq + Debug>(&mut self, what: &str, expected: &T, found: &T) {
        if expected != found {
            self.0.push(format!("{what}: expected {expected:?}, found {found:?}"));
        }
    }

    fn check_some<T: PartialEq + Debug>(&mut self, what: &str, expected: Option<&T>, found: &T) {
        if let Some(expected) = expected {
            self.check(what, expected, found);
        }
    }
}

fn compare(case: &Case, outcome: Result<Done, Box<IngestError>>, found: &mut Differences) {
    match (&case.expect, outcome) {
        (Expect::Refused(refused), Err(error)) => {
            found.check("error", &refused.error.as_str(), &error.problem.code());
        }
        (Expect::Refused(refused), Ok(_)) => {
            found.0.push(format!("expected {}, but it loads", refused.error));
        }
        (Expect::Loaded(_), Err(error)) => found.0.push(format!("does not load: {error}")),
        (Expect::Loaded(expected), Ok(done)) => {
            compare_preview(expected, &done.preview, found);
            compare_table(expected, &done.table, found);
            found.check_some("n_duplicates", expected.n_duplicates.as_ref(), &done.report.n_duplicates);
            compare_warnings(expected, &done.report, found);
        }
    }
}

fn compare_preview(expected: &Loaded, preview: &Preview, found: &mut Differences) {
    let seen = json!(preview);
    let separator = expected.separator.map_or(Value::Null, |separator| json!(separator));
    found.check("format", &json!(expected.format), &seen["format"]["kind"]);
    found.check("separator", &separator, &seen["format"]["separator"]);
    found.check("encoding", &json!(expected.encoding), &seen["encoding"]);
    found.check("compression", &json!(expected.compression), &seen["compression"]);
    found.check_some("has_header", expected.has_header.as_ref(), &preview.has_header);
}

fn compare_table(expected: &Loaded, table: &Table, found: &mut Differences) {
    let schema = &table.schema;
    found.check("n_events", &expected.n_events, &schema.n_events);
    found.check("n_users", &expected.n_users, &schema.n_users);
    let span = schema.span.map(|(first, last)| (first.0, last.0));
    found.check("times", &Some((expected.first_millis, expected.last_millis)), &span);
    let columns: Vec<Value> =
        schema.columns.iter().map(|column| json!({ "name": column.name, "kind": column.kind })).collect();
    let listed = expected.columns.as_ref().map(|columns| {
        columns.iter().map(|column| json!({ "name": column.name, "kind": column.kind })).collect::<Vec<_>>()
    });
    found.check_some("columns", listed.as_ref(), &columns);
    found.check_some("n_columns", expected.n_columns.as_ref(), &(columns.len() as u64));
    for (role, name) in expected.roles.iter().flatten() {
        let role: Role = serde_json::from_value(json!(role)).unwrap();
        let column = schema.with_role(role).map(|index| schema.columns[index.0 as usize].name.as_str());
        found.check("roles", &Some(name.as_str()), &column);
    }
    found.check_some("users", expected.users.as_ref(), &counts(table, schema.user));
    found.check_some("events", expected.events.as_ref(), &counts(table, schema.event));
    for (name, values) in expected.values.iter().flatten() {
        match schema.find(name) {
            Some(index) => found.check(name, values, &counts(table, index)),
            None => found.0.push(format!("there is no column {name}")),
        }
    }
}

/// Rows by value; a missing value is the empty text.
fn counts(table: &Table, column: ColumnIdx) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for user in table.users.iter() {
        for row in table.users.rows(user) {
            let value = match table.column(column) {
                Column::Text(text) => text.text(row).unwrap_or_default().to_owned(),
                Column::Number(numbers) => {
                    numbers.get(row).map_or_else(String::new, |number| number.to_string())
                }
                Column::Time(times) => times[row].0.to_string(),
                Column::User => table.users.id(user).to_owned(),
                Column::EventTime => table.times[row].0.to_string(),
            };
            *counts.entry(value).or_default() += 1;
        }
    }
    counts
}

fn compare_warnings(expected: &Loaded, report: &LoadReport, found: &mut Differences) {
    let name = |kind: &dyn Debug| format!("{kind:?}");
    let kinds: Vec<Value> = report.warnings.iter().map(|warning| json!(warning.kind)).collect();
    for warning in &expected.warnings {
        let Some(given) = report.warnings.iter().find(|given| json!(given.kind) == warning.kind.as_str())
        else {
            found.0.push(format!("no warning {}, only {}", warning.kind, name(&kinds)));
            continue;
        };
        let first = &given.examples[0];
        found.check(&warning.kind, &(warning.n, warning.line), &(given.n, first.line));
        found.check_some(&warning.kind, warning.column.as_ref(), &first.column.clone().unwrap_or_default());
        found.check_some(&warning.kind, warning.text.as_ref(), &first.text);
    }
    if kinds.len() > expected.warnings.len() {
        found.0.push(format!("more warnings than expected: {}", name(&kinds)));
    }
}
