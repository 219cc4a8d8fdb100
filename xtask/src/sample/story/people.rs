//! Who signs up: the people of the story and what is known of each.

use super::rhythm::{COUNTRIES, Country, sign_up_weight};
use super::truths::SIZES;
use crate::sample::random::Random;

/// One person, who opens a workspace for a company.
pub(crate) struct Person {
    /// The first event's time.
    pub(crate) signed_up: i64,
    /// Where they work; shown in the file unless [`Person::country_hidden`].
    pub(crate) country: Country,
    /// Whether their browser hid the country: a few empty cells, as in any export.
    pub(crate) country_hidden: bool,
    /// Index into [`SIZES`].
    pub(crate) size: usize,
    /// Paid seats, should they subscribe.
    pub(crate) seats: u32,
    /// What they do there.
    pub(crate) role: &'static str,
    /// What brought them.
    pub(crate) channel: &'static str,
    /// What they mostly use.
    pub(crate) device: &'static str,
    /// 0 = A, 1 = B.
    pub(crate) variant: usize,
}

const CHANNELS: [(&str, f64); 6] = [
    ("organic_search", 0.26),
    ("paid_social", 0.22),
    ("paid_search", 0.18),
    ("referral", 0.14),
    ("content", 0.12),
    ("partner", 0.08),
];

const DEVICES: [(&str, f64); 3] = [("desktop", 0.80), ("mobile", 0.15), ("tablet", 0.05)];

/// The people who sign up in the story's first `days` days, in the order of their sign-up.
pub(crate) fn draw(seed: u64, count: usize, days: i64) -> Vec<Person> {
    let mut people: Vec<Person> = (0..count).map(|index| draw_one(seed, index, count, days)).collect();
    people.sort_by_key(|person| person.signed_up);
    people
}

fn draw_one(seed: u64, index: usize, count: usize, days: i64) -> Person {
    let random = &mut Random::stream(seed, "person", index as u64);
    let country = random.pick(&COUNTRIES);
    let day = sign_up_day((index as f64 + random.unit()) / count as f64, days);
    let signed_up = country.busy_moment(day, random);
    let size = random.pick_index(&SIZES);
    Person {
        signed_up,
        country,
        country_hidden: random.chance(0.006),
        size,
        seats: seats(random, size),
        role: random.pick(roles(size)),
        channel: random.pick(&CHANNELS),
        device: random.pick(&DEVICES),
        variant: random.below(2) as usize,
    }
}

/// The day at which the share `position` of all sign-ups is reached.
fn sign_up_day(position: f64, days: i64) -> i64 {
    let total: f64 = (0..days).map(sign_up_weight).sum();
    let mut left = position * total;
    for day in 0..days {
        left -= sign_up_weight(day);
        if left < 0.0 {
            return day;
        }
    }
    days - 1
}

fn seats(random: &mut Random, size: usize) -> u32 {
    let (least, most) = [(1, 5), (4, 16), (8, 40), (20, 80)][size];
    least + random.below(u64::from(most - least + 1)) as u32
}

fn roles(size: usize) -> &'static [(&'static str, f64)] {
    match size {
        0 => &[
            ("founder", 0.55),
            ("developer", 0.15),
            ("designer", 0.12),
            ("marketing", 0.10),
            ("operations", 0.08),
        ],
        1 => &[
            ("manager", 0.30),
            ("founder", 0.22),
            ("developer", 0.18),
            ("operations", 0.16),
            ("marketing", 0.14),
        ],
        _ => &[
            ("manager", 0.44),
            ("operations", 0.24),
            ("developer", 0.16),
            ("marketing", 0.10),
            ("designer", 0.06),
        ],
    }
}
