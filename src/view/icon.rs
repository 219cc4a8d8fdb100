//! The page's small pictures. They decorate: words or a label always say the same.

use leptos::prelude::*;

/// A picture of 16 × 16 drawn with a line, in the color of the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Add something.
    Add,
    /// Done, or chosen.
    Check,
    /// Take away, or close.
    Close,
    /// Put on the clipboard.
    Copy,
    /// Whom something is owed to.
    Credit,
    /// Sources and columns.
    Data,
    /// Move down.
    Down,
    /// Customers by what they bring.
    Customers,
    /// What goes with what.
    Drivers,
    /// Numbers about users.
    Features,
    /// Ways that part.
    Flow,
    /// Where people drop off.
    Funnel,
    /// Who comes and who goes.
    Life,
    /// Nothing leaves.
    Lock,
    /// Open the navigation.
    Menu,
    /// How often and how lately.
    Often,
    /// What a group is like.
    Persona,
    /// Who comes back.
    Return,
    /// What is wrong with the data.
    Quality,
    /// Take away as a file.
    Save,
    /// Groups of people.
    Segments,
    /// What is done in one go.
    Session,
    /// How numbers develop.
    Trend,
    /// Move up.
    Up,
    /// Bring files in.
    Upload,
    /// Needs a look.
    Warning,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Add => "M8 3v10M3 8h10",
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::Close => "m4 4 8 8M12 4l-8 8",
            Self::Copy => "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
            Self::Credit => "M2.5 4.5h4l3.5 3.5M2.5 11.5h4L10 8M10 8h3.5",
            Self::Data => "M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6",
            Self::Down => "M8 3v10M4 9l4 4 4-4",
            Self::Customers => "M2.5 2.5h11v11h-11zM2.5 6h11M2.5 9.5h11M6 2.5v11M9.5 2.5v11",
            Self::Features => "M3 13.5v-5M6.5 13.5v-9M10 13.5v-4M13.5 13.5v-11",
            Self::Drivers => "M8 2.5v11M8 4.5h5M8 8H3.5M8 11.5h3",
            Self::Flow => "M2 8h3c4 0 4-4 9-4M5 8c4 0 4 4 9 4",
            Self::Funnel => "M2 3.5h12M4 8h8M6.5 12.5h3",
            Self::Life => "M2 8h12M4 8V4M8 8V2.5M12 8V5M6 8v4M10 8v5",
            Self::Lock => "M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
            Self::Menu => "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
            Self::Often => {
                "M2.5 2.5h3v3h-3zM6.5 2.5h3v3h-3zM10.5 2.5h3v3h-3zM2.5 6.5h3v3h-3zM6.5 6.5h3v3h-3zM2.5 10.5h3v3h-3z"
            }
            Self::Persona => "M8 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.5c0-2.5 2-4 5-4s5 1.5 5 4",
            Self::Return => "M3 5.5h7a3.5 3.5 0 0 1 0 7H5M6 2.5l-3 3 3 3",
            Self::Quality => "M3 2.5h10v11H3zM5.5 8l2 2 3.5-4",
            Self::Save => "M8 2.5v7.5M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
            Self::Segments => concat!(
                "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13c0-2 2-3 4.5-3s4.5 1 4.5 3",
                "M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12.5 10.4c1.2.4 2 1.3 2 2.6",
            ),
            Self::Session => "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3l2 2",
            Self::Trend => "M2.5 12.5 6 8l3 2.5 4.5-6.5M10 4h3.5v3.5",
            Self::Up => "M8 13V3M4 7l4-4 4 4",
            Self::Upload => "M8 10.5V3M4.5 6 8 2.5 11.5 6M2.5 10v3.5h11V10",
            Self::Warning => "M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.8v.1",
        }
    }
}

/// Draws the icon; hidden from screen readers.
#[component]
pub fn Glyph(
    /// Which one.
    icon: Icon,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d=icon.path()></path>
        </svg>
    }
}

/// The page's own sign: a cairn of four stones.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <path d=STONES></path>
        </svg>
    }
}

/// The stones of the icon in `index.html`.
const STONES: &str = "\
    M4 25.5c0-2.2 5-3.5 12-3.5s12 1.3 12 3.5S23 29 16 29 4 27.7 4 25.5z\
    M7.5 17.5c0-2 3.5-3.2 8.5-3.2s8.5 1.2 8.5 3.2-3.5 3.1-8.5 3.1-8.5-1.1-8.5-3.1z\
    M10.5 10c0-1.7 2.3-2.9 5.5-2.9s5.5 1.2 5.5 2.9-2.3 2.8-5.5 2.8-5.5-1.1-5.5-2.8z\
    M13 4.3c0-1 1.2-1.8 3-1.8s3 .8 3 1.8-1.2 1.7-3 1.7-3-.7-3-1.7z";
