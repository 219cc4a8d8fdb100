//! Taking things away: files, pictures, the clipboard.

use cairn_charts::{ChartSpec, Size, draw};
use js_sys::{Array, Promise};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, HtmlElement, HtmlImageElement, Url,
};

use super::{Glyph, Icon};
use crate::text::text;

/// The width of a saved picture in pixels; a PNG has twice as many.
const SAVED_WIDTH: u32 = 1200;
const SAVED_HEIGHT: u32 = 600;
const PNG_SCALE: f64 = 2.0;
/// The paper around a saved picture.
const MARGIN: u32 = 24;

/// What a saved picture takes from the page's style sheets, element by element, so that it looks the same anywhere.
const SAVED_STYLES: [&str; 14] = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "paint-order",
    "font-family",
    "font-size",
    "font-weight",
    "text-anchor",
];

/// Gives the person a text as a file.
pub fn save_text(file_name: &str, mime: &str, content: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(&format!("{mime};charset=utf-8"));
    // A blob of a string is never refused.
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&Array::of1(&content.into()), &options) {
        save_blob(file_name, &blob);
    }
}

/// Gives the person a chart as an SVG file, in the colors of the light theme.
pub fn save_svg(file_name: &str, spec: &ChartSpec) {
    if let Ok(picture) = standalone(spec) {
        save_text(file_name, "image/svg+xml", &picture.svg);
    }
}

/// Gives the person a chart as a PNG file, in the colors of the light theme, twice as large as it says.
pub fn save_png(file_name: &str, spec: &ChartSpec) {
    let (file_name, spec) = (file_name.to_owned(), spec.clone());
    spawn_local(async move {
        if let Err(error) = paint(&file_name, &spec).await {
            leptos::logging::error!("The picture could not be made: {error:?}");
        }
    });
}

/// Puts a text on the clipboard. Without permission, or on a page without TLS, gives false.
pub async fn copy_text(content: &str) -> bool {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
    if clipboard.is_ok_and(|clipboard| clipboard.is_undefined()) {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(content)).await.is_ok()
}

/// A button that copies and says so.
#[component]
pub fn CopyButton(
    /// The words on the button.
    #[prop(into)]
    label: Signal<String>,
    /// What is copied, made when it is asked for.
    #[prop(into)]
    content: Callback<(), String>,
) -> impl IntoView {
    let said = RwSignal::new("");
    let copy = move |_| {
        let content = content.run(());
        spawn_local(async move {
            let key = if copy_text(&content).await { "copy.done" } else { "copy.failed" };
            said.set(key);
            set_timeout(
                move || {
                    said.try_set("");
                },
                std::time::Duration::from_secs(2),
            );
        });
    };
    let shown = move || if said.get().is_empty() { label.get() } else { text(said.get()) };
    let icon =
        move || view! { <Glyph icon=if said.get() == "copy.done" { Icon::Check } else { Icon::Copy } /> };
    view! {
        <button class="button button-quiet" type="button" on:click=copy>{icon} {shown}</button>
        <span class="visually-hidden" role="status">{move || (!said.get().is_empty()).then(|| text(said.get()))}</span>
    }
}

fn save_blob(file_name: &str, blob: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&url);
        link.set_download(file_name);
        link.click();
    }
    // The browser has read the address by then; a minute is what it may take to ask where to save.
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&url);
        },
        std::time::Duration::from_secs(60),
    );
}

struct Standalone {
    svg: String,
    width: u32,
    height: u32,
}

/// Draws the chart beside the page, in the light theme, and writes the computed styles into it.
fn standalone(spec: &ChartSpec) -> Result<Standalone, JsValue> {
    let drawing = draw(spec, Size { width: SAVED_WIDTH, height: SAVED_HEIGHT });
    let body = document().body().ok_or("the page has no body")?;
    let stage: HtmlElement = document().create_element("div")?.unchecked_into();
    stage.set_class_name("chart-stage");
    stage.set_attribute("data-theme", "light")?;
    stage.set_inner_html(&drawing.svg);
    body.append_child(&stage)?;
    let (width, height) = (drawing.width + 2 * MARGIN, drawing.height + 2 * MARGIN);
    let svg = write_styles(&stage).and_then(|()| put_on_paper(&stage, width, height));
    stage.remove();
    Ok(Standalone { svg: svg?, width, height })
}

/// Writes what the style sheets say about each element of the picture into its attributes.
fn write_styles(stage: &HtmlElement) -> Result<(), JsValue> {
    let elements = stage.query_selector_all("svg *")?;
    for index in 0..elements.length() {
        let element: web_sys::Element = elements.item(index).ok_or("an element went")?.unchecked_into();
        let computed = window().get_computed_style(&element)?.ok_or("an element has no style")?;
        for property in SAVED_STYLES {
            let value = computed.get_property_value(property)?;
            if !value.is_empty() {
                element.set_attribute(property, &value)?;
            }
        }
    }
    Ok(())
}

/// Gives the picture a margin and the paper's color; returns it as the text of a file.
fn put_on_paper(stage: &HtmlElement, width: u32, height: u32) -> Result<String, JsValue> {
    let svg = stage.first_element_child().ok_or("the chart is empty")?;
    svg.set_attribute("viewBox", &format!("-{MARGIN} -{MARGIN} {width} {height}"))?;
    let computed = window().get_computed_style(stage)?.ok_or("the stage has no style")?;
    let paper = document().create_element_ns(Some("http://www.w3.org/2000/svg"), "rect")?;
    for (name, pixels) in [("x", -f64::from(MARGIN)), ("y", -f64::from(MARGIN))] {
        paper.set_attribute(name, &pixels.to_string())?;
    }
    for (name, pixels) in [("width", width), ("height", height)] {
        svg.set_attribute(name, &pixels.to_string())?;
        paper.set_attribute(name, &pixels.to_string())?;
    }
    paper.set_attribute("fill", &computed.get_property_value("background-color")?)?;
    svg.insert_before(&paper, svg.first_child().as_ref())?;
    web_sys::XmlSerializer::new()?.serialize_to_string(&svg)
}

async fn paint(file_name: &str, spec: &ChartSpec) -> Result<(), JsValue> {
    let picture = standalone(spec)?;
    let options = BlobPropertyBag::new();
    options.set_type("image/svg+xml");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&picture.svg.into()), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let image = HtmlImageElement::new()?;
    image.set_src(&url);
    let decoded = JsFuture::from(image.decode()).await;
    Url::revoke_object_url(&url)?;
    decoded?;
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    let (width, height) = (f64::from(picture.width) * PNG_SCALE, f64::from(picture.height) * PNG_SCALE);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = canvas.get_context("2d")?.ok_or("this browser paints no canvas")?;
    let context: web_sys::CanvasRenderingContext2d = context.unchecked_into();
    context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)?;
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(error) = canvas.to_blob(&resolve) {
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    });
    let png = JsFuture::from(promise).await?;
    save_blob(file_name, png.dyn_ref::<Blob>().ok_or("the picture is too large")?);
    Ok(())
}
