//! Running queries: rounds of a scan over this worker's buckets.

use cairn_engine::analysis::Round;
use cairn_engine::table::{BUCKETS, BucketId, Table};
use cairn_engine::{Plan, Query};
use cairn_protocol::{Reply, RequestId};

use crate::Stop;
use crate::pause::Turn;
use crate::state::State;
use crate::wire;

/// Answers a query.
pub(crate) async fn run(state: &State, id: RequestId, query: &Query) -> Result<Reply, Stop> {
    let table = state.table()?;
    let plan = query.plan(&table)?;
    let mut round = plan.start();
    for number in 1.. {
        let partial = scan_buckets(state, id, &table, Scanned { plan: &plan, round: &round, number }).await?;
        match plan.step(&round, &partial, &table) {
            Round::Again(next) => round = next,
            Round::Done(answer) => return Ok(Reply::Answered { answer: json(&answer)? }),
        }
    }
    unreachable!("an analysis ends before 2^32 rounds")
}

/// Scans this shard for one round.
pub(crate) async fn scan(state: &State, id: RequestId, query: &Query, round: &[u8]) -> Result<Reply, Stop> {
    let table = state.table()?;
    let plan = query.plan(&table)?;
    let partial = scan_buckets(state, id, &table, Scanned { plan: &plan, round, number: 1 }).await?;
    Ok(Reply::Scanned { partial })
}

/// What is scanned: a round of a plan.
struct Scanned<'a> {
    plan: &'a Plan,
    round: &'a [u8],
    number: u32,
}

async fn scan_buckets(
    state: &State,
    id: RequestId,
    table: &Table,
    what: Scanned<'_>,
) -> Result<Vec<u8>, Stop> {
    let mut turn = Turn::new();
    let mut scan = what.plan.scan(what.round, table)?;
    for bucket in BucketId::all() {
        scan.bucket(bucket);
        if turn.pause().await {
            state.check(id)?;
        }
        if turn.is_time_to_speak() {
            let share = f64::from(bucket.0) / BUCKETS as f64;
            wire::send(id, &Reply::Scanning { round: what.number, share });
        }
    }
    Ok(scan.finish())
}

fn json(answer: &cairn_engine::Answer) -> Result<String, Stop> {
    serde_json::to_string(answer).map_err(|error| {
        Stop::Failed(cairn_engine::Failure {
            code: "unwritable_answer".to_owned(),
            message: format!("the answer could not be written as JSON: {error}"),
            position: None,
        })
    })
}
