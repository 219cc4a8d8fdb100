//! What each row is called: its item. Decided once per entry of the dictionaries, so that a row costs a look-up.

use std::borrow::Cow;

use super::condition::{Test, Truth};
use crate::error::{QueryError, QueryProblem};
use crate::rule::{EventRule, ItemForm, ItemRule, ItemRules};
use crate::table::{Column, MISSING, Table, TextColumn, UserIdx};

/// Compiled [`ItemRules`]. Items are numbered from 0 in the order of their names' bytes, the same on all shards.
#[derive(Debug)]
pub struct Items<'t> {
    events: &'t TextColumn,
    sources: Vec<Source<'t>>,
    /// For each event, which source names its rows.
    choices: Vec<Choice>,
    names: Vec<Cow<'t, str>>,
}

/// What names the rows that a rule speaks of.
#[derive(Debug)]
struct Source<'t> {
    test: Test<'t>,
    text: &'t TextColumn,
    /// For each code its item, or [`NONE`].
    items: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    None,
    Source(u32),
    /// It depends on the row, from this source on.
    Depends(u32),
}

const NONE: u32 = u32::MAX;

impl<'t> Items<'t> {
    /// Compiles the rules. O(entries of the columns that name items, times their logarithm and the groupings).
    ///
    /// # Errors
    /// If a rule does not fit the table or a property is not a text column; the field is relative to the rules.
    pub fn new(rules: &ItemRules, table: &'t Table) -> Result<Self, QueryError> {
        let every = [ItemRule::default()];
        let of = if rules.of.is_empty() { every.as_slice() } else { &rules.of };
        let mut sources = Vec::new();
        let mut named: Vec<(Cow<'t, str>, u32, u32)> = Vec::new();
        for (index, rule) in of.iter().enumerate() {
            let within = |error: QueryError| error.within(&format!("of[{index}]"));
            let test = Test::rule(&rule.rule, table).map_err(|error| within(error.within("rule")))?;
            let text = source(rule, table).map_err(within)?;
            for code in 1..text.n_codes() as u32 {
                let name = name_of(text.dictionary.entry(code - 1), rule.form, &rules.groupings);
                if !rules.exclude.iter().any(|excluded| *excluded == name) {
                    named.push((name, index as u32, code));
                }
            }
            sources.push(Source { test, text, items: vec![NONE; text.n_codes()] });
        }
        // Names of one event column are in order already, which such a sort finds out at once.
        named.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        let mut names: Vec<Cow<'t, str>> = Vec::new();
        for (name, source, code) in named {
            if names.last() != Some(&name) {
                names.push(name);
            }
            sources[source as usize].items[code as usize] = names.len() as u32 - 1;
        }
        let events = table.events();
        let choices = (0..events.n_codes() as u32).map(|code| choice(&sources, events, code)).collect();
        Ok(Self { events, sources, choices, names })
    }

    /// How many items there are, those that no row has among them.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// An item's name.
    pub fn name(&self, item: u32) -> &str {
        &self.names[item as usize]
    }

    /// The item of this name. O(log items).
    pub fn find(&self, name: &str) -> Option<u32> {
        let found = self.names.binary_search_by(|other| other.as_bytes().cmp(name.as_bytes()));
        found.ok().map(|item| item as u32)
    }

    /// The item of a row; none if the row is left out.
    #[inline]
    pub fn of(&self, row: usize, user: UserIdx) -> Option<u32> {
        let source = match self.choices[self.events.codes.get(row) as usize] {
            Choice::None => return None,
            Choice::Source(source) => &self.sources[source as usize],
            Choice::Depends(from) => {
                self.sources[from as usize..].iter().find(|source| source.test.holds(row, user))?
            }
        };
        let item = source.items[source.text.codes.get(row) as usize];
        (item != NONE).then_some(item)
    }

    /// For each event's code its item, if that is all there is to it: no row's item depends on anything else.
    pub fn by_event(&self) -> Option<Vec<Option<u32>>> {
        let item = |(code, choice): (usize, &Choice)| match choice {
            Choice::None => Some(None),
            Choice::Source(source) => {
                let source = &self.sources[*source as usize];
                let item = source.items[code.min(source.items.len() - 1)];
                std::ptr::eq(source.text, self.events).then_some((item != NONE).then_some(item))
            }
            Choice::Depends(_) => None,
        };
        self.choices.iter().enumerate().map(item).collect()
    }
}

fn source<'t>(rule: &ItemRule, table: &'t Table) -> Result<&'t TextColumn, QueryError> {
    let Some(property) = &rule.property else { return Ok(table.events()) };
    let name = property.clone();
    let unknown = || QueryError::new("property", QueryProblem::UnknownProperty { name: name.clone() });
    match table.column(table.schema.find(property).ok_or_else(unknown)?) {
        Column::Text(text) => Ok(text),
        other => {
            let found = if matches!(other, Column::Number(_)) { "numbers" } else { "no text" }.to_owned();
            let problem =
                QueryProblem::WrongKind { name: property.clone(), found, wanted: "text".to_owned() };
            Err(QueryError::new("property", problem))
        }
    }
}

