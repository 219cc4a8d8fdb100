//! The answer in words, as a picture and as tables: pure functions of the engine's answer.

use cairn_charts::{Bar, Bars, ChartSpec, Picture};
use cairn_engine::analysis::attribution::{
    AttributionAnswer, AttributionQuery, ChannelCredit, Credit, Model, Outcome, PathCount,
};

use crate::panel::shared::group_name;
use crate::text::{count, name, number, percent, plain, plural, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData, Value};

/// So many channels have a bar.
const CHART_BARS: usize = 12;

/// The answer in a few sentences: how many conversions there are, who gets the largest share, and how far the models agree.
pub fn sentence(query: &AttributionQuery, answer: &AttributionAnswer) -> String {
    if answer.n_conversions == 0 {
        return text("attribution.nobody");
    }
    let n_shared = answer.n_conversions - answer.unattributed.n_conversions;
    let values = [("n", strong(count(answer.n_conversions))), ("users", count(answer.n_users))];
    let mut said = vec![plural_with("attribution.said", answer.n_conversions, &values)];
    if n_shared == 0 {
        said.push(text("attribution.said_no_touch"));
        return said.join(" ");
    }
    let ranked = ranked(query, answer);
    if let Some((channel, low, high)) = ranked.first() {
        let share = |credit: f64| percent(credit / n_shared as f64, 0);
        let channel = name(group_name(&channel.key));
        let values = [("channel", channel), ("share", strong(span(share(*low), share(*high))))];
        let key = if high - low < 0.05 * n_shared as f64 {
            "attribution.said_agree"
        } else {
            "attribution.said_most"
        };
        said.push(text_with(key, &values));
    }
    if answer.unattributed.n_conversions > 0 {
        said.push(plural("attribution.said_without", answer.unattributed.n_conversions));
    }
    for (model, outcome) in query.models.iter().zip(&answer.models) {
        let key = match outcome {
            Outcome::Shared | Outcome::NoConversions => continue,
            Outcome::NoEffect => "attribution.said_no_effect",
            Outcome::NotConverged => "attribution.said_not_converged",
        };
        said.push(text_with(key, &[("model", model_name(model))]));
    }
    said.join(" ")
}

/// From the least to the most that models give; one number where they give the same.
fn span(low: String, high: String) -> String {
    if low == high { low } else { text_with("attribution.range", &[("low", low), ("high", high)]) }
}

/// The models that share each conversion out once: the sum over channels is that of the conversions.
fn is_sharing(model: &Model) -> bool {
    *model != Model::Participation
}

/// The conversions that a channel gets by the model that gives it least and by the one that gives it most.
fn range(query: &AttributionQuery, channel: &ChannelCredit) -> Option<(f64, f64)> {
    let pairs = query.models.iter().zip(&channel.credits).filter(|(model, _)| is_sharing(model));
    let credits: Vec<f64> = pairs.filter_map(|(_, credit)| Some(credit.as_ref()?.conversions)).collect();
    let low = credits.iter().copied().reduce(f64::min)?;
    Some((low, credits.into_iter().reduce(f64::max)?))
}

/// The channels with what they get at least and at most, those first that get most on the whole.
fn ranked<'a>(query: &AttributionQuery, answer: &'a AttributionAnswer) -> Vec<(&'a ChannelCredit, f64, f64)> {
    let with_range = |channel: &'a ChannelCredit| {
        let (low, high) = range(query, channel)?;
        Some((channel, low, high))
    };
    let mut ranked: Vec<_> = answer.channels.iter().filter_map(with_range).collect();
    ranked.sort_by(|a, b| (b.1 + b.2).total_cmp(&(a.1 + a.2)));
    ranked
}

/// The picture: the middle of what the models give, and how far they differ.
pub fn chart(query: &AttributionQuery, answer: &AttributionAnswer) -> ChartSpec {
    let bar = |(channel, low, high): &(&ChannelCredit, f64, f64)| {
        let values = [
            ("channel", group_name(&channel.key)),
            ("low", number(*low, 1)),
            ("high", number(*high, 1)),
            ("n", count(channel.n_conversions)),
        ];
        Bar {
            name: group_name(&channel.key),
            value: (low + high) / 2.0,
            text: span(number(*low, 1), number(*high, 1)),
            note: String::new(),
            interval: Some((*low, *high)),
            tone: None,
            label: plain(&text_with("attribution.mark", &values)),
        }
    };
    let bars = ranked(query, answer).iter().take(CHART_BARS).map(bar).collect();
    ChartSpec { picture: Picture::Bars(Bars { bars }), empty: text("attribution.empty") }
}

