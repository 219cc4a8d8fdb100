//! A funnel: how many reach each step, how many are lost on the way, how many may still arrive.
//!
//! Three layouts. One group on a wide canvas is drawn as upright bars joined by slopes (`columns`). Several groups on a
//! wide canvas become a grid, a line per group and a column per step, so that one reads down a column which group gets
//! stuck there: bars compare best from a common baseline (`grid`). Where neither fits, steps stand under each other
//! (`rows`).

mod columns;
mod grid;
mod rows;

use crate::canvas::{Anchor, Canvas, Face, Frame, Paint, Shade};
use crate::key::{self, Swatch};
use crate::text::{plain, wrap};
use crate::{Tone, amount, finite};

/// Under this width the steps always stand under each other.
const NARROW: f64 = 480.0;

/// Steps in order, for one group or several. Without a step or a group the picture is empty. A mark's datum is
/// `[group, step]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Funnel {
    /// The names of the steps.
    pub steps: Vec<String>,
    /// The groups: one without a breakdown. The first eight have colors of their own.
    pub groups: Vec<FunnelGroup>,
    /// The words of the key.
    pub words: FunnelWords,
}

/// What the key says. An empty word leaves its entry out, and entries that the picture does not need are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunnelWords {
    /// For the solid part: those who reached the step.
    pub reached: String,
    /// For the hatched part: those who may still reach it.
    pub open: String,
    /// For the tinted part: those who were lost before it.
    pub lost: String,
}

/// One group's way through the steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunnelGroup {
    /// The group's name; may be empty if there is only one.
    pub name: String,
    /// Its color; by default the series colors in order.
    pub tone: Option<Tone>,
    /// One for each step. Bars are as long as their share of the first step's `reached`.
    pub bars: Vec<FunnelBar>,
}

/// One step of one group. The three numbers are in one unit, such as users; below zero or not finite counts as zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunnelBar {
    /// How many reached the step.
    pub reached: f64,
    /// How many reached the step before, not this one, and may still.
    pub open: f64,
    /// How many reached the step before and were lost.
    pub lost: f64,
    /// The ends of an interval around `reached`, in the same unit.
    pub interval: Option<(f64, f64)>,
    /// The share of the first step, as it should be read: `64.2 %`.
    pub share: String,
    /// The number, as it should be read: `5,271`.
    pub value: String,
    /// The share of the step before, as it should be read; empty for the first step.
    pub conversion: String,
    /// What the mark says.
    pub label: String,
}

pub(crate) fn draw(canvas: &mut Canvas, funnel: &Funnel, height: f64) -> Option<f64> {
    let groups: Vec<Group> = funnel.groups.iter().enumerate().map(|(i, g)| Group::of(i, g)).collect();
    if groups.is_empty() || funnel.steps.is_empty() {
        return None;
    }
    let steps: Vec<String> = funnel.steps.iter().map(|step| plain(step)).collect();
    let top = draw_key(canvas, &groups, &funnel.words);
    let wide = canvas.width() >= NARROW;
    Some(match groups.as_slice() {
        [group] if wide && columns::fits(canvas.width(), group, steps.len()) => {
            columns::draw(canvas, group, &steps, top, height)
        }
        [group] => rows::draw_one(canvas, group, &steps, top),
        many if wide && grid::fits(canvas.width(), many, steps.len()) => {
            grid::draw(canvas, many, &steps, top)
        }
        many => rows::draw_many(canvas, many, &steps, top),
    })
}

/// A group ready to draw.
struct Group<'a> {
    index: usize,
    name: String,
    tone: Tone,
    bars: Vec<Part<'a>>,
}

/// A bar as shares of the group's first step; the three sum to 1 at most.
struct Part<'a> {
    reached: f64,
    open: f64,
    lost: f64,
    interval: Option<(f64, f64)>,
    texts: &'a FunnelBar,
}

