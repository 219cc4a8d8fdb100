//! The pattern language: which sequences of a user's rows are meant, as a line of text.
//!
//! ```text
//! signup -> [^purchase]* -> cancel        a signup, then no purchase, then a cancellation
//! visit ->> <=30m signup                  a signup at most half an hour after a visit, whatever lies between
//! (email | ad) ->> payment{2,}            an email or an ad, later two payments or more in a row
//! ```
//!
//! `docs/patterns.md` holds the grammar. A pattern is read by the `parser`, made into an automaton of at most
//! [`MAX_PARTS`] parts, each of which takes one row, and matched in one pass over a user's rows from the last to the first
//! and one from the first to the last: linear in the rows whatever the pattern, since a set of parts is the bits of a word.
//!
//! Of all the ways to match, the one that counts starts as early as possible; then, row by row, it ends as soon as it can,
//! or else goes on to the earliest row it can. Matches never share a row.

mod automaton;
mod lexer;
mod matcher;
mod parser;
#[cfg(test)]
mod tests;

pub use self::automaton::MAX_PARTS;
pub use self::matcher::{Match, Matcher, Rows};
pub use self::parser::Pattern;

/// What is wrong with a pattern's text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}, at character {}", at + 1)]
pub struct PatternError {
    /// Where, in characters from the text's start; the number of characters for the end.
    pub at: usize,
    /// What, in a sentence for people.
    pub problem: String,
}

impl PatternError {
    fn new(at: usize, problem: impl Into<String>) -> Self {
        Self { at, problem: problem.into() }
    }
}

/// Bounds on the time since the row that was matched before, in milliseconds, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bounds {
    least: i64,
    most: i64,
}

impl Bounds {
    const NONE: Self = Self { least: 0, most: i64::MAX };

    fn hold(self, millis: i64) -> bool {
        (self.least..=self.most).contains(&millis)
    }
}

/// How a part follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Link {
    reach: Reach,
    bounds: Bounds,
}

impl Link {
    const NEXT: Self = Self { reach: Reach::Next, bounds: Bounds::NONE };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// With the very next row.
    Next,
    /// With any later row.
    Later,
}
