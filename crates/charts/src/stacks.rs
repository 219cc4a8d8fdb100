//! Columns stacked above and below zero.

use crate::axis::{self, Span, TICK_LINE, Tick};
use crate::canvas::{Canvas, Frame, Paint, Shade};
use crate::key::{self, Swatch};
use crate::ticks::{Scale, TickFormat};
use crate::{Tone, finite};

/// Columns side by side. Without a value the picture is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stacks {
    /// The parts that every column has, with their colors; the key names them if there are several.
    pub parts: Vec<StackPart>,
    /// The columns from left to right. A mark's datum is `[column, part]`.
    pub columns: Vec<StackColumn>,
    /// Names for places on the level axis; the unit is the column's index.
    pub ticks: Vec<Tick>,
    /// How the upright axis writes numbers.
    pub values: TickFormat,
}

/// One part of every column.
#[derive(Clone, Debug, PartialEq)]
pub struct StackPart {
    /// Its name in the key.
    pub name: String,
    /// Its color.
    pub tone: Tone,
}

/// One column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StackColumn {
    /// The value of each part; positive ones are stacked upward, negative ones downward, in their order.
    pub values: Vec<f64>,
    /// What the mark of each part says.
    pub labels: Vec<String>,
    /// Whether its values may still change; then it is drawn as a shadow.
    pub is_open: bool,
}

pub(crate) fn draw(canvas: &mut Canvas, stacks: &Stacks, height: f64) -> Option<f64> {
    let side = |column: &StackColumn, sign: f64| -> f64 {
        column.values.iter().filter_map(|&value| finite(value)).filter(|value| value * sign > 0.0).sum()
    };
    let high = stacks.columns.iter().map(|column| side(column, 1.0)).reduce(f64::max)?;
    let low = stacks.columns.iter().map(|column| side(column, -1.0)).fold(0.0, f64::min);
    let entries: Vec<(Swatch, &str)> =
        stacks.parts.iter().map(|part| (Swatch::Solid(part.tone.into()), part.name.as_str())).collect();
    let head = if entries.len() > 1 { key::draw(canvas, &entries, 0.0, 0.0) } else { 0.0 } + 8.0;
    let (plot_height, steps) = axis::plot_height(height, head);
    let scale = Scale::covering(low, high, steps, &stacks.values);
    let left = axis::upright_room(&scale);
    let plot = Frame::new(left, head, canvas.width() - left - 8.0, plot_height);
    axis::draw_upright(canvas, plot, &scale);
    let width = plot.w / stacks.columns.len() as f64;
    for (index, column) in stacks.columns.iter().enumerate() {
        let frame = Frame::new(plot.x + index as f64 * width, plot.y, width, plot.h);
        draw_column(canvas, stacks, (index, column), frame, &scale);
    }
    let zero = plot.bottom() - scale.position(0.0) * plot.h;
    canvas.line((plot.x, zero), (plot.right(), zero), Paint::Rule, Shade::Axis);
    let half = width / 2.0;
    let last = stacks.columns.len() as f64 - 1.0;
    let span = Span { low: 0.0, high: last.max(0.0), from: plot.x + half, to: plot.right() - half };
    axis::draw_level(canvas, plot, &stacks.ticks, &span);
    Some(plot.bottom() + TICK_LINE)
}

fn draw_column(
    canvas: &mut Canvas,
    stacks: &Stacks,
    (index, column): (usize, &StackColumn),
    frame: Frame,
    scale: &Scale,
) {
    let gap = if frame.w > 6.0 { (frame.w * 0.15).min(8.0) } else { 0.0 };
    let pixel = |value: f64| frame.bottom() - scale.position(value) * frame.h;
    let (mut above, mut below) = (0.0, 0.0);
    for (part, &value) in column.values.iter().enumerate() {
        let Some(value) = finite(value).filter(|value| *value != 0.0) else { continue };
        let end = if value > 0.0 { &mut above } else { &mut below };
        let (from, to) = (pixel(*end), pixel(*end + value));
        *end += value;
        let field = Frame::new(frame.x + gap / 2.0, from.min(to), frame.w - gap, (from - to).abs());
        let tone = stacks.parts.get(part).map_or(Tone::Other, |part| part.tone);
        if column.is_open {
            canvas.ghost(field, tone);
        } else {
            canvas.rect(field, Paint::Solid, tone);
        }
        let label = column.labels.get(part).map_or("", String::as_str);
        canvas.mark(Frame::new(frame.x, field.y, frame.w, field.h), label, vec![index, part]);
    }
}
