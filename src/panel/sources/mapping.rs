//! What the columns mean: the guess, why, and the person's own choice.

use cairn_engine::ingest::{
    Clock, ColumnChoice, ColumnGuess, DateOrder, Format, KindReason, Mapping, Preview, RoleReason,
};
use cairn_engine::table::{Kind, Role};
use leptos::prelude::*;

use crate::session::{Session, Source};
use crate::text::{bytes, name as isolated, percent, text, text_with};
use crate::view::{Choice, Disclosure, Label, Select, TextField};

/// Every role, in the order in which they are offered.
const ROLES: [Role; 10] = [
    Role::User,
    Role::Time,
    Role::Event,
    Role::Session,
    Role::Revenue,
    Role::Channel,
    Role::Variant,
    Role::Score,
    Role::Text,
    Role::Other,
];

/// The form. Each choice loads the file again.
#[component]
pub fn MappingForm() -> impl IntoView {
    let session = expect_context::<Session>();
    let source = move || session.source.get();
    let facts = move || source().map(|source| format_text(&source));
    let rows = move || {
        source().map(|source| {
            source
                .preview
                .columns
                .iter()
                .map(|guess| view! { <ColumnRow guess=guess.clone() /> })
                .collect_view()
        })
    };
    view! {
        <section class="card" aria-labelledby="mapping-title">
            <div class="card-head"><h2 class="card-title" id="mapping-title">{text("mapping.title")}</h2></div>
            <p class="soft">{facts}</p>
            <FileFields />
            <div class="table-scroll" role="region" tabindex="0" aria-label=text("mapping.columns")>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{text("mapping.column")}</th>
                            <th scope="col">{text("mapping.role")}</th>
                            <th scope="col">{text("mapping.kind")}</th>
                            <th scope="col">{text("mapping.why")}</th>
                            <th scope="col">{text("mapping.examples")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <PreviewRows />
        </section>
    }
}

/// Choices about the whole file: time zone, order of dates.
#[component]
fn FileFields() -> impl IntoView {
    let session = expect_context::<Session>();
    let zone = Signal::derive(move || {
        session
            .source
            .get()
            .and_then(|source| source.mapping.zone.clone())
            .unwrap_or_else(|| "UTC".to_owned())
    });
    let set_zone = move |zone: String| change(session, |mapping| mapping.zone = Some(zone.trim().to_owned()));
    let has_order =
        Memo::new(move |_| session.source.get().is_some_and(|source| source.preview.date_order.is_some()));
    let order = Signal::derive(move || {
        let source = session.source.get()?;
        source.mapping.date_order.or(source.preview.date_order)
    });
    let orders = vec![
        Choice::new(Some(DateOrder::DayFirst), text("mapping.day_first")),
        Choice::new(Some(DateOrder::MonthFirst), text("mapping.month_first")),
    ];
    view! {
        <div class="row">
            <TextField label=Label::above(text("mapping.zone")).with_hint(zone_hint(session)) value=zone on_change=set_zone />
            <Show when=move || has_order.get()>
                <Select
                    label=Label::above(text("mapping.date_order"))
                    choices=Signal::stored(orders.clone())
                    value=order
                    on_change=move |order| change(session, |mapping| mapping.date_order = order)
                />
            </Show>
        </div>
    }
}

/// Whether the zone matters for this file.
fn zone_hint(session: Session) -> Signal<String> {
    Signal::derive(move || {
        let source = session.source.get();
        let clock = source.as_ref().and_then(|source| {
            source.preview.columns.iter().find(|guess| role_of(source, guess) == Role::Time)?.clock
        });
        text(match clock {
            Some(Clock::Zoned) => "mapping.zone_named",
            Some(Clock::Local | Clock::Mixed) => "mapping.zone_local",
            None => "mapping.zone_unknown",
        })
    })
}

#[component]
fn ColumnRow(guess: ColumnGuess) -> impl IntoView {
    let session = expect_context::<Session>();
    let name = StoredValue::new(guess.name.clone());
    let chosen = move |pick: fn(&ColumnChoice) -> bool| {
        session.source.get().is_some_and(|source| source.mapping.column(&name.get_value()).is_some_and(pick))
    };
    let (guessed_role, guessed_kind) = (guess.role, guess.kind);
    let role = Signal::derive(move || {
        let source = session.source.get();
        source.and_then(|source| source.mapping.column(&name.get_value())?.role).unwrap_or(guessed_role)
    });
    let kind = Signal::derive(move || {
        let source = session.source.get();
        source.and_then(|source| source.mapping.column(&name.get_value())?.kind).unwrap_or(guessed_kind)
    });
    let roles: Vec<Choice<Role>> = ROLES.iter().map(|role| Choice::new(*role, role_text(*role))).collect();
    let kinds: Vec<Choice<Kind>> = [Kind::Text, Kind::Number, Kind::Time]
        .iter()
        .map(|kind| Choice::new(*kind, kind_text(*kind)))
        .collect();
    let set_role = move |role| {
        change(session, |mapping| choose(mapping, &name.get_value(), |choice| choice.role = Some(role)));
    };
    let set_kind = move |kind| {
        change(session, |mapping| choose(mapping, &name.get_value(), |choice| choice.kind = Some(kind)));
    };
    let why = {
        let guess = guess.clone();
        move || {
            let is_chosen = chosen(|choice| choice.role.is_some() || choice.kind.is_some());
            if is_chosen { text("why.chosen") } else { why_text(&guess) }
        }
    };
    let of = |key: &str| text_with(key, &[("column", guess.name.as_str())]);
    let examples = guess.examples.iter().map(isolated).collect::<Vec<_>>().join(" · ");
    view! {
        <tr>
            <th scope="row" class="mono"><bdi>{guess.name.clone()}</bdi></th>
            <td><Select label=Label::unseen(of("mapping.role_of")) choices=Signal::stored(roles) value=role on_change=set_role /></td>
            <td><Select label=Label::unseen(of("mapping.kind_of")) choices=Signal::stored(kinds) value=kind on_change=set_kind /></td>
            <td class="soft wordy">{why}</td>
            <td class="mono wordy">{examples}</td>
        </tr>
    }
}

/// The first rows, as they stand in the file.
#[component]
fn PreviewRows() -> impl IntoView {
    let session = expect_context::<Session>();
    let table = move || session.source.get().map(|source| rows_view(&source.preview));
    view! {
        <Disclosure summary=text("mapping.first_rows")>
            <div class="table-scroll" role="region" tabindex="0" aria-label=text("mapping.first_rows")>{table}</div>
        </Disclosure>
    }
}

fn rows_view(preview: &Preview) -> impl IntoView + use<> {
    let heads = preview
        .columns
        .iter()
        .map(|guess| view! { <th scope="col"><bdi>{guess.name.clone()}</bdi></th> })
        .collect_view();
    let row = |values: &Vec<Option<String>>| {
        let cells = values.iter().map(|value| view! { <td><bdi>{value.clone()}</bdi></td> }).collect_view();
        view! { <tr>{cells}</tr> }
    };
    let rows = preview.rows.iter().map(row).collect_view();
    view! { <table class="table preview"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table> }
}

fn change(session: Session, edit: impl FnOnce(&mut Mapping)) {
    if let Some(source) = session.source.get_untracked() {
        let mut mapping = source.mapping.clone();
        edit(&mut mapping);
        if mapping != source.mapping {
            session.remap(mapping);
        }
    }
}

fn choose(mapping: &mut Mapping, name: &str, edit: impl FnOnce(&mut ColumnChoice)) {
    let at = mapping.columns.iter().position(|choice| choice.name == name);
    let at = at.unwrap_or_else(|| {
        mapping.columns.push(ColumnChoice { name: name.to_owned(), ..ColumnChoice::default() });
        mapping.columns.len() - 1
    });
    edit(&mut mapping.columns[at]);
}

fn role_of(source: &Source, guess: &ColumnGuess) -> Role {
    source.mapping.column(&guess.name).and_then(|choice| choice.role).unwrap_or(guess.role)
}

fn role_text(role: Role) -> String {
    text(match role {
        Role::User => "role.user",
        Role::Time => "role.time",
        Role::Event => "role.event",
        Role::Session => "role.session",
        Role::Revenue => "role.revenue",
        Role::Channel => "role.channel",
        Role::Variant => "role.variant",
        Role::Score => "role.score",
        Role::Text => "role.text",
        Role::Other => "role.other",
    })
}

fn kind_text(kind: Kind) -> String {
    text(match kind {
        Kind::Text => "kind.text",
        Kind::Number => "kind.number",
        Kind::Time => "kind.time",
    })
}

/// Why the column was taken for what it was taken for.
fn why_text(guess: &ColumnGuess) -> String {
    let role = match &guess.why_role {
        RoleReason::Name { word } => Some(text_with("why.name", &[("word", isolated(word))])),
        RoleReason::RepeatingIds => Some(text("why.repeating_ids")),
        RoleReason::FirstTimes => Some(text("why.first_times")),
        RoleReason::FewValues => Some(text("why.few_values")),
        RoleReason::LongTexts => Some(text("why.long_texts")),
        RoleReason::NoSign => None,
    };
    let kind = match &guess.why_kind {
        KindReason::AllNumbers => text("why.all_numbers"),
        KindReason::AllTimes => text("why.all_times"),
        KindReason::SomeTimes { example } => text_with("why.some_times", &[("example", isolated(example))]),
        KindReason::Words { example } => text_with("why.words", &[("example", isolated(example))]),
        KindReason::WouldChange { example } => {
            text_with("why.would_change", &[("example", isolated(example))])
        }
        KindReason::NoValues => text("why.no_values"),
    };
    let missing = (guess.missing_rate > 0.0)
        .then(|| text_with("why.missing", &[("share", percent(guess.missing_rate, 0))]));
    role.into_iter().chain([kind]).chain(missing).collect::<Vec<_>>().join(" ")
}

fn format_text(source: &Source) -> String {
    let format = match source.preview.format {
        Format::Delimited { separator: '\t', .. } => text("format.tabs"),
        Format::Delimited { separator, .. } => {
            text_with("format.delimited", &[("separator", separator.to_string())])
        }
        Format::Ndjson => text("format.ndjson"),
        Format::JsonArray => text("format.json_array"),
        Format::JsonObjects => text("format.json_objects"),
    };
    text_with("mapping.lead", &[("format", format), ("size", bytes(source.n_bytes))])
}
