//! The tools from npm, in a folder of the cache that a link in the checkout points to.

use std::fs;
use std::path::Path;

use crate::places;
use crate::setup::tools::{finish, start};
use crate::shell::{self, Context, Result};

/// Installs what package-lock.json names unless it is there, and points `node_modules` to it.
pub(crate) fn install() -> Result {
    install_for(places::root())
}

/// Installs what the benches in a browser measure us against, which nothing else needs.
pub(crate) fn install_peers() -> Result {
    install_for(&places::root().join("tests/bench"))?;
    install_for(&places::root().join("tests/bench/widget"))
}

/// Installs the frameworks that the examples are written in.
pub(crate) fn install_examples() -> Result {
    install_for(&places::root().join("examples"))
}

/// Installs the packages of a folder of the checkout that has a package-lock.json.
fn install_for(home: &Path) -> Result {
    node_is_new_enough()?;
    let folder = places::npm(home)?;
    if folder.is_dir() {
        println!("    {} is there", folder.display());
    } else {
        let partial = start(&folder)?;
        for name in ["package.json", "package-lock.json"] {
            fs::copy(home.join(name), partial.join(name)).or_cannot(format!("copy {name}"))?;
        }
        let quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        shell::run(shell::program("npm").args(quiet).current_dir(&partial))?;
        finish(&partial, &folder)?;
    }
    link(&home.join("node_modules"), &folder.join("node_modules"))
}

/// Node resolves imports from the checkout's own `node_modules`: a link to the cache.
fn link(link: &Path, target: &Path) -> Result {
    match fs::symlink_metadata(link) {
        Ok(found) if !found.is_symlink() => {
            let advice = "remove it, so that the versions of package-lock.json are used";
            return Err(format!("{} is a folder of its own: {advice}", link.display()));
        }
        Ok(_) if fs::read_link(link).is_ok_and(|present| present == target) => return Ok(()),
        Ok(_) => fs::remove_file(link).or_cannot(format!("replace {}", link.display()))?,
        Err(_) => {}
    }
    std::os::unix::fs::symlink(target, link).or_cannot(format!("link {}", link.display()))
}

fn node_is_new_enough() -> Result {
    let version = shell::output(shell::program("node").arg("--version")).map_err(|error| {
        format!("{error}\nInstall Node 20 or newer with npm (Debian: apt-get install nodejs npm).")
    })?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(20..) => Ok(()),
        _ => Err(format!("Node is {}, and must be 20 or newer", version.trim())),
    }
}
