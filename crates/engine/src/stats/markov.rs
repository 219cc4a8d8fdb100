//! Absorbing Markov chains of paths: how likely a path is to convert, and how much less so without one of its steps.
//!
//! ```text
//!           ┌─► a ─► b ─► converted        a state is the last `order` steps,
//! start ────┤        └──► lost             of which there are fewer at the start
//!           └─► b …
//! ```

/// Counted transitions of a chain whose states are the last one to three steps of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    n_steps: usize,
    order: u32,
    /// By state and by what comes next, how often: each step, converting, being lost.
    counts: Vec<u64>,
}

/// A chain without transitions that end it, or one whose solution is not found, has no effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEffects {
    /// No path converts.
    NothingConverts,
    /// The iteration did not reach its tolerance: paths are so long that they hardly ever end.
    NotConverged,
}

/// How many sweeps the iteration is given.
const MAX_SWEEPS: usize = 20_000;

/// The largest change of a sweep at which a solution is found.
const TOLERANCE: f64 = 1e-14;

impl Chain {
    /// A chain of so many different steps, of an order from 1 to 3, without any transitions.
    pub fn new(n_steps: usize, order: u32) -> Self {
        let n_states = (n_steps + 1).pow(order);
        Self { n_steps, order, counts: vec![0; n_states * (n_steps + 2)] }
    }

    /// A chain from its cells, as [`Chain::cells`] gives them. Cells beyond the chain are ignored.
    pub fn from_cells(n_steps: usize, order: u32, cells: &[(u32, u64)]) -> Self {
        let mut chain = Self::new(n_steps, order);
        for &(cell, n) in cells {
            if let Some(count) = chain.counts.get_mut(cell as usize) {
                *count += n;
            }
        }
        chain
    }

    /// The cells that hold a count, in order.
    pub fn cells(&self) -> Vec<(u32, u64)> {
        (0..).zip(&self.counts).filter(|&(_, &n)| n > 0).map(|(cell, &n)| (cell, n)).collect()
    }

    /// Adds a path. O(steps).
    pub fn add(&mut self, steps: impl IntoIterator<Item = u8>, converts: Converts) {
        let base = self.n_steps + 1;
        let wrap = base.pow(self.order);
        let mut state = 0;
        for step in steps {
            self.counts[state * (self.n_steps + 2) + usize::from(step)] += 1;
            state = (state * base + usize::from(step) + 1) % wrap;
        }
        let end = self.n_steps + usize::from(converts == Converts::No);
        self.counts[state * (self.n_steps + 2) + end] += 1;
    }

    /// The chain of a lower order that the same paths make.
    #[must_use]
    pub fn lowered(&self, order: u32) -> Self {
        let mut lower = Self::new(self.n_steps, order);
        let wrap = (self.n_steps + 1).pow(order);
        let width = self.n_steps + 2;
        for (state, counts) in self.counts.chunks(width).enumerate() {
            // A state's last steps are its last digits.
            let own = &mut lower.counts[(state % wrap) * width..][..width];
            own.iter_mut().zip(counts).for_each(|(own, n)| *own += n);
        }
        lower
    }

    /// For each step its removal effect: by which share fewer paths convert if each one that comes to it is lost there
    /// (Anderl et al. 2016). 0 for a step that no path has. The chain is solved, not simulated, by Gauss and Seidel's
    /// iteration. O(sweeps × steps × transitions).
    ///
    /// ```
    /// use cairn_engine::stats::markov::{Chain, Converts};
    /// let mut chain = Chain::new(3, 1);
    /// chain.add([0, 1, 2], Converts::Yes);
    /// chain.add([0], Converts::No);
    /// chain.add([1, 2], Converts::No);
    /// let effects = chain.removal_effects().unwrap();
    /// let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
    /// assert!(near(effects[0], 0.5) && near(effects[1], 1.0) && near(effects[2], 1.0));
    /// ```
    ///
    /// # Errors
    /// If no path converts, or the iteration does not converge.
    pub fn removal_effects(&self) -> Result<Vec<f64>, NoEffects> {
        let states = self.states();
        let mut chances = vec![0.0; states.len()];
        let whole = solve(&states, None, &mut chances)?;
        if whole <= 0.0 {
            return Err(NoEffects::NothingConverts);
        }
        let effect = |step: usize| {
            if !states.iter().any(|state| state.next.iter().any(|next| next.step == step)) {
                return Ok(0.0);
            }
            let without = solve(&states, Some(step), &mut chances.clone())?;
            Ok((1.0 - without / whole).clamp(0.0, 1.0))
        };
        (0..self.n_steps).map(effect).collect()
    }

