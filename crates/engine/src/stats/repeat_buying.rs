//! Repeat buying without a contract: how often customers buy, whether they are still there, and how much they spend.
//!
//! BG/NBD (Fader, Hardie & Lee 2005, "Counting Your Customers" the Easy Way): a customer buys at random at a rate of his own
//! (gamma: `r`, `alpha`), and after each purchase leaves for good with a chance of his own (beta: `a`, `b`). Gamma-Gamma
//! (Fader & Hardie 2013): purchases are worth amounts about a mean of his own, which has nothing to do with how often he
//! buys.

use super::minimum::minimum;
use super::survival::solve;

/// What the model knows of a customer. Times are in any one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Buyer {
    /// Purchases after the first one.
    pub repeats: u32,
    /// From the first purchase to the last.
    pub last: f64,
    /// From the first purchase to the end of what is known.
    pub age: f64,
    /// How many customers are like that.
    pub n: f64,
}

/// A fitted BG/NBD model.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "as in the paper")]
pub struct BgNbd {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
    pub log_likelihood: f64,
}

/// Why a model was not fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFit {
    /// Fewer than [`BgNbd::FEWEST`] customers bought again.
    TooFewRepeats,
    /// Nobody seems to leave: the chance to leave goes to 0, and the model is no better than one without it.
    NobodyLeaves,
    /// The likelihood has no maximum within reasonable bounds.
    NotConverged,
}

impl BgNbd {
    /// The fewest customers with a repeat purchase that a fit takes.
    pub const FEWEST: f64 = 30.0;

    /// Fits the model by maximum likelihood, in the parameters' logarithms, from several starts, of which the best on a sample
    /// goes on with all. O(customers that differ), some hundreds of times.
    ///
    /// # Errors
    /// If too few buy again, nobody leaves, or there is no maximum.
    pub fn fit(buyers: &[Buyer]) -> Result<Self, NoFit> {
        let repeaters: f64 = buyers.iter().filter(|buyer| buyer.repeats > 0).map(|buyer| buyer.n).sum();
        if repeaters < Self::FEWEST {
            return Err(NoFit::TooFewRepeats);
        }
        // In units of the mean age, so that one set of starts fits all data.
        let n: f64 = buyers.iter().map(|buyer| buyer.n).sum();
        let unit = (buyers.iter().map(|buyer| buyer.age * buyer.n).sum::<f64>() / n).max(f64::MIN_POSITIVE);
        let scaled: Vec<Buyer> = buyers
            .iter()
            .map(|buyer| Buyer { last: buyer.last / unit, age: buyer.age / unit, ..*buyer })
            .collect();
        let sample: Vec<Buyer> = scaled.iter().step_by(scaled.len().div_ceil(2_000)).copied().collect();
        let cost = |of: &[Buyer], logs: &[f64]| {
            if logs.iter().any(|log| log.abs() > 15.0) {
                return f64::INFINITY;
            }
            let model = Self::from_logs(logs);
            -model.sum_of_logs(of) / of.iter().map(|buyer| buyer.n).sum::<f64>()
        };
        let starts = [[-1.0, -2.0, -0.5, 1.0], [0.0, 0.0, 0.0, 1.0], [0.0, -1.0, -3.0, 0.0]];
        let found = starts.iter().filter_map(|start| minimum(&|logs| cost(&sample, logs), start));
        let best = found.min_by(|a, b| a.value.total_cmp(&b.value)).ok_or(NoFit::NotConverged)?;
        let best = minimum(&|logs| cost(&scaled, logs), &best.at).ok_or(NoFit::NotConverged)?;
        let model = Self::from_logs(&best.at);
        if model.a / (model.a + model.b) < 1e-4 || best.at[2] < -12.0 || best.at[3] > 12.0 {
            return Err(NoFit::NobodyLeaves);
        }
        if best.at.iter().any(|log| log.abs() > 14.0) {
            return Err(NoFit::NotConverged);
        }
        let model = Self { alpha: model.alpha * unit, ..model };
        Ok(Self { log_likelihood: model.sum_of_logs(buyers), ..model })
    }

