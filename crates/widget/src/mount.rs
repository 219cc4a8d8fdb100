//! Mounting a view, as `leptos::mount::mount_to` does it.

use any_spawner::Executor;
use reactive_graph::owner::Owner;
use tachys::view::any_view::AnyView;
use tachys::view::{Mountable, Render};
use web_sys::HtmlElement;

/// A view on a page; dropping it takes the view away, with its listeners and its reactive system.
pub(crate) struct Mounted {
    view: <AnyView as Render>::State,
    /// Owns every effect of the view.
    _owner: Owner,
}

impl Mounted {
    /// Builds a view under an owner of its own and puts it into `parent`.
    pub(crate) fn new(parent: &HtmlElement, build: impl FnOnce() -> AnyView) -> Mounted {
        // The error says that another element has set the executor before, which is as good.
        let _ = Executor::init_wasm_bindgen();
        let owner = Owner::new();
        let view = owner.with(|| {
            let mut view = build().build();
            view.mount(parent, None);
            view
        });
        Mounted { view, _owner: owner }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.view.unmount();
    }
}
