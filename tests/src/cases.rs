//! The conformance runner: cases from a directory, each translated to a public query, run, and compared.
//!
//! A case is one JSON object on a line of a `*.jsonl` file: events, a query in the words of the tool it comes from, and
//! what that tool answers. Nothing is computed here but the translation; the numbers come from [`cairn_engine::run`]. A
//! field that the translation does not know fails the case, so that no part of a query is left out in silence.

mod attribution;
mod compare;
mod data;
mod database;
mod drivers;
mod format;
mod journeys;
mod lifecycle;
mod posthog;
mod retention;
mod rules;
mod sequences;
mod stickiness;
mod times;
mod trends;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Map, Value};

/// What the command line asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The directory that holds the `*.jsonl` files.
    pub directory: PathBuf,
    /// The case whose query is printed instead of running any.
    pub show: Option<String>,
    /// Only cases whose id holds this text.
    pub only: Option<String>,
}

impl Options {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// A sentence that names the argument at fault.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let (mut options, mut directory) = (Self::default(), None);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--show" => options.show = Some(value()?),
                "--only" => options.only = Some(value()?),
                flag if flag.starts_with('-') => return Err(format!("there is no option {flag}")),
                _ if directory.is_some() => {
                    return Err(format!("one directory is enough; {argument} is too many"));
                }
                _ => directory = Some(PathBuf::from(argument)),
            }
        }
        options.directory = directory.ok_or("name the directory of the cases")?;
        Ok(options)
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// At least one case was there, and none failed.
    Passed,
    /// A case failed, or none was there.
    Failed,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Passed => Self::SUCCESS,
            Verdict::Failed => Self::FAILURE,
        }
    }
}

/// Why a case gives no comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// It needs what the engine does not have yet.
    NotBuilt(String),
    /// It cannot be read, or was answered wrongly.
    Wrong(String),
}

impl From<String> for Problem {
    fn from(explanation: String) -> Self {
        Self::Wrong(explanation)
    }
}

/// Runs the cases and writes the report: a line per failing case, the reasons for skipping, and the totals.
///
/// # Errors
/// If the directory or a file cannot be read, or the case to show is not there.
pub fn run(options: &Options, out: &mut impl Write) -> Result<Verdict, String> {
    let cases = load(&options.directory)?;
    check_ids(&cases)?;
    if let Some(id) = &options.show {
        return show(&cases, id, out);
    }
    let is_wanted = |case: &&Line| options.only.as_ref().is_none_or(|text| case.id.contains(text));
    let mut tally = Tally::default();
    for case in cases.iter().filter(is_wanted) {
        match case.run() {
            Ok(()) => tally.file(case).passed += 1,
            Err(Problem::NotBuilt(reason)) => {
                tally.file(case).skipped += 1;
                *tally.reasons.entry(reason).or_default() += 1;
            }
            Err(Problem::Wrong(explanation)) => {
                tally.file(case).failed += 1;
                let _ = writeln!(tally.failures, "FAILED {}: {explanation}", case.id);
            }
        }
    }
    tally.write(out).map_err(|error| error.to_string())
}

/// One line of a file.
struct Line {
    file: String,
    id: String,
    text: String,
}

fn load(directory: &Path) -> Result<Vec<Line>, String> {
    let unreadable = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    let entries = fs::read_dir(directory).map_err(|error| unreadable(directory, error))?;
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(|error| unreadable(directory, error))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    let mut lines = Vec::new();
    for path in paths {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
        for (number, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
            let id = serde_json::from_str::<Value>(text)
                .ok()
                .and_then(|case| Some(case.get("id")?.as_str()?.to_owned()));
            let id = id.unwrap_or_else(|| format!("{file}, line {number}"));
            lines.push(Line { file: file.clone(), id, text: text.to_owned() });
        }
    }
    Ok(lines)
}

/// Refuses two cases of one name, because a failure could not be told from the other.
fn check_ids(cases: &[Line]) -> Result<(), String> {
    let mut known = BTreeMap::new();
    for case in cases {
        if let Some(file) = known.insert(&case.id, &case.file) {
            return Err(format!("{} and {} both hold a case {}; rename one", file, case.file, case.id));
        }
    }
    Ok(())
}

