//! What the columns mean: the guess, why, and the person's own choice.

use cairn_engine::ingest::{
    Clock, ColumnChoice, ColumnGuess, DateOrder, Format, KindReason, Mapping, Preview, RoleReason,
};
use cairn_engine::table::{Kind, Role};
use leptos::prelude::*;

use crate::session::{Session, Source, SourceFile, name_of};
use crate::text::{bytes, name as isolated, percent, plural_with, text, text_with};
use crate::view::{Choice, Disclosure, Label, Later, Select, TextField};

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

/// The files whose columns are shown. Files that have the same columns are shown together, as the first of them.
#[derive(Clone, Copy)]
struct Shown {
    session: Session,
    /// The place of one of them; the first file, if there are fewer.
    at: RwSignal<usize>,
}

/// Which files a choice is for.
#[derive(Clone, Copy)]
enum Reach {
    /// Those that are shown.
    Shown,
    /// All.
    All,
}

impl Shown {
    /// Asks something of the files, of which one stands for those that are shown.
    fn ask<T>(self, question: impl FnOnce(&Source, &SourceFile) -> T) -> Option<T> {
        let source = self.session.source.get()?;
        let file = source.files.get(self.at.get()).or(source.files.first())?;
        Some(question(&source, file))
    }

    /// Changes what files' columns mean. They are read again, if that is a change.
    fn change(self, reach: Reach, edit: impl Fn(&mut Mapping)) {
        let Some(before) = self.session.source.get_untracked() else { return };
        let shown = layout_of(&before, self.at.get_untracked());
        let mut source = (*before).clone();
        for (at, file) in source.files.iter_mut().enumerate() {
            if matches!(reach, Reach::All) || shown.contains(&at) {
                edit(&mut file.recipe.mapping);
                if file.recipe.mapping != before.files[at].recipe.mapping {
                    file.failure = None;
                }
            }
        }
        if source != *before {
            self.session.remap(source);
        }
    }
}

/// The form. Each choice loads the files again.
#[component]
pub fn MappingForm() -> impl IntoView {
    let shown = Shown { session: expect_context::<Session>(), at: RwSignal::new(0) };
    let facts = move || shown.ask(format_text);
    let rows = move || {
        shown.ask(|_, file| {
            let columns = file.recipe.preview.columns.iter();
            columns.map(|guess| view! { <ColumnRow shown guess=guess.clone() /> }).collect_view()
        })
    };
    view! {
        <section class="card" aria-labelledby="mapping-title">
            <div class="card-head"><h2 class="card-title" id="mapping-title">{text("mapping.title")}</h2></div>
            <p class="soft">{facts}</p>
            <FileFields shown />
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
            <Later><PreviewRows shown /></Later>
        </section>
    }
}

/// Whose columns are shown, and choices about whole files: time zone, order of dates.
#[component]
fn FileFields(shown: Shown) -> impl IntoView {
    let layouts = Memo::new(move |_| shown.ask(|source, _| layout_choices(source)).unwrap_or_default());
    let first = Signal::derive(move || {
        shown.ask(|source, _| layout_of(source, shown.at.get())[0]).unwrap_or_default()
    });
    let zone = Signal::derive(move || {
        shown.ask(|source, _| source.zone().map(str::to_owned)).flatten().unwrap_or_else(|| "UTC".to_owned())
    });
    let set_zone =
        move |zone: String| shown.change(Reach::All, |mapping| mapping.zone = Some(zone.trim().to_owned()));
    let order = Signal::derive(move || {
        shown.ask(|_, file| file.recipe.mapping.date_order.or(file.recipe.preview.date_order)).flatten()
    });
    let has_order =
        Memo::new(move |_| shown.ask(|_, file| file.recipe.preview.date_order.is_some()).unwrap_or_default());
    let orders = vec![
        Choice::new(Some(DateOrder::DayFirst), text("mapping.day_first")),
        Choice::new(Some(DateOrder::MonthFirst), text("mapping.month_first")),
    ];
    view! {
        <div class="row row-fields">
            <Show when=move || { layouts.read().len() > 1 }>
                <Select
                    label=Label::above(text("mapping.files"))
                    choices=layouts
                    value=first
                    on_change=move |at| shown.at.set(at)
                />
            </Show>
            <TextField label=Label::above(text("mapping.zone")).with_hint(zone_hint(shown)) value=zone on_change=set_zone />
            <Show when=move || has_order.get()>
                <Select
                    label=Label::above(text("mapping.date_order"))
                    choices=Signal::stored(orders.clone())
                    value=order
                    on_change=move |order| shown.change(Reach::Shown, |mapping| mapping.date_order = order)
                />
            </Show>
        </div>
    }
}

/// A choice for each set of files that have the same columns: the place of the first of them.
fn layout_choices(source: &Source) -> Vec<Choice<usize>> {
    let choice = |layout: &Vec<usize>| {
        let names: Vec<&str> = layout.iter().map(|&at| source.files[at].recipe.name.as_str()).collect();
        Choice::new(layout[0], name_of(&names))
    };
    source.layouts().iter().map(choice).collect()
}

