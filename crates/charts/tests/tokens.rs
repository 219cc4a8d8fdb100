//! The style sheets keep their promises: contrast, colors that color-blind eyes tell apart, a rule for every class.
//!
//! `cargo test -p cairn-charts --test tokens -- --nocapture` prints the numbers.

#![allow(clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use cairn_charts::{Size, draw};

mod common;

type Rgb = [f64; 3];

/// The papers that text and charts lie on.
const PAPERS: [&str; 5] = ["paper", "surface", "sunken", "raised", "hover"];

fn css(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../www/styles").join(name);
    std::fs::read_to_string(path).expect("the style sheet is there")
}

/// The colors of one theme (0 light, 1 dark), by name without `--color-`, as linear light 0..1.
fn theme(index: usize) -> BTreeMap<String, Rgb> {
    let mut colors = BTreeMap::new();
    for line in css("tokens.css").lines() {
        let Some((name, value)) = line.trim().strip_prefix("--color-").and_then(|l| l.split_once(": "))
        else {
            continue;
        };
        let pair = value.strip_prefix("light-dark(").and_then(|v| v.strip_suffix(");"));
        let Some(color) = pair.and_then(|pair| pair.split(", ").nth(index)) else { continue };
        if let Some(hex) = color.strip_prefix('#') {
            colors.insert(name.to_owned(), linear(hex));
        }
    }
    colors
}

