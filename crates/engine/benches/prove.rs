//! How long attribution takes on a million touches, its models alone, and a fit of repeat buying; one thread.
//!
//! `cargo bench -p cairn-engine --bench prove`

mod support;

use std::hint::black_box;

use cairn_engine::analysis::attribution::{AttributionQuery, Model};
use cairn_engine::analysis::experiment::{ExperimentQuery, Metric};
use cairn_engine::analysis::survival::{SurvivalEnd, SurvivalQuery};
use cairn_engine::rule::EventRule;
use cairn_engine::stats::markov::{Chain, Converts};
use cairn_engine::stats::random::Random;
use cairn_engine::stats::repeat_buying::{BgNbd, Buyer};
use cairn_engine::{Query, run};
use criterion::{Criterion, criterion_group, criterion_main};

/// Touches of 12 channels on paths of 1 to 6, of which one in five converts.
fn chain(order: u32) -> Chain {
    let (mut random, mut chain) = (Random::new(3), Chain::new(12, order));
    for _ in 0..300_000 {
        let path: Vec<u8> = (0..=random.below(6)).map(|_| random.below(12) as u8).collect();
        chain.add(path, if random.below(5) == 0 { Converts::Yes } else { Converts::No });
    }
    chain
}

/// Customers of a year by whole days, who differ in how often they buy and in when they stop.
fn buyers(n: usize) -> Vec<Buyer> {
    let mut random = Random::new(5);
    let buyer = |_| {
        let age = 30.0 + random.below(335) as f64;
        let repeats = (random.next_f64() * random.next_f64() * random.next_f64() * 12.0) as u32;
        let last = if repeats == 0 { 0.0 } else { (age * random.next_f64().sqrt()).floor() };
        Buyer { repeats, last, age, n: 1.0 }
    };
    (0..n).map(buyer).collect()
}

fn benches(criterion: &mut Criterion) {
    let table = support::table(1_000_000, 50_000);
    let query = |models| {
        Query::Attribution(Box::new(AttributionQuery {
            conversion: EventRule::event("payment"),
            models,
            ..AttributionQuery::default()
        }))
    };
    let metrics = vec![Metric { rule: EventRule::event("payment"), ..Metric::default() }];
    let experiment =
        ExperimentQuery { variant: Some("plan".to_owned()), metrics, ..ExperimentQuery::default() };
    let end = SurvivalEnd::Event { rule: EventRule::event("payment") };
    let questions = [
        ("attribution, the usual models", query(AttributionQuery::default().models)),
        ("attribution, Markov of order 3", query(vec![Model::Markov { order: 3 }])),
        ("attribution, Shapley of 12 channels", query(vec![Model::Shapley])),
        ("experiment, one metric", Query::Experiment(Box::new(experiment))),
        ("survival to the first payment", Query::Survival(SurvivalQuery { end, ..SurvivalQuery::default() })),
    ];
    let mut group = criterion.benchmark_group("prove");
    group.sample_size(10);
    for (name, query) in questions {
        assert!(run(&table, &query).is_ok(), "{name}");
        group.bench_function(name, |bencher| bencher.iter(|| run(black_box(&table), &query).map(black_box)));
    }
    let (chain, buyers) = (chain(3), buyers(100_000));
    group.bench_function("removal effects of order 3, 12 channels", |bencher| {
        bencher.iter(|| black_box(&chain).removal_effects());
    });
    group.bench_function("BG/NBD, 100,000 customers", |bencher| {
        bencher.iter(|| BgNbd::fit(black_box(&buyers)));
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
