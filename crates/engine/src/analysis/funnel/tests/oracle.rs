//! The obviously right funnel: it lists every chain that a user's rows can form and picks by definition.

use std::collections::BTreeSet;

use super::rows::Row;
use crate::analysis::funnel::{
    Entry, FunnelQuery, OnExclusion, OpenUsers, Order, Range, Repeats, Reuse, Search, StrictKind, Tie,
    TimeFrom, WindowFrom,
};

/// One user's fate.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fate {
    Absent,
    Removed,
    Entered {
        /// The filled steps and their times; in unordered funnels the k-th in time. Only the steps are right where the
        /// query says `latest_start_only`.
        chain: Vec<(usize, i64)>,
        open: bool,
    },
}

impl Fate {
    /// The chain of a user who entered, and whether the user is open.
    pub(super) fn entered(&self) -> Option<(&[(usize, i64)], bool)> {
        match self {
            Self::Entered { chain, open } => Some((chain, *open)),
            Self::Absent | Self::Removed => None,
        }
    }
}

/// What becomes of a user with these rows, whatever is held; `end` is the last time of the whole data.
pub(super) fn fate_of_all(query: &FunnelQuery, rows: &[Row<'_>], end: i64) -> Fate {
    let end = match (query.range, query.scope.to) {
        (Range::AllEvents, Some(to)) => end.min(to.0),
        _ => end,
    };
    let mut rows = rows.to_vec();
    if query.order == Order::Strict && query.strict_kind == StrictKind::Restart {
        rows.sort_by_key(|row| (row.time, row.steps.first().map_or(0, |step| step + 1)));
    }
    let naive = Naive { query, rows: &rows, end };
    let may_stop = matches!(query.strict_kind, StrictKind::Stop | StrictKind::EventBreaks)
        || query.repeats == Repeats::Stop;
    if query.entry == Entry::Attempts {
        return naive.best_attempt();
    }
    match (query.order, query.search, query.tie) {
        (Order::Unordered, ..) => naive.unordered(),
        (_, Search::LatestStartOnly, Tie::Never) => naive.scan(),
        _ if may_stop => naive.scan(),
        _ => naive.in_order(),
    }
}

/// A chain: filled steps and the rows that fill them.
pub(super) type Chain = Vec<(usize, usize)>;

pub(super) struct Naive<'a> {
    pub(super) query: &'a FunnelQuery,
    pub(super) rows: &'a [Row<'a>],
    pub(super) end: i64,
}

