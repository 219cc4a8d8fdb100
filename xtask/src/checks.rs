//! `test`: every test and check, in the order in which they fail fastest.

use std::path::PathBuf;
use std::time::Instant;

use crate::shell::{self, Context, Result, seconds, stage};
use crate::{build, cases, places, setup, simd, size, tidy};

/// One check: the name to ask for it, what it does, and the function that does it.
type Check = (&'static str, &'static str, fn() -> Result);

/// Every check. Those that look at the site build it first, which costs nothing when it is up to date.
const CHECKS: &[Check] = &[
    ("format", "formatting", format),
    ("tidy", "the house rules", || tidy::run(&[])),
    ("clippy", "clippy, natively and for wasm32", clippy),
    ("native", "native tests", native),
    ("doc", "documentation", doc),
    ("site", "the release build", build::release),
    ("types", "types of the hand-written JavaScript", types),
    ("size", "size budgets", || size::run(&[])),
    ("simd", "SIMD in the worker", simd::run),
    ("cases", "conformance cases", cases::run_if_present),
    ("api", "the JavaScript API", || node_tests("tests/api")),
    ("e2e", "browser tests", || node_tests("tests/e2e")),
];

/// The crates that exist only for wasm32; the others are checked and tested natively. What of the page is no view, such as
/// its texts and addresses, is tested natively too.
const WASM_CRATES: [&str; 4] = ["cairn", "cairn-worker", "cairn-widget", "cairn-jsapi"];

/// Runs all checks, or those after `--only`, and stops at the first that fails.
pub(crate) fn run(args: &[String]) -> Result {
    let chosen = choose(args)?;
    let start = Instant::now();
    setup::for_building()?;
    setup::for_testing()?;
    let mut times = vec![("setup", start.elapsed())];
    for (name, about, check) in &chosen {
        let start = Instant::now();
        let result = stage(about, check);
        times.push((name, start.elapsed()));
        result.map_err(|error| format!("{error}\n\nAgain, only this: cargo xtask test --only {name}"))?;
    }
    println!("\n==> all checks passed");
    for (name, time) in times {
        println!("    {name:8} {:>12}", seconds(time));
    }
    println!("    {:8} {:>12}", "all", seconds(start.elapsed()));
    Ok(())
}

/// The names of all checks, for the help.
pub(crate) fn names() -> String {
    CHECKS.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(" ")
}

fn choose(args: &[String]) -> Result<Vec<Check>> {
    let names = match args {
        [] => return Ok(CHECKS.to_vec()),
        [flag, names @ ..] if flag == "--only" && !names.is_empty() => names,
        _ => return Err(format!("test takes `--only NAME…` and nothing else; the names are {}", names())),
    };
    let find = |name: &String| CHECKS.iter().find(|(known, ..)| known == name).copied();
    let unknown = |name| format!("there is no check `{name}`; there are {}", self::names());
    names.iter().map(|name| find(name).ok_or_else(|| unknown(name))).collect()
}

fn format() -> Result {
    shell::run(shell::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result {
    let common = ["clippy", "--quiet", "--locked", "--all-targets"];
    let deny = ["--", "--deny", "warnings"];
    shell::run(shell::cargo().args(common).args(native_crates()).args(deny))?;
    shell::run(shell::cargo().args(common).args(wasm_crates()).args(deny))
}

fn native() -> Result {
    let test = ["test", "--locked", "--no-fail-fast"];
    shell::run(shell::cargo().args(test).args(native_crates()))?;
    shell::run(shell::cargo().args(test).args(["--package", "cairn"]))
}

fn doc() -> Result {
    let common = ["doc", "--quiet", "--locked", "--no-deps"];
    for crates in [native_crates(), wasm_crates()] {
        shell::run(shell::cargo().args(common).args(crates).env("RUSTDOCFLAGS", "--deny warnings"))?;
    }
    Ok(())
}

fn native_crates() -> Vec<&'static str> {
    let excluded = WASM_CRATES.iter().flat_map(|name| ["--exclude", name]);
    std::iter::once("--workspace").chain(excluded).collect()
}

fn wasm_crates() -> Vec<&'static str> {
    let packages = WASM_CRATES.iter().flat_map(|name| ["--package", name]);
    ["--target", places::WASM].into_iter().chain(packages).collect()
}

/// The entries import generated modules, whose types are in dist/.
fn types() -> Result {
    build::release()?;
    shell::run(&mut shell::program(places::npm(places::root())?.join("node_modules/.bin/tsc")))
}

/// The tests of a folder that need Node, the built site and a browser.
fn node_tests(folder: &str) -> Result {
    build::release()?;
    let mut node = shell::program("node");
    // One file at a time: the tests measure, and two cores are not enough for two browsers.
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1", "--test-timeout=600000"]);
    node.args(test_files(folder)?).env("CAIRN_CHROME", setup::chrome::find_or_install()?);
    shell::run(&mut node)
}

fn test_files(folder: &str) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(places::root().join(folder)).or_cannot(format!("list {folder}"))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<_> = paths.filter(|path| path.to_string_lossy().ends_with(".test.mjs")).collect();
    files.sort();
    if files.is_empty() { Err(format!("{folder} holds no *.test.mjs")) } else { Ok(files) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(line: &str) -> Result<Vec<&'static str>> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Ok(choose(&words)?.into_iter().map(|(name, ..)| name).collect())
    }

    #[test]
    fn only_the_named_checks_run_in_the_named_order() {
        assert_eq!(chosen("--only e2e tidy"), Ok(vec!["e2e", "tidy"]));
        assert_eq!(chosen("").unwrap().len(), CHECKS.len());
    }

    #[test]
    fn an_unknown_check_is_named_with_the_known_ones() {
        let error = chosen("--only spelling").unwrap_err();
        assert!(error.contains("`spelling`") && error.contains("clippy"), "{error}");
        assert!(chosen("tidy").is_err());
        assert!(chosen("--only").is_err());
    }
}
