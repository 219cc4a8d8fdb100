//! Finds the planted truths again in a world's events, by plain counting, and prints them for the samples' README.

use super::calendar::DAY;
use super::story::truths::{Habit, INVITE_RATES, PROJECT_RATES, SHORT_LIVED_CHANNEL, SIZES};
use super::story::{Event, Happening, World};

/// A share: how many of how many.
#[derive(Clone, Copy, Default)]
pub(crate) struct Share {
    pub(crate) hits: u32,
    pub(crate) of: u32,
}

impl Share {
    fn count(&mut self, hit: bool) {
        self.of += 1;
        self.hits += u32::from(hit);
    }

    pub(crate) fn rate(self) -> f64 {
        f64::from(self.hits) / f64::from(self.of.max(1))
    }

    /// The standard score of the difference between two shares, with pooled variance.
    pub(crate) fn z_against(self, other: Self) -> f64 {
        let pooled = f64::from(self.hits + other.hits) / f64::from((self.of + other.of).max(1));
        let per_one = 1.0 / f64::from(self.of.max(1)) + 1.0 / f64::from(other.of.max(1));
        (self.rate() - other.rate()) / (pooled * (1.0 - pooled) * per_one).sqrt()
    }
}

/// What the people of one habit look like from outside.
#[derive(Clone, Copy, Default)]
pub(crate) struct Look {
    pub(crate) n_people: u32,
    pub(crate) mean_events: f64,
    pub(crate) mean_days_active: f64,
    pub(crate) mean_span_days: f64,
}

/// Everything that the README states about the file.
pub(crate) struct Measures {
    pub(crate) n_events: usize,
    pub(crate) n_people: usize,
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Of those who created a project, invited a teammate within 14 days; by company size.
    pub(crate) invited: [Share; 4],
    /// Of those who started the onboarding, created a project within 14 days; by variant.
    pub(crate) created: [Share; 2],
    /// Of those who subscribed, canceled within 60 days; paid social and all others.
    pub(crate) canceled: [Share; 2],
    /// By habit, people who signed up at least 60 days before the end.
    pub(crate) looks: [Look; 3],
}

const WINDOW: i64 = 14 * DAY;
const CANCEL_WINDOW: i64 = 60 * DAY;

/// Measures a world. People whose window is not over at the end of the file are left out of that share.
pub(crate) fn measure(world: &World) -> Measures {
    use Happening::{
        OnboardingStarted, ProjectCreated, SubscriptionCanceled, SubscriptionStarted, TeammateInvited,
    };
    let mut by_person: Vec<Vec<&Event>> = vec![Vec::new(); world.people.len()];
    world.events.iter().for_each(|event| by_person[event.person].push(event));
    let first = world.events.first().map_or(0, |event| event.time);
    let last = world.events.last().map_or(0, |event| event.time);
    let mut found = Measures {
        n_events: world.events.len(),
        n_people: by_person.iter().filter(|events| !events.is_empty()).count(),
        first,
        last,
        invited: Default::default(),
        created: Default::default(),
        canceled: Default::default(),
        looks: Default::default(),
    };
    for (index, events) in by_person.iter().enumerate() {
        let person = &world.people[index];
        count_step(&mut found.invited[person.size], events, [ProjectCreated, TeammateInvited], WINDOW, last);
        count_step(
            &mut found.created[person.variant],
            events,
            [OnboardingStarted, ProjectCreated],
            WINDOW,
            last,
        );
        let others = usize::from(person.channel != SHORT_LIVED_CHANNEL);
        let ends = [SubscriptionStarted, SubscriptionCanceled];
        count_step(&mut found.canceled[others], events, ends, CANCEL_WINDOW, last);
        if !events.is_empty() && person.signed_up <= last - CANCEL_WINDOW {
            found.looks[world.habits[index].number()].add(events);
        }
    }
    found.looks.iter_mut().for_each(Look::finish);
    found
}

/// Counts one person into a share: of those with the first happening, the second within the window.
fn count_step(share: &mut Share, events: &[&Event], steps: [Happening; 2], window: i64, last: i64) {
    let time_of = |step| events.iter().find(|event| event.happening == step).map(|event| event.time);
    if let Some(start) = time_of(steps[0])
        && start <= last - window
    {
        share.count(time_of(steps[1]).is_some_and(|time| (start..=start + window).contains(&time)));
    }
}

impl Look {
    fn add(&mut self, events: &[&Event]) {
        let mut days: Vec<i64> = events.iter().map(|event| event.time.div_euclid(DAY)).collect();
        days.dedup();
        self.n_people += 1;
        self.mean_events += events.len() as f64;
        self.mean_days_active += days.len() as f64;
        self.mean_span_days += (events[events.len() - 1].time - events[0].time) as f64 / DAY as f64;
    }

    fn finish(&mut self) {
        let n = f64::from(self.n_people.max(1));
        self.mean_events /= n;
        self.mean_days_active /= n;
        self.mean_span_days /= n;
    }
}

/// The tables of the README that state planted and found numbers side by side.
pub(crate) fn markdown(found: &Measures) -> String {
    let mut lines = vec![
        format!(
            "{} events of {} users, {} to {}.",
            found.n_events,
            found.n_people,
            iso(found.first),
            iso(found.last)
        ),
        String::new(),
        "| company size | created a project | planted | invited a teammate within 14 days |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    for ((share, (size, _)), planted) in found.invited.iter().zip(SIZES).zip(INVITE_RATES) {
        lines.push(format!("| {size} | {} | {} | {} |", share.of, percent(planted), told(*share)));
    }
    lines.extend([
        String::new(),
        "| variant | started the onboarding | planted | created a project within 14 days |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ]);
    for ((share, variant), planted) in found.created.iter().zip(["A", "B"]).zip(PROJECT_RATES) {
        lines.push(format!("| {variant} | {} | {} | {} |", share.of, percent(planted), told(*share)));
    }
    let [a, b] = found.created;
    lines.extend([
        String::new(),
        format!("B − A = {:+.1} points, z = {:.2}.", 100.0 * (b.rate() - a.rate()), b.z_against(a)),
        String::new(),
        "| channel | subscribed | canceled within 60 days |".to_owned(),
        "|---|---|---|".to_owned(),
    ]);
    for (share, channel) in found.canceled.iter().zip([SHORT_LIVED_CHANNEL, "all others"]) {
        lines.push(format!("| {channel} | {} | {} |", share.of, told(*share)));
    }
    lines.extend([
        String::new(),
        "| habit | users | mean events | mean days active | mean days from first to last event |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ]);
    for (look, habit) in found.looks.iter().zip(Habit::ALL) {
        let Look { n_people, mean_events, mean_days_active, mean_span_days } = look;
        let name = format!("{habit:?}");
        lines.push(format!(
            "| {name} | {n_people} | {mean_events:.1} | {mean_days_active:.1} | {mean_span_days:.1} |"
        ));
    }
    lines.join("\n")
}

fn told(share: Share) -> String {
    format!("{} ({})", share.hits, percent(share.rate()))
}

fn percent(rate: f64) -> String {
    format!("{:.1} %", 100.0 * rate)
}

fn iso(millis: i64) -> String {
    let mut out = Vec::new();
    super::calendar::push_iso(&mut out, millis);
    String::from_utf8_lossy(&out).into_owned()
}
