//! Whole loads through the public interface, on generated files. The corpus of ugly files has a runner of its own.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::io::Write as _;

use cairn_engine::Millis;
use cairn_engine::ingest::{
    ColumnChoice, IngestError, LoadReport, Loader, Mapping, Outcome, Preview, Retyped, Sample, WarningKind,
    preview,
};
use cairn_engine::table::{Column, Kind, Role, Table};
use proptest::prelude::*;

fn whole(bytes: &[u8]) -> [Sample<'_>; 1] {
    [Sample { offset: 0, bytes, is_last: true }]
}

/// Looks at the first `head` bytes only.
fn look(bytes: &[u8], head: usize, mapping: &Mapping) -> Preview {
    let sample = Sample { offset: 0, bytes: &bytes[..head.min(bytes.len())], is_last: head >= bytes.len() };
    preview("events.csv", &[sample], mapping).unwrap()
}

/// Loads in pieces of `piece` bytes; also what had to be read again as text.
fn push_all(
    mut loader: Loader,
    bytes: &[u8],
    piece: usize,
) -> Result<(Table, LoadReport, Vec<Retyped>), IngestError> {
    let mut retyped = Vec::new();
    loop {
        for part in bytes.chunks(piece) {
            loader.push(part)?;
        }
        match loader.finish()? {
            Outcome::Loaded { table, report } => return Ok((*table, report, retyped)),
            Outcome::Retype { again, columns } => {
                assert!(retyped.is_empty(), "only once");
                (loader, retyped) = (*again, columns);
            }
        }
    }
}

fn load_as(bytes: &[u8], mapping: &Mapping) -> Result<(Table, LoadReport), IngestError> {
    let preview = preview("events.csv", &whole(bytes), mapping)?;
    let loader = Loader::new("events.csv", &preview, mapping)?;
    push_all(loader, bytes, 1 << 16).map(|(table, report, _)| (table, report))
}

fn load(text: &str) -> (Table, LoadReport) {
    load_as(text.as_bytes(), &Mapping::default()).unwrap()
}

/// Everything in a table, as text: rows in its order, missing values as `·`.
fn dump(table: &Table) -> Vec<String> {
    let value = |column: &Column, row: usize| match column {
        Column::Text(text) => text.text(row).map(str::to_owned),
        Column::Number(numbers) => numbers.get(row).map(|number| number.to_string()),
        Column::Time(times) => {
            Some(times[row]).filter(|&time| time != Column::NO_TIME).map(|time| time.0.to_string())
        }
        Column::User | Column::EventTime => None,
    };
    let mut rows = Vec::new();
    for user in table.users.iter() {
        for row in table.users.rows(user) {
            let mut line = format!("{} {}", table.users.id(user), table.times[row].0);
            for (info, column) in table.schema.columns.iter().zip(&table.columns) {
                if !matches!(column, Column::User | Column::EventTime) {
                    let text = value(column, row).unwrap_or_else(|| "·".to_owned());
                    write!(line, " {}={text}", info.name).unwrap();
                }
            }
            rows.push(line);
        }
    }
    rows
}

fn choice(name: &str, role: Option<Role>, kind: Option<Kind>) -> ColumnChoice {
    ColumnChoice { name: name.to_owned(), role, kind, time_format: None }
}

fn kind_of(table: &Table, name: &str) -> Kind {
    table.schema.columns[table.schema.find(name).unwrap().0 as usize].kind
}

