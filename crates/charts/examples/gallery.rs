//! Every kind of picture, at every width, in both themes, on one page: `cargo run -p cairn-charts --example gallery`.

use std::fmt::Write;
use std::path::PathBuf;

use cairn_charts::{Drawing, Mark, Size, draw};

#[path = "../tests/common/mod.rs"]
mod common;

fn main() -> std::io::Result<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("target/gallery");
    std::fs::create_dir_all(&folder)?;
    for style in ["tokens.css", "chart.css"] {
        std::fs::copy(root.join("www/styles").join(style), folder.join(style))?;
    }
    for theme in ["light", "dark"] {
        for (width, height) in common::SIZES {
            let file = folder.join(format!("{theme}-{width}.html"));
            std::fs::write(file, page(theme, Size { width, height }))?;
        }
    }
    Ok(())
}

fn page(theme: &str, size: Size) -> String {
    let mut out = format!(
        r#"<!doctype html>
<html lang="en" data-theme="{theme}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Charts, {theme}, {} px</title>
<link rel="stylesheet" href="tokens.css">
<link rel="stylesheet" href="chart.css">
<style>
body {{ margin: 0; padding: 16px; background: var(--color-surface); color: var(--color-ink); }}
h2 {{ font: 600 13px var(--text-family); color: var(--color-ink-faint); margin: 32px 0 12px; }}
</style>
"#,
        size.width
    );
    for (name, spec) in common::all() {
        let drawing = draw(&spec, size);
        let _ = write!(
            out,
            r#"<h2>{name}</h2><div class="chart-frame">{}{}</div>"#,
            drawing.svg,
            marks(&drawing)
        );
    }
    out
}

/// The marks as the page would lay them over the picture, so that hovering and the tab key can be tried.
fn marks(drawing: &Drawing) -> String {
    let mut out = String::new();
    for Mark { x, y, w, h, label, .. } in &drawing.marks {
        let label = label.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        let _ = write!(
            out,
            r#"<button class="chart-mark" title="{label}" aria-label="{label}" style="left:{x}px;top:{y}px;width:{w}px;height:{h}px"></button>"#
        );
    }
    out
}
