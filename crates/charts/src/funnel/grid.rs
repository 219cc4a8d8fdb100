//! Several groups, wide: a line per group, a column per step, level bars from a common baseline in each column.

use super::{Group, arrow, draw_level_bar, draw_step_name, step_lines};
use crate::canvas::{Anchor, Canvas, Face, Frame, Paint, Shade};
use crate::text::plain;

const GAP: f64 = 12.0;
const NAME_SHARE: f64 = 0.18;
const NAME_LINE: f64 = 17.0;
const LINE: f64 = 58.0;
const BAR: f64 = 14.0;
/// A bar of 100 % is at least this long.
const SHORTEST_TRACK: f64 = 72.0;

/// Whether each column has room for its bar and texts.
pub(super) fn fits(width: f64, groups: &[Group], n_steps: usize) -> bool {
    let layout = Layout::of(width, groups, n_steps);
    layout.track >= SHORTEST_TRACK.max(layout.texts)
}

pub(super) fn draw(canvas: &mut Canvas, groups: &[Group], steps: &[String], top: f64) -> f64 {
    let layout = Layout::of(canvas.width(), groups, steps.len());
    let lines = steps.iter().enumerate().map(|(k, step)| step_lines(k, step, layout.track)).max();
    let head = NAME_LINE * lines.unwrap_or(1) as f64 + 12.0;
    for (k, step) in steps.iter().enumerate() {
        draw_step_name(canvas, k, step, (layout.column(k), top + 14.0), layout.track);
    }
    for (line, group) in groups.iter().enumerate() {
        let y = top + head + line as f64 * LINE;
        canvas.line((0.0, y), (canvas.width(), y), Paint::Rule, Shade::Grid);
        draw_line(canvas, group, steps.len(), y, &layout);
    }
    top + head + groups.len() as f64 * LINE
}

struct Layout {
    names: f64,
    /// The length of 100 %.
    track: f64,
    /// The room between columns, where conversions stand.
    between: f64,
    /// The widest pair of share and value.
    texts: f64,
}

impl Layout {
    fn of(width: f64, groups: &[Group], n_steps: usize) -> Self {
        let bars = || groups.iter().flat_map(|g| &g.bars).map(|bar| bar.texts);
        let widest = |widths: &mut dyn Iterator<Item = f64>| widths.fold(0.0, f64::max).ceil();
        let names = widest(&mut groups.iter().map(|g| Face::NAME.width(&g.name) + 18.0))
            .min(width * NAME_SHARE)
            + GAP;
        let between = widest(&mut bars().map(|b| Face::NOTE.width(&arrow('→', &b.conversion)))) + 2.0 * GAP;
        let texts = widest(
            &mut bars()
                .map(|b| Face::NAME.width(&plain(&b.share)) + 8.0 + Face::NOTE.width(&plain(&b.value))),
        );
        let n = n_steps as f64;
        let track = ((width - names - between * (n - 1.0)) / n).floor();
        Self { names, track, between, texts }
    }

    fn column(&self, step: usize) -> f64 {
        self.names + step as f64 * (self.track + self.between)
    }
}

fn draw_line(canvas: &mut Canvas, group: &Group, n_steps: usize, y: f64, layout: &Layout) {
    let middle = y + 12.0 + BAR / 2.0;
    canvas.rect(Frame::new(0.0, middle - 5.0, 10.0, 10.0), Paint::Solid, group.tone);
    let at = (18.0, Face::NAME.baseline_at(middle));
    canvas.text_within(&group.name, at, layout.names - GAP - 18.0, Anchor::Start, &Face::NAME);
    for (k, part) in group.bars.iter().take(n_steps).enumerate() {
        let x = layout.column(k);
        draw_level_bar(canvas, part, Frame::new(x, y + 12.0, layout.track, BAR), group.tone);
        let below = y + 12.0 + BAR + 21.0;
        let share = plain(&part.texts.share);
        canvas.text(&share, (x, below), Anchor::Start, &Face::NAME);
        let beside = (x + Face::NAME.width(&share) + 8.0, below);
        canvas.text(&plain(&part.texts.value), beside, Anchor::Start, &Face::NOTE);
        if k > 0 {
            let at = (x - layout.between / 2.0, Face::NOTE.baseline_at(middle));
            canvas.text(&arrow('→', &part.texts.conversion), at, Anchor::Middle, &Face::NOTE);
        }
        let from = if k == 0 { 0.0 } else { x - layout.between };
        let cell = Frame::new(from, y, x + layout.track - from, LINE);
        canvas.mark(cell, &part.texts.label, vec![group.index, k]);
    }
}