    /// The standard deviation of what the model foretells that comes from its parameters: by the delta method, from the
    /// curvature of the likelihood at its top. None if that is not a top. Some forty evaluations of either.
    pub fn deviation_of(&self, buyers: &[Buyer], foretold: &dyn Fn(&Self) -> f64) -> Option<f64> {
        const STEP: f64 = 1e-3;
        let logs = [self.r, self.alpha, self.a, self.b].map(libm::log);
        let moved = |steps: &[(usize, f64)]| {
            let mut logs = logs;
            steps.iter().for_each(|&(at, by)| logs[at] += by * STEP);
            Self::from_logs(&logs)
        };
        let likelihood = |steps: &[(usize, f64)]| moved(steps).sum_of_logs(buyers);
        let curvature = |a: usize, b: usize| {
            let corner = |of_a: f64, of_b: f64| likelihood(&[(a, of_a), (b, of_b)]);
            let sum = corner(1.0, 1.0) - corner(1.0, -1.0) - corner(-1.0, 1.0) + corner(-1.0, -1.0);
            -sum / (4.0 * STEP * STEP)
        };
        let rows: Vec<Vec<f64>> = (0..4).map(|a| (0..4).map(|b| curvature(a, b)).collect()).collect();
        let slope =
            |at: usize| (foretold(&moved(&[(at, 1.0)])) - foretold(&moved(&[(at, -1.0)]))) / (2.0 * STEP);
        let slopes: Vec<f64> = (0..4).map(slope).collect();
        let solved = solve(rows, slopes.clone())?;
        let variance: f64 = solved.iter().zip(&slopes).map(|(a, b)| a * b).sum();
        (variance.is_finite() && variance >= 0.0).then(|| libm::sqrt(variance))
    }

    fn from_logs(logs: &[f64]) -> Self {
        let [r, alpha, a, b] = [0, 1, 2, 3].map(|at| libm::exp(logs[at]));
        Self { r, alpha, a, b, log_likelihood: 0.0 }
    }

    /// The logarithm of the likelihood. What hangs on the number of purchases alone is computed once for each number.
    fn sum_of_logs(&self, buyers: &[Buyer]) -> f64 {
        let Self { r, alpha, a, b, .. } = *self;
        let most = buyers.iter().map(|buyer| buyer.repeats).max().unwrap_or(0);
        let start = r * libm::log(alpha);
        let by_repeats: Vec<f64> = (0..=most.min(100_000))
            .map(f64::from)
            .map(|x| {
                let buying = libm::lgamma(r + x) - libm::lgamma(r) + start;
                let staying =
                    libm::lgamma(a + b) + libm::lgamma(b + x) - libm::lgamma(b) - libm::lgamma(a + b + x);
                buying + staying
            })
            .collect();
        let own = |buyer: &Buyer| {
            let x = f64::from(buyer.repeats);
            let alive = -(r + x) * libm::log(alpha + buyer.age);
            let all = if buyer.repeats == 0 {
                alive
            } else {
                let gone = libm::log(a / (b + x - 1.0)) - (r + x) * libm::log(alpha + buyer.last);
                let (high, low) = if alive > gone { (alive, gone) } else { (gone, alive) };
                high + libm::log1p(libm::exp(low - high))
            };
            buyer.n * (by_repeats[buyer.repeats.min(100_000) as usize] + all)
        };
        buyers.iter().map(own).sum()
    }

    /// The probability that a customer is still there. Who has not bought again is there by construction, since customers
    /// leave after a repeat purchase only.
    pub fn alive(&self, buyer: &Buyer) -> f64 {
        1.0 / (1.0 + self.gone(buyer))
    }

