//! The shipped sample is what the generator writes, and it tells the truths that were planted in it.

use std::collections::BTreeSet;
use std::fs;
use std::sync::OnceLock;

use super::calendar::{DAY, midnight, weekday};
use super::measure::{Measures, Share, markdown, measure};
use super::random::fnv1a;
use super::story::truths::{CANCEL_RATE, INVITE_RATES, PROJECT_RATES, SHORT_LIVED_CANCEL_RATE};
use super::story::{Happening, World, events_csv, tell};
use super::{FileShape, N_EVENTS, N_PEOPLE, Options, SEED, Shape, samples_folder, shipped_sample};

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| tell(SEED, N_PEOPLE, N_EVENTS))
}

fn measures() -> Measures {
    measure(world())
}

/// Whether a share is what `rate` gives by chance in all but 1 of 10,000 files.
fn agrees(share: Share, rate: f64) -> bool {
    let deviation = (rate * (1.0 - rate) / f64::from(share.of)).sqrt();
    (share.rate() - rate).abs() < 3.9 * deviation
}

#[test]
fn the_shipped_sample_is_what_the_generator_writes() {
    let made = events_csv(world());
    assert_eq!(fnv1a(&made), 7_723_100_410_697_784_893);
    let shipped = fs::read(shipped_sample()).unwrap();
    assert!(made == shipped, "www/samples/saas-events.csv is stale: run `cargo xtask sample`");
}

#[test]
fn the_readme_states_the_numbers_that_the_sample_has() {
    let readme = fs::read_to_string(samples_folder().join("README.md")).unwrap();
    let told = markdown(&measures());
    assert!(readme.contains(&told), "www/samples/README.md should hold these lines:\n{told}");
}

#[test]
fn the_public_files_are_the_ones_that_were_checked() {
    let print = |name: &str| fnv1a(&fs::read(samples_folder().join(name)).unwrap());
    assert_eq!(print("online-retail-invoices.csv.gz"), 5_608_400_457_842_856_627);
    assert_eq!(print("ecom-clicks.csv.gz"), 17_837_300_081_567_409_575);
}

#[test]
fn the_sample_has_50_000_events_of_3_to_4_thousand_users_over_six_months() {
    let found = measures();
    assert_eq!(found.n_events, 50_000);
    assert!((3_000..4_000).contains(&found.n_people), "{} users", found.n_people);
    let days = (found.last - found.first) / DAY;
    assert!((175..190).contains(&days), "{days} days");
}

#[test]
fn rows_are_in_order_of_time_and_have_twelve_fields() {
    assert!(world().events.windows(2).all(|pair| pair[0].time <= pair[1].time));
    let text = String::from_utf8(events_csv(world())).unwrap();
    for line in text.lines() {
        let outside_quotes: String = line.split('"').step_by(2).collect();
        assert_eq!(outside_quotes.matches(',').count(), 11, "{line}");
    }
    assert_eq!(text.lines().count(), N_EVENTS + 1);
}

#[test]
fn inviting_a_teammate_loses_small_teams() {
    let [small, rest @ ..] = measures().invited;
    for (share, planted) in measures().invited.into_iter().zip(INVITE_RATES) {
        assert!(agrees(share, planted), "{} of {} against {planted}", share.hits, share.of);
    }
    for share in rest {
        assert!(share.rate() > small.rate() + 0.3);
        assert!(share.z_against(small) > 8.0);
    }
}

#[test]
fn variant_b_creates_more_projects_and_the_difference_is_significant() {
    let [a, b] = measures().created;
    assert!(agrees(a, PROJECT_RATES[0]) && agrees(b, PROJECT_RATES[1]));
    // Beyond 3.29 the two-sided p-value is below 0.001.
    assert!(b.z_against(a) > 3.29, "z = {}", b.z_against(a));
}

#[test]
fn the_variants_are_split_evenly() {
    let count = |variant| world().people.iter().filter(|person| person.variant == variant).count() as f64;
    let z = (count(0) - count(1)) / (count(0) + count(1)).sqrt();
    assert!(z.abs() < 2.58, "z = {z}");
}

#[test]
fn customers_of_paid_social_are_short_lived() {
    let [paid_social, others] = measures().canceled;
    // Two months: gone unless both chances to cancel were passed by. The second month's leavers may fall just after
    // the sixtieth day, so the planted rate is an upper end.
    let within_two_months = |monthly: f64| 1.0 - (1.0 - monthly) * (1.0 - monthly);
    assert!(agrees(paid_social, within_two_months(SHORT_LIVED_CANCEL_RATE)));
    assert!(agrees(others, within_two_months(CANCEL_RATE)));
    assert!(paid_social.of >= 40);
    assert!(paid_social.z_against(others) > 6.0);
}

#[test]
fn three_habits_are_found_again_by_k_means() {
    let found = three_means(&features());
    let planted: Vec<usize> = old_users().iter().map(|&index| world().habits[index].number()).collect();
    let percent = shares_found(&found, &planted).map(|share| (100.0 * share).round());
    assert_eq!(percent, [99.0, 86.0, 78.0], "the samples' README names these");
}

