//! Whether a group converts more or less often than all other users, by more than chance.

use serde::{Deserialize, Serialize};

use super::answer::{FunnelGroup, FunnelResult, GroupKey};
use crate::rule::{Attribution, Breakdown, Owner};
use crate::stats::adjust::holm;
use crate::stats::interval::{Rate, wilson};
use crate::stats::two_by_two::{Independence, IndependenceTest, TwoByTwo};

/// How a group's conversion compares with that of all users who are not in it. Users who are still open are on neither
/// side.
///
/// A group is compared with the rest, and not with the largest group, so that every group has an answer and none depends
/// on which one happens to be largest. Fisher's exact test is used where fewer than 5 users are expected in a cell, else
/// Pearson's χ² test; the probabilities are adjusted by Holm's method for the number of groups compared, so that the
/// chance of any false alarm in the whole breakdown stays below 5 %.
///
/// There is none for [`GroupKey::Other`]; where either side is empty; and where a group's funnel is one of its own and no
/// part of the whole (values of an event's property by `each_value` or `step`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupDifference {
    /// The conversion rate of all others.
    pub others: Rate,
    /// The probability of such a difference or a greater one by chance, the group looked at alone; 0 stands for less than
    /// 1e-300.
    pub p_value: f64,
    /// How it was computed.
    pub test: IndependenceTest,
    /// The same probability, adjusted for the number of groups.
    pub adjusted_p_value: f64,
}

/// Fills in the groups' differences. O(groups log groups), plus O(√users) for each exact test.
pub(super) fn compare(breakdown: Option<&Breakdown>, overall: &FunnelResult, groups: &mut [FunnelGroup]) {
    if !are_parts(breakdown) {
        return;
    }
    let compared = |group: &FunnelGroup| {
        if group.key == GroupKey::Other {
            return None;
        }
        let table = TwoByTwo::part(decided(&group.result), decided(overall))?;
        let others = wilson(table.c, table.c + table.d)?;
        (table.a + table.b > 0).then(|| (others, table.independence()))
    };
    let found: Vec<Option<(Rate, Independence)>> = groups.iter().map(compared).collect();
    let p_values: Vec<f64> = found.iter().flatten().map(|(_, independence)| independence.p_value).collect();
    let compared = groups.iter_mut().zip(found).filter_map(|(group, found)| Some((group, found?)));
    for ((group, (others, Independence { p_value, test })), adjusted_p_value) in compared.zip(holm(&p_values))
    {
        group.difference = Some(GroupDifference { others, p_value, test, adjusted_p_value });
    }
}

/// Whether a user is in a group with the same chain as among everybody.
fn are_parts(breakdown: Option<&Breakdown>) -> bool {
    match breakdown {
        None => false,
        Some(Breakdown::Segments { .. }) => true,
        Some(Breakdown::Property { on, attribution, .. }) => {
            *on != Owner::Event || matches!(attribution, Attribution::FirstTouch | Attribution::LastTouch)
        }
    }
}

/// Users who converted, and all who have converted or will not.
fn decided(result: &FunnelResult) -> (u64, u64) {
    (result.n_converted, result.n_entered - result.n_open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Answer, Query};
    use crate::table::{Kind, Role};
    use crate::testing::{Sheet, answer_on_any_shards};

    const DAY: i64 = 86_400_000;

    /// So many users of each plan sign up, and the first of them pay a day later; a visit a year later ends the data.
    fn groups(plans: &[(&str, usize, usize)], breakdown: &str) -> Vec<FunnelGroup> {
        let mut sheet = Sheet::new().column("plan", Role::Other, Kind::Text);
        for &(plan, n, n_paid) in plans {
            for user in 0..n {
                sheet.push(&format!("{plan}{user}"), 0, "signup", vec![plan.to_owned()]);
                if user < n_paid {
                    sheet.push(&format!("{plan}{user}"), DAY, "pay", vec![plan.to_owned()]);
                }
            }
        }
        sheet.push("late", 365 * DAY, "visit", vec![String::new()]);
        let text = format!(
            r#"{{"kind": "funnel", "steps": [{{"rule": {{"event": "signup"}}}}, {{"rule": {{"event": "pay"}}}}], "breakdown": {breakdown}}}"#
        );
        let query: Query = serde_json::from_str(&text).unwrap();
        match answer_on_any_shards(&sheet, &query) {
            Answer::Funnel(answer) => answer.groups,
            other => panic!("{other:?}"),
        }
    }

    const BY_PLAN: &str = r#"{"kind": "property", "property": "plan"}"#;

    #[test]
    fn each_group_is_compared_with_the_rest_and_adjusted_for_all() {
        let groups = groups(&[("free", 40, 4), ("pro", 40, 24), ("team", 20, 8)], BY_PLAN);
        let of = |name: &str| {
            let is_it = |group: &&FunnelGroup| group.key == GroupKey::Value { value: name.to_owned() };
            groups.iter().find(is_it).and_then(|group| group.difference).unwrap()
        };
        // Of 100 users 36 pay. free: 4 of 40 against 32 of 60.
        let free = of("free");
        assert_eq!(free.test, IndependenceTest::ChiSquared);
        assert_eq!(free.others, wilson(32, 60).unwrap());
        let alone = TwoByTwo { a: 4, b: 36, c: 32, d: 28 }.independence().p_value;
        assert_eq!((free.p_value, free.adjusted_p_value), (alone, alone * 3.0));
        let pro = TwoByTwo { a: 24, b: 16, c: 12, d: 48 }.independence().p_value;
        assert_eq!(of("pro").adjusted_p_value, pro * 2.0, "the second smallest of three");
        assert_eq!(of("team").adjusted_p_value, of("team").p_value);
    }

    #[test]
    fn few_users_are_compared_by_the_exact_test() {
        let groups = groups(&[("a", 4, 3), ("b", 4, 1)], BY_PLAN);
        for group in groups {
            let found = group.difference.unwrap();
            assert_eq!(found.test, IndependenceTest::Fisher);
            assert!((found.p_value - 34.0 / 70.0).abs() < 1e-12, "the lady tasting tea");
            assert!((found.adjusted_p_value - 68.0 / 70.0).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_no_part_of_the_whole_or_has_nobody_to_compare_with_has_no_difference() {
        let plans = [("a", 9, 3), ("b", 9, 6)];
        let each = r#"{"kind": "property", "property": "plan", "attribution": {"kind": "each_value"}}"#;
        assert!(groups(&plans, each).iter().all(|group| group.difference.is_none()));
        let limited = r#"{"kind": "property", "property": "plan", "limit": 1}"#;
        let found: Vec<bool> =
            groups(&plans, limited).iter().map(|group| group.difference.is_some()).collect();
        assert_eq!(found, [true, false], "the rest of the values is no group");
        assert!(groups(&plans[..1], BY_PLAN)[0].difference.is_none(), "all are in the group");
    }
}
