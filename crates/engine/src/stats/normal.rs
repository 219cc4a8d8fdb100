//! The standard normal distribution.

/// The probability that a standard normal variable is at most `z`: `erfc(−z/√2) / 2`.
///
/// ```
/// use cairn_engine::stats::normal::cdf;
/// assert!((cdf(1.959_963_984_540_054) - 0.975).abs() < 1e-15);
/// ```
pub fn cdf(z: f64) -> f64 {
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// The probability that a standard normal variable lies as far from 0 as `z` or farther, on either side.
pub fn two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The `z` that a standard normal variable stays below with probability `p`, 0 < `p` < 1: Acklam's rational approximation
/// (2003), made exact by two steps of Halley's method.
///
/// ```
/// use cairn_engine::stats::normal::quantile;
/// assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
/// assert_eq!(quantile(0.5), 0.0);
/// ```
pub fn quantile(p: f64) -> f64 {
    if p > 0.5 {
        return -quantile(1.0 - p);
    }
    let mut z = approximate(p);
    for _ in 0..2 {
        let error = cdf(z) - p;
        let step = error * libm::sqrt(2.0 * std::f64::consts::PI) * libm::exp(z * z / 2.0);
        z -= step / (1.0 + z * step / 2.0);
    }
    if p == 0.5 { 0.0 } else { z }
}

/// Acklam's approximation below one half, to a relative error of 1.15e-9.
fn approximate(p: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
        1.0,
    ];
    const C: [f64; 6] = [
        -0.007_784_894_002_430_293,
        -0.322_396_458_041_136_5,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] = [
        0.007_784_695_709_041_462,
        0.322_467_129_070_039_8,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
        1.0,
    ];
    let sum = |list: &[f64], x: f64| list.iter().fold(0.0, |all, term| all * x + term);
    if p < 0.024_25 {
        let q = libm::sqrt(-2.0 * libm::log(p));
        return sum(&C, q) / sum(&D, q);
    }
    let q = p - 0.5;
    let r = q * q;
    sum(&A, r) * q / sum(&B, r)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_the_inverse_of_the_distribution_far_into_its_tails() {
        for z in [-8.0, -5.0, -3.0, -1.0, -0.1, 0.0, 0.5, 2.0, 4.0] {
            assert!((quantile(cdf(z)) - z).abs() < 1e-9, "{z}: {}", quantile(cdf(z)));
        }
        assert!((two_sided(1.959_963_984_540_054) - 0.05).abs() < 1e-15);
    }
}
