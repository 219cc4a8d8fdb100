//! Specs that the golden tests and the gallery share: believable data, every kind of picture, the corners of each.

use cairn_charts::{
    Bar, Bars, Bin, ChartSpec, Flow, FlowLink, FlowNode, Funnel, FunnelBar, FunnelGroup, FunnelWords, Heat,
    HeatCell, HeatRow, Histogram, HistogramLine, Lines, Picture, Series, Shape, StackColumn, StackPart,
    Stacks, Tick, TickFormat, Tone,
};

/// The widths that goldens and the gallery are drawn at, with the heights that a page would ask for.
pub(crate) const SIZES: [(u32, u32); 3] = [(1100, 360), (680, 340), (328, 300)];

/// Every picture by name.
pub(crate) fn all() -> Vec<(&'static str, ChartSpec)> {
    vec![
        ("funnel-one", spec(Picture::Funnel(one_funnel()))),
        ("funnel-groups", spec(Picture::Funnel(grouped_funnel()))),
        ("funnel-long", spec(Picture::Funnel(long_funnel()))),
        ("bars-events", spec(Picture::Bars(event_bars()))),
        ("bars-differences", spec(Picture::Bars(difference_bars()))),
        ("lines-area", spec(Picture::Lines(daily_events()))),
        ("lines-several", spec(Picture::Lines(several_lines()))),
        ("histogram", spec(Picture::Histogram(time_to_convert()))),
        ("flow", spec(Picture::Flow(journeys()))),
        ("heat", spec(Picture::Heat(weekly_retention()))),
        ("stacks", spec(Picture::Stacks(weekly_lifecycle()))),
        ("empty", spec(Picture::Bars(Bars::default()))),
    ]
}

pub(crate) fn spec(picture: Picture) -> ChartSpec {
    let empty = "No user did the first step in this period. Choose a longer period or another step.";
    ChartSpec { picture, empty: empty.to_owned() }
}

pub(crate) fn words() -> FunnelWords {
    FunnelWords {
        reached: "Reached the step".to_owned(),
        open: "May still reach it".to_owned(),
        lost: "Lost before it".to_owned(),
    }
}

/// One group: `counts` are those who reached each step, `open` those who may still.
pub(crate) fn group(name: &str, steps: &[&str], counts: &[u32], open: &[u32]) -> FunnelGroup {
    let whole = f64::from(counts[0]);
    let bars = counts.iter().enumerate().map(|(k, &n)| {
        let before = if k == 0 { n } else { counts[k - 1] };
        let reached = f64::from(n);
        let spread = 1.96 * (reached * (1.0 - reached / whole)).sqrt();
        FunnelBar {
            reached,
            open: f64::from(open[k]),
            lost: f64::from(before - n - open[k]),
            interval: (k > 0).then_some((reached - spread, reached + spread)),
            share: format!("{:.1} %", 100.0 * reached / whole),
            value: grouped(n),
            conversion: if k == 0 {
                String::new()
            } else {
                format!("{:.1} %", 100.0 * reached / f64::from(before))
            },
            label: format!("{name} {}: {} users", steps[k], grouped(n)),
        }
    });
    FunnelGroup { name: name.to_owned(), tone: None, bars: bars.collect() }
}

pub(crate) fn grouped(n: u32) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn one_funnel() -> Funnel {
    let steps = ["Sign up", "Create a project", "Invite a teammate", "Connect a data source", "Upgrade"];
    let groups = vec![group("", &steps, &[8214, 5271, 2048, 1630, 402], &[0, 310, 121, 60, 233])];
    Funnel { steps: steps.map(str::to_owned).to_vec(), groups, words: words() }
}

fn grouped_funnel() -> Funnel {
    let steps = ["sign_up", "project_created", "teammate_invited", "upgraded"];
    let rows: [(&str, [u32; 4], [u32; 4]); 6] = [
        ("Small teams", [3120, 1740, 402, 88], [0, 130, 41, 70]),
        ("Mid-size teams", [2240, 1610, 980, 310], [0, 64, 38, 60]),
        ("Enterprise", [812, 702, 610, 288], [0, 20, 12, 31]),
        ("Students & non-profit organizations", [640, 288, 96, 4], [0, 22, 8, 2]),
        ("Freelancers", [402, 300, 20, 11], [0, 0, 0, 0]),
        ("Other", [120, 40, 12, 2], [0, 3, 1, 0]),
    ];
    let mut groups: Vec<FunnelGroup> =
        rows.iter().map(|(name, counts, open)| group(name, &steps, counts, open)).collect();
    groups[5].tone = Some(Tone::Other);
    Funnel { steps: steps.map(str::to_owned).to_vec(), groups, words: words() }
}

