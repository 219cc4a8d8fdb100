//! A flow: nodes in steps, as high as what passes them, and bands between them as wide as what goes from one to the
//! other (a Sankey diagram). At every node, what comes in and what starts there is what goes out and what ends there.
//!
//! Steps stand side by side where there is room for names between them, else under each other, with the bands going down.

use crate::canvas::{Anchor, Canvas, Face, Frame, Paint, Shade};
use crate::key::{self, Swatch};
use crate::text::{fit, plain};
use crate::{Tone, amount};

/// How thick a node's bar is.
const BAR: f64 = 10.0;
/// How far the part of a node that ends there reaches out.
const STUB: f64 = 12.0;
/// What a node takes besides its bar: room for its name.
const NODE_AIR: f64 = 24.0;
/// Steps stand side by side if each has this much room.
const LEAST_STEP: f64 = 116.0;
/// How far steps lie from each other where they stand under each other.
const STEP_DOWN: f64 = 104.0;
/// What lies between nodes of such a step, and how wide a node's mark is at least.
const GAP_DOWN: f64 = 6.0;
/// Into how many straight pieces the edge of a band is cut.
const PIECES: usize = 16;

/// Nodes and the links between them. Without a node the picture is empty. A mark's datum is `[node]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// The nodes, those of one step in the order in which they stand there.
    pub nodes: Vec<FlowNode>,
    /// The links.
    pub links: Vec<FlowLink>,
    /// What the key says of the part of a node that goes no further; empty = no key.
    pub ended: String,
}

/// A place on the way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowNode {
    /// The step that it stands at, from 0.
    pub step: usize,
    /// Its name.
    pub name: String,
    /// How much passes it. Below zero or not finite counts as zero.
    pub value: f64,
    /// How much of that goes no further.
    pub ended: f64,
    /// The value as it should be read.
    pub text: String,
    /// Its color; by default the accent.
    pub tone: Option<Tone>,
    /// What the mark says.
    pub label: String,
}

/// A way from one node to one of a later step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlowLink {
    /// Index of the node that it comes from.
    pub from: usize,
    /// Index of the node that it leads to.
    pub to: usize,
    /// How much goes this way.
    pub value: f64,
}

pub(crate) fn draw(canvas: &mut Canvas, flow: &Flow, height: f64) -> Option<f64> {
    let n_steps = flow.nodes.iter().map(|node| node.step + 1).max()?;
    let ends = flow.nodes.iter().any(|node| amount(node.ended) > 0.0);
    let entries = [(Swatch::Ghost(Shade::Data(Tone::Other)), flow.ended.as_str())];
    let top = if ends { key::draw(canvas, &entries, 0.0, 0.0) } else { 0.0 };
    let layout = Layout::of(canvas.width(), flow, n_steps, top, height);
    let places = layout.places(flow);
    draw_links(canvas, flow, &layout, &places);
    for (index, node) in flow.nodes.iter().enumerate() {
        draw_node(canvas, index, node, &layout, places[index]);
    }
    Some(layout.height)
}

/// Where a node stands: along the way, and from where to where across it.
#[derive(Clone, Copy, Debug)]
struct Place {
    along: f64,
    start: f64,
    size: f64,
}

/// Which way the bands go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Right,
    Down,
}

struct Layout {
    way: Way,
    /// From one step to the next.
    step: f64,
    /// The length across the way, and where it starts.
    across: f64,
    origin: f64,
    /// Pixels across for one of what passes.
    scale: f64,
    top: f64,
    height: f64,
}

impl Layout {
    fn of(width: f64, flow: &Flow, n_steps: usize, top: f64, height: f64) -> Self {
        let way = if width / n_steps as f64 >= LEAST_STEP { Way::Right } else { Way::Down };
        let crowd = (0..n_steps).map(|step| of_step(flow, step).count()).max().unwrap_or(0) as f64;
        let (across, step, origin, height) = match way {
            Way::Right => {
                let height = height.max(top + crowd * (NODE_AIR + 6.0));
                (height - top, width / n_steps as f64, top, height)
            }
            Way::Down => (width, STEP_DOWN, 0.0, top + STEP_DOWN * n_steps as f64 - 40.0),
        };
        // A pixel more for each, since none is thinner than one.
        let air = if way == Way::Right { NODE_AIR } else { GAP_DOWN } + 1.0;
        let scale_of = |step: usize| {
            let whole: f64 = of_step(flow, step).map(|(_, node)| amount(node.value)).sum();
            let room = across - air * of_step(flow, step).count() as f64;
            if whole > 0.0 { room.max(1.0) / whole } else { f64::MAX }
        };
        let scale = (0..n_steps).map(scale_of).fold(f64::MAX, f64::min);
        Self { way, step, across, origin, scale: if scale < f64::MAX { scale } else { 0.0 }, top, height }
    }

    /// The places of all nodes, those of a step from the start on.
    fn places(&self, flow: &Flow) -> Vec<Place> {
        let air = if self.way == Way::Right { NODE_AIR } else { GAP_DOWN };
        let mut ends: Vec<f64> = Vec::new();
        let place = |node: &FlowNode| {
            if ends.len() <= node.step {
                ends.resize(node.step + 1, self.origin);
            }
            let start = ends[node.step];
            let size = (amount(node.value) * self.scale).clamp(1.0, self.across);
            ends[node.step] = start + size + air;
            Place { along: node.step as f64 * self.step, start, size }
        };
        flow.nodes.iter().map(place).collect()
    }

