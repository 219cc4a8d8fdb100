//! Personas by hand, planted, and against their definition.

use proptest::prelude::*;

use super::*;
use crate::analysis::{Query, run};
use crate::rule::{Did, EventRule, Segment, Times, Within};
use crate::stats::random::Random;
use crate::table::{Kind, Role};
use crate::testing::{Sheet, answer_on_any_shards, small_sheets};
use crate::time::Millis;

fn ask(sheet: &Sheet, query: PersonaQuery) -> PersonaAnswer {
    match answer_on_any_shards(sheet, &Query::Persona(query)) {
        Answer::Persona(answer) => answer,
        other => unreachable!("a persona answer: {other:?}"),
    }
}

fn did(event: &str) -> NamedSegment {
    let rule = EventRule::event(event);
    let did = Did { rule, times: Times::AtLeast, n: 1, within: Within::Ever };
    NamedSegment { name: event.to_owned(), segment: Segment::Did(did) }
}

/// 300 users. Every third raises tickets and never pays; the others pay about 20. Sources say nothing of either.
fn planted() -> Sheet {
    let mut random = Random::new(17);
    let mut sheet =
        Sheet::new().column("source", Role::Channel, Kind::Text).column("price", Role::Revenue, Kind::Number);
    for user in 0..300 {
        let source = ["ad", "mail"][random.below(2)];
        let (event, n) =
            if user % 3 == 0 { ("ticket", 4 + random.below(3)) } else { ("pay", 1 + random.below(3)) };
        for _ in 0..n {
            let price = if event == "pay" { format!("{}", 5 + random.below(10)) } else { String::new() };
            let day = random.below(60) as i64;
            sheet.push(&format!("u{user}"), day * Millis::DAY, event, vec![source.to_owned(), price]);
        }
    }
    sheet
}

#[test]
fn a_group_that_costs_more_than_it_brings_is_found_and_told_apart() {
    let costs = vec![Cost { event: "ticket".to_owned(), cost: 7.5 }];
    let query = PersonaQuery { personas: vec![did("ticket"), did("pay")], costs, ..PersonaQuery::default() };
    let answer = ask(&planted(), query);
    let [tickets, payers] = &answer.personas[..] else { panic!("two personas") };
    assert_eq!((tickets.n_users, payers.n_users, answer.n_users), (100, 200, 300));
    assert!(tickets.is_negative && !payers.is_negative);
    assert!(tickets.net.unwrap().mean < -30.0 && tickets.value.unwrap().total == 0.0);
    assert!((payers.value.unwrap().total - answer.value.unwrap()).abs() < 1e-9);
    let named = |event: &str| Feature::EventCount { event: event.to_owned() };
    assert_eq!(tickets.traits[0].feature, named("ticket"), "they raise them, and nobody else does");
    let pays = tickets.traits.iter().find(|it| it.feature == named("pay")).unwrap();
    assert!(pays.difference.difference < -1.5 && pays.did_rate.unwrap().rate == 0.0);
    let source = tickets.traits.iter().find(|it| matches!(it.feature, Feature::Is { .. })).unwrap();
    let (low, high) = source.difference.interval.unwrap();
    assert!(low < 0.0 && high > 0.0, "the source says nothing: {low} to {high}");
    assert!(tickets.typical_user.is_some() && tickets.stay_rate.is_some());
}

#[test]
fn of_a_small_group_only_the_size_is_told() {
    let sheet = Sheet::new().row("a", 0, "x", &[]).row("b", 0, "y", &[]).row("c", 9, "y", &[]);
    let answer =
        ask(&sheet, PersonaQuery { personas: vec![did("x"), did("never")], ..PersonaQuery::default() });
    for (persona, n) in answer.personas.iter().zip([1, 0]) {
        assert_eq!((persona.n_users, persona.traits.len(), persona.typical_user.as_ref()), (n, 0, None));
    }
    let told =
        ask(&sheet, PersonaQuery { personas: vec![did("x")], min_users: 1, ..PersonaQuery::default() });
    assert_eq!(told.personas[0].typical_user.as_deref(), Some("a"));
}

