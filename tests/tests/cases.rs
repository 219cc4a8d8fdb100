//! The conformance runner on cases of our own (`tests/golden/cases/`): what passes, what fails and how it says so, what
//! is skipped, and how the program exits.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/cases").join(name)
}

/// A folder of its own for one test, with one file of cases in it, or none.
fn scratch(name: &str, cases: Option<&str>) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    if let Some(text) = cases {
        fs::write(folder.join("some.jsonl"), text).unwrap();
    }
    folder
}

fn program(folder: &Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cases")).arg(folder).args(options).output().unwrap()
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

fn ids(folder: &Path) -> Vec<String> {
    let mut ids = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            ids.push(case["id"].as_str().unwrap().to_owned());
        }
    }
    ids
}

#[test]
fn every_good_case_passes() {
    let output = program(&folder("passing"), &[]);
    let n = ids(&folder("passing")).len();
    assert!(output.status.success(), "{:#?}", lines(&output));
    assert_eq!(lines(&output).last().unwrap(), &format!("{n} passed, 0 failed, 0 skipped"));
}

#[test]
fn every_bad_case_fails_with_a_line_of_its_own() {
    let output = program(&folder("failing"), &[]);
    let ids = ids(&folder("failing"));
    assert_eq!(output.status.code(), Some(1));
    let lines = lines(&output);
    assert_eq!(lines.last().unwrap(), &format!("0 passed, {} failed, 0 skipped", ids.len()));
    for id in &ids {
        let line = lines.iter().find(|line| line.starts_with(&format!("FAILED {id}: ")));
        let line = line.unwrap_or_else(|| panic!("{id} has no line in {lines:#?}"));
        match id.split_once('/').unwrap().0 {
            "number" => assert!(line.contains("expected") && line.contains("got"), "{line}"),
            "field" => assert!(
                ["unknown field", "no meaning", "alone"].iter().any(|words| line.contains(words)),
                "{line}"
            ),
            _ => {}
        }
    }
}

#[test]
fn a_wrong_number_is_told_with_the_right_one() {
    let output = program(&folder("failing"), &["--only", "number/level"]);
    let expected = [
        r#"FAILED number/level: level_by_user: expected {"ann": 1}, got {"ann": 2}"#,
        "FAILED number/levels: levels: expected [1, 0], got [1, 1]",
        "funnel.jsonl: 0 passed, 2 failed, 0 skipped",
        "0 passed, 2 failed, 0 skipped",
    ];
    assert_eq!(lines(&output), expected);
}

#[test]
fn what_is_not_built_is_skipped_and_named() {
    let output = program(&folder("skipped"), &[]);
    assert!(output.status.success());
    let expected = [
        "skipped 1: attribution as in clickhouse is not built yet",
        "skipped 1: regular expressions are not built yet",
        "mixed.jsonl: 0 passed, 0 failed, 2 skipped",
        "0 passed, 0 failed, 2 skipped",
    ];
    assert_eq!(lines(&output), expected);
}

#[test]
fn a_folder_without_cases_fails() {
    let empty = scratch("no-cases", None);
    fs::write(empty.join("README.md"), "nothing here").unwrap();
    let output = program(&empty, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output), ["0 passed, 0 failed, 0 skipped"]);
    let nothing = program(&folder("passing"), &["--only", "no such id"]);
    assert_eq!(nothing.status.code(), Some(1), "a filter that leaves nothing proves nothing");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let output = program(&folder("nowhere"), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere"));
}

#[test]
fn a_line_that_is_no_json_fails_under_its_number() {
    let output = program(&scratch("broken-line", Some("\n{\"id\": \"half\n")), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(lines(&output)[0].starts_with("FAILED some.jsonl, line 2: "), "{:?}", lines(&output));
}

#[test]
fn two_cases_of_one_id_are_refused() {
    let all = fs::read_to_string(folder("skipped").join("mixed.jsonl")).unwrap();
    let first = all.lines().next().unwrap();
    let output = program(&scratch("one-id-twice", Some(&format!("{first}\n{first}\n"))), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("both hold a case kind/attribution"));
}

#[test]
fn show_prints_the_query_that_is_run() {
    let output = program(&folder("passing"), &["--show", "strict_increase/one instant"]);
    assert!(output.status.success());
    let query: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(query["kind"], "funnel");
    assert_eq!(query["tie"], "never");
    assert_eq!(query["window_millis"], 10);
    assert_eq!(query["steps"][1]["rule"]["event"], "b");
    assert!(serde_json::from_value::<cairn_engine::Query>(query).is_ok(), "it is a public query");
}

#[test]
fn show_names_what_it_cannot_find() {
    let output = program(&folder("passing"), &["--show", "nothing"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no case nothing"));
}
