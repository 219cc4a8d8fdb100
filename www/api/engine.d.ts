// What the engine takes and gives, as JSON. Counts are whole numbers, rates lie between 0 and 1, `_millis` are
// milliseconds, instants in UTC. A field with `?` may be left out; what the comments call none is null.
//
// Written from the engine's Rust types; to renew it: CAIRN_BLESS=1 cargo test -p cairn-tests --test types

/** Every question that can be asked. The tag is `kind`. */
export type Query = OverviewQuery | FunnelQuery | SuggestFunnelQuery | SegmentQuery | ClusterQuery | JourneyQuery | TransitionQuery | SequenceQuery | NextEventQuery | RetentionQuery | LifecycleQuery | StickinessQuery | QualityQuery | TrendQuery | SessionsQuery | FrequencyQuery | TimeToConvertQuery | DriversQuery | AhaMomentQuery | FeatureQuery | RfmQuery | PersonaQuery | FeedbackQuery | AttributionQuery | ExperimentQuery | SurvivalQuery | LifetimeValueQuery | AdoptionQuery | GoalQuery;

/** What the data hold: events by frequency, activity by day, columns. */
export interface OverviewQuery {
  kind: 'overview';
  /** Which users and rows. */
  scope?: Scope;
}

/** How many users pass from step to step, and where they stop. */
export interface FunnelQuery {
  kind: 'funnel';
  /** How the answer is split into groups; none = it is not. */
  breakdown?: Breakdown | null;
  /**
   * In place of `window_millis`: the chain ends with the last instant of so many calendar days in the scope's
   * zone, the day of its start being the first of them. A day of a clock change is as long as it is. At least
   * 1.
   */
  calendar_days?: number | null;
  /** What one unit of the answer is. Default: 'users'. */
  count?: Count;
  /** Which events of step 1 may start a chain. Default: 'any'. */
  entry?: Entry;
  /** In place of `trend`: periods of equal length. */
  entry_bins?: EntryBins | null;
  /** Events that spoil a chain. */
  exclusions?: Exclusion[];
  /** What must be the same in all events of a chain; none = nothing. */
  hold?: Hold | null;
  /** Whether steps that took no time at all count in means and quantiles. Default: 'counted'. */
  instant_times?: InstantTimes;
  /** What an exclusion does. Default: 'void_chain'. */
  on_exclusion?: OnExclusion;
  /** Whether users who are still inside a window are shown apart. Default: 'apart'. */
  open?: OpenUsers;
  /** Whether other events may lie between the steps. Default: 'ordered'. */
  order?: Order;
  /** Whether later steps may lie after the end of the scope's range. Default: 'entry'. */
  range?: Range;
  /**
   * What happens when a step after the first is met again that has been reached already. Default: 'allowed'.
   */
  repeats?: Repeats;
  /** Whether one event may fill two steps. Default: 'once'. */
  reuse?: Reuse;
  /** Which users and rows. What `scope.from` and `scope.to` bound is said by `range`. */
  scope?: Scope;
  /** Whether every chain is considered. Default: 'exhaustive'. */
  search?: Search;
  /** What a session is, if sessions limit the chain or are counted. */
  session?: SessionRule;
  /**
   * In place of `window_millis`: the chain ends with the last row of so many of the user's sessions, that of
   * its start being the first of them; at least 1. Of several sessions at one instant the last counts, and
   * where sessions of a column lie across each other, a later start never means an earlier end.
   */
  sessions?: number | null;
  /** 1 to `FunnelQuery::MAX_STEPS` steps. */
  steps?: Step[];
  /** What ends a chain in strict order, and what follows. Default: 'restart'. */
  strict_kind?: StrictKind;
  /** What becomes of events at the same instant. Default: 'step_order'. */
  tie?: Tie;
  /** Which of the chains with the highest level gives the times. Default: 'latest_start'. */
  time_from?: TimeFrom;
  /**
   * The periods of the scope's calendar by which the answer is repeated, by when users entered; none = it is
   * not.
   */
  trend?: Period | null;
  /** What the window is measured from. Default: 'first_step'. */
  window_from?: WindowFrom;
  /**
   * The longest time from the event that fills step 1 to the one that fills the last step, edge inclusive; at
   * least 1. None = no limit, and then nobody counts as still open. Default: 1209600000.
   */
  window_millis?: number | null;
}

/** A first funnel, proposed from the data. */
export interface SuggestFunnelQuery {
  kind: 'suggest_funnel';
  /** Which users and rows to look at. */
  scope?: Scope;
}

/** How many users segments hold, how they overlap, and who they are. */
export interface SegmentQuery {
  kind: 'segment';
  /** Whose user ids to list; none = no list. */
  list?: UserList | null;
  /** Which users and rows are counted. */
  scope?: Scope;
  /** The segments, at most `MAX_SEGMENTS`. */
  segments?: NamedSegment[];
}

/** Groups of users who behave alike. */
export interface ClusterQuery {
  kind: 'cluster';
  /**
   * What users are compared by, 1 to `MAX_FEATURES` features. None = chosen from the data: the counts of the
   * `DEFAULT_EVENTS` events that tell users apart most, of those that at least `LEAST_SHARE_PERCENT` % of the
   * users did, and then events, days active, recency, tenure, span, and revenue if a number column has that
   * role. What tells users apart most is measured by the entropy of the users' distribution over no such
   * event, 1, 2 to 3, 4 to 7, … of them; equal ones by name. With one event only, its count is left to
   * `events`.
   */
  features?: Feature[] | null;
  /** What every number of clusters that is tried is judged by. Default: 'quick'. */
  judge?: Judge;
  /** How many clusters. */
  k?: ClusterCount;
  /** Into how many cells each side of the map is cut, up to `MAX_MAP_SIDE`; 0 = no map. Default: 0. */
  map?: number;
  /** How clusters are found. */
  method?: ClusterMethod;
  /**
   * How many starts are tried, on a sample of at most 16,384 users, of which the one with the least inertia
   * is kept and continued on all users; 1 to `MAX_RESTARTS`. Default: 10.
   */
  n_restarts?: number;
  /** How the features are scaled. Default: 'auto'. */
  scaling?: Scaling;
  /**
   * Which users, and which of their rows the features look at. Recency and tenure are measured from its
   * `now`.
   */
  scope?: Scope;
  /** Seed of the sample and of the starts. The same seed gives the same clusters. Default: 1. */
  seed?: number;
  /**
   * Clusters found before, to be found again in these data; `scaling`, `k`, `seed` and `n_restarts` then say
   * nothing, and `features` must be left out. None = clusters are found anew.
   */
  start?: ClusterStart | null;
}

/** Which ways users take, step by step. */
export interface JourneyQuery {
  kind: 'journey';
  /** Where steps are counted from. Default: 'start'. */
  align?: Align;
  /** Segments to compare, at most `MAX_GROUPS`: everything is counted for each of them too. */
  compare?: NamedSegment[];
  /**
   * How many edges are listed, the most frequent ones; of those, edges that no longer hang together with a
   * first step are left out too. The nodes' numbers stay what they are. None = all.
   */
  edge_limit?: number | null;
  /** Runs end at such a row, at or after their start; those that have none are left out. */
  end?: JourneyPoint | null;
  /** At which of several a run ends. Default: 'first'. */
  end_at?: EndAt;
  /** What rows are called, and which are left out. */
  items?: ItemRules;
  /**
   * How many items of a run are looked at, from 1 to `MAX_STEPS`: the first ones; the last ones if only an
   * end is given; half of them from each side, with one `JourneyItem::Middle` between, if both are, and then
   * at least 2. Default: 5.
   */
  n_steps?: number;
  /**
   * How many nodes are kept at each step, the most frequent ones; the others are put together as
   * `JourneyItem::Other`. None = all. Default: 8.
   */
  node_limit?: number | null;
  /** How many whole paths are listed, the most frequent ones. Default: 20. */
  path_limit?: number;
  /** What becomes of equal neighbors. Default: 'join'. */
  repeats?: NeighborRepeats;
  /** How many runs are listed one by one, by user and then in the order of their first rows. Default: 0. */
  run_limit?: number;
  /** Which users and rows. What it leaves out is gone before runs are cut and neighbors are joined. */
  scope?: Scope;
  /** Where a run ends and the next one starts. */
  sessions?: SessionRule;
  /** Runs begin at their first such row; those that have none are left out. */
  start?: JourneyPoint | null;
  /** The order of rows of one instant. Default: 'input_order'. */
  tie?: SameInstant;
  /** Whose users are listed. None = nobody's. */
  users_of?: JourneyPlace | null;
}

/** What follows what. */
export interface TransitionQuery {
  kind: 'transition';
  /**
   * How many items are told apart, the ones of most rows; the others are put together. From 1 to
   * `MAX_TOLD_APART`. Default: 12.
   */
  item_limit?: number;
  /** What rows are called, and which are left out. */
  items?: ItemRules;
  /** Whether equal neighbors count as a transition to itself. Default: 'keep'. */
  repeats?: NeighborRepeats;
  /** Which users and rows. What it leaves out is gone before runs are cut. */
  scope?: Scope;
  /** Where a run ends and the next one starts. */
  sessions?: SessionRule;
  /** The order of rows of one instant. Default: 'input_order'. */
  tie?: SameInstant;
}

/** Who has done what in which order. */
export interface SequenceQuery {
  kind: 'sequence';
  /** The pattern, as `docs/patterns.md` says. Default: ''. */
  pattern?: string;
  /** Which rows the pattern is held against. Default: 'all'. */
  rows?: Rows;
  /** Which users and rows. */
  scope?: Scope;
  /** What a match must lie in: all of a user's rows unless something else is said. */
  sessions?: SessionRule;
  /** Names of the pattern that stand for more than an event; they hide events of their name. */
  terms?: SequenceTerm[];
  /** How many users are listed, the first ones by the bytes of their ids. Default: 100. */
  user_limit?: number;
  /** Which users are listed. Default: 'matching'. */
  users?: Listed;
  /** What is listed for a user without a match. Default: 'nothing'. */
  without?: Without;
}

/** What comes after a chain of events. */
export interface NextEventQuery {
  kind: 'next_event';
  /** Where the chain starts. Default: 'first_match'. */
  base?: Base;
  /** What the base must meet. */
  base_rule?: EventRule;
  /** Whether the chain and its answer lie after the base or before it. Default: 'forward'. */
  direction?: Direction;
  /** Which users and rows. */
  scope?: Scope;
  /** How the chain is looked for. Default: 'neighbors'. */
  search?: ChainSearch;
  /** The steps of the chain, at most `MAX_STEPS`; the first one is met by the base itself. */
  steps?: EventRule[];
  /** The order of rows of one instant. Default: 'input_order'. */
  tie?: SameInstant;
  /** How many users are listed, the first ones by the bytes of their ids. Default: 100. */
  user_limit?: number;
}

/** Which users come back, and how long after they started. */
export interface RetentionQuery {
  kind: 'retention';
  /** How cohorts are averaged. Default: 'pooled'. */
  average?: RetentionAverage;
  /** How the time after the start is cut into columns. Default: 'calendar'. */
  bins?: RetentionBins;
  /**
   * Lengths, in periods, of the columns after the first; empty = a column for each period. Each is at least
   * 1.
   */
  brackets?: number[];
  /**
   * How the answer is split; none = it is not. `on: event` takes the value of the start event
   * (`first_touch`), or follows each value apart, which start and returns must share (`each_value`).
   */
  breakdown?: Breakdown | null;
  /** The most columns, that of the start included; none = as many as the data have. */
  columns?: number | null;
  /** Which periods count for a column. Default: 'on'. */
  criterion?: RetentionCriterion;
  /** Which of the user's start events make cohorts. Default: 'first_in_range'. */
  entry?: RetentionEntry;
  /**
   * A property of events whose value a start and its returns must share. Events without a value take no part.
   */
  hold?: string | null;
  /**
   * How many return events a period needs to count; at least 1. The period of the start needs them only if
   * start and return are different rules. Default: 1.
   */
  min_occurrences?: number;
  /** The unit of time, of cohorts and of columns. Default: 'week'. */
  period?: Period;
  /** Whether returns may lie after the end of the scope's range. Default: 'entry'. */
  range?: Range;
  /**
   * Which events count as a return. If it is the same rule as `start`, the period of the start is 100 % by
   * definition; otherwise it is a count of its own, of returns after the start.
   */
  return?: EventRule;
  /** Which users and rows. What `scope.from` and `scope.to` bound is said by `range`. */
  scope?: Scope;
  /** Which events start. */
  start?: EventRule;
  /** Whether a return at the very instant of the start comes after it. Default: 'step_order'. */
  tie?: RetentionTie;
  /** A number to add up over the returns of each cell; none = users are counted and nothing is added up. */
  value?: RetentionValue | null;
}

/** Who is new, returning, resurrecting and dormant, period by period. */
export interface LifecycleQuery {
  kind: 'lifecycle';
  /** When a user is new. */
  new_by?: NewBy;
  /** The unit of time. Default: 'week'. */
  period?: Period;
  /** Which events make a user active. */
  rule?: EventRule;
  /** Which users and rows. The range chooses whole periods: those that it touches. */
  scope?: Scope;
}

/** In how many periods users are active. */
export interface StickinessQuery {
  kind: 'stickiness';
  /** Whether users of more periods count too. Default: 'exactly'. */
  count?: StickinessCount;
  /** How many periods are joined into one, counted back from the end of the range; at least 1. Default: 1. */
  join?: number;
  /** How many events make a user active in a period, before periods are joined. */
  min_per_period?: MinPerPeriod;
  /** The unit of time. Default: 'day'. */
  period?: Period;
  /** Which users and rows. */
  scope?: Scope;
  /** Which events make a user active: 1 to `MAX_SERIES` series, each counted by itself. */
  series?: EventRule[];
}

/** What is wrong with the data, and what that could spoil. */
export interface QualityQuery {
  kind: 'quality';
  /**
   * So many events at one and the same millisecond are a mass; at least 2. None = 100, or one in a thousand
   * of all events if that is more.
   */
  mass?: number | null;
  /**
   * Events of one user in more different hours of one calendar day than this are beyond a person; at most 24.
   * Default: 20.
   */
  most_hours?: number;
  /** More events of one user on one calendar day than this are beyond a person. Default: 5000. */
  most_per_day?: number;
  /** More events of one user within 60 seconds than this are beyond a person. Default: 120. */
  most_per_minute?: number;
  /**
   * How many of a column's most frequent values are listed; 0 to `QualityQuery::MOST_VALUES`. Default: 10.
   */
  n_values?: number;
  /** Which users and rows. */
  scope?: Scope;
  /**
   * A day is unusual if its robust score lies beyond this, above or below; more than 0. See
   * `DayQuality::score`. Default: 3.5.
   */
  score?: number;
}

/** How numbers develop over time. */
export interface TrendQuery {
  kind: 'trend';
  /** What a point covers. Default: 'period'. */
  accumulate?: Accumulate;
  /** What happened when, to be shown with the lines. */
  annotations?: Annotation[];
  /**
   * How each series is split; none = it is not. With `on: event` each row counts under its own value, so that
   * the attribution must be `first_touch` or `each_value`. A user may be in several segments, and counts in
   * each.
   */
  breakdown?: Breakdown | null;
  /** Earlier periods to show beside these; none = none. */
  compare?: Compare | null;
  /** Lines computed from the series, at most as many. */
  formulas?: TrendFormula[];
  /** Only the last so many periods of the range, the one that holds its end among them; none = all. */
  last?: number | null;
  /**
   * A further line with the mean of this many periods, the point's own the last of them; 2 to
   * `TrendQuery::MAX_AVERAGED`; none = no such line.
   */
  moving_average?: number | null;
  /** The calendar period that a point stands for. Default: 'day'. */
  period?: Period;
  /** Which users and rows, and the zone and week start of the calendar. */
  scope?: Scope;
  /** 1 to `TrendQuery::MAX_SERIES` series. Formulas call them A, B, C and so on. */
  series?: TrendSeries[];
}

/** How many sessions there are, how long, and where they begin and end. */
export interface SessionsQuery {
  kind: 'sessions';
  /**
   * The calendar period of `periods`; a session belongs to the one that its first row lies in. Default:
   * 'day'.
   */
  period?: Period;
  /** Which users and rows; sessions are made of those rows only. */
  scope?: Scope;
  /** What makes a session. */
  session?: SessionRule;
}

/** How often and how lately users do something. */
export interface FrequencyQuery {
  kind: 'frequency';
  /** The least number of days since the last event of each group, ascending, the first one 0. */
  days_from?: number[];
  /** The least number of events of each group, ascending, the first one 1. */
  events_from?: number[];
  /** Which events count. */
  rule?: EventRule;
  /** Which users and rows. */
  scope?: Scope;
}

/** How long users take from one step of a funnel to another. */
export interface TimeToConvertQuery {
  kind: 'time_to_convert';
  /**
   * How many bins the histogram has, 1 to `TimeToConvertQuery::MAX_BINS`; none = the cube root of the number
   * of users, rounded up, 60 at most.
   */
  bins?: number | null;
  /** Index of the step that the time starts at, from 0. Default: 0. */
  from_step?: number;
  /** The funnel, with its scope. */
  funnel?: Omit<FunnelQuery, 'kind'>;
  /** Index of the step that it ends at; none = the last one that is not optional. */
  to_step?: number | null;
}

/** What goes with converting or with being in a segment. */
export interface DriversQuery {
  kind: 'drivers';
  /** Events that are not looked at, besides those that the target names. */
  exclude_events?: string[];
  /** Properties that are not looked at, besides those that the target names. */
  exclude_properties?: string[];
  /** What may go with it. */
  factors?: Factors[];
  /** How many are listed of either direction; none = all. */
  limit?: number | null;
  /** The share of all users that is enough, from 0 to 1. Default: 0.02. */
  min_share?: number;
  /**
   * What fewer users have is left out: fewer than this number, or fewer than `min_share` of all users, if
   * these are not so many. Default: 25.
   */
  min_users?: number;
  /** How the odds ratio is kept from being infinite. Default: 'half_if_zero'. */
  odds?: Odds;
  /** What comes first. Default: 'interval'. */
  rank?: Rank;
  /** Which users and rows. */
  scope?: Scope;
  /** What users reach or do not. */
  target?: Target;
}

/** Which behavior of the first days goes with what users do later. */
export interface AhaMomentQuery {
  kind: 'aha_moment';
  /**
   * The numbers of days to try, of 24 hours from the user's first event of the whole data (inclusive) on,
   * ascending, each 1 to 3,650; at most `AhaMomentQuery::MAX_NUMBERS`.
   */
  days?: number[];
  /** Only these events; empty = all. */
  events?: string[];
  /** Not these events. */
  exclude_events?: string[];
  /** How many events are listed at most, each with its best numbers. Default: 20. */
  limit?: number;
  /**
   * A behavior is only tried if so many users of the half it is chosen on show it, and so many do not.
   * Default: 20.
   */
  min_users?: number;
  /**
   * Which users and rows. Users count whose first event of the whole data lies in the range; its end cuts
   * nothing off what they do afterwards.
   */
  scope?: Scope;
  /**
   * What users do later: a segment, asked only of the events after the first days. Rules about what users
   * did, and about properties on their events, can be asked so; others are refused.
   */
  target?: Segment;
  /**
   * For how many days after the first ones the target is looked for, 1 to 3,650; none = to the end of the
   * data, which is not the same time for all users. Default: 28.
   */
  target_days?: number | null;
  /** The numbers of times to try, ascending, each at least 1; at most `AhaMomentQuery::MAX_NUMBERS`. */
  times?: number[];
}

/** By which numbers users are told apart, and how those go together. */
export interface FeatureQuery {
  kind: 'feature';
  /** Into how many bins each feature is counted, 1 to `MAX_BINS`. Default: 12. */
  bins?: number;
  /**
   * What is computed, 1 to `MAX_FEATURES` features. None = a set for these data: what `ClusterQuery` would
   * choose, and then sessions, breadth, the mean of every number column with the role score, and every value
   * of text columns that have at most `FEW_VALUES` (the earliest one of a column with the role channel, the
   * latest one of others).
   */
  features?: Feature[] | null;
  /**
   * How amounts are scaled before they are correlated: by `rank`, the correlations are Spearman's. Default:
   * 'auto'.
   */
  scaling?: Scaling;
  /**
   * Which users, and which of their rows the features look at. Recency and tenure are measured from its
   * `now`.
   */
  scope?: Scope;
}

/** Customers by recency, frequency and monetary value. */
export interface RfmQuery {
  kind: 'rfm';
  /** An earlier instant: who was in which segment then, by the same cuts. None = no comparison. */
  before?: Millis | null;
  /** Where classes are cut; none = at quintiles. */
  cuts?: RfmCuts | null;
  /**
   * The event that is a purchase; none = every row with a value, or every row where there is no value at all.
   */
  event?: string | null;
  /** Which users and rows are looked at. Recency is measured from its `now`. */
  scope?: Scope;
  /**
   * The number column that tells a purchase's value; none = the one with the role revenue, if there is one.
   */
  value?: string | null;
}

/** What sets groups of users apart, and what they are worth. */
export interface PersonaQuery {
  kind: 'persona';
  /** What events cost, such as a support ticket; at most 16. */
  costs?: Cost[];
  /** What they are told apart by; none = the set that `FeatureQuery` describes. */
  features?: Feature[] | null;
  /** Of groups with fewer users only the size is told; at least 1. Default: 5. */
  min_users?: number;
  /** How many traits are told of each, 1 to 64. Default: 12. */
  n_traits?: number;
  /** The groups, at most `MAX_PERSONAS`. */
  personas?: NamedSegment[];
  /** Which users, and which of their rows are looked at. Recency and tenure are measured from its `now`. */
  scope?: Scope;
  /** Who has done something in the last so many days has stayed; at least 1. Default: 30. */
  stay_days?: number;
  /**
   * The number column that is summed to what a user brings; none = the one with the role revenue, if there is
   * one.
   */
  value?: string | null;
}

