//! Several files become one table.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;

use cairn_engine::ingest::{
    ColumnChoice, DEFAULT_SEED, FileRecipe, IngestError, IngestProblem, LoadReport, Loader, Mapping, Outcome,
    Recipe, Sample, WarningKind, agree_on_dates, preview,
};
use cairn_engine::table::{Column, Kind, Role, Table};
use flate2::{Compression, write::GzEncoder};

/// A file's name and content.
type File<'a> = (&'a str, &'a [u8]);

fn file_recipe((name, bytes): &File<'_>, mapping: &Mapping) -> FileRecipe {
    let preview = preview(name, &[Sample { offset: 0, bytes, is_last: true }], mapping).unwrap();
    FileRecipe { name: (*name).to_owned(), mapping: mapping.clone(), preview }
}

fn load_as(files: &[File<'_>], recipes: Vec<FileRecipe>) -> Result<(Table, LoadReport), IngestError> {
    let mut loader = Loader::of_files(recipes, DEFAULT_SEED)?;
    loop {
        for (at, (_, bytes)) in files.iter().enumerate() {
            if at > 0 {
                loader.next_file()?;
            }
            bytes.chunks(11).try_for_each(|piece| loader.push(piece))?;
        }
        match loader.finish()? {
            Outcome::Loaded { table, report } => return Ok((*table, report)),
            Outcome::Retype { again, .. } => loader = *again,
        }
    }
}

fn load(files: &[File<'_>]) -> Result<(Table, LoadReport), IngestError> {
    load_as(files, files.iter().map(|file| file_recipe(file, &Mapping::default())).collect())
}

fn names(table: &Table) -> Vec<&str> {
    table.schema.columns.iter().map(|column| column.name.as_str()).collect()
}

/// The rows in the table's order: user, day of the month and all other columns, missing values as `·`.
fn rows(table: &Table) -> Vec<String> {
    let cell = |column: &Column, row: usize| match column {
        Column::Text(text) => Some(text.text(row).unwrap_or("·").to_owned()),
        Column::Number(numbers) => Some(numbers.get(row).map_or("·".to_owned(), |number| number.to_string())),
        Column::Time(times) => Some(format!("@{}", times[row].0)),
        Column::User | Column::EventTime => None,
    };
    let row = |user: &str, row: usize| {
        let cells = table.columns.iter().filter_map(|column| cell(column, row));
        let day = table.times[row].0 / 86_400_000 - 20_453;
        [user.to_owned(), day.to_string()].into_iter().chain(cells).collect::<Vec<_>>().join(" ")
    };
    let users = table.users.iter();
    let mut all: Vec<String> = users
        .flat_map(|user| table.users.rows(user).map(move |at| (user, at)))
        .map(|(user, at)| row(table.users.id(user), at))
        .collect();
    // Users stand by bucket, which does not matter here.
    all.sort_by_key(|row| row.split(' ').next().unwrap().to_owned());
    all
}

#[test]
fn columns_are_united_by_name_and_a_column_that_a_file_lacks_is_missing_there() {
    let (table, report) = load(&[
        ("a.csv", b"user,time,event,plan\nann,2026-01-02,buy,pro\nann,2026-01-01,see,pro\n"),
        ("b.csv", b"amount;event;time;user\n7;buy;2026-01-02;ann\n9;buy;2026-01-01;bob\n"),
    ])
    .unwrap();
    assert_eq!(names(&table), ["user", "time", "event", "plan", "amount"]);
    // Of ann's rows of one instant, that of the first file comes first.
    assert_eq!(rows(&table), ["ann 1 see pro ·", "ann 2 buy pro ·", "ann 2 buy · 7", "bob 1 buy · 9"]);
    let files: Vec<_> =
        report.files.iter().map(|file| (file.name.as_str(), file.n_bytes, file.n_rows)).collect();
    assert_eq!(files, [("a.csv", 67, 2), ("b.csv", 65, 2)]);
    assert_eq!((report.n_bytes, report.n_rows, report.n_events, report.n_duplicates), (132, 4, 4, 0));
}

#[test]
fn user_time_and_event_are_one_column_each_whatever_a_file_calls_them() {
    let (table, _) = load(&[
        ("a.csv", b"user_id,time,event,distinct_id\nann,2026-01-01,see,x1\n"),
        ("b.csv", b"distinct_id,timestamp,action\nann,2026-01-02T00:00:00Z,buy\n"),
    ])
    .unwrap();
    assert_eq!(names(&table), ["user_id", "time", "event", "distinct_id"]);
    assert_eq!(rows(&table), ["ann 1 see x1", "ann 2 buy ·"]);
}

#[test]
fn a_property_that_is_called_as_another_files_user_is_a_column_of_its_own() {
    let by_member = Mapping {
        columns: vec![ColumnChoice {
            name: "member".into(),
            role: Some(Role::User),
            ..ColumnChoice::default()
        }],
        ..Mapping::default()
    };
    let files: [File<'_>; 2] = [
        ("a.csv", b"user,time,event\nann,2026-01-01,see\n"),
        ("b.csv", b"member,time,event,user\nbob,2026-01-02,buy,robot\n"),
    ];
    let recipes = vec![file_recipe(&files[0], &Mapping::default()), file_recipe(&files[1], &by_member)];
    let (table, _) = load_as(&files, recipes).unwrap();
    assert_eq!(names(&table), ["user", "time", "event", "user (2)"]);
    assert_eq!(rows(&table), ["ann 1 see ·", "bob 2 buy robot"]);
}

#[test]
fn files_without_an_event_are_events_by_their_names() {
    let (table, _) = load(&[
        ("orders.csv", b"user,time,amount\nann,2026-01-02,7\n"),
        ("visits.csv.gz", &gzip(b"user,time\nann,2026-01-01\n")),
    ])
    .unwrap();
    assert_eq!(names(&table), ["user", "time", "amount", "event"]);
    assert_eq!(rows(&table), ["ann 1 · visits", "ann 2 7 orders"]);
    let (table, _) = load(&[
        ("orders.csv", b"user,time,amount\nann,2026-01-02,7\n"),
        ("log.csv", b"user,time,action\nann,2026-01-01,login\n"),
    ])
    .unwrap();
    assert_eq!(names(&table), ["user", "time", "amount", "action"]);
    assert_eq!(rows(&table), ["ann 1 · login", "ann 2 7 orders"]);
}

#[test]
fn a_column_holds_what_it_holds_in_all_files_or_else_texts() {
    let kind = |a: &str, b: &str| {
        let csv = |value: &str| format!("user,time,event,x\nann,2026-01-01,see,{value}\n");
        let (a, b) = (csv(a), csv(b));
        let (table, report) = load(&[("a.csv", a.as_bytes()), ("b.csv", b.as_bytes())]).unwrap();
        assert!(report.warnings.is_empty(), "{:?}", report.warnings);
        (table.schema.columns[3].kind, rows(&table))
    };
    assert_eq!(kind("7", "2.50"), (Kind::Number, vec!["ann 1 see 7".to_owned(), "ann 1 see 2.5".to_owned()]));
    assert_eq!(
        kind("2.50", "n/k"),
        (Kind::Text, vec!["ann 1 see 2.50".to_owned(), "ann 1 see n/k".to_owned()])
    );
    assert_eq!(kind("7", "2026-01-01").0, Kind::Text);
    // A file that has no value says nothing about the kind.
    assert_eq!(kind("", "7"), (Kind::Number, vec!["ann 1 see ·".to_owned(), "ann 1 see 7".to_owned()]));
    assert_eq!(kind("2026-01-02", "").0, Kind::Time);
}

#[test]
fn each_file_is_read_in_its_own_way() {
    let utf16: Vec<u8> = "\u{feff}user\ttime\tevent\tprice\nbob\t04.01.2026\tbuy\t1,5\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let (table, report) = load(&[
        ("a.csv", b"user,time,event,price\nann,01/31/2026,buy,2.5\n"),
        ("b.txt", &utf16),
        ("c.ndjson", b"{\"user\":\"cy\",\"time\":1767225600,\"event\":\"see\",\"url\":\"/\"}\n"),
        (
            "d.json.gz",
            &gzip(b"[{\"user\":\"di\",\"time\":\"2026-01-02T00:00:00Z\",\"event\":\"buy\",\"price\":3}]"),
        ),
    ])
    .unwrap();
    assert_eq!(names(&table), ["user", "time", "event", "price", "url"]);
    assert_eq!(rows(&table), ["ann 31 buy 2.5 ·", "bob 4 buy 1.5 ·", "cy 1 see · /", "di 2 buy 3 ·"]);
    assert_eq!(report.zone.as_deref(), Some("UTC"));
}

