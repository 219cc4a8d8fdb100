//! The models that share out each conversion by itself: which part of it each touch on its path gets.

use super::query::{Decay, Model};

/// One touch on the path to a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Touch {
    pub(super) row: u32,
    /// Index among the channels that are kept.
    pub(super) channel: u8,
    /// How long before the conversion.
    pub(super) millis: u64,
    /// How many touches, required events and conversions from it on, the conversion being the last.
    pub(super) n_events: u64,
}

/// A conversion and its touches, the first one first.
#[derive(Debug)]
pub(super) struct Path<'a> {
    pub(super) touches: &'a [Touch],
    /// By channel, whether it counts as direct.
    pub(super) is_direct: &'a [bool],
    /// By model, the row of its milestone, if it has one that was reached.
    pub(super) milestones: &'a [Option<u32>],
}

impl Path<'_> {
    /// Sets the touches' shares by a model; false if the model does not share out single conversions. Shares sum to 1, but
    /// for participation's.
    pub(super) fn share(&self, index: usize, model: &Model, shares: &mut Vec<f64>) -> bool {
        let n = self.touches.len();
        shares.clear();
        shares.resize(n, 0.0);
        match model {
            Model::First => shares[0] = 1.0,
            Model::Last => shares[n - 1] = 1.0,
            Model::LastNonDirect => {
                let is_other = |touch: &Touch| !self.is_direct[usize::from(touch.channel)];
                shares[self.touches.iter().rposition(is_other).unwrap_or(n - 1)] = 1.0;
            }
            Model::Linear => shares.fill(1.0 / n as f64),
            Model::TimeDecay { half_life_millis, decay } => self.decay(*half_life_millis, *decay, shares),
            Model::Position { first, middle, last } => position(*first, *middle, *last, shares),
            Model::WShaped { .. } => self.w_shaped(self.milestones[index], shares),
            Model::Shapley => self.once_a_channel(|n_channels| 1.0 / n_channels as f64, shares),
            Model::Participation => self.once_a_channel(|_| 1.0, shares),
            Model::Markov { .. } => return false,
        }
        true
    }

    fn decay(&self, half_life: i64, decay: Decay, shares: &mut [f64]) {
        let half_life = half_life.unsigned_abs().max(1);
        let half_lives = |millis: u64| match decay {
            Decay::Smooth => millis as f64 / half_life as f64,
            Decay::Steps => (millis / half_life) as f64,
        };
        // Measured from the nearest touch, of which one half-life more or less changes nothing.
        let nearest = half_lives(self.touches.iter().map(|touch| touch.millis).min().unwrap_or(0));
        for (share, touch) in shares.iter_mut().zip(self.touches) {
            *share = libm::exp2(nearest - half_lives(touch.millis));
        }
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
    }

    fn w_shaped(&self, milestone: Option<u32>, shares: &mut [f64]) {
        let n = shares.len();
        shares[0] += 0.3;
        shares[n - 1] += 0.3;
        let before = milestone.and_then(|row| self.touches.iter().rposition(|touch| touch.row <= row));
        if let Some(at) = before {
            shares[at] += 0.3;
        }
        let n_others = shares.iter().filter(|&&share| share == 0.0).count();
        shares.iter_mut().filter(|share| **share == 0.0).for_each(|share| *share = 0.1 / n_others as f64);
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
    }

    /// The same share to each channel, at its first touch.
    fn once_a_channel(&self, share: impl Fn(u32) -> f64, shares: &mut [f64]) {
        let channels = |all: u64, touch: &Touch| all | 1 << touch.channel;
        let share = share(self.touches.iter().fold(0, channels).count_ones());
        let mut seen = 0_u64;
        for (own, touch) in shares.iter_mut().zip(self.touches) {
            if seen & (1 << touch.channel) == 0 {
                *own = share;
            }
            seen |= 1 << touch.channel;
        }
    }
}

