//! `answer FILE QUERY.json…` loads a file natively and prints the answer to each query, a line of JSON each: the bytes
//! that the engine gives in WebAssembly too.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

use cairn_tests::native;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let file = paths.next().ok_or("usage: answer FILE QUERY.json…")?;
    let (table, _) = native::load(&file).map_err(|failure| failure.message)?;
    let mut out = std::io::stdout().lock();
    for query in paths {
        let answer = native::answer(&table, &query).map_err(|failure| failure.message)?;
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
    }
    Ok(())
}
