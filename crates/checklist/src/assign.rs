//! Who gets what: shares dealt by a stable hash, so that a person has the same lot on every device and every day, and
//! nobody keeps a table.

use crate::condition::Facts;
use crate::definition::{Definition, Experiment};
use crate::hash::Fnv;
use crate::state::{Assigned, State, Variant, Why};
use crate::status::Moment;

/// A number in [0, 1) that is fixed for this user and this lottery, and as good as independent of those of other
/// lotteries. FNV-1a (64 bits) of lottery and user, each followed by the byte 255, which no UTF-8 holds; then the
/// finalizer of MurmurHash3 (`fmix64`), because the upper bits of FNV hardly hang on the last bytes; then the upper 53
/// bits as a fraction. The tests hold vectors.
#[must_use]
pub fn lot(lottery: &str, user: &str) -> f64 {
    let mut hash = Fnv::new();
    hash.text(lottery);
    hash.text(user);
    let mut bits = hash.value();
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^= bits >> 33;
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// The arm that a user is dealt; `None` for a visitor without an id, whose lot would be everyone's.
#[must_use]
pub fn arm(experiment: &Experiment, user: &str) -> Option<Variant> {
    if user.is_empty() {
        return None;
    }
    let lot = lot(&experiment.id, user);
    let mut end = 0.0;
    let found = experiment.arms.iter().find(|arm| {
        end += arm.share;
        lot < end
    });
    // Shares add up to 1 but for rounding: what is left over goes to the last.
    let arm = found.or(experiment.arms.last())?;
    Some(Variant { experiment: experiment.id.clone(), arm: arm.id.clone() })
}

/// The path of a visitor now: the control for those held out, else the first that fits, else the control.
pub(crate) fn path(definition: &Definition, state: &State, moment: &Moment<'_>) -> Option<Assigned> {
    let assigned =
        |path: usize, why| Assigned { at: moment.now, why, path: definition.paths[path].id.clone() };
    let user = &moment.visitor.user;
    if let Some(control) = definition.control
        && !user.is_empty()
        && lot(&format!("{}/holdout", definition.id), user) < control.holdout
    {
        return Some(assigned(control.path, Why::Holdout));
    }
    let facts = Facts { definition, state, moment, is_ticked: false, since: None };
    let fits = |index: &usize| definition.paths[*index].when.as_ref().is_some_and(|when| when.holds(&facts));
    match (0..definition.paths.len()).find(fits) {
        Some(index) => Some(assigned(index, Why::Fits)),
        None => definition.control.map(|control| assigned(control.path, Why::Default)),
    }
}

#[cfg(test)]
mod tests {
    use super::{arm, lot};
    use crate::definition::{Definition, Experiment};
    use crate::value::testing::parse;

    const N: usize = 100_000;

    fn experiment(shares: &[f64]) -> Experiment {
        let arms = shares
            .iter()
            .enumerate()
            .map(|(index, share)| format!(r#"{{"id": "{index}", "share": {share}}}"#));
        let json = format!(
            r#"{{"version": 1, "id": "c", "title": "C", "variants": {{"experiment": "copy", "arms": [{}]}},
                "tasks": [{{"id": "a", "title": "A", "complete_when": "manual"}}]}}"#,
            arms.collect::<Vec<_>>().join(",")
        );
        Definition::check(&parse(&json)).expect("sound").definition.experiment.expect("there")
    }

    /// Pearson's chi² of counts against shares.
    fn chi_square(counts: &[usize], shares: &[f64]) -> f64 {
        let n = counts.iter().sum::<usize>() as f64;
        let term = |(count, share): (&usize, &f64)| (*count as f64 - n * share).powi(2) / (n * share);
        counts.iter().zip(shares).map(term).sum()
    }

    #[test]
    fn lots_are_the_same_for_ever() {
        // Computed apart from this code, with Python's integers, from the description above.
        for (lottery, user, bits) in LOTS {
            assert_eq!(lot(lottery, user), bits as f64 / (1_u64 << 53) as f64, "{lottery} {user}");
        }
    }

    #[test]
    fn a_hundred_thousand_users_of_each_kind_of_id_fall_into_arms_by_their_shares() {
        let shares = [0.1, 0.2, 0.3, 0.4];
        let experiment = experiment(&shares);
        type Kind = (&'static str, fn(usize) -> String);
        let ids: [Kind; 4] = [
            ("counted", |n| n.to_string()),
            ("prefixed", |n| format!("u_{n:08}")),
            ("mail", |n| format!("person{n}@example.com")),
            ("hex", |n| format!("{:016x}", (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))),
        ];
        for (kind, id) in ids {
            let mut counts = [0; 4];
            for n in 0..N {
                let arm = arm(&experiment, &id(n)).expect("a user with an id is dealt an arm");
                counts[arm.arm.parse::<usize>().expect("named by number")] += 1;
            }
            // The 99.9 % quantile of chi² with 3 degrees of freedom.
            assert!(chi_square(&counts, &shares) < 16.27, "{kind}: {counts:?}");
        }
    }

    #[test]
    fn lots_are_even_in_every_hundredth() {
        let mut counts = [0; 100];
        for n in 0..N {
            counts[(lot("even", &format!("user-{n}")) * 100.0) as usize] += 1;
        }
        // The 99.9 % quantile of chi² with 99 degrees of freedom.
        assert!(chi_square(&counts, &[0.01; 100]) < 148.2, "{counts:?}");
    }

    #[test]
    fn two_experiments_deal_independently() {
        let mut counts = [0; 4];
        for n in 0..N {
            let user = n.to_string();
            let half = |lottery: &str| usize::from(lot(lottery, &user) < 0.5);
            counts[2 * half("first") + half("second")] += 1;
        }
        assert!(chi_square(&counts, &[0.25; 4]) < 16.27, "{counts:?}");
    }

    #[test]
    fn a_visitor_without_an_id_is_in_no_arm() {
        assert_eq!(arm(&experiment(&[0.5, 0.5]), ""), None);
    }

    const LOTS: [(&str, &str, u64); 3] = [
        ("copy", "u_1", 4785980826684896),
        ("copy", "u_2", 5438585496983653),
        ("first-week/holdout", "ÄÖ 🙂", 5090934145547146),
    ];
}
