//! A table of numbers: sortable, copyable, and to be saved as CSV.

mod cell;
mod order;

use leptos::prelude::*;

use super::later::later;
use super::{CopyButton, save_text};
use super::{Glyph, Icon, unique_id};
use crate::text::{count, text, text_with};

pub use cell::{Cell, Column, TableData, Value};
use order::{Direction, Order};

/// More rows than this are shown page by page.
const PAGE: usize = 500;

/// A table with its caption. The first column names its row. A click on a column's head sorts by it, a second one turns
/// the order around, a third one brings back the order of the data. Copying and saving take all rows, in the order shown.
#[component]
pub fn DataTable(
    /// What the table shows; read aloud, and shown above it.
    #[prop(into)]
    caption: Signal<String>,
    /// The numbers.
    #[prop(into)]
    data: Signal<TableData>,
    /// The name of a saved file, without ending.
    #[prop(into)]
    file_name: Signal<String>,
    /// Makes each row's name a button; hears the row's place in the data.
    #[prop(optional, into)]
    on_row: Option<Callback<usize>>,
    /// Whether newer numbers are on their way.
    #[prop(optional, into)]
    stale: Signal<bool>,
) -> impl IntoView {
    let caption_id = unique_id("table");
    let order = RwSignal::new(None::<Order>);
    let page = RwSignal::new(0_usize);
    let ready = later();
    let data = Memo::new(move |_| if ready.get() { data.get() } else { TableData::default() });
    let columns = Memo::new(move |_| data.with(|data| data.columns.clone()));
    let rows = Memo::new(move |_| data.with(|data| order.with(|order| order::sorted(data, order.as_ref()))));
    let n_pages = Memo::new(move |_| rows.read().len().div_ceil(PAGE).max(1));
    let shown_page = move || page.get().min(n_pages.get() - 1);
    let head = move || columns.get().into_iter().map(|column| head_cell(column, order, page)).collect_view();
    let body = move || {
        let start = shown_page() * PAGE;
        let indices: Vec<usize> = rows.read().iter().skip(start).take(PAGE).copied().collect();
        data.with(|data| indices.into_iter().map(|index| body_row(data, index, on_row)).collect_view())
    };
    let arranged = move || data.with_untracked(|data| data.arranged(&rows.read_untracked()));
    let save = move |_| {
        let name = format!("{}.csv", file_name.get_untracked());
        save_text(&name, "text/csv", &arranged().to_csv());
    };
    let is_empty = move || ready.get() && data.with(|data| data.rows.is_empty());
    let n_rows = move || rows.read().len();
    view! {
        <div class="table-block" class:stale=stale>
            <div class="table-bar">
                <p class="table-caption" id=caption_id.clone()>{caption}</p>
                <div class="row">
                    <CopyButton label=text("table.copy") content=move || arranged().to_tsv() />
                    <button class="button button-quiet" type="button" on:click=save>
                        <Glyph icon=Icon::Save />
                        {text("table.csv")}
                    </button>
                </div>
            </div>
            <div class="table-scroll" role="region" tabindex="0" aria-labelledby=caption_id.clone()>
                <table class="table" aria-labelledby=caption_id.clone()>
                    <thead>
                        <tr>{head}</tr>
                    </thead>
                    <tbody>{body}</tbody>
                </table>
            </div>
            {move || is_empty().then(|| view! { <p class="table-empty">{text("table.empty")}</p> })}
            <Pager page=Signal::derive(shown_page) n_pages n_rows on_page=move |n| page.set(n) />
        </div>
    }
}

fn head_cell(column: Column, order: RwSignal<Option<Order>>, page: RwSignal<usize>) -> impl IntoView {
    let Column { title, hint, is_number } = column.clone();
    let aria_sort = {
        let title = title.clone();
        move || match order.get().filter(|order| order.column == title)?.direction {
            Direction::Up => Some("ascending"),
            Direction::Down => Some("descending"),
        }
    };
    let sort = move |_| {
        order.update(|order| *order = Order::next(order.take(), &column));
        page.set(0);
    };
    let hint = (!hint.is_empty()).then_some(hint);
    view! {
        <th scope="col" class:number=is_number aria-sort=aria_sort>
            <button class="table-sort" type="button" title=hint on:click=sort>
                <span>{title}</span>
                <span class="table-sort-mark" aria-hidden="true"></span>
            </button>
        </th>
    }
}

fn body_row(data: &TableData, index: usize, on_row: Option<Callback<usize>>) -> impl IntoView + use<> {
    let mut cells = data.rows[index].iter().cloned();
    let name = cells.next().map(|cell| match on_row {
        Some(on_row) => view! {
            <button class="link" type="button" on:click=move |_| on_row.run(index)><bdi>{cell.text}</bdi></button>
        }
        .into_any(),
        None => view! { <bdi>{cell.text}</bdi> }.into_any(),
    });
    let bar = |share: f64| {
        view! { <span class="table-bar-fill" aria-hidden="true" style:inline-size=bar_length(share)></span> }
    };
    let cells = cells.zip(data.columns.iter().skip(1)).map(|(cell, column)| {
        view! {
            <td class:number=column.is_number class:with-bar=cell.share.is_some()>
                {cell.share.map(bar)}
                <bdi class="table-cell">{cell.text}</bdi>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row">{name}</th>
            {cells.collect_view()}
        </tr>
    }
}

/// A share of the cell without its padding.
fn bar_length(share: f64) -> String {
    format!("calc({} * (100% - 2 * var(--space-3)))", share.clamp(0.0, 1.0))
}

/// Buttons for long tables; nothing for short ones.
#[component]
fn Pager(
    #[prop(into)] page: Signal<usize>,
    #[prop(into)] n_pages: Signal<usize>,
    #[prop(into)] n_rows: Signal<usize>,
    #[prop(into)] on_page: Callback<usize>,
) -> impl IntoView {
    let range = move || {
        let (first, n_rows) = (page.get() * PAGE, n_rows.get());
        let values = [("first", first + 1), ("last", (first + PAGE).min(n_rows)), ("all", n_rows)];
        text_with("table.page", &values.map(|(name, n)| (name, count(n as u64))))
    };
    let turn = move |key: &str, target: fn(usize) -> usize, stays: fn(usize, usize) -> bool| {
        view! {
            <button
                class="button"
                type="button"
                disabled=move || stays(page.get(), n_pages.get())
                on:click=move |_| on_page.run(target(page.get_untracked()))
            >
                {text(key)}
            </button>
        }
    };
    move || {
        (n_pages.get() > 1).then(|| {
            view! {
                <div class="row table-pager">
                    {turn("table.previous", |page| page - 1, |page, _| page == 0)}
                    {turn("table.next", |page| page + 1, |page, n| page + 1 >= n)}
                    <p class="small" role="status">{range}</p>
                </div>
            }
        })
    }
}
