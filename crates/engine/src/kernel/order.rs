//! Sorting of what is sorted once an answer. The standard library's sorts are compiled anew for each type and order, which
//! takes some six kilobytes each and was a fifth of the engine; this one is compiled once, and sorts places.

use std::cmp::Ordering;

/// Sorts a list; equal items stay in their order. O(n log n) comparisons, each behind a pointer: for lists of an answer
/// and not for each user's rows.
///
/// ```
/// use cairn_engine::kernel::order::sort_by;
/// let mut list = [("b", 1), ("a", 2), ("b", 0)];
/// sort_by(&mut list, |a, b| a.0.cmp(b.0));
/// assert_eq!(list, [("a", 2), ("b", 1), ("b", 0)]);
/// ```
pub fn sort_by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut goes_to = places(list.len(), &|a, b| compare(&list[a as usize], &list[b as usize]));
    for at in 0..list.len() {
        while goes_to[at] as usize != at {
            let to = goes_to[at] as usize;
            list.swap(at, to);
            goes_to.swap(at, to);
        }
    }
}

/// Sorts a list by what `key` makes of each item, computed for each comparison; equal items stay in their order.
pub fn sort_by_key<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(list, |a, b| key(a).cmp(&key(b)));
}

/// Where each of `n` items belongs.
#[inline(never)]
fn places(n: usize, compare: &dyn Fn(u32, u32) -> Ordering) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.sort_by(|&a, &b| compare(a, b));
    let mut goes_to = vec![0; n];
    (0..).zip(order).for_each(|(place, item)| goes_to[item as usize] = place);
    goes_to
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_standard_sort(list in prop::collection::vec((0_u8..5, 0_u8..5), 0..40)) {
            let (mut mine, mut theirs) = (list.clone(), list);
            sort_by_key(&mut mine, |item| std::cmp::Reverse(item.0));
            theirs.sort_by_key(|item| std::cmp::Reverse(item.0));
            prop_assert_eq!(mine, theirs);
        }
    }
}
