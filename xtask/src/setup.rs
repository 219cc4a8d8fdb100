//! `setup`: installs what is missing, and says what it does. Nothing goes into the checkout but a link.

pub(crate) mod chrome;
mod npm;
mod tools;
mod wasm_target;

use std::ffi::OsString;
use std::fs::File;

use crate::places;
use crate::shell::{self, Context, Result, stage};

/// Makes ready for everything; what is there already is reused.
pub(crate) fn run(_args: &[String]) -> Result {
    for_building()?;
    for_testing()
}

/// Everything that a release build needs.
pub(crate) fn for_building() -> Result {
    let _lock = lock()?;
    stage("set up the wasm target", wasm_target::install)?;
    stage("set up Trunk and wasm-bindgen", tools::install)?;
    stage("set up the npm tools", npm::install)?;
    stage("fetch the crates", || {
        let host = host_triple()?;
        let targets = ["--target", places::WASM, "--target", &host];
        shell::run(shell::cargo().args(["fetch", "--quiet", "--locked"]).args(targets))
    })
}

/// What the browser's bench needs besides: the programs that it measures us against.
pub(crate) fn for_bench() -> Result {
    let _lock = lock()?;
    stage("set up the bench's peers", npm::install_peers)
}

/// What the checks need besides.
pub(crate) fn for_testing() -> Result {
    stage("set up rustfmt and clippy", || {
        let works = |tool| shell::output(shell::cargo().args([tool, "--version"])).is_ok();
        if works("fmt") && works("clippy") {
            println!("    both are there");
            return Ok(());
        }
        shell::run(shell::program("rustup").args(["component", "add", "rustfmt", "clippy"]))
    })?;
    {
        let _lock = lock()?;
        stage("set up the examples' frameworks", npm::install_examples)?;
    }
    stage("set up Chromium", || chrome::find_or_install().map(drop))
}

/// PATH with the tools of the cache in front: Trunk, wasm-bindgen, wasm-opt, tsc.
pub(crate) fn path_with_tools() -> Result<OsString> {
    let mut folders = vec![
        places::trunk()?.join("bin"),
        places::wasm_bindgen()?.join("bin"),
        places::root().join("xtask/bin"),
        places::npm(places::root())?.join("node_modules/.bin"),
    ];
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    std::env::join_paths(folders).or_cannot("put the tools on PATH")
}

/// Held while tools are installed, so that two checkouts do not install the same tool at once.
fn lock() -> Result<File> {
    let cache = places::cache()?;
    shell::create_dir(&cache)?;
    let path = cache.join("lock");
    let file = File::create(&path).or_cannot(format!("write {}", path.display()))?;
    if file.try_lock().is_err() {
        println!("    waiting for another set-up to end ({} is locked)", path.display());
        file.lock().or_cannot(format!("lock {}", path.display()))?;
    }
    Ok(file)
}

fn host_triple() -> Result<String> {
    let about = shell::output(shell::program("rustc").arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "`rustc -vV` names no host".into())
}
