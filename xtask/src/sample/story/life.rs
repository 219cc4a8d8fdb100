//! What one person does: onboarding, then paying, then using, each drawn from its own random stream.

use super::people::Person;
use super::truths::{
    CANCEL_RATE, Habit, INVITE_RATES, ONBOARDING_RATE, PROJECT_RATES, SHORT_LIVED_CANCEL_RATE,
    SHORT_LIVED_CHANNEL, Stage, habit_weights, upgrade_rates,
};
use super::{Event, Happening, PLANS};
use crate::sample::calendar::{DAY, HOUR, MINUTE, SECOND};
use crate::sample::random::Random;

/// A life and the truth behind it, which the file does not tell.
pub(crate) struct Life {
    /// In order of time.
    pub(crate) events: Vec<Event>,
    pub(crate) habit: Habit,
}

/// The whole life of the `index`-th person, as far as `end`.
pub(crate) fn live(seed: u64, index: usize, person: &Person, end: i64) -> Life {
    let stream = |chapter| Random::stream(seed, chapter, index as u64);
    let mut diary = Diary { person, index, events: Vec::new() };
    let (stage, settled) = onboard(&mut diary, &mut stream("onboarding"));
    let habit = stream("habit").pick(&habit_weights(stage));
    if stage > Stage::Visitor {
        let subscription = pay(&mut diary, habit, settled, &mut stream("paying"));
        let until = subscription.as_ref().map_or(end, |subscription| subscription.until.min(end));
        work(&mut diary, habit, settled, until, subscription.is_some(), &mut stream("working"));
        subscription.iter().for_each(|subscription| diary.set_plan(subscription));
    }
    let mut events = diary.events;
    events.retain(|event| event.time < end);
    events.sort_by_key(|event| event.time);
    Life { events, habit }
}

struct Subscription {
    from: i64,
    /// The cancellation, or the end of time.
    until: i64,
    plan: &'static str,
}

/// Collects one person's events.
struct Diary<'a> {
    person: &'a Person,
    index: usize,
    events: Vec<Event>,
}

impl Diary<'_> {
    fn note(&mut self, time: i64, happening: Happening, detail: &'static str, device: &'static str) {
        let plan = PLANS[0];
        let event = Event { time, person: self.index, happening, detail, plan, device, cents: None };
        self.events.push(event);
    }

    fn set_plan(&mut self, subscription: &Subscription) {
        let paid = subscription.from..=subscription.until;
        self.events
            .iter_mut()
            .filter(|event| paid.contains(&event.time))
            .for_each(|event| event.plan = subscription.plan);
    }
}

const TEMPLATES: [(&str, f64); 5] = [
    ("blank", 0.40),
    ("sprint board", 0.24),
    ("client project", 0.16),
    ("launch plan, step by step", 0.13),
    ("\"big picture\" roadmap", 0.07),
];

/// Sign-up, start, first project, first invitation. Returns how far it went and when that was.
fn onboard(diary: &mut Diary, random: &mut Random) -> (Stage, i64) {
    let person = diary.person;
    let device = person.device;
    let mut time = person.signed_up;
    diary.note(time, Happening::SignedUp, "", device);
    if !random.chance(ONBOARDING_RATE) {
        return (Stage::Visitor, time);
    }
    time += length(random, 70 * SECOND, 0.8);
    diary.note(time, Happening::OnboardingStarted, "", device);
    if !random.chance(PROJECT_RATES[person.variant]) {
        return (Stage::Visitor, time);
    }
    // Most create a project while they are there, some come back for it.
    time = if random.chance(0.82) {
        time + length(random, 5 * MINUTE, 0.9)
    } else {
        person.country.next_busy(time + length(random, 20 * HOUR, 0.7), random)
    };
    diary.note(time, Happening::ProjectCreated, random.pick(&TEMPLATES), device);
    if !random.chance(INVITE_RATES[person.size]) {
        return (Stage::Alone, time);
    }
    time = person.country.next_busy(time + length(random, 5 * HOUR, 1.1), random);
    let invitations = 1 + random.below([2, 4, 6, 8][person.size]);
    for invitation in 0..invitations {
        let moment = time + invitation as i64 * length(random, 25 * SECOND, 0.5);
        let detail = if random.chance(0.85) { "member" } else { "guest" };
        diary.note(moment, Happening::TeammateInvited, detail, device);
    }
    (Stage::Team, time + 10 * MINUTE)
}

/// The upgrade, the payments every 30 days, and perhaps the end of them.
fn pay(diary: &mut Diary, habit: Habit, settled: i64, random: &mut Random) -> Option<Subscription> {
    let person = diary.person;
    let (click_rate, subscribe_rate) = upgrade_rates(habit);
    if !random.chance(click_rate) {
        return None;
    }
    let clicked = person.country.next_busy(settled + length(random, 8 * DAY, 0.6), random);
    let reason = random.pick(&[("limit reached", 0.45), ("pricing page", 0.35), ("banner", 0.20)]);
    diary.note(clicked, Happening::UpgradeClicked, reason, person.device);
    if !random.chance(subscribe_rate) {
        return None;
    }
    let from = clicked + length(random, 4 * MINUTE, 0.7);
    let plan = PLANS[1 + usize::from(person.size > 0) + usize::from(person.size > 1)];
    diary.note(from, Happening::SubscriptionStarted, "", person.device);
    let cancel_rate =
        if person.channel == SHORT_LIVED_CHANNEL { SHORT_LIVED_CANCEL_RATE } else { CANCEL_RATE };
    let mut due = from + 2 * SECOND;
    // Nobody in the story lives to see the last of these payments.
    for _ in 0..24 {
        // The billing system charges, so the device is not known.
        diary.note(due, Happening::Payment, "", "");
        if let Some(event) = diary.events.last_mut() {
            event.cents = Some(monthly_cents(plan, person.seats));
        }
        if random.chance(cancel_rate) {
            let until = person.country.next_busy(due + DAY + random.below(24 * DAY as u64) as i64, random);
            leave(diary, until, random);
            return Some(Subscription { from, until, plan });
        }
        due += 30 * DAY + random.below(400) as i64;
    }
    Some(Subscription { from, until: i64::MAX, plan })
}

