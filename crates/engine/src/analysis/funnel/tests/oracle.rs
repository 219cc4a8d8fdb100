//! The obviously right funnel: it lists every chain that a user's rows can form and picks by definition.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::analysis::funnel::{
    Entry, FunnelQuery, Occurrence, OnExclusion, OpenUsers, Order, Range, Repeats, Reuse, Search, StrictKind,
    Tie, TimeFrom,
};
use crate::rule::{Condition, EventRule};
use crate::testing::SheetRow;

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

/// A row with what it means.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    pub(super) row: &'a SheetRow,
    pub(super) steps: BTreeSet<usize>,
    spoils: BTreeSet<usize>,
}

impl Row<'_> {
    /// Whether it spoils a chain.
    pub(super) fn spoils(&self) -> bool {
        !self.spoils.is_empty()
    }

    /// Whether it means the same as another one.
    pub(super) fn means_the_same(&self, other: &Row<'_>) -> bool {
        (&self.steps, &self.spoils) == (&other.steps, &other.spoils)
    }

    /// Whether the row fills a step or spoils a chain.
    pub(super) fn means_something(&self) -> bool {
        !self.steps.is_empty() || !self.spoils.is_empty()
    }
}

/// Whether a rule matches a row; of the operators, only equality is known. The property is the first further column.
fn matches(rule: &EventRule, row: &SheetRow) -> bool {
    let condition = |condition: &Condition| match condition {
        Condition::Property(test) => test.values.contains(&row.cells[0]),
        _ => panic!("the oracle knows no other condition"),
    };
    rule.event.as_ref().is_none_or(|event| *event == row.event)
        && (rule.any_of.is_empty() || rule.any_of.iter().any(|rule| matches(rule, row)))
        && rule.conditions.iter().all(condition)
}

/// The rows of a user that the funnel looks at, with their meanings.
pub(super) fn looked_at<'a>(query: &FunnelQuery, rows: &[&'a SheetRow]) -> Vec<Row<'a>> {
    let from = query.scope.from.map_or(i64::MIN, |from| from.0);
    let to = query.scope.to.map_or(i64::MAX, |to| to.0);
    let counts = |step: usize, at: usize| {
        let rule = &query.steps[step].rule;
        let nameless = EventRule { conditions: Vec::new(), ..rule.clone() };
        let first = |rule: &EventRule| rows.iter().position(|row| matches(rule, row)) == Some(at);
        matches(rule, rows[at])
            && match query.steps[step].occurrence {
                Occurrence::Any => true,
                Occurrence::FirstEver => first(&nameless),
                Occurrence::FirstMatching => first(rule),
            }
    };
    let mut looked: Vec<Row<'a>> = Vec::new();
    for (at, &row) in rows.iter().enumerate() {
        let last = match (query.range, query.window_millis) {
            (Range::AllEvents, _) => to,
            (Range::Entry, window) => to.saturating_add(window.unwrap_or(i64::MAX)),
        };
        if row.time < from || row.time > last {
            continue;
        }
        let mut steps: BTreeSet<usize> = (0..query.steps.len()).filter(|&step| counts(step, at)).collect();
        let entered = looked.iter().any(|row| row.steps.contains(&0));
        let late = row.time > to || (query.entry == Entry::First && entered);
        if query.order != Order::Unordered && late {
            steps.remove(&0);
        }
        let exclusions = query.exclusions.iter().filter(|exclusion| matches(&exclusion.rule, row));
        let spoils = exclusions
            .flat_map(|exclusion| exclusion.from as usize..exclusion.to as usize)
            .collect::<BTreeSet<_>>();
        if query.order == Order::Strict || !steps.is_empty() || !spoils.is_empty() {
            looked.push(Row { row, steps, spoils });
        }
    }
    looked
}