/** What people answered in surveys. */
export interface FeedbackQuery {
  kind: 'feedback';
  /** Groups whose answers are told apart, at most `MAX_GROUPS`; a user may be in several. */
  groups?: NamedSegment[];
  /** What scores mean. */
  scale?: FeedbackScale;
  /** Which users, and which of their rows are looked at. */
  scope?: Scope;
  /** The number column that holds the scores; none = the one with the role score. */
  score?: string | null;
}

/** Which channels conversions are owed to. */
export interface AttributionQuery {
  kind: 'attribution';
  /** What a touch is called. */
  channel?: ChannelRule;
  /** Which events are conversions. */
  conversion?: EventRule;
  /** What channels cost. */
  costs?: ChannelCost[];
  /** Which of a user's conversions count. Default: 'every'. */
  count?: Conversions;
  /** Channels that `last_non_direct` passes over, in any case of their ASCII letters. */
  direct?: string[];
  /**
   * How many channels are kept, those with most touches, 1 to `AttributionQuery::MAX_CHANNELS`; the rest is
   * "Other", which the models take for one channel. Default: 20.
   */
  limit?: number;
  /** How many conversions are listed with their touches, the earliest ones. Default: 0. */
  list?: number;
  /** Instead: on one of so many calendar days of the scope's zone, the last of which is the conversion's. */
  lookback_days?: number | null;
  /**
   * A touch lies at most so long before its conversion, edge inclusive; none = no matter how long. It always
   * lies after the user's conversion before. Default: 2592000000.
   */
  lookback_millis?: number | null;
  /** How conversions are shared out; at least one. */
  models?: Model[];
  /** How many of the commonest paths are listed. Default: 10. */
  path_limit?: number;
  /** Touches only count that are followed by one event of each of these, before the conversion. */
  required?: Required[];
  /** The order of rows of one instant. Default: 'input_order'. */
  same_instant?: SameInstant;
  /**
   * Which users and rows. Conversions must lie in the range; the touches before one may lie before the range.
   */
  scope?: Scope;
  /** A touch matches one of these; empty = any event. A row that is a conversion or required is no touch. */
  touches?: EventRule[];
  /** The number column that says what a conversion is worth; none = conversions are only counted. */
  value?: string | null;
  /** What a conversion is worth whose value is missing, 0 or below. Default: 'as_it_is'. */
  worthless?: Worthless;
}

/** Whether the variants of an experiment differ. */
export interface ExperimentQuery {
  kind: 'experiment';
  /**
   * How many times users are dealt out at random, to see how often two arms that do not differ seem to; 0 =
   * not at all. Default: 0.
   */
  aa_runs?: number;
  /**
   * How p-values are adjusted for their number: over metrics and variants, and apart over the segments' ones.
   * Default: 'holm'.
   */
  adjust?: Adjust;
  /** The variant that the others are compared with; none = the first by name. */
  control?: string | null;
  /**
   * Takes out what the same measure in so long a time before the exposure foretells (CUPED); none = it does
   * not.
   */
  cuped_millis?: number | null;
  /** A user takes part from the first of these events on that says a variant. */
  exposure?: EventRule;
  /** When it is looked at, which decides which p-value makes the verdict. Default: 'any_time'. */
  looks?: Stopping;
  /** What is measured; the first one decides the verdict. */
  metrics?: Metric[];
  /**
   * The effect that matters, as a share of the control's mean; how many users it takes is told for it. 0.05
   * is 5 %. Default: 0.05.
   */
  min_effect?: number;
  /** The probability with which a true effect is to be found, 0.5 to 0.99. Default: 0.8. */
  power?: number;
  /**
   * Which users and rows. Exposures must lie in the range and meet the conditions; what users did before or
   * after is not cut off by either.
   */
  scope?: Scope;
  /** What decides how they are dealt out. Default: 0. */
  seed?: number;
  /** Effects by segment. */
  segments?: NamedSegment[];
  /** How users were to be dealt out; empty = equally. */
  shares?: Share[];
  /** About how many users the always-valid interval is narrowest at. Default: 5000. */
  tuned_users?: number;
  /** The text column that says it; none = the one with the role variant. */
  variant?: string | null;
  /**
   * For how long after the exposure; users for whom this is not over at the end of the data are left out.
   * None = to the end of the data, which is not the same time for all users.
   */
  window_millis?: number | null;
  /**
   * Values of counts and sums above this quantile over all users count as it, 0.9 to below 1; none = as they
   * are.
   */
  winsorize?: number | null;
}

/** How long users take to reach something, or how long they stay. */
export interface SurvivalQuery {
  kind: 'survival';
  /** What is waited for. */
  end?: SurvivalEnd;
  /** How many steps are drawn; users are watched no longer. Default: 90. */
  n_steps?: number;
  /**
   * Which users and rows. The start must lie in the range and meet the conditions; what follows is not cut
   * off by either.
   */
  scope?: Scope;
  /** Curves by segment. */
  segments?: NamedSegment[];
  /** A user is watched from the first of these events on. */
  start?: EventRule;
  /** How long a step of the curves is: a day, a week. Default: 86400000. */
  step_millis?: number;
}

/** What customers have been worth, and what they will be. */
export interface LifetimeValueQuery {
  kind: 'lifetime_value';
  /**
   * How many of the last days are held out: the model is fitted to what was before, and its forecast of them
   * compared with what happened. None = nothing is.
   */
  holdout_days?: number | null;
  /** How many days to look ahead. Default: 365. */
  horizon_days?: number;
  /** How many such lengths of time after the first purchase their value is told for. Default: 12. */
  n_periods?: number;
  /** Customers by the period of their first purchase. Default: 'month'. */
  period?: Period;
  /** Which events are purchases. Those of one calendar day of a user count as one. */
  rule?: EventRule;
  /** Which users and rows. */
  scope?: Scope;
  /** Values by segment. */
  segments?: NamedSegment[];
  /** The number column that says what a purchase is worth; none = purchases are only counted. */
  value?: string | null;
}

/** How features are adopted. */
export interface AdoptionQuery {
  kind: 'adoption';
  /** For how many periods ahead adopters are foretold. Default: 8. */
  ahead?: number;
  /** The features, 1 to `AdoptionQuery::MAX_FEATURES`. */
  features?: AdoptedFeature[];
  /** The steps of the curves. Default: 'week'. */
  period?: Period;
  /** Which users and rows. A user adopts a feature with the first use in scope. */
  scope?: Scope;
}

/** How far a number has come on its way to a target. */
export interface GoalQuery {
  kind: 'goal';
  /** What it was at the beginning. Default: 0.0. */
  baseline?: number;
  /** By when. Default: 0. */
  due?: Millis;
  /** Other series that must not suffer. */
  guards?: Guard[];
  /** How the periods make up the number. Default: 'sum'. */
  of?: GoalNumber;
  /** What it is to be; below the baseline if less is better. Default: 1.0. */
  target?: number;
  /**
   * The number: the last formula, or the first series if there is none, by period; its scope begins when the
   * goal does. Without a breakdown, running totals or comparison.
   */
  trend?: Omit<TrendQuery, 'kind'>;
}

/** What every query shares: which users and rows it looks at, and by which calendar. */
export interface Scope {
  /** First instant, inclusive; none = from the start. */
  from?: Millis | null;
  /** The instant that "the last d days" ends at; none = the data's last time. */
  now?: Millis | null;
  /** Only these users; none = all. */
  segment?: Segment | null;
  /** Last instant, inclusive; none = to the end. */
  to?: Millis | null;
  /** First day of a week. Default: 'monday'. */
  week_start?: WeekStart;
  /** Rows that fail any of these are left out before anything else. */
  where?: Condition[];
  /** IANA zone for calendar bins; none = UTC. */
  zone?: string | null;
}

/** An instant: milliseconds since 1970-01-01T00:00:00Z, negative before it. */
export type Millis = number;

/** A group of users, by what they are or did. */
export type Segment =
  /** In all of these; every user if empty. */
  | {
    kind: 'all_of';
    /** The segments. */
    of: Segment[];
  }
  /** In at least one of these; nobody if empty. */
  | {
    kind: 'any_of';
    /** The segments. */
    of: Segment[];
  }
  /** Not in this one. */
  | {
    kind: 'not';
    /** The segment. */
    of: Segment;
  }
  /** A property of the user. `on: event` here means "on any of the user's events". */
  | {
    kind: 'property';
    /** Whose value: the row's own, or the user's (first or last one known). Default: 'event'. */
    on?: Owner;
    /** The comparison. */
    op: Op;
    /** The column's name. The user and time columns count as properties too. */
    property: string;
    /**
     * What to compare with. `eq`, `contains`, `gt`, … hold if they hold for any of the values, `neq` and the
     * `not_` forms only if they hold for all of them. Numbers and times are given as text, as they would
     * stand in a file.
     */
    values?: string[];
  }
  /** Did an event so many times. */
  | {
    kind: 'did';
    /** The count. "Did not do E" is `at_most` 0. Default: 1. */
    n?: number;
    /** Which events count. */
    rule: EventRule;
    /** How the count is compared with `n`. Default: 'at_least'. */
    times?: Times;
    /** When the events must lie. */
    within?: Within;
  }
  /** A fixed list of user ids. */
  | {
    kind: 'list';
    /** User ids, as they stand in the data; ids that the data do not hold are ignored. */
    users: string[];
  }
  /** Nearest to one centroid of a saved cluster model. */
  | {
    kind: 'cluster';
    /** One row per cluster: scaled coordinates, as many as there are features. */
    centroids: number[][];
    /** Index of the cluster that is meant. */
    cluster: number;
    /** The features, in the centroids' order. */
    features: ScaledFeature[];
    /** First instant that features look at, inclusive; none = from the start. */
    from?: Millis | null;
    /** The instant that recency and tenure are measured from. */
    now: Millis;
    /** Last instant that features look at, inclusive; none = to the end. */
    to?: Millis | null;
    /** Features look only at rows that meet all of these. */
    where?: Condition[];
  }
  /** Reached a step of a funnel, or were lost before it. */
  | {
    kind: 'funnel';
    /**
     * Only the users of this group of the query's breakdown; none = of all groups. A breakdown in which users
     * may be in several groups of values, and the group "other", have no such rule.
     */
    group?: GroupKey | null;
    /** What became of the users at that step. Default: 'reached'. */
    outcome?: FunnelOutcome;
    /** The question. Its trend does not matter. */
    query: Omit<FunnelQuery, 'kind'>;
    /** Index of a step, from 0, that is not optional. */
    step: number;
  }
  /** In a cohort of a retention table, or in one cell of it. */
  | {
    kind: 'retention';
    /** An instant in the cohort's period; none = any cohort. */
    cohort?: Millis | null;
    /** Index of the column; none = all users of the cohort. */
    column?: number | null;
    /** Which of the cohort's users, if there is a column. Default: 'returned'. */
    outcome?: RetentionOutcome;
    /** The question. Its breakdown and its value do not matter. */
    query: Omit<RetentionQuery, 'kind'>;
  }
  /** In one state of the lifecycle in one period. */
  | {
    kind: 'lifecycle';
    /** An instant in the period. */
    period: Millis;
    /** The question. */
    query: Omit<LifecycleQuery, 'kind'>;
    /** The state. */
    state: LifecycleState;
  }
  /** Active in so many periods. */
  | {
    kind: 'stickiness';
    /** In how many periods; at least 1. */
    n_periods: number;
    /** The question; it also says whether users of more periods count too. */
    query: Omit<StickinessQuery, 'kind'>;
    /** Index of the series. Default: 0. */
    series?: number;
  }
  /** With numbers in ranges. */
  | {
    kind: 'measured';
    /** First instant that features look at, inclusive; none = from the start. */
    from?: Millis | null;
    /** The instant that recency and tenure are measured from; none = the query's. */
    now?: Millis | null;
    /** The ranges, each of another feature; all users if there are none. */
    ranges?: FeatureRange[];
    /** Last instant that features look at, inclusive; none = to the end. */
    to?: Millis | null;
    /** Features look only at rows that meet all of these. */
    where?: Condition[];
  };

/** Whose value a property test looks at. */
export type Owner =
  /** The row's own value. */
  | 'event'
  /** The user's latest value that is not missing, over the whole data. */
  | 'user'
  /** The user's earliest value that is not missing, over the whole data. */
  | 'user_first';

/**
 * A comparison. On text columns `eq`, `in` and their opposites compare the exact text, `contains` ignores
 * ASCII case, and the order comparisons compare as numbers where both sides are numbers, else by bytes.
 */
export type Op =
  | 'eq'
  | 'neq'
  | 'in'
  | 'not_in'
  | 'contains'
  | 'not_contains'
  | 'starts_with'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'is_set'
  | 'is_not_set';

/**
 * Which rows a step, a series or a filter speaks of. All the parts that are given must hold; a rule with no
 * part at all matches every event.
 */
export interface EventRule {
  /** At least one of these must match; empty = no such demand. */
  any_of?: EventRule[];
  /** The event's name; none = any event. A name that the data never hold matches nothing. */
  event?: string | null;
  /** Conditions that must all hold. */
  where?: Condition[];
}

/** A condition on one row. */
export type Condition =
  /** A property compared with values. */
  | {
    kind: 'property';
    /** Whose value: the row's own, or the user's (first or last one known). Default: 'event'. */
    on?: Owner;
    /** The comparison. */
    op: Op;
    /** The column's name. The user and time columns count as properties too. */
    property: string;
    /**
     * What to compare with. `eq`, `contains`, `gt`, … hold if they hold for any of the values, `neq` and the
     * `not_` forms only if they hold for all of them. Numbers and times are given as text, as they would
     * stand in a file.
     */
    values?: string[];
  }
  /** All must hold; true if empty. */
  | {
    kind: 'all_of';
    /** The conditions. */
    of: Condition[];
  }
  /** At least one must hold; false if empty. */
  | {
    kind: 'any_of';
    /** The conditions. */
    of: Condition[];
  }
  /** Must not hold. */
  | {
    kind: 'not';
    /** The condition. */
    of: Condition;
  };

/** How a count is compared. */
export type Times = 'at_least' | 'exactly' | 'at_most';

/** A window for counting events. */
export type Within =
  /** The whole data. */
  | { kind: 'ever' }
  /**
   * From `now` − `days` × 24 h (exclusive) to `now` (inclusive); `now` is the scope's, or the data's last
   * time.
   */
  | {
    kind: 'last_days';
    /** Days of exactly 24 hours; at least 1. */
    days: number;
  }
  /** From the user's first event (inclusive) to `days` × 24 h after it (exclusive). */
  | {
    kind: 'first_days';
    /** Days of exactly 24 hours; at least 1. */
    days: number;
  }
  /** Between two instants, both inclusive. */
  | {
    kind: 'between';
    /** The first instant. */
    from: Millis;
    /** The last instant. */
    to: Millis;
  };

/**
 * A feature of a user and how it is brought to the centroids' scale: `(value − mean) / deviation`, where
 * `value` is the amount on the scale that `scaling` says. A missing amount lies at 0.
 */
export interface ScaledFeature {
  /**
   * Standard deviation over the users (divided by n), on the scale, and √2 for `Feature::Is`; 0 is read as 1.
   */
  deviation: number;
  /** What is measured. */
  feature: Feature;
  /** Mean over the users, on the scale. */
  mean: number;
  /**
   * For ranks: the amounts at equally spaced shares of the users, ascending, from the least to the greatest.
   */
  ranks?: number[];
  /** How amounts are brought to the scale. */
  scaling?: Scaling;
}

/**
 * A number computed for every user from the user's rows in scope. Each has an amount in plain units (events,
 * days, money) and a scale on which users are compared: counts, times since and money are compared by their
 * logarithm, because a user with 200 events differs from one with 100 as much as one with 2 from one with 1.
 *
 * Some are missing for some users. A missing amount is left out of means and deviations, and where users are
 * compared it counts as the mean of all, so that it draws a user neither way.
 */
export type Feature =
  /** Number of events of one name; scale ln(1 + n). 0 for a name that the data never hold. */
  | {
    kind: 'event_count';
    /** The event's name. */
    event: string;
  }
  /** Share of one name in all of the user's events, 0 to 1. */
  | {
    kind: 'event_share';
    /** The event's name. */
    event: string;
  }
  /** Number of all events; scale ln(1 + n). */
  | { kind: 'events' }
  /** Number of days (UTC) with at least one event; scale ln(1 + n). */
  | { kind: 'days_active' }
  /**
   * Number of sessions: by the column with the role session, else cut by gaps of 30 minutes; scale ln(1 + n).
   */
  | { kind: 'sessions' }
  /** Number of different names of events; scale ln(1 + n). */
  | { kind: 'breadth' }
  /**
   * Days of 24 hours, with their fraction, from the last event to `now`, 0 if that lies before it; scale ln(1
   * + days).
   */
  | { kind: 'recency' }
  /** Days of 24 hours, with their fraction, from the first event to `now`, 0 if that lies before it. */
  | { kind: 'tenure' }
  /** Days of 24 hours, with their fraction, from the first event to the last. */
  | { kind: 'span' }
  /**
   * Time to first value: days of 24 hours, with their fraction, from the first event to the first one of this
   * name; scale ln(1 + days). Missing for users who never did it.
   */
  | {
    kind: 'days_until';
    /** The event's name. */
    event: string;
  }
  /**
   * Sum of the number column with the role revenue; missing values count as 0; scale sign(x) · ln(1 + |x|).
   */
  | { kind: 'revenue' }
  /**
   * The latest value of a number column, among the rows in scope, that is not missing; of several of one
   * instant the greatest, and 0 if there is none. Values beyond ±10¹⁴⁰ count as that.
   */
  | {
    kind: 'property';
    /** The column's name. */
    property: string;
  }
  /** Mean of a number column, as a survey's scores. Missing for users without a value. */
  | {
    kind: 'mean';
    /** The column's name. */
    property: string;
  }
  /** Sum of a number column; missing values count as 0; scale sign(x) · ln(1 + |x|). */
  | {
    kind: 'sum';
    /** The column's name. */
    property: string;
  }
  /**
   * 1 for users whose value of a text column is this one, else 0; missing for users without any value. Where
   * users are compared it is divided by √2 instead of its deviation, so that two users with different values
   * of one property lie as far apart as two who differ by a deviation of a number.
   */
  | {
    kind: 'is';
    /** The column's name. */
    property: string;
    /** Which of a user's values is meant. Default: 'last'. */
    touch?: Touch;
    /** The value. */
    value: string;
  };

/** Which of the values that a user has had. */
export type Touch =
  /** The latest one; of several of one instant the last by bytes. */
  | 'last'
  /** The earliest one, as the channel that brought the user; of several of one instant the last by bytes. */
  | 'first';

/** How amounts are brought to a scale before they are standardized. */
export type Scaling =
  /** Each feature's own, as `Feature` says. */
  | 'auto'
  /** The amounts as they are. */
  | 'linear'
  /** sign(x) · ln(1 + |x|). */
  | 'log'
  /**
   * The share of the users below, those with the same amount counted half: 0 to 1, whatever the units. Taken
   * from hundredths of a sample of at most 16,384 users. `Feature::Is` stays as it is.
   */
  | 'rank';

/** What makes a group. */
export type GroupKey =
  /** A value of the breakdown's property; numbers and times as text. */
  | {
    kind: 'value';
    /** The value. */
    value: string;
  }
  /** No value. */
  | { kind: 'missing' }
  /** All values beyond the breakdown's limit, together. */
  | { kind: 'other' }
  /** A segment. */
  | {
    kind: 'segment';
    /** Its name. */
    name: string;
  };

/** What became of users at a step, as in `FunnelStep`. */
export type FunnelOutcome =
  /** They reached it. */
  | 'reached'
  /** They reached the step before, not this one, and their window is over. */
  | 'dropped'
  /** They reached the step before, and may still reach this one. */
  | 'open';

/** Which users of a cohort. */
export type RetentionOutcome =
  /** Those who are counted in the column. */
  | 'returned'
  /** The others. */
  | 'stayed_away';

/** What a user is in a period. */
export type LifecycleState = 'new' | 'returning' | 'resurrecting' | 'dormant';

/**
 * A range of a feature's amounts, in plain units. A missing amount lies in no range, not even in one without
 * ends.
 */
export interface FeatureRange {
  /** The amount is greater than this; none = no lower end. */
  above?: number | null;
  /** What is measured. */
  feature: Feature;
  /** The amount is this at most; none = no upper end. */
  up_to?: number | null;
}

/** The first day of a week, for calendar bins. */
export type WeekStart = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';

/** How an answer is split into groups. */
export type Breakdown =
  /** By a property's values. */
  | {
    kind: 'property';
    /** Which of the values met on the way is the user's group, when `on` is `event`. */
    attribution?: Attribution;
    /** How many values are kept; the rest becomes "Other". None = all. */
    limit?: number | null;
    /**
     * Whose value: `event` follows the analysis' attribution, `user` and `user_first` the user's. Default:
     * 'event'.
     */
    on?: Owner;
    /** The column's name. */
    property: string;
  }
  /** By segments, in their order; a user may be in several, and those in none are left out of the groups. */
  | {
    kind: 'segments';
    /** The segments. */
    segments: NamedSegment[];
  };

