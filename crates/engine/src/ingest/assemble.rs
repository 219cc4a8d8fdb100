//! The end of a load: columns to a table.

use super::columns::{Columns, Store};
use super::infer;
use super::interner::Interner;
use super::plan::Plan;
use super::time_format::{Moment, TimeReader};
use super::zone::LocalZone;
use crate::table::builder::{BlockColumn, Draft};
use crate::table::{Column, ColumnInfo, Dictionary, Kind, Role, Table};
use crate::time::Millis;

/// Builds the table. `names` are those of all columns; those beyond the plan's were read as texts, and become what all
/// their values are.
pub(crate) fn table(plan: &Plan, mut columns: Columns, names: &[String]) -> Table {
    columns.end_block();
    let mut draft =
        Draft { users: columns.users.into_dictionary(), blocks: columns.blocks, ..Draft::default() };
    for (name, store) in names.iter().zip(columns.stores) {
        let planned = plan.columns.get(draft.columns.len());
        let role = planned.map_or(Role::Other, |column| column.role);
        let index = draft.columns.len();
        let kind = match &store {
            Store::Text(_) => Kind::Text,
            Store::Number(_) => Kind::Number,
            Store::Time(..) => Kind::Time,
            Store::Elsewhere if role == Role::Time => Kind::Time,
            Store::Elsewhere => Kind::Text,
        };
        draft.columns.push(ColumnInfo { name: name.clone(), kind, role });
        draft.dictionaries.push(Dictionary::default());
        if let Store::Text(interner) = store {
            fill_gaps(&mut draft, index);
            if planned.is_some() || !retype(&mut draft, index, &interner, plan) {
                draft.dictionaries[index] = interner.into_dictionary();
            }
        }
    }
    if plan.event.is_none() {
        add_event(&mut draft, &plan.event_name);
    }
    draft.build()
}

/// Gives blocks from before a column was met its missing values.
fn fill_gaps(draft: &mut Draft, index: usize) {
    for block in &mut draft.blocks {
        if block.columns.len() == index {
            block.columns.push(BlockColumn::Constant { code: crate::table::MISSING, n: block.users.len() });
        }
    }
}

/// Turns a column of texts into one of numbers or times, if all its texts are such; tells whether they were.
fn retype(draft: &mut Draft, index: usize, interner: &Interner, plan: &Plan) -> bool {
    let texts: Vec<&[u8]> = (0..interner.len() as u32).map(|code| interner.get(code)).collect();
    let guess = infer::kind(&texts, plan.mark, plan.orders);
    draft.columns[index].kind = guess.kind;
    match (guess.kind, guess.time_format) {
        (Kind::Number, _) => {
            let values = texts.iter().map(|text| super::number::read_leniently(text, plan.mark));
            let values: Vec<f64> = values.map(|value| value.unwrap_or(f64::NAN)).collect();
            recode(draft, index, f64::NAN, &values, BlockColumn::Number);
        }
        (Kind::Time, Some(format)) => {
            let Some(mut zone) = LocalZone::named(&plan.zone) else { return false };
            let reader = TimeReader::new(format);
            let value = |text: &&[u8]| match reader.read(text) {
                Some(Moment::Instant(millis)) => Millis(millis),
                Some(Moment::Local(local)) => zone.instant(local).0,
                None => Column::NO_TIME,
            };
            let values: Vec<Millis> = texts.iter().map(value).collect();
            recode(draft, index, Column::NO_TIME, &values, BlockColumn::Time);
        }
        _ => {
            draft.columns[index].kind = Kind::Text;
            return false;
        }
    }
    true
}

/// Replaces a column's codes by the values that they stand for.
fn recode<T: Copy>(
    draft: &mut Draft,
    index: usize,
    missing: T,
    values: &[T],
    wrap: impl Fn(Vec<T>) -> BlockColumn,
) {
    let value = |code: u32| code.checked_sub(1).map_or(missing, |at| values[at as usize]);
    for block in &mut draft.blocks {
        let column = &mut block.columns[index];
        *column = wrap(match &*column {
            BlockColumn::Text(codes) => codes.iter().map(|&code| value(code)).collect(),
            _ => vec![missing; block.users.len()],
        });
    }
}

/// Adds an event column in which all rows are the same event.
fn add_event(draft: &mut Draft, event_name: &str) {
    let is_taken = |name: &str| draft.columns.iter().any(|column| column.name == name);
    let name = super::names::unique("event", is_taken);
    draft.columns.push(ColumnInfo { name, kind: Kind::Text, role: Role::Event });
    draft.dictionaries.push(Dictionary::from_entries([event_name]));
    for block in &mut draft.blocks {
        block.columns.push(BlockColumn::Constant { code: 1, n: block.users.len() });
    }
}