/// What becomes of a user with these rows; `end` is the last time of the whole data.
pub(super) fn fate(query: &FunnelQuery, rows: &[Row<'_>], end: i64) -> Fate {
    let end = match (query.range, query.scope.to) {
        (Range::AllEvents, Some(to)) => end.min(to.0),
        _ => end,
    };
    let mut rows = rows.to_vec();
    if query.order == Order::Strict && query.strict_kind == StrictKind::Restart {
        rows.sort_by_key(|row| (row.row.time, row.steps.first().map_or(0, |step| step + 1)));
    }
    let naive = Naive { query, rows: &rows, end };
    let may_stop = query.strict_kind != StrictKind::Restart || query.repeats == Repeats::Stop;
    match (query.order, query.search, query.tie) {
        (Order::Unordered, ..) => naive.unordered(),
        (_, Search::LatestStartOnly, Tie::Never) => naive.scan(),
        _ if may_stop => naive.scan(),
        _ => naive.in_order(),
    }
}

/// A chain: filled steps and the rows that fill them.
type Chain = Vec<(usize, usize)>;

struct Naive<'a> {
    query: &'a FunnelQuery,
    rows: &'a [Row<'a>],
    end: i64,
}

impl Naive<'_> {
    fn time(&self, row: usize) -> i64 {
        self.rows[row].row.time
    }

    fn last_time(&self, chain: &Chain) -> i64 {
        self.time(chain[chain.len() - 1].1)
    }

    fn in_window(&self, start: i64, time: i64) -> bool {
        self.query.window_millis.is_none_or(|window| time - start <= window)
    }

    fn is_open(&self, start: i64) -> bool {
        let open = |window| self.end - start < window;
        self.query.open == OpenUsers::Apart && self.query.window_millis.is_some_and(open)
    }

    /// Whether the row shares its instant with a row of another meaning, where such instants are read loosely.
    fn is_loose(&self, row: usize) -> bool {
        let same = |other: &Row<'_>| {
            (&other.steps, &other.spoils) == (&self.rows[row].steps, &self.rows[row].spoils)
        };
        let mut instant = self.rows.iter().filter(|other| other.row.time == self.time(row));
        self.query.tie == Tie::Loose && !instant.all(same)
    }

    fn spoilers(&self, step: usize) -> impl Iterator<Item = i64> {
        (0..self.rows.len())
            .filter(move |&row| self.rows[row].spoils.contains(&step) && !self.is_loose(row))
            .map(|row| self.time(row))
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
                if self.rows[row].steps.contains(&step) && self.may_follow(&chain, last_row, row) {
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

    fn may_follow(&self, chain: &Chain, before: usize, row: usize) -> bool {
        let (earlier, time) = (self.time(before), self.time(row));
        let in_order = match self.query.tie {
            Tie::Never => earlier < time,
            Tie::StepOrder | Tie::Loose => earlier <= time,
        };
        let is_new = self.query.reuse == Reuse::Many || chain.iter().all(|&(_, used)| used != row);
        let between = || (before.min(row) + 1..row.max(before)).filter(|&other| !self.is_loose(other));
        let both_loose = earlier == time && self.is_loose(row);
        let restarts = self.query.order == Order::Strict && self.query.strict_kind == StrictKind::Restart;
        let unbroken = !restarts || both_loose || (before <= row && between().next().is_none());
        in_order && is_new && unbroken && self.in_window(self.time(chain[0].1), time)
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
        let (start, last) = (self.time(chain[0].1), self.last_time(chain));
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
        if self.query.time_from == TimeFrom::LatestStart || self.query.order == Order::Strict {
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
        let open = !converted && alive.iter().any(|chain| self.is_open(self.time(chain[0].1)));
        Fate::Entered { chain: counted, open }
    }

    /// Whether the chain could go on if more rows came.
    fn is_alive(&self, chain: &Chain) -> bool {
        let (_, last) = chain[chain.len() - 1];
        let broken = || (last + 1..self.rows.len()).any(|row| !self.is_loose(row));
        let is_mixed = self.is_loose(last);
        let later = |row: usize| self.time(row) > self.time(last) && !self.is_loose(row);
        let broken = if is_mixed { (0..self.rows.len()).any(later) } else { broken() };
        !self.is_spoilt_after(chain, i64::MAX) && (self.query.order != Order::Strict || !broken)
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
                entries.push((row.row.time, None, at));
            }
            entries.extend(row.steps.iter().map(|&step| (row.row.time, Some(step), at)));
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
                if chain.last().is_none_or(|&(_, last)| self.may_follow(&chain, last, row)) {
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
        let is_open = alive.iter().any(|chain| self.is_open(self.time(chain[0].1)));
        Fate::Entered { chain: self.counted(&made), open: level < self.query.steps.len() && is_open }
    }

    fn unordered(&self) -> Fate {
        let mut chains = Vec::new();
        self.extend_unordered(Vec::new(), 0, &mut chains);
        chains.retain(|chain| self.is_sound_unordered(chain));
        let Some(level) = chains.iter().map(Vec::len).max() else { return Fate::Absent };
        let mut timed: Vec<Vec<i64>> = chains
            .iter()
            .filter(|chain| chain.len() == level)
            .map(|chain| {
                let mut times: Vec<i64> = chain.iter().map(|&(_, row)| self.time(row)).collect();
                times.sort_unstable();
                times
            })
            .collect();
        let first_end = timed.iter().map(|times| times[level - 1]).min().unwrap();
        let best = match self.query.time_from {
            TimeFrom::EarliestStart => timed.iter().min(),
            TimeFrom::LatestStart => {
                timed.retain(|times| times[level - 1] == first_end);
                timed.iter().min_by_key(|times| (Reverse(times[0]), times.to_vec()))
            }
        };
        let chain = best.unwrap().iter().copied().enumerate().collect();
        let to = self.query.scope.to.map_or(i64::MAX, |to| to.0);
        let is_alive = |chain: &&Chain| {
            let time = self.time(chain[0].1);
            chain.len() == 1
                && time <= to
                && self.is_open(time)
                && self.clearings().all(|cleared| cleared <= time)
        };
        let open = level < self.query.steps.len() && chains.iter().any(|chain| is_alive(&chain));
        Fate::Entered { chain, open }
    }

    /// Instants at which all progress is thrown away.
    fn clearings(&self) -> impl Iterator<Item = i64> {
        self.rows.iter().filter(|row| !row.spoils.is_empty()).map(|row| row.row.time)
    }

    fn extend_unordered(&self, chain: Chain, next: usize, chains: &mut Vec<Chain>) {
        if next == self.query.steps.len() {
            if !chain.is_empty() {
                chains.push(chain);
            }
            return;
        }
        for row in 0..self.rows.len() {
            if self.rows[row].steps.contains(&next) {
                let mut longer = chain.clone();
                longer.push((next, row));
                self.extend_unordered(longer, next + 1, chains);
            }
        }
        self.extend_unordered(chain, next + 1, chains);
    }

    fn is_sound_unordered(&self, chain: &Chain) -> bool {
        let times = || chain.iter().map(|&(_, row)| self.time(row));
        let (start, end) = (times().min().unwrap(), times().max().unwrap());
        let rows: BTreeSet<usize> = chain.iter().map(|&(_, row)| row).collect();
        let is_new = match (self.query.tie, self.query.reuse) {
            (Tie::Never, _) => times().collect::<BTreeSet<_>>().len() == chain.len(),
            (_, Reuse::Once) => rows.len() == chain.len(),
            (_, Reuse::Many) => true,
        };
        let cleared = (0..self.rows.len()).filter(|&row| !self.rows[row].spoils.is_empty()).any(|row| {
            let time = self.time(row);
            start < time && (time < end || (time == end && !self.is_loose(row)))
        });
        let is_reset = self.query.on_exclusion == OnExclusion::ResetProgress
            && chain.len() < self.query.steps.len()
            && self.clearings().any(|time| start < time && self.in_window(start, time));
        let to = self.query.scope.to.map_or(i64::MAX, |to| to.0);
        is_new && !is_reset && !cleared && start <= to && self.in_window(start, end)
    }
}
