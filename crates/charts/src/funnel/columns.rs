//! One group, wide: upright bars from left to right, joined by slopes that carry the conversion.

use super::{Group, Part, arrow};
use crate::Tone;
use crate::canvas::{Anchor, Canvas, Face, Frame, Paint, Shade};
use crate::text::{plain, wrap};

/// The gap between bars, as a share of a bar's width.
const GAP_SHARE: f64 = 0.7;
const WIDEST_BAR: f64 = 168.0;
const WIDEST_GAP: f64 = 200.0;
const PAD: f64 = 10.0;
/// The height that names take below the bars: two lines.
const NAMES: f64 = 44.0;
/// A bar that is at least this high has its texts inside.
const TEXTS: f64 = 48.0;

const SHARE: Face = Face::NAME.sized(16.0);

/// Whether `n_steps` bars have room for their texts in `width`.
pub(super) fn fits(width: f64, group: &Group, n_steps: usize) -> bool {
    let (bar, gap) = widths(width, n_steps);
    group.bars.iter().all(|part| {
        let text = SHARE.width(&plain(&part.texts.share)).max(Face::NOTE.width(&plain(&part.texts.value)));
        text + 2.0 * PAD <= bar && Face::NOTE.width(&arrow('→', &part.texts.conversion)) + 4.0 <= gap
    })
}

pub(super) fn draw(canvas: &mut Canvas, group: &Group, steps: &[String], top: f64, height: f64) -> f64 {
    let (bar_width, gap) = widths(canvas.width(), steps.len());
    let plot = Frame::new(0.0, top, canvas.width(), (height - top - NAMES).max(2.0 * TEXTS));
    let pitch = bar_width + gap;
    for (k, parts) in group.bars.windows(2).enumerate() {
        draw_slope(canvas, &parts[0], &parts[1], plot, (k as f64 * pitch + bar_width, gap), group.tone);
    }
    for (k, (step, part)) in steps.iter().zip(&group.bars).enumerate() {
        let x = k as f64 * pitch;
        draw_bar(canvas, part, Frame::new(x, plot.y, bar_width, plot.h), group.tone);
        let room = if k + 1 < steps.len() { pitch - 12.0 } else { canvas.width() - x };
        draw_name(canvas, k, step, (x, plot.bottom() + 18.0), room);
    }
    let right = pitch * steps.len() as f64 - gap;
    canvas.line((0.0, plot.bottom()), (right, plot.bottom()), Paint::Rule, Shade::Axis);
    let bottom = plot.bottom() + NAMES;
    for (k, part) in group.bars.iter().take(steps.len()).enumerate() {
        let from = (k as f64 * pitch - gap / 2.0).max(0.0);
        let to = (k as f64 * pitch + bar_width + gap / 2.0).min(canvas.width());
        canvas.mark(
            Frame::new(from, plot.y, to - from, bottom - plot.y),
            &part.texts.label,
            vec![group.index, k],
        );
    }
    bottom
}

/// The widths of a bar and of a gap.
fn widths(width: f64, n_steps: usize) -> (f64, f64) {
    let n = n_steps as f64;
    let bar = (width / (n + GAP_SHARE * (n - 1.0))).min(WIDEST_BAR);
    let gap = if n_steps > 1 { ((width - n * bar) / (n - 1.0)).min(WIDEST_GAP) } else { 0.0 };
    (bar.floor(), gap.floor())
}

/// The way from one bar to the next, with the conversion at its foot; `(x, w)` is the gap.
fn draw_slope(canvas: &mut Canvas, from: &Part, to: &Part, plot: Frame, (x, w): (f64, f64), tone: Tone) {
    let y = |part: &Part| plot.bottom() - plot.h * part.reached;
    let foot = plot.bottom();
    canvas.polygon(&[(x, y(from)), (x + w, y(to)), (x + w, foot), (x, foot)], Paint::Wash, tone);
    let text = arrow('→', &to.texts.conversion);
    canvas.text(&text, (x + w / 2.0, foot - 12.0), Anchor::Middle, &Face::NOTE);
}

/// An upright bar; `track` is the whole of 100 %.
fn draw_bar(canvas: &mut Canvas, part: &Part, track: Frame, tone: Tone) {
    let piece =
        |from: f64, h: f64| Frame::new(track.x, track.bottom() - track.h * (from + h), track.w, track.h * h);
    canvas.rect(piece(part.reached + part.open, part.lost), Paint::Tint, tone);
    if part.open > 0.0 {
        canvas.hatch(piece(part.reached, part.open), tone);
    }
    let mut solid = piece(0.0, part.reached);
    if part.reached > 0.0 && solid.h < 1.0 {
        solid = Frame::new(track.x, track.bottom() - 1.0, track.w, 1.0);
    }
    canvas.rect(solid, Paint::Solid, tone);
    if let Some((low, high)) = part.interval {
        let x = track.right() - PAD - 4.0;
        let y = |share: f64| track.bottom() - track.h * share;
        canvas.whisker((x, y(low)), (x, y(high)));
    }
    // Only the accent is known to carry text.
    let inside = solid.h >= TEXTS && tone == Tone::Series(0);
    let (first, shade) = if inside {
        (solid.y + 24.0, Shade::OnSolid)
    } else {
        (solid.y.min(track.bottom() - track.h * (part.reached + part.open)) - 26.0, Shade::Ink)
    };
    let (share, value) = (plain(&part.texts.share), plain(&part.texts.value));
    let note = if inside { Face::NOTE.shaded(shade) } else { Face::NOTE };
    let x = track.x + if inside { PAD } else { 2.0 };
    canvas.text(&share, (x, first.max(SHARE.size)), Anchor::Start, &SHARE.shaded(shade));
    canvas.text(&value, (x, first.max(SHARE.size) + 17.0), Anchor::Start, &note);
}

/// The step's number and name, on two lines at most.
fn draw_name(canvas: &mut Canvas, index: usize, name: &str, at: (f64, f64), room: f64) {
    let number = format!("{}", index + 1);
    let indent = Face::NAME.width(&number) + 6.0;
    canvas.text(&number, at, Anchor::Start, &Face::VALUE.shaded(Shade::Faint));
    let lines = wrap(name, Face::NAME.size, Face::NAME.weight(), room - indent, 2);
    for (i, line) in lines.iter().enumerate() {
        canvas.text(line, (at.0 + indent, at.1 + 17.0 * i as f64), Anchor::Start, &Face::NAME);
    }
}
