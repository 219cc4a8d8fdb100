//! A histogram: counts in bins over a number axis, with lines for values such as the median.

use crate::axis::{self, Span, TICK_LINE, Tick};
use crate::canvas::{Anchor, Canvas, Face, Frame, Paint, Shade};
use crate::text::{fit, plain};
use crate::ticks::{Scale, TickFormat};
use crate::{Tone, amount, finite};

/// The room above the bars that the texts of the lines take, each on a line of its own.
const LINE_TEXT: f64 = 18.0;

/// Counts in bins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// The bins, ascending and not overlapping; gaps stay gaps. Where bins differ in width on the axis, `count` should
    /// be a density, for the eye sees areas. A mark's datum is `[index]`.
    pub bins: Vec<Bin>,
    /// Names for places on the axis, in the unit of the bins' ends.
    pub ticks: Vec<Tick>,
    /// How the upright axis writes counts.
    pub counts: TickFormat,
    /// Upright lines with a text, such as the median.
    pub lines: Vec<Line>,
}

/// One bin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bin {
    /// The lower end.
    pub from: f64,
    /// The upper end; a bin that does not reach above `from` is not drawn.
    pub to: f64,
    /// How many fell in; below zero or not finite counts as zero.
    pub count: f64,
    /// What the mark says.
    pub label: String,
}

/// A value marked on the axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Where; outside the bins it is not drawn.
    pub at: f64,
    /// What to write beside it.
    pub text: String,
}

pub(crate) fn draw(canvas: &mut Canvas, histogram: &Histogram, height: f64) -> Option<f64> {
    let bins: Vec<(usize, &Bin, f64, f64)> = histogram
        .bins
        .iter()
        .enumerate()
        .filter_map(|(i, bin)| Some((i, bin, finite(bin.from)?, finite(bin.to)?)))
        .filter(|(_, _, from, to)| to > from)
        .collect();
    let low = bins.iter().map(|b| b.2).reduce(f64::min)?;
    let high = bins.iter().map(|b| b.3).reduce(f64::max)?;
    let most = bins.iter().map(|b| amount(b.1.count)).fold(0.0, f64::max);
    let head = 8.0 + LINE_TEXT * histogram.lines.len().min(3) as f64;
    let (plot_height, steps) = axis::plot_height(height, head);
    let scale = Scale::covering(0.0, most, steps, &histogram.counts);
    let left = axis::upright_room(&scale);
    let plot = Frame::new(left, head, canvas.width() - left - 8.0, plot_height);
    let span = Span { low, high, from: plot.x, to: plot.right() };
    axis::draw_upright(canvas, plot, &scale);
    for (i, bin, from, to) in bins {
        let (x0, x1) = (span.pixel(from), span.pixel(to));
        // A pixel of paper between neighbors, unless they are so thin that it would eat them.
        let gap = if x1 - x0 > 4.0 { 1.0 } else { 0.0 };
        let bar = scale.position(amount(bin.count)) * plot.h;
        let frame = Frame::new(x0, plot.bottom() - bar, x1 - x0 - gap, bar);
        canvas.rect(frame, Paint::Solid, Tone::Series(0));
        canvas.mark(Frame::new(x0, plot.y, x1 - x0, plot.h), &bin.label, vec![i]);
    }
    axis::draw_level(canvas, plot, &histogram.ticks, &span);
    draw_lines(canvas, &histogram.lines, plot, &span);
    Some(plot.bottom() + TICK_LINE)
}

/// Lines with their texts above the plot: each text on its own line, to the side of its line where there is more room.
fn draw_lines(canvas: &mut Canvas, lines: &[Line], plot: Frame, span: &Span) {
    let inside = lines.iter().filter(|line| line.at >= span.low && line.at <= span.high).take(3);
    for (i, line) in inside.enumerate() {
        let x = span.pixel(line.at);
        let top = 2.0 + LINE_TEXT * i as f64;
        canvas.line((x, top), (x, plot.bottom()), Paint::Rule, Shade::Ink);
        let rightward = x < (plot.x + plot.right()) / 2.0;
        let room = if rightward { canvas.width() - x } else { x } - 6.0;
        let (anchor, at) = if rightward { (Anchor::Start, x + 6.0) } else { (Anchor::End, x - 6.0) };
        let text = fit(&plain(&line.text), Face::NOTE.size, Face::NOTE.weight(), room);
        canvas.text(&text, (at, top + 11.0), anchor, &Face::NOTE.painted(Paint::Over));
    }
}
