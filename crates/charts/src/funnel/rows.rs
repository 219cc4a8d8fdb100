//! Narrow canvases and long funnels: steps under each other, level bars.

use super::{Group, Part, arrow, draw_level_bar, draw_step_name, step_lines};
use crate::canvas::{Anchor, Canvas, Face, Frame};
use crate::text::{fit, plain};

/// From this width on, a single group's names stand beside the bars instead of above them.
const NAMES_BESIDE: f64 = 560.0;
const GAP: f64 = 12.0;
const NAME_LINE: f64 = 17.0;
/// The line in which the conversion stands, between two bars; the first row has none.
const CONVERSION: f64 = 20.0;

/// One group: a row per step.
pub(super) fn draw_one(canvas: &mut Canvas, group: &Group, steps: &[String], top: f64) -> f64 {
    let beside = canvas.width() >= NAMES_BESIDE;
    let row = Row::of(canvas.width(), group, steps);
    let mut y = top + 4.0;
    for (k, (step, part)) in steps.iter().zip(&group.bars).enumerate() {
        let from = y;
        if k > 0 {
            let at = (if beside { row.names + GAP } else { 0.0 }, y + 14.0);
            let text = arrow('↓', &part.texts.conversion);
            canvas.text_within(&text, at, canvas.width() - at.0, Anchor::Start, &Face::NOTE);
            y += CONVERSION;
        }
        y += if beside {
            draw_row_beside(canvas, group, k, step, y, &row)
        } else {
            draw_row_above(canvas, group, k, step, y, &row)
        };
        let place = Frame::new(0.0, from, canvas.width(), y - from);
        canvas.mark(place, &part.texts.label, vec![group.index, k]);
    }
    y
}

/// What the rows of one group have in common.
struct Row {
    names: f64,
    shares: f64,
    values: f64,
}

impl Row {
    fn of(width: f64, group: &Group, steps: &[String]) -> Self {
        let widest = |text: &dyn Fn(&Part) -> f64| {
            group.bars.iter().map(text).fold(0.0, f64::max).ceil().min(width * 0.25)
        };
        let longest = steps.iter().map(|step| Face::NAME.width(step)).fold(0.0, f64::max);
        Self {
            names: (longest + 26.0).min(width * 0.3),
            shares: widest(&|part| Face::NAME.width(&plain(&part.texts.share))),
            values: widest(&|part| Face::NOTE.width(&plain(&part.texts.value))),
        }
    }
}

/// Name, bar and texts on one line; gives the height.
fn draw_row_beside(canvas: &mut Canvas, group: &Group, index: usize, step: &str, y: f64, row: &Row) -> f64 {
    let track = canvas.width() - row.names - row.shares - row.values - 3.0 * GAP;
    let bar = Frame::new(row.names + GAP, y, track, 18.0);
    draw_level_bar(canvas, &group.bars[index], bar, group.tone);
    let baseline = Face::NAME.baseline_at(y + 9.0);
    // A name of two lines is centered on its bar; the second line uses the air that the conversion leaves.
    let raise = NAME_LINE / 2.0 * (step_lines(index, step, row.names) - 1) as f64;
    draw_step_name(canvas, index, step, (0.0, baseline - raise), row.names);
    draw_texts(canvas, &group.bars[index], baseline, row);
    28.0
}

/// Name and texts on the first line or two, the bar below; gives the height.
fn draw_row_above(canvas: &mut Canvas, group: &Group, index: usize, step: &str, y: f64, row: &Row) -> f64 {
    let width = canvas.width();
    let room = width - row.shares - row.values - 2.0 * GAP;
    draw_step_name(canvas, index, step, (0.0, y + 14.0), room);
    draw_texts(canvas, &group.bars[index], y + 14.0, row);
    let names = NAME_LINE * step_lines(index, step, room) as f64;
    draw_level_bar(canvas, &group.bars[index], Frame::new(0.0, y + names + 5.0, width, 12.0), group.tone);
    names + 27.0
}

/// Share and value in columns at the right edge.
fn draw_texts(canvas: &mut Canvas, part: &Part, baseline: f64, row: &Row) {
    let right = canvas.width();
    canvas.text_within(&part.texts.value, (right, baseline), row.values, Anchor::End, &Face::NOTE);
    let at = (right - row.values - GAP, baseline);
    canvas.text_within(&part.texts.share, at, row.shares, Anchor::End, &Face::NAME);
}

const HEAD: f64 = 28.0;
const LINE: f64 = 24.0;
const FOOT: f64 = 14.0;

/// Several groups: a block per step, and in it a line per group.
pub(super) fn draw_many(canvas: &mut Canvas, groups: &[Group], steps: &[String], top: f64) -> f64 {
    let layout = Layout::of(canvas.width(), groups);
    let block = HEAD + groups.len() as f64 * LINE + FOOT;
    for (k, step) in steps.iter().enumerate() {
        let y = top + k as f64 * block;
        let name = fit(step, Face::NAME.size, Face::NAME.weight(), canvas.width() - 26.0);
        draw_step_name(canvas, k, &name, (0.0, y + 16.0), canvas.width());
        for (line, group) in groups.iter().enumerate() {
            let Some(part) = group.bars.get(k) else { continue };
            let place = Frame::new(0.0, y + HEAD + line as f64 * LINE, canvas.width(), LINE);
            draw_line(canvas, group, part, place, &layout);
            canvas.mark(place, &part.texts.label, vec![group.index, k]);
        }
    }
    top + steps.len() as f64 * block - FOOT
}

/// The columns of a block's lines.
struct Layout {
    names: f64,
    shares: f64,
    conversions: f64,
    track: f64,
}

impl Layout {
    fn of(width: f64, groups: &[Group]) -> Self {
        let widest = |text: &dyn Fn(&Part) -> f64| {
            groups.iter().flat_map(|g| &g.bars).map(text).fold(0.0, f64::max).ceil()
        };
        let names = groups.iter().map(|g| Face::NOTE.width(&g.name)).fold(0.0, f64::max).ceil();
        let names = names.min(width * 0.3) + 8.0;
        let shares = widest(&|part| Face::VALUE.width(&plain(&part.texts.share))).min(width * 0.2) + 8.0;
        let conversions = widest(&|part| Face::NOTE.width(&arrow('→', &part.texts.conversion))) + 12.0;
        // The bars come first: without room for them and for conversions, the latter are left to the table.
        let conversions = if width - names - shares - conversions < width * 0.22 { 0.0 } else { conversions };
        Self { names, shares, conversions, track: width - names - shares - conversions }
    }
}

/// Name, conversion, bar and share of one group, from left to right.
fn draw_line(canvas: &mut Canvas, group: &Group, part: &Part, place: Frame, layout: &Layout) {
    let middle = place.y + place.h / 2.0 - 2.0;
    let baseline = Face::NOTE.baseline_at(middle);
    let room = layout.names - 8.0;
    canvas.text_within(&group.name, (0.0, baseline), room, Anchor::Start, &Face::NOTE);
    if layout.conversions > 0.0 {
        let text = arrow('→', &part.texts.conversion);
        let at = (layout.names + layout.conversions - 10.0, baseline);
        canvas.text_within(&text, at, layout.conversions - 10.0, Anchor::End, &Face::NOTE);
    }
    let bar = Frame::new(layout.names + layout.conversions, middle - 6.0, layout.track, 12.0);
    draw_level_bar(canvas, part, bar, group.tone);
    let at = (place.right(), Face::VALUE.baseline_at(middle));
    canvas.text_within(&part.texts.share, at, layout.shares - 7.0, Anchor::End, &Face::VALUE);
}
