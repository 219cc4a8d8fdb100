//! Which group gets stuck where: the one that stops clearly more often than all others at one step.

use cairn_engine::analysis::funnel::{FunnelAnswer, FunnelGroup, FunnelResult, FunnelStep, GroupKey};
use cairn_engine::stats::interval::{Rate, wilson};

/// A group that gets stuck between two steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Stuck<'a> {
    /// The group.
    pub group: &'a GroupKey,
    /// Index of the step that they reach.
    pub from: usize,
    /// Index of the step before which they stop.
    pub to: usize,
    /// Of the group, the share that goes on.
    pub own: Rate,
    /// Of all other users, the share that goes on.
    pub others: Rate,
}

/// The group and the step with the widest gap to all other users. The group's interval must end below theirs, so that
/// the gap is more than chance; none if no group's does.
pub fn stuck(answer: &FunnelAnswer) -> Option<Stuck<'_>> {
    let is_required = |index: &usize| !answer.overall.steps[*index].optional;
    let required: Vec<usize> = (0..answer.overall.steps.len()).filter(is_required).collect();
    let named = answer.groups.iter().filter(|group| group.key != GroupKey::Other);
    let everywhere = named.flat_map(|group| required.windows(2).map(move |pair| (group, pair[0], pair[1])));
    let behind = everywhere
        .filter_map(|(group, from, to)| compare(&answer.overall, group, from, to))
        .filter(|stuck| stuck.own.high < stuck.others.low);
    behind.reduce(|widest, next| if gap(&next) > gap(&widest) { next } else { widest })
}

fn gap(stuck: &Stuck<'_>) -> f64 {
    stuck.others.rate - stuck.own.rate
}

/// None if nobody of the group, or nobody else, came so far. A user may be in several groups, and count as another one
/// there; where that makes a group larger than the whole, there is nothing to compare with.
fn compare<'a>(overall: &FunnelResult, group: &'a FunnelGroup, from: usize, to: usize) -> Option<Stuck<'a>> {
    let (all, own) = (&overall.steps[to], group.result.steps.get(to)?);
    let decided = |step: &FunnelStep| step.n_reached + step.n_dropped;
    let n_reached = all.n_reached.checked_sub(own.n_reached)?;
    let n_decided = decided(all).checked_sub(decided(own))?;
    let others = wilson(n_reached, n_decided).filter(|_| n_reached <= n_decided)?;
    Some(Stuck { group: &group.key, from, to, own: own.rate_from_previous?, others })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A funnel in which so many users reach each step, and all others are lost.
    fn result(reached: &[u64]) -> FunnelResult {
        let step = |index: usize| {
            let before = if index == 0 { reached[0] } else { reached[index - 1] };
            FunnelStep {
                name: format!("step {index}"),
                n_reached: reached[index],
                n_dropped: before - reached[index],
                rate_from_previous: wilson(reached[index], before).filter(|_| index > 0),
                ..FunnelStep::default()
            }
        };
        FunnelResult { steps: (0..reached.len()).map(step).collect(), ..FunnelResult::default() }
    }

    fn answer(groups: &[(&str, &[u64])]) -> FunnelAnswer {
        let n_steps = groups.first().map_or(0, |(_, reached)| reached.len());
        let sum = |step: usize| groups.iter().map(|(_, reached)| reached[step]).sum();
        let group = |(value, reached): &(&str, &[u64])| FunnelGroup {
            key: GroupKey::Value { value: (*value).to_owned() },
            result: result(reached),
            difference: None,
            trend: Vec::new(),
        };
        FunnelAnswer {
            overall: result(&(0..n_steps).map(sum).collect::<Vec<_>>()),
            groups: groups.iter().map(group).collect(),
            trend: Vec::new(),
        }
    }

    #[test]
    fn the_group_that_stops_is_compared_with_all_others() {
        let answer =
            answer(&[("1-5", &[900, 700, 182]), ("6-20", &[600, 500, 315]), ("21+", &[400, 300, 205])]);
        let found = stuck(&answer).unwrap();
        assert_eq!((found.group, found.from, found.to), (&answer.groups[0].key, 1, 2));
        assert_eq!((found.own.rate, found.others.rate), (0.26, 0.65), "182 of 700; 520 of 800");
    }

    #[test]
    fn the_widest_gap_is_told() {
        let answer = answer(&[("a", &[1000, 700, 300]), ("b", &[1000, 900, 800])]);
        assert_eq!(stuck(&answer).map(|found| found.to), Some(2), "43 against 89 %, not 70 against 90 %");
    }

    #[test]
    fn a_gap_that_may_be_chance_is_not_told() {
        assert_eq!(stuck(&answer(&[("a", &[8, 3]), ("b", &[8, 6])])), None);
        assert_eq!(stuck(&answer(&[("a", &[800, 400]), ("b", &[800, 400])])), None);
        assert_eq!(stuck(&answer(&[("a", &[800, 100])])), None, "there is nobody else");
        assert_eq!(stuck(&answer(&[])), None);
    }

    #[test]
    fn users_who_may_still_come_are_in_neither_share() {
        let mut answer = answer(&[("a", &[1000, 250]), ("b", &[1000, 500])]);
        for result in [&mut answer.overall.steps[1], &mut answer.groups[0].result.steps[1]] {
            (result.n_open, result.n_dropped) = (500, result.n_dropped - 500);
        }
        answer.groups[0].result.steps[1].rate_from_previous = wilson(250, 500);
        assert_eq!(stuck(&answer), None, "half go on in both");
    }

    #[test]
    fn an_optional_step_stops_nobody() {
        let mut answer = answer(&[("a", &[1000, 100]), ("b", &[1000, 900])]);
        assert_eq!(stuck(&answer).map(|found| found.to), Some(1));
        answer.overall.steps[1].optional = true;
        assert_eq!(stuck(&answer), None);
    }

    #[test]
    fn the_rest_of_the_values_is_no_group() {
        let mut answer = answer(&[("a", &[1000, 900]), ("b", &[1000, 100])]);
        assert!(stuck(&answer).is_some());
        answer.groups[1].key = GroupKey::Other;
        assert_eq!(stuck(&answer), None);
    }
}
