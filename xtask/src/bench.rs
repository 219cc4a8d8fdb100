//! `bench`: the engine's benches, or with `browser` the whole page in Chromium, side by side with its peers.

use crate::shell::{self, Result, stage};
use crate::{build, setup};

/// `bench [ARGS…]` hands its arguments to criterion; `bench browser [ARGS…]` to the browser's bench.
pub(crate) fn run(args: &[String]) -> Result {
    match args {
        [first, rest @ ..] if first == "browser" => browser(rest),
        _ => {
            // Only criterion's: the harness of the unit tests would not know its options.
            let benches = ["bench", "--locked", "--package", "cairn-engine", "--bench", "*", "--"];
            shell::run(shell::cargo().args(benches).args(args))
        }
    }
}

fn browser(args: &[String]) -> Result {
    setup::for_building()?;
    setup::for_bench()?;
    stage("build the release page", build::release)?;
    let chrome = setup::chrome::find_or_install()?;
    shell::run(shell::program("node").arg("tests/bench/browser.mjs").args(args).env("CAIRN_CHROME", chrome))
}
