//! Small files, queries and answers that a person can check: `tests/golden/README.md` tells how.
//!
//! `CAIRN_BLESS=1 cargo test -p cairn-tests --test golden` writes the answers anew; reckon the differences by hand before
//! committing them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cairn_tests::native;

/// The folder of queries on the samples, whose answers are too long for goldens.
const QUERIES: &str = "queries";

/// The folder of cases that hold the conformance runner to its word, for `tests/cases.rs`.
const CASES: &str = "cases";

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn analyses() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden");
    let is_analysis = |path: &PathBuf| path.is_dir() && !path.ends_with(QUERIES) && !path.ends_with(CASES);
    files(&root).into_iter().filter(is_analysis).collect()
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// Every `FILE.WHAT.query.json` of a folder, with the paths of the data, whose names begin with `FILE.`.
fn cases(folder: &Path) -> Vec<(PathBuf, Vec<PathBuf>)> {
    let all = files(folder);
    let queries = all.iter().filter(|path| name(path).ends_with(".query.json"));
    queries
        .map(|query| {
            let stem = name(query).split('.').next().unwrap();
            let is_data = |path: &&PathBuf| {
                name(path).starts_with(&format!("{stem}.")) && !name(path).ends_with(".json")
            };
            let data: Vec<PathBuf> = all.iter().filter(is_data).cloned().collect();
            assert!(!data.is_empty(), "{} has no data", query.display());
            (query.clone(), data)
        })
        .collect()
}

fn golden(query: &Path) -> PathBuf {
    query.with_file_name(name(query).replace(".query.json", ".answer.json"))
}

#[test]
fn every_answer_is_the_one_that_was_reckoned() {
    let bless = std::env::var_os("CAIRN_BLESS").is_some();
    let mut differing = Vec::new();
    for (query, data) in analyses().iter().flat_map(|folder| cases(folder)) {
        let (table, _) = native::load_files(&data).unwrap();
        let answer = native::answer(&table, &query).unwrap();
        let text = serde_json::to_string_pretty(&answer).unwrap() + "\n";
        if bless {
            fs::write(golden(&query), text).unwrap();
        } else if fs::read_to_string(golden(&query)).ok().as_ref() != Some(&text) {
            differing.push(golden(&query));
        }
    }
    assert!(differing.is_empty(), "these differ: {differing:#?}");
}

#[test]
fn every_query_is_of_its_folders_kind() {
    for folder in analyses() {
        let cases = cases(&folder);
        assert!(!cases.is_empty(), "{} holds no query", folder.display());
        for (query, _) in cases {
            let text: serde_json::Value = serde_json::from_str(&fs::read_to_string(&query).unwrap()).unwrap();
            assert_eq!(text["kind"], name(&folder), "{}", query.display());
        }
    }
}

#[test]
fn every_file_belongs_to_a_case() {
    for folder in analyses() {
        let mut used = BTreeSet::new();
        for (query, data) in cases(&folder) {
            used.extend([golden(&query), query]);
            used.extend(data);
        }
        let strays: Vec<PathBuf> = files(&folder).into_iter().filter(|path| !used.contains(path)).collect();
        assert!(strays.is_empty(), "{strays:#?}");
    }
}

#[test]
fn every_kind_of_query_is_compared_between_native_and_wasm() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(QUERIES);
    let kinds: BTreeSet<String> = files(&folder)
        .iter()
        .map(|path| {
            let query: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            query["kind"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(kinds, analyses().iter().map(|folder| name(folder).to_owned()).collect());
}
