//! `size`: what each file of the site weighs, and the budgets that hold it there.

use crate::shell::{self, Result};
use crate::{build, places};

/// A limit on the sum of some files, as a network carries them.
struct Budget {
    name: &'static str,
    /// What the paths in dist/ start with and end with.
    files: (&'static str, &'static [&'static str]),
    encoding: Encoding,
    /// Bytes.
    limit: u64,
}

#[derive(Clone, Copy)]
enum Encoding {
    Gzip,
    Brotli,
}

const BUDGETS: [Budget; 3] = [
    Budget {
        name: "checklist, all that a host page receives",
        files: ("cairn/", &[".wasm", ".js", ".css"]),
        encoding: Encoding::Brotli,
        limit: 100_000,
    },
    Budget {
        name: "checklist's loader",
        files: ("cairn/cairn-checklist", &[".js"]),
        encoding: Encoding::Gzip,
        limit: 2_000,
    },
    Budget {
        name: "worker's wasm",
        files: ("worker/", &[".wasm"]),
        encoding: Encoding::Brotli,
        limit: 970_000,
    },
];

/// A file of the site and its size in bytes.
struct File {
    path: String,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Prints the table; fails when a budget is exceeded.
pub(crate) fn run(_args: &[String]) -> Result {
    build::release()?;
    let dist = places::dist();
    let lines = shell::output(shell::program("node").arg("xtask/sizes.mjs").arg(&dist))?;
    let files = lines.lines().map(parse).collect::<Result<Vec<_>>>()?;
    println!("    {:48} {:>10} {:>10} {:>10}", "bytes", "raw", "gzip", "brotli");
    for file in &files {
        println!("    {:48} {:>10} {:>10} {:>10}", file.path, file.raw, file.gzip, file.brotli);
    }
    println!();
    let over: Vec<&str> =
        BUDGETS.iter().filter(|budget| !holds(budget, &files)).map(|budget| budget.name).collect();
    if over.is_empty() { Ok(()) } else { Err(format!("not within budget: {}", over.join(", "))) }
}

/// Whether the budget holds; says so. A budget of no file does not: its file has been moved from under it.
fn holds(budget: &Budget, files: &[File]) -> bool {
    let (start, ends) = budget.files;
    let is_counted =
        |file: &&File| file.path.starts_with(start) && ends.iter().any(|end| file.path.ends_with(end));
    let counted: Vec<&File> = files.iter().filter(is_counted).collect();
    let (unit, sum) = match budget.encoding {
        Encoding::Gzip => ("gzip", counted.iter().map(|file| file.gzip).sum::<u64>()),
        Encoding::Brotli => ("brotli", counted.iter().map(|file| file.brotli).sum()),
    };
    let is_held = !counted.is_empty() && sum <= budget.limit;
    let verdict = match counted.len() {
        0 => "NO SUCH FILE",
        _ if is_held => "ok",
        _ => "OVER",
    };
    println!("    {:48} {sum:>10} of {:>7} {unit} {verdict}", budget.name, budget.limit);
    is_held
}

fn parse(line: &str) -> Result<File> {
    let words: Vec<&str> = line.rsplitn(4, ' ').collect();
    let wrong = || format!("cannot read the sizes in `{line}`");
    let number = |at: usize| words.get(at).and_then(|word| word.parse().ok()).ok_or_else(wrong);
    let path = words.get(3).ok_or_else(wrong)?.to_string();
    Ok(File { path, raw: number(2)?, gzip: number(1)?, brotli: number(0)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_space_is_read_whole() {
        let file = parse("samples/a b.csv 300 200 100").unwrap();
        assert_eq!(
            (file.path.as_str(), file.raw, file.gzip, file.brotli),
            ("samples/a b.csv", 300, 200, 100)
        );
        assert!(parse("a.csv 1 2").is_err());
    }

    #[test]
    fn only_the_named_files_count_and_the_limit_itself_is_within() {
        let budget =
            |limit| Budget { name: "x", files: ("cairn/", &[".js"]), encoding: Encoding::Brotli, limit };
        let files: Vec<File> = ["cairn/a.js 9 9 60", "cairn/b.js 9 9 40", "cairn/a.d.ts 9 9 7", "c.js 9 9 7"]
            .iter()
            .map(|line| parse(line).unwrap())
            .collect();
        assert!(holds(&budget(100), &files));
        assert!(!holds(&budget(99), &files));
        assert!(!holds(&budget(100), &files[2..]));
    }
}
