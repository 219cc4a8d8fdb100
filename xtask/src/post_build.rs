//! `post-build`: what Trunk leaves to do. The inline loader becomes a file, so that the page's policy needs no
//! exception for it; what has a fixed name gets a version; what strangers download gets small.

mod shrink;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::hash::Fnv;
use crate::places;
use crate::shell::{self, Context, Result};

/// A hand-written module with a name that never changes, in front of files that change with each build.
struct Entry {
    /// The module, below the site's root.
    path: &'static str,
    /// What stands beside it, and it names as `./NAME`.
    beside: &'static [&'static str],
}

const ENTRIES: [Entry; 2] = [
    Entry {
        path: "cairn/cairn-checklist.js",
        beside: &[
            "cairn-widget.js",
            "cairn-widget_bg.wasm",
            "cairn-static.js",
            "cairn-tour.js",
            "cairn-adapter.js",
            "widget.css",
        ],
    },
    Entry { path: "api/cairn.js", beside: &["cairn-input.js", "cairn-jsapi.js", "cairn-jsapi_bg.wasm"] },
];

/// The folder that visitors of other people's pages download, where every byte counts. The page's and the worker's
/// modules stay readable, so that whoever checks what they do can read them.
const MINIFIED: &str = "cairn";

/// The checklist's part that reaches into host pages: several modules, one file, so that it is one request.
const BUNDLE: (&str, &str) = ("www/tour/cairn-tour.js", "cairn/cairn-tour.js");

/// The sample that the page offers, below `samples/`.
const SAMPLE: &str = "saas-events.csv";

/// Stands in `index.html` for the version of every file that the page fetches by a fixed name.
const PAGE_VERSION: &str = "data-version=\"dev\"";

/// Works on the folder that Trunk names; Trunk moves it to dist/ afterwards.
pub(crate) fn run(_args: &[String]) -> Result {
    let Some(staging) = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from) else {
        return Err("post-build is called by Trunk; run `cargo xtask build`".into());
    };
    bundle(&staging)?;
    shrink::run(&staging)?;
    for entry in &ENTRIES {
        version_entry(&staging, entry)?;
    }
    minify(&staging.join(MINIFIED))?;
    // The page fetches the sample whenever it opens; a server without compression would send five times the bytes.
    shell::output(shell::program("node").arg("xtask/gzip.mjs").arg(staging.join("samples").join(SAMPLE)))?;
    let index = staging.join("index.html");
    let (html, script) = move_loader(&read(&index)?)?;
    write(&staging.join(loader_name(&script)), &script)?;
    let version = hash_of(&files_below(&staging)?)?;
    write(&index, &replace(&html, PAGE_VERSION, &format!("data-version=\"{version}\""))?)
}

/// Versions the names in an entry: a host's cache must not pair yesterday's module with today's wasm.
fn version_entry(staging: &Path, entry: &Entry) -> Result {
    let path = staging.join(entry.path);
    let beside: Vec<PathBuf> = entry.beside.iter().map(|name| path.with_file_name(name)).collect();
    // Eight digits are enough to tell builds apart, and the loader repeats them four times.
    let text = add_versions(&read(&path)?, entry.beside, &hash_of(&beside)?[..8]);
    write(&path, &text.map_err(|error| format!("{}: {error}", entry.path))?)
}

fn bundle(staging: &Path) -> Result {
    let (from, to) = BUNDLE;
    let mut esbuild = esbuild()?;
    esbuild.args([from, "--bundle", "--format=esm", "--target=es2022", "--log-level=warning"]);
    esbuild.arg(format!("--outfile={}", staging.join(to).display()));
    shell::output(&mut esbuild).map(drop)
}

fn esbuild() -> Result<Command> {
    Ok(shell::program(places::npm(places::root())?.join("node_modules/.bin/esbuild")))
}

fn minify(folder: &Path) -> Result {
    let is_code =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension == "js" || extension == "css");
    let files = files_below(folder)?.into_iter().filter(is_code);
    let mut esbuild = esbuild()?;
    esbuild.args(files).args(["--minify", "--format=esm", "--target=es2022", "--charset=utf8"]);
    esbuild.args(["--log-level=warning", "--allow-overwrite"]);
    esbuild.args(["--outdir", "--outbase"].map(|option| format!("{option}={}", folder.display())));
    shell::output(&mut esbuild).map(drop)
}

fn add_versions(text: &str, names: &[&str], version: &str) -> Result<String> {
    names.iter().try_fold(text.to_owned(), |text, name| {
        let quoted = format!("./{name}'");
        replace(&text, &quoted, &format!("./{name}?v={version}'"))
    })
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
    fn each_name_gets_the_version_and_names_that_start_alike_do_not() {
        let text = "import './w.js'; import './w.js'; import './w.json';";
        let versioned = "import './w.js?v=1'; import './w.js?v=1'; import './w.json';";
        assert_eq!(add_versions(text, &["w.js"], "1").as_deref(), Ok(versioned));
    }

    #[test]
    fn a_name_that_is_missing_is_not_passed_over() {
        assert_eq!(replace("a b", "b", "c").as_deref(), Ok("a c"));
        assert!(replace("a", "b", "c").unwrap_err().contains("`b`"));
    }
}
