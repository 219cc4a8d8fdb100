//! Sequences: who has done what in which order, in the pattern language of [`crate::kernel::pattern`].
//!
//! ```text
//! pattern    signup -> [^purchase]* -> cancel
//! user 1     signup visit cancel signup cancel       2 matches
//! user 2     signup purchase cancel                  none
//! ```
//!
//! One round; a user costs O(rows × parts of the pattern that a row can be).

use serde::{Deserialize, Serialize};

use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::pattern::{Matcher, Pattern, Rows};
use crate::kernel::scope::ScopeFilter;
use crate::kernel::sessions::Sessions;
use crate::kernel::smallest::Smallest;
use crate::rule::{EventRule, Scope, SessionRule};
use crate::stats::interval::{Rate, wilson};
use crate::table::{Bucket, Table, UserIdx};
use crate::time::Millis;

/// Asks who has done what in which order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SequenceQuery {
    /// Which users and rows.
    pub scope: Scope,
    /// The pattern, as `docs/patterns.md` says.
    pub pattern: String,
    /// Names of the pattern that stand for more than an event; they hide events of their name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<SequenceTerm>,
    /// Which rows the pattern is held against.
    pub rows: Rows,
    /// What a match must lie in: all of a user's rows unless something else is said.
    pub sessions: SessionRule,
    /// What is listed for a user without a match.
    pub without: Without,
    /// How many users are listed, the first ones by the bytes of their ids.
    pub user_limit: u32,
    /// Which users are listed.
    pub users: Listed,
}

impl Default for SequenceQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            pattern: String::new(),
            terms: Vec::new(),
            rows: Rows::default(),
            sessions: SessionRule::History,
            without: Without::default(),
            user_limit: 100,
            users: Listed::default(),
        }
    }
}

/// A name of a pattern and what it stands for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SequenceTerm {
    /// The name.
    pub name: String,
    /// Which rows it stands for.
    #[serde(default)]
    pub rule: EventRule,
}

/// What is listed for a user without a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Without {
    /// Nothing.
    #[default]
    Nothing,
    /// The first match of as much of the pattern, from its beginning, as has one. Costs a pass for each part of it.
    LongestBeginning,
}

/// Which users are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// Those with a match.
    #[default]
    Matching,
    /// All in scope.
    All,
}

/// Who has done it, and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SequenceAnswer {
    /// Users with at least one row in scope.
    pub n_users: u64,
    /// Users with at least one match.
    pub n_matching: u64,
    /// `n_matching` ÷ `n_users`; none if that is 0.
    pub rate: Option<Rate>,
    /// Matches, which never share a row.
    pub n_matches: u64,
    /// Mean time from the first row of a match to its last, over the matches; none if there are none that have rows.
    pub mean_millis: Option<f64>,
    /// The users asked for.
    pub users: Vec<SequenceUser>,
}

/// A user and the user's matches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SequenceUser {
    /// Who.
    pub user: String,
    /// How many matches.
    pub n_matches: u64,
    /// When the rows of the first match lie that stand for a name or brackets; those of `.` are left out. What is listed
    /// for a user without a match is the query's to say.
    pub first_match_millis: Vec<Millis>,
}

impl SequenceQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the pattern cannot be read or names an unknown event: at `pattern[n]`, where n counts the characters before the
    /// place; if a term or the scope does not fit the table.
    pub fn check(&self, table: &Table) -> Result<Sequence, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        Sessions::new(self.sessions, table).map_err(|error| error.within("sessions"))?;
        let pattern: Pattern = self.pattern.parse().map_err(QueryError::from)?;
        let sequence = Sequence { query: self.clone(), pattern };
        sequence.matcher(&sequence.pattern, table)?;
        Ok(sequence)
    }
}

/// A checked [`SequenceQuery`].
#[derive(Debug)]
pub struct Sequence {
    query: SequenceQuery,
    pattern: Pattern,
}

impl Sequence {
    fn matcher<'t>(&self, pattern: &Pattern, table: &'t Table) -> Result<Matcher<'t>, QueryError> {
        let terms: Vec<(&str, &EventRule)> =
            self.query.terms.iter().map(|term| (term.name.as_str(), &term.rule)).collect();
        Matcher::new(pattern, &terms, self.query.rows, table)
    }
}

/// What a scan finds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_users: u64,
    n_matching: u64,
    n_matches: u64,
    n_timed: u64,
    sum_millis: u128,
    users: Smallest<SequenceUser>,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    sessions: Sessions<'t>,
    matcher: Matcher<'t>,
    /// Shorter and shorter beginnings of the pattern.
    beginnings: Vec<Matcher<'t>>,
    listed: Listed,
    user_limit: u32,
    rows: Vec<u32>,
}

