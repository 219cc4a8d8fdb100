//! How long drivers, the aha moment and time to convert take on a million events, with the answer, one thread.
//!
//! `cargo bench -p cairn-engine --bench drivers`

mod support;

use std::hint::black_box;

use cairn_engine::analysis::aha::AhaMomentQuery;
use cairn_engine::analysis::drivers::{DriversQuery, Factors, Target};
use cairn_engine::analysis::funnel::{FunnelQuery, Step};
use cairn_engine::analysis::time_to_convert::TimeToConvertQuery;
use cairn_engine::rule::Owner;
use cairn_engine::{Query, run};
use criterion::{Criterion, criterion_group, criterion_main};

fn benches(criterion: &mut Criterion) {
    let (narrow, wide) =
        (support::table(1_000_000, 50_000), support::table_with_properties(1_000_000, 50_000, 200));
    let funnel = FunnelQuery {
        steps: ["view", "save", "payment"].map(Step::event).to_vec(),
        ..FunnelQuery::default()
    };
    let target = Target::Funnel { funnel: Box::new(funnel.clone()) };
    let drivers = |factors: Vec<Factors>| {
        Query::Drivers(Box::new(DriversQuery { target: target.clone(), factors, ..DriversQuery::default() }))
    };
    let of_users = Factors::UserProperties { properties: Vec::new(), on: Owner::UserFirst };
    let of_events = Factors::EventProperties { events: vec!["share".to_owned()], properties: Vec::new() };
    let questions = [
        ("drivers, events", &narrow, drivers(vec![Factors::Events])),
        ("drivers, events and 200 properties of users", &wide, drivers(vec![Factors::Events, of_users])),
        ("drivers, 200 properties of one event", &wide, drivers(vec![of_events])),
        ("aha moment", &narrow, Query::AhaMoment(AhaMomentQuery::default())),
        (
            "time to convert",
            &narrow,
            Query::TimeToConvert(TimeToConvertQuery { funnel, ..Default::default() }),
        ),
    ];
    let mut group = criterion.benchmark_group("drivers");
    group.sample_size(10);
    for (name, table, query) in questions {
        assert!(run(table, &query).is_ok(), "{name}");
        group.bench_function(name, |bencher| bencher.iter(|| run(black_box(table), &query).map(black_box)));
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
