//! What the forms need to know of the data: events, columns and their values.

use std::sync::Arc;

use cairn_engine::analysis::overview::{ColumnFacts, OverviewAnswer, OverviewQuery};
use cairn_engine::table::{Kind, Role, Schema};
use cairn_engine::{Answer, Query};
use leptos::prelude::*;

use super::{DataSet, Session};

/// The data set with its overview; the overview is there a moment after the data.
#[derive(Clone, Copy)]
pub struct Facts {
    data: RwSignal<Option<Arc<DataSet>>>,
    overview: Memo<Option<Arc<OverviewAnswer>>>,
}

impl Facts {
    /// Asks for the overview of every data set that comes.
    pub fn follow(session: Session) -> Self {
        let query = Memo::new(move |_| {
            let zone = session.scope().zone;
            let mut overview = OverviewQuery::default();
            overview.scope.zone = zone;
            Some(Query::Overview(overview))
        });
        let asked = session.ask(query);
        let overview = Memo::new(move |_| match &asked.read().answer.as_ref()?.answer {
            Answer::Overview(overview) => Some(Arc::new(overview.clone())),
            _ => None,
        });
        Self { data: session.data, overview }
    }

    /// The overview of the whole data set.
    pub fn overview(self) -> Option<Arc<OverviewAnswer>> {
        self.overview.get()
    }

    /// The columns.
    pub fn schema(self) -> Option<Schema> {
        self.data.get().map(|data| data.loaded.schema.clone())
    }

    /// Names of the events, the most frequent first, with how often each occurs.
    pub fn events(self) -> Vec<(String, u64)> {
        let overview = self.overview.get();
        let events = overview.iter().flat_map(|overview| &overview.events);
        events.map(|event| (event.event.clone(), event.n_events)).collect()
    }

    /// Names of the columns that conditions may speak of: all but the user, the time and the event.
    pub fn properties(self) -> Vec<(String, Kind)> {
        let columns = self.schema().map(|schema| schema.columns).unwrap_or_default();
        let is_property = |role| !matches!(role, Role::User | Role::Time | Role::Event);
        columns
            .into_iter()
            .filter(|column| is_property(column.role))
            .map(|column| (column.name, column.kind))
            .collect()
    }

    /// What a column is made of.
    pub fn column(self, name: &str) -> Option<ColumnFacts> {
        self.overview.get()?.columns.iter().find(|column| column.name == name).cloned()
    }

    /// The values of a text column, the most frequent first, if they are few enough to choose from.
    pub fn values(self, name: &str) -> Option<Vec<String>> {
        let column = self.column(name)?;
        let is_whole = column.n_distinct? as usize == column.top.len();
        is_whole.then(|| column.top.into_iter().map(|value| value.value).collect())
    }
}