#[test]
fn a_column_that_turns_out_to_be_text_is_read_again_as_text() {
    let mut text = String::from("user,time,event,size,due\n");
    for n in 0..3_000 {
        writeln!(text, "u{n},2026-03-01T10:00:00Z,buy,{n},2026-03-02").unwrap();
    }
    text.push_str("u1,2026-03-01T10:00:00Z,buy,NA,\n");
    text.push_str(
        "\"u\n2\",2026-03-01T10:00:00Z,buy,large,2026-03-02\nu3,2026-03-01T10:00:00Z,buy,\"huge\",soon\n",
    );
    let seen = look(text.as_bytes(), 10_000, &Mapping::default());
    let kinds: Vec<Kind> = seen.columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [Kind::Text, Kind::Time, Kind::Text, Kind::Number, Kind::Time]);
    let loader = Loader::new("events.csv", &seen, &Mapping::default()).unwrap();
    let (table, report, retyped) = push_all(loader, text.as_bytes(), 4096).unwrap();
    let found = |column: &str, line, record, text: &str| Retyped {
        file: 0,
        column: column.to_owned(),
        line,
        record,
        text: text.to_owned(),
    };
    assert_eq!(retyped, [found("size", 3003, 3002, "large"), found("due", 3005, 3003, "soon")]);
    assert_eq!((kind_of(&table, "size"), kind_of(&table, "due")), (Kind::Text, Kind::Text));
    let warning = report.warning(WarningKind::Retyped).unwrap();
    assert_eq!((warning.n, warning.examples[1].line), (2, 3005));
    assert_eq!((report.n_events, report.n_skipped), (3_003, 0));
    assert!(dump(&table).contains(&"u1 1772359200000 event=buy size=NA due=·".to_owned()));
}

#[test]
fn a_kind_that_was_chosen_is_kept_and_other_values_are_missing_and_counted() {
    let text = "user,time,event,size,due\nu1,2026-03-01,a,007,2026-03-02\nu1,2026-03-01,b,NA,-\nu1,2026-03-01,c,big,soon\n";
    let mapping = Mapping {
        columns: vec![choice("size", None, Some(Kind::Number)), choice("due", None, Some(Kind::Time))],
        ..Mapping::default()
    };
    let (table, report) = load_as(text.as_bytes(), &mapping).unwrap();
    assert_eq!(
        dump(&table),
        [
            "u1 1772323200000 event=a size=7 due=1772409600000",
            "u1 1772323200000 event=b size=· due=·",
            "u1 1772323200000 event=c size=· due=·",
        ]
    );
    for (kind, column, text) in
        [(WarningKind::BadNumber, "size", "big"), (WarningKind::BadTimeValue, "due", "soon")]
    {
        let warning = report.warning(kind).unwrap();
        assert_eq!((warning.n, warning.examples[0].line, warning.examples[0].record), (1, 4, 3));
        assert_eq!(
            (warning.examples[0].column.as_deref(), warning.examples[0].text.as_str()),
            (Some(column), text)
        );
    }
}

#[test]
fn columns_that_appear_late_become_what_all_their_values_are() {
    let mut text = String::new();
    for n in 0..70_000 {
        writeln!(text, r#"{{"user":"u{}","time":"2026-03-01","event":"a"}}"#, n % 50).unwrap();
    }
    text.push_str("{\"user\":\"z\",\"time\":\"2026-03-01\",\"event\":\"a\",\"p\":{\"n\":1.5,\"code\":\"007\"},\"none\":null}\n");
    text.push_str("{\"user\":\"z\",\"time\":\"2026-03-02\",\"event\":\"b\",\"p\":{\"n\":null,\"due\":\"2026-03-01\"}}\n");
    let seen = look(text.as_bytes(), 1 << 16, &Mapping::default());
    let loader = Loader::new("events.csv", &seen, &Mapping::default()).unwrap();
    let (table, report, _) = push_all(loader, text.as_bytes(), 1 << 20).unwrap();
    assert_eq!(report.n_events, 70_002);
    let names: Vec<&str> = table.schema.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["user", "time", "event", "p.n", "p.code", "p.due"]);
    assert_eq!((kind_of(&table, "p.n"), kind_of(&table, "p.code")), (Kind::Number, Kind::Text));
    assert_eq!(kind_of(&table, "p.due"), Kind::Time);
    let rows = dump(&table);
    assert!(rows.contains(&"z 1772323200000 event=a p.n=1.5 p.code=007 p.due=·".to_owned()));
    assert!(rows.contains(&"z 1772409600000 event=b p.n=· p.code=· p.due=1772323200000".to_owned()));
    assert_eq!(rows.iter().filter(|row| row.ends_with("event=a p.n=· p.code=· p.due=·")).count(), 70_000);
}