/** Which value of an event property puts a user into a group. */
export type Attribution =
  /** The first value that is not missing, among the rows that matter to the analysis. */
  | { kind: 'first_touch' }
  /** The last one. */
  | { kind: 'last_touch' }
  /**
   * The value on the event that fills this step, counted from 0; each value is tried as a group of its own.
   * Where the steps may come in any order, step 0 is the one that comes first.
   */
  | {
    kind: 'step';
    /** The step. */
    step: number;
  }
  /** Every value is a group of its own, made of the rows that carry it. */
  | { kind: 'each_value' };

/** A segment with the name that people gave it. */
export interface NamedSegment {
  /** The name. */
  name: string;
  /** The rule. */
  segment: Segment;
}

/** What one unit of the answer is: wherever the answer says "users", it counts these. */
export type Count =
  /** A user, at the best chain. */
  | 'users'
  /** A session of a user, at the best chain of its events alone. */
  | 'sessions'
  /**
   * An attempt. With `entry: attempts` they follow one another; otherwise each event of step 1 that no
   * attempt before has used starts one. Each takes, for every next step, the first event that can fill it and
   * that no attempt before has used.
   */
  | 'attempts';

/** Which events of step 1 may start a chain. */
export type Entry =
  /** Every one, and the user's best chain counts. */
  | 'any'
  /** Only the user's first one in scope. */
  | 'first'
  /**
   * The first opens an attempt, and none other starts until it ends: each next step is filled by the first
   * event that can fill it and that no attempt before has used. An attempt ends with its last step, when its
   * window is over, or as `on_exclusion` says. Of the attempts the first that gets furthest counts.
   */
  | 'attempts'
  /** Every one, and it ends the chains that had come further. */
  | 'restart';

/** Periods of equal length, one after the other, by which users entered. */
export interface EntryBins {
  /** How many; 1 to 100 000. */
  count: number;
  /** The first instant of the first one. */
  start: Millis;
  /** The length of each; at least 1. */
  step_millis: number;
}

/**
 * An event that spoils a chain when it lies between two of its steps: later than the event that fills `from`,
 * not later than the one that fills `to`.
 */
export interface Exclusion {
  /** Index of the step, from 0, after which the event spoils. Default: 0. */
  from?: number;
  /** Which events. */
  rule: EventRule;
  /** Index of the step until which it spoils; greater than `from`. */
  to: number;
}

/**
 * Properties whose values must be the same in all events of a chain. Each value (or each combination of them)
 * is followed apart, as if it were a user of its own, and the user's best chain counts: the one with the
 * highest level; of several, the one that `time_from` asks for. A user is removed if nothing else is left of
 * them. Events without one of the values fill no held step; an event that held steps alone would take, with
 * another value, is not looked at. But under `search: first_match`, where steps that are not held come first,
 * the first event of the first held step decides which value a chain follows. Where the first step is not
 * held, a value that no event carries is followed too. O(events) if all steps are held; otherwise that for
 * each value that the user has.
 */
export interface Hold {
  /** Names of 1 to 3 columns. */
  properties: string[];
  /** Indexes of the steps, from 0, whose events must agree; none given = all. */
  steps?: number[];
}

/** Whether steps that took no time at all count in means and quantiles. */
export type InstantTimes =
  /** They count as 0. */
  | 'counted'
  /** They are left out. */
  | 'left_out';

/** What an exclusion does. */
export type OnExclusion =
  /**
   * The chain goes no further; the steps that it filled before still count, and other chains are not touched.
   * In unordered funnels no chain may span the event, whatever `from` and `to` say.
   */
  | 'void_chain'
  /**
   * A user whose furthest chain is spoilt is left out of the funnel, step 1 included. A chain that does not
   * reach `to` is spoilt until its window is over. If several chains get equally far, one that is not spoilt
   * is enough; of those that end at the same instant only the one that started last is looked at. A spoilt
   * chain cannot be mended by meeting its last step once more: for that a chain must have started later. Not
   * for unordered funnels, nor where more than the latest start decides what a chain can do.
   */
  | 'remove_user'
  /** For `entry: attempts` only: the attempt ends, and another may start. What it has filled still counts. */
  | 'end_attempt'
  /**
   * For unordered funnels only: as `void_chain`, and what is not a conversion counts only once its window is
   * over. If the event comes before, the steps filled since the chain's start are forgotten, step 1 included.
   */
  | 'reset_progress';

/**
 * Whether users who have not converted and are still inside a window are shown apart. They are if one of
 * their chains, not only the one that got furthest, could go on after the last instant looked at: the whole
 * data's last, or the end of the range where all events must lie in it.
 */
export type OpenUsers =
  /** They are, and rates leave them out. */
  | 'apart'
  /** They count as dropped. */
  | 'dropped';

/** Whether other events may lie between the steps. */
export type Order =
  /** They may. */
  | 'ordered'
  /** They may not; see `StrictKind`. */
  | 'strict'
  /** The steps may come in any order: level k means k different steps within one window. */
  | 'unordered';

/** What the scope's range bounds. */
export type Range =
  /** Step 1 must lie in the range; later steps may follow after its end, within the window. */
  | 'entry'
  /** All events must lie in the range. */
  | 'all_events';

/** What happens when a step after the first is met again that has been reached already. */
export type Repeats =
  /** Nothing. */
  | 'allowed'
  /** The user's story ends there. */
  | 'stop'
  /**
   * An event of the chain's last step, the first included, that is none of the next one breaks the chain; a
   * new one may start later.
   */
  | 'break_chain';

/** Whether one event may fill two steps of a chain. */
export type Reuse =
  /** It fills one. */
  | 'once'
  /** It fills all the steps that it matches. */
  | 'many'
  /** As `many`, but the event that starts a chain fills no other step of it. */
  | 'many_after_start';

/** Whether every chain is considered. */
export type Search =
  /** Every chain is; the answer is exact. */
  | 'exhaustive'
  /**
   * Per level only the chain with the latest start is remembered, as some tools do. It can miss a longer
   * chain where the end of the shorter one matters, as with `Tie::Never`.
   */
  | 'latest_start_only'
  /** From every start, each next step is filled by the first event that can fill it, and by no later one. */
  | 'first_match';

/** What makes a session of one user's rows. */
export type SessionRule =
  /** As `column` if a column has the role session, else as `gap` of 30 minutes. */
  | { kind: 'auto' }
  /** A new session starts after a gap. */
  | {
    kind: 'gap';
    /** What a gap of exactly that length does. Default: 'cuts'. */
    edge?: GapEdge;
    /** Milliseconds without a row; at least 0. Default: 1800000. */
    gap_millis?: number;
  }
  /**
   * All of a user's rows with one value in the column with the role session, even when rows of other sessions
   * lie between them. Rows without a value are cut among themselves by gaps of 30 minutes.
   */
  | { kind: 'column' }
  /** All of a user's rows are one session. */
  | { kind: 'history' };

/** What a gap of exactly the given length does. */
export type GapEdge =
  /** It cuts: rows of one session lie less than the gap apart. */
  | 'cuts'
  /** It joins: only a longer one cuts. */
  | 'joins';

/** One step of a funnel. */
export interface Step {
  /**
   * The shortest time since the previous step that is not optional, edge inclusive; at least 0. None = none.
   */
  after_millis?: number | null;
  /** What people call it; none = the event's name. */
  name?: string | null;
  /** Which of the user's matching events count. Default: 'any'. */
  occurrence?: Occurrence;
  /**
   * Whether chains may skip it. Optional steps do not count in a user's level; they are reported apart, for
   * the users who did them on the counted chain, after the required step before and not after its next step.
   * Among optional steps that follow the user's last required step, the furthest one makes the counted chain.
   * The first step is never optional. Default: false.
   */
  optional?: boolean;
  /** Which events fill it. */
  rule?: EventRule;
  /**
   * The longest time since the previous step that is not optional, edge inclusive; at least 0. None = no
   * limit of its own.
   */
  within_millis?: number | null;
}

/**
 * Which of the user's events that match a step count. "First" looks at the whole data, whatever the scope's
 * range; the event counts only if it lies in that range.
 */
export type Occurrence =
  /** All of them. */
  | 'any'
  /**
   * Only the user's first event of the rule's name (or alternatives), and only if it also meets the
   * conditions.
   */
  | 'first_ever'
  /** The user's first event that meets the whole rule. */
  | 'first_matching';

/** What ends a chain in strict order, and what follows. */
export type StrictKind =
  /** Any other event of the user in scope breaks the chain; a new one may start later. */
  | 'restart'
  /**
   * An event that matches no step, or a step whose predecessor has not been reached, ends the user's story
   * once a step 1 has been met. Steps that have been reached may be met again.
   */
  | 'stop'
  /**
   * Only an event that matches no step ends it; a step whose predecessor has not been reached is passed over.
   */
  | 'event_breaks'
  /** Only an event of a step that the chain has filled breaks it; a new one may start later. */
  | 'earlier_step_breaks';

/** What becomes of events at the same instant, whose true order is not known. */
export type Tie =
  /** They count in the order of the steps; events that break or exclude come before those that fill steps. */
  | 'step_order'
  /**
   * As `step_order`, but what happens at an instant with several different events breaks and excludes
   * nothing.
   */
  | 'loose'
  /** Each step must be later than the one before. */
  | 'never'
  /**
   * A step may lie before the one before it, by so many milliseconds at most; at least 0. Where one event can
   * be of several steps, this goes with `reuse: many` or `entry: attempts` only: else telling which event
   * fills which step would be a riddle without a quick solution.
   */
  | {
    grace: number;
  }
  /**
   * Time is cut into buckets of so many milliseconds since 1970, at least 1, and every event is taken to
   * happen when its bucket starts, in order as for `step_order`. The scope's range is told before, by the
   * true times.
   */
  | {
    bucket: number;
  };

/**
 * Which of the chains with the highest level gives the times. After its start, every next step is taken as
 * early as possible.
 */
export type TimeFrom =
  /** Of those that reach the highest level first, the one that started last. */
  | 'latest_start'
  /** The one that started first. */
  | 'earliest_start';

/** A unit of the calendar that time is cut into. */
export type Period = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

/** What the window is measured from. */
export type WindowFrom =
  /** The event that fills step 1. */
  | 'first_step'
  /** The event that fills the step before that is not optional: each step has a window of its own. */
  | 'previous_step';

/** Which user ids to list. */
export interface UserList {
  /**
   * Only ids that come after this one in the order of their bytes, for the next page; none = from the first.
   */
  after?: string | null;
  /** How many ids at most; 1 to `MAX_LISTED`. */
  limit: number;
  /** Index of the segment. */
  segment: number;
}

/** What numbers of clusters are judged by. */
export type Judge =
  /** Silhouette and Calinski & Harabasz' ratio. */
  | 'quick'
  /** The gap statistic and stability too, which take many k-means of drawn points: seconds. */
  | 'full';

/** How many clusters to make. Fewer come out where fewer users differ. */
export type ClusterCount =
  /**
   * The number with the greatest mean silhouette on a sample of at most 2,048 users; of equal ones the least.
   */
  | {
    kind: 'auto';
    /** The least number tried; at least 2. Default: 2. */
    least?: number;
    /** The greatest number tried; at most `MAX_AUTO_CLUSTERS`. Default: 10. */
    most?: number;
  }
  /** This number, 1 to `MAX_CLUSTERS`. */
  | {
    kind: 'fixed';
    /** The number. */
    k: number;
  };

/** How clusters are found. */
export type ClusterMethod =
  /** Lloyd's k-means over all users, from the best of several starts on a sample. */
  | { kind: 'kmeans' }
  /**
   * A tree of a sample, cut into clusters; then every user goes to the nearest of the clusters' centroids, so
   * that the clusters can be kept as rules.
   */
  | {
    kind: 'hierarchical';
    /** What the distance of two clusters is. Default: 'ward'. */
    linkage?: ClusterLinkage;
  };

/** What the distance of two clusters is. */
export type ClusterLinkage =
  /** By how much joining them raises the inertia (Ward's D2). */
  | 'ward'
  /** The mean distance of their users. */
  | 'average'
  /** The greatest distance. */
  | 'complete'
  /** The least distance. */
  | 'single';

/**
 * Clusters to start from: saved ones, whose scaling is kept, so that distances mean what they meant; or any
 * centroids over any scaling, as mean 0 and deviation 1 for none.
 *
 * Every cluster keeps its place: the rule of the answer's cluster that was number i here has `cluster` i. One
 * that is left without users is not among the answer's clusters, but among the centroids of its rules.
 */
export interface ClusterStart {
  /** One row per cluster, 1 to `MAX_CLUSTERS`: scaled coordinates, as many as there are features. */
  centroids: number[][];
  /** The features with their scaling, in the centroids' order. */
  features: ScaledFeature[];
  /**
   * How many times at most the centroids move to the mean of their users, 0 to `MAX_ROUNDS`; fewer if they
   * stand still before. 0 sorts the users by the centroids as they are. Default: 0.
   */
  n_rounds?: number;
}

/** Where steps are counted from. */
export type Align =
  /** The first item of a run is at step 1. */
  | 'start'
  /** The last item of a run is at the last step. */
  | 'end';

/** Where a run starts or ends: at a row that has this item and meets this rule. */
export interface JourneyPoint {
  /** The item, after grouping; none = any. */
  item?: string | null;
  /** What the row must meet besides. */
  rule?: EventRule;
}

/** At which of several possible ends a run ends. */
export type EndAt = 'first' | 'last';

/** How rows become items: pages by their address, screens by their name, everything else by its event. */
export interface ItemRules {
  /** Rows of these items, as they are called after grouping, are left out. */
  exclude?: string[];
  /**
   * Patterns under whose own text all items go that hold them; `*` stands for any text, and all else for
   * itself. Where several fit, the last of the list wins.
   */
  groupings?: string[];
  /**
   * The first of these that a row meets gives its item; rows that meet none are left out. Empty = every row,
   * by its event's name.
   */
  of?: ItemRule[];
}

/** What some rows are called. */
export interface ItemRule {
  /** What is made of the text. Default: 'as_is'. */
  form?: ItemForm;
  /** The text column that holds the item; rows without a value are left out. None = the event's name. */
  property?: string | null;
  /** Which rows. */
  rule?: EventRule;
}

/** What is made of an item's text. */
export type ItemForm =
  /** Nothing. */
  | 'as_is'
  /** A web address: one slash at its end is taken off, unless there is nothing else. */
  | 'address';

/** What becomes of neighbors with one item. */
export type NeighborRepeats =
  /** They are one, at the time of the last of them. */
  | 'join'
  /** Each stays. */
  | 'keep';

/** Which order rows of one user and one instant have. */
export type SameInstant =
  /** That of the input. */
  | 'input_order'
  /** That of their items' names, by bytes; equal ones that of the input. */
  | 'by_name';

/**
 * A part of the picture, whose users are asked for. Steps count from 1; only items that are told apart have
 * users listed.
 */
export type JourneyPlace =
  /** Users with a run that has this item at this step. */
  | {
    kind: 'node';
    /** The item. */
    item: JourneyItem;
    /** The step. */
    step: number;
  }
  /** Users with a run that has these items at this step and the one after it. */
  | {
    kind: 'edge';
    /** The first item. */
    from: JourneyItem;
    /** The step of the first item. */
    step: number;
    /** The second item. */
    to: JourneyItem;
  }
  /** Users with a run that ends with this item. */
  | {
    kind: 'end';
    /** The item. */
    item: JourneyItem;
  }
  /** Users with a run of exactly these items. */
  | {
    kind: 'path';
    /** The items. */
    items: JourneyItem[];
  };

/** What stands at a step. */
export type JourneyItem =
  /** An item by its name. */
  | {
    kind: 'item';
    /** The name. */
    name: string;
  }
  /** What was cut out of the middle of a long run. */
  | { kind: 'middle' }
  /** All items that are not told apart. */
  | { kind: 'other' };

/** Which rows a pattern is held against. */
export type Rows =
  /** All that the query looks at. */
  | 'all'
  /**
   * Only those that a name of the pattern, or one that the query defines, stands for: all others are as good
   * as absent.
   */
  | 'named';

/** A name of a pattern and what it stands for. */
export interface SequenceTerm {
  /** The name. */
  name: string;
  /** Which rows it stands for. */
  rule?: EventRule;
}

/** Which users are listed. */
export type Listed =
  /** Those with a match. */
  | 'matching'
  /** All in scope. */
  | 'all';

/** What is listed for a user without a match. */
export type Without =
  /** Nothing. */
  | 'nothing'
  /**
   * The first match of as much of the pattern, from its beginning, as has one. Costs a pass for each part of
   * it.
   */
  | 'longest_beginning';

/** Where a chain starts. */
export type Base =
  /** At the user's first event. */
  | 'head'
  /** At the user's last event. */
  | 'tail'
  /** At the first event that meets the base's rule and the first step. */
  | 'first_match'
  /** At the last such event. */
  | 'last_match';

/** Which way a chain goes. */
export type Direction = 'forward' | 'backward';

/** How a chain is looked for. */
export type ChainSearch =
  /**
   * One base, which must meet its rule, and its neighbors, which must meet the steps in turn. Without steps
   * the answer is the base itself.
   */
  | 'neighbors'
  /**
   * Other events may lie between the steps, and are passed over. The head is the first event that meets the
   * base's rule, the tail the last one. `first_match` and `last_match` take, among all events that meet it,
   * the first or the last one, in the direction of the chain, with a whole chain and an event after it.
   * Without steps there is no answer.
   */
  | 'anywhere';

/** How cohorts are averaged. */
export type RetentionAverage =
  /** Users who returned ÷ users who started, over all cohorts that have reached the column. */
  | 'pooled'
  /** The mean of the cohorts' rates, each cohort the same weight. */
  | 'simple'
  /** As pooled, over the cohorts for which the column is over. */
  | 'mature_only';

/** How the time after the start is cut into columns. */
export type RetentionBins =
  /** At the calendar's bounds, in the scope's zone. */
  | 'calendar'
  /**
   * Each user's own, from the start event on: exactly 1 hour, 24 hours, 7 days, 30 days, 91 days, 365 days.
   */
  | 'elapsed'
  /** The same, but elapsed time is counted in bounds of hours crossed. */
  | 'elapsed_hour_floored';

/** Which periods count for a column. */
export type RetentionCriterion =
  /** Only those of the column. */
  | 'on'
  /** Those of the column and all later ones that are looked at. */
  | 'on_or_after'
  /**
   * Those of the column and all earlier ones; that of the start only if start and return are different rules.
   */
  | 'on_or_before';

/**
 * Which of the user's start events make cohorts. They lie in the scope's range, but "first" of the last two
 * looks at the whole data.
 */
export type RetentionEntry =
  /** The first one in the range. */
  | 'first_in_range'
  /** The user's first event that meets the whole rule, if it lies in the range. */
  | 'first_matching'
  /**
   * The user's first event of the rule's name (or alternatives), if it lies in the range and also meets the
   * conditions.
   */
  | 'first_ever'
  /** The first one of every calendar period: a user is in the cohort of each period with a start event. */
  | 'recurring';

/** Whether a return at the very instant of the start comes after it. */
export type RetentionTie =
  /** It does, unless it is the start event itself. */
  | 'step_order'
  /** It does not. */
  | 'never';

/** A number to add up. */
export interface RetentionValue {
  /**
   * Whose: the return event's own, or the user's first or last one, once for every return event. Default:
   * 'event'.
   */
  on?: Owner;
  /** A number column. */
  property: string;
}

/** When a user is new: in the period that holds this instant, if the user is active in it. */
export type NewBy =
  /** The user's first event that counts as activity, over the whole data. */
  | { kind: 'first_activity' }
  /** The user's first event of any kind, over the whole data. */
  | { kind: 'first_event' }
  /** A property of the user: the first time known. Without one the user is never new. */
  | {
    kind: 'property';
    /** A time column. */
    property: string;
  };

/** Whether users of more periods count too. */
export type StickinessCount =
  /** They do not. */
  | 'exactly'
  /** They do. */
  | 'at_least';

/** How many events make a user active in a period. A period without events is never active. */
export interface MinPerPeriod {
  /** The number; at least 1. */
  n: number;
  /** How the number is compared. Default: 'at_least'. */
  times?: Times;
}

/** What a point covers. */
export type Accumulate =
  /** Its own period. */
  | 'period'
  /**
   * All periods from the first shown one to its own: users are those who are different over all of them. Not
   * for quantiles.
   */
  | 'running';

/** Something that happened. */
export interface Annotation {
  /** When. */
  at: Millis;
  /** What. */
  text: string;
}

/** Earlier periods to compare with, as many as are shown, the first with the first. */
export type Compare =
  /** Those right before. */
  | 'previous'
  /** Those that begin at the same date one year before; weeks begin 52 weeks before. */
  | 'year_before';

/** A line computed from the series. */
export interface TrendFormula {
  /**
   * Letters of series, numbers, `+ - * /` and parentheses, such as `A / B * 100`. What is divided by 0, or
   * needs a value that is missing, is missing.
   */
  formula: string;
  /** What people call it; none = the formula. */
  name?: string | null;
}

/** One series. */
export interface TrendSeries {
  /** What is told of them. */
  measure?: Measure;
  /** What people call it; none = the event's name. */
  name?: string | null;
  /** Which rows. */
  rule?: EventRule;
}

/**
 * What is told of a period's rows. Those of a property look only at rows that have a value, and at number
 * columns.
 */
