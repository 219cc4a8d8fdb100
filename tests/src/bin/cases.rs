//! `cases DIR [--show ID] [--only TEXT]`: holds the engine against conformance cases; see [`cairn_tests::cases`].

use std::io::Write;
use std::process::ExitCode;

use cairn_tests::cases::{Options, run};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "{problem}\nusage: cases DIR [--show ID] [--only TEXT]");
            return ExitCode::FAILURE;
        }
    };
    match run(&options, &mut std::io::stdout().lock()) {
        Ok(verdict) => verdict.into(),
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}
