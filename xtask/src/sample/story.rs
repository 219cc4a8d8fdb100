//! The story of a small project tool in the first half of 2026: who signed up, what they did, and what is true of it.
//!
//! [`tell`] makes the whole world; writers turn it into files. Another table of the same people (orders, tickets,
//! surveys, ad touches) is another writer over the same [`World`], with random streams of its own.

pub(crate) mod life;
pub(crate) mod people;
pub(crate) mod rhythm;
pub(crate) mod truths;

use super::calendar::{DAY, push_iso};
use super::csv::{Quotes, push_amount, push_field};
use super::random::Random;
use people::Person;
use rhythm::START;
use truths::{Habit, SIZES};

/// The names of the columns of the event file.
pub(crate) const HEADER: &str =
    "user_id,time,event,detail,plan,role,company_size,country,channel,device,variant,revenue";

/// The plans, from none to large.
pub(crate) const PLANS: [&str; 4] = ["free", "starter", "team", "business"];

const VARIANTS: [&str; 2] = ["A", "B"];

/// The story is lived for longer than the file shows, so that the file's last day is as busy as any other.
const DAYS: i64 = 200;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    SignedUp,
    OnboardingStarted,
    ProjectCreated,
    TeammateInvited,
    TaskCompleted,
    CommentAdded,
    FileUploaded,
    IntegrationConnected,
    ReportViewed,
    UpgradeClicked,
    SubscriptionStarted,
    Payment,
    SupportTicketOpened,
    SubscriptionCanceled,
}

impl Happening {
    /// The event's name in the file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SignedUp => "signed_up",
            Self::OnboardingStarted => "onboarding_started",
            Self::ProjectCreated => "project_created",
            Self::TeammateInvited => "teammate_invited",
            Self::TaskCompleted => "task_completed",
            Self::CommentAdded => "comment_added",
            Self::FileUploaded => "file_uploaded",
            Self::IntegrationConnected => "integration_connected",
            Self::ReportViewed => "report_viewed",
            Self::UpgradeClicked => "upgrade_clicked",
            Self::SubscriptionStarted => "subscription_started",
            Self::Payment => "payment",
            Self::SupportTicketOpened => "support_ticket_opened",
            Self::SubscriptionCanceled => "subscription_canceled",
        }
    }
}

/// One row of the event file.
#[derive(Clone)]
pub(crate) struct Event {
    /// UTC milliseconds.
    pub(crate) time: i64,
    /// Index into [`World::people`].
    pub(crate) person: usize,
    pub(crate) happening: Happening,
    /// What exactly: a template, a report, a reason; often empty.
    pub(crate) detail: &'static str,
    /// The plan at that time.
    pub(crate) plan: &'static str,
    /// Empty where a server acted.
    pub(crate) device: &'static str,
    /// The amount of a payment in cents.
    pub(crate) cents: Option<u32>,
}

/// Everybody, everything that happened in order of time, and the hidden truth.
pub(crate) struct World {
    /// In order of sign-up.
    pub(crate) people: Vec<Person>,
    /// Each person's habit, which no file tells.
    pub(crate) habits: Vec<Habit>,
    pub(crate) events: Vec<Event>,
}

/// Tells the story of `n_people` from a seed and keeps its first `n_events` events.
pub(crate) fn tell(seed: u64, n_people: usize, n_events: usize) -> World {
    let end = START + DAYS * DAY;
    let people = people::draw(seed, n_people, DAYS);
    let mut events = Vec::new();
    let mut habits = Vec::with_capacity(n_people);
    for (index, person) in people.iter().enumerate() {
        let life = life::live(seed, index, person, end);
        habits.push(life.habit);
        events.extend(life.events);
    }
    repeat_some(seed, &mut events);
    events.sort_by_key(|event| event.time);
    events.truncate(n_events);
    World { people, habits, events }
}

/// Browsers now and then send an event twice; the file has about one such pair in 3,000 rows.
fn repeat_some(seed: u64, events: &mut Vec<Event>) {
    let mut random = Random::stream(seed, "repeats", 0);
    let repeated: Vec<Event> =
        events.iter().filter(|event| event.cents.is_none() && random.chance(0.000_33)).cloned().collect();
    events.extend(repeated);
}

/// The event file of a world.
pub(crate) fn events_csv(world: &World) -> Vec<u8> {
    let mut out = Vec::with_capacity(world.events.len() * 110);
    out.extend_from_slice(HEADER.as_bytes());
    out.push(b'\n');
    for event in &world.events {
        push_event(&mut out, event, &world.people[event.person]);
    }
    out
}

fn push_event(out: &mut Vec<u8>, event: &Event, person: &Person) {
    push_user_id(out, event.person);
    out.push(b',');
    push_iso(out, event.time);
    let country = if person.country_hidden { "" } else { person.country.code };
    let fields = [
        event.happening.name(),
        event.detail,
        event.plan,
        person.role,
        SIZES[person.size].0,
        country,
        person.channel,
        event.device,
        VARIANTS[person.variant],
    ];
    for field in fields {
        out.push(b',');
        push_field(out, field, Quotes::WhereNeeded);
    }
    out.push(b',');
    push_amount(out, event.cents);
    out.push(b'\n');
}

/// `u10000`, `u10001`, …: every table of the story names a person so.
fn push_user_id(out: &mut Vec<u8>, person: usize) {
    out.push(b'u');
    super::calendar::push_digits(out, 10_000 + person as i64, 5);
}