export type Measure =
  /** How many. */
  | { kind: 'events' }
  /** How many different users. */
  | { kind: 'users' }
  /** Events divided by different users; none without users. */
  | { kind: 'events_per_user' }
  /** The sum; 0 without values, none if a value is 10²⁸⁸ or more. */
  | {
    kind: 'sum';
    /** The column's name. */
    property: string;
  }
  /** The sum divided by the different users who have a value; none without. */
  | {
    kind: 'sum_per_user';
    /** The column's name. */
    property: string;
  }
  /** The arithmetic mean; none without values. */
  | {
    kind: 'mean';
    /** The column's name. */
    property: string;
  }
  /** The smallest value; none without values. */
  | {
    kind: 'min';
    /** The column's name. */
    property: string;
  }
  /** The greatest value; none without values. */
  | {
    kind: 'max';
    /** The column's name. */
    property: string;
  }
  /** The median; none without values. */
  | {
    kind: 'median';
    /** The column's name. */
    property: string;
  }
  /** A quantile of type 7 (Hyndman & Fan 1996); none without values. */
  | {
    kind: 'quantile';
    /** 0..1: 0.9 is the ninetieth percentile. */
    probability: number;
    /** The column's name. */
    property: string;
  };

/** A kind of things that may go with the target. */
export type Factors =
  /** Having done an event at least once. */
  | { kind: 'events' }
  /**
   * Having done an event with a value of one of its properties at least once. Values of fewer than three
   * users are left out.
   */
  | {
    kind: 'event_properties';
    /** The events. */
    events: string[];
    /** Text columns; empty = all. */
    properties?: string[];
  }
  /** Having a value of a property, over the whole data. */
  | {
    kind: 'user_properties';
    /**
     * Whether the user's first value counts or the last one. The last one may have come with the target
     * itself. Default: 'user_first'.
     */
    on?: Owner;
    /** Text and number columns; empty = all that have no other role. */
    properties?: string[];
  };

/** How the odds ratio is kept from being infinite. */
export type Odds =
  /**
   * A half is added to each of the four numbers where one of them is 0 (Haldane 1956, Anscombe 1956). What
   * all users have, or everybody where all or none reach the target, says nothing and is left out.
   */
  | 'half_if_zero'
  /** One is always added, and nothing is left out, as PostHog does. */
  | 'plus_one';

/** What comes first. */
export type Rank =
  /**
   * The factor whose interval ends farthest from 1, on the side that is nearer to 1: that differs at least so
   * much, so that few users with a large ratio do not come first.
   */
  | 'interval'
  /** The factor whose odds ratio is farthest from 1. */
  | 'odds_ratio';

/** What users reach or do not. */
export type Target =
  /**
   * Converting, among the users who enter a funnel. Events count that lie after the user's first step and
   * before the last one, or, for those who do not convert, before the window is over; events of the steps do
   * not count. Users who are still open are left out, where the funnel shows them apart.
   */
  | {
    kind: 'funnel';
    /** The funnel, without a scope of its own. */
    funnel: Omit<FunnelQuery, 'kind'>;
  }
  /**
   * Being in a segment, among all users with a row in scope. All their events in scope count, whenever they
   * were, but for those that the segment names.
   */
  | {
    kind: 'segment';
    /** The segment. */
    segment: Segment;
  };

/** Four ascending cut points each: the greatest amounts of the lowest four classes. */
export interface RfmCuts {
  /** Purchases. The most are class 5. */
  frequency: number[];
  /** Days since the last purchase, with their fraction. The fewest days are recency class 5. */
  recency_days: number[];
  /** The sum of their values; empty if there is no value. */
  value?: number[];
}

/** What every event of one name costs. */
export interface Cost {
  /** What one costs, in the unit of the value; 0 or more. */
  cost: number;
  /** The event's name. */
  event: string;
}

/** What scores mean. */
export type FeedbackScale =
  /**
   * Net promoter score (Reichheld 2003): whole numbers 0 to 10, of which 9 and 10 promote and 0 to 6 detract.
   */
  | { kind: 'nps' }
  /** Customer satisfaction: who gives at least `satisfied_from` is satisfied. */
  | {
    kind: 'csat';
    /** The greatest score; the least is 1. Default: 5.0. */
    most?: number;
    /** The least score that counts as satisfied. Default: 4.0. */
    satisfied_from?: number;
  }
  /** Customer effort: the mean. */
  | {
    kind: 'ces';
    /** The greatest score; the least is 1. Default: 7.0. */
    most?: number;
  };

/** What a touch is called: its channel. */
export type ChannelRule =
  /** By its event. */
  | { kind: 'event' }
  /** By the value of a text column. */
  | {
    kind: 'property';
    /** What becomes of rows without a value. Default: 'left_out'. */
    missing?: MissingChannel;
    /** The column. */
    property: string;
  }
  /**
   * By its event and the value of a text column, as in `visit / google`; by the event alone where there is no
   * value.
   */
  | {
    kind: 'event_property';
    /** The column. */
    property: string;
  }
  /**
   * By the address that was visited and the one before. The campaign's parameters (`utm_source`,
   * `utm_medium`, `utm_campaign`, or a click's id such as `gclid`) count first, then the referrer. A page
   * reached from another of the same host is no touch; one reached from nowhere is `direct`.
   */
  | {
    kind: 'source';
    /** What of them names the channel. Default: 'source'. */
    by?: SourcePart;
    /** The text column with the address of the page before. */
    referrer?: string | null;
    /** The text column with the address of the page; none = there is none, and only referrers count. */
    url?: string | null;
  };

/** What becomes of touches without a channel. */
export type MissingChannel =
  /** They are no touches. */
  | 'left_out'
  /** They are a channel of their own. */
  | 'kept';

/** What of an address names the channel. */
export type SourcePart =
  /** `google`, `newsletter`, or the referrer's host. */
  | 'source'
  /**
   * `cpc`, `email`, as the campaign says; else `organic` from a search engine, `social` from a network,
   * `referral` from another host.
   */
  | 'medium'
  /** Both, as in `google / organic`. */
  | 'source_medium'
  /** The campaign's name; a row without one is no touch. */
  | 'campaign';

/** What a channel cost, in the unit of the conversions' values. */
export interface ChannelCost {
  /** The channel's name. */
  channel: string;
  /** The cost; at least 0. Several of one channel are added up. */
  cost: number;
}

/** Which of a user's conversions count. */
export type Conversions =
  /** All; the touches of each lie between the one before and it. */
  | 'every'
  /** The first in the range; what comes after it is not looked at. */
  | 'first';

/** How a conversion is shared out between the touches on its path, or between the channels. */
export type Model =
  /** All to the first touch. */
  | { kind: 'first' }
  /** All to the last touch. */
  | { kind: 'last' }
  /** All to the last touch that is not direct; to the last one if all are. */
  | { kind: 'last_non_direct' }
  /** The same to each touch. */
  | { kind: 'linear' }
  /** Half as much to a touch for each half-life that it lies farther from the conversion. */
  | {
    kind: 'time_decay';
    /** Whether parts of a half-life count. Default: 'smooth'. */
    decay?: Decay;
    /** The half-life; at least 1. Default: 604800000. */
    half_life_millis?: number;
  }
  /**
   * A share to the first touch, one to the last, and one spread over those between (U-shaped: 0.4, 0.2, 0.4).
   * Of fewer than three touches, the same to each.
   */
  | {
    kind: 'position';
    /** The first touch's share, 0 to 1. Default: 0.4. */
    first?: number;
    /** The last touch's share. Default: 0.4. */
    last?: number;
    /** The share of those between; the three shares sum to 1. Default: 0.2. */
    middle?: number;
  }
  /**
   * W-shaped: 30 % each to the first touch, to the last, and to the last one before a milestone (say,
   * becoming a lead); 10 % spread over the others. Shares that nobody takes, of a milestone that was not
   * reached or of others that are not there, are spread over the rest in proportion; a touch that is several
   * of these takes the shares of each.
   */
  | {
    kind: 'w_shaped';
    /** The milestone: the first such event on the path. */
    milestone: EventRule;
  }
  /**
   * The removal effect: how many fewer paths would convert if each touch of a channel ended its path, by a
   * Markov chain of the paths that convert and those that do not (Anderl et al. 2016).
   */
  | {
    kind: 'markov';
    /** How many touches back what comes next depends on, 1 to 3. Default: 1. */
    order?: number;
  }
  /**
   * The Shapley value, where a set of channels is worth the conversions of the paths that use no others (Zhao
   * et al. 2018): each conversion is shared equally between the channels on its path, however often they were
   * touched.
   */
  | { kind: 'shapley' }
  /** The whole conversion to each channel on its path, so that the sum is more than there were. */
  | { kind: 'participation' };

/** Whether parts of a half-life count. */
export type Decay =
  /** They do. */
  | 'smooth'
  /** Only whole half-lives count, as in ByConity. */
  | 'steps';

/** An event that must lie between a touch and its conversion. */
export interface Required {
  /** Which event. */
  rule: EventRule;
  /**
   * Its value of a property must be the conversion's value of another one, or one of them where that is a
   * list such as `[1, 2]` or `["a"]`. A missing value is equal to none.
   */
  same_value?: SameValue | null;
}

/** Two properties that must agree; text or number columns. */
export interface SameValue {
  /** The conversion's column. */
  conversion_property: string;
  /** The required event's column. */
  property: string;
}

/** What a conversion is worth whose value is missing, 0 or below. */
export type Worthless =
  /** Nothing where the value is missing, else what it says. */
  | 'as_it_is'
  /** One, as in ByConity. */
  | 'one';

/** How p-values are adjusted for their number. */
export type Adjust =
  /** Holm: hardly any false alarm among all. */
  | 'holm'
  /** Benjamini and Hochberg: few false alarms among those that are raised. */
  | 'benjamini_hochberg'
  /** Not at all. */
  | 'none';

/** When an experiment is looked at. */
export type Stopping =
  /** At any time and as often as one likes. */
  | 'any_time'
  /** Once, at a time that was set before. */
  | 'once';

/** Something to judge variants by: a number for each user. */
export interface Metric {
  /** Which way is good. Default: 'higher'. */
  goal?: Goal;
  /** What of them. */
  measure?: Measurement;
  /** Which events after the exposure count. */
  rule?: EventRule;
}

/** Which way is good. */
export type Goal = 'higher' | 'lower';

/** What of a user's events is measured. */
export type Measurement =
  /** Whether there was one. */
  | { kind: 'conversion' }
  /** How many there were. */
  | { kind: 'count' }
  /** The sum of a number column; missing values count as 0. */
  | {
    kind: 'sum';
    /** The column. */
    property: string;
  }
  /**
   * Whether there was one from so many days of 24 hours after the exposure (inclusive) to so many
   * (exclusive). Users for whom this is not over are left out.
   */
  | {
    kind: 'retention';
    /** The first day, from 0. */
    from_day: number;
    /** The day that is none of them any more. */
    to_day: number;
  }
  /**
   * The sum over all users of an arm, divided by the arm's number of other events: money per order, clicks
   * per visit.
   */
  | {
    kind: 'ratio';
    /** The events that are divided by. */
    per: EventRule;
    /** The column that is summed up; none = events are counted. */
    property?: string | null;
  };

/** How many of the users a variant was to get. */
export interface Share {
  /** Its share in any unit, above 0. */
  share: number;
  /** The variant. */
  variant: string;
}

/** What is waited for. */
export type SurvivalEnd =
  /** The first of these events after the start. Users without one are censored at the end of the data. */
  | {
    kind: 'event';
    /** The events. */
    rule: EventRule;
  }
  /**
   * Doing none of these events for so long: a user has left at the last one before. Users whose last one is
   * not so long ago are censored at it.
   */
  | {
    kind: 'inactivity';
    /** For how long; at least 1. */
    millis: number;
    /** What counts as activity. */
    rule?: EventRule;
  };

/** Something that can be adopted. */
export interface AdoptedFeature {
  /** What people call it. */
  name: string;
  /** Which events are a use of it. */
  rule: EventRule;
}

/** A series that must not suffer. */
export interface Guard {
  /** The least value of a period; none = there is no least. */
  least?: number | null;
  /** The greatest value; none = there is no greatest. */
  most?: number | null;
  /** Index of the series, from 0. */
  series: number;
}

/** How the periods make up a goal's number. */
export type GoalNumber =
  /** The baseline and all periods' values summed up: payments, money. */
  | 'sum'
  /** The value of one period, the one that ends by the due date: a rate, weekly users. */
  | 'level';

/** Every answer, one kind for each kind of `Query`. */
export type Answer = OverviewAnswer | FunnelAnswer | SuggestFunnelAnswer | SegmentAnswer | ClusterAnswer | JourneyAnswer | TransitionAnswer | SequenceAnswer | NextEventAnswer | RetentionAnswer | LifecycleAnswer | StickinessAnswer | QualityAnswer | TrendAnswer | SessionsAnswer | FrequencyAnswer | TimeToConvertAnswer | DriversAnswer | AhaMomentAnswer | FeatureAnswer | RfmAnswer | PersonaAnswer | FeedbackAnswer | AttributionAnswer | ExperimentAnswer | SurvivalAnswer | LifetimeValueAnswer | AdoptionAnswer | GoalAnswer;

/** What the data hold. */
export interface OverviewAnswer {
  kind: 'overview';
  /** Every column, in the file's order. */
  columns: ColumnFacts[];
  /** Every calendar day of the scope's zone with at least one row, in order. */
  days: DayCount[];
  /** Every event, the most frequent first, equal ones by name. */
  events: EventCount[];
  /** Rows in scope. */
  n_events: number;
  /** Users with at least one row in scope. */
  n_users: number;
  /** First and last instant in scope; none if there are no rows. */
  span_millis: [Millis, Millis] | null;
}

/** How many users pass from step to step. */
export interface FunnelAnswer {
  kind: 'funnel';
  /**
   * The groups of the breakdown; empty without one. Segments come in the query's order. Values come by how
   * many users reach the last step, then the one before, and so on, the most first, then by the value; the
   * missing value stands among them, and `GroupKey::Other` comes last.
   */
  groups: FunnelGroup[];
  /** All users in scope, whatever the breakdown. */
  overall: FunnelResult;
  /**
   * All users in scope by when they entered, if the query asks for a trend: every period of the range, in
   * order. A user counts once in each period in which a chain of theirs started, so that the periods together
   * are more than all.
   */
  trend?: FunnelPeriod[];
}

/** A proposed funnel. */
export interface SuggestFunnelAnswer {
  kind: 'suggest_funnel';
  /** Why the funnel is broken down as it is; none if it is not. */
  breakdown: SuggestedBreakdown | null;
  /** The funnel, ready to run, with the scope that was asked about; none if the scope holds no event. */
  query: Query | null;
}

/** How many users segments hold. */
export interface SegmentAnswer {
  kind: 'segment';
  /** Rows in scope. */
  n_events: number;
  /** Users with at least one row in scope. */
  n_users: number;
  /** Users in scope who are in none of the segments. */
  n_users_in_none: number;
  /**
   * `overlap[i][j]`: users in scope who are in both segment `i` and segment `j`; symmetric, and
   * `overlap[i][i]` is the segment's `n_users`.
   */
  overlap: number[][];
  /** The segments, in the query's order. */
  segments: SegmentSize[];
  /** The listed user ids, in the order of their bytes; empty if no list was asked for. */
  users: string[];
}

/** Groups of users who behave alike. */
export interface ClusterAnswer {
  kind: 'cluster';
  /** The clusters, the largest first, equally large ones by their centroids. */
  clusters: Cluster[];
  /**
   * Features that are the same for every user in scope, and so were left out. If all are, they stay in
   * `features`.
   */
  constant_features: Feature[];
  /** What users were compared by, with the scaling, in the order of every centroid's coordinates. */
  features: ScaledFeature[];
  /** Sum over all users of the squared distance to their centroid, in scaled units. */
  inertia: number;
  /** The map, if one was asked for and there are users. */
  map: ClusterMap | null;
  /** Rounds over all users until the clusters stood still. */
  n_rounds: number;
  /** Users in scope, each in one cluster. */
  n_users: number;
  /** What a person should know about this answer, in a fixed order. */
  notes: ClusterNote[];
  /** The instant that recency and tenure are measured from. */
  now: Millis;
  /** Users far from all others, the farthest first; at most 20, and 5 of a cluster. */
  outliers: Outlier[];
  /**
   * Mean silhouette of the chosen number of clusters (as in `tried`); none for a single cluster or if none
   * was tried.
   */
  silhouette: number | null;
  /** What that silhouette says; none for a single cluster. */
  structure: Structure | null;
  /** What each rule says of the number of clusters; empty unless several were tried. */
  suggested: Suggestion[];
  /**
   * Sum over all users of the squared distance to the mean of all, in scaled units: the inertia of one
   * cluster. `1 − inertia / total_inertia` is the share of the variance that the clusters explain.
   */
  total_inertia: number;
  /** The tree, if the clusters were cut from one. */
  tree: Tree | null;
  /**
   * Every number of clusters tried, in ascending order. Where the number is chosen from the data, a single
   * cluster is among them, for comparison of the inertia: it has no silhouette and is never chosen, unless
   * all users are alike. Empty where the centroids were given.
   */
  tried: TriedCount[];
}

/** Which ways users take. Steps count from 1. */
export interface JourneyAnswer {
  kind: 'journey';
  /** The edges by runs, the most first, then by step and names. */
  edges: JourneyEdge[];
  /** The segments compared, in the query's order. */
  groups: JourneyGroup[];
  /** Items that the data hold. */
  n_items: number;
  /** Of these, items that are not told apart because there are more than `MAX_ITEMS`. */
  n_items_folded: number;
  /** How many different paths there are. */
  n_paths: number;
  /** Runs that count. */
  n_runs: number;
  /** Runs that were left out because they lack the start or the end that was asked for. */
  n_runs_without: number;
  /** Users with at least one run that counts. */
  n_users: number;
  /** The nodes by step, and at each step by runs, the most first, equal ones by name; "other" comes last. */
  nodes: JourneyNode[];
  /** Whole paths by runs, the most first, then by names. */
  paths: JourneyPath[];
  /** Single runs, if they were asked for. */
  runs: JourneyRun[];
  /** The users of a place, if they were asked for. */
  users: JourneyUsers | null;
}

/** What follows what. */
export interface TransitionAnswer {
  kind: 'transition';
  /** The items, those of most rows first, equal ones by name; "other" comes last. */
  items: TransitionItem[];
  /** The transitions that occur, the most frequent first, then in the items' order. */
  transitions: Transition[];
}

/** Who has done it, and how often. */
export interface SequenceAnswer {
  kind: 'sequence';
  /**
   * Mean time from the first row of a match to its last, over the matches; none if there are none that have
   * rows.
   */
  mean_millis: number | null;
  /** Matches, which never share a row. */
  n_matches: number;
  /** Users with at least one match. */
  n_matching: number;
  /** Users with at least one row in scope. */
  n_users: number;
  /** `n_matching` ÷ `n_users`; none if that is 0. */
  rate: Rate | null;
  /** The users asked for. */
  users: SequenceUser[];
}

/** What comes next. */
export interface NextEventAnswer {
  kind: 'next_event';
  /** The events that come next, those of most users first, equal ones by name. */
  events: NextEventCount[];
  /** Users with at least one row in scope. */
  n_users: number;
  /** Users without a chain, or with none that anything comes after. */
  n_without: number;
  /** The users asked for. */
  users: NextEventUser[];
}

/** Who comes back. */
export interface RetentionAnswer {
  kind: 'retention';
  /** What the columns are, that of the start first. */
  columns: RetentionColumn[];
  /** The last instant that returns are known of. */
  end_millis: Millis;
  /**
   * The groups of the breakdown; empty without one. Segments come in the query's order. Values come by how
   * many users start, summed over the cohorts, the most first, then by the value; `GroupKey::Other` comes
   * last.
   */
  groups: RetentionGroup[];
  /** Columns that the data have and the answer leaves out, so as to hold no more than `MAX_CELLS` cells. */
  n_columns_left_out: number;
  /** All users in scope, whatever the breakdown. */
  overall: RetentionTable;
}

/** How many users are in each state, period by period. */
export interface LifecycleAnswer {
  kind: 'lifecycle';
  /** Users who were active in at least one of the periods. */
  n_users: number;
  /** Every period that the range touches, in order. */
  periods: LifecyclePeriod[];
}

/** In how many periods users are active. */
export interface StickinessAnswer {
  kind: 'stickiness';
  /** How many periods the range has, after joining. */
  n_periods: number;
  /** The series, in the query's order. */
  series: StickySeries[];
}

/** What the data are like. */
export interface QualityAnswer {
  kind: 'quality';
  /** Users who cannot be people. */
  busy: BusyUsers;
  /** Whether the times can be right. */
  clock: ClockQuality;
  /** Every column but the user's and the event's time, in the file's order. */
  columns: ColumnQuality[];
  /** Every calendar day of the scope's zone with at least one row, in order. */
  days: DayQuality[];
  /** What stands out, the most serious first; empty if nothing does. */
  findings: Finding[];
  /** Rows that share user, event and instant with an earlier one, but differ from it in another column. */
  n_double_sent: number;
  /** Rows that equal an earlier one of their user in all columns. */
  n_duplicates: number;
  /** Rows in scope. */
  n_events: number;
  /** Users with at least one row in scope. */
  n_users: number;
  /** Runs of days without any event, where the same weekdays around them have some; in order. */
  silences: Silence[];
  /** First and last instant in scope; none if there are no rows. */
  span_millis: [Millis, Millis] | null;
}

