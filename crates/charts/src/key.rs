//! The key: swatches with words, on as many lines as they need.

use crate::canvas::{Anchor, Canvas, Face, Frame, Paint, Shade};
use crate::text::{fit, plain};

const SWATCH: f64 = 10.0;
const SWATCH_GAP: f64 = 6.0;
const ENTRY_GAP: f64 = 18.0;
const LINE: f64 = 20.0;

/// What a swatch looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Swatch {
    Solid(Shade),
    Ghost(Shade),
    Hatch(Shade),
    Stroke(Shade),
}

/// Draws the key from the upper left corner `(x, y)`, at most to the canvas' right edge; gives the height it took, with
/// some air below, or 0 for an empty key.
pub(crate) fn draw(canvas: &mut Canvas, entries: &[(Swatch, &str)], x: f64, y: f64) -> f64 {
    let room = canvas.width() - x;
    let (mut at, mut line_y, mut n_drawn) = (x, y, 0);
    for (swatch, word) in entries {
        let word = fit(&plain(word), Face::NOTE.size, Face::NOTE.weight(), room - SWATCH - SWATCH_GAP);
        if word.trim().is_empty() {
            continue;
        }
        let width = SWATCH + SWATCH_GAP + Face::NOTE.width(&word);
        if at > x && at + width > canvas.width() {
            at = x;
            line_y += LINE;
        }
        draw_swatch(canvas, *swatch, at, line_y + LINE / 2.0);
        let baseline = Face::NOTE.baseline_at(line_y + LINE / 2.0);
        canvas.text(&word, (at + SWATCH + SWATCH_GAP, baseline), Anchor::Start, &Face::NOTE);
        at += width + ENTRY_GAP;
        n_drawn += 1;
    }
    if n_drawn == 0 { 0.0 } else { line_y - y + LINE + 8.0 }
}

fn draw_swatch(canvas: &mut Canvas, swatch: Swatch, x: f64, middle: f64) {
    let frame = Frame::new(x, middle - SWATCH / 2.0, SWATCH, SWATCH);
    match swatch {
        Swatch::Solid(shade) => canvas.rect(frame, Paint::Solid, shade),
        Swatch::Ghost(shade) => canvas.ghost(frame, shade),
        Swatch::Hatch(shade) => canvas.hatch(frame, shade),
        Swatch::Stroke(shade) => {
            canvas.line((x, middle), (x + SWATCH, middle), Paint::Line, shade);
        }
    }
}
