//! The one list of panels.

mod attribution;
mod breakdown;
mod calendar;
mod conditions;
mod drivers;
mod features;
mod frame;
mod frequency;
mod funnels;
mod journeys;
mod lifecycle;
mod personas;
mod quality;
mod question;
mod retention;
mod rfm;
mod rows;
mod rule_row;
mod segments;
mod session_rule;
mod sessions;
mod shared;
mod sources;
mod trends;

use leptos::prelude::*;

use crate::view::Icon;

/// A panel: one question that a person can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Panel {
    /// What the file holds, and what was skipped.
    #[default]
    Sources,
    /// What is wrong with the data.
    Quality,
    /// How numbers develop.
    Trends,
    /// Where users stop on their way.
    Funnels,
    /// Which ways users take.
    Journeys,
    /// Who comes back.
    Retention,
    /// Who is new, stays, comes back and goes.
    Lifecycle,
    /// How often and how lately users do something.
    Frequency,
    /// What users do in one go.
    Sessions,
    /// Who the users are.
    Segments,
    /// By which numbers users are told apart.
    Features,
    /// Customers by recency, frequency and value.
    Rfm,
    /// What groups of users are like.
    Personas,
    /// What goes with getting there.
    Drivers,
    /// Whom conversions are owed to.
    Attribution,
}

/// Where a panel asks a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The panel's own question.
    Main(Panel),
    /// A further question, in a section of its own.
    Beside(Panel),
}

/// The panels by the question that they answer: the key of the group's name, and its panels.
pub const GROUPS: [(&str, &[Panel]); 4] = [
    ("group.data", &[Panel::Sources, Panel::Quality]),
    (
        "group.explore",
        &[
            Panel::Trends,
            Panel::Funnels,
            Panel::Retention,
            Panel::Journeys,
            Panel::Lifecycle,
            Panel::Frequency,
            Panel::Sessions,
        ],
    ),
    ("group.understand", &[Panel::Segments, Panel::Personas, Panel::Features, Panel::Rfm]),
    ("group.prove", &[Panel::Attribution, Panel::Drivers]),
];

impl Panel {
    /// Every panel.
    pub const ALL: [Self; 15] = [
        Self::Sources,
        Self::Quality,
        Self::Trends,
        Self::Funnels,
        Self::Retention,
        Self::Journeys,
        Self::Lifecycle,
        Self::Frequency,
        Self::Sessions,
        Self::Segments,
        Self::Personas,
        Self::Features,
        Self::Rfm,
        Self::Attribution,
        Self::Drivers,
    ];

    /// Its name in the address.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sources => "sources",
            Self::Quality => "quality",
            Self::Trends => "trends",
            Self::Funnels => "funnels",
            Self::Journeys => "journeys",
            Self::Retention => "retention",
            Self::Lifecycle => "lifecycle",
            Self::Frequency => "frequency",
            Self::Sessions => "sessions",
            Self::Segments => "segments",
            Self::Features => "features",
            Self::Rfm => "rfm",
            Self::Personas => "personas",
            Self::Drivers => "drivers",
            Self::Attribution => "attribution",
        }
    }

    /// The address of the panel, with nothing chosen in it.
    pub fn address(self) -> String {
        format!("#{}", self.name())
    }

    /// The key of its title.
    pub const fn title_key(self) -> &'static str {
        match self {
            Self::Sources => "sources.title",
            Self::Quality => "quality.title",
            Self::Trends => "trends.title",
            Self::Funnels => "funnels.title",
            Self::Journeys => "journeys.title",
            Self::Retention => "retention.title",
            Self::Lifecycle => "lifecycle.title",
            Self::Frequency => "frequency.title",
            Self::Sessions => "sessions.title",
            Self::Segments => "segments.title",
            Self::Features => "features.title",
            Self::Rfm => "rfm.title",
            Self::Personas => "personas.title",
            Self::Drivers => "drivers.title",
            Self::Attribution => "attribution.title",
        }
    }

    /// Its picture in the navigation.
    pub const fn icon(self) -> Icon {
        match self {
            Self::Sources => Icon::Data,
            Self::Quality => Icon::Quality,
            Self::Trends => Icon::Trend,
            Self::Funnels => Icon::Funnel,
            Self::Journeys => Icon::Flow,
            Self::Retention => Icon::Return,
            Self::Lifecycle => Icon::Life,
            Self::Frequency => Icon::Often,
            Self::Sessions => Icon::Session,
            Self::Segments => Icon::Segments,
            Self::Features => Icon::Features,
            Self::Rfm => Icon::Customers,
            Self::Personas => Icon::Persona,
            Self::Drivers => Icon::Drivers,
            Self::Attribution => Icon::Credit,
        }
    }

    /// Its view.
    pub fn view(self) -> AnyView {
        match self {
            Self::Sources => sources::Sources().into_any(),
            Self::Quality => quality::Quality().into_any(),
            Self::Trends => trends::Trends().into_any(),
            Self::Funnels => funnels::Funnels().into_any(),
            Self::Journeys => journeys::Journeys().into_any(),
            Self::Retention => retention::Retention().into_any(),
            Self::Lifecycle => lifecycle::Lifecycle().into_any(),
            Self::Frequency => frequency::Frequency().into_any(),
            Self::Sessions => sessions::Sessions().into_any(),
            Self::Segments => segments::Segments().into_any(),
            Self::Features => features::Features().into_any(),
            Self::Rfm => rfm::Rfm().into_any(),
            Self::Personas => personas::Personas().into_any(),
            Self::Drivers => drivers::Drivers().into_any(),
            Self::Attribution => attribution::Attribution().into_any(),
        }
    }
}
