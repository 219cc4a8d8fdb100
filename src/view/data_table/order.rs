//! In which order a table shows its rows.

use std::cmp::Ordering;

use super::{Column, TableData, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// By which column, named by its title: it holds on while the data change, and goes with its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) column: String,
    pub(super) direction: Direction,
}

impl Order {
    /// The order after a click on the head of `column`: the useful direction first, then the other, then none.
    pub(super) fn next(now: Option<Self>, column: &Column) -> Option<Self> {
        let (first, second) = if column.is_number {
            (Direction::Down, Direction::Up)
        } else {
            (Direction::Up, Direction::Down)
        };
        match now.filter(|order| order.column == column.title) {
            None => Some(Self { column: column.title.clone(), direction: first }),
            Some(order) if order.direction == first => Some(Self { direction: second, ..order }),
            Some(_) => None,
        }
    }
}

/// The indices of the rows in `order`; rows that compare equal stay as they were, missing values come last either way.
pub(super) fn sorted(data: &TableData, order: Option<&Order>) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..data.rows.len()).collect();
    let Some(order) = order else { return indices };
    if let Some(column) = data.columns.iter().position(|column| column.title == order.column) {
        let value = |index: usize| data.rows[index].get(column).map_or(&Value::Missing, |cell| &cell.value);
        indices.sort_by(|a, b| compare(value(*a), value(*b), order.direction));
    }
    indices
}

fn compare(a: &Value, b: &Value, direction: Direction) -> Ordering {
    let turned =
        |ordering: Ordering| if direction == Direction::Down { ordering.reverse() } else { ordering };
    let words = |value: &Value| match value {
        Value::Text(words) => Some((words.to_lowercase(), words.clone())),
        _ => None,
    };
    match (a, b) {
        (Value::Missing, Value::Missing) => Ordering::Equal,
        (Value::Missing, _) => Ordering::Greater,
        (_, Value::Missing) => Ordering::Less,
        (Value::Text(_), Value::Text(_)) => turned(words(a).cmp(&words(b))),
        _ => turned(a.magnitude().total_cmp(&b.magnitude())),
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
        let by = |direction| sorted(&data, Some(&Order { column: "n".to_owned(), direction }));
        assert_eq!(by(Direction::Up), [1, 2, 0]);
        assert_eq!(by(Direction::Down), [2, 1, 0]);
    }

    #[test]
    fn words_are_sorted_regardless_of_case() {
        let data = of(["b", "A", "a", "B"].map(|word| Value::Text(word.to_owned())).to_vec());
        assert_eq!(sorted(&data, Order::next(None, &Column::text("n")).as_ref()), [1, 2, 3, 0]);
    }

    #[test]
    fn the_third_click_brings_back_the_order_of_the_data() {
        let (users, name) = (Column::number("Users"), Column::text("Name"));
        let direction = |order: &Option<Order>| order.as_ref().map(|order| order.direction);
        let first = Order::next(None, &users);
        assert_eq!(direction(&first), Some(Direction::Down));
        let second = Order::next(first, &users);
        assert_eq!(direction(&second), Some(Direction::Up));
        assert_eq!(direction(&Order::next(second.clone(), &name)), Some(Direction::Up));
        assert_eq!(Order::next(second, &users), None);
    }

    #[test]
    fn an_order_by_a_column_that_is_gone_is_no_order() {
        let data = of(vec![Value::Number(2.0), Value::Number(1.0)]);
        assert_eq!(sorted(&data, Order::next(None, &Column::number("gone")).as_ref()), [0, 1]);
    }
}
