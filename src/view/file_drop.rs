//! The way in for files: dropped anywhere on the window, chosen, or pasted.

use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use web_sys::{DataTransfer, File, FileList};

use crate::text::text;

/// How much room the drop zone takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropSize {
    /// The center of an empty page.
    Large,
    /// A line beside data that are already there.
    Compact,
}

/// A drop zone with a button for those who would rather choose. While it is on the page, files may be dropped anywhere
/// on the window, and a copied file may be pasted; so there should be one of them.
#[component]
pub fn FileDrop(
    /// Hears the files, at least one.
    #[prop(into)]
    on_files: Callback<Vec<File>>,
    /// How much room it takes.
    size: DropSize,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let hovering = watch_window(on_files);
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
            on_files.run(files);
        }
    };
    let class = match size {
        DropSize::Large => "drop drop-large",
        DropSize::Compact => "drop drop-compact",
    };
    view! {
        <div class=class class:drop-over=hovering on:click=move |_| choose()>
            <span class="drop-mark" aria-hidden="true"></span>
            <p class="drop-title">{text("drop.title")}</p>
            <p class="drop-hint">{text("drop.hint")}</p>
            <button
                class="button"
                type="button"
                on:click=move |event| {
                    event.stop_propagation();
                    choose();
                }
            >
                {text("drop.choose")}
            </button>
            <input class="drop-input" type="file" multiple hidden tabindex="-1" node_ref=input on:click=|event| event.stop_propagation() on:change=chosen />
            <div class="drop-veil" hidden=move || !hovering.get()>
                <p class="drop-veil-text" role="status">{move || hovering.get().then(|| text("drop.release"))}</p>
            </div>
        </div>
    }
}

/// Listens on the window until the view goes; gives whether files hover over it now.
fn watch_window(on_files: Callback<Vec<File>>) -> ReadSignal<bool> {
    let (hovering, set_hovering) = signal(false);
    let take = move |files: Vec<File>| {
        if !files.is_empty() {
            on_files.run(files);
        }
    };
    let listeners = [
        window_event_listener(ev::dragover, move |event| {
            if event.data_transfer().is_some_and(|data| has_files(&data)) {
                event.prevent_default(); // else the browser would leave the page to open the file
                set_hovering.set(true);
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
                take(listed(data.files()));
            }
        }),
        window_event_listener(ev::paste, move |event| {
            let event: web_sys::ClipboardEvent = event;
            if let Some(data) = event.clipboard_data().filter(has_files) {
                event.prevent_default();
                take(listed(data.files()));
            }
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    hovering
}

fn has_files(data: &DataTransfer) -> bool {
    data.types().includes(&"Files".into(), 0)
}

fn listed(files: Option<FileList>) -> Vec<File> {
    files.map_or_else(Vec::new, |files| (0..files.length()).filter_map(|index| files.get(index)).collect())
}
