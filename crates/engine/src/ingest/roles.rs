//! Guesses what columns mean, from their names and values.

use std::collections::BTreeSet;

use super::infer::{self, KindGuess};
use super::ledger::shorten;
use super::number;
use super::preview::{Clock, KindReason, RoleReason};
use super::role_words::{EVENT_WORDS, ROLE_WORDS, RoleWords, forms, normalize};
use super::time_format::TimeReader;
use crate::table::{Kind, Role};

/// What is known of a column.
#[derive(Debug)]
pub(crate) struct Facts<'v> {
    pub(crate) name: &'v str,
    pub(crate) guess: KindGuess,
    n_rows: usize,
    n_values: usize,
    n_distinct: usize,
    mean_len: usize,
    /// Values with a blank, with an at sign, with a digit, and with a point.
    n_spaced: usize,
    n_emails: usize,
    n_with_digits: usize,
    n_pointed: usize,
    has_event_words: Option<String>,
    values: &'v [Vec<u8>],
}

impl<'v> Facts<'v> {
    /// Looks at the values of a column, none of them empty, in `n_rows` rows.
    pub(crate) fn new(name: &'v str, values: &'v [Vec<u8>], n_rows: usize, guess: KindGuess) -> Self {
        let distinct: BTreeSet<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let count = |holds: &dyn Fn(&[u8]) -> bool| values.iter().filter(|value| holds(value)).count();
        let event_word = |value: &&[u8]| {
            let value = normalize(&String::from_utf8_lossy(value));
            let holds = |word: &&str| value == *word || value.split('_').any(|part| part == *word);
            EVENT_WORDS.split_whitespace().find(holds).map(str::to_owned)
        };
        let few = distinct.len() <= MAX_EVENTS;
        Self {
            name,
            guess,
            n_rows,
            n_values: values.len(),
            n_distinct: distinct.len(),
            mean_len: values.iter().map(Vec::len).sum::<usize>() / values.len().max(1),
            n_spaced: count(&|value| value.contains(&b' ')),
            n_emails: count(&|value| value.iter().filter(|&&byte| byte == b'@').count() == 1),
            n_with_digits: count(&|value| value.iter().any(u8::is_ascii_digit)),
            n_pointed: count(&|value| value.contains(&b'.')),
            has_event_words: if few { distinct.iter().find_map(event_word) } else { None },
            values,
        }
    }

    /// How surely its name tells a role: 50 to 100 for whole names, 30 for ends of names, 20 for weak ones; and the word
    /// that tells.
    fn named(&self, words: &RoleWords) -> Option<(i64, &'static str)> {
        let forms = forms(self.name);
        let whole = forms.iter().enumerate().find_map(|(nesting, form)| {
            let (at, word) = words.names.split_whitespace().enumerate().find(|(_, word)| word == form)?;
            Some((100 - at.min(50) as i64 - 10 * nesting as i64, word))
        });
        let is_end = |end: &&str| forms[0].strip_suffix(end).is_some_and(|start| start.ends_with('_'));
        let end = || words.ends.split_whitespace().find(is_end).map(|end| (30, end));
        let is_whole = |word: &&str| forms.iter().any(|form| form == word);
        let weak = || words.weak.split_whitespace().find(is_whole).map(|word| (20, word));
        whole.or_else(end).or_else(weak)
    }

    /// Whether the values allow a role; how much they speak against it, otherwise.
    fn doubt(&self, role: Role) -> Option<i64> {
        let missing = 50 * (self.n_rows - self.n_values) as i64 / self.n_rows.max(1) as i64;
        let is_constant = self.n_distinct == 1 && self.n_values >= 20;
        let is_unique = self.n_distinct == self.n_values && self.n_values >= 20;
        let is_text = self.guess.kind == Kind::Text;
        match role {
            Role::Time => {
                let is_whole_number = self.guess.kind == Kind::Number && self.guess.time_format.is_none();
                let can_be = self.guess.time_format.is_some() || is_whole_number || self.n_values == 0;
                let unread = 50 * (self.n_values - self.guess.n_times.min(self.n_values)) as i64;
                let unread = if is_whole_number { 60 } else { unread / self.n_values.max(1) as i64 };
                can_be.then_some(missing + unread)
            }
            Role::User => {
                let is_fraction = self.guess.kind == Kind::Number && self.n_pointed > 0;
                let can_be = self.guess.kind != Kind::Time && !is_fraction && self.mean_len <= 120;
                let constant = if is_constant { 40 } else { 0 };
                let unique = if is_unique { 20 } else { 0 };
                can_be.then_some(missing + constant + unique)
            }
            Role::Event => {
                let is_varied = self.n_distinct * 2 > self.n_values && self.n_values >= 20;
                let varied = if is_varied { 40 } else { 0 } + if is_unique { 20 } else { 0 };
                (self.guess.kind != Kind::Time && self.mean_len <= 200).then_some(missing + varied)
            }
            Role::Session => (self.guess.kind != Kind::Time).then_some(missing),
            Role::Revenue => (self.guess.kind == Kind::Number).then_some(0),
            Role::Score => (self.guess.kind == Kind::Number && self.n_distinct <= 101).then_some(0),
            Role::Channel => (is_text && !is_unique && self.mean_len <= 120).then_some(0),
            Role::Variant => (self.n_distinct <= 20 && self.guess.kind != Kind::Time).then_some(0),
            Role::Text => (is_text && self.mean_len >= 12 && self.n_spaced * 2 >= self.n_values).then_some(0),
            Role::Other => None,
        }
    }
}

/// The most names that events are expected to have, where no column's name tells.
const MAX_EVENTS: usize = 200;

