//! The quick way for funnels in order: a user's rows as the bits of a word, one word per step.
//!
//! ```text
//! rows        0 1 2 3 4 5 6 7      A at 0 and 3, B at 1 and 4, C at 6
//! step A      1 . . 1 . . . .
//! step B      . 1 . . 1 . . .      forward, each step as early as possible:   0 → 1 → 6: nobody gets to C sooner
//! step C      . . . . . . 1 .      backward, each step as late as possible:   6 → 4 → 3: nobody does so from a later start
//! ```
//!
//! Rows of a step are found 64 at a time, from their codes alone. The earliest arrival and the latest start that leads there
//! are a few operations on words per step; only the times of the counted chain are read, and nothing of users without a
//! step 1. If the latest start is outside the window, the arrival is that of no chain, and the level below is tried.
//!
//! O(rows × steps / 64 + users × steps). Where a word does not tell — more than 64 rows, different steps at one instant,
//! further starts to be tried — the [`Sweep`] goes through the user's events, and the [`Walker`] where that does not either.

use super::matcher::Matcher;
use super::options::{Count, Entry, Occurrence, Order, Repeats, Reuse, Search, Tie, TimeFrom, WindowFrom};
use super::query::{FunnelQuery, Step};
use super::rules::{Rules, Run, Window};
use crate::kernel::find::CodeSet;
use crate::table::{Bucket, UserIdx};

/// How many times further starts are tried.
const MAX_TRIES: usize = 8;

/// Goes through a bucket's users.
#[derive(Debug)]
pub(super) struct Quick {
    /// By step: the codes of its events.
    codes: Vec<CodeSet>,
    /// The bucket's rows that may be of each step: for every 64 rows one word per step, and more of them than there are rows.
    words: Vec<u64>,
    bucket_start: usize,
    user: User,
}

/// The present user.
#[derive(Debug)]
struct User {
    index: UserIdx,
    first_row: usize,
    /// All of the user's rows.
    all: u64,
    /// By step: the rows that are of it.
    rows: [u64; 32],
    /// By step: the row that is the earliest arrival there, whatever the window.
    arrivals: [u64; 32],
}

/// What became of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Did not do step 1.
    Absent,
    /// Has a chain.
    Entered(Window),
    /// A word does not tell.
    Unclear,
}

/// Whether the latest start per step is enough to know of the chains that lead there. Then the answer needs no
/// [`Walker`](super::walk::Walker) but for different steps at one instant.
pub(super) fn is_plain(query: &FunnelQuery, matcher: &Matcher<'_>) -> bool {
    let in_order =
        query.order == Order::Ordered && query.repeats == Repeats::Allowed && query.exclusions.is_empty();
    let one_window = query.window_from == WindowFrom::FirstStep
        && query.calendar_days.is_none()
        && query.sessions.is_none()
        && matches!(query.tie, Tie::StepOrder | Tie::Loose | Tie::Never);
    let counts_all = query.time_from == TimeFrom::LatestStart
        && matches!(query.entry, Entry::Any | Entry::First)
        && query.search != Search::FirstMatch
        && query.count == Count::Users
        && query.hold.is_none()
        && query.steps.iter().all(is_plain_step);
    let fills_one =
        query.reuse == Reuse::Once && !(query.tie == Tie::Never && query.search == Search::LatestStartOnly);
    in_order && one_window && counts_all && (fills_one || !matcher.overlaps())
}

/// Whether all events that match a step count, whenever they come.
fn is_plain_step(step: &Step) -> bool {
    let is_unlimited = step.within_millis.is_none() && step.after_millis.is_none();
    is_unlimited && !step.optional && step.occurrence == Occurrence::Any
}

impl Quick {
    /// For a plain query ([`is_plain`]).
    pub(super) fn new(n_steps: usize, matcher: &Matcher<'_>) -> Self {
        let user = User { index: UserIdx(0), first_row: 0, all: 0, rows: [0; 32], arrivals: [0; 32] };
        Self {
            codes: (0..n_steps).map(|step| matcher.codes_of(step)).collect(),
            words: Vec::new(),
            bucket_start: 0,
            user,
        }
    }

    /// Goes to a bucket.
    pub(super) fn enter(&mut self, bucket: Bucket<'_>) {
        let (rows, n_steps) = (bucket.rows(), self.codes.len());
        self.bucket_start = rows.start;
        self.words.clear();
        self.words.resize((rows.len() / 64 + 2) * n_steps, 0);
        for (step, codes) in self.codes.iter().enumerate() {
            let mut places = self.words[step..].iter_mut().step_by(n_steps);
            codes.find(&bucket.table.events().codes, rows.clone(), |word| {
                if let Some(place) = places.next() {
                    *place = word;
                }
            });
        }
    }

    /// Follows one of the bucket's users, and puts the times of the chain that is counted into `run`.
    pub(super) fn follow(
        &mut self,
        user: UserIdx,
        rules: &Rules,
        matcher: &Matcher<'_>,
        run: &mut Run,
    ) -> Found {
        let table = matcher.table();
        let rows = table.users.rows(user);
        if rows.len() > 64 {
            return Found::Unclear;
        }
        self.user.index = user;
        self.user.first_row = rows.start;
        self.user.all = !(!0 << 1 << (rows.len().max(1) - 1));
        self.find_rows(matcher);
        if self.user.rows[0] == 0 {
            return Found::Absent;
        }
        let ties = table.ties.window(rows.start) & self.user.all;
        if ties != 0 && self.ties_matter(ties) {
            return Found::Unclear;
        }
        let time = |place: u32| table.times[rows.start + place as usize];
        let Some((start, n_filled)) = self.chain(|a, b| rules.in_window(time(a), time(b))) else {
            return Found::Unclear;
        };
        run.clear();
        self.user.retrace(start, n_filled, |place| run.push(time(place)));
        let is_open = n_filled < rules.n_steps && rules.is_open(time(63 - self.user.rows[0].leading_zeros()));
        Found::Entered(if is_open { Window::Open } else { Window::Over })
    }

