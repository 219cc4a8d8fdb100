//! The rounds of the cluster analysis.
//!
//! ```text
//! survey ─→ measure ─→ move ─→ … ─→ move ─→ describe        survey only where the features are chosen from the data
//!  which     scales,    centroids to the     what sets
//!  events?   sample     mean of their users  each apart
//!              └ the number of clusters and the first centroids are found on the sample
//! ```
//!
//! With centroids that are given, the first round is a move already, or the description if none is wanted.

use serde::{Deserialize, Serialize};

use super::choice::{Choice, choose, sample_size};
use super::map::Plane;
use super::points::ShardPoints;
use super::{
    ClusterAnswer, ClusterCount, ClusterNote, ClusterQuery, ClusterStart, MAX_ROUNDS, Tree, TriedCount,
};
use super::{describe, measure, moves, survey};
use crate::analysis::{Analysis, Step};
use crate::error::QueryError;
use crate::kernel::features::{Curve, FeatureScan, Measure, Scale};
use crate::kernel::scope::{ScopeFilter, now};
use crate::rule::{Feature, ScaledFeature};
use crate::stats::kmeans::Points;
use crate::table::{Bucket, Table};

/// A checked [`ClusterQuery`].
#[derive(Debug)]
pub struct Clusters {
    pub(super) query: ClusterQuery,
    /// The measures of the query's features.
    given: Option<Vec<Measure>>,
}

/// What a round starts from.
#[derive(Debug, Serialize, Deserialize)]
pub enum State {
    /// Find the events worth a feature.
    Survey,
    /// Find the scales of these measures, and a sample.
    Measure(Vec<Measure>),
    /// Move the centroids to the mean of their users.
    Move(Model),
    /// Describe the clusters.
    Describe(Model),
}

/// The clusters as far as they are known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Model {
    /// All measures, the constant ones too.
    pub(super) measures: Vec<Measure>,
    /// Places in `measures` of those that users are compared by.
    pub(super) kept: Vec<u32>,
    /// What is made of the kept measures before they are standardized.
    pub(super) curves: Vec<Curve>,
    /// The scales of the kept measures.
    pub(super) scales: Vec<Scale>,
    /// The centroids, in deviations from the mean.
    pub(super) centroids: Vec<Vec<f64>>,
    /// Where each of them was among the last round's.
    pub(super) moved_from: Vec<u32>,
    /// The numbers of clusters tried.
    pub(super) tried: Vec<TriedCount>,
    /// The tree that the clusters were cut from.
    pub(super) tree: Option<Tree>,
    /// What the map is drawn on.
    pub(super) plane: Option<Plane>,
    /// Rounds of moving so far.
    pub(super) n_rounds: u64,
    /// Whether the centroids stood still in the end.
    pub(super) rest: Rest,
}

/// Whether centroids still move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Rest {
    /// They do.
    Moving,
    /// They stand still.
    Still,
}

/// What a round finds on one shard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub enum Partial {
    #[default]
    Nothing,
    Survey(survey::Found),
    Measure(measure::Found),
    Move(moves::Found),
    Describe(describe::Found),
}

