//! The kinds of questions: which query belongs to which answer.

use cairn_engine::analysis::aha::{AhaMomentAnswer, AhaMomentQuery};
use cairn_engine::analysis::attribution::{AttributionAnswer, AttributionQuery};
use cairn_engine::analysis::cluster::{ClusterAnswer, ClusterQuery};
use cairn_engine::analysis::drivers::{DriversAnswer, DriversQuery};
use cairn_engine::analysis::feature::{FeatureAnswer, FeatureQuery};
use cairn_engine::analysis::frequency::{FrequencyAnswer, FrequencyQuery};
use cairn_engine::analysis::funnel::{FunnelAnswer, FunnelQuery};
use cairn_engine::analysis::journey::{JourneyAnswer, JourneyQuery};
use cairn_engine::analysis::lifecycle::{LifecycleAnswer, LifecycleQuery};
use cairn_engine::analysis::persona::{PersonaAnswer, PersonaQuery};
use cairn_engine::analysis::quality::{QualityAnswer, QualityQuery};
use cairn_engine::analysis::retention::{RetentionAnswer, RetentionQuery};
use cairn_engine::analysis::rfm::{RfmAnswer, RfmQuery};
use cairn_engine::analysis::segment::{SegmentAnswer, SegmentQuery};
use cairn_engine::analysis::sequence::{SequenceAnswer, SequenceQuery};
use cairn_engine::analysis::sessions::{SessionsAnswer, SessionsQuery};
use cairn_engine::analysis::stickiness::{StickinessAnswer, StickinessQuery};
use cairn_engine::analysis::suggest::{SuggestFunnelAnswer, SuggestFunnelQuery};
use cairn_engine::analysis::time_to_convert::{TimeToConvertAnswer, TimeToConvertQuery};
use cairn_engine::analysis::transition::{TransitionAnswer, TransitionQuery};
use cairn_engine::analysis::trend::{TrendAnswer, TrendQuery};
use cairn_engine::rule::Scope;
use cairn_engine::{Answer, Query};

/// One kind of query, with the answer that belongs to it.
pub trait Kind: Clone + Default + PartialEq + Send + Sync + 'static {
    /// The answer.
    type Answer;

    /// The query among all kinds.
    fn into_query(self) -> Query;

    /// The query among all kinds, of these users and rows.
    fn within(self, scope: Scope) -> Query;

    /// The query of this kind; none if it is of another.
    fn of(query: &Query) -> Option<&Self>;

    /// The answer of this kind; none if it is of another.
    fn answer(answer: &Answer) -> Option<&Self::Answer>;
}

/// Says of each variant what it holds, and which field says which users and rows.
macro_rules! kinds {
    ($($variant:ident $(.$scope:ident)+: $query:ty => $answer:ty,)*) => {$(
        impl Kind for $query {
            type Answer = $answer;

            fn into_query(self) -> Query {
                // Some of the queries are boxed.
                Query::$variant(self.into())
            }

            fn within(mut self, scope: Scope) -> Query {
                self$(.$scope)+ = scope;
                self.into_query()
            }

            fn of(query: &Query) -> Option<&Self> {
                match query {
                    Query::$variant(query) => Some(query),
                    _ => None,
                }
            }

            fn answer(answer: &Answer) -> Option<&Self::Answer> {
                match answer {
                    Answer::$variant(answer) => Some(answer),
                    _ => None,
                }
            }
        }
    )*};
}

kinds! {
    AhaMoment.scope: AhaMomentQuery => AhaMomentAnswer,
    Attribution.scope: AttributionQuery => AttributionAnswer,
    Cluster.scope: ClusterQuery => ClusterAnswer,
    Drivers.scope: DriversQuery => DriversAnswer,
    Feature.scope: FeatureQuery => FeatureAnswer,
    Frequency.scope: FrequencyQuery => FrequencyAnswer,
    Funnel.scope: FunnelQuery => FunnelAnswer,
    Journey.scope: JourneyQuery => JourneyAnswer,
    Lifecycle.scope: LifecycleQuery => LifecycleAnswer,
    Persona.scope: PersonaQuery => PersonaAnswer,
    Quality.scope: QualityQuery => QualityAnswer,
    Retention.scope: RetentionQuery => RetentionAnswer,
    Rfm.scope: RfmQuery => RfmAnswer,
    Segment.scope: SegmentQuery => SegmentAnswer,
    Sequence.scope: SequenceQuery => SequenceAnswer,
    Sessions.scope: SessionsQuery => SessionsAnswer,
    Stickiness.scope: StickinessQuery => StickinessAnswer,
    SuggestFunnel.scope: SuggestFunnelQuery => SuggestFunnelAnswer,
    TimeToConvert.funnel.scope: TimeToConvertQuery => TimeToConvertAnswer,
    Transition.scope: TransitionQuery => TransitionAnswer,
    Trend.scope: TrendQuery => TrendAnswer,
}
