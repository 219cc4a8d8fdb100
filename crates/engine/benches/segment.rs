//! Finding a segment's users over 1,000,000 events of 50,000 users.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench is a test, and its macros make public functions"
)]

mod support;

use std::hint::black_box;

use cairn_engine::analysis::segment::SegmentQuery;
use cairn_engine::kernel::segment::select;
use cairn_engine::rule::{NamedSegment, Segment};
use cairn_engine::{Query, run};
use criterion::{Criterion, criterion_group, criterion_main};

/// A name, and a rule as it stands in a saved analysis.
const RULES: [(&str, &str); 6] = [
    (
        "did_3_in_last_30_days",
        r#"{"kind": "did", "rule": {"event": "payment"}, "times": "at_least", "n": 3, "within": {"kind": "last_days", "days": 30}}"#,
    ),
    ("did_3_ever", r#"{"kind": "did", "rule": {"event": "view"}, "times": "at_least", "n": 3}"#),
    (
        "did_with_condition",
        r#"{"kind": "did", "rule": {"event": "payment", "where": [{"kind": "property", "property": "revenue", "op": "gt", "values": ["50"]}]}, "n": 2}"#,
    ),
    (
        "plan_is_pro",
        r#"{"kind": "property", "property": "plan", "on": "user", "op": "eq", "values": ["pro"]}"#,
    ),
    ("any_plan_is_pro", r#"{"kind": "property", "property": "plan", "op": "eq", "values": ["pro"]}"#),
    (
        "and_or_not",
        r#"{"kind": "all_of", "of": [
            {"kind": "did", "rule": {"event": "signup"}},
            {"kind": "not", "of": {"kind": "did", "rule": {"event": "cancel"}}},
            {"kind": "any_of", "of": [
                {"kind": "did", "rule": {"event": "invite"}, "n": 2, "within": {"kind": "first_days", "days": 7}},
                {"kind": "did", "rule": {"event": "share"}, "n": 5}]}]}"#,
    ),
];

fn segments(criterion: &mut Criterion) {
    let table = support::table(1_000_000, 50_000);
    let now = table.schema.end();
    let mut group = criterion.benchmark_group("segment_1m_events");
    group.sample_size(20);
    let rules: Vec<NamedSegment> = RULES
        .iter()
        .map(|(name, json)| NamedSegment {
            name: (*name).to_owned(),
            segment: serde_json::from_str(json).unwrap(),
        })
        .collect();
    for NamedSegment { name, segment } in &rules {
        let users = |segment: &Segment, now| select(segment, &table, now).unwrap().count();
        println!("{name}: {} of {} users", users(segment, now), table.users.len());
        // A rule is remembered together with the instant that counts as now: at another one it is new.
        let mut millis = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                millis += 1;
                users(black_box(segment), now.plus(millis))
            });
        });
        group.bench_function(format!("{name}, asked again"), |bencher| {
            bencher.iter(|| users(black_box(segment), now));
        });
    }
    let query = Query::Segment(SegmentQuery { segments: rules, ..SegmentQuery::default() });
    group.bench_function("analysis_of_all_six", |bencher| {
        bencher.iter(|| run(&table, black_box(&query)).unwrap());
    });
    group.finish();
}

criterion_group!(benches, segments);
criterion_main!(benches);