#[test]
fn a_mapping_may_name_a_json_column_that_no_sample_shows() {
    let text = "{\"time\":\"2026-03-01\",\"event\":\"a\"}\n".repeat(5_000)
        + "{\"who\":\"x\",\"time\":\"2026-03-01\",\"event\":\"b\"}\n";
    let mapping = Mapping { columns: vec![choice("who", Some(Role::User), None)], ..Mapping::default() };
    let seen = look(text.as_bytes(), 1_000, &mapping);
    let loader = Loader::new("events.csv", &seen, &mapping).unwrap();
    let (table, report, _) = push_all(loader, text.as_bytes(), 1 << 16).unwrap();
    assert_eq!(dump(&table), ["x 1772323200000 event=b"]);
    assert_eq!(report.warning(WarningKind::MissingUser).unwrap().n, 5_000);
}

#[test]
fn a_chosen_role_takes_the_place_of_the_guessed_one() {
    let text = "user_id,account,time,event\nu1,acme,2026-03-01,a\nu2,acme,2026-03-01,b\n";
    let mapping = Mapping { columns: vec![choice("account", Some(Role::User), None)], ..Mapping::default() };
    let (table, _) = load_as(text.as_bytes(), &mapping).unwrap();
    assert_eq!(
        dump(&table),
        ["acme 1772323200000 user_id=u1 event=a", "acme 1772323200000 user_id=u2 event=b"]
    );
    assert_eq!(table.schema.columns[0].role, Role::Other);

    let code = |columns: Vec<ColumnChoice>| {
        let mapping = Mapping { columns, ..Mapping::default() };
        load_as(text.as_bytes(), &mapping).unwrap_err().problem.code()
    };
    assert_eq!(code(vec![choice("nobody", Some(Role::User), None)]), "unknown_column");
    assert_eq!(code(vec![choice("user_id", Some(Role::Other), None)]), "no_user_column");
    assert_eq!(code(vec![choice("time", Some(Role::Other), None)]), "no_time_column");
    assert_eq!(code(vec![choice("event", Some(Role::Time), None)]), "no_time_format");
    let twice = vec![choice("user_id", Some(Role::User), None), choice("account", Some(Role::User), None)];
    assert_eq!(code(twice), "duplicate_role");
}

#[test]
fn without_an_event_column_every_row_is_the_event_named_after_the_file_or_chosen() {
    let text = b"customer,date,total\nc1,2026-03-01,5\n";
    let seen = preview("Orders 2026.csv.gz", &whole(text), &Mapping::default()).unwrap();
    assert_eq!(seen.mapping.event_name.as_deref(), Some("Orders 2026"));
    let mapping = Mapping { event_name: Some("ordered".to_owned()), ..Mapping::default() };
    let loader = Loader::new("Orders 2026.csv.gz", &seen, &mapping).unwrap();
    let (table, ..) = push_all(loader, text, 8).unwrap();
    assert_eq!(dump(&table), ["c1 1772323200000 total=5 event=ordered"]);
    assert_eq!(table.schema.columns[table.schema.event.0 as usize].role, Role::Event);
}

#[test]
fn a_record_without_end_is_refused_while_memory_stays_bounded() {
    let head = b"user,time,event\nu1,2026-03-01,\"open";
    let text = [head.as_slice(), &[b'x'; 4096]].concat();
    let seen = look(&text, text.len(), &Mapping::default());
    let mut loader = Loader::new("events.csv", &seen, &Mapping::default()).unwrap();
    loader.push(head).unwrap();
    let megabyte = vec![b'x'; 1 << 20];
    let refused = (1..100).find_map(|n| loader.push(&megabyte).err().map(|error| (n, error)));
    let (n_pushed, error) = refused.expect("an endless record is refused");
    assert!(n_pushed <= 17, "after {n_pushed} MiB");
    assert_eq!((error.problem.code(), error.position.line), ("line_too_long", Some(2)));
    assert!(error.to_string().contains("16 MiB"), "{error}");
}

#[test]
fn a_record_of_15_mib_is_read() {
    let note = "n".repeat(15 << 20);
    let (table, _) = load(&format!("user,time,event,note\nu1,2026-03-01,a,\"{note}\"\nu2,2026-03-01,b,x\n"));
    assert_eq!((table.n_rows(), dump(&table).iter().map(String::len).max()), (2, Some(note.len() + 30)));
}

