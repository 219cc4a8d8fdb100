//! Files that several parsers read in parts, for several shards, give what one parser gives that reads them whole.

use std::collections::BTreeMap;

use cairn_engine::ingest::{
    self, DEFAULT_SEED, Failed, FileRecipe, IngestError, LoadReport, Loader, Manifest, Mapping, Outcome,
    Parser, Part, PartReport, Parts, Recipe, RollBack, Sample, Wants, preview, report,
};
use cairn_engine::table::parcel::Header;
use cairn_engine::table::{Column, Dictionary, Shards, Table};
use proptest::prelude::*;

/// All that a table says of a row.
type Row = (String, i64, Vec<String>);

/// What came of a load: the rows in the table's order, the columns with their dictionaries, and the report.
#[derive(Debug, PartialEq)]
struct Loaded {
    columns: Vec<(String, String, Option<Dictionary>)>,
    rows: Vec<Row>,
    report: LoadReport,
}

/// How a file is shared out.
#[derive(Clone, Debug)]
struct Way {
    n_parsers: usize,
    n_shards: usize,
    part_bytes: u64,
    /// Which parser goes on, and how many bytes it is given.
    turns: Vec<(usize, usize)>,
}

/// A file's name and content.
type File<'a> = (&'a str, &'a [u8]);

fn recipe(files: &[File<'_>]) -> Result<Recipe, IngestError> {
    let mapping = Mapping::default();
    let file = |&(name, bytes): &File<'_>| {
        let preview = preview(name, &[Sample { offset: 0, bytes, is_last: true }], &mapping)?;
        Ok(FileRecipe { name: name.to_owned(), preview, mapping: mapping.clone() })
    };
    Ok(Recipe::new(files.iter().map(file).collect::<Result<_, _>>()?, DEFAULT_SEED))
}

fn rows(table: &Table) -> Vec<Row> {
    let row = |user, row: usize| {
        let cells = table.columns.iter().map(|column| match column {
            Column::Text(text) => format!("{:?}", text.text(row)),
            Column::Number(numbers) => format!("{:?}", numbers.get(row)),
            Column::Time(times) => format!("{}", times[row].0),
            Column::User | Column::EventTime => String::new(),
        });
        (table.users.id(user).to_owned(), table.times[row].0, cells.collect())
    };
    table.users.iter().flat_map(|user| table.users.rows(user).map(move |at| row(user, at))).collect()
}

fn columns(table: &Table) -> Vec<(String, String, Option<Dictionary>)> {
    let infos = table.schema.columns.iter().zip(&table.columns);
    let texts =
        |column: &Column| if let Column::Text(text) = column { Some(text.dictionary.clone()) } else { None };
    infos
        .map(|(info, column)| (info.name.clone(), format!("{:?} {:?}", info.kind, info.role), texts(column)))
        .collect()
}