fn long_funnel() -> Funnel {
    let names: Vec<String> = (1..=14).map(|i| format!("Onboarding screen {i} of fourteen")).collect();
    let steps: Vec<&str> = names.iter().map(String::as_str).collect();
    let counts: Vec<u32> = (0..14).map(|i: u32| 12_000 - i * i * 55 - i * 40).collect();
    let groups = vec![group("", &steps, &counts, &[0; 14])];
    Funnel { steps: names.clone(), groups, words: words() }
}

fn event_bars() -> Bars {
    let events = [
        ("page_view", 21_480),
        ("session_start", 9_120),
        ("project_opened", 6_034),
        ("report_exported", 2_981),
        ("teammate_invited", 1_544),
        ("organization_billing_details_updated_by_administrator", 402),
        ("upgraded", 96),
        ("checkout_failed", 3),
    ];
    let total: u32 = events.iter().map(|e| e.1).sum();
    let bars = events.iter().map(|&(name, n)| {
        let share = format!("{:.1} %", 100.0 * f64::from(n) / f64::from(total));
        Bar {
            name: name.to_owned(),
            value: f64::from(n),
            text: grouped(n),
            label: format!("{name}: {} events, {share}", grouped(n)),
            note: share,
            ..Bar::default()
        }
    });
    Bars { bars: bars.collect() }
}

fn difference_bars() -> Bars {
    let features = [
        ("Reports exported", 1.82, 0.11),
        ("Days active", 1.24, 0.08),
        ("Revenue", 0.96, 0.24),
        ("Teammates invited", 0.31, 0.09),
        ("Sessions per week", 0.04, 0.07),
        ("Tenure", -0.38, 0.06),
        ("Support tickets", -0.77, 0.13),
        ("Days since last seen", -1.35, 0.1),
    ];
    let bars = features.iter().map(|&(name, value, half): &(&str, f64, f64)| {
        let sign = if value < 0.0 { "\u{2212}" } else { "+" };
        Bar {
            name: name.to_owned(),
            value,
            text: format!("{sign}{:.2} sd", value.abs()),
            interval: Some((value - half, value + half)),
            label: format!("{name}: {value} standard deviations from the mean"),
            ..Bar::default()
        }
    });
    Bars { bars: bars.collect() }
}

/// Days with a week's rhythm, from 1 March 2026 (a Sunday); integers only, so that the data are the same everywhere.
fn day_value(day: u32, scale: u32) -> f64 {
    let weekend = if matches!(day % 7, 0 | 6) { 45 } else { 100 };
    let noise = (day * 7919 + scale * 104_729) % 31;
    f64::from((scale + scale * day / 120) * weekend / 100 + noise * scale / 100)
}

fn days() -> (Vec<f64>, Vec<Tick>) {
    let at: Vec<f64> = (0..92).map(f64::from).collect();
    let tick = |day: u32| {
        let (month, first) = match day {
            0..=30 => ("Mar", 0),
            31..=60 => ("Apr", 31),
            _ => ("May", 61),
        };
        let rank = if day == first {
            0
        } else if day % 7 == 1 {
            1
        } else {
            2
        };
        Tick { at: f64::from(day), text: format!("{} {month}", day - first + 1), rank }
    };
    (at, (0..92).map(tick).collect())
}

fn daily_events() -> Lines {
    let (at, ticks) = days();
    let values: Vec<Option<f64>> =
        (0..92).map(|d| (!matches!(d, 40..=43 | 45)).then(|| day_value(d, 14_000))).collect();
    Lines {
        labels: at.iter().map(|d| format!("Day {d}")).collect(),
        at,
        series: vec![Series { name: "Events".to_owned(), values, tone: None }],
        ticks,
        values: TickFormat::counts(),
        shape: Shape::Area,
        ..Lines::default()
    }
}

fn several_lines() -> Lines {
    let (at, ticks) = days();
    let names = ["Small teams", "Mid-size teams", "Enterprise", "Students & non-profit organizations"];
    let scales = [900, 620, 210, 190];
    let series = names.iter().zip(scales).map(|(name, scale)| Series {
        name: (*name).to_owned(),
        values: (0..92).map(|d| Some(day_value(d, scale))).collect(),
        tone: None,
    });
    Lines {
        labels: at.iter().map(|d| format!("Day {d}")).collect(),
        series: series.collect(),
        at,
        ticks,
        values: TickFormat::counts(),
        shape: Shape::Line,
        ..Lines::default()
    }
}

