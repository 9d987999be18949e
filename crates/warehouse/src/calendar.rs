//! The rows of the table of dates (seed, "Reference for dates entity"): pure arithmetic.

use jiff::civil::{Date, Weekday};

use crate::cell::Cell;
use crate::lifetime::{date_key, midnight_micros};

/// The rows from 1 January of `first`'s year to 31 December of the year after `today`'s, in order, in the column
/// order of the catalogue.
pub fn rows(first: Date, today: Date) -> impl Iterator<Item = [Cell<'static>; 9]> {
    let start = Date::constant(first.year().min(today.year()), 1, 1);
    let end = Date::constant(today.year().saturating_add(1).min(9999), 12, 31);
    start.series(jiff::Span::new().days(1)).take_while(move |day| *day <= end).map(row)
}

fn row(day: Date) -> [Cell<'static>; 9] {
    let number = |value: i16| Cell::Int(value.into());
    let month = i16::from(day.month());
    [
        Cell::Int(date_key(day).into()),
        Cell::Time(midnight_micros(day)),
        number(i16::from(day.weekday().since(Weekday::Sunday)) + 1),
        number(day.day().into()),
        number(day.day_of_year()),
        number(week_of_year(day)),
        number(month),
        number((month + 2) / 3),
        number(day.year()),
    ]
}

/// Weeks start on Sunday, and the week of 1 January is week 1, however short.
fn week_of_year(day: Date) -> i16 {
    let before = i16::from(day.first_of_year().weekday().since(Weekday::Sunday));
    (day.day_of_year() - 1 + before) / 7 + 1
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_documented_example() {
        let cells = row(date(2016, 7, 3)).map(|cell| cell.int().or_else(|| cell.time()).expect("a number"));
        assert_eq!(cells, [20_160_703, 1_467_504_000_000_000, 1, 3, 185, 28, 7, 3, 2016]);
    }

    #[test]
    fn whole_years_up_to_the_end_of_next_year() {
        let keys: Vec<_> = rows(date(2025, 5, 5), date(2026, 11, 20)).map(|row| row[0]).collect();
        assert_eq!(keys.first(), Some(&Cell::Int(20_250_101)));
        assert_eq!(keys.last(), Some(&Cell::Int(20_271_231)));
        assert_eq!(keys.len(), 365 * 3);
    }
}
