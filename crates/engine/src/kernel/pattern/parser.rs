//! From words to a tree.

use std::str::FromStr;

use super::lexer::{Token, words};
use super::{Bounds, Link, PatternError, Reach};

/// A pattern that has been read; what its names stand for is looked up later.
///
/// ```
/// use cairn_engine::kernel::pattern::Pattern;
/// assert!("signup -> [^purchase]* -> cancel".parse::<Pattern>().is_ok());
/// let error = "signup -> -> cancel".parse::<Pattern>().unwrap_err();
/// assert_eq!(error.at, 10);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    pub(super) tree: Tree,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// One row.
    Row(RowKind),
    /// One after the other; the first link says nothing.
    Sequence(Vec<(Link, Tree)>),
    /// One of these.
    Choice(Vec<Tree>),
    /// So many times in a row.
    Repeat { tree: Box<Tree>, at: usize, least: u32, most: Option<u32> },
}

/// What a row must be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RowKind {
    Any,
    /// One of these names, which stand at these places.
    OneOf(Vec<(usize, String)>),
    NoneOf(Vec<(usize, String)>),
}

/// The most times that a part can be asked to repeat.
const MAX_TIMES: u32 = 64;
/// How deep parentheses may lie in each other.
const MAX_DEPTH: u32 = 32;

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let mut parser = Parser { words: words(text)?, next: 0, depth: 0 };
        let tree = parser.choice()?;
        match parser.peek() {
            (_, Token::End) => Ok(Self { tree }),
            (at, Token::Sign(")")) => Err(PatternError::new(at, "there is no ( for this )")),
            (at, token) => Err(PatternError::new(
                at,
                format!("{} cannot stand here; put -> (next) or ->> (later) before it", name(&token)),
            )),
        }
    }
}

struct Parser {
    words: Vec<(usize, Token)>,
    next: usize,
    depth: u32,
}

impl Parser {
    fn peek(&self) -> (usize, Token) {
        self.words[self.next].clone()
    }

    fn take(&mut self) -> (usize, Token) {
        let word = self.peek();
        self.next = (self.next + 1).min(self.words.len() - 1);
        word
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is_it = matches!(self.words[self.next].1, Token::Sign(found) if found == sign);
        self.next += usize::from(is_it);
        is_it
    }

    fn choice(&mut self) -> Result<Tree, PatternError> {
        let mut choices = vec![self.sequence()?];
        while self.take_sign("|") {
            choices.push(self.sequence()?);
        }
        Ok(if choices.len() == 1 { choices.remove(0) } else { Tree::Choice(choices) })
    }

    fn sequence(&mut self) -> Result<Tree, PatternError> {
        let mut parts = vec![(Link::NEXT, self.repeated()?)];
        loop {
            let reach = if self.take_sign("->>") {
                Reach::Later
            } else if self.take_sign("->") {
                Reach::Next
            } else {
                break;
            };
            let bounds = self.bounds()?;
            parts.push((Link { reach, bounds }, self.repeated()?));
        }
        Ok(if parts.len() == 1 { parts.remove(0).1 } else { Tree::Sequence(parts) })
    }

    fn bounds(&mut self) -> Result<Bounds, PatternError> {
        let mut bounds = Bounds::NONE;
        let start = self.peek().0;
        while let Token::Sign(sign @ ("<=" | "<" | ">=" | ">" | "==")) = self.peek().1 {
            self.take();
            let (at, Token::Duration(millis)) = self.take() else {
                let problem = "a length of time is missing here; write it as 30s, 10m, 2h or 7d";
                return Err(PatternError::new(self.words[self.next - 1].0, problem));
            };
            let _ = at;
            match sign {
                "<=" => bounds.most = bounds.most.min(millis),
                "<" => bounds.most = bounds.most.min(millis - 1),
                ">=" => bounds.least = bounds.least.max(millis),
                ">" => bounds.least = bounds.least.max(millis + 1),
                _ => bounds = Bounds { least: bounds.least.max(millis), most: bounds.most.min(millis) },
            }
        }
        if bounds.least > bounds.most {
            return Err(PatternError::new(start, "no time is both this long and this short"));
        }
        Ok(bounds)
    }

