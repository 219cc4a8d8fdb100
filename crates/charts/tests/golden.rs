//! Every kind of picture at three widths, compared with the files in `golden/`: the SVG, and the list of its marks.
//!
//! `CAIRN_BLESS=1 cargo test -p cairn-charts --test golden` writes them anew; look at the pictures in the difference
//! (`cargo run -p cairn-charts --example gallery`) before committing it.

#![allow(clippy::expect_used)]

use std::fmt::Write;
use std::path::PathBuf;

use cairn_charts::{Drawing, Size, draw};

mod common;

#[test]
fn every_picture_is_as_it_was_when_it_was_last_looked_at() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let bless = std::env::var_os("CAIRN_BLESS").is_some();
    let mut differing = Vec::new();
    for (name, spec) in common::all() {
        for (width, height) in common::SIZES {
            let drawing = draw(&spec, Size { width, height });
            for (ending, text) in [("svg", drawing.svg.clone()), ("marks.txt", marks(&drawing))] {
                let path = folder.join(format!("{name}-{width}.{ending}"));
                if bless {
                    std::fs::write(&path, text).expect("the golden folder is writable");
                } else if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
                    differing.push(path);
                }
            }
        }
    }
    assert!(differing.is_empty(), "these differ: {differing:#?}");
}

/// One line per mark: its datum, its frame, its label.
fn marks(drawing: &Drawing) -> String {
    let mut out = format!("picture {} x {}\n", drawing.width, drawing.height);
    for mark in &drawing.marks {
        let datum: Vec<String> = mark.datum.iter().map(usize::to_string).collect();
        let _ = writeln!(
            out,
            "[{}] at {},{} size {} x {}: {}",
            datum.join(","),
            mark.x,
            mark.y,
            mark.w,
            mark.h,
            mark.label
        );
    }
    out
}
