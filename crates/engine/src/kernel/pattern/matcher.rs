//! Finds a pattern's matches in a user's rows.

use serde::{Deserialize, Serialize};

use super::automaton::{Automaton, Edge, Emptiness};
use super::parser::{Pattern, RowKind};
use super::{PatternError, Reach};
use crate::error::QueryError;
use crate::kernel::condition::{Test, Truth};
use crate::rule::EventRule;
use crate::table::{Table, UserIdx};
use crate::time::Millis;

/// Which rows a pattern is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// All that the query looks at.
    #[default]
    All,
    /// Only those that a name of the pattern, or one that the query defines, stands for: all others are as good as absent.
    Named,
}

/// A pattern compiled against a table, with scratch memory.
#[derive(Debug)]
pub struct Matcher<'t> {
    times: &'t [Millis],
    events: &'t crate::table::TextColumn,
    automaton: Automaton,
    /// For each part of the pattern the names that it speaks of.
    names: Vec<Vec<u32>>,
    /// What each name stands for.
    tests: Vec<Test<'t>>,
    rows_of: Rows,
    /// For each event what its rows are, if that does not depend on the row.
    by_event: Vec<Option<Row>>,
    windows: Vec<Vec<Window>>,
    rows: Vec<u32>,
    masks: Vec<u64>,
    ways: Vec<u64>,
    /// The rows of the present match, and the parts that each can be.
    steps: Vec<(usize, u64)>,
    path: Vec<u32>,
}

/// What a row is to the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    /// The parts that it can be.
    parts: u64,
    /// Whether a name stands for it.
    named: bool,
}

/// The rows that an edge may lead to from the present one, and how many of them lead to a match.
#[derive(Clone, Copy, Debug)]
struct Window {
    edge: Edge,
    low: usize,
    high: usize,
    n_ways: usize,
}

/// One match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'m> {
    /// The rows that were matched by name or in brackets, in order; those that `.` stands for are left out.
    pub rows: &'m [u32],
    /// The first and the last row that was matched at all; none if the pattern matches no row.
    pub span: Option<(u32, u32)>,
}

impl<'t> Matcher<'t> {
    /// Compiles a pattern. A name is one of `terms`, or else the name of an event. O(events × parts).
    ///
    /// # Errors
    /// If the pattern is too long or names an event that the data do not hold: at `pattern[n]`, where n is the place of
    /// the character, counted from 0. If a term does not fit the table: at `terms[n]`.
    pub fn new(
        pattern: &Pattern,
        terms: &[(&str, &EventRule)],
        rows_of: Rows,
        table: &'t Table,
    ) -> Result<Self, QueryError> {
        let automaton = Automaton::new(pattern).map_err(QueryError::from)?;
        let mut tests = Vec::new();
        for (index, (_, rule)) in terms.iter().enumerate() {
            let test = Test::rule(rule, table)
                .map_err(|error| error.within("rule").within(&format!("terms[{index}]")))?;
            tests.push(test);
        }
        let mut known: Vec<&str> = terms.iter().map(|&(name, _)| name).collect();
        let mut names = Vec::new();
        for row in &automaton.rows {
            let (RowKind::OneOf(of) | RowKind::NoneOf(of)) = row else {
                names.push(Vec::new());
                continue;
            };
            let mut mine = Vec::new();
            for (at, name) in of {
                let index = match known.iter().position(|other| other == name) {
                    Some(index) => index,
                    None => {
                        tests.push(event(name, *at, table)?);
                        known.push(name);
                        known.len() - 1
                    }
                };
                mine.push(index as u32);
            }
            names.push(mine);
        }
        let windows =
            automaton.later.iter().map(|edges| edges.iter().map(|&edge| Window::of(edge)).collect());
        let mut matcher = Self {
            times: &table.times,
            events: table.events(),
            names,
            tests,
            rows_of,
            by_event: Vec::new(),
            windows: windows.collect(),
            automaton,
            rows: Vec::new(),
            masks: Vec::new(),
            ways: Vec::new(),
            steps: Vec::new(),
            path: Vec::new(),
        };
        matcher.by_event = (0..table.events().n_codes() as u32).map(|code| matcher.of_event(code)).collect();
        Ok(matcher)
    }

