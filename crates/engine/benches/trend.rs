//! How long trends take on a million events, one thread, all rounds with the answer.
//!
//! `cargo bench -p cairn-engine --bench trend`

mod support;

use std::hint::black_box;

use cairn_engine::analysis::trend::{Compare, Measure, TrendQuery, TrendSeries};
use cairn_engine::rule::{Attribution, Breakdown, EventRule, Owner};
use cairn_engine::time::Period;
use cairn_engine::{Query, run};
use criterion::{Criterion, criterion_group, criterion_main};

fn trend(event: Option<&str>, measure: Measure) -> TrendQuery {
    let rule = event.map_or_else(EventRule::default, EventRule::event);
    TrendQuery { series: vec![TrendSeries { rule, measure, name: None }], ..TrendQuery::default() }
}

fn by(property: &str, on: Owner, limit: u32) -> Option<Breakdown> {
    let (property, attribution) = (property.to_owned(), Attribution::EachValue);
    Some(Breakdown::Property { property, on, attribution, limit: Some(limit) })
}

fn benches(criterion: &mut Criterion) {
    let table = support::table(1_000_000, 50_000);
    let mut group = criterion.benchmark_group("trend, 1 M events by day");
    group.sample_size(20);
    let mut bench = |name: &str, query: TrendQuery| {
        let query = Query::Trend(query);
        group.bench_function(name, |bencher| bencher.iter(|| run(black_box(&table), &query).map(black_box)));
    };
    let all = |measure| trend(None, measure);
    bench("events", all(Measure::Events));
    bench("events by plan", TrendQuery { breakdown: by("plan", Owner::Event, 8), ..all(Measure::Events) });
    bench(
        "events by event, 5 kept",
        TrendQuery { breakdown: by("event", Owner::Event, 5), ..all(Measure::Events) },
    );
    bench("users", all(Measure::Users));
    bench("users by plan", TrendQuery { breakdown: by("plan", Owner::Event, 8), ..all(Measure::Users) });
    bench(
        "users by the user's plan",
        TrendQuery { breakdown: by("plan", Owner::User, 8), ..all(Measure::Users) },
    );
    let revenue = || "revenue".to_owned();
    bench("revenue", trend(Some("payment"), Measure::Sum { property: revenue() }));
    bench("median revenue", trend(Some("payment"), Measure::Median { property: revenue() }));
    let last = TrendQuery { last: Some(30), compare: Some(Compare::Previous), ..all(Measure::Users) };
    bench("users of 30 days, compared", last);
    bench("users by hour", TrendQuery { period: Period::Hour, ..all(Measure::Users) });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
