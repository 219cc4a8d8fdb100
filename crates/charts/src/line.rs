//! Lines over a common axis, mostly time: one series with its area, or several with their names at their ends.

use crate::axis::{self, Span, TICK_LINE, Tick};
use crate::canvas::{Anchor, Canvas, Face, Frame, Paint};
use crate::key::{self, Swatch};
use crate::text::{fit, plain};
use crate::ticks::{Scale, TickFormat};
use crate::{Tone, finite};

/// Under this width the names stand in a key above instead of at the lines' ends.
const NARROW: f64 = 560.0;
/// Names at the ends of lines take at most this share of the width.
const NAME_SHARE: f64 = 0.22;
/// The height of a name at the end of a line.
const NAME_LINE: f64 = 16.0;
/// The length of the stroke in a series' color before its name.
const SWATCH: f64 = 10.0;

/// One or several series over a common axis. Without any point the picture is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    /// Where the points lie on the level axis, ascending; in any unit, such as milliseconds.
    pub at: Vec<f64>,
    /// What the mark at each of these places says, for all series together. A mark's datum is `[index into at]`.
    pub labels: Vec<String>,
    /// The series. The first eight have colors of their own.
    pub series: Vec<Series>,
    /// Names for places on the level axis.
    pub ticks: Vec<Tick>,
    /// How the upright axis writes numbers.
    pub values: TickFormat,
    /// Whether the area below a line is tinted.
    pub shape: Shape,
    /// What happened when: places on the level axis, each with a number that stands at its upright line.
    pub notes: Vec<f64>,
}

/// What is drawn of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// The line alone.
    #[default]
    Line,
    /// The line and a tint down to zero; for a single series.
    Area,
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Its name, at its end or in the key; may be empty if there is only one.
    pub name: String,
    /// Its value at each place of [`Lines::at`]; `None`, or no entry, is a gap and stays one.
    pub values: Vec<Option<f64>>,
    /// Its color; by default the series colors in order.
    pub tone: Option<Tone>,
}

pub(crate) fn draw(canvas: &mut Canvas, lines: &Lines, height: f64) -> Option<f64> {
    let drawn: Vec<Run> = lines.series.iter().enumerate().map(|(i, s)| Run::of(i, s, &lines.at)).collect();
    let all = || drawn.iter().flat_map(|run| run.points.iter().flatten());
    let low = all().map(|p| p.1).reduce(f64::min)?;
    let high = all().map(|p| p.1).reduce(f64::max)?;
    let first = all().map(|p| p.0).reduce(f64::min)?;
    let last = all().map(|p| p.0).reduce(f64::max)?;

    let head = draw_head(canvas, &drawn, height);
    let tail = if head > 0.0 { 8.0 } else { names_width(canvas, &drawn) + 8.0 };
    let top = head + 8.0;
    let (plot_height, steps) = axis::plot_height(height, top);
    let scale = Scale::covering(low.min(0.0), high.max(0.0), steps, &lines.values);
    let left = axis::upright_room(&scale);
    let plot = Frame::new(left, top, canvas.width() - left - tail, plot_height);
    let span = Span { low: first, high: last, from: plot.x + 4.0, to: plot.right() - 4.0 };
    axis::draw_upright(canvas, plot, &scale);
    draw_notes(canvas, &lines.notes, plot, &span);
    for run in &drawn {
        draw_run(canvas, run, lines.shape, plot, &span, &scale);
    }
    axis::draw_level(canvas, plot, &lines.ticks, &span);
    if head == 0.0 {
        draw_names(canvas, &drawn, plot, &span, &scale);
    }
    add_marks(canvas, lines, &drawn, plot, &span);
    Some(plot.bottom() + TICK_LINE)
}

/// An upright line for each note between the ends, with its number, counted from 1, at the top.
fn draw_notes(canvas: &mut Canvas, notes: &[f64], plot: Frame, span: &Span) {
    for (index, &at) in notes.iter().enumerate().filter(|(_, at)| (span.low..=span.high).contains(*at)) {
        let x = span.pixel(at);
        canvas.line((x, plot.y), (x, plot.bottom()), Paint::Line, Tone::Other);
        let text = (index + 1).to_string();
        canvas.text(&text, (x + 3.0, plot.y + Face::NOTE.size), Anchor::Start, &Face::NOTE);
    }
}

/// A series ready to draw: a point, or a gap, for each place.
struct Run {
    name: String,
    tone: Tone,
    points: Vec<Option<(f64, f64)>>,
}

impl Run {
    fn of(index: usize, series: &Series, at: &[f64]) -> Self {
        let point = |(i, &x): (usize, &f64)| {
            let y = series.values.get(i).copied().flatten()?;
            Some((finite(x)?, finite(y)?))
        };
        let tone = series.tone.unwrap_or(Tone::Series(index.min(255) as u8));
        Self { name: plain(&series.name), tone, points: at.iter().enumerate().map(point).collect() }
    }
}

