//! How fast files are read: whole loads of a generated file in several formats, from bytes to a finished table.
//!
//! `cargo bench -p cairn-engine --bench ingest`; `CAIRN_BENCH_ROWS` sets another number of rows than 500,000.
#![expect(clippy::unwrap_used, reason = "a bench ends by panicking")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;

use cairn_engine::ingest::{Loader, Mapping, Outcome, Preview, Sample, preview};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::{Compression, write::GzEncoder};

/// Bytes that a worker pushes at once.
const PIECE: usize = 1 << 20;

/// A splitmix64 generator: the same file for everyone.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * u128::from(n)) >> 64) as u64
    }

    fn of<'a>(&mut self, values: &[&'a str]) -> &'a str {
        values[self.below(values.len() as u64) as usize]
    }
}

const HEADER: [&str; 7] = ["user_id", "time", "event", "plan", "country", "channel", "revenue"];
const EVENTS: [&str; 12] = [
    "signed_up",
    "logged_in",
    "viewed_page",
    "created_project",
    "invited_member",
    "uploaded_file",
    "commented",
    "exported_report",
    "changed_plan",
    "purchased",
    "opened_support_ticket",
    "logged_out",
];
const PLANS: [&str; 4] = ["free", "starter", "team", "enterprise"];
const COUNTRIES: [&str; 10] = ["DE", "US", "FR", "GB", "ES", "IN", "BR", "JP", "PL", "SE"];
const CHANNELS: [&str; 6] = ["organic", "paid_search", "newsletter", "referral", "partner", ""];

/// Rows in the order of time, one every 2.6 s on average, of about one user per 20 rows.
fn rows(n_rows: u64) -> impl Iterator<Item = [String; 7]> {
    let mut random = Random(42);
    let mut millis = 1_767_225_600_000_i64;
    (0..n_rows).map(move |_| {
        millis += random.below(5_200) as i64;
        let user = random.below(n_rows / 20 + 1);
        let event = random.of(&EVENTS);
        let revenue = if event == "purchased" {
            format!("{}.{:02}", random.below(400), random.below(100))
        } else {
            String::new()
        };
        [
            format!("user_{user:07}"),
            iso(millis),
            event.to_owned(),
            PLANS[(user % 4) as usize].to_owned(),
            COUNTRIES[(user % 10) as usize].to_owned(),
            random.of(&CHANNELS).to_owned(),
            revenue,
        ]
    })
}

fn iso(millis: i64) -> String {
    let timestamp = jiff::Timestamp::from_millisecond(millis).unwrap();
    format!("{timestamp:.3}")
}

fn delimited(n_rows: u64, separator: &str, quote: &str, end: &str) -> Vec<u8> {
    let mut text = HEADER.join(separator) + end;
    for row in rows(n_rows) {
        for (at, field) in row.iter().enumerate() {
            let separator = if at == 0 { "" } else { separator };
            write!(text, "{separator}{quote}{field}{quote}").unwrap();
        }
        text.push_str(end);
    }
    text.into_bytes()
}

fn ndjson(n_rows: u64) -> Vec<u8> {
    let mut text = String::new();
    for row in rows(n_rows) {
        let [user, time, event, plan, country, channel, revenue] = row;
        let revenue = if revenue.is_empty() { "null".to_owned() } else { revenue };
        writeln!(
            text,
            r#"{{"user_id":"{user}","time":"{time}","event":"{event}","properties":{{"plan":"{plan}","country":"{country}","channel":"{channel}","revenue":{revenue}}}}}"#
        )
        .unwrap();
    }
    text.into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn look(name: &str, bytes: &[u8]) -> Preview {
    let head = &bytes[..bytes.len().min(256 << 10)];
    let mut samples = vec![Sample { offset: 0, bytes: head, is_last: false }];
    for n in 1..64 {
        let offset = bytes.len() / 64 * n;
        if offset >= head.len() {
            let bytes = &bytes[offset..(offset + (16 << 10)).min(bytes.len())];
            samples.push(Sample { offset: offset as u64, bytes, is_last: false });
        }
    }
    preview(name, &samples, &Mapping::default()).unwrap()
}

fn load(name: &str, bytes: &[u8], seen: &Preview) -> u64 {
    let mut loader = Loader::new(name, seen, &Mapping::default()).unwrap();
    for piece in bytes.chunks(PIECE) {
        loader.push(piece).unwrap();
    }
    match loader.finish().unwrap() {
        Outcome::Loaded { table, .. } => black_box(table).schema.n_events,
        Outcome::Retype { columns, .. } => panic!("{columns:?}"),
    }
}

fn bench(criterion: &mut Criterion) {
    let n_rows = std::env::var("CAIRN_BENCH_ROWS").map_or(500_000, |rows| rows.parse().unwrap());
    let csv = delimited(n_rows, ",", "", "\n");
    let files = [
        ("events.csv", csv.clone()),
        ("events-quoted-crlf.csv", delimited(n_rows, ";", "\"", "\r\n")),
        ("events.ndjson", ndjson(n_rows)),
        ("events.csv.gz", gzip(&csv)),
    ];
    let mut group = criterion.benchmark_group("ingest");
    group.sample_size(10);
    group.bench_function("preview", |bencher| bencher.iter(|| look("events.csv", &csv)));
    for (name, bytes) in files {
        let seen = look(name, &bytes);
        assert_eq!(load(name, &bytes, &seen), n_rows);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| load(name, &bytes, &seen)));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
