//! The end of a load: a shard's parcels to its table.

use super::duplicates;
use super::error::IngestError;
use super::number;
use super::parser::Manifest;
use super::plan::{Content, FilePlan};
use super::recipe::Recipe;
use super::time_format::{Moment, TimeReader};
use super::union::Plan;
use super::zone::LocalZone;
use super::{infer, names};
use crate::table::assembly::{Assembly, Store};
use crate::table::dictionary::{Sorted, unite};
use crate::table::parcel::Header;
use crate::table::{Column, ColumnInfo, Dictionary, Kind, Numbers, Role, Table};
use crate::time::Millis;

/// A shard's table that is being built of all parcels that were sent to it, in steps, between which the caller may say
/// that it is alive.
#[derive(Debug)]
pub struct Build {
    plan: Plan,
    new_columns: Vec<String>,
    manifests: Vec<Manifest>,
    /// By sender: its number for each column.
    places: Vec<Vec<Option<usize>>>,
    assembly: Assembly,
    infos: Vec<ColumnInfo>,
    columns: Vec<Column>,
}

impl Build {
    /// Puts the rows of all parcels in order, which come in input order. `new_columns` are those beyond the recipe's, as
    /// [`Parts`](super::Parts) reports them: they were read as texts, and become what all their values are. `manifests`
    /// has one for each sender.
    ///
    /// # Errors
    /// See [`Recipe::check`].
    pub fn start(
        recipe: &Recipe,
        new_columns: Vec<String>,
        manifests: Vec<Manifest>,
        mut headers: Vec<Header>,
        store: Box<dyn Store>,
    ) -> Result<Self, IngestError> {
        let plan = recipe.plan()?;
        let places_of = |manifest: &Manifest| {
            let new = new_columns.iter().map(|name| manifest.place(name, plan.columns.len()));
            (0..plan.columns.len()).map(Some).chain(new).collect()
        };
        let places: Vec<Vec<Option<usize>>> = manifests.iter().map(places_of).collect();
        headers.iter_mut().for_each(|header| header.arrange(&places[header.sender as usize]));
        let ids: Vec<&Dictionary> = manifests.iter().map(|manifest| &manifest.users).collect();
        let assembly = Assembly::new(headers, store, &ids);
        let (infos, columns) = (Vec::new(), Vec::new());
        Ok(Self { plan, new_columns, manifests, places, assembly, infos, columns })
    }

    /// Builds the next column; says whether there was one.
    pub fn step(&mut self) -> bool {
        let index = self.columns.len();
        let Self { plan, new_columns, manifests, places, assembly, infos, .. } = self;
        let planned = plan.columns.get(index);
        let new = || new_columns.get(index - plan.columns.len());
        let Some(given) = planned.map(|column| &column.name).or_else(new) else { return false };
        let texts = Texts { manifests, places, index };
        let column = match planned.map(|column| column.content) {
            Some(Content::User) => Column::User,
            Some(Content::EventTime) => Column::EventTime,
            Some(Content::Text) => texts.column(assembly),
            Some(Content::Number(_)) => Column::Number(assembly.numbers(index)),
            Some(Content::Time(..)) => Column::Time(assembly.instants(index)),
            None => texts.inferred(assembly, plan.open_file()),
        };
        let (name, role) = match planned {
            Some(column) => (given.clone(), column.role),
            None => {
                let is_taken = |name: &str| infos.iter().any(|column| column.name == name);
                (names::unique(given, is_taken), Role::Other)
            }
        };
        infos.push(ColumnInfo { name, kind: kind(&column), role });
        self.columns.push(column);
        true
    }

    /// Takes the steps that are left, and gives the table and the number of rows that repeat an earlier one.
    pub fn finish(mut self) -> (Table, u64) {
        while self.step() {}
        let table = Table::new(self.infos, self.columns, self.assembly);
        let n_duplicates = duplicates::count(&table);
        (table, n_duplicates)
    }
}

impl Manifest {
    /// The sender's number for a column beyond those of the plan.
    fn place(&self, name: &str, n_planned: usize) -> Option<usize> {
        let is_it = |(known, _): &(String, Sorted)| known == name;
        self.columns.iter().skip(n_planned).position(is_it).map(|at| n_planned + at)
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
    fn inferred(&self, assembly: &Assembly, file: &FilePlan) -> Column {
        let (dictionary, translations) = self.united();
        let texts: Vec<&[u8]> = dictionary.iter().map(str::as_bytes).collect();
        let guess = infer::kind(&texts, file.mark, file.orders);
        match (guess.kind, guess.time_format) {
            (Kind::Number, _) => {
                let value = |text: &&[u8]| number::read_leniently(text, file.mark).unwrap_or(f64::NAN);
                let values: Vec<f64> = [f64::NAN].into_iter().chain(texts.iter().map(value)).collect();
                Column::Number(Numbers::narrow(assembly.values(self.index, &translations, &values)))
            }
            (Kind::Time, Some(format)) => {
                let mut zone = file.zone.clone();
                let reader = TimeReader::new(format);
                let value = |text: &&[u8]| instant(reader, &mut zone, text);
                let values: Vec<Millis> =
                    [Column::NO_TIME].into_iter().chain(texts.iter().map(value)).collect();
                Column::Time(assembly.values(self.index, &translations, &values))
            }
            _ => Column::Text(assembly.texts(self.index, dictionary, &translations)),
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
