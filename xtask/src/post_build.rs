//! `post-build`: what Trunk leaves to do. The inline loader becomes a file, so that the page's policy needs no
//! exception for it, and the artifacts with fixed names get their version.

use std::fs;
use std::path::{Path, PathBuf};

use crate::hash::Fnv;
use crate::shell::{Context, Result};

/// Works on the folder that Trunk names; Trunk moves it to dist/ afterwards.
pub(crate) fn run(_args: &[String]) -> Result {
    let Some(staging) = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from) else {
        return Err("post-build is called by Trunk; run `cargo xtask build`".into());
    };
    let index = staging.join("index.html");
    let html = fs::read_to_string(&index).or_cannot(format!("read {}", index.display()))?;
    let (html, script) = move_loader(&html)?;
    let name = loader_name(&script);
    write(&staging.join(&name), &script)?;
    write(&index, &html)?;
    Ok(())
}

/// The page without its inline module script, and the script.
fn move_loader(html: &str) -> Result<(String, String)> {
    const OPEN: &str = "<script type=\"module\">";
    const CLOSE: &str = "</script>";
    let wrong = "Trunk's output has changed: index.html should hold exactly one inline script";
    let (before, rest) = html.split_once(OPEN).ok_or(wrong)?;
    let (script, after) = rest.split_once(CLOSE).ok_or(wrong)?;
    if after.contains("<script>") || after.contains(OPEN) || before.contains("<script>") {
        return Err(wrong.into());
    }
    let script = format!("{}\n", script.trim());
    let tag = format!("<script type=\"module\" src=\"./{}\"></script>", loader_name(&script));
    Ok((format!("{before}{tag}{after}"), script))
}

fn loader_name(script: &str) -> String {
    format!("start-{}.js", Fnv::new().with(script.as_bytes()).hex())
}

fn write(path: &Path, text: &str) -> Result {
    fs::write(path, text).or_cannot(format!("write {}", path.display()))
}
