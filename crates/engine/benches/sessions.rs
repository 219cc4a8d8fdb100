//! How long sessions take on a million events, both rounds with the answer, one thread.
//!
//! `cargo bench -p cairn-engine --bench sessions`

mod support;

use std::hint::black_box;

use cairn_engine::analysis::sessions::SessionsQuery;
use cairn_engine::{Query, run};
use criterion::{Criterion, criterion_group, criterion_main};

fn benches(criterion: &mut Criterion) {
    let table = support::table(1_000_000, 50_000);
    let query = Query::Sessions(SessionsQuery::default());
    let mut group = criterion.benchmark_group("sessions");
    group.sample_size(20);
    group.bench_function("1 M events, gaps of 30 minutes", |bencher| {
        bencher.iter(|| run(black_box(&table), &query).map(black_box));
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
