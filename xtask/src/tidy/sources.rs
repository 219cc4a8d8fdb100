//! Rules that are seen in the text of files: length, first line, imports, colors, and words that must not be there.

use std::fs;

use crate::places;
use crate::shell::{self, Context, Result};
use crate::tidy::Findings;

const LONG: usize = 400;
const TOO_LONG: usize = 600;

/// Where colors may be written: the tokens, and the demo page, which plays another company's product.
const COLORS_ALLOWED: [&str; 2] = ["www/styles/tokens.css", "www/demo/"];

/// The checklist stands alone on foreign pages, so its style sheet begins with tokens of its own.
const CHECKLIST_TOKENS: &str = "www/styles/widget.css";

/// Where the tests of a module begin, by the house's habit at its end.
pub(super) const TESTS_BEGIN: &str = "#[cfg(test)]";

/// Color functions of CSS, without those that only mix.
const COLOR_FUNCTIONS: [&str; 9] =
    ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch("];

/// Words that must not be committed, each with the reason. They are put together here, so that this file may be.
const WORDS: &[(&str, &str)] = &[
    (concat!("FIX", "ME"), "do it, or file an issue"),
    (concat!("X", "XX"), "do it, or file an issue"),
    (concat!("to", "do!"), "do it, or file an issue"),
    (concat!("crates", ".io"), "name packages, not the hosts that serve them"),
    (concat!("npmjs", ".org"), "name packages, not the hosts that serve them"),
    (concat!("npmjs", ".com"), "name packages, not the hosts that serve them"),
    (concat!("pypi", ".org"), "name packages, not the hosts that serve them"),
    (concat!("debian", ".org"), "name packages, not the hosts that serve them"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/ho", "me/"), "a path of one machine"),
    (concat!("/Us", "ers/"), "a path of one machine"),
    (concat!("../", "shared"), "a folder outside the checkout"),
];

/// A file of the project that is text.
pub(super) struct File {
    /// From the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    /// The lines, each with its place.
    fn lines(&self) -> impl Iterator<Item = (Place<'_>, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (Place { path: &self.path, line: index + 1 }, line))
    }

    fn is(&self, extensions: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
    }
}

/// A line of a file, counted from 1.
#[derive(Clone, Copy)]
struct Place<'a> {
    path: &'a str,
    line: usize,
}

impl Place<'_> {
    fn text(self) -> String {
        format!("{}:{}", self.path, self.line)
    }
}

/// Every text file that git knows or would take, sorted by path.
pub(super) fn tracked() -> Result<Vec<File>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let paths = shell::output(shell::program("git").args(arguments))?;
    let mut files = Vec::new();
    for path in paths.split_terminator('\0') {
        let place = places::root().join(path);
        // A link or a file that was just deleted is listed too.
        if !fs::symlink_metadata(&place).is_ok_and(|found| found.is_file()) {
            continue;
        }
        let bytes = fs::read(&place).or_cannot(format!("read {path}"))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(File { path: path.to_owned(), text });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Checks each file.
pub(super) fn check(files: &[File], findings: &mut Findings) {
    let tokens = files.iter().find(|file| file.path == COLORS_ALLOWED[0]).map_or("", |file| &file.text);
    for file in files {
        check_length(file, findings);
        check_words(file, findings);
        check_rust(file, findings);
        check_colors(file, tokens, findings);
    }
}

fn check_length(file: &File, findings: &mut Findings) {
    let lines = file.text.lines().count();
    if !file.is(&["rs", "js", "mjs"]) || lines <= LONG {
        return;
    }
    let what = format!("{lines} lines; a module has up to about {LONG}");
    if lines > TOO_LONG { findings.error(&file.path, what) } else { findings.warning(&file.path, what) }
}

fn check_words(file: &File, findings: &mut Findings) {
    if !file.is(&["rs", "js", "mjs", "ts", "css", "html", "md", "toml", "json", "yml", "sh", "run"]) {
        return;
    }
    for (at, line) in file.lines() {
        for (word, reason) in WORDS.iter().filter(|(word, _)| holds_word(line, word)) {
            findings.error(at.text(), format!("`{word}`: {reason}"));
        }
    }
}

/// Whether a word stands alone: `xcrates.io` is another, and so is `mktemp`'s row of X.
fn holds_word(line: &str, word: &str) -> bool {
    let is_name = |char: char| char.is_alphanumeric() || char == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        let goes_on = word.ends_with(is_name) && after.starts_with(is_name);
        !(before.ends_with(is_name) || goes_on)
    })
}

fn check_rust(file: &File, findings: &mut Findings) {
    if !file.is(&["rs"]) {
        return;
    }
    if !file.text.starts_with("//!") {
        findings.error(&file.path, "does not start with `//!`: what lives here");
    }
    for (at, line) in file.lines() {
        if is_foreign_glob(line) {
            findings.error(at.text(), format!("glob import `{}`", line.trim()));
        }
    }
}

