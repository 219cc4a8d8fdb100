//! Single pictures, small enough to be checked by hand: what is how long, and where.

use cairn_charts::{
    Bar, Bars, Bin, ChartSpec, Drawing, Funnel, FunnelBar, FunnelGroup, FunnelWords, Histogram, Lines,
    Picture, Series, Size, Tick, TickFormat, Tone, draw,
};

fn picture(picture: Picture, width: u32, height: u32) -> Drawing {
    draw(&ChartSpec { picture, empty: "Nothing".to_owned() }, Size { width, height })
}

/// All elements of one kind and one pair of classes.
fn elements<'a>(drawing: &'a Drawing, name: &str, classes: &str) -> Vec<&'a str> {
    let (start, class) = (format!("<{name} "), format!("class=\"{classes}\""));
    drawing.svg.lines().filter(|line| line.starts_with(&start) && line.contains(&class)).collect()
}

fn step(reached: f64, open: f64, lost: f64) -> FunnelBar {
    FunnelBar { reached, open, lost, ..FunnelBar::default() }
}

fn funnel(groups: Vec<Vec<FunnelBar>>) -> Picture {
    let group = |(i, bars): (usize, Vec<FunnelBar>)| FunnelGroup { name: format!("G{i}"), tone: None, bars };
    Picture::Funnel(Funnel {
        steps: vec!["A".to_owned(), "B".to_owned()],
        groups: groups.into_iter().enumerate().map(group).collect(),
        words: FunnelWords::default(),
    })
}

