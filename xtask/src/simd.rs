//! Are there SIMD instructions in the worker? A stray RUSTFLAGS loses them silently, and with them half the speed.

use crate::shell::{self, Context, Result};
use crate::{build, places};

/// What instructions on 128-bit vectors start with, in the text format.
const PREFIXES: [&str; 7] = ["v128.", "i8x16.", "i16x8.", "i32x4.", "i64x2.", "f32x4.", "f64x2."];

/// Fails if the worker's wasm holds no vector instruction.
pub(crate) fn run() -> Result {
    build::release()?;
    let text = places::target().join("worker.wat");
    let mut dis = shell::program(places::npm(places::root())?.join("node_modules/.bin/wasm-dis"));
    let worker = places::dist().join("worker/cairn-worker_bg.wasm");
    shell::run(dis.arg(worker).arg("--all-features").arg("-o").arg(&text))?;
    let text = std::fs::read_to_string(&text).or_cannot("read the worker's text")?;
    match count(&text) {
        0 => Err(
            "the worker holds no SIMD instruction: was it built with other flags than .cargo/config.toml's?"
                .into(),
        ),
        count => {
            println!("    {count} vector instructions");
            Ok(())
        }
    }
}

fn count(text: &str) -> usize {
    let operators = text.split('(').skip(1);
    operators.filter(|rest| PREFIXES.iter().any(|prefix| rest.starts_with(prefix))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_count_and_types_do_not() {
        let scalar = "(func $f (param $v128.not v128) (local i32)\n (i32.add (local.get 0) (i32.const 1)))";
        assert_eq!(count(scalar), 0);
        assert_eq!(count("(v128.store (i32.const 0)\n (i8x16.splat (local.get 0)))"), 2);
    }
}