/** How numbers developed. */
export interface TrendAnswer {
  kind: 'trend';
  /** The annotations, in order of time. */
  annotations: PlacedAnnotation[];
  /** The earlier ones beside them, the first with the first; empty if none were asked for. */
  compared: TrendPeriod[];
  /**
   * The series in the query's order and then the formulas, each for everyone and then for every group: the
   * group with most rows of all series first, those with as many by value, "Other" last; segments in the
   * query's order.
   */
  lines: TrendLine[];
  /** The periods that are shown, in order; at least one. */
  periods: TrendPeriod[];
}

/** What sessions are like. */
export interface SessionsAnswer {
  kind: 'sessions';
  /** `n_bounces` ÷ `n_sessions`, with Wilson's 95 % interval; none without sessions. */
  bounce_rate: Rate | null;
  /** From a session's first row to its last, in milliseconds; a bounce takes 0. None without sessions. */
  durations: SessionSpread | null;
  /** Sessions by their first event, the most first, equal ones by name. */
  entries: ValueCount[];
  /** Rows of a session; none without sessions. */
  events_per_session: SessionSpread | null;
  /** Sessions by their last event, likewise. */
  exits: ValueCount[];
  /** Sessions of one row. */
  n_bounces: number;
  /** Rows in them. */
  n_events: number;
  /** Sessions. */
  n_sessions: number;
  /** Users with at least one. */
  n_users: number;
  /** Every period from the first session's to the last's, in order; empty without sessions. */
  periods: SessionPeriod[];
  /** Sessions of a user, of users with at least one; none without. */
  sessions_per_user: SessionSpread | null;
}

/** How often and how lately users do something. Only users with at least one such event are in it. */
export interface FrequencyAnswer {
  kind: 'frequency';
  /**
   * Users by the number of different calendar days of the scope's zone with an event; those that occur,
   * ascending.
   */
  days_active: UsersAt[];
  /**
   * Users by how many whole days of 24 hours ago their last event was, 0 if it was after `now`; those that
   * occur, ascending.
   */
  days_ago: UsersAt[];
  /**
   * Users by days since the last event and number of events: a row for each of the query's `days_from`, in it
   * a column for each of its `events_from`.
   */
  grid: number[][];
  /** Their events. */
  n_events: number;
  /** Users with at least one event. */
  n_users: number;
  /** What "days ago" is measured from: the scope's `now`, or the data's last instant. */
  now: Millis;
}

/** How long users take from one step to another. */
export interface TimeToConvertAnswer {
  kind: 'time_to_convert';
  /**
   * The histogram: from the shortest time on as many bins as reach the longest one; empty if there are no
   * users. There is one more than asked for where the longest time lies on the edge of the last one.
   */
  bins: TimeBin[];
  /** Users who reached both steps; without those who took no time where the funnel leaves these out. */
  n_users: number;
  /** Their times; none if there are no users. */
  times: ConversionTimes | null;
}

/** What goes with reaching the target. That two things go together does not say that one brings the other. */
export interface DriversAnswer {
  kind: 'drivers';
  /**
   * Columns left out because they hold too many different values, or none that could be compared; by name.
   */
  left_out: string[];
  /** Factors whose users reach it less often, or as often, the strongest first. */
  less: Driver[];
  /** Factors whose users reach the target more often than all others, the strongest first. */
  more: Driver[];
  /** How many factors were compared: what `q_value` is adjusted for. */
  n_compared: number;
  /** Users who did not. */
  n_missed: number;
  /** Users left out because they may still convert. */
  n_open: number;
  /** Factors left out because too few users have them. */
  n_rare: number;
  /** Users who reached the target. */
  n_reached: number;
}

/** Which behavior of the first days goes with what users do later. */
export interface AhaMomentAnswer {
  kind: 'aha_moment';
  /** All numbers of days and times that were tried for the first of them, in order. */
  grid: AhaMoment[];
  /**
   * The best behavior of each event, the highest φ on the first half first, then those of fewer days, of
   * fewer times, by name. Behaviors that go with less of the target have a φ below 0.
   */
  moments: AhaMoment[];
  /**
   * Users left out because their first days and the time for the target are not over at the end of the data.
   */
  n_not_over: number;
  /** Those of them who met the target. */
  n_reached: number;
  /** How many behaviors were tried: what `q_value` is adjusted for. */
  n_tried: number;
  /** Users whose time is over; the two halves together. */
  n_users: number;
  /** `n_reached` ÷ `n_users`; none if there are no users. */
  rate: Rate | null;
}

/** How features are distributed and go together. */
export interface FeatureAnswer {
  kind: 'feature';
  /**
   * `correlations[i][j]`: Pearson's correlation of features `i` and `j` on their scales, −1 to 1, over the
   * sampled users who have both; none where there are fewer than two of them or one of the features is the
   * same for all.
   */
  correlations: (number | null)[][];
  /** The features, in the query's order. */
  features: FeatureSummary[];
  /**
   * Users of whom quartiles, bins and correlations are taken: all, or `SAMPLE_USERS` with the least hashes.
   */
  n_sampled: number;
  /** Users in scope. */
  n_users: number;
  /** The instant that recency and tenure are measured from. */
  now: Millis;
}

/** Customers by recency, frequency and value. */
export interface RfmAnswer {
  kind: 'rfm';
  /** Where classes are cut; none without customers. */
  cuts: RfmCuts | null;
  /** `grid[r][f]`: customers of recency class r + 1 and frequency class f + 1. */
  grid: RfmCell[][];
  /** Who moved since the earlier instant, if one was given. */
  moves: RfmMoves | null;
  /** Customers. */
  n_users: number;
  /** Users in scope without a purchase, who are in no segment. */
  n_users_without: number;
  /** The instant that recency is measured from. */
  now: Millis;
  /** The segments, in the order of `RfmName`. */
  segments: RfmSegment[];
  /** The sum of all values; none if there is no value, as below. */
  value: number | null;
  /** Customers by value class, 1 to 5; empty if there is no value. */
  value_classes: number[];
}

/** What groups of users are like. */
export interface PersonaAnswer {
  kind: 'persona';
  /** Users in scope. */
  n_users: number;
  /** The instant that all is as of. */
  now: Millis;
  /** The groups, in the query's order. */
  personas: Persona[];
  /** What everybody in scope brings in all; none if no column says what users bring. */
  value: number | null;
}

/** How people scored. */
export interface FeedbackAnswer {
  kind: 'feedback';
  /** All answers. */
  all: FeedbackGroup;
  /** The groups, in the query's order. */
  groups: FeedbackGroup[];
  /** Scores outside the scale's range, which are left out. */
  n_out_of_range: number;
}

/** Which channels conversions are owed to, by several models. */
export interface AttributionAnswer {
  kind: 'attribution';
  /** The channels, those with most touches first, equal ones by name; "Other" is the last. */
  channels: ChannelCredit[];
  /** Conversions by the number of touches on their path; those that occur, ascending. */
  lengths: LengthCount[];
  /**
   * The earliest conversions, with their touches, as many as the query lists; equal ones by their user's id.
   */
  listed: ListedConversion[];
  /** How each of the query's models came out, in their order. */
  models: Outcome[];
  /** Conversions that count. */
  n_conversions: number;
  /** Runs of touches that no conversion followed in time. */
  n_lost: number;
  /** How many different paths lead to a conversion. */
  n_paths: number;
  /** Touches in the range. */
  n_touches: number;
  /** Users with at least one. */
  n_users: number;
  /** The commonest paths to conversion, by number of conversions, equal ones by their channels. */
  paths: PathCount[];
  /** Conversions without a touch on their path, which no model shares out. */
  unattributed: Unattributed;
  /**
   * What all conversions are worth; none if the query names no value or the sum is too large to be a number.
   */
  value: number | null;
}

/** What an experiment says. */
export interface ExperimentAnswer {
  kind: 'experiment';
  /** The first exposure; none without users. */
  first: Millis | null;
  /** The last exposure. */
  last: Millis | null;
  /**
   * The metrics, in the query's order; empty where users were not dealt out as they were to be, since then no
   * comparison can be trusted.
   */
  metrics: MetricResult[];
  /** Users of variants beyond the ten largest, who are left out. */
  n_left_out: number;
  /** Users who were shown more than one variant, and are left out. */
  n_mixed: number;
  /** Users who take part. */
  n_users: number;
  /** Whether users were dealt out as they were to be. */
  sample_ratio: SampleRatio;
  /** The variants, the control first, the others by name. */
  variants: VariantUsers[];
  /** What to conclude, by the first metric. */
  verdict: Verdict;
}

/** How long users take, or stay. */
export interface SurvivalAnswer {
  kind: 'survival';
  /** All users. */
  all: SurvivalCurve;
  /** Whether the segments differ; none with fewer than two, if a user is in several, or if nothing tells. */
  log_rank: LogRankResult | null;
  /** Users in more than one segment: then they cannot be compared by one test. */
  n_overlapping: number;
  /** Each of the query's segments. */
  segments: SurvivalCurve[];
}

/** What customers have been worth, and what they are expected to be. */
export interface LifetimeValueAnswer {
  kind: 'lifetime_value';
  /** Customers by the period of their first purchase, in order; periods without any are left out. */
  cohorts: ValueCohort[];
  /** What the model says of the customers; none without one. */
  forecast: Forecast | null;
  /**
   * What the model, fitted to the time before, foretold of the days held out, and what happened; none if
   * nothing is held out or that fit failed.
   */
  holdout: Holdout | null;
  /** The fitted model of purchases (BG/NBD); none where `problem` says why not. */
  model: BuyModel | null;
  /** Users with a purchase. */
  n_customers: number;
  /** Those with another one on a later day. */
  n_repeaters: number;
  /** Why purchases are not foretold. */
  problem: FitProblem | null;
  /** What the model says of each of the query's segments; empty without a model. */
  segments: SegmentForecast[];
  /**
   * The fitted model of their worth (Gamma-Gamma); none where `spend_problem` says why not, or without a
   * value.
   */
  spend: SpendModel | null;
  /** Why their worth is not foretold. */
  spend_problem: FitProblem | null;
}

/** How features are adopted. */
export interface AdoptionAnswer {
  kind: 'adoption';
  /** Users by how many of the features they have adopted, from 0 to all. */
  breadth: number[];
  /** The features, in the query's order. */
  features: FeatureAdoption[];
  /** Users with an event in scope: who could have adopted. */
  n_users: number;
}

/** How far a number has come. */
export interface GoalAnswer {
  kind: 'goal';
  /** The number now: the sum so far, or the last complete period's value; none if there is none yet. */
  current: number | null;
  /** The share of the time from the first period's start to the due date that is over, 0 to 1. */
  elapsed: number;
  /**
   * Where it is going, if it goes on like this; none with fewer than four complete periods, or after the due
   * date.
   */
  forecast: GoalForecast | null;
  /** The guards, in the query's order. */
  guards: GuardResult[];
  /** Periods from the first that is not complete to the due date. */
  n_periods_left: number;
  /**
   * What each period left must bring (sum), or by how much the number must change in each (level); none if
   * none is left or nothing is known.
   */
  needed_per_period: number | null;
  /** What a period has brought so far on average, or by how much the number changed from each to the next. */
  pace_per_period: number | null;
  /** The periods, with the trend's values. */
  periods: GoalPeriod[];
  /**
   * The share of the way from the baseline to the target; below 0 if it went the other way. None as
   * `current`.
   */
  progress: number | null;
  /** Where things stand. */
  status: GoalStatus;
}

/** What a column is made of, over the whole scope. */
export interface ColumnFacts {
  /** Distinct values, for text columns. */
  n_distinct: number | null;
  /** Rows without a value. */
  n_missing: number;
  /** The column's name. */
  name: string;
  /** Smallest and largest value of a number column. */
  range: [number, number] | null;
  /**
   * The most frequent values of a text column, at most `TOP_VALUES`, the most frequent first, equal ones by
   * name.
   */
  top: ValueCount[];
}

/** How often a value occurs. */
export interface ValueCount {
  /** Rows. */
  n_events: number;
  /** The value. */
  value: string;
}

/** One day's activity. */
export interface DayCount {
  /** The day in the scope's zone, as `2026-03-01`. */
  day: string;
  /** Rows. */
  n_events: number;
  /** The same day as days since 1970-01-01. */
  number: number;
}

/** How often an event occurs. */
export interface EventCount {
  /** The event's name. */
  event: string;
  /** Rows. */
  n_events: number;
  /** Users with at least one such row. */
  n_users: number;
}

/** One group's share of the answer. */
export interface FunnelGroup {
  /** How its conversion compares with that of all other users; none where that cannot be told. */
  difference?: GroupDifference | null;
  /** Which group it is. */
  key: GroupKey;
  /** Its funnel. */
  result: FunnelResult;
  /** The same by when they entered, if the query asks for a trend. */
  trend?: FunnelPeriod[];
}

/**
 * How a group's conversion compares with that of all users who are not in it. Users who are still open are on
 * neither side.
 *
 * A group is compared with the rest, and not with the largest group, so that every group has an answer and
 * none depends on which one happens to be largest. Fisher's exact test is used where fewer than 5 users are
 * expected in a cell, else Pearson's χ² test; the probabilities are adjusted by Holm's method for the number
 * of groups compared, so that the chance of any false alarm in the whole breakdown stays below 5 %.
 *
 * There is none for `GroupKey::Other`; where either side is empty; and where a group's funnel is one of its
 * own and no part of the whole (values of an event's property by `each_value` or `step`).
 */
export interface GroupDifference {
  /** The same probability, adjusted for the number of groups. */
  adjusted_p_value: number;
  /** The conversion rate of all others. */
  others: Rate;
  /**
   * The probability of such a difference or a greater one by chance, the group looked at alone; 0 stands for
   * less than 1e-300.
   */
  p_value: number;
  /** How it was computed. */
  test: IndependenceTest;
}

/** A share with its 95 % interval; all three in 0..=1. */
export interface Rate {
  /** Upper end of the interval. */
  high: number;
  /** Lower end of the interval. */
  low: number;
  /** The share itself. */
  rate: number;
}

/** How it is told whether two groups differ by more than chance. */
export type IndependenceTest =
  /** Fisher's exact test, two-sided: where fewer than 5 users are expected in a cell. */
  | 'fisher'
  /** Pearson's χ² test without a correction for continuity: else. */
  | 'chi_squared';

/** A funnel's numbers for one group of users. Every user counts once, at the highest level reached. */
export interface FunnelResult {
  /** `n_converted` ÷ (`n_entered` − `n_open`); none if that is 0. */
  conversion_rate: Rate | null;
  /** Users who reached every step that is not optional. */
  n_converted: number;
  /** Users who reached step 1. */
  n_entered: number;
  /**
   * Users whose window is not over at the end of the data and who have not converted: neither converted nor
   * lost.
   */
  n_open: number;
  /** Users left out because an exclusion removed them; they are in no other number. */
  n_removed: number;
  /** Users whose counted chain fills two steps at one instant, so that their order is not known. */
  n_with_ties: number;
  /** The steps, in the query's order. In unordered funnels item k stands for any k steps. */
  steps: FunnelStep[];
  /**
   * Time from step 1 to the last step that is not optional, of those who converted; none if there are none.
   */
  time_to_convert: Durations | null;
}

/**
 * One step's numbers. A required step's predecessor is the required step before it; an optional one's too.
 *
 * `n_reached + n_open + n_dropped` is the predecessor's `n_reached`, for steps that are not optional.
 */
export interface FunnelStep {
  /** Time since step 1, likewise. */
  from_first: Durations | null;
  /**
   * Time since the predecessor, of those who reached this step; none if there are none, and for the first
   * step.
   */
  from_previous: Durations | null;
  /** Users who reached the predecessor and not this step, and whose window is over. */
  n_dropped: number;
  /**
   * Users who reached the predecessor but not yet this step, and whose window is not over at the end of the
   * data.
   */
  n_open: number;
  /** Users who reached it. */
  n_reached: number;
  /** The step's name, or its event's; empty for "any event" and in unordered funnels. */
  name: string;
  /**
   * Whether the step is optional; then `n_reached` counts the users who did it on their counted chain, and
   * nobody is open or dropped.
   */
  optional: boolean;
  /** `n_reached` ÷ (entered − those still open before this step or at it); none if that is 0. */
  rate_from_first: Rate | null;
  /** `n_reached` ÷ (reached the predecessor − `n_open`); none if that is 0, and for the first step. */
  rate_from_previous: Rate | null;
}

/**
 * How long something took, in milliseconds, over a number of users. Quantiles are of type 7 (Hyndman & Fan
 * 1996): linear between order statistics, so that they may end in fractions.
 */
export interface Durations {
  /** Arithmetic mean. */
  mean_millis: number;
  /** The median. */
  median_millis: number;
  /** Users. */
  n_users: number;
  /** The tenth percentile. */
  p10_millis: number;
  /** The ninetieth percentile. */
  p90_millis: number;
}

/** A period's users, by how far the best chain came that they started in it. */
export interface FunnelPeriod {
  /** Those who reached every step that is not optional ÷ (entered − open); none if that is 0. */
  conversion_rate: Rate | null;
  /** Whether nobody can enter it any more: it is over at the end of the data. */
  is_over: boolean;
  /**
   * The period in the scope's zone: `2026-03-01`, `2026-03-01T13:00`, `2026-03`, `2026-Q1` or `2026`; for one
   * of equal length its first instant in UTC, `2026-03-01T13:00:00Z`.
   */
  label: string;
  /** Users who have not converted and whose window is not over at the end of the data. */
  n_open: number;
  /** By step: users whose chain reaches it. In unordered funnels item k stands for any k steps. */
  n_reached: number[];
  /** The period's first instant. */
  start: Millis;
}

/**
 * Why a funnel is broken down by a property.
 *
 * Every text property of 2 to 10 values (`MAX_VALUES`) is tried at every step: of the users who reached the
 * step before and whose window is over, how many of each value went on and how many stopped? Values enter
 * with the users whom the breakdown puts into their group, and if at least 5 of them are expected to go on
 * and 5 to stop (Cochran's rule); they must hold nine tenths of these users. Differences are told from chance
 * by Pearson's χ² test at 5 %, adjusted by Holm's method for all that was tried, and must have an effect of
 * 0.1 (`MIN_CRAMERS_V`); the one of the largest effect is chosen.
 */
export interface SuggestedBreakdown {
  /** How much they differ there: Cramér's V, from 0 (not at all) to 1. */
  cramers_v: number;
  /** The probability of such a difference by chance, adjusted for the number of differences tried. */
  p_value: number;
  /** The property. */
  property: string;
  /** The step before which its groups differ most, as an index from 0 into the funnel's steps; at least 1. */
  step: number;
}

/** How large a segment is. */
export interface SegmentSize {
  /** Rows in scope of its users. */
  n_events: number;
  /** Its users in scope. */
  n_users: number;
  /** Its name. */
  name: string;
  /** `n_users` out of all users in scope, with Wilson's 95 % interval; none if nobody is in scope. */
  user_rate: Rate | null;
}

/** A group of users who behave alike. */
export interface Cluster {
  /** Sum over its users of the squared distance to its centroid, in scaled units. */
  inertia: number;
  /** Its users. */
  n_users: number;
  /** The rule that finds its users, ready to be a filter, a breakdown or a checklist's target. */
  segment: Segment;
  /** What it is like, one entry per feature: what sets it apart most comes first. */
  traits: Trait[];
  /**
   * The id of its most typical user: the nearest one to its centroid, of equally near ones the first by
   * bytes.
   */
  typical_user: string;
  /** `n_users` out of all users in scope, with Wilson's 95 % interval. */
  user_rate: Rate | null;
}

/** One feature of a cluster, compared with all other users in scope ("the rest"). */
export interface Trait {
  /**
   * For event counts: the share of the cluster's users who did it at least once, with Wilson's 95 % interval.
   */
  did_rate: Rate | null;
  /** How far the cluster lies from the rest; none if there is no rest. */
  difference: Difference | null;
  /** The feature. */
  feature: Feature;
  /**
   * Mean over the cluster's users, missing amounts left out, in plain units: events, days, money; none if all
   * are missing.
   */
  mean: number | null;
  /** For event counts: the same share of the rest; none if there is no rest. */
  rest_did_rate: Rate | null;
  /** Mean over the rest, in plain units; none if there is no rest, or no value in it. */
  rest_mean: number | null;
}

/**
 * A standardized difference: the cluster's mean minus the rest's, both on the feature's scale, in standard
 * deviations of all users in scope (in units of √2 for `Feature::Is`). Traits are sorted by its size.
 */
export interface Difference {
  /** The difference; positive where the cluster has more. */
  difference: number;
  /**
   * The ends of its 95 % interval (Welch 1947); none where a group has one user only or neither group varies.
   * The clusters were made to differ, so it says how precisely the difference is known, not that the clusters
   * are real.
   */
  interval: [number, number] | null;
}

/** Users on a plane: the two directions in which they spread most (principal components). */
export interface ClusterMap {
  /** Across and up. Users beyond its ends are counted at the edge. */
  axes: MapAxis[];
  /** The cells with users, by row, column and cluster. */
  cells: MapCell[];
  /** How many cells each side has. */
  side: number;
}

/** A direction, found on the sample of at most 16,384 users. */
export interface MapAxis {
  /** Where the map starts, in scaled units from the mean of all. */
  from: number;
  /** Where it ends. */
  to: number;
  /** Share of all variance that lies along it. */
  variance_rate: number;
  /** A weight for each feature; their squares sum to 1, or they are all 0 if nothing is left to spread. */
  weights: number[];
}