/// Whether a text is a name that columns of some role usually have.
pub(crate) fn is_usual_name(text: &str) -> bool {
    let normal = normalize(text);
    ROLE_WORDS.iter().any(|words| words.names.split_whitespace().any(|word| word == normal))
}

/// Whether a column's name is one that times have.
pub(crate) fn is_time_name(name: &str) -> bool {
    let words = &ROLE_WORDS[0];
    let is_end = |form: &str, end: &str| form.strip_suffix(end).is_some_and(|start| start.ends_with('_'));
    forms(name).iter().any(|form| {
        words.names.split_whitespace().any(|word| word == form)
            || words.ends.split_whitespace().any(|end| is_end(form, end))
    })
}

/// Each column's role and why. Each role but text is given to one column at most. May settle how the times of the
/// column with the role time are written.
pub(crate) fn roles(columns: &mut [Facts<'_>]) -> Vec<(Role, RoleReason)> {
    let mut roles = vec![(Role::Other, RoleReason::NoSign); columns.len()];
    for words in &ROLE_WORDS {
        let named = best_named(columns, &roles, words);
        let found = named.or_else(|| by_values(columns, &roles, words.role));
        if let Some((at, reason)) = found {
            roles[at] = (words.role, reason);
            if words.role == Role::Time {
                settle_time(&mut columns[at]);
            }
        }
    }
    for (column, role) in columns.iter().zip(&mut roles) {
        let is_long = column.mean_len >= 40 && column.n_spaced * 10 >= column.n_values * 9;
        let is_varied = column.n_distinct * 2 > column.n_values;
        if role.0 == Role::Other && column.guess.kind == Kind::Text && is_long && is_varied {
            *role = (Role::Text, RoleReason::LongTexts);
        }
    }
    roles
}

/// The column whose name tells the role most surely, less what its values say against it; of equals, the first.
fn best_named(
    columns: &[Facts<'_>],
    roles: &[(Role, RoleReason)],
    words: &RoleWords,
) -> Option<(usize, RoleReason)> {
    let score = |(at, column): (usize, &Facts<'_>)| {
        let (surety, word) = column.named(words)?;
        let left = surety - column.doubt(words.role)?;
        let is_free = roles[at].0 == Role::Other;
        (is_free && left > 0).then_some((left, std::cmp::Reverse(at), word))
    };
    let (_, at, word) = columns.iter().enumerate().filter_map(score).max()?;
    Some((at.0, RoleReason::Name { word: word.to_owned() }))
}

/// The column that a role falls to by its values, where no name tells.
fn by_values(columns: &[Facts<'_>], roles: &[(Role, RoleReason)], role: Role) -> Option<(usize, RoleReason)> {
    let mut free = columns.iter().enumerate().filter(|(at, _)| roles[*at].0 == Role::Other);
    match role {
        Role::Time => {
            let (at, _) = free.find(|(_, column)| column.guess.kind == Kind::Time)?;
            Some((at, RoleReason::FirstTimes))
        }
        Role::User => {
            let (_, at) =
                free.filter_map(|(at, column)| Some((id_likeness(column)?, std::cmp::Reverse(at)))).max()?;
            Some((at.0, RoleReason::RepeatingIds))
        }
        Role::Event => {
            let repeats =
                |column: &Facts<'_>| column.n_distinct * 2 <= column.n_values || column.n_values < 10;
            let (at, _) = free.find(|(_, column)| column.has_event_words.is_some() && repeats(column))?;
            Some((at, RoleReason::FewValues))
        }
        _ => None,
    }
}

/// How much a column looks like one of user ids; none if it does not. E-mail addresses do most; else words without
/// blanks and with digits, that repeat, and are many. Numbers have to be called ids.
fn id_likeness(column: &Facts<'_>) -> Option<usize> {
    const OTHER_IDS: &str =
        "order product sku item invoice session event transaction ip version zip postcode url page path";
    let name = normalize(column.name);
    let is_called = |words: &str| name.split('_').any(|part| words.split(' ').any(|word| word == part));
    let is_number = column.guess.kind == Kind::Number;
    if column.n_values * 2 < column.n_rows
        || column.guess.kind == Kind::Time
        || column.n_distinct < 2
        || is_called(OTHER_IDS)
        || (is_number && !is_called("id no nr num number key code"))
    {
        return None;
    }
    if column.n_emails == column.n_values {
        return Some(usize::MAX);
    }
    let is_word = column.n_spaced == 0 && column.n_pointed == 0 && column.mean_len <= 64;
    let has_digits = column.n_with_digits * 10 >= column.n_values * 9;
    let repeats = column.n_distinct < column.n_values;
    let is_many = column.n_distinct * 20 >= column.n_values && column.n_distinct >= 10;
    (is_word && has_digits && repeats && is_many).then_some(column.n_distinct)
}

/// The time's column holds times; numbers there are epoch times, whatever their size.
fn settle_time(column: &mut Facts<'_>) {
    let values: Vec<&[u8]> = column.values.iter().map(Vec::as_slice).collect();
    if column.guess.time_format.is_none() && column.guess.kind == Kind::Number {
        column.guess.time_format = infer::epoch_unit(&values);
        column.guess.clock = Some(Clock::Zoned);
    }
    let Some(format) = column.guess.time_format else { return };
    let reader = TimeReader::new(format);
    let odd =
        values.iter().find(|value| reader.read(value).is_none() && !number::is_missing(value.trim_ascii()));
    column.guess.kind = Kind::Time;
    column.guess.why = match odd {
        None => KindReason::AllTimes,
        Some(example) => KindReason::SomeTimes { example: shorten(example) },
    };
}
