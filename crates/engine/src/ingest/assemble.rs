//! The end of a load: a shard's parcels to its table.

use super::duplicates;
use super::error::{IngestError, IngestProblem};
use super::infer;
use super::number;
use super::parser::Manifest;
use super::plan::{Content, Plan, PlannedColumn};
use super::recipe::Recipe;
use super::time_format::{Moment, TimeReader};
use super::zone::LocalZone;
use crate::table::assembly::{Assembly, Store};
use crate::table::dictionary::{Sorted, unite};
use crate::table::parcel::Header;
use crate::table::{Column, ColumnInfo, Dictionary, Kind, Numbers, Role, Table, TextColumn};
use crate::time::Millis;

/// Builds a shard's table of all parcels that were sent to it, in input order, and counts the rows that repeat an
/// earlier one. `new_columns` are those beyond the recipe's, as [`Parts`](super::Parts) reports them: they were read as
/// texts, and become what all their values are. `manifests` has one for each sender.
///
/// # Errors
/// As for [`Parser::new`](super::Parser::new).
pub fn table(
    recipe: &Recipe,
    new_columns: &[String],
    manifests: &[Manifest],
    mut headers: Vec<Header>,
    store: Box<dyn Store>,
) -> Result<(Table, u64), IngestError> {
    let plan = recipe.plan().map_err(|problem| IngestError::new(&recipe.name, problem))?;
    let names: Vec<&str> = plan.names().chain(new_columns.iter().map(String::as_str)).collect();
    let places: Vec<Vec<Option<usize>>> =
        manifests.iter().map(|manifest| names.iter().map(|name| manifest.place(name)).collect()).collect();
    headers.iter_mut().for_each(|header| header.arrange(&places[header.sender as usize]));
    let ids: Vec<&Dictionary> = manifests.iter().map(|manifest| &manifest.users).collect();
    let assembly = Assembly::new(headers, store, &ids);
    let (mut infos, mut columns) = (Vec::new(), Vec::new());
    for (index, name) in names.iter().enumerate() {
        let texts = Texts { manifests, places: &places, index };
        let planned = plan.columns.get(index);
        let column = match planned.map(|column| column.content) {
            Some(Content::User) => Column::User,
            Some(Content::EventTime(_)) => Column::EventTime,
            Some(Content::Text) => texts.column(&assembly),
            Some(Content::Number(_)) => Column::Number(assembly.numbers(index)),
            Some(Content::Time(..)) => Column::Time(assembly.instants(index)),
            None => {
                texts.inferred(&assembly, &plan).map_err(|problem| IngestError::new(&recipe.name, problem))?
            }
        };
        let role = planned.map_or(Role::Other, |column: &PlannedColumn| column.role);
        infos.push(ColumnInfo { name: (*name).to_owned(), kind: kind(&column), role });
        columns.push(column);
    }
    if plan.event.is_none() {
        add_event(&mut infos, &mut columns, &plan.event_name, assembly.n_rows());
    }
    let table = Table::new(infos, columns, assembly);
    let n_duplicates = duplicates::count(&table);
    Ok((table, n_duplicates))
}

impl Manifest {
    /// The sender's number for a column.
    fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(known, _)| known == name)
    }
}

/// The texts of one column, as each sender knows them.
struct Texts<'a> {
    manifests: &'a [Manifest],
    places: &'a [Vec<Option<usize>>],
    index: usize,
}

impl Texts<'_> {
    /// The texts of all senders, and what each sender's codes are among them.
    fn united(&self) -> (Dictionary, Vec<Vec<u32>>) {
        let nothing = Sorted::default();
        let mut sorted = Vec::new();
        for (manifest, places) in self.manifests.iter().zip(self.places) {
            sorted.push(places[self.index].map_or(&nothing, |place| &manifest.columns[place].1));
        }
        unite(&sorted)
    }

    fn column(&self, assembly: &Assembly) -> Column {
        let (dictionary, translations) = self.united();
        Column::Text(assembly.texts(self.index, dictionary, &translations))
    }

    /// A column of numbers or times, if all its texts are such.
    fn inferred(&self, assembly: &Assembly, plan: &Plan) -> Result<Column, IngestProblem> {
        let (dictionary, translations) = self.united();
        let texts: Vec<&[u8]> = dictionary.iter().map(str::as_bytes).collect();
        let guess = infer::kind(&texts, plan.mark, plan.orders);
        match (guess.kind, guess.time_format) {
            (Kind::Number, _) => {
                let value = |text: &&[u8]| number::read_leniently(text, plan.mark).unwrap_or(f64::NAN);
                let values: Vec<f64> = [f64::NAN].into_iter().chain(texts.iter().map(value)).collect();
                Ok(Column::Number(Numbers::narrow(assembly.values(self.index, &translations, &values))))
            }
            (Kind::Time, Some(format)) => {
                let mut zone = plan.local_zone()?;
                let reader = TimeReader::new(format);
                let value = |text: &&[u8]| instant(reader, &mut zone, text);
                let values: Vec<Millis> =
                    [Column::NO_TIME].into_iter().chain(texts.iter().map(value)).collect();
                Ok(Column::Time(assembly.values(self.index, &translations, &values)))
            }
            _ => Ok(Column::Text(assembly.texts(self.index, dictionary, &translations))),
        }
    }
}

fn instant(reader: TimeReader, zone: &mut LocalZone, text: &[u8]) -> Millis {
    match reader.read(text) {
        Some(Moment::Instant(millis)) => Millis(millis),
        Some(Moment::Local(local)) => zone.instant(local).0,
        None => Column::NO_TIME,
    }
}

fn kind(column: &Column) -> Kind {
    match column {
        Column::Text(_) | Column::User => Kind::Text,
        Column::Number(_) => Kind::Number,
        Column::Time(_) | Column::EventTime => Kind::Time,
    }
}

/// Adds an event column in which all rows are the same event.
fn add_event(infos: &mut Vec<ColumnInfo>, columns: &mut Vec<Column>, event_name: &str, n_rows: usize) {
    let is_taken = |name: &str| infos.iter().any(|column| column.name == name);
    let name = super::names::unique("event", is_taken);
    infos.push(ColumnInfo { name, kind: Kind::Text, role: Role::Event });
    let dictionary = Dictionary::from_entries([event_name]);
    columns.push(Column::Text(TextColumn { codes: crate::table::Codes::U8(vec![1; n_rows]), dictionary }));
}
