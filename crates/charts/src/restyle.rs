//! From plotters' SVG to Cairn's: sentinel colors become class names, tenths of a pixel become pixels.
//!
//! A strict content security policy forbids style attributes, and presentation attributes cannot hold `var(--…)`; so
//! elements carry only geometry and classes, and `www/styles/chart.css` maps the classes to tokens. The input is what
//! `SVGBackend` writes for [`crate::canvas::Canvas`] and nothing else: one element per line, texts escaped.

use std::fmt::Write;

use crate::canvas::{UNITS_PER_PIXEL, classes_of};

/// The geometry that is kept, by attribute name; everything else is style and goes by class.
const GEOMETRY: [&str; 14] = [
    "x",
    "y",
    "width",
    "height",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "points",
    "font-size",
    "text-anchor",
];

/// `raw` with the root element replaced and every other element restyled. Linear in the length of `raw`.
pub(crate) fn restyle(raw: &str, width: u32, height: u32) -> String {
    let mut out = String::with_capacity(raw.len());
    // Labels place themselves by physical coordinates, so the page's writing direction must not turn them round.
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="{width}" height="{height}" viewBox="0 0 {width} {height}" direction="ltr" aria-hidden="true">"#
    );
    let mut texts = raw.lines().skip(1).peekable();
    while let Some(line) = texts.next() {
        match line.strip_prefix('<') {
            Some(element) if element.starts_with("text ") => {
                out.push_str(&restyled(element.trim_end_matches('>')));
                out.push('>');
                out.push_str(texts.next().unwrap_or_default());
                out.push_str("</text>\n");
            }
            Some(element) if !element.starts_with('/') => {
                out.push_str(&restyled(element.trim_end_matches("/>")));
                out.push_str("/>\n");
            }
            _ => {}
        }
    }
    out.push_str("</svg>\n");
    out
}

/// `<name` and the attributes that stay, of an element written as `name a="1" b="2"`.
fn restyled(element: &str) -> String {
    let (name, attributes) = element.split_once(' ').unwrap_or((element, ""));
    let mut out = format!("<{name}");
    let mut class = None;
    for (key, value) in pairs(attributes) {
        match key {
            "fill" | "stroke" => class = class.or_else(|| classes_of(color(value)?)),
            "text-anchor" if value == "start" => {}
            "text-anchor" => {
                let _ = write!(out, r#" {key}="{value}""#);
            }
            key if GEOMETRY.contains(&key) => {
                let _ = write!(out, r#" {key}="{}""#, in_pixels(value));
            }
            _ => {}
        }
    }
    debug_assert!(class.is_some(), "an element without a sentinel: {element}");
    if let Some((paint, tone)) = class {
        let _ = write!(out, r#" class="chart-{paint} chart-tone-{tone}""#);
    }
    out
}

/// The attributes of `a="1" b="2"`, in order. Values hold no quote: the backend escapes them.
fn pairs(attributes: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut parts = attributes.split('"');
    std::iter::from_fn(move || {
        let key = parts.next()?.trim().strip_suffix('=')?;
        Some((key, parts.next()?))
    })
}

/// The bytes of `#RRGGBB`.
fn color(value: &str) -> Option<[u8; 3]> {
    let number = u32::from_str_radix(value.strip_prefix('#')?, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

/// A number or a list of points, from tenths of a pixel to pixels, with at most one decimal.
fn in_pixels(value: &str) -> String {
    let one = |number: &str| match number.parse::<f64>() {
        Ok(tenths) => format!("{}", tenths.round() / UNITS_PER_PIXEL),
        Err(_) => number.to_owned(),
    };
    let points: Vec<String> =
        value.split_whitespace().map(|p| p.split(',').map(one).collect::<Vec<_>>().join(",")).collect();
    points.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tone;
    use crate::canvas::{Anchor, Canvas, Face, Frame, Paint, Shade};

    fn drawn(draw: impl FnOnce(&mut Canvas)) -> String {
        let mut raw = String::new();
        let mut canvas = Canvas::new(&mut raw, 100.0);
        draw(&mut canvas);
        canvas.finish();
        restyle(&raw, 100, 50)
    }

    #[test]
    fn a_shape_keeps_its_place_and_gets_classes() {
        let svg = drawn(|c| c.rect(Frame::new(1.0, 2.5, 10.0, 20.04), Paint::Solid, Tone::Series(2)));
        assert!(
            svg.contains(r#"<rect x="1" y="2.5" width="10" height="20" class="chart-solid chart-tone-3"/>"#),
            "{svg}"
        );
    }

    #[test]
    fn a_line_of_points_is_in_pixels() {
        let svg = drawn(|c| c.path(&[(0.0, 1.0), (2.26, 3.0)], Paint::Line, Tone::Other));
        assert!(
            svg.contains(r#"<polyline points="0,1 2.3,3" class="chart-line chart-tone-other"/>"#),
            "{svg}"
        );
    }

    #[test]
    fn a_hostile_text_stays_a_text() {
        let svg = drawn(|c| {
            c.text("</text><script>&\"'\u{1}\n", (5.0, 6.0), Anchor::End, &Face::NAME);
        });
        assert!(
            svg.contains(
                r#"<text x="5" y="6" text-anchor="end" font-size="13" class="chart-strong chart-tone-ink">&lt;/text&gt;&lt;script&gt;&amp;&quot;&apos; </text>"#
            ),
            "{svg}"
        );
    }

    #[test]
    fn a_hatch_turns_on_the_border_of_its_frame_and_never_beyond() {
        for (w, h) in [(40.0, 20.0), (20.0, 40.0), (33.3, 12.0), (7.0, 3.0), (1.5, 60.0)] {
            let svg = drawn(|c| c.hatch(Frame::new(10.0, 5.0, w, h), Tone::Series(0)));
            let points = svg.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
            for point in points.split(' ') {
                let (x, y) = point.split_once(',').unwrap();
                let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
                // Half a pixel of the line lies outside of its points, and a tenth may be lost by rounding.
                assert!((10.45..=10.0 + w - 0.4).contains(&x), "{point} of {w} x {h}");
                assert!((5.45..=5.0 + h - 0.4).contains(&y), "{point} of {w} x {h}");
            }
        }
    }

    #[test]
    fn no_color_opacity_or_style_is_left() {
        let svg = drawn(|c| {
            c.hatch(Frame::new(0.0, 0.0, 20.0, 20.0), Shade::Faint);
            c.dot((3.0, 3.0), 2.5, Tone::Above);
            c.line((0.0, 0.0), (1.0, 1.0), Paint::Rule, Shade::Grid);
        });
        for word in ["fill=", "stroke", "opacity", "style=", "#"] {
            assert!(!svg.contains(word), "{word} in {svg}");
        }
    }
}
