//! `bench`: the engine's benches; with `browser` the whole page, and with `widget` the checklist, in Chromium, side by side
//! with their peers.

use crate::shell::{self, Result, stage};
use crate::{build, setup};

/// `bench [ARGS…]` hands its arguments to criterion; `bench browser [ARGS…]` and `bench widget [ARGS…]` to those benches.
pub(crate) fn run(args: &[String]) -> Result {
    match args {
        [first, rest @ ..] if first == "browser" => in_browser("tests/bench/browser.mjs", rest),
        [first, rest @ ..] if first == "widget" => in_browser("tests/bench/widget.mjs", rest),
        _ => {
            // Only criterion's: the harness of the unit tests would not know its options.
            let benches = ["bench", "--locked", "--package", "cairn-engine", "--bench", "*", "--"];
            shell::run(shell::cargo().args(benches).args(args))
        }
    }
}

fn in_browser(bench: &str, args: &[String]) -> Result {
    setup::for_building()?;
    setup::for_bench()?;
    stage("build the release page", build::release)?;
    let chrome = setup::chrome::find_or_install()?;
    shell::run(shell::program("node").arg(bench).args(args).env("CAIRN_CHROME", chrome))
}
