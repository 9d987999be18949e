//! The table of dates (seed, "Reference for dates entity").

use crate::{Column, Kind, Role, Shown, Table};

const W: &str = "warehouse";

pub(crate) static DATES: Table = Table {
    name: "dates",
    entity: "date",
    kind: Kind::Dimension,
    grain: "one day, from the first of January of the first snapshot's year to the end of next year",
    retention_days: None,
    shown: Shown::Always,
    key: &["dateKey"],
    sort: &["dateKey"],
    columns: &[
        Column::int("dateKey", W, "The day as a number: yyyymmdd.").required().role(Role::SurrogateKey),
        Column::time("fullDate", W, "Midnight UTC at the start of the day.").required(),
        Column::int("dayOfWeek", W, "Day of the week; Sunday is 1.").required(),
        Column::int("dayOfMonth", W, "Day of the month, from 1.").required(),
        Column::int("dayOfYear", W, "Day of the year, from 1.").required(),
        Column::int("weekOfYear", W, "Week of the year; weeks start on Sunday and 1 January is in week 1.")
            .required(),
        Column::int("monthOfYear", W, "Month of the year, from 1.").required(),
        Column::int("calendarQuarter", W, "Quarter of the year, from 1.").required(),
        Column::int("calendarYear", W, "Year.").required(),
    ],
    rows: &[],
    source: "Reference for dates entity",
    doc: "The days that other tables refer to by dateKey, including days still to come.",
};