/// What a shard works with in a round.
#[derive(Debug)]
pub enum Prepared<'t> {
    Survey(survey::Scan<'t>),
    Measure(measure::Scan<'t>),
    Move(moves::Scan<'t>),
    Describe(describe::Scan<'t>),
}

impl Clusters {
    pub(super) fn new(query: ClusterQuery, given: Option<Vec<Measure>>) -> Self {
        Self { query, given }
    }

    /// The feature at a place of all measures.
    pub(super) fn feature(&self, measures: &[Measure], place: usize, table: &Table) -> Feature {
        match (&self.query.features, &self.query.start) {
            (Some(features), _) => features[place].clone(),
            (None, Some(start)) => start.features[place].feature.clone(),
            (None, None) => measures[place].feature(table),
        }
    }

    fn features<'t>(
        &self,
        measures: Vec<Measure>,
        curves: Vec<Curve>,
        table: &'t Table,
    ) -> Result<FeatureScan<'t>, QueryError> {
        let scope = &self.query.scope;
        let filter = ScopeFilter::new(scope, table)?;
        Ok(FeatureScan::new(measures, table, filter, now(scope, table))?.scaled_by(curves))
    }

    /// What amounts are turned into before their distribution is known.
    pub(super) fn curves(&self, measures: &[Measure]) -> Vec<Curve> {
        measures.iter().map(|&measure| Curve::of(self.query.scaling, measure)).collect()
    }

    /// What follows now that the centroids are these.
    fn next(&self, model: Model) -> State {
        let most = self.query.start.as_ref().map_or(MAX_ROUNDS, |start| start.n_rounds);
        if model.rest == Rest::Still || model.n_rounds >= u64::from(most) {
            State::Describe(model)
        } else {
            State::Move(model)
        }
    }

    fn most_clusters(&self) -> u32 {
        match self.query.k {
            ClusterCount::Auto { most, .. } => most,
            ClusterCount::Fixed { k } => k,
        }
    }

    fn sample_size(&self, n_measures: usize) -> usize {
        sample_size(&self.query, n_measures, self.most_clusters())
    }

    /// Scales, the number of clusters and the first centroids; or the end, if there is nobody to compare.
    fn begin(
        &self,
        measures: Vec<Measure>,
        found: measure::Found,
        table: &Table,
    ) -> Step<State, ClusterAnswer> {
        let limit = self.sample_size(measures.len());
        let Some(found) = found.finish(&measures, self.query.scaling, limit) else {
            return Step::Done(self.nobody(&measures, table));
        };
        let Choice { tried, centroids, tree } = choose(&found.columns, &self.query);
        let plane = Plane::new(Points::new(&found.columns), self.query.map);
        let measure::Measured { kept, curves, scales, .. } = found;
        Step::Again(self.next(Model {
            measures,
            kept,
            curves,
            scales,
            moved_from: (0..centroids.len() as u32).collect(),
            centroids,
            tried,
            // Clusters that were cut from a tree stay where they are.
            rest: if tree.is_some() { Rest::Still } else { Rest::Moving },
            tree,
            plane,
            n_rounds: 0,
        }))
    }

    fn nobody(&self, measures: &[Measure], table: &Table) -> ClusterAnswer {
        let features = (0..measures.len()).map(|place| self.feature(measures, place, table));
        ClusterAnswer {
            n_users: 0,
            now: now(&self.query.scope, table),
            features: Vec::new(),
            constant_features: features.collect(),
            tried: Vec::new(),
            silhouette: None,
            structure: None,
            inertia: 0.0,
            total_inertia: 0.0,
            n_rounds: 0,
            notes: vec![ClusterNote::NoUsers],
            suggested: Vec::new(),
            tree: None,
            map: None,
            outliers: Vec::new(),
            clusters: Vec::new(),
        }
    }
}

impl Analysis for Clusters {
    type State = State;
    type Partial = Partial;
    type Answer = ClusterAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ShardPoints;

    fn start(&self) -> State {
        let given = self.given.clone();
        match &self.query.start {
            Some(start) => self.next(Model::given(start, given.unwrap_or_default())),
            None => given.map_or(State::Survey, State::Measure),
        }
    }

    fn prepare<'t>(
        &self,
        state: &State,
        table: &'t Table,
        kept: ShardPoints,
    ) -> Result<Prepared<'t>, QueryError> {
        Ok(match state {
            State::Survey => {
                Prepared::Survey(survey::Scan::new(table, ScopeFilter::new(&self.query.scope, table)?))
            }
            State::Measure(measures) => {
                let limit = self.sample_size(measures.len());
                let features = self.features(measures.clone(), self.curves(measures), table)?;
                Prepared::Measure(measure::Scan::new(features, table, limit, self.query.seed))
            }
            State::Move(model) => {
                let features = self.features(model.kept_measures(), model.curves.clone(), table)?;
                Prepared::Move(moves::Scan::new(features, model.clone(), kept))
            }
            State::Describe(model) => {
                let features = self.features(model.kept_measures(), model.curves.clone(), table)?;
                Prepared::Describe(describe::Scan::new(features, table, model.clone(), kept))
            }
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        match prepared {
            Prepared::Survey(scan) => scan.bucket(bucket, partial.survey()),
            Prepared::Measure(scan) => scan.bucket(bucket, partial.measure()),
            Prepared::Move(scan) => scan.bucket(bucket, partial.moves()),
            Prepared::Describe(scan) => scan.bucket(bucket, partial.describe()),
        }
    }

    fn finish(&self, prepared: Prepared<'_>, partial: &mut Partial) -> ShardPoints {
        match prepared {
            Prepared::Move(scan) => scan.into_points(),
            Prepared::Describe(scan) => {
                scan.finish(partial.describe());
                ShardPoints::default()
            }
            _ => ShardPoints::default(),
        }
    }

    fn merge(&self, a: Partial, b: Partial) -> Partial {
        match (a, b) {
            (Partial::Nothing, some) | (some, Partial::Nothing) => some,
            (Partial::Survey(a), Partial::Survey(b)) => Partial::Survey(a.merged(b)),
            (Partial::Measure(a), Partial::Measure(b)) => Partial::Measure(a.merged(b)),
            (Partial::Move(a), Partial::Move(b)) => Partial::Move(a.merged(b)),
            (Partial::Describe(a), Partial::Describe(b)) => Partial::Describe(a.merged(b)),
            _ => unreachable!("all shards are in the same round"),
        }
    }

    fn step(&self, state: State, mut all: Partial, table: &Table) -> Step<State, ClusterAnswer> {
        match state {
            State::Survey => {
                let found = std::mem::take(all.survey());
                Step::Again(State::Measure(found.chosen(table)))
            }
            State::Measure(measures) => self.begin(measures, std::mem::take(all.measure()), table),
            State::Move(model) => {
                let (model, n_users) = std::mem::take(all.moves()).moved(model);
                // Clusters that are given keep their places, so that they can be told again.
                let chosen = self.query.start.is_none();
                Step::Again(self.next(if chosen { moves::sorted(model, &n_users) } else { model }))
            }
            State::Describe(model) => Step::Done(std::mem::take(all.describe()).answer(self, &model, table)),
        }
    }
}

impl Model {
    pub(super) fn given(start: &ClusterStart, measures: Vec<Measure>) -> Self {
        let scale = |of: &ScaledFeature| Scale { mean: of.mean, deviation: of.deviation };
        Self {
            kept: (0..measures.len() as u32).collect(),
            curves: start
                .features
                .iter()
                .zip(&measures)
                .map(|(of, &measure)| Curve::saved(of, measure))
                .collect(),
            scales: start.features.iter().map(scale).collect(),
            measures,
            moved_from: (0..start.centroids.len() as u32).collect(),
            centroids: start.centroids.clone(),
            tried: Vec::new(),
            tree: None,
            plane: None,
            n_rounds: 0,
            // Centroids that are not to move stand still.
            rest: if start.n_rounds == 0 { Rest::Still } else { Rest::Moving },
        }
    }

    /// The measures that users are compared by.
    pub(super) fn kept_measures(&self) -> Vec<Measure> {
        self.kept.iter().map(|&place| self.measures[place as usize]).collect()
    }
}

impl Partial {
    fn survey(&mut self) -> &mut survey::Found {
        if matches!(self, Self::Nothing) {
            *self = Self::Survey(survey::Found::default());
        }
        match self {
            Self::Survey(found) => found,
            _ => unreachable!("a partial is of one round"),
        }
    }

    fn measure(&mut self) -> &mut measure::Found {
        if matches!(self, Self::Nothing) {
            *self = Self::Measure(measure::Found::default());
        }
        match self {
            Self::Measure(found) => found,
            _ => unreachable!("a partial is of one round"),
        }
    }

    fn moves(&mut self) -> &mut moves::Found {
        if matches!(self, Self::Nothing) {
            *self = Self::Move(moves::Found::default());
        }
        match self {
            Self::Move(found) => found,
            _ => unreachable!("a partial is of one round"),
        }
    }

    fn describe(&mut self) -> &mut describe::Found {
        if matches!(self, Self::Nothing) {
            *self = Self::Describe(describe::Found::default());
        }
        match self {
            Self::Describe(found) => found,
            _ => unreachable!("a partial is of one round"),
        }
    }
}
