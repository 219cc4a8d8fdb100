//! Two groups and something that happened or did not: tests, odds ratio, lift and correlation.
//!
//! ```text
//!              happened   did not
//! group        a          b          a + b
//! all others   c          d          c + d
//! ```

use serde::{Deserialize, Serialize};

use super::contingency::association;
use super::interval::Z_95;

/// Numbers of users by group and by whether something happened.
///
/// ```
/// use cairn_engine::stats::two_by_two::TwoByTwo;
/// // Fisher's lady tasting tea (1935): three of four cups told right.
/// let tea = TwoByTwo { a: 3, b: 1, c: 1, d: 3 };
/// assert!((tea.fisher() - 34.0 / 70.0).abs() < 1e-14);
/// assert_eq!(tea.odds_ratio().unwrap().ratio, 9.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TwoByTwo {
    /// In the group, happened.
    pub a: u64,
    /// In the group, did not.
    pub b: u64,
    /// Among all others, happened.
    pub c: u64,
    /// Among all others, did not.
    pub d: u64,
}

/// Whether two groups differ by more than chance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Independence {
    /// The probability of such a difference or a greater one if the groups did not differ; 0 stands for less than 1e-300.
    pub p_value: f64,
    /// How it was computed.
    pub test: IndependenceTest,
}

/// How it is told whether two groups differ by more than chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IndependenceTest {
    /// Fisher's exact test, two-sided: where fewer than 5 users are expected in a cell.
    Fisher,
    /// Pearson's χ² test without a correction for continuity: else.
    ChiSquared,
}

/// How much larger the odds are in the group than among all others, with its 95 % interval. Above 1 is more often.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OddsRatio {
    /// The ratio.
    pub ratio: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// What was added to each of the four numbers first: 0, or a half because one of them was 0, or what the query says.
    pub added: f64,
}

impl TwoByTwo {
    /// A group of `n` users of whom it happened to `happened`, within `n_all` of whom it happened to `all_happened`. None if
    /// the group is no part of all.
    pub fn part((happened, n): (u64, u64), (all_happened, n_all): (u64, u64)) -> Option<Self> {
        let (b, c) = (n.checked_sub(happened)?, all_happened.checked_sub(happened)?);
        Some(Self { a: happened, b, c, d: n_all.checked_sub(all_happened)?.checked_sub(b)? })
    }

    /// Whether the groups differ by more than chance: by Fisher's exact test where fewer than 5 are expected in a cell
    /// (Cochran's rule, 1954), else by Pearson's χ² test. If a group is empty, or it happened always or never, nothing
    /// can be told, and the probability is 1.
    ///
    /// Checked against SciPy's `fisher_exact` and `chi2_contingency`.
    pub fn independence(&self) -> Independence {
        let (rows, columns) = (self.rows(), self.columns());
        let least = rows.0.min(rows.1) as f64 * columns.0.min(columns.1) as f64 / self.n() as f64;
        match association(&[(self.a, self.b), (self.c, self.d)]) {
            Some(found) if least >= 5.0 => {
                Independence { p_value: found.p_value, test: IndependenceTest::ChiSquared }
            }
            _ => Independence { p_value: self.fisher(), test: IndependenceTest::Fisher },
        }
    }

    /// Fisher's exact test, two-sided (Fisher 1935; Agresti 2002, § 3.5): the probability, among all tables of the same
    /// sums, of those that are no likelier than this one. Tables whose probability is the same but for rounding (a factor
    /// of 1 + 1e-7, as in R) count as equally likely. 1 if only one table has these sums. O(smallest sum).
    ///
    /// Probabilities are taken relative to the likeliest table, each from its neighbor, so that none needs a factorial.
    pub fn fisher(&self) -> f64 {
        let (row, column, n) = (self.rows().0, self.columns().0, self.n());
        let (first, last) = ((row + column).saturating_sub(n), row.min(column));
        let mode =
            ((u128::from(row) + 1) * (u128::from(column) + 1) / (u128::from(n) + 2)).min(last.into()) as u64;
        let mode = mode.max(first);
        // From the table with `x` in its first cell to the one with `x + 1`.
        let ratio = |x: u64| {
            let (up, down) = ((row - x) as f64 * (column - x) as f64, (x + 1) as f64);
            up / (down * (n + x + 1 - row - column) as f64)
        };
        let above = (mode..last).scan(1.0, |weight, x| {
            *weight *= ratio(x);
            Some((x + 1, *weight))
        });
        let below = (first..mode).rev().scan(1.0, |weight, x| {
            *weight /= ratio(x);
            Some((x, *weight))
        });
        let weights: Vec<(u64, f64)> = std::iter::once((mode, 1.0)).chain(above).chain(below).collect();
        let own = weights.iter().find(|(x, _)| *x == self.a).map_or(1.0, |(_, weight)| *weight);
        let sum = |most: f64| weights.iter().map(|&(_, w)| w).filter(|w| *w <= most).sum::<f64>();
        (sum(own * (1.0 + 1e-7)) / sum(f64::INFINITY)).min(1.0)
    }

