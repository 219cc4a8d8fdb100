//! Formulas of series: `A / B * 100`.
//!
//! ```text
//! sum     = product { ("+" | "-") product }
//! product = unary { ("*" | "/") unary }
//! unary   = "-" unary | "(" sum ")" | NUMBER | LETTER
//! ```

use crate::error::{QueryError, QueryProblem};

/// How deep parentheses and signs may be nested, so that no formula is too deep for the stack.
const DEEPEST: usize = 64;

/// A formula, read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Formula {
    Number(f64),
    /// Index of a series; A is 0.
    Series(usize),
    Negative(Box<Self>),
    Binary(Box<Self>, Operator, Box<Self>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

impl Formula {
    /// Reads a formula of so many series. Letters may be small or capital.
    ///
    /// # Errors
    /// If it is not one; the error says at which character, counted from 1, and what was expected there. Its field is empty.
    pub(super) fn parse(text: &str, n_series: usize) -> Result<Self, QueryError> {
        let chars: Vec<char> = text.chars().collect();
        let mut reader = Reader { chars: &chars, at: 0, n_series, depth: 0 };
        let formula = reader.sum()?;
        match reader.peek() {
            None => Ok(formula),
            Some(_) => Err(reader.expected("+, -, *, / or the end")),
        }
    }

    /// Its value, given those of the series; none if one that it needs is missing, something is divided by 0, or the result
    /// is beyond all numbers.
    pub(super) fn value(&self, series: &[Option<f64>]) -> Option<f64> {
        let value = match self {
            Self::Number(number) => *number,
            Self::Series(index) => series.get(*index).copied().flatten()?,
            Self::Negative(of) => -of.value(series)?,
            Self::Binary(left, operator, right) => {
                let (left, right) = (left.value(series)?, right.value(series)?);
                match operator {
                    Operator::Plus => left + right,
                    Operator::Minus => left - right,
                    Operator::Times => left * right,
                    Operator::Over => left / right,
                }
            }
        };
        value.is_finite().then_some(value + 0.0)
    }
}

struct Reader<'f> {
    chars: &'f [char],
    at: usize,
    n_series: usize,
    depth: usize,
}

impl Reader<'_> {
    fn sum(&mut self) -> Result<Formula, QueryError> {
        let mut left = self.product()?;
        while let Some(operator) =
            self.operator([('+', Operator::Plus), ('-', Operator::Minus), ('−', Operator::Minus)])
        {
            left = Formula::Binary(Box::new(left), operator, Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Formula, QueryError> {
        let mut left = self.unary()?;
        while let Some(operator) =
            self.operator([('*', Operator::Times), ('×', Operator::Times), ('/', Operator::Over)])
        {
            left = Formula::Binary(Box::new(left), operator, Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Formula, QueryError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.problem(format!("is nested deeper than {DEEPEST} levels")));
        }
        let found = match self.peek() {
            Some('-' | '−') => {
                self.at += 1;
                Ok(Formula::Negative(Box::new(self.unary()?)))
            }
            Some('(') => {
                self.at += 1;
                let inner = self.sum()?;
                match self.peek() {
                    Some(')') => {
                        self.at += 1;
                        Ok(inner)
                    }
                    _ => Err(self.expected(")")),
                }
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_ascii_alphabetic() => self.letter(c),
            _ => Err(self.expected("a series' letter, a number or (")),
        };
        self.depth -= 1;
        found
    }

    fn number(&mut self) -> Result<Formula, QueryError> {
        let start = self.at;
        let digits = self.chars[start..].iter().take_while(|c| c.is_ascii_digit() || **c == '.');
        let text: String = digits.collect();
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.at += text.chars().count();
                Ok(Formula::Number(number))
            }
            _ => Err(self.problem(format!("\"{text}\" is not a number; write it as 100 or 0.5"))),
        }
    }

    fn letter(&mut self, letter: char) -> Result<Formula, QueryError> {
        let index = usize::from(letter.to_ascii_uppercase() as u8 - b'A');
        let is_alone = self.chars.get(self.at + 1).is_none_or(|c| !c.is_alphanumeric());
        if index < self.n_series && is_alone {
            self.at += 1;
            return Ok(Formula::Series(index));
        }
        let last = char::from(b'A' + (self.n_series.max(1) - 1) as u8);
        let name: String = self.chars[self.at..].iter().take_while(|c| c.is_alphanumeric()).collect();
        Err(self.problem(format!("there is no series \"{name}\"; the series are A to {last}")))
    }

    fn operator<const N: usize>(&mut self, operators: [(char, Operator); N]) -> Option<Operator> {
        let found = self.peek()?;
        let (_, operator) = operators.into_iter().find(|(sign, _)| *sign == found)?;
        self.at += 1;
        Some(operator)
    }

    /// The next character that is not a space.
    fn peek(&mut self) -> Option<char> {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
        self.chars.get(self.at).copied()
    }

    fn expected(&mut self, wanted: &str) -> QueryError {
        let found = self.peek().map_or("the end".to_owned(), |c| format!("\"{c}\""));
        self.problem(format!("expected {wanted}, and found {found}"))
    }

    fn problem(&self, what: String) -> QueryError {
        let explanation = format!("at character {}: {what}", self.at + 1);
        QueryError::new("", QueryProblem::Conflict { explanation })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<f64> {
        Formula::parse(text, 3).unwrap().value(&[Some(6.0), Some(4.0), Some(0.0)])
    }

    #[test]
    fn products_come_before_sums_and_equal_signs_from_the_left() {
        assert_eq!(value("A / B * 100"), Some(150.0));
        assert_eq!(value("a-b-1"), Some(1.0));
        assert_eq!(value("A + B * 2"), Some(14.0));
        assert_eq!(value("(A + B) * -2.5"), Some(-25.0));
        assert_eq!(value("--A"), Some(6.0));
    }

    #[test]
    fn what_is_divided_by_zero_or_missing_has_no_value() {
        assert_eq!(value("A / C"), None);
        assert_eq!(value("C / C"), None);
        let formula = Formula::parse("A + B", 2).unwrap();
        assert_eq!(formula.value(&[Some(1.0), None]), None);
    }

    #[test]
    fn an_error_says_where_it_is_and_what_was_expected() {
        let said = |text: &str| Formula::parse(text, 2).unwrap_err().problem.to_string();
        assert_eq!(said("A / D"), "at character 5: there is no series \"D\"; the series are A to B");
        assert_eq!(
            said("A +"),
            "at character 4: expected a series' letter, a number or (, and found the end"
        );
        assert_eq!(said("(A"), "at character 3: expected ), and found the end");
        assert_eq!(said("A B"), "at character 3: expected +, -, *, / or the end, and found \"B\"");
        assert_eq!(said("1.2.3"), "at character 1: \"1.2.3\" is not a number; write it as 100 or 0.5");
        assert_eq!(said("größe"), "at character 1: there is no series \"größe\"; the series are A to B");
        assert!(said(&"(".repeat(1000)).contains("nested"));
    }
}
