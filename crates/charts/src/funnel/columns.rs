//! One group, wide: upright bars from left to right, joined by slopes that carry the conversion.

use super::{Group, Part, arrow, draw_step_name, step_lines};
use crate::Tone;
use crate::canvas::{Anchor, Canvas, Face, Frame, Paint, Shade};
use crate::text::plain;

const WIDEST_BAR: f64 = 136.0;
const WIDEST_GAP: f64 = 240.0;
/// The air on both sides of a conversion, where the next bar's whisker stands.
const GAP_AIR: f64 = 16.0;
const PAD: f64 = 10.0;
const NAME_LINE: f64 = 17.0;
/// The height of a bar's two texts with the air around them: a part that is higher has them inside.
const TEXTS: f64 = 48.0;

const SHARE: Face = Face::NAME.sized(16.0);

/// Whether `n_steps` bars have room for their texts in `width`.
pub(super) fn fits(width: f64, group: &Group, n_steps: usize) -> bool {
    let (bar, _) = widths(width, group, n_steps);
    least_gap(group) <= WIDEST_GAP
        && group.bars.iter().all(|part| {
            let text =
                SHARE.width(&plain(&part.texts.share)).max(Face::NOTE.width(&plain(&part.texts.value)));
            text + 2.0 * PAD <= bar
        })
}

pub(super) fn draw(canvas: &mut Canvas, group: &Group, steps: &[String], top: f64, height: f64) -> f64 {
    let (bar_width, gap) = widths(canvas.width(), group, steps.len());
    let pitch = bar_width + gap;
    let room = |k: usize| if k + 1 < steps.len() { pitch - 12.0 } else { bar_width };
    let lines = steps.iter().enumerate().map(|(k, step)| step_lines(k, step, room(k))).max();
    let names = 10.0 + NAME_LINE * lines.unwrap_or(1) as f64;
    let mut plot = Frame::new(0.0, top, canvas.width(), (height - top - names).max(2.0 * TEXTS));
    let track = |plot: Frame, k: usize| Frame::new(k as f64 * pitch, plot.y, bar_width, plot.h);
    // Texts above a high bar need room of their own, which is then taken from the bars.
    if group.bars.iter().any(|part| Texts::of(part, track(plot, 0), group.tone).baseline < top + SHARE.size) {
        plot = Frame::new(0.0, top + TEXTS, canvas.width(), (plot.h - TEXTS).max(TEXTS));
    }
    for (k, parts) in group.bars.windows(2).take(steps.len().saturating_sub(1)).enumerate() {
        draw_slope(canvas, &parts[0], &parts[1], plot, (k as f64 * pitch + bar_width, gap), group.tone);
    }
    for (k, (step, part)) in steps.iter().zip(&group.bars).enumerate() {
        let x = k as f64 * pitch;
        draw_bar(canvas, part, track(plot, k), group.tone);
        draw_step_name(canvas, k, step, (x, plot.bottom() + 19.0), room(k));
        let (from, to) = ((x - gap / 2.0).max(0.0), (x + bar_width + gap / 2.0).min(canvas.width()));
        let place = Frame::new(from, top, to - from, plot.bottom() + names - top);
        canvas.mark(place, &part.texts.label, vec![group.index, k]);
    }
    let right = pitch * steps.len() as f64 - gap;
    canvas.line((0.0, plot.bottom()), (right, plot.bottom()), Paint::Rule, Shade::Axis);
    plot.bottom() + names
}

/// The widths of a bar and of a gap: gaps first take what conversions need, then bars grow to their full width, then
/// gaps to theirs.
fn widths(width: f64, group: &Group, n_steps: usize) -> (f64, f64) {
    let n = n_steps as f64;
    let bar = ((width - least_gap(group) * (n - 1.0)) / n).min(WIDEST_BAR).floor();
    let gap = if n_steps > 1 { ((width - n * bar) / (n - 1.0)).min(WIDEST_GAP).floor() } else { 0.0 };
    (bar, gap)
}

/// What conversions need.
fn least_gap(group: &Group) -> f64 {
    let conversions = group.bars.iter().map(|part| Face::VALUE.width(&arrow('→', &part.texts.conversion)));
    conversions.fold(0.0, f64::max).ceil() + 2.0 * GAP_AIR
}

/// The way from one bar to the next, with the conversion at its foot; `(x, w)` is the gap.
fn draw_slope(canvas: &mut Canvas, from: &Part, to: &Part, plot: Frame, (x, w): (f64, f64), tone: Tone) {
    let y = |part: &Part| plot.bottom() - plot.h * part.reached;
    let foot = plot.bottom();
    canvas.polygon(&[(x, y(from)), (x + w, y(to)), (x + w, foot), (x, foot)], Paint::Wash, tone);
    let text = arrow('→', &to.texts.conversion);
    canvas.text(&text, (x + w / 2.0, foot - 12.0), Anchor::Middle, &Face::VALUE);
}

/// An upright bar; `track` is the whole of 100 %.
fn draw_bar(canvas: &mut Canvas, part: &Part, track: Frame, tone: Tone) {
    let [solid, open, lost] = pieces(part, track);
    if part.lost > 0.0 {
        canvas.ghost(lost, tone);
    }
    if part.open > 0.0 {
        canvas.hatch(open, tone);
    }
    canvas.rect(solid, Paint::Solid, tone);
    if let Some((low, high)) = part.interval {
        let y = |share: f64| track.bottom() - track.h * share;
        let x = track.x - 6.0;
        canvas.whisker((x, y(low)), (x, y(high)), Shade::Ink);
    }
    let Texts { x, baseline, shade } = Texts::of(part, track, tone);
    canvas.text(&plain(&part.texts.share), (x, baseline), Anchor::Start, &SHARE.shaded(shade));
    let below = (x, baseline + NAME_LINE);
    canvas.text(&plain(&part.texts.value), below, Anchor::Start, &Face::NOTE.shaded(shade));
}

/// The parts of a bar from its foot up: reached, open, lost.
fn pieces(part: &Part, track: Frame) -> [Frame; 3] {
    let y = |share: f64| track.bottom() - track.h * share;
    let piece = |from: f64, to: f64| Frame::new(track.x, y(to), track.w, y(from) - y(to));
    // Whoever is there at all is seen, if only as a line.
    let visible = if part.reached > 0.0 { part.reached.max(1.0 / track.h) } else { 0.0 };
    let undecided = part.reached + part.open;
    [piece(0.0, visible), piece(part.reached, undecided), piece(undecided, undecided + part.lost)]
}

/// Where share and value stand: in the solid part if they fit, else in the part that was lost, else above the bar.
struct Texts {
    x: f64,
    baseline: f64,
    shade: Shade,
}

impl Texts {
    fn of(part: &Part, track: Frame, tone: Tone) -> Self {
        let [solid, _, lost] = pieces(part, track);
        // Of the solid fills, only the accent is known to carry text.
        if solid.h >= TEXTS && tone == Tone::Series(0) {
            return Self { x: track.x + PAD, baseline: solid.y + 24.0, shade: Shade::OnSolid };
        }
        if lost.h >= TEXTS {
            return Self { x: track.x + PAD, baseline: lost.bottom() - 28.0, shade: Shade::Ink };
        }
        Self { x: track.x, baseline: lost.y.min(solid.y) - 26.0, shade: Shade::Ink }
    }
}