/// The key above a narrow picture of several lines; 0 where names stand at the lines' ends instead.
fn draw_head(canvas: &mut Canvas, runs: &[Run], height: f64) -> f64 {
    let named = runs.iter().filter(|run| !run.name.is_empty()).count();
    // Names at the ends need a line each; more of them than the plot is high go into the key as well.
    let at_ends = canvas.width() >= NARROW && (named + 1) as f64 * NAME_LINE <= height - TICK_LINE;
    if runs.len() < 2 || named == 0 || at_ends {
        return 0.0;
    }
    let entries: Vec<(Swatch, &str)> =
        runs.iter().map(|run| (Swatch::Stroke(run.tone.into()), run.name.as_str())).collect();
    key::draw(canvas, &entries, 0.0, 0.0)
}

fn names_width(canvas: &Canvas, runs: &[Run]) -> f64 {
    if runs.len() < 2 {
        return 0.0;
    }
    let widest = runs.iter().map(|run| Face::NOTE.width(&run.name)).fold(0.0, f64::max);
    if widest > 0.0 { widest.min(canvas.width() * NAME_SHARE).ceil() + SWATCH + 14.0 } else { 0.0 }
}

fn draw_run(canvas: &mut Canvas, run: &Run, shape: Shape, plot: Frame, span: &Span, scale: &Scale) {
    let pixel = |(x, y): (f64, f64)| (span.pixel(x), plot.bottom() - scale.position(y) * plot.h);
    let zero = plot.bottom() - scale.position(0.0) * plot.h;
    for piece in run.points.split(Option::is_none) {
        let points: Vec<(f64, f64)> = piece.iter().flatten().copied().map(pixel).collect();
        match points.as_slice() {
            [] => {}
            // A point between two gaps has no line to be on.
            [alone] => canvas.dot(*alone, 2.5, run.tone),
            [start, .., end] => {
                if shape == Shape::Area {
                    let mut area = points.clone();
                    area.extend([(end.0, zero), (start.0, zero)]);
                    canvas.polygon(&area, Paint::Tint, run.tone);
                }
                canvas.path(&points, Paint::Line, run.tone);
            }
        }
    }
}

/// The names at the lines' ends, pushed apart where lines end close together.
fn draw_names(canvas: &mut Canvas, runs: &[Run], plot: Frame, span: &Span, scale: &Scale) {
    if runs.len() < 2 {
        return;
    }
    let mut ends: Vec<(f64, f64, &Run)> = runs
        .iter()
        .filter(|run| !run.name.is_empty())
        .filter_map(|run| {
            let (x, y) = run.points.iter().rev().flatten().next()?;
            Some((span.pixel(*x), plot.bottom() - scale.position(*y) * plot.h, run))
        })
        .collect();
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let wanted: Vec<f64> = ends.iter().map(|end| end.1).collect();
    let x = plot.right() + 8.0;
    for ((end_x, end_y, run), y) in ends.iter().zip(spread(&wanted, NAME_LINE, plot.y, plot.bottom())) {
        canvas.dot((*end_x, *end_y), 2.5, run.tone);
        // The name itself is in ink: not every series color has the contrast that text needs.
        canvas.line((x, y), (x + SWATCH, y), Paint::Line, run.tone);
        let at = (x + SWATCH + 6.0, Face::NOTE.baseline_at(y));
        let text = fit(&run.name, Face::NOTE.size, Face::NOTE.weight(), canvas.width() - at.0);
        canvas.text(&text, at, Anchor::Start, &Face::NOTE);
    }
}

/// Places at least `gap` apart and between `low` and `high` (as far as they fit), close to the ascending `wanted`.
fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut places = wanted.to_vec();
    let mut floor = low;
    for place in &mut places {
        *place = place.max(floor);
        floor = *place + gap;
    }
    let mut ceiling = high;
    for place in places.iter_mut().rev() {
        *place = place.min(ceiling);
        ceiling = *place - gap;
    }
    places
}

/// One mark for each place where any series has a value: the strip of the plot that is closest to it.
fn add_marks(canvas: &mut Canvas, lines: &Lines, runs: &[Run], plot: Frame, span: &Span) {
    let has_value = |i: usize| runs.iter().any(|run| run.points[i].is_some());
    let places: Vec<(usize, f64)> =
        (0..lines.at.len()).filter(|&i| has_value(i)).map(|i| (i, span.pixel(lines.at[i]))).collect();
    for (k, &(i, x)) in places.iter().enumerate() {
        let from = if k == 0 { plot.x } else { (places[k - 1].1 + x) / 2.0 };
        let to = places.get(k + 1).map_or(plot.right(), |next| (x + next.1) / 2.0);
        let label = lines.labels.get(i).map_or("", String::as_str);
        canvas.mark(Frame::new(from, plot.y, to - from, plot.h), label, vec![i]);
    }
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn names_that_would_collide_are_pushed_apart() {
        assert_eq!(spread(&[10.0, 12.0, 50.0], 16.0, 0.0, 100.0), [10.0, 26.0, 50.0]);
    }

    #[test]
    fn names_at_the_lower_edge_are_pushed_up() {
        assert_eq!(spread(&[95.0, 99.0], 16.0, 0.0, 100.0), [84.0, 100.0]);
    }
}
