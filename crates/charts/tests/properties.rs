//! What holds for every spec, however odd: random data with hostile texts, huge and missing numbers, 32 steps of 8
//! groups, at any width.

#![allow(clippy::expect_used)]

use std::collections::BTreeSet;

use cairn_charts::{
    Bar, Bars, Bin, ChartSpec, Drawing, Flow, FlowLink, FlowNode, Funnel, FunnelBar, FunnelGroup,
    FunnelWords, Histogram, HistogramLine, Lines, Mark, Picture, SERIES_TONES, Series, Shape, Size, Tick,
    TickFormat, Tone, Weight, draw, text_width,
};
use proptest::prelude::*;

/// A text as drawn: its words, and the box that the layout reckons with.
#[derive(Debug)]
struct Label {
    #[expect(dead_code, reason = "named in failures")]
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_spec_gives_a_sound_picture(spec in any_spec(), width in 0_u32..1600, height in 0_u32..700) {
        let drawing = draw(&spec, Size { width, height });
        check(&drawing);
    }
}

fn check(drawing: &Drawing) {
    let elements = parse(&drawing.svg);
    for word in ["NaN", "inf", "style=", "<script", "url(", "#"] {
        let outside_texts: bool = elements.iter().any(|e| e.attributes.iter().any(|a| a.1.contains(word)));
        assert!(!outside_texts, "{word} in an attribute of {}", drawing.svg);
    }
    let (width, height) = (f64::from(drawing.width), f64::from(drawing.height));
    for mark in &drawing.marks {
        let inside = mark.x >= -0.1 && mark.y >= -0.1 && mark.w >= 0.0 && mark.h >= 0.0;
        assert!(inside && mark.x + mark.w <= width + 0.1 && mark.y + mark.h <= height + 0.1, "{mark:?}");
    }
    let data: BTreeSet<&[usize]> = drawing.marks.iter().map(|m| m.datum.as_slice()).collect();
    assert_eq!(data.len(), drawing.marks.len(), "two marks for one number");
    for (i, a) in drawing.marks.iter().enumerate() {
        for b in &drawing.marks[i + 1..] {
            assert!(!marks_overlap(a, b), "{a:?} overlaps {b:?}");
        }
    }
    let labels: Vec<Label> = elements.iter().filter(|e| e.name == "text").map(Element::label).collect();
    for (i, a) in labels.iter().enumerate() {
        let inside = a.left >= -1.0 && a.right <= width + 1.0 && a.top >= -1.0 && a.bottom <= height + 1.0;
        assert!(inside, "{a:?} is outside of {width} x {height}");
        for b in &labels[i + 1..] {
            let apart =
                a.right <= b.left + 0.5 || b.right <= a.left + 0.5 || a.bottom <= b.top || b.bottom <= a.top;
            assert!(apart, "{a:?} and {b:?} overlap in\n{}", drawing.svg);
        }
    }
}

fn marks_overlap(a: &Mark, b: &Mark) -> bool {
    let common = |from_a: f64, size_a: f64, from_b: f64, size_b: f64| {
        (from_a + size_a).min(from_b + size_b) - from_a.max(from_b)
    };
    // Frames are rounded to tenths.
    common(a.x, a.w, b.x, b.w) > 0.15 && common(a.y, a.h, b.y, b.h) > 0.15
}

// A strict reader of the little XML that a picture is made of. It panics where a browser's would fail.

#[derive(Debug)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Element {
    fn get(&self, key: &str) -> &str {
        self.attributes.iter().find(|a| a.0 == key).map_or("", |a| a.1.as_str())
    }

    fn label(&self) -> Label {
        let number = |key: &str| self.get(key).parse::<f64>().expect(key);
        let size = number("font-size");
        let strong = self.get("class").contains("chart-strong");
        let weight = if strong { Weight::Strong } else { Weight::Regular };
        let width = text_width(&self.text, size, weight);
        let left = match self.get("text-anchor") {
            "end" => number("x") - width,
            "middle" => number("x") - width / 2.0,
            _ => number("x"),
        };
        let baseline = number("y");
        let (top, bottom) = (baseline - 0.74 * size, baseline + 0.2 * size);
        Label { text: self.text.clone(), left, right: left + width, top, bottom }
    }
}

fn parse(svg: &str) -> Vec<Element> {
    let (mut elements, mut open): (Vec<Element>, Vec<String>) = (Vec::new(), Vec::new());
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        let text = unescape(&rest[..at]);
        if let Some(element) = elements.last_mut().filter(|_| open.last().is_some_and(|o| o == "text")) {
            element.text.push_str(&text);
        } else {
            assert!(text.trim().is_empty(), "text between elements: {text:?}");
        }
        let end = at + rest[at..].find('>').expect("a tag is closed");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "tags nest");
            continue;
        }
        let (body, closed) = tag.strip_suffix('/').map_or((tag, false), |body| (body, true));
        let element = start_tag(body);
        if !closed {
            open.push(element.name.clone());
        }
        elements.push(element);
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "left open: {open:?}, left over: {rest:?}");
    elements
}