#[test]
fn all_troubles_are_counted_and_the_first_ones_listed() {
    let mut text = String::from("user,time,event\n");
    for n in 0..12_000 {
        writeln!(text, "u,2026-03-01,a\nu,soon,b{n}").unwrap();
    }
    let (_, report) = load(&text);
    assert_eq!((report.n_rows, report.n_events, report.n_skipped), (24_000, 12_000, 12_000));
    let warning = report.warning(WarningKind::BadTime).unwrap();
    assert_eq!((warning.n, warning.examples.len()), (12_000, LoadReport::MAX_EXAMPLES));
    assert_eq!(report.skipped.len(), LoadReport::MAX_SKIPPED);
    let last = &report.skipped[9_999];
    assert_eq!((last.line, last.record, last.text.as_str()), (20_001, 20_000, "u,soon,b9999"));
    assert_eq!(report.n_duplicates, 11_999);
    assert_eq!(report.n_bytes, text.len() as u64);
}

#[test]
fn duplicates_are_rows_equal_in_all_columns_however_far_apart() {
    let mut text = String::from("user,time,event,n\n");
    for n in 0..90_000 {
        writeln!(text, "u{},2026-03-01T10:00:{:02}Z,a,{}", n % 100, n % 60, n / 30_000).unwrap();
    }
    // 300 pairs of user and second, and 3 numbers, once each; missing numbers are equal to each other.
    text.push_str("v,2026-03-01,a,\nv,2026-03-01,a,\nv,2026-03-01,b,\n");
    assert_eq!(load(&text).1.n_duplicates, 90_000 - 900 + 1);
}

#[test]
fn the_zone_is_reported_only_if_a_time_needed_it() {
    let mapping = Mapping { zone: Some("Europe/Berlin".to_owned()), ..Mapping::default() };
    let zone = |text: &str| load_as(text.as_bytes(), &mapping).unwrap().1.zone;
    assert_eq!(zone("user,time,event\nu,2026-03-01T10:00Z,a\n"), None);
    assert_eq!(zone("user,time,event\nu,2026-03-01T10:00,a\n").as_deref(), Some("Europe/Berlin"));
    assert_eq!(
        zone("user,time,event,due\nu,2026-03-01T10:00Z,a,2026-03-01\n").as_deref(),
        Some("Europe/Berlin")
    );
}

