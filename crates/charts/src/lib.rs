//! Charts as SVG: plain data in, a picture and its marks out.
//!
//! [`draw`] turns a [`ChartSpec`] into a [`Drawing`]. The crate knows numbers, names and texts, and nothing of the
//! analyses they come from: the page turns an answer into a spec by a pure function. All texts, also those that are read
//! aloud, come with the spec, written in the reader's language; only axis numbers are made here, by a [`TickFormat`].
//!
//! The SVG holds geometry and class names. Colors, fonts and line widths come from `www/styles/chart.css` and
//! `tokens.css`, so that a picture follows the theme without being drawn again, and a strict content security policy
//! allows it. The same spec and size give the same bytes natively and on wasm: text is laid out by a table of widths
//! ([`text_width`]), and no logarithm or trigonometry decides a coordinate.
//!
//! A new kind of picture is a new file with its spec and its drawing, a variant of [`Picture`], and an arm in [`draw`].
//!
//! ```
//! use cairn_charts::{Bar, Bars, ChartSpec, Picture, Size, Tone, draw};
//!
//! let bar = |name: &str, value: f64| Bar {
//!     name: name.to_owned(),
//!     value,
//!     text: format!("{value}"),
//!     label: format!("{name}: {value} events"),
//!     ..Bar::default()
//! };
//! let bars = Bars { bars: vec![bar("sign_up", 120.0), bar("invite", 30.0)], ..Bars::default() };
//! let spec = ChartSpec { picture: Picture::Bars(bars), empty: "No events".to_owned() };
//!
//! let drawing = draw(&spec, Size { width: 640, height: 320 });
//! assert!(drawing.svg.starts_with("<svg"));
//! assert_eq!(drawing.marks[1].label, "invite: 30 events");
//! assert_eq!(drawing.marks[1].datum, [1]);
//! ```

mod axis;
mod bar;
mod canvas;
mod flow;
mod funnel;
mod heat;
mod histogram;
mod key;
mod line;
mod restyle;
mod stacks;
mod text;
mod ticks;
mod widths;

use canvas::{Anchor, Canvas, Face, Shade};

pub use axis::Tick;
pub use bar::{Bar, Bars};
pub use flow::{Flow, FlowLink, FlowNode};
pub use funnel::{Funnel, FunnelBar, FunnelGroup, FunnelWords};
pub use heat::{Heat, HeatCell, HeatRow};
pub use histogram::{Bin, Histogram, Line as HistogramLine};
pub use line::{Lines, Series, Shape};
pub use stacks::{StackColumn, StackPart, Stacks};
pub use text::{Weight, text_width};
pub use ticks::TickFormat;

/// How many series colors `tokens.css` has; a [`Tone::Series`] beyond them is drawn as [`Tone::Other`].
pub const SERIES_TONES: usize = 8;

/// The least width and height that a picture is laid out for, in pixels; smaller sizes are drawn at this one.
const SMALLEST: u32 = 160;
/// The largest; no screen shows more.
const LARGEST: u32 = 8_000;

/// What to draw: one picture, and what to say when it has nothing to show.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartSpec {
    /// The kind of picture with its data.
    pub picture: Picture,
    /// Shown instead of a picture without data; should say why and what to change.
    pub empty: String,
}

/// The kinds of pictures.
#[derive(Clone, Debug, PartialEq)]
pub enum Picture {
    /// Steps in order, for one group or several.
    Funnel(Funnel),
    /// One horizontal bar per name; also differences from a reference, with both signs.
    Bars(Bars),
    /// One or several series over a common axis, mostly time.
    Lines(Lines),
    /// Counts in bins.
    Histogram(Histogram),
    /// Nodes in steps, and how much goes from which to which.
    Flow(Flow),
    /// Rows of cells whose ink grows with a share.
    Heat(Heat),
    /// Columns stacked above and below zero.
    Stacks(Stacks),
}