/** Users of one cluster in one cell. */
export interface MapCell {
  /** Place of the cluster in the answer. */
  cluster: number;
  /** Its users there. */
  n_users: number;
  /** Column, from 0 at the left. */
  x: number;
  /** Row, from 0 at the bottom. */
  y: number;
}

/** What a person should know about the clusters. */
export type ClusterNote =
  /** Nobody is in scope; there are no clusters. */
  | { kind: 'no_users' }
  /** Every feature is the same for every user; all users are one cluster. */
  | { kind: 'all_alike' }
  /** Fewer clusters could be made than were asked for, because too few users differ. */
  | {
    kind: 'fewer_clusters';
    /** The number asked for: the fixed one, or the greatest one to try. */
    asked: number;
  }
  /** The clusters still moved after the last round allowed. */
  | { kind: 'not_converged' };

/**
 * A user far from all others: more than three times as far from the centroid as the cluster's users are (root
 * of the mean square), in a cluster of at least ten.
 */
export interface Outlier {
  /** Place of the cluster in the answer. */
  cluster: number;
  /** The feature in which the user differs most from the centroid. */
  feature: Feature;
  /** How many times as far as the cluster's users. */
  times: number;
  /** The user's id. */
  user: string;
}

/** What a mean silhouette says, by Kaufman & Rousseeuw (1990, table 4 of chapter 2). */
export type Structure =
  /**
   * Up to 0.25: no substantial structure. The clusters cut up what hangs together; one cluster (k = 1)
   * describes the users as well.
   */
  | 'none'
  /** Up to 0.5: weak, and possibly artificial. */
  | 'weak'
  /** Up to 0.7: reasonable. */
  | 'reasonable'
  /** Above 0.7: strong. */
  | 'strong';

/** What one rule says of the number of clusters. Rules seldom agree; none is to be trusted alone. */
export interface Suggestion {
  /** Its number of clusters; none if it cannot say. */
  k: number | null;
  /** The rule. */
  rule: KRule;
}

/** A rule for the number of clusters. */
export type KRule =
  /** The greatest mean silhouette; one cluster if that is 0.25 or less. */
  | 'silhouette'
  /** The greatest ratio of Calinski & Harabasz, which cannot say one. */
  | 'calinski_harabasz'
  /** The least number whose gap is no less than the next one's minus its error. */
  | 'gap'
  /** The greatest number of which every cluster is stable (0.75); one if there is none. */
  | 'stability';

/** The tree that clusters were cut from, from its last join down: at most 64 branches of it. */
export interface Tree {
  /** Share of the sampled users whom the nearest centroid gives the cluster that the tree gave them. */
  agreement_rate: number;
  /** Sampled users in each branch. */
  branches: number[];
  /** The joins of branches, by ascending height: one fewer than branches. */
  merges: TreeMerge[];
  /**
   * What it joins: that many users, or as many groups of users near to each other where there are more than
   * 10,000 (8,000 for other linkages than Ward's).
   */
  n_leaves: number;
  /** Users in the sample that it was made of: all, if there are no more than 16,384. */
  n_users: number;
}

/** Two branches joined, numbered from 0, then the joins in their order. */
export interface TreeMerge {
  /** One of them. */
  a: number;
  /** The other one. */
  b: number;
  /** Their distance, in scaled units. */
  height: number;
}

/** One number of clusters tried on a sample. */
export interface TriedCount {
  /** Calinski & Harabasz' ratio (1974), variance between by variance within; none for a single cluster. */
  calinski_harabasz: number | null;
  /** The gap statistic; none unless asked for. */
  gap: TriedGap | null;
  /** Sum over the sample of the squared distance to the nearest centroid, in scaled units. */
  inertia: number;
  /** The number of clusters. */
  k: number;
  /** Users in the sample. */
  n_users: number;
  /** Mean silhouette over the sample (Rousseeuw 1987), exact, −1 to 1; none for a single cluster. */
  silhouette: number | null;
  /**
   * How surely the weakest cluster comes back when users are drawn anew: its mean Jaccard similarity (Hennig
   * 2007), 0 to 1, 0.75 being stable. None unless asked for, and for a single cluster.
   */
  stability: number | null;
}

/**
 * The gap statistic (Tibshirani, Walther & Hastie 2001), of at most 1,024 users against 10 draws without
 * clusters.
 */
export interface TriedGap {
  /** Its simulation error. */
  error: number;
  /** How much lower the inertia's logarithm is than without clusters. */
  gap: number;
}

/** From an item at a step to an item at the next. */
export interface JourneyEdge {
  /** The first item. */
  from: JourneyItem;
  /** Runs of each segment compared. */
  group_runs: number[];
  /**
   * Mean time from the first item to the second, over the runs. To the middle: to the first item that was cut
   * out; from it: from the last one.
   */
  mean_millis: number;
  /** Runs. */
  n_runs: number;
  /** Users with such a run; none where several items were put together. */
  n_users: number | null;
  /** The step of `from`. */
  step: number;
  /** The second item. */
  to: JourneyItem;
}

/** A segment compared. */
export interface JourneyGroup {
  /** Their runs. */
  n_runs: number;
  /** Its users with at least one run that counts. */
  n_users: number;
  /** Its name. */
  name: string;
}

/** An item at a step. `n_in + n_started = n_runs = n_out + n_ended + n_cut`. */
export interface JourneyNode {
  /** Runs of each segment compared. */
  group_runs: number[];
  /** The item. */
  item: JourneyItem;
  /** Runs that go on, but are looked at no further. */
  n_cut: number;
  /** Runs that end here. */
  n_ended: number;
  /** Runs that come from the step before. */
  n_in: number;
  /** Runs that go on to the next step. */
  n_out: number;
  /** Runs that have the item there. */
  n_runs: number;
  /** Runs that begin here, or whose part that is looked at does. */
  n_started: number;
  /** Users with such a run; none where several items were put together. */
  n_users: number | null;
  /** The step. */
  step: number;
}

/** Runs that are the same from their first item to their last. */
export interface JourneyPath {
  /** Runs of each segment compared. */
  group_runs: number[];
  /** The items. */
  items: JourneyItem[];
  /** Runs. */
  n_runs: number;
  /** Users with such a run. */
  n_users: number;
}

/** One run. */
export interface JourneyRun {
  /** Its items as they are counted. */
  items: JourneyItem[];
  /** Its rows, before neighbors are joined and it is cut to a start, an end and the step limit. */
  n_events: number;
  /** When its first row lies, before it is cut to a start. */
  start_millis: Millis;
  /** Whose it is. */
  user: string;
}

/** The users of a place. */
export interface JourneyUsers {
  /** How many there are. */
  n_users: number;
  /** The first 10,000 of them, by the bytes of their ids. */
  users: string[];
}

/**
 * An item in any place of a run. `n_rows` is `n_started` and all transitions to it, and `n_ended` and all
 * from it.
 */
export interface TransitionItem {
  /** `n_ended` ÷ `n_rows`. */
  ended_rate: number;
  /** The item. */
  item: JourneyItem;
  /** Runs that end with it. */
  n_ended: number;
  /** Rows; joined ones count once. */
  n_rows: number;
  /** Runs that start with it. */
  n_started: number;
}

/** From an item to the one after it. */
export interface Transition {
  /** The first item. */
  from: JourneyItem;
  /** How often. */
  n_rows: number;
  /** `n_rows` ÷ the rows of `from`. */
  rate: number;
  /** The second item; it may be the same. */
  to: JourneyItem;
}

/** A user and the user's matches. */
export interface SequenceUser {
  /**
   * When the rows of the first match lie that stand for a name or brackets; those of `.` are left out. What
   * is listed for a user without a match is the query's to say.
   */
  first_match_millis: Millis[];
  /** How many matches. */
  n_matches: number;
  /** Who. */
  user: string;
}

/** An event that comes next. */
export interface NextEventCount {
  /** The event. */
  event: string;
  /** Users. */
  n_users: number;
}

/** A user, and what comes next for the user. */
export interface NextEventUser {
  /** The event; none without a chain or anything after it. */
  event: string | null;
  /** Who. */
  user: string;
}

/** Which periods a column covers, counted from that of the start, both ends inclusive. */
export interface RetentionColumn {
  /** The first one. */
  from_period: number;
  /** The last one. */
  to_period: number;
}

/** One group's share of the answer. */
export interface RetentionGroup {
  /** Which group it is. */
  key: GroupKey;
  /** Its table. */
  table: RetentionTable;
}

/** One group's cohorts. */
export interface RetentionTable {
  /** The average of the cohorts, a value for each column that a cohort has reached. */
  average: RetentionAverageCell[];
  /**
   * The cohorts, in order of time, one for each calendar period of the range. Where the query's range has no
   * start (or no end), empty ones before the first (after the last) that is not empty are left out.
   */
  cohorts: RetentionCohort[];
  /** Sizes of all cohorts together: users, or with a recurring entry users once for each of their cohorts. */
  n_entries: number;
}

/** All cohorts in one column. */
export interface RetentionAverageCell {
  /** Cohorts that count here. */
  n_cohorts: number;
  /** Their users. */
  n_entries: number;
  /** Those of them who returned. */
  n_users: number;
  /**
   * The average; none if no cohort counts. The interval of a pooled rate is Wilson's, that of a simple mean
   * the normal approximation, from the cohorts' binomial variances. With a recurring entry the same user may
   * be in many cohorts, and the interval is too narrow.
   */
  rate: Rate | null;
  /** The sum of the value ÷ `n_entries`; none if no value was asked for or no cohort counts. */
  value_per_entry?: number | null;
}

/** Users who started in one period. */
export interface RetentionCohort {
  /** A cell for each column that has begun by the end of the data; empty if the cohort has no users. */
  cells: RetentionCell[];
  /** The period's name in the scope's zone, such as `2026-03-02` or `2026-03`. */
  label: string;
  /** Its users. */
  n_users: number;
  /** The period's first instant. */
  start_millis: Millis;
}

/** One cohort in one column. */
export interface RetentionCell {
  /** Whether the column's last period is over at the end of the data, for every user of the cohort. */
  is_complete: boolean;
  /** Users of the cohort who returned. */
  n_users: number;
  /** `n_users` ÷ the cohort's, with Wilson's 95 % interval. */
  rate: Rate | null;
  /** The sum of the value over the returns that count here; none if no value was asked for. */
  value_sum?: number | null;
}

/** One period. */
export interface LifecyclePeriod {
  /** Whether it is over at the end of the data; if not, some who seem dormant may still come. */
  is_complete: boolean;
  /** Its name in the scope's zone, such as `2026-03-02` or `2026-03`. */
  label: string;
  /** Users who were active in the period before and are not active in this one. */
  n_dormant: number;
  /** Active users who are new in it. */
  n_new: number;
  /** Active users who are not new and were not active in the period before. */
  n_resurrecting: number;
  /** Active users who are not new and were active in the period before. */
  n_returning: number;
  /** Its first instant. */
  start_millis: Millis;
}

/** One series. */
export interface StickySeries {
  /** Daily, weekly and monthly users. */
  active: ActiveUsers;
  /** An item for each number of periods, from 1 on. */
  bars: StickyBar[];
  /** The mean number of periods that they are active in; none if there are none. */
  mean_periods: number | null;
  /** Users who are active in at least one period. */
  n_users: number;
  /** Its event's name; empty for "any event". */
  name: string;
}

/** Daily, weekly and monthly users. */
export interface ActiveUsers {
  /** Daily ÷ monthly users. */
  daily_per_monthly: number | null;
  /** Daily ÷ weekly users, each summed over the days; none if there are none. */
  daily_per_weekly: number | null;
  /**
   * The days of the range on which the data know the 30 days that end with them, in order; those after the
   * last 400 days are left out. The last day may not be over.
   */
  days: ActiveDay[];
  /** Weekly ÷ monthly users. */
  weekly_per_monthly: number | null;
}

/** One calendar day in the scope's zone. */
export interface ActiveDay {
  /** The day, as `2026-03-01`. */
  label: string;
  /** Users active on it. */
  n_daily: number;
  /** Users active on it or on the 29 days before. */
  n_monthly: number;
  /** Users active on it or on the 6 days before. */
  n_weekly: number;
  /** Its first instant. */
  start_millis: Millis;
}

/** Users by the number of periods that they are active in. */
export interface StickyBar {
  /** How many periods; "or more" if the query says so. */
  n_periods: number;
  /** Users. */
  n_users: number;
  /** `n_users` ÷ the series' users, with Wilson's 95 % interval; none if there are none. */
  rate: Rate | null;
}

/** Users who do more than a person can: scripts, monitors, an id that many share. */
export interface BusyUsers {
  /** Their rows. */
  n_events: number;
  /** How many. */
  n_users: number;
  /**
   * The ones with most rows first, equal ones by the bytes of their id; at most `QualityQuery::MOST_LISTED`.
   */
  users: BusyUser[];
}

/** One of them. */
export interface BusyUser {
  /** Most different hours with a row on one calendar day. */
  hours: number;
  /** Rows. */
  n_events: number;
  /** Most rows on one calendar day. */
  per_day: number;
  /** Most rows within 60 seconds, wherever they begin. */
  per_minute: number;
  /** The id. */
  user: string;
}

/** Whether the times can be right. */
export interface ClockQuality {
  /** The few rows long before all others; none if there are none. See `Stray`. */
  early: Stray | null;
  /** The few rows long after all others, in the future of the data. */
  late: Stray | null;
  /** Instants that many events share, the most events first, then the earliest. */
  masses: Mass[];
  /** Rows after the scope's `now`; 0 if it has none. */
  n_after_now: number;
  /** Rows before 2000-01-01T00:00:00Z. */
  n_before_2000: number;
  /** Rows at the first instant of a calendar day in the scope's zone. */
  n_midnight: number;
  /** Rows at a whole minute. */
  n_whole_minutes: number;
  /** Rows at a whole second. */
  n_whole_seconds: number;
}

/** Fewer than one in a thousand rows, with at least 30 days without any event between them and all others. */
export interface Stray {
  /** The first day of them. */
  first_day: string;
  /** The last. */
  last_day: string;
  /** Rows. */
  n_events: number;
}

/** An instant that many events share. */
export interface Mass {
  /** Rows. */
  n_events: number;
  /** Users. */
  n_users: number;
  /** The instant. */
  time_millis: Millis;
}

/** What a column is made of. */
export interface ColumnQuality {
  /** What it holds. */
  kind: Kind;
  /**
   * Values of a text column that differ only in case, spaces, `-`, `_` and `.`: the groups with most rows
   * first, at most `QualityQuery::MOST_LISTED`. Only columns with up to `ColumnQuality::MOST_COMPARED` values
   * are compared.
   */
  look_alikes: ValueCount[][];
  /** What the texts of a text column look like; none for another one. */
  looks: Looks | null;
  /**
   * Distinct values, exactly; none for a column of numbers or times with more than
   * `ColumnQuality::MOST_DISTINCT`.
   */
  n_distinct: number | null;
  /** Rows without a value. */
  n_missing: number;
  /** The column's name. */
  name: string;
  /** How a number column's values are distributed; none without values. */
  numbers: NumberFacts | null;
  /** What it means. */
  role: Role;
  /** First and last instant of a time column; none without values. */
  times: [Millis, Millis] | null;
  /** The most frequent values of a text column, the most frequent first, equal ones by their bytes. */
  top: ValueCount[];
}

/** What a column's values are. */
export type Kind =
  /** Text; ids and codes such as `007` too. */
  | 'text'
  /** Numbers that all survive a round trip through f64. */
  | 'number'
  /** Instants. */
  | 'time';

/**
 * Rows of a text column by what their text looks like. Each row with a value is counted in one of the first
 * five.
 */
export interface Looks {
  /** `true` or `false`, in any case. */
  n_booleans: number;
  /** A number. */
  n_numbers: number;
  /** Among all of them, those that begin or end with a space. */
  n_padded: number;
  /**
   * Stands for "no value": `null`, `none`, `nil`, `nan`, `n/a`, `na`, `undefined`, `unknown`, `-`, `?`, or
   * nothing but spaces; in any case.
   */
  n_placeholders: number;
  /** Any other text. */
  n_texts: number;
  /** A date or a time, as in `2026-03-01` or `2026-03-01T10:00:00Z`. */
  n_times: number;
}

/** How numbers are distributed. Quantiles are of type 7 (Hyndman & Fan 1996). */
export interface NumberFacts {
  max: number;
  /** Arithmetic mean; none if the sum is beyond what a number can hold. */
  mean: number | null;
  median: number;
  min: number;
  n_negative: number;
  n_zero: number;
  p05: number;
  p25: number;
  p75: number;
  p95: number;
}

/** What a column means to the analyses. */
export type Role =
  /** Who did it; every table has one. */
  | 'user'
  /** When; every table has one. */
  | 'time'
  /** What; if no column has this role, every row is the event named after the file. */
  | 'event'
  /** The session's id. */
  | 'session'
  /** Money that the event brought. */
  | 'revenue'
  /** Where the user came from. */
  | 'channel'
  /** The experiment's variant. */
  | 'variant'
  /** A rating. */
  | 'score'
  /** Free text that people wrote. */
  | 'text'
  /** Any other property. */
  | 'other';

/** One day's events, and what they are measured by. */
export interface DayQuality {
  /** The day in the scope's zone, as `2026-03-01`. */
  day: string;
  /** Rows. */
  n_events: number;
  /** The same day as days since 1970-01-01. */
  number: number;
  /**
   * `(n_events − usual) / s`. `s` is 1.4826 times the median absolute deviation of those weekdays (the
   * modified z-score of Iglewicz & Hoaglin, *How to Detect and Handle Outliers*, 1993), 1.2533 times their
   * mean absolute deviation if that is 0, and at least the root of `usual`, which is how much plain chance
   * moves a count.
   */
  score: number | null;
  /**
   * Median of the same weekday in the four weeks before and after; none with fewer than three of them, and
   * for the first and the last day, which may be cut.
   */
  usual: number | null;
  /**
   * Whether the day is unusual: beyond the query's score, and at least twice (and ten events) or at most half
   * of what is usual.
   */
  verdict: DayVerdict;
}

/** Whether a day is unusual. */
export type DayVerdict =
  /** As the same weekday around it, or not to be judged. */
  | 'usual'
  /** Far more events. */
  | 'high'
  /** Far fewer. */
  | 'low';

/** Something that stands out. */
export interface Finding {
  /** What it can spoil. */
  affects: Affected[];
  /** The column that it was found in, if it was found in one. */
  column?: string | null;
  /** What. */
  kind: FindingKind;
  /** How many: rows, or what the kind says. */
  n: number;
}

/** Analyses that a finding can spoil. */
export type Affected =
  | 'trends'
  | 'funnels'
  | 'retention'
  | 'journeys'
  | 'sessions'
  | 'segments'
  | 'clusters'
  | 'breakdowns';

/** What can stand out, the most serious first. */
export type FindingKind =
  /** Rows of users who do more than a person can, see `BusyUsers`. */
  | 'busy_users'
  /** Days in silences, see `Silence`. */
  | 'silent_days'
  /** Rows that repeat another one in all columns. */
  | 'duplicates'
  /** Rows before 2000: dates that were never set. */
  | 'before_2000'
  /** Rows after the scope's `now`. */
  | 'after_now'
  /** Rows far before or after all others, see `Stray`. */
  | 'strays'
  /**
   * Rows at the first instant of a day, if they are at least 99 in 100: times are dates, and the order within
   * a day is not known.
   */
  | 'dates_only'
  /** The same, if they are between 1 and 99 in 100: a part of the data only knows the date. */
  | 'midnight'
  /** Rows in the listed masses at one instant, see `Mass`, unless 99 in 100 times are whole minutes. */
  | 'same_instant'
  /** Rows that share user, event and instant with another one, but not all columns. */
  | 'double_sent'
  /** Days with far too few events, but some. */
  | 'low_days'
  /** Days with far too many events. */
  | 'high_days'
  /** Groups of look-alikes. */
  | 'look_alikes'
  /** Rows whose text stands for "no value", such as `null`. */
  | 'placeholders'
  /**
   * Rows of a text column of which at least 9 in 10, but not all, are numbers, or times, that are something
   * else.
   */
  | 'mixed_types'
  /**
   * Rows without a value, in a column where at least half and at most 99 in 100 rows have one, or in one with
   * the role session, channel or variant.
   */
  | 'missing'
  /** A column without any value; `n` is the number of rows. */
  | 'empty_column';

/**
 * Days in a row without any event, at least one of which is unusually low by the rule of `DayQuality`,
 * compared with the same weekday in the four weeks before and after all of them.
 */
export interface Silence {
  /** The first of them. */
  first_day: string;
  /** The last. */
  last_day: string;
  /** How many. */
  n_days: number;
}

/** Something that happened, and where it belongs. */
export interface PlacedAnnotation {
  /** When. */
  at: Millis;
  /** Index of the shown period that holds it; none if none does. */
  period: number | null;
  /** What. */
  text: string;
}

/** One period of the calendar. */
export interface TrendPeriod {
  /** The next one's first instant. */
  end_millis: Millis;
  /** Whether any of it lies between the first and the last event of the whole data set. */
  has_data: boolean;
  /** Whether all of it lies in the scope's range, and none of it after the end of the data. */
  is_complete: boolean;
  /**
   * Its name in the scope's zone: `2026-03-01T13:00`, `2026-03-01` (a day, or the week that starts then),
   * `2026-03`, `2026-Q1` or `2026`.
   */
  label: string;
  /** Its first instant. */
  start_millis: Millis;
}

