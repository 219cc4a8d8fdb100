//! The users of a period of a trend, as segments.

use cairn_engine::analysis::funnel::GroupKey;
use cairn_engine::analysis::trend::{Accumulate, LineOf, TrendAnswer, TrendLine, TrendPeriod, TrendQuery};
use cairn_engine::rule::{
    Breakdown, Condition, Did, NamedSegment, Op, Owner, PropertyTest, Segment, Times, Within,
};

use super::answer::{CHART_LINES, line_name, period_name};
use crate::text::text_with;

/// The segments that a period offers: for each series, or each of its groups, the users with such an event in it.
pub fn segments(query: &TrendQuery, answer: &TrendAnswer, place: &[usize]) -> Vec<NamedSegment> {
    let Some(period) = place.first().and_then(|&at| answer.periods.get(at)) else { return Vec::new() };
    let has_groups = answer.lines.iter().any(|line| line.group.is_some());
    let lines = answer.lines.iter().filter(|line| line.group.is_some() == has_groups);
    lines.filter_map(|line| segment(query, answer, period, line)).take(CHART_LINES).collect()
}

/// None for a formula, and for all values that are not told apart.
fn segment(
    query: &TrendQuery,
    answer: &TrendAnswer,
    period: &TrendPeriod,
    line: &TrendLine,
) -> Option<NamedSegment> {
    let LineOf::Series { index } = line.of else { return None };
    let mut rule = query.series.get(index as usize)?.rule.clone();
    let first = match query.accumulate {
        Accumulate::Period => period,
        Accumulate::Running => answer.periods.first()?,
    };
    let within = Within::Between { from: first.start_millis, to: period.end_millis.plus(-1) };
    let mut of: Vec<Segment> = query.scope.segment.iter().cloned().collect();
    match (&line.group, &query.breakdown) {
        (None, _) => {}
        (Some(GroupKey::Segment { name }), Some(Breakdown::Segments { segments })) => {
            of.push(segments.iter().find(|named| named.name == *name)?.segment.clone());
        }
        (Some(group), Some(Breakdown::Property { property, on, .. })) => {
            let test = test(property, *on, group)?;
            match on {
                Owner::Event => rule.conditions.push(Condition::Property(test)),
                Owner::User | Owner::UserFirst => of.push(Segment::Property(test)),
            }
        }
        (Some(_), _) => return None,
    }
    of.push(Segment::Did(Did { rule, times: Times::AtLeast, n: 1, within }));
    let name = [("line", line_name(query, line)), ("period", period_name(query, period))];
    Some(NamedSegment { name: text_with("trends.segment", &name), segment: Segment::AllOf { of } })
}

fn test(property: &str, on: Owner, group: &GroupKey) -> Option<PropertyTest> {
    let (op, values) = match group {
        GroupKey::Value { value } => (Op::Eq, vec![value.clone()]),
        GroupKey::Missing => (Op::IsNotSet, Vec::new()),
        GroupKey::Other | GroupKey::Segment { .. } => return None,
    };
    Some(PropertyTest { property: property.to_owned(), on, op, values })
}
