//! How long journeys and what belongs to them take on a million events, one thread, whole rounds with the answer.
//!
//! `cargo bench -p cairn-engine --bench journey`
#![expect(clippy::unwrap_used, reason = "a bench ends by panicking")]

use std::hint::black_box;

use cairn_engine::analysis::journey::JourneyQuery;
use cairn_engine::analysis::sequence::SequenceQuery;
use cairn_engine::analysis::transition::TransitionQuery;
use cairn_engine::kernel::scope::ScopeFilter;
use cairn_engine::kernel::sessions::Sessions;
use cairn_engine::kernel::transitions::Counts;
use cairn_engine::rule::{NamedSegment, Scope, Segment, SessionRule};
use cairn_engine::table::BucketId;
use cairn_engine::{Query, run};
use criterion::{Criterion, criterion_group, criterion_main};

mod support;

fn benches(criterion: &mut Criterion) {
    let table = support::table(1_000_000, 50_000);
    let mut group = criterion.benchmark_group("journeys, 1 M events");
    group.sample_size(20);
    let places: Vec<u16> = (0..table.events().n_codes() as u16).collect();
    let scope = ScopeFilter::new(&Scope::default(), &table).unwrap();
    let gap = Sessions::new(SessionRule::Auto, &table).ok().and_then(|sessions| sessions.gap());
    group.bench_function("kernel: what follows what", |bencher| {
        bencher.iter(|| {
            let mut counts = Counts::new(places.len());
            let table = black_box(&table);
            BucketId::all().for_each(|id| counts.add_bucket(table.bucket(id), &places, &scope, gap));
            counts
        });
    });
    let mut bench = |name: &str, query: Query| {
        group.bench_function(name, |bencher| bencher.iter(|| run(black_box(&table), &query).map(black_box)));
    };
    bench("transitions", Query::Transition(TransitionQuery::default()));
    let journey = |query: JourneyQuery| Query::Journey(Box::new(JourneyQuery { n_steps: 10, ..query }));
    bench("10 steps", journey(JourneyQuery::default()));
    let history = JourneyQuery { sessions: SessionRule::History, ..JourneyQuery::default() };
    bench("10 steps of histories", journey(history.clone()));
    let list = Segment::List { users: (0..25_000).map(|user| format!("user-{user:06}")).collect() };
    let compare = vec![NamedSegment { name: "half".to_owned(), segment: list }];
    bench("10 steps of histories, compared", journey(JourneyQuery { compare, ..history }));
    let sequence = |pattern: &str| {
        Query::Sequence(SequenceQuery { pattern: pattern.to_owned(), ..SequenceQuery::default() })
    };
    bench("pattern: signup ->> payment", sequence("signup ->> payment"));
    bench("pattern: signup -> [^payment]* -> cancel", sequence("signup -> [^payment]* -> cancel"));
    bench(
        "pattern: two bounds on an arrow",
        sequence("view ->> >=1h <=2d (save | share){2} ->> <=7d payment"),
    );
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
