//! Users whose features lie in ranges.

use super::condition::Test;
use super::features::{FeatureScan, Measure, measures};
use super::scope::ScopeFilter;
use crate::error::{QueryError, QueryProblem};
use crate::rule::{MeasuredRule, Scope};
use crate::table::{Bitmap, BucketId, Table};
use crate::time::Millis;

/// Checks a rule.
///
/// # Errors
/// If a feature or a condition does not fit the table, a feature is named twice, or an end is not finite.
pub fn check_measured(rule: &MeasuredRule, table: &Table) -> Result<(), QueryError> {
    rule_measures(rule, table)?;
    Test::conditions(&rule.conditions, table).map(drop)
}

fn rule_measures(rule: &MeasuredRule, table: &Table) -> Result<Vec<Measure>, QueryError> {
    for (index, range) in rule.ranges.iter().enumerate() {
        for (name, end) in [("above", range.above), ("up_to", range.up_to)] {
            if let Some(value) = end.filter(|end| !end.is_finite()) {
                let (value, wanted) = (value.to_string(), "finite number".to_owned());
                let problem = QueryProblem::BadValue { value, wanted };
                return Err(QueryError::new(format!("ranges[{index}].{name}"), problem));
            }
        }
    }
    measures(rule.ranges.iter().map(|range| &range.feature), table)
}

/// The users that a rule means. O(rows + users × ranges).
///
/// # Errors
/// As [`check_measured`].
pub fn in_ranges(rule: &MeasuredRule, table: &Table, now: Millis) -> Result<Bitmap, QueryError> {
    let measures = rule_measures(rule, table)?;
    let conditions = rule.conditions.clone();
    let scope = Scope { from: rule.from, to: rule.to, conditions, ..Scope::default() };
    let filter = ScopeFilter::new(&scope, table)?;
    let mut scan = FeatureScan::new(measures, table, filter, rule.now.unwrap_or(now))?;
    let mut members = Bitmap::empty(table.users.len());
    for bucket in BucketId::all() {
        scan.bucket(table.bucket(bucket));
        for (at, &user) in scan.users.iter().enumerate() {
            if rule.ranges.iter().zip(&scan.amounts).all(|(range, amounts)| range.holds(amounts[at])) {
                members.insert(user.0 as usize);
            }
        }
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::segment::{check, select};
    use crate::rule::{Feature, FeatureRange, Segment};
    use crate::table::{Kind, Role, UserIdx};
    use crate::testing::Sheet;

    fn sheet() -> Sheet {
        Sheet::new()
            .column("price", Role::Revenue, Kind::Number)
            .row("ann", 0, "buy", &["60"])
            .row("ann", 1, "buy", &["40"])
            .row("ben", 0, "buy", &["100.5"])
            .row("cleo", 2, "visit", &[""])
    }

    fn found(json: &str) -> Vec<String> {
        let rule: Segment = serde_json::from_str(json).unwrap();
        let table = sheet().table();
        check(&rule, &table).unwrap();
        let members = select(&rule, &table, Millis(2)).unwrap();
        let mut ids: Vec<String> =
            members.iter().map(|user| table.users.id(UserIdx(user as u32)).to_owned()).collect();
        ids.sort();
        ids
    }

    #[test]
    fn a_range_excludes_its_lower_end_and_includes_its_upper_one() {
        let spent = |ends: &str| {
            let ranges = format!(r#"[{{"feature": {{"kind": "sum", "property": "price"}}{ends}}}]"#);
            found(&format!(r#"{{"kind": "measured", "ranges": {ranges}}}"#))
        };
        assert_eq!(spent(r#", "above": 100"#), ["ben"]);
        assert_eq!(spent(r#", "up_to": 100"#), ["ann", "cleo"]);
        assert_eq!(spent(r#", "above": 0, "up_to": 100"#), ["ann"]);
        let mean = r#"[{"feature": {"kind": "mean", "property": "price"}}]"#;
        assert_eq!(
            found(&format!(r#"{{"kind": "measured", "ranges": {mean}}}"#)),
            ["ann", "ben"],
            "cleo has no mean"
        );
    }

    #[test]
    fn only_rows_that_meet_the_conditions_count_and_who_has_none_is_not_in_it() {
        let buys = r#"{"kind": "measured", "where": [{"kind": "property", "property": "event", "op": "eq", "values": ["buy"]}]}"#;
        assert_eq!(found(buys), ["ann", "ben"]);
    }

    #[test]
    fn an_end_that_is_no_number_is_named() {
        let range = FeatureRange { feature: Feature::Events, above: None, up_to: Some(f64::INFINITY) };
        let rule = MeasuredRule { ranges: vec![range], ..MeasuredRule::default() };
        let error = check_measured(&rule, &sheet().table()).unwrap_err();
        assert_eq!(error.to_string(), "ranges[0].up_to: \"inf\" is not a finite number");
    }
}