impl<'a> Group<'a> {
    fn of(index: usize, group: &'a FunnelGroup) -> Self {
        let whole = group.bars.first().map_or(0.0, |bar| amount(bar.reached));
        let share = |value: f64| if whole > 0.0 { (amount(value) / whole).min(1.0) } else { 0.0 };
        let part = |texts: &'a FunnelBar| {
            let reached = share(texts.reached);
            let open = share(texts.open).min(1.0 - reached);
            let lost = share(texts.lost).min(1.0 - reached - open).max(0.0);
            let ends = texts.interval.and_then(|(low, high)| Some((finite(low)?, finite(high)?)));
            let interval = ends.map(|(low, high)| (share(low.min(high)), share(low.max(high))));
            Part { reached, open, lost, interval, texts }
        };
        let tone = group.tone.unwrap_or(Tone::Series(index.min(255) as u8));
        Self { index, name: plain(&group.name), tone, bars: group.bars.iter().map(part).collect() }
    }
}

/// The key of the three parts, as far as they occur; gives its height.
fn draw_key(canvas: &mut Canvas, groups: &[Group], words: &FunnelWords) -> f64 {
    let occurs = |part: fn(&Part) -> f64| groups.iter().flat_map(|g| &g.bars).any(|bar| part(bar) > 0.0);
    let shade = match groups {
        [group] => Shade::Data(group.tone),
        _ => Shade::Data(Tone::Other),
    };
    let mut entries = Vec::new();
    if occurs(|bar| bar.open) {
        entries.push((Swatch::Hatch(shade), words.open.as_str()));
    }
    if occurs(|bar| bar.lost) {
        entries.push((Swatch::Ghost(shade), words.lost.as_str()));
    }
    if entries.is_empty() {
        return 0.0;
    }
    entries.insert(0, (Swatch::Solid(shade), words.reached.as_str()));
    key::draw(canvas, &entries, 0.0, 0.0)
}

/// A level bar: `track` is the whole of 100 %.
fn draw_level_bar(canvas: &mut Canvas, part: &Part, track: Frame, tone: Tone) {
    let solid = track.w * part.reached;
    let open = track.w * part.open;
    let lost = track.w * part.lost;
    let piece = |from: f64, w: f64| Frame::new(track.x + from, track.y, w, track.h);
    if lost > 0.0 {
        canvas.ghost(piece(solid + open, lost), tone);
    }
    if open > 0.0 {
        canvas.hatch(piece(solid, open), tone);
    }
    // Whoever is there at all is seen, if only as a line.
    let visible = if part.reached > 0.0 { solid.max(1.0) } else { 0.0 };
    canvas.rect(piece(0.0, visible), Paint::Solid, tone);
    if let Some((low, high)) = part.interval {
        // Just below the bar, where it needs no contrast with three different fills.
        let y = track.bottom() + 4.5;
        canvas.whisker((track.x + track.w * low, y), (track.x + track.w * high, y), Shade::Ink);
    }
}

/// The lines of a step's name, two at most, in `room` pixels beside its number.
fn step_name(index: usize, name: &str, room: f64) -> Vec<String> {
    wrap(name, Face::NAME.size, Face::NAME.weight(), room - number_width(index), 2)
}

/// How many lines a step's number and name take: one or two.
fn step_lines(index: usize, name: &str, room: f64) -> usize {
    step_name(index, name, room).len().max(1)
}

/// Draws a step's number and its name, as [`step_name`] breaks it; `at` is the first baseline.
fn draw_step_name(canvas: &mut Canvas, index: usize, name: &str, at: (f64, f64), room: f64) {
    canvas.text(&format!("{}", index + 1), at, Anchor::Start, &Face::VALUE.shaded(Shade::Faint));
    let x = at.0 + number_width(index);
    for (i, line) in step_name(index, name, room).iter().enumerate() {
        canvas.text(line, (x, at.1 + 17.0 * i as f64), Anchor::Start, &Face::NAME);
    }
}

fn number_width(index: usize) -> f64 {
    Face::VALUE.width(&format!("{}", index + 1)) + 6.0
}

/// The text of a conversion with its arrow, or nothing.
fn arrow(arrow: char, conversion: &str) -> String {
    let conversion = plain(conversion);
    if conversion.trim().is_empty() { String::new() } else { format!("{arrow} {conversion}") }
}
