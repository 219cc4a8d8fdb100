//! Where things are: the checkout, its output, the cache of tools, and the versions that name them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::hash::Fnv;
use crate::shell::{Context, Result};

/// Trunk's version: the newest that compiles with the workspace's `rust-version`.
pub(crate) const TRUNK_VERSION: &str = "0.21.14";

/// The target that the page, the worker, the widget and the JS API are built for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The checkout's root.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// Where Trunk puts the finished site.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// Cargo's output folder, where we keep our notes too.
pub(crate) fn target() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The folder of installed tools: `$CAIRN_CACHE`, else `$XDG_CACHE_HOME/cairn`, else `~/.cache/cairn`.
pub(crate) fn cache() -> Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("CAIRN_CACHE")
        .or_else(|| variable("XDG_CACHE_HOME").map(|folder| folder.join("cairn")))
        .or_else(|| variable("HOME").map(|folder| folder.join(".cache/cairn")))
        .ok_or_else(|| "no place for tools: set CAIRN_CACHE to a folder that may be written".into())
}

/// Trunk's folder in the cache.
pub(crate) fn trunk() -> Result<PathBuf> {
    Ok(cache()?.join(format!("trunk-{TRUNK_VERSION}")))
}

/// The folder of wasm-bindgen's command line tool, whose version must be that of the library.
pub(crate) fn wasm_bindgen() -> Result<PathBuf> {
    Ok(cache()?.join(format!("wasm-bindgen-{}", wasm_bindgen_version()?)))
}

/// The folder of the npm packages of `home` (of the root: axe, binaryen, playwright, typescript), named by the content
/// of the lock file there.
pub(crate) fn npm(home: &Path) -> Result<PathBuf> {
    let lock = home.join("package-lock.json");
    let bytes = fs::read(&lock).or_cannot(format!("read {}", lock.display()))?;
    Ok(cache()?.join(format!("npm-{}", Fnv::new().with(&bytes).hex())))
}

/// The version of wasm-bindgen in Cargo.lock.
pub(crate) fn wasm_bindgen_version() -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).or_cannot("read Cargo.lock")?;
    locked_version(&lock, "wasm-bindgen").ok_or_else(|| "Cargo.lock names no wasm-bindgen".into())
}

/// Adds to `files` the file at `path`, or every file below the folder at `path`, in no order.
pub(crate) fn collect_files(path: &Path, files: &mut Vec<PathBuf>) -> Result {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).or_cannot(format!("list {}", path.display()))?.flatten() {
        collect_files(&entry.path(), files)?;
    }
    Ok(())
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_by_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