    /// Whether the pattern has a match in these rows of a user, which come in the table's order.
    pub fn has_match(&mut self, rows: &[u32], user: UserIdx) -> bool {
        self.look_through(rows, user);
        match self.automaton.emptiness {
            Emptiness::MayBeEmpty => !self.rows.is_empty(),
            Emptiness::NeedsRow => self.ways.iter().any(|ways| ways & self.automaton.first != 0),
        }
    }

    /// Calls `take` with each match in these rows of a user, which come in the table's order; says how many there are. A
    /// pattern that may match no row at all does so at each row. O(rows × parts that a row can be × edges of each).
    pub fn find(&mut self, rows: &[u32], user: UserIdx, mut take: impl FnMut(Match<'_>)) -> u64 {
        self.look_through(rows, user);
        if self.automaton.emptiness == Emptiness::MayBeEmpty {
            self.rows.iter().for_each(|_| take(Match { rows: &[], span: None }));
            return self.rows.len() as u64;
        }
        let (mut at, mut n_matches) = (0, 0);
        while at < self.rows.len() {
            if self.ways[at] & self.automaton.first == 0 {
                at += 1;
                continue;
            }
            let end = self.follow(at);
            take(Match { rows: &self.path, span: Some((self.rows[at], self.rows[end])) });
            n_matches += 1;
            at = end + 1;
        }
        n_matches
    }

    /// What all rows of an event are, if they are all the same.
    fn of_event(&self, code: u32) -> Option<Row> {
        let known: Option<Vec<bool>> = self
            .tests
            .iter()
            .map(|test| test.for_event(self.events, code).map(|truth| truth == Truth::True))
            .collect();
        known.map(|known| self.row(|name| known[name as usize]))
    }

    fn row(&self, holds: impl Fn(u32) -> bool) -> Row {
        let mut parts = 0;
        for (part, (kind, names)) in self.automaton.rows.iter().zip(&self.names).enumerate() {
            let fits = match kind {
                RowKind::Any => true,
                RowKind::OneOf(_) => names.iter().any(|&name| holds(name)),
                RowKind::NoneOf(_) => !names.iter().any(|&name| holds(name)),
            };
            parts |= u64::from(fits) << part;
        }
        Row { parts, named: (0..self.tests.len() as u32).any(holds) }
    }

    /// Finds out for each row which parts it can be with a match ahead: from the last row to the first, since what lies
    /// ahead decides.
    fn look_through(&mut self, rows: &[u32], user: UserIdx) {
        self.rows.clear();
        self.masks.clear();
        for &row in rows {
            let known = self.by_event[self.events.codes.get(row as usize) as usize];
            let Row { parts, named } =
                known.unwrap_or_else(|| self.row(|name| self.tests[name as usize].holds(row as usize, user)));
            if named || self.rows_of == Rows::All {
                self.rows.push(row);
                self.masks.push(parts);
            }
        }
        let n_rows = self.rows.len();
        self.ways.clear();
        self.ways.resize(n_rows, 0);
        self.windows.iter_mut().flatten().for_each(|window| *window = Window::new(window.edge, n_rows));
        let mut after = 0;
        for at in (0..n_rows).rev() {
            let mut ways = self.masks[at] & self.automaton.last;
            for part in bits(self.masks[at] & !ways) {
                let leads = self.automaton.next[part] & after != 0 || self.leads_later(part, at);
                ways |= u64::from(leads) << part;
            }
            self.ways[at] = ways;
            after = ways;
        }
    }

    fn leads_later(&mut self, part: usize, at: usize) -> bool {
        let Self { windows, times, rows, ways, .. } = self;
        let time = |at: usize| times[rows[at] as usize];
        windows[part].iter_mut().any(|window| window.leads(at, time, ways))
    }

    /// Follows the match that starts here to its last row, and notes the rows that were matched by name. All parts that the
    /// present row can be are followed together, so that the match that ends first is found whatever its parts are.
    fn follow(&mut self, start: usize) -> usize {
        let (mut at, mut parts) = (start, self.ways[start] & self.automaton.first);
        self.steps.clear();
        loop {
            self.steps.push((at, parts));
            if parts & self.automaton.last != 0 {
                self.retrace();
                return at;
            }
            let from = at;
            loop {
                at += 1;
                let Some(&ways) = self.ways.get(at) else {
                    debug_assert!(false, "a row that leads on leads somewhere");
                    return from;
                };
                let reached = self.reached(parts, from, at) & ways;
                if reached != 0 {
                    parts = reached;
                    break;
                }
            }
        }
    }

    /// Chooses for each row of the match, from the last to the first, the part that stands first in the text.
    fn retrace(&mut self) {
        self.path.clear();
        let mut ahead: Option<(usize, u64)> = None;
        for index in (0..self.steps.len()).rev() {
            let (at, parts) = self.steps[index];
            let fits = |part: usize| match ahead {
                None => self.automaton.last >> part & 1 == 1,
                Some((next, wanted)) => self.reached(1 << part, at, next) & wanted != 0,
            };
            let Some(part) = bits(parts).find(|&part| fits(part)) else { continue };
            if self.automaton.rows[part] != RowKind::Any {
                self.path.push(self.rows[at]);
            }
            ahead = Some((at, 1 << part));
        }
        self.path.reverse();
    }

    /// The parts that row `at` can be if row `from` is one of `parts` and they are matched one after the other.
    fn reached(&self, parts: u64, from: usize, at: usize) -> u64 {
        let is_next = at == from + 1;
        let millis = self.times[self.rows[at] as usize].since(self.times[self.rows[from] as usize]);
        bits(parts).fold(0, |all, part| {
            let holds =
                |edge: &&Edge| (is_next || edge.link.reach == Reach::Later) && edge.link.bounds.hold(millis);
            let later =
                self.automaton.later[part].iter().filter(holds).fold(0, |all, edge| all | 1 << edge.to);
            all | later | if is_next { self.automaton.next[part] } else { 0 }
        })
    }
}

/// The places of the bits that are set, in order.
fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(bit)
    })
}