    /// The states that paths come to, the start first, with what follows them.
    fn states(&self) -> Vec<State> {
        let (width, base) = (self.n_steps + 2, self.n_steps + 1);
        let wrap = base.pow(self.order);
        let mut places = vec![usize::MAX; wrap];
        let (mut states, mut found) = (Vec::new(), vec![0_usize]);
        places[0] = 0;
        let mut at = 0;
        while let Some(&code) = found.get(at) {
            at += 1;
            let counts = &self.counts[code * width..][..width];
            let all = counts.iter().sum::<u64>().max(1) as f64;
            let mut next = Vec::new();
            for (step, &n) in counts[..self.n_steps].iter().enumerate().filter(|(_, n)| **n > 0) {
                let to = (code * base + step + 1) % wrap;
                if places[to] == usize::MAX {
                    places[to] = found.len();
                    found.push(to);
                }
                next.push(Next { to: places[to], step, chance: n as f64 / all });
            }
            states.push(State { converts: counts[self.n_steps] as f64 / all, next });
        }
        states
    }
}

/// Whether a path converts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the two ends")]
pub enum Converts {
    Yes,
    No,
}

struct State {
    /// The chance that this is where the path converts.
    converts: f64,
    next: Vec<Next>,
}

struct Next {
    to: usize,
    step: usize,
    chance: f64,
}

/// The chance to convert from the start, if what comes to `removed` is lost. `chances` holds a guess, and the solution
/// afterwards. States are gone through from the last found to the first, so that what follows is mostly known before.
fn solve(states: &[State], removed: Option<usize>, chances: &mut [f64]) -> Result<f64, NoEffects> {
    for _ in 0..MAX_SWEEPS {
        let mut change = 0.0_f64;
        for (place, state) in states.iter().enumerate().rev() {
            let (mut value, mut stays) = (state.converts, 0.0);
            for next in &state.next {
                if Some(next.step) == removed {
                    continue;
                }
                if next.to == place {
                    stays += next.chance;
                } else {
                    value += next.chance * chances[next.to];
                }
            }
            let value = if stays < 1.0 { value / (1.0 - stays) } else { 0.0 };
            change = change.max((value - chances[place]).abs());
            chances[place] = value;
        }
        if change <= TOLERANCE {
            return Ok(chances[0]);
        }
    }
    Err(NoEffects::NotConverged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The chance to convert, by Gaussian elimination of all states at once.
    fn dense(chain: &Chain, removed: Option<usize>) -> f64 {
        let states = chain.states();
        let n = states.len();
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for (place, state) in states.iter().enumerate() {
            let mut row = vec![0.0; n + 1];
            row[place] = 1.0;
            row[n] = state.converts;
            for next in state.next.iter().filter(|next| Some(next.step) != removed) {
                row[next.to] -= next.chance;
            }
            rows.push(row);
        }
        for pivot in 0..n {
            let best =
                (pivot..n).max_by(|&a, &b| rows[a][pivot].abs().total_cmp(&rows[b][pivot].abs())).unwrap();
            rows.swap(pivot, best);
            let (above, below) = rows.split_at_mut(pivot + 1);
            for row in below {
                let factor = row[pivot] / above[pivot][pivot];
                (pivot..=n).for_each(|at| row[at] -= factor * above[pivot][at]);
            }
        }
        for pivot in (0..n).rev() {
            let known: f64 = (pivot + 1..n).map(|at| rows[pivot][at] * rows[at][n]).sum();
            rows[pivot][n] = (rows[pivot][n] - known) / rows[pivot][pivot];
        }
        rows[0][n]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::testing::n_cases(2_000)))]
        #[test]
        fn effects_agree_with_elimination_and_lower_orders_with_chains_of_their_own(
            paths in prop::collection::vec((prop::collection::vec(0_u8..4, 0..7), any::<bool>()), 1..20),
            order in 1_u32..=3,
        ) {
            let chain = |order| {
                let mut chain = Chain::new(4, order);
                for (path, converts) in &paths {
                    chain.add(path.iter().copied(), if *converts { Converts::Yes } else { Converts::No });
                }
                chain
            };
            let own = chain(order);
            prop_assert_eq!(&chain(3).lowered(order), &own);
            prop_assert_eq!(&Chain::from_cells(4, order, &own.cells()), &own);
            let whole = dense(&own, None);
            match own.removal_effects() {
                Err(reason) => {
                    prop_assert_eq!(reason, NoEffects::NothingConverts);
                    prop_assert!(paths.iter().all(|(_, converts)| !converts));
                }
                Ok(effects) => for (step, effect) in effects.iter().enumerate() {
                    let expected = 1.0 - dense(&own, Some(step)) / whole;
                    prop_assert!((effect - expected).abs() < 1e-10, "{step}: {effect} and {expected}");
                },
            }
        }
    }

    #[test]
    fn three_steps_of_twelve_kinds_are_1884_states() {
        let mut chain = Chain::new(12, 3);
        for a in 0..12 {
            for b in 0..12 {
                for c in 0..12 {
                    chain.add([a, b, c], Converts::Yes);
                }
            }
        }
        assert_eq!(chain.states().len() - 1, 1_884);
    }
}
