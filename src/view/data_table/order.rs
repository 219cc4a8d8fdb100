//! In which order a table shows its rows.

use std::cmp::Ordering;

use super::{TableData, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) column: usize,
    pub(super) direction: Direction,
}

impl Order {
    /// The order after a click on the head of `column`: the useful direction first, then the other, then none.
    pub(super) fn next(now: Option<Self>, column: usize, is_number: bool) -> Option<Self> {
        let (first, second) =
            if is_number { (Direction::Down, Direction::Up) } else { (Direction::Up, Direction::Down) };
        match now.filter(|order| order.column == column) {
            None => Some(Self { column, direction: first }),
            Some(order) if order.direction == first => Some(Self { column, direction: second }),
            Some(_) => None,
        }
    }
}

/// The indices of the rows in `order`; rows that compare equal stay as they were, missing values come last either way.
pub(super) fn sorted(data: &TableData, order: Option<Order>) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..data.rows.len()).collect();
    if let Some(Order { column, direction }) = order {
        let value = |index: usize| data.rows[index].get(column).map_or(&Value::Missing, |cell| &cell.value);
        indices.sort_by(|a, b| compare(value(*a), value(*b), direction));
    }
    indices
}

fn compare(a: &Value, b: &Value, direction: Direction) -> Ordering {
    let turned =
        |ordering: Ordering| if direction == Direction::Down { ordering.reverse() } else { ordering };
    match (a, b) {
        (Value::Missing, Value::Missing) => Ordering::Equal,
        (Value::Missing, _) => Ordering::Greater,
        (_, Value::Missing) => Ordering::Less,
        (Value::Number(a), Value::Number(b)) => turned(a.total_cmp(b)),
        (Value::Text(a), Value::Text(b)) => {
            turned(a.to_lowercase().cmp(&b.to_lowercase()).then_with(|| a.cmp(b)))
        }
        (Value::Number(_), Value::Text(_)) => turned(Ordering::Less),
        (Value::Text(_), Value::Number(_)) => turned(Ordering::Greater),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, Column, TableData, Value};
    use super::{Direction, Order, sorted};

    fn of(values: Vec<Value>) -> TableData {
        let row = |value| vec![Cell::new("", value)];
        TableData { columns: vec![Column::number("n")], rows: values.into_iter().map(row).collect() }
    }

    #[test]
    fn missing_values_come_last_in_both_directions() {
        let data = of(vec![Value::Missing, Value::Number(2.0), Value::Number(10.0)]);
        let by = |direction| sorted(&data, Some(Order { column: 0, direction }));
        assert_eq!(by(Direction::Up), [1, 2, 0]);
        assert_eq!(by(Direction::Down), [2, 1, 0]);
    }

    #[test]
    fn words_are_sorted_regardless_of_case() {
        let data = of(["b", "A", "a", "B"].map(|word| Value::Text(word.to_owned())).to_vec());
        assert_eq!(sorted(&data, Some(Order { column: 0, direction: Direction::Up })), [1, 2, 3, 0]);
    }

    #[test]
    fn the_third_click_brings_back_the_order_of_the_data() {
        let first = Order::next(None, 1, true);
        assert_eq!(first.map(|order| order.direction), Some(Direction::Down));
        let second = Order::next(first, 1, true);
        assert_eq!(second.map(|order| order.direction), Some(Direction::Up));
        assert_eq!(Order::next(second, 1, true), None);
        assert_eq!(Order::next(second, 0, false).map(|order| order.direction), Some(Direction::Up));
    }
}
