//! Optional steps, found once the chain that is counted is known.

use super::chain::Chain;
use super::options::{Reuse, Tie};
use super::rules::{Event, Rules, bits, instants};
use super::tie::Matching;
use crate::time::Millis;

/// Adds to `chain` every optional step that the user did in its place: after the required step before it, and before the
/// chain's next step, by an event that fills no other step (where events may not be used twice). Each optional step is
/// looked for on its own, so that their order among themselves does not matter. O(events × optional steps).
pub(super) fn fill(rules: &Rules, events: &[Event], chain: &mut Chain, matching: &mut Matching) {
    let Some(last) = chain.last() else { return };
    let required = chain.clone();
    let every = u32::MAX >> (32 - rules.n_steps);
    for step in bits(every & !rules.required & !chain.steps).take_while(|&step| step < last) {
        let before = bits(rules.before[step]).next().and_then(|before| required.time(before));
        let next = required.iter().find(|&(other, _)| other > step);
        let (Some(after), Some((_, until))) = (before, next) else { continue };
        let first = events.partition_point(|event| event.time < after);
        let end = events.partition_point(|event| event.time <= until);
        let place =
            instants(&events[first..end]).find(|instant| fits(rules, instant, &required, step, matching));
        if let Some(instant) = place {
            chain.fill(step, instant[0].time);
        }
    }
}

/// Whether `step` can be filled at an instant, together with the steps that the chain fills there.
fn fits(rules: &Rules, instant: &[Event], chain: &Chain, step: usize, matching: &mut Matching) -> bool {
    if instant.iter().all(|event| event.steps >> step & 1 == 0) {
        return false;
    }
    let time: Millis = instant[0].time;
    let there =
        chain.iter().filter(|&(_, filled)| filled == time).fold(0, |mask, (other, _)| mask | 1 << other);
    match (there, rules.tie, rules.reuse) {
        (0, ..) | (_, Tie::StepOrder | Tie::Loose | Tie::Bucket(_), Reuse::Many) => true,
        (_, Tie::Never, _) => false,
        _ => {
            matching.load(instant, !0);
            matching.holds(there | 1 << step)
        }
    }
}
