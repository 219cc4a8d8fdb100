//! The chains that the oracle finds, for the oracles of analyses that look at users one by one.

use std::collections::BTreeMap;

use super::rows::looked_at;
use super::units::fate;
use crate::analysis::funnel::FunnelQuery;
use crate::testing::Sheet;

/// For each user who enters a funnel and is not removed: the filled steps with their times, and whether the user is open.
pub(in crate::analysis) fn naive_passages(
    query: &FunnelQuery,
    sheet: &Sheet,
) -> BTreeMap<String, (Vec<(usize, i64)>, bool)> {
    let users = sheet.users();
    let end = users.values().flatten().map(|row| row.time).max().unwrap_or(0);
    let passage = |(user, rows): (&&str, &Vec<_>)| {
        let fate = fate(query, &looked_at(query, rows), end);
        let (chain, open) = fate.entered()?;
        Some(((*user).to_owned(), (chain.to_vec(), open)))
    };
    users.iter().filter_map(passage).collect()
}
