//! Running other programs, timing what is done, and errors in words.

use std::ffi::OsStr;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::places;

/// The outcome of a command; the error is a sentence for the person at the terminal.
pub(crate) type Result<T = ()> = std::result::Result<T, String>;

/// Puts what was being done in front of an error.
pub(crate) trait Context<T> {
    /// `what` completes the sentence "cannot …".
    fn or_cannot(self, what: impl Display) -> Result<T>;
}

impl<T, E: Display> Context<T> for std::result::Result<T, E> {
    fn or_cannot(self, what: impl Display) -> Result<T> {
        self.map_err(|error| format!("cannot {what}: {error}"))
    }
}

/// Environment variables that would replace the flags of `.cargo/config.toml`, and with them SIMD, silently.
const FLAG_VARIABLES: [&str; 5] = [
    "RUSTFLAGS",
    "RUSTDOCFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
];

/// A program to be run in the checkout's root, with the project's own compiler flags and no others.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(places::root()).stdin(Stdio::null());
    for variable in FLAG_VARIABLES {
        command.env_remove(variable);
    }
    command
}

/// Cargo, the same one that started us.
pub(crate) fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program with its output shown; an exit code other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result {
    let line = shown(command);
    println!("    $ {line}");
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` failed ({status})")) }
}

/// Runs a program and returns what it printed; its error output is shown only when it fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let out = command.output().map_err(|error| cannot_start(command, &error))?;
    if out.status.success() {
        return String::from_utf8(out.stdout).or_cannot(format!("read what `{}` printed", shown(command)));
    }
    let said = String::from_utf8_lossy(&out.stderr);
    Err(format!("`{}` failed ({})\n{}", shown(command), out.status, said.trim_end()))
}

/// Where a program is found on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Does one named piece of work and says how long it took.
pub(crate) fn stage<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {name}");
    let start = Instant::now();
    let result = work();
    let outcome = if result.is_ok() { "done" } else { "FAILED" };
    println!("    {name}: {outcome} in {}", seconds(start.elapsed()));
    result
}

/// A duration as people read it: `0.4 s`, `2 min 5 s`.
pub(crate) fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {} s", whole / 60, whole % 60)
    }
}

/// Creates a folder and those above it.
pub(crate) fn create_dir(path: &Path) -> Result {
    std::fs::create_dir_all(path).or_cannot(format!("create {}", path.display()))
}

/// Removes a folder and all in it; one that is not there is fine.
pub(crate) fn remove_dir(path: &Path) -> Result {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
    .or_cannot(format!("remove {}", path.display()))
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        std::io::ErrorKind::NotFound => format!("`{program}` is not installed or not on PATH"),
        _ => format!("cannot start `{program}`: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_written_in_minutes_and_seconds() {
        assert_eq!(seconds(Duration::from_millis(440)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 5 s");
    }

    #[test]
    fn a_failing_program_is_named_in_the_error() {
        let error = output(&mut program("false")).unwrap_err();
        assert!(error.starts_with("`false` failed"), "{error}");
    }

    #[test]
    fn a_missing_program_is_named_in_the_error() {
        let error = run(&mut program("no-such-program-of-cairn")).unwrap_err();
        assert_eq!(error, "`no-such-program-of-cairn` is not installed or not on PATH");
    }
}