    /// How much likelier it is that the customer has left than not.
    fn gone(&self, buyer: &Buyer) -> f64 {
        if buyer.repeats == 0 {
            return 0.0;
        }
        let x = f64::from(buyer.repeats);
        let ratio = libm::log(self.alpha + buyer.age) - libm::log(self.alpha + buyer.last);
        self.a / (self.b + x - 1.0) * libm::exp((self.r + x) * ratio)
    }

    /// How many purchases a customer is expected to make in the time to come.
    pub fn expected(&self, buyer: &Buyer, time: f64) -> f64 {
        let Self { r, alpha, b, .. } = *self;
        let a = away_from_1(self.a);
        let x = f64::from(buyer.repeats);
        let (before, after) = (alpha + buyer.age, alpha + buyer.age + time);
        let series = hypergeometric(r + x, b + x, a + b + x - 1.0, time / after);
        let left = 1.0 - libm::pow(before / after, r + x) * series;
        ((a + b + x - 1.0) / (a - 1.0) * left / (1.0 + self.gone(buyer))).max(0.0)
    }

    /// How many repeat purchases a new customer is expected to make in this time.
    pub fn expected_of_new(&self, time: f64) -> f64 {
        let Self { r, alpha, b, .. } = *self;
        let a = away_from_1(self.a);
        let series = hypergeometric(r, b, a + b - 1.0, time / (alpha + time));
        ((a + b - 1.0) / (a - 1.0) * (1.0 - libm::pow(alpha / (alpha + time), r) * series)).max(0.0)
    }
}

/// The expectation has a removable gap at a = 1.
fn away_from_1(a: f64) -> f64 {
    if (a - 1.0).abs() < 1e-6 { 1.0 + 1e-6 } else { a }
}

/// Gauss' hypergeometric series `₂F₁(a, b; c; z)` for 0 ≤ `z` < 1.
fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 0..100_000 {
        let k = f64::from(k);
        term *= (a + k) * (b + k) / (c + k) * z / (k + 1.0);
        sum += term;
        if term.abs() < 1e-15 * sum.abs() {
            break;
        }
    }
    sum
}

/// A customer's repeat purchases: how many, and what they were worth on average.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the two")]
pub struct Spender {
    pub repeats: u32,
    pub mean: f64,
}

/// A fitted Gamma-Gamma model.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "as in the paper")]
pub struct GammaGamma {
    pub p: f64,
    pub q: f64,
    pub gamma: f64,
    pub log_likelihood: f64,
}

impl GammaGamma {
    /// Fits the model by maximum likelihood to customers with repeat purchases whose mean is above 0; others are ignored.
    ///
    /// # Errors
    /// If there are fewer than [`BgNbd::FEWEST`] of them, or there is no maximum.
    pub fn fit(spenders: &[Spender]) -> Result<Self, NoFit> {
        let own: Vec<Spender> =
            spenders.iter().filter(|spender| spender.repeats > 0 && spender.mean > 0.0).copied().collect();
        if (own.len() as f64) < BgNbd::FEWEST {
            return Err(NoFit::TooFewRepeats);
        }
        let unit = own.iter().map(|spender| spender.mean).sum::<f64>() / own.len() as f64;
        let scaled: Vec<Spender> =
            own.iter().map(|spender| Spender { mean: spender.mean / unit, ..*spender }).collect();
        let cost = |logs: &[f64]| {
            if logs.iter().any(|log| log.abs() > 12.0) {
                return f64::INFINITY;
            }
            -Self::from_logs(logs).sum_of_logs(&scaled) / scaled.len() as f64
        };
        let best = minimum(&cost, &[1.0, 1.0, 0.0]).ok_or(NoFit::NotConverged)?;
        if best.at.iter().any(|log| log.abs() > 11.0) {
            return Err(NoFit::NotConverged);
        }
        let model = Self::from_logs(&best.at);
        let model = Self { gamma: model.gamma * unit, ..model };
        Ok(Self { log_likelihood: model.sum_of_logs(&own), ..model })
    }