fn show(cases: &[Line], id: &str, out: &mut impl Write) -> Result<Verdict, String> {
    let case = cases.iter().find(|case| case.id == id).ok_or_else(|| format!("there is no case {id}"))?;
    let query = match case.prepare() {
        Ok(prepared) => serde_json::to_string_pretty(prepared.query()).map_err(|error| error.to_string())?,
        Err(Problem::NotBuilt(reason)) => return Err(format!("{id} is skipped: {reason}")),
        Err(Problem::Wrong(explanation)) => return Err(format!("{id}: {explanation}")),
    };
    writeln!(out, "{query}").map_err(|error| error.to_string())?;
    Ok(Verdict::Passed)
}

impl Line {
    fn prepare(&self) -> Result<Box<dyn Ready>, Problem> {
        let case: format::Case = serde_json::from_str(&self.text).map_err(|error| error.to_string())?;
        if case.expect.as_object().is_none_or(Map::is_empty) {
            return Err(Problem::Wrong(
                "the case expects nothing, so that nothing can be compared".to_owned(),
            ));
        }
        let kind =
            case.query.get("kind").and_then(Value::as_str).ok_or("the query has no kind".to_owned())?;
        match kind {
            "funnel" if case.semantics == "posthog" => ready(posthog::funnel(&case)),
            "funnel" => database::funnel(&case),
            "funnel_trends" => ready(trends::prepare(&case)),
            "time_to_convert" => ready(times::prepare(&case)),
            "correlation" => ready(drivers::prepare(&case)),
            "retention" => retention::prepare(&case),
            "attribution" => ready(attribution::prepare(&case)),
            "lifecycle" => ready(lifecycle::prepare(&case)),
            "stickiness" => ready(stickiness::prepare(&case)),
            kind if JOURNEYS.contains(&kind) => ready(journeys::prepare(kind, &case)),
            kind if format::KINDS.contains(&kind) => {
                Err(Problem::NotBuilt(format!("kind {kind} is not built yet")))
            }
            kind => Err(Problem::Wrong(format!("there is no kind {kind}"))),
        }
    }

    fn run(&self) -> Result<(), Problem> {
        self.prepare()?.check()
    }
}

/// The kinds that are journeys or belong to them.
const JOURNEYS: [&str; 6] =
    ["paths", "sequence_match", "sequence_count", "sequence_events", "next_node", "sessions"];

/// A case ready to run.
trait Ready {
    /// What is asked.
    fn query(&self) -> &cairn_engine::Query;

    /// Runs the query and compares.
    fn check(&self) -> Result<(), Problem>;
}

fn ready(prepared: Result<impl Ready + 'static, Problem>) -> Result<Box<dyn Ready>, Problem> {
    Ok(Box::new(prepared?))
}

/// The counts of a run.
#[derive(Default)]
struct Tally {
    files: BTreeMap<String, Counts>,
    reasons: BTreeMap<String, u64>,
    failures: String,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Tally {
    fn file(&mut self, case: &Line) -> &mut Counts {
        self.files.entry(case.file.clone()).or_default()
    }

    fn write(&self, out: &mut impl Write) -> io::Result<Verdict> {
        out.write_all(self.failures.as_bytes())?;
        for (reason, n_cases) in &self.reasons {
            writeln!(out, "skipped {n_cases}: {reason}")?;
        }
        let mut all = Counts::default();
        for (file, counts) in &self.files {
            let Counts { passed, failed, skipped } = *counts;
            writeln!(out, "{file}: {passed} passed, {failed} failed, {skipped} skipped")?;
            all.passed += passed;
            all.failed += failed;
            all.skipped += skipped;
        }
        let Counts { passed, failed, skipped } = all;
        writeln!(out, "{passed} passed, {failed} failed, {skipped} skipped")?;
        let nothing = passed + failed + skipped == 0;
        Ok(if failed > 0 || nothing { Verdict::Failed } else { Verdict::Passed })
    }
}