fn linear(hex: &str) -> Rgb {
    [0, 2, 4].map(|i| {
        let byte = u8::from_str_radix(&hex[i..i + 2], 16).expect("a color is six hexadecimal digits");
        let value = f64::from(byte) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

/// WCAG 2.2, "contrast ratio".
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let luminance = |[r, g, b]: Rgb| 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_has_a_contrast_of_at_least_4_5() {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for ink in ["ink", "ink-soft", "ink-faint", "accent", "accent-strong", "warning", "warning-strong"] {
        pairs.extend(PAPERS.iter().map(|&paper| (ink, paper)));
    }
    pairs.extend([
        ("ink", "pressed"),
        ("ink", "accent-soft"),
        ("ink-soft", "accent-soft"),
        ("accent", "accent-soft"),
        ("accent-strong", "accent-soft"),
        ("ink", "warning-soft"),
        ("warning", "warning-soft"),
        ("on-accent", "accent"),
        ("on-accent", "accent-strong"),
        ("on-accent", "series-1"),
        ("on-warning", "warning"),
        ("ink-inverse", "ink"),
    ]);
    for (index, name) in ["light", "dark"].iter().enumerate() {
        let colors = theme(index);
        let ratio = |pair: &(&str, &str)| contrast(colors[pair.0], colors[pair.1]);
        let least = pairs.iter().min_by(|a, b| ratio(a).total_cmp(&ratio(b))).expect("there are pairs");
        println!("{name}: least contrast of text {:.2} ({} on {})", ratio(least), least.0, least.1);
        assert!(ratio(least) >= 4.5);
    }
}

#[test]
fn graphics_have_a_contrast_of_at_least_3() {
    let series: Vec<String> = (1..=8).map(|n| format!("series-{n}")).collect();
    for (index, name) in ["light", "dark"].iter().enumerate() {
        let colors = theme(index);
        let mut least = (f64::INFINITY, String::new());
        let mut ask = |graphic: &str, paper: &str| {
            let ratio = contrast(colors[graphic], colors[paper]);
            if ratio < least.0 {
                least = (ratio, format!("{graphic} on {paper}"));
            }
        };
        // Charts lie on the page or on a card; controls and the focus ring on any paper.
        for paper in ["paper", "surface"] {
            series.iter().map(String::as_str).chain(["other"]).for_each(|graphic| ask(graphic, paper));
        }
        for paper in PAPERS {
            ["line-strong", "axis", "focus"].iter().for_each(|graphic| ask(graphic, paper));
        }
        println!("{name}: least contrast of a graphic {:.2} ({})", least.0, least.1);
        assert!(least.0 >= 3.0);
    }
}

/// Full dichromacy after Machado, Oliveira & Fernandes (2009), table 1, severity 1.0, on linear light.
const EYES: [(&str, [Rgb; 3]); 4] = [
    ("normal", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protan",
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    ),
    (
        "deutan",
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    ),
    (
        "tritan",
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ),
];

#[test]
fn series_colors_stay_apart_for_color_blind_eyes() {
    for (index, name) in ["light", "dark"].iter().enumerate() {
        let colors = theme(index);
        for (eye, matrix) in EYES {
            let seen = |n: usize| lab(matrix.map(|row| dot(row, colors[&format!("series-{n}")])));
            let mut least = (f64::INFINITY, 0, 0);
            for a in 1..=8 {
                for b in a + 1..=8 {
                    let distance = delta_e(seen(a), seen(b));
                    if distance < least.0 {
                        least = (distance, a, b);
                    }
                }
            }
            println!("{name}, {eye}: closest are {} and {}, Delta E {:.1}", least.1, least.2, least.0);
            assert!(least.0 >= 12.0, "{name}, {eye}: {} and {} look alike", least.1, least.2);
        }
    }
}

fn dot(a: Rgb, b: Rgb) -> f64 {
    (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]).clamp(0.0, 1.0)
}

/// CIE L*a*b* (D65) of linear sRGB.
fn lab(c: Rgb) -> Rgb {
    let plain = |row: Rgb| row[0] * c[0] + row[1] * c[1] + row[2] * c[2];
    let f = |t: f64| if t > 0.008856 { t.cbrt() } else { (903.3 * t + 16.0) / 116.0 };
    let x = f(plain([0.4124564, 0.3575761, 0.1804375]) / 0.95047);
    let y = f(plain([0.2126729, 0.7151522, 0.0721750]));
    let z = f(plain([0.0193339, 0.1191920, 0.9503041]) / 1.08883);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// CIEDE2000 after Sharma, Wu & Dalal (2005).
fn delta_e([l1, a1, b1]: Rgb, [l2, a2, b2]: Rgb) -> f64 {
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25_f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh(f64::midpoint(a1.hypot(b1), a2.hypot(b2))));
    let (a1, a2) = (a1 * (1.0 + g), a2 * (1.0 + g));
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| b.atan2(a).to_degrees().rem_euclid(360.0);
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let turn = (h2 - h1 + 540.0).rem_euclid(360.0) - 180.0;
    let (dl, dc) = (l2 - l1, c2 - c1);
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (l, c, h) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2), h1 + turn / 2.0);
    let cosine = |times: f64, shift: f64| (times * h + shift).to_radians().cos();
    let t = 1.0 - 0.17 * cosine(1.0, -30.0) + 0.24 * cosine(2.0, 0.0) + 0.32 * cosine(3.0, 6.0)
        - 0.2 * cosine(4.0, -63.0);
    let off = (l - 50.0).powi(2);
    let (sl, sc, sh) = (1.0 + 0.015 * off / (20.0 + off).sqrt(), 1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let around = 30.0 * (-((h.rem_euclid(360.0) - 275.0) / 25.0).powi(2)).exp();
    let rt = -2.0 * seventh(c) * (2.0 * around).to_radians().sin();
    let (l, c, h) = (dl / sl, dc / sc, dh / sh);
    (l * l + c * c + h * h + rt * c * h).sqrt()
}

#[test]
fn the_distance_of_colors_is_the_published_one() {
    // Pairs 1, 7 and 16 of the test data in Sharma, Wu & Dalal (2005), table 1.
    for (a, b, expected) in [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
        ([50.0, 2.5, 0.0], [50.0, 0.0, -2.5], 4.3065),
    ] {
        assert!((delta_e(a, b) - expected).abs() < 1e-4, "{a:?} {b:?}: {}", delta_e(a, b));
    }
}

#[test]
fn every_class_of_every_picture_has_a_rule() {
    let sheet = css("chart.css");
    for (_, spec) in common::all() {
        for (width, height) in common::SIZES {
            let svg = draw(&spec, Size { width, height }).svg;
            for class in svg.split("class=\"").skip(1).filter_map(|s| s.split('"').next()) {
                for name in class.split(' ') {
                    let rule = [" ", ",", " {"].iter().any(|end| sheet.contains(&format!(".{name}{end}")));
                    assert!(rule, "no rule for .{name}");
                }
            }
        }
    }
}

#[test]
fn colors_are_written_in_the_tokens_only() {
    let sheet = css("chart.css");
    let words = ["#", "rgb(", "hsl(", "oklch(", ": white", ": black"];
    assert!(words.iter().all(|word| !sheet.contains(word)));
}

#[test]
fn every_token_that_charts_use_exists() {
    let tokens = css("tokens.css");
    for name in css("chart.css").split("var(").skip(1).filter_map(|s| s.split(')').next()) {
        let own = name.starts_with("--chart-");
        assert!(own || tokens.contains(&format!("  {name}: ")), "{name} is not a token");
    }
}
