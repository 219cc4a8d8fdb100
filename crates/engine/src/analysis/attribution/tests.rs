//! Tests: credits that can be checked by hand, and random ones against an oracle.

mod oracle;

use super::*;
use crate::analysis::funnel::GroupKey;
use crate::analysis::{Query, run};
use crate::rule::{EventRule, SameInstant, Scope};
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_on_any_shards};
use crate::time::Millis;

const HOUR: i64 = 3_600_000;

fn ask(sheet: &Sheet, query: &AttributionQuery) -> AttributionAnswer {
    match answer_on_any_shards(sheet, &Query::Attribution(Box::new(query.clone()))) {
        Answer::Attribution(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn by_plan(models: Vec<Model>) -> AttributionQuery {
    AttributionQuery {
        touches: vec![EventRule::event("visit")],
        channel: ChannelRule::Property { property: "plan".to_owned(), missing: MissingChannel::LeftOut },
        conversion: EventRule::event("pay"),
        value: Some("money".to_owned()),
        models,
        ..AttributionQuery::default()
    }
}

fn sheet() -> Sheet {
    Sheet::new().column("plan", Role::Channel, Kind::Text).column("money", Role::Revenue, Kind::Number)
}

/// The published paths: a then b then c convert, a is lost, b then c is lost.
fn published() -> Sheet {
    let mut sheet = sheet();
    for (user, path) in [("u", "abc"), ("v", "a"), ("w", "bc")] {
        for (hour, channel) in (1..).zip(path.chars()) {
            sheet.push(user, hour * HOUR, "visit", vec![channel.to_string(), String::new()]);
        }
    }
    sheet.push("u", 9 * HOUR, "pay", vec![String::new(), "60".to_owned()]);
    sheet
}

fn name(key: &GroupKey) -> &str {
    match key {
        GroupKey::Value { value } => value,
        GroupKey::Missing => "?",
        GroupKey::Other => "…",
        GroupKey::Segment { .. } => panic!("no segments here"),
    }
}

/// What a model gives to each channel: its name, conversions and value, rounded to nine digits.
fn credits(answer: &AttributionAnswer, model: usize) -> Vec<(&str, f64, f64)> {
    let rounded = |value: f64| (value * 1e9).round() / 1e9;
    let one = |channel: &'_ ChannelCredit| {
        let credit = channel.credits[model].unwrap();
        (rounded(credit.conversions), rounded(credit.value.unwrap_or(0.0)))
    };
    answer.channels.iter().map(|channel| (name(&channel.key), one(channel).0, one(channel).1)).collect()
}

#[test]
fn the_published_paths_have_the_published_effects() {
    let query = by_plan(vec![Model::Markov { order: 1 }, Model::Shapley, Model::Last, Model::Participation]);
    let answer = ask(&published(), &query);
    assert_eq!((answer.n_conversions, answer.n_users, answer.value, answer.n_lost), (1, 1, Some(60.0), 2));
    assert_eq!(credits(&answer, 0), [("a", 0.2, 12.0), ("b", 0.4, 24.0), ("c", 0.4, 24.0)]);
    let effects: Vec<f64> =
        answer.channels.iter().map(|channel| channel.credits[0].unwrap().removal_effect.unwrap()).collect();
    assert!((effects[0] - 0.5).abs() < 1e-12 && effects[1..] == [1.0, 1.0], "{effects:?}");
    let third = 0.333_333_333;
    assert_eq!(credits(&answer, 1), [("a", third, 20.0), ("b", third, 20.0), ("c", third, 20.0)]);
    assert_eq!(credits(&answer, 2), [("a", 0.0, 0.0), ("b", 0.0, 0.0), ("c", 1.0, 60.0)]);
    assert_eq!(credits(&answer, 3), [("a", 1.0, 60.0), ("b", 1.0, 60.0), ("c", 1.0, 60.0)]);
    let a = &answer.channels[0];
    assert_eq!((a.n_touches, a.n_credited, a.n_first, a.n_last, a.n_assisted), (2, 1, 1, 0, 1));
    assert_eq!(a.mean_millis, Some(8.0 * HOUR as f64));
    let path = PathCount { channels: vec![0, 1, 2], n_conversions: 1, n_lost: 0, value: Some(60.0) };
    assert_eq!((answer.paths, answer.n_paths), (vec![path], 1));
    assert_eq!(answer.lengths, [LengthCount { n_touches: 3, n_conversions: 1 }]);
}

#[test]
fn twice_the_file_is_twice_the_credit() {
    let mut twice = published();
    for (user, path) in [("u2", "abc"), ("v2", "a"), ("w2", "bc")] {
        for (hour, channel) in (1..).zip(path.chars()) {
            twice.push(user, hour * HOUR, "visit", vec![channel.to_string(), String::new()]);
        }
    }
    twice.push("u2", 9 * HOUR, "pay", vec![String::new(), "60".to_owned()]);
    let query = by_plan(AttributionQuery::default().models);
    let (once, twice) = (ask(&published(), &query), ask(&twice, &query));
    for model in 0..query.models.len() {
        let doubled: Vec<_> =
            credits(&once, model).iter().map(|&(name, n, value)| (name, 2.0 * n, 2.0 * value)).collect();
        for (a, b) in doubled.iter().zip(credits(&twice, model)) {
            assert!((a.1 - b.1).abs() < 1e-8 && (a.2 - b.2).abs() < 1e-6, "{a:?} and {b:?}");
        }
    }
}

#[test]
fn a_touch_counts_to_the_edge_of_the_lookback_and_after_the_conversion_before() {
    let mut sheet = sheet();
    let mut row = |hour, event, channel: &str| {
        sheet.push("u", hour * HOUR, event, vec![channel.to_owned(), String::new()]);
    };
    row(0, "visit", "old");
    row(1, "pay", "");
    row(2, "visit", "edge");
    row(3, "visit", "near");
    row(12, "pay", "");
    row(30, "pay", "");
    let query =
        AttributionQuery { lookback_millis: Some(10 * HOUR), list: 5, ..by_plan(vec![Model::Linear]) };
    let answer = ask(&sheet, &query);
    assert_eq!((answer.n_conversions, answer.unattributed.n_conversions), (3, 1));
    assert_eq!(credits(&answer, 0), [("edge", 0.5, 0.0), ("near", 0.5, 0.0), ("old", 1.0, 0.0)]);
    let touches: Vec<usize> = answer.listed.iter().map(|conversion| conversion.touches.len()).collect();
    assert_eq!(touches, [1, 2, 0]);
    assert_eq!(
        answer.listed[1].touches[0],
        ListedTouch { channel: 0, millis: 10 * HOUR as u64, n_events: 2 }
    );
    let shorter = AttributionQuery { lookback_millis: Some(10 * HOUR - 1), ..query.clone() };
    let answer = ask(&sheet, &shorter);
    assert_eq!(credits(&answer, 0), [("edge", 0.0, 0.0), ("near", 1.0, 0.0), ("old", 1.0, 0.0)]);
    assert_eq!(answer.n_lost, 1);
    let first = AttributionQuery { count: Conversions::First, ..query.clone() };
    assert_eq!((ask(&sheet, &first).n_conversions, ask(&sheet, &first).n_lost), (1, 0));
    let day = AttributionQuery { lookback_millis: None, lookback_days: Some(1), ..query };
    assert_eq!(ask(&sheet, &day).unattributed.n_conversions, 1);
}

#[test]
fn touches_before_the_range_count_for_conversions_in_it() {
    let query = AttributionQuery {
        scope: Scope { from: Some(Millis(3 * HOUR)), ..Scope::default() },
        ..by_plan(vec![Model::First])
    };
    let answer = ask(&published(), &query);
    // Only u's c lies in the range; the runs of v and w end before it.
    assert_eq!((answer.n_touches, answer.n_lost), (1, 0));
    assert_eq!(credits(&answer, 0), [("c", 0.0, 0.0), ("a", 1.0, 60.0), ("b", 0.0, 0.0)]);
}

#[test]
fn costs_give_a_price_and_a_return() {
    let cost = |channel: &str, cost| ChannelCost { channel: channel.to_owned(), cost };
    let costs = vec![cost("a", 10.0), cost("a", 5.0), cost("b", 0.0)];
    let query = AttributionQuery { costs, ..by_plan(vec![Model::Linear]) };
    let answer = ask(&published(), &query);
    let [a, b, c] = [0, 1, 2].map(|at| (answer.channels[at].cost, answer.channels[at].credits[0].unwrap()));
    assert_eq!(a.0, Some(15.0));
    assert!((a.1.cost_per_conversion.unwrap() - 45.0).abs() < 1e-9);
    assert!((a.1.return_on_cost.unwrap() - 20.0 / 15.0).abs() < 1e-9);
    assert_eq!((b.1.cost_per_conversion, b.1.return_on_cost), (Some(0.0), None));
    assert_eq!((c.0, c.1.cost_per_conversion), (None, None));
}

#[test]
fn what_nobody_can_tell_is_said_and_no_number_given() {
    let query = by_plan(vec![Model::Markov { order: 2 }, Model::Last]);
    let answer = ask(&sheet().row("u", 0, "visit", &["a", ""]), &query);
    assert_eq!(answer.models, [Outcome::NoConversions, Outcome::NoConversions]);
    assert_eq!(answer.channels[0].credits, [None, None]);
    assert_eq!(ask(&sheet(), &query).n_conversions, 0);
}

#[test]
fn pages_are_called_after_where_their_visitor_came_from() {
    let sheet =
        Sheet::new().column("url", Role::Other, Kind::Text).column("referrer", Role::Other, Kind::Text);
    let sheet = sheet
        .row("u", 0, "page", &["https://www.shop.com/?utm_source=News&utm_medium=email", "https://mail.com/"])
        .row("u", 1, "page", &["https://shop.com/b", "https://www.shop.com/"])
        .row("u", 2, "page", &["https://shop.com/c", "https://www.google.de/search?q=shop"])
        .row("u", 3, "page", &["https://shop.com/d", ""])
        .row("u", 4, "pay", &["", ""])
        .row("u", 5, "page", &["", ""]);
    let by = |by| {
        let (url, referrer) = (Some("url".to_owned()), Some("referrer".to_owned()));
        let channel = ChannelRule::Source { url, referrer, by };
        let query = AttributionQuery { channel, value: None, models: vec![Model::Linear], ..by_plan(vec![]) };
        let query = AttributionQuery { touches: Vec::new(), ..query };
        let answer = ask(&sheet, &query);
        answer.channels.iter().map(|channel| name(&channel.key).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(by(SourcePart::Source), ["direct", "google", "news"]);
    assert_eq!(by(SourcePart::Medium), ["email", "none", "organic"]);
    assert_eq!(by(SourcePart::SourceMedium), ["direct / none", "google / organic", "news / email"]);
    assert_eq!(by(SourcePart::Campaign), [""; 0]);
}

#[test]
fn a_query_that_does_not_fit_names_its_field() {
    let table = sheet().row("u", 0, "visit", &["a", "1"]).table();
    let good = by_plan(vec![Model::Last]);
    assert!(good.check(&table).is_ok());
    let property =
        |name: &str| ChannelRule::Property { property: name.to_owned(), missing: MissingChannel::Kept };
    let shares = Model::Position { first: 0.5, middle: 0.5, last: 0.5 };
    let same = SameValue { property: "plan".to_owned(), conversion_property: "time".to_owned() };
    let required = Required { rule: EventRule::event("x"), same_value: Some(same) };
    let wrong = [
        ("conversion", AttributionQuery { conversion: EventRule::default(), ..good.clone() }),
        ("channel.property", AttributionQuery { channel: property("money"), ..good.clone() }),
        ("value", AttributionQuery { value: Some("plan".to_owned()), ..good.clone() }),
        ("models", AttributionQuery { models: Vec::new(), ..good.clone() }),
        ("models[0].first", AttributionQuery { models: vec![shares], ..good.clone() }),
        ("models[0].order", AttributionQuery { models: vec![Model::Markov { order: 4 }], ..good.clone() }),
        (
            "models[0].order",
            AttributionQuery { models: vec![Model::Markov { order: 3 }], limit: 63, ..good.clone() },
        ),
        (
            "required[0].same_value.conversion_property",
            AttributionQuery { required: vec![required], ..good.clone() },
        ),
        ("lookback_days", AttributionQuery { lookback_days: Some(1), ..good.clone() }),
        ("limit", AttributionQuery { limit: 64, ..good.clone() }),
        (
            "costs[0].cost",
            AttributionQuery { costs: vec![ChannelCost { channel: "a".to_owned(), cost: -1.0 }], ..good },
        ),
    ];
    for (field, query) in wrong {
        assert_eq!(query.check(&table).unwrap_err().field, field);
    }
}

#[test]
fn rows_of_one_instant_count_in_the_order_that_is_asked_for() {
    let sheet = sheet().row("u", 0, "visit", &["b", ""]).row("u", 5, "pay", &["", "1"]).row(
        "u",
        5,
        "extra",
        &["a", ""],
    );
    let touches = vec![EventRule::event("visit"), EventRule::event("extra")];
    let query = AttributionQuery { touches, ..by_plan(vec![Model::Last]) };
    assert_eq!(
        run(&sheet.table(), &Query::Attribution(Box::new(query.clone()))).map(|answer| match answer {
            Answer::Attribution(answer) => answer.channels[1].credits[0].unwrap().conversions,
            other => panic!("{other:?}"),
        }),
        Ok(1.0)
    );
    // By name, `extra` comes before `pay`.
    let query = AttributionQuery { same_instant: SameInstant::ByName, ..query };
    let answer = match run(&sheet.table(), &Query::Attribution(Box::new(query))) {
        Ok(Answer::Attribution(answer)) => answer,
        other => panic!("{other:?}"),
    };
    assert_eq!(credits(&answer, 0), [("a", 1.0, 1.0), ("b", 0.0, 0.0)]);
}