fn start_tag(body: &str) -> Element {
    let (name, mut rest) = body.split_once(' ').unwrap_or((body, ""));
    assert!(name.chars().all(|c| c.is_ascii_lowercase()), "element {name:?}");
    let mut attributes = Vec::new();
    while !rest.trim().is_empty() {
        let (key, after) = rest.split_once("=\"").expect("an attribute has a quoted value");
        let (value, after) = after.split_once('"').expect("a value ends");
        assert!(!value.contains('<'));
        attributes.push((key.trim().to_owned(), unescape(value)));
        rest = after;
    }
    Element { name: name.to_owned(), attributes, text: String::new() }
}

fn unescape(text: &str) -> String {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, after) = part.split_once(';').expect("an entity ends");
        out.push(match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            other => panic!("unknown entity {other}"),
        });
        out.push_str(after);
    }
    let legal = |c: char| matches!(c, '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(out.chars().all(legal), "a character that XML forbids in {out:?}");
    out
}

// Specs.

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z_ ]{0,40}",
        1 => any::<String>(),
        1 => prop::sample::select(vec![
            "</text><script>alert(1)</script>",
            "a & b < c > \"d\" 'e'",
            "\u{202e}gnp.exe\u{2066}",
            "👨\u{200d}👩\u{200d}👧\u{200d}👦 family 🇩🇪",
            "Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}a\u{300}\u{301}\u{302}\u{303}lgo",
            "תהליך ההרשמה הושלם בהצלחה",
            "アカウントの作成が完了しました、おめでとうございます",
            "Donaudampfschifffahrtsgesellschaftskapitänsmütze",
            "\u{0}\u{1}\u{b}\u{7f}\u{fffe}",
        ]).prop_map(str::to_owned),
    ]
}

fn short_text() -> impl Strategy<Value = String> {
    prop_oneof![6 => "[0-9]{1,3}\\.[0-9] %", 1 => any_text(), 1 => Just(String::new())]
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => 0.0..10_000.0,
        2 => -50.0..50.0,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![0.0, -0.0, 1e-300, 1e308, -1e308, f64::NAN, f64::INFINITY]),
    ]
}

fn any_tone() -> impl Strategy<Value = Option<Tone>> {
    prop_oneof![
        3 => Just(None),
        1 => any::<u8>().prop_map(|n| Some(Tone::Series(n))),
        1 => prop::sample::select(vec![Some(Tone::Above), Some(Tone::Below), Some(Tone::Other)]),
    ]
}

fn any_spec() -> impl Strategy<Value = ChartSpec> {
    let picture = prop_oneof![
        2 => any_funnel().prop_map(Picture::Funnel),
        1 => any_bars().prop_map(Picture::Bars),
        1 => any_lines().prop_map(Picture::Lines),
        1 => any_histogram().prop_map(Picture::Histogram),
        2 => any_flow().prop_map(Picture::Flow),
    ];
    (picture, any_text()).prop_map(|(picture, empty)| ChartSpec { picture, empty })
}

fn any_funnel_bar() -> impl Strategy<Value = FunnelBar> {
    let numbers = (any_number(), any_number(), any_number(), prop::option::of((any_number(), any_number())));
    let texts = (short_text(), short_text(), short_text(), any_text());
    (numbers, texts).prop_map(|((reached, open, lost, interval), (share, value, conversion, label))| {
        FunnelBar { reached, open, lost, interval, share, value, conversion, label }
    })
}

fn any_funnel() -> impl Strategy<Value = Funnel> {
    let group = |n: usize| {
        (any_text(), any_tone(), prop::collection::vec(any_funnel_bar(), n..=n))
            .prop_map(|(name, tone, bars)| FunnelGroup { name, tone, bars })
    };
    let sized = prop_oneof![6 => (0_usize..8, 0_usize..4), 1 => (0_usize..33, 0_usize..10)];
    sized.prop_flat_map(move |(n_steps, n_groups)| {
        let steps = prop::collection::vec(any_text(), n_steps..=n_steps);
        let groups = prop::collection::vec(group(n_steps), n_groups..=n_groups);
        let words = (any_text(), any_text(), any_text());
        (steps, groups, words).prop_map(|(steps, groups, (reached, open, lost))| Funnel {
            steps,
            groups,
            words: FunnelWords { reached, open, lost },
        })
    })
}

fn any_bars() -> impl Strategy<Value = Bars> {
    let interval = prop::option::of((any_number(), any_number()));
    let bar = (any_text(), any_number(), short_text(), short_text(), interval, any_tone(), any_text())
        .prop_map(|(name, value, text, note, interval, tone, label)| Bar {
            name,
            value,
            text,
            note,
            interval,
            tone,
            label,
        });
    prop::collection::vec(bar, 0..20).prop_map(|bars| Bars { bars })
}

fn any_ticks() -> impl Strategy<Value = Vec<Tick>> {
    let tick = (any_number(), any_text(), 0_u8..4).prop_map(|(at, text, rank)| Tick { at, text, rank });
    prop::collection::vec(tick, 0..40)
}

