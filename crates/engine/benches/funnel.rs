//! How long funnels take on a million events of a seeded generator, one thread, whole round with the answer.
//!
//! `cargo bench -p cairn-engine --bench funnel`

use std::hint::black_box;

use cairn_engine::analysis::funnel::{
    Count, Entry, Exclusion, FunnelQuery, Hold, OnExclusion, Order, Preset, Reuse, Step, Tie, TimeFrom,
    WindowFrom,
};
use cairn_engine::analysis::suggest::SuggestFunnelQuery;
use cairn_engine::rule::{Attribution, Breakdown, EventRule, Owner};
use cairn_engine::table::Table;
use cairn_engine::table::rows::{Rows, Value, text_column};
use cairn_engine::table::users::mix;
use cairn_engine::{Millis, Query, run};
use criterion::{Criterion, criterion_group, criterion_main};

const N_EVENTS: u64 = 1_000_000;
const N_USERS: u64 = 50_000;

/// Twelve events, the four steps among them, over 90 days; every user has one of eight plans.
fn table() -> Table {
    const EVENTS: [&str; 12] = [
        "visit", "visit", "visit", "signup", "open", "open", "invite", "payment", "export", "search",
        "click", "help",
    ];
    const PLANS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let mut rows = Rows::new(vec![text_column("plan")]);
    let mut state = 7_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(state) % below
    };
    for _ in 0..N_EVENTS {
        let user = draw(N_USERS);
        let time = Millis(draw(90 * 86_400) as i64 * Millis::SECOND);
        let event = EVENTS[draw(EVENTS.len() as u64) as usize];
        rows.push(&format!("user-{user}"), time, event, &[Value::Text(PLANS[(user % 8) as usize])]);
    }
    rows.build()
}

fn funnel() -> FunnelQuery {
    let steps = ["signup", "open", "invite", "payment"].map(Step::event).to_vec();
    FunnelQuery { steps, ..FunnelQuery::default() }
}

fn plan(attribution: Attribution) -> Option<Breakdown> {
    Some(Breakdown::Property { property: "plan".to_owned(), on: Owner::Event, attribution, limit: Some(5) })
}

/// Limits of each step's own, calendar days, a value that is held, an exclusion, an optional step, the earliest start.
fn every_field() -> FunnelQuery {
    let mut query = funnel();
    query.steps[1].within_millis = Some(10 * Millis::DAY);
    query.steps[2].optional = true;
    query.steps[3].within_millis = Some(20 * Millis::DAY);
    query.steps[3].after_millis = Some(Millis::SECOND);
    FunnelQuery {
        calendar_days: Some(14),
        window_from: WindowFrom::PreviousStep,
        tie: Tie::Bucket(Millis::SECOND),
        time_from: TimeFrom::EarliestStart,
        exclusions: vec![Exclusion { rule: EventRule::event("help"), from: 0, to: 3 }],
        hold: Some(Hold { properties: vec!["plan".to_owned()], steps: Vec::new() }),
        breakdown: plan(Attribution::FirstTouch),
        ..query
    }
}

fn benches(criterion: &mut Criterion) {
    let table = table();
    let mut group = criterion.benchmark_group("funnel, 1 M events, 4 steps");
    group.sample_size(30);
    let mut bench = |name: &str, query: FunnelQuery| {
        let query = Query::Funnel(query);
        group.bench_function(name, |bencher| bencher.iter(|| run(black_box(&table), &query).map(black_box)));
    };
    bench("default", funnel());
    bench("by plan", FunnelQuery { breakdown: plan(Attribution::FirstTouch), ..funnel() });
    bench("each plan", FunnelQuery { breakdown: plan(Attribution::EachValue), ..funnel() });
    bench("posthog", funnel().with_preset(Preset::Posthog));
    bench("clickhouse", funnel().with_preset(Preset::Clickhouse));
    bench("strict", FunnelQuery { order: Order::Strict, ..funnel() });
    bench("unordered", FunnelQuery { order: Order::Unordered, ..funnel() });
    bench(
        "earliest start, never tied",
        FunnelQuery { time_from: TimeFrom::EarliestStart, tie: Tie::Never, ..funnel() },
    );
    let exclusions = vec![Exclusion { rule: EventRule::event("help"), from: 0, to: 3 }];
    let on_exclusion = OnExclusion::RemoveUser;
    bench("exclusion removes", FunnelQuery { exclusions, on_exclusion, ..funnel() });
    let overlapping = |mut query: FunnelQuery| {
        query.steps[1].rule =
            EventRule { any_of: ["open", "invite"].map(EventRule::event).to_vec(), ..EventRule::default() };
        query.steps[2].rule = EventRule::default();
        query
    };
    bench("overlapping steps", overlapping(FunnelQuery { reuse: Reuse::Once, ..funnel() }));
    bench("every field", every_field());
    let query = funnel().with_preset(Preset::Mixpanel);
    bench("mixpanel, attempts", FunnelQuery { count: Count::Attempts, entry: Entry::Attempts, ..query });
    let many = ["visit", "open", "search", "click", "export", "help", "open", "visit"];
    let steps = (0..32).map(|index| Step::event(many[index % 8])).collect();
    bench("32 steps", FunnelQuery { steps, window_millis: None, ..funnel() });
    let proposal = Query::SuggestFunnel(SuggestFunnelQuery::default());
    group.bench_function("proposed: all rounds, 12 events, 1 property", |bencher| {
        bencher.iter(|| run(black_box(&table), &proposal).map(black_box));
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
