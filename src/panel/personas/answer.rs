//! The answer in words, as a table and as Markdown: pure functions of the engine's answer.

use cairn_engine::analysis::persona::{Money, Persona, PersonaAnswer, PersonaQuery, PersonaTrait};
use cairn_engine::rule::Feature;

use crate::panel::features::feature_name;
use crate::text::{count, date, name, number, percent, plain, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData};

/// How many personas there are, and which of them cost more than they bring.
pub fn sentence(answer: &PersonaAnswer) -> String {
    let n = answer.personas.len() as u64;
    let values = [("n", strong(count(n))), ("users", strong(count(answer.n_users)))];
    let mut said = vec![plural_with("personas.said", n, &values)];
    let negative: Vec<String> = answer
        .personas
        .iter()
        .filter(|persona| persona.is_negative)
        .map(|persona| name(&persona.name))
        .collect();
    if !negative.is_empty() {
        said.push(text_with("personas.said_negative", &[("names", negative.join(&text("list.joint")))]));
    }
    said.join(" ")
}

/// What is known of a persona in numbers: what it is, the number, and its small print.
pub fn facts(persona: &Persona) -> Vec<(String, String, String)> {
    let interval = |(low, high): (f64, f64), shown: fn(f64) -> String| {
        text_with("personas.interval", &[("low", shown(low)), ("high", shown(high))])
    };
    let money = |key: &str, money: Option<Money>| {
        let shown = |value: f64| number(value, 2);
        let note = money?.interval.map(|ends| interval(ends, shown)).unwrap_or_default();
        Some((text(key), shown(money?.mean), note))
    };
    let stays = persona.stay_rate.map(|rate| {
        let shown = |value: f64| percent(value, 0);
        (text("personas.stays"), shown(rate.rate), interval((rate.low, rate.high), shown))
    });
    let net = persona.net.filter(|net| Some(net.total) != persona.value.map(|value| value.total));
    [money("personas.value", persona.value), money("personas.net", net), stays]
        .into_iter()
        .flatten()
        .collect()
}

/// A trait as a clause. Shares for what is a share, means for the rest.
pub fn trait_clause(of: &PersonaTrait) -> String {
    let feature = name(feature_name(&of.feature));
    match (&of.feature, of.did_rate, of.rest_did_rate) {
        (Feature::Is { .. }, Some(own), Some(rest)) => {
            let values =
                [("feature", feature), ("own", percent(own.rate, 0)), ("rest", percent(rest.rate, 0))];
            text_with("personas.trait_share", &values)
        }
        (_, Some(own), Some(rest)) => {
            let values = [
                ("feature", feature),
                ("mean", number(of.mean, 1)),
                ("rest", number(of.rest_mean, 1)),
                ("did", percent(own.rate, 0)),
                ("rest_did", percent(rest.rate, 0)),
            ];
            text_with("trait.did", &values)
        }
        _ => {
            let values =
                [("feature", feature), ("mean", number(of.mean, 1)), ("rest", number(of.rest_mean, 1))];
            text_with("trait.mean", &values)
        }
    }
}

/// All traits of all personas.
pub fn table(answer: &PersonaAnswer) -> TableData {
    let columns = vec![
        Column::text(text("personas.column_persona")),
        Column::number(text("column.users")),
        Column::number(text("column.user_share")),
        Column::text(text("cluster.column_feature")),
        Column::number(text("cluster.column_mean")),
        Column::number(text("cluster.column_rest")),
        Column::number(text("cluster.column_difference")).with_hint(text("personas.hint_difference")),
    ];
    let rows = answer.personas.iter().flat_map(|persona| {
        let size = || {
            vec![
                Cell::text(persona.name.clone()),
                Cell::count(persona.n_users),
                Cell::percent(persona.user_rate.map(|rate| rate.rate), 1),
            ]
        };
        let row = |of: &PersonaTrait| {
            let mut row = size();
            row.extend([
                Cell::text(feature_name(&of.feature)),
                Cell::number(Some(of.mean), 2),
                Cell::number(Some(of.rest_mean), 2),
                Cell::number(Some(of.difference.difference), 2),
            ]);
            row
        };
        persona.traits.iter().map(row).collect::<Vec<_>>()
    });
    TableData { columns, rows: rows.collect() }
}

/// What was counted, and as of when.
pub fn rule(query: &PersonaQuery, answer: &PersonaAnswer) -> String {
    let values = [
        ("date", date(answer.now.0 as f64, query.scope.zone.as_deref().unwrap_or("UTC"))),
        ("days", count(u64::from(query.stay_days))),
        ("least", count(query.min_users)),
    ];
    text_with("personas.rule", &values)
}

/// The cards as Markdown. Of groups under the smallest size not even the size is told.
pub fn markdown(query: &PersonaQuery, answer: &PersonaAnswer) -> String {
    let mut lines = vec![format!("# {}", text("personas.title")), plain(&rule(query, answer))];
    for persona in &answer.personas {
        lines.push(format!("## {}", persona.name));
        if persona.n_users < query.min_users {
            lines.push(format!("< {}", query.min_users));
            continue;
        }
        let share = persona.user_rate.map(|rate| percent(rate.rate, 0)).unwrap_or_default();
        lines.push(plain(&plural_with("cluster.size", persona.n_users, &[("share", share)])));
        let facts =
            facts(persona).into_iter().map(|(label, value, note)| format!("- {label}: {value} {note}"));
        let traits = persona.traits.iter().map(|of| format!("- {}", plain(&trait_clause(of))));
        let listed: Vec<String> = facts.chain(traits).collect();
        lines.push(listed.join("\n"));
    }
    lines.join("\n\n") + "\n"
}