    /// The odds ratio `ad / bc` with Woolf's interval, `exp(ln(ad / bc) ± z √(1/a + 1/b + 1/c + 1/d))` (Woolf 1955). If a
    /// number is 0, a half is added to each (Haldane 1956, Anscombe 1956), and the result says so. None if a group is
    /// empty, or it happened always or never: then there are no odds to compare.
    pub fn odds_ratio(&self) -> Option<OddsRatio> {
        let (rows, columns) = (self.rows(), self.columns());
        if [rows.0, rows.1, columns.0, columns.1].contains(&0) {
            return None;
        }
        let is_corrected = [self.a, self.b, self.c, self.d].contains(&0);
        Some(self.odds_ratio_with(if is_corrected { 0.5 } else { 0.0 }))
    }

    /// The same with so much added to each number, which must not leave any at 0.
    pub fn odds_ratio_with(&self, added: f64) -> OddsRatio {
        let [a, b, c, d] = [self.a, self.b, self.c, self.d].map(|n| n as f64 + added);
        let ratio = a * d / (b * c);
        let spread = libm::exp(Z_95 * libm::sqrt(1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d));
        OddsRatio { ratio, low: ratio / spread, high: ratio * spread, added }
    }

    /// The share to whom it happened in the group, divided by the share among all (Brin et al. 1997). None if the group is
    /// empty or it happened to nobody.
    pub fn lift(&self) -> Option<f64> {
        let (in_group, all) = (self.rows().0, self.columns().0);
        (in_group > 0 && all > 0).then(|| self.a as f64 / in_group as f64 / (all as f64 / self.n() as f64))
    }

    /// The φ coefficient, `(ad − bc) / √((a+b)(c+d)(a+c)(b+d))`: the correlation of the group with what happened, from −1 to
    /// 1 (Yule 1912); as a measure of prediction it is Matthews' correlation coefficient (1975), which is only high if the
    /// group holds most of those to whom it happened and few others (Chicco & Jurman 2020). None if a sum is 0.
    pub fn phi(&self) -> Option<f64> {
        let (rows, columns) = (self.rows(), self.columns());
        let [a, b, c, d] = [self.a, self.b, self.c, self.d].map(|n| n as f64);
        let square = [rows.0, rows.1, columns.0, columns.1].map(|n| n as f64).iter().product::<f64>();
        (square > 0.0).then(|| ((a * d - b * c) / libm::sqrt(square)).clamp(-1.0, 1.0))
    }

    /// Users of the group, and all others.
    fn rows(&self) -> (u64, u64) {
        (self.a + self.b, self.c + self.d)
    }

    /// Users to whom it happened, and to whom it did not.
    fn columns(&self) -> (u64, u64) {
        (self.a + self.c, self.b + self.d)
    }

    fn n(&self) -> u64 {
        self.a + self.b + self.c + self.d
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table([a, b, c, d]: [u64; 4]) -> TwoByTwo {
        TwoByTwo { a, b, c, d }
    }

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-10 * expected.abs()
    }

    /// SciPy's `fisher_exact` and `chi2_contingency` and statsmodels' `Table2x2`; see `tests/reference/statistics.py`.
    #[test]
    fn numbers_agree_with_scipy_and_statsmodels() {
        let reference = [
            ([3, 1, 1, 3], 0.485_714_285_714_285_65, 9.0, 0.366_636_931_925_545_36, 220.927_006_929_157_56),
            (
                [189, 10_845, 104, 10_933],
                5.032_835_599_722_745e-7,
                1.832_053_941_908_713_6,
                1.440_042_391_848_624_5,
                2.330_779_750_000_643_5,
            ),
            ([8, 2, 1, 5], 0.034_965_034_965_034_975, 20.0, 1.416_185_139_395_154, 282.448_946_028_948_95),
            (
                [0, 5, 5, 0],
                0.007_936_507_936_507_938,
                0.008_264_462_809_917_356,
                0.000_137_756_657_631_968_64,
                0.495_811_576_083_540_3,
            ),
            (
                [10, 0, 90, 100],
                0.001_542_052_125_435_700_8,
                23.320_441_988_950_275,
                1.347_313_738_115_574_4,
                403.649_869_496_610_5,
            ),
            (
                [0, 2000, 3, 998_000],
                1.0,
                71.267_933_016_745_81,
                3.680_081_179_266_333_3,
                1_380.164_737_966_990_3,
            ),
            (
                [5, 10, 9990, 89_995],
                0.012_687_527_746_813_422,
                4.504_254_254_254_254_5,
                1.539_267_867_496_906_3,
                13.180_491_073_304_575,
            ),
            (
                [300, 20, 100, 700],
                3.750_906_518_031_954e-155,
                105.0,
                63.763_546_235_972_46,
                172.904_436_011_122_87,
            ),
        ];
        for (cells, fisher, ratio, low, high) in reference {
            let found = table(cells).odds_ratio().unwrap();
            assert!(near(table(cells).fisher(), fisher), "{cells:?}: {}", table(cells).fisher());
            assert!(near(found.ratio, ratio), "{cells:?}: {found:?}");
            assert!(near(found.low, low) && near(found.high, high), "{cells:?}: {found:?}");
            assert_eq!(found.added > 0.0, cells.contains(&0));
        }
    }

