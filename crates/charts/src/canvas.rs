//! The drawing surface: plotters' `SVGBackend` behind verbs in pixels, styled by meaning instead of by color.
//!
//! Two things differ from plain plotters. Coordinates go to the backend in tenths of a pixel, because plotters rounds
//! to integers and a line over time would show stairs. And a style is a [`Paint`] and a [`Shade`], which reach the
//! backend as a reserved color (a sentinel); [`crate::restyle`] turns both back, into pixels and class names. Text is
//! never measured by plotters, which would ask the DOM on wasm.

use plotters::prelude::{DrawingBackend, IntoFont, RGBColor, SVGBackend, ShapeStyle, TextStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::text::{Weight, fit, plain, text_width};
use crate::{Drawing, Mark, SERIES_TONES, Tone, restyle};

/// How many backend units make a pixel.
pub(crate) const UNITS_PER_PIXEL: f64 = 10.0;
/// `SVGBackend` divides every text size by this before writing it.
const SVG_BACKEND_TEXT_SCALE: f64 = 1.24;
/// Half the length of the bars across a whisker's ends.
const WHISKER_REACH: f64 = 3.0;
/// A picture is at most this wide and high, in pixels, so that no coordinate can overflow.
const FARTHEST: f64 = 100_000.0;

/// What a shape is, which decides how ink is put down. The class in `chart.css` is `chart-` and the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// A filled shape that counts.
    Solid,
    /// A filled shape that is a shadow of what counts: losses, flows.
    Tint,
    /// A still lighter fill behind other things.
    Wash,
    /// Thin slanted lines: not decided yet.
    Hatch,
    /// The border of a shape.
    Outline,
    /// A line that shows data.
    Line,
    /// A thin straight line that helps to read.
    Rule,
    /// Both ends of an interval and what lies between.
    Whisker,
    /// Text.
    Text,
    /// Text in the strong weight.
    Strong,
    /// Text over lines, with a rim in the paper's color.
    Over,
    /// The lightest of [`HEAT_STEPS`] fills under text.
    Heat1,
    Heat2,
    Heat3,
    Heat4,
    Heat5,
    Heat6,
    Heat7,
    /// The darkest.
    Heat8,
}

/// How many fills a heat map has.
pub(crate) const HEAT_STEPS: u8 = 8;

impl Paint {
    /// The fill of a step, counted from 1.
    pub(crate) fn heat(step: u8) -> Self {
        match step {
            0 | 1 => Self::Heat1,
            2 => Self::Heat2,
            3 => Self::Heat3,
            4 => Self::Heat4,
            5 => Self::Heat5,
            6 => Self::Heat6,
            7 => Self::Heat7,
            _ => Self::Heat8,
        }
    }
}

/// The names of the paints' classes, without `chart-`, in the order of the enum, which is their code in a sentinel.
const PAINT_NAMES: [&str; 19] = [
    "solid", "tint", "wash", "hatch", "outline", "line", "rule", "whisker", "text", "strong", "over",
    "heat-1", "heat-2", "heat-3", "heat-4", "heat-5", "heat-6", "heat-7", "heat-8",
];

/// Which color of `tokens.css` is meant: one that data has, or one that the picture itself needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shade {
    Data(Tone),
    /// Main text.
    Ink,
    /// Secondary text.
    Soft,
    /// Text that should not catch the eye.
    Faint,
    /// Text on a solid shape of the first series.
    OnSolid,
    /// The paper itself: what is cut out of a solid shape.
    Paper,
    /// A line of reference, such as a zero line.
    Axis,
    /// The lightest line.
    Grid,
}

impl From<Tone> for Shade {
    fn from(tone: Tone) -> Self {
        Self::Data(tone)
    }
}

impl Shade {
    fn code(self) -> u8 {
        match self {
            Self::Data(Tone::Series(n)) if usize::from(n) < SERIES_TONES => n,
            Self::Data(Tone::Series(_) | Tone::Other) => 8,
            Self::Data(Tone::Above) => 9,
            Self::Data(Tone::Below) => 10,
            Self::Ink => 11,
            Self::Soft => 12,
            Self::Faint => 13,
            Self::OnSolid => 14,
            Self::Paper => 15,
            Self::Axis => 16,
            Self::Grid => 17,
        }
    }
}

/// The names of the shades' classes, without `chart-tone-`, by their code in a sentinel.
const SHADE_NAMES: [&str; 18] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "other", "above", "below", "ink", "soft", "faint", "on-solid",
    "paper", "axis", "grid",
];

/// The third byte of every sentinel; any other color in the backend's output would be a mistake of this crate.
const SENTINEL: u8 = 0xCA;

fn sentinel(paint: Paint, shade: Shade) -> RGBColor {
    RGBColor(paint as u8, shade.code(), SENTINEL)
}

