//! The truths planted in the story. `www/samples/README.md` tells them to people, and `measure.rs` finds them again.

/// Of those who sign up, the share that starts the onboarding.
pub(crate) const ONBOARDING_RATE: f64 = 0.92;

/// The experiment: of those who start the onboarding, the share that creates a project, in variants A and B.
pub(crate) const PROJECT_RATES: [f64; 2] = [0.56, 0.67];

/// The step that loses small teams: of those who created a project, the share that invites a teammate, in the order
/// of [`SIZES`].
pub(crate) const INVITE_RATES: [f64; 4] = [0.26, 0.63, 0.68, 0.70];

/// Company sizes by number of people, with their weights.
pub(crate) const SIZES: [(&str, f64); 4] =
    [("1-5", 0.42), ("6-20", 0.30), ("21-100", 0.19), ("101-500", 0.09)];

/// The channel that brings short-lived customers.
pub(crate) const SHORT_LIVED_CHANNEL: &str = "paid_social";

/// The chance of a customer from [`SHORT_LIVED_CHANNEL`] to cancel within a month of 30 days, month for month.
pub(crate) const SHORT_LIVED_CANCEL_RATE: f64 = 0.42;

/// The same for all other customers.
pub(crate) const CANCEL_RATE: f64 = 0.06;

/// How people behave once they have been through the onboarding: the clusters to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Looks around for a few days and leaves.
    TireKicker,
    /// Comes once or twice a week for months.
    Steady,
    /// Works in the product nearly every working day.
    Power,
}

impl Habit {
    /// All habits, the commonest first.
    pub(crate) const ALL: [Self; 3] = [Self::TireKicker, Self::Steady, Self::Power];

    /// The place in [`Habit::ALL`].
    pub(crate) const fn number(self) -> usize {
        self as usize
    }
}

/// How far the onboarding went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Signed up, perhaps started, and created nothing.
    Visitor,
    /// Created a project and works alone.
    Alone,
    /// Invited a teammate.
    Team,
}

/// The mix of habits that follows from how far the onboarding went.
pub(crate) const fn habit_weights(stage: Stage) -> [(Habit, f64); 3] {
    let [tire_kicker, steady, power] = match stage {
        Stage::Visitor => [1.0, 0.0, 0.0],
        Stage::Alone => [0.80, 0.18, 0.02],
        Stage::Team => [0.27, 0.48, 0.25],
    };
    [(Habit::TireKicker, tire_kicker), (Habit::Steady, steady), (Habit::Power, power)]
}

/// The share of each habit that clicks on an upgrade, and of those the share that subscribes.
pub(crate) const fn upgrade_rates(habit: Habit) -> (f64, f64) {
    match habit {
        Habit::TireKicker => (0.06, 0.50),
        Habit::Steady => (0.58, 0.80),
        Habit::Power => (0.85, 0.92),
    }
}
