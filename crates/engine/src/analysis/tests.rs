//! What holds for every analysis.

use super::{Answer, Query};
use crate::table::users::mix;
use crate::table::{Kind, Role, Table};
use crate::testing::{Sheet, answer_on_any_shards};
use crate::time::Millis;

/// 1,200 users with 24,000 events over 90 days, at most one at an instant for each. Amounts are such that a sum depends on
/// the order in which it is added up.
fn many_users() -> Sheet {
    let mut sheet = Sheet::new()
        .column("plan", Role::Other, Kind::Text)
        .column("money", Role::Revenue, Kind::Number)
        .column("score", Role::Other, Kind::Number);
    for row in 0..24_000_u64 {
        let draw = |salt: u64, below: u64| mix(row * 8 + salt) % below;
        let user = draw(0, 1_200);
        let event =
            ["visit", "visit", "signup", "open", "open", "invite", "pay", "help"][draw(1, 8) as usize];
        let money = ["1e16", "1", "-1e16", "0.1", "", "3"][draw(2, 6) as usize];
        let plan = ["free", "pro", "team", ""][(user % 4) as usize];
        let score = format!("{}", draw(3, 1_000) as f64 / 7.0);
        let time = draw(4, 90) * Millis::DAY as u64 + row;
        let cells = vec![plan.to_owned(), money.to_owned(), score];
        sheet.push(&format!("user-{user}"), time as i64, event, cells);
    }
    sheet
}