/// What people call a model.
fn model_name(model: &Model) -> String {
    let key = match model {
        Model::First => "attribution.first",
        Model::Last => "attribution.last",
        Model::LastNonDirect => "attribution.last_non_direct",
        Model::Linear => "attribution.linear",
        Model::TimeDecay { .. } => "attribution.time_decay",
        Model::Position { .. } => "attribution.position",
        Model::WShaped { .. } => "attribution.w_shaped",
        Model::Markov { order } => {
            return text_with("attribution.markov", &[("order", count(u64::from(*order)))]);
        }
        Model::Shapley => "attribution.shapley",
        Model::Participation => "attribution.participation",
    };
    text(key)
}

/// The table: what each model gives to each channel, in conversions, or in value if they have one.
pub fn table(query: &AttributionQuery, answer: &AttributionAnswer) -> TableData {
    let models = query.models.iter().map(|model| Column::number(model_name(model)));
    let columns = std::iter::once(Column::text(text("attribution.channel"))).chain(models).collect();
    let cell = |credit: &Option<Credit>| {
        Cell::number(credit.as_ref().map(|credit| credit.value.unwrap_or(credit.conversions)), 1)
    };
    let row = |channel: &ChannelCredit| {
        let own = channel.credits.iter().map(cell);
        std::iter::once(Cell::text(group_name(&channel.key))).chain(own).collect()
    };
    TableData { columns, rows: answer.channels.iter().map(row).collect() }
}

/// What the channels do, whatever the model.
pub fn counts(_: &AttributionQuery, answer: &AttributionAnswer) -> TableData {
    let columns = vec![
        Column::text(text("attribution.channel")),
        Column::number(text("attribution.column_touches")),
        Column::number(text("attribution.column_conversions"))
            .with_hint(text("attribution.hint_conversions")),
        Column::number(text("attribution.column_first")),
        Column::number(text("attribution.column_last")),
        Column::number(text("attribution.column_assisted")).with_hint(text("attribution.hint_assisted")),
        Column::number(text("attribution.column_before")).with_hint(text("attribution.hint_before")),
    ];
    let row = |channel: &ChannelCredit| {
        vec![
            Cell::text(group_name(&channel.key)),
            Cell::count(channel.n_touches),
            Cell::count(channel.n_conversions),
            Cell::count(channel.n_first),
            Cell::count(channel.n_last),
            Cell::count(channel.n_assisted),
            Cell::duration(channel.mean_millis),
        ]
    };
    TableData { columns, rows: answer.channels.iter().map(row).collect() }
}

/// The commonest paths to conversion.
pub fn paths(_: &AttributionQuery, answer: &AttributionAnswer) -> TableData {
    let columns = vec![
        Column::text(text("attribution.column_path")),
        Column::number(text("attribution.column_conversions")),
        Column::number(text("attribution.column_lost")).with_hint(text("attribution.hint_lost")),
        Column::number(text("attribution.column_rate")),
    ];
    let row = |path: &PathCount| {
        let all = path.n_conversions + path.n_lost;
        let rate = path.n_conversions as f64 / all as f64;
        let lost = Cell::new(count(path.n_lost), Value::Number(path.n_lost as f64));
        vec![
            Cell::text(path_text(answer, path)),
            Cell::count(path.n_conversions),
            lost,
            Cell::percent(Some(rate), 1),
        ]
    };
    TableData { columns, rows: answer.paths.iter().map(row).collect() }
}

/// The channels of a path one after the other; several touches of one in a row are counted.
fn path_text(answer: &AttributionAnswer, path: &PathCount) -> String {
    let of = |run: &[u32]| {
        let channel = answer.channels.get(run[0] as usize).map(|channel| group_name(&channel.key));
        let channel = channel.unwrap_or_default();
        let values = [("channel", channel.clone()), ("n", count(run.len() as u64))];
        if run.len() == 1 { channel } else { text_with("attribution.repeated", &values) }
    };
    path.channels.chunk_by(|a, b| a == b).map(of).collect::<Vec<_>>().join(" → ")
}
