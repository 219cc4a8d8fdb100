//! The standard library for wasm32: by rustup, else built from Debian's sources.

use std::path::Path;

use crate::places::WASM;
use crate::shell::{self, Result};

/// Installs the target unless it is there. Never adds a second copy: two of them break every build.
pub(crate) fn install() -> Result {
    if is_installed()? {
        println!("    {WASM} is there");
        return Ok(());
    }
    // Also where rustup is content, this rustc may be none of rustup's.
    let outcome = shell::run(shell::program("rustup").args(["target", "add", WASM]));
    if !is_installed()? {
        println!("    {}", outcome.err().unwrap_or_else(|| "rustup did it for another rustc".into()));
        println!("    so the standard library is built from Debian's sources");
        shell::run(shell::program("bash").arg("xtask/wasm-std.sh"))?;
    }
    if is_installed()? { Ok(()) } else { Err(format!("{WASM} is still missing after its installation")) }
}

fn is_installed() -> Result<bool> {
    let print = ["--print", "target-libdir", "--target", WASM];
    let folder = shell::output(shell::program("rustc").args(print))?;
    Ok(holds_std(Path::new(folder.trim())))
}

fn holds_std(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}