#[test]
fn people_rest_on_weekends_and_the_launch_week_is_busy() {
    let events = &world().events;
    let weekend = events.iter().filter(|event| weekday(event.time) >= 5).count();
    assert!(weekend < N_EVENTS / 15, "{weekend} on weekends");
    let signed_up = |from: i64| {
        let week = from..from + 7 * DAY;
        events.iter().filter(|e| e.happening == Happening::SignedUp && week.contains(&e.time)).count()
    };
    assert!(signed_up(midnight(2026, 3, 16)) * 2 > signed_up(midnight(2026, 3, 9)) * 3);
}

#[test]
fn another_seed_tells_another_story_with_the_same_truths() {
    let other = tell(7, N_PEOPLE, N_EVENTS);
    assert_ne!(events_csv(&other), events_csv(world()));
    let found = measure(&other);
    assert!(found.invited[0].rate() + 0.25 < found.invited[1].rate());
    assert!(found.created[1].z_against(found.created[0]) > 2.0);
}

#[test]
fn bad_arguments_are_refused_with_their_names() {
    let parse = |text: &str| Options::parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    assert!(parse("--rows ten --out x").unwrap_err().contains("--rows needs a whole number, not \"ten\""));
    assert!(parse("--rows 10").unwrap_err().contains("--rows needs --out"));
    assert!(parse("--shape seven").unwrap_err().contains("need --rows"));
    assert!(parse("--shape eight --rows 1 --out x").unwrap_err().contains("seven, nine or points"));
    assert!(parse("--fast").unwrap_err().contains("\"--fast\" is not an option"));
    assert!(parse("--seed").unwrap_err().contains("--seed needs a value"));
    assert!(parse("--rows 1 --out x --shape points --dirty").unwrap_err().contains("neither"));
    let good = parse("--rows 1_000 --out x --shape seven --dirty").unwrap();
    assert_eq!(
        (good.rows, good.shape, good.dirty),
        (Some(1_000), Some(FileShape::Events(Shape::Seven)), true)
    );
}

/// Users who signed up at least 60 days before the end: younger ones have not shown their habit yet.
fn old_users() -> Vec<usize> {
    let last = measures().last;
    (0..world().people.len()).filter(|&index| world().people[index].signed_up <= last - 60 * DAY).collect()
}

/// Square roots of the numbers of events and of days active, and the days from first to last event, standardized.
fn features() -> Vec<[f64; 3]> {
    let mut days: Vec<BTreeSet<i64>> = vec![BTreeSet::new(); world().people.len()];
    let mut n_events = vec![0u32; world().people.len()];
    for event in &world().events {
        days[event.person].insert(event.time.div_euclid(DAY));
        n_events[event.person] += 1;
    }
    let span = |index: usize| (days[index].last().unwrap() - days[index].first().unwrap()) as f64;
    let raw =
        |index: usize| [f64::from(n_events[index]).sqrt(), (days[index].len() as f64).sqrt(), span(index)];
    standardized(old_users().into_iter().map(raw).collect())
}

fn standardized(mut rows: Vec<[f64; 3]>) -> Vec<[f64; 3]> {
    let n = rows.len() as f64;
    for column in 0..3 {
        let mean = rows.iter().map(|row| row[column]).sum::<f64>() / n;
        let deviation = (rows.iter().map(|row| (row[column] - mean).powi(2)).sum::<f64>() / n).sqrt();
        rows.iter_mut().for_each(|row| row[column] = (row[column] - mean) / deviation);
    }
    rows
}

/// Lloyd's algorithm from three rows at low, middle and high rank of the first feature.
fn three_means(rows: &[[f64; 3]]) -> Vec<usize> {
    let mut ranked: Vec<&[f64; 3]> = rows.iter().collect();
    ranked.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let mut centers = [0.25, 0.8, 0.97].map(|rank| *ranked[(rank * rows.len() as f64) as usize]);
    let mut labels = vec![0; rows.len()];
    for _ in 0..100 {
        for (label, row) in labels.iter_mut().zip(rows) {
            let distance = |center: &[f64; 3]| (0..3).map(|i| (center[i] - row[i]).powi(2)).sum::<f64>();
            *label = (0..3).min_by(|&a, &b| distance(&centers[a]).total_cmp(&distance(&centers[b]))).unwrap();
        }
        for (cluster, center) in centers.iter_mut().enumerate() {
            let members: Vec<&[f64; 3]> =
                rows.iter().zip(&labels).filter(|(_, l)| **l == cluster).map(|(r, _)| r).collect();
            *center =
                std::array::from_fn(|i| members.iter().map(|row| row[i]).sum::<f64>() / members.len() as f64);
        }
    }
    labels
}

/// For each planted habit the share of its people in "its" cluster: clusters are numbered by size, as habits are.
fn shares_found(found: &[usize], planted: &[usize]) -> [f64; 3] {
    let size = |cluster: usize| found.iter().filter(|&&label| label == cluster).count();
    let mut by_size = [0, 1, 2];
    by_size.sort_by_key(|&cluster| std::cmp::Reverse(size(cluster)));
    std::array::from_fn(|habit| {
        let labels: Vec<usize> =
            found.iter().zip(planted).filter(|(_, p)| **p == habit).map(|(f, _)| *f).collect();
        labels.iter().filter(|&&label| label == by_size[habit]).count() as f64 / labels.len() as f64
    })
}
