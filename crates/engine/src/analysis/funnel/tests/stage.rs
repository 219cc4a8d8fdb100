//! The users of a bar are as many as the bar says.

use proptest::prelude::*;

use super::random::{queries, sheets};
use crate::analysis::funnel::{
    Count, FunnelOutcome, FunnelQuery, FunnelResult, FunnelRule, GroupKey, Step, check_rule, in_stage,
};
use crate::analysis::{Answer, Query, run};
use crate::rule::{Attribution, Breakdown, Owner};
use crate::table::{Kind, Role, Table};
use crate::testing::{Sheet, n_cases};

fn n_users(rule: &FunnelRule, table: &Table) -> u64 {
    in_stage(rule, table).unwrap().iter().count() as u64
}

/// Each bar's users, counted by its rule, beside what the answer says of it.
fn compare(query: &FunnelQuery, group: Option<&GroupKey>, result: &FunnelResult, table: &Table) {
    for (index, step) in result.steps.iter().enumerate().filter(|(_, step)| !step.optional) {
        let bars = [
            (FunnelOutcome::Reached, step.n_reached),
            (FunnelOutcome::Dropped, step.n_dropped),
            (FunnelOutcome::Open, step.n_open),
        ];
        for (outcome, n) in bars {
            let (query, group) = (query.clone(), group.cloned());
            let rule = FunnelRule { query, step: index as u32, outcome, group };
            assert_eq!(n_users(&rule, table), n, "{rule:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(n_cases(20_000)))]

    #[test]
    fn a_rule_holds_as_many_users_as_its_bar(sheet in sheets(), query in queries()) {
        let table = sheet.table();
        // A bar of sessions or attempts counts those, and not whose they are.
        let query = FunnelQuery { count: Count::Users, ..query };
        prop_assume!(query.check(&table).is_ok());
        let Answer::Funnel(answer) = run(&table, &Query::Funnel(query.clone())).unwrap() else {
            panic!("a funnel's answer")
        };
        compare(&query, None, &answer.overall, &table);
        let rule = |group: &GroupKey| FunnelRule {
            query: query.clone(),
            step: 0,
            outcome: FunnelOutcome::Reached,
            group: Some(group.clone()),
        };
        for group in answer.groups.iter().filter(|group| check_rule(&rule(&group.key), &table).is_ok()) {
            compare(&query, Some(&group.key), &group.result, &table);
        }
    }
}

fn funnel() -> FunnelQuery {
    FunnelQuery { steps: vec![Step::event("a"), Step::event("b")], ..FunnelQuery::default() }
}

fn field_at_fault(rule: &FunnelRule, table: &Table) -> String {
    check_rule(rule, table).unwrap_err().field
}

#[test]
fn a_rule_that_cannot_be_met_names_its_field() {
    let table = Sheet::new().column("p", Role::Other, Kind::Text).table();
    let rule = FunnelRule { query: funnel(), step: 1, outcome: FunnelOutcome::Dropped, group: None };
    assert!(check_rule(&rule, &table).is_ok());
    assert_eq!(field_at_fault(&FunnelRule { step: 2, ..rule.clone() }, &table), "step");
    let grouped = FunnelRule { group: Some(GroupKey::Missing), ..rule.clone() };
    assert_eq!(field_at_fault(&grouped, &table), "group");
    let by = |attribution| Breakdown::Property {
        property: "p".to_owned(),
        on: Owner::Event,
        attribution,
        limit: None,
    };
    let query = |attribution| FunnelQuery { breakdown: Some(by(attribution)), ..funnel() };
    assert_eq!(
        field_at_fault(&FunnelRule { query: query(Attribution::EachValue), ..grouped.clone() }, &table),
        "group"
    );
    assert!(check_rule(&FunnelRule { query: query(Attribution::LastTouch), ..grouped }, &table).is_ok());
    let mut optional = rule;
    optional.query.steps[1].optional = true;
    assert_eq!(field_at_fault(&optional, &table), "step");
}
