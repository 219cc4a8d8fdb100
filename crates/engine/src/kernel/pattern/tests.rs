//! Patterns by hand, errors and their places, and a naive search by all ways as the oracle.

use proptest::prelude::*;

use super::parser::{RowKind, Tree};
use super::*;
use crate::rule::EventRule;
use crate::table::{Table, UserIdx};
use crate::testing::Sheet;

fn table(rows: &[(i64, &str)]) -> Table {
    rows.iter().fold(Sheet::new(), |sheet, &(time, event)| sheet.row("u", time, event, &[])).table()
}

/// The rows of each match.
fn matches(pattern: &str, rows_of: Rows, table: &Table) -> Vec<Vec<u32>> {
    let pattern: Pattern = pattern.parse().unwrap();
    let mut matcher = Matcher::new(&pattern, &[], rows_of, table).unwrap();
    let rows: Vec<u32> = (0..table.n_rows() as u32).collect();
    let mut found = Vec::new();
    let n_matches = matcher.find(&rows, UserIdx(0), |found_match| found.push(found_match.rows.to_vec()));
    assert_eq!(n_matches, found.len() as u64);
    assert_eq!(matcher.has_match(&rows, UserIdx(0)), !found.is_empty());
    found
}

#[test]
fn a_signup_with_no_purchase_before_the_cancellation_is_found_and_others_are_not() {
    let table = table(&[
        (0, "signup"),
        (1, "visit"),
        (2, "cancel"),
        (3, "signup"),
        (4, "purchase"),
        (5, "cancel"),
        (6, "signup"),
        (7, "cancel"),
    ]);
    let found = matches("signup -> [^purchase]* -> cancel", Rows::All, &table);
    assert_eq!(found, [vec![0, 1, 2], vec![6, 7]]);
    assert_eq!(matches("signup ->> cancel", Rows::All, &table), [vec![0, 2], vec![3, 5], vec![6, 7]]);
    assert_eq!(matches("signup -> cancel", Rows::Named, &table), [vec![0, 2], vec![3, 5], vec![6, 7]]);
    assert_eq!(matches("signup -> cancel", Rows::All, &table), [vec![6, 7]]);
    assert_eq!(matches("signup -> . -> cancel", Rows::All, &table), [vec![0, 2], vec![3, 5]]);
    assert_eq!(matches("(visit | purchase) -> cancel", Rows::All, &table), [vec![1, 2], vec![4, 5]]);
}

#[test]
fn bounds_are_measured_from_the_row_matched_before() {
    let table = table(&[(0, "a"), (1_000, "a"), (3_000, "b"), (9_000, "b"), (9_000, "a"), (10_000, "b")]);
    assert_eq!(matches("a ->> <=2s b", Rows::All, &table), [vec![1, 2], vec![4, 5]]);
    assert_eq!(matches("a ->> >2s <9s b", Rows::All, &table), [vec![0, 2]]);
    assert_eq!(matches("a ->> ==8s b", Rows::All, &table), [vec![1, 3]]);
    assert_eq!(matches("b -> <1s a", Rows::All, &table), [vec![3, 4]]);
    assert_eq!(matches("a{2} ->> >=6s b{1,2}", Rows::All, &table), [vec![0, 1, 3]]);
}

#[test]
fn the_bound_before_a_repetition_counts_whichever_of_its_copies_comes_first() {
    let table = table(&[(0, "a"), (5_000, "b"), (6_000, "c")]);
    assert!(matches("a -> <=1s b{0,2} -> c", Rows::All, &table).is_empty());
    assert!(matches("a -> <=1s b? -> c", Rows::All, &table).is_empty());
    assert_eq!(matches("a -> <=5s b{0,2} -> c", Rows::All, &table), [vec![0, 1, 2]]);
}

#[test]
fn a_pattern_that_needs_no_row_matches_at_each() {
    let table = table(&[(0, "a"), (1, "b")]);
    assert_eq!(matches(".*", Rows::All, &table), [Vec::<u32>::new(), Vec::new()]);
    assert_eq!(matches("a{0}", Rows::All, &table).len(), 2);
}

