//! Horizontal bars: one per name, with its number at its end. Values of both signs grow from a common zero line.

use crate::axis::Span;
use crate::canvas::{Anchor, Canvas, Face, Frame, Paint, Shade};
use crate::text::{fit, plain};
use crate::{Tone, finite};

/// Under this width names stand above their bars.
const NARROW: f64 = 480.0;
/// Names take at most this share of the width.
const NAME_SHARE: f64 = 0.34;
const GAP: f64 = 10.0;
/// A bar that has any value is at least this long, so that it can be seen.
const SHORTEST: f64 = 1.0;

/// Bars under each other, drawn in the order given; each takes a row. Without bars the picture is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    /// The bars from top to bottom. A mark's datum is `[index]`.
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// What it stands for; shortened when there is no room.
    pub name: String,
    /// How long it is; negative ones grow to the left. Not finite: the row is there, the bar is not.
    pub value: f64,
    /// The value as it should be read, at the end of the bar.
    pub text: String,
    /// A second, quieter text behind the first, such as a share; left out when there is no room.
    pub note: String,
    /// The ends of an interval around the value.
    pub interval: Option<(f64, f64)>,
    /// The color; by default the first series for pictures without negative values, else above and below.
    pub tone: Option<Tone>,
    /// What the mark says.
    pub label: String,
}

pub(crate) fn draw(canvas: &mut Canvas, bars: &Bars) -> Option<f64> {
    if bars.bars.is_empty() {
        return None;
    }
    let layout = Layout::of(canvas, &bars.bars);
    for (i, bar) in bars.bars.iter().enumerate() {
        let row = Frame::new(0.0, i as f64 * layout.row_height, canvas.width(), layout.row_height);
        draw_row(canvas, bar, row, &layout);
        if layout.signed {
            // The zero line of all rows together, but for the names where these stand above the bars.
            let (zero, top) = (layout.span.pixel(0.0), if layout.names_above { 23.0 } else { 0.0 });
            canvas.line((zero, row.y + top), (zero, row.bottom()), Paint::Rule, Shade::Axis);
        }
        canvas.mark(row, &bar.label, vec![i]);
    }
    Some(layout.row_height * bars.bars.len() as f64)
}

struct Layout {
    signed: bool,
    names_above: bool,
    name_width: f64,
    row_height: f64,
    span: Span,
    with_notes: bool,
}

impl Layout {
    fn of(canvas: &Canvas, bars: &[Bar]) -> Self {
        let width = canvas.width();
        let (low, high) = extent(bars);
        let signed = low < 0.0;
        let names_above = width < NARROW;
        let longest = bars.iter().map(|b| Face::VALUE.width(&plain(&b.name))).fold(0.0, f64::max);
        let name_width = if names_above { 0.0 } else { longest.min(width * NAME_SHARE).ceil() + GAP };
        let texts = |with_notes| bars.iter().map(|b| text_width(b, with_notes)).fold(0.0, f64::max);
        let with_notes = texts(true) < (width - name_width) * 0.4;
        // Texts stand outside both ends; on each side, only the side's own texts need room.
        let side = |negative: bool| {
            let own = bars.iter().filter(|b| (b.value < 0.0) == negative);
            let widest = own.map(|b| text_width(b, with_notes)).fold(0.0, f64::max);
            if widest > 0.0 { widest.min((width - name_width) * 0.4) + GAP } else { 0.0 }
        };
        let left = if signed { side(true) } else { 0.0 };
        let span = Span { low, high, from: name_width + left, to: width - side(false).max(1.0) };
        Self {
            signed,
            names_above,
            name_width,
            row_height: if names_above { 46.0 } else { 28.0 },
            span,
            with_notes,
        }
    }
}

/// The ends of the common axis: zero, every value, every interval.
fn extent(bars: &[Bar]) -> (f64, f64) {
    let ends = bars.iter().flat_map(|b| {
        let (low, high) = b.interval.unwrap_or((b.value, b.value));
        [b.value, low, high]
    });
    let (low, high) = ends.filter_map(finite).fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
    if low < high { (low, high) } else { (0.0, 1.0) }
}