/** One line. */
export interface TrendLine {
  /**
   * A value for each compared period; none besides where a period lies outside of the data. Empty without
   * comparison.
   */
  compared: (number | null)[];
  /** The measure over all compared periods at once. */
  compared_total: number | null;
  /** The group; none for everyone. */
  group: GroupKey | null;
  /** Its name: the query's, or the event's; empty for "any event" without a name. */
  name: string;
  /** Which series or formula it is. */
  of: LineOf;
  /**
   * The moving average: the mean of the values of the last n periods that have one; none before n periods are
   * there, and for a period that is not complete. Empty if none was asked for.
   */
  smoothed: (number | null)[];
  /** The measure over all shown periods at once: users are those who are different over all of them. */
  total: number | null;
  /** A value for each period; none where there is nothing to tell. */
  values: (number | null)[];
}

/** Which series or formula a line is. */
export type LineOf =
  /** A series. */
  | {
    kind: 'series';
    /** Its index. */
    index: number;
  }
  /** A formula. */
  | {
    kind: 'formula';
    /** Its index. */
    index: number;
  };

/** How a number is distributed. Quantiles are of type 7 (Hyndman & Fan 1996). */
export interface SessionSpread {
  max: number;
  mean: number;
  median: number;
  p10: number;
  p25: number;
  p75: number;
  p90: number;
}

/** One period's sessions. */
export interface SessionPeriod {
  /** Its name, as in `TrendPeriod`. */
  label: string;
  /** Mean length of such sessions in milliseconds; none without. */
  mean_millis: number | null;
  /** Such sessions of one row. */
  n_bounces: number;
  /** Sessions that begin in it. */
  n_sessions: number;
  /** Different users with such a session. */
  n_users: number;
  /** Its first instant. */
  start_millis: Millis;
}

/** How many users have a number. */
export interface UsersAt {
  /** The number. */
  n: number;
  /** Users. */
  n_users: number;
}

/** One bin of the histogram. */
export interface TimeBin {
  /** The shortest time in it, inclusive. */
  from_millis: number;
  /** Users. */
  n_users: number;
  /** Where it ends, exclusive. */
  to_millis: number;
}

/** Times in milliseconds. */
export interface ConversionTimes {
  /** The longest. */
  max_millis: number;
  /** Arithmetic mean. */
  mean_millis: number;
  /** The shortest. */
  min_millis: number;
  /**
   * The 5th, 10th, 25th, 50th, 75th, 90th and 95th percentile, of type 7 (Hyndman & Fan 1996), so that they
   * may end in fractions.
   */
  percentiles: Percentile[];
}

/** The time within which a share of the users converts. */
export interface Percentile {
  /** The time. */
  millis: number;
  /** The share in percent. */
  percent: number;
}

/** One factor. */
export interface Driver {
  /** What it is. */
  factor: Factor;
  /** `rate_with` ÷ the share of all users who reached the target; none if nobody did. */
  lift: number | null;
  /** Those of them who reached the target. */
  n_reached: number;
  /** Users who have it. */
  n_users: number;
  /** The odds of reaching it with the factor, divided by those without. */
  odds_ratio: OddsRatio;
  /**
   * The probability of such a difference or a greater one by chance, this factor looked at alone; 0 stands
   * for less than 1e-300.
   */
  p_value: number;
  /**
   * The same, adjusted for all factors compared by Benjamini and Hochberg's method: of all factors with at
   * most this value, about this share go with the target by chance only.
   */
  q_value: number;
  /** Of the users who have it, the share that reached the target. */
  rate_with: Rate | null;
  /** Of all others, the share that reached it. */
  rate_without: Rate | null;
  /** How it was computed. */
  test: IndependenceTest;
}

/** What users have or did. */
export type Factor =
  /** Did an event. */
  | {
    kind: 'event';
    /** Its name. */
    event: string;
  }
  /** Did an event with this value of a property. */
  | {
    kind: 'event_property';
    /** The event's name. */
    event: string;
    /** The column's name. */
    property: string;
    /** The value. */
    value: string;
  }
  /** Has this value of a property. */
  | {
    kind: 'user_property';
    /** The column's name. */
    property: string;
    /** The value; a number as text. */
    value: string;
  };

/**
 * How much larger the odds are in the group than among all others, with its 95 % interval. Above 1 is more
 * often.
 */
export interface OddsRatio {
  /**
   * What was added to each of the four numbers first: 0, or a half because one of them was 0, or what the
   * query says.
   */
  added: number;
  /** Upper end of the interval. */
  high: number;
  /** Lower end of the interval. */
  low: number;
  /** The ratio. */
  ratio: number;
}

/** "Did the event at least so many times in the first days", and how well that tells who meets the target. */
export interface AhaMoment {
  /** On the other half, which had no say in the choice: what to go by. */
  checked: Told;
  /** In so many first days. */
  days: number;
  /** The event. */
  event: string;
  /** On the half that the best were chosen on. */
  learned: Told;
  /** Users who show it, of both halves. */
  n_users: number;
  /** `learned.p_value`, adjusted for all behaviors tried by Benjamini and Hochberg's method. */
  q_value: number;
  /** At least so many times. */
  times: number;
}

/** How well a behavior tells who meets the target, on one half of the users. */
export interface Told {
  /**
   * The probability of such a difference or a greater one by chance, alone; 0 stands for less than 1e-300.
   */
  p_value: number;
  /**
   * The φ coefficient, which is Matthews' correlation coefficient, from −1 to 1: high only if most of those
   * who meet the target show the behavior and few others do. None if all or none show it, or meet the target.
   */
  phi: number | null;
  /**
   * Of the users who show the behavior, the share that meets the target (the precision); none if there are
   * none.
   */
  rate_with: Rate | null;
  /** Of all others, the share that meets it. */
  rate_without: Rate | null;
  /** Of the users who meet the target, the share that shows the behavior (the recall). */
  share_of_reached: Rate | null;
  /** How it was computed. */
  test: IndependenceTest;
}

/** How one feature is distributed, in plain units: events, days, money. */
export interface FeatureSummary {
  /**
   * The sampled users by amount: bins of equal width on the feature's own scale, from the least to the
   * greatest. One bin if it is the same for all, none if it is missing for all.
   */
  bins: FeatureBin[];
  /** Its standard deviation (divided by n). */
  deviation: number | null;
  /** The feature. */
  feature: Feature;
  /** The least amount. */
  least: number | null;
  /** Its mean; none if it is missing for all, as are the next four. */
  mean: number | null;
  /** The greatest amount. */
  most: number | null;
  /** Users who have it. */
  n_known: number;
  /** Users for whom it is missing. */
  n_missing: number;
  /** Quartiles (type 7) of the sampled users: a quarter, half and three quarters of them lie below. */
  quartiles: number[] | null;
}

/** Users with an amount in a range. */
export interface FeatureBin {
  /** Where the range starts, inclusive. */
  from: number;
  /** Sampled users in it. */
  n_users: number;
  /** Where it ends: exclusive, and inclusive in the last bin. */
  to: number;
}

/** Customers of one class of recency and one of frequency. */
export interface RfmCell {
  /** Customers. */
  n_users: number;
  /** The segment that it belongs to. */
  name: RfmName;
  /** The sum of their values. */
  value: number | null;
}

/** The segments, by classes of recency (R) and frequency (F). */
export type RfmName =
  /** R 5, F 4 to 5: bought lately and often. */
  | 'champions'
  /** R 3 to 4, F 4 to 5. */
  | 'loyal'
  /** R 4 to 5, F 2 to 3. */
  | 'potential_loyalists'
  /** R 5, F 1: bought for the first time lately. */
  | 'new'
  /** R 4, F 1. */
  | 'promising'
  /** R 3, F 3. */
  | 'need_attention'
  /** R 3, F 1 to 2. */
  | 'about_to_sleep'
  /** R 1 to 2, F 3 to 4: bought often, but long ago. */
  | 'at_risk'
  /** R 1 to 2, F 5: bought most often, but long ago. */
  | 'cannot_lose'
  /** R 1 to 2, F 1 to 2. */
  | 'hibernating';

/** Who was in which segment, then and now. */
export interface RfmMoves {
  /** The earlier instant. */
  before: Millis;
  /** Customers by segment now who had not bought then. */
  n_new: number[];
  /** `n_users[from][to]`: customers by segment then and now, both in the order of `RfmName`. */
  n_users: number[][];
}

/** One segment. */
export interface RfmSegment {
  /** Mean number of purchases. */
  mean_frequency: number | null;
  /** Mean days since the last purchase; none if it is empty, as are the next two. */
  mean_recency_days: number | null;
  /** Mean sum of values. */
  mean_value: number | null;
  /** Its customers. */
  n_users: number;
  /** Which one. */
  name: RfmName;
  /** The rule that finds its users; none without customers. */
  segment: Segment | null;
  /** Their share of all customers, with Wilson's 95 % interval; none without customers. */
  user_rate: Rate | null;
  /** The sum of their values. */
  value: number | null;
}

/** What one group is like. */
export interface Persona {
  /** Whether they cost more than they bring: the whole interval of the mean `net` lies below 0. */
  is_negative: boolean;
  /**
   * Its users in scope. If they are fewer than the query's `min_users`, nothing else is told but their share.
   */
  n_users: number;
  /** Its name. */
  name: string;
  /** What they bring minus what they cost. */
  net: Money | null;
  /** The same of everybody else. */
  rest_stay_rate: Rate | null;
  /** Share of those seen first at least `stay_days` ago who did something since; none if there are none. */
  stay_rate: Rate | null;
  /** What sets it apart, most first. */
  traits: PersonaTrait[];
  /**
   * The id of its most typical user: nearest to the mean of the group in all features; of equally near ones
   * the first by bytes.
   */
  typical_user: string | null;
  /** Their share of all, with Wilson's 95 % interval; none if nobody is in scope. */
  user_rate: Rate | null;
  /** What its users bring. */
  value: Money | null;
}

/** An amount of money of some users. */
export interface Money {
  /** The ends of the mean's 95 % interval (Student's t); none for one user and where all bring the same. */
  interval: [number, number] | null;
  /** On average. */
  mean: number;
  /** All together. */
  total: number;
}

/** One feature of a group, compared with everybody else in scope. */
export interface PersonaTrait {
  /** For event counts and values of properties: share of the group's users with more than 0. */
  did_rate: Rate | null;
  /**
   * How far the group lies from the rest: both means on the feature's scale, in standard deviations of all.
   */
  difference: Difference;
  /** The feature. */
  feature: Feature;
  /** Mean of the group's users who have it, in plain units. */
  mean: number;
  /** The same of the others. */
  rest_did_rate: Rate | null;
  /** Mean of the others who have it. */
  rest_mean: number;
}

/** How the users of one group scored. */
export interface FeedbackGroup {
  /** NPS: share of the detractors. */
  detractor_rate: Rate | null;
  /**
   * The ends of its 95 % interval. NPS: by the variance of promoters minus detractors, with one answer added
   * to each of the three classes, so that few answers that are all alike are not taken for certain (an
   * adjusted Wald interval, after Agresti & Coull 1998). CSAT: Wilson's. CES: Student's t; none for one
   * answer and where all are the same.
   */
  interval: [number, number] | null;
  /** Answers. */
  n_answers: number;
  /** Users who answered. */
  n_users: number;
  /** Its name; empty for all. */
  name: string;
  /** NPS: share of the promoters, with Wilson's interval. */
  promoter_rate: Rate | null;
  /** The result: NPS −100 to 100, CSAT's share 0 to 1, CES' mean; none without an answer. */
  result: number | null;
  /** How often each score was given, ascending; scores between whole numbers count as the one below. */
  scores: ScoreCount[];
}

/** How often a score was given. */
export interface ScoreCount {
  /** Answers. */
  n: number;
  /** The score. */
  score: number;
}

/** One channel. */
export interface ChannelCredit {
  /** What it cost; none if the query does not say. */
  cost: number | null;
  /**
   * What each model gives it, in the query's order; none where the model could not share the conversions out.
   */
  credits: (Credit | null)[];
  /** Its name. */
  key: GroupKey;
  /** Mean time from its credited touches to their conversions; none without any. */
  mean_millis: number | null;
  /** Conversions that have it on their path, but not as the last touch: which it assisted. */
  n_assisted: number;
  /** Conversions with at least one of its touches on their path. */
  n_conversions: number;
  /** Those of its touches that lie on the path to a conversion. */
  n_credited: number;
  /** Conversions whose path begins with it. */
  n_first: number;
  /** Conversions whose path ends with it. */
  n_last: number;
  /** Its touches in the range, whatever came of them. */
  n_touches: number;
}

/** What one model gives to one channel. */
export interface Credit {
  /** Conversions, with fractions. */
  conversions: number;
  /** The channel's cost divided by `conversions`; none without a cost or with no conversion. */
  cost_per_conversion: number | null;
  /** Of a Markov chain, by which share fewer paths would convert without the channel. */
  removal_effect: number | null;
  /** `value` divided by the channel's cost; none without either or if it cost nothing. */
  return_on_cost: number | null;
  /** These divided by all conversions with a touch. */
  share: number;
  /** What they are worth; none if the query names no value. */
  value: number | null;
}

/** Conversions with so many touches. */
export interface LengthCount {
  /** Conversions. */
  n_conversions: number;
  /** Touches on the path. */
  n_touches: number;
}

/** A conversion with its touches. */
export interface ListedConversion {
  /** When. */
  time: Millis;
  /** Its touches, the first one first. */
  touches: ListedTouch[];
  /** The user's id. */
  user: string;
}

/** A touch on a conversion's path. */
export interface ListedTouch {
  /** The channel, as an index into the answer's. */
  channel: number;
  /** How long before the conversion. */
  millis: number;
  /** How many touches, required events and conversions from it to the conversion. */
  n_events: number;
}

/** Whether a model could share the conversions out. */
export type Outcome =
  /** It could. */
  | 'shared'
  /** There is no conversion with a touch. */
  | 'no_conversions'
  /** Of a Markov chain: removing any one channel changes nothing, so that there is nothing to share by. */
  | 'no_effect'
  /**
   * Of a Markov chain: paths are so long that its solution was not found. Choose a shorter lookback or fewer
   * touches.
   */
  | 'not_converged';

/** A path to conversion. */
export interface PathCount {
  /**
   * Its touches' channels, as indexes into the answer's, at most `PathCount::MAX_TOUCHES`: of a longer path
   * the last.
   */
  channels: number[];
  /** Conversions that it led to. */
  n_conversions: number;
  /** How often it led to none. */
  n_lost: number;
  /** What its conversions are worth; none if the query names no value. */
  value: number | null;
}

/** Conversions without a touch. */
export interface Unattributed {
  /** How many. */
  n_conversions: number;
  /** What they are worth; none as in the whole answer. */
  value: number | null;
}

/** One metric. */
export interface MetricResult {
  /** How often arms that do not differ seem to; none if it is not asked for. */
  aa: AaResult | null;
  /** All users. */
  all: GroupEffects;
  /** The value that larger ones count as; none if they count as they are. */
  cap: number | null;
  /** Users whose time is not over, who are left out of this metric. */
  n_not_over: number;
  /** Each of the query's segments. */
  segments: GroupEffects[];
  /**
   * By which share of the variance CUPED makes it smaller, 0 to 1: 0 says that what users did before
   * foretells nothing. None if it is not asked for or does not fit the metric.
   */
  variance_reduction: number | null;
}

/** How often arms that do not differ seem to, on the same users dealt out at random. */
export interface AaResult {
  /** How many times they were dealt out. */
  n_runs: number;
  /**
   * How often the p-value was below 5 %, with Wilson's interval: about 5 % if the test can be trusted on such
   * data, less for small numbers.
   */
  rate: Rate | null;
}

/** One metric for a group of users. */
export interface GroupEffects {
  /** The variants' arms, in their order. */
  arms: ArmResult[];
  /** Each variant but the first against it. */
  comparisons: Comparison[];
}

/** One variant's users by one metric. */
export interface ArmResult {
  /**
   * The probability that this variant is the best one, given the data and no opinion before (a uniform prior
   * for shares, a flat one for means).
   */
  best_chance: number | null;
  /** How much is lost on average by choosing it, in the metric's unit. */
  expected_loss: number | null;
  /** Its upper end. */
  high: number | null;
  /** The mean's 95 % interval: Wilson's for shares, else Student's; none below two users. */
  low: number | null;
  /** The mean, or the ratio; none without users. As CUPED leaves it, if it is asked for. */
  mean: number | null;
  /** Users. */
  n_users: number;
  /** Users whose number is not 0. */
  n_with: number;
}

/** A variant against the control. */
export interface Comparison {
  /** How many more days that takes at the pace of exposures so far; 0 if there are enough. */
  days_needed: number | null;
  /** What is found; none where `problem` says why not. */
  effect: Effect | null;
  /** Why nothing can be told. */
  problem: Problem | null;
  /**
   * How many users each arm needs to find the effect that matters; none if the control's mean is 0 or
   * unknown.
   */
  users_needed: number | null;
  /** The variant, as an index. */
  variant: number;
}

/** A difference. */
export interface Effect {
  /** The same, adjusted for the number of comparisons. */
  adjusted_p_value: number;
  /** For looks at any time; none with fewer than 50 users in an arm. */
  any_time: AnyTime | null;
  /** The variant's mean minus the control's. */
  difference: number;
  /** Upper end. */
  high: number;
  /**
   * The difference as a share of the control's mean, with its 95 % interval (of the ratio's logarithm); none
   * if a mean is not above 0.
   */
  lift: Lift | null;
  /** Lower end of its 95 % interval: Newcombe's for shares, else Welch's. */
  low: number;
  /** Two-sided, for a look at a time that was set before. */
  p_value: number;
  /** The smallest difference that so many users find with the query's power. */
  smallest_effect: number;
  /** How it was computed. */
  test: TestKind;
}

/** What is right at whatever time one looks, and however often. */
export interface AnyTime {
  /** The same, adjusted for the number of comparisons. */
  adjusted_p_value: number;
  /** Upper end. */
  high: number;
  /** Lower end of an interval that holds the difference at all times, 19 times in 20. */
  low: number;
  /** The probability of such evidence ever, if there were no difference, at most. */
  p_value: number;
}

/** A difference as a share of the control's mean. */
export interface Lift {
  high: number;
  lift: number;
  low: number;
}

/** How a p-value was computed. */
export type TestKind =
  /** Two shares: Pearson's χ², which is the square of the pooled z. */
  | 'two_proportion'
  /** Two shares where fewer than 5 users are expected in a cell: Fisher's exact test. */
  | 'fisher'
  /** Two means: Welch's t. */
  | 'welch'
  /** Two ratios: Welch's t with variances by the delta method. */
  | 'delta';

/** Why a comparison says nothing. */
export type Problem =
  /** An arm has no users. */
  | 'empty'
  /** An arm has fewer than ten users, too few for means. */
  | 'too_few'
  /** All users have the same number, or nothing is there to divide by. */
  | 'no_variance';

/** Whether users were dealt out as they were to be. */
export interface SampleRatio {
  /**
   * Pearson's χ² of the numbers of users; none below two variants or where fewer than 5 users are expected in
   * one.
   */
  chi_squared: number | null;
  /** What that means. */
  outcome: SampleRatioOutcome;
  /** The probability of such numbers or odder ones by chance. */
  p_value: number | null;
}

/** What the numbers of users say. */
export type SampleRatioOutcome =
  /** They fit. */
  | 'holds'
  /**
   * A sample-ratio mismatch: chance brings this about less than once in a thousand times. Something loses
   * users of one variant or counts others twice.
   */
  | 'mismatch'
  /** There are too few users to tell. */
  | 'too_few';

/** A variant and who got it. */
export interface VariantUsers {
  /** The share of the users it was to get. */
  expected_share: number;
  /** Users. */
  n_users: number;
  /** Its name. */
  name: string;
}

/** What to conclude. */
export type Verdict =
  /** There are fewer than two variants with users. */
  | { kind: 'no_comparison' }
  /** Users were not dealt out as they were to be: find out why before anything else. */
  | { kind: 'sample_ratio_mismatch' }
  /** There is too little data to compare by the first metric. */
  | { kind: 'too_few_users' }
  /** A variant is better than the control. */
  | {
    kind: 'better';
    /** The best of them, as an index. */
    variant: number;
  }
  /** No variant is better than the control, and at least one is worse. */
  | {
    kind: 'worse';
    /** The worst of them. */
    variant: number;
  }
  /** Nothing is sure yet. */
  | { kind: 'undecided' };

/** A curve by Kaplan and Meier. */
export interface SurvivalCurve {
  /**
   * Mean time until it happens, up to the end of the curve (restricted mean), in steps; none without users.
   */
  mean_steps: number | null;
  /** The first step by whose end it has happened to half, from 0; none if it has not. */
  median_step: number | null;
  /**
   * The shifted beta-geometric model of who stays, for as many steps again; none where too few leave to tell.
   */
  model: StayModel | null;
  /** To whom it happened within the steps. */
  n_events: number;
  /** Users. */
  n_users: number;
  /** The steps, in order. */
  points: SurvivalPoint[];
}

/** A shifted beta-geometric model (Fader & Hardie 2007). */
export interface StayModel {
  /** First parameter. */
  alpha: number;
  /** Second parameter. */
  beta: number;
  /** The share that stays after each step, twice as many as the curve has. */
  survival: number[];
}

