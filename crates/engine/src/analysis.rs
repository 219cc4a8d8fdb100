//! Analyses: a query in, an answer out, as rounds of a map over buckets and a merge.
//!
//! ```text
//! start ─→ state ─→ scan(bucket 0) ┐
//!            ↑      scan(bucket 1) ├─ merge ─→ step ─→ Done(answer)
//!            │      …              ┘            │
//!            └────────── Again(state) ──────────┘
//! ```
//!
//! An analysis is written once, typed, as an [`Analysis`]. A [`Plan`] hides its types, so that workers and shards pass
//! states and partials around as bytes and never know which analysis they run.

pub mod adoption;
pub mod aha;
pub mod attribution;
pub mod cluster;
pub mod drivers;
pub mod experiment;
pub mod feature;
pub mod feedback;
pub mod frequency;
pub mod funnel;
pub mod goal;
pub mod journey;
pub mod lifecycle;
pub mod lifetime_value;
pub mod next_event;
pub mod overview;
pub mod persona;
pub mod quality;
pub mod retention;
pub mod rfm;
pub mod segment;
pub mod sequence;
pub mod sessions;
pub mod stickiness;
pub mod suggest;
pub mod survival;
#[cfg(test)]
mod tests;
pub mod time_to_convert;
pub mod transition;
pub mod trend;

use std::any::Any;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::QueryError;
use crate::table::{Bucket, BucketId, Table};

/// Every question that can be asked. The tag is `kind`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Query {
    /// What the data hold: events by frequency, activity by day, columns.
    Overview(overview::OverviewQuery),
    /// How many users pass from step to step, and where they stop.
    Funnel(funnel::FunnelQuery),
    /// A first funnel, proposed from the data.
    SuggestFunnel(suggest::SuggestFunnelQuery),
    /// How many users segments hold, how they overlap, and who they are.
    Segment(segment::SegmentQuery),
    /// Groups of users who behave alike.
    Cluster(cluster::ClusterQuery),
    /// Which ways users take, step by step.
    Journey(Box<journey::JourneyQuery>),
    /// What follows what.
    Transition(transition::TransitionQuery),
    /// Who has done what in which order.
    Sequence(sequence::SequenceQuery),
    /// What comes after a chain of events.
    NextEvent(next_event::NextEventQuery),
    /// Which users come back, and how long after they started.
    Retention(retention::RetentionQuery),
    /// Who is new, returning, resurrecting and dormant, period by period.
    Lifecycle(lifecycle::LifecycleQuery),
    /// In how many periods users are active.
    Stickiness(stickiness::StickinessQuery),
    /// What is wrong with the data, and what that could spoil.
    Quality(quality::QualityQuery),
    /// How numbers develop over time.
    Trend(trend::TrendQuery),
    /// How many sessions there are, how long, and where they begin and end.
    Sessions(sessions::SessionsQuery),
    /// How often and how lately users do something.
    Frequency(frequency::FrequencyQuery),
    /// How long users take from one step of a funnel to another.
    TimeToConvert(time_to_convert::TimeToConvertQuery),
    /// What goes with converting or with being in a segment.
    Drivers(Box<drivers::DriversQuery>),
    /// Which behavior of the first days goes with what users do later.
    AhaMoment(aha::AhaMomentQuery),
    /// By which numbers users are told apart, and how those go together.
    Feature(feature::FeatureQuery),
    /// Customers by recency, frequency and monetary value.
    Rfm(rfm::RfmQuery),
    /// What sets groups of users apart, and what they are worth.
    Persona(persona::PersonaQuery),
    /// What people answered in surveys.
    Feedback(feedback::FeedbackQuery),
    /// Which channels conversions are owed to.
    Attribution(Box<attribution::AttributionQuery>),
    /// Whether the variants of an experiment differ.
    Experiment(Box<experiment::ExperimentQuery>),
    /// How long users take to reach something, or how long they stay.
    Survival(survival::SurvivalQuery),
    /// What customers have been worth, and what they will be.
    LifetimeValue(lifetime_value::LifetimeValueQuery),
    /// How features are adopted.
    Adoption(adoption::AdoptionQuery),
    /// How far a number has come on its way to a target.
    Goal(Box<goal::GoalQuery>),
}