#[test]
fn everybody_nobody_and_an_empty_table_have_an_answer() {
    let everybody = NamedSegment { name: "all".to_owned(), segment: Segment::AllOf { of: Vec::new() } };
    let query = PersonaQuery { personas: vec![everybody], min_users: 1, ..PersonaQuery::default() };
    let answer = ask(&planted(), query.clone());
    assert!(answer.personas[0].traits.is_empty(), "there is no rest to differ from");
    assert_eq!(answer.personas[0].user_rate.unwrap().rate, 1.0);
    let empty = ask(&Sheet::new(), query);
    assert_eq!((empty.n_users, empty.personas[0].user_rate), (0, None));
}

#[test]
fn a_field_that_does_not_fit_is_named() {
    let table = planted().table();
    let refused = |query: PersonaQuery| run(&table, &Query::Persona(query)).unwrap_err().to_string();
    assert!(refused(PersonaQuery::default()).starts_with("personas: is 0"));
    let cost = |cost| PersonaQuery {
        personas: vec![did("pay")],
        costs: vec![Cost { event: "ticket".to_owned(), cost }],
        ..PersonaQuery::default()
    };
    assert_eq!(refused(cost(-1.0)), "costs[0].cost: \"-1\" is not a number from 0 to 1e12");
    let value = PersonaQuery {
        personas: vec![did("pay")],
        value: Some("source".to_owned()),
        ..PersonaQuery::default()
    };
    assert_eq!(refused(value), "value: \"source\" holds text, and this needs numbers");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_said_can_be_counted_again(sheet in small_sheets(), stay_days in 1..9_u32) {
        let features = Some(vec![Feature::Events, Feature::Mean { property: "money".to_owned() }]);
        let costs = vec![Cost { event: "c".to_owned(), cost: 0.5 }];
        let personas = vec![did("a"), did("b")];
        let query = PersonaQuery { personas, features, costs, stay_days, min_users: 1, ..PersonaQuery::default() };
        let answer = ask(&sheet, query);
        let users = sheet.users();
        prop_assert_eq!(answer.n_users, users.len() as u64);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * b.abs().max(1.0);
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        for persona in &answer.personas {
            let (own, rest): (Vec<_>, Vec<_>) =
                users.values().partition(|rows| rows.iter().any(|row| row.event == persona.name));
            prop_assert_eq!(persona.n_users, own.len() as u64);
            let net = |rows: &&Vec<&crate::testing::SheetRow>| {
                let money: f64 = rows.iter().filter_map(|row| row.cells[1].parse::<f64>().ok()).sum();
                money - 0.5 * rows.iter().filter(|row| row.event == "c").count() as f64
            };
            if let Some(found) = persona.net {
                prop_assert!(close(found.total, own.iter().map(net).sum::<f64>()));
            }
            let days = |millis: i64| millis as f64 / Millis::DAY as f64;
            let old = own.iter().filter(|rows| days(answer.now.0 - rows[0].time) >= f64::from(stay_days));
            let n_old = old.clone().count() as u64;
            let n_stayed = old.filter(|rows| days(answer.now.0 - rows[rows.len() - 1].time) < f64::from(stay_days)).count() as u64;
            prop_assert_eq!(persona.stay_rate, crate::stats::interval::wilson(n_stayed, n_old));
            for found in &persona.traits {
                let value = |rows: &&Vec<&crate::testing::SheetRow>| match found.feature {
                    Feature::Events => Some(rows.len() as f64),
                    _ => {
                        let money: Vec<f64> = rows.iter().filter_map(|row| row.cells[1].parse().ok()).collect();
                        (!money.is_empty()).then(|| mean(&money))
                    }
                };
                let of = |of: &[&Vec<&crate::testing::SheetRow>]| of.iter().filter_map(value).collect::<Vec<f64>>();
                prop_assert!(close(found.mean, mean(&of(&own))) && close(found.rest_mean, mean(&of(&rest))));
            }
        }
    }
}
