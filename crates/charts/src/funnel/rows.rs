//! Narrow canvases and long funnels: steps under each other, level bars.

use super::{Group, Part, arrow, draw_level_bar};
use crate::canvas::{Anchor, Canvas, Face, Frame, Shade};
use crate::text::{fit, plain};

/// From this width on, a single group's names stand beside the bars instead of above them.
const NAMES_BESIDE: f64 = 560.0;
const GAP: f64 = 12.0;

/// One group: a row per step.
pub(super) fn draw_one(canvas: &mut Canvas, group: &Group, steps: &[String], top: f64) -> f64 {
    let beside = canvas.width() >= NAMES_BESIDE;
    let pitch = if beside { 44.0 } else { 62.0 };
    for (k, (step, part)) in steps.iter().zip(&group.bars).enumerate() {
        let y = top + k as f64 * pitch;
        if beside {
            draw_wide_row(canvas, group, k, step, y, top);
        } else {
            draw_narrow_row(canvas, group, k, step, y);
        }
        let frame = Frame::new(0.0, y, canvas.width(), pitch);
        canvas.mark(frame, &part.texts.label, vec![group.index, k]);
    }
    top + steps.len() as f64 * pitch
}

/// Name, bar and texts on one line; the conversion between this bar and the one above.
fn draw_wide_row(canvas: &mut Canvas, group: &Group, index: usize, step: &str, y: f64, top: f64) {
    let part = &group.bars[index];
    let widest = |text: &dyn Fn(&Part) -> f64| group.bars.iter().map(text).fold(0.0, f64::max).ceil();
    let share = widest(&|part| Face::NAME.width(&plain(&part.texts.share)));
    let value = widest(&|part| Face::NOTE.width(&plain(&part.texts.value)));
    let names = (canvas.width() * 0.24).min(260.0);
    let track_width = canvas.width() - names - share - value - 3.0 * GAP;
    let bar = Frame::new(names + GAP, y + 20.0, track_width, 20.0);
    draw_level_bar(canvas, part, bar, group.tone);
    let middle = bar.y + bar.h / 2.0;
    let baseline = Face::NAME.baseline_at(middle);
    draw_name(canvas, index, step, (0.0, baseline), names);
    let share_end = bar.right() + GAP + share;
    canvas.text(&plain(&part.texts.share), (share_end, baseline), Anchor::End, &Face::NAME);
    canvas.text_within(&part.texts.value, (canvas.width(), baseline), value + 1.0, Anchor::End, &Face::NOTE);
    if y > top {
        let at = (bar.x, y + 13.0);
        canvas.text_within(&arrow('↓', &part.texts.conversion), at, track_width, Anchor::Start, &Face::NOTE);
    }
}

/// Name and texts on one line, the bar on the next, the conversion to this step above both.
fn draw_narrow_row(canvas: &mut Canvas, group: &Group, index: usize, step: &str, y: f64) {
    let part = &group.bars[index];
    let width = canvas.width();
    let conversion = arrow('↓', &part.texts.conversion);
    canvas.text_within(&conversion, (0.0, y + 12.0), width, Anchor::Start, &Face::NOTE);
    let baseline = y + 34.0;
    let value = fit(&plain(&part.texts.value), Face::NOTE.size, Face::NOTE.weight(), width * 0.3);
    canvas.text(&value, (width, baseline), Anchor::End, &Face::NOTE);
    let share_end = width - Face::NOTE.width(&value) - 8.0;
    let share = fit(&plain(&part.texts.share), Face::NAME.size, Face::NAME.weight(), width * 0.3);
    canvas.text(&share, (share_end, baseline), Anchor::End, &Face::NAME);
    draw_name(canvas, index, step, (0.0, baseline), share_end - Face::NAME.width(&share) - GAP);
    draw_level_bar(canvas, part, Frame::new(0.0, y + 42.0, width, 14.0), group.tone);
}

fn draw_name(canvas: &mut Canvas, index: usize, name: &str, at: (f64, f64), room: f64) {
    let number = format!("{}", index + 1);
    let indent = Face::NAME.width(&number) + 6.0;
    canvas.text(&number, at, Anchor::Start, &Face::VALUE.shaded(Shade::Faint));
    canvas.text_within(name, (at.0 + indent, at.1), room - indent, Anchor::Start, &Face::NAME);
}

const HEAD: f64 = 30.0;
const LINE: f64 = 22.0;
const FOOT: f64 = 14.0;

/// Several groups: a block per step, and in it a line per group.
pub(super) fn draw_many(canvas: &mut Canvas, groups: &[Group], steps: &[String], top: f64) -> f64 {
    let layout = Layout::of(canvas.width(), groups);
    let block = HEAD + groups.len() as f64 * LINE + FOOT;
    for (k, step) in steps.iter().enumerate() {
        let y = top + k as f64 * block;
        draw_name(canvas, k, step, (0.0, y + 18.0), canvas.width());
        for (line, group) in groups.iter().enumerate() {
            let Some(part) = group.bars.get(k) else { continue };
            let row = Frame::new(0.0, y + HEAD + line as f64 * LINE, canvas.width(), LINE);
            draw_line(canvas, group, part, row, &layout);
            canvas.mark(row, &part.texts.label, vec![group.index, k]);
        }
    }
    top + steps.len() as f64 * block - FOOT
}

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
        let conversions = widest(&|part| Face::NOTE.width(&arrow('↓', &part.texts.conversion))) + 10.0;
        // The bars come first: without room for them and for conversions, the latter are left to the table.
        let conversions = if width - names - shares - conversions < width * 0.28 { 0.0 } else { conversions };
        Self { names, shares, conversions, track: width - names - shares - conversions }
    }
}

fn draw_line(canvas: &mut Canvas, group: &Group, part: &Part, row: Frame, layout: &Layout) {
    let middle = row.y + row.h / 2.0;
    let baseline = Face::NOTE.baseline_at(middle);
    canvas.text_within(&group.name, (0.0, baseline), layout.names - 8.0, Anchor::Start, &Face::NOTE);
    draw_level_bar(canvas, part, Frame::new(layout.names, middle - 7.0, layout.track, 14.0), group.tone);
    let share_end = layout.names + layout.track + layout.shares;
    canvas.text_within(
        &part.texts.share,
        (share_end, baseline),
        layout.shares - 7.0,
        Anchor::End,
        &Face::VALUE,
    );
    if layout.conversions > 0.0 {
        let text = arrow('↓', &part.texts.conversion);
        canvas.text_within(&text, (row.right(), baseline), layout.conversions, Anchor::End, &Face::NOTE);
    }
}