/// At least one question of every kind, by name.
const QUESTIONS: &[(&str, &str)] = &[
    ("overview", r#"{"kind": "overview"}"#),
    (
        "trend of sums and means by plan, compared",
        r#"{"kind": "trend", "period": "week", "last": 5, "compare": "previous", "accumulate": "running",
            "series": [{"measure": {"kind": "sum", "property": "money"}}, {"measure": {"kind": "mean", "property": "score"}},
                {"rule": {"event": "pay"}, "measure": {"kind": "users"}}],
            "formulas": [{"formula": "A / C"}], "breakdown": {"kind": "property", "property": "plan", "on": "user"}}"#,
    ),
    (
        "trend of medians, the largest groups",
        r#"{"kind": "trend", "series": [{"measure": {"kind": "median", "property": "score"}}], "moving_average": 7,
            "breakdown": {"kind": "property", "property": "event", "limit": 2}}"#,
    ),
    (
        "sessions",
        r#"{"kind": "sessions", "session": {"kind": "gap", "gap_millis": 86400000}, "period": "week"}"#,
    ),
    ("frequency", r#"{"kind": "frequency", "rule": {"event": "open"}}"#),
    ("quality", r#"{"kind": "quality", "mass": 2, "most_per_day": 2}"#),
    (
        "overview of a segment",
        r#"{"kind": "overview", "scope": {"segment": {"kind": "did", "rule": {"event": "pay"}, "n": 2}}}"#,
    ),
    ("suggest_funnel", r#"{"kind": "suggest_funnel"}"#),
    (
        "funnel",
        r#"{"kind": "funnel", "steps": [{"rule": {"event": "signup"}}, {"rule": {"event": "open"}}, {"rule": {"event": "invite"}},
            {"rule": {"event": "pay"}}]}"#,
    ),
    (
        "funnel with conditions, by plan",
        r#"{"kind": "funnel", "window_millis": 2592000000, "breakdown": {"kind": "property", "property": "plan"}, "steps": [
            {"rule": {"event": "visit", "where": [{"kind": "property", "property": "money", "op": "gt", "values": ["0"]}]}},
            {"rule": {"any_of": [{"event": "open"}, {"event": "invite"}]}}, {"rule": {"event": "pay"}}]}"#,
    ),
    (
        "funnel in any order, each value apart",
        r#"{"kind": "funnel", "order": "unordered", "steps": [{"rule": {"event": "signup"}}, {"rule": {"event": "help"}}],
            "breakdown": {"kind": "property", "property": "money", "attribution": {"kind": "each_value"}, "limit": 3}}"#,
    ),
    (
        "funnel in strict order, by segments",
        r#"{"kind": "funnel", "order": "strict", "steps": [{"rule": {"event": "visit"}}, {"rule": {"event": "open"}}],
            "breakdown": {"kind": "segments", "segments": [
                {"name": "payers", "segment": {"kind": "did", "rule": {"event": "pay"}}},
                {"name": "pro", "segment": {"kind": "property", "property": "plan", "on": "user", "op": "eq", "values": ["pro"]}}]}}"#,
    ),
    (
        "segment",
        r#"{"kind": "segment", "segments": [{"name": "a", "segment": {"kind": "did", "rule": {"event": "pay"}, "n": 3}},
            {"name": "b", "segment": {"kind": "not", "of": {"kind": "did", "rule": {"event": "help"}}}}]}"#,
    ),
    ("cluster", r#"{"kind": "cluster"}"#),
    ("cluster of a fixed number", r#"{"kind": "cluster", "k": {"kind": "fixed", "k": 5}}"#),
    (
        "cluster from given centroids",
        r#"{"kind": "cluster", "start": {"n_rounds": 4, "centroids": [[1e16, 1.0], [0.0, -1.0]], "features": [
            {"feature": {"kind": "property", "property": "money"}, "mean": 0.0, "deviation": 1.0},
            {"feature": {"kind": "property", "property": "score"}, "mean": 70.0, "deviation": 40.0}]}}"#,
    ),
    (
        "journey of ten steps, compared",
        r#"{"kind": "journey", "n_steps": 10, "sessions": {"kind": "history"}, "run_limit": 7, "start": {"item": "visit"},
            "compare": [{"name": "payers", "segment": {"kind": "did", "rule": {"event": "pay"}}}],
            "users_of": {"kind": "node", "step": 2, "item": {"kind": "item", "name": "open"}}}"#,
    ),
    (
        "transition",
        r#"{"kind": "transition", "sessions": {"kind": "gap", "gap_millis": 172800000}, "item_limit": 4}"#,
    ),
    ("transition, repeats joined", r#"{"kind": "transition", "repeats": "join"}"#),
    (
        "sequence",
        r#"{"kind": "sequence", "pattern": "signup ->> [^pay]{2,4} ->> <=30d pay", "users": "all", "user_limit": 5}"#,
    ),
    (
        "next_event",
        r#"{"kind": "next_event", "base": "last_match", "direction": "backward", "steps": [{"event": "pay"}, {"event": "open"}],
            "search": "anywhere", "user_limit": 3}"#,
    ),
    ("retention", r#"{"kind": "retention", "start": {"event": "signup"}, "return": {"event": "open"}}"#),
    (
        "retention of every week, by plan, with money",
        r#"{"kind": "retention", "entry": "recurring", "value": {"property": "money"}, "average": "simple",
            "breakdown": {"kind": "property", "property": "plan", "on": "user", "limit": 2}}"#,
    ),
    (
        "retention by shared money, elapsed",
        r#"{"kind": "retention", "period": "day", "bins": "elapsed", "criterion": "on_or_after", "brackets": [3, 7, 20],
            "breakdown": {"kind": "property", "property": "money", "attribution": {"kind": "each_value"}}}"#,
    ),
    ("retention that holds the score", r#"{"kind": "retention", "entry": "recurring", "hold": "money"}"#),
    ("lifecycle", r#"{"kind": "lifecycle", "rule": {"event": "open"}, "new_by": {"kind": "first_event"}}"#),
    (
        "time to convert",
        r#"{"kind": "time_to_convert", "bins": 9, "funnel": {"steps": [{"rule": {"event": "signup"}}, {"rule": {"event": "open"}}]}}"#,
    ),
    (
        "drivers of paying",
        r#"{"kind": "drivers", "min_users": 3, "target": {"kind": "funnel", "funnel": {"steps": [{"rule": {"event": "signup"}},
            {"rule": {"event": "pay"}}]}}, "factors": [{"kind": "events"}, {"kind": "user_properties"},
            {"kind": "event_properties", "events": ["open", "help"]}]}"#,
    ),
    (
        "drivers of a segment",
        r#"{"kind": "drivers", "rank": "odds_ratio", "odds": "plus_one", "limit": 2, "target": {"kind": "segment",
            "segment": {"kind": "did", "rule": {"event": "pay"}, "n": 2}}}"#,
    ),
    (
        "aha moment",
        r#"{"kind": "aha_moment", "target": {"kind": "did", "rule": {"event": "pay"}}, "days": [1, 2], "target_days": 5, "min_users": 5}"#,
    ),
    ("features chosen from the data", r#"{"kind": "feature"}"#),
    (
        "features by rank",
        r#"{"kind": "feature", "scaling": "rank", "bins": 5, "scope": {"where": [
            {"kind": "property", "property": "plan", "op": "neq", "values": ["free"]}]}, "features": [{"kind": "sum", "property": "money"},
            {"kind": "mean", "property": "score"}, {"kind": "days_until", "event": "pay"}, {"kind": "event_share", "event": "help"},
            {"kind": "is", "property": "plan", "value": "pro", "touch": "first"}]}"#,
    ),
    (
        "cluster cut from a tree, judged, mapped",
        r#"{"kind": "cluster", "method": {"kind": "hierarchical", "linkage": "average"}, "judge": "full", "map": 9,
            "k": {"kind": "auto", "least": 2, "most": 3}, "features": [{"kind": "breadth"}, {"kind": "tenure"}]}"#,
    ),
    (
        "cluster by rank and category",
        r#"{"kind": "cluster", "scaling": "rank", "k": {"kind": "fixed", "k": 3}, "features": [{"kind": "days_until", "event": "pay"},
            {"kind": "sum", "property": "money"}, {"kind": "is", "property": "plan", "value": "pro"}]}"#,
    ),
    ("rfm, compared", r#"{"kind": "rfm", "before": 3888000000}"#),
    (
        "rfm of an event by given cuts",
        r#"{"kind": "rfm", "event": "open", "value": "score", "cuts": {"recency_days": [1, 2, 3, 4.5], "frequency": [1, 2, 2, 4],
            "value": [10, 20, 30, 40]}}"#,
    ),
    (
        "personas",
        r#"{"kind": "persona", "costs": [{"event": "help", "cost": 0.3}], "personas": [
            {"name": "payers", "segment": {"kind": "did", "rule": {"event": "pay"}, "n": 4}},
            {"name": "pro", "segment": {"kind": "property", "property": "plan", "on": "user", "op": "eq", "values": ["pro"]}}]}"#,
    ),
    (
        "feedback by group",
        r#"{"kind": "feedback", "score": "score", "scale": {"kind": "csat", "satisfied_from": 20, "most": 90}, "groups": [
            {"name": "payers", "segment": {"kind": "did", "rule": {"event": "pay"}, "n": 4}}]}"#,
    ),
    (
        "attribution by every model",
        r#"{"kind": "attribution", "touches": [{"event": "visit"}, {"event": "open"}], "conversion": {"event": "pay"}, "limit": 3,
            "channel": {"kind": "event_property", "property": "plan"}, "value": "score", "list": 9, "models": [{"kind": "first"},
            {"kind": "linear"}, {"kind": "time_decay"}, {"kind": "w_shaped", "milestone": {"event": "signup"}},
            {"kind": "markov", "order": 3}, {"kind": "shapley"}], "costs": [{"channel": "visit / pro", "cost": 7}]}"#,
    ),
    (
        "experiment with everything",
        r#"{"kind": "experiment", "variant": "plan", "exposure": {"event": "open"}, "cuped_millis": 864000000, "winsorize": 0.95,
            "window_millis": 2592000000, "aa_runs": 100, "metrics": [{"rule": {"event": "pay"}},
            {"rule": {"event": "visit"}, "measure": {"kind": "sum", "property": "score"}},
            {"rule": {"event": "pay"}, "measure": {"kind": "ratio", "per": {"event": "visit"}}},
            {"rule": {"event": "help"}, "measure": {"kind": "retention", "from_day": 1, "to_day": 20}}],
            "segments": [{"name": "invited", "segment": {"kind": "did", "rule": {"event": "invite"}}}]}"#,
    ),
    (
        "survival by segments",
        r#"{"kind": "survival", "n_steps": 60, "end": {"kind": "inactivity", "millis": 864000000}, "segments": [
            {"name": "paid", "segment": {"kind": "did", "rule": {"event": "pay"}}},
            {"name": "not", "segment": {"kind": "not", "of": {"kind": "did", "rule": {"event": "pay"}}}}]}"#,
    ),
    (
        "lifetime value with a hold-out",
        r#"{"kind": "lifetime_value", "rule": {"event": "pay"}, "value": "score", "holdout_days": 30, "n_periods": 3,
            "segments": [{"name": "invited", "segment": {"kind": "did", "rule": {"event": "invite"}}}]}"#,
    ),
    (
        "adoption",
        r#"{"kind": "adoption", "period": "week", "features": [{"name": "help", "rule": {"event": "help"}},
            {"name": "paid", "rule": {"event": "pay", "where": [{"kind": "property", "property": "money", "op": "gt", "values": ["0"]}]}}]}"#,
    ),
    (
        "goal",
        r#"{"kind": "goal", "target": 5000, "due": 9504000000, "trend": {"period": "week",
            "series": [{"rule": {"event": "pay"}, "measure": {"kind": "sum", "property": "score"}}]}}"#,
    ),
    ("stickiness", r#"{"kind": "stickiness", "series": [{"event": "open"}, {}], "join": 3}"#),
];

#[test]
fn every_answer_is_the_same_byte_for_byte_on_any_number_of_shards() {
    let sheet = many_users();
    for n in [1, 2, 3, 8] {
        let users: Vec<usize> = sheet.shards(n).iter().map(|shard: &Table| shard.users.len()).collect();
        assert!(users.iter().all(|&n_users| n_users > 50), "{users:?}");
        assert_eq!(users.iter().sum::<usize>(), 1_200);
    }
    for (name, text) in QUESTIONS {
        let query: Query = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let answer = answer_on_any_shards(&sheet, &query);
        assert!(!matches!(answer, Answer::Cluster(ref clusters) if clusters.clusters.len() < 2), "{name}");
    }
}