/// The two class names that a sentinel stands for, from its three bytes; none for any other color.
pub(crate) fn classes_of([paint, shade, mark]: [u8; 3]) -> Option<(&'static str, &'static str)> {
    let paint = PAINT_NAMES.get(usize::from(paint))?;
    let shade = SHADE_NAMES.get(usize::from(shade))?;
    (mark == SENTINEL).then_some((paint, shade))
}

/// A rectangle in pixels, from the upper left corner of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) w: f64,
    pub(crate) h: f64,
}

impl Frame {
    pub(crate) fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w: w.max(0.0), h: h.max(0.0) }
    }

    pub(crate) fn right(&self) -> f64 {
        self.x + self.w
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// Where the middle of a border of one pixel runs that stays inside the frame.
    pub(crate) fn within_border(&self) -> Self {
        Self::new(self.x + 0.5, self.y + 0.5, self.w - 1.0, self.h - 1.0)
    }
}

/// Which point of a text its coordinate names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Face {
    pub(crate) size: f64,
    pub(crate) paint: Paint,
    pub(crate) shade: Shade,
}

impl Face {
    /// Names of steps, bars and series.
    pub(crate) const NAME: Self = Self { size: 13.0, paint: Paint::Strong, shade: Shade::Ink };
    /// Main numbers.
    pub(crate) const VALUE: Self = Self { size: 13.0, paint: Paint::Text, shade: Shade::Ink };
    /// Numbers and words beside the main ones.
    pub(crate) const NOTE: Self = Self { size: 12.0, paint: Paint::Text, shade: Shade::Soft };
    /// Axes.
    pub(crate) const TICK: Self = Self { size: 11.0, paint: Paint::Text, shade: Shade::Faint };

    pub(crate) const fn shaded(self, shade: Shade) -> Self {
        Self { shade, ..self }
    }

    pub(crate) const fn painted(self, paint: Paint) -> Self {
        Self { paint, ..self }
    }

    pub(crate) const fn sized(self, size: f64) -> Self {
        Self { size, ..self }
    }

    pub(crate) fn weight(&self) -> Weight {
        match self.paint {
            Paint::Strong => Weight::Strong,
            _ => Weight::Regular,
        }
    }

    pub(crate) fn width(&self, text: &str) -> f64 {
        text_width(text, self.size, self.weight())
    }

    /// The baseline that centers digits and capitals on `y`: capitals are about 0.72 em high.
    pub(crate) fn baseline_at(&self, y: f64) -> f64 {
        y + 0.36 * self.size
    }
}

/// A picture under way.
pub(crate) struct Canvas<'a> {
    backend: SVGBackend<'a>,
    width: f64,
    marks: Vec<Mark>,
}

impl<'a> Canvas<'a> {
    /// A canvas that writes into `raw`, `width` pixels wide; how high it is, [`Canvas::finish`] says.
    pub(crate) fn new(raw: &'a mut String, width: f64) -> Self {
        let backend = SVGBackend::with_string(raw, (units(width) as u32, units(FARTHEST) as u32));
        Self { backend, width, marks: Vec::new() }
    }

    pub(crate) fn width(&self) -> f64 {
        self.width
    }

    pub(crate) fn rect(&mut self, frame: Frame, paint: Paint, shade: impl Into<Shade>) {
        let corner = point((frame.x, frame.y));
        let far = point((frame.right(), frame.bottom()));
        if corner.0 == far.0 || corner.1 == far.1 {
            return;
        }
        let filled =
            matches!(paint, Paint::Solid | Paint::Tint | Paint::Wash) || paint as u8 >= Paint::Heat1 as u8;
        done(self.backend.draw_rect(corner, far, &shape(paint, shade.into()), filled));
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: Paint, shade: impl Into<Shade>) {
        done(self.backend.draw_line(point(from), point(to), &shape(paint, shade.into())));
    }

    pub(crate) fn path(&mut self, points: &[(f64, f64)], paint: Paint, shade: impl Into<Shade>) {
        done(self.backend.draw_path(points.iter().copied().map(point), &shape(paint, shade.into())));
    }

    pub(crate) fn polygon(&mut self, points: &[(f64, f64)], paint: Paint, shade: impl Into<Shade>) {
        done(self.backend.fill_polygon(points.iter().copied().map(point), &shape(paint, shade.into())));
    }

    pub(crate) fn dot(&mut self, center: (f64, f64), radius: f64, shade: impl Into<Shade>) {
        let style = shape(Paint::Solid, shade.into());
        done(self.backend.draw_circle(point(center), units(radius) as u32, &style, true));
    }

