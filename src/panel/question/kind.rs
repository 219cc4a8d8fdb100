//! The kinds of questions: which query belongs to which answer.

use cairn_engine::analysis::cluster::{ClusterAnswer, ClusterQuery};
use cairn_engine::analysis::frequency::{FrequencyAnswer, FrequencyQuery};
use cairn_engine::analysis::funnel::{FunnelAnswer, FunnelQuery};
use cairn_engine::analysis::journey::{JourneyAnswer, JourneyQuery};
use cairn_engine::analysis::lifecycle::{LifecycleAnswer, LifecycleQuery};
use cairn_engine::analysis::quality::{QualityAnswer, QualityQuery};
use cairn_engine::analysis::retention::{RetentionAnswer, RetentionQuery};
use cairn_engine::analysis::segment::{SegmentAnswer, SegmentQuery};
use cairn_engine::analysis::sequence::{SequenceAnswer, SequenceQuery};
use cairn_engine::analysis::sessions::{SessionsAnswer, SessionsQuery};
use cairn_engine::analysis::stickiness::{StickinessAnswer, StickinessQuery};
use cairn_engine::analysis::suggest::{SuggestFunnelAnswer, SuggestFunnelQuery};
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

/// Says of each variant what it holds.
macro_rules! kinds {
    ($($variant:ident: $query:ty => $answer:ty,)*) => {$(
        impl Kind for $query {
            type Answer = $answer;

            fn into_query(self) -> Query {
                // One of the queries is boxed.
                Query::$variant(self.into())
            }

            fn within(mut self, scope: Scope) -> Query {
                self.scope = scope;
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
    Cluster: ClusterQuery => ClusterAnswer,
    Frequency: FrequencyQuery => FrequencyAnswer,
    Funnel: FunnelQuery => FunnelAnswer,
    Journey: JourneyQuery => JourneyAnswer,
    Lifecycle: LifecycleQuery => LifecycleAnswer,
    Quality: QualityQuery => QualityAnswer,
    Retention: RetentionQuery => RetentionAnswer,
    Segment: SegmentQuery => SegmentAnswer,
    Sequence: SequenceQuery => SequenceAnswer,
    Sessions: SessionsQuery => SessionsAnswer,
    Stickiness: StickinessQuery => StickinessAnswer,
    SuggestFunnel: SuggestFunnelQuery => SuggestFunnelAnswer,
    Transition: TransitionQuery => TransitionAnswer,
    Trend: TrendQuery => TrendAnswer,
}