/// Every answer, one kind for each kind of [`Query`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "named after the queries")]
pub enum Answer {
    Overview(overview::OverviewAnswer),
    Funnel(funnel::FunnelAnswer),
    SuggestFunnel(suggest::SuggestFunnelAnswer),
    Segment(segment::SegmentAnswer),
    Cluster(cluster::ClusterAnswer),
    Journey(journey::JourneyAnswer),
    Transition(transition::TransitionAnswer),
    Sequence(sequence::SequenceAnswer),
    NextEvent(next_event::NextEventAnswer),
    Retention(retention::RetentionAnswer),
    Lifecycle(lifecycle::LifecycleAnswer),
    Stickiness(stickiness::StickinessAnswer),
    Quality(quality::QualityAnswer),
    Trend(trend::TrendAnswer),
    Sessions(sessions::SessionsAnswer),
    Frequency(frequency::FrequencyAnswer),
    TimeToConvert(time_to_convert::TimeToConvertAnswer),
    Drivers(drivers::DriversAnswer),
    AhaMoment(aha::AhaMomentAnswer),
    Feature(feature::FeatureAnswer),
    Rfm(rfm::RfmAnswer),
    Persona(persona::PersonaAnswer),
    Feedback(feedback::FeedbackAnswer),
    Attribution(attribution::AttributionAnswer),
    Experiment(experiment::ExperimentAnswer),
    Survival(survival::SurvivalAnswer),
    LifetimeValue(lifetime_value::LifetimeValueAnswer),
    Adoption(adoption::AdoptionAnswer),
    Goal(goal::GoalAnswer),
}

impl Query {
    /// Reads a query's fields, all but its `kind`. Deriving reads the same, but keeps tagged fields in a buffer, behind
    /// which a deserializer cannot tell any more where it was; this one can say which field is at fault.
    ///
    /// # Errors
    /// If there is no such kind, or a field is unknown, missing or of another type.
    pub fn read<'de, D: Deserializer<'de>>(kind: &str, fields: D) -> Result<Self, D::Error> {
        match kind {
            "overview" => Deserialize::deserialize(fields).map(Self::Overview),
            "funnel" => Deserialize::deserialize(fields).map(Self::Funnel),
            "suggest_funnel" => Deserialize::deserialize(fields).map(Self::SuggestFunnel),
            "segment" => Deserialize::deserialize(fields).map(Self::Segment),
            "cluster" => Deserialize::deserialize(fields).map(Self::Cluster),
            "journey" => Deserialize::deserialize(fields).map(Self::Journey),
            "transition" => Deserialize::deserialize(fields).map(Self::Transition),
            "sequence" => Deserialize::deserialize(fields).map(Self::Sequence),
            "next_event" => Deserialize::deserialize(fields).map(Self::NextEvent),
            "retention" => Deserialize::deserialize(fields).map(Self::Retention),
            "lifecycle" => Deserialize::deserialize(fields).map(Self::Lifecycle),
            "stickiness" => Deserialize::deserialize(fields).map(Self::Stickiness),
            "quality" => Deserialize::deserialize(fields).map(Self::Quality),
            "trend" => Deserialize::deserialize(fields).map(Self::Trend),
            "sessions" => Deserialize::deserialize(fields).map(Self::Sessions),
            "frequency" => Deserialize::deserialize(fields).map(Self::Frequency),
            "time_to_convert" => Deserialize::deserialize(fields).map(Self::TimeToConvert),
            "drivers" => Deserialize::deserialize(fields).map(Self::Drivers),
            "aha_moment" => Deserialize::deserialize(fields).map(Self::AhaMoment),
            "feature" => Deserialize::deserialize(fields).map(Self::Feature),
            "rfm" => Deserialize::deserialize(fields).map(Self::Rfm),
            "persona" => Deserialize::deserialize(fields).map(Self::Persona),
            "feedback" => Deserialize::deserialize(fields).map(Self::Feedback),
            "attribution" => Deserialize::deserialize(fields).map(Self::Attribution),
            "experiment" => Deserialize::deserialize(fields).map(Self::Experiment),
            "survival" => Deserialize::deserialize(fields).map(Self::Survival),
            "lifetime_value" => Deserialize::deserialize(fields).map(Self::LifetimeValue),
            "adoption" => Deserialize::deserialize(fields).map(Self::Adoption),
            "goal" => Deserialize::deserialize(fields).map(Self::Goal),
            _ => Err(D::Error::custom(format_args!(
                "there is no kind `{kind}` of queries; the kinds are `overview`, `funnel`, `suggest_funnel`, \
                 `segment`, `cluster`, `journey`, `transition`, `sequence`, `next_event`, `retention`, `lifecycle`, \
                 `stickiness`, `quality`, `trend`, `sessions`, `frequency`, `time_to_convert`, `drivers`, \
                 `aha_moment`, `feature`, `rfm`, `persona`, `feedback`, `attribution`, `experiment`, `survival`, \
                 `lifetime_value`, `adoption` and `goal`"
            ))),
        }
    }

