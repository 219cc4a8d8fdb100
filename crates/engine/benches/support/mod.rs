//! A seeded event table for benches: 12 events of very different frequency, a plan, and revenue on one event.

use cairn_engine::Millis;
use cairn_engine::stats::random::Random;
use cairn_engine::table::builder::{Block, BlockColumn, Draft};
use cairn_engine::table::{ColumnInfo, Dictionary, Kind, Role, Table};

/// The events, the most frequent first.
pub(crate) const EVENTS: [&str; 12] = [
    "view", "click", "search", "scroll", "open", "save", "share", "invite", "signup", "payment", "export",
    "cancel",
];

/// `n_events` rows of `n_users` users over 90 days. Users differ in how much they do, and in when.
pub(crate) fn table(n_events: usize, n_users: usize) -> Table {
    table_with_properties(n_events, n_users, 0)
}

/// The same with so many text properties besides, of 2 to 21 values each, on nine rows of ten.
pub(crate) fn table_with_properties(n_events: usize, n_users: usize, n_properties: usize) -> Table {
    let mut random = Random::new(1);
    let column = |name: &str, role, kind| ColumnInfo { name: name.to_owned(), kind, role };
    let mut block = Block::default();
    let (mut events, mut plans, mut revenue) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n_events {
        // Squared, so that a few users do much and many little.
        let user = (random.next_f64() * random.next_f64() * n_users as f64) as usize;
        let event = ((random.next_f64() * random.next_f64() * 11.0) as usize + user % 2) as u32;
        let day = (user % 45) as f64 + random.next_f64() * 45.0;
        block.users.push(user as u32);
        block.times.push(Millis((day * Millis::DAY as f64) as i64));
        events.push(event + 1);
        plans.push((user % 4) as u32);
        revenue.push(if event == 9 { (random.below(10_000) as f64) / 100.0 } else { f64::NAN });
    }
    block.columns = vec![
        BlockColumn::Elsewhere,
        BlockColumn::Elsewhere,
        BlockColumn::Text(events),
        BlockColumn::Text(plans),
        BlockColumn::Number(revenue),
    ];
    let properties = (0..n_properties as u32).map(|property| {
        let value = |(row, &user): (usize, &u32)| {
            let is_missing = (row as u32 + property).is_multiple_of(10);
            if is_missing {
                0
            } else {
                user.wrapping_mul(2_654_435_761).rotate_left(property % 32) % (property % 20 + 2) + 1
            }
        };
        BlockColumn::Text(block.users.iter().enumerate().map(value).collect())
    });
    let properties: Vec<BlockColumn> = properties.collect();
    block.columns.extend(properties);
    let ids: Vec<String> = (0..n_users).map(|user| format!("user-{user:06}")).collect();
    let values: Vec<String> = (0..21).map(|value| format!("value {value:02}")).collect();
    let of_property = |property: usize| values[..property % 20 + 2].iter().map(String::as_str);
    let mut draft = Draft {
        columns: vec![
            column("user", Role::User, Kind::Text),
            column("time", Role::Time, Kind::Time),
            column("event", Role::Event, Kind::Text),
            column("plan", Role::Other, Kind::Text),
            column("revenue", Role::Revenue, Kind::Number),
        ],
        users: Dictionary::from_entries(ids.iter().map(String::as_str)),
        dictionaries: vec![
            Dictionary::default(),
            Dictionary::default(),
            Dictionary::from_entries(EVENTS),
            Dictionary::from_entries(["free", "pro", "team"]),
            Dictionary::default(),
        ],
        blocks: vec![block],
    };
    for property in 0..n_properties {
        draft.columns.push(column(&format!("property {property}"), Role::Other, Kind::Text));
        draft.dictionaries.push(Dictionary::from_entries(of_property(property)));
    }
    draft.build()
}
