//! Cuts a user's rows into sessions: by gaps, by a column, or not at all.
//!
//! ```text
//! gap 30 min   09:00 a   09:10 b   │   09:40 c   09:45 d      30 minutes cut, unless the rule's edge joins
//! column       09:00 x   09:01 y   09:02 x   09:03 –          {09:00, 09:02}, {09:01}, {09:03}
//! ```
//!
//! Sessions come in the order of their first rows, and the rows of each in the table's order.

use crate::error::{QueryError, QueryProblem};
use crate::rule::{GapEdge, SESSION_GAP_MILLIS, SessionRule};
use crate::table::{Column, MISSING, Numbers, Role, Table, TextColumn};
use crate::time::Millis;

/// A compiled [`SessionRule`] and scratch memory, so that cutting a user's rows allocates nothing once it has grown.
#[derive(Debug)]
pub struct Sessions<'t> {
    times: &'t [Millis],
    by: By<'t>,
    pieces: Vec<Piece>,
    /// Rows by session, where they do not lie so already.
    rows: Vec<u32>,
    /// For each session, the end of its rows.
    ends: Vec<u32>,
}

/// A length of time that tells sessions apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The longest time between neighbors of one session.
    longest: i64,
}

#[derive(Clone, Copy, Debug)]
enum By<'t> {
    Gap(Gap),
    History,
    Text(&'t TextColumn),
    Number(&'t Numbers),
    Time(&'t [Millis]),
}

/// What makes rows one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// They share a value.
    Id(u64),
    /// They have none, and this many gaps lie before them.
    Gap(u32),
}

/// Neighboring rows of one session.
#[derive(Clone, Copy, Debug)]
struct Piece {
    key: Key,
    start: u32,
    end: u32,
    /// Where the session's first piece starts.
    first: u32,
}

impl Gap {
    /// Gaps of `millis` that cut or join. O(1).
    pub const fn new(millis: i64, edge: GapEdge) -> Self {
        let longest = match edge {
            GapEdge::Cuts => millis - 1,
            GapEdge::Joins => millis,
        };
        Self { longest }
    }

    /// Whether a new session starts at `next`, the instant of the row after the one at `time`.
    #[inline]
    pub const fn cuts(self, time: Millis, next: Millis) -> bool {
        next.since(time) > self.longest
    }

    /// The last instant that is of one session with `time`.
    pub(crate) const fn last_joined(self, time: Millis) -> Millis {
        time.plus(self.longest)
    }
}

impl<'t> Sessions<'t> {
    /// Compiles a rule. O(columns).
    ///
    /// # Errors
    /// If the gap is negative, or no column has the role session where the rule needs one; the field is relative to the
    /// rule.
    pub fn new(rule: SessionRule, table: &'t Table) -> Result<Self, QueryError> {
        let column = table.schema.with_role(Role::Session);
        let by = match (rule, column) {
            (SessionRule::Gap { gap_millis, edge }, _) => {
                QueryError::check_range("gap_millis", gap_millis, 0, i64::MAX)?;
                By::Gap(Gap::new(gap_millis, edge))
            }
            (SessionRule::History, _) => By::History,
            (SessionRule::Auto, None) => By::Gap(DEFAULT_GAP),
            (SessionRule::Column, None) => {
                let problem = QueryProblem::MissingRole { role: "session".to_owned() };
                return Err(QueryError::new("kind", problem));
            }
            (SessionRule::Auto | SessionRule::Column, Some(column)) => match table.column(column) {
                Column::Text(text) => By::Text(text),
                Column::Number(numbers) => By::Number(numbers),
                Column::Time(times) => By::Time(times),
                // These two have roles of their own.
                Column::User | Column::EventTime => By::History,
            },
        };
        let times = &table.times;
        Ok(Self { times, by, pieces: Vec::new(), rows: Vec::new(), ends: Vec::new() })
    }

    /// The gap, if nothing else cuts: for loops that need no list of rows.
    pub fn gap(&self) -> Option<Gap> {
        match self.by {
            By::Gap(gap) => Some(gap),
            _ => None,
        }
    }

    /// The sessions of one user's rows, which come in the table's order; some may have been left out. O(rows), and
    /// O(log) of the number of changes of value for each such change where a column cuts. No rows have no sessions.
    ///
    /// ```
    /// use cairn_engine::Millis;
    /// use cairn_engine::kernel::sessions::Sessions;
    /// use cairn_engine::rule::SessionRule;
    /// use cairn_engine::table::rows::Rows;
    /// let mut rows = Rows::new(Vec::new());
    /// for minutes in [0, 10, 40] {
    ///     rows.push("ada", Millis(minutes * 60_000), "visit", &[]);
    /// }
    /// let table = rows.build();
    /// let mut sessions = Sessions::new(SessionRule::Auto, &table)?;
    /// assert_eq!(sessions.cut(&[0, 1, 2]).collect::<Vec<_>>(), [&[0, 1][..], &[2]]);
    /// # Ok::<(), cairn_engine::QueryError>(())
    /// ```
    pub fn cut<'a>(&'a mut self, rows: &'a [u32]) -> impl ExactSizeIterator<Item = &'a [u32]> {
        self.ends.clear();
        let by_session = match self.by {
            By::Gap(gap) => {
                self.cut_by_gap(gap, rows);
                rows
            }
            By::History => {
                self.ends.extend((!rows.is_empty()).then_some(rows.len() as u32));
                rows
            }
            By::Text(_) | By::Number(_) | By::Time(_) => {
                self.cut_by_column(rows);
                &self.rows
            }
        };
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let session = &by_session[start..end as usize];
            start = end as usize;
            session
        })
    }

    fn cut_by_gap(&mut self, gap: Gap, rows: &[u32]) {
        let time = |row: u32| self.times[row as usize];
        for (at, pair) in rows.windows(2).enumerate() {
            if gap.cuts(time(pair[0]), time(pair[1])) {
                self.ends.push(at as u32 + 1);
            }
        }
        self.ends.extend((!rows.is_empty()).then_some(rows.len() as u32));
    }

    fn cut_by_column(&mut self, rows: &[u32]) {
        self.find_pieces(rows);
        if self.pieces.len() > 1 {
            self.pieces.sort_unstable_by_key(|piece| (piece.key, piece.start));
            for at in 1..self.pieces.len() {
                let before = self.pieces[at - 1];
                if before.key == self.pieces[at].key {
                    self.pieces[at].first = before.first;
                }
            }
            self.pieces.sort_unstable_by_key(|piece| (piece.first, piece.start));
        }
        self.rows.clear();
        for (at, piece) in self.pieces.iter().enumerate() {
            self.rows.extend_from_slice(&rows[piece.start as usize..piece.end as usize]);
            if self.pieces.get(at + 1).is_none_or(|next| next.first != piece.first) {
                self.ends.push(self.rows.len() as u32);
            }
        }
    }

    /// Joins neighboring rows of one session.
    fn find_pieces(&mut self, rows: &[u32]) {
        self.pieces.clear();
        let (mut without, mut n_gaps) = (None, 0);
        for (at, &row) in rows.iter().enumerate() {
            let key = self.id(row as usize).map_or_else(
                || {
                    let time = self.times[row as usize];
                    n_gaps += u32::from(without.is_some_and(|before| DEFAULT_GAP.cuts(before, time)));
                    without = Some(time);
                    Key::Gap(n_gaps)
                },
                Key::Id,
            );
            let at = at as u32;
            match self.pieces.last_mut() {
                Some(piece) if piece.key == key => piece.end = at + 1,
                _ => self.pieces.push(Piece { key, start: at, end: at + 1, first: at }),
            }
        }
    }

    fn id(&self, row: usize) -> Option<u64> {
        match self.by {
            By::Text(text) => Some(text.codes.get(row)).filter(|&code| code != MISSING).map(u64::from),
            // Adding 0 makes one zero of the two.
            By::Number(numbers) => numbers.get(row).map(|number| (number + 0.0).to_bits()),
            By::Time(times) => {
                Some(times[row]).filter(|&time| time != Column::NO_TIME).map(|time| time.0 as u64)
            }
            By::Gap(_) | By::History => None,
        }
    }
}