    /// A point of the way as one of the picture.
    fn point(&self, along: f64, across: f64) -> (f64, f64) {
        match self.way {
            Way::Right => (along, across),
            Way::Down => (across, self.top + 20.0 + along),
        }
    }

    fn frame(&self, along: f64, across: f64, length: f64, size: f64) -> Frame {
        let (x, y) = self.point(along, across);
        match self.way {
            Way::Right => Frame::new(x, y, length, size),
            Way::Down => Frame::new(x, y, size, length),
        }
    }
}

fn of_step(flow: &Flow, step: usize) -> impl Iterator<Item = (usize, &FlowNode)> {
    flow.nodes.iter().enumerate().filter(move |(_, node)| node.step == step)
}

/// The bands, stacked at both ends in the order of the nodes that they join.
fn draw_links(canvas: &mut Canvas, flow: &Flow, layout: &Layout, places: &[Place]) {
    let is_drawn = |link: &&FlowLink| {
        let steps = flow.nodes.get(link.from).zip(flow.nodes.get(link.to));
        steps.is_some_and(|(from, to)| from.step < to.step) && amount(link.value) > 0.0
    };
    let mut links: Vec<FlowLink> = flow.links.iter().filter(is_drawn).copied().collect();
    let mut taken_in = vec![0.0; places.len()];
    let mut taken_out = vec![0.0; places.len()];
    let mut bands = Vec::new();
    links.sort_by_key(|link| (link.to, link.from));
    let mut entries = std::collections::BTreeMap::new();
    for link in &links {
        entries.insert((link.from, link.to), taken_in[link.to]);
        taken_in[link.to] += amount(link.value) * layout.scale;
    }
    links.sort_by_key(|link| (link.from, link.to));
    for link in &links {
        let size = amount(link.value) * layout.scale;
        let (from, to) = (places[link.from], places[link.to]);
        let entry = entries.get(&(link.from, link.to)).copied().unwrap_or(0.0);
        bands.push((
            link.from,
            from.start + taken_out[link.from],
            to.start + entry,
            size,
            from.along + BAR,
            to.along,
        ));
        taken_out[link.from] += size;
    }
    for (from, leaves, enters, size, start, end) in bands {
        let edge = |shift: f64| {
            (0..=PIECES).map(move |piece| {
                let share = piece as f64 / PIECES as f64;
                // Level at both ends, as a smooth curve by a polynomial.
                let bend = share * share * (3.0 - 2.0 * share);
                (start + (end - start) * share, leaves + (enters - leaves) * bend + shift)
            })
        };
        let points: Vec<(f64, f64)> = edge(0.0)
            .chain(edge(size.max(0.5)).collect::<Vec<_>>().into_iter().rev())
            .map(|(along, across)| layout.point(along, across))
            .collect();
        canvas.polygon(&points, Paint::Tint, tone_of(&flow.nodes[from]));
    }
}

fn tone_of(node: &FlowNode) -> Tone {
    node.tone.unwrap_or(Tone::Series(0))
}

fn draw_node(canvas: &mut Canvas, index: usize, node: &FlowNode, layout: &Layout, place: Place) {
    let Place { along, start, size } = place;
    let ended = (amount(node.ended) * layout.scale).min(size);
    if ended > 0.0 {
        canvas.ghost(layout.frame(along + BAR, start + size - ended, STUB, ended), Tone::Other);
    }
    canvas.rect(layout.frame(along, start, BAR, size), Paint::Solid, tone_of(node));
    let (name, text) = (plain(&node.name), plain(&node.text));
    match layout.way {
        Way::Right => {
            let room = layout.step - BAR - STUB - 10.0;
            let x = along + BAR + STUB + 4.0;
            let y = start + (size / 2.0).max(6.0) - 1.0;
            let (over, note) = (Face::NAME.painted(Paint::Over), Face::NOTE.painted(Paint::Over));
            let text = fit(&text, note.size, note.weight(), room * 0.45);
            let number = note.width(&text) + 6.0;
            let name = fit(&name, over.size, over.weight(), room - number);
            canvas.text(&name, (x, over.baseline_at(y)), Anchor::Start, &over);
            let beside = if name.is_empty() { x } else { x + over.width(&name) + 6.0 };
            canvas.text(&text, (beside, note.baseline_at(y)), Anchor::Start, &note);
            let h = size.max(NODE_AIR - 4.0);
            canvas.mark(Frame::new(along, start, layout.step - 6.0, h), &node.label, vec![index]);
        }
        Way::Down => {
            let (x, y) = layout.point(along, start);
            canvas.text_within(
                &name,
                (x, y - 6.0),
                size.max(8.0),
                Anchor::Start,
                &Face::NOTE.shaded(Shade::Ink),
            );
            canvas.mark(
                Frame::new(x, y - 18.0, size.max(GAP_DOWN), 18.0 + BAR + STUB),
                &node.label,
                vec![index],
            );
        }
    }
}