#[test]
fn names_with_signs_are_quoted_and_names_with_dots_and_dashes_are_not() {
    let table = table(&[(0, "page.view"), (1, "sign-up"), (2, "a b"), (3, "say \"->\"")]);
    let found = matches(r#"page.view->sign-up -> "a b" -> "say ""->""""#, Rows::All, &table);
    assert_eq!(found, [vec![0, 1, 2, 3]]);
}

#[test]
fn an_error_points_at_the_character_at_fault() {
    let wrong = |text: &str| {
        let error = text.parse::<Pattern>().unwrap_err();
        (error.at, error.problem)
    };
    for (text, at, word) in [
        ("", 0, "missing at the end"),
        ("a -> -> b", 5, "missing before ->"),
        ("a b", 2, "->"),
        ("(a -> b", 0, "not closed"),
        ("a)", 1, "no ("),
        ("ä -> \"b", 5, "quotation mark"),
        ("a -> <=5 b", 7, "length of time"),
        ("a -> <= b", 8, "length of time"),
        ("a -> >2s <1s b", 5, "no time"),
        ("a{3,2}", 2, "smaller"),
        ("a{99}", 2, "64"),
        ("[]", 1, "at least one"),
        ("[a -> b]", 3, "only names"),
        ("a{x}", 2, "whole number"),
    ] {
        let (found, problem) = wrong(text);
        assert_eq!(found, at, "{text}: {problem}");
        assert!(problem.contains(word), "{text}: {problem}");
    }
    let table = table(&[(0, "a")]);
    let compile = |text: &str| Matcher::new(&text.parse().unwrap(), &[], Rows::All, &table).map(|_| ());
    assert_eq!(compile("a -> sigup").unwrap_err().field, "pattern[5]");
    assert_eq!(compile("a{60} -> a{60}").unwrap_err().field, "pattern[10]");
    let nothing = (0..6).fold("a{0}".to_owned(), |inner, _| format!("({inner}){{64}}"));
    assert!(compile(&nothing).unwrap_err().to_string().contains("too long"));
}

#[test]
fn nothing_is_exponential() {
    let rows: Vec<(i64, &str)> = (0..20_000).map(|at| (at, "a")).chain([(20_000, "b")]).collect();
    let table = table(&rows);
    assert!(
        matches("((a*)*)* -> (a | a)* -> a{20} -> c?", Rows::All, &self::table(&[(0, "a"), (1, "c")]))
            .is_empty()
    );
    assert_eq!(matches("(a* -> a*)* ->> <=5s (a ->> a)* ->> >=1s b", Rows::All, &table).len(), 1);
    let hostile = vec!["a"; 60].join(" ->> <=9s >100ms ");
    assert!(!matches(&hostile, Rows::All, &table).is_empty());
}

/// All the ways in which a tree matches from row `at` on, as paths of (row, part), where `before` is the row matched
/// last and `link` how the next row must follow it. Parts are numbered in the order of the text, copies apart.
struct Naive<'a> {
    rows: &'a [(i64, &'a str)],
}

type Path = Vec<(usize, usize, bool)>;

#[derive(Clone, Copy)]
struct Here {
    before: Option<usize>,
    reach: Reach,
    bounds: Bounds,
}

impl Naive<'_> {
    fn ways(&self, tree: &Tree, here: Here, part: usize, path: &Path, take: &mut dyn FnMut(Here, &Path)) {
        match tree {
            Tree::Row(kind) => {
                let starts = match (here.before, here.reach) {
                    (None, _) => 0..self.rows.len(),
                    (Some(before), Reach::Next) => before + 1..(before + 2).min(self.rows.len()),
                    (Some(before), Reach::Later) => before + 1..self.rows.len(),
                };
                for at in starts {
                    let (time, event) = self.rows[at];
                    let is_named = |names: &[(usize, String)]| names.iter().any(|(_, name)| name == event);
                    let fits = match kind {
                        RowKind::Any => true,
                        RowKind::OneOf(names) => is_named(names),
                        RowKind::NoneOf(names) => !is_named(names),
                    };
                    if fits && here.before.is_none_or(|before| here.bounds.hold(time - self.rows[before].0)) {
                        let mut path = path.clone();
                        path.push((at, part, *kind != RowKind::Any));
                        take(Here { before: Some(at), reach: Reach::Next, bounds: Bounds::NONE }, &path);
                    }
                }
            }
            Tree::Sequence(parts) => self.sequence(parts, here, part, path, take, true),
            Tree::Choice(choices) => {
                let mut part = part;
                for choice in choices {
                    self.ways(choice, here, part, path, take);
                    part += size(choice);
                }
            }
            Tree::Repeat { tree, least, most, .. } => {
                let most = most.unwrap_or(self.rows.len() as u32 + least);
                self.repeat(tree, here, part, path, take, (*least, most));
            }
        }
    }

    fn sequence(
        &self,
        parts: &[(Link, Tree)],
        here: Here,
        part: usize,
        path: &Path,
        take: &mut dyn FnMut(Here, &Path),
        is_first: bool,
    ) {
        let [(link, tree), rest @ ..] = parts else { return take(here, path) };
        let here = if is_first {
            here
        } else {
            Here { reach: further(here.reach, link.reach), bounds: link.bounds, ..here }
        };
        self.ways(tree, here, part, path, &mut |here, path| {
            self.sequence(rest, here, part + size(tree), path, take, false);
        });
    }

    fn repeat(
        &self,
        tree: &Tree,
        here: Here,
        part: usize,
        path: &Path,
        take: &mut dyn FnMut(Here, &Path),
        (least, most): (u32, u32),
    ) {
        if least == 0 {
            take(here, path);
        }
        if most == 0 {
            return;
        }
        self.ways(tree, here, part, path, &mut |next, longer| {
            // Going round without a row would never end, and would add nothing.
            if longer.len() > path.len() || least > 0 {
                let next = Here {
                    bounds: if longer.len() > path.len() { Bounds::NONE } else { here.bounds },
                    ..next
                };
                self.repeat(tree, next, part, longer, take, (least.saturating_sub(1), most - 1));
            }
        });
    }
}

