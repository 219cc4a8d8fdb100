//! The browser for the tests: `CAIRN_CHROME`, else one on PATH, else Debian's by apt, else advice.

use std::path::PathBuf;

use crate::shell::{self, Result};

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Where Chromium is; installs it as a last resort.
pub(crate) fn find_or_install() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("CAIRN_CHROME").map(PathBuf::from) {
        let missing = format!("CAIRN_CHROME is {}, and no program is there", given.display());
        return if given.is_file() { Ok(given) } else { Err(missing) };
    }
    if find().is_none() {
        install()?;
    }
    let chrome =
        find().ok_or("Chromium is still missing after its installation: set CAIRN_CHROME to a browser")?;
    println!("    {} is there", chrome.display());
    Ok(chrome)
}

fn find() -> Option<PathBuf> {
    NAMES.iter().find_map(|name| shell::on_path(name))
}

fn install() -> Result {
    let is_root = shell::output(shell::program("id").arg("-u"))?.trim() == "0";
    if !is_root || shell::on_path("apt-get").is_none() {
        let advice = "Install one (Debian: apt-get install chromium) or set CAIRN_CHROME to one.";
        return Err(format!("the browser tests need Chromium, and none of {NAMES:?} is on PATH.\n{advice}"));
    }
    let apt = || {
        let mut command = shell::program("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    shell::run(apt().args(["-q", "update"]))?;
    shell::run(apt().args(["-q", "install", "-y", "--no-install-recommends", "chromium"]))
}