fn is_foreign_glob(line: &str) -> bool {
    let line = line.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
    // proptest is a dev-dependency: its prelude, like `super`, can only be taken by tests.
    let allowed = ["use leptos::prelude::*;", "use proptest::prelude::*;", "use super::*;"];
    line.starts_with("use ") && line.contains("::*") && !allowed.contains(&line)
}

fn check_colors(file: &File, tokens: &str, findings: &mut Findings) {
    let is_page = ["src/", "crates/", "www/", "index.html"].iter().any(|start| file.path.starts_with(start));
    let is_allowed = COLORS_ALLOWED.iter().any(|start| file.path.starts_with(start));
    let is_test = file.path.contains("/tests/") || file.path.ends_with("tests.rs");
    if !is_page || is_allowed || is_test || !file.is(&["rs", "css", "js", "html"]) {
        return;
    }
    for (at, line) in file.lines().take_while(|(_, line)| *line != TESTS_BEGIN) {
        if file.path == CHECKLIST_TOKENS && line.trim_start().starts_with("--") {
            continue;
        }
        for color in colors(line) {
            // HTML cannot use custom properties (theme-color), so there a color of the tokens may be repeated.
            if !(file.is(&["html"]) && tokens.contains(color)) {
                findings.error(at.text(), format!("the color `{color}` belongs in www/styles/tokens.css"));
            }
        }
    }
}

/// The colors written out in a line of CSS, HTML, JavaScript or Rust.
fn colors(line: &str) -> Vec<&str> {
    let code = if line.trim_start().starts_with("//") { "" } else { line };
    let functions = COLOR_FUNCTIONS.iter().filter(|name| holds_word(code, name)).copied();
    functions
        .chain(code.match_indices('#').filter_map(|(at, _)| hex_color(&code[..at], &code[at..])))
        .collect()
}

/// The color that `rest` starts with, as `#` and 3, 4, 6 or 8 hexadecimal digits.
fn hex_color<'a>(before: &str, rest: &'a str) -> Option<&'a str> {
    let digits = rest[1..].bytes().take_while(u8::is_ascii_hexdigit).count();
    let goes_on =
        rest[1 + digits..].starts_with(|char: char| char.is_alphanumeric() || "_-[({".contains(char));
    // `{:#06x}` is a format of Rust.
    let is_format = before.ends_with("{:");
    ([3, 4, 6, 8].contains(&digits) && !goes_on && !is_format).then(|| &rest[..=digits])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(path: &str, text: &str) -> Vec<String> {
        let mut findings = Findings::default();
        let tokens = File { path: COLORS_ALLOWED[0].into(), text: ":root { --ink: #1d1c1a; }".into() };
        check(&[File { path: path.into(), text: text.into() }, tokens], &mut findings);
        findings.errors
    }

    #[test]
    fn a_module_of_401_lines_is_warned_of_and_one_of_601_is_refused() {
        let check = |lines| {
            let mut findings = Findings::default();
            check_length(&File { path: "src/a.rs".into(), text: "x\n".repeat(lines) }, &mut findings);
            (findings.warnings.len(), findings.errors.len())
        };
        assert_eq!([check(400), check(401), check(600), check(601)], [(0, 0), (1, 0), (1, 0), (0, 1)]);
    }

    #[test]
    fn a_glob_import_is_refused_but_for_those_that_are_usual() {
        assert!(is_foreign_glob("    pub use crate::column::*;"));
        assert!(is_foreign_glob("use std::{fs, io::*};"));
        assert!(!is_foreign_glob("use leptos::prelude::*;"));
        assert!(!is_foreign_glob("    use super::*;"));
    }

    #[test]
    fn a_color_outside_the_tokens_is_refused() {
        assert_eq!(errors("www/styles/page.css", "a { color: #fff }").len(), 1);
        assert_eq!(errors("www/styles/page.css", "a { background: rgb(0 0 0 / 10%) }").len(), 1);
        assert_eq!(errors("src/a.rs", "//! A.\nlet ink = \"#1d1c1a\";").len(), 1);
        assert!(
            errors("www/styles/page.css", "#header a { color: color-mix(in oklab, var(--ink) 50%, Canvas) }")
                .is_empty()
        );
        assert!(errors("src/a.rs", "//! A.\nlet a = format!(\"{:#010b} #1234567\", r#\"b\"#);").is_empty());
    }

    #[test]
    fn html_may_repeat_a_color_of_the_tokens() {
        assert!(errors("index.html", "<meta content=\"#1d1c1a\">").is_empty());
        assert_eq!(errors("index.html", "<meta content=\"#1d1c1b\">").len(), 1);
    }

    #[test]
    fn a_file_says_first_what_lives_in_it() {
        assert_eq!(errors("src/a.rs", "use std::fs;").len(), 1);
    }

    #[test]
    fn forbidden_words_are_found_as_words_only() {
        assert_eq!(errors("a.md", concat!("see crates", ".io and X", "XX")).len(), 2);
        assert_eq!(errors("a.sh", concat!("cd /ro", "ot/x; ls ../", "shared")).len(), 2);
        assert!(errors("a.sh", concat!("mktemp -d cairn.XX", "XX; ls target/ro", "ot/x")).is_empty());
    }
}