const REASONS: [(&str, f64); 4] =
    [("too expensive", 0.40), ("no longer needed", 0.27), ("missing feature", 0.20), ("switched tool", 0.13)];

/// A cancellation, after a ticket for some.
fn leave(diary: &mut Diary, until: i64, random: &mut Random) {
    let device = diary.person.device;
    if random.chance(0.35) {
        diary.note(until - length(random, 20 * HOUR, 0.5), Happening::SupportTicketOpened, "billing", device);
    }
    diary.note(until, Happening::SubscriptionCanceled, random.pick(&REASONS), device);
}

fn monthly_cents(plan: &str, seats: u32) -> u32 {
    match plan {
        "starter" => 1_900,
        "team" => 790 * seats,
        _ => 1_250 * seats,
    }
}

/// Sessions after the onboarding, until the person leaves.
fn work(diary: &mut Diary, habit: Habit, settled: i64, until: i64, subscribed: bool, random: &mut Random) {
    let person = diary.person;
    let mut pace = Pace::of(habit, subscribed, random);
    let mut time = settled;
    while pace.sessions_left > 0 {
        pace.sessions_left -= 1;
        time = person.country.next_busy(time + length(random, pace.gap, pace.spread), random);
        let device = if random.chance(0.12) { "mobile" } else { person.device };
        let mut moment = time;
        for _ in 0..1 + random.below(pace.most_actions) {
            if moment >= until {
                return;
            }
            let happening = random.pick(pace.actions);
            diary.note(moment, happening, detail(happening, random), device);
            moment += length(random, 100 * SECOND, 1.0);
        }
        if random.chance(pace.leave_rate) {
            return;
        }
    }
}

/// How often somebody with a habit comes, and what they do then.
struct Pace {
    sessions_left: u64,
    /// Median time between sessions, and the spread of its logarithm.
    gap: i64,
    spread: f64,
    most_actions: u64,
    /// The chance that a session is the last one.
    leave_rate: f64,
    actions: &'static [(Happening, f64)],
}

impl Pace {
    fn of(habit: Habit, subscribed: bool, random: &mut Random) -> Self {
        let stays = if subscribed { 0.3 } else { 1.0 };
        match habit {
            Habit::TireKicker => {
                let sessions_left = random.below(4);
                Self {
                    sessions_left,
                    gap: 26 * HOUR,
                    spread: 0.8,
                    most_actions: 2,
                    leave_rate: 0.2,
                    actions: &LOOKING,
                }
            }
            Habit::Steady => {
                let leave_rate = 0.035 * stays;
                Self {
                    sessions_left: u64::MAX,
                    gap: 8 * DAY,
                    spread: 0.4,
                    most_actions: 3,
                    leave_rate,
                    actions: &STEADY,
                }
            }
            Habit::Power => {
                let leave_rate = 0.004 * stays;
                Self {
                    sessions_left: u64::MAX,
                    gap: 28 * HOUR,
                    spread: 0.5,
                    most_actions: 6,
                    leave_rate,
                    actions: &POWER,
                }
            }
        }
    }
}

const LOOKING: [(Happening, f64); 4] = [
    (Happening::TaskCompleted, 0.45),
    (Happening::ReportViewed, 0.30),
    (Happening::CommentAdded, 0.15),
    (Happening::FileUploaded, 0.10),
];

const STEADY: [(Happening, f64); 5] = [
    (Happening::TaskCompleted, 0.62),
    (Happening::CommentAdded, 0.17),
    (Happening::FileUploaded, 0.12),
    (Happening::ReportViewed, 0.07),
    (Happening::SupportTicketOpened, 0.02),
];

const POWER: [(Happening, f64); 7] = [
    (Happening::TaskCompleted, 0.42),
    (Happening::CommentAdded, 0.22),
    (Happening::ReportViewed, 0.18),
    (Happening::FileUploaded, 0.08),
    (Happening::IntegrationConnected, 0.05),
    (Happening::ProjectCreated, 0.04),
    (Happening::SupportTicketOpened, 0.01),
];

fn detail(happening: Happening, random: &mut Random) -> &'static str {
    match happening {
        Happening::ProjectCreated => random.pick(&TEMPLATES),
        Happening::FileUploaded => random.pick(&[("pdf", 0.4), ("image", 0.4), ("spreadsheet", 0.2)]),
        Happening::ReportViewed => random.pick(&[("workload", 0.5), ("burndown", 0.3), ("time spent", 0.2)]),
        Happening::IntegrationConnected => {
            random.pick(&[("chat", 0.4), ("code hosting", 0.25), ("calendar", 0.2), ("file storage", 0.15)])
        }
        Happening::SupportTicketOpened => random.pick(&[("how to", 0.5), ("bug", 0.35), ("billing", 0.15)]),
        _ => "",
    }
}

/// A lognormal length of time in milliseconds.
fn length(random: &mut Random, median: i64, sigma: f64) -> i64 {
    random.lognormal(median as f64, sigma) as i64
}