    /// The present user's rows that match a step.
    pub(super) fn step_rows(&self) -> StepRows {
        StepRows { first_row: self.user.first_row as u32, rows: self.all_steps() }
    }

    fn all_steps(&self) -> u64 {
        self.user.rows[..self.codes.len()].iter().fold(0, |all, rows| all | rows)
    }

    /// Finds the present user's rows of all steps.
    #[inline]
    fn find_rows(&mut self, matcher: &Matcher<'_>) {
        let (user, n_steps) = (&mut self.user, self.codes.len());
        let at = user.first_row - self.bucket_start;
        let shift = at % 64;
        let words = &self.words[at / 64 * n_steps..][..2 * n_steps];
        let (low, high) = words.split_at(n_steps);
        for ((rows, low), high) in user.rows.iter_mut().zip(low).zip(high) {
            // Shifted twice, since a word cannot be shifted by all of its bits.
            *rows = (low >> shift | high << 1 << (63 - shift)) & user.all;
        }
        if !matcher.is_exact() {
            for (step, rows) in user.rows[..n_steps].iter_mut().enumerate() {
                *rows = matcher.confirm(user.index, user.first_row, step, *rows);
            }
        }
    }

    /// Whether different rows of steps may share an instant. `ties` are the rows at the same one as the row before.
    #[cold]
    fn ties_matter(&self, ties: u64) -> bool {
        let rows = self.all_steps();
        rows & ties != 0 && rows & (ties >> 1) != 0
    }

    /// Where the counted chain starts, and how many steps it fills; none after too many tries.
    fn chain(&mut self, in_window: impl Fn(u32, u32) -> bool) -> Option<(u32, usize)> {
        let n_steps = self.codes.len();
        let mut starts = self.user.rows[0];
        let mut best = (starts.trailing_zeros(), 1);
        for _ in 0..MAX_TRIES {
            let n_arrived = self.user.arrive(starts, n_steps);
            for n_filled in (best.1 + 1..=n_arrived).rev() {
                let start = self.user.latest_start(n_filled);
                if in_window(start, self.user.arrivals[n_filled - 1].trailing_zeros()) {
                    best = (start, n_filled);
                    break;
                }
            }
            if best.1 >= n_arrived {
                return Some(best);
            }
            // Whatever starts no later than this is too early for all arrivals at the next level.
            starts &= after(1 << self.user.latest_start(best.1 + 1));
            if starts == 0 {
                return Some(best);
            }
        }
        None
    }
}

impl User {
    /// Finds the earliest arrival at each step from these starts; says how many steps there is one at.
    #[inline]
    fn arrive(&mut self, starts: u64, n_steps: usize) -> usize {
        let (mut later, mut n_arrived) = (!0, 0);
        let mut rows = starts;
        // All steps, whether there is an arrival or not: how far a user came is beyond foreseeing.
        for (step, arrival) in self.arrivals[..n_steps].iter_mut().enumerate() {
            rows &= later;
            *arrival = lowest(rows);
            n_arrived += usize::from(rows != 0);
            later = after(rows);
            rows = self.rows[(step + 1) & 31];
        }
        n_arrived
    }

    /// The latest start of the chains that arrive at the last of so many steps first.
    fn latest_start(&self, n_filled: usize) -> u32 {
        if self.rows[0].is_power_of_two() {
            return self.rows[0].trailing_zeros();
        }
        let mut place = self.arrivals[(n_filled - 1) & 31].trailing_zeros();
        for rows in self.rows[..n_filled - 1].iter().rev() {
            place = 63 - (rows & !(!0 << place)).leading_zeros();
        }
        place
    }

    /// Calls `visit` with the places of the chain that starts at `start` and takes each next step as early as possible.
    fn retrace(&self, start: u32, n_filled: usize, mut visit: impl FnMut(u32)) {
        if start == self.arrivals[0].trailing_zeros() {
            self.arrivals[..n_filled].iter().for_each(|arrival| visit(arrival.trailing_zeros()));
            return;
        }
        visit(start);
        let mut row = 1 << start;
        for rows in &self.rows[1..n_filled] {
            row = lowest(rows & after(row));
            visit(row.trailing_zeros());
        }
    }
}

/// The first of these rows.
fn lowest(rows: u64) -> u64 {
    rows & rows.wrapping_neg()
}

/// All places after the first of these rows; none if there are no rows.
fn after(rows: u64) -> u64 {
    !(rows ^ rows.wrapping_sub(1))
}

/// Rows of one user, in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepRows {
    first_row: u32,
    rows: u64,
}

impl StepRows {
    /// No rows.
    pub(super) const NONE: Self = Self { first_row: 0, rows: 0 };
}

impl Iterator for StepRows {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let place = (self.rows != 0).then(|| self.rows.trailing_zeros())?;
        self.rows &= self.rows - 1;
        Some(self.first_row + place)
    }
}

impl DoubleEndedIterator for StepRows {
    fn next_back(&mut self) -> Option<u32> {
        let place = (self.rows != 0).then(|| 63 - self.rows.leading_zeros())?;
        self.rows &= !(1 << place);
        Some(self.first_row + place)
    }
}