fn further(a: Reach, b: Reach) -> Reach {
    if a == Reach::Later { a } else { b }
}

/// How many parts a tree has, each copy of the oracle's standing for all of them.
fn size(tree: &Tree) -> usize {
    match tree {
        Tree::Row(_) => 1,
        Tree::Sequence(parts) => parts.iter().map(|(_, tree)| size(tree)).sum(),
        Tree::Choice(parts) => parts.iter().map(size).sum(),
        Tree::Repeat { tree, .. } => size(tree),
    }
}

/// Rows at which matches start and end, by trying all ways: earliest start first, then row by row the earliest row, ended
/// as soon as possible.
fn naive(pattern: &Pattern, rows: &[(i64, &str)]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut start, naive) = (0, Naive { rows });
    loop {
        let mut best: Option<Vec<usize>> = None;
        let here = Here { before: None, reach: Reach::Next, bounds: Bounds::NONE };
        naive.ways(&pattern.tree, here, 0, &Vec::new(), &mut |_, path| {
            let path: Vec<usize> = path.iter().map(|&(at, ..)| at).collect();
            if path.first().is_some_and(|&at| at >= start) && best.as_ref().is_none_or(|best| path < *best) {
                best = Some(path);
            }
        });
        let Some(path) = best else { return found };
        let end = path[path.len() - 1];
        found.push((path[0], end));
        start = end + 1;
    }
}

fn trees() -> impl Strategy<Value = String> {
    let row = prop::sample::select(vec!["a", "b", "c", ".", "[a b]", "[^a]"]).prop_map(str::to_owned);
    row.prop_recursive(3, 8, 3, |inner| {
        let link = prop::sample::select(vec![
            "->",
            "->>",
            "-> <=1s",
            "->> <=2s",
            "->> >1s",
            "->> >=1s <3s",
            "->> ==2s",
        ]);
        let times = prop::sample::select(vec!["*", "+", "?", "{2}", "{1,2}", "{0,2}"]);
        prop_oneof![
            (inner.clone(), link.clone(), inner.clone(), link, inner.clone())
                .prop_map(|(a, l, b, m, c)| format!("({a}) {l} ({b}) {m} ({c})")),
            (inner.clone(), times).prop_map(|(tree, times)| format!("({tree}){times}")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a} | {b})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::testing::n_cases(20_000)))]

    #[test]
    fn matches_are_those_of_a_search_by_all_ways(
        text in trees(),
        drawn in prop::collection::vec((0..3_i64, prop::sample::select(vec!["a", "b", "c"])), 0..7),
    ) {
        let pattern: Pattern = text.parse().unwrap();
        let mut time = 0;
        let mut rows = Vec::new();
        for (step, event) in drawn {
            time += step * 1_000;
            rows.push((time, event));
        }
        // Names that no row has are refused, so that a user of all of them stands beside.
        let sheet = rows.iter().fold(Sheet::new(), |sheet, &(time, event)| sheet.row("u", time, event, &[]));
        let sheet = ["a", "b", "c"].iter().fold(sheet, |sheet, event| sheet.row("other", 0, event, &[]));
        let table = sheet.table();
        let Ok(mut matcher) = Matcher::new(&pattern, &[], Rows::All, &table) else { return Ok(()) };
        let Some(user) = table.users.find("u") else { return Ok(()) };
        let of_user: Vec<u32> = table.users.rows(user).map(|row| row as u32).collect();
        let mut found = Vec::new();
        let n_matches = matcher.find(&of_user, user, |one| {
            found.extend(one.span.map(|(a, b)| ((a - of_user[0]) as usize, (b - of_user[0]) as usize)));
        });
        if found.is_empty() && n_matches > 0 {
            prop_assert_eq!(n_matches, rows.len() as u64);
        } else {
            prop_assert_eq!(found, naive(&pattern, &rows), "{}", text);
        }
    }
}

#[test]
fn a_term_stands_for_its_rule_and_hides_the_event_of_its_name() {
    let table = table(&[(0, "a"), (1, "b"), (2, "a")]);
    let rule = EventRule::event("b");
    let mut matcher = Matcher::new(&"a".parse().unwrap(), &[("a", &rule)], Rows::Named, &table).unwrap();
    let mut found = Vec::new();
    matcher.find(&[0, 1, 2], UserIdx(0), |one| found.extend_from_slice(one.rows));
    assert_eq!(found, [1]);
}