fn any_format() -> impl Strategy<Value = TickFormat> {
    prop_oneof![
        Just(TickFormat::default()),
        Just(TickFormat::counts()),
        Just(TickFormat { after: " %".to_owned(), factor: 100.0, ..TickFormat::default() }),
    ]
}

fn any_lines() -> impl Strategy<Value = Lines> {
    let series = (any_text(), prop::collection::vec(prop::option::of(any_number()), 0..60), any_tone())
        .prop_map(|(name, values, tone)| Series { name, values, tone });
    let series = prop::collection::vec(series, 0..(SERIES_TONES + 6));
    let shape = prop::sample::select(vec![Shape::Line, Shape::Area]);
    let at = prop::collection::vec(any_number(), 0..60);
    (at, prop::collection::vec(any_text(), 0..60), series, any_ticks(), any_format(), shape).prop_map(
        |(mut at, labels, series, ticks, values, shape)| {
            at.sort_by(f64::total_cmp);
            Lines { at, labels, series, ticks, values, shape, ..Lines::default() }
        },
    )
}

/// Up to four steps with up to six nodes each, and links between any of them: some lead nowhere, back or in a circle.
fn any_flow() -> impl Strategy<Value = Flow> {
    let node = (any_number(), any_number(), any_text(), any_text(), any_tone()).prop_map(
        |(value, ended, name, text, tone)| FlowNode {
            value,
            ended,
            label: name.clone(),
            name,
            text,
            tone,
            ..FlowNode::default()
        },
    );
    let steps = prop::collection::vec(prop::collection::vec(node, 1..6), 0..4);
    let link =
        (0..30_usize, 0..30_usize, any_number()).prop_map(|(from, to, value)| FlowLink { from, to, value });
    (steps, prop::collection::vec(link, 0..20), any_text()).prop_map(|(steps, links, ended)| {
        let nodes = steps
            .into_iter()
            .enumerate()
            .flat_map(|(step, nodes)| nodes.into_iter().map(move |node| FlowNode { step, ..node }));
        Flow { nodes: nodes.collect(), links, ended }
    })
}

fn any_histogram() -> impl Strategy<Value = Histogram> {
    let bins = prop::collection::vec((0.0..100.0, any_number(), any_text()), 0..50).prop_map(|steps| {
        let mut from = 0.0;
        let bin = |(width, count, label): (f64, f64, String)| {
            let bin = Bin { from, to: from + width, count, label };
            from = bin.to;
            bin
        };
        steps.into_iter().map(bin).collect::<Vec<_>>()
    });
    let line = (any_number(), any_text()).prop_map(|(at, text)| HistogramLine { at, text });
    (bins, any_ticks(), any_format(), prop::collection::vec(line, 0..4))
        .prop_map(|(bins, ticks, counts, lines)| Histogram { bins, ticks, counts, lines })
}

#[test]
fn the_largest_funnel_is_drawn_at_every_width() {
    let bar = |k: usize| FunnelBar {
        reached: 1e6 / (k + 1) as f64,
        lost: 100.0,
        share: "12.3 %".to_owned(),
        value: "123,456".to_owned(),
        conversion: if k > 0 { "45.6 %".to_owned() } else { String::new() },
        ..FunnelBar::default()
    };
    let group =
        |g: usize| FunnelGroup { name: format!("Group {g}"), tone: None, bars: (0..32).map(bar).collect() };
    let funnel = Funnel {
        steps: (0..32).map(|k| format!("Step number {k}")).collect(),
        groups: (0..8).map(group).collect(),
        words: FunnelWords::default(),
    };
    let spec = ChartSpec { picture: Picture::Funnel(funnel), empty: String::new() };
    for width in [328, 680, 1100, 2560] {
        let drawing = draw(&spec, Size { width, height: 360 });
        assert_eq!(drawing.marks.len(), 32 * 8);
        check(&drawing);
    }
}

#[test]
fn a_picture_without_data_says_what_the_caller_wrote() {
    for picture in [
        Picture::Bars(Bars::default()),
        Picture::Funnel(Funnel::default()),
        Picture::Histogram(Histogram::default()),
    ] {
        let spec = ChartSpec { picture, empty: "No data".to_owned() };
        let drawing = draw(&spec, Size { width: 400, height: 300 });
        assert!(drawing.svg.contains(">No data</text>"), "{}", drawing.svg);
        assert!(drawing.marks.is_empty());
    }
}

#[test]
fn a_picture_as_a_file_holds_its_style_sheet() {
    let spec = ChartSpec { picture: Picture::Bars(Bars::default()), empty: "No data".to_owned() };
    let file = draw(&spec, Size { width: 400, height: 300 }).standalone(".chart { color: red }");
    assert!(file.starts_with("<svg ") && file.ends_with("</svg>\n"));
    assert!(file.contains("<style><![CDATA[\n.chart { color: red }\n]]></style>"));
}