/** One step of a curve. */
export interface SurvivalPoint {
  /**
   * `n_events` ÷ `n_at_risk`: the chance that it happens in this step to whom it has not yet; none where
   * nobody is at risk.
   */
  hazard: number | null;
  /** Upper end. */
  high: number | null;
  /** Lower end of its 95 % interval: Greenwood's variance, symmetric in `ln(−ln S)`. */
  low: number | null;
  /** Users watched to whom it had not happened before. */
  n_at_risk: number;
  /** Who are watched no longer after it. */
  n_censored: number;
  /** To whom it happens in this step. */
  n_events: number;
  /** The share to whom it has not happened by the end of the step; none where nobody was at risk any more. */
  survival: number | null;
}

/** Whether segments differ. */
export interface LogRankResult {
  /** The statistic. */
  chi_squared: number;
  /** Segments less one. */
  freedom: number;
  /**
   * The probability of such a difference or a greater one if there were none; 0 stands for less than 1e-300.
   */
  p_value: number;
}

/** Customers whose first purchase lies in one period. */
export interface ValueCohort {
  /** Customers. */
  n_customers: number;
  /** When the period starts. */
  start: Millis;
  /**
   * What a customer has been worth by the end of each length of time after the first purchase, on average:
   * money, or purchases if the query names no value. None from where on not all of them have been customers
   * so long.
   */
  values: (number | null)[];
}

/** What the model says of the customers. */
export interface Forecast {
  /** Customers by that probability, in tenths: 0 to 0.1, …, 0.9 to 1; of those that it is fitted to. */
  alive: number[];
  /**
   * The mean probability that a customer is still there. Those who bought once count as there, by
   * construction.
   */
  alive_rate: number;
  /** Purchases that a customer is expected to make in the days ahead, on average. */
  purchases: number;
  /** Upper end. */
  purchases_high: number | null;
  /** Lower end of its 95 % interval, as far as the parameters are unsure. */
  purchases_low: number | null;
  /** Purchases that somebody who becomes a customer today is expected to make besides the first. */
  purchases_of_new: number;
  /** What these are expected to be worth; none without a model of that. */
  value: number | null;
}

/** A forecast held against what happened. */
export interface Holdout {
  /** Purchases made in all. */
  actual: number;
  /** Purchases foretold in all. */
  expected: number;
  /** Customers by repeat purchases before, 0 to 6, and 7 or more. */
  rows: HoldoutRow[];
}

/** Customers with so many repeat purchases before. */
export interface HoldoutRow {
  /** Purchases that each made. */
  actual: number | null;
  /** Purchases foretold for each, on average; none without customers. */
  expected: number | null;
  /** Customers. */
  n_customers: number;
  /** Repeat purchases before; the last row's or more. */
  n_repeats: number;
}

/** The model of purchases, in days. */
export interface BuyModel {
  /** First parameter of the chances to leave after a purchase. */
  a: number;
  /** Their scale, in days. */
  alpha: number;
  /** Second one. */
  b: number;
  /** The logarithm of the likelihood. */
  log_likelihood: number;
  /** To how many customers it is fitted: all, or a sample of them. */
  n_fitted: number;
  /** Shape of the rates of purchase. */
  r: number;
}

/** Why something is not foretold. */
export type FitProblem =
  /** Fewer than 30 customers bought again. */
  | 'too_few_repeats'
  /** Nobody seems to leave, so that there is no telling when they do. Count purchases over a longer time. */
  | 'nobody_leaves'
  /** The likelihood has no maximum: the data do not look like the model. */
  | 'not_converged'
  /**
   * Who buys more often spends more or less at a time: the correlation is beyond ±0.3, which the model takes
   * to be 0.
   */
  | 'spend_depends_on_frequency';

/** What the model says of a segment. */
export interface SegmentForecast {
  /** The mean probability that they are still there; none without any. */
  alive_rate: number | null;
  /** Customers in it, of those that the model is fitted to. */
  n_customers: number;
  /** Purchases that each is expected to make in the days ahead, on average. */
  purchases: number | null;
  /** What these are expected to be worth. */
  value: number | null;
}

/** The model of what purchases are worth. */
export interface SpendModel {
  /**
   * The correlation between how often customers buy again and what it is worth on average; should be near 0.
   */
  correlation: number;
  /** Their scale. */
  gamma: number;
  /** Shape of a customer's purchases. */
  p: number;
  /** Shape of the customers' means. */
  q: number;
}

/** How one feature is adopted. */
export interface FeatureAdoption {
  /** Rogers' categories by share of all users: where each begins and how many of it have adopted. */
  categories: AdopterCategory[];
  /** Uses of an adopter, on average: the depth; none without adopters. */
  events_per_adopter: number | null;
  /** The fitted curve; none where `problem` says why not. */
  model: SpreadModel | null;
  /** Users with at least one use. */
  n_adopters: number;
  /** Uses. */
  n_events: number;
  /** Users with uses on at least two occasions: more than one event. */
  n_repeaters: number;
  /** Every period of the data or the range, in order. */
  periods: AdoptionPeriod[];
  /** Why there is no curve. */
  problem: SpreadProblem | null;
  /** These divided by all users, with Wilson's interval; none without users. */
  rate: Rate | null;
}

/** One of Rogers' (1962) categories. */
export interface AdopterCategory {
  /** Which. */
  category: Category;
  /** The period in which the first of them adopted, as an index; none if none has. */
  first_period: number | null;
  /** Users of it who have adopted. */
  n_adopters: number;
  /** How many it is to have, of all users. */
  n_users: number;
}

/** Rogers' categories: the first 2.5 % of all, then 13.5 %, 34 %, 34 % and 16 %. */
export type Category = 'innovators' | 'early_adopters' | 'early_majority' | 'late_majority' | 'laggards';

/** Bass' model (1969), by period from the first use's on. */
export interface SpreadModel {
  /** New adopters of the periods ahead, beginning with the first that was not over. */
  ahead: SpreadForecast[];
  /** How many will have adopted in the end. */
  m: number;
  /** The share of those who have not yet that adopts by itself in a period: innovation. */
  p: number;
  /** How many periods after the first use's start adoption is fastest. */
  peak: number;
  /** How much others add to that: imitation. */
  q: number;
  /** Which share of the variance of new adopters the curve explains. */
  r_squared: number;
  /**
   * The shares of innovators, early adopters, early majority, late majority and laggards by the curve's
   * turning points (Mahajan, Muller & Srivastava 1990); none if the curve has no peak after its start.
   */
  shares: number[] | null;
}

/** New adopters of a period to come. */
export interface SpreadForecast {
  /** Upper end. */
  high: number;
  /** Lower end of a band that is as wide as the curve was wrong so far, 95 %. */
  low: number;
  /** As the curve says. */
  n_new: number;
}

/** One period of a curve. */
export interface AdoptionPeriod {
  /** Whether it was over at the end of the data; the curve is fitted to those that were. */
  is_over: boolean;
  /** Users whose first use lies in it. */
  n_new: number;
  /** Users whose first use lies in it or before. */
  n_total: number;
  /** When it starts. */
  start: Millis;
}

/** Why there is no curve. */
export type SpreadProblem =
  /** Fewer than six periods that are over, or ten adopters. */
  | 'too_few'
  /** Adoption has not begun to slow down, so that the data do not tell how many will adopt. */
  | 'no_peak_yet'
  /** No curve of this kind fits. */
  | 'not_converged';

/** Where a number is going. */
export interface GoalForecast {
  /** The probability that the target is met. */
  chance: number;
  /** Upper end. */
  high: number;
  /** Lower end of its 95 % prediction interval. */
  low: number;
  /** The number at the due date. */
  value: number;
}

/** Whether a guard holds. */
export interface GuardResult {
  /** Whether it lies within the bounds; none without a value. */
  is_kept: boolean | null;
  /** The last complete period's value; none if there is none. */
  value: number | null;
}

/** One period. */
export interface GoalPeriod {
  /** Whether it is over. */
  is_complete: boolean;
  /** The goal's number by its end: the sum so far, or the value. */
  number: number | null;
  /** When it starts. */
  start: Millis;
  /** The trend's value; none where there is nothing to tell. */
  value: number | null;
}

/** Where a goal stands. */
export type GoalStatus =
  /** The target is met. */
  | 'reached'
  /** The due date has passed without it. */
  | 'missed'
  /** It will more likely than not be met. */
  | 'on_pace'
  /** It will more likely than not be missed. */
  | 'behind'
  /** Too few periods to tell. */
  | 'too_early';

/** A person's choices about one file. `Mapping::default()` takes everything as guessed. */
export interface Mapping {
  /** Choices about columns, in any order; columns that are not listed are taken as guessed. */
  columns?: ColumnChoice[];
  /** What comes first in dates such as `03/04/2026`; none is guessed. */
  date_order?: DateOrder | null;
  /** What separates a number's whole part from its fraction; none is guessed. */
  decimal_mark?: DecimalMark | null;
  /** Which event every row is, if no column tells; none is the file's name without its endings. */
  event_name?: string | null;
  /**
   * Whether a delimited file's first record holds the columns' names; none is guessed. Heard by `preview`,
   * which has to be asked again after a change.
   */
  has_header?: boolean | null;
  /**
   * What separates a delimited file's fields (an ASCII character); none is guessed. Heard by `preview`, which
   * has to be asked again after a change.
   */
  separator?: string | null;
  /** IANA name of the zone for times without one; none is UTC. */
  zone?: string | null;
}

/** A person's choices about one column. */
export interface ColumnChoice {
  /**
   * What it holds; none is as guessed. A guessed kind gives way to text when values contradict it; a chosen
   * one is kept, and such values become missing.
   */
  kind?: Kind | null;
  /** The column's name, as in the preview. Default: ''. */
  name?: string;
  /**
   * What it means; none is as guessed. A role that only one column can have (user, time, event) and that is
   * chosen here is taken away from the column that it was guessed for.
   */
  role?: Role | null;
  /** How its times are written; none is as guessed. */
  time_format?: TimeFormat | null;
}

/**
 * How a column's times are written. A value without zone or offset is local time in the mapping's zone; a
 * date without a time of day is its midnight.
 *
 * A column is written in one way, and what is written otherwise is no time: `03/04/2026` among times of the
 * form `2026-03-04` may be either of two days. All forms that begin with the year are one way. Spaces around
 * a value do not count, and what is finer than a millisecond is cut off.
 */
export type TimeFormat =
  /** Year first: `2026-03-01T10:15:00.250Z`, `2026-03-01 10:15`, `2026/03/01`, `20260301T101500+0100`. */
  | 'iso'
  /** Day, month, year: `01.03.2026 10:15`, `01/03/2026`, `1-3-26`. */
  | 'day_first'
  /** Month, day, year: `03/01/2026 10:15 AM`, `3/1/26`. */
  | 'month_first'
  /**
   * An English month's name: `Mar 1, 2026 10:15`, `1 March 2026`, `Sun, 01 Mar 2026 10:15:00 +0100` (RFC
   * 2822).
   */
  | 'month_name'
  /** Digits only, year first: `20260301`, `202603011015`, `20260301101500`. */
  | 'compact'
  /** Seconds since 1970 in UTC: `1772360100`, `1772360100.25`. */
  | 'epoch_seconds'
  /** Milliseconds since 1970 in UTC. */
  | 'epoch_millis'
  /** Microseconds since 1970 in UTC. */
  | 'epoch_micros'
  /** Nanoseconds since 1970 in UTC. */
  | 'epoch_nanos';

/** What comes first in dates written with numbers only, such as `03/04/2026`. */
export type DateOrder =
  /** The 3rd of April. */
  | 'day_first'
  /** March 4th. */
  | 'month_first';

/** What separates a number's whole part from its fraction. */
export type DecimalMark =
  /** `29.90` */
  | 'point'
  /** `29,90` */
  | 'comma';

/** What a file seems to be. */
export interface Preview {
  /** The columns, in the file's order. */
  columns: ColumnGuess[];
  /** Whether it is compressed. */
  compression: Compression;
  /**
   * What comes first in dates written with numbers only, as chosen or as a value proves. None if nothing
   * tells: then the month comes first before slashes, and the day before dots and hyphens.
   */
  date_order: DateOrder | null;
  /** What separates a number's whole part from its fraction. */
  decimal_mark: DecimalMark;
  /** How its characters are written. */
  encoding: Encoding;
  /** How its records are written. */
  format: Format;
  /**
   * Whether the first record holds the columns' names; true for JSON, whose records name their own fields.
   */
  has_header: boolean;
  /**
   * The choices that were heard, completed with the zone and, where no column tells the event, its name: a
   * start for the person to edit. One entry for each column, in order, nothing chosen but what was chosen
   * before.
   */
  mapping: Mapping;
  /**
   * The first rows, at most 20; in each as many values as there are columns, none for a missing one. Texts
   * longer than 200 characters are cut, with an ellipsis.
   */
  rows: (string | null)[][];
}

/** What a column seems to be. */
export interface ColumnGuess {
  /** Whether its times tell their zone, if it has a time format. */
  clock: Clock | null;
  /** Its first distinct values, at most 5, cut at 200 characters. */
  examples: string[];
  /** What it seems to hold. */
  kind: Kind;
  /** Share of the sampled rows without a value, 0..1; 0 if no row was sampled. */
  missing_rate: number;
  /** Its name, unique in the file: a repeated name got ` (2)`, an empty one is `column 3`. */
  name: string;
  /** What it seems to mean. */
  role: Role;
  /**
   * How its times are written, if any of its values can be read as a time (even where the kind is another):
   * in the way that reads most.
   */
  time_format: TimeFormat | null;
  /** Why. */
  why_kind: KindReason;
  /** Why the day or the month was taken to come first, if it has such dates. */
  why_order: OrderReason | null;
  /** Why. */
  why_role: RoleReason;
}

/** Whether a column's times tell their zone. */
export type Clock =
  /** Every value names an offset, or is an epoch time. */
  | 'zoned'
  /** No value does: the mapping's zone is used. */
  | 'local'
  /** Some do. */
  | 'mixed';

/** Why a column seems to hold what it holds. */
export type KindReason =
  /** All sampled values are numbers. */
  | { code: 'all_numbers' }
  /** All sampled values are times. */
  | { code: 'all_times' }
  /** It has the role time, and some of its values are no times: their rows will be skipped. */
  | {
    code: 'some_times';
    /** The first of those, shortened. */
    example: string;
  }
  /** A value is neither a number nor a time. */
  | {
    code: 'words';
    /** That value, shortened. */
    example: string;
  }
  /** A value looks like a number, but would not survive as one, such as `007` or an id of 17 digits. */
  | {
    code: 'would_change';
    /** That value. */
    example: string;
  }
  /** No sampled row has a value. */
  | { code: 'no_values' };

/** Why the day or the month was taken to come first. */
export type OrderReason =
  /** A value allows only that order, such as `25/12/2026`. */
  | {
    code: 'proved';
    /** That value. */
    example: string;
  }
  /**
   * No value of this column tells, but those of another one do, or those of the same column in another file.
   */
  | { code: 'other_column' }
  /** No value tells: `.` and `-` are taken for day first, `/` for month first. */
  | { code: 'assumed' }
  /** The person chose it. */
  | { code: 'chosen' };

/** Why a column seems to have its role. */
export type RoleReason =
  /** Its name holds a word that such columns usually have, and its values do not speak against it. */
  | {
    code: 'name';
    /** The word. */
    word: string;
  }
  /** No name told, and its values repeat the way user ids do. */
  | { code: 'repeating_ids' }
  /** No name told, and it is the first column of times. */
  | { code: 'first_times' }
  /** No name told, and it has few values that repeat, as event names do. */
  | { code: 'few_values' }
  /** Its texts are long, as those that people write are. */
  | { code: 'long_texts' }
  /** Nothing speaks for a role. */
  | { code: 'no_sign' };

/** Whether a file is compressed. */
export type Compression = 'none' | 'gzip';

/** How a file's characters are written. */
export type Encoding = 'utf8' | 'utf8_bom' | 'utf16le' | 'utf16be';

/** How a file's records are written. */
export type Format =
  /** Fields between separators, as in CSV and TSV (RFC 4180). */
  | {
    kind: 'delimited';
    /** Around fields that hold separators, quotes or line ends. */
    quote: string;
    /** Between two fields: one of `,` `;` tab `|`, unless chosen otherwise. */
    separator: string;
  }
  /** One JSON object on each line. */
  | { kind: 'ndjson' }
  /** One JSON array of objects, by itself or as a member of one object. */
  | { kind: 'json_array' }
  /** JSON objects one after another, each over several lines, as `jq` prints them. */
  | { kind: 'json_objects' };

/** What was read, skipped and mended. */
export interface LoadReport {
  /** The files, in the order in which their rows stand in the table. */
  files: FileReport[];
  /** Bytes of all files. */
  n_bytes: number;
  /** Rows that equal an earlier one in all columns. They are in the table. */
  n_duplicates: number;
  /** Rows of the table. */
  n_events: number;
  /** Records read, without the header and empty lines: `n_events + n_skipped`. */
  n_rows: number;
  /** Records that are not in the table. */
  n_skipped: number;
  /** The first `LoadReport::MAX_SKIPPED` skipped records, in the files' order. */
  skipped: Skipped[];
  /** What was skipped or mended, in the order of `WarningKind`; only kinds that occurred. */
  warnings: Warning[];
  /** The zone used for times without one, as an IANA name; none if no time needed it. */
  zone: string | null;
}

/** What was read of one file. */
export interface FileReport {
  /** Its bytes. */
  n_bytes: number;
  /** Records read of it, without the header and empty lines. */
  n_rows: number;
  /** Those that are not in the table. */
  n_skipped: number;
  /** Its name. */
  name: string;
}

/** One skipped record. */
export interface Skipped {
  /** Which file: its place in `LoadReport::files`, counted from 0. */
  file: number;
  /** Why. */
  kind: WarningKind;
  /** Line of the decompressed file on which the record starts, counted from 1. */
  line: number;
  /** Record, counted from 1 without the header and empty lines. */
  record: number;
  /** The record as it stands in the file, shortened. */
  text: string;
}

/**
 * Kinds of trouble. A row that is skipped counts once, for the first reason in this order, and not for what
 * else is wrong with it.
 */
export type WarningKind =
  /** Skipped: the record is not a JSON object. */
  | 'bad_json'
  /** Skipped: no user. */
  | 'missing_user'
  /** Skipped: no time. */
  | 'missing_time'
  /** Skipped: the time cannot be read. */
  | 'bad_time'
  /** Skipped: no event name. */
  | 'missing_event'
  /** Kept: fewer fields than columns; the others are missing. */
  | 'short_row'
  /** Kept: more fields than columns; the surplus is ignored. */
  | 'long_row'
  /** Kept: bytes that are not in the file's encoding became U+FFFD. Counted by value. */
  | 'bad_utf8'
  /** Kept: the file ends inside quotes; the field goes to the end of the file. */
  | 'open_quote'
  /** Kept: a local time that the clocks showed twice; the earlier instant is taken. */
  | 'ambiguous_time'
  /** Kept: a local time that the clocks skipped; it is moved forward by the length of the gap. */
  | 'skipped_time'
  /** Kept: not a number, in a column that was chosen to hold numbers; missing. */
  | 'bad_number'
  /** Kept: not a time, in a column (not the event's time) that was chosen to hold times; missing. */
  | 'bad_time_value'
  /**
   * Kept: a column that seemed to hold numbers or times holds other values too, and was read as text. Counted
   * by column; the example is the first such value.
   */
  | 'retyped'
  /**
   * Kept: a record has a field that is not among the columns and would exceed their greatest number; it is
   * ignored.
   */
  | 'too_many_columns';

/** One kind of trouble, counted. */
export interface Warning {
  /** The first occurrences, at most `LoadReport::MAX_EXAMPLES`. */
  examples: Example[];
  /** Which kind. */
  kind: WarningKind;
  /** How often. */
  n: number;
}

/** Where something happened. */
export interface Example {
  /** The column's name, if one column is at fault. */
  column?: string | null;
  /** Which file: its place in `LoadReport::files`, counted from 0. */
  file: number;
  /** Line of the decompressed file on which the record starts, counted from 1. */
  line: number;
  /** Record, counted from 1 without the header and empty lines. */
  record: number;
  /** The value at fault if one column is, else the record; shortened. */
  text: string;
}

/**
 * The columns of a table, and the facts about the whole data set that queries are checked against. All shards
 * of one data set have the same schema.
 */
export interface Schema {
  /** The columns, in the file's order. */
  columns: ColumnInfo[];
  /** The column with the role event. */
  event: ColumnIdx;
  /** Events in the whole data set. */
  n_events: number;
  /** Users in the whole data set. */
  n_users: number;
  /** First and last instant of the whole data set; none if it has no events. */
  span: [Millis, Millis] | null;
  /** The column with the role time. */
  time: ColumnIdx;
  /** The column with the role user. */
  user: ColumnIdx;
}

/** One column. */
export interface ColumnInfo {
  /** What it holds. */
  kind: Kind;
  /** Its name, unique in the table. */
  name: string;
  /** What it means. */
  role: Role;
}

/** A column's place in the schema. */
export type ColumnIdx = number;

/** A failure as it travels to the page or to JavaScript. */
export interface Failure {
  /** Stable code in snake_case, for programs and for translations. */
  code: string;
  /** What happened and what to do, in plain English. */
  message: string;
  /** Where it happened, if it happened somewhere. */
  position?: Position | null;
}

/** Where in a file or a query something is wrong. All parts are optional. */
export interface Position {
  /** Byte offset in the file. */
  byte?: number | null;
  /** The column's name. */
  column?: string | null;
  /** The query's field, as in `QueryError::field`. */
  field?: string | null;
  /** The file's name. */
  file?: string | null;
  /** Line, counted from 1. */
  line?: number | null;
  /** Record, counted from 1 without the header. */
  record?: number | null;
}
