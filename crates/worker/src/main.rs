//! Stub.

fn main() {
    let _scope = js_sys::global();
}
