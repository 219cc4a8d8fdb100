//! Work put off, so that a large view does not keep the page from hearing the person in one go.

use std::time::Duration;

use leptos::prelude::*;

/// False while the view that asks is made, true from the page's next task on. Each call has a task of its own.
pub fn later() -> ReadSignal<bool> {
    let (ready, set_ready) = signal(false);
    wait_a_task(set_ready);
    ready
}

/// Shows its children from the page's next task on.
#[component]
pub fn Later(
    /// What may come a moment after the rest.
    children: ChildrenFn,
) -> impl IntoView {
    let ready = later();
    view! { <Show when=move || ready.get()>{children()}</Show> }
}

/// Shows its children once the rest has been painted: for what stands far down, where nobody looks at first.
#[component]
pub fn AfterPaint(
    /// What may come a frame after the rest.
    children: ChildrenFn,
) -> impl IntoView {
    let (ready, set_ready) = signal(false);
    // Frames are asked for before they are painted.
    request_animation_frame(move || wait_a_task(set_ready));
    view! { <Show when=move || ready.get()>{children()}</Show> }
}

fn wait_a_task(ready: WriteSignal<bool>) {
    let tell = move || {
        // The view may be gone by then.
        let _ = ready.try_set(true);
    };
    set_timeout(tell, Duration::ZERO);
}
