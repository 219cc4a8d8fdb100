//! `build`: the release page and its artifacts, by Trunk, into dist/.

use std::fs;

use crate::hash::Fnv;
use crate::places;
use crate::setup;
use crate::shell::{self, Context, Result, stage};

/// What a worker is made of: these files decide whether page and worker understand each other.
const WORKER_SOURCES: [&str; 6] =
    ["Cargo.lock", "Cargo.toml", ".cargo/config.toml", "crates/engine", "crates/protocol", "crates/worker"];

/// What decides how the site looks, besides the tools: when none of it has changed, dist/ is used again.
const SITE_SOURCES: [&str; 10] = [
    "Cargo.lock",
    "Cargo.toml",
    ".cargo/config.toml",
    "Trunk.toml",
    "crates",
    "index.html",
    "package-lock.json",
    "src",
    "www",
    "xtask",
];

/// Sets up what is missing and builds.
pub(crate) fn run(_args: &[String]) -> Result {
    setup::for_building()?;
    stage("build the release page", release)
}

/// Builds with what is set up, unless dist/ is what a build of these very sources has left.
pub(crate) fn release() -> Result {
    let stamp = places::target().join("dist.stamp");
    let sources = sources_hash()?;
    let made = |dist: &str| format!("sources {sources}\ndist {dist}\n");
    if places::dist().is_dir() && fs::read_to_string(&stamp).ok() == Some(made(&hash(&["dist"])?)) {
        println!("    dist/ is up to date");
        return Ok(());
    }
    trunk()?;
    fs::write(&stamp, made(&hash(&["dist"])?)).or_cannot("note what dist/ was built from")
}

fn trunk() -> Result {
    let id = hash(&WORKER_SOURCES)?;
    println!("    build id {id}");
    // wasm-bindgen's output folder is shared by all artifacts, and Trunk copies every snippet it finds there.
    shell::remove_dir(&places::target().join("wasm-bindgen"))?;
    let mut trunk = shell::program(places::trunk()?.join("bin/trunk"));
    trunk.args(["build", "--release"]).env("PATH", setup::path_with_tools()?);
    // Page and worker carry it, so that a stale worker beside a fresh page is noticed.
    trunk.env("CAIRN_BUILD_ID", id);
    // Trunk reads NO_COLOR as a flag that must be `true` or `false`, and fails on the usual `1`.
    trunk.env_remove("NO_COLOR");
    shell::run(&mut trunk)
}

fn sources_hash() -> Result<String> {
    let rustc = shell::output(shell::program("rustc").arg("-vV"))?;
    Ok(Fnv::new().with(rustc.as_bytes()).with(hash(&SITE_SOURCES)?.as_bytes()).hex())
}

/// A hash of the names and contents of files, and of all files of folders, below the root: the same on every
/// machine and for every checkout.
fn hash(sources: &[&str]) -> Result<String> {
    let root = places::root();
    let mut files = Vec::new();
    for source in sources {
        places::collect_files(&root.join(source), &mut files)?;
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