fn time_to_convert() -> Histogram {
    let counts =
        [310, 842, 1204, 980, 640, 402, 288, 190, 140, 96, 70, 61, 44, 30, 22, 18, 11, 7, 4, 2, 0, 1, 0, 1];
    let bins = counts.iter().enumerate().map(|(i, &n)| Bin {
        from: i as f64,
        to: i as f64 + 1.0,
        count: f64::from(n),
        label: format!("{i} to {} hours: {n} users", i + 1),
    });
    let tick = |h: u32| Tick {
        at: f64::from(h),
        text: if h == 0 { "0".to_owned() } else { format!("{h} h") },
        rank: if h.is_multiple_of(6) { 0 } else { 1 },
    };
    Histogram {
        bins: bins.collect(),
        ticks: (0..=24).map(tick).collect(),
        counts: TickFormat::counts(),
        lines: vec![
            HistogramLine { at: 3.2, text: "Median 3 h 12 min".to_owned() },
            HistogramLine { at: 8.9, text: "90 % within 8 h 54 min".to_owned() },
        ],
    }
}

/// Ways of 1,000 runs over three steps: each node's links and what ends there add up to what passes it.
fn journeys() -> Flow {
    let node = |step: usize, name: &str, value: f64, ended: f64, tone: Tone| FlowNode {
        step,
        name: name.to_owned(),
        value,
        ended,
        text: format!("{value}"),
        tone: Some(tone),
        label: format!("{name}: {value} runs, of which {ended} end here"),
    };
    let nodes = vec![
        node(0, "visit", 800.0, 300.0, Tone::Series(0)),
        node(0, "organization_billing_details_opened", 200.0, 0.0, Tone::Series(1)),
        node(1, "signup", 450.0, 50.0, Tone::Series(2)),
        node(1, "visit", 150.0, 150.0, Tone::Series(0)),
        node(1, "Other", 100.0, 0.0, Tone::Other),
        node(2, "project_created", 380.0, 380.0, Tone::Series(3)),
        node(2, "help", 120.0, 120.0, Tone::Series(4)),
    ];
    let link = |from, to, value| FlowLink { from, to, value };
    let links = vec![
        link(0, 2, 450.0),
        link(0, 4, 50.0),
        link(1, 3, 150.0),
        link(1, 4, 50.0),
        link(2, 5, 360.0),
        link(2, 6, 40.0),
        link(4, 5, 20.0),
        link(4, 6, 80.0),
    ];
    Flow { nodes, links, ended: "ends here".to_owned() }
}

/// Six cohorts, of which the newest have the fewest cells, and the last cell of each is not over.
pub(crate) fn weekly_retention() -> Heat {
    let row = |cohort: usize| {
        let cell = |column: usize| {
            let share = 1.0 / (1.0 + 0.9 * column as f64);
            let text = format!("{:.0} %", share * 100.0);
            let label = format!("Week {column} of cohort {cohort}: {text}");
            HeatCell { share, text, label, is_open: column + cohort == 5 }
        };
        let cells = (0..6 - cohort).map(cell).collect();
        HeatRow {
            name: format!("Mar {}, 2026", 2 + 7 * cohort),
            note: format!("{}", 120 - 7 * cohort),
            cells,
        }
    };
    Heat { columns: (0..6).map(|week| format!("Week {week}")).collect(), rows: (0..6).map(row).collect() }
}

/// Eight weeks of users who come, stay, come back and go.
pub(crate) fn weekly_lifecycle() -> Stacks {
    let part = |name: &str, tone| StackPart { name: name.to_owned(), tone };
    let column = |week: usize| {
        let (new, back, gone) = (40.0 - 3.0 * week as f64, 4.0 * week as f64, -6.0 * week as f64);
        StackColumn {
            values: vec![new, 60.0, back, gone],
            labels: ["new", "returning", "resurrecting", "dormant"]
                .map(|name| format!("Week {week}, {name}"))
                .to_vec(),
            is_open: week == 7,
        }
    };
    Stacks {
        parts: vec![
            part("New", Tone::Series(0)),
            part("Returning", Tone::Series(1)),
            part("Resurrecting", Tone::Series(2)),
            part("Dormant", Tone::Other),
        ],
        columns: (0..8).map(column).collect(),
        ticks: (0..8).map(|week| Tick { at: week as f64, text: format!("W{week}"), rank: 0 }).collect(),
        values: TickFormat::counts(),
    }
}