    #[test]
    fn the_exact_test_is_used_where_fewer_than_five_are_expected() {
        let test = |cells| table(cells).independence();
        assert_eq!(test([3, 1, 1, 3]).test, IndependenceTest::Fisher);
        assert_eq!(test([5, 5, 5, 5]).test, IndependenceTest::ChiSquared, "5 are enough");
        assert_eq!(test([5, 5, 4, 5]).test, IndependenceTest::Fisher, "9 · 9 / 19 are not");
        let aspirin = test([189, 10_845, 104, 10_933]);
        assert_eq!(aspirin.test, IndependenceTest::ChiSquared);
        assert!(near(aspirin.p_value, 5.691_896_973_740_789e-7), "{aspirin:?}");
    }

    #[test]
    fn what_cannot_be_compared_has_no_numbers() {
        for cells in [[0, 0, 3, 4], [3, 4, 0, 0], [0, 3, 0, 4], [3, 0, 4, 0], [0, 0, 0, 0]] {
            let table = table(cells);
            assert_eq!((table.odds_ratio(), table.phi()), (None, None), "{cells:?}");
            assert_eq!(table.independence().p_value, 1.0, "{cells:?}");
            assert_eq!(table.fisher(), 1.0, "{cells:?}: there is no other table");
        }
        assert_eq!(table([0, 0, 3, 4]).lift(), None);
        assert_eq!(TwoByTwo::part((3, 5), (2, 9)), None, "more than all");
        assert_eq!(TwoByTwo::part((3, 5), (4, 9)), Some(table([3, 2, 1, 3])));
    }

    #[test]
    fn lift_and_correlation_can_be_checked_by_hand() {
        let found = table([8, 2, 1, 5]);
        assert!(near(found.lift().unwrap(), 0.8 / (9.0 / 16.0)));
        assert!(near(found.phi().unwrap(), 38.0 / (10.0 * 6.0 * 9.0 * 7.0_f64).sqrt()));
        assert_eq!(table([4, 0, 0, 9]).phi(), Some(1.0));
        assert_eq!(table([0, 4, 9, 0]).phi(), Some(-1.0));
    }

    /// n over k.
    fn choose(n: u64, k: u64) -> f64 {
        (1..=k).fold(1.0, |all, at| all * (n - k + at) as f64 / at as f64)
    }

    proptest! {
        #[test]
        fn the_exact_test_agrees_with_counting_by_binomials(a in 0..12_u64, b in 0..12_u64, c in 0..12_u64, d in 0..12_u64) {
            let own = TwoByTwo { a, b, c, d };
            let (row, column, n) = (a + b, a + c, a + b + c + d);
            let likelihood = |x: u64| if x > row || x > column || column - x > n - row { 0.0 } else {
                choose(row, x) * choose(n - row, column - x) / choose(n, column)
            };
            let likelihoods: Vec<f64> = (0..=n).map(likelihood).collect();
            let expected: f64 = likelihoods.iter().filter(|p| **p <= likelihood(a) * (1.0 + 1e-7)).sum();
            prop_assert!((own.fisher() - expected).abs() < 1e-9, "{:?}: {} and {}", own, own.fisher(), expected);
        }

        #[test]
        fn turning_the_table_turns_the_ratio_and_keeps_the_probability(cells in prop::array::uniform4(0..500_u64)) {
            let [a, b, c, d] = cells;
            let (own, turned) = (table([a, b, c, d]), table([c, d, a, b]));
            prop_assert!((own.fisher() - turned.fisher()).abs() < 1e-9);
            if let (Some(one), Some(other)) = (own.odds_ratio(), turned.odds_ratio()) {
                prop_assert!((one.ratio * other.ratio - 1.0).abs() < 1e-9 && one.low <= one.ratio && one.ratio <= one.high);
                prop_assert!((own.phi().unwrap() + turned.phi().unwrap()).abs() < 1e-12);
            }
        }
    }
}
