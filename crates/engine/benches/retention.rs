//! How long retention, lifecycle and stickiness take on a million events of a seeded generator, one thread, whole round with
//! the answer.
//!
//! `cargo bench -p cairn-engine --bench retention`

mod support;

use std::hint::black_box;

use cairn_engine::analysis::lifecycle::LifecycleQuery;
use cairn_engine::analysis::retention::{Bins, Criterion, Entry, RetentionQuery, Value};
use cairn_engine::analysis::stickiness::StickinessQuery;
use cairn_engine::rule::{Attribution, Breakdown, EventRule, Owner};
use cairn_engine::time::Period;
use cairn_engine::{Query, run};
use criterion::{Criterion as Bench, criterion_group, criterion_main};

fn benches(criterion: &mut Bench) {
    let table = support::table(1_000_000, 50_000);
    let mut group = criterion.benchmark_group("retention, 1 M events");
    group.sample_size(30);
    let mut bench = |name: &str, query: Query| {
        group.bench_function(name, |bencher| bencher.iter(|| run(black_box(&table), &query).map(black_box)));
    };
    let of = |start: &str, returns: &str| RetentionQuery {
        start: EventRule::event(start),
        returns: EventRule::event(returns),
        ..RetentionQuery::default()
    };
    let any = RetentionQuery::default;
    bench("weekly, any event", Query::Retention(any()));
    bench("weekly, view then click", Query::Retention(of("view", "click")));
    bench("weekly, recurring", Query::Retention(RetentionQuery { entry: Entry::Recurring, ..any() }));
    bench(
        "daily, recurring",
        Query::Retention(RetentionQuery { entry: Entry::Recurring, period: Period::Day, ..any() }),
    );
    bench("weekly, elapsed", Query::Retention(RetentionQuery { bins: Bins::Elapsed, ..any() }));
    bench(
        "weekly, on or after",
        Query::Retention(RetentionQuery { criterion: Criterion::OnOrAfter, ..any() }),
    );
    let by = |on, attribution| {
        Some(Breakdown::Property { property: "plan".to_owned(), on, attribution, limit: Some(5) })
    };
    let by_user = by(Owner::User, Attribution::FirstTouch);
    bench("weekly, by user's plan", Query::Retention(RetentionQuery { breakdown: by_user, ..any() }));
    let each = by(Owner::Event, Attribution::EachValue);
    bench("weekly, each plan apart", Query::Retention(RetentionQuery { breakdown: each, ..any() }));
    let value = Some(Value { property: "revenue".to_owned(), on: Owner::Event });
    bench("weekly, with revenue", Query::Retention(RetentionQuery { value, ..any() }));
    bench("lifecycle, weekly", Query::Lifecycle(LifecycleQuery::default()));
    bench("stickiness, daily", Query::Stickiness(StickinessQuery::default()));
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