#[test]
fn fields_that_only_later_records_have_are_one_column_in_all_files() {
    let later = |name: &str, extra: &str| {
        let line = format!("{{\"{name}\":\"ann\",\"time\":\"2026-01-01\",\"event\":\"e\"}}\n");
        format!("{}{{\"{name}\":\"bob\",\"time\":\"2026-01-02\",\"event\":\"e\",{extra}}}\n", line.repeat(9))
    };
    let csv = "user,time,event,amount\nann,2026-01-03,e,5\n";
    let a = later("user", "\"amount\":7,\"new\":1");
    let b = later("distinct_id", "\"new\":2,\"user\":\"robot\"");
    let files = [("a.ndjson", a.as_bytes()), ("b.ndjson", b.as_bytes()), ("c.csv", csv.as_bytes())];
    // Only the first record is looked at.
    let recipe =
        |(name, bytes): &File<'_>| file_recipe(&(name, &bytes[..bytes.len().min(70)]), &Mapping::default());
    let (table, report) = load_as(&files, files.iter().map(recipe).collect()).unwrap();
    assert_eq!(names(&table), ["user", "time", "event", "amount", "new", "user (2)"]);
    assert_eq!(table.schema.columns[4].kind, Kind::Number);
    let rows = rows(&table);
    assert_eq!(rows[18..], ["ann 3 e 5 · ·", "bob 2 e 7 1 ·", "bob 2 e · 2 robot"]);
    // Ann's row stands nine times in each file.
    assert_eq!(report.n_duplicates, 17);
}