fn name_of<'t>(text: &'t str, form: ItemForm, groupings: &[String]) -> Cow<'t, str> {
    let text = match (form, text.strip_suffix('/')) {
        (ItemForm::Address, Some(rest)) if !rest.is_empty() => rest,
        _ => text,
    };
    match groupings.iter().rev().find(|pattern| holds(text, pattern)) {
        Some(pattern) => Cow::Owned(pattern.clone()),
        None => Cow::Borrowed(text),
    }
}

/// Whether the text holds the pattern's pieces, which stand between its asterisks, one after the other: the first place
/// of each is as good as any.
fn holds(text: &str, pattern: &str) -> bool {
    let mut rest = text;
    pattern.split('*').all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

fn choice(sources: &[Source<'_>], events: &TextColumn, code: u32) -> Choice {
    if code == MISSING {
        return Choice::None;
    }
    for (index, source) in (0..).zip(sources) {
        match source.test.for_event(events, code) {
            Some(Truth::True) => return Choice::Source(index),
            Some(Truth::False) => {}
            None => return Choice::Depends(index),
        }
    }
    Choice::None
}

/// Rows that a journey starts or ends with.
#[derive(Debug)]
pub(crate) struct PointTest<'t> {
    item: Option<Option<u32>>,
    test: Test<'t>,
}

impl<'t> PointTest<'t> {
    pub(crate) fn new(
        item: Option<&str>,
        rule: &EventRule,
        items: &Items<'_>,
        table: &'t Table,
    ) -> Result<Self, QueryError> {
        let test = Test::rule(rule, table).map_err(|error| error.within("rule"))?;
        Ok(Self { item: item.map(|name| items.find(name)), test })
    }

    pub(crate) fn holds(&self, item: u32, row: usize, user: UserIdx) -> bool {
        self.item.is_none_or(|wanted| wanted == Some(item)) && self.test.holds(row, user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Op;
    use crate::table::{Kind, Role};
    use crate::testing::Sheet;

    #[test]
    fn a_wildcard_stands_for_any_text_and_everything_else_for_itself() {
        assert!(holds("/bar/17/foo", "/bar/*/foo") && holds("x/bar//foo?a", "/bar/*/foo"));
        assert!(!holds("/bar/foo", "/bar/*/foo") && !holds("aaaa", "(a+)+") && holds("a.b", ".*"));
        assert!(holds("anything", "*") && holds("", "") && !holds("aba", "b*b"));
    }

    #[test]
    fn pages_go_by_address_and_the_rest_by_event_and_the_last_grouping_wins() {
        let sheet =
            Sheet::new().column("url", Role::Other, Kind::Text).column("score", Role::Other, Kind::Number);
        let sheet = sheet.row("u", 0, "page", &["/a/", "1"]).row("u", 1, "page", &["/", ""]);
        let sheet = sheet.row("u", 2, "page", &["/b/1", ""]).row("u", 3, "page", &["", ""]);
        let sheet = sheet.row("u", 4, "click", &["/x", ""]).row("u", 5, "noise", &["", ""]);
        let table = sheet.table();
        let page = ItemRule {
            rule: EventRule::event("page"),
            property: Some("url".to_owned()),
            form: ItemForm::Address,
        };
        let rules = ItemRules {
            of: vec![page.clone(), ItemRule::default()],
            groupings: vec!["*1".to_owned(), "/b/*".to_owned(), "/b*x".to_owned()],
            exclude: vec!["noise".to_owned()],
        };
        let items = Items::new(&rules, &table).unwrap();
        let names: Vec<Option<&str>> =
            (0..6).map(|row| items.of(row, UserIdx(0)).map(|item| items.name(item))).collect();
        assert_eq!(names, [Some("/a"), Some("/"), Some("/b/*"), None, Some("click"), None]);
        assert!(items.by_event().is_none());
        assert_eq!(items.find("/a").map(|item| items.name(item)), Some("/a"));
        let test =
            crate::rule::PropertyTest { property: "score".to_owned(), op: Op::IsSet, ..Default::default() };
        let with_score =
            EventRule { conditions: vec![crate::rule::Condition::Property(test)], ..EventRule::default() };
        let rules = ItemRules {
            of: vec![ItemRule { rule: with_score, ..page.clone() }, ItemRule::default()],
            ..ItemRules::default()
        };
        let items = Items::new(&rules, &table).unwrap();
        let name = |row| items.of(row, UserIdx(0)).map(|item| items.name(item));
        assert_eq!((name(0), name(1)), (Some("/a"), Some("page")));
        let wrong = ItemRules {
            of: vec![ItemRule { property: Some("score".to_owned()), ..page }],
            ..ItemRules::default()
        };
        assert_eq!(Items::new(&wrong, &table).unwrap_err().field, "of[0].property");
    }
}
