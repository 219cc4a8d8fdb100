//! Where each factor is counted: events, values of events' properties and values of users' properties, one number behind
//! the other.

use super::query::{DriversQuery, Factors, conflict};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::order::sort_by;
use crate::rule::Owner;
use crate::table::{Column, ColumnIdx, MISSING, Role, Table};

/// The places of all factors. It is the same on all shards, since their dictionaries are.
#[derive(Debug)]
pub(super) struct Layout {
    /// By event code: whether having done it is a factor.
    pub(super) events: Vec<bool>,
    /// By event code: the place of the event among those whose properties are looked at.
    pub(super) event_places: Vec<Option<usize>>,
    /// The properties of events, each with its first place; each event has `n_event_values` places for them.
    pub(super) event_columns: Vec<TextPlaces>,
    pub(super) n_event_values: usize,
    /// The codes of those events, in order.
    pub(super) event_codes: Vec<u32>,
    /// The users' text properties, each with its first place.
    pub(super) user_texts: Vec<(TextPlaces, Owner)>,
    pub(super) n_user_values: usize,
    /// The users' number properties.
    pub(super) user_numbers: Vec<(ColumnIdx, Owner)>,
    /// Columns with too many values.
    pub(super) left_out: Vec<String>,
}

/// The places of a text column's codes, from `first` on.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextPlaces {
    pub(super) column: ColumnIdx,
    pub(super) first: usize,
    pub(super) n_codes: usize,
}

impl Layout {
    /// The places of a query's factors.
    ///
    /// # Errors
    /// If there are none, or a property is unknown, of another kind, or named and of too many values.
    pub(super) fn new(query: &DriversQuery, table: &Table) -> Result<Self, QueryError> {
        let n_codes = table.events().n_codes();
        let mut layout = Self {
            events: vec![false; n_codes],
            event_places: vec![None; n_codes],
            event_columns: Vec::new(),
            n_event_values: 0,
            event_codes: Vec::new(),
            user_texts: Vec::new(),
            n_user_values: 0,
            user_numbers: Vec::new(),
            left_out: Vec::new(),
        };
        if query.factors.is_empty() {
            let hint = "say what may go with the target: events, or properties".to_owned();
            return Err(QueryError::new("factors", QueryProblem::Empty { hint }));
        }
        for (index, factors) in query.factors.iter().enumerate() {
            let within = |error: QueryError| error.within(&format!("factors[{index}]"));
            match factors {
                Factors::Events => layout.add_events(query, table),
                Factors::EventProperties { events, properties } => {
                    layout.add_event_properties(query, table, events, properties).map_err(within)?;
                }
                Factors::UserProperties { properties, on } => {
                    layout.add_user_properties(query, table, properties, *on).map_err(within)?;
                }
            }
        }
        sort_by(&mut layout.left_out, Ord::cmp);
        layout.left_out.dedup();
        Ok(layout)
    }

    fn add_events(&mut self, query: &DriversQuery, table: &Table) {
        self.events.fill(true);
        self.events[MISSING as usize] = false;
        let left_out = query.left_out_events().into_iter();
        left_out.filter_map(|name| table.events().dictionary.code(name)).for_each(|code| {
            self.events[code as usize] = false;
        });
    }

    fn add_event_properties(
        &mut self,
        query: &DriversQuery,
        table: &Table,
        events: &[String],
        properties: &[String],
    ) -> Result<(), QueryError> {
        let most = DriversQuery::MAX_EVENTS as i64;
        QueryError::check_range("events", events.len() as i64, 1, most)?;
        if !self.event_columns.is_empty() {
            return Err(conflict("", "properties of events stand in the list once; name all events there"));
        }
        let left_out = query.left_out_events();
        let named = events.iter().filter(|name| !left_out.contains(&name.as_str()));
        self.event_codes = named.filter_map(|name| table.events().dictionary.code(name)).collect();
        self.event_codes.sort_unstable();
        self.event_codes.dedup();
        for (place, &code) in self.event_codes.iter().enumerate() {
            self.event_places[code as usize] = Some(place);
        }
        for (field, column) in self.columns(query, table, properties)? {
            match table.column(column) {
                Column::Text(_) => {
                    let first = self.n_event_values;
                    if let Some(places) = self.text_places(column, first, table, field)? {
                        self.n_event_values += places.n_codes;
                        self.event_columns.push(places);
                    }
                }
                _ => self.refuse(column, table, field, "text")?,
            }
        }
        Ok(())
    }

