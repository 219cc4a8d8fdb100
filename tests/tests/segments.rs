//! The checklist's segments against the engine's: the same rules, the same users, the same answers.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use cairn_checklist::{Definition, Millis as Moment, Needs, Record, Rule, Tracked, Value};
use cairn_engine::kernel::segment::select;
use cairn_engine::rule::Segment;
use cairn_engine::time::Millis;
use cairn_tests::checklist::value;
use cairn_tests::native;
use serde_json::{Value as Json, json};

const N_USERS: usize = 10_000;
const N_RULES: usize = 400;
const START: i64 = 1_700_000_000_000;
const NOW: i64 = START + 40 * Moment::DAY;

#[test]
fn ten_thousand_random_users_are_in_the_same_segments_on_a_page_as_in_the_workbench() {
    let mut random = Random(7);
    let users: Vec<User> = (0..N_USERS).map(|index| User::any(index, &mut random)).collect();
    let text: String = users.iter().map(User::lines).collect();
    let (table, _) = native::load_contents(&["events.ndjson"], &[text]).expect("the events load");
    let (mut n_in, mut n_out) = (0, 0);
    for index in 0..N_RULES {
        let segment = any_segment(&mut random, 3);
        let rule = read(&segment);
        let parsed: Segment = serde_json::from_value(segment.clone()).expect("the engine knows the rule");
        let members =
            select(&parsed, &table, Millis(NOW)).unwrap_or_else(|error| panic!("{segment}: {error}"));
        for user in &users {
            let at = table.users.find(&user.id).expect("every user has rows");
            let is_in = members.contains(at.0 as usize);
            let record = Record { traits: &user.traits, events: &user.events, now: Moment(NOW) };
            assert_eq!(rule.truth(&record), Some(is_in), "rule {index} {segment}, user {}", user.id);
            if is_in { n_in += 1 } else { n_out += 1 }
        }
    }
    // A test in which everybody is in, or nobody, would show nothing.
    let share = f64::from(n_in) / f64::from(n_in + n_out);
    assert!((0.2..0.8).contains(&share), "{share}");
}

#[test]
fn whoever_lacks_a_trait_that_a_rule_hangs_on_is_not_in_the_segment_nor_in_its_opposite() {
    let test = json!({"kind": "property", "property": "plan", "on": "user", "op": "neq", "values": ["pro"]});
    let nobody = Record { traits: &Value::Map(vec![]), events: &[], now: Moment(NOW) };
    let unset = Value::Map(vec![("plan".to_owned(), Value::Null)]);
    for (segment, with_null) in [(test.clone(), true), (json!({"kind": "not", "of": test}), false)] {
        let rule = read(&segment);
        assert_eq!((rule.truth(&nobody), rule.holds(&nobody)), (None, false));
        assert_eq!(rule.truth(&Record { traits: &unset, ..nobody }), Some(with_null));
    }
}

#[test]
fn what_the_host_must_supply_is_listed() {
    let rule = read(&json!({"kind": "all_of", "of": [
        {"kind": "property", "property": "plan", "on": "user", "op": "eq", "values": ["pro"]},
        {"kind": "property", "property": "seats", "on": "user_first", "op": "gt", "values": ["3"]},
        {"kind": "did", "rule": {"event": "made", "where": [
            {"kind": "property", "property": "kind", "op": "eq", "values": ["board"]}]}}]}));
    let needs = Needs::of([&rule].into_iter());
    assert_eq!(needs.traits, ["first_seats", "plan"]);
    assert_eq!((needs.events, needs.properties), (vec!["made".to_owned()], vec!["kind".to_owned()]));
    assert!(!needs.has_any_event);
}

struct User {
    id: String,
    events: Vec<Tracked>,
    traits: Value,
}

impl User {
    /// One to twelve events over forty days, no two at one instant; each property is missing now and then.
    fn any(index: usize, random: &mut Random) -> User {
        let mut at = START + random.below(20 * Moment::DAY as u64) as i64;
        let mut events: Vec<Tracked> = Vec::new();
        for _ in 0..=random.below(12) {
            let mut properties: Vec<(String, Value)> = Vec::new();
            let mut put = |name: &str, value: Value| properties.push((name.to_owned(), value));
            if random.below(4) > 0 {
                put("revenue", Value::Number((random.below(400) as f64 - 100.0) / 4.0));
            }
            if random.below(3) > 0 {
                put("kind", ["board", "list", "Wall"][random.below(3) as usize].into());
            }
            if random.below(3) > 0 {
                put("plan", ["free", "pro", "team"][random.below(3) as usize].into());
            }
            if random.below(3) > 0 {
                put("seats", Value::Number(random.below(9) as f64));
            }
            let name = ["made", "sent", "left"][random.below(3) as usize].to_owned();
            events.push(Tracked { at: Moment(at), name, properties: Value::Map(properties) });
            at += 1 + random.below(4 * Moment::DAY as u64) as i64;
        }
        // The host knows what the workbench knows: the first and the latest plan and seats, or that there is none.
        let of = |event: &Tracked, name: &str| event.properties.get(name).cloned();
        let mut traits = Vec::new();
        for name in ["plan", "seats", "kind", "revenue"] {
            let latest = events.iter().rev().find_map(|event| of(event, name)).unwrap_or(Value::Null);
            let first = events.iter().find_map(|event| of(event, name)).unwrap_or(Value::Null);
            traits.extend([(name.to_owned(), latest), (format!("first_{name}"), first)]);
        }
        User { id: format!("u{index}"), events, traits: Value::Map(traits) }
    }

