//! The engine run natively on files, as the page and the JavaScript API run it in WebAssembly.

use std::fs;
use std::path::Path;

use cairn_engine::ingest::{self, DEFAULT_SEED, FileRecipe, LoadReport, Loader, Mapping, Outcome, Sample};
use cairn_engine::table::Table;
use cairn_engine::{Answer, Failure, Query};

/// Loads a file under the default mapping; its name is that of the path.
///
/// # Errors
/// If it cannot be opened, or is beyond loading.
pub fn load(path: &Path) -> Result<(Table, LoadReport), Failure> {
    load_files(&[path])
}

/// Loads files into one table, as [`load`] does one.
///
/// # Errors
/// If one of them cannot be opened, or is beyond loading.
pub fn load_files(paths: &[impl AsRef<Path>]) -> Result<(Table, LoadReport), Failure> {
    let contents: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| fs::read(path).map_err(|error| unreadable(path.as_ref(), &error.to_string())))
        .collect::<Result<_, _>>()?;
    load_contents(paths, &contents)
}

/// Loads what files of these names would hold, as [`load_files`] does.
///
/// # Errors
/// If one of them is beyond loading.
pub fn load_contents(
    paths: &[impl AsRef<Path>],
    contents: &[impl AsRef<[u8]>],
) -> Result<(Table, LoadReport), Failure> {
    let recipes = paths.iter().zip(contents).map(|(path, bytes)| recipe(path.as_ref(), bytes.as_ref()));
    let mut loader = Loader::of_files(recipes.collect::<Result<_, _>>()?, DEFAULT_SEED)?;
    loop {
        for (at, bytes) in contents.iter().enumerate() {
            if at > 0 {
                loader.next_file()?;
            }
            loader.push(bytes.as_ref())?;
        }
        match loader.finish()? {
            Outcome::Loaded { table, report } => return Ok((*table, report)),
            Outcome::Retype { again, .. } => loader = *again,
        }
    }
}

fn recipe(path: &Path, bytes: &[u8]) -> Result<FileRecipe, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let samples = ingest::sample_places(bytes.len() as u64).into_iter().map(|place| Sample {
        offset: place.start,
        bytes: &bytes[place.start as usize..place.end as usize],
        is_last: place.end == bytes.len() as u64,
    });
    let mapping = Mapping::default();
    let preview = ingest::preview(&name, &samples.collect::<Vec<_>>(), &mapping)?;
    Ok(FileRecipe { name, preview, mapping })
}

/// Answers the query in a file.
///
/// # Errors
/// If the file holds no query, or one that does not fit the table.
pub fn answer(table: &Table, query: &Path) -> Result<Answer, Failure> {
    let text = fs::read_to_string(query).map_err(|error| unreadable(query, &error.to_string()))?;
    let query: Query = serde_json::from_str(&text).map_err(|error| unreadable(query, &error.to_string()))?;
    Ok(cairn_engine::run(table, &query)?)
}

fn unreadable(path: &Path, problem: &str) -> Failure {
    let message = format!("{}: {problem}", path.display());
    Failure { code: "unreadable_file".to_owned(), message, position: None }
}
