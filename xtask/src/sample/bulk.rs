//! Big files to measure with: any number of rows in order of time, users interleaved, streamed to a writer.
//!
//! The people are simple: each climbs a funnel of six steps, now and then, and does routine things in between. What
//! matters is the shape: short user ids, ISO times with milliseconds, twelve events, small dictionaries, a sparse
//! number column. Memory is one byte a user, whatever the number of rows.

use std::io::{self, Write};

use super::calendar::{DAY, midnight, push_digits, push_iso};
use super::csv::{Quotes, push_amount, push_field};
use super::random::{Random, mix};

/// Which columns a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `user_id, time, event, plan, country, device, revenue`; about 70 bytes a row.
    Seven,
    /// `user_id, time, event, plan, country, device, channel, revenue, variant`; about 75 bytes a row.
    Nine,
}

/// How well the file behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    /// In order of time, LF, no quotation marks.
    Clean,
    /// Times out of order by up to half a day, CRLF, every text field of every other row quoted, and a last column
    /// `note` whose rare values hold commas, quotation marks and line breaks.
    Dirty,
}

/// What to write.
pub(crate) struct Bulk {
    pub(crate) seed: u64,
    pub(crate) rows: u64,
    pub(crate) users: u64,
    pub(crate) shape: Shape,
    pub(crate) finish: Finish,
}

/// The steps that each user climbs in this order.
const LADDER: [&str; 6] = [
    "signed_up",
    "onboarding_started",
    "project_created",
    "teammate_invited",
    "upgrade_clicked",
    "subscription_started",
];

/// The chance that a user's next row is the next step.
const CLIMB_RATES: [f64; 6] = [1.0, 0.55, 0.35, 0.20, 0.06, 0.30];

const ROUTINE: [(&str, f64); 5] = [
    ("task_completed", 0.46),
    ("comment_added", 0.22),
    ("report_viewed", 0.16),
    ("file_uploaded", 0.11),
    ("integration_connected", 0.05),
];

const COUNTRIES: [(&str, f64); 12] = [
    ("US", 0.31),
    ("GB", 0.12),
    ("DE", 0.12),
    ("FR", 0.08),
    ("IN", 0.08),
    ("CA", 0.07),
    ("BR", 0.05),
    ("NL", 0.05),
    ("ES", 0.04),
    ("AU", 0.04),
    ("PL", 0.03),
    ("JP", 0.01),
];
const DEVICES: [(&str, f64); 3] = [("desktop", 0.62), ("mobile", 0.31), ("tablet", 0.07)];
const CHANNELS: [(&str, f64); 6] = [
    ("organic", 0.30),
    ("ads", 0.22),
    ("social", 0.16),
    ("referral", 0.14),
    ("email", 0.11),
    ("partner", 0.07),
];
const NOTES: [&str; 3] = [
    "called back, all fine",
    "asked for \"the big plan\"",
    "first line\nsecond line, with a comma\r\nthird \"line\"",
];

const START: i64 = midnight(2026, 1, 1);
const SPAN: i64 = 90 * DAY;

/// Writes the header and all rows.
pub(crate) fn write(bulk: &Bulk, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut steps_taken = vec![0u8; usize::try_from(bulk.users).unwrap_or(usize::MAX)];
    let mut random = Random::stream(bulk.seed, "bulk", 0);
    let mut line = Vec::with_capacity(256);
    push_header(&mut line, bulk);
    out.write_all(&line)?;
    for row in 0..bulk.rows {
        let user = pick_user(&mut random, row, bulk);
        let action = next_action(&mut random, &mut steps_taken[user as usize]);
        line.clear();
        push_row(&mut line, bulk, row, user, &action, &mut random);
        out.write_all(&line)?;
    }
    Ok(())
}

/// A tenth of the users is there at the start, the others arrive over time, and those who arrived lately are a little
/// more active.
fn pick_user(random: &mut Random, row: u64, bulk: &Bulk) -> u64 {
    let early = bulk.users.div_ceil(10);
    let arrived = early + (u128::from(bulk.users - early) * u128::from(row) / u128::from(bulk.rows)) as u64;
    let back = random.unit();
    arrived - 1 - ((arrived as f64 * back * (0.5 + 0.5 * back)) as u64).min(arrived - 1)
}

struct Action {
    event: &'static str,
    plan: &'static str,
    cents: Option<u32>,
}

fn next_action(random: &mut Random, steps_taken: &mut u8) -> Action {
    let step = usize::from(*steps_taken);
    if step < LADDER.len() && random.chance(CLIMB_RATES[step]) {
        *steps_taken += 1;
        let plan = if step + 1 == LADDER.len() { "team" } else { "free" };
        return Action { event: LADDER[step], plan, cents: None };
    }
    let plan = if step == LADDER.len() { "team" } else { "free" };
    if step == LADDER.len() && random.chance(0.25) {
        let cents = 790 * (1 + random.below(20) as u32);
        return Action { event: "payment", plan, cents: Some(cents) };
    }
    Action { event: random.pick(&ROUTINE), plan, cents: None }
}

fn push_header(line: &mut Vec<u8>, bulk: &Bulk) {
    line.extend_from_slice(match bulk.shape {
        Shape::Seven => b"user_id,time,event,plan,country,device,revenue".as_slice(),
        Shape::Nine => b"user_id,time,event,plan,country,device,channel,revenue,variant".as_slice(),
    });
    line.extend_from_slice(if bulk.finish == Finish::Dirty { b",note\r\n" } else { b"\n" });
}

