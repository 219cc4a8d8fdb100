//! Funnels small enough to check by hand.

use crate::analysis::funnel::{
    Entry, Exclusion, FunnelAnswer, FunnelQuery, FunnelResult, GroupKey, InstantTimes, Occurrence,
    OnExclusion, OpenUsers, Order, Preset, Range, Reuse, Search, Step, Tie, TimeFrom,
};
use crate::analysis::{Answer, Query, run};
use crate::rule::{Attribution, Breakdown, EventRule, Owner, Scope};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_on_any_shards};
use crate::time::Millis;

/// One user's rows, written as `0A 30A 45B`: seconds and events.
pub(super) fn journey(text: &str) -> Sheet {
    journeys(&[text])
}

/// Users u0, u1, … and their rows.
pub(super) fn journeys(texts: &[&str]) -> Sheet {
    let mut sheet = Sheet::new().column("p", Role::Other, Kind::Text);
    for (user, text) in texts.iter().enumerate() {
        for word in text.split_whitespace() {
            let (word, value) = word.split_once('=').unwrap_or((word, ""));
            let digits = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap();
            let seconds: f64 = word[..digits].parse().unwrap();
            sheet.push(
                &format!("u{user}"),
                (seconds * 1000.0) as i64,
                &word[digits..],
                vec![value.to_owned()],
            );
        }
    }
    sheet
}

pub(super) fn funnel(steps: &str, window_seconds: i64) -> FunnelQuery {
    let steps = steps.split_whitespace().map(Step::event).collect();
    FunnelQuery { steps, window_millis: Some(window_seconds * Millis::SECOND), ..FunnelQuery::default() }
}

pub(super) fn answer(sheet: &Sheet, query: &FunnelQuery) -> FunnelAnswer {
    match run(&sheet.table(), &Query::Funnel(query.clone())).unwrap() {
        Answer::Funnel(answer) => answer,
        other => panic!("a funnel's answer, not {other:?}"),
    }
}

pub(super) fn reached(result: &FunnelResult) -> Vec<u64> {
    result.steps.iter().map(|step| step.n_reached).collect()
}

/// The level of the only user.
pub(super) fn level(text: &str, query: &FunnelQuery) -> u64 {
    reached(&answer(&journey(text), query).overall).iter().sum()
}

#[test]
fn the_tools_differ_on_the_cases_where_their_rules_differ() {
    const TOOLS: [Preset; 6] = [
        Preset::Posthog,
        Preset::Clickhouse,
        Preset::Mixpanel,
        Preset::Amplitude,
        Preset::Umami,
        Preset::Openpanel,
    ];
    let levels =
        |text: &str, query: FunnelQuery| TOOLS.map(|preset| level(text, &query.clone().with_preset(preset)));
    assert_eq!(levels("0A 30A 45B 75C", funnel("A B C", 60)), [3, 3, 2, 3, 3, 3]);
    assert_eq!(levels("0A 50B 100C", funnel("A B C", 60)), [2, 2, 2, 2, 3, 2]);
    assert_eq!(levels("0B 0A", funnel("A B", 60)), [2, 2, 2, 2, 2, 1]);
    assert_eq!(levels("0B 1.5A", funnel("A B", 60)), [1, 1, 2, 1, 1, 1]);
    let mut both = funnel("A A", 60);
    both.steps[1].rule = EventRule::default();
    assert_eq!(levels("0A", both), [1, 2, 1, 1, 2, 1]);
    // In strict order the last three have no rule of their own.
    let strict_levels = |text: &str| {
        let strict = FunnelQuery { order: Order::Strict, ..funnel("A B C", 60) };
        [Preset::Posthog, Preset::Clickhouse, Preset::Amplitude]
            .map(|preset| level(text, &strict.clone().with_preset(preset)))
    };
    assert_eq!(strict_levels("0A 1X 2A 3B"), [2, 1, 2]);
    assert_eq!(strict_levels("0A 1B 2A 3C"), [2, 3, 2]);
}

#[test]
fn a_window_holds_its_edge() {
    assert_eq!(level("0A 60B", &funnel("A B", 60)), 2);
    assert_eq!(level("0A 60.001B", &funnel("A B", 60)), 1);
    let endless = FunnelQuery { window_millis: None, ..funnel("A B", 1) };
    assert_eq!(level("0A 999999B", &endless), 2);
}

