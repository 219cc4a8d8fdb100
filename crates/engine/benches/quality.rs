//! How long the survey of data quality takes, both rounds with the answer, one thread.
//!
//! `cargo bench -p cairn-engine --bench quality`

mod support;

use std::hint::black_box;

use cairn_engine::analysis::quality::QualityQuery;
use cairn_engine::{Query, run};
use criterion::{Criterion, criterion_group, criterion_main};

fn benches(criterion: &mut Criterion) {
    let table = support::table(1_000_000, 50_000);
    let query = Query::Quality(QualityQuery::default());
    let mut group = criterion.benchmark_group("quality");
    group.sample_size(20);
    group.bench_function("1 M events, 5 columns", |bencher| {
        bencher.iter(|| run(black_box(&table), &query).map(black_box));
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