#[test]
fn a_mapping_survives_json_and_refuses_what_it_does_not_know() {
    let (seen, text) =
        (preview("a.csv", &whole(b"user,time\nu,3/4/2026\n"), &Mapping::default()).unwrap(), "");
    let json = serde_json::to_string(&seen).unwrap();
    assert_eq!(serde_json::from_str::<Preview>(&json).unwrap(), seen);
    assert_eq!(serde_json::from_str::<Mapping>(&format!("{{{text}}}")).unwrap(), Mapping::default());
    assert!(serde_json::from_str::<Mapping>(r#"{"colums":[]}"#).is_err());
    assert!(serde_json::from_str::<Mapping>(r#"{"columns":[{"nam":"a"}]}"#).is_err());
}

/// User, time, event, note and amount.
type Row = (String, i64, String, String, Option<f64>);

/// Random rows, and the number of a form to write them in.
fn random_file() -> impl Strategy<Value = (Vec<Row>, usize)> {
    let row = (
        prop_oneof!["u[0-9]", "[äß€🙂,;\"\n a]{1,4}x"],
        -2_000_000_000_000_i64..4_000_000_000_000,
        "[a-c]|[\"\\\\\n,;{}🙂]{1,3}z",
        "|[x-z]{1,3}|[\u{1}\"\\\\\r\n\t,;{}🙂]{1,3}",
        proptest::option::of((-1_000_000_i64..1_000_000).prop_map(|n| n as f64 / 64.0)),
    );
    (proptest::collection::vec(row, 1..60), 0..6_usize)
}

fn iso(millis: i64) -> String {
    format!("{:.3}", jiff::Timestamp::from_millisecond(millis).unwrap())
}

fn write_file(rows: &[Row], form: usize) -> Vec<u8> {
    let mut text = String::new();
    let number = |value: &Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    if form <= 2 {
        let (separator, end) = [(",", "\n"), ("\t", "\r\n"), ("|", "\r")][form];
        let quote = |field: &str| format!("\"{}\"", field.replace('"', "\"\""));
        text = ["user", "time", "event", "note", "amount"].join(separator) + end;
        for (user, time, event, note, amount) in rows {
            let fields = [quote(user), iso(*time), quote(event), quote(note), number(amount)];
            text += &(fields.join(separator) + end);
        }
        return text.into_bytes();
    }
    for (at, (user, time, event, note, amount)) in rows.iter().enumerate() {
        let object = serde_json::json!({
            "user": user, "time": iso(*time), "event": event, "note": note, "amount": amount,
        });
        match form {
            3 => writeln!(text, "{object}").unwrap(),
            4 => write!(text, "{}{object:#}", if at == 0 { "[" } else { ",\n" }).unwrap(),
            _ => writeln!(text, "{object:#}").unwrap(),
        }
    }
    if form == 4 {
        text.push(']');
    }
    text.into_bytes()
}

fn utf16(bytes: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_was_written_is_what_the_table_holds((rows, form) in random_file()) {
        let mapping = Mapping {
            columns: ["user", "time", "event", "note", "amount"].into_iter().zip([
                (Some(Role::User), None), (Some(Role::Time), None), (Some(Role::Event), None),
                (Some(Role::Other), Some(Kind::Text)), (Some(Role::Revenue), Some(Kind::Number)),
            ]).map(|(name, (role, kind))| choice(name, role, kind)).collect(),
            has_header: Some(true),
            ..Mapping::default()
        };
        let (table, report) = load_as(&write_file(&rows, form), &mapping).unwrap();
        prop_assert_eq!(&report.warnings, &[]);
        let mut expected: Vec<(String, i64, usize)> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            expected.push((row.0.clone(), row.1, at));
        }
        expected.sort_by_key(|(user, time, at)| (cairn_engine::table::bucket_of(user.as_bytes()), user.clone(), *time, *at));
        let missing = |text: &str| if text.is_empty() { "·".to_owned() } else { text.to_owned() };
        let mut columns: Vec<&str> = table.schema.columns[..].iter().map(|column| column.name.as_str()).collect();
        columns.retain(|name| !["user", "time"].contains(name));
        let lines: Vec<String> = expected.into_iter().map(|(user, time, at)| {
            let value = |name: &str| match name {
                "event" => rows[at].2.clone(),
                "note" => missing(&rows[at].3),
                _ => rows[at].4.map_or("·".to_owned(), |number| number.to_string()),
            };
            let values: Vec<String> = columns.iter().map(|name| format!("{name}={}", value(name))).collect();
            format!("{user} {} {}", Millis(time).0, values.join(" "))
        }).collect();
        prop_assert_eq!(dump(&table), lines);
    }

    #[test]
    fn nothing_depends_on_where_the_bytes_are_cut_or_on_the_seed(
        (rows, form) in random_file(),
        noise in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        is_wide in any::<bool>(), is_packed in any::<bool>(), seed in any::<u64>(), piece in 1..500_usize,
    ) {
        let mut bytes = write_file(&rows, form);
        if is_wide {
            bytes = utf16(&bytes);
        }
        // Bytes are spoiled anywhere but in the first 40, which say what the file is.
        for (at, byte) in noise {
            if bytes.len() > 41 {
                let at = 40 + at.index(bytes.len() - 40);
                bytes[at] = byte;
            }
        }
        if is_packed {
            bytes = gzip(&bytes);
        }
        let mapping = Mapping::default();
        let Ok(seen) = preview("events.csv", &whole(&bytes), &mapping) else { return Ok(()) };
        let outcome = |seed, piece| {
            let loader = Loader::with_seed("events.csv", &seen, &mapping, seed).ok()?;
            Some(push_all(loader, &bytes, piece).map(|(table, report, _)| (format!("{table:?}"), report)))
        };
        prop_assert_eq!(outcome(1, usize::MAX), outcome(seed, piece));
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(
        bytes in proptest::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\",\n\r{}[]:au1".to_vec())], 0..300),
        header in prop::sample::select(vec!["", "user,time,event\n", "{\"user\":\"a\",\"time\":\"2026-03-01\"}\n", "[{\"user\":"]),
        piece in 1..40_usize,
    ) {
        let bytes = [header.as_bytes(), &bytes].concat();
        if let Ok(seen) = preview("events.csv", &whole(&bytes), &Mapping::default())
            && let Ok(loader) = Loader::new("events.csv", &seen, &Mapping::default())
        {
            let _ = push_all(loader, &bytes, piece);
        }
    }
}