fn push_row(line: &mut Vec<u8>, bulk: &Bulk, row: u64, user: u64, action: &Action, random: &mut Random) {
    let dirty = bulk.finish == Finish::Dirty;
    let quotes = if dirty && row % 2 == 1 { Quotes::Always } else { Quotes::WhereNeeded };
    // What a user is follows from the id alone, so that nothing has to be remembered.
    let mut person = Random::new(mix(bulk.seed ^ user));
    let (country, device) = (person.pick(&COUNTRIES), person.pick(&DEVICES));
    let (channel, variant) = (person.pick(&CHANNELS), if person.chance(0.5) { "A" } else { "B" });

    push_user(line, bulk.shape, user, quotes);
    line.push(b',');
    push_iso(line, time_of(row, bulk, random));
    for text in [action.event, action.plan, country, device] {
        line.push(b',');
        push_field(line, text, quotes);
    }
    line.push(b',');
    if bulk.shape == Shape::Nine {
        push_field(line, channel, quotes);
        line.push(b',');
    }
    push_amount(line, action.cents);
    if bulk.shape == Shape::Nine {
        line.push(b',');
        push_field(line, variant, quotes);
    }
    if dirty {
        line.push(b',');
        let note = if random.chance(0.05) { NOTES[random.below(3) as usize] } else { "" };
        push_field(line, note, quotes);
        line.push(b'\r');
    }
    line.push(b'\n');
}

fn push_user(line: &mut Vec<u8>, shape: Shape, user: u64, quotes: Quotes) {
    let mark: &[u8] = if quotes == Quotes::Always { b"\"" } else { b"" };
    let (prefix, width): (&[u8], usize) = match shape {
        Shape::Seven => (b"user_", 8),
        Shape::Nine => (b"u", 7),
    };
    line.extend_from_slice(mark);
    line.extend_from_slice(prefix);
    push_digits(line, user as i64, width);
    line.extend_from_slice(mark);
}

/// Rows are spread evenly over 90 days, each at a random place in its own share of them.
fn time_of(row: u64, bulk: &Bulk, random: &mut Random) -> i64 {
    let share = (row as f64 + random.unit()) / bulk.rows as f64;
    let time = START + (share * SPAN as f64) as i64;
    match bulk.finish {
        Finish::Clean => time,
        Finish::Dirty => time + random.below(DAY as u64) as i64 - DAY / 2,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{Bulk, Finish, Shape, write};
    use crate::sample::random::fnv1a;

    fn bytes(shape: Shape, finish: Finish) -> Vec<u8> {
        let mut out = Vec::new();
        write(&Bulk { seed: 1, rows: 20_000, users: 1_000, shape, finish }, &mut out).unwrap();
        out
    }

    fn rows(bytes: &[u8]) -> Vec<Vec<&str>> {
        std::str::from_utf8(bytes).unwrap().lines().map(|line| line.split(',').collect()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let print = |shape, finish| fnv1a(&bytes(shape, finish));
        let prints = [
            print(Shape::Seven, Finish::Clean),
            print(Shape::Nine, Finish::Clean),
            print(Shape::Nine, Finish::Dirty),
        ];
        assert_eq!(
            prints,
            [10_045_595_065_267_887_001, 18_378_263_200_561_649_746, 8_368_320_036_910_684_850]
        );
    }

    #[test]
    fn a_clean_file_is_in_order_of_time_with_twelve_events_and_interleaved_users() {
        let bytes = bytes(Shape::Nine, Finish::Clean);
        let rows = rows(&bytes);
        assert_eq!(rows.len(), 20_001);
        assert!(rows.iter().all(|row| row.len() == 9));
        assert!(rows[1..].windows(2).all(|pair| pair[0][1] <= pair[1][1]));
        assert_eq!(rows[1..].iter().map(|row| row[2]).collect::<BTreeSet<_>>().len(), 12);
        let changes = rows[1..].windows(2).filter(|pair| pair[0][0] != pair[1][0]).count();
        assert!(changes > 19_000, "{changes} changes of user");
    }

    #[test]
    fn a_user_keeps_country_channel_and_variant_and_climbs_the_ladder_in_order() {
        let bytes = bytes(Shape::Nine, Finish::Clean);
        let mut seen: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
        for row in rows(&bytes).into_iter().skip(1) {
            seen.entry(row[0]).or_default().push(row);
        }
        assert!(seen.len() > 900, "{} users", seen.len());
        for rows in seen.values() {
            let same = |column: usize| rows.iter().all(|row| row[column] == rows[0][column]);
            assert!(same(4) && same(6) && same(8));
            let climbed: Vec<&str> =
                rows.iter().map(|row| row[2]).filter(|name| super::LADDER.contains(name)).collect();
            assert_eq!(climbed, super::LADDER[..climbed.len()]);
        }
    }

    #[test]
    fn seven_columns_take_about_seventy_bytes_a_row() {
        let bytes = bytes(Shape::Seven, Finish::Clean);
        assert!(rows(&bytes).iter().all(|row| row.len() == 7));
        let per_row = bytes.len() as f64 / 20_000.0;
        assert!((67.0..74.0).contains(&per_row), "{per_row}");
    }

    #[test]
    fn a_dirty_file_has_crlf_quotes_line_breaks_in_fields_and_times_out_of_order() {
        let bytes = bytes(Shape::Nine, Finish::Dirty);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.ends_with("\r\n"));
        assert!(text.contains("\"first line\nsecond line, with a comma\r\nthird \"\"line\"\"\"\r\n"));
        let times: Vec<&str> =
            text.lines().filter_map(|line| line.split(',').nth(1)).filter(|t| t.len() == 24).collect();
        assert!(times.windows(2).any(|pair| pair[0] > pair[1]));
    }
}