const DEFAULT_GAP: Gap = Gap::new(SESSION_GAP_MILLIS, GapEdge::Cuts);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::Kind;
    use crate::testing::Sheet;

    fn sessions_of(sheet: &Sheet, rule: SessionRule) -> Vec<Vec<u32>> {
        let table = sheet.table();
        let rows: Vec<u32> = (0..table.n_rows() as u32).collect();
        let mut sessions = Sessions::new(rule, &table).unwrap();
        sessions.cut(&rows).map(<[u32]>::to_vec).collect()
    }

    fn visits(times: &[i64]) -> Sheet {
        times.iter().fold(Sheet::new(), |sheet, &time| sheet.row("u", time, "visit", &[]))
    }

    #[test]
    fn a_gap_of_exactly_the_length_cuts_unless_the_edge_joins() {
        let sheet = visits(&[0, 9, 19, 30]);
        let rule = |edge| SessionRule::Gap { gap_millis: 10, edge };
        assert_eq!(sessions_of(&sheet, rule(GapEdge::Cuts)), [vec![0, 1], vec![2], vec![3]]);
        assert_eq!(sessions_of(&sheet, rule(GapEdge::Joins)), [vec![0, 1, 2], vec![3]]);
        assert_eq!(sessions_of(&visits(&[]), rule(GapEdge::Joins)), Vec::<Vec<u32>>::new());
    }

    #[test]
    fn half_an_hour_is_the_gap_without_a_rule_and_a_history_is_never_cut() {
        let sheet = visits(&[0, SESSION_GAP_MILLIS - 1, 2 * SESSION_GAP_MILLIS - 1]);
        assert_eq!(sessions_of(&sheet, SessionRule::Auto), [vec![0, 1], vec![2]]);
        assert_eq!(sessions_of(&sheet, SessionRule::History), [vec![0, 1, 2]]);
    }

    #[test]
    fn gaps_at_the_ends_of_time_do_not_overflow() {
        let sheet = visits(&[i64::MIN + 1, i64::MAX]);
        assert_eq!(sessions_of(&sheet, SessionRule::Auto).len(), 2);
        let longest = SessionRule::Gap { gap_millis: i64::MAX, edge: GapEdge::Joins };
        assert_eq!(sessions_of(&sheet, longest).len(), 1);
    }

    #[test]
    fn a_session_column_holds_interleaved_sessions_together_and_a_gap_in_it_does_not_cut() {
        let column = |kind| Sheet::new().column("visit", Role::Session, kind);
        for (kind, x, y) in [(Kind::Text, "x", "y"), (Kind::Number, "7", "-7"), (Kind::Time, "5", "0")] {
            let sheet = column(kind).row("u", 0, "a", &[x]).row("u", 1, "a", &[y]).row("u", 2, "a", &[""]);
            let sheet = sheet.row("u", Millis::DAY, "a", &[x]).row("u", Millis::DAY, "a", &[""]);
            assert_eq!(sessions_of(&sheet, SessionRule::Auto), [vec![0, 3], vec![1], vec![2], vec![4]]);
            assert_eq!(sessions_of(&sheet, SessionRule::Column).len(), 4);
        }
    }

    #[test]
    fn a_rule_that_the_table_cannot_meet_is_refused_by_its_field() {
        let table = visits(&[0]).table();
        let error = |rule| Sessions::new(rule, &table).unwrap_err();
        assert_eq!(error(SessionRule::Column).field, "kind");
        let negative = SessionRule::Gap { gap_millis: -1, edge: GapEdge::Cuts };
        assert_eq!(error(negative).field, "gap_millis");
    }

    /// Each row joins the first session that it belongs to, by looking at all of them.
    fn naive(rule: SessionRule, rows: &[(u32, i64, &str)]) -> Vec<Vec<u32>> {
        let mut sessions: Vec<(Vec<u32>, i64, &str)> = Vec::new();
        for &(row, time, id) in rows {
            let belongs = |(at, &(_, last, other)): (usize, &(Vec<u32>, i64, &str)), n: usize| match rule {
                SessionRule::History => true,
                SessionRule::Gap { gap_millis, edge: GapEdge::Cuts } => {
                    at + 1 == n && time - last < gap_millis
                }
                SessionRule::Gap { gap_millis, edge: GapEdge::Joins } => {
                    at + 1 == n && time - last <= gap_millis
                }
                SessionRule::Auto | SessionRule::Column => {
                    id == other && (!id.is_empty() || time - last < SESSION_GAP_MILLIS)
                }
            };
            let n = sessions.len();
            match (0..n).find(|&at| belongs((at, &sessions[at]), n)) {
                Some(at) => {
                    sessions[at].0.push(row);
                    sessions[at].1 = time;
                }
                None => sessions.push((vec![row], time, id)),
            }
        }
        sessions.into_iter().map(|(rows, ..)| rows).collect()
    }

    proptest! {
        #[test]
        fn sessions_are_those_of_a_naive_search(
            drawn in prop::collection::vec((0..12_i64, prop::sample::select(vec!["", "x", "y", "z"]), any::<bool>()), 0..20),
            rule in prop::sample::select(vec![
                SessionRule::Auto,
                SessionRule::History,
                SessionRule::Gap { gap_millis: 600_000, edge: GapEdge::Cuts },
                SessionRule::Gap { gap_millis: 600_000, edge: GapEdge::Joins },
                SessionRule::Gap { gap_millis: 0, edge: GapEdge::Joins },
            ]),
        ) {
            let mut drawn = drawn;
            drawn.sort_by_key(|&(time, ..)| time);
            let mut sheet = Sheet::new().column("visit", Role::Session, Kind::Text);
            let mut left = Vec::new();
            for (row, &(time, id, stays)) in drawn.iter().enumerate() {
                sheet.push("u", time * 300_000, "a", vec![id.to_owned()]);
                left.extend(stays.then_some((row as u32, time * 300_000, id)));
            }
            let table = sheet.table();
            let rows: Vec<u32> = left.iter().map(|&(row, ..)| row).collect();
            let mut sessions = Sessions::new(rule, &table).unwrap();
            // Twice, since nothing of the first time may stay.
            for _ in 0..2 {
                let found: Vec<Vec<u32>> = sessions.cut(&rows).map(<[u32]>::to_vec).collect();
                prop_assert_eq!(&found, &naive(rule, &left));
            }
        }
    }
}