#[test]
fn rates_leave_out_users_whose_window_is_not_over() {
    // The data end at 100 s. u0 converts, u1's window is over, u2's is not, and u3's ends with the data.
    let sheet = journeys(&["0A 5B", "0A", "95A 100X", "40A"]);
    let query = funnel("A B", 60);
    let result = answer(&sheet, &query).overall;
    let [first, second] = &result.steps[..] else { panic!("two steps") };
    assert_eq!((result.n_entered, result.n_converted, result.n_open), (4, 1, 1));
    assert_eq!((second.n_reached, second.n_open, second.n_dropped), (1, 1, 2));
    assert_eq!((first.n_open, first.n_dropped), (0, 0));
    assert!((result.conversion_rate.unwrap().rate - 1.0 / 3.0).abs() < 1e-15);
    assert_eq!(second.rate_from_first, result.conversion_rate);
    assert_eq!(second.rate_from_previous, result.conversion_rate);
    let dropped = FunnelQuery { open: OpenUsers::Dropped, ..query };
    let result = answer(&sheet, &dropped).overall;
    assert_eq!((result.n_open, result.steps[1].n_dropped), (0, 3));
    assert_eq!(result.conversion_rate.unwrap().rate, 0.25);
}

#[test]
fn rates_that_have_no_users_are_absent() {
    let result = answer(&journey("0A"), &funnel("A B", 60)).overall;
    assert_eq!((result.n_open, result.conversion_rate, result.time_to_convert), (1, None, None));
    let result = answer(&journey("0X"), &funnel("A B", 60)).overall;
    assert_eq!((result.n_entered, result.steps[0].rate_from_first), (0, None));
    assert_eq!(answer(&Sheet::new(), &funnel("A B", 60)).overall.steps.len(), 2);
}

#[test]
fn times_are_those_of_the_first_conversion_from_its_latest_start() {
    let sheet = journeys(&["0A 30A 45B 75C 80C", "0A 10B 20C", "0A 20B 60C", "0A 40B 200C"]);
    let result = answer(&sheet, &funnel("A B C", 60)).overall;
    // From A to B: 15, 10, 20, 40 s. From A to C: 45, 20, 60 s. From B to C: 30, 10, 40 s.
    let b = result.steps[1].from_previous.unwrap();
    assert_eq!((b.n_users, b.mean_millis, b.median_millis), (4, 21_250.0, 17_500.0));
    assert_eq!((b.p10_millis, b.p90_millis), (11_500.0, 34_000.0));
    let c = result.time_to_convert.unwrap();
    assert_eq!((c.n_users, c.mean_millis, c.median_millis), (3, 125_000.0 / 3.0, 45_000.0));
    assert_eq!(result.steps[2].from_previous.unwrap().mean_millis, 80_000.0 / 3.0);
    let earliest = FunnelQuery { time_from: TimeFrom::EarliestStart, ..funnel("A B", 60) };
    assert_eq!(
        answer(&journey("0A 30A 45B"), &earliest).overall.time_to_convert.unwrap().mean_millis,
        45_000.0
    );
}

#[test]
fn instant_conversions_may_be_left_out_of_times() {
    let sheet = journeys(&["0A 0B", "0A 10B"]);
    let counted = answer(&sheet, &funnel("A B", 60)).overall;
    assert_eq!((counted.time_to_convert.unwrap().mean_millis, counted.n_with_ties), (5_000.0, 1));
    let query = FunnelQuery { instant_times: InstantTimes::LeftOut, ..funnel("A B", 60) };
    let left_out = answer(&sheet, &query).overall.time_to_convert.unwrap();
    assert_eq!((left_out.n_users, left_out.mean_millis), (1, 10_000.0));
}

#[test]
fn ties_count_in_step_order_or_never() {
    let never = FunnelQuery { tie: Tie::Never, ..funnel("A B C", 60) };
    assert_eq!(level("0C 0B 0A", &funnel("A B C", 60)), 3);
    assert_eq!(level("0C 0B 0A", &never), 1);
    // Every chain is considered: that of 0 s ends before 5 s, though a later start hides it from other searches.
    assert_eq!(level("0A 5A 5B", &FunnelQuery { tie: Tie::Never, ..funnel("A B", 60) }), 2);
    let hidden = FunnelQuery { tie: Tie::Never, search: Search::LatestStartOnly, ..funnel("A B", 60) };
    assert_eq!(level("0A 5A 5B", &hidden), 1);
}