fn load_whole(files: &[File<'_>]) -> Result<Loaded, IngestError> {
    let recipe = recipe(files)?;
    let mut loader = Loader::of_files(recipe.files, DEFAULT_SEED)?;
    loop {
        for (at, (_, bytes)) in files.iter().enumerate() {
            if at > 0 {
                loader.next_file()?;
            }
            loader.push(bytes)?;
        }
        match loader.finish()? {
            Outcome::Retype { again, .. } => loader = *again,
            Outcome::Loaded { table, report } => {
                return Ok(Loaded { columns: columns(&table), rows: rows(&table), report });
            }
        }
    }
}

/// One parser with the parts that it still has to read, and how far it is.
struct Reader {
    parser: Parser,
    parts: Vec<Part>,
    at: Option<u64>,
    wants: Wants,
}

/// What a turn led to.
enum Turn {
    Nothing,
    Read(PartReport),
    Failed(u32, IngestError),
}

impl Reader {
    fn turn(&mut self, files: &[File<'_>], n: usize) -> Turn {
        let Some(part) = self.parts.first().cloned() else { return Turn::Nothing };
        let bytes = files[part.file as usize].1;
        let at = *self.at.get_or_insert_with(|| {
            self.parser.begin(part.clone());
            self.wants = Wants::More;
            part.first_byte()
        });
        let end = (at + n as u64).min(bytes.len() as u64);
        if self.wants == Wants::More && at < end {
            match self.parser.push(&bytes[at as usize..end as usize]) {
                Ok(wants) => (self.wants, self.at) = (wants, Some(end)),
                Err(error) => return self.fail(part.reading, error),
            }
        }
        if self.wants == Wants::More && end < bytes.len() as u64 {
            return Turn::Nothing;
        }
        match self.parser.end() {
            Ok(report) => {
                self.forget_first();
                Turn::Read(report)
            }
            Err(error) => self.fail(part.reading, error),
        }
    }

    fn fail(&mut self, reading: u32, error: IngestError) -> Turn {
        self.forget_first();
        Turn::Failed(reading, error)
    }

    fn forget_first(&mut self) {
        self.parts.remove(0);
        self.at = None;
    }
}

fn load_in_parts(files: &[File<'_>], way: &Way) -> Result<Loaded, IngestError> {
    let mut recipe = recipe(files)?;
    loop {
        match try_in_parts(&recipe, files, way)? {
            Ok(loaded) => return Ok(loaded),
            Err(again) => recipe = again,
        }
    }
}

fn try_in_parts(
    recipe: &Recipe,
    files: &[File<'_>],
    way: &Way,
) -> Result<Result<Loaded, Recipe>, IngestError> {
    let n_bytes: Vec<u64> = files.iter().map(|(_, bytes)| bytes.len() as u64).collect();
    let shards = Shards::new(way.n_shards);
    let mut parts = Parts::new(recipe, &n_bytes, way.part_bytes, way.n_parsers);
    let mut readers = Vec::new();
    for sender in 0..way.n_parsers {
        let parser = Parser::new(recipe, sender as u32, shards)?;
        readers.push(Reader { parser, parts: Vec::new(), at: None, wants: Wants::More });
    }
    let mut sent: Vec<Vec<(Header, Vec<u8>)>> = vec![Vec::new(); way.n_shards];
    let mut turns = way.turns.iter().cycle();
    while !parts.are_done() {
        let Some(&(at, n)) = turns.next() else { panic!("there are turns") };
        let at = at % way.n_parsers;
        while readers[at].parts.len() < 2 {
            let Some(part) = parts.give(at) else { break };
            readers[at].parts.push(part);
        }
        let turn = readers[at].turn(files, n);
        for (shard, parcel) in readers[at].parser.take_parcels() {
            sent[shard].push((parcel.header, parcel.body));
        }
        let roll_backs = match turn {
            Turn::Nothing => continue,
            Turn::Read(report) => parts.take(report),
            Turn::Failed(reading, error) => match parts.fail(reading) {
                Failed::Finally { .. } => return Err(error),
                Failed::Again(roll_back) => vec![roll_back],
                Failed::Ignored => Vec::new(),
            },
        };
        for RollBack { parser, reading } in roll_backs {
            readers[parser].parser.roll_back(reading);
            readers[parser].parts.retain(|part| part.reading < reading);
            if readers[parser].parts.is_empty() {
                readers[parser].at = None;
            }
        }
    }
    let order: BTreeMap<u32, usize> = parts.readings().into_iter().zip(0..).collect();
    let whole = report(recipe, &n_bytes, parts.into_reports())?;
    if !whole.retyped.is_empty() {
        return Ok(Err(Recipe { retyped: whole.retyped, ..recipe.clone() }));
    }
    let manifests: Vec<_> = readers.into_iter().map(|reader| reader.parser.finish()).collect();
    let mut loaded = Loaded { columns: Vec::new(), rows: Vec::new(), report: whole.loaded };
    for (shard, mut sent) in sent.into_iter().enumerate() {
        sent.retain(|(header, _)| order.contains_key(&header.reading));
        sent.sort_by_key(|(header, _)| order[&header.reading]);
        let (headers, bodies): (Vec<Header>, Vec<Vec<u8>>) = sent.into_iter().unzip();
        let of_shard: Vec<_> =
            manifests.iter().map(|manifests| Manifest::from_bytes(&manifests.to_bytes(shard))).collect();
        let new_columns = whole.new_columns.clone();
        let build = ingest::Build::start(recipe, new_columns, of_shard, headers, Box::new(bodies))?;
        let (table, n_duplicates) = build.finish();
        loaded.report.n_duplicates += n_duplicates;
        loaded.report.n_events += table.n_rows() as u64;
        loaded.rows.extend(rows(&table));
        assert!(shard == 0 || loaded.columns == columns(&table), "all shards have the same columns");
        loaded.columns = columns(&table);
    }
    Ok(Ok(loaded))
}

/// Asserts that both ways lead to the same.
fn assert_alike(files: &[File<'_>], way: &Way) {
    let whole = load_whole(files).map_err(|error| error.problem);
    let in_parts = load_in_parts(files, way).map_err(|error| error.problem);
    match (in_parts, whole) {
        (Ok(in_parts), Ok(whole)) => {
            assert_eq!(in_parts.report, whole.report, "{way:?}");
            assert_eq!(in_parts.columns, whole.columns, "{way:?}");
            assert_eq!(in_parts.rows, whole.rows, "{way:?}");
        }
        (in_parts, whole) => assert_eq!(in_parts, whole, "{way:?}"),
    }
}

fn ways() -> impl Strategy<Value = Way> {
    let turn = (0..4_usize, 1..60_usize);
    (1..=4_usize, 1..=4_usize, 1..120_u64, prop::collection::vec(turn, 1..40)).prop_map(
        |(n_parsers, n_shards, part_bytes, mut turns)| {
            // Every parser gets its turn.
            turns.extend((0..n_parsers).map(|parser| (parser, 50)));
            Way { n_parsers, n_shards, part_bytes, turns }
        },
    )
}

/// Fields that make it hard to tell where a record ends.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-c]{0,3}",
        2 => Just("\"x\ny\"".to_owned()),
        1 => Just("\"u9,2026-01-01,login,1\nu8,2026-01-02,login,2\n\"".to_owned()),
        1 => Just("\"\r\n\"\"\n\"".to_owned()),
        1 => Just("5\" pipe".to_owned()),
        1 => Just("\"".to_owned()),
        2 => "[0-9]{1,3}",
    ]
}

fn hostile_csv() -> impl Strategy<Value = String> {
    let end = prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n", "\n  \n", "\r\n\r\n"]);
    let time = prop::sample::select(vec!["2026-01-01", "2026-01-02T03:04:05Z", "never", ""]);
    let row = ("u[0-9]{1,2}|", time, field(), field(), end);
    prop::collection::vec(row, 0..60).prop_map(|rows| {
        let mut text = "user,time,event,extra\n".to_owned();
        for (user, time, event, extra, end) in rows {
            text += &format!("{user},{time},{event},{extra}{end}");
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]
    #[test]
    fn hostile_csv_is_the_same_in_parts_as_whole(text in hostile_csv(), way in ways()) {
        assert_alike(&[("hostile.csv", text.as_bytes())], &way);
    }

    #[test]
    fn records_of_json_are_the_same_in_parts_as_whole(
        rows in prop::collection::vec(("[a-d]", 0..9_u32, prop::sample::select(vec!["x", "y", "z", "w"]), any::<bool>()), 1..60),
        way in ways(),
    ) {
        let line = |(user, day, key, is_number): &(String, u32, &str, bool)| {
            let value = if *is_number { format!("{day}") } else { format!("\"{user}\"") };
            format!("{{\"user\":\"{user}\",\"time\":\"2026-01-0{}\",\"event\":\"e\",\"{key}\":{value}}}\n", day + 1)
        };
        let text: String = rows.iter().map(line).collect();
        assert_alike(&[("events.ndjson", text.as_bytes())], &way);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn several_files_are_the_same_in_parts_as_whole(
        first in hostile_csv(),
        rows in prop::collection::vec(("[a-d]", 0..9_u32, prop::sample::select(vec!["x", "y", "extra", "user"])), 1..40),
        last in hostile_csv(),
        way in ways(),
    ) {
        let line = |(user, day, key): &(String, u32, &str)| {
            format!("{{\"who\":\"{user}\",\"at\":\"2026-01-0{}\",\"event\":\"e\",\"{key}\":{day}}}\n", day + 1)
        };
        let (lines, last): (String, _) = (rows.iter().map(line).collect(), last.replace("extra", "other"));
        let files = [
            ("first.csv", first.as_bytes()),
            ("lines.ndjson", lines.as_bytes()),
            ("last.csv", last.as_bytes()),
        ];
        assert_alike(&files, &way);
    }

    #[test]
    fn a_file_that_is_cut_into_two_gives_the_table_of_the_whole(
        rows in prop::collection::vec(("u[0-9]", 0..9_u32, "[a-c]{0,2}", 0..40_u32), 2..60),
        cut in any::<prop::sample::Index>(),
        way in ways(),
    ) {
        let line = |(user, day, event, amount): &(String, u32, String, u32)| {
            format!("{user},2026-01-0{},{event},{amount}\n", day + 1)
        };
        let csv = |rows: &[_]| format!("user,time,event,amount\n{}", rows.iter().map(line).collect::<String>());
        let cut = 1 + cut.index(rows.len() - 1);
        let (whole, first, second) = (csv(&rows), csv(&rows[..cut]), csv(&rows[cut..]));
        let whole = load_whole(&[("e.csv", whole.as_bytes())]);
        let files = [("1.csv", first.as_bytes()), ("2.csv", second.as_bytes())];
        // A file of which a column is empty may have other columns for user and event; so it has in the whole.
        prop_assume!([&files[..1], &files[1..]].iter().all(|file| load_whole(file).is_ok()));
        let (whole, in_two) = (whole.unwrap(), load_in_parts(&files, &way).unwrap());
        prop_assert_eq!(&in_two.rows, &whole.rows);
        prop_assert_eq!(&in_two.columns, &whole.columns);
        prop_assert_eq!(in_two.report.n_duplicates, whole.report.n_duplicates);
        prop_assert_eq!(in_two.report.n_skipped, whole.report.n_skipped);
    }
}

#[test]
fn what_looks_like_records_inside_quotes_is_read_once_by_any_number_of_parsers() {
    let mut text = "user,time,event,note\n".to_owned();
    for n in 0..400 {
        text += &format!(
            "u{n},2026-01-01,said,\"u1,2026-01-01,trap,\nu2,2026-01-01,trap,{}\n\"\n",
            "x\n".repeat(n % 7)
        );
    }
    for n_parsers in [1, 2, 3, 8] {
        for part_bytes in [64, 1_000, 5_000] {
            let turns = (0..n_parsers).map(|parser| (parser, 700)).collect();
            let way = Way { n_parsers, n_shards: n_parsers, part_bytes, turns };
            let files = [("traps.csv", text.as_bytes())];
            assert_alike(&files, &way);
            let loaded = load_in_parts(&files, &way).unwrap();
            assert_eq!(loaded.rows.len(), 400);
            assert!(
                loaded.columns[2].2.as_ref().unwrap().iter().eq(["said"]),
                "no trap is left in a dictionary"
            );
        }
    }
}

#[test]
fn the_places_of_what_is_skipped_and_retyped_count_from_the_start_of_the_file() {
    let mut text = "user,time,event,amount\n".to_owned();
    for n in 0..300 {
        let time = if n % 50 == 49 { "whenever" } else { "2026-01-01 10:00" };
        let amount = if n == 298 { "n/k" } else { "12" };
        text += &format!("u{},{time},e,{amount}\n", n % 9);
    }
    let recipe = recipe(&[("x.csv", &text.as_bytes()[..2_000])]).unwrap();
    let way = Way { n_parsers: 3, n_shards: 2, part_bytes: 500, turns: vec![(0, 90), (2, 900), (1, 300)] };
    let Err(again) = try_in_parts(&recipe, &[("x.csv", text.as_bytes())], &way).unwrap() else {
        panic!("it has to be read again")
    };
    assert_eq!((again.retyped[0].line, again.retyped[0].record), (300, 299));
    let Ok(loaded) = try_in_parts(&again, &[("x.csv", text.as_bytes())], &way).unwrap() else {
        panic!("once")
    };
    let lines: Vec<u64> = loaded.report.skipped.iter().map(|skipped| skipped.line).collect();
    assert_eq!(lines, [51, 101, 151, 201, 251, 301]);
    let records: BTreeMap<u64, u64> =
        loaded.report.skipped.iter().map(|skipped| (skipped.line, skipped.record)).collect();
    assert_eq!(records[&151], 150);
}
