//! A heat map: rows of cells whose ink grows with a share.

use crate::canvas::{Anchor, Canvas, Face, Frame, HEAT_STEPS, Paint, Shade};
use crate::text::plain;
use crate::{Tone, finite};

/// Names of rows take at most this share of the width.
const NAME_SHARE: f64 = 0.3;
const GAP: f64 = 10.0;
const HEAD: f64 = 22.0;
const ROW: f64 = 26.0;
/// A cell is at most this wide: a few columns should not be stretched over a whole screen.
const WIDEST: f64 = 84.0;

/// Rows of cells under named columns. Without cells the picture is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heat {
    /// The columns' names; those that do not fit are left out.
    pub columns: Vec<String>,
    /// The rows from top to bottom. A mark's datum is `[row, column]`.
    pub rows: Vec<HeatRow>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatRow {
    /// Its name; shortened when there is no room.
    pub name: String,
    /// A quieter text after the name, such as a size.
    pub note: String,
    /// Its cells, from the first column on; a row may end early.
    pub cells: Vec<HeatCell>,
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatCell {
    /// How much ink it has, 0..=1. Not finite: none.
    pub share: f64,
    /// What stands in it, if there is room.
    pub text: String,
    /// What the mark says.
    pub label: String,
    /// Whether its number may still grow; then it has a border instead of a full field.
    pub is_open: bool,
}

pub(crate) fn draw(canvas: &mut Canvas, heat: &Heat) -> Option<f64> {
    let n_columns = heat.rows.iter().map(|row| row.cells.len()).max().filter(|&n| n > 0)?;
    let width = |text: &String| Face::NOTE.width(&plain(text));
    let notes = heat.rows.iter().map(|row| width(&row.note)).fold(0.0, f64::max);
    let names = heat.rows.iter().map(|row| width(&row.name)).fold(0.0, f64::max);
    let name_width = names.min(canvas.width() * NAME_SHARE).ceil();
    let left = name_width + GAP + notes.ceil() + GAP;
    let cell_width = ((canvas.width() - left) / n_columns as f64).min(WIDEST);
    draw_head(canvas, heat, left, cell_width, n_columns);
    for (index, row) in heat.rows.iter().enumerate() {
        let y = HEAD + index as f64 * ROW;
        let baseline = Face::NOTE.baseline_at(y + ROW / 2.0);
        let name = Face::NOTE.shaded(Shade::Ink);
        canvas.text_within(&row.name, (0.0, baseline), name_width, Anchor::Start, &name);
        canvas.text(&plain(&row.note), (left - GAP, baseline), Anchor::End, &Face::NOTE);
        for (column, cell) in row.cells.iter().enumerate() {
            let frame = Frame::new(left + column as f64 * cell_width, y, cell_width, ROW);
            draw_cell(canvas, cell, frame);
            canvas.mark(frame, &cell.label, vec![index, column]);
        }
    }
    Some(HEAD + heat.rows.len() as f64 * ROW)
}

/// The names of every column, or of every second, third … one.
fn draw_head(canvas: &mut Canvas, heat: &Heat, left: f64, cell_width: f64, n_columns: usize) {
    let names = &heat.columns[..n_columns.min(heat.columns.len())];
    let widest = names.iter().map(|name| Face::TICK.width(&plain(name))).fold(0.0, f64::max) + 6.0;
    let step = (widest / cell_width).ceil().max(1.0) as usize;
    for (column, name) in names.iter().enumerate().step_by(step) {
        let x = left + (column as f64 + 0.5) * cell_width;
        let half = Face::TICK.width(&plain(name)) / 2.0;
        let at = (x.min(canvas.width() - half), Face::TICK.baseline_at(HEAD / 2.0 - 2.0));
        canvas.text(&plain(name), at, Anchor::Middle, &Face::TICK);
    }
}

fn draw_cell(canvas: &mut Canvas, cell: &HeatCell, frame: Frame) {
    // A pixel of paper between neighbors, unless they are so thin that it would eat them.
    let gap = if frame.w > 6.0 { 1.0 } else { 0.0 };
    let field = Frame::new(frame.x, frame.y, frame.w - gap, frame.h - 1.0);
    let share = finite(cell.share).unwrap_or(0.0).clamp(0.0, 1.0);
    let step = (share * f64::from(HEAT_STEPS)).ceil() as u8;
    if step > 0 {
        canvas.rect(field, Paint::heat(step), Tone::Series(0));
    } else {
        canvas.rect(field, Paint::Wash, Shade::Faint);
    }
    if cell.is_open {
        canvas.outline(field, Shade::Axis);
    }
    let text = plain(&cell.text);
    if Face::TICK.width(&text) + 4.0 <= field.w {
        let at = (field.x + field.w / 2.0, Face::TICK.baseline_at(field.y + field.h / 2.0));
        canvas.text(&text, at, Anchor::Middle, &Face::TICK.shaded(Shade::Ink));
    }
}