    /// Checks the query against the table's columns and makes it ready to run.
    ///
    /// # Errors
    /// If a field cannot be met by this table; the error names the field.
    pub fn plan(&self, table: &Table) -> Result<Plan, QueryError> {
        match self {
            Self::Overview(query) => query.check(table).map(Plan::new),
            Self::Funnel(query) => query.check(table).map(Plan::new),
            Self::SuggestFunnel(query) => query.check(table).map(Plan::new),
            Self::Segment(query) => query.check(table).map(Plan::new),
            Self::Cluster(query) => query.check(table).map(Plan::new),
            Self::Journey(query) => query.check(table).map(Plan::new),
            Self::Transition(query) => query.check(table).map(Plan::new),
            Self::Sequence(query) => query.check(table).map(Plan::new),
            Self::NextEvent(query) => query.check(table).map(Plan::new),
            Self::Retention(query) => query.check(table).map(Plan::new),
            Self::Lifecycle(query) => query.check(table).map(Plan::new),
            Self::Stickiness(query) => query.check(table).map(Plan::new),
            Self::Quality(query) => query.check(table).map(Plan::new),
            Self::Trend(query) => query.check(table).map(Plan::new),
            Self::Sessions(query) => query.check(table).map(Plan::new),
            Self::Frequency(query) => query.check(table).map(Plan::new),
            Self::TimeToConvert(query) => query.check(table).map(Plan::new),
            Self::Drivers(query) => query.check(table).map(Plan::new),
            Self::AhaMoment(query) => query.check(table).map(Plan::new),
            Self::Feature(query) => query.check(table).map(Plan::new),
            Self::Rfm(query) => query.check(table).map(Plan::new),
            Self::Persona(query) => query.check(table).map(Plan::new),
            Self::Feedback(query) => query.check(table).map(Plan::new),
            Self::Attribution(query) => query.check(table).map(Plan::new),
            Self::Experiment(query) => query.check(table).map(Plan::new),
            Self::Survival(query) => query.check(table).map(Plan::new),
            Self::LifetimeValue(query) => query.check(table).map(Plan::new),
            Self::Adoption(query) => query.check(table).map(Plan::new),
            Self::Goal(query) => query.check(table).map(Plan::new),
        }
    }
}

/// Runs a query on a table that holds all buckets.
///
/// # Errors
/// If the query does not fit the table.
pub fn run(table: &Table, query: &Query) -> Result<Answer, QueryError> {
    let plan = query.plan(table)?;
    let mut state = plan.start();
    let mut kept = Kept::default();
    loop {
        let mut scan = plan.scan(&state, table, kept)?;
        for bucket in BucketId::all() {
            scan.bucket(bucket);
        }
        let partial;
        (partial, kept) = scan.finish();
        match plan.step(&state, &[partial], table) {
            Round::Again(next) => state = next,
            Round::Done(answer) => return Ok(*answer),
        }
    }
}

/// One kind of analysis, checked and ready: a value of the implementing type is a valid query.
///
/// The answer must be the same, bit for bit, however buckets are spread over shards. So integers merge exactly, sums of
/// f64 are kept per bucket ([`BucketSums`](crate::kernel::sums::BucketSums)) and added in bucket order by `step`, and
/// lists are sorted there.
pub trait Analysis: 'static {
    /// What a round starts from; encoded with postcard, which needs plain types (no internally tagged enums).
    type State: Serialize + DeserializeOwned;
    /// What one round finds on one shard; encoded with postcard too. The default has seen no bucket.
    type Partial: Default + Serialize + DeserializeOwned;
    /// The result.
    type Answer: Into<Answer>;
    /// What a shard computes once a round for all of its buckets: look-up tables, bitmaps, scratch memory.
    type Prepared<'t>;
    /// What a shard keeps for the next round of the same query, so as not to compute it again. The first round is given the
    /// default, and every other one what the round before has kept.
    type Kept: Default + 'static;

    /// The first round's state.
    fn start(&self) -> Self::State;

    /// Prepares a round on this shard.
    ///
    /// # Errors
    /// If the query does not fit the table, which its check has ruled out.
    fn prepare<'t>(
        &self,
        state: &Self::State,
        table: &'t Table,
        kept: Self::Kept,
    ) -> Result<Self::Prepared<'t>, QueryError>;

    /// Adds one bucket to the shard's partial. Buckets are scanned in any order; a worker hears Cancel between them.
    fn scan(&self, prepared: &mut Self::Prepared<'_>, bucket: Bucket<'_>, partial: &mut Self::Partial);

    /// Ends the shard's part of a round: completes the partial, if there is more to it than what the buckets added.
    fn finish(&self, _prepared: Self::Prepared<'_>, _partial: &mut Self::Partial) -> Self::Kept {
        Self::Kept::default()
    }

    /// Joins the partials of two shards: associative and commutative, up to the order that `step` establishes by
    /// sorting.
    fn merge(&self, a: Self::Partial, b: Self::Partial) -> Self::Partial;

    /// Ends a round. `table` is any shard: its schema and dictionaries are the same on all of them, its users are not.
    fn step(&self, state: Self::State, all: Self::Partial, table: &Table) -> Step<Self::State, Self::Answer>;
}

