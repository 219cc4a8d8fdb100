//! Whether a required event's value of one property is the conversion's value of another.

use super::query::SameValue;
use crate::error::{QueryError, QueryProblem};
use crate::table::{Column, MISSING, Numbers, Table, TextColumn};

/// A compiled [`SameValue`].
#[derive(Debug)]
pub(super) enum SameValues<'t> {
    /// Nothing is compared.
    Any,
    /// By the conversion's code, the codes that are equal to it.
    Texts(&'t TextColumn, &'t TextColumn, Vec<Vec<u32>>),
    /// By the conversion's code, the numbers that are equal to it.
    NumberOfText(&'t Numbers, &'t TextColumn, Vec<Vec<f64>>),
    /// The conversion's value is a number, the event's a text.
    TextOfNumber(&'t TextColumn, &'t Numbers),
    /// Both are numbers.
    Numbers(&'t Numbers, &'t Numbers),
}

impl<'t> SameValues<'t> {
    /// Compiles what must agree. O(entries of the columns).
    ///
    /// # Errors
    /// If a column is not there or holds neither texts nor numbers; the field is relative to the required event.
    pub(super) fn new(rule: Option<&SameValue>, table: &'t Table) -> Result<Self, QueryError> {
        let Some(rule) = rule else { return Ok(Self::Any) };
        let own = column(&rule.property, "same_value.property", table)?;
        let other = column(&rule.conversion_property, "same_value.conversion_property", table)?;
        Ok(match (own, other) {
            (Column::Text(own), Column::Text(other)) => {
                let codes = |text: &str| items(text).filter_map(|item| own.dictionary.code(item)).collect();
                Self::Texts(own, other, by_code(other, codes))
            }
            (Column::Number(own), Column::Text(other)) => {
                let numbers = |text: &str| items(text).filter_map(|item| item.parse().ok()).collect();
                Self::NumberOfText(own, other, by_code(other, numbers))
            }
            (Column::Text(own), Column::Number(other)) => Self::TextOfNumber(own, other),
            (Column::Number(own), Column::Number(other)) => Self::Numbers(own, other),
            _ => Self::Any,
        })
    }

    /// Whether the value of `row` is that of the conversion.
    pub(super) fn holds(&self, row: usize, conversion: usize) -> bool {
        match self {
            Self::Any => true,
            Self::Texts(own, other, codes) => {
                codes[other.codes.get(conversion) as usize].contains(&own.codes.get(row))
            }
            Self::NumberOfText(own, other, numbers) => own
                .get(row)
                .is_some_and(|number| numbers[other.codes.get(conversion) as usize].contains(&number)),
            Self::TextOfNumber(own, other) => other
                .get(conversion)
                .is_some_and(|number| own.text(row).and_then(|text| text.parse().ok()) == Some(number)),
            Self::Numbers(own, other) => own.get(row).is_some() && own.get(row) == other.get(conversion),
        }
    }
}

fn column<'t>(name: &str, field: &str, table: &'t Table) -> Result<&'t Column, QueryError> {
    let unknown = || QueryError::new(field, QueryProblem::UnknownProperty { name: name.to_owned() });
    match table.column(table.schema.find(name).ok_or_else(unknown)?) {
        column @ (Column::Text(_) | Column::Number(_)) => Ok(column),
        _ => {
            let (found, wanted) = ("times or users".to_owned(), "texts or numbers".to_owned());
            Err(QueryError::new(field, QueryProblem::WrongKind { name: name.to_owned(), found, wanted }))
        }
    }
}

/// What stands for each code of a column; nothing for a missing value.
fn by_code<T>(column: &TextColumn, of: impl Fn(&str) -> Vec<T>) -> Vec<Vec<T>> {
    let mut all = vec![Vec::new()];
    debug_assert_eq!(MISSING, 0);
    all.extend(column.dictionary.iter().map(of));
    all
}

/// The items of a list such as `[1, "b"]`, or the text itself. An item with a comma in it is cut there.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let list = text.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let (whole, list) = match list {
        Some(list) => (None, Some(list)),
        None => (Some(text), None),
    };
    let listed = list.into_iter().flat_map(|list| list.split(',')).map(|item| {
        let item = item.trim();
        item.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(item)
    });
    whole.into_iter().chain(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_items_and_any_other_text_is_one() {
        let list = |text: &'static str| items(text).collect::<Vec<_>>();
        assert_eq!(list("[1.2,1.3, 1.5]"), ["1.2", "1.3", "1.5"]);
        assert_eq!(list(r#"["a", "b c"]"#), ["a", "b c"]);
        assert_eq!((list("a,b"), list("[]")), (vec!["a,b"], vec![""]));
    }
}