    fn from_logs(logs: &[f64]) -> Self {
        let [p, q, gamma] = [0, 1, 2].map(|at| libm::exp(logs[at]));
        Self { p, q, gamma, log_likelihood: 0.0 }
    }

    fn sum_of_logs(&self, spenders: &[Spender]) -> f64 {
        let Self { p, q, gamma, .. } = *self;
        let own = |spender: &Spender| {
            let (x, mean) = (f64::from(spender.repeats), spender.mean);
            libm::lgamma(p * x + q) - libm::lgamma(p * x) - libm::lgamma(q)
                + q * libm::log(gamma)
                + (p * x - 1.0) * libm::log(mean)
                + p * x * libm::log(x)
                - (p * x + q) * libm::log(gamma + mean * x)
        };
        spenders.iter().map(own).sum()
    }

    /// What a customer's purchases are expected to be worth: between the customer's own mean and everybody's. None if
    /// everybody's mean is not finite (`q` ≤ 1) and the customer has none of his own.
    pub fn expected(&self, spender: Spender) -> Option<f64> {
        let own = self.p * f64::from(spender.repeats);
        let weight = own + self.q - 1.0;
        (weight > 0.0).then(|| self.p * (self.gamma + f64::from(spender.repeats) * spender.mean) / weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CDNOW's customers: repeats, days to the last, days watched, mean money.
    fn cdnow() -> Vec<[f64; 5]> {
        let text = include_str!("../../testdata/cdnow.csv");
        let number = |cell: &str| cell.parse().unwrap();
        let row = |line: &str| line.split(',').map(number).collect::<Vec<f64>>().try_into().unwrap();
        text.lines().skip(1).map(row).collect()
    }

    fn buyers() -> Vec<Buyer> {
        let week = |days: f64| days / 7.0;
        cdnow()
            .iter()
            .map(|[x, last, age, ..]| Buyer {
                repeats: *x as u32,
                last: week(*last),
                age: week(*age),
                n: 1.0,
            })
            .collect()
    }

    #[test]
    fn cdnow_has_the_published_parameters() {
        let rows = cdnow();
        assert_eq!(rows.len(), 2_357);
        assert_eq!(rows.iter().map(|row| row[0]).sum::<f64>(), 2_457.0);
        let model = BgNbd::fit(&buyers()).unwrap();
        let near = |found: f64, expected: f64| (found - expected).abs() < 2e-4 * expected;
        assert!(near(model.r, 0.242_595) && near(model.alpha, 4.413_602), "{model:?}");
        assert!(near(model.a, 0.792_922) && near(model.b, 2.425_907), "{model:?}");
        assert!((model.log_likelihood + 9_582.43).abs() < 0.01, "{model:?}");
        let one = Buyer { repeats: 2, last: 30.43, age: 38.86, n: 1.0 };
        assert!((model.expected(&one, 39.0) - 1.225_907).abs() < 1e-4);
        assert!((model.alive(&one) - 0.726_609).abs() < 1e-4);
        assert!((model.expected_of_new(52.0) - 1.444_012).abs() < 1e-4);
        assert_eq!(model.alive(&Buyer { repeats: 0, ..one }), 1.0);
    }

    #[test]
    fn cdnow_spends_as_published() {
        let spender = |row: &[f64; 5]| Spender { repeats: row[0] as u32, mean: row[3] };
        let model = GammaGamma::fit(&cdnow().iter().map(spender).collect::<Vec<_>>()).unwrap();
        let near = |found: f64, expected: f64| (found - expected).abs() < 1e-3 * expected;
        assert!(
            near(model.p, 6.249_572) && near(model.q, 3.744_225) && near(model.gamma, 15.443_521),
            "{model:?}"
        );
        assert!((model.log_likelihood + 4_055.917_7).abs() < 1e-3, "{model:?}");
        assert!((model.expected(Spender { repeats: 2, mean: 40.0 }).unwrap() - 39.130_534).abs() < 1e-3);
    }

    /// A gamma variable of this shape, by sums of the logarithms of uniform ones and Johnk's method for the rest.
    fn gamma(random: &mut crate::stats::random::Random, shape: f64) -> f64 {
        let whole: f64 = (0..shape as u32).map(|_| -(1.0 - random.next_f64()).ln()).sum();
        let rest = shape.fract();
        if rest == 0.0 {
            return whole;
        }
        loop {
            let (x, y) = (random.next_f64().powf(1.0 / rest), random.next_f64().powf(1.0 / (1.0 - rest)));
            if x + y <= 1.0 && x + y > 0.0 {
                return whole - (1.0 - random.next_f64()).ln() * x / (x + y);
            }
        }
    }

    #[test]
    fn customers_that_behave_like_the_model_give_it_back() {
        let truth = BgNbd { r: 0.8, alpha: 10.0, a: 0.9, b: 2.5, log_likelihood: 0.0 };
        let mut random = crate::stats::random::Random::new(5);
        let customer = |_| {
            let rate = gamma(&mut random, truth.r) / truth.alpha;
            let (a, b) = (gamma(&mut random, truth.a), gamma(&mut random, truth.b));
            let (leaves, age) = (a / (a + b), 52.0);
            let (mut time, mut last, mut repeats) = (0.0, 0.0, 0);
            loop {
                time -= (1.0 - random.next_f64()).ln() / rate;
                if time > age {
                    break;
                }
                (last, repeats) = (time, repeats + 1);
                if random.next_f64() < leaves {
                    break;
                }
            }
            Buyer { repeats, last, age, n: 1.0 }
        };
        let buyers: Vec<Buyer> = (0..4_000).map(customer).collect();
        let found = BgNbd::fit(&buyers).unwrap();
        let near = |found: f64, expected: f64, by: f64| (found / expected - 1.0).abs() < by;
        assert!(near(found.r, truth.r, 0.1) && near(found.alpha, truth.alpha, 0.1), "{found:?}");
        assert!(near(found.expected_of_new(52.0), truth.expected_of_new(52.0), 0.05), "{found:?}");
        let one = Buyer { repeats: 4, last: 30.0, age: 52.0, n: 1.0 };
        assert!(near(found.expected(&one, 52.0), truth.expected(&one, 52.0), 0.1), "{found:?}");
        let unsure = found.deviation_of(&buyers, &|model| model.expected_of_new(52.0)).unwrap();
        let apart = (found.expected_of_new(52.0) - truth.expected_of_new(52.0)).abs();
        assert!(apart < 4.0 * unsure && unsure < 0.1, "{apart} and {unsure}");
    }

    #[test]
    fn expected_purchases_grow_from_nothing() {
        let model = BgNbd { r: 0.24, alpha: 4.4, a: 1.0, b: 2.4, log_likelihood: 0.0 };
        let buyer = Buyer { repeats: 3, last: 20.0, age: 30.0, n: 1.0 };
        assert_eq!((model.expected(&buyer, 0.0), model.expected_of_new(0.0)), (0.0, 0.0));
        let times = (0..50).map(|time| model.expected(&buyer, f64::from(time)));
        let expected: Vec<f64> = times.collect();
        assert!(expected.windows(2).all(|pair| pair[0] < pair[1]), "{expected:?}");
    }

    #[test]
    fn where_nobody_leaves_or_buys_again_there_is_no_model() {
        let once = Buyer { repeats: 0, last: 0.0, age: 30.0, n: 500.0 };
        assert_eq!(BgNbd::fit(&[once]), Err(NoFit::TooFewRepeats));
        // All buy until the end.
        let loyal: Vec<Buyer> =
            (10..60).map(|x| Buyer { repeats: x, last: 51.9, age: 52.0, n: 4.0 }).collect();
        assert_eq!(BgNbd::fit(&loyal).unwrap_err(), NoFit::NobodyLeaves);
        assert_eq!(GammaGamma::fit(&[]), Err(NoFit::TooFewRepeats));
    }
}
