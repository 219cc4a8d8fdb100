//! What the columns of a table are called, hold and mean.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// A column's place in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnIdx(pub u32);

/// What a column's values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text; ids and codes such as `007` too.
    #[default]
    Text,
    /// Numbers that all survive a round trip through f64.
    Number,
    /// Instants.
    Time,
}

/// What a column means to the analyses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Who did it; every table has one.
    User,
    /// When; every table has one.
    Time,
    /// What; if no column has this role, every row is the event named after the file.
    Event,
    /// The session's id.
    Session,
    /// Money that the event brought.
    Revenue,
    /// Where the user came from.
    Channel,
    /// The experiment's variant.
    Variant,
    /// A rating.
    Score,
    /// Free text that people wrote.
    Text,
    /// Any other property.
    #[default]
    Other,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnInfo {
    /// Its name, unique in the table.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// What it means.
    pub role: Role,
}

/// The columns of a table, and the facts about the whole data set that queries are checked against. All shards of one
/// data set have the same schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Schema {
    /// The columns, in the file's order.
    pub columns: Vec<ColumnInfo>,
    /// The column with the role user.
    pub user: ColumnIdx,
    /// The column with the role time.
    pub time: ColumnIdx,
    /// The column with the role event.
    pub event: ColumnIdx,
    /// First and last instant of the whole data set; none if it has no events.
    pub span: Option<(Millis, Millis)>,
    /// Events in the whole data set.
    pub n_events: u64,
    /// Users in the whole data set.
    pub n_users: u64,
}

/// Facts of a whole data set, or of one shard of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// First and last instant; none if there are no events.
    pub span: Option<(Millis, Millis)>,
    /// Number of events.
    pub n_events: u64,
    /// Number of users.
    pub n_users: u64,
}

impl Facts {
    /// The facts of two shards together.
    pub fn and(self, other: Self) -> Self {
        let span = match (self.span, other.span) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        Self { span, n_events: self.n_events + other.n_events, n_users: self.n_users + other.n_users }
    }
}

impl Schema {
    /// The schema of these columns.
    ///
    /// # Panics
    /// If the roles user, time and event are not given once each: a bug of the caller.
    pub fn new(columns: Vec<ColumnInfo>, facts: &Facts) -> Self {
        let only = |role| {
            let mut with_role = (0_u32..).zip(&columns).filter(|(_, column)| column.role == role);
            match (with_role.next(), with_role.next()) {
                (Some((index, _)), None) => ColumnIdx(index),
                _ => panic!("exactly one column has the role {role:?}"),
            }
        };
        let (user, time, event) = (only(Role::User), only(Role::Time), only(Role::Event));
        let Facts { span, n_events, n_users } = *facts;
        Self { columns, user, time, event, span, n_events, n_users }
    }

    /// The facts in it.
    pub fn facts(&self) -> Facts {
        Facts { span: self.span, n_events: self.n_events, n_users: self.n_users }
    }

    /// The column called `name`.
    pub fn find(&self, name: &str) -> Option<ColumnIdx> {
        self.columns.iter().position(|column| column.name == name).map(|index| ColumnIdx(index as u32))
    }

    /// The first column with this role.
    pub fn with_role(&self, role: Role) -> Option<ColumnIdx> {
        self.columns.iter().position(|column| column.role == role).map(|index| ColumnIdx(index as u32))
    }

    /// The data's last instant, the default "now"; the epoch if there are no events.
    pub fn end(&self) -> Millis {
        self.span.map_or(Millis(0), |(_, last)| last)
    }

    /// The whole data set's first instant; 0 if there are no events.
    pub fn start(&self) -> Millis {
        self.span.map_or(Millis(0), |(first, _)| first)
    }
}
