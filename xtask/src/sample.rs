//! `cargo xtask sample`: writes the sample that ships with the page, or a big seeded file to measure with.
//!
//! Everything follows from the seed: no clock, no entropy, no floating-point function of the platform.

mod bulk;
mod calendar;
mod csv;
mod measure;
mod points;
mod random;
mod story;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bulk::{Bulk, Finish, Shape};

/// What the arguments may be.
const USAGE: &str = "\
cargo xtask sample [--seed S] [--out FILE]
    the story: 50,000 events of a small project tool (www/samples/saas-events.csv if no FILE is given)
cargo xtask sample --rows N --out FILE [--seed S] [--users U] [--shape seven|nine] [--dirty]
    a big file to measure with; a twentieth as many users as rows if U is not given; FILE may be - for the output
cargo xtask sample --rows N --out FILE [--seed S] --shape points
    N users with one event and eight numbers each, to measure clusters with";

/// The seed of the shipped sample: of the first forty, the one whose numbers lie closest to the planted ones.
const SEED: u64 = 40;
/// How many people the story has; the last of them sign up after the file ends.
const N_PEOPLE: usize = 4_100;
const N_EVENTS: usize = 50_000;

/// Runs the command with the arguments after `sample`.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let options = Options::parse(args)?;
    match options.rows {
        Some(rows) if options.shape == Some(FileShape::Points) => {
            let seed = options.seed.unwrap_or(SEED);
            write_big(&options, &format!("{rows} points, seed {seed}"), |out| points::write(seed, rows, out))
        }
        Some(rows) => write_bulk(&options, rows),
        None => write_story(&options),
    }
}

/// What a big file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileShape {
    Events(Shape),
    Points,
}

#[derive(Debug, Default, PartialEq)]
struct Options {
    seed: Option<u64>,
    rows: Option<u64>,
    users: Option<u64>,
    out: Option<PathBuf>,
    shape: Option<FileShape>,
    dirty: bool,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(name) = args.next() {
            match name.as_str() {
                "--seed" => options.seed = Some(number(name, args.next())?),
                "--rows" => options.rows = Some(number(name, args.next())?),
                "--users" => options.users = Some(number(name, args.next())?),
                "--out" => options.out = Some(value(name, args.next())?.into()),
                "--shape" => options.shape = Some(shape(value(name, args.next())?)?),
                "--dirty" => options.dirty = true,
                "--help" => return Err(USAGE.to_owned()),
                _ => return Err(format!("sample: \"{name}\" is not an option.\n{USAGE}")),
            }
        }
        options.check()
    }

    fn check(self) -> Result<Self, String> {
        let bulk_only = self.users.is_some() || self.shape.is_some() || self.dirty;
        if self.rows.is_none() && bulk_only {
            return Err(format!("sample: --users, --shape and --dirty need --rows.\n{USAGE}"));
        }
        if self.rows.is_some() && self.out.is_none() {
            return Err(format!("sample: --rows needs --out FILE.\n{USAGE}"));
        }
        if self.shape == Some(FileShape::Points) && (self.users.is_some() || self.dirty) {
            return Err("sample: --shape points takes neither --users nor --dirty.".to_owned());
        }
        if self.rows == Some(0) || self.users == Some(0) {
            return Err("sample: --rows and --users must be at least 1.".to_owned());
        }
        Ok(self)
    }
}

fn value<'a>(name: &str, given: Option<&'a String>) -> Result<&'a str, String> {
    given.map(String::as_str).ok_or_else(|| format!("sample: {name} needs a value.\n{USAGE}"))
}

fn number<T: FromStr>(name: &str, given: Option<&String>) -> Result<T, String> {
    let text = value(name, given)?;
    text.replace('_', "").parse().map_err(|_| format!("sample: {name} needs a whole number, not \"{text}\"."))
}

fn shape(text: &str) -> Result<FileShape, String> {
    match text {
        "seven" => Ok(FileShape::Events(Shape::Seven)),
        "nine" => Ok(FileShape::Events(Shape::Nine)),
        "points" => Ok(FileShape::Points),
        _ => Err(format!("sample: --shape is seven, nine or points, not \"{text}\".")),
    }
}

fn write_story(options: &Options) -> Result<(), String> {
    let path = options.out.clone().unwrap_or_else(shipped_sample);
    let world = story::tell(options.seed.unwrap_or(SEED), N_PEOPLE, N_EVENTS);
    let bytes = story::events_csv(&world);
    save(&path, |out| out.write_all(&bytes))?;
    let found = measure::markdown(&measure::measure(&world));
    say(&format!("wrote {} ({} bytes)\n\n{found}", path.display(), bytes.len()))
}

fn write_bulk(options: &Options, rows: u64) -> Result<(), String> {
    let bulk = Bulk {
        seed: options.seed.unwrap_or(SEED),
        rows,
        users: options.users.unwrap_or(rows.div_ceil(20)),
        shape: match options.shape {
            Some(FileShape::Events(shape)) => shape,
            Some(FileShape::Points) | None => Shape::Nine,
        },
        finish: if options.dirty { Finish::Dirty } else { Finish::Clean },
    };
    let what = format!("{rows} rows of {} users, seed {}", bulk.users, bulk.seed);
    write_big(options, &what, |out| bulk::write(&bulk, out))
}

/// Writes to the file that the options name, and says what; or to the output, and says nothing.
fn write_big(
    options: &Options,
    what: &str,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), String> {
    let path = options.out.clone().unwrap_or_default();
    if path == Path::new("-") {
        let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
        return fill(&mut out).and_then(|()| out.flush()).map_err(|error| format!("sample: {error}"));
    }
    save(&path, |out| fill(out))?;
    say(&format!("wrote {} ({what})", path.display()))
}

fn say(text: &str) -> Result<(), String> {
    writeln!(io::stdout(), "{text}").map_err(|error| format!("sample: {error}"))
}

/// Writes a file through a buffer; the error names the file.
fn save(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), String> {
    let written = || -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        fill(&mut out)?;
        out.flush()
    };
    written().map_err(|error| format!("sample: cannot write {}: {error}", path.display()))
}

fn shipped_sample() -> PathBuf {
    samples_folder().join("saas-events.csv")
}

fn samples_folder() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).join("www/samples")
}

#[cfg(test)]
mod tests;