impl Naive<'_> {
    pub(super) fn time(&self, row: usize) -> i64 {
        self.rows[row].time
    }

    pub(super) fn last_time(&self, chain: &Chain) -> i64 {
        self.time(chain[chain.len() - 1].1)
    }

    /// Whether a chain from the row `start` may go on at `time`.
    pub(super) fn in_window(&self, start: usize, time: i64) -> bool {
        time <= self.rows[start].deadline
    }

    /// Whether a chain from the row `start` might go on after the end.
    pub(super) fn is_open(&self, start: usize) -> bool {
        self.shows_open() && self.rows[start].closed > self.end
    }

    pub(super) fn shows_open(&self) -> bool {
        let query = self.query;
        let is_limited =
            query.window_millis.is_some() || query.calendar_days.is_some() || query.sessions.is_some();
        query.open == OpenUsers::Apart && is_limited
    }

    /// Whether there is an instant after the end at which the chain could fill its next required step.
    pub(super) fn might_go_on(&self, chain: &Chain) -> bool {
        let (step, last) = self.last_required(chain);
        let Some(next) = (step + 1..self.query.steps.len()).find(|&step| self.is_required(step)) else {
            return false;
        };
        let since = self.window_start(chain);
        let limits = &self.query.steps[next];
        let from = limits.after_millis.map_or(i64::MIN, |after| self.time(last) + after);
        let to = limits.within_millis.map_or(i64::MAX, |within| self.time(last) + within);
        self.shows_open() && from.max(self.end + 1) <= to.min(self.rows[since].closed)
    }

    /// The row that the window is measured from.
    pub(super) fn window_start(&self, chain: &Chain) -> usize {
        match self.query.window_from {
            WindowFrom::FirstStep => chain[0].1,
            WindowFrom::PreviousStep => self.last_required(chain).1,
        }
    }

    /// The last step of the chain that is not optional, with its row.
    pub(super) fn last_required(&self, chain: &Chain) -> (usize, usize) {
        *chain.iter().rfind(|&&(step, _)| self.is_required(step)).unwrap()
    }

    /// Whether the row shares its instant with a row of another meaning, where such instants are read loosely.
    pub(super) fn is_loose(&self, row: usize) -> bool {
        let same = |other: &Row<'_>| {
            (&other.steps, &other.spoils) == (&self.rows[row].steps, &self.rows[row].spoils)
        };
        let mut instant = self.rows.iter().filter(|other| other.time == self.time(row));
        self.query.tie == Tie::Loose && !instant.all(same)
    }

    pub(super) fn spoilers(&self, step: usize) -> impl Iterator<Item = i64> {
        (0..self.rows.len())
            .filter(move |&row| {
                (self.rows[row].spoils.contains(&step) && !self.is_loose(row)) || self.breaks(row, step)
            })
            .map(|row| self.time(row))
    }

    /// Whether a row breaks chains that end with a step by the steps that it is of itself.
    fn breaks(&self, row: usize, step: usize) -> bool {
        let of = &self.rows[row].steps;
        let repeats = self.query.repeats == Repeats::BreakChain;
        let is_earlier = self.query.strict_kind == StrictKind::EarlierStepBreaks;
        (repeats && of.contains(&step) && !of.contains(&(step + 1)))
            || (is_earlier && of.iter().any(|&of| of <= step))
            || (self.query.entry == Entry::Restart && of.contains(&0) && step > 0)
    }

    fn is_required(&self, step: usize) -> bool {
        !self.query.steps[step].optional
    }

    /// Every chain in step order, exclusions apart.
    fn chains(&self) -> Vec<Chain> {
        let mut chains = Vec::new();
        for row in 0..self.rows.len() {
            if self.rows[row].steps.contains(&0) {
                self.extend(vec![(0, row)], &mut chains);
            }
        }
        chains
    }

    fn extend(&self, chain: Chain, chains: &mut Vec<Chain>) {
        let (last, last_row) = chain[chain.len() - 1];
        for step in last + 1..self.query.steps.len() {
            for row in 0..self.rows.len() {
                if self.rows[row].steps.contains(&step) && self.may_follow(&chain, last_row, (step, row)) {
                    let mut longer = chain.clone();
                    longer.push((step, row));
                    self.extend(longer, chains);
                }
            }
            if self.is_required(step) {
                break;
            }
        }
        chains.push(chain);
    }

    fn may_follow(&self, chain: &Chain, before: usize, (step, row): (usize, usize)) -> bool {
        let (earlier, time) = (self.time(before), self.time(row));
        let in_order = match self.query.tie {
            Tie::Never => earlier < time,
            Tie::StepOrder | Tie::Loose | Tie::Bucket(_) => earlier <= time,
            Tie::Grace(grace) => earlier - grace <= time,
        };
        let limits = &self.query.steps[step];
        let since = time - self.time(self.last_required(chain).1);
        let in_time = limits.within_millis.is_none_or(|within| since <= within)
            && limits.after_millis.is_none_or(|after| since >= after);
        let is_new = match self.query.reuse {
            Reuse::Many => true,
            Reuse::ManyAfterStart => chain[0].1 != row,
            Reuse::Once => chain.iter().all(|&(_, used)| used != row),
        };
        let between = || (before.min(row) + 1..row.max(before)).filter(|&other| !self.is_loose(other));
        let both_loose = earlier == time && self.is_loose(row);
        let restarts = self.query.order == Order::Strict && self.query.strict_kind == StrictKind::Restart;
        let unbroken = !restarts || both_loose || (before <= row && between().next().is_none());
        in_order && in_time && is_new && unbroken && self.in_window(self.window_start(chain), time)
    }

    /// Whether an exclusion lies between two neighboring steps of the chain.
    fn is_spoilt(&self, chain: &Chain) -> bool {
        chain.windows(2).any(|pair| {
            let (from, to) = (self.time(pair[0].1), self.time(pair[1].1));
            self.spoilers(pair[0].0).any(|time| from < time && time <= to)
        })
    }

    /// Whether an exclusion follows the chain's last step within its window, up to `end`.
    fn is_spoilt_after(&self, chain: &Chain, end: i64) -> bool {
        let (start, last) = (chain[0].1, self.last_time(chain));
        self.spoilers(chain[chain.len() - 1].0)
            .any(|time| last < time && time <= end && self.in_window(start, time))
    }

    /// Whether the chain meets a step after another one, which had started no earlier, was spoilt there.
    fn resumes(&self, chain: &Chain, sound: &[Chain]) -> bool {
        chain.iter().any(|&(step, row)| {
            let spoilers = self.spoilers(step).filter(|&spoiled| spoiled <= self.time(row));
            spoilers.into_iter().any(|spoiled| {
                sound.iter().any(|other| {
                    other[other.len() - 1].0 == step
                        && self.last_time(other) < spoiled
                        && self.time(other[0].1) >= self.time(chain[0].1)
                        && !self.resumes(other, sound)
                })
            })
        })
    }

    fn in_order(&self) -> Fate {
        let all = self.chains();
        let furthest = |chains: &[Chain]| chains.iter().map(|chain| chain[chain.len() - 1].0).max();
        let mut sound: Vec<Chain> = all.iter().filter(|chain| !self.is_spoilt(chain)).cloned().collect();
        if self.query.search == Search::FirstMatch {
            self.keep_first_matches(&mut sound);
        }
        let removing = self.query.on_exclusion == OnExclusion::RemoveUser
            && self.rows.iter().any(|row| !row.spoils.is_empty());
        let Some(last) = furthest(if removing { &all } else { &sound }) else { return Fate::Absent };
        let resumed: Vec<Chain> = if removing {
            sound.iter().filter(|chain| self.resumes(chain, &sound)).cloned().collect()
        } else {
            Vec::new()
        };
        let is_first = |chain: &&Chain| !resumed.contains(chain);
        let alive: Vec<Chain> =
            sound.iter().filter(is_first).filter(|chain| self.is_alive(chain)).cloned().collect();
        sound.retain(|chain| chain[chain.len() - 1].0 == last);
        let mut ends: BTreeSet<i64> =
            sound.iter().filter(is_first).map(|chain| self.last_time(chain)).collect();
        // Of the chains that end at the same instant, the one that started last decides whether they are spoilt.
        let latest_to = |end: i64| {
            let ending = sound.iter().filter(is_first).filter(|chain| self.last_time(chain) == end);
            ending.max_by_key(|chain| self.time(chain[0].1)).unwrap()
        };
        if removing {
            ends.retain(|&end| !self.is_spoilt_after(latest_to(end), i64::MAX));
        }
        let Some(&first_end) = ends.first() else { return Fate::Removed };
        let restarts = self.query.order == Order::Strict && self.query.strict_kind == StrictKind::Restart;
        if self.query.time_from == TimeFrom::LatestStart || restarts {
            let start = self.time(latest_to(first_end)[0].1);
            sound.retain(|chain| self.last_time(chain) == first_end && self.time(chain[0].1) == start);
        } else {
            let start = sound.iter().map(|chain| self.time(chain[0].1)).min();
            sound.retain(|chain| Some(self.time(chain[0].1)) == start);
        }
        let counted = self.counted(&sound);
        let filled = |step: &usize| counted.iter().any(|(filled, _)| filled == step);
        let converted =
            (0..self.query.steps.len()).filter(|&step| self.is_required(step)).all(|step| filled(&step));
        let open = !converted && alive.iter().any(|chain| self.might_go_on(chain));
        Fate::Entered { chain: counted, open }
    }

    /// Whether the chain could go on if more rows came.
    fn is_alive(&self, chain: &Chain) -> bool {
        let (_, last) = chain[chain.len() - 1];
        let broken = || (last + 1..self.rows.len()).any(|row| !self.is_loose(row));
        let is_mixed = self.is_loose(last);
        let later = |row: usize| self.time(row) > self.time(last) && !self.is_loose(row);
        let broken = if is_mixed { (0..self.rows.len()).any(later) } else { broken() };
        let restarts = self.query.order == Order::Strict && self.query.strict_kind == StrictKind::Restart;
        let is_spoilt = self.spoilers(chain[chain.len() - 1].0).any(|time| time > self.time(last));
        !is_spoilt && (!restarts || !broken)
    }

    /// Of these chains with one start and one last step: each required step, and the last, as early as possible; and
    /// then each optional step that some chain with the same times has, at its earliest.
    fn counted(&self, chains: &[Chain]) -> Vec<(usize, i64)> {
        let timed = |chain: &Chain| -> Vec<(usize, i64)> {
            chain.iter().map(|&(step, row)| (step, self.time(row))).collect()
        };
        let chains: Vec<Vec<(usize, i64)>> = chains.iter().map(timed).collect();
        let last = chains[0][chains[0].len() - 1].0;
        let decisive = |chain: &Vec<(usize, i64)>| -> Vec<(usize, i64)> {
            chain.iter().copied().filter(|&(step, _)| self.is_required(step) || step == last).collect()
        };
        let best = chains
            .iter()
            .map(decisive)
            .min_by_key(|chain| chain.iter().map(|&(_, time)| time).collect::<Vec<_>>());
        let mut counted = best.unwrap();
        let same: Vec<_> = chains.iter().filter(|chain| decisive(chain) == counted).collect();
        for step in 0..last {
            let at = |chain: &&Vec<(usize, i64)>| chain.iter().find(|&&(other, _)| other == step).copied();
            let earliest = same.iter().filter_map(at).min_by_key(|&(_, time)| time);
            if !self.is_required(step)
                && let Some(filled) = earliest
            {
                counted.push(filled);
            }
        }
        counted.sort_unstable();
        counted
    }

    /// Rows are taken one by one, in order of time, those without a step first, then step by step; all chains so far are
    /// kept, or per step the last one only. This is `windowFunnel`, word for word.
    fn scan(&self) -> Fate {
        let n_steps = self.query.steps.len();
        let keeps_one = self.query.search == Search::LatestStartOnly && self.query.tie == Tie::Never;
        let is_strict = self.query.order == Order::Strict;
        let mut entries: Vec<(i64, Option<usize>, usize)> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            if row.steps.is_empty() {
                entries.push((row.time, None, at));
            }
            entries.extend(row.steps.iter().map(|&step| (row.time, Some(step), at)));
        }
        entries.sort_unstable();
        let mut kept: Vec<Vec<Chain>> = vec![Vec::new(); n_steps];
        let mut reached = BTreeSet::new();
        let mut made: Vec<Chain> = Vec::new();
        let mut now = i64::MIN;
        for (time, step, row) in entries {
            if now < time {
                for (step, chains) in kept.iter_mut().enumerate() {
                    chains.retain(|_| self.spoilers(step).all(|spoiled| spoiled <= now || time < spoiled));
                }
                now = time;
            }
            let entered = reached.contains(&0);
            let before: Vec<Chain> = match step {
                None if is_strict && entered => return self.scanned(made, &[]),
                None => continue,
                Some(0) => vec![Vec::new()],
                Some(step) if self.query.repeats == Repeats::Stop && reached.contains(&step) => {
                    return self.scanned(made, &[]);
                }
                Some(step) if is_strict && entered && !reached.contains(&(step - 1)) => {
                    match self.query.strict_kind {
                        StrictKind::EventBreaks => continue,
                        _ => return self.scanned(made, &[]),
                    }
                }
                Some(step) => kept[step - 1].clone(),
            };
            let step = step.unwrap_or(0);
            for mut chain in before {
                if chain.last().is_none_or(|&(_, last)| self.may_follow(&chain, last, (step, row))) {
                    chain.push((step, row));
                    reached.insert(step);
                    made.push(chain.clone());
                    if keeps_one {
                        kept[step].clear();
                    }
                    kept[step].push(chain);
                }
            }
        }
        for (step, chains) in kept.iter_mut().enumerate() {
            chains.retain(|_| self.spoilers(step).all(|spoiled| spoiled <= now));
        }
        self.scanned(made, &kept.concat())
    }

    fn scanned(&self, mut made: Vec<Chain>, alive: &[Chain]) -> Fate {
        let Some(level) = made.iter().map(Vec::len).max() else { return Fate::Absent };
        made.retain(|chain| chain.len() == level);
        let end = made.iter().map(|chain| self.last_time(chain)).min();
        made.retain(|chain| Some(self.last_time(chain)) == end);
        let start = made.iter().map(|chain| self.time(chain[0].1)).max();
        made.retain(|chain| Some(self.time(chain[0].1)) == start);
        let is_open = alive.iter().any(|chain| self.is_open(chain[0].1));
        Fate::Entered { chain: self.counted(&made), open: level < self.query.steps.len() && is_open }
    }
}
