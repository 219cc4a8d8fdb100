//! ByConity's attribution analysis.

use std::collections::BTreeMap;

use cairn_engine::analysis::attribution::{
    AttributionAnswer, AttributionQuery, ChannelRule, Decay, Model, Required, SameValue, Worthless,
};
use cairn_engine::analysis::funnel::GroupKey;
use cairn_engine::rule::{Owner, SameInstant, Scope};
use cairn_engine::table::Table;
use cairn_engine::{Answer, Query, run};
use serde::Deserialize;

use super::compare::same;
use super::data::{self, Layout, NumberColumn, event_column};
use super::format::Case;
use super::rules::{Family, Rule, Translator};
use super::{Problem, Ready};

/// How many conversions are listed, from which times are read: more than any case has.
const LIST: u32 = 10_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the kind has been looked at already")]
struct Asked {
    kind: String,
    model: String,
    weights: Option<Weights>,
    half_life_ms: Option<i64>,
    touches: Vec<Rule>,
    touch_value_property: Option<String>,
    conversions: Rule,
    value_property: Option<String>,
    lookback_ms: Option<i64>,
    lookback: Option<LookbackName>,
    #[serde(default)]
    required: Vec<AskedRequired>,
}

/// A lookback that is no length of time.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LookbackName {
    CalendarDay,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weights {
    first: f64,
    middle: f64,
    last: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedRequired {
    rule: Rule,
    same_value: Option<AskedSame>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedSame {
    property: String,
    conversion_property: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    touches: Option<Vec<Row>>,
    unattributed: Option<ExpectedRest>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// The event, and the value if there is one.
    touch: Vec<String>,
    clicks: Option<u64>,
    valid: Option<u64>,
    ms_to_conversion: Option<Vec<u64>>,
    events_to_conversion: Option<Vec<u64>>,
    credit: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedRest {
    conversions: Option<u64>,
    credit: Option<f64>,
}

/// A case ready to run.
pub(super) struct Prepared {
    table: Table,
    query: Query,
    expected: Expected,
}

/// Translates an attribution.
pub(super) fn prepare(case: &Case) -> Result<Prepared, Problem> {
    if case.semantics != "byconity" {
        return Err(Problem::NotBuilt(format!("attribution as in {} is not built yet", case.semantics)));
    }
    if let Some(mode) = case.modes.first() {
        return Err(Problem::Wrong(format!("attribution has no mode {mode}")));
    }
    let asked = Asked::deserialize(&case.query).map_err(|error| error.to_string())?;
    let expected = Expected::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Database);
    let required = asked.required.iter().map(|required| {
        let same_value = required.same_value.as_ref().map(|same| SameValue {
            property: event_column(&same.property),
            conversion_property: event_column(&same.conversion_property),
        });
        Ok(Required { rule: translator.rule(&required.rule)?, same_value })
    });
    let required: Vec<Required> = required.collect::<Result<_, Problem>>()?;
    let touches = asked.touches.iter().map(|rule| translator.rule(rule)).collect::<Result<_, _>>()?;
    let conversion = translator.rule(&asked.conversions)?;
    let mut columns = translator.columns;
    let same = required.iter().filter_map(|required| required.same_value.as_ref());
    columns.extend(same.flat_map(|same| [same.property.clone(), same.conversion_property.clone()]));
    columns.extend(asked.touch_value_property.iter().map(|property| event_column(property)));
    // A value says what a conversion is worth; without one, or with one below 0, it is worth 1.
    let property = asked.value_property.clone().unwrap_or_else(|| "no value".to_owned());
    let number = NumberColumn { owner: Owner::Event, property };
    let query = AttributionQuery {
        scope: Scope { zone: Some(case.timezone.clone()), ..Scope::default() },
        touches,
        channel: match &asked.touch_value_property {
            Some(property) => ChannelRule::EventProperty { property: event_column(property) },
            None => ChannelRule::Event,
        },
        conversion,
        value: Some(number.name()),
        worthless: Worthless::One,
        lookback_millis: asked.lookback_ms,
        lookback_days: asked.lookback.map(|LookbackName::CalendarDay| 1),
        required,
        same_instant: SameInstant::ByName,
        models: vec![model(&asked)?],
        limit: AttributionQuery::MAX_CHANNELS,
        list: LIST,
        ..AttributionQuery::default()
    };
    let table = data::table(case, &Layout { columns, number: Some(number), ..Layout::default() })?;
    Ok(Prepared { table, query: Query::Attribution(Box::new(query)), expected })
}

fn model(asked: &Asked) -> Result<Model, Problem> {
    let missing = |field: &str| Problem::Wrong(format!("the model {} needs {field}", asked.model));
    Ok(match asked.model.as_str() {
        "first" => Model::First,
        "last" => Model::Last,
        "linear" => Model::Linear,
        "position" => {
            let Weights { first, middle, last } = asked.weights.ok_or_else(|| missing("weights"))?;
            Model::Position { first, middle, last }
        }
        "time_decay" => Model::TimeDecay {
            half_life_millis: asked.half_life_ms.ok_or_else(|| missing("half_life_ms"))?,
            decay: Decay::Steps,
        },
        other => return Err(Problem::Wrong(format!("there is no model {other}"))),
    })
}

impl Ready for Prepared {
    fn query(&self) -> &Query {
        &self.query
    }

    fn check(&self) -> Result<(), Problem> {
        let answer = match run(&self.table, &self.query) {
            Ok(Answer::Attribution(answer)) => answer,
            Ok(other) => return Err(Problem::Wrong(format!("an attribution was answered with {other:?}"))),
            Err(error) => return Err(Problem::Wrong(error.to_string())),
        };
        if let Some(rows) = &self.expected.touches {
            let names: BTreeMap<String, usize> =
                answer.channels.iter().enumerate().map(|(at, channel)| (name(&channel.key), at)).collect();
            let touched = answer.channels.iter().filter(|channel| channel.n_touches > 0).count();
            same("number of channels", &rows.len(), &touched)?;
            for row in rows {
                let wanted: Vec<&str> =
                    row.touch.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
                let wanted = wanted.join(" / ");
                let Some(&at) = names.get(&wanted) else {
                    return Err(Problem::Wrong(format!("expected a channel {wanted:?}, got {names:?}")));
                };
                row.check(&answer, at)?;
            }
        }
        let Some(rest) = self.expected.unattributed else { return Ok(()) };
        if let Some(n) = rest.conversions {
            same("unattributed", &n, &answer.unattributed.n_conversions)?;
        }
        rest.credit.map_or(Ok(()), |credit| near("unattributed credit", credit, answer.unattributed.value))
    }
}

impl Row {
    fn check(&self, answer: &AttributionAnswer, at: usize) -> Result<(), Problem> {
        let channel = &answer.channels[at];
        let what = |field: &str| format!("{field} of {:?}", self.touch);
        if let Some(clicks) = self.clicks {
            same(&what("clicks"), &clicks, &channel.n_touches)?;
        }
        if let Some(valid) = self.valid {
            same(&what("valid"), &valid, &channel.n_credited)?;
        }
        let own = || {
            let touches = answer.listed.iter().flat_map(|conversion| &conversion.touches);
            touches.filter(|touch| touch.channel as usize == at)
        };
        let sorted = |mut list: Vec<u64>| {
            list.sort_unstable();
            list
        };
        if let Some(times) = &self.ms_to_conversion {
            let found = own().map(|touch| touch.millis).collect();
            same(&what("ms_to_conversion"), &sorted(times.clone()), &sorted(found))?;
        }
        if let Some(events) = &self.events_to_conversion {
            let found = own().map(|touch| touch.n_events).collect();
            same(&what("events_to_conversion"), &sorted(events.clone()), &sorted(found))?;
        }
        let credit = channel.credits[0].and_then(|credit| credit.value);
        self.credit.map_or(Ok(()), |expected| near(&what("credit"), expected, Some(credit.unwrap_or(0.0))))
    }
}

fn name(key: &GroupKey) -> String {
    match key {
        GroupKey::Value { value } => value.clone(),
        other => format!("{other:?}"),
    }
}

/// Whether two credits are the same but for rounding.
fn near(what: &str, expected: f64, got: Option<f64>) -> Result<(), Problem> {
    match got {
        Some(got) if (expected - got).abs() <= 1e-9 * expected.abs().max(1.0) => Ok(()),
        _ => same(what, &Some(expected), &got),
    }
}
