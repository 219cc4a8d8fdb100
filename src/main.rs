//! The workbench's page.

mod app;
mod client;
mod panel;
mod session;
mod text;
mod view;

fn main() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(app::start());
}
