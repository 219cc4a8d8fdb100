//! Trunk and wasm-bindgen, compiled once into the cache.

use std::path::{Path, PathBuf};

use crate::places;
use crate::shell::{self, Context, Result};

/// Installs both tools unless their folders are there.
pub(crate) fn install() -> Result {
    let wasm_bindgen = places::wasm_bindgen_version()?;
    let target = places::cache()?.join("target-of-tools");
    let trunk: &[&str] = &["trunk", "--version", places::TRUNK_VERSION, "--locked", "--no-default-features"];
    // Without --locked: the lock file in the package names versions that a mirror may lack.
    let bindgen: &[&str] = &["wasm-bindgen-cli", "--version", &wasm_bindgen];
    install_one(&places::trunk()?, &[trunk, &["--features", "rustls"]].concat(), &target)?;
    install_one(&places::wasm_bindgen()?, bindgen, &target)?;
    shell::remove_dir(&target)
}

/// Installs under another name and renames at the end, so that half an installation is never taken for a whole one.
fn install_one(folder: &Path, package: &[&str], target: &Path) -> Result {
    if folder.is_dir() {
        println!("    {} is there", folder.display());
        return Ok(());
    }
    println!("    compiling {} {} (once, some minutes)", package[0], package[2]);
    let partial = start(folder)?;
    let mut cargo = shell::cargo();
    cargo.arg("install").args(package).arg("--root").arg(&partial).current_dir(&partial);
    // The tools run for seconds; compiling them with full optimization takes a quarter of an hour.
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    cargo.env("CARGO_TARGET_DIR", target);
    shell::run(&mut cargo)?;
    finish(&partial, folder)
}

/// The name of an installation under way; what an interrupted one has left is removed.
pub(crate) fn start(folder: &Path) -> Result<PathBuf> {
    let mut name = folder.as_os_str().to_owned();
    name.push(".partial");
    let partial = PathBuf::from(name);
    shell::remove_dir(&partial)?;
    shell::create_dir(&partial)?;
    Ok(partial)
}

/// Gives a whole installation its name.
pub(crate) fn finish(partial: &Path, folder: &Path) -> Result {
    std::fs::rename(partial, folder).or_cannot(format!("name {}", folder.display()))
}