/// Which color data has, as far as the caller decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// One of the [`SERIES_TONES`] series colors, counted from 0; the first is the accent.
    Series(u8),
    /// More than a reference.
    Above,
    /// Less than a reference.
    Below,
    /// A remainder, such as the "Other" group of a breakdown.
    Other,
}

/// How large a picture should be, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The width, which is kept (between 160 and 8000).
    pub width: u32,
    /// The height, which pictures with axes keep (at least 160) unless their key leaves too little of it. Pictures
    /// made of rows take what their rows need: see [`Drawing::height`].
    pub height: u32,
}

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// An `<svg>` element with `class="chart"`, hidden from screen readers: they read the marks and the table.
    pub svg: String,
    /// The picture's width in CSS pixels.
    pub width: u32,
    /// The picture's height in CSS pixels.
    pub height: u32,
    /// What can be pointed at, in reading order.
    pub marks: Vec<Mark>,
}

/// A place in the picture that stands for a number. Marks of one picture do not overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Left edge, in pixels of the picture.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// What the mark says, in the caller's words: the tooltip, and what a screen reader reads.
    pub label: String,
    /// Which number it is, as a path of indices into the spec: see each kind of picture.
    pub datum: Vec<usize>,
}

/// Draws `spec` at `size`. Numbers that are not finite count as missing. Takes time linear in the spec.
pub fn draw(spec: &ChartSpec, size: Size) -> Drawing {
    let width = f64::from(size.width.clamp(SMALLEST, LARGEST));
    let height = f64::from(size.height.clamp(SMALLEST, LARGEST));
    let mut raw = String::new();
    let mut canvas = Canvas::new(&mut raw, width);
    let drawn = match &spec.picture {
        Picture::Funnel(funnel) => funnel::draw(&mut canvas, funnel, height),
        Picture::Bars(bars) => bar::draw(&mut canvas, bars),
        Picture::Lines(lines) => line::draw(&mut canvas, lines, height),
        Picture::Histogram(histogram) => histogram::draw(&mut canvas, histogram, height),
        Picture::Flow(flow) => flow::draw(&mut canvas, flow, height),
        Picture::Heat(heat) => heat::draw(&mut canvas, heat),
        Picture::Stacks(stacks) => stacks::draw(&mut canvas, stacks, height),
    };
    let height = drawn.unwrap_or_else(|| draw_empty(&mut canvas, &spec.empty));
    let marks = canvas.finish();
    canvas::drawing(&raw, marks, width, height)
}

/// The text in place of a picture without data; gives the height, as every kind's `draw` does when there is data.
fn draw_empty(canvas: &mut Canvas, text: &str) -> f64 {
    let face = Face::NOTE.shaded(Shade::Faint);
    let lines = text::wrap(&text::plain(text), face.size, face.weight(), canvas.width() - 16.0, 4);
    let mut y = f64::from(SMALLEST) / 2.0 - 9.0 * (lines.len() as f64 - 1.0);
    for line in lines {
        canvas.text(&line, (canvas.width() / 2.0, face.baseline_at(y)), Anchor::Middle, &face);
        y += 18.0;
    }
    f64::from(SMALLEST)
}

/// `value`, if it is a number that can be drawn; huge ones are cut so that sums and differences stay finite.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then(|| value.clamp(-1e300, 1e300))
}

/// A count or amount: not negative, and zero where it is no number.
fn amount(value: f64) -> f64 {
    finite(value).unwrap_or(0.0).max(0.0)
}

impl Drawing {
    /// The picture as a file of its own: the SVG with `css` inside, which should be the text of `tokens.css` and
    /// `chart.css`. For saving; inside the page the style sheets do this, and a policy would refuse it.
    pub fn standalone(&self, css: &str) -> String {
        let style = format!("<style><![CDATA[\n{}\n]]></style>\n", css.replace("]]>", ""));
        let (root, rest) = self.svg.split_once('\n').unwrap_or((&self.svg, ""));
        format!("{root}\n{style}{rest}")
    }
}