    fn repeated(&mut self) -> Result<Tree, PatternError> {
        let tree = self.part()?;
        let at = self.peek().0;
        let (least, most) = if self.take_sign("*") {
            (0, None)
        } else if self.take_sign("+") {
            (1, None)
        } else if self.take_sign("?") {
            (0, Some(1))
        } else if self.take_sign("{") {
            self.times()?
        } else {
            return Ok(tree);
        };
        Ok(Tree::Repeat { tree: Box::new(tree), at, least, most })
    }

    fn times(&mut self) -> Result<(u32, Option<u32>), PatternError> {
        let (at, Token::Number(least)) = self.take() else {
            let problem = "a number of times is missing here; write {2}, {2,} or {2,5}";
            return Err(PatternError::new(self.words[self.next - 1].0, problem));
        };
        let mut most = Some(least);
        if self.take_sign(",") {
            most = None;
            if let (_, Token::Number(number)) = self.peek() {
                self.take();
                most = Some(number);
            }
        }
        let (end, token) = self.take();
        if token != Token::Sign("}") {
            return Err(PatternError::new(end, "} is missing here"));
        }
        if most.is_some_and(|most| most < least) {
            return Err(PatternError::new(at, "the smaller number comes first"));
        }
        if least.max(most.unwrap_or(0)) > MAX_TIMES {
            return Err(PatternError::new(at, format!("at most {MAX_TIMES} times can be asked for")));
        }
        Ok((least, most))
    }

    fn part(&mut self) -> Result<Tree, PatternError> {
        let (at, token) = self.take();
        match token {
            Token::Name(name) => Ok(Tree::Row(RowKind::OneOf(vec![(at, name)]))),
            Token::Sign(".") => Ok(Tree::Row(RowKind::Any)),
            Token::Sign("[") => Ok(Tree::Row(RowKind::OneOf(self.names(at)?))),
            Token::Sign("[^") => Ok(Tree::Row(RowKind::NoneOf(self.names(at)?))),
            Token::Sign("(") => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(PatternError::new(at, "there are too many parentheses in each other"));
                }
                let tree = self.choice()?;
                self.depth -= 1;
                if !self.take_sign(")") {
                    return Err(PatternError::new(at, "this ( is not closed; add a )"));
                }
                Ok(tree)
            }
            Token::End => Err(PatternError::new(at, "an event's name is missing at the end")),
            other => {
                let problem = format!(
                    "an event's name is missing before {}; names with signs in them need quotation marks",
                    name(&other)
                );
                Err(PatternError::new(at, problem))
            }
        }
    }

    fn names(&mut self, start: usize) -> Result<Vec<(usize, String)>, PatternError> {
        let mut names = Vec::new();
        loop {
            match self.take() {
                (at, Token::Name(name)) => names.push((at, name)),
                (_, Token::Sign(",")) if !names.is_empty() => {}
                (_, Token::Sign("]")) if !names.is_empty() => return Ok(names),
                (at, Token::Sign("]")) => {
                    return Err(PatternError::new(at, "the brackets need at least one name"));
                }
                (_, Token::End) => return Err(PatternError::new(start, "this [ is not closed; add a ]")),
                (at, token) => {
                    let problem = format!("only names can stand in brackets, and {} is none", name(&token));
                    return Err(PatternError::new(at, problem));
                }
            }
        }
    }
}

fn name(token: &Token) -> String {
    match token {
        Token::Name(name) => format!("\"{name}\""),
        Token::Sign(sign) => (*sign).to_owned(),
        Token::Number(number) => number.to_string(),
        Token::Duration(millis) => format!("{millis} ms"),
        Token::End => "the end".to_owned(),
    }
}

impl Pattern {
    /// The pattern without its last part, without its last two, and so on, while it is a sequence.
    pub fn beginnings(&self) -> Vec<Self> {
        let Tree::Sequence(parts) = &self.tree else { return Vec::new() };
        (1..parts.len()).rev().map(|n| Self { tree: Tree::Sequence(parts[..n].to_vec()) }).collect()
    }
}
