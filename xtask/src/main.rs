//! `cargo xtask COMMAND`: everything that a person or CI does with this checkout.
#![allow(clippy::print_stdout, reason = "a terminal is what it talks to")]

mod bench;
mod build;
mod cases;
mod checks;
mod fuzz;
mod hash;
mod places;
mod post_build;
mod sample;
mod serve;
mod setup;
mod shell;
mod simd;
mod size;
mod tidy;

use std::process::ExitCode;

use shell::Result;

/// One command: its name, how it is called, what it does, and the function behind it.
struct Command {
    name: &'static str,
    usage: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result,
}

/// Every command. A new one is one line here and one module.
const COMMANDS: &[Command] = &[
    command("setup", "", "install what is missing, outside the checkout", setup::run),
    command("serve", "[--port N]", "build, and serve dist/ on http://127.0.0.1:8080", serve::run),
    command("test", "[--only NAME…]", "set up and run every test and check, or those named", checks::run),
    command("build", "", "build the release page and its artifacts into dist/", build::run),
    command("bench", "[browser|widget] [ARGS…]", "the engine's benches, or those in Chromium", bench::run),
    command("size", "", "the size of every artifact, and its budget", size::run),
    command("tidy", "", "the house rules that no compiler checks", tidy::run),
    command("cases", "DIR [--show ID]", "conformance cases against the engine", cases::run),
    command(
        "fuzz",
        "TARGET [SECONDS]",
        "hostile bytes against csv, load or query; not part of test",
        fuzz::run,
    ),
    command("sample", "[--help]", "write the sample data, or large files to measure with", sample::run),
    command("post-build", "", "finish Trunk's output (Trunk calls it)", post_build::run),
];

const fn command(
    name: &'static str,
    usage: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result,
) -> Command {
    Command { name, usage, about, run }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nerror: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result {
    let Some((name, rest)) = args.split_first() else {
        print!("{}", help());
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", help());
        return Ok(());
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(rest),
        None => Err(format!("there is no command `{name}`\n\n{}", help())),
    }
}

fn help() -> String {
    let mut text = String::from("cargo xtask COMMAND\n\n");
    for command in COMMANDS {
        let call = format!("{} {}", command.name, command.usage);
        text.push_str(&format!("  {:24} {}\n", call.trim_end(), command.about));
    }
    text.push_str(&format!("\nThe checks of `test`: {}\n", checks::names()));
    text
}