#[test]
fn one_event_fills_one_step_even_where_several_match_several() {
    let mut query = funnel("A A A", 60);
    query.steps[1].rule =
        EventRule { any_of: vec![EventRule::event("A"), EventRule::event("B")], ..EventRule::default() };
    assert_eq!(level("0A 0A 0B", &query), 3);
    assert_eq!(level("0A 0B", &query), 2);
    assert_eq!(level("0A 0B 0B", &query), 2);
    assert_eq!(level("0A", &FunnelQuery { reuse: Reuse::Many, ..query }), 3);
}

#[test]
fn entry_first_gives_users_one_chance() {
    let first = FunnelQuery { entry: Entry::First, ..funnel("A B", 10) };
    assert_eq!(level("0A 20A 25B", &funnel("A B", 10)), 2);
    assert_eq!(level("0A 20A 25B", &first), 1);
}

#[test]
fn a_range_bounds_the_entry_or_all_events() {
    let scope = Scope { from: Some(Millis(10_000)), to: Some(Millis(20_000)), ..Scope::default() };
    let entry = FunnelQuery { scope, ..funnel("A B", 10) };
    let all = FunnelQuery { range: Range::AllEvents, ..entry.clone() };
    assert_eq!((level("20A 25B", &entry), level("20A 25B", &all)), (2, 1));
    assert_eq!((level("10A 20B", &entry), level("10A 20B", &all)), (2, 2));
    assert_eq!((level("9A 12B", &entry), level("9A 12B", &all)), (0, 0));
    assert_eq!((level("21A 22B", &entry), level("21A 22B", &all)), (0, 0));
}

#[test]
fn first_occurrences_look_at_the_whole_life() {
    let occurrence = |occurrence| {
        let mut query = funnel("A", 60);
        query.steps[0] = serde_json::from_str(
            r#"{"rule": {"event": "A", "where": [{"kind": "property", "property": "p", "op": "eq", "values": ["x"]}]}}"#,
        )
        .unwrap();
        query.steps[0].occurrence = occurrence;
        query.scope.from = Some(Millis(5_000));
        query
    };
    assert_eq!(level("0A=x 6A=x", &occurrence(Occurrence::Any)), 1);
    assert_eq!(level("0A=x 6A=x", &occurrence(Occurrence::FirstMatching)), 0);
    assert_eq!(level("0A=y 6A=x", &occurrence(Occurrence::FirstMatching)), 1);
    assert_eq!(level("0A=y 6A=x", &occurrence(Occurrence::FirstEver)), 0);
    assert_eq!(level("0B 6A=x", &occurrence(Occurrence::FirstEver)), 1);
}

#[test]
fn an_exclusion_voids_a_chain_or_removes_the_user() {
    let exclusion = Exclusion { rule: EventRule::event("X"), from: 0, to: 1 };
    let void = FunnelQuery { exclusions: vec![exclusion], ..funnel("A B C", 10) };
    let remove = FunnelQuery { on_exclusion: OnExclusion::RemoveUser, ..void.clone() };
    let both = |text: &str| [level(text, &void), level(text, &remove)];
    assert_eq!(both("0A 1X 2B 3C"), [1, 0]);
    assert_eq!(both("0A 1B 2X 3C"), [3, 3]);
    assert_eq!(both("0A 1X 2A 3B"), [2, 2]);
    // The chain that gets furthest is spoilt, though a shorter one is not.
    assert_eq!(both("0A 11X 12A 13X 14B"), [1, 0]);
    // The window of the only chain is over before the exclusion.
    assert_eq!(both("0A 11X"), [1, 1]);
    assert_eq!(both("0A 9X"), [1, 0]);
    // A step that is met again continues the spoilt attempt, unless a new one has started.
    let late = Exclusion { rule: EventRule::event("X"), from: 1, to: 2 };
    let late = FunnelQuery { exclusions: vec![late], ..remove.clone() };
    assert_eq!(level("0A 1B 2X 3B", &late), 0);
    assert_eq!(level("0A 1B 2X 3B 4C", &late), 0);
    assert_eq!(level("0A 1B 2X 3A 4B", &late), 2);
    let removed = answer(&journey("0A 9X"), &remove).overall;
    assert_eq!((removed.n_removed, removed.n_entered), (1, 0));
}

