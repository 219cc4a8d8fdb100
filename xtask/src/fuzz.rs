//! `fuzz`: hostile bytes against the parsers and the queries, by libFuzzer. For nights: it ends when it is told to.

use std::path::PathBuf;

use crate::places;
use crate::shell::{self, Context, Result};

/// What there is to fuzz, as tests/fuzz names it, with what the search begins at: the golden queries, the ugly files.
const TARGETS: [(&str, &[&str]); 3] =
    [("csv", &["tests/corpus"]), ("load", &["tests/corpus"]), ("query", &["tests/golden"])];

/// Instruments edges and comparisons for libFuzzer, as `cargo fuzz` does, and on a stable compiler.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

/// `fuzz TARGET [SECONDS]`: one target, for a minute if nothing else is said.
pub(crate) fn run(args: &[String]) -> Result {
    let name = args.first().map_or("", String::as_str);
    let Some((name, seeds)) = TARGETS.iter().find(|target| target.0 == name) else {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.0).collect();
        return Err(format!("say what to fuzz: {}", names.join(", ")));
    };
    let seconds: u32 = match args.get(1) {
        None => 60,
        Some(text) => text.parse().or_cannot(format!("read `{text}` as a number of seconds"))?,
    };
    let binary = build(name)?;
    let found = places::target().join("fuzz").join(name);
    std::fs::create_dir_all(&found).or_cannot(format!("make {}", found.display()))?;
    let mut fuzzer = shell::program(&binary);
    fuzzer.arg(format!("-max_total_time={seconds}")).arg("-max_len=4096").arg("-timeout=20");
    fuzzer.arg(format!("-artifact_prefix={}/failed-", found.display())).arg(&found);
    shell::run(fuzzer.args(seeds.iter().map(|folder| places::root().join(folder))))
}

/// Builds a target. It is named by its triple, so that build scripts are not instrumented.
fn build(name: &str) -> Result<PathBuf> {
    let version = shell::output(shell::program("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
    let folder = places::target().join("fuzz-build");
    let manifest = places::root().join("tests/fuzz/Cargo.toml");
    let mut cargo = shell::cargo();
    cargo.args(["build", "--release", "--locked", "--target", &host, "--bin", name]);
    cargo.arg("--manifest-path").arg(manifest).arg("--target-dir").arg(&folder).env("RUSTFLAGS", FLAGS);
    shell::run(&mut cargo)?;
    Ok(folder.join(host).join("release").join(name))
}