/// What follows a round.
#[derive(Debug)]
pub enum Step<S, A> {
    /// Another round from this state.
    Again(S),
    /// The end.
    Done(A),
}

/// What follows a round of a [`Plan`].
#[derive(Debug)]
pub enum Round {
    /// Another round from this encoded state.
    Again(Vec<u8>),
    /// The end.
    Done(Box<Answer>),
}

/// A checked query, its types hidden. States and partials are bytes, so that they can travel between workers.
pub struct Plan(Box<dyn Rounds>);

/// What a shard keeps from one round of a query to the next. The default, for the first round, keeps nothing.
#[derive(Default)]
pub struct Kept(Option<Box<dyn Any>>);

/// One round's scan on one shard.
pub struct Scan<'t>(Box<dyn ScanRound + 't>);

impl Plan {
    /// A plan that runs this analysis.
    pub fn new<A: Analysis>(analysis: A) -> Self {
        Self(Box::new(analysis))
    }

    /// The first round's state.
    pub fn start(&self) -> Vec<u8> {
        self.0.start()
    }

    /// Starts a round on a shard, given what it kept of the round before.
    ///
    /// # Errors
    /// If the query does not fit the table, which its check has ruled out.
    pub fn scan<'t>(&'t self, state: &[u8], table: &'t Table, kept: Kept) -> Result<Scan<'t>, QueryError> {
        self.0.scan(state, table, kept).map(Scan)
    }

    /// Ends a round, given the partials of all shards in the shards' order.
    pub fn step(&self, state: &[u8], partials: &[Vec<u8>], table: &Table) -> Round {
        self.0.step(state, partials, table)
    }
}

impl Scan<'_> {
    /// Scans one bucket; each bucket of the shard once.
    pub fn bucket(&mut self, id: BucketId) {
        self.0.bucket(id);
    }

    /// The shard's partial, and what to keep for the next round.
    pub fn finish(self) -> (Vec<u8>, Kept) {
        self.0.finish()
    }
}

trait Rounds {
    fn start(&self) -> Vec<u8>;
    fn scan<'t>(
        &'t self,
        state: &[u8],
        table: &'t Table,
        kept: Kept,
    ) -> Result<Box<dyn ScanRound + 't>, QueryError>;
    fn step(&self, state: &[u8], partials: &[Vec<u8>], table: &Table) -> Round;
}

trait ScanRound {
    fn bucket(&mut self, id: BucketId);
    fn finish(self: Box<Self>) -> (Vec<u8>, Kept);
}

struct TypedScan<'t, A: Analysis> {
    analysis: &'t A,
    table: &'t Table,
    prepared: A::Prepared<'t>,
    partial: A::Partial,
}

impl<A: Analysis> Rounds for A {
    fn start(&self) -> Vec<u8> {
        encode(&Analysis::start(self))
    }

    fn scan<'t>(
        &'t self,
        state: &[u8],
        table: &'t Table,
        kept: Kept,
    ) -> Result<Box<dyn ScanRound + 't>, QueryError> {
        let kept = kept.0.and_then(|kept| kept.downcast().ok()).map(|kept| *kept).unwrap_or_default();
        let prepared = self.prepare(&decode(state), table, kept)?;
        Ok(Box::new(TypedScan { analysis: self, table, prepared, partial: A::Partial::default() }))
    }

    fn step(&self, state: &[u8], partials: &[Vec<u8>], table: &Table) -> Round {
        let decoded = partials.iter().map(|partial| decode::<A::Partial>(partial));
        let all = decoded.reduce(|a, b| Analysis::merge(self, a, b)).unwrap_or_default();
        match Analysis::step(self, decode(state), all, table) {
            Step::Again(state) => Round::Again(encode(&state)),
            Step::Done(answer) => Round::Done(Box::new(answer.into())),
        }
    }
}

impl<A: Analysis> ScanRound for TypedScan<'_, A> {
    fn bucket(&mut self, id: BucketId) {
        self.analysis.scan(&mut self.prepared, self.table.bucket(id), &mut self.partial);
    }

    fn finish(self: Box<Self>) -> (Vec<u8>, Kept) {
        let Self { analysis, prepared, mut partial, .. } = *self;
        let kept = analysis.finish(prepared, &mut partial);
        (encode(&partial), Kept(Some(Box::new(kept))))
    }
}

#[expect(
    clippy::expect_used,
    reason = "states and partials are made of types that postcard can write; a failure is a bug"
)]
fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).expect("states and partials are plain data")
}

#[expect(clippy::expect_used, reason = "the bytes come from `encode` in the same build; a failure is a bug")]
fn decode<T: DeserializeOwned>(bytes: &[u8]) -> T {
    postcard::from_bytes(bytes).expect("bytes of the same build and analysis")
}
