//! What files that are loaded together tell about each other's dates.

use super::mapping::DateOrder;
use super::preview::{ColumnGuess, OrderReason, Preview};
use super::time_format::TimeFormat;

/// Lets files that are loaded together agree on the order of day and month: a column of which no value tells it is read
/// as the columns of the same name in the other files, if values prove one order there and none the other. Else the days
/// of one export could be taken for months, only because its month has not come to the 13th.
pub fn agree_on_dates(previews: &mut [&mut Preview]) {
    let columns = previews.iter().flat_map(|preview| &preview.columns);
    let is_proved = |column: &&ColumnGuess| matches!(column.why_order, Some(OrderReason::Proved { .. }));
    let proofs: Vec<(String, Option<TimeFormat>)> =
        columns.filter(is_proved).map(|column| (column.name.clone(), column.time_format)).collect();
    for preview in previews {
        for column in &mut preview.columns {
            let is_assumed = column.why_order == Some(OrderReason::Assumed);
            let mut found = proofs.iter().filter(|(name, _)| is_assumed && *name == column.name);
            let Some((_, format)) = found.next() else { continue };
            if found.all(|(_, other)| other == format) {
                (column.time_format, column.why_order) = (*format, Some(OrderReason::OtherColumn));
                let is_day_first = *format == Some(TimeFormat::DayFirst);
                let order = if is_day_first { DateOrder::DayFirst } else { DateOrder::MonthFirst };
                preview.date_order.get_or_insert(order);
            }
        }
    }
}