#[test]
fn in_any_order_the_first_step_is_the_one_that_comes_first() {
    let breakdown = Breakdown::Property {
        property: "p".to_owned(),
        on: Owner::Event,
        attribution: Attribution::Step { step: 0 },
        limit: None,
    };
    let query = FunnelQuery { order: Order::Unordered, breakdown: Some(breakdown), ..funnel("A B", 10) };
    let groups = |text: &str| -> Vec<(String, Vec<u64>)> {
        let groups = answer(&journey(text), &query).groups;
        let name = |key: &GroupKey| match key {
            GroupKey::Value { value } => value.clone(),
            _ => String::new(),
        };
        groups.iter().map(|group| (name(&group.key), reached(&group.result))).collect()
    };
    let group = |value: &str, reached: [u64; 2]| (value.to_owned(), reached.to_vec());
    assert_eq!(groups("0B=x 5A=y"), [group("x", [1, 1]), group("y", [1, 0])]);
    assert_eq!(groups("0B 5A=y"), [group("", [1, 1]), group("y", [1, 0])]);
    assert_eq!(groups("0B=x 11A=y 12B=x"), [group("y", [1, 1]), group("x", [1, 0])]);
}

#[test]
fn in_any_order_an_exclusion_may_throw_all_progress_away() {
    let exclusion = Exclusion { rule: EventRule::event("X"), from: 0, to: 2 };
    let void = FunnelQuery { order: Order::Unordered, exclusions: vec![exclusion], ..funnel("A B C", 10) };
    let reset = FunnelQuery { on_exclusion: OnExclusion::ResetProgress, ..void.clone() };
    let both = |text: &str| [level(text, &void), level(text, &reset)];
    assert_eq!(both("0B 2X"), [1, 0]);
    assert_eq!(both("0B 1A 2X 3C"), [2, 1]);
    assert_eq!(both("0B 1A 2C 3X"), [3, 3]);
    // The window of the first attempt is over before the exclusion, though not the second one's.
    assert_eq!(both("0B 5A 11X"), [2, 2]);
    assert_eq!(both("0B 5B 10X"), [1, 0]);
    assert_eq!(both("0B 5B 11X"), [1, 1]);
    let ordered = FunnelQuery { order: Order::Ordered, ..reset };
    let refused = ordered.check(&journey("0A").table()).map(|_| ()).map_err(|error| error.field);
    assert_eq!(refused, Err("on_exclusion".to_owned()));
}

#[test]
fn an_optional_step_is_counted_for_those_who_did_it_in_its_place() {
    let mut query = funnel("A O B P", 60);
    query.steps[1].optional = true;
    query.steps[3].optional = true;
    query.open = OpenUsers::Dropped;
    let sheet = journeys(&["0A 1O 2B", "0A 2B 3O 4P", "0A 1O", "0O 1A 2B"]);
    let result = answer(&sheet, &query).overall;
    assert_eq!(reached(&result), [4, 2, 3, 1]);
    assert_eq!((result.n_converted, result.steps[2].n_dropped), (3, 1));
    assert_eq!(result.steps[2].from_previous.unwrap().median_millis, 2_000.0);
    let (two, rate) = (&result.steps[1], |rate: Option<crate::stats::interval::Rate>| rate.unwrap().rate);
    assert_eq!((rate(two.rate_from_first), rate(two.rate_from_previous), two.n_dropped), (0.5, 0.5, 0));
}

#[test]
fn in_any_order_a_level_is_a_number_of_different_steps_within_a_window() {
    let query = FunnelQuery { order: Order::Unordered, open: OpenUsers::Dropped, ..funnel("A B C", 10) };
    let sheet = journeys(&["0C 5B 9A", "0C 5B 11A", "0B 1B 2B", "0X"]);
    let result = answer(&sheet, &query).overall;
    assert_eq!(reached(&result), [3, 2, 1]);
    assert_eq!(result.steps[2].from_first.unwrap().mean_millis, 9_000.0);
    assert_eq!(result.steps[1].from_previous.unwrap().n_users, 2);
}