/// The places of the files that have the columns of the one at a place; of the first one's, if there are fewer.
fn layout_of(source: &Source, at: usize) -> Vec<usize> {
    let mut layouts = source.layouts();
    let its = layouts.iter().position(|layout| layout.contains(&at)).unwrap_or_default();
    layouts.swap_remove(its)
}

/// Whether the zone matters for these files.
fn zone_hint(shown: Shown) -> Signal<String> {
    Signal::derive(move || {
        let clock = shown.ask(|_, file| {
            file.recipe.preview.columns.iter().find(|guess| file.role(guess) == Role::Time)?.clock
        });
        text(match clock.flatten() {
            Some(Clock::Zoned) => "mapping.zone_named",
            Some(Clock::Local | Clock::Mixed) => "mapping.zone_local",
            None => "mapping.zone_unknown",
        })
    })
}

#[component]
fn ColumnRow(shown: Shown, guess: ColumnGuess) -> impl IntoView {
    let column = StoredValue::new(guess.clone());
    let role = Signal::derive(move || {
        shown.ask(|_, file| column.with_value(|guess| file.role(guess))).unwrap_or_default()
    });
    let kind = Signal::derive(move || {
        shown.ask(|source, file| column.with_value(|guess| kind_of(source, file, guess))).unwrap_or_default()
    });
    let roles: Vec<Choice<Role>> = ROLES.iter().map(|role| Choice::new(*role, role_text(*role))).collect();
    let kinds: Vec<Choice<Kind>> = [Kind::Text, Kind::Number, Kind::Time]
        .iter()
        .map(|kind| Choice::new(*kind, kind_text(*kind)))
        .collect();
    let choose = move |reach, edit: &dyn Fn(&mut ColumnChoice)| {
        shown.change(reach, |mapping| column.with_value(|guess| choose(mapping, &guess.name, edit)));
    };
    let set_role = move |role| choose(Reach::Shown, &|choice| choice.role = Some(role));
    // The table has one column of that name, which holds one kind.
    let set_kind = move |kind| choose(Reach::All, &|choice| choice.kind = Some(kind));
    let why = move || {
        shown.ask(|source, file| column.with_value(|guess| why_text(source, file, guess))).unwrap_or_default()
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
fn PreviewRows(shown: Shown) -> impl IntoView {
    let table = move || shown.ask(|_, file| rows_view(&file.recipe.preview));
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

/// Makes a choice about a column. In a file that does not have it, it is none.
fn choose(mapping: &mut Mapping, name: &str, edit: &dyn Fn(&mut ColumnChoice)) {
    mapping.columns.iter_mut().filter(|choice| choice.name == name).for_each(edit);
}

/// What a column holds in the table.
fn kind_of(source: &Source, file: &SourceFile, guess: &ColumnGuess) -> Kind {
    match file.role(guess) {
        Role::User | Role::Time | Role::Event => {
            let choice = file.recipe.mapping.column(&guess.name);
            choice.and_then(|choice| choice.kind).unwrap_or(guess.kind)
        }
        _ => source.kind(&guess.name),
    }
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
fn why_text(source: &Source, file: &SourceFile, guess: &ColumnGuess) -> String {
    let choice = file.recipe.mapping.column(&guess.name);
    if choice.is_some_and(|choice| choice.role.is_some() || choice.kind.is_some()) {
        return text("why.chosen");
    }
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
    let is_other = guess.why_kind != KindReason::NoValues && kind_of(source, file, guess) != guess.kind;
    let kind = if is_other { text("why.other_files") } else { kind };
    let missing = (guess.missing_rate > 0.0)
        .then(|| text_with("why.missing", &[("share", percent(guess.missing_rate, 0))]));
    role.into_iter().chain([kind]).chain(missing).collect::<Vec<_>>().join(" ")
}

fn format_text(source: &Source, file: &SourceFile) -> String {
    let format = match file.recipe.preview.format {
        Format::Delimited { separator: '\t', .. } => text("format.tabs"),
        Format::Delimited { separator, .. } => {
            text_with("format.delimited", &[("separator", separator.to_string())])
        }
        Format::Ndjson => text("format.ndjson"),
        Format::JsonArray => text("format.json_array"),
        Format::JsonObjects => text("format.json_objects"),
    };
    let values = [("format", format), ("size", bytes(source.n_bytes()))];
    let n_files = source.readable().len() as u64;
    let is_alike = |other: &SourceFile| other.recipe.preview.format == file.recipe.preview.format;
    match n_files {
        0 | 1 => text_with("mapping.lead", &values),
        _ if source.files.iter().all(is_alike) => plural_with("mapping.lead_files", n_files, &values),
        _ => plural_with("mapping.lead_mixed", n_files, &values),
    }
}