    fn add_user_properties(
        &mut self,
        query: &DriversQuery,
        table: &Table,
        properties: &[String],
        on: Owner,
    ) -> Result<(), QueryError> {
        if on == Owner::Event {
            return Err(conflict("on", "is `user_first` or `user`: a user has one value of each property"));
        }
        for (field, column) in self.columns(query, table, properties)? {
            match table.column(column) {
                Column::Text(_) => {
                    if let Some(places) = self.text_places(column, self.n_user_values, table, field)? {
                        self.n_user_values += places.n_codes;
                        self.user_texts.push((places, on));
                    }
                }
                Column::Number(_) => self.user_numbers.push((column, on)),
                _ => self.refuse(column, table, field, "text or numbers")?,
            }
        }
        Ok(())
    }

    /// The columns that are named, each with its field, or all that could hold properties.
    fn columns(
        &self,
        query: &DriversQuery,
        table: &Table,
        properties: &[String],
    ) -> Result<Vec<(Option<String>, ColumnIdx)>, QueryError> {
        let left_out = query.left_out_properties();
        let is_wanted = |name: &str| !left_out.contains(&name);
        if properties.is_empty() {
            let has_meaning =
                |role| !matches!(role, Role::User | Role::Time | Role::Event | Role::Session | Role::Text);
            let columns = (0_u32..).zip(&table.schema.columns);
            let all = columns.filter(|(_, info)| has_meaning(info.role) && is_wanted(&info.name));
            return Ok(all.map(|(index, _)| (None, ColumnIdx(index))).collect());
        }
        let find = |(index, name): (usize, &String)| {
            let field = format!("properties[{index}]");
            let unknown = QueryProblem::UnknownProperty { name: name.clone() };
            let column = table.schema.find(name).ok_or_else(|| QueryError::new(field.clone(), unknown))?;
            Ok((Some(field), column))
        };
        let named = properties.iter().enumerate().filter(|(_, name)| is_wanted(name));
        named.map(find).collect()
    }

    /// A text column's places; none if it has too many values, which is an error if it was named.
    fn text_places(
        &mut self,
        column: ColumnIdx,
        first: usize,
        table: &Table,
        field: Option<String>,
    ) -> Result<Option<TextPlaces>, QueryError> {
        let Column::Text(text) = table.column(column) else { return Ok(None) };
        let most = DriversQuery::MAX_VALUES;
        if text.dictionary.len() <= most {
            return Ok(Some(TextPlaces { column, first, n_codes: text.n_codes() }));
        }
        let name = table.schema.columns[column.0 as usize].name.clone();
        match field {
            Some(field) => {
                let explanation = format!(
                    "\"{name}\" has {} values, and at most {most} can be compared; leave it out",
                    text.dictionary.len()
                );
                Err(conflict(&field, &explanation))
            }
            None => {
                self.left_out.push(name);
                Ok(None)
            }
        }
    }

    /// Leaves out a column of another kind; an error if it was named.
    fn refuse(
        &mut self,
        column: ColumnIdx,
        table: &Table,
        field: Option<String>,
        wanted: &str,
    ) -> Result<(), QueryError> {
        let name = table.schema.columns[column.0 as usize].name.clone();
        let found = match table.column(column) {
            Column::Number(_) => "numbers",
            Column::Text(_) => "text",
            Column::User => "the users",
            Column::Time(_) | Column::EventTime => "times",
        };
        match field {
            Some(field) => {
                let (found, wanted) = (found.to_owned(), wanted.to_owned());
                Err(QueryError::new(field, QueryProblem::WrongKind { name, found, wanted }))
            }
            None => {
                self.left_out.push(name);
                Ok(())
            }
        }
    }
}
