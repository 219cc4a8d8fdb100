//! Four single-precision numbers that are computed with at once.
//!
//! On wasm32 they are one 128-bit vector: there the compiler does not find out by itself that neighboring accumulators
//! can share one, which took four times as long. Elsewhere they are an array, which it does vectorize. Both round every
//! operation alike, so that no result depends on the machine.

/// Numbers in one [`Four`].
pub(crate) const WIDTH: usize = 4;

/// Four numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Four(imp::Vector);

impl Four {
    /// The same number four times.
    #[inline(always)]
    pub(crate) fn splat(value: f32) -> Self {
        Self(imp::splat(value))
    }

    /// These numbers.
    #[inline(always)]
    pub(crate) fn load(values: &[f32; WIDTH]) -> Self {
        Self(imp::load(values))
    }

    /// `self − a · b`, rounded after the product and again after the difference.
    #[inline(always)]
    pub(crate) fn minus_product(self, a: Self, b: Self) -> Self {
        Self(imp::minus_product(self.0, a.0, b.0))
    }

    /// `self − other`.
    #[inline(always)]
    pub(crate) fn minus(self, other: Self) -> Self {
        Self(imp::minus(self.0, other.0))
    }

    /// In each lane, `then` where `self` is less than `other`, else `otherwise`, bit for bit.
    #[inline(always)]
    pub(crate) fn if_less(self, other: Self, then: Self, otherwise: Self) -> Self {
        Self(imp::if_less(self.0, other.0, then.0, otherwise.0))
    }

    /// In each lane the lesser number; `other` where they do not compare.
    #[inline(always)]
    pub(crate) fn min(self, other: Self) -> Self {
        self.if_less(other, self, other)
    }

    /// The numbers.
    #[inline(always)]
    pub(crate) fn to_array(self) -> [f32; WIDTH] {
        imp::to_array(self.0)
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod imp {
    use core::arch::wasm32::{
        f32x4, f32x4_extract_lane, f32x4_lt, f32x4_mul, f32x4_splat, f32x4_sub, v128, v128_bitselect,
    };

    pub(super) type Vector = v128;

    #[inline(always)]
    pub(super) fn splat(value: f32) -> Vector {
        f32x4_splat(value)
    }

    #[inline(always)]
    pub(super) fn load(&[a, b, c, d]: &[f32; 4]) -> Vector {
        f32x4(a, b, c, d)
    }

    #[inline(always)]
    pub(super) fn minus_product(from: Vector, a: Vector, b: Vector) -> Vector {
        f32x4_sub(from, f32x4_mul(a, b))
    }

    #[inline(always)]
    pub(super) fn minus(a: Vector, b: Vector) -> Vector {
        f32x4_sub(a, b)
    }

    #[inline(always)]
    pub(super) fn if_less(a: Vector, b: Vector, then: Vector, otherwise: Vector) -> Vector {
        v128_bitselect(then, otherwise, f32x4_lt(a, b))
    }

    #[inline(always)]
    pub(super) fn to_array(of: Vector) -> [f32; 4] {
        [
            f32x4_extract_lane::<0>(of),
            f32x4_extract_lane::<1>(of),
            f32x4_extract_lane::<2>(of),
            f32x4_extract_lane::<3>(of),
        ]
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod imp {
    use std::array::from_fn;

    pub(super) type Vector = [f32; 4];

    #[inline(always)]
    pub(super) fn splat(value: f32) -> Vector {
        [value; 4]
    }

    #[inline(always)]
    pub(super) fn load(values: &[f32; 4]) -> Vector {
        *values
    }

    #[inline(always)]
    pub(super) fn minus_product(from: Vector, a: Vector, b: Vector) -> Vector {
        from_fn(|lane| from[lane] - a[lane] * b[lane])
    }

    #[inline(always)]
    pub(super) fn minus(a: Vector, b: Vector) -> Vector {
        from_fn(|lane| a[lane] - b[lane])
    }

    #[inline(always)]
    pub(super) fn if_less(a: Vector, b: Vector, then: Vector, otherwise: Vector) -> Vector {
        from_fn(|lane| if a[lane] < b[lane] { then[lane] } else { otherwise[lane] })
    }

    #[inline(always)]
    pub(super) fn to_array(of: Vector) -> [f32; 4] {
        of
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lane_rounds_twice_as_two_operations_do() {
        // 1 − (1 + 2⁻¹²)² is −2⁻¹¹ − 2⁻²⁴; the product alone rounds to 1 + 2⁻¹¹, so that nothing of 2⁻²⁴ may be left.
        let near = 1.0 + 2.0_f32.powi(-12);
        let found = Four::splat(1.0).minus_product(Four::splat(near), Four::load(&[near, 0.0, 1.0, -1.0]));
        assert_eq!(
            found.to_array(),
            [-(2.0_f32.powi(-11)), 1.0, -(2.0_f32.powi(-12)), 2.0 + 2.0_f32.powi(-12)]
        );
    }
}
