//! Axes: which of the caller's ticks fit, and the frame that pictures with two axes share.

use crate::canvas::{Anchor, Canvas, Face, Frame, Paint, Shade};
use crate::text::{fit, plain};
use crate::ticks::Scale;

/// The air that two tick texts keep between them.
const TICK_GAP: f64 = 10.0;
/// The height that tick texts take below a plot.
pub(crate) const TICK_LINE: f64 = 24.0;
/// A plot is at least this high, whatever stands above it; else its numbers would not fit.
const LOWEST_PLOT: f64 = 96.0;
/// The distance of two ticks on the upright axis, roughly.
const STEP: f64 = 56.0;

/// The height of the plot between `head` pixels of other things and the ticks below, in a picture that should be
/// `height` high, and how many steps its upright axis should have.
pub(crate) fn plot_height(height: f64, head: f64) -> (f64, usize) {
    let plot = (height - head - TICK_LINE).max(LOWEST_PLOT);
    (plot, (plot / STEP).floor().clamp(2.0, 8.0) as usize)
}

/// A place on an axis that may be named. The caller offers more ticks than fit, and says which matter more.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, in the axis' own unit.
    pub at: f64,
    /// What to write there.
    pub text: String,
    /// How important: ranks from 0 up are added as long as their texts fit. For days: 0 for the first of a month, 1
    /// for Mondays, 2 for the rest.
    pub rank: u8,
}

/// A linear mapping from data to pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

impl Span {
    /// Where `value` is drawn; the middle if the span has no extent.
    pub(crate) fn pixel(&self, value: f64) -> f64 {
        let extent = self.high - self.low;
        if !(extent > 0.0 && value.is_finite()) {
            return (self.from + self.to) / 2.0;
        }
        self.from + ((value - self.low) / extent).clamp(0.0, 1.0) * (self.to - self.from)
    }
}

/// A tick that fits: where its line goes, where its text is centered, and the text.
struct Placed {
    x: f64,
    center: f64,
    text: String,
}

/// The ticks to draw, ascending. Rank by rank, as long as a rank's own texts keep apart; those of a rank that collide
/// with more important ones are left out. If not even rank 0 fits, every second, third … of it.
fn fitting(ticks: &[Tick], span: &Span, canvas_width: f64) -> Vec<Placed> {
    let mut inside: Vec<&Tick> =
        ticks.iter().filter(|t| t.at.is_finite() && t.at >= span.low && t.at <= span.high).collect();
    inside.sort_by(|a, b| a.at.total_cmp(&b.at));
    let place = |tick: &Tick| -> Placed {
        let room = (span.to - span.from) * 0.5;
        let text = fit(&plain(&tick.text), Face::TICK.size, Face::TICK.weight(), room);
        let x = span.pixel(tick.at);
        let half = Face::TICK.width(&text) / 2.0;
        Placed { x, center: x.clamp(half, (canvas_width - half).max(half)), text }
    };
    let mut ranks: Vec<u8> = inside.iter().map(|t| t.rank).collect();
    ranks.sort_unstable();
    ranks.dedup();
    let mut chosen: Vec<Placed> = Vec::new();
    for rank in ranks {
        let of_rank = || inside.iter().filter(|t| t.rank == rank).map(|t| place(t));
        let all: Vec<Placed> = of_rank().collect();
        if all.windows(2).all(|pair| apart(&pair[0], &pair[1])) {
            let free = all.into_iter().filter(|one| chosen.iter().all(|other| apart(one, other)));
            let free: Vec<Placed> = free.collect();
            chosen.extend(free);
        } else if chosen.is_empty() {
            chosen = (2..=all.len())
                .map(|n| of_rank().step_by(n).collect::<Vec<_>>())
                .find(|some| some.windows(2).all(|pair| apart(&pair[0], &pair[1])))
                .unwrap_or_default();
            break;
        } else {
            break;
        }
    }
    chosen.sort_by(|a, b| a.x.total_cmp(&b.x));
    chosen
}

/// Whether two texts keep clear of each other.
fn apart(a: &Placed, b: &Placed) -> bool {
    let reach = (Face::TICK.width(&a.text) + Face::TICK.width(&b.text)) / 2.0;
    (a.center - b.center).abs() >= reach + TICK_GAP
}

/// Draws the upright axis: light lines across `plot` with their numbers to the left of it.
pub(crate) fn draw_upright(canvas: &mut Canvas, plot: Frame, scale: &Scale) {
    for (i, (value, text)) in scale.ticks.iter().enumerate() {
        let y = plot.bottom() - scale.position(*value) * plot.h;
        let shade = if i == 0 { Shade::Axis } else { Shade::Grid };
        canvas.line((plot.x, y), (plot.right(), y), Paint::Rule, shade);
        canvas.text(text, (plot.x - 8.0, Face::TICK.baseline_at(y)), Anchor::End, &Face::TICK);
    }
}

/// Draws the level axis: short lines below `plot` and the texts that fit, kept inside the canvas.
pub(crate) fn draw_level(canvas: &mut Canvas, plot: Frame, ticks: &[Tick], span: &Span) {
    for Placed { x, center, text } in fitting(ticks, span, canvas.width()) {
        canvas.line((x, plot.bottom()), (x, plot.bottom() + 4.0), Paint::Rule, Shade::Axis);
        canvas.text(&text, (center, plot.bottom() + 16.0), Anchor::Middle, &Face::TICK);
    }
}

/// The width that the numbers of `scale` take at the left of a plot.
pub(crate) fn upright_room(scale: &Scale) -> f64 {
    scale.ticks.iter().map(|(_, text)| Face::TICK.width(text)).fold(0.0, f64::max).ceil() + 8.0
}