    /// One line of text on the baseline `at.1`. The text is drawn whole: the caller has made it fit.
    pub(crate) fn text(&mut self, text: &str, at: (f64, f64), anchor: Anchor, face: &Face) {
        if text.trim().is_empty() {
            return;
        }
        let h_pos = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let color = sentinel(face.paint, face.shade);
        let size = face.size * UNITS_PER_PIXEL * SVG_BACKEND_TEXT_SCALE;
        let style = TextStyle::from(("sans-serif", size).into_font()).pos(Pos::new(h_pos, VPos::Top));
        done(self.backend.draw_text(&plain(text), &style.color(&color), point(at)));
    }

    /// A text cut to `room` pixels.
    pub(crate) fn text_within(&mut self, text: &str, at: (f64, f64), room: f64, anchor: Anchor, face: &Face) {
        let text = fit(&plain(text), face.size, face.weight(), room);
        self.text(&text, at, anchor, face);
    }

    /// Slanted lines inside `frame`, as one zigzag that runs along its edges: what is not decided yet. A hundred such
    /// frames stay a hundred elements, and no pattern needs an id that two pictures on a page could share.
    pub(crate) fn hatch(&mut self, frame: Frame, shade: impl Into<Shade>) {
        const GAP: f64 = 5.0;
        let shade = shade.into();
        if frame.w <= 1.0 || frame.h <= 1.0 {
            return self.outline(frame, shade);
        }
        let Frame { x, y, w, h } = frame.within_border();
        // The stroke number i joins the point i * GAP along the left and lower edges with the one as far along the
        // upper and right edges.
        let mut points = vec![(x, y)];
        let mut along = GAP;
        let mut upwards = false;
        while along < w + h {
            let low = if along <= h { (0.0, along) } else { (along - h, h) };
            let high = if along <= w { (along, 0.0) } else { (w, along - w) };
            let [first, second] = if upwards { [low, high] } else { [high, low] };
            points.extend([first, second].map(|(right, down)| (x + right, y + down)));
            upwards = !upwards;
            along += GAP;
        }
        self.path(&points, Paint::Hatch, shade);
        self.outline(frame, shade);
    }

    /// The border of `frame`, drawn inside it so that it stays as large as a filled one.
    pub(crate) fn outline(&mut self, frame: Frame, shade: impl Into<Shade>) {
        if frame.w > 1.0 && frame.h > 1.0 {
            self.rect(frame.within_border(), Paint::Outline, shade);
        } else {
            self.rect(frame, Paint::Solid, shade);
        }
    }

    /// The shadow of something: a tint with a border.
    pub(crate) fn ghost(&mut self, frame: Frame, shade: impl Into<Shade>) {
        let shade = shade.into();
        self.rect(frame, Paint::Tint, shade);
        self.outline(frame, shade);
    }

    /// An interval from one point to another, level or upright, with a short bar across each end.
    pub(crate) fn whisker(&mut self, from: (f64, f64), to: (f64, f64), shade: Shade) {
        self.line(from, to, Paint::Whisker, shade);
        let (dx, dy) = if from.1 == to.1 { (0.0, WHISKER_REACH) } else { (WHISKER_REACH, 0.0) };
        for (x, y) in [from, to] {
            self.line((x - dx, y - dy), (x + dx, y + dy), Paint::Whisker, shade);
        }
    }

    /// A place that can be pointed at, focused and read aloud.
    pub(crate) fn mark(&mut self, frame: Frame, label: &str, datum: Vec<usize>) {
        let Frame { x, y, w, h } = frame;
        let tenth = |v: f64| (v * UNITS_PER_PIXEL).round() / UNITS_PER_PIXEL;
        self.marks.push(Mark {
            x: tenth(x),
            y: tenth(y),
            w: tenth(w),
            h: tenth(h),
            label: plain(label),
            datum,
        });
    }

    /// The marks so far; dropping the rest of the canvas ends the SVG that it wrote.
    pub(crate) fn finish(mut self) -> Vec<Mark> {
        done(self.backend.present());
        self.marks
    }
}

/// A picture from what was written: see [`Canvas::finish`].
pub(crate) fn drawing(raw: &str, marks: Vec<Mark>, width: f64, height: f64) -> Drawing {
    let (width, height) = (width.round() as u32, height.ceil() as u32);
    Drawing { svg: restyle::restyle(raw, width, height), width, height, marks }
}

fn shape(paint: Paint, shade: Shade) -> ShapeStyle {
    ShapeStyle::from(sentinel(paint, shade))
}

fn point((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

/// Pixels as backend units; what is no number is drawn at the edge rather than nowhere.
fn units(pixels: f64) -> i32 {
    let pixels = if pixels.is_finite() { pixels.clamp(-FARTHEST, FARTHEST) } else { 0.0 };
    (pixels * UNITS_PER_PIXEL).round() as i32
}

/// The backend writes into a `String`, which cannot fail; its error type is one for files.
fn done<E>(result: Result<(), E>) {
    debug_assert!(result.is_ok());
}
