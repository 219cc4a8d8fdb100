//! `build`: the release page and its artifacts, by Trunk, into dist/.

use std::fs;
use std::path::{Path, PathBuf};

use crate::hash::Fnv;
use crate::places;
use crate::setup;
use crate::shell::{self, Context, Result, stage};

/// What a worker is made of: these files decide whether page and worker understand each other.
const WORKER_SOURCES: [&str; 6] =
    ["Cargo.lock", "Cargo.toml", ".cargo/config.toml", "crates/engine", "crates/protocol", "crates/worker"];

/// Sets up what is missing and builds.
pub(crate) fn run(_args: &[String]) -> Result {
    setup::for_building()?;
    release()
}

/// Builds with what is set up.
pub(crate) fn release() -> Result {
    stage("build the release page", || {
        let id = build_id(places::root())?;
        println!("    build id {id}");
        // wasm-bindgen's output folder is shared by all artifacts, and Trunk copies every snippet it finds there.
        shell::remove_dir(&places::root().join("target/wasm-bindgen"))?;
        let mut trunk = shell::program(places::trunk()?.join("bin/trunk"));
        trunk.args(["build", "--release"]).env("PATH", setup::path_with_tools()?).env("CAIRN_BUILD_ID", id);
        // Trunk reads NO_COLOR as a flag that must be `true` or `false`, and fails on the usual `1`.
        trunk.env_remove("NO_COLOR");
        shell::run(&mut trunk)
    })
}

/// Names the state of the sources that a worker is made of, the same on every machine and for every checkout.
///
/// Page and worker carry it (`CAIRN_BUILD_ID`), so that a stale worker beside a fresh page is noticed.
fn build_id(root: &Path) -> Result<String> {
    let mut files = Vec::new();
    for source in WORKER_SOURCES {
        collect(&root.join(source), &mut files)?;
    }
    files.sort();
    let mut hash = Fnv::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
        let bytes = fs::read(&file).or_cannot(format!("read {}", file.display()))?;
        hash = hash.with(name.as_bytes()).with(&[0]).with(&bytes).with(&[0]);
    }
    Ok(hash.hex())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).or_cannot(format!("list {}", path.display()))?.flatten() {
        collect(&entry.path(), files)?;
    }
    Ok(())
}