#[test]
fn half_of_the_users_make_a_bar_of_half_the_height() {
    let drawing = picture(funnel(vec![vec![step(100.0, 0.0, 0.0), step(50.0, 0.0, 50.0)]]), 1000, 300);
    // Without a key the plot starts at 0; names take 27 of 300 px. Bars are 136 px wide, gaps 240 px.
    assert_eq!(
        elements(&drawing, "rect", "chart-solid chart-tone-1"),
        [
            r#"<rect x="0" y="0" width="136" height="273" class="chart-solid chart-tone-1"/>"#,
            r#"<rect x="376" y="136.5" width="136" height="136.5" class="chart-solid chart-tone-1"/>"#,
        ]
    );
    assert_eq!(
        elements(&drawing, "rect", "chart-tint chart-tone-1"),
        [r#"<rect x="376" y="0" width="136" height="136.5" class="chart-tint chart-tone-1"/>"#,]
    );
}

#[test]
fn users_who_may_still_arrive_stand_between_those_who_did_and_those_who_were_lost() {
    let drawing = picture(funnel(vec![vec![step(100.0, 0.0, 0.0), step(50.0, 20.0, 30.0)]]), 400, 300);
    // 400 px are narrow: level bars over the whole width, 4 px to a user.
    assert_eq!(
        elements(&drawing, "rect", "chart-solid chart-tone-1")[1].split(" y=").next(),
        Some(r#"<rect x="0""#)
    );
    let tint = elements(&drawing, "rect", "chart-tint chart-tone-1");
    assert!(tint[0].starts_with(r#"<rect x="280" "#) && tint[0].contains(r#" width="120" "#), "{tint:?}");
    let hatch = elements(&drawing, "polyline", "chart-hatch chart-tone-1");
    // It runs in the middle of the frame's border of one pixel.
    assert!(hatch[0].starts_with(r#"<polyline points="200.5,"#), "{hatch:?}");
}

#[test]
fn groups_are_measured_by_their_own_first_step() {
    let groups = vec![
        vec![step(1000.0, 0.0, 0.0), step(500.0, 0.0, 500.0)],
        vec![step(10.0, 0.0, 0.0), step(5.0, 0.0, 5.0)],
    ];
    let drawing = picture(funnel(groups), 1000, 300);
    let width = |tone: usize, k: usize| {
        let rects = elements(&drawing, "rect", &format!("chart-solid chart-tone-{tone}"));
        // The first is the swatch before the group's name.
        rects[k + 1].split(r#"width=""#).nth(1).and_then(|s| s.split('"').next()).map(str::to_owned)
    };
    assert_eq!(width(1, 0), width(2, 0));
    assert_eq!(width(1, 1), width(2, 1));
    let data: Vec<&[usize]> = drawing.marks.iter().map(|m| m.datum.as_slice()).collect();
    assert_eq!(data, [[0, 0], [0, 1], [1, 0], [1, 1]]);
}

#[test]
fn a_funnel_that_nobody_entered_has_marks_but_no_bars() {
    let drawing = picture(funnel(vec![vec![step(0.0, 0.0, 0.0), step(0.0, 0.0, 0.0)]]), 1000, 300);
    assert!(elements(&drawing, "rect", "chart-solid chart-tone-1").is_empty());
    assert_eq!(drawing.marks.len(), 2);
}

fn bar(value: f64) -> Bar {
    Bar { name: "n".to_owned(), value, text: "v".to_owned(), ..Bar::default() }
}

#[test]
fn a_negative_bar_grows_to_the_left_of_zero() {
    let drawing = picture(Picture::Bars(Bars { bars: vec![bar(10.0), bar(-5.0)] }), 600, 300);
    let frame = |classes: &str| {
        let rect = elements(&drawing, "rect", classes)[0];
        let number =
            |key: &str| rect.split(key).nth(1).and_then(|s| s.split('"').nth(1)?.parse::<f64>().ok());
        (number(" x=").unwrap(), number(" width=").unwrap())
    };
    let (above, below) = (frame("chart-solid chart-tone-above"), frame("chart-solid chart-tone-below"));
    assert!((below.0 + below.1 - above.0).abs() < 0.11, "both touch zero: {above:?} {below:?}");
    assert!((above.1 - 2.0 * below.1).abs() < 0.21, "10 is twice as long as 5: {above:?} {below:?}");
}

#[test]
fn a_bar_keeps_the_tone_it_was_given() {
    let drawing =
        picture(Picture::Bars(Bars { bars: vec![Bar { tone: Some(Tone::Other), ..bar(3.0) }] }), 600, 300);
    assert_eq!(elements(&drawing, "rect", "chart-solid chart-tone-other").len(), 1);
}

#[test]
fn a_gap_in_a_line_stays_a_gap_and_a_lone_point_is_a_dot() {
    let values = vec![Some(1.0), Some(2.0), None, Some(3.0), None, Some(1.0), Some(1.0)];
    let lines = Lines {
        at: (0..7).map(f64::from).collect(),
        series: vec![Series { values, ..Series::default() }],
        ..Lines::default()
    };
    let drawing = picture(Picture::Lines(lines), 600, 300);
    assert_eq!(elements(&drawing, "polyline", "chart-line chart-tone-1").len(), 2);
    assert_eq!(elements(&drawing, "circle", "chart-solid chart-tone-1").len(), 1);
    let data: Vec<usize> = drawing.marks.iter().map(|m| m.datum[0]).collect();
    assert_eq!(data, [0, 1, 3, 5, 6], "a place without a value has no mark");
}

#[test]
fn a_note_has_its_number_at_an_upright_line_and_one_outside_of_the_data_has_none() {
    let lines = Lines {
        at: vec![0.0, 1.0, 2.0],
        series: vec![Series { values: vec![Some(1.0); 3], ..Series::default() }],
        notes: vec![1.0, 5.0],
        ..Lines::default()
    };
    let without = Lines { notes: Vec::new(), ..lines.clone() };
    let [with, without] = [lines, without].map(|lines| {
        let drawing = picture(Picture::Lines(lines), 600, 300);
        elements(&drawing, "line", "chart-line chart-tone-other").len()
    });
    assert_eq!(with, without + 1);
}

#[test]
fn the_highest_bin_of_a_round_count_fills_the_plot() {
    let bin = |from: f64, count: f64| Bin { from, to: from + 1.0, count, label: String::new() };
    let histogram = Histogram {
        bins: vec![bin(0.0, 100.0), bin(1.0, 50.0), bin(2.0, 0.0)],
        counts: TickFormat::counts(),
        ..Histogram::default()
    };
    let drawing = picture(Picture::Histogram(histogram), 600, 232);
    // 232 - 8 above - 24 for ticks = 200 px for 100.
    let bars = elements(&drawing, "rect", "chart-solid chart-tone-1");
    assert!(bars[0].contains(r#" y="8" "#) && bars[0].contains(r#" height="200" "#), "{bars:?}");
    assert!(bars[1].contains(r#" y="108" "#) && bars[1].contains(r#" height="100" "#), "{bars:?}");
    assert_eq!((bars.len(), drawing.marks.len()), (2, 3), "an empty bin can still be asked for");
}

#[test]
fn ticks_give_way_to_more_important_ones() {
    let tick = |at: f64, text: &str, rank: u8| Tick { at, text: text.to_owned(), rank };
    let lines = Lines {
        at: vec![0.0, 100.0],
        series: vec![Series { values: vec![Some(1.0), Some(2.0)], ..Series::default() }],
        ticks: vec![tick(50.0, "May", 0), tick(51.0, "Monday", 1), tick(80.0, "Friday", 1)],
        ..Lines::default()
    };
    let svg = picture(Picture::Lines(lines), 600, 300).svg;
    assert!(svg.contains(">May<") && svg.contains(">Friday<") && !svg.contains(">Monday<"), "{svg}");
}