#[test]
fn each_attribution_puts_users_into_its_groups() {
    let groups = |attribution| {
        let breakdown =
            Breakdown::Property { property: "p".to_owned(), on: Owner::Event, attribution, limit: None };
        let query = FunnelQuery { breakdown: Some(breakdown), ..funnel("A B", 60) };
        let answer = answer(&journeys(&["0A=x 1A=y 2B=y", "0A 1A=x 70A", "5B=z"]), &query);
        let name = |key: &GroupKey| match key {
            GroupKey::Value { value } => value.clone(),
            other => format!("{other:?}"),
        };
        answer.groups.iter().map(|group| (name(&group.key), reached(&group.result))).collect::<Vec<_>>()
    };
    let expected = |groups: &[(&str, [u64; 2])]| -> Vec<(String, Vec<u64>)> {
        groups.iter().map(|&(name, counts)| (name.to_owned(), counts.to_vec())).collect()
    };
    assert_eq!(groups(Attribution::FirstTouch), expected(&[("x", [2, 1])]));
    assert_eq!(groups(Attribution::LastTouch), expected(&[("y", [1, 1]), ("x", [1, 0])]));
    assert_eq!(
        groups(Attribution::EachValue),
        expected(&[("y", [1, 1]), ("x", [2, 0]), ("Missing", [1, 0])])
    );
    let by_first = [("x", [2, 1]), ("y", [1, 1]), ("Missing", [1, 0])];
    assert_eq!(groups(Attribution::Step { step: 0 }), expected(&by_first));
    assert_eq!(groups(Attribution::Step { step: 1 }), expected(&[("y", [1, 1])]));
}

#[test]
fn values_beyond_the_limit_become_other() {
    let sheet = journeys(&["0A=x 1B", "0A=y 1B", "0A=y 1B", "0A=z", "0A=z", "0A=z"]);
    let breakdown = Breakdown::Property {
        property: "p".to_owned(),
        on: Owner::Event,
        attribution: Attribution::FirstTouch,
        limit: Some(1),
    };
    let query = FunnelQuery { breakdown: Some(breakdown), ..funnel("A B", 60) };
    let Answer::Funnel(answer) = answer_on_any_shards(&sheet, &Query::Funnel(query)) else {
        panic!("a funnel")
    };
    let seen: Vec<_> =
        answer.groups.iter().map(|group| (group.key.clone(), reached(&group.result))).collect();
    let y = GroupKey::Value { value: "y".to_owned() };
    assert_eq!(seen, [(y, vec![2, 2]), (GroupKey::Other, vec![4, 1])]);
    assert_eq!(reached(&answer.overall), [6, 3]);
}

#[test]
fn a_query_that_cannot_be_met_names_its_field() {
    let refused = |json: &str| {
        let query: FunnelQuery = serde_json::from_str(json).unwrap();
        run(&journey("0A").table(), &Query::Funnel(query)).unwrap_err().to_string()
    };
    let a = r#"{"rule": {"event": "A"}}"#;
    let with = |rest: &str| refused(&format!(r#"{{"steps": [{a}, {a}, {a}], {rest}}}"#));
    assert_eq!(refused("{}"), "steps: is empty; a funnel needs at least one step");
    let many = vec![a; 33].join(", ");
    assert_eq!(refused(&format!(r#"{{"steps": [{many}]}}"#)), "steps: is 33, and must lie between 1 and 32");
    assert!(with(r#""window_millis": 0"#).starts_with("window_millis: is 0, and must lie between 1 and "));
    assert!(with(r#""window_millis": -5"#).starts_with("window_millis: is -5"));
    let exclusion =
        |from, to| with(&format!(r#""exclusions": [{{"rule": {{}}, "from": {from}, "to": {to}}}]"#));
    assert_eq!(exclusion(1, 1), "exclusions[0].from: is 1, and must lie between 0 and 0");
    assert_eq!(exclusion(0, 3), "exclusions[0].to: is 3, and must lie between 1 and 2");
    let unknown = r#"[{"kind": "property", "property": "plan", "op": "is_set"}]"#;
    let step = format!(r#"{{"steps": [{a}, {{"rule": {{"where": {unknown}}}}}]}}"#);
    let problem = "there is no column named \"plan\"; choose one of the file's columns";
    assert_eq!(refused(&step), format!("steps[1].rule.where[0].property: {problem}"));
    let breakdown = |rest: &str| with(&format!(r#""breakdown": {{"kind": "property", {rest}}}"#));
    assert_eq!(breakdown(r#""property": "plan""#), format!("breakdown.property: {problem}"));
    let step = r#""property": "p", "attribution": {"kind": "step", "step": 3}"#;
    assert_eq!(breakdown(step), "breakdown.attribution.step: is 3, and must lie between 0 and 2");
    let first = r#"{"steps": [{"rule": {"event": "A"}, "optional": true}]}"#;
    assert!(refused(first).starts_with("steps[0].optional: the first step starts the chain"));
    assert!(with(r#""order": "unordered", "entry": "first""#).starts_with("entry: steps in any order"));
    assert!(serde_json::from_str::<FunnelQuery>(r#"{"steps": [], "hold": []}"#).is_err());
}
