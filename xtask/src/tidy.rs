//! `tidy`: the rules of the house that no compiler checks.

mod dependencies;
mod locales;
mod sources;

use crate::shell::Result;

/// What was found, each with its place in front.
#[derive(Default)]
struct Findings {
    errors: Vec<String>,
    warnings: Vec<String>,
    /// Rules that could not be checked, and why.
    skipped: Vec<String>,
}

impl Findings {
    fn error(&mut self, place: impl AsRef<str>, what: impl AsRef<str>) {
        self.errors.push(format!("{}: {}", place.as_ref(), what.as_ref()));
    }

    fn warning(&mut self, place: impl AsRef<str>, what: impl AsRef<str>) {
        self.warnings.push(format!("{}: {}", place.as_ref(), what.as_ref()));
    }
}

/// Checks every rule and prints every finding; any error fails.
pub(crate) fn run(_args: &[String]) -> Result {
    let mut findings = Findings::default();
    let files = sources::tracked()?;
    sources::check(&files, &mut findings);
    locales::check(&files, &mut findings)?;
    dependencies::check(&mut findings)?;
    for (kind, lines) in
        [("skipped", &findings.skipped), ("warning", &findings.warnings), ("error", &findings.errors)]
    {
        for line in lines {
            println!("    {kind}: {line}");
        }
    }
    println!(
        "    {} files, {} errors, {} warnings",
        files.len(),
        findings.errors.len(),
        findings.warnings.len()
    );
    if findings.errors.is_empty() { Ok(()) } else { Err("the house rules are broken, see above".into()) }
}
