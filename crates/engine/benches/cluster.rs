//! Features, k-means and the whole cluster analysis.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench is a test, and its macros make public functions"
)]

mod support;

use std::hint::black_box;

use cairn_engine::analysis::cluster::{ClusterCount, ClusterQuery};
use cairn_engine::kernel::features::{FeatureScan, Measure};
use cairn_engine::kernel::scope::ScopeFilter;
use cairn_engine::rule::Scope;
use cairn_engine::stats::kmeans::{Centers, Nearest, Points, Sums, Tracked};
use cairn_engine::stats::linkage::{Linkage, tree};
use cairn_engine::stats::random::Random;
use cairn_engine::table::{BucketId, Table};
use cairn_engine::{Query, run};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

fn features(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("features_1m_events");
    group.sample_size(20);
    let table = support::table(1_000_000, 50_000);
    let measures: Vec<Measure> = (1..=12)
        .map(Measure::EventCount)
        .chain([
            Measure::Events,
            Measure::DaysActive,
            Measure::Recency,
            Measure::Tenure,
            Measure::Span,
            Measure::Revenue,
        ])
        .collect();
    group.bench_function("18_of_50k_users", |bencher| bencher.iter(|| total(&table, &measures)));
    group.bench_function("12_counts_of_50k_users", |bencher| bencher.iter(|| total(&table, &measures[..12])));
    group.finish();
}

/// The sum of all features' scaled amounts.
fn total(table: &Table, measures: &[Measure]) -> f64 {
    let scope = ScopeFilter::new(&Scope::default(), table).unwrap();
    let mut scan = FeatureScan::new(measures.to_vec(), table, scope, table.schema.end()).unwrap();
    let (mut columns, mut sum) = (Vec::new(), 0.0);
    for bucket in BucketId::all() {
        scan.bucket(table.bucket(bucket));
        scan.scaled_into(&mut columns);
        sum += columns.iter().flatten().sum::<f64>();
    }
    sum
}

fn lloyd(criterion: &mut Criterion) {
    let mut random = Random::new(2);
    let mut points = |n: usize, n_dims: usize| {
        (0..n_dims).map(|_| (0..n).map(|_| random.next_f64()).collect()).collect::<Vec<Vec<f64>>>()
    };
    let columns = points(1_000_000, 8);
    let starts: Vec<Vec<f64>> = (0..8).map(|at| columns.iter().map(|column| column[at]).collect()).collect();
    let mut group = criterion.benchmark_group("kmeans_1m_points_8_dims");
    group.sample_size(10);
    let origin = vec![0.5; 8];
    group.bench_function("20_rounds_of_8", |bencher| {
        bencher.iter_batched(
            || (starts.clone(), Tracked::new(Points::new(&columns), &origin)),
            |(mut centroids, mut tracked)| {
                let mut before: Option<Vec<Vec<f64>>> = None;
                for _ in 0..20 {
                    tracked.track(&Centers::new(centroids.clone(), &origin, before.as_deref()));
                    let sums = tracked.sums();
                    let means = (0..8).filter_map(|cluster| sums.mean(cluster)).collect();
                    before = Some(std::mem::replace(&mut centroids, means));
                }
                (centroids, tracked)
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("20_rounds_of_8_plainly", |bencher| {
        bencher.iter_batched(
            || (starts.clone(), Nearest::new(1_000_000)),
            |(mut centroids, mut nearest)| {
                for _ in 0..20 {
                    nearest.find(Points::new(&columns), &centroids);
                    let mut sums = Sums::new(8, 8);
                    sums.add(Points::new(&columns), &nearest.labels);
                    centroids = (0..8).filter_map(|cluster| sums.mean(cluster)).collect();
                }
                centroids
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn clusters(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cluster");
    group.sample_size(10);
    let auto = Query::Cluster(ClusterQuery::default());
    let twelve = Query::Cluster(ClusterQuery {
        features: Some(
            support::EVENTS
                .iter()
                .map(|event| cairn_engine::rule::Feature::EventCount { event: (*event).to_owned() })
                .collect(),
        ),
        ..ClusterQuery::default()
    });
    let fixed = Query::Cluster(ClusterQuery { k: ClusterCount::Fixed { k: 6 }, ..ClusterQuery::default() });
    let small = support::table(200_000, 10_000);
    group.bench_function("10k_users_12_features_auto", |bencher| {
        bencher.iter(|| run(&small, black_box(&twelve)).unwrap());
    });
    group.bench_function("10k_users_18_features_auto", |bencher| {
        bencher.iter(|| run(&small, black_box(&auto)).unwrap());
    });
    let large = support::table(1_000_000, 50_000);
    group.bench_function("50k_users_1m_events_auto", |bencher| {
        bencher.iter(|| run(&large, black_box(&auto)).unwrap());
    });
    group.bench_function("50k_users_1m_events_k6", |bencher| {
        bencher.iter(|| run(&large, black_box(&fixed)).unwrap());
    });
    group.finish();
}

fn trees(criterion: &mut Criterion) {
    let mut random = Random::new(9);
    let mut group = criterion.benchmark_group("linkage_8_dims");
    group.sample_size(10);
    for (name, n, linkage) in [("ward_10k", 10_000, Linkage::Ward), ("average_8k", 8_000, Linkage::Average)] {
        let columns: Vec<Vec<f64>> = (0..8).map(|_| (0..n).map(|_| random.next_f64()).collect()).collect();
        let weights = vec![1.0; n];
        group.bench_function(name, |bencher| {
            bencher.iter(|| tree(Points::new(black_box(&columns)), &weights, linkage));
        });
    }
    group.finish();
}

criterion_group!(benches, features, lloyd, clusters, trees);
criterion_main!(benches);