impl Window {
    fn of(edge: Edge) -> Self {
        Self::new(edge, 0)
    }

    fn new(edge: Edge, n_rows: usize) -> Self {
        Self { edge, low: n_rows, high: n_rows, n_ways: 0 }
    }

    /// Whether the edge leads from row `at` to a row with a match ahead. Rows are asked about from the last to the first,
    /// so that both ends of the window only ever move towards the first: amortized O(1).
    fn leads(&mut self, at: usize, time: impl Fn(usize) -> Millis, ways: &[u64]) -> bool {
        let Edge { to, link } = self.edge;
        let is_way = |at: usize| usize::from(ways[at] >> to & 1 == 1);
        let since = |other: usize| time(other).since(time(at));
        if link.reach == Reach::Next {
            return at + 1 < ways.len() && is_way(at + 1) == 1 && link.bounds.hold(since(at + 1));
        }
        while self.high > at + 1 && since(self.high - 1) > link.bounds.most {
            self.high -= 1;
            self.n_ways -= if self.high >= self.low { is_way(self.high) } else { 0 };
        }
        while self.low > at + 1 && since(self.low - 1) >= link.bounds.least {
            self.low -= 1;
            self.n_ways += if self.low < self.high { is_way(self.low) } else { 0 };
        }
        self.n_ways > 0
    }
}

fn event<'t>(name: &str, at: usize, table: &'t Table) -> Result<Test<'t>, QueryError> {
    if table.events().dictionary.code(name).is_none() {
        let problem = format!("there is no event \"{name}\" in the data");
        return Err(PatternError::new(at, problem).into());
    }
    Test::rule(&EventRule::event(name), table)
}

impl From<PatternError> for QueryError {
    fn from(error: PatternError) -> Self {
        let problem = crate::error::QueryProblem::BadPattern { explanation: error.to_string() };
        Self::new(format!("pattern[{}]", error.at), problem)
    }
}