#[test]
fn dates_that_do_not_tell_their_order_are_read_as_those_of_the_same_column_of_another_file() {
    let file = |date: &str| format!("user,time,event\nann,{date},see\n").into_bytes();
    let read = |a: &str, b: &str| {
        let (a, b) = (file(a), file(b));
        let files: [File<'_>; 2] = [("a.csv", &a), ("b.csv", &b)];
        let mut recipes = files.map(|file| file_recipe(&file, &Mapping::default()));
        agree_on_dates(&mut recipes.iter_mut().map(|file| &mut file.preview).collect::<Vec<_>>());
        rows(&load_as(&files, recipes.into()).unwrap().0)
    };
    assert_eq!(read("02/01/2026", "31/01/2026"), ["ann 2 see", "ann 31 see"]);
    assert_eq!(read("31/01/2026", "02/01/2026"), ["ann 2 see", "ann 31 see"]);
    assert_eq!(read("02/01/2026", "01/31/2026"), ["ann 31 see", "ann 32 see"]);
    assert_eq!(read("02.01.2026", "2026-01-31"), ["ann 2 see", "ann 31 see"]);
    // What a file proves by itself stays.
    assert_eq!(read("01/30/2026", "31/01/2026"), ["ann 30 see", "ann 31 see"]);
}

#[test]
fn what_is_skipped_or_mended_names_the_file_and_its_own_line() {
    let (_, report) = load(&[
        ("a.csv", b"user,time,event\nann,2026-01-01,see\n,2026-01-01,see\n"),
        ("b.csv", b"user,time,event\nbob,2026-01-01,see\nbob,2026-01-01,see,surplus\n,2026-01-02,see\n"),
    ])
    .unwrap();
    let places: Vec<_> =
        report.skipped.iter().map(|skipped| (skipped.file, skipped.line, skipped.record)).collect();
    assert_eq!(places, [(0, 3, 2), (1, 4, 3)]);
    let long = &report.warning(WarningKind::LongRow).unwrap().examples[0];
    assert_eq!((long.file, long.line), (1, 3));
    assert_eq!(report.files.iter().map(|file| file.n_skipped).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(report.n_duplicates, 1);
}

#[test]
fn a_value_of_any_file_makes_a_column_text_in_all_of_them() {
    let mut second = "user,time,event,x\n".to_owned() + &"ann,2026-01-02,see,7\n".repeat(5);
    let head = second.len();
    second += "ann,2026-01-03,see,seven\n";
    let files: [File<'_>; 2] =
        [("a.csv", b"user,time,event,x\nann,2026-01-01,see,2.50\n"), ("b.csv", second.as_bytes())];
    let recipes = vec![
        file_recipe(&files[0], &Mapping::default()),
        file_recipe(&("b.csv", &second.as_bytes()[..head]), &Mapping::default()),
    ];
    let (table, report) = load_as(&files, recipes).unwrap();
    assert_eq!(rows(&table)[0], "ann 1 see 2.50");
    assert_eq!(rows(&table)[6], "ann 3 see seven");
    let retyped = report.warning(WarningKind::Retyped).unwrap();
    assert_eq!((retyped.n, retyped.examples[0].file, retyped.examples[0].line), (1, 1, 7));
}

#[test]
fn a_file_without_a_user_or_a_time_is_refused_by_its_name() {
    let refusal = |bytes: &[u8]| {
        let files: [File<'_>; 2] = [("a.csv", b"user,time,event\nann,2026-01-01,see\n"), ("b.csv", bytes)];
        let recipes = files.iter().map(|file| file_recipe(file, &Mapping::default())).collect();
        let error = Recipe::new(recipes, DEFAULT_SEED).check().unwrap_err();
        (error.position.file.clone().unwrap(), error.problem)
    };
    assert_eq!(refusal(b"color,time\nred,2026-01-01\n"), ("b.csv".to_owned(), IngestProblem::NoUserColumn));
    assert_eq!(refusal(b"user,color\nann,red\n"), ("b.csv".to_owned(), IngestProblem::NoTimeColumn));
    assert_eq!(Recipe::new(Vec::new(), 0).check().unwrap_err().problem, IngestProblem::EmptyFile);
}

#[test]
fn a_file_that_breaks_off_is_named() {
    let whole = gzip(b"user,time,event\nann,2026-01-01,see\n");
    let files: [File<'_>; 3] = [
        ("a.csv", b"user,time,event\nann,2026-01-01,see\n"),
        ("b.csv.gz", &whole[..whole.len() - 4]),
        ("c.csv", b"user,time,event\nann,2026-01-01,see\n"),
    ];
    let recipe = |(name, bytes): &File<'_>| {
        let bytes = if bytes.len() < 40 { bytes } else { whole.as_slice() };
        file_recipe(&(name, bytes), &Mapping::default())
    };
    let error = load_as(&files, files.iter().map(recipe).collect()).unwrap_err();
    assert_eq!(error.position.file.as_deref(), Some("b.csv.gz"));
    assert_eq!(error.problem.code(), "bad_gzip");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