impl Analysis for Sequence {
    type State = ();
    type Partial = Partial;
    type Answer = SequenceAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        let beginnings = match self.query.without {
            Without::Nothing => Vec::new(),
            Without::LongestBeginning => self.pattern.beginnings(),
        };
        Ok(Prepared {
            table,
            scope: ScopeFilter::new(&self.query.scope, table)?,
            sessions: Sessions::new(self.query.sessions, table).map_err(|error| error.within("sessions"))?,
            matcher: self.matcher(&self.pattern, table)?,
            beginnings: beginnings.iter().map(|part| self.matcher(part, table)).collect::<Result<_, _>>()?,
            listed: self.query.users,
            user_limit: self.query.user_limit,
            rows: Vec::new(),
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        if partial.n_users == 0 {
            partial.users = Smallest::new(prepared.user_limit);
        }
        for user in bucket.users() {
            prepared.scan_user(user, partial);
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.n_users += b.n_users;
        a.n_matching += b.n_matching;
        a.n_matches += b.n_matches;
        a.n_timed += b.n_timed;
        a.sum_millis += b.sum_millis;
        a.users.merge(b.users);
        a
    }

    fn step(&self, (): (), all: Partial, _: &Table) -> Step<(), SequenceAnswer> {
        Step::Done(SequenceAnswer {
            n_users: all.n_users,
            n_matching: all.n_matching,
            rate: wilson(all.n_matching, all.n_users),
            n_matches: all.n_matches,
            mean_millis: (all.n_timed > 0).then(|| all.sum_millis as f64 / all.n_timed as f64),
            users: all.users.in_order(),
        })
    }
}

impl Prepared<'_> {
    fn scan_user(&mut self, user: UserIdx, partial: &mut Partial) {
        let Self { table, scope, sessions, matcher, beginnings, rows, .. } = self;
        rows.clear();
        let met = |row: &usize| scope.meets_conditions(*row, user);
        rows.extend(scope.rows(table, user).filter(met).map(|row| row as u32));
        if rows.is_empty() {
            return;
        }
        partial.n_users += 1;
        let time = |row: u32| table.times[row as usize];
        let (mut n_matches, mut first) = (0, None);
        for session in sessions.cut(rows) {
            n_matches += matcher.find(session, user, |found| {
                first.get_or_insert_with(|| found.rows.iter().map(|&row| time(row)).collect::<Vec<_>>());
                if let Some((from, to)) = found.span {
                    partial.n_timed += 1;
                    partial.sum_millis += u128::from(time(to).since(time(from)).unsigned_abs());
                }
            });
        }
        partial.n_matches += n_matches;
        partial.n_matching += u64::from(n_matches > 0);
        if self.user_limit == 0 || (n_matches == 0 && self.listed == Listed::Matching) {
            return;
        }
        for beginning in beginnings {
            if first.is_some() {
                break;
            }
            for session in sessions.cut(rows) {
                beginning.find(session, user, |found| {
                    first.get_or_insert_with(|| found.rows.iter().map(|&row| time(row)).collect());
                });
            }
        }
        let id = table.users.id(user).to_owned();
        partial.users.push(SequenceUser {
            user: id,
            n_matches,
            first_match_millis: first.unwrap_or_default(),
        });
    }
}

impl From<SequenceAnswer> for Answer {
    fn from(answer: SequenceAnswer) -> Self {
        Self::Sequence(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Query;
    use crate::testing::{Sheet, answer_on_any_shards};

    fn ask(sheet: &Sheet, query: &SequenceQuery) -> SequenceAnswer {
        match answer_on_any_shards(sheet, &Query::Sequence(query.clone())) {
            Answer::Sequence(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    fn sheet() -> Sheet {
        let rows =
            [("a", "signup visit cancel signup cancel"), ("b", "signup purchase cancel"), ("c", "visit")];
        let mut sheet = Sheet::new();
        for (user, events) in rows {
            for (at, event) in events.split(' ').enumerate() {
                sheet.push(user, at as i64 * 1_000, event, Vec::new());
            }
        }
        sheet
    }

    #[test]
    fn users_and_matches_are_counted_and_the_first_match_is_listed() {
        let query = SequenceQuery {
            pattern: "signup -> [^purchase]* -> cancel".to_owned(),
            ..SequenceQuery::default()
        };
        let answer = ask(&sheet(), &query);
        assert_eq!((answer.n_users, answer.n_matching, answer.n_matches), (3, 1, 2));
        assert_eq!(answer.mean_millis, Some(1_500.0));
        let first = vec![Millis(0), Millis(1_000), Millis(2_000)];
        assert_eq!(
            answer.users,
            [SequenceUser { user: "a".to_owned(), n_matches: 2, first_match_millis: first }]
        );
    }

    #[test]
    fn a_user_without_a_match_shows_how_far_the_pattern_came() {
        let query = SequenceQuery {
            pattern: "signup -> purchase -> cancel -> visit".to_owned(),
            without: Without::LongestBeginning,
            users: Listed::All,
            ..SequenceQuery::default()
        };
        let lengths: Vec<usize> =
            ask(&sheet(), &query).users.iter().map(|user| user.first_match_millis.len()).collect();
        assert_eq!(lengths, [1, 3, 0]);
    }

    #[test]
    fn a_wrong_pattern_is_refused_at_its_character() {
        let query = SequenceQuery { pattern: "signup -> nothing".to_owned(), ..SequenceQuery::default() };
        let error = query.check(&sheet().table()).unwrap_err();
        assert_eq!(error.field, "pattern[10]");
        assert_eq!(error.problem.to_string(), "there is no event \"nothing\" in the data, at character 11");
    }
}
