//! `post-build`: what Trunk leaves to do. The inline loader becomes a file, so that the page's policy needs no
//! exception for it; the hand-written entries are put beside their artifacts; fixed names get versions.

use std::fs;
use std::path::{Path, PathBuf};

use crate::hash::Fnv;
use crate::places;
use crate::shell::{self, Context, Result};

/// A hand-written module in front of a generated one.
struct Entry {
    /// The module, below `www/`.
    source: &'static str,
    /// The folder of the site that it goes to, where Trunk has put the generated module.
    folder: &'static str,
    /// The generated module's name, which the entry imports as `./NAME.js` with `./NAME_bg.wasm`.
    module: &'static str,
}

const ENTRIES: [Entry; 2] = [
    Entry { source: "cairn-checklist.js", folder: "cairn", module: "cairn-widget" },
    Entry { source: "api/cairn.js", folder: "api", module: "cairn-jsapi" },
];

/// The sample that the page offers, below `samples/`.
const SAMPLE: &str = "saas-events.csv";

/// Stands in `index.html` for the version of every file that the page fetches by a fixed name.
const PAGE_VERSION: &str = "data-version=\"dev\"";

/// Works on the folder that Trunk names; Trunk moves it to dist/ afterwards.
pub(crate) fn run(_args: &[String]) -> Result {
    let Some(staging) = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from) else {
        return Err("post-build is called by Trunk; run `cargo xtask build`".into());
    };
    for entry in &ENTRIES {
        add_entry(&staging, entry)?;
    }
    // The page fetches the sample whenever it opens; a server without compression would send five times the bytes.
    shell::output(shell::program("node").arg("xtask/gzip.mjs").arg(staging.join("samples").join(SAMPLE)))?;
    let index = staging.join("index.html");
    let (html, script) = move_loader(&read(&index)?)?;
    write(&staging.join(loader_name(&script)), &script)?;
    let version = hash_of(&files_below(&staging)?)?;
    write(&index, &replace(&html, PAGE_VERSION, &format!("data-version=\"{version}\""))?)
}

/// Puts an entry beside its module, without its comments, and versions the names in it: a host's cache must not
/// pair yesterday's module with today's wasm.
fn add_entry(staging: &Path, entry: &Entry) -> Result {
    let folder = staging.join(entry.folder);
    let source = places::root().join("www").join(entry.source);
    if !source.is_file() {
        println!("    {} is not there yet", source.display());
        return Ok(());
    }
    let wasm = format!("{}_bg.wasm", entry.module);
    let module = format!("{}.js", entry.module);
    let version = hash_of(&[folder.join(&module), folder.join(&wasm)])?;
    // tsc also drops the comments, which are half of a small file that counts every byte.
    let tsc = ["--ignoreConfig", "--allowJs", "--checkJs", "false", "--noResolve", "--removeComments"];
    let target = ["--target", "esnext", "--module", "esnext", "--outDir"];
    let mut command = shell::program(places::npm()?.join("node_modules/.bin/tsc"));
    shell::output(command.args(tsc).args(target).arg(&folder).arg(&source))?;
    let copy = folder.join(source.file_name().unwrap_or_default());
    let mut text = read(&copy)?;
    for name in [module, wasm] {
        let plain = format!("./{name}");
        text = replace(&text, &plain, &format!("{plain}?v={version}"))
            .map_err(|error| format!("{}: {error}", entry.source))?;
    }
    write(&copy, &text)
}

/// The page without its inline module script, and the script.
fn move_loader(html: &str) -> Result<(String, String)> {
    const OPEN: &str = "<script type=\"module\">";
    const CLOSE: &str = "</script>";
    let wrong = "Trunk's output has changed: index.html should hold exactly one inline script";
    let (before, rest) = html.split_once(OPEN).ok_or(wrong)?;
    let (script, after) = rest.split_once(CLOSE).ok_or(wrong)?;
    if [before, after].iter().any(|part| part.contains(OPEN) || part.contains("<script>")) {
        return Err(wrong.into());
    }
    let script = format!("{}\n", script.trim());
    let tag = format!("<script type=\"module\" src=\"./{}\"></script>", loader_name(&script));
    Ok((format!("{before}{tag}{after}"), script))
}

fn loader_name(script: &str) -> String {
    format!("start-{}.js", Fnv::new().with(script.as_bytes()).hex())
}

/// Replaces every `old`; that there is none means that a file has changed and this one should follow.
fn replace(text: &str, old: &str, new: &str) -> Result<String> {
    if text.contains(old) { Ok(text.replace(old, new)) } else { Err(format!("found no `{old}` to replace")) }
}

/// The files of a folder and its folders, sorted by path.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    places::collect_files(folder, &mut files)?;
    files.sort();
    Ok(files)
}

fn hash_of(files: &[PathBuf]) -> Result<String> {
    let mut hash = Fnv::new();
    for file in files {
        hash = hash.with(&fs::read(file).or_cannot(format!("read {}", file.display()))?);
    }
    Ok(hash.hex())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).or_cannot(format!("read {}", path.display()))
}

fn write(path: &Path, text: &str) -> Result {
    fs::write(path, text).or_cannot(format!("write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inline_loader_becomes_a_file_of_its_own() {
        let html = "<head><script type=\"module\">\nimport init from './a.js';\n</script><link></head>";
        let (html, script) = move_loader(html).unwrap();
        assert_eq!(script, "import init from './a.js';\n");
        let name = loader_name(&script);
        assert_eq!(html, format!("<head><script type=\"module\" src=\"./{name}\"></script><link></head>"));
    }

    #[test]
    fn a_second_inline_script_is_an_error() {
        let html = "<script type=\"module\">a()</script><script>b()</script>";
        assert!(move_loader(html).unwrap_err().contains("exactly one inline script"));
        assert!(move_loader("<p>").is_err());
    }

    #[test]
    fn a_name_that_is_missing_is_not_passed_over() {
        assert_eq!(replace("a b", "b", "c").as_deref(), Ok("a c"));
        assert!(replace("a", "b", "c").unwrap_err().contains("`b`"));
    }
}
