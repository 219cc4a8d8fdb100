//! The view's building blocks: elements with attributes, text, children and listeners, of which some follow the desk.
//!
//! What follows is a closure that is asked again after each change, and touches the page only where its answer is
//! another. A checklist has a few hundred of them at most, so that asking all takes less than a millisecond; telling
//! which of them hang on what (Leptos' renderer and its reactive system) would be half of the bytes of the widget.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::{Element, Node};

#[wasm_bindgen]
extern "C" {
    /// Throws for no name that is used in here.
    #[wasm_bindgen(js_namespace = document, js_name = createElement)]
    fn create_element(tag: &str) -> Element;

    #[wasm_bindgen(js_namespace = document, js_name = createTextNode)]
    fn create_text(text: &str) -> Node;
}

/// An element that is not on the page yet, and what of it follows.
pub(crate) struct View {
    pub(crate) element: Element,
    live: Live,
}

/// What follows, and what listens, in a part of the view. Dropping it ends both.
#[derive(Default)]
pub(crate) struct Live {
    parts: Vec<Part>,
    /// They are only kept, for as long as their elements can be clicked.
    clicks: Vec<Closure<dyn Fn()>>,
}

enum Part {
    /// An attribute, there while it has a value.
    Attribute {
        element: Element,
        name: &'static str,
        value: Box<dyn Fn() -> Option<String>>,
        last: RefCell<Option<String>>,
    },
    /// The only text of an element.
    Text { element: Element, text: Box<dyn Fn() -> String>, last: RefCell<String> },
    /// Elements before an anchor, built anew when their key is another.
    Slot { anchor: Node, key: Box<dyn Fn() -> Vec<usize>>, build: Box<Build>, shown: RefCell<Shown> },
}

/// Builds the elements for a key.
type Build = dyn Fn(&[usize]) -> Vec<View>;

#[derive(Default)]
struct Shown {
    key: Vec<usize>,
    elements: Vec<Element>,
    live: Live,
}

impl View {
    /// An element with attributes.
    pub(crate) fn new(tag: &str, attributes: &[(&str, &str)]) -> View {
        let view = View { element: create_element(tag), live: Live::default() };
        attributes.iter().fold(view, |view, (name, value)| view.attribute(name, value))
    }

    /// Sets an attribute, which cannot fail for the names that are used in here.
    pub(crate) fn attribute(self, name: &str, value: &str) -> View {
        let _ = self.element.set_attribute(name, value);
        self
    }

    /// Appends text.
    pub(crate) fn text(self, text: &str) -> View {
        self.append(&create_text(text));
        self
    }

    /// Appends a child, if there is one.
    pub(crate) fn child(self, child: impl Into<Option<View>>) -> View {
        self.children(child.into().into_iter().collect())
    }

    /// Appends children.
    pub(crate) fn children(mut self, children: Vec<View>) -> View {
        for child in children {
            self.append(&child.element);
            self.live.parts.extend(child.live.parts);
            self.live.clicks.extend(child.live.clicks);
        }
        self
    }

    /// An attribute that follows; it is there while it has a value.
    pub(crate) fn follow(mut self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> View {
        let (element, value) = (self.element.clone(), Box::new(value));
        self.live.parts.push(Part::Attribute { element, name, value, last: RefCell::default() });
        self
    }

    /// An attribute without a value that is there while the answer is yes.
    pub(crate) fn follow_flag(self, name: &'static str, is_on: impl Fn() -> bool + 'static) -> View {
        self.follow(name, move || is_on().then(String::new))
    }

    /// Text that follows: all that the element holds.
    pub(crate) fn follow_text(mut self, text: impl Fn() -> String + 'static) -> View {
        let (element, text) = (self.element.clone(), Box::new(text));
        self.live.parts.push(Part::Text { element, text, last: RefCell::default() });
        self
    }

    /// Children that are built anew when their key is another; none for the empty key.
    pub(crate) fn slot(
        mut self,
        key: impl Fn() -> Vec<usize> + 'static,
        build: impl Fn(&[usize]) -> Vec<View> + 'static,
    ) -> View {
        let anchor = create_text("");
        self.append(&anchor);
        let (key, build) = (Box::new(key), Box::new(build));
        self.live.parts.push(Part::Slot { anchor, key, build, shown: RefCell::default() });
        self
    }

    /// Calls `clicked` on each click.
    pub(crate) fn on_click(mut self, clicked: impl Fn() + 'static) -> View {
        let clicked = Closure::<dyn Fn()>::new(clicked);
        // Listening to an event of an element that is there cannot fail.
        let _ = self.element.add_event_listener_with_callback("click", clicked.as_ref().unchecked_ref());
        self.live.clicks.push(clicked);
        self
    }

    /// What follows and listens, to be kept for as long as the element is on the page.
    pub(crate) fn into_live(self) -> Live {
        self.live
    }

    fn append(&self, node: &Node) {
        // A fresh node can stand in any element.
        let _ = self.element.append_child(node);
    }
}

impl Live {
    /// Brings all that follows up to date.
    pub(crate) fn update(&self) {
        self.parts.iter().for_each(Part::update);
    }
}

impl Part {
    fn update(&self) {
        match self {
            Part::Attribute { element, name, value, last } => {
                let now = value();
                if *last.borrow() != now {
                    // As above: the names are sound.
                    let _ = match &now {
                        Some(value) => element.set_attribute(name, value),
                        None => element.remove_attribute(name),
                    };
                    last.replace(now);
                }
            }
            Part::Text { element, text, last } => {
                let now = text();
                if *last.borrow() != now {
                    element.set_text_content(Some(&now));
                    last.replace(now);
                }
            }
            Part::Slot { anchor, key, build, shown } => {
                let now = key();
                if shown.borrow().key != now {
                    let old = shown.replace(fill(anchor, now, build));
                    old.elements.iter().for_each(Element::remove);
                }
                shown.borrow().live.update();
            }
        }
    }
}

/// Builds the elements of a slot, if there is a key, and puts them before its anchor.
fn fill(anchor: &Node, key: Vec<usize>, build: &Build) -> Shown {
    let mut shown = Shown::default();
    let views = if key.is_empty() { Vec::new() } else { build(&key) };
    for view in views {
        if let Some(parent) = anchor.parent_node() {
            let _ = parent.insert_before(&view.element, Some(anchor));
        }
        shown.elements.push(view.element);
        shown.live.parts.extend(view.live.parts);
        shown.live.clicks.extend(view.live.clicks);
    }
    Shown { key, ..shown }
}