    fn lines(&self) -> String {
        let line = |event: &Tracked| {
            let mut row = json!({"user_id": self.id, "event": event.name, "time": event.at.to_string()});
            for (name, value) in event.properties.map().expect("properties are an object") {
                row[name] = match value {
                    Value::Number(number) => json!(number),
                    other => json!(other.text()),
                };
            }
            format!("{row}\n")
        };
        self.events.iter().map(line).collect()
    }
}

/// Reads a rule as a definition's `segments` holds it.
fn read(segment: &Json) -> Rule {
    let definition = json!({
        "version": 1, "id": "c", "title": "C",
        "tasks": [{"id": "a", "title": "A", "complete_when": "manual"}],
        "segments": {"version": 1, "revenue": "revenue", "segments": [{"name": "s", "segment": segment}]},
    });
    let checked = Definition::check(&value(&definition));
    let mut definition = checked.unwrap_or_else(|error| panic!("{segment}: {error}")).definition;
    definition.segments.remove(0).1
}

fn any_segment(random: &mut Random, depth: u64) -> Json {
    let parts = |random: &mut Random| {
        (0..=random.below(2)).map(|_| any_segment(random, depth - 1)).collect::<Vec<_>>()
    };
    match random.below(if depth == 0 { 3 } else { 6 }) {
        0 => any_test(random, &["user", "user_first", "event"]),
        1 => any_did(random),
        2 => any_cluster(random),
        3 => json!({"kind": "all_of", "of": parts(random)}),
        4 => json!({"kind": "any_of", "of": parts(random)}),
        _ => json!({"kind": "not", "of": any_segment(random, depth - 1)}),
    }
}

fn any_test(random: &mut Random, owners: &[&str]) -> Json {
    let on = random.pick(owners);
    let is_text = random.below(2) == 0;
    let (properties, ops): (&[&str], &[&str]) = if is_text {
        let ops = [
            "eq",
            "neq",
            "in",
            "not_in",
            "contains",
            "not_contains",
            "starts_with",
            "gt",
            "lte",
            "is_set",
            "is_not_set",
        ];
        (&["plan", "kind"], &ops.clone())
    } else {
        (
            &["seats", "revenue"],
            &["eq", "neq", "in", "not_in", "gt", "gte", "lt", "lte", "is_set", "is_not_set"],
        )
    };
    let value = |random: &mut Random| match is_text {
        true => random.pick(&["pro", "free", "board", "L", "wall", "o"]).to_owned(),
        false => (random.below(40) as f64 / 4.0).to_string(),
    };
    let values: Vec<String> = (0..=random.below(2)).map(|_| value(random)).collect();
    json!({"kind": "property", "property": random.pick(properties), "on": on, "op": random.pick(ops), "values": values})
}

fn any_event_rule(random: &mut Random, depth: u64) -> Json {
    let mut rule = json!({});
    if random.below(3) > 0 {
        rule["event"] = json!(random.pick(&["made", "sent", "left", "never"]));
    }
    if depth > 0 && random.below(4) == 0 {
        rule["any_of"] = json!([any_event_rule(random, depth - 1), any_event_rule(random, depth - 1)]);
    }
    if random.below(3) == 0 {
        rule["where"] = json!([any_row(random, 2)]);
    }
    rule
}

fn any_row(random: &mut Random, depth: u64) -> Json {
    match random.below(if depth == 0 { 1 } else { 4 }) {
        0 => any_test(random, &["event", "event", "user"]),
        1 => json!({"kind": "all_of", "of": [any_row(random, depth - 1), any_row(random, depth - 1)]}),
        2 => json!({"kind": "any_of", "of": [any_row(random, depth - 1), any_row(random, depth - 1)]}),
        _ => json!({"kind": "not", "of": any_row(random, depth - 1)}),
    }
}

fn any_did(random: &mut Random) -> Json {
    let days = 1 + random.below(40);
    let from = START + random.below(20 * Moment::DAY as u64) as i64;
    let within = match random.below(4) {
        0 => json!({"kind": "ever"}),
        1 => json!({"kind": "last_days", "days": days}),
        2 => json!({"kind": "first_days", "days": days}),
        _ => json!({"kind": "between", "from": from, "to": from + days as i64 * Moment::DAY}),
    };
    let times = random.pick(&["at_least", "exactly", "at_most"]);
    json!({"kind": "did", "rule": any_event_rule(random, 1), "times": times, "n": random.below(5), "within": within})
}

fn any_cluster(random: &mut Random) -> Json {
    let mut features = vec![
        json!({"kind": "events"}),
        json!({"kind": "days_active"}),
        json!({"kind": "recency"}),
        json!({"kind": "tenure"}),
        json!({"kind": "span"}),
        json!({"kind": "revenue"}),
        json!({"kind": "event_count", "event": "made"}),
        json!({"kind": "property", "property": "seats"}),
    ];
    while features.len() > 3 {
        features.remove(random.below(features.len() as u64) as usize);
    }
    let scaled = |feature: &Json| {
        let deviation = [0.0, 0.5, 2.0][feature.to_string().len() % 3];
        json!({"feature": feature, "mean": 1.5, "deviation": deviation})
    };
    let centroids: Vec<Vec<f64>> =
        (0..3).map(|_| (0..3).map(|_| random.below(800) as f64 / 200.0 - 2.0).collect()).collect();
    let mut rule = json!({
        "kind": "cluster", "features": features.iter().map(scaled).collect::<Vec<_>>(), "centroids": centroids,
        "cluster": random.below(3), "now": NOW,
    });
    // Without conditions on events, a property that no event in range has is 0 in the workbench, and the trait's on a page:
    // the same only where the whole history counts.
    if random.below(2) == 0 && !features.iter().any(|feature| feature["kind"] == "property") {
        rule["from"] = json!(START + 5 * Moment::DAY);
        rule["where"] = json!([any_row(random, 1)]);
    }
    rule
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }
}
