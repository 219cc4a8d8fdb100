//! The corpus is complete and consistent with itself, whatever the engine makes of it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cairn_tests::corpus::{Case, Expect, Loaded, Manifest, folder, read};

/// Files of the folder that are not of the corpus.
const OTHERS: [&str; 4] = [".gitattributes", "README.md", "make.mjs", "manifest.json"];

const WARNINGS: [&str; 12] = [
    "ambiguous_time",
    "bad_json",
    "bad_number",
    "bad_time",
    "bad_utf8",
    "long_row",
    "missing_event",
    "missing_time",
    "missing_user",
    "open_quote",
    "short_row",
    "skipped_time",
];

const ERRORS: [&str; 10] = [
    "bad_gzip",
    "bad_json_document",
    "binary_file",
    "empty_file",
    "no_rows",
    "no_time_column",
    "no_time_format",
    "no_user_column",
    "unknown_column",
    "unknown_zone",
];

fn manifest() -> Manifest {
    read().unwrap()
}

fn loaded(cases: &[Case]) -> impl Iterator<Item = (&Case, &Loaded)> {
    cases.iter().filter_map(|case| match &case.expect {
        Expect::Loaded(loaded) => Some((case, loaded.as_ref())),
        Expect::Refused(_) => None,
    })
}

#[test]
fn every_file_has_a_case_and_every_case_a_file() {
    let named: BTreeSet<String> = manifest().cases.into_iter().map(|case| case.file).collect();
    let there: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !OTHERS.contains(&name.as_str()))
        .collect();
    assert_eq!(named, there);
    assert!(named.len() >= 70, "{} files", named.len());
}

#[test]
fn files_are_small() {
    for case in manifest().cases {
        let n_bytes = fs::metadata(folder().join(&case.file)).unwrap().len();
        assert!(n_bytes < 50_000, "{} has {n_bytes} bytes", case.file);
    }
}

#[test]
fn counts_of_a_case_agree_with_each_other() {
    let manifest = manifest();
    let total = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
    for (case, loaded) in loaded(&manifest.cases) {
        let file = &case.file;
        assert!(loaded.n_users <= loaded.n_events, "{file}");
        assert!(loaded.first_millis <= loaded.last_millis, "{file}");
        assert_eq!(loaded.format == "delimited", loaded.separator.is_some(), "{file}");
        if let Some(users) = &loaded.users {
            assert_eq!((users.len() as u64, total(users)), (loaded.n_users, loaded.n_events), "{file}");
        }
        if let Some(events) = &loaded.events {
            assert_eq!(total(events), loaded.n_events, "{file}");
        }
        for (column, values) in loaded.values.iter().flatten() {
            assert_eq!(total(values), loaded.n_events, "{file}, {column}");
            let listed = loaded.columns.iter().flatten();
            let known = loaded.columns.is_none() || listed.into_iter().any(|known| known.name == *column);
            assert!(known, "{file} lists no column {column}");
        }
    }
}

#[test]
fn a_times_column_is_listed_with_every_list_of_columns() {
    for (case, loaded) in loaded(&manifest().cases) {
        if let Some(columns) = &loaded.columns {
            assert!(columns.iter().any(|column| column.kind == "time"), "{}", case.file);
            let known = |kind: &str| ["text", "number", "time"].contains(&kind);
            assert!(columns.iter().all(|column| known(&column.kind)), "{}", case.file);
        }
    }
}

#[test]
fn every_kind_of_warning_and_error_occurs_and_no_other() {
    let manifest = manifest();
    let mut warnings = BTreeSet::new();
    let mut errors = BTreeSet::new();
    for case in &manifest.cases {
        match &case.expect {
            Expect::Refused(refused) => {
                errors.insert(refused.error.as_str());
            }
            Expect::Loaded(loaded) => {
                warnings.extend(loaded.warnings.iter().map(|warning| warning.kind.as_str()));
            }
        }
    }
    assert_eq!(warnings, BTreeSet::from(WARNINGS));
    assert_eq!(errors, BTreeSet::from(ERRORS));
}

#[test]
fn the_text_at_fault_stands_on_its_line() {
    for (case, loaded) in loaded(&manifest().cases) {
        let bytes = fs::read(folder().join(&case.file)).unwrap();
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").replace('\r', "\n");
        let lines: Vec<&str> = text.lines().collect();
        for warning in &loaded.warnings {
            let line = lines.get(warning.line as usize - 1).copied();
            let line = line.unwrap_or_else(|| panic!("{} has no line {}", case.file, warning.line));
            // An object in a pretty array starts on the line, its text stands on one of the next.
            let is_there =
                warning.text.as_ref().is_none_or(|at_fault| line.contains(at_fault) || line.trim() == "{");
            assert!(is_there, "{}, line {}: {line}", case.file, warning.line);
        }
    }
}

#[test]
fn mappings_are_the_engines() {
    for case in manifest().cases {
        if let Some(mapping) = case.mapping {
            let read = serde_json::from_value::<cairn_engine::ingest::Mapping>(mapping);
            assert!(read.is_ok(), "{}: {read:?}", case.file);
        }
    }
}