fn position(first: f64, middle: f64, last: f64, shares: &mut [f64]) {
    let n = shares.len();
    if n < 3 {
        shares.fill(1.0 / n as f64);
        return;
    }
    shares.fill(middle / (n - 2) as f64);
    shares[0] = first;
    shares[n - 1] = last;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::EventRule;

    /// Touches of these channels, one an hour, the last one an hour before the conversion.
    fn shares(model: &Model, channels: &[u8], milestone: Option<u32>) -> Vec<f64> {
        let n = channels.len() as u64;
        let touch = |(row, &channel): (u32, &u8)| Touch {
            row,
            channel,
            millis: (n - u64::from(row)) * 3_600_000,
            n_events: n - u64::from(row),
        };
        let touches: Vec<Touch> = (0..).zip(channels).map(touch).collect();
        let path = Path { touches: &touches, is_direct: &[true, false, false], milestones: &[milestone] };
        let mut shares = Vec::new();
        assert!(path.share(0, model, &mut shares));
        shares.iter().map(|share| (share * 1e9).round() / 1e9).collect()
    }

    #[test]
    fn every_model_shares_a_path_out_as_its_name_says() {
        let path = [1, 2, 2, 0];
        assert_eq!(shares(&Model::First, &path, None), [1.0, 0.0, 0.0, 0.0]);
        assert_eq!(shares(&Model::Last, &path, None), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(shares(&Model::LastNonDirect, &path, None), [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(shares(&Model::LastNonDirect, &[0, 0], None), [0.0, 1.0]);
        assert_eq!(shares(&Model::Linear, &path, None), [0.25; 4]);
        assert_eq!(shares(&Model::U_SHAPED, &path, None), [0.4, 0.1, 0.1, 0.4]);
        assert_eq!(shares(&Model::U_SHAPED, &[1], None), [1.0]);
        assert_eq!(shares(&Model::Position { first: 0.1, middle: 0.2, last: 0.7 }, &[1, 2], None), [0.5; 2]);
        assert_eq!(shares(&Model::Shapley, &[1, 2, 2], None), [0.5, 0.5, 0.0]);
        assert_eq!(shares(&Model::Participation, &path, None), [1.0, 1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_touch_loses_half_of_its_weight_in_a_half_life() {
        let model = |millis, decay| Model::TimeDecay { half_life_millis: millis, decay };
        let sevenths = [1.0, 2.0, 4.0].map(|n: f64| (n / 7.0 * 1e9).round() / 1e9);
        assert_eq!(shares(&model(3_600_000, Decay::Smooth), &[0, 1, 2], None), sevenths);
        // 3, 2 and 1 hours are one, one and no whole half-lives of 110 minutes.
        assert_eq!(shares(&model(6_600_000, Decay::Steps), &[0, 1, 2], None), [0.25, 0.25, 0.5]);
        assert_eq!(shares(&model(1, Decay::Steps), &[0, 1], None), [0.0, 1.0], "no weight is too small");
    }

    #[test]
    fn a_w_has_its_middle_at_the_touch_before_the_milestone() {
        let model = Model::WShaped { milestone: EventRule::event("lead") };
        assert_eq!(shares(&model, &[0, 1, 2, 1, 0], Some(2)), [0.3, 0.05, 0.3, 0.05, 0.3]);
        assert_eq!(shares(&model, &[0, 1, 2], Some(0)), [0.6, 0.1, 0.3]);
        assert_eq!(shares(&model, &[1], Some(0)), [1.0]);
        let ninths = [3.0, 3.0, 3.0].map(|n: f64| (n / 9.0 * 1e9).round() / 1e9);
        assert_eq!(shares(&model, &[0, 1, 2], Some(1)), ninths, "there are no others");
        let sevenths = [3.0, 1.0, 3.0].map(|n: f64| (n / 7.0 * 1e9).round() / 1e9);
        assert_eq!(shares(&model, &[0, 1, 2], None), sevenths, "there is no milestone");
    }
}
