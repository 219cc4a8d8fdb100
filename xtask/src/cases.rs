//! `cases`: conformance cases, by the runner in the `tests` crate.

use std::path::PathBuf;

use crate::places;
use crate::shell::{self, Result};

/// Hands its arguments to the runner: a folder, and `--show ID` for one case's query.
pub(crate) fn run(args: &[String]) -> Result {
    if args.is_empty() {
        return Err("cases needs a folder: cargo xtask cases DIR [--show ID]".into());
    }
    // A relative folder is meant from where the person stands, not from the root.
    let here = std::env::current_dir().map_err(|error| format!("cannot tell the current folder: {error}"))?;
    let mut cargo = shell::cargo();
    cargo.args(["run", "--quiet", "--locked", "--package", "cairn-tests", "--bin", "cases", "--"]);
    shell::run(cargo.args(args).current_dir(here))
}

/// Runs the cases that are at hand, if any are.
pub(crate) fn run_if_present() -> Result {
    match folder() {
        Some(folder) => run(&[folder.to_string_lossy().into_owned()]),
        None => {
            println!("    skipped: no cases here (CAIRN_CASES names their folder)");
            Ok(())
        }
    }
}

/// `CAIRN_CASES`, else the folder beside the checkout where it exists.
fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("CAIRN_CASES").filter(|value| !value.is_empty()).map(PathBuf::from);
    given.or_else(|| {
        places::root().parent().map(|beside| beside.join("shared/cases")).filter(|path| path.is_dir())
    })
}