fn text_width(bar: &Bar, with_notes: bool) -> f64 {
    let note =
        if with_notes && !bar.note.is_empty() { 6.0 + Face::NOTE.width(&plain(&bar.note)) } else { 0.0 };
    Face::VALUE.width(&plain(&bar.text)) + note
}

fn draw_row(canvas: &mut Canvas, bar: &Bar, row: Frame, layout: &Layout) {
    let middle = if layout.names_above { row.y + 31.0 } else { row.y + row.h / 2.0 };
    draw_name(canvas, bar, row, middle, layout);
    let zero = layout.span.pixel(0.0);
    let Some(value) = finite(bar.value) else {
        return draw_texts(canvas, bar, zero, middle, layout);
    };
    let mut end = layout.span.pixel(value);
    if value != 0.0 && (end - zero).abs() < SHORTEST {
        end = zero + SHORTEST.copysign(value);
    }
    let tone = bar.tone.unwrap_or(match (layout.signed, value < 0.0) {
        (false, _) => Tone::Series(0),
        (true, false) => Tone::Above,
        (true, true) => Tone::Below,
    });
    let thickness = 12.0;
    let frame = Frame::new(zero.min(end), middle - thickness / 2.0, (end - zero).abs(), thickness);
    canvas.rect(frame, Paint::Solid, tone);
    let outer = draw_interval(canvas, bar, frame, layout);
    draw_texts(canvas, bar, if value < 0.0 { outer.0 } else { outer.1 }, middle, layout);
}

/// The interval along the middle of its bar: in ink where it is on paper, cut out where it is on the bar. Gives the
/// ends of bar and interval together.
fn draw_interval(canvas: &mut Canvas, bar: &Bar, frame: Frame, layout: &Layout) -> (f64, f64) {
    let ends = bar.interval.and_then(|(low, high)| Some((finite(low)?, finite(high)?)));
    let Some((low, high)) = ends else { return (frame.x, frame.right()) };
    let (from, to) = (layout.span.pixel(low.min(high)), layout.span.pixel(low.max(high)));
    let y = frame.y + frame.h / 2.0;
    canvas.whisker((from, y), (to, y), Shade::Ink);
    let (inner, outer) = (from.max(frame.x), to.min(frame.right()));
    if inner < outer {
        canvas.line((inner, y), (outer, y), Paint::Whisker, Shade::Paper);
    }
    for x in [from, to] {
        if x > frame.x && x < frame.right() {
            canvas.line((x, y - 3.0), (x, y + 3.0), Paint::Whisker, Shade::Paper);
        }
    }
    (frame.x.min(from), frame.right().max(to))
}

fn draw_name(canvas: &mut Canvas, bar: &Bar, row: Frame, middle: f64, layout: &Layout) {
    if layout.names_above {
        let at = (row.x, row.y + 17.0);
        canvas.text_within(&bar.name, at, row.w, Anchor::Start, &Face::VALUE);
    } else {
        let at = (layout.name_width - GAP, Face::VALUE.baseline_at(middle));
        canvas.text_within(&bar.name, at, layout.name_width - GAP, Anchor::End, &Face::VALUE);
    }
}

/// The value and the note, outward from the end of the bar.
fn draw_texts(canvas: &mut Canvas, bar: &Bar, end: f64, middle: f64, layout: &Layout) {
    let leftward = bar.value < 0.0;
    let (anchor, sign) = if leftward { (Anchor::End, -1.0) } else { (Anchor::Start, 1.0) };
    let from = end + sign * 6.0;
    let room = if leftward { from - layout.name_width } else { canvas.width() - from };
    let text = fit(&plain(&bar.text), Face::VALUE.size, Face::VALUE.weight(), room);
    canvas.text(&text, (from, Face::VALUE.baseline_at(middle)), anchor, &Face::VALUE);
    if layout.with_notes && !bar.note.is_empty() {
        let taken = Face::VALUE.width(&text) + 6.0;
        let at = (from + sign * taken, Face::NOTE.baseline_at(middle));
        canvas.text_within(&bar.note, at, room - taken, anchor, &Face::NOTE.shaded(Shade::Faint));
    }
}
