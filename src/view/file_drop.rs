//! The way in for files: dropped anywhere on the window, chosen, or pasted.

use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, File, FileList};

use super::{Glyph, Icon};
use crate::text::text;

/// How much room the drop zone takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropSize {
    /// The center of an empty page.
    Large,
    /// A line beside data that are already there.
    Compact,
}

/// What came in; at least one of either.
#[derive(Clone, Debug, Default)]
pub struct Dropped {
    /// The files.
    pub files: Vec<File>,
    /// The names of folders. A browser hands them over as files that cannot be read.
    pub folders: Vec<String>,
}

/// A drop zone with a button for those who would rather choose. While it is on the page, files may be dropped anywhere
/// on the window, and a copied file may be pasted; so there should be one of them.
#[component]
pub fn FileDrop(
    /// Hears what came in.
    #[prop(into)]
    on_drop: Callback<Dropped>,
    /// How much room it takes.
    size: DropSize,
    /// Further ways in, such as a button for sample data, beside the button for files.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let hovering = watch_window(on_drop);
    let choose = move || {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let files = listed(input.files());
        // Without this, choosing the same file again would be no change.
        input.set_value("");
        if !files.is_empty() {
            on_drop.run(Dropped { files, folders: Vec::new() });
        }
    };
    let (class, title, button) = match size {
        DropSize::Large => ("drop drop-large", "drop.title", "button button-primary button-large"),
        DropSize::Compact => ("drop drop-compact", "drop.title_more", "button"),
    };
    // The whole zone answers to a click, but for what already answers itself.
    let click = move |event: web_sys::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if target.is_some_and(|target| matches!(target.closest("button, a, summary"), Ok(None))) {
            choose();
        }
    };
    view! {
        <div class=class class:drop-over=hovering on:click=click>
            <span class="drop-mark">
                <Glyph icon=Icon::Upload />
            </span>
            <div class="drop-words">
                <p class="drop-title">{text(title)}</p>
                <p class="drop-hint">{text("drop.hint")}</p>
            </div>
            <div class="row drop-actions">
                <button class=button type="button" on:click=move |_| choose()>
                    {text("drop.choose")}
                </button>
                {children.map(|children| children())}
            </div>
            <input
                class="drop-input"
                type="file"
                multiple
                hidden
                node_ref=input
                on:change=chosen
                // The click that opens the picker must not come back to the zone.
                on:click=|event| event.stop_propagation()
            />
            <div class="drop-veil" hidden=move || !hovering.get()>
                <p class="drop-veil-text" role="status">
                    {move || hovering.get().then(|| text("drop.release"))}
                </p>
            </div>
        </div>
    }
}

/// Listens on the window until the view goes; gives whether files hover over it now.
fn watch_window(on_drop: Callback<Dropped>) -> ReadSignal<bool> {
    let (hovering, set_hovering) = signal(false);
    let take = move |dropped: Dropped| {
        if !dropped.files.is_empty() || !dropped.folders.is_empty() {
            on_drop.run(dropped);
        }
    };
    let listeners = [
        window_event_listener(ev::dragover, move |event| {
            if event.data_transfer().is_some_and(|data| has_files(&data)) {
                event.prevent_default(); // else the browser would leave the page to open the file
                if !hovering.get_untracked() {
                    set_hovering.set(true);
                }
            }
        }),
        window_event_listener(ev::dragleave, move |event| {
            // Leaving one element for another has a related target; leaving the window has none.
            if event.related_target().is_none() {
                set_hovering.set(false);
            }
        }),
        window_event_listener(ev::drop, move |event| {
            set_hovering.set(false);
            if let Some(data) = event.data_transfer().filter(has_files) {
                event.prevent_default();
                take(held(&data));
            }
        }),
        window_event_listener(ev::paste, move |event| {
            let event: web_sys::ClipboardEvent = event;
            if let Some(data) = event.clipboard_data().filter(has_files) {
                event.prevent_default();
                take(held(&data));
            }
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    hovering
}

fn has_files(data: &DataTransfer) -> bool {
    data.types().includes(&"Files".into(), 0)
}

/// The files and folders of a drag or of the clipboard.
fn held(data: &DataTransfer) -> Dropped {
    let items = data.items();
    let mut dropped = Dropped::default();
    for item in (0..items.length()).filter_map(|index| items.get(index)).filter(|item| item.kind() == "file")
    {
        // A file that a script has put there has no entry.
        let entry = item.webkit_get_as_entry().ok().flatten();
        match (entry, item.get_as_file()) {
            (Some(entry), _) if entry.is_directory() => dropped.folders.push(entry.name()),
            (_, Ok(Some(file))) => dropped.files.push(file),
            _ => {}
        }
    }
    dropped
}

fn listed(files: Option<FileList>) -> Vec<File> {
    files.map_or_else(Vec::new, |files| (0..files.length()).filter_map(|index| files.get(index)).collect())
}
