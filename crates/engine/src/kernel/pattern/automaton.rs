//! From a tree to the automaton of its parts, after Glushkov (1961): a part for each row in the text, and for each which
//! parts may follow it and how.

use super::parser::{Pattern, RowKind, Tree};
use super::{Bounds, Link, PatternError, Reach};

/// How many parts a pattern may have, repeated ones counted as often as they are written out.
pub const MAX_PARTS: usize = 64;

/// Parts and what follows them.
#[derive(Clone, Debug, Default)]
pub(super) struct Automaton {
    pub(super) rows: Vec<RowKind>,
    /// Parts that a match may start with.
    pub(super) first: u64,
    /// Parts that a match may end with.
    pub(super) last: u64,
    /// For each part those that may follow with the next row, whenever that is.
    pub(super) next: Vec<u64>,
    /// For each part the others that may follow.
    pub(super) later: Vec<Vec<Edge>>,
    /// Whether no row at all matches too.
    pub(super) emptiness: Emptiness,
}

/// Whether a pattern matches no row at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Emptiness {
    #[default]
    NeedsRow,
    MayBeEmpty,
}

/// A part that may follow, with a bound or with rows between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) to: u8,
    pub(super) link: Link,
}

/// What is known of a part of the tree.
#[derive(Clone, Debug)]
struct Piece {
    firsts: Vec<First>,
    /// Parts at the end, and how far the next row may lie from them: what was left out after them may have said so.
    lasts: Vec<(u8, Reach)>,
    empty: Option<Reach>,
}

/// A part that a piece may start with, after others of the piece were left out.
#[derive(Clone, Copy, Debug)]
struct First {
    part: u8,
    reach: Reach,
    /// The bounds before it, if something was left out.
    bounds: Option<Bounds>,
}

/// How many pieces are looked at before a pattern counts as too long: repetitions of nothing add no parts.
const MAX_PIECES: u32 = 10_000;

impl Automaton {
    /// The automaton of a pattern. O(parts²).
    ///
    /// # Errors
    /// If there are too many parts.
    pub(super) fn new(pattern: &Pattern) -> Result<Self, PatternError> {
        let mut builder = Builder { automaton: Self::default(), n_pieces: 0 };
        let piece = builder.add(&pattern.tree, 0)?;
        let mut automaton = builder.automaton;
        piece.firsts.iter().for_each(|first| automaton.first |= 1 << first.part);
        piece.lasts.iter().for_each(|&(part, _)| automaton.last |= 1 << part);
        if piece.empty.is_some() {
            automaton.emptiness = Emptiness::MayBeEmpty;
        }
        Ok(automaton)
    }
}

struct Builder {
    automaton: Automaton,
    n_pieces: u32,
}

impl Builder {
    fn add(&mut self, tree: &Tree, at: usize) -> Result<Piece, PatternError> {
        self.n_pieces += 1;
        if self.n_pieces > MAX_PIECES {
            return Err(too_long(at));
        }
        match tree {
            Tree::Row(kind) => self.add_row(kind, at),
            Tree::Sequence(parts) => {
                let mut all = Piece::nothing();
                for (link, tree) in parts {
                    let piece = self.add(tree, at)?;
                    self.append(&mut all, *link, Some(link.bounds), piece);
                }
                Ok(all)
            }
            Tree::Choice(choices) => {
                let mut all = Piece { firsts: Vec::new(), lasts: Vec::new(), empty: None };
                for choice in choices {
                    let piece = self.add(choice, at)?;
                    all.firsts.extend(piece.firsts);
                    all.lasts.extend(piece.lasts);
                    all.empty = all.empty.or(piece.empty);
                }
                Ok(all)
            }
            Tree::Repeat { tree, at, least, most } => self.add_repeat(tree, *at, *least, *most),
        }
    }

    fn add_row(&mut self, kind: &RowKind, at: usize) -> Result<Piece, PatternError> {
        if self.automaton.rows.len() == MAX_PARTS {
            return Err(too_long(at));
        }
        let part = self.automaton.rows.len() as u8;
        self.automaton.rows.push(kind.clone());
        self.automaton.next.push(0);
        self.automaton.later.push(Vec::new());
        let first = First { part, reach: Reach::Next, bounds: None };
        Ok(Piece { firsts: vec![first], lasts: vec![(part, Reach::Next)], empty: None })
    }

    fn add_repeat(
        &mut self,
        tree: &Tree,
        at: usize,
        least: u32,
        most: Option<u32>,
    ) -> Result<Piece, PatternError> {
        let mut all = Piece::nothing();
        let n_copies = most.unwrap_or_else(|| least.max(1));
        for copy in 0..n_copies {
            let mut piece = self.add(tree, at)?;
            if most.is_none() && copy + 1 == n_copies {
                self.connect(&piece.lasts.clone(), Link::NEXT, &piece.firsts);
            }
            if copy >= least {
                piece.empty = piece.empty.or(Some(Reach::Next));
            }
            // Who comes to a copy past empty ones comes from before all of them, under the bounds that stand there.
            self.append(&mut all, Link::NEXT, None, piece);
        }
        Ok(all)
    }

    /// Puts a piece after all that is there. `bounds` count before it where all that is there was left out.
    fn append(&mut self, all: &mut Piece, link: Link, bounds: Option<Bounds>, piece: Piece) {
        let is_start = all.firsts.is_empty();
        self.connect(&all.lasts, link, &piece.firsts);
        if let Some(before) = all.empty {
            let reach = further(before, link.reach);
            all.firsts.extend(piece.firsts.iter().map(|first| match is_start {
                true => *first,
                false => First {
                    part: first.part,
                    reach: further(first.reach, reach),
                    bounds: first.bounds.or(bounds),
                },
            }));
        }
        match piece.empty {
            Some(inner) => {
                let reach = further(link.reach, inner);
                all.lasts.iter_mut().for_each(|last| last.1 = further(last.1, reach));
                all.empty = all.empty.map(|before| further(before, reach));
            }
            None => {
                all.lasts.clear();
                all.empty = None;
            }
        }
        all.lasts.extend(piece.lasts);
    }

    fn connect(&mut self, lasts: &[(u8, Reach)], link: Link, firsts: &[First]) {
        for &(from, before) in lasts {
            for first in firsts {
                let reach = further(further(before, first.reach), link.reach);
                let link = Link { reach, bounds: first.bounds.unwrap_or(link.bounds) };
                if link == Link::NEXT {
                    self.automaton.next[usize::from(from)] |= 1 << first.part;
                    continue;
                }
                let edge = Edge { to: first.part, link };
                let edges = &mut self.automaton.later[usize::from(from)];
                if !edges.contains(&edge) {
                    edges.push(edge);
                }
            }
        }
    }
}

impl Piece {
    fn nothing() -> Self {
        Self { firsts: Vec::new(), lasts: Vec::new(), empty: Some(Reach::Next) }
    }
}

fn further(a: Reach, b: Reach) -> Reach {
    if a == Reach::Later { a } else { b }
}

fn too_long(at: usize) -> PatternError {
    let problem =
        format!("the pattern is too long; it may have {MAX_PARTS} parts, with repetitions written out");
    PatternError::new(at, problem)
}
